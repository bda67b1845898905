//! Counters of tries and of codes sent, and which browsers are known to whom.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Trouble, stored, unstored};
use crate::limits::Tries;
use crate::server_key::Digest32;

pub fn read_tries(connection: &Connection, scope: &Digest32) -> Result<Option<Tries>, Trouble> {
    let mut query = connection.prepare_cached("SELECT count, last_at, restricted_until FROM tries WHERE scope = ?1")?;
    Ok(query
        .query_row([scope], |row| {
            Ok(Tries {
                count: row.get(0)?,
                last_at: Timestamp(unstored(row.get(1)?)),
                restricted_until: row.get::<_, Option<i64>>(2)?.map(|until| Timestamp(unstored(until))),
            })
        })
        .optional()?)
}

pub fn write_tries(connection: &Connection, scope: &Digest32, tries: Tries) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "INSERT INTO tries (scope, count, last_at, restricted_until) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (scope) DO UPDATE SET count = ?2, last_at = ?3, restricted_until = ?4",
        )?
        .execute(params![
            scope,
            tries.count,
            stored(tries.last_at.0),
            tries.restricted_until.map(|until| stored(until.0))
        ])?;
    Ok(())
}

pub fn delete_tries(connection: &Connection, scope: &Digest32) -> Result<(), Trouble> {
    connection.prepare_cached("DELETE FROM tries WHERE scope = ?1")?.execute([scope])?;
    Ok(())
}

/// Notes a moment under a counter: that a code was sent, or that one was wrong.
pub fn note_sent(connection: &Connection, scope: &Digest32, now: Timestamp) -> Result<(), Trouble> {
    connection
        .prepare_cached("INSERT INTO code_sent (scope, at) VALUES (?1, ?2)")?
        .execute(params![scope, stored(now.0)])?;
    Ok(())
}

/// The moments that were noted in the last so many seconds.
pub fn sent_since(
    connection: &Connection,
    scope: &Digest32,
    seconds: u64,
    now: Timestamp,
) -> Result<Vec<Timestamp>, Trouble> {
    let mut query = connection.prepare_cached("SELECT at FROM code_sent WHERE scope = ?1 AND at > ?2")?;
    let since = stored(now.0).saturating_sub(stored(seconds.saturating_mul(1000)));
    let rows = query.query_map(params![scope, since], |row| row.get(0).map(unstored).map(Timestamp))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether this browser has signed in for this subject before.
pub fn known_device(connection: &Connection, browser: &Digest32, subject: &str) -> Result<bool, Trouble> {
    let mut query =
        connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM known_device WHERE browser = ?1 AND subject = ?2)")?;
    Ok(query.query_row(params![browser, subject], |row| row.get(0))?)
}

pub fn note_device(connection: &Connection, browser: &Digest32, subject: &str, now: Timestamp) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "INSERT INTO known_device (browser, subject, last_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (browser, subject) DO UPDATE SET last_at = ?3",
        )?
        .execute(params![browser, subject, stored(now.0)])?;
    Ok(())
}

/// Forgets all counters (sandbox).
pub fn forget_counters(connection: &Connection) -> Result<(), Trouble> {
    Ok(connection.execute_batch("DELETE FROM tries; DELETE FROM code_sent;")?)
}
