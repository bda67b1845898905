//! Flows by id, each bound to one browser.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Trouble, stored, unstored};
use crate::flow::StoredFlow;
use crate::log::Log;
use crate::server_key::Digest32;

/// A flow and until when it lives.
#[derive(Clone, Debug)]
pub struct FlowRow {
    pub flow: StoredFlow,
    pub expires_at: Timestamp,
    /// No act extends the flow beyond this.
    pub last_end: Timestamp,
}

/// The flow, if it is this browser's. One that cannot be read, of another version, is none.
pub fn read_flow(connection: &Connection, id: &str, browser: &Digest32, log: &Log) -> Result<Option<FlowRow>, Trouble> {
    let row: Option<(String, i64, i64)> = connection
        .prepare_cached("SELECT state, expires_at, last_end FROM flow WHERE id = ?1 AND browser = ?2")?
        .query_row(params![id, browser], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let Some((state, expires_at, last_end)) = row else { return Ok(None) };
    let (expires_at, last_end) = (Timestamp(unstored(expires_at)), Timestamp(unstored(last_end)));
    Ok(readable(&state, log).map(|flow| FlowRow { flow, expires_at, last_end }))
}

fn readable(state: &str, log: &Log) -> Option<StoredFlow> {
    let flow = serde_json::from_str(state).ok();
    if flow.is_none() {
        log.line("store: a flow cannot be read, and counts as unknown");
    }
    flow
}

/// A browser's flows, the newest first: those whose longest life is not over, and no more than a person would begin in it.
pub fn newest_flows_of(
    connection: &Connection,
    browser: &Digest32,
    now: Timestamp,
    log: &Log,
) -> Result<Vec<StoredFlow>, Trouble> {
    let mut query = connection
        .prepare_cached("SELECT state FROM flow WHERE browser = ?1 AND last_end > ?2 ORDER BY rowid DESC LIMIT 50")?;
    let states = query.query_map(params![browser, stored(now.0)], |row| row.get::<_, String>(0))?;
    let mut flows = Vec::new();
    for state in states {
        flows.extend(readable(&state?, log));
    }
    Ok(flows)
}

/// The ids of a browser's flows that are not over by time.
pub fn flows_of(connection: &Connection, browser: &Digest32, now: Timestamp) -> Result<Vec<String>, Trouble> {
    let mut query = connection.prepare_cached("SELECT id FROM flow WHERE browser = ?1 AND expires_at > ?2")?;
    let rows = query.query_map(params![browser, stored(now.0)], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn insert_flow(connection: &Connection, id: &str, browser: &Digest32, row: &FlowRow) -> Result<(), Trouble> {
    connection
        .prepare_cached("INSERT INTO flow (id, browser, state, expires_at, last_end) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
            id,
            browser,
            serde_json::to_string(&row.flow)?,
            stored(row.expires_at.0),
            stored(row.last_end.0)
        ])?;
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
