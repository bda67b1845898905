//! Quick login in the platform's app: a PIN, and a key that the device keeps to itself (FEATURES L7, S7, P1).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};

use crate::device::{Passkey, stranger};
use crate::handoff;
use crate::visitor::{Answer, House, STEPS, Visitor, fresh_key};

const MINJI: &str = "minji@daemun.test";
const MINJIS_PASSWORD: &str = "nuri-Minji-2024!";
const SUJIN: &str = "sujin@daemun.test";
const PIN: &str = "135791";
const OTHER_PIN: &str = "908172";
const SESSION: &str = "__Host-daemun_session";

/// The platform's app on a phone: a browser that keeps a key.
#[derive(Clone)]
struct Phone {
    visitor: Visitor,
    secret: SigningKey,
    capabilities: Value,
}

impl Phone {
    fn new(house: &House, seed: u8) -> Self {
        let secret = SigningKey::from_slice(&[seed; 32]).unwrap();
        Self { visitor: house.visitor(), secret, capabilities: json!(["quick_login"]) }
    }

    async fn begins(&mut self, kind: &str) -> Answer {
        let client = json!({"version": "1", "locale": "en", "steps": STEPS, "capabilities": self.capabilities.clone()});
        let body = json!({"kind": kind, "hints": {}, "client": client});
        let answer = self.visitor.post("/api/v1/flows", &fresh_key(), &body).await;
        self.visitor.keep(&answer);
        answer
    }

    /// What is signed for the step at hand.
    fn message(&self) -> String {
        let step = &self.visitor.flow["step"];
        let text = |name: &str| step[name].as_str().unwrap().to_owned();
        format!("daemun:{}:{}:{}", text("type"), text("key"), text("challenge"))
    }

    fn signs(&self, message: &str) -> Value {
        possession(&self.secret, message)
    }

    fn with_pin(&self, pin: &str) -> Value {
        json!({"pin": pin, "pin_again": pin, "possession": self.signs(&self.message())})
    }

    async fn enters(&mut self, pin: &str) -> Answer {
        let input = self.with_pin(pin);
        self.visitor.submit(input).await
    }

    /// Comes again, not signed in, and is asked for the PIN.
    async fn comes_again(&mut self) -> Answer {
        self.visitor.signs_out();
        self.begins("sign_in").await
    }

    async fn sets_pin(&mut self, pin: &str) -> Answer {
        self.begins("security").await.at("security");
        self.visitor.act("set_pin", json!({})).await.at("set_pin");
        self.enters(pin).await.at("security")
    }

    fn item(&self) -> Value {
        let items = self.visitor.flow["step"]["items"].as_array().unwrap();
        items.iter().find(|item| item["type"] == "quick_login").unwrap().clone()
    }
}

fn possession(secret: &SigningKey, message: &str) -> Value {
    let signature: Signature = secret.sign(message.as_bytes());
    json!({
        "public_key": BASE64.encode(secret.verifying_key().to_sec1_point(false).as_bytes()),
        "signature": BASE64.encode(signature.to_bytes()),
    })
}

/// Nuri allows it.
async fn house() -> House {
    let house = House::open().await;
    house.policy("nuri", json!({"quick_login": true})).await;
    house
}

/// Minji's phone, signed in.
async fn phone(house: &House) -> Phone {
    phone_of(house, 1).await
}

async fn phone_of(house: &House, seed: u8) -> Phone {
    let mut phone = Phone::new(house, seed);
    phone.visitor.sign_in(house, MINJI, "nuri", MINJIS_PASSWORD).await;
    phone
}

/// The same, with a PIN.
async fn phone_with_pin(house: &House) -> Phone {
    let mut phone = phone(house).await;
    phone.sets_pin(PIN).await;
    phone
}

#[track_caller]
fn is_in(answer: &Answer) {
    assert_eq!(answer.flow()["status"], "complete", "{}", answer.json());
}

fn said(answer: &Answer) -> Vec<String> {
    let flow = answer.flow();
    flow["messages"].as_array().into_iter().flatten().map(|said| said["code"].as_str().unwrap().into()).collect()
}

fn kept(house: &House) -> i64 {
    house.count("SELECT count(*) FROM quick_login")
}

/// Whether the phone is asked for its PIN when it comes again.
async fn is_asked(phone: &mut Phone) -> bool {
    phone.comes_again().await.step() == "quick_login"
}

