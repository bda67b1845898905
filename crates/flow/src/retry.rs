//! When to try again: the times between requests, with a little chance in them so that members do not return in step.

use crate::Moment;

/// How often an unanswered request is sent again by itself before the member is asked.
pub(crate) const RESENDS: u8 = 2;

/// Pause before the first resend, in milliseconds; it triples with each.
const FIRST_PAUSE: u64 = 400;

/// Longest pause between two reads after failures, in milliseconds.
const LONGEST_PAUSE: u64 = 60_000;

/// A 429 lengthens the interval by this for good (RFC 8628 §3.5), in milliseconds.
const SLOW_DOWN: u64 = 5_000;

/// A small generator (xorshift32) for jitter; nothing secret depends on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Jitter(u32);

impl Jitter {
    pub(crate) const fn new(seed: u32) -> Self {
        Self(if seed == 0 { 0x9e37_79b9 } else { seed })
    }

    /// `millis` and up to a fifth more.
    fn above(&mut self, millis: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        millis + millis * u64::from(self.0 % 201) / 1000
    }

    /// The pause before resend number `attempt` (from 1).
    pub(crate) fn resend_pause(&mut self, attempt: u8) -> u64 {
        self.above(FIRST_PAUSE * 3_u64.pow(u32::from(attempt.saturating_sub(1))))
    }
}

/// The rhythm in which a flow is read again while somebody else has to act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rhythm {
    /// Added to the step's interval since a 429, in milliseconds.
    slower: u64,
    /// Failures in a row.
    failures: u32,
}

impl Rhythm {
    pub(crate) fn answered(&mut self) {
        self.failures = 0;
    }

    pub(crate) fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// Whether the last answer was none.
    pub(crate) fn is_failing(self) -> bool {
        self.failures > 0
    }

    pub(crate) fn told_to_slow_down(&mut self) {
        self.failures = 0;
        self.slower += SLOW_DOWN;
    }

    /// When the next read is sent: `interval` seconds after the last sending, later after failures, never before now.
    pub(crate) fn next(self, interval: u32, sent: Moment, now: Moment, jitter: &mut Jitter) -> Moment {
        let interval = u64::from(interval.max(1)) * 1000 + self.slower;
        let pause = interval.saturating_mul(1 << self.failures.min(6)).min(LONGEST_PAUSE.max(interval));
        sent.plus_millis(jitter.above(pause)).max(now)
    }
}
