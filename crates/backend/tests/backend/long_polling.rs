//! Reads that are held until the flow changes (RFC 7240 §4.3). Whoever waits here waits for the backend's own word that
//! a read is held, not for time to pass; one second passes where that is the point.

use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use crate::approvals::{pc, phone};
use crate::visitor::{Answer, House, Visitor, fresh_key};

const MINJI: &str = "minji@daemun.test";
/// How long anything may take on a busy machine. A test that passes never waits for it.
const PATIENCE: Duration = Duration::from_secs(20);

/// The tag of what the visitor sees now.
async fn tag(visitor: &mut Visitor) -> String {
    visitor.read().await.header("etag").unwrap().into()
}

/// Reads what the visitor may have by this tag already.
async fn read(visitor: &Visitor, tag: &str, prefer: &str) -> Answer {
    let headers = [("Daemun-Version", "1"), ("If-None-Match", tag), ("Prefer", prefer)];
    timeout(PATIENCE, visitor.send("GET", &visitor.flow_path(), &headers, b"")).await.expect("an answer")
}

/// The same, beside what the test goes on with.
fn reads(visitor: &Visitor, tag: &str, prefer: &str) -> JoinHandle<Answer> {
    let (visitor, tag, prefer) = (visitor.clone(), tag.to_owned(), prefer.to_owned());
    tokio::spawn(async move { read(&visitor, &tag, &prefer).await })
}

impl House {
    /// Returns when so many reads are held.
    async fn holds(&self, count: usize) {
        let held = async {
            while self.server.held_reads() != count {
                tokio::task::yield_now().await;
            }
        };
        let so_many = timeout(PATIENCE, held).await;
        assert!(so_many.is_ok(), "{} reads are held, and not {count}", self.server.held_reads());
    }
}

impl Answer {
    /// What the backend says that it kept to (RFC 7240 §3).
    fn applied(&self) -> Option<&str> {
        self.header("preference-applied")
    }
}

#[tokio::test]
async fn a_held_read_is_answered_when_the_flow_changes() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await.at("identify");
    let known = tag(&mut minji).await;
    let held = reads(&minji, &known, "wait=25");
    house.holds(1).await;
    minji.submit(json!({"identifier": MINJI})).await.at("code");
    let news = held.await.unwrap();
    assert_eq!((news.status, news.applied()), (200, Some("wait=25")), "{news:?}");
    assert_ne!(news.header("etag"), Some(known.as_str()));
    assert_eq!(news.header("vary"), None, "nothing is kept, so nothing varies");
    news.at("code");
    assert_eq!(house.server.held_reads(), 0);

    // Also by what moves the tag alone.
    let known = tag(&mut minji).await;
    let held = reads(&minji, &known, "wait=25");
    house.holds(1).await;
    house.advance(31);
    assert_eq!(house.server.held_reads(), 1, "time that goes by is no news");
    minji.act("resend", json!({})).await.at("code");
    held.await.unwrap().at("code");

    // And by its end, whoever ends it.
    let known = tag(&mut minji).await;
    let held = reads(&minji, &known, "wait=25");
    house.holds(1).await;
    assert_eq!(minji.send("POST", "/home/sign-out", &[], b"").await.status, 303);
    assert_eq!(held.await.unwrap().json()["status"], "ended");
    assert_eq!(house.server.held_reads(), 0);
}

/// L5: the phone's yes answers the read that the PC has waiting, and that answer has the session: one round trip.
#[tokio::test]
async fn l5_a_yes_answers_the_held_read_and_signs_the_pc_in() {
    let house = House::open().await;
    let (mut phone, mut passkey) = phone(&house).await;
    let mut pc = pc(&house).await;
    let known = tag(&mut pc).await;
    let held = reads(&pc, &known, "wait=25");
    house.holds(1).await;
    phone.looks().await;
    phone.approves(&mut passkey, &pc.number()).await.notice("request_approved");
    let news = held.await.unwrap();
    assert_eq!(news.flow()["status"], "complete");
    assert!(news.header("set-cookie").is_some_and(|cookie| cookie.starts_with("__Host-daemun_session=")), "{news:?}");
}

#[tokio::test]
async fn what_has_changed_already_is_answered_at_once() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let before = tag(&mut minji).await;
    minji.submit(json!({"identifier": MINJI})).await;
    let news = read(&minji, &before, "wait=25").await;
    assert_eq!((news.status, news.applied()), (200, None));
    news.at("code");
    // And so is who has nothing to compare with.
    let headers = [("Daemun-Version", "1"), ("Prefer", "wait=25")];
    let whole = minji.send("GET", &minji.flow_path(), &headers, b"").await;
    assert_eq!(whole.applied(), None);
    whole.at("code");
    // Refusals do not wait either.
    let known = tag(&mut minji).await;
    let headers = [("If-None-Match", known.as_str()), ("Prefer", "wait=25")];
    minji.send("GET", &minji.flow_path(), &headers, b"").await.problem(400, "version_unsupported");
    let mut stranger = house.visitor();
    stranger.begin(json!({})).await;
    for other in [stranger, house.visitor()] {
        let other = Visitor { flow: minji.flow.clone(), ..other };
        read(&other, &known, "wait=25").await.problem(404, "flow_unknown");
        read(&other, "*", "wait=25").await.problem(404, "flow_unknown");
    }
}

