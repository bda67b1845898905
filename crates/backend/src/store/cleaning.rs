//! What has outlived its use is forgotten, a little in each write that asks for it, so that no table grows for ever and no
//! write takes long.

use daemun_protocol::Timestamp;
use rusqlite::Connection;

use super::{Trouble, stored};

const DAY: i64 = 24 * 3_600_000;

/// What is deleted, and how many milliseconds after the moment that is kept with it.
const OLD: &[(&str, i64)] = &[
    // Until then a flow is said to be expired, then unknown.
    ("DELETE FROM flow WHERE id IN (SELECT id FROM flow WHERE expires_at < ?1 LIMIT 100)", DAY),
    (
        "DELETE FROM answer WHERE (browser, route, key) IN
         (SELECT browser, route, key FROM answer WHERE at < ?1 ORDER BY at LIMIT 100)",
        DAY,
    ),
    ("DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < ?1 LIMIT 100)", 0),
    ("DELETE FROM tries WHERE scope IN (SELECT scope FROM tries WHERE last_at < ?1 LIMIT 100)", 2 * DAY),
    ("DELETE FROM code_sent WHERE rowid IN (SELECT rowid FROM code_sent WHERE at < ?1 LIMIT 100)", 2 * DAY),
    // Of IDs that somebody has and of those that nobody has alike; a suspended account stays suspended.
    (
        "DELETE FROM standing WHERE subject IN
         (SELECT subject FROM standing WHERE subject >= 'id:' AND subject < 'id;' AND last_at < ?1 LIMIT 100)",
        90 * DAY,
    ),
    // Until then a link is said to have expired or to be used, then unknown.
    ("DELETE FROM reset_link WHERE id IN (SELECT id FROM reset_link WHERE expires_at < ?1 LIMIT 100)", 90 * DAY),
    (
        "DELETE FROM remembered_browser WHERE (browser, account) IN
         (SELECT browser, account FROM remembered_browser WHERE until < ?1 LIMIT 100)",
        0,
    ),
    (
        "DELETE FROM link_grant WHERE (browser, link) IN
         (SELECT browser, link FROM link_grant WHERE until < ?1 LIMIT 100)",
        0,
    ),
    // Whether a code was used is known as long as the session that it made can live.
    ("DELETE FROM handoff WHERE code IN (SELECT code FROM handoff WHERE expires_at < ?1 LIMIT 100)", DAY),
    // Who let whom in stays for a while, for who asks afterwards.
    ("DELETE FROM approval WHERE id IN (SELECT id FROM approval WHERE expires_at < ?1 LIMIT 100)", 90 * DAY),
    ("DELETE FROM approval_qr WHERE approval IN (SELECT approval FROM approval_qr WHERE expires_at < ?1 LIMIT 100)", 0),
    // Browsers forget their secret after 400 days.
    (
        "DELETE FROM known_device WHERE (browser, subject) IN
         (SELECT browser, subject FROM known_device WHERE last_at > 0 AND last_at < ?1 LIMIT 100)",
        400 * DAY,
    ),
    (
        "DELETE FROM workspace_device WHERE (browser, workspace) IN
         (SELECT browser, workspace FROM workspace_device WHERE since > 0 AND since < ?1 LIMIT 100)",
        400 * DAY,
    ),
    ("DELETE FROM push_subscription WHERE id IN (SELECT id FROM push_subscription WHERE at < ?1 LIMIT 100)", 400 * DAY),
    ("DELETE FROM quick_login WHERE id IN (SELECT id FROM quick_login WHERE used_at < ?1 LIMIT 100)", 400 * DAY),
    (
        "DELETE FROM remembered_account WHERE (list, account) IN
         (SELECT list, account FROM remembered_account WHERE used_at < ?1 LIMIT 100)",
        400 * DAY,
    ),
];

/// Forgets some of what is old.
pub fn forget_old(connection: &Connection, now: Timestamp) -> Result<(), Trouble> {
    for (delete, after) in OLD {
        connection.prepare_cached(delete)?.execute([stored(now.0) - after])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::migrations;
    use super::*;

    #[test]
    fn no_table_keeps_what_is_old_and_suspensions_stay() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrations::migrate(&mut connection).unwrap();
        connection
            .execute_batch(
                "INSERT INTO workspace (id, name, email_entry, organisation_entry, reveal_tries) VALUES ('nuri', 'Nuri', 1, 1, 1);
                 INSERT INTO account (id, workspace, email, name, locale, state)
                     VALUES (1, 'nuri', 'minji@daemun.test', 'Minji', 'ko', 'active');
                 INSERT INTO flow VALUES ('a', x'00', '{}', 1, 1);
                 INSERT INTO answer VALUES (x'00', 'flows', 'key', x'00', 1, '{}');
                 INSERT INTO session VALUES (x'00', 1, 'minji', NULL, 1, 0, 'a', NULL, '', '', 0, 0);
                 INSERT INTO tries VALUES (x'00', 1, 1, NULL);
                 INSERT INTO code_sent VALUES (x'00', 1);
                 INSERT INTO standing VALUES ('id:00', 5, 1, 1), ('account:1', 0, 1, 1);
                 INSERT INTO known_device VALUES (x'00', 'account:1', 1), (x'01', 'account:1', 0);
                 INSERT INTO security_link VALUES (1, x'00', 'place', 'title', 1, 0);
                 INSERT INTO link_grant VALUES (x'00', 1, 'a@b.test', 1);
                 INSERT INTO remembered_browser VALUES (x'00', 1, 0, 1, 0);
                 INSERT INTO approval VALUES ('a', 'device', 1, 'nuri', 'a', x'00', '', '', '', '', 1, 1, NULL, NULL, NULL, NULL);
                 INSERT INTO approval_qr VALUES ('a', x'00', 1);
                 INSERT INTO workspace_device VALUES (x'00', 'nuri', 1);
                 INSERT INTO handoff VALUES (x'00', '', 1, 'minji', NULL, x'00', 1, NULL);
                 INSERT INTO push_subscription VALUES (1, 1, x'00', 'https://push.test/', '{}', 1);
                 INSERT INTO quick_login VALUES ('a', 1, x'00', x'04', 'x', 5, NULL, 1);
                 INSERT INTO remembered_account VALUES (x'00', 1, 'a', 'password', 0, 1);",
            )
            .unwrap();
        let rows = |connection: &Connection| {
            let tables = ["flow", "answer", "session", "tries", "code_sent", "standing", "known_device"];
            let others = [
                "link_grant",
                "remembered_browser",
                "approval",
                "approval_qr",
                "workspace_device",
                "push_subscription",
                "handoff",
                "quick_login",
                "remembered_account",
            ];
            tables
                .into_iter()
                .chain(others)
                .map(|table| {
                    connection
                        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))
                        .unwrap()
                })
                .collect::<Vec<_>>()
        };
        forget_old(&connection, Timestamp(1)).unwrap();
        assert_eq!(rows(&connection), [1, 1, 1, 1, 1, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
        forget_old(&connection, Timestamp::from_seconds(401 * 24 * 3600)).unwrap();
        assert_eq!(rows(&connection), [0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
}
