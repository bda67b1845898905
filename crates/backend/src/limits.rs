//! How often something may be tried, as arithmetic on counters. It refuses to know where counters are kept, and what is tried.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use daemun_protocol::Timestamp;
use serde::{Deserialize, Serialize};

/// Wrong answers that are evaluated before a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TryRule {
    /// The last of these restricts.
    pub tries: u32,
    /// Seconds without a try after which the count begins anew.
    pub window: u64,
    /// Seconds of the restriction.
    pub pause: u64,
}

/// Five wrong codes restrict sign-in by email for an address, for half an hour (FEATURES E2).
pub const CODE_TRIES: TryRule = TryRule { tries: 5, window: 30 * 60, pause: 30 * 60 };
/// The same for all browsers together that never signed in with the address.
pub const STRANGERS_CODE_TRIES: TryRule = TryRule { tries: 20, window: 30 * 60, pause: 30 * 60 };
/// Wrong codes of such browsers that are evaluated for one address in a day: where a code is all that is asked for, guessing
/// goes on every day.
pub const STRANGERS_WRONG_CODES: Rate = Rate { count: 40, seconds: 24 * 3600 };
/// Five wrong codes of an account's authenticator or recovery codes. The pause is shorter than a flow lives, so that whoever
/// waits goes on where they were (FEATURES T5).
pub const FACTOR_TRIES: TryRule = TryRule { tries: 5, window: 30 * 60, pause: 15 * 60 };
/// Ten wrong passwords restrict for an hour (FEATURES L9).
pub const PASSWORD_TRIES: TryRule = TryRule { tries: 10, window: 24 * 3600, pause: 3600 };
/// The same for all browsers together that never signed in to the account: once for those that came by the organisation's
/// ID, and once for those that came by a code in the member's mail.
pub const STRANGERS_PASSWORD_TRIES: TryRule = TryRule { tries: 50, window: 24 * 3600, pause: 3600 };

/// A counter as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    pub count: u32,
    pub last_at: Timestamp,
    pub restricted_until: Option<Timestamp>,
}

/// What came of asking for a try, before anything is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// The try is counted; store `tries`, then evaluate.
    Granted { tries: Tries, left: Left },
    /// Not to be evaluated before `until`.
    Restricted { until: Timestamp },
}

/// What is left if the reserved try turns out wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Left {
    /// So many more, at least one.
    Tries(u32),
    /// It was the last.
    Nothing { until: Timestamp },
}

impl Left {
    /// The less of both.
    #[must_use]
    pub fn least(self, other: Self) -> Self {
        match (self, other) {
            (Self::Tries(one), Self::Tries(two)) => Self::Tries(one.min(two)),
            (Self::Tries(_), none @ Self::Nothing { .. }) | (none @ Self::Nothing { .. }, Self::Tries(_)) => none,
            (Self::Nothing { until: one }, Self::Nothing { until: two }) => Self::Nothing { until: one.max(two) },
        }
    }
}

impl TryRule {
    /// Counts one try beforehand, so that of any number of guesses at once no more than `tries` are evaluated.
    pub fn reserve(self, tries: Option<Tries>, now: Timestamp) -> Reservation {
        if let Some(until) = self.restricted_until(tries, now) {
            return Reservation::Restricted { until };
        }
        let before = tries
            .filter(|tries| tries.restricted_until.is_none())
            .filter(|tries| now.millis_since(tries.last_at) < self.window * 1000)
            .map_or(0, |tries| tries.count);
        let count = before.saturating_add(1);
        let until = now.plus_seconds(self.pause);
        let (restricted_until, left) = if count >= self.tries {
            (Some(until), Left::Nothing { until })
        } else {
            (None, Left::Tries(self.tries - count))
        };
        Reservation::Granted { tries: Tries { count, last_at: now, restricted_until }, left }
    }

    /// Until when nothing is evaluated, if that lies ahead.
    pub fn restricted_until(self, tries: Option<Tries>, now: Timestamp) -> Option<Timestamp> {
        tries.and_then(|tries| tries.restricted_until).filter(|until| *until > now)
    }
}

impl Tries {
    /// The counter without one reserved try that was not wrong after all.
    #[must_use]
    pub fn released(self) -> Self {
        Self { count: self.count.saturating_sub(1), restricted_until: None, ..self }
    }
}

/// So many within so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub count: u32,
    pub seconds: u64,
}

/// Codes sent to one address.
pub const SENDS: [Rate; 2] = [Rate { count: 5, seconds: 10 * 60 }, Rate { count: 20, seconds: 24 * 3600 }];

/// Codes sent to phones of one workspace's members, by browsers that are not known there; and those for signing in, which are
/// sent before a workspace is known, of all together. They cost money.
pub const PHONE_SENDS: [Rate; 1] = [Rate { count: 300, seconds: 10 * 60 }];
/// The same where anybody may have any number sent to.
pub const UNPROVEN_PHONE_SENDS: [Rate; 2] =
    [Rate { count: 30, seconds: 10 * 60 }, Rate { count: 300, seconds: 24 * 3600 }];

