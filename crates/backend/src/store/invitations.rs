//! Invitations by the keyed digest of their link's token, and what members agreed to.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Trouble, stored, unstored};
use crate::flow::join::Invitation;
use crate::server_key::Digest32;

const INVITATION: &str = "id, workspace, inviter, account, expires_at, revoked, max_uses, uses";

fn read_invitation(row: &Row<'_>) -> rusqlite::Result<Invitation> {
    Ok(Invitation {
        id: row.get(0)?,
        workspace: row.get(1)?,
        inviter: row.get(2)?,
        account: row.get(3)?,
        expires_at: row.get::<_, Option<i64>>(4)?.map(|end| Timestamp(unstored(end))),
        revoked: row.get(5)?,
        max_uses: row.get(6)?,
        uses: row.get(7)?,
    })
}

pub fn invitation_of(connection: &Connection, token: &Digest32) -> Result<Option<Invitation>, Trouble> {
    let mut query = connection.prepare_cached(&format!("SELECT {INVITATION} FROM invitation WHERE token = ?1"))?;
    Ok(query.query_row([token], read_invitation).optional()?)
}

pub fn invitation(connection: &Connection, id: i64) -> Result<Option<Invitation>, Trouble> {
    let mut query = connection.prepare_cached(&format!("SELECT {INVITATION} FROM invitation WHERE id = ?1"))?;
    Ok(query.query_row([id], read_invitation).optional()?)
}

/// The invitations that are for one account, the newest last.
pub fn invitations_to(connection: &Connection, account: i64) -> Result<Vec<Invitation>, Trouble> {
    let mut query =
        connection.prepare_cached(&format!("SELECT {INVITATION} FROM invitation WHERE account = ?1 ORDER BY id"))?;
    let rows = query.query_map([account], read_invitation)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn has_invitations(connection: &Connection) -> Result<bool, Trouble> {
    Ok(connection.query_row("SELECT EXISTS (SELECT 1 FROM invitation)", [], |row| row.get(0))?)
}

/// Makes an invitation; its `id` is not looked at.
pub fn insert_invitation(connection: &Connection, token: &Digest32, made: &Invitation) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO invitation (token, workspace, inviter, account, expires_at, revoked, max_uses, uses)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            token,
            made.workspace,
            made.inviter,
            made.account,
            made.expires_at.map(|end| stored(end.0)),
            made.revoked,
            made.max_uses,
            made.uses,
        ],
    )?;
    Ok(())
}

/// One more has joined with it.
pub fn use_invitation(connection: &Connection, id: i64) -> Result<(), Trouble> {
    connection.execute("UPDATE invitation SET uses = uses + 1 WHERE id = ?1", [id])?;
    Ok(())
}

pub fn agree(connection: &Connection, account: i64, terms: &str, now: Timestamp) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO agreement (account, terms, at) VALUES (?1, ?2, ?3) ON CONFLICT (account, terms) DO NOTHING",
        params![account, terms, stored(now.0)],
    )?;
    Ok(())
}
