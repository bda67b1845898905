//! Mails on their way out, and those that the sandbox keeps for people to read.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Trouble, stored, unstored};
use crate::carrier::{Carrier, Road};
use crate::mail::{Mail, Words};

/// A mail on its way.
#[derive(Clone, Debug)]
pub struct OutboxRow {
    pub id: i64,
    pub mail: Mail,
    pub created_at: Timestamp,
    pub give_up_at: Timestamp,
    pub attempts: u32,
}

/// A mail in the sandbox's inbox.
#[derive(Clone, Debug)]
pub struct InboxRow {
    pub to: String,
    pub words: Words,
    pub at: Timestamp,
}

/// The first five columns.
fn read_words(row: &Row<'_>) -> rusqlite::Result<Words> {
    let carrier = Carrier::parse(&row.get::<_, String>(0)?).unwrap_or(Carrier::Email);
    Ok(Words { carrier, subject: row.get(1)?, text: row.get(2)?, code: row.get(3)?, link: row.get(4)? })
}

pub fn insert_mail(connection: &Connection, mail: &Mail, now: Timestamp, give_up_at: Timestamp) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "INSERT INTO outbox (message_id, recipient, channel, subject, text, code, link, created_at, next_at,
                 give_up_at, attempts)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, 0)",
        )?
        .execute(params![
            mail.message_id,
            mail.to,
            mail.words.carrier.as_str(),
            mail.words.subject,
            mail.words.text,
            mail.words.code,
            mail.words.link,
            stored(now.0),
            stored(give_up_at.0)
        ])?;
    Ok(())
}

/// The names of those who take this road, as a JSON array.
fn carriers_on(road: Road) -> String {
    let names = Carrier::ALL.iter().filter(|carrier| carrier.road() == road).map(|carrier| carrier.as_str());
    serde_json::Value::from_iter(names).to_string()
}

/// Mails whose time to be sent has come, the longest waiting first.
pub fn due_mails(connection: &Connection, road: Road, now: Timestamp) -> Result<Vec<OutboxRow>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT channel, subject, text, code, link, id, message_id, recipient, created_at, give_up_at, attempts
         FROM outbox WHERE next_at <= ?1 AND channel IN (SELECT value FROM json_each(?2)) ORDER BY next_at, id LIMIT 16",
    )?;
    let rows = query.query_map(params![stored(now.0), carriers_on(road)], |row| {
        Ok(OutboxRow {
            id: row.get(5)?,
            mail: Mail { message_id: row.get(6)?, to: row.get(7)?, words: read_words(row)? },
            created_at: Timestamp(unstored(row.get(8)?)),
            give_up_at: Timestamp(unstored(row.get(9)?)),
            attempts: row.get(10)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the next mail is due, if any waits.
pub fn next_mail_at(connection: &Connection, road: Road) -> Result<Option<Timestamp>, Trouble> {
    let next: Option<Option<i64>> = connection
        .query_row(
            "SELECT min(next_at) FROM outbox WHERE channel IN (SELECT value FROM json_each(?1))",
            [carriers_on(road)],
            |row| row.get(0),
        )
        .optional()?;
    Ok(next.flatten().map(|at| Timestamp(unstored(at))))
}

pub fn postpone_mail(connection: &Connection, id: i64, next_at: Timestamp) -> Result<(), Trouble> {
    connection.execute(
        "UPDATE outbox SET attempts = attempts + 1, next_at = ?2 WHERE id = ?1",
        params![id, stored(next_at.0)],
    )?;
    Ok(())
}

/// Sent or given up: nothing of it is kept. Whether it was there still: a sandbox's world may have begun anew meanwhile.
pub fn remove_mail(connection: &Connection, row: &OutboxRow) -> Result<bool, Trouble> {
    let removed = connection
        .execute("DELETE FROM outbox WHERE id = ?1 AND message_id = ?2", params![row.id, row.mail.message_id])?;
    Ok(removed > 0)
}

pub fn insert_inbox(connection: &Connection, mail: &Mail, at: Timestamp) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO inbox (recipient, channel, subject, text, code, link, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            mail.to,
            mail.words.carrier.as_str(),
            mail.words.subject,
            mail.words.text,
            mail.words.code,
            mail.words.link,
            stored(at.0)
        ],
    )?;
    connection.execute("DELETE FROM inbox WHERE id <= (SELECT max(id) FROM inbox) - 500", [])?;
    Ok(())
}

/// The newest 100 mails, to one address or to all.
pub fn inbox(connection: &Connection, to: Option<&str>) -> Result<Vec<InboxRow>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT channel, subject, text, code, link, recipient, at FROM inbox
         WHERE ?1 IS NULL OR recipient = ?1 COLLATE NOCASE ORDER BY id DESC LIMIT 100",
    )?;
    let rows = query.query_map([to], |row| {
        Ok(InboxRow { to: row.get(5)?, words: read_words(row)?, at: Timestamp(unstored(row.get(6)?)) })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