/// S7, L7: set in the app after a proof, told by mail, and good for the next login in that app; nothing of who it is but the name
/// and a masked ID.
#[tokio::test]
async fn s7_a_pin_is_set_and_signs_in_the_next_time() {
    let house = house().await;
    let mut phone = phone(&house).await;
    let listed = phone.begins("security").await.at("security");
    assert_eq!(phone.item(), json!({"type": "quick_login", "on": false, "biometrics": false, "elsewhere": 0}));
    assert!(listed.actions().contains(&"set_pin".to_owned()), "{:?}", listed.actions());
    let step = phone.visitor.act("set_pin", json!({})).await.at("set_pin");
    assert_eq!((&step.flow()["step"]["change"], &step.flow()["step"]["once"]), (&json!(false), &json!(false)));
    assert_eq!(step.actions(), ["back", "submit"]);
    let mails = house.mails(MINJI).await.len();
    let set = phone.enters(PIN).await.at("security");
    assert_eq!(said(&set), ["quick_login_on"]);
    assert_eq!(phone.item()["on"], true);
    assert!(!set.text().contains(PIN));
    assert_eq!(house.mails(MINJI).await.len(), mails + 1, "it is told by mail");

    let asked = phone.comes_again().await.at("quick_login");
    assert_eq!(asked.flow()["account"], json!({"identifier": "mi***@daemun.test", "name": "김민지"}));
    assert_eq!(asked.flow()["workspace"]["id"], "nuri");
    assert_eq!(asked.actions(), ["submit", "use_other"]);
    assert!(asked.flow()["step"].get("biometrics").is_none());
    is_in(&phone.enters(PIN).await);
    assert_eq!(phone.visitor.send("GET", "/home", &[], b"").await.status, 200);

    // Another way is at hand, and an app that cannot keep keys is not asked.
    phone.comes_again().await.at("quick_login");
    phone.visitor.act("use_other", json!({})).await.at("identify");
    phone.capabilities = json!([]);
    phone.comes_again().await.at("identify");
    // Nor is any other browser.
    let mut other = Phone::new(&house, 2);
    other.begins("sign_in").await.at("identify");
}

/// S7: where there is no key to bind it to, the settings say that it is for the app.
#[tokio::test]
async fn s7_in_an_ordinary_browser_it_is_for_the_app() {
    let house = house().await;
    let mut phone = phone(&house).await;
    for capabilities in [json!([]), json!(["screen_lock"]), json!(["Quick_login", "x".repeat(60)])] {
        phone.capabilities = capabilities;
        let listed = phone.begins("security").await.at("security");
        assert_eq!(phone.item()["missing"], "app_only");
        assert!(!listed.actions().contains(&"set_pin".to_owned()));
        phone.visitor.act("set_pin", json!({})).await.problem(403, "action_unavailable");
    }
    phone.capabilities = json!(vec!["quick_login"; 17]);
    phone.begins("security").await.problem(400, "malformed");
}

/// S7: a proof comes first, once the sign-in is a while ago.
#[tokio::test]
async fn s7_setting_it_takes_a_fresh_proof() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    house.advance(11 * 60);
    let listed = phone.begins("security").await.at("security");
    for action in ["set_pin", "turn_on_biometrics"] {
        assert_eq!(listed.flow()["actions"][action], json!({"proof": "fresh"}), "{action}");
        phone.visitor.act(action, json!({})).await.at("password");
        phone.visitor.act("back", json!({})).await.at("security");
    }
    phone.visitor.act("set_pin", json!({})).await.at("password");
    let proven = phone.visitor.submit(json!({"password": MINJIS_PASSWORD})).await.at("set_pin");
    assert_eq!(proven.flow()["step"]["change"], true);
    assert_eq!(said(&phone.enters(OTHER_PIN).await.at("security")), ["pin_changed"]);
    phone.comes_again().await.at("quick_login");
    assert_eq!(phone.enters(PIN).await.problem(422, "code_wrong").json()["tries_left"], 4);
    is_in(&phone.enters(OTHER_PIN).await);
}

/// S7: what anybody would try first is refused, each with its word; the second field is judged beside the first, and where the
/// host has a PIN of its own there is none.
#[tokio::test]
async fn s7_trivial_pins_and_slips_are_refused() {
    let house = house().await;
    let mut phone = phone(&house).await;
    phone.begins("security").await.at("security");
    phone.visitor.act("set_pin", json!({})).await.at("set_pin");
    let field = |errors: Vec<(String, String)>| errors.into_iter().next().unwrap();
    for (pin, again, pointer, code) in [
        ("111111", "111111", "/input/pin", "pin_same_digit"),
        ("345678", "345678", "/input/pin", "pin_run"),
        ("876543", "876543", "/input/pin", "pin_run"),
        ("474747", "474747", "/input/pin", "pin_repeats"),
        ("258258", "258258", "/input/pin", "pin_repeats"),
        ("13579", "13579", "/input/pin", "pin_invalid"),
        ("1357911", "1357911", "/input/pin", "pin_invalid"),
        ("", "", "/input/pin", "required"),
        (PIN, "135792", "/input/pin_again", "pin_mismatch"),
        (PIN, "", "/input/pin_again", "required"),
    ] {
        let input = json!({"pin": pin, "pin_again": again, "possession": phone.signs(&phone.message())});
        let refused = phone.visitor.submit(input).await.refused();
        assert_eq!(field(refused), (pointer.into(), code.into()), "{pin} {again}");
    }
    let once = json!({"pin": PIN, "possession": phone.signs(&phone.message())});
    let refused = phone.visitor.submit(once).await.refused();
    assert_eq!(refused, [("/input/pin_again".into(), "required".into())]);
    let unsigned = phone.visitor.submit(json!({"pin": PIN, "pin_again": PIN})).await.refused();
    assert_eq!(unsigned, [("/input/possession".into(), "required".into())]);
    assert_eq!(kept(&house), 0);
    phone.visitor.act("back", json!({})).await.at("security");

    phone.capabilities = json!(["quick_login", "screen_lock"]);
    phone.begins("security").await.at("security");
    let step = phone.visitor.act("set_pin", json!({})).await.at("set_pin");
    assert_eq!(step.flow()["step"]["once"], true);
    let once = json!({"pin": PIN, "possession": phone.signs(&phone.message())});
    phone.visitor.submit(once).await.at("security");
    assert!(is_asked(&mut phone).await);
}

