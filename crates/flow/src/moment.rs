//! Time as the machine is told it: a reading of the browser's monotonic clock.

use daemun_protocol::{Flow, Timestamp};

/// Milliseconds since the page began (`performance.now()`); it never runs backwards and is no wall clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub u64);

impl Moment {
    #[must_use]
    pub const fn plus_millis(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    #[must_use]
    pub const fn plus_seconds(self, seconds: u64) -> Self {
        self.plus_millis(seconds.saturating_mul(1000))
    }

    /// Milliseconds from `earlier` to this moment; 0 if this one came first.
    pub const fn millis_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// When a time of the backend's clock comes, on ours: counted from when its answer arrived, so that a browser
    /// whose clock is a day off counts down rightly.
    pub fn of(time: Timestamp, flow: &Flow, received: Self) -> Self {
        received.plus_millis(time.millis_since(flow.server_time))
    }
}
