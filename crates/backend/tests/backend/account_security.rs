//! P2: an administrator reads the policy, looks at what a change does to members, and saves just that.

use serde_json::{Value, json};

use crate::visitor::{Answer, House, Visitor};

const SUJIN: &str = "sujin@daemun.test";
const SUJINS: &str = "nuri-Sujin-2024!";
const DOHYUN: &str = "dohyun@daemun.test";
const DOHYUNS: &str = "nuri-Dohyun-2024!";
const MINJI: &str = "minji@daemun.test";
const MINJIS: &str = "nuri-Minji-2024!";
const DAY: u64 = 24 * 3600;

/// Somebody who has just signed in, at the policy.
async fn at_policy(house: &House, email: &str, password: &str) -> Visitor {
    let mut visitor = house.visitor();
    visitor.sign_in(house, email, "nuri", password).await;
    visitor.begin_with("policy", json!({})).await;
    visitor
}

async fn sujin(house: &House) -> Visitor {
    at_policy(house, SUJIN, SUJINS).await
}

async fn review(visitor: &mut Visitor, changes: Value) -> Answer {
    visitor.act("review", json!({"changes": changes})).await
}

/// Reviews and saves.
async fn decide(visitor: &mut Visitor, changes: Value) -> Answer {
    review(visitor, changes).await.at("policy_review");
    visitor.act("save", json!({"confirmed": true})).await.at("account_security")
}

/// To how many members something happens, by the review's count.
#[track_caller]
fn members(answer: &Answer, code: &str) -> u64 {
    let flow = answer.flow();
    let effects = flow["step"]["effects"].as_array().unwrap();
    effects.iter().find(|effect| effect["code"] == code).map_or(0, |effect| effect["members"].as_u64().unwrap())
}

fn messages(answer: &Answer) -> Vec<String> {
    let flow = answer.flow();
    flow["messages"].as_array().into_iter().flatten().map(|said| said["code"].as_str().unwrap().into()).collect()
}

async fn policy_of(house: &House, workspace: &str) -> Value {
    house.visitor().send("GET", &format!("/sandbox/workspaces/{workspace}/policy"), &[], b"").await.json()
}

#[tokio::test]
async fn p2_an_administrator_reads_reviews_and_saves() {
    let house = House::open().await;
    let mut sujin = sujin(&house).await;
    let seen = sujin.read().await.at("account_security");
    assert_eq!(
        seen.flow()["step"]["policy"],
        json!({
            "password_format": "letters_digits", "password_min_length": 8, "password_max_age_days": 0,
            "password_history": 0, "attempt_limit": 0, "two_factor": "optional", "phone_entry": true,
            "line_entry": true, "naver_entry": true, "quick_login": false, "quick_login_two_factors": false, "device_unlock": true, "device_approval": false,
        })
    );
    assert_eq!(seen.actions(), ["done", "review", "show_denied_members"]);
    assert_eq!(seen.flow()["kind"], "policy");

    let changes = json!({"password_min_length": 12, "attempt_limit": 5, "phone_entry": true});
    let reviewed = review(&mut sujin, changes).await.at("policy_review");
    // What is like that already is no change.
    assert_eq!(reviewed.flow()["step"]["draft"], json!({"password_min_length": 12, "attempt_limit": 5}));
    assert_eq!(members(&reviewed, "next_password"), 5, "all who have a password: {}", reviewed.json());
    assert_eq!(policy_of(&house, "nuri").await["password_min_length"], 8, "nothing is saved yet");

    let saved = sujin.act("save", json!({})).await.at("account_security");
    assert_eq!(messages(&saved), ["policy_saved"]);
    let policy = policy_of(&house, "nuri").await;
    assert_eq!((&policy["password_min_length"], &policy["attempt_limit"]), (&json!(12), &json!(5)));
    let log = saved.flow()["step"]["log"].clone();
    assert_eq!(log.as_array().unwrap().len(), 1);
    assert_eq!(
        (&log[0]["who"], &log[0]["from"], &log[0]["to"]),
        (
            &json!("오수진"),
            &json!({"password_min_length": 8, "attempt_limit": 0}),
            &json!({"password_min_length": 12, "attempt_limit": 5})
        )
    );
    // One workspace's policy is no other's.
    assert_eq!(policy_of(&house, "sakura").await["password_min_length"], 8);
    let mail = &house.mails(SUJIN).await[0];
    assert!(mail["text"].as_str().unwrap().contains("8 → 12"), "{mail}");
    assert!(sujin.act("done", json!({})).await.flow()["status"] == "complete");
}

