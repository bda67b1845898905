//! Approval on another device: the member's own phone, and whoever lets a new device in (FEATURES L5, D1 to D6, P1).

use daemun_backend::{Config, Shows};
use serde_json::{Value, json};

use crate::device::{Passkey, stranger};
use crate::visitor::{Answer, House, Visitor, fresh_key};

const MINJI: &str = "minji@daemun.test";
const MINJIS_PASSWORD: &str = "nuri-Minji-2024!";
const DOHYUN: &str = "dohyun@daemun.test";
const SUJIN: &str = "sujin@daemun.test";
const RECOVERY_KEY: &str = "da3m-kn0r-1gat-ek3y-0000-0001";
const SESSION: &str = "__Host-daemun_session";

impl Visitor {
    pub async fn approvals(&mut self) -> Answer {
        self.begin_with("approve", json!({})).await
    }

    pub fn number(&self) -> String {
        self.flow["step"]["number"].as_str().unwrap().into()
    }

    /// Has a QR code shown; what its address ends with.
    async fn shows_qr(&mut self, step: &str) -> String {
        let shown = self.act("show_qr", json!({})).await.at(step).flow()["step"]["qr"].clone();
        let token = shown["url"].as_str().unwrap().strip_prefix(&format!("{}/approve/", self.origin));
        token.expect("an address of this origin").to_owned()
    }

    /// Opens an address of a request.
    async fn opens(&mut self, named: &str) -> Answer {
        self.begin_with("approve", json!({"request": named})).await
    }

    /// Opens the newest request.
    pub async fn looks(&mut self) -> Answer {
        let listed = self.approvals().await.at("approvals");
        let id = listed.flow()["step"]["requests"][0]["id"].clone();
        self.act("choose", json!({"request": id})).await.at("approve")
    }

    /// What the phone says to a number.
    fn said(&self, phone: &mut Passkey, number: &str) -> Value {
        let numbers = self.flow["step"]["numbers"].as_array().unwrap();
        let asked = numbers.iter().find(|asked| asked["number"] == number).expect("the number is listed");
        phone.unlock(&self.origin, &asked["options"])
    }

    pub async fn approves(&mut self, phone: &mut Passkey, number: &str) -> Answer {
        let credential = self.said(phone, number);
        self.act("approve", json!({"number": number, "credential": credential})).await
    }
}

/// Minji's phone: signed in to nuri, and registered.
pub async fn phone(house: &House) -> (Visitor, Passkey) {
    let mut phone = house.visitor();
    phone.sign_in(house, MINJI, "nuri", MINJIS_PASSWORD).await;
    phone.open_devices().await;
    phone.act("register", json!({})).await.at("register_device");
    let (passkey, made) = Passkey::make(&phone.origin, &phone.flow["step"]["options"].clone());
    phone.submit(json!({"credential": made, "name": "Phone"})).await.at("trusted_devices");
    (phone, passkey)
}

/// Her PC, at the number.
pub async fn pc(house: &House) -> Visitor {
    let mut pc = house.visitor();
    pc.reach_password(house, MINJI, "nuri").await;
    pc.act("use_mobile", json!({})).await.at("match_number");
    pc
}

#[track_caller]
fn is_in(answer: &Answer) {
    assert_eq!(answer.flow()["status"], "complete", "{}", answer.json());
}

async fn is_home(visitor: &Visitor) -> bool {
    visitor.send("GET", "/home", &[], b"").await.status == 200
}

/// L5: the PC shows a number, the phone is told who asks from where, chooses it and unlocks; the PC's next look is in.
#[tokio::test]
async fn l5_the_own_phone_signs_the_pc_in() {
    let house = House::open().await;
    let (mut phone, mut passkey) = phone(&house).await;
    let mut pc = pc(&house).await;
    let waiting = pc.read().await.at("match_number").flow();
    assert_eq!(waiting["poll"]["interval"], 3);
    let number = pc.number();
    assert!(number.len() == 2 && number.bytes().all(|digit| digit.is_ascii_digit()), "{number}");

    let listed = phone.approvals().await.at("approvals");
    let request = listed.flow()["step"]["requests"][0].clone();
    assert_eq!((&request["kind"], &request["who"]), (&json!("sign_in"), &json!("김민지")));
    assert_eq!(request["place"], "127.0.0.x");
    assert_ne!(request["id"], pc.flow["id"]);
    let looked = phone.act("choose", json!({"request": request["id"]})).await.at("approve");
    assert_eq!(looked.actions(), ["approve", "back", "deny", "not_me"]);
    let numbers = phone.flow["step"]["numbers"].as_array().unwrap().clone();
    assert_eq!(numbers.len(), 3);
    assert!(numbers.iter().any(|listed| listed["number"] == number.as_str()));
    let refused = phone.act("approve", json!({})).await.refused();
    assert_eq!(refused, [("/input/number".into(), "required".into())]);
    let refused = phone.act("approve", json!({"number": number})).await.refused();
    assert_eq!(refused, [("/input/credential".into(), "required".into())]);
    assert!(pc.read().await.header("set-cookie").is_none());
    phone.approves(&mut passkey, &number).await.notice("request_approved");

    let done = pc.read().await;
    is_in(&done);
    assert_eq!(done.flow()["account"]["identifier"], MINJI);
    assert!(is_home(&pc).await);
    // The answer may be lost: the next one has the session too, and it is the same one.
    let again = pc.read().await;
    assert_eq!(again.header("set-cookie"), done.header("set-cookie"));
    phone.act("back", json!({})).await.at("approvals");
    assert_eq!(phone.flow["step"]["requests"], json!([]));
}

