//! O1 to O5: opening what was shared by a security link.

use serde_json::{Value, json};

use crate::enumeration::shape;
use crate::visitor::{Answer, House, Visitor, fresh_key};

const HAERIN: &str = "haerin@partner.test";
/// The link was not shared with this address.
const STRANGER: &str = "stranger@partner.test";
/// The titles of all that is shared in the sandbox.
const TITLES: [&str; 4] = ["2026 협력 제안서.pdf", "프로젝트 일정.xlsx", "지난 분기 보고서.pdf", "계약서 초안.docx"];

/// To the address.
async fn at_address(house: &House, link: &str) -> Visitor {
    let mut visitor = house.visitor();
    visitor.open_link(&house.link(link).await).await.at("link_address");
    visitor
}

/// To the code.
async fn at_code(house: &House, link: &str, email: &str) -> Visitor {
    let mut visitor = at_address(house, link).await;
    visitor.submit(json!({"email": email})).await.at("code");
    visitor
}

/// All the way: where what is shared is.
async fn opened(house: &House, visitor: &mut Visitor, email: &str) -> String {
    let code = house.newest_code(email).await;
    let done = visitor.submit(json!({"code": code})).await;
    assert_eq!(done.status, 200, "{}", done.json());
    let flow = done.flow();
    assert_eq!(flow["status"], "complete", "{flow}");
    flow["redirect_to"].as_str().unwrap().strip_prefix(house.server.origin()).unwrap().into()
}

async fn get(visitor: &Visitor, path: &str) -> Answer {
    visitor.send("GET", path, &[], b"").await
}

/// As the app does when its page is hidden for good: `fetch` with `keepalive`, and no key.
async fn leave(visitor: &Visitor) -> Answer {
    visitor.send("DELETE", &visitor.flow_path(), &[("Daemun-Version", "1")], b"").await
}

async fn begin_anew(visitor: &mut Visitor) -> Answer {
    let previous = visitor.flow["id"].clone();
    visitor.begin_with("link", json!({"previous": previous})).await
}

/// The codes of what is said beside the step.
fn said(answer: &Answer) -> Vec<Value> {
    let flow = answer.flow();
    flow["messages"].as_array().map(|all| all.iter().map(|one| one["code"].clone()).collect()).unwrap_or_default()
}

#[tokio::test]
async fn o1_o2_from_the_link_by_address_and_code_to_what_is_shared() {
    let house = House::open().await;
    let link = house.link("link").await;
    let (place, token) = link.split_once('#').unwrap();
    assert_eq!(place, format!("{}/link", house.server.origin()));
    let mut haerin = house.visitor();
    let asked = haerin.open_link(&link).await.at("link_address");
    assert_eq!(asked.status, 201);
    let flow = asked.flow();
    assert_eq!((&flow["kind"], &flow["rev"]), (&json!("link"), &json!(1)));
    assert_eq!(flow["step"], json!({"id": "1", "type": "link_address"}));
    assert_eq!(asked.actions(), ["submit"]);
    for absent in ["messages", "account", "workspace"] {
        assert!(flow.get(absent).is_none(), "{absent}");
    }
    assert!(!asked.text().contains(token), "a token is never said again");

    let sent = haerin.submit(json!({"email": " Haerin@Partner.test "})).await.at("code");
    let step = sent.flow()["step"].clone();
    assert_eq!((&step["channel"], &step["sent_to"]), (&json!("email"), &json!("Haerin@Partner.test")));
    assert_eq!(sent.actions(), ["back", "resend", "submit"]);
    assert_eq!(said(&sent), ["code_sent"]);
    assert!(sent.flow().get("account").is_none());
    let mails = house.mails(HAERIN).await;
    assert_eq!(mails.len(), 1);
    let code = mails[0]["code"].as_str().unwrap();
    assert!(mails[0]["subject"].as_str().unwrap().starts_with(code), "{}", mails[0]);

    let wrong = haerin.submit(json!({"code": house.wrong_code(HAERIN).await})).await;
    assert_eq!(wrong.problem(422, "code_wrong").json()["tries_left"], 4);
    let done = haerin.submit(json!({"code": code})).await;
    assert_eq!(done.status, 200);
    let flow = done.flow();
    assert_eq!((&flow["status"], &flow["kind"]), (&json!("complete"), &json!("link")));
    assert!(flow.get("account").is_none() && flow.get("workspace").is_none());
    assert!(done.header("set-cookie").is_none(), "nobody is signed in");
    assert_eq!(get(&haerin, "/home").await.status, 303);
    let shared = flow["redirect_to"].as_str().unwrap();
    let place = shared.strip_prefix(&format!("{}/shared/", house.server.origin())).unwrap();
    assert!(place.len() == 22 && !place.contains('/'), "{place}");

    let page = get(&haerin, &format!("/shared/{place}")).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains(&format!("<h1>{}</h1>", TITLES[0])));
    let home = get(&house.visitor(), "/sandbox/").await;
    for header in ["content-security-policy", "referrer-policy", "cache-control", "x-frame-options"] {
        assert_eq!(page.header(header), home.header(header), "{header}");
    }
    // Read again, it is the same; acted on, it is over.
    assert_eq!(haerin.read().await.flow()["redirect_to"], shared);
    haerin.submit(json!({"code": code})).await.problem(409, "stale");
}

