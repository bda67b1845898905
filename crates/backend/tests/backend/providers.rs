//! Signing in by an external provider (FEATURES L3, L8, P1): at the sandbox's stand-ins, and at one that lies.

use std::collections::BTreeMap;

use daemun_backend::{Config, ProviderConfig};
use daemun_protocol::Secret;
use serde_json::{Value, json};

use crate::issuer::{self, Issuer};
use crate::visitor::{Answer, House, Visitor, fresh_key};

const TAEYANGS_OTHER_EMAIL: &str = "taeyang.home@daemun.test";

/// To the list of providers, from the front door.
pub async fn at_providers(house: &House) -> Visitor {
    let mut visitor = house.visitor();
    visitor.begin(json!({})).await.at("identify");
    visitor.act("use_provider", json!({})).await.at("provider");
    visitor
}

/// Leaves for a provider.
pub async fn go(visitor: &mut Visitor, provider: &str) -> String {
    let gone = visitor.act("go", json!({"provider": provider})).await.at("provider");
    gone.flow()["step"]["go_to"].as_str().expect("where to go").to_owned()
}

fn query(url: &str) -> BTreeMap<String, String> {
    url::Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

/// What the page makes of the address that somebody has come back to.
pub fn returned(place: &str) -> Value {
    let url = url::Url::parse(place).unwrap();
    json!({"provider": url.path().strip_prefix("/continue/").unwrap(), "returned": url.query().unwrap()})
}

/// What a provider sends back with a code.
fn with_code(state: &str, more: &str) -> Value {
    json!({"provider": "acme", "returned": format!("code=a-code&state={state}{more}")})
}

/// Decides at one of the sandbox's stand-ins; where that leads back to.
pub async fn decide(house: &House, url: &str, decision: &str, who: &str) -> String {
    let path = url.strip_prefix(house.server.origin()).expect("a stand-in of the sandbox's");
    let page = house.visitor().send("GET", path, &[], b"").await;
    assert_eq!(page.status, 200, "{}", page.text());
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("decision", decision).append_pair("who", who);
    for (name, value) in query(url) {
        form.append_pair(&name, &value);
    }
    let path = path.split('?').next().unwrap();
    let form_type = ("Content-Type", "application/x-www-form-urlencoded");
    let sent = house.visitor().send("POST", path, &[form_type], form.finish().as_bytes()).await;
    assert_eq!(sent.status, 303, "{sent:?}");
    sent.header("location").unwrap().to_owned()
}

/// Goes to a provider and comes back as somebody.
pub async fn come_back_as(visitor: &mut Visitor, house: &House, provider: &str, who: &str) -> Answer {
    let url = go(visitor, provider).await;
    let place = decide(house, &url, "agree", who).await;
    visitor.act("return", returned(&place)).await
}

#[track_caller]
pub fn is_in(answer: &Answer, workspace: &str) {
    assert_eq!(answer.flow()["status"], "complete", "{}", answer.json());
    assert_eq!(answer.flow()["workspace"]["id"], workspace);
}

#[track_caller]
pub fn says(answer: Answer, code: &str) -> Answer {
    let answer = answer.at("provider");
    assert_eq!(answer.flow()["messages"][0]["code"], code, "{}", answer.json());
    answer
}

#[tokio::test]
async fn l3_providers_are_told_with_what_they_share() {
    let house = House::open().await;
    let discovery = house.visitor().send("GET", "/.well-known/daemun", &[], b"").await.json();
    let listed = |from: &Value| {
        let ids = from["providers"].as_array().unwrap().iter();
        ids.map(|provider| (provider["name"].as_str().unwrap().to_owned(), provider["shares"].clone()))
            .collect::<Vec<_>>()
    };
    let expected = vec![
        ("LINE".to_owned(), json!(["identifier"])),
        ("NAVER".to_owned(), json!(["identifier", "email", "mobile"])),
        ("Kakao".to_owned(), json!(["identifier"])),
    ];
    assert_eq!(listed(&discovery), expected);
    let visitor = at_providers(&house).await;
    assert_eq!(listed(&visitor.flow["step"]), expected, "before anybody leaves");
    assert!(visitor.flow["step"].get("go_to").is_none());
}

#[tokio::test]
async fn l3_whoever_is_connected_comes_in_by_each_of_the_stand_ins() {
    let house = House::open().await;
    for (provider, who, workspace) in
        [("line", "haruto", "sakura"), ("naver", "dohyun", "nuri"), ("kakao", "minji", "nuri")]
    {
        let mut visitor = at_providers(&house).await;
        let done = come_back_as(&mut visitor, &house, provider, who).await;
        is_in(&done, workspace);
        assert_eq!(visitor.send("GET", "/home", &[], b"").await.status, 200, "{provider}");
        // An identity is no verified address: nothing is chosen by it the next time.
        visitor.begin(json!({})).await.at("identify");
    }
}

#[tokio::test]
async fn l3_the_address_to_leave_for_is_bound_to_the_flow_and_to_this_leaving() {
    let house = House::open().await;
    let mut visitor = at_providers(&house).await;
    let (first, second) = (go(&mut visitor, "kakao").await, go(&mut visitor, "kakao").await);
    let (first, second) = (query(&first), query(&second));
    assert_eq!(first["response_type"], "code");
    assert_eq!(first["code_challenge_method"], "S256");
    assert_eq!(first["redirect_uri"], format!("{}/continue/kakao", house.server.origin()));
    assert_eq!(first["scope"], "openid");
    assert!(first["state"].starts_with(visitor.flow["id"].as_str().unwrap()));
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(first[name], second[name], "{name}");
        assert!(first[name].len() >= 43, "{name}");
    }
    // A lost answer is read again, and leads to the same place.
    let read = visitor.read().await.at("provider");
    assert_eq!(query(read.flow()["step"]["go_to"].as_str().unwrap()), second);
    // What binds it is not in the database.
    for table in ["flow", "answer"] {
        let kept = house.count(&format!(
            "SELECT count(*) FROM {table} WHERE instr(hex(CAST({table}.{} AS BLOB)), hex('{}')) > 0",
            "state", second["nonce"]
        ));
        assert_eq!(kept, 0, "{table}");
    }
}

