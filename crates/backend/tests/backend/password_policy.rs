//! P1, R3: every option for passwords is kept per workspace and held to by the backend.

use serde_json::{Value, json};

use crate::visitor::{Answer, House, Visitor};

const MINJI: &str = "minji@daemun.test";
const PASSWORD: &str = "nuri-Minji-2024!";
const DAY: u64 = 24 * 3600;

/// To the step that asks for a new password, by way of one that is too old (R4).
async fn at_new_password(house: &House, policy: Value) -> Visitor {
    house.policy("nuri", policy).await;
    house.policy("nuri", json!({"password_max_age_days": 30})).await;
    house.advance(30 * DAY);
    let mut minji = house.visitor();
    minji.reach_password(house, MINJI, "nuri").await;
    minji.submit(json!({"password": PASSWORD})).await.at("new_password");
    minji
}

async fn try_password(minji: &mut Visitor, password: &str) -> Answer {
    minji.submit(json!({"password": password})).await
}

#[tokio::test]
async fn p1_the_policy_is_told_and_changed_and_nonsense_changes_nothing() {
    let house = House::open().await;
    let visitor = house.visitor();
    let path = "/sandbox/workspaces/nuri/policy";
    let told = visitor.send("GET", path, &[], b"").await.json();
    let default = json!({
        "password_format": "letters_digits", "password_min_length": 8, "password_max_age_days": null,
        "password_history": 0, "attempt_limit": null, "reveal_tries": true, "email_entry": true,
        "organisation_entry": true, "phone_entry": true, "device_unlock": true, "device_approval": false, "quick_login": false,
        "quick_login_two_factors": false, "two_factor": "optional", "remember_browser": false,
        "managed_profiles": false, "capacity": null, "accent": null, "logo": null, "denied_providers": [],
    });
    assert_eq!(told, default);
    for body in [
        &b""[..],
        b"[]",
        b"{\"password_format\": \"emoji\"}",
        b"{\"password_min_length\": 7}",
        b"{\"password_min_length\": 21}",
        b"{\"password_min_length\": null, \"password_history\": 9}",
        b"{\"password_max_age_days\": 31}",
        b"{\"password_max_age_days\": -30}",
        b"{\"password_history\": 6}",
        b"{\"attempt_limit\": 0}",
        b"{\"reveal_tries\": \"yes\"}",
        b"{\"reveal_tries\": false, \"fly\": 1}",
        b"{\"capacity\": 1.5}",
        b"{\"accent\": \"red\"}",
        b"{\"accent\": \"#0f7a5\"}",
        b"{\"accent\": 1}",
        b"{\"logo\": \"/brand/x.svg\"}",
        b"{\"logo\": \"https://evil.example/logo.svg\"}",
        b"{\"logo\": \"data:text/html;base64,PHN2Zy8+\"}",
        b"{\"logo\": \"data:image/png;base64,R0lGODlh\"}",
    ] {
        let answer = visitor.send("POST", path, &[], body).await;
        assert_eq!(answer.status, 422, "{}", String::from_utf8_lossy(body));
    }
    assert_eq!(visitor.send("GET", path, &[], b"").await.json(), default, "nothing was changed");
    for (name, value) in [
        ("password_format", json!("letters_digits_symbols")),
        ("password_min_length", json!(20)),
        ("password_max_age_days", json!(365)),
        ("password_history", json!(5)),
        ("attempt_limit", json!(5)),
        ("attempt_limit", json!(null)),
        ("reveal_tries", json!(false)),
        ("email_entry", json!(false)),
        ("organisation_entry", json!(false)),
        ("accent", json!("#0f7a5f")),
        ("accent", json!(null)),
        ("capacity", json!(3)),
        ("capacity", json!(null)),
        ("password_max_age_days", json!(null)),
    ] {
        let answer = visitor.send("POST", path, &[], json!({name: value}).to_string().as_bytes()).await;
        assert_eq!((answer.status, &answer.json()[name]), (200, &value), "{name}");
    }
    // X5: the colour comes with the flow, as soon as it is settled where the member goes.
    visitor.send("POST", path, &[], br##"{"accent": "#0F7A5F", "organisation_entry": true}"##).await;
    let mut member = house.visitor();
    assert!(member.begin(json!({})).await.at("identify").flow().get("workspace").is_none());
    let known = member.begin(json!({"organisation": "nuri"})).await.at("password").flow();
    assert_eq!(known["workspace"]["accent"], "#0f7a5f");
    // One workspace's policy is no other's.
    assert_eq!(visitor.send("GET", "/sandbox/workspaces/sakura/policy", &[], b"").await.json(), default);
    assert_eq!(visitor.send("GET", "/sandbox/workspaces/nowhere/policy", &[], b"").await.status, 404);
    assert_eq!(visitor.send("POST", "/sandbox/workspaces/nowhere/policy", &[], b"{}").await.status, 404);
    let foreign = visitor.send("POST", path, &[("Origin", "https://evil.example")], b"{}").await;
    assert_eq!(foreign.status, 403);
}

#[tokio::test]
async fn r3_the_rules_go_out_with_the_step() {
    let house = House::open().await;
    let policy = json!({"password_format": "letters_digits_symbols", "password_min_length": 12, "password_history": 3});
    let minji = at_new_password(&house, policy).await;
    assert_eq!(
        minji.flow["step"]["rules"],
        json!({"min_length": 12, "max_length": 128, "letter": true, "digit": true, "symbol": true, "history": 3})
    );
    assert_eq!(minji.flow["step"]["identifier"], MINJI);
    assert_eq!(minji.flow["workspace"]["id"], "nuri");
}

#[tokio::test]
async fn r3_every_least_length_is_held_to_in_characters() {
    for length in [8_usize, 13, 20] {
        let house = House::open().await;
        let mut minji = at_new_password(&house, json!({"password_min_length": length})).await;
        let of = |length: usize| format!("a1{}", "가".repeat(length - 2));
        assert_eq!(try_password(&mut minji, &of(length - 1)).await.password_refused(), ["password_too_short"]);
        assert_eq!(try_password(&mut minji, &of(length)).await.flow()["status"], "complete");
    }
}

#[tokio::test]
async fn r3_sixty_four_characters_and_more_are_taken_and_too_many_are_not() {
    let house = House::open().await;
    let mut minji = at_new_password(&house, json!({})).await;
    assert_eq!(
        try_password(&mut minji, &format!("a1{}", "가".repeat(127))).await.password_refused(),
        ["password_too_long"]
    );
    assert_eq!(try_password(&mut minji, &"a1".repeat(4000)).await.password_refused(), ["password_too_long"]);
    let longest = format!("a1{}", "🦀".repeat(126));
    assert_eq!(try_password(&mut minji, &longest).await.flow()["status"], "complete");
    let mut again = house.visitor();
    again.sign_in(&house, MINJI, "nuri", &longest).await;
}

#[tokio::test]
async fn r3_what_is_unmet_is_said_all_at_once_and_then_one_thing_after_another() {
    let house = House::open().await;
    let policy = json!({"password_format": "letters_digits_symbols", "password_history": 1});
    let mut minji = at_new_password(&house, policy).await;
    let rev = minji.flow["rev"].clone();
    for (password, refused) in [
        ("", &["required"][..]),
        ("가", &["password_too_short", "password_needs_letter", "password_needs_digit", "password_needs_symbol"]),
        ("12345678", &["password_needs_letter", "password_needs_symbol"]),
        ("long enough", &["password_needs_digit", "password_needs_symbol"]),
        ("tab\tand 1!x", &["password_invalid"]),
        ("zero\u{200b}width1!", &["password_invalid"]),
        ("Minji@Daemun.test", &["password_needs_digit"]),
        ("P@ssw0rd123", &["password_breached"]),
        ("QWER1234!@#$", &["password_breached"]),
        (PASSWORD, &["password_reused"]),
    ] {
        assert_eq!(try_password(&mut minji, password).await.password_refused(), refused, "{password:?}");
    }
    assert_eq!(minji.submit(json!({})).await.password_refused(), ["required"]);
    assert_eq!(minji.flow["rev"], rev, "the same step all along");
    assert_eq!(try_password(&mut minji, "nuri-Minji-2026!").await.flow()["status"], "complete");
}

/// R3, R4: none of the last n again, the current one among them, and the one before those is free. A password that is over
/// is not renewed by itself, whatever n is.
#[tokio::test]
async fn r3_the_last_passwords_cannot_be_used_again_for_every_history() {
    for history in 0..=5_usize {
        let house = House::open().await;
        house.policy("nuri", json!({"password_history": 0, "password_max_age_days": 30})).await;
        let passwords: Vec<String> =
            core::iter::once(PASSWORD.to_owned()).chain((1..=6).map(|n| format!("password nuri {n}"))).collect();
        for pair in passwords.windows(2) {
            house.advance(30 * DAY);
            let mut minji = house.visitor();
            minji.reach_password(&house, MINJI, "nuri").await;
            minji.submit(json!({"password": pair[0]})).await.at("new_password");
            assert_eq!(try_password(&mut minji, &pair[1]).await.flow()["status"], "complete");
        }
        // All that was used before is kept from now on; the policy changes nothing about the past.
        house.policy("nuri", json!({"password_history": history})).await;
        house.advance(30 * DAY);
        let mut minji = house.visitor();
        minji.reach_password(&house, MINJI, "nuri").await;
        minji.submit(json!({"password": passwords[6]})).await.at("new_password");
        let told = minji.read().await.flow()["step"]["rules"]["history"].clone();
        assert_eq!(told, json!(history.max(1)));
        for used in passwords.iter().rev().take(history.max(1)) {
            assert_eq!(
                try_password(&mut minji, used).await.password_refused(),
                ["password_reused"],
                "{history} {used}"
            );
        }
        let free = &passwords[6 - history.max(1)];
        assert_eq!(try_password(&mut minji, free).await.flow()["status"], "complete", "{history}");
    }
}

/// R3: OpaqueString; what is typed on another keyboard is the same password, and what looks alike is not.
#[tokio::test]
async fn r3_a_password_is_the_same_however_it_is_typed() {
    let house = House::open().await;
    let mut minji = at_new_password(&house, json!({"password_history": 5})).await;
    assert_eq!(try_password(&mut minji, "비밀 번호 caf\u{e9} 1").await.flow()["status"], "complete");
    for (typed, is_right) in [
        ("비밀\u{3000}번호\u{a0}cafe\u{301} 1", true),
        ("\u{1107}\u{1175}\u{1106}\u{1175}\u{11af} 번호 caf\u{e9} 1", true),
        ("비밀 번호 caf\u{e9} １", false),
        ("비밀 번호 CAF\u{c9} 1", false),
        ("비밀 번호 cafe 1", false),
    ] {
        let mut minji = house.visitor();
        minji.begin(json!({"organisation": "nuri"})).await;
        let answer = minji.submit(json!({"identifier": MINJI, "password": typed})).await;
        assert_eq!(answer.status, if is_right { 200 } else { 422 }, "{typed:?}");
    }
    // And for what must not be used again.
    house.advance(30 * DAY);
    let mut minji = house.visitor();
    minji.reach_password(&house, MINJI, "nuri").await;
    minji.submit(json!({"password": "비밀 번호 caf\u{e9} 1"})).await.at("new_password");
    let again = try_password(&mut minji, "비밀\u{3000}번호 cafe\u{301} 1").await;
    assert_eq!(again.password_refused(), ["password_reused"]);
}

#[tokio::test]
async fn p1_a_changed_policy_signs_nobody_out_and_is_for_the_next_password() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", PASSWORD).await;
    house
        .policy(
            "nuri",
            json!({"password_format": "letters_digits_symbols", "password_min_length": 20, "password_history": 5,
                   "password_max_age_days": 30, "attempt_limit": 5, "email_entry": false}),
        )
        .await;
    assert_eq!(minji.send("GET", "/home", &[], b"").await.status, 200);
    // The old password, which the new policy would not take, still leads in.
    house.policy("nuri", json!({"email_entry": true})).await;
    let mut again = house.visitor();
    again.sign_in(&house, MINJI, "nuri", PASSWORD).await;
}