/// S7: the key shows at once that it is there; a public key alone, or another's signature, sets nothing.
#[tokio::test]
async fn s7_a_pin_is_bound_to_a_key_that_has_signed() {
    let house = house().await;
    let mut phone = phone(&house).await;
    phone.begins("security").await.at("security");
    phone.visitor.act("set_pin", json!({})).await.at("set_pin");
    let other = BASE64.encode(stranger().verifying_key().to_sec1_point(false).as_bytes());
    let compressed = BASE64.encode(phone.secret.verifying_key().to_sec1_point(true).as_bytes());
    let lies: [fn(&Phone) -> Value; 3] = [
        |phone| phone.signs(&phone.message()),
        |phone| phone.signs(&phone.message().replacen("set_pin", "quick_login", 1)),
        |phone| phone.signs("daemun:set_pin"),
    ];
    let truth = |phone: &Phone| phone.signs(&phone.message());
    for (name, value, said) in [
        ("signature", json!(""), lies[0]),
        ("public_key", json!(other), lies[0]),
        ("public_key", json!(compressed), lies[0]),
        ("public_key", json!("AA"), lies[0]),
        ("public_key", truth(&phone)["public_key"].clone(), lies[1]),
        ("public_key", truth(&phone)["public_key"].clone(), lies[2]),
    ] {
        let mut possession = said(&phone);
        possession[name] = value;
        let input = json!({"pin": PIN, "pin_again": PIN, "possession": possession});
        phone.visitor.submit(input).await.problem(422, "passkey_refused");
    }
    assert_eq!(kept(&house), 0);
    phone.enters(PIN).await.at("security");
    assert_eq!(kept(&house), 1);
}

/// L7: what is signed is for one answer at one step of one flow by one key; what does not hold costs no try, so that nobody
/// else can use them up.
#[tokio::test]
async fn l7_what_is_signed_holds_once_and_nowhere_else() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    phone.comes_again().await.at("quick_login");
    let in_another_flow = phone.message();
    phone.comes_again().await.at("quick_login");
    let (message, key) = (phone.message(), phone.visitor.flow["step"]["key"].as_str().unwrap().to_owned());
    let lies = [
        ("another flow's challenge", phone.signs(&in_another_flow)),
        ("another key", possession(&stranger(), &message)),
        ("another purpose", phone.signs(&message.replacen("quick_login", "set_pin", 1))),
        ("another key's name", phone.signs(&message.replacen(&key, "AAAAAAAAAAAAAAAAAAAAAA", 1))),
        ("no signature", json!({"public_key": "", "signature": ""})),
    ];
    for (what, possession) in lies {
        // Each is tried with the challenge of its moment, but for what it lies about.
        let possession = match what {
            "another key" => self::possession(&stranger(), &phone.message()),
            "another purpose" => phone.signs(&phone.message().replacen("quick_login", "set_pin", 1)),
            "another key's name" => phone.signs(&phone.message().replacen(&key, "AAAAAAAAAAAAAAAAAAAAAA", 1)),
            _ => possession,
        };
        for pin in [PIN, "000001"] {
            let refused = phone.visitor.submit(json!({"pin": pin, "possession": possession})).await;
            refused.problem(422, "passkey_refused");
        }
        assert_eq!(house.count("SELECT tries_left FROM quick_login"), 5, "{what} costs nothing");
    }
    // Used up by a PIN that is none, by a wrong one, and by whatever else answers it.
    for (pin, code) in [("12", "input_invalid"), ("000001", "code_wrong")] {
        let used = phone.with_pin(pin);
        phone.visitor.submit(used.clone()).await.problem(422, code);
        let again = json!({"pin": PIN, "possession": used["possession"]});
        phone.visitor.submit(again).await.problem(422, "passkey_refused");
    }
    phone.visitor.submit(json!({"pin": PIN})).await.refused();
    // At an earlier revision it is stale.
    let rev = phone.visitor.flow["rev"].as_u64().unwrap();
    let body = json!({"rev": rev + 1, "input": phone.with_pin(PIN)});
    phone.visitor.post(&phone.visitor.act_path("submit"), &fresh_key(), &body).await.problem(409, "stale");
    is_in(&phone.enters(PIN).await);
}

/// L7: somebody who has got hold of the browser's cookie, and not of the device, can try no PIN.
#[tokio::test]
async fn l7_a_cookie_without_the_key_is_of_no_use() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    phone.visitor.signs_out();
    let mut thief = Phone { secret: stranger(), visitor: phone.visitor.clone(), capabilities: json!(["quick_login"]) };
    let shown = thief.begins("sign_in").await.at("quick_login");
    assert!(!shown.text().contains(MINJI), "the ID is masked");
    for _ in 0..8 {
        thief.enters(PIN).await.problem(422, "passkey_refused");
    }
    assert_eq!(house.count("SELECT tries_left FROM quick_login"), 5);
    // Nor is the key in another browser.
    let mut elsewhere = Phone { visitor: house.visitor(), ..thief };
    elsewhere.begins("sign_in").await.at("identify");
    assert!(is_asked(&mut phone).await);
}

