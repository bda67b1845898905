//! The one source of time. It refuses to know what its readers do with it; nobody else may ask the system.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use daemun_protocol::Timestamp;
use tokio::sync::watch;

/// A clock that is shared by cloning: all clones are moved together.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pace: Pace,
    /// `Running`: milliseconds that were added. `Standing`: the time itself.
    hand: watch::Sender<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pace {
    /// The system's time when the clock was made, and what has passed since by a clock that nobody sets: whoever sets the
    /// system's time, back or forward, neither frees anybody nor locks anybody out.
    Running {
        since: Instant,
        began_at: u64,
    },
    Standing,
}

impl Clock {
    /// The system's time, running on by itself; [`Clock::advance_seconds`] adds to it.
    pub fn system() -> Self {
        #[expect(clippy::disallowed_methods, reason = "this is the port")]
        let since = Instant::now();
        Self::with(Pace::Running { since, began_at: system_millis() }, 0)
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
        Self(Arc::new(Inner { pace, hand: watch::Sender::new(hand) }))
    }

    /// The present moment. It never goes backwards.
    pub fn now(&self) -> Timestamp {
        let hand = *self.0.hand.borrow();
        Timestamp(match self.0.pace {
            Pace::Running { since, began_at } => {
                let passed = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
                began_at.saturating_add(passed).saturating_add(hand)
            }
            Pace::Standing => hand,
        })
    }

    /// The time of day as the system tells it now, moved like this clock: what another device's clock is compared with. It may
    /// go backwards, so nothing is counted by it.
    pub fn time_of_day(&self) -> Timestamp {
        let hand = *self.0.hand.borrow();
        Timestamp(match self.0.pace {
            Pace::Running { .. } => system_millis().saturating_add(hand),
            Pace::Standing => hand,
        })
    }

    /// Moves the clock on, and wakes whoever sleeps until a moment that has thereby come.
    pub fn advance_seconds(&self, seconds: u64) {
        self.0.hand.send_modify(|hand| *hand = hand.saturating_add(seconds.saturating_mul(1000)));
    }

    /// Milliseconds by which a running clock was moved; `None` for one that stands.
    pub(crate) fn moved_by(&self) -> Option<u64> {
        match self.0.pace {
            Pace::Running { .. } => Some(*self.0.hand.borrow()),
            Pace::Standing => None,
        }
    }

    /// Moves a running clock to where it was moved before; never back. One that stands is somebody else's to move.
    pub(crate) fn resume(&self, moved_by: u64) {
        match self.0.pace {
            Pace::Running { .. } => self.0.hand.send_modify(|hand| *hand = moved_by.max(*hand)),
            Pace::Standing => {}
        }
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
                Pace::Running { .. } => {
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

    #[test]
    fn a_running_clock_resumes_where_it_was_moved_to() {
        let clock = Clock::system();
        let before = clock.now();
        clock.resume(60_000);
        clock.resume(1_000);
        assert!(clock.now().millis_since(before) >= 60_000);
        assert_eq!(clock.moved_by(), Some(60_000));
        let standing = Clock::manual(Timestamp(1_000));
        standing.resume(60_000);
        assert_eq!((standing.now(), standing.moved_by()), (Timestamp(1_000), None));
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