/// L5: after a mobile number it begins at once; SMS stays as another way.
#[tokio::test]
async fn l5_a_mobile_number_asks_the_phone_at_once() {
    let house = House::open().await;
    let (mut phone, mut passkey) = phone(&house).await;
    // Her number is linked in two workspaces: then a code says which.
    let mut pc = house.visitor();
    pc.begin(json!({})).await.at("identify");
    pc.submit(json!({"identifier": "010-2345-6789"})).await.at("code");
    house.policy("hanbit", json!({"phone_entry": false})).await;
    pc.begin(json!({})).await.at("identify");
    pc.submit(json!({"identifier": "010-2345-6789"})).await.at("match_number");
    assert_eq!(pc.act("back", json!({})).await.at("identify").flow()["step"]["identifier"], "010-2345-6789");
    assert_eq!(phone.approvals().await.at("approvals").flow()["step"]["requests"], json!([]));
    pc.submit(json!({"identifier": "010-2345-6789"})).await.at("match_number");
    house.advance(31);
    let code = pc.act("use_other", json!({})).await.at("code");
    assert_eq!(code.flow()["step"]["channel"], "sms");
    assert_eq!(phone.approvals().await.at("approvals").flow()["step"]["requests"], json!([]));
    pc.begin(json!({})).await.at("identify");
    pc.submit(json!({"identifier": "010-2345-6789"})).await.at("match_number");
    phone.looks().await;
    phone.approves(&mut passkey, &pc.number()).await.notice("request_approved");
    is_in(&pc.read().await);
    assert!(is_home(&pc).await);
    // Who has no device gets a code, like anybody.
    let mut haruto = house.visitor();
    haruto.begin(json!({})).await.at("identify");
    haruto.submit(json!({"identifier": "+81 90-1234-5678"})).await.at("code");
}

/// L5: each way it can end says so on both sides, and the PC goes on.
#[tokio::test]
async fn l5_a_refusal_ends_it_clearly() {
    for (how, asked, told) in [
        ("deny", "approval_denied", "request_denied"),
        ("not_me", "approval_not_me", "request_not_me"),
        ("wrong number", "approval_number_wrong", "request_number_wrong"),
    ] {
        let house = House::open().await;
        let (mut phone, mut passkey) = phone(&house).await;
        let mut pc = pc(&house).await;
        phone.looks().await;
        let before = house.mails(MINJI).await.len();
        let answer = if how == "wrong number" {
            let numbers = phone.flow["step"]["numbers"].as_array().unwrap().clone();
            let wrong = numbers.iter().find(|listed| listed["number"] != pc.number().as_str()).unwrap();
            let wrong = wrong["number"].as_str().unwrap().to_owned();
            phone.approves(&mut passkey, &wrong).await
        } else {
            phone.act(how, json!({})).await
        };
        answer.notice(told);
        let ended = pc.read().await.notice(asked);
        assert_eq!(ended.actions(), ["back", "resend", "use_other"]);
        assert!(ended.header("set-cookie").is_none() && pc.cookie(SESSION).is_none());
        pc.act("use_other", json!({})).await.at("password");
        if how == "not_me" {
            assert_eq!(house.mails(MINJI).await.len(), before + 1);
            // Strangers ask no more for an hour; she herself, where she is known, does.
            pc.act("use_mobile", json!({})).await.problem(429, "too_many_requests");
            house.advance(3601);
            pc.reach_password(&house, MINJI, "nuri").await;
            pc.act("use_mobile", json!({})).await.at("match_number");
        } else {
            pc.act("use_mobile", json!({})).await.at("match_number");
            // What was answered answers nothing else.
            assert_eq!(
                phone.act("back", json!({})).await.at("approvals").flow()["step"]["requests"].as_array().unwrap().len(),
                1
            );
        }
    }
}

/// L5: nobody answers, or the PC takes it back: whoever looks at it sees that it is settled.
#[tokio::test]
async fn l5_expired_and_taken_back() {
    let house = House::open().await;
    let (mut phone, mut passkey) = phone(&house).await;
    let mut pc = pc(&house).await;
    phone.looks().await;
    let late = phone.said(&mut passkey, &pc.number());
    house.advance(121);
    phone.act("approve", json!({"number": pc.number(), "credential": late})).await.notice("request_settled");
    let number = pc.number();
    pc.read().await.notice("approval_expired");
    pc.act("resend", json!({})).await.at("match_number");
    assert_ne!(pc.number(), number, "no number is shown twice");
    phone.act("back", json!({})).await.at("approvals");
    phone.looks().await;
    pc.act("back", json!({})).await.at("password");
    phone.read().await.notice("request_settled");
    // Giving the flow up takes it back too.
    house.advance(700);
    pc.act("use_mobile", json!({})).await.at("match_number");
    phone.looks().await;
    let gone = pc.send("DELETE", &pc.flow_path(), &[("Daemun-Version", "1")], b"").await;
    assert_eq!(gone.status, 204);
    phone.read().await.notice("request_settled");
}

