//! What administrators have decided, and the members whom it is for.

use daemun_protocol::{SavedPolicy, Timestamp};
use rusqlite::{Connection, params};

use super::{Trouble, names, stored, unstored};
use crate::flow::policy::MemberWays;

/// Notes a decision.
pub fn note_policy_change(connection: &Connection, workspace: &str, saved: &SavedPolicy) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO policy_change (workspace, who, at, before, after) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            workspace,
            saved.who,
            stored(saved.at.0),
            serde_json::to_string(&saved.from)?,
            serde_json::to_string(&saved.to)?
        ],
    )?;
    Ok(())
}

/// The last decisions, the newest first.
pub fn policy_changes(connection: &Connection, workspace: &str, count: u32) -> Result<Vec<SavedPolicy>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT who, at, before, after FROM policy_change WHERE workspace = ?1 ORDER BY id DESC LIMIT ?2",
    )?;
    let rows = query.query_map(params![workspace, count], |row| {
        let texts: (String, String) = (row.get(2)?, row.get(3)?);
        Ok((row.get(0)?, Timestamp(unstored(row.get(1)?)), texts))
    })?;
    rows.map(|row| {
        let (who, at, (from, to)) = row?;
        Ok(SavedPolicy { who, at, from: serde_json::from_str(&from)?, to: serde_json::from_str(&to)? })
    })
    .collect()
}

/// All who have joined a workspace, as far as policies matter.
pub fn member_ways(connection: &Connection, workspace: &str) -> Result<Vec<MemberWays>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT CASE WHEN password_hash IS NULL THEN NULL ELSE password_set_at END, phone IS NOT NULL,
             personal_email IS NOT NULL, mobile IS NOT NULL, two_factor,
             EXISTS (SELECT 1 FROM passkey WHERE passkey.account = account.id),
             EXISTS (SELECT 1 FROM authenticator WHERE authenticator.account = account.id),
             (SELECT group_concat(provider, ' ') FROM external_identity
              WHERE external_identity.account = account.id
                  AND instr(' ' || account.denied_providers || ' ', ' ' || provider || ' ') = 0)
         FROM account WHERE workspace = ?1 AND state = 'active'",
    )?;
    let rows = query.query_map([workspace], |row| {
        Ok(MemberWays {
            password_set_at: row.get::<_, Option<i64>>(0)?.map(|at| Timestamp(unstored(at))),
            has_phone: row.get(1)?,
            has_personal_email: row.get(2)?,
            has_mobile: row.get(3)?,
            two_factor: row.get(4)?,
            has_passkey: row.get(5)?,
            has_authenticator: row.get(6)?,
            identities: names(&row.get::<_, Option<String>>(7)?.unwrap_or_default()),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes a member an administrator (sandbox).
pub fn make_administrator(connection: &Connection, account: i64) -> Result<(), Trouble> {
    connection.execute("UPDATE account SET super_administrator = 1 WHERE id = ?1", [account])?;
    Ok(())
}