/// Seconds until one more is within every rate, given the moments of the earlier ones; `None`: now.
pub fn wait_for_rates(rates: &[Rate], earlier: &[Timestamp], now: Timestamp) -> Option<u32> {
    let wait = rates.iter().filter_map(|rate| {
        let mut within: Vec<_> =
            earlier.iter().filter(|at| now.millis_since(**at) < rate.seconds * 1000).copied().collect();
        within.sort_unstable();
        let count = usize::try_from(rate.count).unwrap_or(usize::MAX);
        let over = within.len().checked_sub(count)?;
        within.get(over).map(|oldest| oldest.plus_seconds(rate.seconds).seconds_since(now))
    });
    wait.max().map(|seconds| u32::try_from(seconds).unwrap_or(u32::MAX).max(1))
}

/// What one network address may do. Kept in memory: it fends off floods and is not a member's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpRates {
    pub begin: Rate,
    pub act: Rate,
    pub send: Rate,
    pub password: Rate,
}

impl IpRates {
    /// For a deployment: a whole office may share one address.
    pub const ORDINARY: Self = Self {
        begin: Rate { count: 300, seconds: 60 },
        act: Rate { count: 1200, seconds: 60 },
        send: Rate { count: 100, seconds: 600 },
        password: Rate { count: 300, seconds: 600 },
    };
    /// For tests and trying out: out of the way.
    pub const GENEROUS: Self = Self {
        begin: Rate { count: 1_000_000, seconds: 60 },
        act: Rate { count: 1_000_000, seconds: 60 },
        send: Rate { count: 1_000_000, seconds: 60 },
        password: Rate { count: 1_000_000, seconds: 60 },
    };
}

/// What is counted per network address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Doing {
    Begin,
    Act,
    Send,
    Password,
}

/// One network address, or for IPv6 the /64 that belongs to one customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Neighbourhood(IpAddr);

/// What a counter is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Area {
    Own(Neighbourhood),
    /// The /48 around an IPv6 neighbourhood: it may be one customer's too, with 65536 of them.
    Wide(IpAddr),
}

/// How many times a neighbourhood's allowance its /48 has.
const WIDE: u64 = 8;

impl Neighbourhood {
    fn wide(self) -> Option<Area> {
        match self.0 {
            IpAddr::V4(_) => None,
            IpAddr::V6(v6) => Some(Area::Wide(IpAddr::V6((v6.to_bits() >> 80 << 80).into()))),
        }
    }
}

impl From<IpAddr> for Neighbourhood {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(v4) => IpAddr::V4(v4),
            IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        })
    }
}

/// The counters per network address: the generic cell rate algorithm, one number each.
#[derive(Debug)]
pub struct Meter {
    rates: IpRates,
    /// When the allowance is whole again, in milliseconds.
    whole_at: Mutex<HashMap<(Doing, Area), u64>>,
}

/// Counters kept at most; beyond, those whose allowance is whole are forgotten, and if none is, the half that is nearest to it.
const COUNTERS: usize = 20_000;

impl Meter {
    pub fn new(rates: IpRates) -> Self {
        Self { rates, whole_at: Mutex::default() }
    }

    /// Counts one. Seconds to wait if it is one too many.
    pub fn take(&self, doing: Doing, who: Neighbourhood, now: Timestamp) -> Result<(), u32> {
        let rate = match doing {
            Doing::Begin => self.rates.begin,
            Doing::Act => self.rates.act,
            Doing::Send => self.rates.send,
            Doing::Password => self.rates.password,
        };
        let full = rate.seconds * 1000;
        let count = u64::from(rate.count.max(1));
        let mut counters = self.whole_at.lock().unwrap_or_else(PoisonError::into_inner);
        if counters.len() >= COUNTERS {
            make_room(&mut counters, now);
        }
        // Both or neither: what one refuses is not counted in the other.
        let areas = core::iter::once((Area::Own(who), count)).chain(who.wide().map(|wide| (wide, count * WIDE)));
        let mut counted = Vec::with_capacity(2);
        for (area, count) in areas {
            let whole_at = counters.get(&(doing, area)).copied().unwrap_or(0);
            let next = whole_at.max(now.0).saturating_add((full / count).max(1));
            let over = next.saturating_sub(now.0).saturating_sub(full);
            if over > 0 {
                return Err(u32::try_from(over.div_ceil(1000)).unwrap_or(u32::MAX));
            }
            counted.push(((doing, area), next));
        }
        counters.extend(counted);
        Ok(())
    }

