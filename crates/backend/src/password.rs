//! Passwords: argon2id, off the async threads, a few at a time. It refuses to know whose they are and how often one may
//! try (see `limits`).

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use daemun_protocol::Secret;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// Longest password that is read, in bytes.
pub const LONGEST: usize = 1024;

/// Memory in KiB, passes and lanes: OWASP's Password Storage Cheat Sheet, argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Seconds a check waits for its turn before it is given up.
const PATIENCE: u64 = 10;

/// A hash in PHC string format.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPassword(pub String);

/// Checks passwords.
#[derive(Clone, Debug)]
pub struct PasswordChecker {
    turns: Arc<Semaphore>,
}

/// Why a password was not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotChecked {
    #[error("too many passwords are being checked")]
    Busy,
    #[error("argon2 refused")]
    Failed,
}

/// What a password is checked against.
#[derive(Clone)]
pub enum Against {
    /// An account's.
    Account(StoredPassword),
    /// Nobody's: takes as long, and is never right.
    Nobody,
}

impl PasswordChecker {
    /// One that runs as many checks at once as there are processors.
    pub fn new() -> Self {
        let turns = std::thread::available_parallelism().map_or(2, usize::from).clamp(1, 4);
        Self { turns: Arc::new(Semaphore::new(turns)) }
    }

    /// Whether this is the password.
    ///
    /// # Errors
    /// [`NotChecked::Busy`] after ten seconds without a turn.
    pub async fn is_right(&self, password: Secret, against: Against) -> Result<bool, NotChecked> {
        let turn = tokio::time::timeout(Duration::from_secs(PATIENCE), self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| NotChecked::Busy)?.map_err(|_| NotChecked::Busy)?;
        let checked = tokio::task::spawn_blocking(move || {
            let (stored, of_somebody) = match against {
                Against::Account(stored) => (stored, true),
                Against::Nobody => (nobodys()?.clone(), false),
            };
            let parsed = PasswordHash::new(&stored.0).map_err(|_| NotChecked::Failed)?;
            let is_right = hasher()?.verify_password(prepared(&password).expose().as_bytes(), &parsed).is_ok();
            drop(turn);
            Ok(is_right && of_somebody)
        });
        checked.await.map_err(|_| NotChecked::Failed)?
    }
}

impl Default for PasswordChecker {
    fn default() -> Self {
        Self::new()
    }
}

/// Hashes a password with a salt of 16 random bytes. Slow on purpose: not for an async thread.
///
/// # Errors
/// [`NotChecked::Failed`] if argon2 refuses.
pub fn hash(password: &Secret, salt: &[u8; 16]) -> Result<StoredPassword, NotChecked> {
    let hash = hasher()?
        .hash_password_with_salt(prepared(password).expose().as_bytes(), salt)
        .map_err(|_| NotChecked::Failed)?;
    Ok(StoredPassword(hash.to_string()))
}

/// The password as it is compared: NFC (RFC 8265 §4.2.2), so that 가 typed as one or as two characters is one password.
fn prepared(password: &Secret) -> Secret {
    Secret::new(password.expose().nfc().collect::<String>())
}

fn hasher() -> Result<Argon2<'static>, NotChecked> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|_| NotChecked::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A hash with the same cost that stands in where there is no account.
fn nobodys() -> Result<&'static StoredPassword, NotChecked> {
    static NOBODYS: OnceLock<Result<StoredPassword, NotChecked>> = OnceLock::new();
    NOBODYS.get_or_init(|| hash(&Secret::new("nobody"), b"nobody's salt 16")).as_ref().map_err(|refused| *refused)
}

/// Makes what is made once, so that the first check for nobody takes no longer than the others.
pub(crate) fn warm_up() {
    let _ = nobodys();
}

impl core::fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("StoredPassword")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_right_or_wrong() {
        let stored = hash(&Secret::new("비밀번호-correct"), &[1; 16]).unwrap();
        assert!(stored.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", stored.0);
        let checker = PasswordChecker::new();
        let check = |password: &str, against| checker.is_right(Secret::new(password), against);
        assert_eq!(check("비밀번호-correct", Against::Account(stored.clone())).await, Ok(true));
        let decomposed: String = "비밀번호-correct".nfd().collect();
        assert_eq!(check(&decomposed, Against::Account(stored.clone())).await, Ok(true));
        assert_eq!(check("비밀번호-Correct", Against::Account(stored)).await, Ok(false));
        assert_eq!(check("nobody", Against::Nobody).await, Ok(false));
    }
}
