//! The list of accounts that a browser remembers (FEATURES L6): wanted or not, chosen, taken off, put back.

use thirtyfour::Key;

use crate::harness::{Member, Requests, Sight, Tampering, story};
use crate::keyboard::tabs_to;
use crate::passkeys::with_device;

const MINJI: &str = "minji@daemun.test";
const HARUTO: &str = "haruto@daemun.test";
const HARUTOS_PHONE: &str = "090-1234-5678";
const AT_HARUTOS: &str = "+819012345678";
const NURI: &str = "누리소프트";
const MASKED: &str = "mi***@daemun.test";
const WASM: Requests = Requests::of(".wasm");
const BOX: &str = "[name=remember_account]";
const CHOOSE: &str = "[data-action=choose]";
const ASK: &str = ".accounts summary";
const FORGET: &str = "[data-action=forget]";

impl Member<'_> {
    /// Signs in by an organisation's ID, with the box ticked, and out again.
    async fn is_remembered_at(&self, organisation: &str, email: &str) {
        self.opens(&format!("/o/{organisation}")).await;
        self.comes_to("password").await;
        self.clicks(BOX).await;
        let password = self.gate.password_of(email, organisation).await;
        self.at_password().await.enters_with_id(email, &password).await;
        self.is_in(email, organisation).await;
        self.signs_out_at_home().await;
    }

    async fn signs_out_at_home(&self) {
        self.clicks("form[action='/home/sign-out'] button").await;
        let wire = &self.gate.wire;
        // What is left while the list is being fetched is complained of.
        let is_there = |sight: &Sight| !wire.last_answer()["step"]["accounts"].is_array() || sight.offers("choose");
        self.waits_for("the door", |sight| sight.is_settled() && sight.rev > 0 && is_there(sight)).await;
    }

    /// The front door, with the list.
    async fn sees_list(&self) -> Sight {
        self.opens("/").await;
        self.waits_for("the list", |sight| sight.is_settled() && sight.offers("choose")).await
    }

    /// The front door, as the backend has answered it.
    async fn sees_no_list(&self) -> Sight {
        self.opens("/").await;
        let sight = self.waits_for("a flow", |sight| sight.is_settled() && sight.rev > 0).await;
        assert!(!sight.offers("choose") && !sight.text.contains(MASKED), "{sight}");
        sight
    }

    /// Asks to take the first account off.
    async fn asks_to_forget(&self) -> Sight {
        self.clicks(ASK).await;
        self.waits_for("the question", |sight| sight.offers("forget")).await
    }
}

/// L6: nothing is remembered that nobody wanted; what is, is there the next time, told in part, and in no storage of the browser's.
#[test]
fn l6_an_account_is_remembered_only_where_that_was_wanted() {
    story(async |gate| {
        let minji = gate.member().await;
        let sight = minji.sees_no_list().await;
        assert!(!sight.field("remember_account").checked, "nobody knows whose device this is: {sight}");
        let password = gate.password_of(MINJI, "nuri").await;
        minji.signs_in_at("nuri", MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
        minji.signs_out_at_home().await;
        minji.sees_no_list().await;

        minji.clicks(BOX).await;
        minji.at_identify().await.sends(MINJI).await;
        minji.at_code().await.enters(&gate.code_for(MINJI).await).await;
        minji.comes_to("choose_workspace").await;
        minji.chooses("nuri").await;
        minji.enters_password_of(MINJI, "nuri").await;
        minji.signs_out_at_home().await;
        let sight = minji.sees_list().await;
        for told in ["김민지", MASKED, NURI, "비밀번호"] {
            assert!(sight.label_of("choose").contains(told), "{told}: {sight}");
        }
        assert!(!sight.text.contains(MINJI), "{sight}");
        let stored =
            "return [document.cookie, JSON.stringify({ ...localStorage, ...sessionStorage }), window.name].join('')";
        assert_eq!(minji.runs(stored).await, "{}", "nothing that a script could read");
        // Nobody else's browser is told anything.
        gate.member().await.sees_no_list().await;
    });
}

/// L6, L1: whoever chooses an account is asked for its password alone; the ID that leads to it is told in part.
#[test]
fn l6_a_chosen_account_asks_for_its_password_alone() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.is_remembered_at("nuri", MINJI).await;
        minji.sees_list().await;
        minji.does("choose").await;
        let sight = minji.comes_to("password").await;
        assert!(sight.text.contains(MASKED) && !sight.text.contains(MINJI), "{sight}");
        assert!(
            sight.fields.iter().all(|field| field.name != "identifier" && field.name != "remember_account"),
            "{sight}"
        );
        assert_eq!(sight.focus.field, "password", "{sight}");
        minji.at_password().await.enters("wrong").await;
        minji.is_told_wrong().await;
        minji.does("back").await;
        let sight = minji.comes_to("identify").await;
        assert!(sight.offers("choose") && sight.field("identifier").value.is_empty(), "{sight}");
        minji.does("choose").await;
        minji.enters_password_of(MINJI, "nuri").await;
    });
}

