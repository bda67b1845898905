//! Requests for somebody's approval on another device, and which browsers are in a workspace (FEATURES L5, D1 to D6).

use daemun_protocol::{ApprovalKind, Timestamp};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};

use super::{Trouble, stored, unstored};
use crate::server_key::Digest32;

/// A request as it is kept.
#[derive(Clone, Debug)]
pub struct ApprovalRow {
    pub id: String,
    pub kind: ApprovalKind,
    /// Who asks.
    pub account: i64,
    pub workspace: String,
    /// The flow that asks, and its browser.
    pub flow: String,
    pub browser: Digest32,
    /// The number that is shown, and all that are to choose from; empty for a new device.
    pub number: String,
    pub numbers: Vec<String>,
    pub browser_name: String,
    pub place: String,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
    /// How it ended, if it did.
    pub settled: Option<Settled>,
    pub who: String,
}

/// How a request ended that somebody answered, or took back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Approved,
    Denied,
    NumberWrong,
    NotMe,
    TakenBack,
}

impl Settled {
    const ALL: [Self; 5] = [Self::Approved, Self::Denied, Self::NumberWrong, Self::NotMe, Self::TakenBack];

    /// The name under which it is stored.
    const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::NumberWrong => "number_wrong",
            Self::NotMe => "not_me",
            Self::TakenBack => "taken_back",
        }
    }
}

impl ToSql for Settled {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        self.as_str().to_sql()
    }
}

impl FromSql for Settled {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        Self::ALL.into_iter().find(|settled| settled.as_str() == name).ok_or(FromSqlError::InvalidType)
    }
}

const APPROVAL: &str =
    "approval.id, approval.kind, approval.account, approval.workspace, approval.flow, approval.browser,
    approval.number, approval.numbers, approval.browser_name, approval.place, approval.asked_at, approval.expires_at,
    approval.settled, account.name FROM approval JOIN account ON account.id = approval.account";

fn read_approval(row: &Row<'_>) -> rusqlite::Result<ApprovalRow> {
    let time = |millis| Timestamp(unstored(millis));
    Ok(ApprovalRow {
        id: row.get(0)?,
        kind: match row.get::<_, String>(1)?.as_str() {
            "sign_in" => ApprovalKind::SignIn,
            "device" => ApprovalKind::Device,
            _ => ApprovalKind::Administrator,
        },
        account: row.get(2)?,
        workspace: row.get(3)?,
        flow: row.get(4)?,
        browser: row.get(5)?,
        number: row.get(6)?,
        numbers: row.get::<_, String>(7)?.split_whitespace().map(Into::into).collect(),
        browser_name: row.get(8)?,
        place: row.get(9)?,
        asked_at: time(row.get(10)?),
        expires_at: time(row.get(11)?),
        settled: row.get(12)?,
        who: row.get(13)?,
    })
}

const fn name(kind: ApprovalKind) -> &'static str {
    match kind {
        ApprovalKind::SignIn => "sign_in",
        ApprovalKind::Device => "device",
        ApprovalKind::Administrator => "administrator",
    }
}

pub fn insert_approval(connection: &Connection, new: &ApprovalRow) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO approval (id, kind, account, workspace, flow, browser, number, numbers, browser_name, place, asked_at,
             expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            new.id,
            name(new.kind),
            new.account,
            new.workspace,
            new.flow,
            new.browser,
            new.number,
            new.numbers.join(" "),
            new.browser_name,
            new.place,
            stored(new.asked_at.0),
            stored(new.expires_at.0),
        ],
    )?;
    Ok(())
}

pub fn approval(connection: &Connection, id: &str) -> Result<Option<ApprovalRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!("SELECT {APPROVAL} WHERE approval.id = ?1"))?;
    Ok(query.query_row([id], read_approval).optional()?)
}

/// The requests of a workspace that wait, the newest first.
pub fn pending_approvals(
    connection: &Connection,
    workspace: &str,
    now: Timestamp,
) -> Result<Vec<ApprovalRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT {APPROVAL} WHERE approval.workspace = ?1 AND approval.settled IS NULL AND approval.expires_at > ?2
         ORDER BY approval.asked_at DESC, approval.id LIMIT 50"
    ))?;
    let rows = query.query_map(params![workspace, stored(now.0)], read_approval)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// An account's own requests to its phone since then, settled or not.
pub fn phone_requests_since(
    connection: &Connection,
    account: i64,
    since: Timestamp,
) -> Result<Vec<ApprovalRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT {APPROVAL} WHERE approval.account = ?1 AND approval.kind = 'sign_in' AND approval.asked_at > ?2
         ORDER BY approval.asked_at"
    ))?;
    let rows = query.query_map(params![account, stored(since.0)], read_approval)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ends a request, if it waits still. Whether it did: of any number of answers at once, one counts.
