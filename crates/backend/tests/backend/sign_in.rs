//! The ways in, and what stands in them.

use serde_json::json;

use crate::visitor::{House, fresh_key};

const MINJI: &str = "minji@daemun.test";
const PASSWORD: &str = "nuri-Minji-2024!";

#[tokio::test]
async fn e1_by_email_code_workspace_and_password() {
    let house = House::open().await;
    let mut minji = house.visitor();
    let begun = minji.begin(json!({})).await.at("identify");
    assert_eq!(begun.status, 201);
    assert_eq!(begun.header("location"), Some(minji.flow_path().as_str()));
    assert_eq!(begun.actions(), ["submit", "use_organisation", "use_passkey", "use_provider"]);

    let asked = minji.submit(json!({"identifier": " Minji@daemun.test "})).await.at("code");
    let step = asked.flow()["step"].clone();
    assert_eq!((step["sent_to"].as_str(), step["length"].as_u64()), (Some("Minji@daemun.test"), Some(6)));
    assert_eq!(asked.flow()["messages"][0]["code"], "code_sent");
    assert_eq!(asked.flow()["messages"][0]["severity"], "info");
    assert_eq!(asked.flow()["actions"]["resend"]["available_in"], 30);

    let code = house.newest_code(MINJI).await;
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let verified = minji.submit(json!({"code": spaced})).await.at("choose_workspace");
    let listed: Vec<_> =
        verified.flow()["step"]["workspaces"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(listed, ["nuri", "hanbit", "northwind"]);

    let chosen = minji.act("choose", json!({"workspace": "nuri"})).await.at("password");
    assert_eq!(chosen.flow()["workspace"]["name"], "누리소프트");
    assert_eq!(chosen.flow()["step"]["identifier"], "Minji@daemun.test");
    assert_eq!(chosen.flow()["account"]["identifier"], "Minji@daemun.test");
    assert_eq!(chosen.actions(), ["back", "forgot", "submit", "use_provider"]);

    // Each workspace's account has its own password.
    minji.submit(json!({"password": "hanbit-Minji-2024!"})).await.problem(422, "credentials_wrong");
    let done = minji.submit(json!({"password": PASSWORD})).await;
    assert_eq!(done.flow()["status"], "complete", "{}", done.json());
    assert_eq!(done.flow()["redirect_to"], format!("{}/home", house.server.origin()));
    assert_eq!(done.flow()["account"]["name"], "김민지");

    // After the end, reads say the same and acts are stale.
    assert_eq!(minji.read().await.json()["redirect_to"], done.json()["redirect_to"]);
    minji.submit(json!({"password": PASSWORD})).await.problem(409, "stale");

    let home = minji.send("GET", "/home", &[], b"").await;
    assert_eq!(home.status, 200);
    assert!(home.text().contains(r#"data-page="home" data-email="minji@daemun.test" data-workspace="nuri""#));
    assert!(home.text().contains("누리소프트") && home.text().contains("김민지"));
}

#[tokio::test]
async fn e1_wrong_malformed_expired_replaced_and_used_codes() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.ask_code(MINJI).await.at("code");
    let first = house.newest_code(MINJI).await;

    for (typed, field) in
        [("", "required"), ("12345", "code_invalid"), ("1234567", "code_invalid"), ("abc", "code_invalid")]
    {
        let refused = minji.submit(json!({"code": typed})).await.problem(422, "input_invalid").json();
        assert_eq!(refused["errors"], json!([{"pointer": "/input/code", "code": field}]), "{typed:?}");
    }
    let wrong = house.wrong_code(MINJI).await;
    assert_eq!(minji.submit(json!({"code": wrong})).await.problem(422, "code_wrong").json()["tries_left"], 4);

    let early = minji.act("resend", json!({})).await.problem(403, "action_unavailable").json();
    assert_eq!(early["retry_after"], 30);
    house.advance(30);
    let rev = minji.flow["rev"].clone();
    let again = minji.act("resend", json!({})).await.at("code");
    assert_eq!(again.flow()["rev"], rev, "the same instance");
    assert_eq!(again.flow()["messages"][0]["code"], "code_sent_again");
    assert_eq!(again.flow()["actions"]["resend"]["available_in"], 30);
    let second = house.newest_code(MINJI).await;
    assert_ne!(first, second);
    // The replaced one is wrong, and the tries go on counting.
    assert_eq!(minji.submit(json!({"code": first})).await.problem(422, "code_wrong").json()["tries_left"], 3);

    house.advance(600);
    minji.submit(json!({"code": second})).await.problem(422, "code_expired");
    minji.act("resend", json!({})).await.at("code");
    let third = house.newest_code(MINJI).await;
    minji.submit(json!({"code": third})).await.at("choose_workspace");

    // Used: back to the start, the same code does not work again, and the tries began anew.
    minji.act("back", json!({})).await.at("identify");
    assert_eq!(minji.flow["step"]["identifier"], MINJI);
    minji.submit(json!({"identifier": MINJI})).await.at("code");
    assert_eq!(minji.submit(json!({"code": third})).await.problem(422, "code_wrong").json()["tries_left"], 4);
}

#[tokio::test]
async fn e2_the_fifth_wrong_code_restricts_the_address_for_half_an_hour() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.ask_code(MINJI).await.at("code");
    let (right, wrong) = (house.newest_code(MINJI).await, house.wrong_code(MINJI).await);
    for left in [4, 3, 2, 1] {
        assert_eq!(minji.submit(json!({"code": wrong})).await.problem(422, "code_wrong").json()["tries_left"], left);
    }
    let until = house.server.clock().now().plus_seconds(1800).0;
    let restricted = minji.submit(json!({"code": wrong})).await.notice("email_restricted");
    assert_eq!(restricted.flow()["step"]["params"], json!({"to": MINJI, "until": until}));
    assert_eq!(restricted.actions(), ["back", "use_organisation"]);

    // Neither the right code in a new flow nor another code helps.
    minji.act("back", json!({})).await.at("identify");
    minji.submit(json!({"identifier": MINJI})).await.notice("email_restricted");
    assert_eq!(house.mails(MINJI).await.len(), 1);
    let mut second_tab = minji.clone();
    second_tab.ask_code(MINJI).await.notice("email_restricted");
    // Another address is free.
    second_tab.ask_code("emma@daemun.test").await.at("code");
    // The organisation's way is free.
    minji.act("use_organisation", json!({})).await.at("organisation");

    house.advance(1800);
    minji.ask_code(MINJI).await.at("code");
    minji.submit(json!({"code": right})).await.problem(422, "code_wrong");
    let code = house.newest_code(MINJI).await;
    minji.submit(json!({"code": code})).await.at("choose_workspace");
}

#[tokio::test]
async fn e3_by_organisation_id_with_email_or_mobile_number() {
    let house = House::open().await;
    for id in [MINJI, "MINJI@daemun.test", "010-2345-6789", "01023456789", "+82 10 2345 6789"] {
        let mut minji = house.visitor();
        minji.begin(json!({})).await;
        minji.act("use_organisation", json!({})).await.at("organisation");
        assert_eq!(minji.flow["actions"], json!({"submit": {}, "use_email": {}, "back": {}}));
        let asked = minji.submit(json!({"organisation": " Nuri "})).await.at("password");
        assert!(asked.flow()["step"].get("identifier").is_none());
        assert_eq!(asked.flow()["workspace"]["id"], "nuri");
        assert_eq!(
            asked.actions(),
            ["back", "find_id", "forgot", "submit", "use_email", "use_passkey", "use_provider"]
        );
        let done = minji.submit(json!({"identifier": id, "password": PASSWORD})).await;
        assert_eq!(done.flow()["status"], "complete", "{id}: {}", done.json());
        assert!(house.mails(MINJI).await.is_empty(), "no code on this way");
    }
}

#[tokio::test]
async fn e3_unknown_and_malformed_organisations() {
    let house = House::open().await;
    let mut someone = house.visitor();
    someone.begin(json!({})).await;
    someone.act("use_organisation", json!({})).await;
    someone.submit(json!({"organisation": "nobody-here"})).await.problem(422, "organisation_unknown");
    let long = "a".repeat(65);
    for (typed, field) in
        [("", "required"), ("누리", "organisation_invalid"), ("nu ri", "organisation_invalid"), (&long, "too_long")]
    {
        let refused = someone.submit(json!({"organisation": typed})).await.problem(422, "input_invalid").json();
        assert_eq!(refused["errors"], json!([{"pointer": "/input/organisation", "code": field}]), "{typed:?}");
    }
    // hanbit has no organisation ID.
    someone.submit(json!({"organisation": "hanbit"})).await.problem(422, "organisation_unknown");
    someone.act("use_email", json!({})).await.at("identify");
}

#[tokio::test]
async fn e3_the_address_of_an_organisation_leads_to_its_password() {
    let house = House::open().await;
    let mut someone = house.visitor();
    let begun = someone.begin(json!({"organisation": "Sakura"})).await.at("password");
    assert_eq!(begun.flow()["workspace"]["name"], "さくら商事");
    someone.act("back", json!({})).await.at("organisation");
    assert_eq!(someone.flow["step"]["organisation"], "sakura");
    someone.act("back", json!({})).await.at("identify");

    let unknown = someone.begin(json!({"organisation": "nobody-here"})).await.at("organisation");
    assert_eq!((unknown.status, &unknown.flow()["step"]["organisation"]), (201, &json!("nobody-here")));
    for odd in ["", "\u{0}", "누리", "../etc", &"x".repeat(5000)] {
        someone.begin(json!({"organisation": odd})).await.at("organisation");
    }
}

#[tokio::test]
async fn e6_members_of_none_one_and_several() {
    let house = House::open().await;
    let mut alex = house.visitor();
    let told = alex.verify(&house, "alex@daemun.test").await.notice("no_workspace");
    assert_eq!(told.flow()["step"]["params"]["to"], "alex@daemun.test");
    assert_eq!(told.actions(), ["back", "use_organisation"]);
    alex.act("back", json!({})).await.at("identify");

    let mut haruto = house.visitor();
    let only = haruto.verify(&house, "haruto@daemun.test").await.at("password");
    assert_eq!(only.flow()["workspace"]["id"], "sakura");
    haruto.act("back", json!({})).await.at("identify");

    let mut minji = house.visitor();
    minji.verify(&house, MINJI).await.at("choose_workspace");
    minji.act("choose", json!({"workspace": "hanbit"})).await.at("password");
    minji.act("back", json!({})).await.at("choose_workspace");
    minji.act("choose", json!({"workspace": "northwind"})).await.at("password");
    assert_eq!(minji.flow["workspace"]["name"], "Northwind Traders");
    minji.act("back", json!({})).await;
    for unknown in ["sakura", "", "\u{0}", "nobody"] {
        minji.act("choose", json!({"workspace": unknown})).await.problem(422, "input_invalid");
    }
}

#[tokio::test]
async fn e6_who_is_signed_in_picks_another_workspace_at_once() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", PASSWORD).await;
    minji.begin(json!({})).await.at("choose_workspace");
    minji.act("choose", json!({"workspace": "hanbit"})).await.at("password");
    let before = minji.cookie("__Host-daemun_session").unwrap().to_owned();
    minji.submit(json!({"password": "hanbit-Minji-2024!"})).await;
    let after = minji.cookie("__Host-daemun_session").unwrap().to_owned();
    assert_ne!(before, after, "the session's id changes at sign-in");
    minji.cookies.retain(|(name, _)| name != "__Host-daemun_session");
    minji.cookies.push(("__Host-daemun_session".into(), before));
    assert_eq!(minji.send("GET", "/home", &[], b"").await.status, 303, "the old id is no session any more");

    // By the organisation's way no address is verified.
    let mut by_id = house.visitor();
    by_id.begin(json!({"organisation": "nuri"})).await;
    by_id.submit(json!({"identifier": MINJI, "password": PASSWORD})).await;
    by_id.begin(json!({})).await.at("identify");

    // Twelve hours later the session is over.
    minji.cookies.retain(|(name, _)| name != "__Host-daemun_session");
    minji.cookies.push(("__Host-daemun_session".into(), after));
    minji.begin(json!({})).await.at("choose_workspace");
    house.advance(12 * 3600);
    minji.begin(json!({})).await.at("identify");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_a_foreign_page_cannot() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", PASSWORD).await;
    for foreign in [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Origin", "null")] {
        assert_eq!(minji.send("POST", "/home/sign-out", &[foreign], b"").await.status, 403);
    }
    let own = house.server.origin().to_owned();
    let copy = minji.clone();
    let out = minji.send("POST", "/home/sign-out", &[("Origin", &own), ("Sec-Fetch-Site", "same-origin")], b"").await;
    assert_eq!((out.status, out.header("location")), (303, Some("/")));
    minji.keep(&out);
    assert_eq!(minji.cookie("__Host-daemun_session"), None);
    assert_eq!(copy.send("GET", "/home", &[], b"").await.status, 303);
}

