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
    M::up(
        "
    -- Flows of before have other stages; they live two hours at most.
    DELETE FROM flow;
    DELETE FROM answer;

    -- Places for members; NULL: as many as come.
    ALTER TABLE workspace ADD COLUMN capacity INTEGER;
    ALTER TABLE workspace ADD COLUMN password_format TEXT NOT NULL DEFAULT 'letters_digits';
    ALTER TABLE workspace ADD COLUMN password_min_length INTEGER NOT NULL DEFAULT 8;
    ALTER TABLE workspace ADD COLUMN password_max_age_days INTEGER;
    ALTER TABLE workspace ADD COLUMN password_history INTEGER NOT NULL DEFAULT 0;

    -- An account can be without a password, and knows since when it has the one it has.
    -- No id of an account, an invitation or a link is given again: what was proven for one is never worth anything for another.
    CREATE TABLE account_now (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        workspace TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
        email TEXT NOT NULL,
        -- To sign in with: never shown, and no way to find anything.
        phone TEXT,
        -- The profile's: a forgotten ID is found by them.
        personal_email TEXT,
        mobile TEXT,
        name TEXT NOT NULL,
        locale TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('invited', 'active')),
        password_hash TEXT,
        password_set_at INTEGER,
        -- Moves with each new password: what was proven before proves nothing any more.
        epoch INTEGER NOT NULL DEFAULT 0,
        UNIQUE (workspace, email),
        UNIQUE (workspace, phone),
        CHECK ((password_hash IS NULL) = (password_set_at IS NULL)),
        CHECK (state = 'active' OR password_hash IS NULL)
    ) STRICT;
    -- Nobody wrote down when; by the system's clock, once, since no other is known here.
    INSERT INTO account_now (id, workspace, email, phone, name, locale, state, password_hash, password_set_at)
        SELECT id, workspace, email, phone, name, locale, 'active', password_hash, unixepoch() * 1000 FROM account;
    DROP TABLE account;
    ALTER TABLE account_now RENAME TO account;
    CREATE INDEX account_by_email ON account (email);

    -- What is counted and known of an account goes with it.
    CREATE TRIGGER account_gone AFTER DELETE ON account BEGIN
        DELETE FROM standing WHERE subject = 'account:' || old.id;
        DELETE FROM known_device WHERE subject = 'account:' || old.id;
    END;
    CREATE INDEX known_device_by_subject ON known_device (subject);
    DELETE FROM standing WHERE subject LIKE 'account:%'
        AND subject NOT IN (SELECT 'account:' || id FROM account);
    DELETE FROM known_device WHERE subject LIKE 'account:%'
        AND subject NOT IN (SELECT 'account:' || id FROM account);

    -- IDs besides address and number. One that was given is never given again in its workspace.
    CREATE TABLE login_name (
        workspace TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        account INTEGER UNIQUE REFERENCES account (id) ON DELETE SET NULL,
        PRIMARY KEY (workspace, name)
    ) STRICT, WITHOUT ROWID;

    -- Hashes of passwords before the current one, the newest last.
    CREATE TABLE old_password (
        id INTEGER PRIMARY KEY,
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        password_hash TEXT NOT NULL
    ) STRICT;
    CREATE INDEX old_password_by_account ON old_password (account, id);

    -- What a member agreed to, and when.
    CREATE TABLE agreement (
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        terms TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (account, terms)
    ) STRICT, WITHOUT ROWID;

    -- Tokens are kept as keyed digests.
    CREATE TABLE invitation (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        token BLOB NOT NULL UNIQUE,
        workspace TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
        inviter TEXT,
        -- Whom it is for; NULL: whoever has it.
        account INTEGER REFERENCES account (id) ON DELETE CASCADE,
        expires_at INTEGER,
        revoked INTEGER NOT NULL DEFAULT 0,
        max_uses INTEGER,
        uses INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX invitation_by_account ON invitation (account);

    -- Who says that a password is forgotten: written down, and looked up off the request's path.
    CREATE TABLE reset_request (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        email TEXT NOT NULL,
        workspace TEXT,
        locale TEXT NOT NULL,
        at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE reset_link (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        token BLOB NOT NULL UNIQUE,
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        expires_at INTEGER NOT NULL,
        spent INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX reset_link_by_account ON reset_link (account);
    CREATE INDEX reset_link_by_end ON reset_link (expires_at);

    -- A message may be a text to a phone, and may have a link in it.
    ALTER TABLE outbox ADD COLUMN channel TEXT NOT NULL DEFAULT 'email';
    ALTER TABLE outbox ADD COLUMN link TEXT;
    ALTER TABLE inbox ADD COLUMN channel TEXT NOT NULL DEFAULT 'email';
    ALTER TABLE inbox ADD COLUMN link TEXT;
    ",
    )
    .foreign_key_check(),
    M::up(
        "
    -- Flows of before have other stages; they live two hours at most.
    DELETE FROM flow;
    DELETE FROM answer;

    ALTER TABLE workspace ADD COLUMN phone_entry INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE workspace ADD COLUMN two_factor TEXT NOT NULL DEFAULT 'optional'
        CHECK (two_factor IN ('optional', 'required'));
    -- Whether a browser can be remembered after a second factor.
    ALTER TABLE workspace ADD COLUMN remember_browser INTEGER NOT NULL DEFAULT 0;
    -- Whether personal email and mobile number are the organisation's to change.
    ALTER TABLE workspace ADD COLUMN managed_profiles INTEGER NOT NULL DEFAULT 0;

    CREATE INDEX account_by_phone ON account (phone) WHERE phone IS NOT NULL;

    -- Whether the member has turned the second factor on.
    ALTER TABLE account ADD COLUMN two_factor INTEGER NOT NULL DEFAULT 0;

    -- A member's authenticator app. Its key is made of the server's key and this salt.
    CREATE TABLE authenticator (
        account INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
        salt BLOB NOT NULL,
        -- The time step (RFC 6238 §4.2) of the last code that was taken: none is taken twice, nor an earlier one.
        last_step INTEGER NOT NULL
    ) STRICT;

    -- Keyed digests; one that was used is gone.
    CREATE TABLE recovery_code (
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        digest BLOB NOT NULL,
        PRIMARY KEY (account, digest)
    ) STRICT, WITHOUT ROWID;

    -- Browsers in which no second factor is asked for, as long as the password stays the same.
    CREATE TABLE remembered_browser (
        browser BLOB NOT NULL,
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        epoch INTEGER NOT NULL,
        until INTEGER NOT NULL,
        -- Whether the factor was a code to a phone, which is none beside another one.
        by_phone INTEGER NOT NULL,
        PRIMARY KEY (browser, account)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX remembered_browser_by_account ON remembered_browser (account);
    CREATE INDEX remembered_browser_by_end ON remembered_browser (until);

    -- What is shared by a link and a code. Tokens are kept as keyed digests; `place` is where it is, and opens nothing by itself.
    CREATE TABLE security_link (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        token BLOB NOT NULL UNIQUE,
        place TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        expires_at INTEGER,
        revoked INTEGER NOT NULL DEFAULT 0
    ) STRICT;

    -- The addresses it was shared to, in the form that is compared.
    CREATE TABLE security_link_recipient (
        link INTEGER NOT NULL REFERENCES security_link (id) ON DELETE CASCADE,
        address TEXT NOT NULL,
        PRIMARY KEY (link, address)
    ) STRICT, WITHOUT ROWID;

    -- The browsers in which the code was entered.
    CREATE TABLE link_grant (
        browser BLOB NOT NULL,
        link INTEGER NOT NULL REFERENCES security_link (id) ON DELETE CASCADE,
        -- Whose code it was: taken back from there, it is taken back from the browser.
        address TEXT NOT NULL,
        until INTEGER NOT NULL,
        PRIMARY KEY (browser, link)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX link_grant_by_link ON link_grant (link);
    CREATE INDEX link_grant_by_end ON link_grant (until);
    ",
    ),
    M::up(
        "
    -- Whether members can sign in by unlocking a device of theirs.
    ALTER TABLE workspace ADD COLUMN device_unlock INTEGER NOT NULL DEFAULT 0;

    -- When the member signed in, or proved once more who they are; 0: before this was kept.
    ALTER TABLE session ADD COLUMN began_at INTEGER NOT NULL DEFAULT 0;

    -- Trusted devices and security keys. No number is given again: what a page shows is never another's.
    CREATE TABLE passkey (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        -- The credential's ID (WebAuthn).
        credential BLOB NOT NULL UNIQUE,
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        -- Public key, counter and the like, as JSON.
        passkey TEXT NOT NULL,
        name TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('device', 'security_key')),
        -- The browser that registered it.
        browser BLOB NOT NULL,
        registered_at INTEGER NOT NULL,
        last_used_at INTEGER
    ) STRICT;
    CREATE INDEX passkey_by_account ON passkey (account);
    CREATE INDEX passkey_by_browser ON passkey (browser);
    ",
    ),
    M::up(
        "
    -- Whether somebody who is in has to let a new device in.
    ALTER TABLE workspace ADD COLUMN device_approval INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE account ADD COLUMN super_administrator INTEGER NOT NULL DEFAULT 0;

    -- What waits for somebody's approval on another device; how it ended stays.
    CREATE TABLE approval (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('sign_in', 'device', 'administrator')),
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        workspace TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
        flow TEXT NOT NULL,
        browser BLOB NOT NULL,
        -- The number that the asking screen shows, and those to choose from.
        number TEXT NOT NULL,
        numbers TEXT NOT NULL,
        browser_name TEXT NOT NULL,
        place TEXT NOT NULL,
        asked_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        settled TEXT CHECK (settled IN ('approved', 'denied', 'number_wrong', 'not_me', 'taken_back')),
        settled_at INTEGER,
        settled_by INTEGER REFERENCES account (id) ON DELETE SET NULL,
        -- Why an administrator let the device in.
        reason TEXT
    ) STRICT;
    CREATE INDEX approval_by_account ON approval (account, asked_at);
    CREATE INDEX approval_that_waits ON approval (workspace, expires_at) WHERE settled IS NULL;
    CREATE INDEX approval_by_end ON approval (expires_at);

    -- The browsers that are in a workspace. Those that have signed in before this was kept are.
    CREATE TABLE workspace_device (
        browser BLOB NOT NULL,
        workspace TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
        since INTEGER NOT NULL,
        PRIMARY KEY (browser, workspace)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO workspace_device (browser, workspace, since)
        SELECT DISTINCT known_device.browser, account.workspace, 0
        FROM known_device JOIN account ON known_device.subject = 'account:' || account.id;

    -- A super administrator's key, as a keyed digest; one that was used is gone.
    CREATE TABLE recovery_key (
        account INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
        digest BLOB NOT NULL
    ) STRICT;
    ",
    ),
    M::up(
        "
    -- Browsers that are told of what waits for a member; `subscription` is what the browser gave.
    CREATE TABLE push_subscription (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        browser BLOB NOT NULL,
        endpoint TEXT NOT NULL,
        subscription TEXT NOT NULL,
        at INTEGER NOT NULL,
        UNIQUE (account, browser),
        UNIQUE (account, endpoint)
    ) STRICT;
    CREATE INDEX push_subscription_by_browser ON push_subscription (browser);
    CREATE INDEX push_subscription_by_endpoint ON push_subscription (endpoint);
    CREATE INDEX push_subscription_by_age ON push_subscription (at);
    ",
    ),
    M::up(
        "
    -- The QR code that leads to a request: the last one that was shown, as a keyed digest.
    CREATE TABLE approval_qr (
        approval TEXT PRIMARY KEY REFERENCES approval (id) ON DELETE CASCADE,
        digest BLOB NOT NULL UNIQUE,
        expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX approval_qr_by_end ON approval_qr (expires_at);
    ",
    ),
    M::up(
        "ALTER TABLE workspace ADD COLUMN accent TEXT;
         ALTER TABLE workspace ADD COLUMN logo TEXT;
         CREATE TABLE logo (file TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;",
    ),
    M::up(
        "
    -- What administrators have decided: of the options that were changed, what they were and are, as JSON.
    CREATE TABLE policy_change (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        workspace TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
        who TEXT NOT NULL,
        at INTEGER NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL
    ) STRICT;
    CREATE INDEX policy_change_by_workspace ON policy_change (workspace, id);

    -- Nobody is let in by the mobile app's PIN before an administrator has said so.
    ALTER TABLE workspace ADD COLUMN quick_login INTEGER NOT NULL DEFAULT 0;
    ",
    ),
    M::up(
        "
    -- What a member knows a session of theirs by. Of one from before this was kept no browser is known.
    ALTER TABLE session ADD COLUMN handle TEXT NOT NULL DEFAULT '';
    ALTER TABLE session ADD COLUMN browser BLOB;
    ALTER TABLE session ADD COLUMN browser_name TEXT NOT NULL DEFAULT '';
    ALTER TABLE session ADD COLUMN place TEXT NOT NULL DEFAULT '';
    -- When the member signed in; a fresh proof since then is in `began_at`.
    ALTER TABLE session ADD COLUMN signed_in_at INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE session ADD COLUMN last_seen_at INTEGER NOT NULL DEFAULT 0;
    UPDATE session SET handle = lower(hex(randomblob(8))), signed_in_at = began_at, last_seen_at = began_at;
    CREATE UNIQUE INDEX session_by_handle ON session (handle);
    CREATE INDEX session_by_browser ON session (browser);
    ",
    ),
    M::up(
        "
    -- External providers that members, or one of them, may not sign in by: their names, with spaces between them.
    ALTER TABLE workspace ADD COLUMN denied_providers TEXT NOT NULL DEFAULT '';
    ALTER TABLE account ADD COLUMN denied_providers TEXT NOT NULL DEFAULT '';

    -- Identities at external providers. What a provider calls its member is kept as a keyed digest.
    CREATE TABLE external_identity (
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        workspace TEXT NOT NULL REFERENCES workspace (id) ON DELETE CASCADE,
        provider TEXT NOT NULL,
        subject BLOB NOT NULL,
        connected_at INTEGER NOT NULL,
        PRIMARY KEY (account, provider),
        UNIQUE (workspace, provider, subject)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX external_identity_by_subject ON external_identity (provider, subject);
    ",
    ),
    // Sign-ins that native hosts take over (FEATURES X7).
    M::up(
        "
    CREATE TABLE handoff (
        code BLOB PRIMARY KEY,
        challenge TEXT NOT NULL,
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        identifier TEXT NOT NULL,
        verified_email TEXT,
        -- The webview that it was signed in to in.
        browser BLOB NOT NULL,
        expires_at INTEGER NOT NULL,
        session BLOB
    ) STRICT;
    CREATE INDEX handoff_by_account ON handoff (account);
    CREATE INDEX handoff_by_session ON handoff (session);
    ",
    ),
    M::up(
        "
    -- A decision about a single member, as JSON; none: it was about all.
    ALTER TABLE policy_change ADD COLUMN member TEXT;
    ",
    ),
    M::up(
        "
    -- PINs, each for one browser and the key that its device keeps to itself. A trusted device may do instead of the PIN.
    CREATE TABLE quick_login (
        id TEXT PRIMARY KEY,
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        browser BLOB NOT NULL,
        public_key BLOB NOT NULL,
        pin TEXT NOT NULL,
        tries_left INTEGER NOT NULL,
        passkey INTEGER REFERENCES passkey (id) ON DELETE SET NULL,
        used_at INTEGER NOT NULL,
        UNIQUE (account, browser)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX quick_login_by_browser ON quick_login (browser, used_at);
    CREATE INDEX quick_login_by_passkey ON quick_login (passkey);
    CREATE INDEX quick_login_by_age ON quick_login (used_at);
    ALTER TABLE workspace ADD COLUMN quick_login_two_factors INTEGER NOT NULL DEFAULT 0;
    ",
    ),
    M::up(
        "
    -- The accounts that a browser remembers because their members have wanted it, by a name that is drawn for it. Who is suspended
    -- goes from every list.
    CREATE TABLE remembered_account (
        browser BLOB NOT NULL,
        account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        handle TEXT NOT NULL UNIQUE,
        method TEXT NOT NULL,
        signed_out INTEGER NOT NULL,
        used_at INTEGER NOT NULL,
        PRIMARY KEY (browser, account)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX remembered_account_by_account ON remembered_account (account);
    CREATE INDEX remembered_account_by_age ON remembered_account (used_at);
    CREATE TRIGGER suspended_at_once AFTER INSERT ON standing
        WHEN new.suspended_at IS NOT NULL AND new.subject GLOB 'account:*' BEGIN
        DELETE FROM remembered_account WHERE account = CAST(substr(new.subject, 9) AS INTEGER);
    END;
    CREATE TRIGGER suspended_later AFTER UPDATE ON standing
        WHEN new.suspended_at IS NOT NULL AND new.subject GLOB 'account:*' BEGIN
        DELETE FROM remembered_account WHERE account = CAST(substr(new.subject, 9) AS INTEGER);
    END;
    ",
    ),
    M::up(
        "
    -- A list of accounts is a browser's, or one that a native host shares between its apps.
    ALTER TABLE remembered_account RENAME COLUMN browser TO list;
    ",
    ),
];

/// Brings the tables up to date. Foreign keys are not enforced meanwhile, since a table that is made anew would take with it
/// all that refers to it (SQLite, "Making other kinds of table schema changes"); they are checked before the commit.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Trouble> {
    connection.pragma_update(None, "foreign_keys", false)?;
    let migrated = Migrations::from_slice(STEPS).to_latest(connection);
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(migrated?)
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
                 INSERT INTO known_device VALUES (x'00', 'account:9'), (x'00', 'email:minji@daemun.test');
                 INSERT INTO standing VALUES ('account:1', 5, 5), ('account:9', 5, 5), ('unknown:00', 5, 5);
                 INSERT INTO session VALUES (x'00', 1, 'minji', NULL, 7);",
            )
            .unwrap();
        migrate(&mut connection).unwrap();
        let asked = |query: &str| connection.query_row(query, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(asked("SELECT count(*) FROM flow"), 0);
        // Members and their sessions stay as they were.
        assert_eq!(asked("SELECT count(*) FROM account WHERE password_hash = 'x' AND password_set_at > 0"), 1);
        assert_eq!(asked("SELECT count(*) FROM session JOIN account ON account.id = session.account"), 1);
        assert_eq!(asked("SELECT count(*) FROM session WHERE length(handle) = 16 AND browser IS NULL"), 1);
        assert_eq!(asked("SELECT password_min_length FROM workspace"), 8);
        assert_eq!(asked("SELECT count(*) FROM standing"), 1);
        assert_eq!(asked("SELECT count(*) FROM known_device WHERE subject = 'account:1'"), 1);
        assert_eq!(asked("SELECT count(*) FROM known_device"), 2);
        connection.execute("DELETE FROM account", []).unwrap();
        assert_eq!(asked("SELECT count(*) FROM session"), 0, "foreign keys are enforced again");
        assert_eq!(asked("SELECT count(*) FROM standing"), 0, "what is known of an account goes with it");
        assert_eq!(asked("SELECT count(*) FROM known_device"), 1);
        assert_eq!(asked("SELECT count(*) FROM answer"), 0);
        assert_eq!(asked("SELECT count(*) FROM settings WHERE name = 'sandbox'"), 1);
        connection
            .execute_batch(
                "INSERT INTO account (workspace, email, name, locale, state)
                     VALUES ('nuri', 'emma@daemun.test', 'Emma', 'en', 'active');",
            )
            .unwrap();
        assert_eq!(asked("SELECT id FROM account"), 2, "no id is given again, not even one from before");
    }
}