#[tokio::test]
async fn l3_an_identity_that_is_connected_in_several_workspaces_leads_to_a_choice() {
    let house = House::open().await;
    let mut minji = at_providers(&house).await;
    let choice = come_back_as(&mut minji, &house, "line", "minji").await.at("choose_workspace");
    let step = &choice.flow()["step"];
    assert_eq!(step["verified"], "LINE");
    let ids: Vec<_> = step["workspaces"].as_array().unwrap().iter().map(|its| its["id"].clone()).collect();
    assert_eq!(ids, ["nuri", "hanbit"]);
    minji.act("choose", json!({"workspace": "northwind"})).await.problem(422, "input_invalid");
    is_in(&minji.act("choose", json!({"workspace": "hanbit"})).await, "hanbit");
}

#[tokio::test]
async fn l3_from_the_password_only_the_account_that_is_meant_comes_in() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.reach_password(&house, "minji@daemun.test", "nuri").await;
    minji.act("use_provider", json!({})).await.at("provider");
    // Dohyun is connected in the same workspace, and is somebody else.
    let other = come_back_as(&mut minji, &house, "naver", "dohyun").await.notice("provider_not_linked");
    assert_eq!(other.flow()["step"]["params"]["provider"], "NAVER");
    minji.act("back", json!({})).await.at("password");
    minji.act("use_provider", json!({})).await.at("provider");
    is_in(&come_back_as(&mut minji, &house, "line", "minji").await, "nuri");
}

#[tokio::test]
async fn l3_by_the_organisation_whoever_is_connected_there_comes_in() {
    let house = House::open().await;
    let mut visitor = house.visitor();
    visitor.begin(json!({"organisation": "nuri"})).await.at("password");
    visitor.act("use_provider", json!({})).await.at("provider");
    is_in(&come_back_as(&mut visitor, &house, "naver", "dohyun").await, "nuri");
    let mut haruto = house.visitor();
    haruto.begin(json!({"organisation": "nuri"})).await.at("password");
    haruto.act("use_provider", json!({})).await.at("provider");
    come_back_as(&mut haruto, &house, "line", "haruto").await.notice("provider_not_linked");
}

