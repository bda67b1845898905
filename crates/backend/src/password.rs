//! Passwords: argon2id, off the async threads, a few at a time. It refuses to know whose they are and how often one may
//! try (see `limits`).

mod breached;
mod policy;
mod prepared;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use daemun_protocol::Secret;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub use breached::{Breached, WorstPasswords};
pub use policy::{LONGEST_HISTORY, PasswordPolicy};
pub use prepared::Prepared;
pub(crate) use prepared::is_ignorable;

/// Longest password that is read, in bytes.
pub const LONGEST: usize = 1024;

/// Memory in KiB, passes and lanes: OWASP's Password Storage Cheat Sheet, argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Seconds a check waits for its turn before it is given up.
const PATIENCE: u64 = 10;

/// A hash in PHC string format.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StoredPassword(pub String);

/// What came of making a hash of a new password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    Hash(StoredPassword),
    /// It is one of those that it must not be.
    Reused,
}

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
        let turn = self.turn().await?;
        let checked = tokio::task::spawn_blocking(move || {
            let (stored, of_somebody) = match against {
                Against::Account(stored) => (stored, true),
                Against::Nobody => (nobodys()?.clone(), false),
            };
            let is_right = verify(&Prepared::to_be_compared(&password), &stored)?;
            drop(turn);
            Ok(is_right && of_somebody)
        });
        checked.await.map_err(|_| NotChecked::Failed)?
    }

    /// A new password's hash, unless it is one of the `used`. All of them are compared, so that the time tells no more than
    /// how many there are.
    ///
    /// # Errors
    /// [`NotChecked::Busy`] after ten seconds without a turn.
    pub async fn make(
        &self,
        password: Prepared,
        salt: [u8; 16],
        used: Vec<StoredPassword>,
    ) -> Result<Made, NotChecked> {
        let turn = self.turn().await?;
        let made = tokio::task::spawn_blocking(move || {
            let mut is_used = false;
            for stored in &used {
                is_used |= verify(&password, stored)?;
            }
            let made = hash(&password, &salt)?;
            drop(turn);
            Ok(if is_used { Made::Reused } else { Made::Hash(made) })
        });
        made.await.map_err(|_| NotChecked::Failed)?
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, NotChecked> {
        let turn = tokio::time::timeout(Duration::from_secs(PATIENCE), self.turns.clone().acquire_owned()).await;
        turn.map_err(|_| NotChecked::Busy)?.map_err(|_| NotChecked::Busy)
    }
}

impl Default for PasswordChecker {
    fn default() -> Self {
        Self::new()
    }
}

fn verify(password: &Prepared, stored: &StoredPassword) -> Result<bool, NotChecked> {
    let parsed = PasswordHash::new(&stored.0).map_err(|_| NotChecked::Failed)?;
    Ok(hasher()?.verify_password(password.expose().as_bytes(), &parsed).is_ok())
}

/// Hashes a password with a salt of 16 random bytes. Slow on purpose: not for an async thread.
///
/// # Errors
/// [`NotChecked::Failed`] if argon2 refuses.
pub fn hash(password: &Prepared, salt: &[u8; 16]) -> Result<StoredPassword, NotChecked> {
    let hash = hasher()?.hash_password_with_salt(password.expose().as_bytes(), salt).map_err(|_| NotChecked::Failed)?;
    Ok(StoredPassword(hash.to_string()))
}

fn hasher() -> Result<Argon2<'static>, NotChecked> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|_| NotChecked::Failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A hash with the same cost that stands in where there is no account.
fn nobodys() -> Result<&'static StoredPassword, NotChecked> {
    static NOBODYS: OnceLock<Result<StoredPassword, NotChecked>> = OnceLock::new();
    NOBODYS
        .get_or_init(|| hash(&Prepared::to_be_compared(&Secret::new("nobody")), b"nobody's salt 16"))
        .as_ref()
        .map_err(|refused| *refused)
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
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    fn prepared(text: &str) -> Prepared {
        Prepared::to_be_set(&Secret::new(text)).unwrap()
    }

    #[tokio::test]
    async fn a_password_is_right_or_wrong() {
        let stored = hash(&prepared("비밀번호-correct 1"), &[1; 16]).unwrap();
        assert!(stored.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", stored.0);
        let checker = PasswordChecker::new();
        let check = |password: &str, against| checker.is_right(Secret::new(password), against);
        assert_eq!(check("비밀번호-correct 1", Against::Account(stored.clone())).await, Ok(true));
        let decomposed: String = "비밀번호-correct\u{3000}1".nfd().collect();
        assert_eq!(check(&decomposed, Against::Account(stored.clone())).await, Ok(true));
        assert_eq!(check("비밀번호-Correct 1", Against::Account(stored.clone())).await, Ok(false));
        assert_eq!(check("비밀번호-correct 1\u{200b}", Against::Account(stored)).await, Ok(false));
        assert_eq!(check("nobody", Against::Nobody).await, Ok(false));
    }

    /// R3: none of the last ones again, however it is typed.
    #[tokio::test]
    async fn a_used_password_is_not_made_again() {
        let checker = PasswordChecker::new();
        let used: Vec<_> = ["비밀번호 a1", "other a1"].map(|text| hash(&prepared(text), &[1; 16]).unwrap()).into();
        let decomposed: String = "비밀번호\u{a0}a1".nfd().collect();
        let made = checker.make(prepared(&decomposed), [2; 16], used.clone()).await;
        assert_eq!(made, Ok(Made::Reused));
        let made = checker.make(prepared("another a1"), [2; 16], used).await.unwrap();
        assert_eq!(made, Made::Hash(hash(&prepared("another a1"), &[2; 16]).unwrap()));
    }
}