#[tokio::test]
async fn l8_a_method_switched_off_between_offer_and_use() {
    let house = House::open().await;

    // By email, after the workspace was listed.
    let mut minji = house.visitor();
    minji.verify(&house, MINJI).await.at("choose_workspace");
    house.play("nuri_email_entry_off").await;
    let told = minji.act("choose", json!({"workspace": "nuri"})).await.notice("method_not_allowed");
    assert_eq!(told.flow()["step"]["params"]["workspace"], "누리소프트");
    assert_eq!(told.actions(), ["back", "use_organisation"]);
    let back = minji.act("back", json!({})).await.at("choose_workspace");
    assert_eq!(back.flow()["step"]["workspaces"].as_array().unwrap().len(), 2, "no longer listed");
    minji.begin(json!({})).await;
    house.play("nuri_email_entry_on").await;

    // By email, at the password; the way left is offered with the ID filled in.
    minji.reach_password(&house, MINJI, "nuri").await;
    house.play("nuri_email_entry_off").await;
    minji.submit(json!({"password": PASSWORD})).await.notice("method_not_allowed");
    minji.act("use_organisation", json!({})).await.at("organisation");
    assert_eq!(minji.flow["step"]["organisation"], "nuri");
    minji.submit(json!({"organisation": "nuri"})).await.at("password");
    assert!(minji.flow["actions"].get("use_email").is_none(), "the email way is not offered");

    // By organisation ID, at the password.
    house.play("nuri_email_entry_on").await;
    house.play("nuri_organisation_entry_off").await;
    let refused = minji.submit(json!({"identifier": MINJI, "password": PASSWORD})).await.notice("method_not_allowed");
    assert_eq!(refused.actions(), ["back", "use_email"]);
    minji.act("use_email", json!({})).await.at("identify");

    // By the organisation's address.
    minji.begin(json!({"organisation": "nuri"})).await.notice("method_not_allowed");

    // Where no workspace takes organisation IDs, none is offered.
    house.play("sakura_organisation_entry_off").await;
    house.play("northwind_organisation_entry_off").await;
    let begun = minji.begin(json!({})).await.at("identify");
    assert_eq!(begun.actions(), ["submit", "use_passkey", "use_provider"]);
    minji.act("use_organisation", json!({})).await.problem(403, "action_unavailable");
}