#[tokio::test]
async fn o5_dead_links_say_why_and_offer_nothing() {
    let house = House::open().await;
    for (name, code) in [("link_expired", "link_expired"), ("link_revoked", "link_revoked")] {
        let mut visitor = house.visitor();
        let told = visitor.open_link(&house.link(name).await).await.notice(code);
        assert_eq!(told.flow()["step"]["params"], json!({}));
        assert!(told.actions().is_empty());
        assert!(told.flow().get("workspace").is_none());
        visitor.act("back", json!({})).await.problem(403, "action_unavailable");
        visitor.submit(json!({"email": HAERIN})).await.problem(403, "action_unavailable");
        begin_anew(&mut visitor).await.notice(code);
    }
    let join = house.link("join").await.split_once('#').unwrap().1.to_owned();
    for token in [
        json!("A".repeat(43)),
        json!(""),
        json!("x".repeat(9000)),
        json!("가"),
        json!(null),
        json!("a\u{0}b"),
        json!(join),
    ] {
        let mut visitor = house.visitor();
        let told = visitor.begin_with("link", json!({"token": token})).await.notice("link_unknown");
        assert!(told.actions().is_empty(), "{token}");
        begin_anew(&mut visitor).await.notice("link_unknown");
    }
    house.visitor().begin_with("link", json!({})).await.notice("link_unknown");
    house.visitor().begin_with("link", json!({"token": 7})).await.problem(400, "malformed");
    assert!(house.mails(HAERIN).await.is_empty());
    // Its token is none of another kind, and a sign-in takes no notice of it.
    let token = house.link("link").await.split_once('#').unwrap().1.to_owned();
    house.visitor().begin_with("join", json!({"token": token})).await.notice("invitation_unknown");
    house.visitor().begin_with("reset", json!({"token": token})).await.notice("reset_link_unknown");
    house.visitor().begin(json!({"token": token})).await.at("identify");
    // It leads to what is shared, and nowhere else.
    let hints = json!({"token": token, "return_to": "https://evil.example/"});
    let begun = house.visitor().begin_with("link", hints).await.at("link_address");
    assert!(said(&begun).is_empty());
}

#[tokio::test]
async fn o1_what_is_no_address_is_said_at_the_field() {
    let house = House::open().await;
    let mut visitor = at_address(&house, "link").await;
    let long = format!("{}@partner.test", "a".repeat(65));
    for (input, code) in [
        (json!({}), "required"),
        (json!({"email": ""}), "required"),
        (json!({"email": "  "}), "required"),
        (json!({"email": "haerin"}), "email_invalid"),
        (json!({"email": "haerin@partner.test, minji@daemun.test"}), "email_invalid"),
        (json!({"email": "haerin@partner.test\u{0}"}), "email_invalid"),
        (json!({"email": long}), "too_long"),
    ] {
        let refused = visitor.submit(input.clone()).await.refused();
        assert_eq!(refused, [("/input/email".to_owned(), code.to_owned())], "{input}");
    }
    assert_eq!(visitor.read().await.at("link_address").flow()["rev"], 1);
    assert_eq!(house.count("SELECT count(*) FROM outbox"), 0);
    visitor.submit(json!({"email": HAERIN})).await.at("code");
}