#[tokio::test]
async fn l3_cancelled_and_denied_each_say_so_and_lead_on() {
    let house = House::open().await;
    let mut visitor = at_providers(&house).await;
    for (decision, code) in [("cancel", "provider_cancelled"), ("refuse", "provider_denied")] {
        let url = go(&mut visitor, "line").await;
        let place = decide(&house, &url, decision, "minji").await;
        let told = says(visitor.act("return", returned(&place)).await, code);
        assert_eq!(told.flow()["messages"][0]["params"]["provider"], "LINE");
        assert_eq!(told.actions(), ["back", "go"], "nobody is awaited any more");
    }
    visitor.act("back", json!({})).await.at("identify");
}

#[tokio::test]
async fn l3_an_identity_that_is_nobodys_says_so() {
    let house = House::open().await;
    let mut alex = at_providers(&house).await;
    let told = come_back_as(&mut alex, &house, "kakao", "alex").await.notice("provider_not_linked");
    assert_eq!(told.flow()["step"]["params"]["provider"], "Kakao");
    alex.act("back", json!({})).await.at("identify");
}

#[tokio::test]
async fn l3_a_second_factor_is_asked_for_behind_an_identity() {
    let house = House::open().await;
    let mut taeyang = at_providers(&house).await;
    let choice = come_back_as(&mut taeyang, &house, "line", "taeyang").await.at("choose_factor");
    assert_eq!(choice.flow()["account"]["name"], "한태양");
    taeyang.act("choose", json!({"factor": "email"})).await.at("code");
    let code = house.newest_code(TAEYANGS_OTHER_EMAIL).await;
    // The administrator switches LINE off meanwhile.
    house.play("nuri_line_off").await;
    taeyang.submit(json!({"code": code})).await.notice("method_not_allowed");
    house.play("nuri_line_on").await;
    let mut taeyang = at_providers(&house).await;
    come_back_as(&mut taeyang, &house, "line", "taeyang").await.at("choose_factor");
    taeyang.act("choose", json!({"factor": "email"})).await.at("code");
    let code = house.newest_code(TAEYANGS_OTHER_EMAIL).await;
    house.sql("DELETE FROM external_identity WHERE provider = 'line'");
    taeyang.submit(json!({"code": code})).await.at("identify");
}

#[tokio::test]
async fn l3_whoever_is_suspended_does_not_come_in() {
    let house = House::open().await;
    house.play("suspend_minji_nuri").await;
    let mut minji = at_providers(&house).await;
    come_back_as(&mut minji, &house, "kakao", "minji").await.notice("account_suspended");
}

#[tokio::test]
async fn p1_a_provider_that_is_denied_is_not_offered_and_bites_at_the_next_login() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({"organisation": "nuri"})).await.at("password");
    minji.act("use_provider", json!({})).await.at("provider");
    let url = go(&mut minji, "kakao").await;
    let place = decide(&house, &url, "agree", "minji").await;
    house.policy("nuri", json!({"denied_providers": ["line", "naver", "kakao"]})).await;
    // It was switched off while she was away.
    minji.act("return", returned(&place)).await.notice("method_not_allowed");
    let mut visitor = house.visitor();
    let password = visitor.begin(json!({"organisation": "nuri"})).await.at("password");
    assert!(!password.actions().contains(&"use_provider".to_owned()));
    // Elsewhere it is allowed still, so the front door has it; in nuri it opens nothing.
    let mut minji = at_providers(&house).await;
    come_back_as(&mut minji, &house, "kakao", "minji").await.notice("method_not_allowed");
    // Allowing it again is told to everybody.
    house.policy("nuri", json!({"denied_providers": ["naver", "kakao"]})).await;
    let mail = &house.mails("dohyun@daemun.test").await[0];
    assert!(mail["subject"].as_str().unwrap().contains("LINE"), "{mail}");
    assert_eq!(house.mails("dohyun@daemun.test").await.len(), 1);
}

