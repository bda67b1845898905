//! What stands between a first factor and being in (FEATURES T1 to T5). It refuses to know how codes are sent and compared.

use daemun_protocol::{Channel, Factor, FactorKind};
use serde::{Deserialize, Serialize};

use super::new_password::Whose;
use super::sign_in::{PasswordStage, Way};
use super::{Next, Notice, Said, Stage};
use crate::login_id::MobileNumber;

/// Days for which a browser is remembered (FEATURES T1).
pub const REMEMBER_DAYS: u32 = 30;

/// A first factor, as far as it matters for what may follow it and for the way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum First {
    Password(Way),
    /// A code to a linked number (FEATURES L2): the second factor is nothing that comes to a phone (T4).
    Phone {
        typed: String,
        number: MobileNumber,
    },
    /// A device's own unlock (FEATURES L4): having it and its unlock are two factors, so nothing follows.
    Passkey,
    /// A device's key and its PIN or its unlock (FEATURES L7): two factors only where the policy says so.
    QuickLogin(String),
    /// An identity at an external provider (FEATURES L3).
    Provider(String),
}

impl From<Way> for First {
    fn from(way: Way) -> Self {
        Self::Password(way)
    }
}

/// Who has given the first factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entering {
    pub whose: Whose,
    pub first: First,
}

/// What is entered where a first contact is to be saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactToSave {
    pub entering: Entering,
    pub identifier: Option<String>,
}

/// What is shown once, made of the server's key and this: it is written down nowhere.
pub type Salt = [u8; 16];

/// An authenticator app that is to be registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAuthenticator {
    pub entering: Entering,
    pub salt: Salt,
}

/// Recovery codes that were just made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRecoveryCodes {
    pub entering: Entering,
    pub salt: Salt,
}

/// Who may save a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profiles {
    /// Members themselves.
    Own,
    /// The organisation alone (FEATURES T3).
    Managed,
}

/// Whether a second factor is saved that could follow the first one, whatever can be done with it here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    Nothing,
    Something,
}

/// What has to follow a first factor, given that a second is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The only one there is.
    Only(FactorKind),
    /// One of several.
    Choice,
    /// One has to be saved first (FEATURES T2).
    Enrolment,
    /// None is there that can be used, and the member can save none: the organisation keeps the profiles (FEATURES T3), or
    /// one is saved and cannot be reached here. Whoever has the first factor alone does not put another in its place.
    Missing,
}

/// What of these factors is asked for. A recovery code stands in for another factor, and is none by itself.
pub fn asked(factors: &[Factor], saved: Saved, profiles: Profiles) -> Asked {
    let mut kinds = factors.iter().map(|factor| factor.kind).filter(|kind| *kind != FactorKind::RecoveryCode);
    match (kinds.next(), kinds.next()) {
        (Some(only), None) => Asked::Only(only),
        (Some(_), Some(_)) => Asked::Choice,
        (None, _) => match (saved, profiles) {
            (Saved::Nothing, Profiles::Own) => Asked::Enrolment,
            (Saved::Something, _) | (_, Profiles::Managed) => Asked::Missing,
        },
    }
}

/// The step for a first contact, and why it is there.
pub fn enrol(entering: Entering) -> Next {
    let form = ContactToSave { entering, identifier: None };
    Next::Go(Stage::EnrolContact(form), vec![Said::SecondFactorRequired])
}

/// The step that says that only the organisation can help.
pub fn missing(entering: Entering) -> Next {
    Next::to(Stage::Notice(Notice::SecondFactorMissing(entering)))
}

/// The ways for a code to a contact that can be saved: after a code to a phone, none that ends there (FEATURES T4).
pub fn channels_to_save(first: &First, channels: &[Channel]) -> Vec<Channel> {
    let may = |channel: &Channel| match (channel, first) {
        (Channel::Email, _)
        | (Channel::Sms, First::Password(_) | First::Passkey | First::Provider(_) | First::QuickLogin(_)) => true,
        (Channel::Sms, First::Phone { .. }) | (Channel::Notification | Channel::Authenticator, _) => false,
    };
    channels.iter().copied().filter(may).collect()
}

/// The step that the first factor was given at.
pub fn before(entering: &Entering) -> Stage {
    match &entering.first {
        First::Password(way) => Stage::Password(PasswordStage {
            workspace: entering.whose.workspace.clone(),
            way: way.clone(),
            restricted_until: None,
        }),
        First::Phone { typed, .. } => Stage::Identify { identifier: Some(typed.clone()) },
        First::Passkey | First::Provider(_) | First::QuickLogin(_) => Stage::Identify { identifier: None },
    }
}

/// Where a first contact was to be saved from: on the way in, or in settings.
pub fn before_enrolment(entering: &Entering) -> Stage {
    match &entering.first {
        First::Password(Way::Proof(whose)) => Stage::Security(whose.clone()),
        First::Password(_) | First::Phone { .. } | First::Passkey | First::Provider(_) | First::QuickLogin(_) => {
            before(entering)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(kind: FactorKind) -> Factor {
        Factor { id: "a".into(), kind, to: None }
    }

    /// T1 to T3, T5.
    #[test]
    fn what_is_asked_for_depends_on_what_is_saved() {
        let [email, sms, recovery] = [FactorKind::Email, FactorKind::Sms, FactorKind::RecoveryCode].map(factor);
        let of = |factors: &[Factor]| asked(factors, Saved::Nothing, Profiles::Own);
        assert_eq!(of(&[]), Asked::Enrolment);
        assert_eq!(of(core::slice::from_ref(&recovery)), Asked::Enrolment);
        assert_eq!(asked(&[], Saved::Nothing, Profiles::Managed), Asked::Missing);
        assert_eq!(
            asked(&[], Saved::Something, Profiles::Own),
            Asked::Missing,
            "the password alone replaces no factor"
        );
        assert_eq!(of(&[email.clone(), recovery]), Asked::Only(FactorKind::Email));
        assert_eq!(asked(&[email, sms], Saved::Something, Profiles::Managed), Asked::Choice);
    }

    /// T4.
    #[test]
    fn after_a_code_to_a_phone_no_contact_on_a_phone_can_be_saved() {
        let all = [Channel::Email, Channel::Sms, Channel::Notification];
        let phone =
            First::Phone { typed: "010-2345-6789".into(), number: MobileNumber::parse("010-2345-6789").unwrap() };
        assert_eq!(channels_to_save(&phone, &all), [Channel::Email]);
        assert_eq!(channels_to_save(&Way::Organisation.into(), &all), [Channel::Email, Channel::Sms]);
    }
}
