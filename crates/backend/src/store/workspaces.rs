//! Workspaces and their policies.

use daemun_protocol::{Membership, PasswordFormat, TwoFactor};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Trouble, names};
use crate::accent::Accent;
use crate::email_address::EmailAddress;
use crate::flow::Workspace;
use crate::login_id::MobileNumber;
use crate::logo::LogoName;
use crate::organisation_id::OrganisationId;
use crate::password::PasswordPolicy;

const WORKSPACE: &str =
    "id, name, organisation_id, email_entry, organisation_entry, attempt_limit, reveal_tries, capacity,
    password_format, password_min_length, password_max_age_days, password_history,
    phone_entry, two_factor, remember_browser, managed_profiles, device_unlock,
    device_approval, accent, logo, quick_login, denied_providers, quick_login_two_factors";

fn read_workspace(row: &Row<'_>) -> rusqlite::Result<Workspace> {
    Ok(Workspace {
        id: row.get(0)?,
        name: row.get(1)?,
        organisation_id: row.get(2)?,
        email_entry: row.get(3)?,
        organisation_entry: row.get(4)?,
        attempt_limit: row.get(5)?,
        reveal_tries: row.get(6)?,
        capacity: row.get(7)?,
        passwords: PasswordPolicy {
            // What a later version wrote is as strict as can be.
            format: match row.get::<_, String>(8)?.as_str() {
                "letters_digits" => PasswordFormat::LettersDigits,
                _ => PasswordFormat::LettersDigitsSymbols,
            },
            min_length: row.get(9)?,
            max_age_days: row.get(10)?,
            history: row.get(11)?,
        },
        phone_entry: row.get(12)?,
        two_factor: match row.get::<_, String>(13)?.as_str() {
            "required" => TwoFactor::Required,
            _ => TwoFactor::Optional,
        },
        remember_browser: row.get(14)?,
        managed_profiles: row.get(15)?,
        device_unlock: row.get(16)?,
        device_approval: row.get(17)?,
        accent: row.get::<_, Option<String>>(18)?.and_then(|text| Accent::parse(&text).ok()),
        logo: row.get::<_, Option<String>>(19)?.map(LogoName::from_stored),
        quick_login: row.get(20)?,
        denied_providers: names(&row.get::<_, String>(21)?),
        quick_login_two_factors: row.get(22)?,
    })
}

fn read_membership(row: &Row<'_>) -> rusqlite::Result<Membership> {
    let logo = row.get::<_, Option<String>>(3)?.map(LogoName::from_stored);
    Ok(Membership {
        id: row.get(0)?,
        name: row.get(1)?,
        member_name: row.get(2)?,
        logo: logo.as_ref().map(LogoName::path),
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
        "SELECT workspace.id, workspace.name, account.name, workspace.logo
         FROM account JOIN workspace ON workspace.id = account.workspace
         WHERE account.email = ?1 AND workspace.email_entry ORDER BY workspace.rowid",
    )?;
    let rows = query.query_map([email.as_str()], read_membership)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether any workspace lets its members sign in by a linked number.
pub fn phone_way(connection: &Connection) -> Result<bool, Trouble> {
    let mut query = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM workspace WHERE phone_entry)")?;
    Ok(query.query_row([], |row| row.get(0))?)
}

/// The accounts that a number is linked to, in workspaces that allow signing in by it, in the workspaces' order
/// (FEATURES L2).
pub fn memberships_by_number(connection: &Connection, number: &MobileNumber) -> Result<Vec<Membership>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT workspace.id, workspace.name, account.name, workspace.logo
         FROM account JOIN workspace ON workspace.id = account.workspace
         WHERE account.phone = ?1 AND account.state = 'active' AND workspace.phone_entry ORDER BY workspace.rowid",
    )?;
    let rows = query.query_map([number.as_str()], read_membership)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether anybody has linked this number, wherever. The index answers, for one that is there and for one that is not.
pub fn is_linked(connection: &Connection, number: &MobileNumber) -> Result<bool, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM account WHERE phone = ?1 AND phone IS NOT NULL AND state = 'active')",
    )?;
    Ok(query.query_row([number.as_str()], |row| row.get(0))?)
}