/// O5: to the restriction and after, byte for byte but for ids, times and the address itself; only who reads the mail learns
/// more, and not of whom it was shared with.
#[tokio::test]
async fn o5_an_address_that_it_was_not_shared_with_is_answered_alike() {
    let house = House::open().await;
    let mut told = Vec::new();
    for address in [HAERIN, STRANGER, "yuna@daemun.test"] {
        let mut visitor = at_address(&house, "link").await;
        let rows = |tables: [&str; 4]| tables.map(|table| house.count(&format!("SELECT count(*) FROM {table}")));
        let tables = ["outbox", "code_sent", "tries", "answer"];
        let before = rows(tables);
        house.play("mail_down").await;
        let mut answers = vec![visitor.submit(json!({"email": address})).await];
        house.advance(30);
        answers.push(visitor.act("resend", json!({})).await);
        let posted = rows(tables);
        house.play("mail_up").await;
        house.advance(120);
        assert_eq!(house.mails(address).await.len(), 2, "{address}");
        // Wrong ones, for whom there is a code as for whom there is none.
        for n in 0..5 {
            let code = house.mails(address).await[0]["code"].as_str().map_or(0, |code| code.parse().unwrap());
            answers.push(visitor.submit(json!({"code": format!("{:06}", (code + 1 + n) % 1_000_000)})).await);
        }
        answers.push(visitor.act("back", json!({})).await);
        answers.push(visitor.submit(json!({"email": address})).await);
        let counted: Vec<_> = (0..4).map(|n| (posted[n] - before[n], rows(tables)[n] - before[n])).collect();
        told.push((answers.iter().map(|answer| shape(answer, address)).collect::<Vec<_>>(), counted));
    }
    assert_eq!(told[0].0[0].0, 200);
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);

    let mail = &house.mails(STRANGER).await[0];
    assert!(mail.get("code").is_none() && mail.get("link").is_none(), "{mail}");
    let text = mail.to_string();
    for secret in ["haerin", "minji"].iter().chain(&TITLES) {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(text.contains("not shared"), "{text}");
}

/// O5: a code is drawn for that address as well, and nobody knows it; but were it known, it would open nothing. Two houses
/// whose chance is the same draw the same.
#[tokio::test]
async fn o5_no_code_is_right_for_an_address_that_it_was_not_shared_with() {
    let shared = House::open().await;
    let mut haerin = at_code(&shared, "link", HAERIN).await;
    let code = shared.newest_code(HAERIN).await;
    let not_shared = House::open().await;
    not_shared.sql("DELETE FROM security_link_recipient WHERE address = 'haerin@partner.test'");
    let mut stranger = at_code(&not_shared, "link", HAERIN).await;
    assert_eq!(stranger.flow["id"], haerin.flow["id"], "the same chance");
    // Neither is it when the address is shared with since: no mail has told of a code.
    not_shared.sql("INSERT INTO security_link_recipient SELECT id, 'haerin@partner.test' FROM security_link");
    stranger.submit(json!({"code": code})).await.problem(422, "code_wrong");
    opened(&shared, &mut haerin, HAERIN).await;
}

/// O5: whoever has tried an address that the link was not shared with goes back and enters the one that it was.
#[tokio::test]
async fn o1_back_leads_to_the_address_and_another_one_can_be_tried() {
    let house = House::open().await;
    let mut haerin = at_code(&house, "link", STRANGER).await;
    let back = haerin.act("back", json!({})).await.at("link_address");
    assert_eq!(back.flow()["step"]["email"], STRANGER);
    assert_eq!(back.actions(), ["submit"]);
    haerin.submit(json!({"email": HAERIN})).await.at("code");
    haerin.act("resend", json!({})).await.problem(403, "action_unavailable");
    let first = house.newest_code(HAERIN).await;
    house.advance(30);
    let again = haerin.act("resend", json!({})).await.at("code");
    assert_eq!(said(&again), ["code_sent_again"]);
    assert_eq!(house.mails(HAERIN).await.len(), 2);
    haerin.submit(json!({"code": first})).await.problem(422, "code_wrong");
    opened(&house, &mut haerin, HAERIN).await;
}

/// O1: a mailing list's readers enter its address; their own received nothing.
#[tokio::test]
async fn o1_what_was_shared_with_a_list_opens_by_the_lists_address() {
    let house = House::open().await;
    let mut haerin = at_code(&house, "link_list", HAERIN).await;
    assert!(house.mails(HAERIN).await[0].get("code").is_none());
    haerin.act("back", json!({})).await.at("link_address");
    haerin.submit(json!({"email": "All@partner.test"})).await.at("code");
    let place = opened(&house, &mut haerin, "all@partner.test").await;
    assert!(get(&haerin, &place).await.text().contains(TITLES[1]));
}