/// L7: five wrong ones in a row, over any number of flows, and it is over: the password is asked for, and a mail says so.
#[tokio::test]
async fn l7_five_wrong_pins_and_the_password_is_asked_for() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    phone.comes_again().await.at("quick_login");
    for left in [4, 3, 2, 1] {
        assert_eq!(phone.enters("000001").await.problem(422, "code_wrong").json()["tries_left"], left);
    }
    // The fifth is right: they begin anew.
    is_in(&phone.enters(PIN).await);
    for left in [4, 3] {
        phone.comes_again().await.at("quick_login");
        assert_eq!(phone.enters("000001").await.problem(422, "code_wrong").json()["tries_left"], left);
    }
    for left in [2, 1] {
        assert_eq!(phone.enters("000002").await.problem(422, "code_wrong").json()["tries_left"], left);
    }
    let mails = house.mails(MINJI).await.len();
    let over = phone.enters("000003").await.at("password");
    assert_eq!(said(&over), ["quick_login_revoked"]);
    assert!(!over.text().contains(MINJI) && over.flow().get("account").is_none(), "whose it was is not told");
    assert_eq!((kept(&house), house.mails(MINJI).await.len()), (0, mails + 1));
    is_in(&phone.visitor.submit(json!({"identifier": MINJI, "password": MINJIS_PASSWORD})).await);
    assert!(!is_asked(&mut phone).await);
}

/// L7: where nobody begins with an organisation's ID, it is the front door.
#[tokio::test]
async fn l7_without_the_organisations_door_it_is_the_front_one() {
    let house = house().await;
    house.policy("nuri", json!({"organisation_entry": false})).await;
    let mut phone = phone_with_pin(&house).await;
    phone.comes_again().await.at("quick_login");
    for _ in 0..4 {
        phone.enters("000001").await.problem(422, "code_wrong");
    }
    assert_eq!(said(&phone.enters("000001").await.at("identify")), ["quick_login_revoked"]);
}

/// L7: five at once count as five, and a right one that comes with them is none too many.
#[tokio::test]
async fn l7_tries_at_once_are_counted_one_by_one() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    let mut ready = Vec::new();
    for _ in 0..7 {
        phone.comes_again().await.at("quick_login");
        let body = phone.visitor.act_body(phone.with_pin("000001"));
        ready.push((phone.visitor.clone(), body));
    }
    phone.comes_again().await.at("quick_login");
    let tries: Vec<_> = ready
        .into_iter()
        .map(|(visitor, body)| {
            tokio::spawn(async move { visitor.post(&visitor.act_path("submit"), &fresh_key(), &body).await })
        })
        .collect();
    let mut compared = 0;
    for tried in tries {
        let answer = tried.await.unwrap();
        let is_wrong = answer.status == 422;
        let is_the_last = said(&answer) == ["quick_login_revoked"];
        compared += u32::from(is_wrong || is_the_last);
        assert!(is_wrong || matches!(answer.step().as_str(), "password" | "identify"), "{}", answer.json());
    }
    assert!(compared <= 5, "{compared} were told to be wrong");
    assert_eq!(kept(&house), 0);
    // Whoever was asked before that has nothing to enter any more.
    phone.enters(PIN).await.at("identify");
}

/// Tabs of one device, each asked for the PIN.
async fn tabs(phone: &mut Phone, number: usize) -> Vec<Phone> {
    let mut tabs = Vec::with_capacity(number);
    for _ in 0..number {
        phone.comes_again().await.at("quick_login");
        tabs.push(phone.clone());
    }
    tabs
}

/// A try in a tab, under way by itself.
fn tries(tab: &Phone, pin: &str) -> tokio::task::JoinHandle<Answer> {
    let (tab, pin) = (tab.visitor.clone(), tab.visitor.act_body(tab.with_pin(pin)));
    tokio::spawn(async move { tab.post(&tab.act_path("submit"), &fresh_key(), &pin).await })
}

/// L7: while the last try is compared, one that comes meanwhile waits for it. A right PIN is not lost to that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l7_the_last_try_is_concluded_before_another_one_is_counted() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    for (meanwhile, comes_to) in [(PIN, "complete"), ("000001", "code_wrong")] {
        let tabs = tabs(&mut phone, 3).await;
        let [wrong, right, late] = tabs.as_slice() else { panic!("three") };
        let mut wrong = wrong.clone();
        for left in [4, 3, 2, 1] {
            assert_eq!(wrong.enters("000001").await.problem(422, "code_wrong").json()["tries_left"], left);
        }
        let mails = house.mails(MINJI).await.len();
        let first = tries(right, PIN);
        while house.count("SELECT coalesce(min(tries_left), 5) FROM quick_login") == 1 {
            tokio::task::yield_now().await;
        }
        // It is counted, and is being compared.
        let second = tries(late, meanwhile).await.unwrap();
        is_in(&first.await.unwrap());
        match comes_to {
            "complete" => is_in(&second),
            _ => assert_eq!(second.problem(422, "code_wrong").json()["tries_left"], 4),
        }
        assert_eq!((kept(&house), house.mails(MINJI).await.len()), (1, mails), "nothing was revoked");
    }
    assert!(is_asked(&mut phone).await);
}