/// A workspace in which the number is linked and that does not allow signing in by it.
pub fn unlisted_workspace_by_number(connection: &Connection, number: &MobileNumber) -> Result<Option<String>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT workspace.id FROM account JOIN workspace ON workspace.id = account.workspace
         WHERE account.phone = ?1 AND account.state = 'active' AND NOT workspace.phone_entry
         ORDER BY workspace.rowid LIMIT 1",
    )?;
    Ok(query.query_row([number.as_str()], |row| row.get(0)).optional()?)
}

/// A workspace that the address belongs to and that does not allow the email way.
pub fn unlisted_workspace(connection: &Connection, email: &EmailAddress) -> Result<Option<String>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT workspace.id FROM account JOIN workspace ON workspace.id = account.workspace
         WHERE account.email = ?1 AND NOT workspace.email_entry ORDER BY workspace.rowid LIMIT 1",
    )?;
    Ok(query.query_row([email.as_str()], |row| row.get(0)).optional()?)
}

/// Whether a workspace has no place left. Who was registered beforehand has one already.
pub fn is_full(connection: &Connection, workspace: &Workspace) -> Result<bool, Trouble> {
    let Some(capacity) = workspace.capacity else { return Ok(false) };
    let mut query = connection.prepare_cached("SELECT count(*) FROM account WHERE workspace = ?1")?;
    let members: u32 = query.query_row([&workspace.id], |row| row.get(0))?;
    Ok(members >= capacity)
}

pub fn insert_workspace(connection: &Connection, workspace: &Workspace) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO workspace (id, name, organisation_id, email_entry, organisation_entry, reveal_tries)
         VALUES (?1, ?2, ?3, 0, 0, 0)",
        params![workspace.id, workspace.name, workspace.organisation_id],
    )?;
    set_policy(connection, workspace)
}

/// Everything that an administrator decides about a workspace. It changes what happens next, and signs nobody out.
pub fn set_policy(connection: &Connection, workspace: &Workspace) -> Result<(), Trouble> {
    connection.execute(
        "UPDATE workspace SET email_entry = ?2, organisation_entry = ?3, attempt_limit = ?4, reveal_tries = ?5,
             capacity = ?6, password_format = ?7, password_min_length = ?8, password_max_age_days = ?9,
             password_history = ?10, phone_entry = ?11, two_factor = ?12, remember_browser = ?13, managed_profiles = ?14,
             device_unlock = ?15, device_approval = ?16, accent = ?17, logo = ?18, quick_login = ?19,
             denied_providers = ?20, quick_login_two_factors = ?21
         WHERE id = ?1",
        params![
            workspace.id,
            workspace.email_entry,
            workspace.organisation_entry,
            workspace.attempt_limit,
            workspace.reveal_tries,
            workspace.capacity,
            workspace.passwords.format.as_str(),
            workspace.passwords.min_length,
            workspace.passwords.max_age_days,
            workspace.passwords.history,
            workspace.phone_entry,
            workspace.two_factor.as_str(),
            workspace.remember_browser,
            workspace.managed_profiles,
            workspace.device_unlock,
            workspace.device_approval,
            workspace.accent.as_ref().map(Accent::as_str),
            workspace.logo.as_ref().map(LogoName::as_str),
            workspace.quick_login,
            workspace.denied_providers.join(" "),
            workspace.quick_login_two_factors,
        ],
    )?;
    Ok(())
}

pub fn world_is_empty(connection: &Connection) -> Result<bool, Trouble> {
    Ok(connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM workspace)", [], |row| row.get(0))?)
}

/// Everything but the settings and the clock's past (sandbox).
pub fn forget_world(connection: &Connection) -> Result<(), Trouble> {
    Ok(connection.execute_batch(
        "DELETE FROM policy_change; DELETE FROM link_grant; DELETE FROM security_link_recipient; DELETE FROM security_link;
         DELETE FROM external_identity; DELETE FROM approval; DELETE FROM workspace_device; DELETE FROM recovery_key; DELETE FROM quick_login; DELETE FROM passkey; DELETE FROM remembered_browser; DELETE FROM recovery_code; DELETE FROM authenticator;
         DELETE FROM session; DELETE FROM invitation; DELETE FROM reset_request; DELETE FROM reset_link;
         DELETE FROM agreement; DELETE FROM old_password; DELETE FROM login_name; DELETE FROM account;
         DELETE FROM workspace; DELETE FROM logo; DELETE FROM standing; DELETE FROM flow; DELETE FROM tries; DELETE FROM code_sent;
         DELETE FROM known_device; DELETE FROM answer; DELETE FROM outbox; DELETE FROM inbox;",
    )?)
}
