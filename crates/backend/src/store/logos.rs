//! Pictures of workspaces, by the name that each is served under.

use rusqlite::{Connection, OptionalExtension, params};

use super::Trouble;
use crate::logo::Logo;

pub fn logo(connection: &Connection, file: &str) -> Result<Option<Logo>, Trouble> {
    let mut query = connection.prepare_cached("SELECT bytes FROM logo WHERE file = ?1")?;
    let bytes: Option<Vec<u8>> = query.query_row([file], |row| row.get(0)).optional()?;
    Ok(bytes.and_then(|bytes| Logo::parse(bytes).ok()))
}

pub fn keep_logo(connection: &Connection, logo: &Logo) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO logo (file, bytes) VALUES (?1, ?2) ON CONFLICT (file) DO NOTHING",
        params![logo.name().as_str(), logo.bytes()],
    )?;
    Ok(())
}

/// Those that no workspace is known by any more.
pub fn forget_unused_logos(connection: &Connection) -> Result<(), Trouble> {
    connection.execute("DELETE FROM logo WHERE file NOT IN (SELECT logo FROM workspace WHERE logo IS NOT NULL)", [])?;
    Ok(())
}