/// L7: the right PIN in several tabs at once is right in all of them, with one try left too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l7_the_right_pin_in_many_tabs_at_once_is_right_in_each() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    phone.comes_again().await.at("quick_login");
    for _ in 0..4 {
        phone.enters("000001").await.problem(422, "code_wrong");
    }
    let tabs = tabs(&mut phone, 12).await;
    let tried: Vec<_> = tabs.iter().map(|tab| tries(tab, PIN)).collect();
    for answer in tried {
        is_in(&answer.await.unwrap());
    }
    assert!(is_asked(&mut phone).await);
}

/// L7: of a thousand guesses in as many tabs, five are evaluated: four are wrong, the fifth revokes, and the others are told nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l7_of_a_thousand_pins_at_once_five_are_evaluated() {
    const GUESSES: usize = 1000;
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    let (tabs, mails) = (tabs(&mut phone, GUESSES).await, house.mails(MINJI).await.len());
    let mut told = BTreeMap::new();
    // Among those that come after the first connections, many are right.
    for (batch, tabs) in tabs.chunks(50).enumerate() {
        let pin = |n: usize| {
            if batch > 0 && n.is_multiple_of(10) { PIN.to_owned() } else { format!("{:06}", batch * 50 + n) }
        };
        let tried: Vec<_> = tabs.iter().enumerate().map(|(n, tab)| tries(tab, &pin(n))).collect();
        for answer in tried {
            let answer = answer.await.unwrap();
            let left = answer.json()["tries_left"].as_u64().map(|left| format!("{left} left"));
            let what = left.unwrap_or_else(|| format!("{} {:?}", answer.step(), said(&answer)));
            *told.entry(what).or_insert(0) += 1;
        }
    }
    let revoked = ["1 left", "2 left", "3 left", "4 left", "password [\"quick_login_revoked\"]"].map(|what| (what, 1));
    let expected = revoked.into_iter().chain([("identify []", GUESSES - 5)]);
    assert_eq!(told, expected.map(|(what, times)| (what.to_owned(), times)).collect());
    assert_eq!((kept(&house), house.mails(MINJI).await.len()), (0, mails + 1));
}

/// L7: an answer that is lost is given again; it is one try, and one session.
#[tokio::test]
async fn l7_the_same_again_is_one_try() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    phone.comes_again().await.at("quick_login");
    let (path, key) = (phone.visitor.act_path("submit"), fresh_key());
    let body = phone.visitor.act_body(phone.with_pin("000001"));
    for _ in 0..3 {
        let wrong = phone.visitor.post(&path, &key, &body).await;
        phone.visitor.keep(&wrong);
        assert_eq!(wrong.problem(422, "code_wrong").json()["tries_left"], 4);
    }
    let (body, key) = (phone.visitor.act_body(phone.with_pin(PIN)), fresh_key());
    let first = phone.visitor.post(&path, &key, &body).await;
    let again = phone.visitor.post(&path, &key, &body).await;
    is_in(&again);
    assert_eq!(first.header("set-cookie"), again.header("set-cookie"));
    assert!(again.header("set-cookie").is_some_and(|cookie| cookie.starts_with(SESSION)));
}

