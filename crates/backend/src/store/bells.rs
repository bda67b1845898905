//! Who waits for a flow to change hears of it when the change is on the disk. It refuses to know what changed.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::watch;

use super::Trouble;

/// SQLite itself notes which flows a transaction touches, whoever wrote the statement: no write can forget it, and what
/// is rolled back was never noted.
const NOTES: &str = "
    PRAGMA temp_store = MEMORY;
    CREATE TEMP TABLE touched_flow (id TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TEMP TRIGGER flow_written AFTER UPDATE ON main.flow
        BEGIN INSERT INTO touched_flow VALUES (NEW.id) ON CONFLICT DO NOTHING; END;
    CREATE TEMP TRIGGER flow_deleted AFTER DELETE ON main.flow
        BEGIN INSERT INTO touched_flow VALUES (OLD.id) ON CONFLICT DO NOTHING; END;
    CREATE TEMP TRIGGER approval_asked AFTER INSERT ON main.approval
        BEGIN INSERT INTO touched_flow VALUES ('approvals') ON CONFLICT DO NOTHING; END;
    CREATE TEMP TRIGGER approval_written AFTER UPDATE ON main.approval
        BEGIN INSERT INTO touched_flow VALUES ('approvals') ON CONFLICT DO NOTHING; END;";

/// The bell of whatever waits for approval: whoever may approve looks at what flows of others ask for. No flow's id.
pub const APPROVALS: &str = "approvals";

/// Lets a connection note which flows it touches.
pub(super) fn hang(connection: &Connection) -> Result<(), Trouble> {
    Ok(connection.execute_batch(NOTES)?)
}

/// The flows that the transaction has touched so far; it forgets them.
pub(super) fn touched(connection: &Connection) -> Result<Vec<String>, Trouble> {
    let mut query = connection.prepare_cached("DELETE FROM touched_flow RETURNING id")?;
    let ids = query.query_map([], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

type Table = Arc<Mutex<HashMap<String, watch::Sender<()>>>>;

/// One bell for each flow that somebody listens for, and none for any other.
#[derive(Clone, Debug, Default)]
pub struct Bells(Table);

/// Somebody who listens for one flow's bell.
#[derive(Debug)]
pub struct Listener {
    table: Table,
    id: String,
    bell: watch::Receiver<()>,
}

impl Bells {
    /// From now on, what happens to the flow is heard.
    pub fn listen(&self, id: &str) -> Listener {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bell = table.entry(id.into()).or_insert_with(|| watch::Sender::new(())).subscribe();
        Listener { table: Arc::clone(&self.0), id: id.into(), bell }
    }

    /// Tells whoever listens that these were touched.
    pub(super) fn ring(&self, ids: &[String]) {
        if ids.is_empty() {
            return;
        }
        let table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for bell in ids.iter().filter_map(|id| table.get(id)) {
            bell.send_replace(());
        }
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).values().map(watch::Sender::receiver_count).sum()
    }
}

impl Listener {
    /// Returns when the flow was touched since the last time, or since listening began.
    pub async fn rung(&mut self) {
        // The table has the other end as long as anybody listens.
        let _ = self.bell.changed().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(bell) = table.entry(core::mem::take(&mut self.id))
            && bell.get().receiver_count() == 1
        {
            bell.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_bell_is_heard_by_all_who_listen_and_hangs_no_longer_than_they_do() {
        let bells = Bells::default();
        bells.ring(&["f".into()]);
        let (mut one, mut two, other) = (bells.listen("f"), bells.listen("f"), bells.listen("g"));
        assert_eq!(bells.listeners(), 3);
        // What is rung before anybody waits is not missed.
        bells.ring(&["f".into(), "h".into()]);
        one.rung().await;
        two.rung().await;
        assert!(!other.bell.has_changed().unwrap());
        drop(one);
        bells.ring(&["f".into()]);
        two.rung().await;
        drop((two, other));
        assert!(bells.0.lock().unwrap().is_empty());
    }

    #[test]
    fn every_statement_that_touches_a_flow_is_noted_and_what_is_rolled_back_is_not() {
        let mut connection = Connection::open_in_memory().unwrap();
        super::super::prepare(&connection).unwrap();
        super::super::migrations::migrate(&mut connection).unwrap();
        hang(&connection).unwrap();
        let touches = |statement: &str| {
            connection.execute_batch(statement).unwrap();
            touched(&connection).unwrap()
        };
        let insert = "INSERT INTO flow (id, browser, state, expires_at, last_end)
            VALUES ('f', x'00', '', 1, 1), ('g', x'00', '', 2, 2)";
        assert!(touches(insert).is_empty(), "nobody waits for what was not there");
        assert_eq!(touches("UPDATE flow SET state = 'x'; UPDATE flow SET state = 'y'"), ["f", "g"]);
        assert!(touches("BEGIN; UPDATE flow SET state = 'z'; ROLLBACK").is_empty());
        assert_eq!(touches("DELETE FROM flow WHERE id = 'g'"), ["g"]);
        assert_eq!(touches("DELETE FROM flow"), ["f"], "also all at once");
        let approval = "INSERT INTO workspace (id, name, email_entry, organisation_entry, reveal_tries) VALUES ('n', 'N', 1, 1, 1);
            INSERT INTO account (id, workspace, email, name, locale, state) VALUES (1, 'n', 'a', 'A', 'ko', 'active');
            INSERT INTO approval VALUES ('a', 'device', 1, 'n', 'f', x'00', '', '', '', '', 1, 1, NULL, NULL, NULL, NULL)";
        assert_eq!(touches(approval), [APPROVALS]);
        assert_eq!(touches("UPDATE approval SET settled = 'denied'"), [APPROVALS]);
    }
}