/// O2, O5: what is open is open in this browser alone, and what is not tells nothing, not even that it is there.
#[tokio::test]
async fn o2_what_is_shared_is_open_to_this_browser_alone_and_for_half_a_day() {
    let house = House::open().await;
    let mut haerin = at_code(&house, "link", HAERIN).await;
    let place = opened(&house, &mut haerin, HAERIN).await;
    let closed = |answer: Answer| {
        assert_eq!(answer.status, 404);
        assert!(TITLES.iter().all(|title| !answer.text().contains(title)));
        (answer.headers.into_iter().filter(|(name, _)| name != "date").collect::<Vec<_>>(), answer.body)
    };
    let unknown = closed(get(&house.visitor(), "/shared/AAAAAAAAAAAAAAAAAAAAAA").await);
    assert!(String::from_utf8_lossy(&unknown.1).contains("the link that you received"));
    // Another browser, one that is at the code of the same link, one with what another link opened.
    let mut other = at_code(&house, "link", "minji@daemun.test").await;
    assert_eq!(closed(get(&other, &place).await), unknown);
    assert_eq!(closed(get(&house.visitor(), &place).await), unknown);
    let mut list = at_code(&house, "link_list", "all@partner.test").await;
    let elsewhere = opened(&house, &mut list, "all@partner.test").await;
    assert_eq!(closed(get(&list, &place).await), unknown);
    assert_eq!(closed(get(&haerin, &elsewhere).await), unknown);
    for odd in ["/shared/%FF", "/shared/..", "/shared/x'--", "/shared/%00"] {
        assert_eq!(get(&haerin, odd).await.status, 404, "{odd}");
    }
    let korean = haerin.send("GET", "/shared/x", &[("Accept-Language", "ko")], b"").await;
    assert!(korean.status == 404 && korean.text().contains("lang=\"ko\""));
    assert_eq!(haerin.send("POST", &place, &[], b"").await.status, 405);

    house.advance(12 * 3600 - 1);
    assert_eq!(get(&haerin, &place).await.status, 200);
    house.advance(1);
    assert_eq!(closed(get(&haerin, &place).await), unknown);
    // Begun anew, it opens again; revoked, it is closed at once.
    haerin.open_link(&house.link("link").await).await.at("link_address");
    haerin.submit(json!({"email": HAERIN})).await.at("code");
    assert_eq!(opened(&house, &mut haerin, HAERIN).await, place);
    assert_eq!(get(&haerin, &place).await.status, 200);
    house.play("revoke_link").await;
    assert_eq!(closed(get(&haerin, &place).await), unknown);
    other.submit(json!({"code": "000000"})).await.problem(410, "flow_expired");
}

#[tokio::test]
async fn o2_nobody_is_let_in_for_longer_than_the_link_is_good() {
    let house = House::open().await;
    let soon = house.server.clock().now().plus_seconds(300).0;
    house.sql(&format!("UPDATE security_link SET expires_at = {soon} WHERE title = '{}'", TITLES[0]));
    let mut haerin = at_code(&house, "link", HAERIN).await;
    let place = opened(&house, &mut haerin, HAERIN).await;
    assert_eq!(house.count("SELECT until FROM link_grant"), i64::try_from(soon).unwrap());
    house.advance(299);
    assert_eq!(get(&haerin, &place).await.status, 200);
    house.advance(1);
    assert_eq!(get(&haerin, &place).await.status, 404);
    house.visitor().open_link(&house.link("link").await).await.notice("link_expired");
}

/// O5: at each act that leads on, for who received the link and who did not.
#[tokio::test]
async fn o5_what_becomes_of_the_link_meanwhile_is_told_at_the_next_act() {
    let revoke = "UPDATE security_link SET revoked = 1";
    let expire = "UPDATE security_link SET expires_at = 1";
    let forget = "DELETE FROM security_link";
    for (change, code) in [(revoke, "link_revoked"), (expire, "link_expired"), (forget, "link_unknown")] {
        for address in [HAERIN, STRANGER] {
            let house = House::open().await;
            let mut at_form = at_address(&house, "link").await;
            let mut right = at_code(&house, "link", address).await;
            let (mut wrong, mut odd, mut resending, mut back) =
                (right.clone(), right.clone(), right.clone(), right.clone());
            // Each in a flow of its own, since the notice ends a shared step.
            for visitor in [&mut wrong, &mut odd, &mut resending, &mut back] {
                visitor.open_link(&house.link("link").await).await.at("link_address");
            }
            for visitor in [&mut wrong, &mut odd, &mut resending] {
                visitor.submit(json!({"email": address})).await.at("code");
            }
            let codes = house.mails(address).await;
            let digits = codes[3]["code"].as_str().unwrap_or("123456").to_owned();
            house.advance(30);
            house.sql(change);
            let mails = codes.len();
            at_form.submit(json!({"email": address})).await.notice(code);
            back.submit(json!({"email": "no address"})).await.notice(code);
            right.submit(json!({"code": digits})).await.notice(code);
            wrong.submit(json!({"code": "000000"})).await.notice(code);
            odd.submit(json!({"code": ""})).await.notice(code);
            let told = resending.act("resend", json!({})).await.notice(code);
            assert!(told.actions().is_empty());
            assert_eq!(house.mails(address).await.len(), mails, "no mail for a dead link");
            assert_eq!(house.count("SELECT count(*) FROM tries"), 0, "nor is a try counted");
            assert_eq!(house.count("SELECT count(*) FROM link_grant"), 0);
        }
    }
}

