//! What is true of the database as a whole.

use rusqlite::{Connection, OptionalExtension};

use super::{Trouble, stored, unstored};

/// Whether a sandbox has planted its world here, ever.
pub fn is_sandbox(connection: &Connection) -> Result<bool, Trouble> {
    let mark = "SELECT EXISTS (SELECT 1 FROM settings WHERE name = 'sandbox')";
    Ok(connection.query_row(mark, [], |row| row.get(0))?)
}

/// From now on no deployment takes this database.
pub fn mark_sandbox(connection: &Connection) -> Result<(), Trouble> {
    connection
        .execute("INSERT INTO settings (name, value) VALUES ('sandbox', x'01') ON CONFLICT (name) DO NOTHING", [])?;
    Ok(())
}

/// Milliseconds by which the sandbox's clock was moved.
pub fn clock_moved_by(connection: &Connection) -> Result<u64, Trouble> {
    let moved = connection.query_row("SELECT value FROM settings WHERE name = 'clock_moved_by'", [], |row| row.get(0));
    Ok(moved.optional()?.map(|moved: [u8; 8]| unstored(i64::from_be_bytes(moved))).unwrap_or(0))
}

pub fn set_clock_moved_by(connection: &Connection, millis: u64) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO settings (name, value) VALUES ('clock_moved_by', ?1)
         ON CONFLICT (name) DO UPDATE SET value = ?1",
        [stored(millis).to_be_bytes()],
    )?;
    Ok(())
}