#[tokio::test]
async fn p1_line_can_be_denied_to_a_single_member() {
    let house = House::open().await;
    house.play("minji_nuri_line_off").await;
    let mut minji = house.visitor();
    minji.reach_password(&house, "minji@daemun.test", "nuri").await;
    minji.act("use_provider", json!({})).await.at("provider");
    come_back_as(&mut minji, &house, "line", "minji").await.notice("method_not_allowed");
    // In hanbit she may.
    let mut minji = at_providers(&house).await;
    is_in(&come_back_as(&mut minji, &house, "line", "minji").await, "hanbit");
    house.play("minji_nuri_line_on").await;
    let mut minji = at_providers(&house).await;
    come_back_as(&mut minji, &house, "line", "minji").await.at("choose_workspace");
}

#[tokio::test]
async fn l3_a_return_counts_once_and_a_lost_answer_is_given_again() {
    let house = House::open().await;
    let mut haruto = at_providers(&house).await;
    let url = go(&mut haruto, "line").await;
    let input = returned(&decide(&house, &url, "agree", "haruto").await);
    let (path, body, key) = (haruto.act_path("return"), haruto.act_body(input.clone()), fresh_key());
    let first = haruto.post(&path, &key, &body).await;
    let again = haruto.post(&path, &key, &body).await;
    assert_eq!((first.status, &first.body), (200, &again.body));
    assert_eq!(first.header("set-cookie"), again.header("set-cookie"), "the session of the answer that was lost");
    // The same code once more, as another act: the flow has moved on.
    haruto.post(&path, &fresh_key(), &body).await.problem(409, "stale");
    // In another flow of the same browser nobody waits for it.
    let mut anew = haruto.clone();
    anew.signs_out();
    anew.begin(json!({})).await.at("identify");
    anew.act("return", input.clone()).await.problem(422, "provider_refused");
    anew.act("use_provider", json!({})).await.at("provider");
    anew.act("return", input.clone()).await.problem(422, "provider_refused");
    // Where somebody is awaited, it is not this one; and whoever is gone may still come back.
    let url = go(&mut anew, "line").await;
    anew.act("return", input).await.problem(422, "provider_refused");
    let place = decide(&house, &url, "agree", "haruto").await;
    is_in(&anew.act("return", returned(&place)).await, "sakura");
}

#[tokio::test]
async fn l3_what_comes_back_in_another_browser_opens_nothing() {
    let house = House::open().await;
    let mut haruto = at_providers(&house).await;
    let url = go(&mut haruto, "line").await;
    let input = returned(&decide(&house, &url, "agree", "haruto").await);
    // Somebody else's browser, led to that address: the flow is not theirs.
    let mut other = at_providers(&house).await;
    let path = haruto.act_path("return");
    other.post(&path, &fresh_key(), &haruto.act_body(input.clone())).await.problem(404, "flow_unknown");
    // Nor can it be given to a flow that is theirs.
    go(&mut other, "line").await;
    other.act("return", input).await.problem(422, "provider_refused");
}

#[tokio::test]
async fn l3_a_return_that_is_late_is_told_so() {
    let house = House::open().await;
    let mut haruto = at_providers(&house).await;
    let url = go(&mut haruto, "line").await;
    let place = decide(&house, &url, "agree", "haruto").await;
    house.advance(31 * 60);
    let late = haruto.act("return", returned(&place)).await.problem(410, "flow_expired");
    assert_eq!(late.flow()["restart"]["kind"], "sign_in");
}

#[tokio::test]
async fn l3_a_code_that_was_used_up_meanwhile_is_refused() {
    let house = House::open().await;
    let mut haruto = at_providers(&house).await;
    let url = go(&mut haruto, "line").await;
    let place = decide(&house, &url, "agree", "haruto").await;
    // Codes of the stand-ins are good for ten minutes.
    house.advance(11 * 60);
    let refused = haruto.act("return", returned(&place)).await.problem(422, "provider_refused");
    assert_eq!(refused.actions(), ["back", "go"]);
    is_in(&come_back_as(&mut haruto, &house, "line", "haruto").await, "sakura");
}