#[tokio::test]
async fn o5_who_was_taken_off_between_mail_and_code_is_not_let_in() {
    let house = House::open().await;
    let mut haerin = at_code(&house, "link", HAERIN).await;
    house.sql("DELETE FROM security_link_recipient WHERE address = 'haerin@partner.test'");
    let code = house.newest_code(HAERIN).await;
    haerin.submit(json!({"code": code})).await.notice("link_revoked");
    assert_eq!(house.count("SELECT count(*) FROM link_grant"), 0);
}

/// O5: what is taken back from an address is taken back from whoever came in by it, and from nobody else.
#[tokio::test]
async fn o5_what_is_taken_back_from_an_address_closes_again() {
    let house = House::open().await;
    let mut haerin = at_code(&house, "link", HAERIN).await;
    let place = opened(&house, &mut haerin, HAERIN).await;
    let mut minji = at_code(&house, "link", "minji@daemun.test").await;
    opened(&house, &mut minji, "minji@daemun.test").await;
    house.sql(&format!("DELETE FROM security_link_recipient WHERE address = '{HAERIN}'"));
    assert_eq!(get(&haerin, &place).await.status, 404);
    assert_eq!(get(&minji, &place).await.status, 200);
}

/// O3: the screen was closed or left.
#[tokio::test]
async fn o3_who_leaves_begins_anew_and_is_told_why() {
    let house = House::open().await;
    let mut haerin = at_code(&house, "link", HAERIN).await;
    let code = house.newest_code(HAERIN).await;
    let left = leave(&haerin).await;
    assert_eq!((left.status, left.body.len()), (204, 0));
    let ended = haerin.read().await.flow();
    assert_eq!((&ended["status"], &ended["reason"]), (&json!("ended"), &json!("left")));
    assert_eq!((&ended["restart"], &ended["kind"]), (&json!({"kind": "link"}), &json!("link")));
    assert!(ended.get("step").is_none() && ended.get("messages").is_none());
    // Nothing that was entered is kept, and the code is good no more.
    assert_eq!(house.count("SELECT count(*) FROM flow WHERE state LIKE '%haerin%' COLLATE NOCASE"), 0);
    let state = house.directory.path().join("daemun.db");
    let state: String =
        rusqlite::Connection::open(state).unwrap().query_row("SELECT state FROM flow", [], |row| row.get(0)).unwrap();
    assert!(!state.contains("digest") && !state.contains(HAERIN), "{state}");
    haerin.submit(json!({"code": code})).await.problem(409, "stale");
    // Said again, by a page that never heard the answer, it is as it was.
    for _ in 0..2 {
        assert_eq!(leave(&haerin).await.status, 204);
        assert_eq!(haerin.read().await.flow()["reason"], "left");
    }

    let left = haerin.clone();
    let anew = begin_anew(&mut haerin).await.at("link_address");
    assert_eq!(anew.status, 201);
    assert_ne!(anew.flow()["id"], ended["id"]);
    let warning = json!({"code": "link_left", "params": {}, "severity": "warning"});
    assert_eq!(anew.flow()["messages"], json!([warning]));
    assert!(anew.flow()["step"].get("email").is_none(), "from the beginning");
    let sent = haerin.submit(json!({"email": HAERIN})).await.at("code");
    assert_eq!(said(&sent), ["code_sent"]);
    haerin.submit(json!({"code": code})).await.problem(422, "code_wrong");
    opened(&house, &mut haerin, HAERIN).await;
    // Leaving for what is shared is no leaving.
    assert_eq!(leave(&haerin).await.status, 204);
    assert_eq!(haerin.read().await.flow()["status"], "complete");
    assert!(said(&begin_anew(&mut haerin).await.at("link_address")).is_empty());
    // The one that was left may be begun anew as often as one likes.
    haerin = left;
    for _ in 0..2 {
        assert_eq!(said(&begin_anew(&mut haerin.clone()).await.at("link_address")), ["link_left"]);
    }
}

