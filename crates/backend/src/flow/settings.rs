//! A member's own settings (FEATURES S4). Each act is of who is signed in; what adds a way in, or replaces one, takes a fresh
//! proof besides. It refuses to know sessions and credentials.

use daemun_protocol::{ActionName, DeviceKind, MessageCode, Offer, Offers, Proof};
use serde::{Deserialize, Serialize};

use super::new_password::Whose;
use super::passkey::Unlocking;
use super::policy::PolicyForm;
use super::sign_in::{PasswordStage, Way};
use super::{Ending, Facts, Stage};

/// Accounts that may have registered one device (FEATURES S4).
pub const ACCOUNTS_OF_A_DEVICE: u32 = 5;

/// A device that is to be registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewDevice {
    pub whose: Whose,
    pub kind: DeviceKind,
}

/// What a member has asked for that takes a fresh proof first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterProof {
    RegisterDevice(NewDevice),
    ReissueRecoveryKey(Whose),
    ReviewPolicy(PolicyForm),
}

/// What can be done with the devices. A security key is a second factor too, so it can be registered where nobody signs in by
/// one.
pub fn offers(facts: &Facts) -> Offers {
    let proof = (!facts.is_fresh).then_some(Proof::Fresh);
    let may = |offers: Offers, name, is_allowed| {
        if is_allowed { offers.with_offer(name, Offer { proof, ..Offer::default() }) } else { offers }
    };
    let offers = may(Offers::default(), ActionName::Register, allows_devices(facts));
    let offers = may(offers, ActionName::RegisterKey, facts.knows_passkeys);
    let offers = may(offers, ActionName::ReissueRecoveryKey, facts.is_super_administrator);
    let offers = match facts.devices.is_empty() {
        true => offers,
        false => offers.with(ActionName::Rename).with(ActionName::Remove),
    };
    offers.with(ActionName::Done)
}

/// Why something is not there that members may look for.
pub fn missing(facts: &Facts) -> Option<MessageCode> {
    (!allows_devices(facts)).then_some(MessageCode::MethodNotAllowed)
}

fn allows_devices(facts: &Facts) -> bool {
    facts.knows_passkeys && facts.workspace.as_ref().is_some_and(|workspace| workspace.device_unlock)
}

/// The fresh proof that is due, if any. Who has nothing to give one by signs in anew, and has given one then.
pub fn proof(whose: &Whose, facts: &Facts) -> Option<Stage> {
    if facts.is_fresh {
        return None;
    }
    Some(match (facts.has_password, facts.devices.is_empty()) {
        (true, _) => password(whose),
        (false, false) => Stage::Passkey(Unlocking::Proof(whose.clone())),
        (false, true) => Stage::Ended(Ending::SignedOut),
    })
}

/// The password once more.
pub fn password(whose: &Whose) -> Stage {
    let (workspace, way) = (whose.workspace.clone(), Way::Proof(whose.clone()));
    Stage::Password(PasswordStage { workspace, way, restricted_until: None })
}
