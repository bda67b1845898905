//! Security links by the keyed digest of their token, to whom they were shared, and which browsers have entered a code.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Trouble, stored, unstored};
use crate::email_address::EmailAddress;
use crate::flow::security_link::SecurityLink;
use crate::server_key::Digest32;

const LINK: &str = "id, place, title, expires_at, revoked";

fn read_link(row: &Row<'_>) -> rusqlite::Result<SecurityLink> {
    Ok(SecurityLink {
        id: row.get(0)?,
        place: row.get(1)?,
        title: row.get(2)?,
        expires_at: row.get::<_, Option<i64>>(3)?.map(|end| Timestamp(unstored(end))),
        revoked: row.get(4)?,
    })
}

pub fn security_link_of(connection: &Connection, token: &Digest32) -> Result<Option<SecurityLink>, Trouble> {
    let mut query = connection.prepare_cached(&format!("SELECT {LINK} FROM security_link WHERE token = ?1"))?;
    Ok(query.query_row([token], read_link).optional()?)
}

pub fn security_link(connection: &Connection, id: i64) -> Result<Option<SecurityLink>, Trouble> {
    let mut query = connection.prepare_cached(&format!("SELECT {LINK} FROM security_link WHERE id = ?1"))?;
    Ok(query.query_row([id], read_link).optional()?)
}

pub fn has_security_links(connection: &Connection) -> Result<bool, Trouble> {
    Ok(connection.query_row("SELECT EXISTS (SELECT 1 FROM security_link)", [], |row| row.get(0))?)
}

/// Shares something; its `id` is not looked at.
pub fn insert_security_link(
    connection: &Connection,
    token: &Digest32,
    made: &SecurityLink,
    recipients: &[EmailAddress],
) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO security_link (token, place, title, expires_at, revoked) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![token, made.place, made.title, made.expires_at.map(|end| stored(end.0)), made.revoked],
    )?;
    let link = connection.last_insert_rowid();
    for recipient in recipients {
        connection.execute(
            "INSERT INTO security_link_recipient (link, address) VALUES (?1, ?2)",
            params![link, recipient.as_str()],
        )?;
    }
    Ok(())
}

/// Takes back what was shared.
pub fn revoke_security_link(connection: &Connection, token: &Digest32) -> Result<(), Trouble> {
    connection.execute("UPDATE security_link SET revoked = 1 WHERE token = ?1", [token])?;
    Ok(())
}

/// Whether a link was shared to this address, in the form that is compared. The key of the table answers, for one that is
/// there and for one that is not.
pub fn is_shared_to(connection: &Connection, link: i64, address: &str) -> Result<bool, Trouble> {
    let mut query = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM security_link_recipient WHERE link = ?1 AND address = ?2)")?;
    Ok(query.query_row(params![link, address], |row| row.get(0))?)
}

/// Lets a browser in.
pub fn grant_link(
    connection: &Connection,
    browser: &Digest32,
    link: i64,
    address: &str,
    until: Timestamp,
) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "INSERT INTO link_grant (browser, link, address, until) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (browser, link) DO UPDATE SET address = ?3, until = ?4",
        )?
        .execute(params![browser, link, address, stored(until.0)])?;
    Ok(())
}

/// The title of what is shared at a place, if this browser is let in still, and the link is good still for the address by
/// which it was.
pub fn shared_title(
    connection: &Connection,
    place: &str,
    browser: &Digest32,
    now: Timestamp,
) -> Result<Option<String>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT title FROM security_link JOIN link_grant ON link_grant.link = security_link.id
         JOIN security_link_recipient AS recipient
             ON recipient.link = security_link.id AND recipient.address = link_grant.address
         WHERE place = ?1 AND browser = ?2 AND until > ?3 AND NOT revoked AND (expires_at IS NULL OR expires_at > ?3)",
    )?;
    Ok(query.query_row(params![place, browser, stored(now.0)], |row| row.get(0)).optional()?)
}