#[tokio::test]
async fn l8_an_address_whose_only_workspace_forbids_the_email_way() {
    let house = House::open().await;
    house.play("sakura_email_entry_off").await;
    let mut haruto = house.visitor();
    let told = haruto.verify(&house, "haruto@daemun.test").await.notice("method_not_allowed");
    assert_eq!(told.flow()["workspace"]["id"], "sakura");
    assert_eq!(told.actions(), ["back", "use_organisation"]);
    haruto.act("back", json!({})).await.at("identify");
}

#[tokio::test]
async fn l11_return_to_survives_every_step_and_hostile_ones_are_dropped() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({"return_to": "https://app.example/docs/1?a=b#c"})).await.at("identify");
    assert!(minji.flow.get("messages").is_none());
    minji.submit(json!({"identifier": MINJI})).await;
    let code = house.newest_code(MINJI).await;
    minji.submit(json!({"code": code})).await;
    minji.act("choose", json!({"workspace": "nuri"})).await;
    minji.act("back", json!({})).await;
    minji.act("choose", json!({"workspace": "nuri"})).await;
    let done = minji.submit(json!({"password": PASSWORD})).await;
    assert_eq!(done.flow()["redirect_to"], "https://app.example/docs/1?a=b#c");

    let mut other = house.visitor();
    let begun = other.begin(json!({"organisation": "nuri", "return_to": "https://evil.example"})).await.at("password");
    assert_eq!(begun.flow()["messages"], json!([{"code": "return_not_allowed", "params": {}, "severity": "warning"}]));
    let done = other.submit(json!({"identifier": MINJI, "password": PASSWORD})).await;
    assert_eq!(done.flow()["redirect_to"], format!("{}/home", house.server.origin()));
}