#[tokio::test]
async fn p2_who_is_signed_out_or_no_administrator_learns_nothing() {
    let house = House::open().await;
    house.visitor().begin_with("policy", json!({})).await.problem(403, "sign_in_required");
    let mut minji = at_policy(&house, MINJI, MINJIS).await;
    let told = minji.read().await.notice("not_administrator");
    let told = told.flow();
    assert_eq!(told["step"]["params"], json!({"workspace": "누리소프트"}));
    assert!(!told.to_string().contains("password_"), "{told}");
    let rev = told["rev"].clone();
    for (name, input) in [
        ("review", json!({"changes": {"attempt_limit": 5}})),
        ("save", json!({"confirmed": true})),
        ("back", json!({})),
    ] {
        minji.act(name, input).await.problem(403, "action_unavailable");
    }
    assert_eq!(minji.read().await.flow()["rev"], rev);
    assert_eq!(minji.act("done", json!({})).await.flow()["status"], "complete");
    assert_eq!(policy_of(&house, "nuri").await["attempt_limit"], json!(null));
}

/// Whose administrator somebody is, is the account's business: an administrator elsewhere decides nothing here.
#[tokio::test]
async fn p2_an_administrator_of_another_workspace_decides_there_alone() {
    let house = House::open().await;
    house.play("haruto_administrator").await;
    let mut haruto = house.visitor();
    haruto.sign_in(&house, "haruto@daemun.test", "sakura", "sakura-Haruto-2024!").await;
    haruto.begin_with("policy", json!({})).await.at("account_security");
    assert_eq!(haruto.flow["workspace"]["id"], "sakura");
    decide(&mut haruto, json!({"password_min_length": 15})).await;
    assert_eq!(policy_of(&house, "sakura").await["password_min_length"], 15);
    assert_eq!(policy_of(&house, "nuri").await["password_min_length"], 8);
    assert!(house.mails(SUJIN).await.iter().all(|mail| !mail["text"].as_str().unwrap().contains("8 → 15")));
    // Nobody else's flow is anybody's.
    let sujin = sujin(&house).await;
    let path = haruto.flow_path();
    sujin.send("GET", &path, &[("Daemun-Version", "1")], b"").await.problem(404, "flow_unknown");
}

/// Who was an administrator when it began, and is none any more, decides nothing and sees nothing.
#[tokio::test]
async fn p2_who_is_no_administrator_any_more_is_out_at_once() {
    let house = House::open().await;
    let mut sujin = sujin(&house).await;
    review(&mut sujin, json!({"attempt_limit": 5})).await.at("policy_review");
    house.sql("UPDATE account SET super_administrator = 0");
    let seen = sujin.read().await.flow();
    assert_eq!((&seen["status"], &seen["reason"]), (&json!("ended"), &json!("signed_out")));
    sujin.act("save", json!({"confirmed": true})).await.problem(409, "stale");
    assert_eq!(policy_of(&house, "nuri").await["attempt_limit"], json!(null));
    sujin.begin_with("policy", json!({})).await.notice("not_administrator");
}

#[tokio::test]
async fn p2_a_session_that_is_lost_meanwhile_saves_nothing() {
    let house = House::open().await;
    let mut sujin = sujin(&house).await;
    review(&mut sujin, json!({"attempt_limit": 5})).await.at("policy_review");
    sujin.signs_out();
    let answer = sujin.act("save", json!({})).await.problem(409, "stale");
    assert_eq!(answer.flow()["reason"], "signed_out");
    assert_eq!(policy_of(&house, "nuri").await["attempt_limit"], json!(null));
}