/// A deployment's own judge of breached passwords is asked.
#[tokio::test]
async fn r3_the_check_for_breached_passwords_can_be_another() {
    #[derive(Debug)]
    struct Everything;
    impl daemun_backend::Breached for Everything {
        fn knows(&self, password: &str) -> bool {
            password.contains("known")
        }
    }
    let house =
        House::with(|config| daemun_backend::Config { breached: std::sync::Arc::new(Everything), ..config }).await;
    let mut minji = at_new_password(&house, json!({})).await;
    assert_eq!(try_password(&mut minji, "well known 1").await.password_refused(), ["password_breached"]);
    assert_eq!(try_password(&mut minji, "password1").await.flow()["status"], "complete");
}

/// R3: wherever one is set, it is none of the member's IDs.
#[tokio::test]
async fn r3_a_new_password_is_none_of_the_ids() {
    let house = House::open().await;
    house.sql(
        "UPDATE account SET email = 'yuna2026@daemun.test' WHERE email = 'yuna@daemun.test';
         UPDATE account SET email = 'jiho2026@daemun.test' WHERE email = 'jiho@daemun.test';
         UPDATE login_name SET name = 'dohyun2026' WHERE name = 'dohyun';",
    );
    let mut yuna = house.visitor();
    yuna.open_link(&house.link("invite").await).await.at("new_password");
    let mut jiho = house.visitor();
    jiho.begin(json!({"organisation": "nuri"})).await;
    jiho.act("forgot", json!({})).await.at("request_reset");
    jiho.submit(json!({"name": "박지호", "email": "jiho2026@daemun.test"})).await.notice("reset_requested");
    let link = house.newest_link("jiho2026@daemun.test").await;
    jiho.open_link(&link).await.at("new_password");
    house.policy("nuri", json!({"password_max_age_days": 30})).await;
    house.advance(20 * 60);
    for (visitor, id) in [(&mut yuna, "Yuna2026"), (&mut jiho, "JIHO2026@daemun.test")] {
        assert_eq!(try_password(visitor, id).await.password_refused(), ["password_is_id"], "{id}");
    }
    house.advance(30 * DAY);
    // The registered ID, though the address led here.
    let mut dohyun = house.visitor();
    dohyun.reach_password(&house, "dohyun@daemun.test", "nuri").await;
    dohyun.submit(json!({"password": "nuri-Dohyun-2024!"})).await.at("new_password");
    assert_eq!(try_password(&mut dohyun, "Dohyun2026").await.password_refused(), ["password_is_id"]);
}