/// O3: also by the link itself, in the same browser and within the time that there would have been.
#[tokio::test]
async fn o3_who_left_and_opens_the_link_again_is_told_why() {
    let house = House::open().await;
    let mut haerin = at_code(&house, "link", HAERIN).await;
    let link = house.link("link").await;
    // A second tab beside the first: nobody has left yet.
    let mut beside = haerin.clone();
    assert!(said(&beside.open_link(&link).await.at("link_address")).is_empty());
    leave(&beside).await;
    assert_eq!(said(&beside.open_link(&link).await.at("link_address")), ["link_left"]);
    // What counts is the last one, which is open still.
    assert!(said(&haerin.clone().open_link(&link).await.at("link_address")).is_empty());
    leave(&haerin).await;
    assert!(said(&house.visitor().open_link(&link).await.at("link_address")).is_empty());
    let list = house.link("link_list").await;
    assert!(said(&haerin.clone().open_link(&list).await.at("link_address")).is_empty());

    let told = haerin.open_link(&link).await.at("link_address");
    assert!(said(&told).is_empty() && told.flow()["step"].get("email").is_none());
    leave(&haerin).await;
    assert_eq!(said(&haerin.open_link(&link).await.at("link_address")), ["link_left"]);
    haerin.submit(json!({"email": HAERIN})).await.at("code");
    opened(&house, &mut haerin, HAERIN).await;
    assert!(said(&haerin.open_link(&link).await.at("link_address")).is_empty(), "it was opened since");
    leave(&haerin).await;
    house.advance(1800);
    assert!(said(&haerin.open_link(&link).await.at("link_address")).is_empty(), "that was long ago");
    leave(&haerin).await;
    house.play("revoke_link").await;
    assert!(said(&haerin.open_link(&link).await.notice("link_revoked")).is_empty());
}

/// O3: a flow of another kind is cancelled, as ever.
#[tokio::test]
async fn o3_only_what_a_security_link_began_is_left() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.ask_code("minji@daemun.test").await.at("code");
    assert_eq!(leave(&minji).await.status, 204);
    let ended = minji.read().await.flow();
    assert_eq!((&ended["reason"], &ended["restart"]), (&json!("cancelled"), &json!({"kind": "sign_in"})));
    // Nor is it a link that could be tried anew.
    begin_anew(&mut minji).await.notice("link_unknown");
}

#[tokio::test]
async fn o3_an_earlier_flow_is_this_browsers_and_a_links() {
    let house = House::open().await;
    let mut haerin = at_address(&house, "link").await;
    // Nobody has left yet: a second one is begun beside it.
    let beside = begin_anew(&mut haerin.clone()).await.at("link_address");
    assert!(said(&beside).is_empty());
    haerin.read().await.at("link_address");
    leave(&haerin).await;
    let previous = haerin.flow["id"].clone();
    let mut stranger = at_address(&house, "link_list").await;
    let told = stranger.begin_with("link", json!({"previous": previous})).await.notice("link_unknown");
    assert!(said(&told).is_empty());
    house.visitor().begin_with("link", json!({"previous": previous})).await.notice("link_unknown");
    for odd in [json!(""), json!("x"), json!("A".repeat(22)), json!("A".repeat(9000)), json!("가"), json!("' OR 1=1")]
    {
        haerin.clone().begin_with("link", json!({"previous": odd})).await.notice("link_unknown");
    }
    haerin.clone().begin_with("link", json!({"previous": 7})).await.problem(400, "malformed");
    // A token wins, also one that nobody has.
    let list = house.link("link_list").await.split_once('#').unwrap().1.to_owned();
    let hints = json!({"token": list, "previous": previous});
    let by_token = haerin.clone().begin_with("link", hints).await.at("link_address");
    assert!(said(&by_token).is_empty());
    let hints = json!({"token": "", "previous": previous});
    haerin.clone().begin_with("link", hints).await.notice("link_unknown");
    // Other kinds take no notice of it.
    haerin.clone().begin(json!({"previous": previous})).await.at("identify");
    // What was revoked since is told, and why it begins anew no more.
    house.play("revoke_link").await;
    let told = haerin.begin_with("link", json!({"previous": previous})).await.notice("link_revoked");
    assert!(said(&told).is_empty());
}

/// O3: whoever has left without a word has left after ten minutes, and half an hour is enough for anybody.
#[tokio::test]
async fn o3_a_flow_lives_ten_minutes_from_the_last_act_and_half_an_hour_in_all() {
    let house = House::open().await;
    let mut haerin = at_address(&house, "link").await;
    house.advance(599);
    haerin.submit(json!({"email": "no address"})).await.refused();
    haerin.read().await.at("link_address");
    house.advance(1);
    let expired = haerin.read().await.problem(410, "flow_expired").flow();
    assert_eq!((&expired["reason"], &expired["restart"]), (&json!("expired"), &json!({"kind": "link"})));
    haerin.submit(json!({"email": HAERIN})).await.problem(410, "flow_expired");
    leave(&haerin).await.problem(410, "flow_expired");
    let anew = begin_anew(&mut haerin).await.at("link_address");
    assert!(said(&anew).is_empty(), "nobody left");

    haerin.submit(json!({"email": HAERIN})).await.at("code");
    for _ in 0..3 {
        house.advance(540);
        haerin.act("resend", json!({})).await.at("code");
    }
    house.advance(180 - 1);
    haerin.read().await.at("code");
    house.advance(1);
    haerin.read().await.problem(410, "flow_expired");
    // Kept for a day, and then unknown.
    begin_anew(&mut haerin.clone()).await.at("link_address");
    house.advance(25 * 3600);
    house.visitor().begin(json!({})).await.at("identify");
    begin_anew(&mut haerin).await.notice("link_unknown");
}