/// L7: whatever ends what a device is trusted with ends this too.
#[tokio::test]
async fn l7_it_is_revoked_with_whatever_ends_the_trust_in_a_device() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    let mut minji = house.visitor();

    // Signed out there, from another browser.
    minji.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    minji.begin_with("security", json!({})).await.at("security");
    let listed = minji.act("show_sessions", json!({})).await.at("sessions");
    let there = listed.flow()["step"]["sessions"][1]["id"].clone();
    phone.begins("security").await.at("security");
    minji.act("sign_out", json!({"session": there})).await.at("sessions");
    assert!(!is_asked(&mut phone).await, "signed out there");

    // Everywhere else.
    phone.visitor.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    phone.sets_pin(PIN).await;
    phone.comes_again().await.at("quick_login");
    minji.begin_with("security", json!({})).await.at("security");
    minji.act("show_sessions", json!({})).await.at("sessions");
    minji.act("sign_out_others", json!({})).await.at("sessions");
    phone.enters(PIN).await.problem(409, "stale");
    assert!(!is_asked(&mut phone).await, "signed out everywhere else");

    // Another password from the settings: here it stays, elsewhere it goes.
    phone.visitor.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    phone.sets_pin(PIN).await;
    phone.visitor.act("change_password", json!({})).await.at("new_password");
    phone.visitor.submit(json!({"password": "nuri-Minji-2025!"})).await.at("security");
    assert!(is_asked(&mut phone).await, "it was changed here");
    minji.sign_in(&house, MINJI, "nuri", "nuri-Minji-2025!").await;
    minji.begin_with("security", json!({})).await.at("security");
    minji.act("change_password", json!({})).await.at("new_password");
    minji.submit(json!({"password": "nuri-Minji-2026!"})).await.at("security");
    assert!(!is_asked(&mut phone).await, "it was changed elsewhere");

    // A password that was forgotten.
    phone.visitor.sign_in(&house, MINJI, "nuri", "nuri-Minji-2026!").await;
    phone.sets_pin(PIN).await;
    let mut forgot = house.visitor();
    forgot.reach_password(&house, MINJI, "nuri").await;
    forgot.act("forgot", json!({})).await.at("request_reset");
    forgot.submit(json!({"name": "김민지", "email": MINJI})).await.notice("reset_requested");
    let link = house.newest_link(MINJI).await;
    forgot.open_link(&link).await.at("new_password");
    forgot.submit(json!({"password": MINJIS_PASSWORD})).await.at("password");
    assert!(!is_asked(&mut phone).await, "the password was reset");

    // One that has expired, replaced elsewhere.
    phone.visitor.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    phone.sets_pin(PIN).await;
    house.policy("nuri", json!({"password_max_age_days": 30})).await;
    house.advance(31 * 24 * 3600);
    let mut late = house.visitor();
    late.begin(json!({"organisation": "nuri"})).await.at("password");
    late.submit(json!({"identifier": MINJI, "password": MINJIS_PASSWORD})).await.at("new_password");
    is_in(&late.submit(json!({"password": "nuri-Minji-2027!"})).await);
    assert!(!is_asked(&mut phone).await, "it had expired and was replaced elsewhere");
    house.policy("nuri", json!({"password_max_age_days": null})).await;
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", "nuri-Minji-2027!").await;

    // Suspended, and let in again.
    phone.visitor.sign_in(&house, MINJI, "nuri", "nuri-Minji-2027!").await;
    phone.sets_pin(PIN).await;
    phone.comes_again().await.at("quick_login");
    house.play("nuri_attempt_limit_5").await;
    minji.begin(json!({"organisation": "nuri"})).await.at("password");
    for _ in 0..5 {
        minji.submit(json!({"identifier": MINJI, "password": "wrong"})).await;
    }
    assert_eq!(kept(&house), 0);
    phone.enters(PIN).await.at("identify");
    house.play("lift_suspensions").await;
    assert!(!is_asked(&mut phone).await, "suspended");

    // The account is no more.
    phone.visitor.sign_in(&house, MINJI, "nuri", "nuri-Minji-2027!").await;
    phone.sets_pin(PIN).await;
    phone.comes_again().await.at("quick_login");
    house.sql("DELETE FROM account WHERE email = 'minji@daemun.test' AND workspace = 'nuri'");
    phone.enters(PIN).await.at("identify");
    assert_eq!(kept(&house), 0);
}

/// L7, X7: an app that took a sign-in over by its PIN is a session of its own, without the webview's cookie; signed out there, the PIN of
/// its webview is worth nothing either.
#[tokio::test]
async fn l7_x7_signing_an_app_out_ends_the_pin_of_its_webview() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    phone.visitor.signs_out();
    let client = json!({"version": "1", "locale": "en", "steps": STEPS, "capabilities": ["quick_login"]});
    let body =
        json!({"kind": "sign_in", "hints": {"handoff": handoff::challenge(handoff::VERIFIER)}, "client": client});
    let begun = phone.visitor.post("/api/v1/flows", &fresh_key(), &body).await;
    phone.visitor.keep(&begun);
    begun.at("quick_login");
    let done = phone.enters(PIN).await;
    is_in(&done);
    assert_eq!((done.flow().get("redirect_to"), done.header("set-cookie")), (None, None), "no cookie, a code");
    let code = done.flow()["handoff"].clone();
    let body = json!({"code": code, "verifier": handoff::VERIFIER, "app": "Nuri Work"});
    let token = handoff::redeem(&house, &body).await.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(handoff::session(&house, "GET", &token).await.status, 200);

    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    minji.begin_with("security", json!({})).await.at("security");
    let listed = minji.act("show_sessions", json!({})).await.at("sessions");
    let sessions = listed.flow()["step"]["sessions"].as_array().unwrap().clone();
    let app = sessions.iter().find(|session| session["browser"] == "Nuri Work").expect("the app's").clone();
    minji.act("sign_out", json!({"session": app["id"]})).await.at("sessions");
    assert_eq!(handoff::session(&house, "GET", &token).await.status, 403);
    assert!(!is_asked(&mut phone).await, "signed out there");
}

/// S7: turned off here, and on all other devices from anywhere; each is told by mail.
#[tokio::test]
async fn s7_it_is_turned_off_here_and_elsewhere() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    let mut tablet = phone_of(&house, 2).await;
    tablet.sets_pin(OTHER_PIN).await;
    tablet.begins("security").await.at("security");
    assert_eq!(tablet.item(), json!({"type": "quick_login", "on": true, "biometrics": false, "elsewhere": 1}));
    let mails = house.mails(MINJI).await.len();
    let off = tablet.visitor.act("turn_off_quick_login", json!({})).await.at("security");
    assert_eq!((said(&off), kept(&house)), (vec!["quick_login_off".into()], 1));
    assert!(!off.actions().contains(&"turn_off_quick_login".to_owned()));
    tablet.visitor.act("turn_off_quick_login", json!({})).await.problem(403, "action_unavailable");
    assert!(!is_asked(&mut tablet).await);
    assert!(is_asked(&mut phone).await, "another device keeps its own");

    // Whoever has lost the phone turns it off from any browser, whatever sessions there are.
    house.advance(13 * 3600);
    let mut minji = house.visitor();
    minji.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    let listed = minji.begin_with("security", json!({})).await.at("security");
    assert_eq!(listed.item("quick_login")["elsewhere"], 1);
    assert_eq!(listed.item("sessions")["count"], 1);
    minji.act("turn_off_quick_login_elsewhere", json!({})).await.at("security");
    assert!(!is_asked(&mut phone).await);
    assert_eq!(house.mails(MINJI).await.iter().filter(|mail| mail["code"].is_null()).count(), mails_without(mails) + 2);
    minji.act("turn_off_quick_login_elsewhere", json!({})).await.problem(403, "action_unavailable");
}

