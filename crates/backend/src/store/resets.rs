//! Who says that a password is forgotten, until it is looked up; and the links that were sent, by their keyed digests.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Trouble, stored, unstored};
use crate::server_key::Digest32;

/// Somebody's word that a password is forgotten.
#[derive(Clone, Debug)]
pub struct ResetRequest {
    pub name: String,
    /// In the form that is compared.
    pub email: String,
    /// Accounts of this workspace alone; `None`: of any.
    pub workspace: Option<String>,
    pub locale: String,
    pub at: Timestamp,
}

pub fn insert_reset_request(connection: &Connection, request: &ResetRequest) -> Result<(), Trouble> {
    connection
        .prepare_cached("INSERT INTO reset_request (name, email, workspace, locale, at) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![request.name, request.email, request.workspace, request.locale, stored(request.at.0)])?;
    Ok(())
}

/// Whether any request waits.
pub fn reset_requested(connection: &Connection) -> Result<bool, Trouble> {
    let mut query = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM reset_request)")?;
    Ok(query.query_row([], |row| row.get(0))?)
}

/// The request that has waited longest; it waits no more.
pub fn take_reset_request(connection: &Connection) -> Result<Option<ResetRequest>, Trouble> {
    let mut take = connection.prepare_cached(
        "DELETE FROM reset_request WHERE id = (SELECT min(id) FROM reset_request)
         RETURNING name, email, workspace, locale, at",
    )?;
    let request = take.query_row([], |row| {
        Ok(ResetRequest {
            name: row.get(0)?,
            email: row.get(1)?,
            workspace: row.get(2)?,
            locale: row.get(3)?,
            at: Timestamp(unstored(row.get(4)?)),
        })
    });
    Ok(request.optional()?)
}

/// A link that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResetLink {
    pub id: i64,
    pub account: i64,
    pub expires_at: Timestamp,
    /// Used, or replaced by a newer one.
    pub spent: bool,
}

pub fn insert_reset_link(
    connection: &Connection,
    token: &Digest32,
    account: i64,
    expires_at: Timestamp,
) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO reset_link (token, account, expires_at) VALUES (?1, ?2, ?3)",
        params![token, account, stored(expires_at.0)],
    )?;
    Ok(())
}

pub fn reset_link_of(connection: &Connection, token: &Digest32) -> Result<Option<ResetLink>, Trouble> {
    one_link(connection, "token = ?1", token)
}

pub fn reset_link(connection: &Connection, id: i64) -> Result<Option<ResetLink>, Trouble> {
    one_link(connection, "id = ?1", id)
}

fn one_link(connection: &Connection, which: &str, key: impl rusqlite::ToSql) -> Result<Option<ResetLink>, Trouble> {
    let mut query =
        connection.prepare_cached(&format!("SELECT id, account, expires_at, spent FROM reset_link WHERE {which}"))?;
    let link = query.query_row([key], |row| {
        Ok(ResetLink {
            id: row.get(0)?,
            account: row.get(1)?,
            expires_at: Timestamp(unstored(row.get(2)?)),
            spent: row.get(3)?,
        })
    });
    Ok(link.optional()?)
}

/// No link of this account is good any more.
pub fn spend_reset_links(connection: &Connection, account: i64) -> Result<(), Trouble> {
    connection.execute("UPDATE reset_link SET spent = 1 WHERE account = ?1 AND NOT spent", [account])?;
    Ok(())
}