pub fn settle_approval(
    connection: &Connection,
    id: &str,
    how: Settled,
    by: Option<i64>,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<bool, Trouble> {
    let settled = connection
        .prepare_cached(
            "UPDATE approval SET settled = ?2, settled_by = ?3, reason = ?4, settled_at = ?5
             WHERE id = ?1 AND settled IS NULL AND expires_at > ?5",
        )?
        .execute(params![id, how, by, reason, stored(now.0)])?;
    if settled > 0 {
        silence(connection, id)?;
    }
    Ok(settled > 0)
}

/// What is on its way about a request that is over has lost its meaning.
fn silence(connection: &Connection, id: &str) -> Result<(), Trouble> {
    connection
        .prepare_cached("DELETE FROM outbox WHERE channel IN ('push', 'web_push') AND substr(link, -length(?1)) = ?1")?
        .execute([id])?;
    Ok(())
}

/// Takes back what a browser asks for in a workspace, if it waits still.
pub fn take_back_approvals(
    connection: &Connection,
    workspace: &str,
    browser: &Digest32,
    now: Timestamp,
) -> Result<(), Trouble> {
    let mut query = connection.prepare_cached(
        "UPDATE approval SET settled = ?4, settled_at = ?3
         WHERE workspace = ?1 AND browser = ?2 AND settled IS NULL AND expires_at > ?3 RETURNING id",
    )?;
    let taken_back = query
        .query_map(params![workspace, browser, stored(now.0), Settled::TakenBack], |row| row.get::<_, String>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    taken_back.iter().try_for_each(|id| silence(connection, id))
}

/// Asks somebody else for the same, if it waits still.
pub fn ask_otherwise(
    connection: &Connection,
    id: &str,
    kind: ApprovalKind,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, Trouble> {
    let asked = connection
        .prepare_cached(
            "UPDATE approval SET kind = ?2, expires_at = ?3 WHERE id = ?1 AND settled IS NULL AND expires_at > ?4",
        )?
        .execute(params![id, name(kind), stored(expires_at.0), stored(now.0)])?;
    Ok(asked > 0)
}

/// From now on this QR code leads to a request, and none of before, if the request waits still. Whether it does.
pub fn replace_approval_qr(
    connection: &Connection,
    approval: &str,
    digest: &Digest32,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, Trouble> {
    let replaced = connection
        .prepare_cached(
            "INSERT INTO approval_qr (approval, digest, expires_at)
             SELECT id, ?2, ?3 FROM approval WHERE id = ?1 AND settled IS NULL AND expires_at > ?4
             ON CONFLICT (approval) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at",
        )?
        .execute(params![approval, digest, stored(expires_at.0), stored(now.0)])?;
    Ok(replaced > 0)
}

/// No QR code leads to a request any more.
pub fn forget_approval_qr(connection: &Connection, approval: &str) -> Result<(), Trouble> {
    connection.prepare_cached("DELETE FROM approval_qr WHERE approval = ?1")?.execute([approval])?;
    Ok(())
}

/// The request that a QR code leads to, settled or not.
pub fn approval_of_qr(
    connection: &Connection,
    digest: &Digest32,
    now: Timestamp,
) -> Result<Option<ApprovalRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT {APPROVAL} JOIN approval_qr ON approval_qr.approval = approval.id
         WHERE approval_qr.digest = ?1 AND approval_qr.expires_at > ?2"
    ))?;
    Ok(query.query_row(params![digest, stored(now.0)], read_approval).optional()?)
}

/// Lets a browser into a workspace, `since` being when that was last so.
pub fn let_in(connection: &Connection, browser: &Digest32, workspace: &str, now: Timestamp) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "INSERT INTO workspace_device (browser, workspace, since) VALUES (?1, ?2, ?3)
             ON CONFLICT (browser, workspace) DO UPDATE SET since = ?3",
        )?
        .execute(params![browser, workspace, stored(now.0)])?;
    Ok(())
}

/// Whether a browser is in a workspace.
pub fn is_let_in(connection: &Connection, browser: &Digest32, workspace: &str) -> Result<bool, Trouble> {
    let mut query = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM workspace_device WHERE browser = ?1 AND workspace = ?2)")?;
    Ok(query.query_row(params![browser, workspace], |row| row.get(0))?)
}

/// A member's recovery key from now on; the one of before is worth nothing.
pub fn replace_recovery_key(connection: &Connection, account: i64, digest: &Digest32) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO recovery_key (account, digest) VALUES (?1, ?2) ON CONFLICT (account) DO UPDATE SET digest = ?2",
        params![account, digest],
    )?;
    Ok(())
}

/// What is kept of a member's recovery key, if there is one.
pub fn recovery_key(connection: &Connection, account: i64) -> Result<Option<Digest32>, Trouble> {
    let mut query = connection.prepare_cached("SELECT digest FROM recovery_key WHERE account = ?1")?;
    Ok(query.query_row([account], |row| row.get(0)).optional()?)
}

/// Uses a recovery key up. Whether it was the one.
pub fn take_recovery_key(connection: &Connection, account: i64, digest: &Digest32) -> Result<bool, Trouble> {
    let taken = connection
        .prepare_cached("DELETE FROM recovery_key WHERE account = ?1 AND digest = ?2")?
        .execute(params![account, digest])?;
    Ok(taken > 0)
}

/// The super administrators of a workspace.
pub fn super_administrators(connection: &Connection, workspace: &str) -> Result<Vec<i64>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT id FROM account WHERE workspace = ?1 AND super_administrator AND state = 'active' ORDER BY id",
    )?;
    let rows = query.query_map([workspace], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
