//! Which identities at external providers are members' own (FEATURES L3, S3). What a provider calls them is kept as a keyed digest.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::accounts::{ACCOUNT, read_account};
use super::{AccountRow, Trouble, stored, unstored};
use crate::server_key::Digest32;

/// Connects an identity to an account. One that is connected in the account's workspace already is refused by the database.
pub fn connect_identity(
    connection: &Connection,
    account: &AccountRow,
    provider: &str,
    subject: &Digest32,
    now: Timestamp,
) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO external_identity (account, workspace, provider, subject, connected_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![account.id, account.workspace, provider, subject, stored(now.0)],
    )?;
    Ok(())
}

/// The accounts that an identity is connected to, at most one in each workspace, in the workspaces' order.
pub fn accounts_by_identity(
    connection: &Connection,
    provider: &str,
    subject: &Digest32,
) -> Result<Vec<AccountRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT {ACCOUNT} FROM external_identity
         JOIN account ON account.id = external_identity.account
         JOIN workspace ON workspace.id = account.workspace
         WHERE external_identity.provider = ?1 AND external_identity.subject = ?2 AND account.state = 'active'
         ORDER BY workspace.rowid"
    ))?;
    let rows = query.query_map(params![provider, subject], read_account)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Since when an account has identities at which providers.
pub fn identities_of(connection: &Connection, account: i64) -> Result<Vec<(String, Timestamp)>, Trouble> {
    let mut query =
        connection.prepare_cached("SELECT provider, connected_at FROM external_identity WHERE account = ?1")?;
    let rows = query.query_map([account], |row| Ok((row.get(0)?, Timestamp(unstored(row.get(1)?)))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether there was one to disconnect.
pub fn disconnect_identity(connection: &Connection, account: i64, provider: &str) -> Result<bool, Trouble> {
    let gone = connection
        .prepare_cached("DELETE FROM external_identity WHERE account = ?1 AND provider = ?2")?
        .execute(params![account, provider])?;
    Ok(gone > 0)
}

/// Saves what a member has agreed to hand over, where their profile has nothing yet (FEATURES S3). Whether a second factor is asked
/// for stays. Whether anything was saved.
pub fn save_missing_contacts(
    connection: &Connection,
    account: i64,
    email: Option<&str>,
    mobile: Option<&str>,
) -> Result<bool, Trouble> {
    let saved = connection
        .prepare_cached(
            "UPDATE account SET personal_email = coalesce(personal_email, ?2), mobile = coalesce(mobile, ?3)
             WHERE id = ?1 AND (personal_email IS NULL AND ?2 IS NOT NULL OR mobile IS NULL AND ?3 IS NOT NULL)",
        )?
        .execute(params![account, email, mobile])?;
    Ok(saved > 0)
}

/// Whether an account has an identity at a provider.
pub fn has_identity(connection: &Connection, account: i64, provider: &str) -> Result<bool, Trouble> {
    let mut query =
        connection.prepare_cached("SELECT 1 FROM external_identity WHERE account = ?1 AND provider = ?2")?;
    Ok(query.query_row(params![account, provider], |_| Ok(())).optional()?.is_some())
}

/// Whether any workspace lets its members sign in by a provider.
pub fn provider_way(connection: &Connection, provider: &str) -> Result<bool, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM workspace WHERE instr(' ' || denied_providers || ' ', ' ' || ?1 || ' ') = 0)",
    )?;
    Ok(query.query_row([provider], |row| row.get(0))?)
}

/// Lets a single member sign in by a provider, or not (FEATURES P1).
pub fn deny_member(connection: &Connection, account: i64, providers: &[String]) -> Result<(), Trouble> {
    connection
        .execute("UPDATE account SET denied_providers = ?2 WHERE id = ?1", params![account, providers.join(" ")])?;
    Ok(())
}