impl Member<'_> {
    async fn is_told_wrong(&self) {
        self.waits_for("the password to be refused", |sight| sight.is_settled() && sight.field("password").invalid)
            .await;
    }
}

/// L6: who is signed in here is in at once, by keyboard and without a password; the form for any other stays.
#[test]
fn l6_who_is_signed_in_goes_in_at_once() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        minji.clicks(BOX).await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
        minji.sees_list().await;
        minji.clicks(CHOOSE).await;
        minji.is_in(MINJI, "nuri").await;
        let there = gate.wire.count(Requests::posts("/actions/submit"));
        assert_eq!(there, 1, "the password was sent once");
    });
}

/// L6: × asks first, says that only the list changes, and can be undone in the same place; a reload loses nothing of it.
#[test]
fn l6_taking_an_account_off_asks_first_and_can_be_undone() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.is_remembered_at("nuri", MINJI).await;
        let sight = minji.sees_list().await;
        assert!(!sight.offers("forget"), "not before it is asked: {sight}");
        let sight = minji.asks_to_forget().await;
        assert!(sight.text.contains("Only this list changes"), "{sight}");
        assert_eq!(gate.wire.count(Requests::posts("/actions/forget")), 0);
        minji.does("forget").await;
        let off = |sight: &Sight| sight.is_settled() && sight.offers("restore") && sight.focus.action == "restore";
        let sight = minji.waits_for("a way to undo it, with the focus", off).await;
        assert!(sight.text.contains(&format!("김민지 · {NURI} is off the list")) && !sight.offers("choose"), "{sight}");
        minji.reloads().await;
        minji.waits_for("the way to undo it", |sight| sight.is_settled() && sight.offers("restore")).await;
        minji.does("restore").await;
        let back = |sight: &Sight| sight.is_settled() && sight.focus.action == "choose" && !sight.offers("restore");
        minji.waits_for("the account, with the focus", back).await;
        minji.asks_to_forget().await;
        minji.does("forget").await;
        minji.waits_for("a way to undo it", off).await;
        // What is typed beside it is not lost by any of that.
        minji.types("identifier", MINJI).await;
        minji.does("restore").await;
        let sight = minji.waits_for("the account", back).await;
        assert_eq!(sight.field("identifier").value, MINJI, "{sight}");
        minji.asks_to_forget().await;
        minji.does("forget").await;
        minji.waits_for("a way to undo it", off).await;
        minji.sees_no_list().await;
        // The account itself is as it was.
        let password = gate.password_of(MINJI, "nuri").await;
        minji.signs_in_at("nuri", MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// L6, X4: all of it by keyboard alone.
#[test]
fn l6_the_list_by_keyboard_alone() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.is_remembered_at("nuri", MINJI).await;
        let sight = minji.sees_list().await;
        assert_eq!(sight.focus.field, "identifier", "the form for any account comes first: {sight}");
        tabs_to(&minji, "the account", |sight| sight.focus.action == "choose").await;
        minji.presses_key(Key::Tab).await;
        let sight = minji.waits_for("×", |sight| sight.focus.tag == "summary").await;
        assert!(sight.focus.text.contains(&format!("Remove 김민지 · {NURI} from this list")), "{sight}");
        minji.presses_key(Key::Enter).await;
        minji.waits_for("the question", |sight| sight.offers("forget")).await;
        minji.presses_key(Key::Enter).await;
        minji.waits_for("no question any more", |sight| !sight.offers("forget")).await;
        minji.presses_key(Key::Space).await;
        minji.waits_for("the question", |sight| sight.offers("forget")).await;
        minji.presses_key(Key::Tab).await;
        minji.waits_for("the answer", |sight| sight.focus.action == "forget").await;
        minji.presses_key(Key::Enter).await;
        minji.waits_for("a way to undo it", |sight| sight.focus.action == "restore" && sight.is_settled()).await;
        minji.presses_key(Key::Enter).await;
        minji.waits_for("the account", |sight| sight.focus.action == "choose" && sight.is_settled()).await;
        minji.presses_key(Key::Enter).await;
        minji.comes_to("password").await;
    });
}