#[tokio::test]
async fn p2_what_nobody_can_choose_is_refused_at_its_option() {
    let house = House::open().await;
    let mut sujin = sujin(&house).await;
    for (changes, options) in [
        (json!({"password_min_length": 7}), &["password_min_length"][..]),
        (json!({"password_min_length": 21}), &["password_min_length"]),
        (json!({"password_min_length": 0}), &["password_min_length"]),
        (json!({"password_min_length": 4_294_967_295_u32}), &["password_min_length"]),
        (json!({"password_max_age_days": 31}), &["password_max_age_days"]),
        (json!({"password_history": 6}), &["password_history"]),
        (json!({"attempt_limit": 101}), &["attempt_limit"]),
        (
            json!({"password_min_length": 3, "password_max_age_days": 1, "password_history": 9, "attempt_limit": 1000}),
            &["password_min_length", "password_max_age_days", "password_history", "attempt_limit"],
        ),
    ] {
        let refused = review(&mut sujin, changes.clone()).await.refused();
        let expected: Vec<_> =
            options.iter().map(|option| (format!("/input/changes/{option}"), "option_invalid".to_owned())).collect();
        assert_eq!(refused, expected, "{changes}");
    }
    for changes in [
        json!({"password_min_length": -8}),
        json!({"password_min_length": 8.5}),
        json!({"password_min_length": "8"}),
        json!({"password_min_length": 4_294_967_296_u64}),
        json!({"password_format": "emoji"}),
        json!({"two_factor": "sometimes"}),
        json!({"phone_entry": "yes"}),
        json!({"phone_entry": 1}),
        json!([]),
        json!(["letters_digits", 12]),
        json!("attempt_limit"),
    ] {
        review(&mut sujin, changes.clone()).await.problem(400, "malformed");
    }
    // What is no option of this policy, whatever it may be elsewhere, is none.
    let others = [json!({"fly": true}), json!({"managed_profiles": true, "capacity": 1, "email_entry": false})];
    let same = [json!({}), json!({"attempt_limit": 0}), json!({"attempt_limit": null})];
    for changes in others.into_iter().chain(same) {
        let refused = review(&mut sujin, changes).await.refused();
        assert_eq!(refused, [("/input/changes".into(), "nothing_changed".into())]);
    }
    let missing = sujin.act("review", json!({})).await.refused();
    assert_eq!(missing, [("/input/changes".into(), "required".into())]);
    sujin.act("save", json!({"confirmed": true})).await.problem(403, "action_unavailable");
    sujin.read().await.at("account_security");
    let policy = policy_of(&house, "nuri").await;
    assert_eq!((&policy["managed_profiles"], &policy["email_entry"]), (&json!(false), &json!(true)));
    assert_eq!(house.count("SELECT count(*) FROM policy_change"), 0);
}

/// Saving takes a fresh proof; what was filled in is there after it, and after thinking better of it.
#[tokio::test]
async fn p2_a_fresh_proof_comes_before_the_review() {
    let house = House::open().await;
    let mut sujin = sujin(&house).await;
    assert_eq!(sujin.flow["actions"]["review"], json!({}));
    house.advance(10 * 60);
    assert_eq!(sujin.read().await.flow()["actions"]["review"], json!({"proof": "fresh"}));
    review(&mut sujin, json!({"password_min_length": 7})).await.problem(422, "input_invalid");
    review(&mut sujin, json!({"attempt_limit": 5})).await.at("password");
    let back = sujin.act("back", json!({})).await.at("account_security");
    assert_eq!(back.flow()["step"]["draft"], json!({"attempt_limit": 5}));
    review(&mut sujin, json!({"attempt_limit": 5})).await.at("password");
    sujin.submit(json!({"password": "wrong guess 1"})).await.problem(422, "credentials_wrong");
    sujin.submit(json!({"password": SUJINS})).await.at("policy_review");
    // Whoever leaves the review alone for long proves it once more, and looks again.
    house.advance(10 * 60);
    assert_eq!(sujin.read().await.flow()["actions"]["save"], json!({"proof": "fresh"}));
    sujin.act("save", json!({})).await.at("password");
    assert_eq!(policy_of(&house, "nuri").await["attempt_limit"], json!(null), "a proof saves nothing by itself");
    sujin.submit(json!({"password": SUJINS})).await.at("policy_review");
    sujin.act("save", json!({})).await.at("account_security");
    assert_eq!(policy_of(&house, "nuri").await["attempt_limit"], 5);
}