/// L5: the QR code leads the phone to the request, and says yes to nothing.
#[tokio::test]
async fn l5_a_qr_code_leads_the_phone_to_the_request() {
    let house = House::open().await;
    let (mut phone, mut passkey) = phone(&house).await;
    let mut pc = pc(&house).await;
    assert!(pc.flow["step"].get("qr").is_none(), "it is there for who asks for it");
    let (rev, number) = (pc.flow["rev"].clone(), pc.number());
    let token = pc.shows_qr("match_number").await;
    assert_eq!((&pc.flow["rev"], pc.number()), (&rev, number.clone()), "the step is the same, renewed");
    assert_eq!(pc.flow["step"]["qr"]["expires_at"], pc.flow["step"]["expires_at"], "no longer than the request");
    assert_eq!(token.len(), 22, "128 bits");
    assert_eq!(pc.read().await.flow()["step"]["qr"], pc.flow["step"]["qr"], "a reload shows it again");
    for table in ["flow", "answer"] {
        assert_eq!(house.count(&format!("SELECT count(*) FROM {table} WHERE state LIKE '%{token}%'")), 0, "{table}");
    }

    // Who is not signed in signs in first; the PC itself is led nowhere, also where it is signed in.
    house.visitor().opens(&token).await.problem(403, "sign_in_required");
    let mut same = pc.clone();
    same.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    same.opens(&token).await.at("approvals");
    assert_eq!(same.flow["step"]["requests"], json!([]));

    // Twice, and nothing has changed by it.
    phone.opens(&token).await.at("approve");
    let looked = phone.opens(&token).await.at("approve");
    assert_eq!(looked.actions(), ["approve", "back", "deny", "not_me"]);
    assert_eq!(phone.flow["step"]["numbers"].as_array().unwrap().len(), 3, "the number is still to be chosen");
    let waiting = pc.read().await.at("match_number");
    assert!(waiting.header("set-cookie").is_none() && pc.cookie(SESSION).is_none());
    assert_eq!(house.count("SELECT count(*) FROM approval WHERE settled IS NOT NULL"), 0);

    phone.approves(&mut passkey, &number).await.notice("request_approved");
    is_in(&pc.read().await);
    phone.opens(&token).await.notice("request_settled");
}

/// L5: it is good for as long as the request, and an own one for each.
#[tokio::test]
async fn l5_a_qr_code_ends_with_its_request() {
    let house = House::open().await;
    let (mut phone, _) = phone(&house).await;
    let mut pc = pc(&house).await;
    house.advance(20);
    let first = pc.shows_qr("match_number").await;
    assert_eq!(pc.flow["step"]["qr"]["expires_at"], pc.flow["step"]["expires_at"], "no longer than the request");
    pc.act("resend", json!({})).await.at("match_number");
    assert!(pc.flow["step"].get("qr").is_none());
    phone.opens(&first).await.notice("request_settled");
    let second = pc.shows_qr("match_number").await;
    house.advance(119);
    phone.opens(&second).await.at("approve");
    house.advance(2);
    phone.opens(&second).await.at("approvals");
    // Nobody has looked at the PC yet: asked now, it says that the request is over, and there is no code for it.
    let over = pc.act("show_qr", json!({})).await.notice("approval_expired");
    assert!(over.flow()["step"].get("qr").is_none());
    pc.act("show_qr", json!({})).await.problem(403, "action_unavailable");
    // Taken back, it is settled.
    pc.act("resend", json!({})).await.at("match_number");
    let third = pc.shows_qr("match_number").await;
    pc.act("back", json!({})).await.at("password");
    phone.opens(&third).await.notice("request_settled");
    pc.act("show_qr", json!({})).await.problem(403, "action_unavailable");
}

/// L5: what somebody else scans leads them to their own list.
#[tokio::test]
async fn l5_anothers_scan_opens_nothing() {
    let house = House::open().await;
    let _phone = phone(&house).await;
    let mut pc = pc(&house).await;
    let token = pc.shows_qr("match_number").await;
    let mut dohyun = house.visitor();
    dohyun.sign_in(&house, DOHYUN, "nuri", "nuri-Dohyun-2024!").await;
    let mut emma = house.visitor();
    emma.sign_in(&house, "emma@daemun.test", "northwind", "northwind-Emma-2024!").await;
    for other in [&mut dohyun, &mut emma] {
        other.opens(&token).await.at("approvals");
        assert_eq!(other.flow["step"]["requests"], json!([]));
    }
    pc.read().await.at("match_number");
}

/// L5: no more than three in ten minutes, one at a time.
#[tokio::test]
async fn l5_a_phone_is_not_asked_for_ever() {
    let house = House::open().await;
    let _phone = phone(&house).await;
    let mut pc = pc(&house).await;
    let mut other = house.visitor();
    other.reach_password(&house, MINJI, "nuri").await;
    let refused = other.act("use_mobile", json!({})).await.problem(429, "too_many_requests");
    assert!((1..=120).contains(&refused.json()["retry_after"].as_u64().unwrap()));
    let mut shown = vec![pc.number()];
    for _ in 0..2 {
        pc.act("resend", json!({})).await.at("match_number");
        shown.push(pc.number());
    }
    shown.sort();
    shown.dedup();
    assert_eq!(shown.len(), 3);
    pc.act("resend", json!({})).await.problem(429, "too_many_requests");
    house.advance(601);
    pc.act("back", json!({})).await.at("password");
    pc.act("use_mobile", json!({})).await.at("match_number");
}