    /// Forgets all counters (sandbox).
    pub fn forget(&self) {
        self.whole_at.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Forgets the counters that matter least. Whoever fills the table with new addresses does not thereby free an old one that
/// waits.
fn make_room(counters: &mut HashMap<(Doing, Area), u64>, now: Timestamp) {
    counters.retain(|_, whole_at| *whole_at > now.0);
    if counters.len() < COUNTERS {
        return;
    }
    let mut ends: Vec<u64> = counters.values().copied().collect();
    let half = ends.len() / 2;
    let (_, middle, _) = ends.select_nth_unstable(half);
    let middle = *middle;
    counters.retain(|_, whole_at| *whole_at > middle);
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: TryRule = TryRule { tries: 3, window: 100, pause: 60 };

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn granted(reservation: Reservation) -> (Tries, Left) {
        match reservation {
            Reservation::Granted { tries, left } => (tries, left),
            Reservation::Restricted { until } => panic!("restricted until {until:?}"),
        }
    }

    #[test]
    fn the_last_try_restricts_and_the_count_begins_anew_after_the_pause() {
        // E2, L9.
        let (one, left) = granted(RULE.reserve(None, at(0)));
        assert_eq!(left, Left::Tries(2));
        let (two, left) = granted(RULE.reserve(Some(one), at(1)));
        assert_eq!(left, Left::Tries(1));
        let (three, left) = granted(RULE.reserve(Some(two), at(2)));
        assert_eq!(left, Left::Nothing { until: at(62) });
        assert_eq!(RULE.reserve(Some(three), at(61)), Reservation::Restricted { until: at(62) });
        let (_, left) = granted(RULE.reserve(Some(three), at(62)));
        assert_eq!(left, Left::Tries(2));
    }

    #[test]
    fn tries_are_forgotten_after_the_window() {
        let (one, _) = granted(RULE.reserve(None, at(0)));
        assert_eq!(granted(RULE.reserve(Some(one), at(99))).1, Left::Tries(1));
        assert_eq!(granted(RULE.reserve(Some(one), at(100))).1, Left::Tries(2));
    }

    #[test]
    fn a_rate_says_when_the_next_is_due() {
        let rates = [Rate { count: 2, seconds: 10 }, Rate { count: 3, seconds: 100 }];
        assert_eq!(wait_for_rates(&rates, &[at(0)], at(1)), None);
        assert_eq!(wait_for_rates(&rates, &[at(0), at(1)], at(2)), Some(8));
        assert_eq!(wait_for_rates(&rates, &[at(0), at(1)], at(10)), None);
        assert_eq!(wait_for_rates(&rates, &[at(0), at(1), at(11)], at(30)), Some(70));
    }

    #[test]
    fn a_flood_from_one_address_waits_and_its_neighbour_does_not() {
        let meter = Meter::new(IpRates { begin: Rate { count: 2, seconds: 10 }, ..IpRates::GENEROUS });
        let one = Neighbourhood::from(IpAddr::from([192, 0, 2, 1]));
        let other = Neighbourhood::from(IpAddr::from([192, 0, 2, 2]));
        assert_eq!(meter.take(Doing::Begin, one, at(100)), Ok(()));
        assert_eq!(meter.take(Doing::Begin, one, at(100)), Ok(()));
        assert_eq!(meter.take(Doing::Begin, one, at(100)), Err(5));
        assert_eq!(meter.take(Doing::Begin, other, at(100)), Ok(()));
        assert_eq!(meter.take(Doing::Send, one, at(100)), Ok(()));
        assert_eq!(meter.take(Doing::Begin, one, at(105)), Ok(()));
    }

    #[test]
    fn whoever_comes_from_ever_new_addresses_frees_nobody() {
        let meter = Meter::new(IpRates { begin: Rate { count: 2, seconds: 10 }, ..IpRates::GENEROUS });
        let flooder = Neighbourhood::from(IpAddr::from([192, 0, 2, 1]));
        assert_eq!(meter.take(Doing::Begin, flooder, at(100)), Ok(()));
        assert_eq!(meter.take(Doing::Begin, flooder, at(100)), Ok(()));
        for n in 0..u32::try_from(COUNTERS).unwrap() + 10 {
            let other = Neighbourhood::from(IpAddr::from((0x0a00_0000 + n).to_be_bytes()));
            assert_eq!(meter.take(Doing::Begin, other, at(100)), Ok(()));
        }
        assert!(meter.whole_at.lock().unwrap().len() <= COUNTERS);
        assert_eq!(meter.take(Doing::Begin, flooder, at(100)), Err(5));
    }

    #[test]
    fn a_wide_ipv6_network_has_an_allowance_of_its_own() {
        let meter = Meter::new(IpRates { begin: Rate { count: 2, seconds: 16 }, ..IpRates::GENEROUS });
        let read = |text: String| Neighbourhood::from(text.parse::<IpAddr>().unwrap());
        for n in 0..16 {
            assert_eq!(meter.take(Doing::Begin, read(format!("2001:db8:7:{n}::1")), at(100)), Ok(()));
        }
        assert_eq!(meter.take(Doing::Begin, read("2001:db8:7:99::1".into()), at(100)), Err(1));
        assert_eq!(meter.take(Doing::Begin, read("2001:db8:8::1".into()), at(100)), Ok(()));
    }

    #[test]
    fn one_ipv6_customer_is_one_neighbourhood() {
        let read = |text: &str| Neighbourhood::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(read("2001:db8::1"), read("2001:db8::ffff:1"));
        assert_ne!(read("2001:db8::1"), read("2001:db8:0:1::1"));
        assert_eq!(read("::ffff:192.0.2.1"), read("192.0.2.1"));
    }
}
