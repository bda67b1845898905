//! The accounts that are remembered (FEATURES L6), in lists of a few: each browser's own, and those that native hosts share between
//! their apps. They go by names that say nothing elsewhere.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::{Trouble, stored, unstored};
use crate::server_key::Digest32;

/// So many are on a list at most: those that were signed in to last.
const MOST: u32 = 10;

/// An account on a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedAccount {
    /// What it is known by there.
    pub handle: String,
    pub account: i64,
    /// How it was signed in to last; see [`crate::flow::accounts::Method`].
    pub method: String,
    /// Whether its member has signed out everywhere since then.
    pub signed_out: bool,
    pub used_at: Timestamp,
}

fn read(row: &Row<'_>) -> rusqlite::Result<RememberedAccount> {
    Ok(RememberedAccount {
        handle: row.get(0)?,
        account: row.get(1)?,
        method: row.get(2)?,
        signed_out: row.get(3)?,
        used_at: Timestamp(unstored(row.get(4)?)),
    })
}

/// Who is on a list, the account that was signed in to last first. Nobody is looked up where it is empty.
pub fn remembered_accounts(connection: &Connection, list: &Digest32) -> Result<Vec<RememberedAccount>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT handle, account, method, signed_out, used_at FROM remembered_account
         WHERE list = ?1 ORDER BY used_at DESC, handle LIMIT ?2",
    )?;
    let rows = query.query_map(params![list, MOST], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Puts an account on a list. One that is there keeps its handle; of too many the oldest goes.
pub fn remember_account(
    connection: &Connection,
    list: &Digest32,
    remembered: &RememberedAccount,
) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "INSERT INTO remembered_account (list, account, handle, method, signed_out, used_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (list, account) DO UPDATE SET method = ?4, signed_out = ?5, used_at = ?6",
        )?
        .execute(params![
            list,
            remembered.account,
            remembered.handle,
            remembered.method,
            remembered.signed_out,
            stored(remembered.used_at.0)
        ])?;
    connection
        .prepare_cached(
            "DELETE FROM remembered_account WHERE list = ?1 AND account NOT IN
                 (SELECT account FROM remembered_account WHERE list = ?1 ORDER BY used_at DESC, handle LIMIT ?2)",
        )?
        .execute(params![list, MOST])?;
    Ok(())
}

/// Whether an account is on a list.
pub fn is_account_remembered(connection: &Connection, list: &Digest32, account: i64) -> Result<bool, Trouble> {
    let mut query = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM remembered_account WHERE list = ?1 AND account = ?2)")?;
    Ok(query.query_row(params![list, account], |row| row.get(0))?)
}

/// Takes an account off a list; what it was there as.
pub fn forget_account(
    connection: &Connection,
    list: &Digest32,
    handle: &str,
) -> Result<Option<RememberedAccount>, Trouble> {
    let mut forget = connection.prepare_cached(
        "DELETE FROM remembered_account WHERE list = ?1 AND handle = ?2
         RETURNING handle, account, method, signed_out, used_at",
    )?;
    Ok(forget.query_row(params![list, handle], read).optional()?)
}

/// Its member has signed out: if nowhere is a session left, it is noted on every list that the account is on.
pub fn note_signed_out(connection: &Connection, account: i64, now: Timestamp) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "UPDATE remembered_account SET signed_out = 1 WHERE account = ?1
                 AND NOT EXISTS (SELECT 1 FROM session WHERE session.account = ?1 AND session.expires_at > ?2)",
        )?
        .execute(params![account, stored(now.0)])?;
    Ok(())
}