/// Of so many mails, how many have no code: one was the code of the sign-in before, for each of two devices.
const fn mails_without(mails: usize) -> usize {
    mails - 2
}

/// S7, L7: the device's own unlock instead of the PIN, by the trusted device that it is or becomes.
#[tokio::test]
async fn s7_biometrics_are_turned_on_and_sign_in() {
    let house = house().await;
    let mut phone = phone(&house).await;
    phone.begins("security").await.at("security");
    phone.visitor.act("turn_on_biometrics", json!({})).await.problem(403, "action_unavailable");
    phone.sets_pin(PIN).await;
    let origin = phone.visitor.origin.clone();
    phone.visitor.act("turn_on_biometrics", json!({})).await.at("register_device");
    phone.visitor.act("back", json!({})).await.at("security");
    phone.visitor.act("turn_on_biometrics", json!({})).await.at("register_device");
    let (mut passkey, made) = Passkey::make(&origin, &phone.visitor.flow["step"]["options"]);
    let on = phone.visitor.submit(json!({"credential": made, "name": "Phone"})).await.at("security");
    assert_eq!((said(&on), &phone.item()["biometrics"]), (vec!["biometrics_on".into()], &json!(true)));

    let asked = phone.comes_again().await.at("quick_login");
    assert_eq!(asked.actions(), ["submit", "use_other", "use_passkey"]);
    let options = asked.flow()["step"]["biometrics"].clone();
    assert_eq!(options["allowCredentials"].as_array().unwrap().len(), 1);
    assert_eq!(options["userVerification"], "required");
    let lie = passkey.unlock_with(&origin, &options, |said| said.secret = stranger());
    phone.visitor.act("use_passkey", json!({"credential": lie})).await.problem(422, "passkey_refused");
    let options = phone.visitor.read().await.flow()["step"]["biometrics"].clone();
    let without = passkey.unlock_with(&origin, &options, |said| said.flags = crate::device::USER_PRESENT);
    phone.visitor.act("use_passkey", json!({"credential": without})).await.problem(422, "passkey_refused");
    let options = phone.visitor.read().await.flow()["step"]["biometrics"].clone();
    let credential = passkey.unlock(&origin, &options);
    is_in(&phone.visitor.act("use_passkey", json!({"credential": credential})).await);
    // The PIN does as well.
    phone.comes_again().await.at("quick_login");
    is_in(&phone.enters(PIN).await);

    phone.begins("security").await.at("security");
    let off = phone.visitor.act("turn_off_biometrics", json!({})).await.at("security");
    assert_eq!(said(&off), ["biometrics_off"]);
    let asked = phone.comes_again().await.at("quick_login");
    assert!(asked.flow()["step"].get("biometrics").is_none());
    phone.visitor.act("use_passkey", json!({})).await.problem(403, "action_unavailable");
    is_in(&phone.enters(PIN).await);

    // The device is there already: its unlock is all that is asked for, and where it is removed, the PIN goes with it.
    phone.begins("security").await.at("security");
    phone.visitor.act("turn_on_biometrics", json!({})).await.at("security");
    assert_eq!(phone.item()["biometrics"], true);
    let devices = phone.visitor.act("show_devices", json!({})).await.at("trusted_devices");
    let device = devices.flow()["step"]["devices"][0]["id"].clone();
    // It is said where that is the last way in: the PIN is none without it.
    house.policy("nuri", json!({"email_entry": false, "phone_entry": false})).await;
    house.sql("DELETE FROM external_identity");
    assert_eq!(phone.visitor.read().await.flow()["step"]["devices"][0].get("last"), None, "there is her password");
    house.sql("UPDATE account SET password_hash = NULL, password_set_at = NULL WHERE email = 'minji@daemun.test'");
    assert_eq!(phone.visitor.read().await.flow()["step"]["devices"][0]["last"], true);
    phone.visitor.act("remove", json!({"device": device})).await.at("trusted_devices");
    assert!(!is_asked(&mut phone).await);
    assert_eq!(kept(&house), 0);
}