/// Two at once: who is late saves nothing, is told, and finds the own changes filled in over the new policy.
#[tokio::test]
async fn p2_a_change_that_was_looked_at_beside_another_policy_is_not_saved() {
    let house = House::open().await;
    house.play("dohyun_administrator").await;
    let (mut sujin, mut dohyun) = (sujin(&house).await, at_policy(&house, DOHYUN, DOHYUNS).await);
    review(&mut sujin, json!({"attempt_limit": 5})).await.at("policy_review");
    decide(&mut dohyun, json!({"password_history": 3})).await;
    let late = sujin.act("save", json!({})).await.at("account_security");
    assert_eq!(messages(&late), ["policy_changed_meanwhile"]);
    assert_eq!(late.flow()["step"]["draft"], json!({"attempt_limit": 5}));
    assert_eq!(late.flow()["step"]["policy"]["password_history"], 3);
    assert_eq!(late.flow()["step"]["log"][0]["who"], "정도현");
    assert_eq!(policy_of(&house, "nuri").await["attempt_limit"], json!(null));
    decide(&mut sujin, json!({"attempt_limit": 5})).await;
    let policy = policy_of(&house, "nuri").await;
    assert_eq!((&policy["attempt_limit"], &policy["password_history"]), (&json!(5), &json!(3)));
    // Each is mailed what the other has done.
    for administrator in [SUJIN, DOHYUN] {
        let mails = house.mails(administrator).await;
        let about = |who: &str| mails.iter().any(|mail| mail["text"].as_str().unwrap().starts_with(who));
        assert!(about("오수진") && about("정도현"), "{administrator}: {mails:?}");
    }
    assert!(house.mails(MINJI).await.iter().all(|mail| !mail["text"].as_str().unwrap().contains(" → ")));
}

/// The same decision of two: the second is told that there is nothing left to decide.
#[tokio::test]
async fn p2_the_same_change_by_two_is_one() {
    let house = House::open().await;
    house.play("dohyun_administrator").await;
    let (mut sujin, mut dohyun) = (sujin(&house).await, at_policy(&house, DOHYUN, DOHYUNS).await);
    house.advance(10 * 60);
    review(&mut sujin, json!({"attempt_limit": 5})).await.at("password");
    review(&mut dohyun, json!({"attempt_limit": 5})).await.at("password");
    dohyun.submit(json!({"password": DOHYUNS})).await.at("policy_review");
    dohyun.act("save", json!({})).await.at("account_security");
    let late = sujin.submit(json!({"password": SUJINS})).await.at("account_security");
    assert_eq!(messages(&late), ["policy_changed_meanwhile"]);
    assert_eq!(late.flow()["step"]["draft"], json!({}));
    assert_eq!(house.count("SELECT count(*) FROM policy_change"), 1);
}

/// A save that is sent again is answered again, and does nothing again.
#[tokio::test]
async fn p2_a_lost_answer_saves_once() {
    let house = House::open().await;
    let mut sujin = sujin(&house).await;
    review(&mut sujin, json!({"attempt_limit": 5})).await.at("policy_review");
    let (path, body) = (sujin.act_path("save"), sujin.act_body(json!({})));
    let first = sujin.post(&path, "save-once-1", &body).await.at("account_security");
    let again = sujin.post(&path, "save-once-1", &body).await.at("account_security");
    assert_eq!(first.body, again.body);
    sujin.post(&path, "save-once-2", &body).await.problem(409, "stale");
    assert_eq!(house.count("SELECT count(*) FROM policy_change"), 1);
}