#[tokio::test]
async fn l3_a_code_of_one_provider_is_not_taken_for_anothers() {
    let house = House::open().await;
    type Twist = fn(&mut Value);
    let twists: [(&str, Twist); 4] = [
        ("another provider's place", |input| input["provider"] = json!("kakao")),
        ("another issuer", |input| twist(input, "&iss=", "&iss=https://access.line.me&was=")),
        ("no code", |input| twist(input, "code=", "cod=")),
        ("two codes", |input| twist(input, "code=", "code=x&code=")),
    ];
    for (twist, apply) in twists {
        let mut haruto = at_providers(&house).await;
        let url = go(&mut haruto, "line").await;
        let mut input = returned(&decide(&house, &url, "agree", "haruto").await);
        apply(&mut input);
        let refused = haruto.act("return", input).await.problem(422, "provider_refused");
        assert_eq!(refused.actions(), ["back", "go"], "{twist}: whoever is gone has to go once more");
    }
}

fn twist(input: &mut Value, from: &str, to: &str) {
    let query = input["returned"].as_str().unwrap();
    assert!(query.contains(from), "{query}");
    input["returned"] = json!(query.replacen(from, to, 1));
}

#[tokio::test]
async fn l3_only_what_is_listed_can_be_left_for() {
    let house = House::open().await;
    let mut visitor = at_providers(&house).await;
    visitor.act("go", json!({"provider": "elsewhere"})).await.problem(422, "input_invalid");
    visitor.act("go", json!({})).await.problem(422, "input_invalid");
    visitor.act("return", json!({})).await.problem(422, "provider_refused");
}

// --- A provider that lies -------------------------------------------------------------------------------------------

async fn with_issuer() -> (House, Issuer) {
    let issuer = Issuer::open().await;
    let provider =
        ProviderConfig::open_id("acme", "Acme", &issuer.url).registered(issuer::CLIENT, Secret::new(issuer::SECRET));
    let house = House::with(|config| Config { providers: Some(vec![provider]), ..config }).await;
    (house, issuer)
}

/// Comes back from there with a code; `token` makes the ID token of good claims.
async fn come_back(house: &House, issuer: &Issuer, token: impl FnOnce(Value) -> String) -> Answer {
    let mut visitor = at_providers(house).await;
    let asked = query(&go(&mut visitor, "acme").await);
    let claims = issuer.claims("somebody", &asked["nonce"], house.server.clock().now().0 / 1000);
    issuer.answer_with(&token(claims));
    visitor.act("return", with_code(&asked["state"], &format!("&iss={}", issuer.url))).await
}

#[tokio::test]
async fn l3_any_issuer_can_be_configured_and_is_asked_as_it_describes_itself() {
    let (house, issuer) = with_issuer().await;
    come_back(&house, &issuer, |claims| issuer::signed(&claims)).await.notice("provider_not_linked");
    let asked = issuer.asked().pop().unwrap();
    assert!(asked.contains("grant_type=authorization_code") && asked.contains("code_verifier="), "{asked}");
    assert!(!asked.contains(issuer::SECRET), "it goes in the header, where nothing else is said");
    issuer.describe("token_endpoint_auth_methods_supported", json!(["client_secret_post"]));
    come_back(&house, &issuer, |claims| issuer::signed(&claims)).await.notice("provider_not_linked");
    assert!(issuer.asked().pop().unwrap().contains(issuer::SECRET));
}

