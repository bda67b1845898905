//! The sandbox: for people and for tests, on this machine alone (DESIGN.md, the QA contract).

use daemun_backend::{Chance, Config, NotStarted, Sandbox, SmtpConfig, seeds, start};
use serde_json::json;

use crate::visitor::House;

#[tokio::test]
async fn the_world_is_told_with_its_passwords_and_they_work() {
    let house = House::open().await;
    let world = house.visitor().send("GET", "/sandbox/world", &[], b"").await.json();
    assert_eq!(world["workspaces"].as_array().unwrap().len(), 5);
    assert_eq!(world["workspaces"][1].get("organisation_id"), None);
    let links = [
        "join",
        "join_expired",
        "join_revoked",
        "join_used_up",
        "join_full",
        "join_last",
        "invite",
        "invite_expired",
        "invite_revoked",
        "invite_used",
    ];
    for name in links {
        let link = world["links"][name].as_str().unwrap();
        assert!(link.starts_with(&format!("{}/join#", house.server.origin())), "{link}");
    }
    let shared = ["link", "link_list", "link_expired", "link_revoked"];
    for name in shared {
        let link = world["links"][name].as_str().unwrap();
        assert!(link.starts_with(&format!("{}/link#", house.server.origin())), "{link}");
    }
    assert_eq!(world["links"].as_object().unwrap().len(), links.len() + shared.len());
    let accounts = world["accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), seeds().len());
    for account in accounts {
        let [workspace] = account["workspaces"].as_array().unwrap().as_slice() else {
            assert_eq!(account["email"], "alex@daemun.test");
            continue;
        };
        let (email, workspace) = (account["email"].as_str().unwrap(), workspace.as_str().unwrap());
        let mut visitor = house.visitor();
        if account["password"] == "" {
            assert!(["invited", "no_password"].contains(&account["state"].as_str().unwrap()), "{account}");
            continue;
        }
        visitor.reach_password(&house, email, workspace).await;
        let done = visitor.submit(json!({"password": account["password"]})).await.flow();
        match account["state"].as_str().unwrap() {
            "suspended" => assert_eq!(done["step"]["code"], "account_suspended"),
            _ if account["two_factor"] == true => assert_eq!(done["step"]["type"], "choose_factor", "{account}"),
            _ => assert_eq!(done["status"], "complete", "{account}"),
        }
    }
    for scenario in
        ["nuri_email_entry_off", "nuri_organisation_entry_off", "nuri_attempt_limit_5", "lift_suspensions", "reset"]
    {
        assert!(world["scenarios"].as_array().unwrap().contains(&json!(scenario)));
    }
}

#[tokio::test]
async fn the_clock_moves_and_the_world_begins_anew() {
    let house = House::open().await;
    let visitor = house.visitor();
    let before = house.server.clock().now().0;
    let moved = visitor
        .send("POST", "/sandbox/clock", &[("Content-Type", "application/json")], br#"{"advance_seconds": 600}"#)
        .await;
    assert_eq!(moved.json(), json!({"now": before + 600_000}));
    for body in [
        &b""[..],
        b"{}",
        b"{\"advance_seconds\": -1}",
        b"{\"advance_seconds\": 1e9}",
        b"{\"advance_seconds\": 99999999999}",
        b"x",
    ] {
        assert_eq!(visitor.send("POST", "/sandbox/clock", &[], body).await.status, 400);
    }
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let moved = visitor.send("POST", "/sandbox/clock", &form, b"advance_seconds=60").await;
    assert_eq!((moved.status, moved.header("location")), (303, Some("/sandbox/")));

    let mut minji = house.visitor();
    minji.ask_code("minji@daemun.test").await.at("code");
    house.play("nuri_email_entry_off").await;
    house.play("reset").await;
    minji.read().await.problem(404, "flow_unknown");
    assert!(house.mails("minji@daemun.test").await.is_empty());
    minji.verify(&house, "minji@daemun.test").await.at("choose_workspace");
    assert_eq!(minji.flow["step"]["workspaces"].as_array().unwrap().len(), 3);
    assert_eq!(visitor.send("POST", "/sandbox/scenarios/fly", &[], b"").await.status, 404);
}

#[tokio::test]
async fn people_find_mail_accounts_and_clock_on_one_page() {
    let house = House::open().await;
    house.visitor().ask_code("minji@daemun.test").await;
    house.visitor().begin(json!({})).await;
    let page = house.visitor().send("GET", "/sandbox/", &[], b"").await;
    assert_eq!(page.status, 200);
    let code = house.newest_code("minji@daemun.test").await;
    for part in [
        code.as_str(),
        "nuri-Minji-2024!",
        "佐藤陽翔",
        "+10 min",
        "nuri_attempt_limit_5",
        "in no workspace",
        "suspended",
    ] {
        assert!(page.text().contains(part), "{part}");
    }
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("trusted-types 'none'"),
        "{policy}"
    );
    // What anybody can write into a mail's address stays text.
    house.visitor().ask_code("o'neil&sons@daemun.test").await.at("code");
    let page = house.visitor().send("GET", "/sandbox/", &[], b"").await.text();
    assert!(page.contains("o&#39;neil&amp;sons@daemun.test"));
    let script = house.visitor().send("GET", "/sandbox/sandbox.js", &[], b"").await;
    assert_eq!(script.header("content-type"), Some("text/javascript; charset=utf-8"));
}

#[tokio::test]
async fn links_terms_and_the_lifting_of_suspensions_are_on_the_page() {
    let house = House::open().await;
    let page = house.visitor().send("GET", "/sandbox/", &[], b"").await.text();
    for name in ["join_last", "invite", "link_list"] {
        let link = house.link(name).await;
        assert!(page.contains(&format!("href=\"{link}\"")), "{name}");
    }
    assert!(page.contains("all@partner.test") && page.contains("revoke_link"));
    assert!(page.contains("Lift suspensions") && page.contains("minji.home@daemun.test"));
    for id in ["service", "privacy", "marketing"] {
        let terms =
            house.visitor().send("GET", &format!("/sandbox/terms/{id}"), &[("Accept-Language", "ko")], b"").await;
        assert_eq!(terms.status, 200);
        assert!(terms.text().contains("lang=\"ko\""));
    }
    assert_eq!(house.visitor().send("GET", "/sandbox/terms/fly", &[], b"").await.status, 404);
}

/// P1, L9: an administrator suspends and lifts; every session ends at once, and no way leads in meanwhile.
#[tokio::test]
async fn l9_a_suspension_ends_every_session_and_is_lifted() {
    let house = House::open().await;
    let (mut one, mut two) = (house.visitor(), house.visitor());
    one.sign_in(&house, "minji@daemun.test", "nuri", "nuri-Minji-2024!").await;
    two.sign_in(&house, "minji@daemun.test", "nuri", "nuri-Minji-2024!").await;
    let mut other = house.visitor();
    other.sign_in(&house, "minji@daemun.test", "hanbit", "hanbit-Minji-2024!").await;
    house.play("suspend_minji_nuri").await;
    for visitor in [&one, &two] {
        assert_eq!(visitor.send("GET", "/home", &[], b"").await.header("location"), Some("/"));
    }
    assert_eq!(other.send("GET", "/home", &[], b"").await.status, 200);
    let world = house.visitor().send("GET", "/sandbox/world", &[], b"").await.json();
    assert_eq!(world["accounts"][0]["state"], "suspended");
    one.begin(json!({"organisation": "nuri"})).await;
    let input = json!({"identifier": "minji@daemun.test", "password": "nuri-Minji-2024!"});
    one.submit(input.clone()).await.notice("account_suspended");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let lifted = house.visitor().send("POST", "/sandbox/scenarios/lift_suspensions", &form, b"").await;
    assert_eq!(lifted.status, 303);
    one.begin(json!({"organisation": "nuri"})).await;
    assert_eq!(one.submit(input).await.flow()["status"], "complete");
}

/// L10, E4: a deployment has no way to phones, no terms and no apps before they are given.
#[tokio::test]
async fn a_deployment_offers_what_it_was_given() {
    let smtp = Some(SmtpConfig { url: "smtp://127.0.0.1:9".into(), from: "a@b.example".into() });
    let origin = Some("https://login.example".into());
    let terms =
        vec![daemun_protocol::Terms { id: daemun_protocol::TermsId::Privacy, url: "/privacy".into(), required: true }];
    let house =
        House::with(|config| Config { sandbox: Sandbox::Off, smtp, origin, terms, apps: Vec::new(), ..config }).await;
    let connection = rusqlite::Connection::open(house.directory.path().join("daemun.db")).unwrap();
    connection
        .execute(
            "INSERT INTO workspace (id, name, organisation_id, email_entry, organisation_entry, reveal_tries)
             VALUES ('acme', 'Acme', 'acme', 1, 1, 1)",
            [],
        )
        .unwrap();
    let mut visitor = crate::visitor::Visitor::at(&format!("http://localhost:{}", house.server.address().port()));
    let discovery = visitor.send("GET", "/.well-known/daemun", &[], b"").await.json();
    assert_eq!(
        discovery["terms"],
        json!([{"id": "privacy", "url": "https://login.example/privacy", "required": true}])
    );
    assert_eq!(discovery["apps"], json!([]));
    visitor.begin(json!({"organisation": "acme"})).await.at("password");
    let asked = visitor.act("find_id", json!({})).await.at("find_id");
    assert_eq!(asked.flow()["step"]["channels"], json!(["email"]));
    let refused = visitor.submit(json!({"identifier": "010-5555-0101"})).await.refused();
    assert_eq!(refused, [("/input/identifier".to_owned(), "mobile_unavailable".to_owned())]);
}

#[tokio::test]
async fn foreign_names_and_pages_do_not_get_in() {
    let house = House::open().await;
    let visitor = house.visitor();
    for path in ["/sandbox/", "/sandbox/world", "/sandbox/messages", "/sandbox/sandbox.js"] {
        for foreign in
            [("Host", "evil.example"), ("Host", "localhost"), ("Origin", "https://evil.example"), ("Origin", "null")]
        {
            assert_eq!(visitor.send("GET", path, &[foreign], b"").await.status, 403, "{path} {foreign:?}");
        }
        assert_eq!(visitor.send("GET", path, &[], b"").await.status, 200, "{path}");
    }
    for site in ["cross-site", "same-site"] {
        let answer =
            visitor.send("POST", "/sandbox/clock", &[("Sec-Fetch-Site", site)], b"{\"advance_seconds\":1}").await;
        assert_eq!(answer.status, 403);
    }
}

#[tokio::test]
async fn it_is_off_unless_asked_for() {
    let smtp = Some(SmtpConfig { url: "smtp://127.0.0.1:9".into(), from: "a@b.example".into() });
    let origin = Some("https://login.example".into());
    let house = House::with(|config| Config { sandbox: Sandbox::Off, smtp, origin, ..config }).await;
    let visitor = crate::visitor::Visitor::at(&format!("http://localhost:{}", house.server.address().port()));
    for path in ["/sandbox/", "/sandbox/world", "/sandbox/messages"] {
        let answer = visitor.send("GET", path, &[], b"").await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
    }
}

#[tokio::test]
async fn a_sandboxs_database_is_no_deployments_and_the_other_way_round() {
    let house = House::open().await;
    let directory = house.stop().await;
    let planted = directory.path().join("daemun.db");
    let smtp = SmtpConfig { url: "smtp://127.0.0.1:9".into(), from: "a@b.example".into() };
    let deployment = |database| {
        let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        start(Config { listen, ..Config::deployment("https://login.example", database, smtp.clone()) })
    };
    assert!(matches!(deployment(planted.clone()).await, Err(NotStarted::SandboxDatabase(_))));
    // The sandbox takes it again.
    start(Config { chance: Chance::seeded(2), ..Config::sandbox(planted) }).await.unwrap().stop().await;

    let real = directory.path().join("real.db");
    deployment(real.clone()).await.unwrap().stop().await;
    let connection = rusqlite::Connection::open(&real).unwrap();
    connection.execute("INSERT INTO workspace (id, name, email_entry, organisation_entry, reveal_tries) VALUES ('acme', 'Acme', 1, 1, 1)", []).unwrap();
    drop(connection);
    assert!(matches!(start(Config::sandbox(real.clone())).await, Err(NotStarted::NotASandboxDatabase(_))));
    deployment(real).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_sandboxs_world_from_before_there_were_invitations_or_security_links_begins_anew() {
    for older in ["DELETE FROM invitation", "DELETE FROM security_link"] {
        let house = House::open().await;
        house.sql(&format!("{older}; DELETE FROM account WHERE workspace = 'gadeuk'"));
        let directory = house.stop().await;
        let database = directory.path().join("daemun.db");
        let chance = Chance::seeded(2);
        let house = House::with(|config| Config { database, chance, ..config }).await;
        house.visitor().open_link(&house.link("join").await).await.at("invitation");
        house.visitor().open_link(&house.link("join_full").await).await.notice("workspace_full");
        house.visitor().open_link(&house.link("link").await).await.at("link_address");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_database_is_readable_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::open().await;
    house.visitor().ask_code("minji@daemun.test").await;
    for file in std::fs::read_dir(house.directory.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", file.file_name());
    }
}
