//! Tries counted before anything is evaluated, and who shares which count. It refuses to know what is tried.

use daemun_protocol::Timestamp;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::Gate;
use crate::limits::{Left, Reservation, TryRule};
use crate::server_key::Digest32;
use crate::store::{self, Trouble};

impl Gate {
    /// Whether a browser that was never seen with `subject` is asking.
    pub(super) fn standing(
        &self,
        connection: &Connection,
        browser: &Digest32,
        subject: &str,
    ) -> Result<Device, Trouble> {
        Ok(if store::known_device(connection, browser, subject)? { Device::Known } else { Device::Stranger })
    }

    /// The digest that a counter is stored under.
    pub(super) fn counter(&self, of: &str, browser: Option<&Digest32>, subject: &str) -> Digest32 {
        self.key.mac(of, &[browser.map_or(&[][..], |browser| &browser[..]), subject.as_bytes()])
    }

    /// The counters of tries at `subject`, the own one and the ceiling by these names.
    pub(super) fn counters(
        &self,
        [own, ceiling]: [&str; 2],
        browser: &Digest32,
        subject: &str,
        device: Device,
    ) -> Counters {
        Counters {
            own: self.counter(own, Some(browser), subject),
            ceiling: match device {
                Device::Known => None,
                Device::Stranger => Some(self.counter(ceiling, None, subject)),
            },
        }
    }
}

/// How a browser stands to an account or address: strangers share a ceiling, a known device has its own allowance, so
/// that strangers cannot lock it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Device {
    Known,
    Stranger,
}

/// The counters that one try counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counters {
    pub(super) own: Digest32,
    pub(super) ceiling: Option<Digest32>,
}

/// Counts a try in all its counters, or in none if one of them is exhausted.
pub(super) fn reserve(
    connection: &Connection,
    counters: &Counters,
    own: TryRule,
    ceiling: TryRule,
    now: Timestamp,
) -> Result<Result<Left, Timestamp>, Trouble> {
    let own_reserved = own.reserve(store::read_tries(connection, &counters.own)?, now);
    let Reservation::Granted { tries: own_tries, left } = own_reserved else {
        return Ok(Err(restricted_until(own_reserved)));
    };
    let mut least = left;
    if let Some(scope) = &counters.ceiling {
        let reserved = ceiling.reserve(store::read_tries(connection, scope)?, now);
        let Reservation::Granted { tries, left } = reserved else { return Ok(Err(restricted_until(reserved))) };
        store::write_tries(connection, scope, tries)?;
        least = least.least(left);
    }
    store::write_tries(connection, &counters.own, own_tries)?;
    Ok(Ok(least))
}

fn restricted_until(reservation: Reservation) -> Timestamp {
    match reservation {
        Reservation::Restricted { until } => until,
        Reservation::Granted { tries, .. } => tries.last_at,
    }
}

/// Takes a try back that was not wrong after all: the own count begins anew, the strangers' loses this one.
pub(super) fn release(connection: &Connection, counters: &Counters) -> Result<(), Trouble> {
    store::delete_tries(connection, &counters.own)?;
    if let Some(scope) = &counters.ceiling
        && let Some(tries) = store::read_tries(connection, scope)?
    {
        store::write_tries(connection, scope, tries.released())?;
    }
    Ok(())
}

/// Takes a try back that was never evaluated, or came too late to count for anything.
pub(super) fn take_back(connection: &Connection, counters: &Counters) -> Result<(), Trouble> {
    for scope in core::iter::once(&counters.own).chain(&counters.ceiling) {
        if let Some(tries) = store::read_tries(connection, scope)? {
            store::write_tries(connection, scope, tries.released())?;
        }
    }
    Ok(())
}

/// Until when any of the counters restricts.
pub(super) fn restriction(
    connection: &Connection,
    counters: &Counters,
    own: TryRule,
    ceiling: TryRule,
    now: Timestamp,
) -> Result<Option<Timestamp>, Trouble> {
    let own = own.restricted_until(store::read_tries(connection, &counters.own)?, now);
    let shared = match &counters.ceiling {
        Some(scope) => ceiling.restricted_until(store::read_tries(connection, scope)?, now),
        None => None,
    };
    Ok(own.max(shared))
}
