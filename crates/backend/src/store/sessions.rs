//! Sessions by the digest of their id.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Trouble, stored, unstored};
use crate::seen::Seen;
use crate::server_key::Digest32;

/// A live session with what the home page says of it.
#[derive(Clone, Debug)]
pub struct SessionRow {
    pub account: i64,
    /// What its member knows it by.
    pub handle: String,
    pub signed_in_at: Timestamp,
    /// When the member signed in, or proved once more who they are.
    pub began_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// The ID as it was typed at sign-in.
    pub identifier: String,
    /// The address, if it was verified at sign-in.
    pub verified_email: Option<String>,
    pub email: String,
    pub name: String,
    pub locale: String,
    pub workspace: String,
    pub workspace_name: String,
}

/// A session to be.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    pub id: &'a Digest32,
    pub handle: &'a str,
    pub account: i64,
    pub identifier: &'a str,
    pub verified_email: Option<&'a str>,
    /// `None`: it is an app's, and no browser's.
    pub browser: Option<&'a Digest32>,
    pub seen: &'a Seen,
    pub signed_in_at: Timestamp,
    pub began_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A live session as its member tells it from others.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub id: Digest32,
    pub handle: String,
    /// The browser that has it; `None`: an app's, or from before this was kept.
    pub browser: Option<Digest32>,
    pub seen: Seen,
    pub signed_in_at: Timestamp,
    pub last_seen_at: Timestamp,
}

pub fn insert_session(connection: &Connection, new: &NewSession<'_>) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO session (id, account, identifier, verified_email, expires_at, began_at, handle, browser, browser_name,
             place, signed_in_at, last_seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?6)",
        params![
            new.id,
            new.account,
            new.identifier,
            new.verified_email,
            stored(new.expires_at.0),
            stored(new.began_at.0),
            new.handle,
            new.browser,
            new.seen.browser,
            new.seen.place,
            stored(new.signed_in_at.0),
        ],
    )?;
    Ok(())
}

/// Who is suspended has no session, whoever suspended them and forgot to end it.
const LIVES: &str = "session.expires_at > ?2
    AND NOT EXISTS (SELECT 1 FROM standing
        WHERE standing.subject = 'account:' || session.account AND standing.suspended_at IS NOT NULL)";

/// The session, if it lives.
pub fn read_session(connection: &Connection, id: &Digest32, now: Timestamp) -> Result<Option<SessionRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT session.identifier, session.verified_email, account.email, account.name, account.locale,
                workspace.id, workspace.name, session.account, session.began_at, session.handle, session.signed_in_at,
                session.last_seen_at
         FROM session JOIN account ON account.id = session.account JOIN workspace ON workspace.id = account.workspace
         WHERE session.id = ?1 AND {LIVES}"
    ))?;
    Ok(query
        .query_row(params![id, stored(now.0)], |row| {
            Ok(SessionRow {
                account: row.get(7)?,
                handle: row.get(9)?,
                signed_in_at: Timestamp(unstored(row.get(10)?)),
                began_at: Timestamp(unstored(row.get(8)?)),
                last_seen_at: Timestamp(unstored(row.get(11)?)),
                identifier: row.get(0)?,
                verified_email: row.get(1)?,
                email: row.get(2)?,
                name: row.get(3)?,
                locale: row.get(4)?,
                workspace: row.get(5)?,
                workspace_name: row.get(6)?,
            })
        })
        .optional()?)
}

/// An account's live sessions, the one that was seen last first.
pub fn sessions_of(connection: &Connection, account: i64, now: Timestamp) -> Result<Vec<SignedIn>, Trouble> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT id, handle, browser, browser_name, place, signed_in_at, last_seen_at FROM session
         WHERE session.account = ?1 AND {LIVES} ORDER BY last_seen_at DESC, signed_in_at DESC"
    ))?;
    let rows = query.query_map(params![account, stored(now.0)], |row| {
        Ok(SignedIn {
            id: row.get(0)?,
            handle: row.get(1)?,
            browser: row.get(2)?,
            seen: Seen { browser: row.get(3)?, place: row.get(4)? },
            signed_in_at: Timestamp(unstored(row.get(5)?)),
            last_seen_at: Timestamp(unstored(row.get(6)?)),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether anybody is signed in at a browser.
pub fn is_signed_in(connection: &Connection, browser: &Digest32, now: Timestamp) -> Result<bool, Trouble> {
    let mut query = connection
        .prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM session WHERE session.browser = ?1 AND {LIVES})"))?;
    Ok(query.query_row(params![browser, stored(now.0)], |row| row.get(0))?)
}

/// The session was used now, from there.
pub fn note_seen(connection: &Connection, id: &Digest32, seen: &Seen, now: Timestamp) -> Result<(), Trouble> {
    connection
        .prepare_cached("UPDATE session SET browser_name = ?2, place = ?3, last_seen_at = ?4 WHERE id = ?1")?
        .execute(params![id, seen.browser, seen.place, stored(now.0)])?;
    Ok(())
}

/// The same for an app, which is called as it called itself.
pub fn note_app_seen(connection: &Connection, id: &Digest32, place: &str, now: Timestamp) -> Result<(), Trouble> {
    connection.prepare_cached("UPDATE session SET place = ?2, last_seen_at = ?3 WHERE id = ?1")?.execute(params![
        id,
        place,
        stored(now.0)
    ])?;
    Ok(())
}

pub fn delete_session(connection: &Connection, id: &Digest32) -> Result<(), Trouble> {
    connection.execute("DELETE FROM session WHERE id = ?1", [id])?;
    Ok(())
}

/// Signs an account out everywhere. No browser is told of its requests any more either, and no PIN leads in: somebody else may
/// have wanted that.
pub fn end_sessions_of(connection: &Connection, account: i64) -> Result<(), Trouble> {
    connection.execute("DELETE FROM session WHERE account = ?1", [account])?;
    super::forget_handoffs_of(connection, account)?;
    connection.execute("DELETE FROM push_subscription WHERE account = ?1", [account])?;
    connection.execute("DELETE FROM quick_login WHERE account = ?1", [account])?;
    connection.execute("UPDATE remembered_account SET signed_out = 1 WHERE account = ?1", [account])?;
    Ok(())
}

/// No browser but this one is told of an account's requests any more, signed in or not.
pub fn unsubscribe_elsewhere(connection: &Connection, account: i64, here: &Digest32) -> Result<(), Trouble> {
    connection.execute("DELETE FROM push_subscription WHERE account = ?1 AND browser <> ?2", params![account, here])?;
    Ok(())
}
