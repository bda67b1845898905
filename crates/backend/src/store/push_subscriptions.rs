//! Browsers that are told of what waits for a member (FEATURES D6).

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Trouble, stored};
use crate::push::Subscription;
use crate::server_key::Digest32;

/// Browsers of one account that are told; the ones that were subscribed first make room.
const MOST: u32 = 10;

/// A browser is told from now on. It has one subscription for an account, and a subscription is of one browser: what was
/// kept of either goes. So does what it was told of somebody else's: the accounts of one address are one person's.
pub fn subscribe(
    connection: &Connection,
    account: i64,
    browser: &Digest32,
    subscription: &Subscription,
    now: Timestamp,
) -> Result<(), Trouble> {
    connection
        .prepare_cached(
            "DELETE FROM push_subscription WHERE (browser = ?2 OR endpoint = ?3) AND (account = ?1 OR account NOT IN
                 (SELECT id FROM account WHERE email = (SELECT email FROM account WHERE id = ?1)))",
        )?
        .execute(params![account, browser, subscription.endpoint()])?;
    connection
        .prepare_cached(
            "INSERT INTO push_subscription (account, browser, endpoint, subscription, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![account, browser, subscription.endpoint(), subscription.to_json(), stored(now.0)])?;
    connection
        .prepare_cached(
            "DELETE FROM push_subscription WHERE account = ?1 AND id NOT IN
                 (SELECT id FROM push_subscription WHERE account = ?1 ORDER BY id DESC LIMIT ?2)",
        )?
        .execute(params![account, MOST])?;
    Ok(())
}

/// A browser is told no longer.
pub fn unsubscribe(connection: &Connection, account: i64, browser: &Digest32) -> Result<(), Trouble> {
    connection
        .prepare_cached("DELETE FROM push_subscription WHERE account = ?1 AND browser = ?2")?
        .execute(params![account, browser])?;
    Ok(())
}

/// Whoever signs out is told of nothing there any more.
pub fn unsubscribe_browser(connection: &Connection, browser: &Digest32) -> Result<(), Trouble> {
    connection.prepare_cached("DELETE FROM push_subscription WHERE browser = ?1")?.execute([browser])?;
    Ok(())
}

pub fn is_subscribed(connection: &Connection, account: i64, browser: &Digest32) -> Result<bool, Trouble> {
    let mut query = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM push_subscription WHERE account = ?1 AND browser = ?2)")?;
    Ok(query.query_row(params![account, browser], |row| row.get(0))?)
}

/// The subscriptions of an account in all browsers but one.
pub fn subscriptions_elsewhere(connection: &Connection, account: i64, but: &Digest32) -> Result<Vec<i64>, Trouble> {
    let mut query = connection
        .prepare_cached("SELECT id FROM push_subscription WHERE account = ?1 AND browser <> ?2 ORDER BY id")?;
    let rows = query.query_map(params![account, but], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What the browser gave, if it is to be told still.
pub fn subscription(connection: &Connection, id: i64) -> Result<Option<String>, Trouble> {
    let mut query = connection.prepare_cached("SELECT subscription FROM push_subscription WHERE id = ?1")?;
    Ok(query.query_row([id], |row| row.get(0)).optional()?)
}

/// Its push service knows it no longer (RFC 8030 §7.3).
pub fn forget_subscription(connection: &Connection, id: i64) -> Result<(), Trouble> {
    connection.prepare_cached("DELETE FROM push_subscription WHERE id = ?1")?.execute([id])?;
    Ok(())
}