/// E2, O2: five wrong codes restrict the address here too; the flow's half an hour ends no later for it.
#[tokio::test]
async fn o2_five_wrong_codes_restrict_the_address_here_too() {
    let house = House::open().await;
    for address in [HAERIN, STRANGER] {
        let mut visitor = at_code(&house, "link", address).await;
        let wrong = if address == HAERIN { house.wrong_code(HAERIN).await } else { "000000".into() };
        for left in [4, 3, 2, 1] {
            let answer = visitor.submit(json!({"code": wrong})).await.problem(422, "code_wrong");
            assert_eq!(answer.json()["tries_left"], left);
        }
        let told = visitor.submit(json!({"code": wrong})).await.notice("email_restricted");
        assert_eq!(told.actions(), ["back"]);
        let expires_at = told.flow()["expires_at"].as_u64().unwrap();
        assert_eq!(expires_at, told.flow()["server_time"].as_u64().unwrap() + 1_800_000);
        let back = visitor.act("back", json!({})).await.at("link_address");
        assert_eq!(back.flow()["step"]["email"], address);
        visitor.submit(json!({"email": address})).await.notice("email_restricted");
        // It is the address that is restricted, wherever a code to it is asked for, in this browser.
        visitor.ask_code(address).await.notice("email_restricted");
        house.advance(1800);
        visitor.open_link(&house.link("link").await).await.at("link_address");
        visitor.submit(json!({"email": address})).await.at("code");
    }
}

#[tokio::test]
async fn o2_mails_to_one_address_are_limited_with_those_for_signing_in() {
    let house = House::open().await;
    for address in [HAERIN, STRANGER] {
        for _ in 0..3 {
            at_code(&house, "link", address).await;
        }
        for _ in 0..2 {
            house.visitor().ask_code(address).await.at("code");
        }
        let mut visitor = at_address(&house, "link").await;
        let refused = visitor.submit(json!({"email": address})).await.problem(429, "too_many_requests");
        assert_eq!((refused.step(), &refused.json()["retry_after"]), ("link_address".into(), &json!(600)));
        assert_eq!(house.mails(address).await.len(), 5);
    }
}

#[tokio::test]
async fn o2_a_code_is_of_one_flow_and_one_purpose() {
    let house = House::open().await;
    let mut one = at_code(&house, "link", HAERIN).await;
    let mut two = one.clone();
    two.open_link(&house.link("link").await).await.at("link_address");
    two.submit(json!({"email": HAERIN})).await.at("code");
    let code = house.newest_code(HAERIN).await;
    one.submit(json!({"code": code})).await.problem(422, "code_wrong");
    two.submit(json!({"code": code})).await.flow();
    assert_eq!(two.read().await.flow()["status"], "complete");
    // The code of a link signs nobody in, and the other way round.
    let mut opening = at_code(&house, "link", "minji@daemun.test").await;
    let for_link = house.newest_code("minji@daemun.test").await;
    let mut signing_in = opening.clone();
    signing_in.ask_code("minji@daemun.test").await.at("code");
    let for_sign_in = house.newest_code("minji@daemun.test").await;
    signing_in.submit(json!({"code": for_link})).await.problem(422, "code_wrong");
    opening.submit(json!({"code": for_sign_in})).await.problem(422, "code_wrong");
    opening.submit(json!({"code": for_link})).await;
    assert_eq!(opening.flow["status"], "complete");
    // What was proven to open a link is proven for that alone.
    opening.begin(json!({})).await.at("identify");
}

#[tokio::test]
async fn o2_another_browser_can_do_nothing_with_the_flow() {
    let house = House::open().await;
    let haerin = at_code(&house, "link", HAERIN).await;
    let code = house.newest_code(HAERIN).await;
    let mut thief = at_address(&house, "link_list").await;
    thief.flow = haerin.flow.clone();
    thief.read().await.problem(404, "flow_unknown");
    thief.submit(json!({"code": code})).await.problem(404, "flow_unknown");
    leave(&thief).await.problem(404, "flow_unknown");
    thief.cookies.clear();
    thief.submit(json!({"code": code})).await.problem(404, "flow_unknown");
    leave(&thief).await.problem(404, "flow_unknown");
    // From another site, not even this browser leaves.
    let headers = [("Daemun-Version", "1"), ("Origin", "https://evil.example")];
    haerin.send("DELETE", &haerin.flow_path(), &headers, b"").await.problem(403, "origin_refused");
    opened(&house, &mut haerin.clone(), HAERIN).await;
}

