//! First answers by idempotency key, so that a repeated request is answered and not repeated
//! (draft-ietf-httpapi-idempotency-key-header §2).

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::{Trouble, stored};
use crate::log::Log;
use crate::server_key::Digest32;

/// An answer as it is kept. It holds no secret: a session's cookie is made again from its salt and the browser's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    pub status: u16,
    pub location: Option<String>,
    pub body: String,
    pub retry_after: Option<u32>,
    pub session_salt: Option<[u8; 16]>,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remembered {
    Nothing,
    /// It came with another body.
    OtherBody,
    /// A try was reserved for it, and the answer was never given: the process ended in between.
    Reserved(String),
    Finished(Finished),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Reserved(String),
    Finished(Finished),
}

/// Whose key, on which route.
#[derive(Clone, Debug)]
pub struct Scope {
    pub browser: Digest32,
    pub route: String,
    pub key: String,
    /// Keyed digest of the request's body.
    pub body: Digest32,
}

/// What is known of a key. What cannot be read, of another version, is nothing.
pub fn remembered(connection: &Connection, scope: &Scope, log: &Log) -> Result<Remembered, Trouble> {
    let row: Option<(Digest32, String)> = connection
        .prepare_cached("SELECT body, state FROM answer WHERE browser = ?1 AND route = ?2 AND key = ?3")?
        .query_row(params![scope.browser, scope.route, scope.key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(match row {
        None => Remembered::Nothing,
        Some((body, _)) if body != scope.body => Remembered::OtherBody,
        Some((_, state)) => match serde_json::from_str(&state) {
            Ok(State::Reserved(reservation)) => Remembered::Reserved(reservation),
            Ok(State::Finished(finished)) => Remembered::Finished(finished),
            Err(_) => {
                log.line("store: an answer cannot be read, and counts as none");
                Remembered::Nothing
            }
        },
    })
}

/// Keeps what was reserved for a key, before it is evaluated.
pub fn remember_reservation(
    connection: &Connection,
    scope: &Scope,
    reservation: String,
    now: Timestamp,
) -> Result<(), Trouble> {
    put(connection, scope, &State::Reserved(reservation), now)
}

pub fn finish_answer(connection: &Connection, scope: &Scope, answer: Finished, now: Timestamp) -> Result<(), Trouble> {
    put(connection, scope, &State::Finished(answer), now)
}

/// The key may be used anew.
pub fn forget_answer(connection: &Connection, scope: &Scope) -> Result<(), Trouble> {
    connection.execute(
        "DELETE FROM answer WHERE browser = ?1 AND route = ?2 AND key = ?3",
        params![scope.browser, scope.route, scope.key],
    )?;
    Ok(())
}

fn put(connection: &Connection, scope: &Scope, state: &State, now: Timestamp) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "INSERT INTO answer (browser, route, key, body, at, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (browser, route, key) DO UPDATE SET state = ?6",
        )?
        .execute(params![
            scope.browser,
            scope.route,
            scope.key,
            scope.body,
            stored(now.0),
            serde_json::to_string(state)?
        ])?;
    Ok(())
}
