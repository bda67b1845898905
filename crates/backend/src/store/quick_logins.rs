//! Quick logins: of which device, by which key and PIN (FEATURES L7, S7).

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Trouble, stored};
use crate::password::StoredPassword;
use crate::server_key::Digest32;

/// PINs that a key takes in a row, at most.
pub const PIN_TRIES: u32 = 5;

/// A quick login as it is kept.
#[derive(Clone, Debug)]
pub struct QuickLoginRow {
    pub id: String,
    pub account: i64,
    /// The browser that it was set up in: it is of use in no other.
    pub browser: Digest32,
    /// A point of P-256, uncompressed.
    pub public_key: Vec<u8>,
    pub pin: StoredPassword,
    pub tries_left: u32,
    /// The trusted device whose unlock does instead of the PIN.
    pub passkey: Option<i64>,
}

/// One to be kept.
#[derive(Clone, Copy, Debug)]
pub struct NewQuickLogin<'a> {
    pub id: &'a str,
    pub account: i64,
    pub browser: &'a Digest32,
    pub public_key: &'a [u8],
    pub pin: &'a StoredPassword,
}

const QUICK_LOGIN: &str = "id, account, browser, public_key, pin, tries_left, passkey";

fn read_quick_login(row: &Row<'_>) -> rusqlite::Result<QuickLoginRow> {
    Ok(QuickLoginRow {
        id: row.get(0)?,
        account: row.get(1)?,
        browser: row.get(2)?,
        public_key: row.get(3)?,
        pin: StoredPassword(row.get(4)?),
        tries_left: row.get(5)?,
        passkey: row.get(6)?,
    })
}

pub fn quick_login(connection: &Connection, id: &str) -> Result<Option<QuickLoginRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!("SELECT {QUICK_LOGIN} FROM quick_login WHERE id = ?1"))?;
    Ok(query.query_row([id], read_quick_login).optional()?)
}

/// Those of a browser, the one that was used last first.
pub fn quick_logins_at(connection: &Connection, browser: &Digest32) -> Result<Vec<QuickLoginRow>, Trouble> {
    let mut query = connection
        .prepare_cached(&format!("SELECT {QUICK_LOGIN} FROM quick_login WHERE browser = ?1 ORDER BY used_at DESC"))?;
    let rows = query.query_map([browser], read_quick_login)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn quick_logins_of(connection: &Connection, account: i64) -> Result<Vec<QuickLoginRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!("SELECT {QUICK_LOGIN} FROM quick_login WHERE account = ?1"))?;
    let rows = query.query_map([account], read_quick_login)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps one, in the place of what the account has in this browser; how else that was unlocked stays.
pub fn keep_quick_login(connection: &Connection, new: &NewQuickLogin<'_>, now: Timestamp) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO quick_login (id, account, browser, public_key, pin, tries_left, used_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (account, browser) DO UPDATE SET id = ?1, public_key = ?4, pin = ?5, tries_left = ?6, used_at = ?7",
        params![new.id, new.account, new.browser, new.public_key, new.pin.0, PIN_TRIES, stored(now.0)],
    )?;
    Ok(())
}

/// Counts a try before it is evaluated. Whether there was one left.
pub fn take_pin_try(connection: &Connection, id: &str) -> Result<bool, Trouble> {
    let taken = connection
        .prepare_cached("UPDATE quick_login SET tries_left = tries_left - 1 WHERE id = ?1 AND tries_left > 0")?
        .execute([id])?;
    Ok(taken > 0)
}

/// Takes a try back that was never evaluated, or came too late to count for anything.
pub fn give_back_pin_try(connection: &Connection, id: &str) -> Result<(), Trouble> {
    connection
        .prepare_cached("UPDATE quick_login SET tries_left = min(tries_left + 1, ?2) WHERE id = ?1")?
        .execute(params![id, PIN_TRIES])?;
    Ok(())
}

/// It was signed in by: tries begin anew.
pub fn note_quick_login(connection: &Connection, id: &str, now: Timestamp) -> Result<(), Trouble> {
    connection
        .prepare_cached("UPDATE quick_login SET tries_left = ?2, used_at = ?3 WHERE id = ?1")?
        .execute(params![id, PIN_TRIES, stored(now.0)])?;
    Ok(())
}

/// Which trusted device's unlock does instead of the PIN from now on.
pub fn set_biometrics(connection: &Connection, id: &str, passkey: Option<i64>) -> Result<(), Trouble> {
    connection.execute("UPDATE quick_login SET passkey = ?2 WHERE id = ?1", params![id, passkey])?;
    Ok(())
}

pub fn revoke_quick_login(connection: &Connection, id: &str) -> Result<(), Trouble> {
    connection.execute("DELETE FROM quick_login WHERE id = ?1", [id])?;
    Ok(())
}

/// An account's in a browser, if there is one.
pub fn revoke_quick_login_at(connection: &Connection, account: i64, browser: &Digest32) -> Result<(), Trouble> {
    connection.execute("DELETE FROM quick_login WHERE account = ?1 AND browser = ?2", params![account, browser])?;
    Ok(())
}

/// An account's in all browsers but this one.
pub fn revoke_quick_logins_elsewhere(connection: &Connection, account: i64, here: &Digest32) -> Result<(), Trouble> {
    connection.execute("DELETE FROM quick_login WHERE account = ?1 AND browser <> ?2", params![account, here])?;
    Ok(())
}