/// L6, E6: an account in each of several workspaces, the last one first; each is taken off and chosen for itself.
#[test]
fn l6_several_workspaces_are_several_accounts() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.is_remembered_at("nuri", MINJI).await;
        gate.lets_pass(60).await;
        minji.is_remembered_at("northwind", MINJI).await;
        let sight = minji.sees_list().await;
        let labels = |sight: &Sight| {
            let choices = sight.actions.iter().filter(|action| action.name == "choose");
            choices.map(|action| action.label.clone()).collect::<Vec<_>>()
        };
        assert!(
            matches!(&labels(&sight)[..], [first, second] if first.contains("Northwind") && second.contains(NURI)),
            "{sight}"
        );
        minji.asks_to_forget().await;
        minji.does("forget").await;
        let sight = minji.waits_for("a way to undo it", |sight| sight.is_settled() && sight.offers("restore")).await;
        assert!(matches!(&labels(&sight)[..], [only] if only.contains(NURI)), "{sight}");
        minji.does("choose").await;
        minji.enters_password_of(MINJI, "nuri").await;
    });
}

/// L6, X1: a box that is ticked before the app is there is ticked after, and what it says goes along.
#[test]
fn l6_the_box_is_kept_when_the_app_takes_over() {
    story(async |gate| {
        let minji = gate.member().await;
        let held = gate.wire.tamper(WASM, Tampering::Hold);
        minji.goes_to("/").await;
        minji
            .waits_for("the page's own form", |sight| sight.app == "shell" && sight.has_field("remember_account"))
            .await;
        minji.clicks(BOX).await;
        held.lift();
        let kept = |sight: &Sight| sight.is_settled() && sight.has_field("remember_account");
        let sight = minji.waits_for("the box in the app", kept).await;
        assert!(sight.field("remember_account").checked, "{sight}");
        assert_eq!(sight.focus.field, "remember_account", "the focus goes along: {sight}");
        minji.at_identify().await.uses_organisation().await;
        minji.at_organisation().await.sends("nuri").await;
        let sight = minji.comes_to("password").await;
        assert!(sight.field("remember_account").checked, "it is asked for an ID once more: {sight}");
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
        minji.signs_out_at_home().await;
        minji.sees_list().await;
    });
}

/// L6: in an app of a host's the device is a person's own: the box is ticked from the start, and can be unticked.
#[test]
fn l6_in_a_native_app_the_box_is_ticked_from_the_start() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.runs_before_each_page("window.ReactNativeWebView = { postMessage() {} }").await;
        let sight = minji.sees_no_list().await;
        assert!(sight.field("remember_account").checked, "{sight}");
        let password = gate.password_of(MINJI, "nuri").await;
        minji.signs_in_at("nuri", MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
        minji.signs_out_at_home().await;
        minji.sees_list().await;
        minji.asks_to_forget().await;
        minji.does("forget").await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        minji.clicks(BOX).await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
        minji.signs_out_at_home().await;
        minji.sees_no_list().await;
    });
}

/// L6, X1: the list comes with the backend's first answer and moves nothing that was there.
#[test]
fn l6_the_list_moves_nothing() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.is_remembered_at("nuri", MINJI).await;
        let held = gate.wire.tamper(Requests::posts("/flows"), Tampering::Hold);
        minji.goes_to("/").await;
        minji.waits_for("the app", |sight| sight.app == "ready" && sight.has_field("identifier")).await;
        let places = "return ['h1', 'input[name=identifier]', '[name=remember_account]', '[data-action=submit]', \
            '[data-action=use_organisation]'].map((each) => JSON.stringify(document.querySelector(`#app ${each}`).getBoundingClientRect()))";
        let before = minji.runs(places).await;
        held.lift();
        minji.waits_for("the list", |sight| sight.is_settled() && sight.offers("choose")).await;
        assert_eq!(minji.runs(places).await, before);
    });
}

/// L6, X10: a lost answer is said, and the same act again is the same act; a lost connection keeps the account where it is.
#[test]
fn l6_a_lost_answer_takes_nothing_else_off() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.is_remembered_at("nuri", MINJI).await;
        minji.sees_list().await;
        minji.asks_to_forget().await;
        minji.browser.provokes("net::ERR");
        let lost = gate.wire.tamper(Requests::posts("/actions/forget"), Tampering::LoseAnswer);
        minji.clicks(FORGET).await;
        let sight = minji.is_told("network").await;
        assert!(sight.offers("choose"), "what is shown is what is known: {sight}");
        lost.lift();
        if !sight.offers("forget") {
            minji.asks_to_forget().await;
        }
        minji.does("forget").await;
        minji.waits_for("a way to undo it", |sight| sight.is_settled() && sight.offers("restore")).await;
        minji.does("restore").await;
        minji.waits_for("the account", |sight| sight.is_settled() && sight.offers("choose")).await;
    });
}

