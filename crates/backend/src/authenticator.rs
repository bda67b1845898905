//! Authenticator apps: their keys, and the codes that they show (RFC 6238). It refuses to know whose they are and which code
//! was taken before.

use daemun_protocol::{Secret, Timestamp};
use totp_rs::{Builder, Totp};

use crate::codes::Code;
use crate::server_key::ServerKey;

/// Who issues the codes, as authenticator apps list it.
const ISSUER: &str = "Daemun";

/// The key of one authenticator app: 160 bits, codes of six digits, a new one every 30 seconds, SHA-1, as every such app
/// takes them.
pub struct AuthenticatorKey(Totp);

impl AuthenticatorKey {
    /// The key that belongs to this account and salt. Nothing else is kept of it; whoever has the server's key and the salt has
    /// it. `None` never happens: the numbers above are within the RFC's bounds.
    pub fn new(key: &ServerKey, account: i64, salt: &[u8; 16], named: &str) -> Option<Self> {
        let secret = key.mac("authenticator", &[&account.to_be_bytes(), salt]);
        Self::of(secret.get(..20)?, named)
    }

    fn of(secret: &[u8], named: &str) -> Option<Self> {
        // A colon parts issuer and account in a key URI, and is in neither.
        let named = named.replace(':', "");
        let builder = Builder::new().with_secret(secret.to_vec()).with_issuer(Some(ISSUER)).with_account_name(named);
        builder.build().ok().map(Self)
    }

    /// The key in base32 (RFC 4648 §6), for typing by hand.
    pub fn base32(&self) -> Secret {
        Secret::new(self.0.secret().to_base32())
    }

    /// The key URI that a QR code carries.
    pub fn uri(&self) -> Secret {
        Secret::new(self.0.to_url().unwrap_or_default())
    }

    /// The time step of which this is the code: now, or one step before or after (RFC 6238 §5.2).
    pub fn step_of(&self, code: &Code, now: Timestamp) -> Option<u64> {
        self.0.check(code.expose(), now.0 / 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(digits: &str) -> Code {
        Code::parse(digits).unwrap()
    }

    /// T5: the RFC's own examples (appendix B, SHA-1), their last six digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let key = AuthenticatorKey::of(b"12345678901234567890", "minji@daemun.test").unwrap();
        for (seconds, digits) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(key.step_of(&code(digits), Timestamp::from_seconds(seconds)), Some(seconds / 30), "{seconds}");
        }
        assert_eq!(key.base32().expose(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            key.uri().expose(),
            "otpauth://totp/Daemun:minji%40daemun.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Daemun"
        );
    }

    /// T5: a clock may be one step off, and no more.
    #[test]
    fn a_code_works_one_step_before_and_after() {
        let key = AuthenticatorKey::of(b"12345678901234567890", "minji").unwrap();
        let at = |seconds| key.step_of(&code("050471"), Timestamp::from_seconds(seconds));
        let step = 1_111_111_111 / 30;
        assert_eq!([at(step * 30 - 31), at(step * 30 - 30)], [None, Some(step)]);
        assert_eq!([at(step * 30 + 59), at(step * 30 + 60)], [Some(step), None]);
    }

    #[test]
    fn each_account_and_each_salt_has_a_key_of_its_own() {
        let server = ServerKey::new([1; 32]);
        let key = |account, salt| AuthenticatorKey::new(&server, account, &[salt; 16], "a:b").unwrap();
        assert_eq!(key(1, 1).base32(), key(1, 1).base32());
        assert_ne!(key(1, 1).base32(), key(2, 1).base32());
        assert_ne!(key(1, 1).base32(), key(1, 2).base32());
        assert!(key(1, 1).uri().expose().starts_with("otpauth://totp/Daemun:ab?"));
    }
}
