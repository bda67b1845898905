//! The mobile number that a member signs in with, linked in the settings (FEATURES S2). Whoever links one has its code; who else has
//! it hears of it.

use daemun_protocol::{ActionName, Channel, Offers, SettingReason};
use serde::{Deserialize, Serialize};

use super::new_password::Whose;
use super::{Facts, Workspace};
use crate::login_id::MobileNumber;

/// A number that is to be linked, as far as it is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneForm {
    pub whose: Whose,
    pub identifier: Option<String>,
}

/// A number whose code was right, and that another account of the workspace is linked with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenNumber {
    pub whose: Whose,
    pub number: MobileNumber,
}

/// Why no number can be linked.
pub fn missing(facts: &Facts, workspace: &Workspace) -> Option<SettingReason> {
    if !workspace.phone_entry {
        Some(SettingReason::NotAllowed)
    } else {
        (!facts.channels.contains(&Channel::Sms)).then_some(SettingReason::NotAvailable)
    }
}

/// What can be done where a number is asked for.
pub fn offers(facts: &Facts) -> Offers {
    let has_other = facts.own.as_ref().is_some_and(|own| own.profile_number.is_some());
    let offers = Offers::default().with(ActionName::Submit).with(ActionName::Back);
    if has_other { offers.with(ActionName::UseProfileNumber) } else { offers }
}
