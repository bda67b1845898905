//! Workspaces, their policies and their members' accounts.

use daemun_protocol::{Membership, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Trouble, stored};
use crate::email_address::EmailAddress;
use crate::flow::Workspace;
use crate::login_id::LoginId;
use crate::organisation_id::OrganisationId;
use crate::password::StoredPassword;

/// An account as it is kept.
#[derive(Clone, Debug)]
pub struct AccountRow {
    pub id: i64,
    pub workspace: String,
    pub email: String,
    pub phone: Option<String>,
    pub name: String,
    pub password: StoredPassword,
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    pub workspace: &'a str,
    pub email: &'a EmailAddress,
    pub phone: Option<&'a str>,
    pub name: &'a str,
    pub locale: &'a str,
    pub password: &'a StoredPassword,
}

/// One switch of a workspace's policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyChange {
    EmailEntry(bool),
    OrganisationEntry(bool),
    AttemptLimit(Option<u32>),
    RevealTries(bool),
}

const WORKSPACE: &str = "id, name, organisation_id, email_entry, organisation_entry, attempt_limit, reveal_tries";

fn read_workspace(row: &Row<'_>) -> rusqlite::Result<Workspace> {
    Ok(Workspace {
        id: row.get(0)?,
        name: row.get(1)?,
        organisation_id: row.get(2)?,
        email_entry: row.get(3)?,
        organisation_entry: row.get(4)?,
        attempt_limit: row.get(5)?,
        reveal_tries: row.get(6)?,
    })
}

fn read_account(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    Ok(AccountRow {
        id: row.get(0)?,
        workspace: row.get(1)?,
        email: row.get(2)?,
        phone: row.get(3)?,
        name: row.get(4)?,
        password: StoredPassword(row.get(5)?),
    })
}

pub fn workspace(connection: &Connection, id: &str) -> Result<Option<Workspace>, Trouble> {
    let mut query = connection.prepare_cached(&format!("SELECT {WORKSPACE} FROM workspace WHERE id = ?1"))?;
    Ok(query.query_row([id], read_workspace).optional()?)
}

pub fn organisation(connection: &Connection, id: &OrganisationId) -> Result<Option<Workspace>, Trouble> {
    let mut query =
        connection.prepare_cached(&format!("SELECT {WORKSPACE} FROM workspace WHERE organisation_id = ?1"))?;
    Ok(query.query_row([id.as_str()], read_workspace).optional()?)
}

pub fn list_workspaces(connection: &Connection) -> Result<Vec<Workspace>, Trouble> {
    let mut query = connection.prepare_cached(&format!("SELECT {WORKSPACE} FROM workspace ORDER BY rowid"))?;
    let rows = query.query_map([], read_workspace)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether any workspace lets its members begin with its organisation ID.
pub fn organisation_way(connection: &Connection) -> Result<bool, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM workspace WHERE organisation_entry AND organisation_id IS NOT NULL)",
    )?;
    Ok(query.query_row([], |row| row.get(0))?)
}

/// The accounts of an address in workspaces that allow the email way, in the workspaces' order.
pub fn listed_memberships(connection: &Connection, email: &EmailAddress) -> Result<Vec<Membership>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT workspace.id, workspace.name, account.name
         FROM account JOIN workspace ON workspace.id = account.workspace
         WHERE account.email = ?1 AND workspace.email_entry ORDER BY workspace.rowid",
    )?;
    let rows = query.query_map([email.as_str()], |row| {
        Ok(Membership { id: row.get(0)?, name: row.get(1)?, member_name: row.get(2)?, logo: None })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A workspace that the address belongs to and that does not allow the email way.
pub fn unlisted_workspace(connection: &Connection, email: &EmailAddress) -> Result<Option<String>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT workspace.id FROM account JOIN workspace ON workspace.id = account.workspace
         WHERE account.email = ?1 AND NOT workspace.email_entry ORDER BY workspace.rowid LIMIT 1",
    )?;
    Ok(query.query_row([email.as_str()], |row| row.get(0)).optional()?)
}

const ACCOUNT: &str = "id, workspace, email, phone, name, password_hash";

