//! Sign-ins that native hosts take over, by the digest of their code.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Trouble, stored, unstored};
use crate::handoff::Challenge;
use crate::server_key::Digest32;

/// Who signed in, for whose host.
#[derive(Clone, Debug)]
pub struct HandoffRow {
    pub challenge: Challenge,
    pub account: i64,
    /// The ID as it was typed.
    pub identifier: String,
    pub verified_email: Option<String>,
    /// The webview that it was signed in to in.
    pub browser: Digest32,
    pub expires_at: Timestamp,
    /// The session that its first use made.
    pub session: Option<Digest32>,
}

pub fn insert_handoff(connection: &Connection, code: &Digest32, new: &HandoffRow) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO handoff (code, challenge, account, identifier, verified_email, browser, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            code,
            new.challenge.as_str(),
            new.account,
            new.identifier,
            new.verified_email,
            new.browser,
            stored(new.expires_at.0)
        ],
    )?;
    Ok(())
}

pub fn handoff(connection: &Connection, code: &Digest32) -> Result<Option<HandoffRow>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT challenge, account, identifier, verified_email, browser, expires_at, session FROM handoff WHERE code = ?1",
    )?;
    let read = query.query_row([code], |row| {
        Ok(HandoffRow {
            challenge: Challenge::stored(row.get(0)?),
            account: row.get(1)?,
            identifier: row.get(2)?,
            verified_email: row.get(3)?,
            browser: row.get(4)?,
            expires_at: Timestamp(unstored(row.get(5)?)),
            session: row.get(6)?,
        })
    });
    Ok(read.optional()?)
}

/// It is used, and this is the session that it made.
pub fn use_handoff(connection: &Connection, code: &Digest32, session: &Digest32) -> Result<(), Trouble> {
    connection.execute("UPDATE handoff SET session = ?2 WHERE code = ?1", params![code, session])?;
    Ok(())
}

/// The webview that a native host's session was signed in to in.
pub fn handed_over_from(connection: &Connection, session: &Digest32) -> Result<Option<Digest32>, Trouble> {
    let mut query = connection.prepare_cached("SELECT browser FROM handoff WHERE session = ?1")?;
    Ok(query.query_row([session], |row| row.get(0)).optional()?)
}

/// Nobody takes over what an account has signed in to by now.
pub fn forget_handoffs_of(connection: &Connection, account: i64) -> Result<(), Trouble> {
    connection.execute("DELETE FROM handoff WHERE account = ?1", [account])?;
    Ok(())
}