#[tokio::test]
async fn o2_the_same_act_again_sends_and_grants_once() {
    let house = House::open().await;
    let mut haerin = at_address(&house, "link").await;
    let (path, body, key) = (haerin.act_path("submit"), haerin.act_body(json!({"email": HAERIN})), fresh_key());
    let first = haerin.post(&path, &key, &body).await;
    let again = haerin.post(&path, &key, &body).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(house.mails(HAERIN).await.len(), 1);
    haerin.keep(&first);
    let code = house.newest_code(HAERIN).await;
    let (path, body, key) = (haerin.act_path("submit"), haerin.act_body(json!({"code": code})), fresh_key());
    let first = haerin.post(&path, &key, &body).await;
    assert_eq!(first.flow()["status"], "complete");
    let until = house.count("SELECT until FROM link_grant");
    house.advance(60);
    let again = haerin.post(&path, &key, &body).await;
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(house.count("SELECT until FROM link_grant"), until);
    assert_eq!(house.count("SELECT count(*) FROM link_grant"), 1);
}

/// O2, E6: who is signed in stays so, as who they are; and who signs out gives up what is under way.
#[tokio::test]
async fn o2_a_session_is_neither_made_nor_replaced_nor_ended() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.sign_in(&house, "minji@daemun.test", "nuri", "nuri-Minji-2024!").await;
    let session = minji.cookie("__Host-daemun_session").unwrap().to_owned();
    minji.open_link(&house.link("link").await).await.at("link_address");
    minji.submit(json!({"email": HAERIN})).await.at("code");
    let place = opened(&house, &mut minji, HAERIN).await;
    assert_eq!(minji.cookie("__Host-daemun_session"), Some(session.as_str()));
    assert_eq!(house.count("SELECT count(*) FROM session"), 1);
    assert!(get(&minji, "/home").await.text().contains("minji@daemun.test"));

    minji.open_link(&house.link("link_list").await).await.at("link_address");
    let headers = [("Origin", house.server.origin()), ("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(minji.send("POST", "/home/sign-out", &headers, b"").await.status, 303);
    let ended = minji.read().await.flow();
    assert_eq!((&ended["reason"], &ended["restart"]), (&json!("cancelled"), &json!({"kind": "link"})));
    assert_eq!(get(&minji, &place).await.status, 200);
}

/// O5: what is shared is named to nobody before the code, whatever they do.
#[tokio::test]
async fn o5_the_title_is_in_no_answer_before_the_code() {
    let house = House::open().await;
    let mut answers = Vec::new();
    for link in ["link", "link_list", "link_expired", "link_revoked"] {
        let mut visitor = house.visitor();
        answers.push(visitor.open_link(&house.link(link).await).await);
        answers.push(visitor.read().await);
        for address in ["no address", STRANGER, HAERIN, "all@partner.test"] {
            answers.push(visitor.submit(json!({"email": address})).await);
            answers.push(visitor.submit(json!({"code": "0"})).await);
            answers.push(visitor.act("resend", json!({})).await);
            answers.push(visitor.act("back", json!({})).await);
        }
        answers.push(leave(&visitor).await);
        answers.push(visitor.read().await);
        answers.push(begin_anew(&mut visitor).await);
    }
    assert!(answers.iter().any(|answer| answer.status == 200));
    let mails = get(&house.visitor(), "/sandbox/messages").await;
    assert!(mails.json().as_array().unwrap().len() > 2);
    answers.push(mails);
    for answer in &answers {
        assert!(TITLES.iter().all(|title| !answer.text().contains(title)), "{answer:?}");
    }
    assert!(house.server.log_lines().iter().all(|line| TITLES.iter().all(|title| !line.contains(title))));
}

/// O1, X10: mail scanners open links, and use nothing up; the page is the one with all screens, and keeps its own counsel.
#[tokio::test]
async fn o1_the_page_of_a_link_is_the_apps_and_opening_it_uses_nothing_up() {
    let (house, _app) = House::with_pages().await;
    let link = house.link("link").await;
    for _ in 0..10 {
        let mut scanner = house.visitor();
        for method in ["GET", "HEAD"] {
            assert_eq!(scanner.send(method, "/link", &[], b"").await.status, 200);
        }
        scanner.open_link(&link).await.at("link_address");
    }
    let (page, join) = (get(&house.visitor(), "/link").await, get(&house.visitor(), "/join").await);
    let but_the_date =
        |answer: Answer| answer.headers.into_iter().filter(|(name, _)| name != "date").collect::<Vec<_>>();
    assert_eq!(page.text(), "whole.html");
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(but_the_date(page), but_the_date(join));
    at_code(&house, "link", HAERIN).await;
}