#[tokio::test]
async fn each_accepted_act_extends_the_flow_and_expiry_is_told_first() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    house.advance(29 * 60);
    minji.submit(json!({"identifier": MINJI})).await.at("code");
    house.advance(29 * 60);
    minji.read().await.at("code");
    minji.submit(json!({"code": "000000"})).await.problem(422, "code_expired");
    house.advance(60);
    let gone = minji.read().await.problem(410, "flow_expired").json();
    let expected = json!({"status": "ended", "reason": "expired", "restart": {"kind": "sign_in"}});
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(gone["flow"][name], *value);
    }
    minji.submit(json!({"code": "000000"})).await.problem(410, "flow_expired");
    // Before version or origin trouble.
    minji.send("GET", &minji.flow_path(), &[], b"").await.problem(410, "flow_expired");
    let foreign = [("Daemun-Version", "1"), ("Origin", "https://evil.example")];
    minji.send("POST", &minji.act_path("submit"), &foreign, b"x").await.problem(410, "flow_expired");
    // A day later it is unknown.
    house.advance(25 * 3600);
    let mut later = minji.clone();
    later.begin(json!({})).await;
    minji.read().await.problem(404, "flow_unknown");
}

#[tokio::test]
async fn a_flow_can_be_given_up() {
    let house = House::open().await;
    let mut someone = house.visitor();
    someone.begin(json!({})).await;
    let given_up = someone.send("DELETE", &someone.flow_path(), &[("Daemun-Version", "1")], b"").await;
    assert_eq!((given_up.status, given_up.body.len()), (204, 0));
    let ended = someone.read().await;
    assert_eq!(
        (ended.status, &ended.json()["status"], &ended.json()["reason"]),
        (200, &json!("ended"), &json!("cancelled"))
    );
    someone.submit(json!({"identifier": MINJI})).await.problem(409, "stale");
    assert_eq!(someone.send("DELETE", &someone.flow_path(), &[("Daemun-Version", "1")], b"").await.status, 204);
}

