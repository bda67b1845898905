//! Neither what is answered nor how long it takes tells whether anybody has a name and an address (FEATURES R1), a number
//! (L2), or a link (O5). Equal by construction: the act reads and writes the same, whoever is there. What is measured is that
//! nothing else has crept in.

use std::time::Duration;

use serde_json::json;

use crate::visitor::{Answer, House, Visitor, fresh_key};

/// Not counted: they warm the caches.
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

/// One of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// There is somebody.
    Known,
    Other,
}

impl Side {
    fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Other => "other",
        }
    }
}

/// What is told, but for what differs from flow to flow.
fn told(answer: &Answer, name: &str) -> (u16, String, Vec<(String, String)>) {
    let mut body = answer.json();
    let time = body["server_time"].as_u64().unwrap();
    body["id"] = json!("id");
    body["expires_at"] = json!(body["expires_at"].as_u64().unwrap() - time);
    if let Some(end) = body["step"]["expires_at"].as_u64() {
        body["step"]["expires_at"] = json!(end - time);
    }
    body["server_time"] = json!(0);
    let headers = answer.headers.iter().filter(|(name, _)| name != "date").cloned().collect();
    (answer.status, body.to_string().replace(name, "the name"), headers)
}

/// Sends so many pairs of requests and holds what is told, and how fast, against each other. `reach` brings a visitor to where
/// the request is sent, and says what is entered there and by which name it is told. Each has a name of its own; whatever the
/// one before has left to be done is done before the next is sent; the order within the pairs is drawn, so that no drift of the
/// machine is any side's.
async fn cannot_be_told_apart(
    house: &House,
    pairs: usize,
    mut reach: impl AsyncFnMut(&mut Visitor, Side, usize) -> (serde_json::Value, String),
) {
    let mut visitor = house.visitor();
    // The browser gets its cookie.
    visitor.begin(json!({})).await;
    let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
    let (mut known, mut other, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    for n in 0..pairs + WARMING {
        // xorshift64
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        // No allowance is used up by so many.
        if n % 100 == 99 {
            house.advance(700);
        }
        for side in if random & 1 == 0 { [Side::Known, Side::Other] } else { [Side::Other, Side::Known] } {
            let (input, name) = reach(&mut visitor, side, n).await;
            let (path, key) = (visitor.act_path("submit"), fresh_key());
            let body = visitor.act_body(input);
            // Nothing is left to be done.
            house.mails("nobody@daemun.test").await;
            let (answer, time) = timed(visitor.post(&path, &key, &body)).await;
            answers.push(told(&answer, &name));
            if n >= WARMING {
                if side == Side::Known { known.push(time) } else { other.push(time) }
            }
        }
    }
    assert_eq!((known.len(), other.len()), (pairs, pairs));
    assert_eq!(answers[0].0, 200);
    for answer in &answers {
        assert_eq!(*answer, answers[0]);
    }
    let auc = auc(&known, &other);
    assert!((0.45..=0.55).contains(&auc), "AUC {auc}");
}

/// Rows for everybody whom a trial knows, all at once.
fn plant(house: &House, pairs: usize, insert: &str, name: impl Fn(usize) -> String) {
    let connection = rusqlite::Connection::open(house.directory.path().join("daemun.db")).unwrap();
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; BEGIN").unwrap();
    for n in 0..pairs + WARMING {
        connection.execute(insert, [name(n)]).unwrap();
    }
    connection.execute_batch("COMMIT").unwrap();
}

/// R1: who asks for a link to set a new password.
#[tokio::test]
async fn r1_two_thousand_pairs_cannot_be_told_apart() {
    let house = House::open().await;
    let pairs = 2_000;
    plant(
        &house,
        pairs,
        "INSERT INTO account (workspace, email, name, locale, state, password_hash, password_set_at)
         SELECT 'sakura', ?1, '田中', 'ja', 'active', password_hash, password_set_at FROM account
         WHERE email = 'haruto@daemun.test'",
        |n| format!("known-{n:04}-a@daemun.test"),
    );
    cannot_be_told_apart(&house, pairs, async |visitor, side, n| {
        let email = format!("{}-{n:04}-a@daemun.test", side.name());
        visitor.begin_with("reset", json!({})).await.notice("reset_link_unknown");
        visitor.act("forgot", json!({})).await;
        (json!({"name": "田中", "email": email}), email)
    })
    .await;
    // The known ones did get their links.
    assert_eq!(house.mails("known-1900-a@daemun.test").await.len(), 1);
    assert!(house.mails("other-1900-a@daemun.test").await.is_empty());
}

/// O5: addresses that a link was shared to, and others.
#[tokio::test]
async fn o5_a_thousand_addresses_cannot_be_told_apart() {
    let house = House::open().await;
    let (pairs, link) = (1_000, house.link("link").await);
    plant(
        &house,
        pairs,
        "INSERT INTO security_link_recipient (link, address)
         SELECT link, ?1 FROM security_link_recipient WHERE address = 'haerin@partner.test'",
        |n| format!("known-{n:04}-a@partner.test"),
    );
    cannot_be_told_apart(&house, pairs, async |visitor, side, n| {
        let email = format!("{}-{n:04}-a@partner.test", side.name());
        visitor.open_link(&link).await.at("link_address");
        (json!({"email": email}), email)
    })
    .await;
    let code = |mails: Vec<serde_json::Value>| mails[0]["code"].is_string();
    assert!(code(house.mails("known-1000-a@partner.test").await));
    assert!(!code(house.mails("other-1000-a@partner.test").await));
}

/// L2: numbers that are linked, and others.
#[tokio::test]
async fn l2_a_thousand_numbers_cannot_be_told_apart() {
    let house = House::open().await;
    let pairs = 1_000;
    plant(
        &house,
        pairs,
        "INSERT INTO account (workspace, email, phone, name, locale, state)
         VALUES ('sakura', 'member' || ?1 || '@daemun.test', ?1, '田中', 'ja', 'active')",
        |n| format!("+81901111{n:04}"),
    );
    cannot_be_told_apart(&house, pairs, async |visitor, side, n| {
        let middle = if side == Side::Known { 1111 } else { 2222 };
        visitor.begin(json!({})).await.at("identify");
        let number = format!("090-{middle}-{n:04}");
        (json!({"identifier": number}), number)
    })
    .await;
    assert_eq!(house.mails("%2B819011111000").await.len(), 1);
    assert!(house.mails("%2B819022221000").await.is_empty());
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    #[expect(clippy::disallowed_methods, reason = "a stopwatch, on the test's side of the wire")]
    let before = std::time::Instant::now();
    let done = work.await;
    (done, before.elapsed())
}
