//! The list of accounts that a native host shares between its apps (FEATURES L6): which app has it, what it opens, and that no app takes
//! anything off it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::handoff::{VERIFIER, challenge, redeem, session};
use crate::visitor::{Answer, House, Visitor};

const MINJI: &str = "minji@daemun.test";
const PASSWORD: &str = "nuri-Minji-2024!";

/// What the host drew for its apps.
fn secret() -> String {
    URL_SAFE_NO_PAD.encode([7; 32])
}

/// The accounts that the step lists, told without their handles.
fn listed(answer: &Answer) -> Vec<Value> {
    answer.flow()["step"]["accounts"].as_array().cloned().unwrap_or_default()
}

fn handle(account: &Value) -> String {
    account["id"].as_str().unwrap().to_owned()
}

/// Minji signs in in an app's webview that keeps nothing, and the app takes the session over.
async fn signs_in(house: &House, hints: Value, remember: bool) -> String {
    let mut webview = house.visitor();
    let mut hints = hints;
    hints["organisation"] = json!("nuri");
    hints["handoff"] = json!(challenge(VERIFIER));
    webview.begin(hints).await.at("password");
    let input = json!({"identifier": MINJI, "password": PASSWORD, "remember_account": remember});
    let done = webview.submit(input).await.flow();
    let redeemed = redeem(house, &json!({"code": done["handoff"], "verifier": VERIFIER})).await;
    redeemed.json()["token"].as_str().unwrap_or_else(|| panic!("{done}")).to_owned()
}

/// Another app's webview, with the list or without.
async fn opens(house: &House, hints: Value) -> (Visitor, Vec<Value>) {
    let mut webview = house.visitor();
    let door = webview.begin(hints).await.at("identify");
    (webview, listed(&door))
}

/// L6: an account that was signed in to in one app is offered in the others that have the list, with a proof as ever.
#[tokio::test]
async fn l6_the_apps_of_a_host_share_a_list() {
    let house = House::open().await;
    signs_in(&house, json!({"account_list": secret()}), true).await;
    let (mut webview, accounts) =
        opens(&house, json!({"account_list": secret(), "handoff": challenge(VERIFIER)})).await;
    let mut account = accounts[0].clone();
    let id = handle(&account);
    account.as_object_mut().unwrap().remove("id");
    let told = json!({"name": "김민지", "identifier": "mi***@daemun.test", "workspace": "누리소프트", "method": "password",
        "shared": true});
    assert_eq!((accounts.len(), &account), (1, &told));
    let actions = webview.read().await.actions();
    assert!(actions.contains(&"choose".to_owned()) && !actions.contains(&"forget".to_owned()), "{actions:?}");
    webview.act("choose", json!({"account": id})).await.at("password");
    webview.submit(json!({"password": "wrong"})).await.problem(422, "credentials_wrong");
    let done = webview.submit(json!({"password": PASSWORD})).await.flow();
    assert_eq!(done["status"], "complete", "{done}");
    assert!(done["handoff"].is_string(), "{done}");
    // What is stored opens no list, and the list of one host is not that of another.
    let raw = format!("SELECT count(*) FROM remembered_account WHERE list = x'{}'", "07".repeat(32));
    assert_eq!((house.count("SELECT count(DISTINCT list) FROM remembered_account"), house.count(&raw)), (2, 0));
    let other = URL_SAFE_NO_PAD.encode([8; 32]);
    assert_eq!(opens(&house, json!({"account_list": other})).await.1, Vec::<Value>::new());
}

/// L6: an app that is left out neither sees the list nor adds to it; and nobody is on it who did not want that.
#[tokio::test]
async fn l6_an_app_can_be_left_out_of_the_list() {
    let house = House::open().await;
    let shared = json!({"account_list": secret()});
    signs_in(&house, json!({}), true).await;
    assert_eq!(opens(&house, shared.clone()).await.1, Vec::<Value>::new(), "it was left out");
    signs_in(&house, shared.clone(), false).await;
    assert_eq!(opens(&house, shared.clone()).await.1, Vec::<Value>::new(), "its member did not want that");
    signs_in(&house, shared.clone(), true).await;
    assert_eq!(opens(&house, shared.clone()).await.1.len(), 1);
    assert_eq!(opens(&house, json!({})).await.1, Vec::<Value>::new());
    // Who is on it already goes on being there, with the method used last.
    house.sql("UPDATE remembered_account SET method = 'passkey'");
    signs_in(&house, shared.clone(), false).await;
    assert_eq!(opens(&house, shared).await.1[0]["method"], "password");
}