/// Seed 003: required, while profiles are kept by the organisation, shuts out who has no contact.
#[tokio::test]
async fn p2_members_who_would_be_locked_out_are_counted_and_it_has_to_be_confirmed() {
    let house = House::open().await;
    let mut sujin = sujin(&house).await;
    // Active members of nuri: minji, dohyun and taeyang have contacts; jiho, sujin and soyeon have none.
    let reviewed = review(&mut sujin, json!({"two_factor": "required"})).await.at("policy_review");
    assert_eq!((members(&reviewed, "enrol_factor"), members(&reviewed, "locked_out")), (3, 0));
    sujin.act("back", json!({})).await.at("account_security");
    house.play("nuri_managed_profiles_on").await;
    let reviewed = review(&mut sujin, json!({"two_factor": "required"})).await.at("policy_review");
    assert_eq!((members(&reviewed, "enrol_factor"), members(&reviewed, "locked_out")), (0, 3));
    let refused = sujin.act("save", json!({})).await.refused();
    assert_eq!(refused, [("/input/confirmed".into(), "confirmation_required".into())]);
    assert_eq!(policy_of(&house, "nuri").await["two_factor"], "optional");

    // One more would be by now: what was confirmed was another number.
    house.sql("UPDATE account SET personal_email = NULL WHERE email = 'dohyun@daemun.test' AND workspace = 'nuri'");
    let more = sujin.act("save", json!({"confirmed": true})).await.at("policy_review");
    assert_eq!((messages(&more), members(&more, "locked_out")), (vec!["policy_locks_out_more".into()], 4));
    assert_eq!(policy_of(&house, "nuri").await["two_factor"], "optional");
    sujin.act("save", json!({"confirmed": true})).await.at("account_security");
    assert_eq!(policy_of(&house, "nuri").await["two_factor"], "required");

    // It was true: dohyun is shut out, minji is asked for her second factor.
    let mut dohyun = house.visitor();
    dohyun.reach_password(&house, DOHYUN, "nuri").await;
    dohyun.submit(json!({"password": DOHYUNS})).await.notice("second_factor_missing");
    let mut minji = house.visitor();
    minji.reach_password(&house, MINJI, "nuri").await;
    minji.submit(json!({"password": MINJIS})).await.at("choose_factor");
}

#[tokio::test]
async fn p2_passwords_that_expire_by_it_are_counted() {
    let house = House::open().await;
    house.advance(40 * DAY);
    let mut sujin = sujin(&house).await;
    for (days, over) in [(30, 5), (60, 0)] {
        let reviewed = review(&mut sujin, json!({"password_max_age_days": days})).await.at("policy_review");
        assert_eq!(members(&reviewed, "password_expired"), over, "{days} days");
        sujin.act("back", json!({})).await.at("account_security");
    }
    decide(&mut sujin, json!({"password_max_age_days": 30})).await;
    // Nobody is signed out by it, and it is asked for at the next sign-in.
    sujin.begin_with("policy", json!({})).await.at("account_security");
    let mut minji = house.visitor();
    minji.reach_password(&house, MINJI, "nuri").await;
    minji.submit(json!({"password": MINJIS})).await.at("new_password");
    // They were over before the next change, which does not count them again.
    let reviewed = review(&mut sujin, json!({"password_max_age_days": 60})).await.at("policy_review");
    assert_eq!(members(&reviewed, "password_expired"), 0);
}

