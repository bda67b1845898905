//! Members' passkeys: trusted devices and security keys (FEATURES L4, S4, T5).

use daemun_protocol::{DeviceKind, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Trouble, stored, unstored};
use crate::relying_party::{Registered, StoredPasskey};
use crate::server_key::Digest32;

/// A passkey as it is kept.
#[derive(Clone, Debug)]
pub struct PasskeyRow {
    pub id: i64,
    /// The credential's ID.
    pub credential: Vec<u8>,
    pub account: i64,
    pub passkey: StoredPasskey,
    pub name: String,
    pub kind: DeviceKind,
    /// The browser that registered it.
    pub browser: Digest32,
    pub registered_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// A passkey to be kept.
#[derive(Debug)]
pub struct NewPasskey<'a> {
    pub account: i64,
    pub registered: &'a Registered,
    pub name: &'a str,
    pub kind: DeviceKind,
    pub browser: &'a Digest32,
}

const PASSKEY: &str = "id, credential, account, passkey, name, kind, browser, registered_at, last_used_at";

fn read_passkey(row: &Row<'_>) -> rusqlite::Result<PasskeyRow> {
    let time = |millis| Timestamp(unstored(millis));
    Ok(PasskeyRow {
        id: row.get(0)?,
        credential: row.get(1)?,
        account: row.get(2)?,
        passkey: StoredPasskey(row.get(3)?),
        name: row.get(4)?,
        kind: match row.get::<_, String>(5)?.as_str() {
            "device" => DeviceKind::Device,
            _ => DeviceKind::SecurityKey,
        },
        browser: row.get(6)?,
        registered_at: time(row.get(7)?),
        last_used_at: row.get::<_, Option<i64>>(8)?.map(time),
    })
}

/// Keeps a passkey, under the number that it gets.
pub fn insert_passkey(connection: &Connection, new: &NewPasskey<'_>, now: Timestamp) -> Result<i64, Trouble> {
    let kind = match new.kind {
        DeviceKind::Device => "device",
        DeviceKind::SecurityKey => "security_key",
    };
    let (id, passkey) = (&new.registered.id, &new.registered.passkey.0);
    connection.execute(
        "INSERT INTO passkey (credential, account, passkey, name, kind, browser, registered_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![id, new.account, passkey, new.name, kind, new.browser, stored(now.0)],
    )?;
    Ok(connection.last_insert_rowid())
}

/// The passkey with this credential's ID.
pub fn passkey(connection: &Connection, credential: &[u8]) -> Result<Option<PasskeyRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!("SELECT {PASSKEY} FROM passkey WHERE credential = ?1"))?;
    Ok(query.query_row([credential], read_passkey).optional()?)
}

/// An account's passkeys, the oldest first.
pub fn passkeys_of(connection: &Connection, account: i64) -> Result<Vec<PasskeyRow>, Trouble> {
    let mut query =
        connection.prepare_cached(&format!("SELECT {PASSKEY} FROM passkey WHERE account = ?1 ORDER BY id"))?;
    let rows = query.query_map([account], read_passkey)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A passkey was used: its counter has moved.
pub fn note_use(connection: &Connection, id: i64, passkey: &StoredPasskey, now: Timestamp) -> Result<(), Trouble> {
    connection.prepare_cached("UPDATE passkey SET passkey = ?2, last_used_at = ?3 WHERE id = ?1")?.execute(params![
        id,
        passkey.0,
        stored(now.0)
    ])?;
    Ok(())
}

/// How many accounts other than this one have registered this browser's device.
pub fn other_accounts_of_device(connection: &Connection, browser: &Digest32, account: i64) -> Result<u32, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT count(DISTINCT account) FROM passkey WHERE browser = ?1 AND account <> ?2 AND kind = 'device'",
    )?;
    Ok(query.query_row(params![browser, account], |row| row.get(0))?)
}

/// Whether there was one of the account's with this number to call otherwise.
pub fn rename_passkey(connection: &Connection, account: i64, id: i64, name: &str) -> Result<bool, Trouble> {
    let renamed = connection
        .prepare_cached("UPDATE passkey SET name = ?3 WHERE id = ?2 AND account = ?1")?
        .execute(params![account, id, name])?;
    Ok(renamed > 0)
}

/// Whether there was one of the account's with this number to remove.
pub fn remove_passkey(connection: &Connection, account: i64, id: i64) -> Result<bool, Trouble> {
    let removed = connection
        .prepare_cached("DELETE FROM passkey WHERE id = ?2 AND account = ?1")?
        .execute(params![account, id])?;
    Ok(removed > 0)
}

/// Whether any workspace lets its members sign in by their devices.
pub fn device_way(connection: &Connection) -> Result<bool, Trouble> {
    let mut query = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM workspace WHERE device_unlock)")?;
    Ok(query.query_row([], |row| row.get(0))?)
}
