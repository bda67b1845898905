//! What administrators have decided, and the members whom it is for.

use daemun_protocol::{SavedPolicy, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::accounts::{ACCOUNT, read_account};
use super::{AccountRow, Trouble, names, stored, unstored};
use crate::flow::policy::MemberWays;

/// Notes a decision.
pub fn note_policy_change(connection: &Connection, workspace: &str, saved: &SavedPolicy) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO policy_change (workspace, who, at, before, after, member) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            workspace,
            saved.who,
            stored(saved.at.0),
            serde_json::to_string(&saved.from)?,
            serde_json::to_string(&saved.to)?,
            saved.member.as_ref().map(serde_json::to_string).transpose()?
        ],
    )?;
    Ok(())
}

/// The last decisions, the newest first.
pub fn policy_changes(connection: &Connection, workspace: &str, count: u32) -> Result<Vec<SavedPolicy>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT who, at, before, after, member FROM policy_change WHERE workspace = ?1 ORDER BY id DESC LIMIT ?2",
    )?;
    let rows = query.query_map(params![workspace, count], |row| {
        let texts: (String, String, Option<String>) = (row.get(2)?, row.get(3)?, row.get(4)?);
        Ok((row.get(0)?, Timestamp(unstored(row.get(1)?)), texts))
    })?;
    rows.map(|row| {
        let (who, at, (from, to, member)) = row?;
        let member = member.as_deref().map(serde_json::from_str).transpose()?;
        Ok(SavedPolicy { who, at, from: serde_json::from_str(&from)?, to: serde_json::from_str(&to)?, member })
    })
    .collect()
}

/// What a member signs in by, as far as policies matter.
const WAYS: &str = "SELECT CASE WHEN password_hash IS NULL THEN NULL ELSE password_set_at END, phone IS NOT NULL,
        personal_email IS NOT NULL, mobile IS NOT NULL, two_factor,
        EXISTS (SELECT 1 FROM passkey WHERE passkey.account = account.id),
        EXISTS (SELECT 1 FROM authenticator WHERE authenticator.account = account.id),
        (SELECT group_concat(provider, ' ') FROM external_identity
         WHERE external_identity.account = account.id
             AND instr(' ' || account.denied_providers || ' ', ' ' || provider || ' ') = 0),
        EXISTS (SELECT 1 FROM quick_login WHERE quick_login.account = account.id)
    FROM account WHERE state = 'active'";

fn read_ways(row: &Row<'_>) -> rusqlite::Result<MemberWays> {
    Ok(MemberWays {
        password_set_at: row.get::<_, Option<i64>>(0)?.map(|at| Timestamp(unstored(at))),
        has_phone: row.get(1)?,
        has_personal_email: row.get(2)?,
        has_mobile: row.get(3)?,
        two_factor: row.get(4)?,
        has_passkey: row.get(5)?,
        has_authenticator: row.get(6)?,
        has_quick_login: row.get(8)?,
        identities: names(&row.get::<_, Option<String>>(7)?.unwrap_or_default()),
    })
}

/// All who have joined a workspace, as far as policies matter.
pub fn member_ways(connection: &Connection, workspace: &str) -> Result<Vec<MemberWays>, Trouble> {
    let mut query = connection.prepare_cached(&format!("{WAYS} AND workspace = ?1"))?;
    let rows = query.query_map([workspace], read_ways)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One of them.
pub fn ways_of(connection: &Connection, account: i64) -> Result<Option<MemberWays>, Trouble> {
    let mut query = connection.prepare_cached(&format!("{WAYS} AND id = ?1"))?;
    Ok(query.query_row([account], read_ways).optional()?)
}

/// Members of a workspace who alone may not sign in by a provider, by their names.
pub fn denied_members(connection: &Connection, workspace: &str, provider: &str) -> Result<Vec<AccountRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT {ACCOUNT} FROM account WHERE account.workspace = ?1 AND state = 'active'
             AND instr(' ' || account.denied_providers || ' ', ' ' || ?2 || ' ') > 0
         ORDER BY account.name, account.id"
    ))?;
    let rows = query.query_map([workspace, provider], read_account)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes a member an administrator (sandbox).
pub fn make_administrator(connection: &Connection, account: i64) -> Result<(), Trouble> {
    connection.execute("UPDATE account SET super_administrator = 1 WHERE id = ?1", [account])?;
    Ok(())
}