/// L5: the phone's own unlock is the proof: no lie, no other's device, no question of another number or request.
#[tokio::test]
async fn l5_only_the_phones_own_unlock_approves() {
    let house = House::open().await;
    let (mut phone, mut passkey) = phone(&house).await;
    let mut pc = pc(&house).await;
    phone.looks().await;
    let number = pc.number();
    let numbers = phone.flow["step"]["numbers"].as_array().unwrap().clone();
    let other = numbers.iter().find(|listed| listed["number"] != number.as_str()).unwrap().clone();
    let of = |phone: &Visitor, number: &str| {
        let numbers = phone.flow["step"]["numbers"].as_array().unwrap().clone();
        numbers.into_iter().find(|listed| listed["number"] == number).unwrap()["options"].clone()
    };
    // What was said to another number's question is nothing to this one.
    let said = passkey.unlock(&phone.origin, &other["options"]);
    phone.act("approve", json!({"number": number, "credential": said})).await.problem(422, "passkey_refused");
    let said = passkey.unlock_with(&phone.origin, &of(&phone, &number), |said| said.secret = stranger());
    phone.act("approve", json!({"number": number, "credential": said})).await.problem(422, "passkey_refused");
    let said = passkey.unlock_with(&phone.origin, &of(&phone, &number), |said| said.flags = 1);
    phone.act("approve", json!({"number": number, "credential": said})).await.problem(422, "passkey_refused");
    let said = passkey.unlock(&phone.origin, &of(&phone, &number));
    phone.act("approve", json!({"number": "00", "credential": said})).await.problem(422, "input_invalid");
    pc.read().await.at("match_number");

    // Another member neither sees it nor opens it, and the PC itself does not approve itself.
    let id = phone.flow["step"]["request"]["id"].clone();
    let mut dohyun = house.visitor();
    dohyun.sign_in(&house, DOHYUN, "nuri", "nuri-Dohyun-2024!").await;
    dohyun.begin_with("approve", json!({"request": id})).await.at("approvals");
    assert_eq!(dohyun.flow["step"]["requests"], json!([]));
    let flow = pc.flow.clone();
    pc.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    pc.begin_with("approve", json!({"request": id})).await.at("approvals");
    assert_eq!(pc.flow["step"]["requests"], json!([]));
    pc.flow = flow;
    // The truth does.
    let answer = phone.approves(&mut passkey, &number).await;
    answer.notice("request_approved");
    is_in(&pc.read().await);
}

/// D6: from its notification the phone comes to the request itself; signed out, it signs in first.
#[tokio::test]
async fn d6_a_request_by_its_address() {
    let house = House::open().await;
    let (mut phone, _) = phone(&house).await;
    let mut pc = pc(&house).await;
    let id = phone.approvals().await.flow()["step"]["requests"][0]["id"].clone();
    house.visitor().begin_with("approve", json!({"request": id})).await.problem(403, "sign_in_required");
    phone.begin_with("approve", json!({"request": id})).await.at("approve");
    for nonsense in ["", "x", "b7QkVn2sTg5mXw8eRd4zYA"] {
        phone.begin_with("approve", json!({"request": nonsense})).await.at("approvals");
    }
    pc.act("back", json!({})).await.at("password");
    phone.begin_with("approve", json!({"request": id})).await.notice("request_settled");
    phone.signs_out();
    assert_eq!(phone.read().await.flow()["reason"], "signed_out");
}

/// L5, L8: the button is there for who has a device, or, the strict way, wherever the workspace allows it.
#[tokio::test]
async fn l5_what_is_shown_before_the_first_proof_is_the_deployments_choice() {
    let house = House::open().await;
    let mut emma = house.visitor();
    let password = emma.verify(&house, "emma@daemun.test").await.at("password");
    assert!(!password.actions().contains(&"use_mobile".to_owned()));
    emma.act("use_mobile", json!({})).await.problem(403, "action_unavailable");

    let house = House::with(|config| Config { shows: Shows::Workspaces, ..config }).await;
    let (_, _) = phone(&house).await;
    let mut emma = house.visitor();
    let password = emma.verify(&house, "emma@daemun.test").await.at("password");
    let offered = password.actions();
    assert!(offered.contains(&"use_mobile".to_owned()) && offered.contains(&"use_passkey".to_owned()));
    emma.act("use_mobile", json!({})).await.at("match_number");
    house.advance(121);
    emma.read().await.notice("approval_expired");
    // A number leads to a code, whoever's it is.
    let mut pc = house.visitor();
    house.policy("hanbit", json!({"phone_entry": false})).await;
    pc.begin(json!({})).await.at("identify");
    pc.submit(json!({"identifier": "010-2345-6789"})).await.at("code");
    // Where the workspace forbids it, it is nowhere.
    house.policy("northwind", json!({"device_unlock": false})).await;
    let password = emma.verify(&house, "emma@daemun.test").await.at("password");
    assert!(!password.actions().contains(&"use_mobile".to_owned()));
}

/// A house in which nuri has new devices let in, and a colleague who is in.
pub async fn guarded() -> (House, Visitor) {
    let house = House::open().await;
    let mut dohyun = house.visitor();
    dohyun.sign_in(&house, DOHYUN, "nuri", "nuri-Dohyun-2024!").await;
    house.policy("nuri", json!({"device_approval": true})).await;
    (house, dohyun)
}

pub async fn new_device(house: &House) -> Visitor {
    let mut minji = house.visitor();
    minji.reach_password(house, MINJI, "nuri").await;
    minji.submit(json!({"password": MINJIS_PASSWORD})).await.at("wait_approval");
    minji
}

/// D1, D3: a new device waits until somebody who is in lets it in; from then on it is in.
#[tokio::test]
async fn d1_d3_a_colleague_lets_a_new_device_in() {
    let (house, mut dohyun) = guarded().await;
    let mut minji = new_device(&house).await;
    assert!(minji.cookie(SESSION).is_none());
    assert_eq!(minji.flow["step"]["asked"], "everybody");
    assert_eq!(minji.flow["account"]["name"], "김민지");
    let looked = dohyun.looks().await;
    assert_eq!(looked.actions(), ["approve", "back", "deny"]);
    assert_eq!(looked.flow()["step"]["request"]["kind"], "device");
    dohyun.act("approve", json!({})).await.notice("request_approved");
    is_in(&minji.read().await);
    assert!(is_home(&minji).await);
    // It is no new device any more, and can let others in.
    minji.signs_out();
    minji.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    let mut other = new_device(&house).await;
    minji.looks().await;
    minji.act("approve", json!({})).await.notice("request_approved");
    is_in(&other.read().await);
    // Devices of before are in.
    dohyun.signs_out();
    dohyun.sign_in(&house, DOHYUN, "nuri", "nuri-Dohyun-2024!").await;
    // Other workspaces have none of it.
    let mut emma = house.visitor();
    emma.sign_in(&house, "emma@daemun.test", "northwind", "northwind-Emma-2024!").await;
    let _waiting = new_device(&house).await;
    assert_eq!(emma.approvals().await.at("approvals").flow()["step"]["requests"], json!([]));
}

