//! What a device's own unlock is asked for, and where it leads back to (FEATURES L4, T5). It refuses to know credentials.

use daemun_protocol::{ActionName, Offers};
use serde::{Deserialize, Serialize};

use super::new_password::Whose;
use super::second_factor::Entering;
use super::settings;
use super::sign_in::{PasswordStage, Way};
use super::{Facts, Stage};

/// What a passkey is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unlocking {
    /// To sign in, in the place of the password at whose step it was chosen.
    First(PasswordStage),
    /// As a second factor.
    Second(Entering),
    /// As the fresh proof that an action of the settings asks for.
    Proof(Whose),
}

impl Unlocking {
    /// Whose it is to be, where that is settled by what was proven before.
    pub const fn whose(&self) -> Option<&Whose> {
        match self {
            Self::First(_) => None,
            Self::Second(entering) => Some(&entering.whose),
            Self::Proof(whose) => Some(whose),
        }
    }

    pub fn workspace(&self) -> &str {
        match self {
            Self::First(stage) => &stage.workspace,
            Self::Second(entering) => &entering.whose.workspace,
            Self::Proof(whose) => &whose.workspace,
        }
    }

    pub(super) fn offers(&self, facts: &Facts) -> Offers {
        let offers = Offers::default().with(ActionName::Submit);
        let has_other = match self {
            Self::First(PasswordStage { way: Way::Listed(_), .. }) => facts.has_other_way,
            Self::First(_) => true,
            Self::Second(_) => facts.factors.len() > 1,
            Self::Proof(_) => facts.has_password,
        };
        let offers = if has_other { offers.with(ActionName::UseOther) } else { offers };
        offers.with(ActionName::Back)
    }

    /// `use_other`, where it is no second factor: the password.
    pub fn password_instead(&self) -> Option<Stage> {
        match self {
            Self::First(stage) => Some(Stage::Password(stage.clone())),
            Self::Second(_) => None,
            Self::Proof(whose) => Some(settings::password(whose)),
        }
    }
}
