//! Sessions by the digest of their id.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Trouble, stored, unstored};
use crate::server_key::Digest32;

/// A live session with what the home page says of it.
#[derive(Clone, Debug)]
pub struct SessionRow {
    pub account: i64,
    /// When the member signed in, or proved once more who they are.
    pub began_at: Timestamp,
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

pub fn insert_session(
    connection: &Connection,
    id: &Digest32,
    account: i64,
    identifier: &str,
    verified_email: Option<&str>,
    (began_at, expires_at): (Timestamp, Timestamp),
) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO session (id, account, identifier, verified_email, expires_at, began_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![id, account, identifier, verified_email, stored(expires_at.0), stored(began_at.0)],
    )?;
    Ok(())
}

/// The session, if it lives. Who is suspended has none, whoever suspended them and forgot to end it.
pub fn read_session(connection: &Connection, id: &Digest32, now: Timestamp) -> Result<Option<SessionRow>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT session.identifier, session.verified_email, account.email, account.name, account.locale,
                workspace.id, workspace.name, session.account, session.began_at
         FROM session JOIN account ON account.id = session.account JOIN workspace ON workspace.id = account.workspace
         WHERE session.id = ?1 AND session.expires_at > ?2
           AND NOT EXISTS (SELECT 1 FROM standing
               WHERE standing.subject = 'account:' || session.account AND standing.suspended_at IS NOT NULL)",
    )?;
    Ok(query
        .query_row(params![id, stored(now.0)], |row| {
            Ok(SessionRow {
                account: row.get(7)?,
                began_at: Timestamp(unstored(row.get(8)?)),
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

pub fn delete_session(connection: &Connection, id: &Digest32) -> Result<(), Trouble> {
    connection.execute("DELETE FROM session WHERE id = ?1", [id])?;
    Ok(())
}

/// Signs an account out everywhere. No browser is told of its requests any more either: somebody else may have wanted that.
pub fn end_sessions_of(connection: &Connection, account: i64) -> Result<(), Trouble> {
    connection.execute("DELETE FROM session WHERE account = ?1", [account])?;
    connection.execute("DELETE FROM push_subscription WHERE account = ?1", [account])?;
    Ok(())
}