/// D3, D4: declined is declined, and asked again it is another request; nobody in time says so.
#[tokio::test]
async fn d3_declined_and_expired() {
    let (house, mut dohyun) = guarded().await;
    let mut minji = new_device(&house).await;
    dohyun.looks().await;
    dohyun.act("deny", json!({})).await.notice("request_denied");
    minji.read().await.notice("approval_denied");
    minji.act("use_other", json!({})).await.at("wait_approval");
    house.advance(601);
    minji.read().await.notice("approval_expired");
    minji.act("resend", json!({})).await.at("wait_approval");
    minji.act("back", json!({})).await.at("password");
    assert_eq!(dohyun.approvals().await.at("approvals").flow()["step"]["requests"], json!([]));
    assert!(minji.cookie(SESSION).is_none());
}

/// D3: of fifty who answer at once, one counts, and everybody else sees that it is settled.
#[tokio::test]
async fn d3_the_first_answer_counts() {
    let (house, dohyun) = guarded().await;
    let mut minji = new_device(&house).await;
    let mut looking = Vec::new();
    for _ in 0..50 {
        let mut one = dohyun.clone();
        one.looks().await;
        looking.push(one);
    }
    let answers = looking.into_iter().enumerate().map(|(number, mut one)| {
        tokio::spawn(async move {
            let act = if number % 2 == 0 { "approve" } else { "deny" };
            one.act(act, json!({})).await.at("notice").flow()["step"]["code"].as_str().unwrap().to_owned()
        })
    });
    let mut said = Vec::new();
    for answer in answers.collect::<Vec<_>>() {
        said.push(answer.await.unwrap());
    }
    let settled = said.iter().filter(|code| *code == "request_settled").count();
    assert_eq!(settled, 49, "{said:?}");
    let first = said.iter().find(|code| *code != "request_settled").unwrap();
    let after = minji.read().await;
    match first.as_str() {
        "request_approved" => is_in(&after),
        "request_denied" => drop(after.notice("approval_denied")),
        other => panic!("{other}"),
    }
    assert_eq!(house.count("SELECT count(*) FROM approval WHERE settled IS NOT NULL"), 1);
}

/// L5: who says "it was not me" when somebody has said yes is told that it is settled, and no mail says that it was stopped.
#[tokio::test]
async fn l5_not_me_after_a_yes_claims_nothing() {
    let house = House::open().await;
    let (mut phone, mut passkey) = phone(&house).await;
    let mut pc = pc(&house).await;
    let number = pc.number();
    let mut late = phone.clone();
    late.looks().await;
    phone.looks().await;
    phone.approves(&mut passkey, &number).await.notice("request_approved");
    let before = house.mails(MINJI).await.len();
    late.act("not_me", json!({})).await.notice("request_settled");
    assert_eq!(house.mails(MINJI).await.len(), before);
    is_in(&pc.read().await);
}

/// L5, D1: who gives up when the yes has just come is not signed in.
#[tokio::test]
async fn l5_giving_up_after_a_yes_signs_nobody_in() {
    let house = House::open().await;
    let (mut phone, mut passkey) = phone(&house).await;
    let pc = pc(&house).await;
    let number = pc.number();
    phone.looks().await;
    phone.approves(&mut passkey, &number).await.notice("request_approved");
    let sessions = house.count("SELECT count(*) FROM session");
    let gone = pc.send("DELETE", &pc.flow_path(), &[("Daemun-Version", "1")], b"").await;
    assert_eq!(gone.status, 204);
    let after = pc.send("GET", &pc.flow_path(), &[("Daemun-Version", "1")], b"").await;
    assert_eq!(after.json()["status"], "ended", "{}", after.json());
    assert!(after.header("set-cookie").is_none());
    assert_eq!(house.count("SELECT count(*) FROM session"), sessions);
}

/// D2: a member is asked by name, and whether there is one is not said.
#[tokio::test]
async fn d2_a_named_member_is_asked() {
    let (house, _) = guarded().await;
    let mut minji = new_device(&house).await;
    let before = house.mails(DOHYUN).await.len();
    let asked = minji.act("ask_member", json!({"member": "정도현"})).await.at("wait_approval");
    let unknown = minji.act("ask_member", json!({"member": "홍길동"})).await.at("wait_approval");
    for (answer, who) in [(&asked, "정도현"), (&unknown, "홍길동")] {
        assert_eq!(answer.flow()["step"]["asked"], "member");
        assert_eq!(
            answer.flow()["messages"],
            json!([{"code": "member_asked", "params": {"to": who}, "severity": "info"}])
        );
    }
    assert_eq!(house.mails(DOHYUN).await.len(), before + 1);
    minji.act("ask_member", json!({"member": " Dohyun@daemun.test "})).await.at("wait_approval");
    assert_eq!(house.mails(DOHYUN).await.len(), before + 2);
    let refused = minji.act("ask_member", json!({"member": " "})).await.refused();
    assert_eq!(refused, [("/input/member".into(), "required".into())]);
    let refused = minji.act("ask_member", json!({"member": "가".repeat(101)})).await.refused();
    assert_eq!(refused, [("/input/member".into(), "too_long".into())]);
}