/// Who uses what is to be denied is counted; who has nothing else besides is locked out.
#[tokio::test]
async fn p2_who_uses_a_method_that_is_denied_is_counted() {
    let house = House::open().await;
    let mut sujin = sujin(&house).await;
    // minji, jiho, taeyang and soyeon have linked numbers.
    let reviewed = review(&mut sujin, json!({"phone_entry": false})).await.at("policy_review");
    assert_eq!((members(&reviewed, "phone_denied"), members(&reviewed, "locked_out")), (4, 0));
    sujin.act("back", json!({})).await.at("account_security");
    house.policy("nuri", json!({"email_entry": false, "organisation_entry": false})).await;
    let reviewed = review(&mut sujin, json!({"phone_entry": false})).await.at("policy_review");
    // minji and taeyang have a connected account elsewhere.
    assert_eq!((members(&reviewed, "phone_denied"), members(&reviewed, "locked_out")), (4, 2));
    sujin.act("back", json!({})).await.at("account_security");
    house.policy("nuri", json!({"email_entry": true, "organisation_entry": true})).await;
    decide(&mut sujin, json!({"phone_entry": false})).await;
    let reviewed = review(&mut sujin, json!({"phone_entry": true})).await.at("policy_review");
    assert_eq!(members(&reviewed, "notified"), 6, "all who have joined");
}

/// The log ends somewhere, and shows the newest.
#[tokio::test]
async fn p2_the_last_twenty_decisions_are_shown() {
    let house = House::open().await;
    let mut sujin = sujin(&house).await;
    for turn in 0..11 {
        house.advance(60);
        for history in [1 + turn % 4, 0] {
            if turn == 9 && history == 0 {
                // The proof is old by then.
                continue;
            }
            if turn < 9 {
                decide(&mut sujin, json!({"password_history": history})).await;
            }
        }
    }
    let seen = sujin.read().await.at("account_security");
    assert_eq!(seen.flow()["step"]["log"].as_array().unwrap().len(), 18);
    sujin.signs_out();
    sujin.sign_in(&house, SUJIN, "nuri", SUJINS).await;
    sujin.begin_with("policy", json!({})).await.at("account_security");
    for length in [9, 10, 11] {
        decide(&mut sujin, json!({"password_min_length": length})).await;
    }
    let log = sujin.read().await.flow()["step"]["log"].clone();
    assert_eq!(log.as_array().unwrap().len(), 20);
    assert_eq!(log[0]["to"], json!({"password_min_length": 11}));
    assert_eq!(log[0]["from"], json!({"password_min_length": 10}));
}

/// P1: what is denied cannot be used by the next act, in a sign-in under way too; whoever is in stays in.
#[tokio::test]
async fn p1_a_denial_bites_at_the_next_login_and_signs_nobody_out() {
    let house = House::open().await;
    let mut sujin = sujin(&house).await;
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", MINJIS).await;
    let mut haruto = house.visitor();
    haruto.begin(json!({})).await;
    haruto.submit(json!({"identifier": "010-8765-4321"})).await.at("code");
    let sessions = house.count("SELECT count(*) FROM session");
    let changes = json!({
        "phone_entry": false, "device_unlock": false, "password_format": "letters_digits_symbols",
        "password_min_length": 20, "password_history": 5,
    });
    decide(&mut sujin, changes).await;
    assert_eq!(house.count("SELECT count(*) FROM session"), sessions, "nobody is signed out");
    minji.begin_with("security", json!({})).await.at("security");
    minji.act("show_devices", json!({})).await.at("trusted_devices");
    assert!(!minji.read().await.actions().contains(&"register".to_owned()));
    let code = house.newest_code("010-8765-4321").await;
    haruto.submit(json!({"code": code})).await.notice("method_not_allowed");
    // The password of before still opens, whatever is asked of the next one.
    let mut again = house.visitor();
    again.sign_in(&house, MINJI, "nuri", MINJIS).await;
}

