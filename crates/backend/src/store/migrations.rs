//! The tables. A migration that was released is never changed; a new one is added below it.

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use super::Trouble;

const STEPS: &[M<'_>] = &[
    M::up(
        "
    CREATE TABLE settings (
        name TEXT PRIMARY KEY,
        value BLOB NOT NULL
    ) STRICT;

    CREATE TABLE workspace (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        organisation_id TEXT UNIQUE,
        email_entry INTEGER NOT NULL,
        organisation_entry INTEGER NOT NULL,
        attempt_limit INTEGER,
        reveal_tries INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE account (
        id INTEGER PRIMARY KEY,
        workspace TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
        email TEXT NOT NULL,
        phone TEXT,
        name TEXT NOT NULL,
        locale TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        UNIQUE (workspace, email),
        UNIQUE (workspace, phone)
    ) STRICT;
    CREATE INDEX account_by_email ON account (email);

    -- Consecutive wrong passwords and suspension, for accounts and for IDs that nobody has alike.
    CREATE TABLE standing (
        subject TEXT PRIMARY KEY,
        wrong INTEGER NOT NULL,
        suspended_at INTEGER
    ) STRICT;

    CREATE TABLE flow (
        id TEXT PRIMARY KEY,
        browser BLOB NOT NULL,
        state TEXT NOT NULL,
        expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX flow_by_end ON flow (expires_at);

    CREATE TABLE tries (
        scope BLOB PRIMARY KEY,
        count INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        restricted_until INTEGER
    ) STRICT;

    CREATE TABLE code_sent (
        scope BLOB NOT NULL,
        at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX code_sent_by_scope ON code_sent (scope, at);

    CREATE TABLE known_device (
        browser BLOB NOT NULL,
        subject TEXT NOT NULL,
        PRIMARY KEY (browser, subject)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE session (
        id BLOB PRIMARY KEY,
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        identifier TEXT NOT NULL,
        verified_email TEXT,
        expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX session_by_account ON session (account);

    CREATE TABLE answer (
        browser BLOB NOT NULL,
        route TEXT NOT NULL,
        key TEXT NOT NULL,
        body BLOB NOT NULL,
        at INTEGER NOT NULL,
        state TEXT NOT NULL,
        PRIMARY KEY (browser, route, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX answer_by_age ON answer (at);

    CREATE TABLE outbox (
        id INTEGER PRIMARY KEY,
        message_id TEXT NOT NULL,
        recipient TEXT NOT NULL,
        subject TEXT NOT NULL,
        text TEXT NOT NULL,
        code TEXT,
        created_at INTEGER NOT NULL,
        next_at INTEGER NOT NULL,
        give_up_at INTEGER NOT NULL,
        attempts INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX outbox_by_due ON outbox (next_at);

    CREATE TABLE inbox (
        id INTEGER PRIMARY KEY,
        recipient TEXT NOT NULL,
        subject TEXT NOT NULL,
        text TEXT NOT NULL,
        code TEXT,
        at INTEGER NOT NULL
    ) STRICT;
    ",
    ),
    M::up(
        "
    -- Sandboxes from before they were marked: nobody's mail goes to .test (RFC 6761 §6.2).
    INSERT INTO settings (name, value)
        SELECT 'sandbox', x'01' WHERE EXISTS (SELECT 1 FROM account WHERE email LIKE '%@daemun.test')
        ON CONFLICT (name) DO NOTHING;

    -- No act extends a flow beyond this.
    ALTER TABLE flow ADD COLUMN last_end INTEGER NOT NULL DEFAULT 0;
    UPDATE flow SET last_end = expires_at;
    CREATE INDEX flow_by_browser ON flow (browser);

    -- When an ID was last tried. IDs are counted as such now, whether anybody has them or not.
    ALTER TABLE standing ADD COLUMN last_at INTEGER NOT NULL DEFAULT 0;
    DELETE FROM standing WHERE subject LIKE 'unknown:%';
    CREATE INDEX standing_of_ids_by_age ON standing (last_at) WHERE subject >= 'id:' AND subject < 'id;';

    -- When the browser last signed in; 0: before this was kept.
    ALTER TABLE known_device ADD COLUMN last_at INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX known_device_by_age ON known_device (last_at);

    CREATE INDEX code_sent_by_age ON code_sent (at);
    CREATE INDEX tries_by_age ON tries (last_at);
    CREATE INDEX session_by_end ON session (expires_at);
    ",
    ),
    // Answers had a plain digest of their request's body, a password's among them.
    M::up("DELETE FROM answer;"),
];

pub(super) fn migrate(connection: &mut Connection) -> Result<(), Trouble> {
    Ok(Migrations::from_slice(STEPS).to_latest(connection)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_migrations_are_valid() {
        Migrations::from_slice(STEPS).validate().unwrap();
    }

    #[test]
    fn a_database_from_before_is_brought_up_to_date() {
        let mut connection = Connection::open_in_memory().unwrap();
        Migrations::from_slice(STEPS).to_version(&mut connection, 1).unwrap();
        connection
            .execute_batch(
                "INSERT INTO workspace VALUES ('nuri', 'Nuri', 'nuri', 1, 1, NULL, 1);
                 INSERT INTO account VALUES (1, 'nuri', 'minji@daemun.test', NULL, 'Minji', 'ko', 'x');
                 INSERT INTO flow VALUES ('a', x'00', '{}', 7);
                 INSERT INTO known_device VALUES (x'00', 'account:1');
                 INSERT INTO answer VALUES (x'00', 'flows/a/actions/submit', 'key', x'00', 1, '{}');
                 INSERT INTO standing VALUES ('account:1', 5, 5), ('unknown:00', 5, 5);",
            )
            .unwrap();
        migrate(&mut connection).unwrap();
        let asked = |query: &str| connection.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(asked("SELECT last_end FROM flow"), 7);
        assert_eq!(asked("SELECT count(*) FROM standing"), 1);
        assert_eq!(asked("SELECT count(*) FROM answer"), 0);
        assert_eq!(asked("SELECT count(*) FROM settings WHERE name = 'sandbox'"), 1);
    }
}