/// L7, L6: a PIN is one app's on one device; what a list leads to stays as it was, and is used now.
#[tokio::test]
async fn l7_a_pin_is_no_method_of_a_list() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    let by_line = "SELECT browser, account, 'handle', 'provider:line', 1, used_at - 1 FROM quick_login";
    house.sql(&format!("INSERT INTO remembered_account {by_line}"));
    house.advance(60);
    phone.comes_again().await.at("quick_login");
    is_in(&phone.enters(PIN).await);
    let used = "SELECT count(*) FROM remembered_account JOIN quick_login USING (account)
        WHERE method = 'provider:line' AND signed_out = 0 AND remembered_account.used_at >= quick_login.used_at";
    assert_eq!(house.count(used), 1);
}

/// S7, P1: where no device may be registered, the one that there is does still, and none else.
#[tokio::test]
async fn s7_biometrics_take_a_device_that_may_be_registered() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    house.policy("nuri", json!({"device_unlock": false})).await;
    let listed = phone.begins("security").await.at("security");
    assert!(!listed.actions().contains(&"turn_on_biometrics".to_owned()));
}

/// P1: a denial bites at the next login and in one that is under way, and the settings say why; what was set up is good again when
/// it is allowed again.
#[tokio::test]
async fn p1_a_denial_of_quick_login_bites_at_the_next_login() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    phone.comes_again().await.at("quick_login");
    house.policy("nuri", json!({"quick_login": false})).await;
    let told = phone.enters(PIN).await.notice("method_not_allowed");
    assert_eq!(told.actions(), ["back", "use_email", "use_organisation"]);
    let next = phone.comes_again().await.at("identify");
    assert_eq!(said(&next), ["method_not_allowed"]);
    assert_eq!(next.flow()["messages"][0]["params"]["workspace"], "누리소프트");
    phone.visitor.sign_in(&house, MINJI, "nuri", MINJIS_PASSWORD).await;
    let listed = phone.begins("security").await.at("security");
    assert_eq!((&phone.item()["missing"], &phone.item()["on"]), (&json!("not_allowed"), &json!(true)));
    assert!(!listed.actions().contains(&"set_pin".to_owned()), "{:?}", listed.actions());
    assert!(listed.actions().contains(&"turn_off_quick_login".to_owned()));
    // Denied while a PIN is being set.
    house.policy("nuri", json!({"quick_login": true})).await;
    phone.visitor.act("set_pin", json!({})).await.at("set_pin");
    house.policy("nuri", json!({"quick_login": false})).await;
    let refused = phone.enters(OTHER_PIN).await.at("security");
    assert_eq!(said(&refused), [""; 0]);
    house.policy("nuri", json!({"quick_login": true})).await;
    phone.comes_again().await.at("quick_login");
    is_in(&phone.enters(PIN).await);
}

/// P1, T1: the device and its PIN are two factors only where the policy says so.
#[tokio::test]
async fn p1_quick_login_counts_as_two_factors_only_where_the_policy_says_so() {
    let house = house().await;
    let mut phone = phone_with_pin(&house).await;
    house.policy("nuri", json!({"two_factor": "required"})).await;
    phone.comes_again().await.at("quick_login");
    let asked = phone.enters(PIN).await.at("choose_factor");
    assert_eq!(asked.flow()["account"]["name"], "김민지");
    phone.visitor.act("back", json!({})).await.at("identify");
    phone.comes_again().await.at("quick_login");
    phone.enters(PIN).await.at("choose_factor");
    phone.visitor.act("choose", json!({"factor": "email"})).await.at("code");
    let code = house.newest_code("minji.home@daemun.test").await;
    is_in(&phone.visitor.submit(json!({"code": code})).await);

    // Revoked between the two.
    phone.comes_again().await.at("quick_login");
    phone.enters(PIN).await.at("choose_factor");
    house.sql("DELETE FROM quick_login");
    phone.visitor.act("choose", json!({"factor": "email"})).await.at("identify");

    house.policy("nuri", json!({"quick_login_two_factors": true})).await;
    phone.visitor.reach_password(&house, MINJI, "nuri").await;
    phone.visitor.submit(json!({"password": MINJIS_PASSWORD})).await.at("choose_factor");
    phone.visitor.act("choose", json!({"factor": "email"})).await.at("code");
    let code = house.newest_code("minji.home@daemun.test").await;
    is_in(&phone.visitor.submit(json!({"code": code})).await);
    phone.sets_pin(PIN).await;
    phone.comes_again().await.at("quick_login");
    is_in(&phone.enters(PIN).await);
}

/// P1, P2: an administrator is told whom a denial concerns.
#[tokio::test]
async fn p2_a_denial_says_how_many_have_set_quick_login_up() {
    let house = house().await;
    phone_with_pin(&house).await;
    let mut sujin = house.visitor();
    sujin.sign_in(&house, SUJIN, "nuri", "nuri-Sujin-2024!").await;
    sujin.begin_with("policy", json!({})).await.at("account_security");
    let changes = json!({"quick_login": false, "quick_login_two_factors": true});
    let reviewed = sujin.act("review", json!({"changes": changes})).await.at("policy_review");
    assert_eq!(
        reviewed.flow()["step"]["effects"],
        json!([{"code": "quick_login_denied", "members": 1}]),
        "who has a password is not locked out"
    );
    sujin.act("save", json!({})).await.at("account_security");
    let policy = sujin.read().await.flow()["step"]["policy"].clone();
    assert_eq!((&policy["quick_login"], &policy["quick_login_two_factors"]), (&json!(false), &json!(true)));
}