#[tokio::test]
async fn a_stale_revision_gets_the_current_flow() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.ask_code(MINJI).await.at("code");
    for rev in [0_u64, 1, 3, u64::MAX] {
        let body = json!({"rev": rev, "input": {"code": "123456"}});
        let stale = minji.post(&minji.act_path("submit"), &fresh_key(), &body).await.problem(409, "stale");
        assert_eq!(stale.step(), "code", "rev {rev}");
    }
}

#[tokio::test]
async fn reading_is_conditional_and_the_tag_moves_with_what_is_seen() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.ask_code(MINJI).await.at("code");
    let tag = minji.read().await.header("etag").unwrap().to_owned();
    let path = minji.flow_path();
    let again = |tag: String| {
        let (minji, path) = (minji.clone(), path.clone());
        async move { minji.send("GET", &path, &[("Daemun-Version", "1"), ("If-None-Match", &tag)], b"").await }
    };
    assert_eq!(again(tag.clone()).await.status, 304);
    house.advance(5);
    let unchanged = again(tag.clone()).await;
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0), "time alone changes nothing");
    house.advance(30);
    assert_eq!(again(tag.clone()).await.status, 200, "now the code can be sent again");

    let discovery = minji.send("GET", "/.well-known/daemun", &[], b"").await;
    assert_eq!(discovery.json()["versions"], json!(["1"]));
    let tag = discovery.header("etag").unwrap().to_owned();
    assert_eq!(minji.send("GET", "/.well-known/daemun", &[("If-None-Match", &tag)], b"").await.status, 304);
}

