//! What second factors are kept of: contacts, authenticators, recovery codes, and browsers that need none for a while.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{AccountRow, Trouble, stored};
use crate::flow::code::Contact;
use crate::flow::second_factor::Salt;
use crate::server_key::Digest32;

/// Saves a contact in the member's profile, which turns the second factor on (seed 000).
pub fn save_contact(connection: &Connection, account: i64, contact: &Contact) -> Result<(), Trouble> {
    let save = match contact {
        Contact::Email(_) => "UPDATE account SET personal_email = ?2, two_factor = 1 WHERE id = ?1",
        Contact::Mobile { .. } => "UPDATE account SET mobile = ?2, two_factor = 1 WHERE id = ?1",
    };
    connection.prepare_cached(save)?.execute(params![account, contact.place()])?;
    Ok(())
}

/// A second factor is asked of this member from now on.
pub fn turn_on_two_factor(connection: &Connection, account: i64) -> Result<(), Trouble> {
    connection.execute("UPDATE account SET two_factor = 1 WHERE id = ?1", [account])?;
    Ok(())
}

/// None is asked of them any more; what is saved stays.
pub fn turn_off_two_factor(connection: &Connection, account: i64) -> Result<(), Trouble> {
    connection.execute("UPDATE account SET two_factor = 0 WHERE id = ?1", [account])?;
    Ok(())
}

/// Saves other contacts in a profile, each in the form that is compared. Whether a second factor is asked for stays (sandbox).
pub fn change_contacts(
    connection: &Connection,
    account: i64,
    personal_email: &str,
    mobile: &str,
) -> Result<(), Trouble> {
    let change = "UPDATE account SET personal_email = ?2, mobile = ?3 WHERE id = ?1";
    connection.execute(change, params![account, personal_email, mobile])?;
    Ok(())
}

/// Registers an authenticator, which turns the second factor on. One that was there is replaced.
pub fn save_authenticator(connection: &Connection, account: i64, salt: &Salt, step: u64) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO authenticator (account, salt, last_step) VALUES (?1, ?2, ?3)
         ON CONFLICT (account) DO UPDATE SET salt = ?2, last_step = ?3",
        params![account, salt, stored(step)],
    )?;
    connection.execute("UPDATE account SET two_factor = 1 WHERE id = ?1", [account])?;
    Ok(())
}

/// What the key of a member's authenticator is made of, with the server's own.
pub fn authenticator(connection: &Connection, account: i64) -> Result<Option<Salt>, Trouble> {
    let mut query = connection.prepare_cached("SELECT salt FROM authenticator WHERE account = ?1")?;
    Ok(query.query_row([account], |row| row.get(0)).optional()?)
}

/// Takes a code of this time step, if no code of it or of a later one was taken before. Whether it was.
pub fn take_step(connection: &Connection, account: i64, step: u64) -> Result<bool, Trouble> {
    let taken = connection
        .prepare_cached("UPDATE authenticator SET last_step = ?2 WHERE account = ?1 AND last_step < ?2")?
        .execute(params![account, stored(step)])?;
    Ok(taken > 0)
}

/// The account's recovery codes from now on; those of before are worth nothing.
pub fn replace_recovery_codes(connection: &Connection, account: i64, digests: &[Digest32]) -> Result<(), Trouble> {
    connection.execute("DELETE FROM recovery_code WHERE account = ?1", [account])?;
    let mut insert = connection.prepare_cached("INSERT INTO recovery_code (account, digest) VALUES (?1, ?2)")?;
    for digest in digests {
        insert.execute(params![account, digest])?;
    }
    Ok(())
}

/// Uses a recovery code up. Whether it was one.
pub fn take_recovery_code(connection: &Connection, account: i64, digest: &Digest32) -> Result<bool, Trouble> {
    let taken = connection
        .prepare_cached("DELETE FROM recovery_code WHERE account = ?1 AND digest = ?2")?
        .execute(params![account, digest])?;
    Ok(taken > 0)
}

pub fn recovery_codes_left(connection: &Connection, account: i64) -> Result<u32, Trouble> {
    let mut query = connection.prepare_cached("SELECT count(*) FROM recovery_code WHERE account = ?1")?;
    Ok(query.query_row([account], |row| row.get(0))?)
}

/// How the second factor was given in a browser that is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RememberedBy {
    Phone,
    Other,
}

/// In this browser no second factor is asked for until then, as long as the password stays what it is.
pub fn remember_browser(
    connection: &Connection,
    browser: &Digest32,
    account: &AccountRow,
    by: RememberedBy,
    until: Timestamp,
) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO remembered_browser (browser, account, epoch, until, by_phone) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (browser, account) DO UPDATE SET epoch = ?3, until = ?4, by_phone = ?5",
        params![browser, account.id, account.epoch, stored(until.0), by == RememberedBy::Phone],
    )?;
    Ok(())
}

/// How the second factor was given in this browser, if that is remembered still.
pub fn remembered_by(
    connection: &Connection,
    browser: &Digest32,
    account: i64,
    epoch: i64,
    now: Timestamp,
) -> Result<Option<RememberedBy>, Trouble> {
    let mut query = connection.prepare_cached(
        "SELECT by_phone FROM remembered_browser WHERE browser = ?1 AND account = ?2 AND epoch = ?3 AND until > ?4",
    )?;
    let by_phone = query.query_row(params![browser, account, epoch, stored(now.0)], |row| row.get(0)).optional()?;
    Ok(by_phone.map(|by_phone: bool| if by_phone { RememberedBy::Phone } else { RememberedBy::Other }))
}

/// This browser is asked for the second factor again.
pub fn forget_remembered_browser(connection: &Connection, account: i64, browser: &Digest32) -> Result<(), Trouble> {
    connection
        .execute("DELETE FROM remembered_browser WHERE account = ?1 AND browser = ?2", params![account, browser])?;
    Ok(())
}

/// Every browser is asked for the second factor again: it has changed.
pub fn forget_remembered_browsers(connection: &Connection, account: i64) -> Result<(), Trouble> {
    connection.execute("DELETE FROM remembered_browser WHERE account = ?1", [account])?;
    Ok(())
}