/// L6, P1: who was suspended, or whose way was closed, after the list was shown is told so.
#[test]
fn l6_a_choice_that_has_gone_meanwhile_says_so() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.is_remembered_at("nuri", MINJI).await;
        minji.sees_list().await;
        gate.scenario("nuri_organisation_entry_off").await;
        minji.does("choose").await;
        let sight = minji.comes_to("code").await;
        assert!(sight.text.contains(MASKED) && !sight.text.contains(MINJI), "{sight}");
        minji.at_code().await.enters(&gate.code_for(MINJI).await).await;
        minji.enters_password_of(MINJI, "nuri").await;
        minji.signs_out_at_home().await;
        minji.sees_list().await;
        gate.scenario("suspend_minji_nuri").await;
        minji.does("choose").await;
        let sight = minji.is_told("action_unavailable").await;
        assert!(!sight.offers("choose") && sight.has_field("identifier"), "{sight}");
        minji.sees_no_list().await;
    });
}

/// L6, L2: who was in by a code to the phone last, and has it not at hand, signs in another way; where there is none, none is offered.
#[test]
fn l6_another_method_than_a_code_to_the_phone() {
    story(async |gate| {
        // Who is in nowhere is asked for the password first.
        let _elsewhere = gate.member_in(HARUTO, "sakura").await;
        let haruto = gate.member_reading("ja").await;
        haruto.sees_no_list().await;
        haruto.clicks(BOX).await;
        haruto.proves_number(HARUTOS_PHONE, AT_HARUTOS).await;
        haruto.is_in(HARUTO, "sakura").await;
        haruto.signs_out_at_home().await;
        haruto.sees_list().await;
        haruto.does("choose").await;
        let sight = haruto.comes_to("code").await;
        assert!(sight.text.contains("090-****-5678") && !sight.text.contains(HARUTOS_PHONE), "{sight}");
        haruto.at_code().await.uses_other().await;
        let sight = haruto.comes_to("password").await;
        assert!(sight.text.contains("ha***@daemun.test") && sight.offers("use_provider"), "{sight}");
        // Back is the list, from where it is the phone's code again.
        haruto.does("back").await;
        haruto.comes_to("identify").await;
        gate.scenario("lift_restrictions").await;
        for closed in ["sakura_organisation_entry_off", "sakura_email_entry_off", "sakura_line_off"] {
            gate.scenario(closed).await;
        }
        haruto.does("choose").await;
        let sight = haruto.comes_to("code").await;
        assert!(!sight.offers("use_other"), "{sight}");
        gate.scenario("sakura_organisation_entry_on").await;
        haruto.reloads().await;
        haruto.waits_for("another method", |sight| sight.is_settled() && sight.offers("use_other")).await;
        haruto.at_code().await.uses_other().await;
        // And from the password to the phone's code.
        haruto.comes_to("password").await;
        haruto.does("use_other").await;
        let sight = haruto.comes_to("code").await;
        assert!(sight.text.contains("090-****-5678"), "{sight}");
        haruto.at_code().await.uses_other().await;
        haruto.enters_password_of(HARUTO, "sakura").await;
    });
}

/// L6, L8: in a workspace with codes by mail alone, the other way than a device's unlock is such a code, then the rest, and round again.
#[test]
fn l6_another_method_than_a_passkey_is_one_that_is_open() {
    story(async |gate| {
        let minji = gate.member().await;
        let device = with_device(&minji).await;
        minji.is_remembered_at("nuri", MINJI).await;
        minji.sees_list().await;
        minji.does("choose").await;
        minji.comes_to("password").await;
        minji.does("use_passkey").await;
        minji.is_in(MINJI, "nuri").await;
        minji.signs_out_at_home().await;

        gate.scenario("nuri_organisation_entry_off").await;
        device.is_not_unlocked().await;
        minji.sees_list().await;
        minji.does("choose").await;
        let sight =
            minji.waits_for("the device to say no", |sight| sight.screen == "passkey" && sight.state == "error").await;
        assert!(sight.offers("use_other"), "{sight}");
        minji.does("use_other").await;
        let sight = minji.comes_to("code").await;
        assert!(sight.text.contains(MASKED) && !sight.text.contains(MINJI), "{sight}");
        minji.at_code().await.uses_other().await;
        minji
            .waits_for("a code to the phone", |sight| sight.is_settled() && sight.text.contains("010-****-6789"))
            .await;
        minji.at_code().await.uses_other().await;
        let sight = minji.comes_to("provider").await;
        assert!(sight.label_of("use_other").contains("다른 방법으로 로그인"), "{sight}");
        minji.does("use_other").await;
        minji.waits_for("the device to say no", |sight| sight.screen == "passkey" && sight.state == "error").await;
        minji.does("use_other").await;
        minji.comes_to("code").await;
        minji.at_code().await.enters(&gate.code_for(MINJI).await).await;
        minji.enters_password_of(MINJI, "nuri").await;
    });
}