/// D2: who has the app open nowhere scans the code with a device that is in; each code lives for two minutes, and the last counts.
#[tokio::test]
async fn d2_a_qr_code_leads_a_device_that_is_in_to_the_request() {
    let (house, mut dohyun) = guarded().await;
    let mut own = house.visitor();
    house.policy("nuri", json!({"device_approval": false})).await;
    own.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    house.policy("nuri", json!({"device_approval": true})).await;
    let mut minji = new_device(&house).await;
    assert!(minji.flow["step"].get("qr").is_none());
    let first = minji.shows_qr("wait_approval").await;
    house.advance(119);
    own.opens(&first).await.at("approve");
    assert_eq!(minji.read().await.flow()["step"]["qr"], minji.flow["step"]["qr"]);
    house.advance(2);
    own.opens(&first).await.at("approvals");
    assert_eq!(own.flow["step"]["requests"].as_array().unwrap().len(), 1, "which lists it like any other");
    assert!(minji.read().await.at("wait_approval").flow()["step"].get("qr").is_none(), "it is over");

    // Another one takes the place of the one before, and the request is the same.
    let second = minji.shows_qr("wait_approval").await;
    let third = minji.shows_qr("wait_approval").await;
    assert!(first != second && second != third);
    assert_eq!(house.count("SELECT count(*) FROM approval_qr"), 1);
    own.opens(&second).await.at("approvals");
    let looked = own.opens(&third).await.at("approve");
    assert_eq!(looked.actions(), ["approve", "back", "deny"]);
    // A colleague nearby may scan it as well; scanned, it waits still.
    dohyun.opens(&third).await.at("approve");
    minji.read().await.at("wait_approval");
    own.act("approve", json!({})).await.notice("request_approved");
    is_in(&minji.read().await);
    dohyun.opens(&third).await.notice("request_settled");
}

/// D2, D4: the administrator's device is not at hand: there is no code then, and what was shown before is worth nothing.
#[tokio::test]
async fn d2_there_is_no_qr_code_for_the_administrator() {
    let (house, mut dohyun) = guarded().await;
    let mut minji = new_device(&house).await;
    let token = minji.shows_qr("wait_approval").await;
    let asked = minji.act("ask_admin", json!({"reason": ""})).await.at("wait_approval");
    assert!(asked.flow()["step"].get("qr").is_none() && !asked.actions().contains(&"show_qr".to_owned()));
    minji.act("show_qr", json!({})).await.problem(403, "action_unavailable");
    minji.act("ask_member", json!({"member": "정도현"})).await.at("wait_approval");
    dohyun.opens(&token).await.at("approvals");
    let token = minji.shows_qr("wait_approval").await;
    dohyun.opens(&token).await.at("approve");
    // Close to its end, a code is no longer good than the request.
    house.advance(560);
    minji.shows_qr("wait_approval").await;
    assert_eq!(minji.flow["step"]["qr"]["expires_at"], minji.flow["step"]["expires_at"]);
}

/// D2, X2: a lost answer is asked for again by the same key, and shows the code that there is.
#[tokio::test]
async fn d2_a_lost_answer_shows_the_same_qr_code_again() {
    let (house, _) = guarded().await;
    let minji = new_device(&house).await;
    let (path, body) = (minji.act_path("show_qr"), minji.act_body(json!({})));
    let first = minji.post(&path, "the-same-key-twice", &body).await.at("wait_approval");
    let again = minji.post(&path, "the-same-key-twice", &body).await.at("wait_approval");
    assert_eq!(first.flow()["step"]["qr"], again.flow()["step"]["qr"]);
    assert!(first.flow()["step"]["qr"]["url"].is_string());
}

/// D2, D4: whoever has one password mails nobody for ever: five requests in an hour, over all flows, whoever is named.
#[tokio::test]
async fn d2_d4_others_are_not_mailed_for_ever() {
    for named in ["정도현", "홍길동"] {
        let (house, _) = guarded().await;
        let mut minji = new_device(&house).await;
        for _ in 0..3 {
            minji.act("ask_member", json!({"member": named})).await.at("wait_approval");
        }
        minji.act("ask_admin", json!({"reason": ""})).await.at("wait_approval");
        house.advance(60);
        let mut other = new_device(&house).await;
        other.act("ask_member", json!({"member": named})).await.at("wait_approval");
        let before = (house.mails(DOHYUN).await.len(), house.mails(SUJIN).await.len());
        for (action, input) in [("ask_member", json!({"member": named})), ("ask_admin", json!({"reason": ""}))] {
            for asking in [&mut minji, &mut other] {
                let asked = asking.flow["step"]["asked"].clone();
                let refused = asking.act(action, input.clone()).await.problem(429, "too_many_requests");
                assert_eq!(refused.json()["retry_after"], 3540, "{named}");
                assert_eq!(refused.json()["flow"]["step"]["asked"], asked, "it waits on as before");
            }
        }
        assert_eq!((house.mails(DOHYUN).await.len(), house.mails(SUJIN).await.len()), before);
        // Whoever else asks does not wait for her, and neither does she for ever.
        let mut sujin = house.visitor();
        sujin.reach_password(&house, SUJIN, "nuri").await;
        sujin.submit(json!({"password": "nuri-Sujin-2024!"})).await.at("wait_approval");
        sujin.act("ask_member", json!({"member": named})).await.at("wait_approval");
        house.advance(3541);
        let mut later = new_device(&house).await;
        later.act("ask_admin", json!({"reason": ""})).await.at("wait_approval");
    }
}

/// D2, D4: a member who is named after the administrator was asked can answer.
#[tokio::test]
async fn d2_a_member_who_is_named_after_the_administrator_can_answer() {
    let (house, mut dohyun) = guarded().await;
    let mut minji = new_device(&house).await;
    minji.act("ask_admin", json!({"reason": ""})).await.at("wait_approval");
    assert_eq!(dohyun.approvals().await.at("approvals").flow()["step"]["requests"], json!([]));
    minji.act("ask_member", json!({"member": "정도현"})).await.at("wait_approval");
    dohyun.looks().await;
    dohyun.act("approve", json!({})).await.notice("request_approved");
    is_in(&minji.read().await);
}