#[tokio::test]
async fn l3_an_id_token_that_does_not_hold_opens_nothing() {
    let (house, issuer) = with_issuer().await;
    let with = |name: &'static str, value: Value| {
        move |mut claims: Value| {
            claims[name] = value;
            issuer::signed(&claims)
        }
    };
    type Lie = Box<dyn FnOnce(Value) -> String>;
    let long_ago = house.server.clock().now().0 / 1000 - 1;
    let lies: Vec<(&str, Lie)> = vec![
        ("another's signature", Box::new(|claims| issuer::signed_by_another(&claims))),
        ("no signature", Box::new(|claims| issuer::unsigned(&claims))),
        ("a signature by the secret", Box::new(|claims| issuer::signed_by_secret(&claims))),
        (
            "changed after signing",
            Box::new(|claims| {
                let token = issuer::signed(&claims);
                let mut other = claims;
                other["sub"] = json!("somebody-else");
                let parts: Vec<&str> = token.split('.').collect();
                let forged = issuer::signed(&other);
                format!("{}.{}.{}", parts[0], forged.split('.').nth(1).unwrap(), parts[2])
            }),
        ),
        ("another nonce", Box::new(with("nonce", json!("another")))),
        ("no nonce", Box::new(with("nonce", Value::Null))),
        ("for another client", Box::new(with("aud", json!("another-client")))),
        ("for others too", Box::new(with("aud", json!([issuer::CLIENT, "another-client"])))),
        ("of another issuer", Box::new(with("iss", json!("https://issuer.example")))),
        ("over", Box::new(with("exp", json!(long_ago)))),
        ("no token at all", Box::new(|_| String::new())),
    ];
    for (lie, token) in lies {
        let answer = come_back(&house, &issuer, token).await;
        assert_eq!(answer.json()["code"], "provider_refused", "{lie}: {}", answer.json());
        assert_eq!(answer.actions(), ["back", "go"], "{lie}");
    }
    // The same visitor, the same provider, without a lie.
    come_back(&house, &issuer, |claims| issuer::signed(&claims)).await.notice("provider_not_linked");
    assert_eq!(house.count("SELECT count(*) FROM session"), 0);
}

#[tokio::test]
async fn l3_a_provider_that_is_down_or_cannot_be_read_says_so() {
    let (house, issuer) = with_issuer().await;
    let mut visitor = at_providers(&house).await;
    let asked = query(&go(&mut visitor, "acme").await);
    issuer.answer(503, "<h1>Busy</h1>".into());
    let input = with_code(&asked["state"], "");
    says(visitor.act("return", input).await, "provider_unavailable");
    // It describes somebody else, or leads to where nobody is to be led.
    for (name, value) in [
        ("issuer", json!("https://issuer.example")),
        ("authorization_endpoint", json!("http://issuer.example/authorize")),
        ("authorization_endpoint", json!("javascript:alert(1)")),
    ] {
        let (house, issuer) = with_issuer().await;
        issuer.describe(name, value);
        let mut visitor = at_providers(&house).await;
        says(visitor.act("go", json!({"provider": "acme"})).await, "provider_unavailable");
    }
    drop(issuer);
    let told = says(visitor.act("go", json!({"provider": "acme"})).await, "provider_unavailable");
    assert_eq!(told.actions(), ["back", "go"]);
    visitor.act("back", json!({})).await.at("identify");
}

#[tokio::test]
async fn l3_a_provider_that_says_who_it_is_has_to_say_so_each_time() {
    let (house, issuer) = with_issuer().await;
    issuer.describe("authorization_response_iss_parameter_supported", json!(true));
    let mut visitor = at_providers(&house).await;
    let asked = query(&go(&mut visitor, "acme").await);
    let claims = issuer.claims("somebody", &asked["nonce"], house.server.clock().now().0 / 1000);
    issuer.answer_with(&issuer::signed(&claims));
    let input = with_code(&asked["state"], "");
    visitor.act("return", input).await.problem(422, "provider_refused");
    assert!(issuer.asked().is_empty(), "the code is given to nobody");
}

#[tokio::test]
async fn l3_nothing_of_a_return_is_logged_or_kept() {
    let house = House::open().await;
    let mut haruto = at_providers(&house).await;
    let url = go(&mut haruto, "line").await;
    let place = decide(&house, &url, "agree", "haruto").await;
    let (code, state) = (query(&place)["code"].clone(), query(&place)["state"].clone());
    haruto.send("GET", place.strip_prefix(house.server.origin()).unwrap(), &[], b"").await;
    is_in(&haruto.act("return", returned(&place)).await, "sakura");
    let log = house.server.log_lines().join("\n");
    let directory = house.stop().await;
    let kept: Vec<u8> = ["daemun.db", "daemun.db-wal"]
        .iter()
        .flat_map(|name| std::fs::read(directory.path().join(name)).unwrap_or_default())
        .collect();
    for secret in [&code, &state] {
        assert!(!log.contains(secret.as_str()));
        assert!(!kept.windows(secret.len()).any(|some| some == secret.as_bytes()));
    }
}
