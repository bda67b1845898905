//! The one source of time. It refuses to know what its readers do with it; nobody else may ask the system.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use daemun_protocol::Timestamp;
use tokio::sync::watch;

/// A clock that is shared by cloning: all clones are moved together.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pace: Pace,
    /// `Running`: milliseconds added to the system's time. `Standing`: the time itself.
    hand: watch::Sender<u64>,
    /// The latest moment told, so that time never goes backwards when the system's clock is set back.
    latest: AtomicU64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    Running,
    Standing,
}

impl Clock {
    /// The system's time, running on by itself; [`Clock::advance_seconds`] adds to it.
    pub fn system() -> Self {
        Self::with(Pace::Running, 0)
    }

    /// A clock that stands at `at` until it is moved.
    pub fn manual(at: Timestamp) -> Self {
        Self::with(Pace::Standing, at.0)
    }

    /// A clock that stands at the system's present time until it is moved.
    pub fn manual_now() -> Self {
        Self::manual(Timestamp(system_millis()))
    }

    fn with(pace: Pace, hand: u64) -> Self {
        Self(Arc::new(Inner { pace, hand: watch::Sender::new(hand), latest: AtomicU64::new(0) }))
    }

    /// The present moment. It never goes backwards.
    pub fn now(&self) -> Timestamp {
        let hand = *self.0.hand.borrow();
        let told = match self.0.pace {
            Pace::Running => system_millis().saturating_add(hand),
            Pace::Standing => hand,
        };
        Timestamp(self.0.latest.fetch_max(told, Ordering::AcqRel).max(told))
    }

    /// Moves the clock on, and wakes whoever sleeps until a moment that has thereby come.
    pub fn advance_seconds(&self, seconds: u64) {
        self.0.hand.send_modify(|hand| *hand = hand.saturating_add(seconds.saturating_mul(1000)));
    }

    /// Returns once `moment` has come by this clock.
    pub async fn sleep_until(&self, moment: Timestamp) {
        let mut moved = self.0.hand.subscribe();
        loop {
            let left = moment.millis_since(self.now());
            if left == 0 {
                return;
            }
            match self.0.pace {
                Pace::Running => {
                    #[expect(clippy::disallowed_methods, reason = "this is where waiting goes through")]
                    let pause = tokio::time::sleep(Duration::from_millis(left.min(60_000)));
                    tokio::select! { () = pause => {}, _ = moved.changed() => {} }
                }
                Pace::Standing => {
                    if moved.changed().await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

fn system_millis() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "this is the port")]
    let now = SystemTime::now();
    now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(Timestamp(1_000));
        assert_eq!(clock.now(), Timestamp(1_000));
        clock.clone().advance_seconds(2);
        assert_eq!(clock.now(), Timestamp(3_000));
    }

    #[tokio::test]
    async fn a_sleeper_wakes_when_the_clock_is_moved_past_the_moment() {
        for clock in [Clock::manual(Timestamp(0)), Clock::system()] {
            let until = clock.now().plus_seconds(3_600);
            let sleeper = tokio::spawn({
                let clock = clock.clone();
                async move { clock.sleep_until(until).await }
            });
            clock.advance_seconds(3_601);
            sleeper.await.unwrap();
        }
    }
}