/// D4: the super administrator alone answers what is asked of the super administrator, with a reason.
#[tokio::test]
async fn d4_the_super_administrator_lets_a_device_in() {
    let (house, mut dohyun) = guarded().await;
    let mut sujin = house.visitor();
    house.policy("nuri", json!({"device_approval": false})).await;
    sujin.sign_in(&house, SUJIN, "nuri", "nuri-Sujin-2024!").await;
    house.policy("nuri", json!({"device_approval": true})).await;
    let mut minji = new_device(&house).await;
    house.advance(500);
    let asked = minji.act("ask_admin", json!({"reason": "새 노트북이에요"})).await.at("wait_approval");
    assert_eq!(asked.flow()["messages"][0]["code"], "administrator_asked");
    assert!(house.mails(SUJIN).await[0]["text"].as_str().unwrap().contains("새 노트북이에요"));
    house.advance(500);
    minji.read().await.at("wait_approval");
    assert_eq!(dohyun.approvals().await.at("approvals").flow()["step"]["requests"], json!([]));
    sujin.looks().await;
    assert_eq!(sujin.flow["step"]["request"]["kind"], "administrator");
    let refused = sujin.act("approve", json!({"reason": " "})).await.refused();
    assert_eq!(refused, [("/input/reason".into(), "required".into())]);
    sujin.act("approve", json!({"reason": "전화로 확인"})).await.notice("request_approved");
    is_in(&minji.read().await);
    assert_eq!(house.count("SELECT count(*) FROM approval WHERE reason = '전화로 확인' AND settled_by IS NOT NULL"), 1);
}

/// D5: the recovery key lets the super administrator in where nobody else is; it is good once, and another one is shown once.
#[tokio::test]
async fn d5_the_recovery_key() {
    let house = House::open().await;
    house.policy("nuri", json!({"device_approval": true})).await;
    // Nobody else has one.
    let minji = new_device(&house).await;
    assert!(minji.flow["actions"].get("use_recovery_key").is_none());
    let mut sujin = house.visitor();
    sujin.reach_password(&house, SUJIN, "nuri").await;
    sujin.submit(json!({"password": "nuri-Sujin-2024!"})).await.at("wait_approval");
    sujin.act("use_recovery_key", json!({})).await.at("recovery_key");
    sujin.act("back", json!({})).await.at("wait_approval");
    sujin.act("use_recovery_key", json!({})).await.at("recovery_key");
    for (typed, code) in [("", "required"), ("da3m", "recovery_code_invalid")] {
        let refused = sujin.submit(json!({"code": typed})).await.refused();
        assert_eq!(refused, [("/input/code".into(), code.into())]);
    }
    let wrong = RECOVERY_KEY.replace("0001", "0002");
    assert_eq!(sujin.submit(json!({"code": wrong})).await.problem(422, "code_wrong").json()["tries_left"], 4);
    let new = sujin.submit(json!({"code": RECOVERY_KEY.to_uppercase()})).await.at("new_recovery_key");
    let key = new.flow()["step"]["key"].as_str().unwrap().to_owned();
    assert!(sujin.cookie(SESSION).is_none());
    assert_eq!(sujin.read().await.at("new_recovery_key").flow()["step"]["key"], key, "as long as the flow stands here");
    assert_eq!(house.count(&format!("SELECT count(*) FROM flow WHERE state LIKE '%{key}%'")), 0);
    assert_eq!(house.count(&format!("SELECT count(*) FROM answer WHERE state LIKE '%{key}%'")), 0);
    is_in(&sujin.act("done", json!({})).await);
    assert!(is_home(&sujin).await);

    let mut again = house.visitor();
    again.reach_password(&house, SUJIN, "nuri").await;
    again.submit(json!({"password": "nuri-Sujin-2024!"})).await.at("wait_approval");
    again.act("use_recovery_key", json!({})).await.at("recovery_key");
    again.submit(json!({"code": RECOVERY_KEY})).await.problem(422, "code_wrong");
    again.submit(json!({"code": key})).await.at("new_recovery_key");
}

/// Sujin in her own settings.
async fn in_settings(house: &House) -> Visitor {
    let mut sujin = house.visitor();
    sujin.sign_in(house, SUJIN, "nuri", "nuri-Sujin-2024!").await;
    sujin.open_devices().await;
    sujin
}

/// The recovery key that a new device of Sujin's is let in by, or not.
async fn is_let_in_by(house: &House, key: &str) -> bool {
    house.policy("nuri", json!({"device_approval": true})).await;
    let mut newcomer = house.visitor();
    newcomer.reach_password(house, SUJIN, "nuri").await;
    newcomer.submit(json!({"password": "nuri-Sujin-2024!"})).await.at("wait_approval");
    newcomer.act("use_recovery_key", json!({})).await.at("recovery_key");
    newcomer.submit(json!({"code": key})).await.status == 200
}

/// D5, S4: the super administrator has another key shown once, in the place of the one there was, and is told by mail.
#[tokio::test]
async fn d5_the_recovery_key_is_reissued_on_demand() {
    let house = House::open().await;
    let mut sujin = in_settings(&house).await;
    assert_eq!(sujin.flow["actions"]["reissue_recovery_key"], json!({}), "she has just signed in");
    let before = house.mails(SUJIN).await.len();
    let shown = sujin.act("reissue_recovery_key", json!({})).await.at("new_recovery_key");
    assert_eq!((shown.actions(), &shown.flow()["account"]["identifier"]), (vec!["done".to_owned()], &json!(SUJIN)));
    let key = shown.flow()["step"]["key"].as_str().unwrap().to_owned();
    assert_eq!(sujin.read().await.at("new_recovery_key").flow()["step"]["key"], key, "as long as the flow stands here");
    for table in ["flow", "answer"] {
        assert_eq!(house.count(&format!("SELECT count(*) FROM {table} WHERE state LIKE '%{key}%'")), 0);
    }
    let mails = house.mails(SUJIN).await;
    assert!(mails.len() == before + 1 && mails[0]["subject"].as_str().unwrap().contains("다시 발급"), "{mails:?}");
    sujin.act("done", json!({})).await.at("trusted_devices");
    assert!(!is_let_in_by(&house, RECOVERY_KEY).await);
    assert!(is_let_in_by(&house, &key).await);
}

