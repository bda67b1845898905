//! The accounts that are remembered, by this browser or by the host's apps among them, and how one that is chosen goes on (FEATURES L6).
//! Being on a list proves nothing: what it saves is writing an ID and finding the way again. It refuses to know what a policy allows.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daemun_protocol::{Secret, SignInMethod};
use serde::{Deserialize, Serialize};

use super::find_id::masked;
use crate::email_address::EmailAddress;
use crate::server_key::{Digest32, ServerKey};
use crate::store::RememberedAccount;

/// An account that was chosen from the list. Its ID is told in part: nobody has written it here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub account: i64,
    pub name: String,
    pub email: EmailAddress,
}

impl Listed {
    /// The ID, as much of it as is told.
    pub fn masked(&self) -> String {
        masked(self.email.as_str())
    }
}

/// The list that the host's apps share, as it is stored; `None` for anything but 256 bits in base64url. It is no browser's: whoever
/// has a cookie's value has no list by it, nor the other way round.
pub fn shared_list(key: &ServerKey, secret: &Secret) -> Option<Digest32> {
    let drawn = URL_SAFE_NO_PAD.decode(secret.expose()).ok().filter(|drawn| drawn.len() == 32)?;
    Some(key.mac("shared list", &[&drawn]))
}

/// How an account was signed in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    Password,
    Code,
    Passkey,
    Mobile,
    Provider(String),
}

/// What `provider` is kept behind.
const PROVIDER: &str = "provider:";

impl Method {
    /// As it is kept.
    pub fn kept(&self) -> String {
        match self {
            Self::Provider(provider) => format!("{PROVIDER}{provider}"),
            Self::Password | Self::Code | Self::Passkey | Self::Mobile => self.on_wire().as_str().into(),
        }
    }

    /// Reads what was kept; what makes no sense is the password.
    pub fn read(kept: &str) -> Self {
        match kept {
            "code" => Self::Code,
            "passkey" => Self::Passkey,
            "mobile" => Self::Mobile,
            other => other.strip_prefix(PROVIDER).map_or(Self::Password, |provider| Self::Provider(provider.into())),
        }
    }

    pub const fn on_wire(&self) -> SignInMethod {
        match self {
            Self::Password => SignInMethod::Password,
            Self::Code => SignInMethod::Code,
            Self::Passkey => SignInMethod::Passkey,
            Self::Mobile => SignInMethod::Mobile,
            Self::Provider(_) => SignInMethod::Provider,
        }
    }

    /// The external provider, where it is one.
    pub fn provider(&self) -> Option<&str> {
        if let Self::Provider(provider) = self { Some(provider) } else { None }
    }
}

/// The ways to try for an account that was chosen, the best first: as it was signed in to last, then what needs nobody else. Whoever
/// has signed out everywhere is asked for the password once more. Another device rings only where it did the last time.
pub fn ways_on(remembered: &RememberedAccount) -> Vec<Method> {
    let last = Method::read(&remembered.method);
    let first = if remembered.signed_out { Method::Password } else { last.clone() };
    let mut ways = vec![first];
    for way in [last, Method::Password, Method::Passkey, Method::Code] {
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use daemun_protocol::Timestamp;

    use super::*;

    fn ways(method: &Method, signed_out: bool) -> Vec<Method> {
        let (handle, method) = ("a".into(), method.kept());
        ways_on(&RememberedAccount { handle, account: 1, method, signed_out, used_at: Timestamp(1) })
    }

    /// L6.
    #[test]
    fn the_last_method_comes_first_unless_its_member_has_signed_out_everywhere() {
        let line = Method::Provider("line".into());
        assert_eq!(ways(&line, false), [line.clone(), Method::Password, Method::Passkey, Method::Code]);
        assert_eq!(ways(&line, true), [Method::Password, line, Method::Passkey, Method::Code]);
        assert_eq!(ways(&Method::Password, true), ways(&Method::Password, false));
        assert!(!ways(&Method::Passkey, false).contains(&Method::Mobile), "nobody's phone rings unasked");
    }

    #[test]
    fn a_method_comes_back_from_storage_as_it_was() {
        for method in [Method::Password, Method::Code, Method::Passkey, Method::Mobile, Method::Provider("line".into())]
        {
            assert_eq!(Method::read(&method.kept()), method);
        }
        assert_eq!(Method::read("of another version"), Method::Password);
    }
}
