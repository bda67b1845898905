//! Flows by id, each bound to one browser.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Trouble, stored, unstored};
use crate::server_key::Digest32;
use crate::sign_in::SignIn;

/// A flow and until when it lives.
#[derive(Clone, Debug)]
pub struct FlowRow {
    pub flow: SignIn,
    pub expires_at: Timestamp,
}

/// The flow, if it is this browser's.
pub fn read_flow(connection: &Connection, id: &str, browser: &Digest32) -> Result<Option<FlowRow>, Trouble> {
    let row: Option<(String, i64)> = connection
        .prepare_cached("SELECT state, expires_at FROM flow WHERE id = ?1 AND browser = ?2")?
        .query_row(params![id, browser], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    row.map(|(state, expires_at)| {
        Ok(FlowRow { flow: serde_json::from_str(&state)?, expires_at: Timestamp(unstored(expires_at)) })
    })
    .transpose()
}

pub fn insert_flow(connection: &Connection, id: &str, browser: &Digest32, row: &FlowRow) -> Result<(), Trouble> {
    connection
        .prepare_cached("INSERT INTO flow (id, browser, state, expires_at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![id, browser, serde_json::to_string(&row.flow)?, stored(row.expires_at.0)])?;
    Ok(())
}

pub fn write_flow(connection: &Connection, id: &str, row: &FlowRow) -> Result<(), Trouble> {
    connection.prepare_cached("UPDATE flow SET state = ?2, expires_at = ?3 WHERE id = ?1")?.execute(params![
        id,
        serde_json::to_string(&row.flow)?,
        stored(row.expires_at.0)
    ])?;
    Ok(())
}

/// Forgets some of the flows whose time has been over for a day: until then they are said to be expired, then unknown.
pub fn forget_old_flows(connection: &Connection, now: Timestamp) -> Result<(), Trouble> {
    connection
        .prepare_cached("DELETE FROM flow WHERE id IN (SELECT id FROM flow WHERE expires_at < ?1 LIMIT 100)")?
        .execute([stored(now.0) - 24 * 3_600_000])?;
    connection
        .prepare_cached("DELETE FROM tries WHERE scope IN (SELECT scope FROM tries WHERE last_at < ?1 LIMIT 100)")?
        .execute([stored(now.0) - 2 * 24 * 3_600_000])?;
    connection
        .prepare_cached("DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < ?1 LIMIT 100)")?
        .execute([stored(now.0)])?;
    Ok(())
}
