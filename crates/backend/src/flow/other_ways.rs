//! Another way on for an account that was chosen from this browser's list (FEATURES L6). It refuses to know which ones are open.

use daemun_protocol::SignInMethod;

use super::accounts::Method;
use super::approval::{Asks, Instead, Waiting};
use super::code::{Contact, Purpose, SentCode};
use super::passkey::Unlocking;
use super::provider::{From, Leaving};
use super::sign_in::{PasswordStage, Way};
use super::{Notice, Stage};

/// The account that was chosen, and how a stage goes on with it.
pub fn gone_by(stage: &Stage) -> Option<(i64, SignInMethod)> {
    if let Stage::Code(SentCode { to, purpose: Purpose::Listed { account, .. }, .. }) = stage {
        let method = match to {
            // Behind it comes the password.
            Contact::Email(_) => SignInMethod::Password,
            Contact::Mobile { .. } => SignInMethod::Code,
        };
        return Some((*account, method));
    }
    let (instead, method) = instead_of_password(stage)?;
    if let Way::Listed(listed) = &instead.way { Some((listed.account, method)) } else { None }
}

/// The password's step that a stage is, or stands in the place of.
fn instead_of_password(stage: &Stage) -> Option<(&PasswordStage, SignInMethod)> {
    if let Stage::Password(stage) = stage {
        Some((stage, SignInMethod::Password))
    } else if let Stage::Passkey(Unlocking::First(stage)) = stage {
        Some((stage, SignInMethod::Passkey))
    } else if let Stage::Provider(Leaving { from: From::Password(stage), .. }) = stage {
        Some((stage, SignInMethod::Provider))
    } else if let Stage::Waiting(waiting) = stage {
        Some((waiting.instead_of_password()?, SignInMethod::Mobile))
    } else if let Stage::Notice(Notice::ApprovalEnded { waiting, .. }) = stage {
        Some((waiting.instead_of_password()?, SignInMethod::Mobile))
    } else {
        None
    }
}

impl Waiting {
    const fn instead_of_password(&self) -> Option<&PasswordStage> {
        if let Asks::OwnPhone { instead: Instead::Password(stage), .. } = &self.asks { Some(stage) } else { None }
    }
}

/// The ways to try instead, after the one that is gone by, in a ring: so each is come to that is open. Another device rings only
/// where it did the last time.
pub fn others(gone_by: &SignInMethod, connected: impl IntoIterator<Item = String>) -> Vec<Method> {
    let providers = connected.into_iter().map(Method::Provider);
    let mut ring: Vec<_> = [Method::Passkey, Method::Password, Method::Code].into_iter().chain(providers).collect();
    let after = ring.iter().rposition(|way| way.on_wire() == *gone_by).map_or(0, |at| at + 1);
    ring.rotate_left(after);
    ring.retain(|way| way.on_wire() != *gone_by);
    ring
}

#[cfg(test)]
mod tests {
    use super::*;

    /// L6.
    #[test]
    fn the_ways_are_come_to_one_after_another() {
        let providers = || ["line".to_owned(), "naver".to_owned()];
        let (line, naver) = (Method::Provider("line".into()), Method::Provider("naver".into()));
        let others = |gone_by| others(&gone_by, providers());
        assert_eq!(others(SignInMethod::Passkey), [Method::Password, Method::Code, line.clone(), naver.clone()]);
        assert_eq!(others(SignInMethod::Password), [Method::Code, line.clone(), naver.clone(), Method::Passkey]);
        assert_eq!(others(SignInMethod::Provider), [Method::Passkey, Method::Password, Method::Code]);
        assert_eq!(others(SignInMethod::Mobile), [Method::Passkey, Method::Password, Method::Code, line, naver]);
    }
}
