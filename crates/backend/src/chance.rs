//! The one source of randomness. It refuses to know what its bytes become.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// A source of random bytes that is shared by cloning.
#[derive(Clone, Debug)]
pub struct Chance(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Seeded { seed: u64, drawn: Arc<AtomicU64> },
}

/// The system gave no random bytes.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the system gave no random bytes")]
pub struct NoChance;

impl Chance {
    /// The system's cryptographic generator.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The same bytes in the same order for the same seed. For tests alone: whoever knows the seed knows the codes.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded { seed, drawn: Arc::default() })
    }

    /// `N` random bytes.
    ///
    /// # Errors
    /// [`NoChance`] when the system gives none.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], NoChance> {
        let mut bytes = [0; N];
        match &self.0 {
            Source::System => {
                #[expect(clippy::disallowed_methods, reason = "this is the port")]
                getrandom::fill(&mut bytes).map_err(|_| NoChance)?;
            }
            Source::Seeded { seed, drawn } => {
                for chunk in bytes.chunks_mut(32) {
                    let block = Sha256::new()
                        .chain_update(b"daemun-seeded-chance")
                        .chain_update(seed.to_be_bytes())
                        .chain_update(drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes())
                        .finalize();
                    for (to, from) in chunk.iter_mut().zip(block) {
                        *to = from;
                    }
                }
            }
        }
        Ok(bytes)
    }

    /// A number from 0 to `bound` - 1, each as likely as the other.
    ///
    /// # Errors
    /// [`NoChance`] when the system gives no bytes.
    pub fn below(&self, bound: u32) -> Result<u32, NoChance> {
        let bound = bound.max(1);
        // The numbers from `fair` up would favour the small remainders.
        let fair = u32::MAX - u32::MAX % bound;
        loop {
            let number = u32::from_be_bytes(self.bytes()?);
            if number < fair {
                return Ok(number % bound);
            }
        }
    }

    /// `N` random bytes as base64url without padding (RFC 4648 §5).
    ///
    /// # Errors
    /// [`NoChance`] when the system gives none.
    pub fn token<const N: usize>(&self) -> Result<String, NoChance> {
        Ok(URL_SAFE_NO_PAD.encode(self.bytes::<N>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_every_byte() {
        let (one, same, other) = (Chance::seeded(1), Chance::seeded(1), Chance::seeded(2));
        let first = one.bytes::<40>().unwrap();
        assert_eq!(first, same.bytes::<40>().unwrap());
        assert_ne!(first, other.bytes::<40>().unwrap());
        assert_ne!(first, one.bytes::<40>().unwrap());
    }

    #[test]
    fn numbers_stay_below_their_bound() {
        let chance = Chance::seeded(3);
        let mut seen = [0_u32; 10];
        for _ in 0..5_000 {
            seen[chance.below(10).unwrap() as usize] += 1;
        }
        assert!(seen.iter().all(|count| (350..650).contains(count)), "{seen:?}");
    }
}