#[tokio::test]
async fn mails_are_in_the_readers_language_and_begin_with_the_code() {
    let house = House::open().await;
    for (locale, word) in [("ko-KR", "인증번호"), ("ja", "認証番号"), ("en-GB", "sign-in code"), ("fr", "sign-in code")]
    {
        let mut someone = house.visitor();
        let body =
            json!({"kind": "sign_in", "client": {"version": "1", "locale": locale, "steps": crate::visitor::STEPS}});
        let begun = someone.post("/api/v1/flows", &fresh_key(), &body).await;
        someone.keep(&begun);
        let to = format!("{locale}@daemun.test");
        someone.submit(json!({"identifier": to})).await.at("code");
        let mail = house.mails(&to).await.remove(0);
        let (subject, text, code) =
            (mail["subject"].as_str().unwrap(), mail["text"].as_str().unwrap(), mail["code"].as_str().unwrap());
        assert!(subject.starts_with(code) && text.starts_with(code), "{mail}");
        assert!(subject.contains(word), "{mail}");
    }
}

#[tokio::test]
async fn x3_a_mail_follows_the_language_that_was_switched_to_meanwhile() {
    let house = House::open().await;
    let mut someone = house.visitor();
    let client = json!({"version": "1", "locale": "ko", "steps": crate::visitor::STEPS});
    let begun = someone.post("/api/v1/flows", &fresh_key(), &json!({"kind": "sign_in", "client": client})).await;
    someone.keep(&begun);
    let flow = begun.flow();
    let act = json!({"rev": flow["rev"], "input": {"identifier": "minji@daemun.test"}, "locale": "ja"});
    let url = format!("/api/v1/flows/{}/actions/submit", flow["id"].as_str().unwrap());
    someone.post(&url, &fresh_key(), &act).await.at("code");
    let mail = house.mails("minji@daemun.test").await.remove(0);
    assert!(mail["subject"].as_str().unwrap().contains("認証番号"), "{mail}");
}

#[tokio::test]
async fn a_code_goes_to_the_address_that_it_proves() {
    let house = House::open().await;
    for (typed, proven) in
        [("Minji@DAEMUN.test", "minji@daemun.test"), ("minji@ｄａｅｍｕｎ。test", "minji@daemun.test")]
    {
        let told = house.visitor().ask_code(typed).await.at("code").flow();
        assert_eq!(told["step"]["sent_to"], typed, "told as it was typed");
        let mails = house.visitor().send("GET", "/sandbox/messages", &[], b"").await.json();
        assert_eq!(mails[0]["to"], proven);
    }
    for typed in ["min\u{212a}i@daemun.test", "minji@%64aemun.test"] {
        house.visitor().ask_code(typed).await.problem(422, "input_invalid");
    }
}

#[tokio::test]
async fn signing_out_leaves_no_verified_flow_open() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.sign_in(&house, "minji@daemun.test", "nuri", "nuri-Minji-2024!").await;
    let complete = minji.clone();
    // Another tab, at the choice of workspaces by the session's address.
    minji.begin(json!({})).await.at("choose_workspace");
    let out = minji.send("POST", "/home/sign-out", &[], b"").await;
    assert_eq!(out.status, 303);
    minji.keep(&out);
    let left = minji.read().await.flow();
    assert_eq!((&left["status"], &left["reason"]), (&json!("ended"), &json!("cancelled")), "{left}");
    let mut complete = complete;
    assert_eq!(complete.read().await.flow()["status"], "complete", "what has ended stays as it is");
}

#[tokio::test]
async fn no_flow_lives_longer_than_two_hours() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.verify(&house, "minji@daemun.test").await.at("choose_workspace");
    for _ in 0..7 {
        house.advance(1000);
        minji.act("choose", json!({"workspace": "nuri"})).await.at("password");
        minji.act("back", json!({})).await.at("choose_workspace");
    }
    house.advance(200);
    minji.act("choose", json!({"workspace": "nuri"})).await.problem(410, "flow_expired");
}
