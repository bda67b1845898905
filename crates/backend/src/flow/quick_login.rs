//! Quick login: a PIN for one device, and the key that this device keeps (FEATURES L7, S7). It refuses to know how keys and PINs
//! are kept and compared.

use daemun_protocol::{ActionName, FieldCode, FieldError, Offers, Secret};
use serde::{Deserialize, Serialize};

use super::new_password::Whose;
use super::sign_in::{PasswordStage, Way};
use super::{Facts, Next, Said, Stage, Workspace};

/// Digits of a PIN.
const LENGTH: usize = 6;

/// What the app and its host can do besides showing steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// It is the platform's app, which allows it, and keeps a key.
    pub quick_login: bool,
    /// It has a PIN of its own: whoever is here has entered that.
    pub screen_lock: bool,
}

impl Host {
    /// As the app tells it.
    pub fn told(capabilities: &[String]) -> Self {
        let has = |name: &str| capabilities.iter().any(|told| told == name);
        Self { quick_login: has("quick_login"), screen_lock: has("screen_lock") }
    }
}

/// The PIN is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickLogin {
    /// Their ID is masked: who holds the device may be anybody.
    pub whose: Whose,
    pub key: String,
    /// What the device is to sign next.
    pub challenge: String,
}

/// A PIN is to be set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPin {
    pub whose: Whose,
    pub key: String,
    /// What the device is to sign next.
    pub challenge: String,
    /// Whether there is one already.
    pub change: bool,
    /// Whether it is the one that the host has, entered once.
    pub once: bool,
}

/// What the settings know of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// `Some`: it is set up in this browser, with the device's own unlock or without.
    pub here: Option<Unlock>,
    /// In how many others it is.
    pub elsewhere: u32,
    /// Whether this device can be unlocked instead of the PIN, or registered for that.
    pub can_unlock: bool,
}

/// What does for a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlock {
    Pin,
    PinOrBiometrics,
}

impl QuickLogin {
    pub(super) fn offers(&self, facts: &Facts) -> Offers {
        let offers = Offers::default().with(ActionName::Submit);
        let offers = if facts.has_passkey == Some(true) { offers.with(ActionName::UsePasskey) } else { offers };
        offers.with(ActionName::UseOther)
    }
}

/// Where it is asked for ID and password, or whatever leads there: nothing of who it is stays.
pub fn by_password(workspace: &Workspace) -> Next {
    let way = Way::Organisation;
    Next::to(if workspace.takes_organisation_way() {
        Stage::Password(PasswordStage { workspace: workspace.id.clone(), way, restricted_until: None })
    } else {
        Stage::Identify { identifier: None }
    })
}

/// Every PIN was wrong.
pub fn revoked(workspace: &Workspace) -> Next {
    by_password(workspace).saying(Said::QuickLoginRevoked)
}

/// The digits of a PIN, or what is wrong with it.
fn digits(pin: &Secret) -> Result<[u8; LENGTH], FieldCode> {
    let bytes = pin.expose().as_bytes();
    match bytes.try_into() {
        _ if bytes.is_empty() => Err(FieldCode::Required),
        Ok(digits) if bytes.iter().all(u8::is_ascii_digit) => Ok(digits),
        Ok(_) | Err(_) => Err(FieldCode::PinInvalid),
    }
}

/// What is wrong with a PIN that is entered, before it is compared.
pub fn trouble(pin: &Secret) -> Option<FieldError> {
    digits(pin).err().map(|code| at("/input/pin", code))
}

/// What is wrong with a PIN that is to be set: anybody's first guess, or not the same twice.
pub fn trouble_to_set(pin: &Secret, again: Option<&Secret>, once: bool) -> Vec<FieldError> {
    let first = digits(pin).and_then(|digits| trivial(digits).map_or(Ok(()), Err)).err();
    let second = match again {
        _ if once => None,
        Some(again) if again == pin => None,
        Some(again) if !again.expose().is_empty() => Some(FieldCode::PinMismatch),
        Some(_) | None => Some(FieldCode::Required),
    };
    // Whether two are the same is of no use while the first is none.
    let second = second.filter(|code| first.is_none() || *code == FieldCode::Required);
    let errors = [first.map(|code| at("/input/pin", code)), second.map(|code| at("/input/pin_again", code))];
    errors.into_iter().flatten().collect()
}

fn at(pointer: &str, code: FieldCode) -> FieldError {
    FieldError { pointer: pointer.into(), code }
}

/// Why a PIN is among the first that anybody would try.
fn trivial(digits: [u8; LENGTH]) -> Option<FieldCode> {
    let steps = |by: u8| digits.windows(2).all(|two| matches!(two, [a, b] if (a - b'0' + by) % 10 == b - b'0'));
    let repeats = |length: usize| digits.iter().zip(digits.iter().skip(length)).all(|(a, b)| a == b);
    if steps(0) {
        Some(FieldCode::PinSameDigit)
    } else if steps(1) || steps(9) {
        Some(FieldCode::PinRun)
    } else if repeats(2) || repeats(3) {
        Some(FieldCode::PinRepeats)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(pin: &str, again: Option<&str>, once: bool) -> Vec<(String, FieldCode)> {
        let again = again.map(Secret::new);
        let errors = trouble_to_set(&Secret::new(pin), again.as_ref(), once);
        errors.into_iter().map(|error| (error.pointer, error.code)).collect()
    }

    /// S7: what anybody would try first, each with its own word.
    #[test]
    fn s7_trivial_pins() {
        for (pin, code) in [
            ("000000", FieldCode::PinSameDigit),
            ("777777", FieldCode::PinSameDigit),
            ("123456", FieldCode::PinRun),
            ("456789", FieldCode::PinRun),
            ("567890", FieldCode::PinRun),
            ("987654", FieldCode::PinRun),
            ("543210", FieldCode::PinRun),
            ("210987", FieldCode::PinRun),
            ("121212", FieldCode::PinRepeats),
            ("123123", FieldCode::PinRepeats),
            ("707070", FieldCode::PinRepeats),
            ("", FieldCode::Required),
            ("12345", FieldCode::PinInvalid),
            ("1357913", FieldCode::PinInvalid),
            ("13579a", FieldCode::PinInvalid),
            ("１３５７９１", FieldCode::PinInvalid),
        ] {
            assert_eq!(codes(pin, Some(pin), true), [("/input/pin".into(), code)], "{pin}");
        }
        for pin in ["135791", "199503", "241224", "112233", "122333", "908172"] {
            assert_eq!(codes(pin, Some(pin), false), [], "{pin}");
        }
    }

    /// S7: the second one is judged beside the first.
    #[test]
    fn s7_the_pin_again() {
        let at_again = |code| vec![("/input/pin_again".to_owned(), code)];
        assert_eq!(codes("135791", Some("135792"), false), at_again(FieldCode::PinMismatch));
        assert_eq!(codes("135791", Some(""), false), at_again(FieldCode::Required));
        assert_eq!(codes("135791", None, false), at_again(FieldCode::Required));
        assert_eq!(codes("135791", None, true), []);
        assert_eq!(codes("123456", Some("135791"), false), [("/input/pin".into(), FieldCode::PinRun)]);
    }
}