#[tokio::test]
async fn nothing_new_is_said_when_the_time_is_over() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let known = tag(&mut minji).await;
    let began = Instant::now();
    let nothing = read(&minji, &known, "respond-async, wait=1").await;
    assert!((1_000..20_000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
    assert_eq!((nothing.status, nothing.applied()), (304, Some("wait=1")));
    assert_eq!((nothing.header("etag"), nothing.body.len()), (Some(known.as_str()), 0));
    assert_eq!(nothing.header("cache-control"), Some("no-store"));
    // What no write tells is seen by then: the policy has changed.
    minji.reach_password(&house, MINJI, "nuri").await;
    let known = tag(&mut minji).await;
    let held = reads(&minji, &known, "wait=1");
    house.holds(1).await;
    house.sql("UPDATE workspace SET name = 'Renamed' WHERE id = 'nuri'");
    assert_eq!(held.await.unwrap().at("password").flow()["workspace"]["name"], "Renamed");
}

#[tokio::test]
async fn nobody_waits_longer_than_the_flow_lives() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let known = tag(&mut minji).await;
    let held = reads(&minji, &known, "wait=25");
    house.holds(1).await;
    house.advance(31 * 60);
    let over = held.await.unwrap().problem(410, "flow_expired");
    assert_eq!(over.applied(), Some("wait=25"));

    // One that has ended changes no more; that its time runs out is no news, and no reason to look again and again.
    minji.begin(json!({})).await;
    minji.send("DELETE", &minji.flow_path(), &[("Daemun-Version", "1")], b"").await;
    let known = tag(&mut minji).await;
    house.advance(31 * 60);
    assert_eq!(read(&minji, &known, "wait=25").await.status, 304);
}

/// D2: a QR code that is over is news, though the request waits still.
#[tokio::test]
async fn d2_the_end_of_a_qr_code_is_news() {
    let house = House::open().await;
    house.policy("nuri", json!({"device_approval": true})).await;
    let mut minji = house.visitor();
    minji.reach_password(&house, MINJI, "nuri").await;
    minji.submit(json!({"password": "nuri-Minji-2024!"})).await.at("wait_approval");
    minji.act("show_qr", json!({})).await.at("wait_approval");
    let known = tag(&mut minji).await;
    let held = reads(&minji, &known, "wait=25");
    house.holds(1).await;
    house.advance(121);
    let news = held.await.unwrap().at("wait_approval");
    assert!(news.flow()["step"].get("qr").is_none(), "{}", news.json());
}

#[tokio::test]
async fn how_long_is_bounded_and_nonsense_is_not_heard() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let known = tag(&mut minji).await;
    let too_long: Vec<_> =
        ["wait=26", "wait=3600", "wait=99999999999999999999"].map(|prefer| reads(&minji, &known, prefer)).into();
    house.holds(3).await;
    for prefer in ["", "wait", "wait=", "wait=0", "wait=-1", "wait=x, wait=25", "wait=\"25\"", "respond-async", ";;=,"]
    {
        let nothing = read(&minji, &known, prefer).await;
        assert_eq!((nothing.status, nothing.applied()), (304, None), "{prefer}");
    }
    minji.submit(json!({"identifier": MINJI})).await;
    for held in too_long {
        let news = held.await.unwrap();
        assert_eq!(news.applied(), Some("wait=25"));
        news.at("code");
    }
}

/// Neither the database nor a turn is kept by those who wait: many wait, one acts, and all hear of it.
#[tokio::test]
async fn a_crowd_that_waits_is_in_nobodys_way() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let known = tag(&mut minji).await;
    let crowd: Vec<_> = (0..100).map(|_| reads(&minji, &known, "wait=25")).collect();
    house.holds(100).await;
    let mut emma = house.visitor();
    emma.sign_in(&house, "emma@daemun.test", "northwind", "northwind-Emma-2024!").await;
    assert_eq!(house.server.held_reads(), 100, "another flow is nobody's news here");
    minji.submit(json!({"identifier": MINJI})).await;
    for held in crowd {
        held.await.unwrap().at("code");
    }
    assert_eq!(house.server.held_reads(), 0);
}

#[tokio::test]
async fn a_read_is_held_no_longer_than_its_asker_is_there() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let known = tag(&mut minji).await;
    let head = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nDaemun-Version: 1\r\nIf-None-Match: {known}\r\nPrefer: wait=25\r\n\
         Cookie: __Host-daemun_browser={}\r\n\r\n",
        minji.flow_path(),
        minji.authority(),
        minji.cookie("__Host-daemun_browser").unwrap()
    );
    let mut connection = minji.connect().await;
    connection.write_all(head.as_bytes()).await.unwrap();
    house.holds(1).await;
    drop(connection);
    house.holds(0).await;
}

#[tokio::test]
async fn a_backend_that_stops_keeps_nobody_waiting() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let known = tag(&mut minji).await;
    let held = reads(&minji, &known, "wait=25");
    house.holds(1).await;
    house.stop().await;
    // Who had to be cut off would have no answer.
    assert_eq!(held.await.unwrap().status, 304);
}

/// What a transaction takes back is no news.
#[tokio::test]
async fn an_act_that_is_refused_releases_nobody() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let known = tag(&mut minji).await;
    let held = reads(&minji, &known, "wait=25");
    house.holds(1).await;
    let body = json!({"rev": 7, "input": {}});
    minji.post(&minji.act_path("submit"), &fresh_key(), &body).await.problem(409, "stale");
    minji.act("fly", json!({})).await.problem(403, "action_unavailable");
    assert!(!held.is_finished() && house.server.held_reads() == 1);
    minji.submit(json!({"identifier": MINJI})).await;
    held.await.unwrap().at("code");
}
