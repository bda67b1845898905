//! A browser as a flow knows it: by a secret that only the browser keeps. It refuses to know cookies' syntax (see
//! `http::cookies`).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::chance::{Chance, NoChance};
use crate::server_key::{Digest32, digest, mac};

/// A browser's 256-bit secret. What is stored is its digest alone.
#[derive(Clone)]
pub struct Browser {
    secret: [u8; 32],
}

/// A secret that makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotABrowser;

impl Browser {
    /// # Errors
    /// [`NoChance`] when there is no randomness.
    pub fn draw(chance: &Chance) -> Result<Self, NoChance> {
        Ok(Self { secret: chance.bytes()? })
    }

    /// Reads a cookie's value.
    ///
    /// # Errors
    /// [`NotABrowser`] for anything but 43 characters of base64url.
    pub fn parse(value: &str) -> Result<Self, NotABrowser> {
        let bytes = URL_SAFE_NO_PAD.decode(value).map_err(|_| NotABrowser)?;
        Ok(Self { secret: bytes.try_into().map_err(|_| NotABrowser)? })
    }

    /// The cookie's value.
    pub fn cookie_value(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.secret)
    }

    /// What is stored of it.
    pub fn id(&self) -> Digest32 {
        digest(&self.secret)
    }

    /// What is stored of a request's body, so that a key that comes again is held to it. Bodies hold passwords in a known
    /// template, so it is keyed with what is never stored: whoever reads the file has nothing to compare guesses with.
    pub fn body_digest(&self, body: &[u8]) -> Digest32 {
        mac(&self.secret, "body", &[body])
    }

    /// A session's id for this browser. It is made of the browser's secret and a stored random salt, so that a repeated
    /// request gets the same cookie although no session id is ever stored.
    pub fn session_token(&self, salt: &[u8; 16]) -> String {
        URL_SAFE_NO_PAD.encode(mac(&self.secret, "session", &[salt]))
    }
}

impl core::fmt::Debug for Browser {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Browser")
    }
}

/// What is stored of a session's id; `None` for what cannot be one.
pub fn session_digest(token: &str) -> Option<Digest32> {
    (token.len() == 43).then(|| digest(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_known_by_its_cookie() {
        let browser = Browser::draw(&Chance::seeded(1)).unwrap();
        let again = Browser::parse(&browser.cookie_value()).unwrap();
        assert_eq!(again.id(), browser.id());
        assert_eq!(again.session_token(&[1; 16]), browser.session_token(&[1; 16]));
        assert_ne!(again.session_token(&[1; 16]), browser.session_token(&[2; 16]));
        assert_eq!(browser.session_token(&[1; 16]).len(), 43);
        for value in ["", "a", &"a".repeat(42), &"a".repeat(44), &"=".repeat(43), &"\0".repeat(43)] {
            assert!(Browser::parse(value).is_err(), "{value:?}");
        }
    }
}
