//! The secrets of links in mails: drawn, read, written into a URL, and stored as keyed digests alone. It refuses to know what
//! they open.

use daemun_protocol::Secret;

use crate::chance::{Chance, NoChance};
use crate::server_key::{Digest32, ServerKey};

/// 256 random bits as base64url. It has no `Display`, and its `Debug` says nothing.
#[derive(Clone)]
pub struct LinkToken(Secret);

/// Which page a link leads to; a token of one is none of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    Join,
    Reset,
    Security,
}

/// Characters of a token.
const LENGTH: usize = 43;

impl LinkToken {
    /// # Errors
    /// [`NoChance`] when there is no randomness.
    pub fn draw(chance: &Chance) -> Result<Self, NoChance> {
        chance.token::<32>().map(|token| Self(Secret::new(token)))
    }

    /// The sandbox's, which are as public as its passwords.
    pub fn public(key: &ServerKey, name: &str) -> Self {
        use base64::Engine;
        let bytes = key.mac("public link", &[name.as_bytes()]);
        Self(Secret::new(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Reads what came in the address bar; `None` for what cannot be a token.
    pub fn parse(text: &Secret) -> Option<Self> {
        let is_one = text.expose().len() == LENGTH
            && text.expose().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        is_one.then(|| Self(text.clone()))
    }

    /// What is stored of it.
    pub fn digest(&self, key: &ServerKey, kind: LinkKind) -> Digest32 {
        key.mac(kind.path(), &[self.0.expose().as_bytes()])
    }

    /// The link. The secret is in the fragment, so that it reaches no server's log and no `Referer`. `origin` is the
    /// configured one, whatever a request says.
    pub fn url(&self, origin: &str, kind: LinkKind) -> String {
        format!("{origin}{}#{}", kind.path(), self.0.expose())
    }
}

impl LinkKind {
    const fn path(self) -> &'static str {
        match self {
            Self::Join => "/join",
            Self::Reset => "/reset",
            Self::Security => "/link",
        }
    }
}

impl core::fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("LinkToken")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R2, E4, O1: what is stored opens nothing, and a token of one kind is none of the other.
    #[test]
    fn a_token_is_read_as_it_was_drawn_and_stored_as_something_else() {
        let key = ServerKey::new([7; 32]);
        let token = LinkToken::draw(&Chance::seeded(1)).unwrap();
        let url = token.url("https://login.example", LinkKind::Reset);
        let (place, secret) = url.split_once('#').unwrap();
        assert_eq!((place, secret.len()), ("https://login.example/reset", LENGTH));
        let read = LinkToken::parse(&Secret::new(secret)).unwrap();
        assert_eq!(read.digest(&key, LinkKind::Reset), token.digest(&key, LinkKind::Reset));
        for other in [LinkKind::Join, LinkKind::Security] {
            assert_ne!(read.digest(&key, LinkKind::Reset), token.digest(&key, other));
        }
        assert_eq!(format!("{token:?}"), "LinkToken");
        for text in ["", "a", &"a".repeat(42), &"a".repeat(44), &"a".repeat(10_000), &"가".repeat(43), &"=".repeat(43)]
        {
            assert!(LinkToken::parse(&Secret::new(text)).is_none(), "{text:?}");
        }
    }
}
