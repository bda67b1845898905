//! Consecutive wrong passwords and suspensions, of accounts and of IDs that nobody has alike.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, params};

use super::{Trouble, stored};

/// Consecutive wrong passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consecutive(pub u32);

/// Counts one more wrong password of an ID; how many that makes.
pub fn count_wrong(connection: &Connection, subject: &str, now: Timestamp) -> Result<Consecutive, Trouble> {
    let mut count = connection.prepare_cached(
        "INSERT INTO standing (subject, wrong, last_at) VALUES (?1, 1, ?2)
         ON CONFLICT (subject) DO UPDATE SET wrong = min(wrong + 1, 1000000), last_at = ?2 RETURNING wrong",
    )?;
    Ok(Consecutive(count.query_row(params![subject, stored(now.0)], |row| row.get(0))?))
}

/// The count begins anew; a suspension stays.
pub fn clear_wrong(connection: &Connection, subject: &str) -> Result<(), Trouble> {
    connection.prepare_cached("UPDATE standing SET wrong = 0 WHERE subject = ?1")?.execute([subject])?;
    Ok(())
}

/// Whoever is suspended sets quick login up anew when that is lifted (FEATURES L7).
pub fn suspend(connection: &Connection, subject: &str, now: Timestamp) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO standing (subject, wrong, suspended_at) VALUES (?1, 0, ?2)
         ON CONFLICT (subject) DO UPDATE SET suspended_at = coalesce(suspended_at, ?2)",
        params![subject, stored(now.0)],
    )?;
    connection.execute("DELETE FROM quick_login WHERE 'account:' || account = ?1", [subject])?;
    Ok(())
}

pub fn is_suspended(connection: &Connection, subject: &str) -> Result<bool, Trouble> {
    let mut query = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM standing WHERE subject = ?1 AND suspended_at IS NOT NULL)")?;
    Ok(query.query_row([subject], |row| row.get(0))?)
}

/// Nothing was ever counted against this, and it is not suspended.
pub fn forget_standing(connection: &Connection, subject: &str) -> Result<(), Trouble> {
    connection.execute("DELETE FROM standing WHERE subject = ?1", [subject])?;
    Ok(())
}

/// What an administrator does: nobody is suspended any more, and all counts begin anew.
pub fn lift_suspensions(connection: &Connection) -> Result<(), Trouble> {
    connection.execute("DELETE FROM standing", [])?;
    Ok(())
}