/// P1: a way that comes to be allowed is mailed to all who have joined, each in their language; at most once in a day.
#[tokio::test]
async fn p1_what_is_newly_allowed_is_mailed_to_all_members_once() {
    let house = House::open().await;
    let mut sujin = sujin(&house).await;
    let members = ["minji", "dohyun", "taeyang", "jiho", "soyeon"];
    let ways = ["phone_entry", "device_unlock", "quick_login"];
    house.policy("nuri", json!({"phone_entry": false, "device_unlock": false, "quick_login": false})).await;
    let reviewed = review(&mut sujin, json!({"phone_entry": true, "device_unlock": true, "quick_login": true})).await;
    assert_eq!(members_told(&reviewed), 6);
    sujin.act("save", json!({})).await.at("account_security");
    for member in members {
        let mails = house.mails(&format!("{member}@daemun.test")).await;
        let told = mails.iter().filter(|mail| mail["subject"].as_str().unwrap().starts_with("누리소프트"));
        assert_eq!(told.count(), ways.len(), "{member}: {mails:?}");
    }
    // Who is registered and has not joined, and members elsewhere, have nothing to hear.
    for other in ["yuna@daemun.test", "haruto@daemun.test"] {
        assert_eq!(house.mails(other).await, Vec::<Value>::new(), "{other}");
    }
    let before = house.mails(MINJI).await.len();
    for way in ways {
        decide(&mut sujin, json!({way: false})).await;
        let reviewed = review(&mut sujin, json!({way: true})).await.at("policy_review");
        assert_eq!(members_told(&reviewed), 0, "{way}: it was told a moment ago");
        sujin.act("save", json!({})).await.at("account_security");
    }
    assert_eq!(house.mails(MINJI).await.len(), before);
    house.advance(DAY);
    house.policy("nuri", json!({"quick_login": false})).await;
    house.policy("nuri", json!({"quick_login": true})).await;
    assert_eq!(house.mails(MINJI).await.len(), before + 1, "another day");
}

#[track_caller]
fn members_told(reviewed: &Answer) -> u64 {
    members(reviewed, "notified")
}

/// P1: signing in by LINE and by NAVER is decided here too: who has connected such an account is counted, a denial holds for the
/// next sign-in, and what is allowed again is mailed to all.
#[tokio::test]
async fn p1_an_administrator_denies_line_and_naver_and_allows_them_again() {
    let house = House::open().await;
    let mut sujin = sujin(&house).await;
    let policy = sujin.read().await.at("account_security").flow()["step"]["policy"].clone();
    assert_eq!((&policy["line_entry"], &policy["naver_entry"]), (&json!(true), &json!(true)));
    let connected = |provider: &str| {
        let query = "SELECT count(*) FROM external_identity WHERE workspace = 'nuri' AND provider = ";
        u64::try_from(house.count(&format!("{query}'{provider}'"))).unwrap()
    };
    let (by_line, by_naver) = (connected("line"), connected("naver"));
    let reviewed = review(&mut sujin, json!({"line_entry": false, "naver_entry": false})).await.at("policy_review");
    assert_eq!((members(&reviewed, "line_denied"), members(&reviewed, "naver_denied")), (by_line, by_naver));
    assert_eq!(members(&reviewed, "locked_out"), 0);
    sujin.act("save", json!({})).await.at("account_security");
    assert_eq!(policy_of(&house, "nuri").await["denied_providers"], json!(["line", "naver"]));
    let told = house.mails(MINJI).await.len();
    let reviewed = review(&mut sujin, json!({"line_entry": true})).await.at("policy_review");
    assert_eq!((members(&reviewed, "line_denied"), members(&reviewed, "notified")), (0, 6));
    sujin.act("save", json!({})).await.at("account_security");
    assert_eq!(policy_of(&house, "nuri").await["denied_providers"], json!(["naver"]));
    assert_eq!(house.mails(MINJI).await.len(), told + 1, "all who have joined are told");

    // Where there is nobody to sign in by, there is nothing to decide.
    let without = House::with(|config| daemun_backend::Config { providers: Some(Vec::new()), ..config }).await;
    let mut sujin = self::sujin(&without).await;
    let policy = sujin.read().await.at("account_security").flow()["step"]["policy"].clone();
    assert_eq!((policy.get("line_entry"), policy.get("naver_entry")), (None, None));
    review(&mut sujin, json!({"line_entry": false})).await.problem(422, "input_invalid");
}
