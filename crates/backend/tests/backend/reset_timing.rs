//! R1: neither what is answered nor how long it takes tells whether anybody has a name and an address.

use std::time::Duration;

use serde_json::json;

use crate::visitor::{Answer, House};

/// Pairs of a known and an unknown address: 2,000, and some before.
const PAIRS: usize = 2_050;
const WARMING: usize = 50;

/// How often one of the first takes longer than one of the second, ties counting half: 0.5 tells nothing. It is the area
/// under the ROC curve (Mann and Whitney).
fn auc(known: &[Duration], unknown: &[Duration]) -> f64 {
    let mut all: Vec<_> = known.iter().map(|t| (*t, true)).chain(unknown.iter().map(|t| (*t, false))).collect();
    all.sort_unstable();
    let (mut wins, mut below) = (0.0, 0.0);
    for equal in all.chunk_by(|one, other| one.0 == other.0) {
        let knowns = equal.iter().filter(|(_, is_known)| *is_known).count() as f64;
        let unknowns = equal.len() as f64 - knowns;
        wins += knowns * (below + unknowns / 2.0);
        below += unknowns;
    }
    wins / (known.len() as f64 * unknown.len() as f64)
}

#[test]
fn the_measure_tells_what_can_be_told() {
    let times = |from: u64| (from..from + 100).map(Duration::from_micros).collect::<Vec<_>>();
    assert_eq!(auc(&times(0), &times(0)), 0.5);
    assert_eq!(auc(&times(100), &times(0)), 1.0);
    assert!(auc(&times(20), &times(0)) > 0.6, "a fifth of the spread is told");
}

/// What is told, but for what differs from flow to flow.
fn told(answer: &Answer, email: &str) -> (u16, String, Vec<(String, String)>) {
    let mut body = answer.json();
    body["id"] = json!("id");
    let headers = answer.headers.iter().filter(|(name, _)| name != "date").cloned().collect();
    (answer.status, body.to_string().replace(email, "the address"), headers)
}

/// Equal by construction: the act writes the same row whoever asks for whom, and looks nobody up. What is measured is that
/// nothing else has crept in. Each request has an address of its own; whatever the one before has left to be done is done
/// before the next is sent; the order within the pairs is drawn, so that no drift of the machine is any side's.
#[tokio::test]
async fn r1_two_thousand_pairs_cannot_be_told_apart() {
    let house = House::open().await;
    let connection = rusqlite::Connection::open(house.directory.path().join("daemun.db")).unwrap();
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; BEGIN").unwrap();
    for n in 0..PAIRS {
        connection
            .execute(
                "INSERT INTO account (workspace, email, name, locale, state, password_hash, password_set_at)
                 SELECT 'sakura', ?1, '田中', 'ja', 'active', password_hash, password_set_at FROM account
                 WHERE email = 'haruto@daemun.test'",
                [format!("known-{n:04}-a@daemun.test")],
            )
            .unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
    drop(connection);

    let mut visitor = house.visitor();
    visitor.begin_with("reset", json!({})).await.notice("reset_link_unknown");
    let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
    let (mut known, mut unknown, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    // The first few warm the caches, and are not counted.
    let warming = (PAIRS - WARMING..PAIRS).map(|n| (n, None));
    for (n, counted) in warming.chain((0..PAIRS - WARMING).map(|n| (n, Some(())))) {
        // xorshift64
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        for whose in if random & 1 == 0 { ["known", "other"] } else { ["other", "known"] } {
            let email = format!("{whose}-{n:04}-a@daemun.test");
            visitor.begin_with("reset", json!({})).await;
            visitor.act("forgot", json!({})).await;
            let (path, key) = (visitor.act_path("submit"), crate::visitor::fresh_key());
            let body = visitor.act_body(json!({"name": "田中", "email": email}));
            // Nothing is left to be done.
            house.mails("nobody@daemun.test").await;
            let (answer, time) = timed(visitor.post(&path, &key, &body)).await;
            answers.push(told(&answer, &email));
            if counted.is_some() {
                if whose == "known" { known.push(time) } else { unknown.push(time) }
            }
        }
    }
    assert_eq!((known.len(), unknown.len()), (PAIRS - WARMING, PAIRS - WARMING));
    assert_eq!(answers[0].0, 200);
    assert!(answers.iter().all(|told| *told == answers[0]));
    // The known ones did get their links.
    assert_eq!(house.mails("known-1900-a@daemun.test").await.len(), 1);
    assert!(house.mails("other-1900-a@daemun.test").await.is_empty());
    let auc = auc(&known, &unknown);
    assert!((0.45..=0.55).contains(&auc), "AUC {auc}");
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    #[expect(clippy::disallowed_methods, reason = "a stopwatch, on the test's side of the wire")]
    let before = std::time::Instant::now();
    let done = work.await;
    (done, before.elapsed())
}