/// The account that an ID names in a workspace.
pub fn account_of(connection: &Connection, workspace: &str, id: &LoginId) -> Result<Option<AccountRow>, Trouble> {
    let column = match id {
        LoginId::Email(_) => "email",
        LoginId::Mobile(_) => "phone",
    };
    let mut query =
        connection.prepare_cached(&format!("SELECT {ACCOUNT} FROM account WHERE workspace = ?1 AND {column} = ?2"))?;
    Ok(query.query_row([workspace, id.as_str()], read_account).optional()?)
}

pub fn account(connection: &Connection, id: i64) -> Result<Option<AccountRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!("SELECT {ACCOUNT} FROM account WHERE id = ?1"))?;
    Ok(query.query_row([id], read_account).optional()?)
}

pub fn list_accounts(connection: &Connection) -> Result<Vec<AccountRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!("SELECT {ACCOUNT} FROM account ORDER BY id"))?;
    let rows = query.query_map([], read_account)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn insert_workspace(connection: &Connection, workspace: &Workspace) -> Result<(), Trouble> {
    connection.execute(
        &format!("INSERT INTO workspace ({WORKSPACE}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
        params![
            workspace.id,
            workspace.name,
            workspace.organisation_id,
            workspace.email_entry,
            workspace.organisation_entry,
            workspace.attempt_limit,
            workspace.reveal_tries,
        ],
    )?;
    Ok(())
}

/// Makes an account; its number.
pub fn insert_account(connection: &Connection, account: &NewAccount<'_>) -> Result<i64, Trouble> {
    connection.execute(
        "INSERT INTO account (workspace, email, phone, name, locale, password_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            account.workspace,
            account.email.as_str(),
            account.phone,
            account.name,
            account.locale,
            account.password.0,
        ],
    )?;
    Ok(connection.last_insert_rowid())
}

pub fn set_policy(connection: &Connection, workspace: &str, change: PolicyChange) -> Result<(), Trouble> {
    match change {
        PolicyChange::EmailEntry(allowed) => {
            connection.execute("UPDATE workspace SET email_entry = ?2 WHERE id = ?1", params![workspace, allowed])?
        }
        PolicyChange::OrganisationEntry(allowed) => connection
            .execute("UPDATE workspace SET organisation_entry = ?2 WHERE id = ?1", params![workspace, allowed])?,
        PolicyChange::AttemptLimit(limit) => {
            connection.execute("UPDATE workspace SET attempt_limit = ?2 WHERE id = ?1", params![workspace, limit])?
        }
        PolicyChange::RevealTries(revealed) => {
            connection.execute("UPDATE workspace SET reveal_tries = ?2 WHERE id = ?1", params![workspace, revealed])?
        }
    };
    Ok(())
}

pub fn world_is_empty(connection: &Connection) -> Result<bool, Trouble> {
    Ok(connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM workspace)", [], |row| row.get(0))?)
}

/// Everything but the settings and the clock's past (sandbox).
pub fn forget_world(connection: &Connection) -> Result<(), Trouble> {
    Ok(connection.execute_batch(
        "DELETE FROM session; DELETE FROM account; DELETE FROM workspace; DELETE FROM standing; DELETE FROM flow;
         DELETE FROM tries; DELETE FROM code_sent; DELETE FROM known_device; DELETE FROM answer; DELETE FROM outbox;
         DELETE FROM inbox;",
    )?)
}

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

pub fn suspend(connection: &Connection, subject: &str, now: Timestamp) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO standing (subject, wrong, suspended_at) VALUES (?1, 0, ?2)
         ON CONFLICT (subject) DO UPDATE SET suspended_at = coalesce(suspended_at, ?2)",
        params![subject, stored(now.0)],
    )?;
    Ok(())
}

pub fn is_suspended(connection: &Connection, subject: &str) -> Result<bool, Trouble> {
    let mut query = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM standing WHERE subject = ?1 AND suspended_at IS NOT NULL)")?;
    Ok(query.query_row([subject], |row| row.get(0))?)
}

/// What an administrator does: nobody is suspended any more, and all counts begin anew.
pub fn lift_suspensions(connection: &Connection) -> Result<(), Trouble> {
    connection.execute("DELETE FROM standing", [])?;
    Ok(())
}