/// D5: nobody else has one, and whoever is super administrator no longer gets none.
#[tokio::test]
async fn d5_only_a_super_administrator_reissues_the_recovery_key() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    minji.open_devices().await;
    assert!(minji.flow["actions"].get("reissue_recovery_key").is_none());
    minji.act("reissue_recovery_key", json!({})).await.problem(403, "action_unavailable");

    let mut sujin = in_settings(&house).await;
    house.advance(601);
    sujin.act("reissue_recovery_key", json!({})).await.at("password");
    house.sql(&format!("UPDATE account SET super_administrator = 0 WHERE email = '{SUJIN}'"));
    sujin.submit(json!({"password": "nuri-Sujin-2024!"})).await.at("trusted_devices");
    sujin.act("reissue_recovery_key", json!({})).await.problem(403, "action_unavailable");
    house.sql(&format!("UPDATE account SET super_administrator = 1 WHERE email = '{SUJIN}'"));
    assert!(is_let_in_by(&house, RECOVERY_KEY).await);
}

/// D5, X2: after a fresh proof; a lost answer to either loses no key and makes no second one.
#[tokio::test]
async fn d5_a_lost_answer_loses_no_recovery_key_and_makes_no_other() {
    let house = House::open().await;
    let mut sujin = in_settings(&house).await;
    let (path, key) = (sujin.act_path("reissue_recovery_key"), fresh_key());
    let body = sujin.act_body(json!({}));
    let shown = sujin.post(&path, &key, &body).await.at("new_recovery_key").flow();
    let again = sujin.post(&path, &key, &body).await.at("new_recovery_key").flow();
    assert_eq!(again["step"], shown["step"]);
    // Pressed once more, as another act.
    let stale = sujin.post(&path, &fresh_key(), &body).await.problem(409, "stale").json();
    assert_eq!(stale["flow"]["step"], shown["step"]);
    sujin.read().await;
    sujin.act("done", json!({})).await.at("trusted_devices");

    house.advance(601);
    sujin.read().await;
    assert_eq!(sujin.flow["actions"]["reissue_recovery_key"], json!({"proof": "fresh"}));
    sujin.act("reissue_recovery_key", json!({})).await.at("password");
    let before = house.mails(SUJIN).await.len();
    let (path, key) = (sujin.act_path("submit"), fresh_key());
    let body = sujin.act_body(json!({"password": "nuri-Sujin-2024!"}));
    let lost = sujin.post(&path, &key, &body).await.at("new_recovery_key");
    // The browser has the session of before still.
    let again = sujin.post(&path, &key, &body).await.at("new_recovery_key");
    assert_eq!(again.header("set-cookie"), lost.header("set-cookie"));
    let shown = again.flow()["step"]["key"].as_str().unwrap().to_owned();
    assert_eq!(lost.flow()["step"]["key"], shown);
    assert_eq!(house.count(&format!("SELECT count(*) FROM answer WHERE state LIKE '%{shown}%'")), 0);
    sujin.keep(&again);
    assert_eq!(sujin.read().await.at("new_recovery_key").flow()["step"]["key"], shown);
    assert_eq!(house.mails(SUJIN).await.len(), before + 1);
    assert!(is_let_in_by(&house, &shown).await);
}

/// D5, X2: a key that was reissued elsewhere meanwhile is shown no more: nobody writes it down.
#[tokio::test]
async fn d5_a_recovery_key_that_was_replaced_is_not_shown() {
    let house = House::open().await;
    let mut sujin = in_settings(&house).await;
    let mut other = sujin.clone();
    other.open_devices().await;
    sujin.act("reissue_recovery_key", json!({})).await.at("new_recovery_key");
    let shown = other.act("reissue_recovery_key", json!({})).await.at("new_recovery_key").flow();
    sujin.read().await.at("trusted_devices");
    assert_eq!(other.read().await.at("new_recovery_key").flow()["step"], shown["step"]);
}

/// D5: who is suspended meanwhile uses no key up, and sees no new one.
#[tokio::test]
async fn d5_the_recovery_key_asks_again_who_comes_in() {
    let house = House::open().await;
    house.policy("nuri", json!({"device_approval": true})).await;
    let mut sujin = house.visitor();
    sujin.reach_password(&house, SUJIN, "nuri").await;
    sujin.submit(json!({"password": "nuri-Sujin-2024!"})).await.at("wait_approval");
    sujin.act("use_recovery_key", json!({})).await.at("recovery_key");
    house.play("nuri_attempt_limit_5").await;
    let mut stranger = house.visitor();
    stranger.begin(json!({"organisation": "nuri"})).await;
    for _ in 0..5 {
        stranger.submit(json!({"identifier": SUJIN, "password": "wrong"})).await;
    }
    sujin.submit(json!({"code": RECOVERY_KEY})).await.notice("account_suspended");
    house.play("lift_suspensions").await;
    sujin.reach_password(&house, SUJIN, "nuri").await;
    sujin.submit(json!({"password": "nuri-Sujin-2024!"})).await.at("wait_approval");
    sujin.act("use_recovery_key", json!({})).await.at("recovery_key");
    sujin.submit(json!({"code": RECOVERY_KEY})).await.at("new_recovery_key");
}