/// L6: × is about the app's own list; what the apps share stays, whatever is sent.
#[tokio::test]
async fn l6_taking_off_leaves_the_shared_list_alone() {
    let house = House::open().await;
    let shared = json!({"account_list": secret()});
    let mut app = house.visitor();
    app.begin(json!({"organisation": "nuri", "account_list": secret()})).await.at("password");
    app.submit(json!({"identifier": MINJI, "password": PASSWORD, "remember_account": true})).await;
    app.signs_out();
    // On both it is listed once, as this app's own.
    let door = app.begin(shared.clone()).await.at("identify");
    assert_eq!(listed(&door).len(), 1);
    assert_eq!(listed(&door)[0].get("shared"), None);
    let own = handle(&listed(&door)[0]);
    let off = app.act("forget", json!({"account": own})).await.at("identify");
    let [was_own, others] = <[Value; 2]>::try_from(listed(&off)).unwrap();
    assert_eq!((&was_own["forgotten"], &others["shared"]), (&json!(true), &json!(true)));
    assert_eq!(off.actions().iter().filter(|name| ["choose", "forget", "restore"].contains(&name.as_str())).count(), 2);
    let theirs = handle(&others);
    assert_ne!(theirs, own, "no handle is worth anything on another list");

    let (mut liar, accounts) = opens(&house, shared.clone()).await;
    assert_eq!(handle(&accounts[0]), theirs);
    liar.act("forget", json!({"account": theirs})).await.problem(403, "action_unavailable");
    // Where there is something of its own to take off, it is no other way round either.
    app.act("restore", json!({"account": own})).await.at("identify");
    app.act("forget", json!({"account": theirs})).await.at("identify");
    assert_eq!(house.count("SELECT count(*) FROM remembered_account"), 2);
    app.act("forget", json!({"account": own})).await.at("identify");
    app.act("choose", json!({"account": theirs})).await.at("password");
    // Without the list its handles are nothing.
    let (mut left_out, _) = opens(&house, json!({})).await;
    left_out.act("choose", json!({"account": theirs})).await.problem(403, "action_unavailable");
}

/// L6: signed out of all apps, the password is asked once more.
#[tokio::test]
async fn l6_signed_out_of_all_apps_the_password_is_asked_once_more() {
    let house = House::open().await;
    let shared = json!({"account_list": secret()});
    let one = signs_in(&house, shared.clone(), true).await;
    let two = signs_in(&house, shared.clone(), true).await;
    let by_line = "UPDATE remembered_account SET method = 'provider:line'";
    house.sql(by_line);
    let chosen = async || {
        let (mut webview, accounts) =
            opens(&house, json!({"account_list": secret(), "handoff": challenge(VERIFIER)})).await;
        webview.act("choose", json!({"account": handle(&accounts[0])})).await
    };
    chosen().await.at("provider");
    session(&house, "DELETE", &one).await;
    chosen().await.at("provider");
    session(&house, "DELETE", &two).await;
    chosen().await.at("password");
    let _ = signs_in(&house, shared, false).await;
    house.sql(by_line);
    chosen().await.at("provider");
}

/// L6: what is no secret of 256 bits is refused at once; and a browser's own secret is that of no list.
#[tokio::test]
async fn l6_what_cannot_be_a_lists_secret_is_malformed() {
    let house = House::open().await;
    let mut minji = house.visitor();
    for bad in ["", "short", &"a".repeat(42), &"=".repeat(43), &format!("{}a", secret()), &"𝕏".repeat(43)] {
        minji.begin(json!({"account_list": bad})).await.problem(400, "malformed");
    }
    minji.begin(json!({"organisation": "nuri"})).await.at("password");
    minji.submit(json!({"identifier": MINJI, "password": PASSWORD, "remember_account": true})).await;
    let browser = minji.cookie("__Host-daemun_browser").unwrap().to_owned();
    assert_eq!(opens(&house, json!({"account_list": browser})).await.1, Vec::<Value>::new());
}
