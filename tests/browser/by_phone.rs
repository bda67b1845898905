//! Signing in by a code to a linked number (FEATURES L2), what its refusals say, and the code that fills itself in (X6).

use serde_json::{Value, json};

use crate::harness::{Gate, Member, Requests, Sight, Tampering, golden, story};

const MINJI: &str = "minji@daemun.test";
/// Linked in nuri and in hanbit.
const MINJIS_PHONE: &str = "010-2345-6789";
const AT_MINJIS: &str = "+821023456789";

const HARUTO: &str = "haruto@daemun.test";
/// Linked in sakura.
const HARUTOS_PHONE: &str = "090-1234-5678";
const AT_HARUTOS: &str = "+819012345678";

const NOBODYS_PHONE: &str = "010-9999-0000";
const AT_NOBODYS: &str = "+821099990000";

const SUBMITS: Requests = Requests::posts("/actions/submit");

/// A text without what changes from second to second, and without whom it is about.
fn likeness(sight: &Sight, number: &str) -> (String, Vec<String>) {
    let text = sight.text.replace(number, "…").replace(|c: char| c.is_ascii_digit(), "");
    (text, sight.actions.iter().map(|action| action.name.clone()).collect())
}

/// The seconds that a label counts down.
fn seconds(label: &str) -> Option<u32> {
    label.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok()
}

/// Nobody's phone pays for a stranger's curiosity.
async fn channels(gate: &Gate, place: &str) -> Vec<String> {
    gate.mails_to(place).await.into_iter().map(|sent| sent.channel).collect()
}

/// L2: number → code by SMS → in, however the number is written; a Japanese one without its country's code too.
#[test]
fn l2_a_code_to_a_linked_number_leads_in_however_it_is_written() {
    story(async |gate| {
        let haruto = gate.member_reading("ja").await;
        haruto.opens("/").await;
        for written in ["+81 90-1234-5678", "０９０－１２３４－５６７８", "(090) 1234.5678"] {
            haruto.at_identify().await.sends(written).await;
            let sight = haruto.comes_to("code").await;
            assert!(sight.text.contains(HARUTOS_PHONE), "as it is written at home:\n{sight}");
            assert_eq!(sight.focus.field, "code", "{sight}");
            haruto.at_code().await.goes_back().await;
            let sight = haruto.comes_to("identify").await;
            assert_eq!(sight.field("identifier").value, HARUTOS_PHONE, "what was entered is there");
        }
        haruto.proves_number(HARUTOS_PHONE, AT_HARUTOS).await;
        haruto.is_in(HARUTO, "sakura").await;
        assert_eq!(channels(gate, AT_HARUTOS).await, ["sms"; 4]);
        assert!(gate.mails_to(HARUTO).await.is_empty(), "nothing by mail");

        // The number proves no address: the next time the door asks again.
        haruto.opens("/").await;
        haruto.comes_to("identify").await;

        let abroad = gate.member_reading("ko-KR,ko").await;
        abroad.opens("/").await;
        abroad.proves_number(HARUTOS_PHONE, AT_HARUTOS).await;
        abroad.is_in(HARUTO, "sakura").await;
    });
}

/// L2: a number that is linked in several workspaces leads to a choice, and there no password is asked for.
#[test]
fn l2_a_number_linked_in_several_workspaces_leads_to_a_choice() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.proves_number("+82 10 2345 6789", AT_MINJIS).await;
        let sight = minji.comes_to("choose_workspace").await;
        let offered: Vec<&str> = sight
            .actions
            .iter()
            .map(|action| action.workspace.as_str())
            .filter(|workspace| !workspace.is_empty())
            .collect();
        assert_eq!(offered, ["nuri", "hanbit"], "northwind knows another account, and no number:\n{sight}");
        assert!(sight.text.contains(MINJIS_PHONE) && sight.focus.in_main, "{sight}");
        minji.reloads().await;
        minji.comes_to("choose_workspace").await;

        minji.does("back").await;
        let sight = minji.comes_to("identify").await;
        assert_eq!(sight.field("identifier").value, MINJIS_PHONE);
        minji.proves_number(MINJIS_PHONE, AT_MINJIS).await;
        minji.at_choose_workspace().await.picks("hanbit").await;
        minji.is_in(MINJI, "hanbit").await;
    });
}

/// L2: where SMS does not arrive the code comes as a service notification, and by SMS again; each way waits, and says so live.
#[test]
fn l2_the_code_comes_as_a_service_notification_and_back() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTOS_PHONE).await;
        let sight = haruto.sees().await;
        assert!(sight.can("use_notification") && !sight.can("resend") && !sight.offers("use_sms"), "{sight}");
        let by_sms = gate.code_for(AT_HARUTOS).await;
        haruto.types("code", &by_sms[..3]).await;
        haruto.at_code().await.uses_notification().await;
        let sight = haruto
            .waits_for("a service notification", |sight| {
                sight.is_settled() && sight.text.contains("as a service notification")
            })
            .await;
        assert_eq!(sight.screen, "code");
        assert_eq!(sight.field("code").value, "", "half of a code that no longer counts is gone:\n{sight}");
        assert_eq!(sight.focus.field, "code", "the next one can be typed at once:\n{sight}");
        assert!(!sight.offers("use_notification"), "{sight}");
        assert_eq!(channels(gate, AT_HARUTOS).await, ["notification", "sms"], "the newest first");

        // Changing ways is no way around the wait; each says how long it is, and counts.
        for action in ["resend", "use_sms"] {
            assert!(sight.offers(action) && !sight.can(action), "{action}:\n{sight}");
            let first = seconds(sight.label_of(action)).unwrap_or_else(|| panic!("{action} says how long:\n{sight}"));
            assert!((1..=30).contains(&first), "{sight}");
            haruto
                .waits_for("the wait to get shorter", |sight| {
                    sight.offers(action) && seconds(sight.label_of(action)).is_some_and(|now| now < first)
                })
                .await;
        }
        haruto.at_code().await.enters(&by_sms).await;
        haruto.is_told("code_wrong").await;

        gate.lets_pass(30).await;
        haruto.reloads().await;
        haruto.at_code().await.resends().await;
        let sight = haruto.is_told("code_sent_again").await;
        assert!(sight.text.contains("as a service notification"), "again by the way that was chosen:\n{sight}");
        gate.lets_pass(30).await;
        haruto.reloads().await;
        haruto.at_code().await.uses_sms().await;
        haruto
            .waits_for("a code by SMS", |sight| {
                sight.screen == "code" && sight.is_settled() && !sight.text.contains("as a service notification")
            })
            .await;
        assert_eq!(channels(gate, AT_HARUTOS).await, ["sms", "notification", "notification", "sms"]);
        let code = gate.code_for(AT_HARUTOS).await;
        haruto.at_code().await.enters(&code).await;
        haruto.is_in(HARUTO, "sakura").await;
    });
}

/// L2: a number that nobody has linked, one that a profile has, and a linked one look alike to the end; only the last rings.
#[test]
fn l2_a_number_that_nobody_has_linked_looks_the_same_and_gets_nothing() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        let mut looks = Vec::new();
        for number in [NOBODYS_PHONE, "010-5555-0101", HARUTOS_PHONE] {
            member.opens("/").await;
            member.asks_for_code(number).await;
            let mut look = vec![likeness(&member.sees().await, number)];
            for wrong in gate.wrong_codes_for(AT_HARUTOS).await {
                look.push(likeness(&member.at_code().await.enters(&wrong).await, number));
            }
            look.push(likeness(&member.at_notice("email_restricted").await, number));
            looks.push(look);
        }
        assert_eq!(looks[0], looks[2]);
        assert_eq!(looks[1], looks[2]);
        assert_eq!(channels(gate, AT_NOBODYS).await, [""; 0]);
        assert_eq!(channels(gate, "+821055550101").await, [""; 0], "a profile's number is not linked");
        assert_eq!(channels(gate, AT_HARUTOS).await, ["sms"]);
    });
}

/// L2: five wrong codes pause codes to the number, and to no other; the pause ends.
#[test]
fn l2_five_wrong_codes_pause_codes_to_the_number() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTOS_PHONE).await;
        let wrong = gate.wrong_codes_for(AT_HARUTOS).await;
        for (wrong, left) in wrong.iter().zip(["4", "3", "2", "1"]) {
            haruto.at_code().await.enters(wrong).await;
            haruto
                .waits_for(&format!("{left} tries left"), |sight| {
                    sight.is_settled() && sight.says("code_wrong") && sight.words_of("code_wrong").contains(left)
                })
                .await;
        }
        haruto.at_code().await.enters(&wrong[4]).await;
        let sight = haruto.at_notice("email_restricted").await;
        assert!(sight.text.contains(HARUTOS_PHONE) && sight.text.contains("minute"), "for how long:\n{sight}");
        assert!(sight.focus.in_main && sight.offers("use_organisation"), "another way is offered:\n{sight}");

        // The right code is too late, another browser has not guessed, and another number is another one.
        haruto.does("back").await;
        let sight = haruto.comes_to("identify").await;
        assert_eq!(sight.field("identifier").value, HARUTOS_PHONE);
        haruto.does("submit").await;
        haruto.at_notice("email_restricted").await;
        assert_eq!(channels(gate, AT_HARUTOS).await.len(), 1);
        haruto.does("back").await;
        haruto.asks_for_code(MINJIS_PHONE).await;

        gate.lets_pass(30 * 60 + 1).await;
        haruto.opens("/").await;
        haruto.proves_number(HARUTOS_PHONE, AT_HARUTOS).await;
        haruto.is_in(HARUTO, "sakura").await;
    });
}

/// L2: a number is as little to be flooded as an inbox: after five codes the next one has to wait, said at the field.
#[test]
fn l2_more_than_five_codes_in_ten_minutes_have_to_wait() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        haruto.opens("/").await;
        for _ in 0..5 {
            haruto.at_identify().await.sends(HARUTOS_PHONE).await;
            haruto.at_code().await.goes_back().await;
        }
        haruto.at_identify().await.sends(HARUTOS_PHONE).await;
        let sight = haruto.is_told("too_many_requests").await;
        assert!(sight.screen == "identify" && sight.words_of("wait").contains("minute"), "{sight}");
        assert_eq!(channels(gate, AT_HARUTOS).await.len(), 5);
    });
}

/// L2: what is no mobile number is said at its field, in words that show how one looks, and rings nowhere.
#[test]
fn l2_what_is_no_mobile_number_is_said_at_its_field() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        member.opens("/").await;
        for typed in ["010-1234", "++82", "12345", "02-312-3456", "+82 2-312-3456", "010-2345-67890", "+999 1234 5678"]
        {
            member.at_identify().await.sends(typed).await;
            let sight = member.is_told_at("identifier", "mobile_invalid").await;
            assert_eq!(sight.field("identifier").value, typed, "what was typed stays");
            assert_eq!(sight.focus.field, "identifier", "the focus is where it can be mended");
            assert!(sight.words_of("input_invalid").contains("010-1234-5678"), "how a number looks:\n{sight}");
        }
        member.proves_number(HARUTOS_PHONE, AT_HARUTOS).await;
        member.is_in(HARUTO, "sakura").await;
    });
}

/// P1, L8: a workspace that denies it since says so with what is left; where none allows it, the field does.
#[test]
fn p1_a_denial_of_the_phone_way_bites_at_the_next_code() {
    story(async |gate| {
        let haruto = gate.member_reading("ja").await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTOS_PHONE).await;
        gate.policy("sakura", json!({ "phone_entry": false })).await;
        let code = gate.code_for(AT_HARUTOS).await;
        haruto.at_code().await.enters(&code).await;
        let sight = haruto.at_notice("method_not_allowed").await;
        assert!(sight.text.contains("さくら商事") && sight.focus.in_main, "{sight}");
        assert!(sight.offers("use_email") && sight.offers("use_organisation"), "{sight}");
        haruto.reloads().await;
        haruto.at_notice("method_not_allowed").await;
        haruto.does("back").await;
        let sight = haruto.comes_to("identify").await;
        assert_eq!(sight.field("identifier").value, HARUTOS_PHONE);
        // Asked for again, it is answered like any other number, and whose phone it is learns it once more.
        haruto.proves_number(HARUTOS_PHONE, AT_HARUTOS).await;
        haruto.at_notice("method_not_allowed").await;
        haruto.does("back").await;

        for workspace in ["nuri", "hanbit", "northwind", "gadeuk"] {
            gate.policy(workspace, json!({ "phone_entry": false })).await;
        }
        haruto.at_identify().await.sends(HARUTOS_PHONE).await;
        let sight = haruto.is_told_at("identifier", "mobile_unavailable").await;
        assert_eq!(
            (sight.field("identifier").value.as_str(), sight.focus.field.as_str()),
            (HARUTOS_PHONE, "identifier")
        );
        haruto.proves_address(HARUTO).await;
        haruto.enters_password_of(HARUTO, "sakura").await;

        // Allowed again, it is told to the members, and works at once.
        let before = gate.mails_to(HARUTO).await.len();
        gate.policy("sakura", json!({ "phone_entry": true })).await;
        let mails = gate.mails_to(HARUTO).await;
        assert!(mails.len() == before + 1 && mails[0].subject.contains("さくら商事"), "{mails:?}");
        let elsewhere = gate.member_reading("ja").await;
        elsewhere.opens("/").await;
        elsewhere.proves_number(HARUTOS_PHONE, AT_HARUTOS).await;
        elsewhere.is_in(HARUTO, "sakura").await;
    });
}

/// L9: who is suspended is told so, and is not in.
#[test]
fn l9_who_is_suspended_does_not_come_in_by_phone() {
    story(async |gate| {
        let jiho = gate.member_reading("en").await;
        jiho.opens("/").await;
        jiho.proves_number("010-8765-4321", "+821087654321").await;
        let sight = jiho.at_notice("account_suspended").await;
        assert!(sight.offers("back") && sight.offers("use_organisation"), "{sight}");
        jiho.goes_to("/home").await;
        jiho.comes_to("identify").await;
    });
}

/// X2: reload, Back and Forward at the code of a phone lose nothing, and no answer that is lost sends a second message.
#[test]
fn x2_at_the_code_of_a_phone_nothing_is_lost_and_nothing_sent_twice() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        gate.wire.tamper_times(1, SUBMITS, Tampering::LoseAnswer);
        minji.asks_for_code(MINJIS_PHONE).await;
        minji.reloads().await;
        let sight = minji.comes_to("code").await;
        assert!(sight.text.contains(MINJIS_PHONE) && sight.can("use_notification"), "{sight}");
        assert_eq!(channels(gate, AT_MINJIS).await, ["sms"]);

        gate.wire.tamper_times(1, Requests::posts("/actions/use_notification"), Tampering::LoseAnswer);
        minji.clicks("[data-action=use_notification]").await;
        minji
            .waits_for("a service notification", |sight| {
                sight.is_settled() && sight.text.contains("service notification")
            })
            .await;
        minji.waits_for("the way back to SMS", |sight| sight.offers("use_sms")).await;
        assert_eq!(channels(gate, AT_MINJIS).await, ["notification", "sms"]);
        minji.reloads().await;
        let sight = minji.comes_to("code").await;
        assert!(sight.text.contains("service notification") && !sight.can("resend"), "{sight}");

        minji.goes_offline().await;
        gate.lets_pass(30).await;
        let code = gate.code_for(AT_MINJIS).await;
        minji.fills("code", &code).await;
        let sight = minji.is_told("network").await;
        assert_eq!(sight.screen, "code");
        minji.comes_online().await;
        let way_on = if sight.can("retry") { "retry" } else { "submit" };
        minji.does(way_on).await;
        minji.comes_to("choose_workspace").await;

        minji.goes_back_in_history().await;
        let sight = minji.comes_to("identify").await;
        assert_eq!(sight.field("identifier").value, MINJIS_PHONE, "Back goes a step back:\n{sight}");
        minji.goes_forward_in_history().await;
        minji.comes_to("identify").await;
        minji.proves_number(MINJIS_PHONE, AT_MINJIS).await;
        gate.wire.tamper_times(1, Requests::posts("/actions/choose"), Tampering::LoseAnswer);
        minji.at_choose_workspace().await;
        minji.clicks("[data-action=choose][data-workspace=nuri]").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

// WebOTP

/// Stands in for the browser's own reader of short messages, which no test machine has: it writes down what it is asked for,
/// and answers when the test says so.
const READER: &str = r#"
    window.OTPCredential ??= class {};
    window.daemunTestReader = { asked: [], given_up: 0 };
    // A page that is not secure, such as an empty one, has no credentials at all.
    const asks = navigator.credentials?.get.bind(navigator.credentials);
    // Passkeys are asked for in the same place, and are none of this.
    if (asks) navigator.credentials.get = (wish) => wish.publicKey ? asks(wish) : new Promise((resolve, reject) => {
        daemunTestReader.asked.push(JSON.stringify(wish.otp ?? null));
        daemunTestReader.reads = (code) => resolve({ type: "otp", code });
        daemunTestReader.fails = () => reject(new DOMException("denied", "NotAllowedError"));
        wish.signal.addEventListener("abort", () => {
            daemunTestReader.given_up += 1;
            reject(wish.signal.reason);
        });
    });
"#;

/// What the browser was asked for, and how often it was told to give up.
async fn reader(member: &Member<'_>) -> (usize, u64) {
    let reader = member.runs("return { ...daemunTestReader }").await;
    let asked = reader["asked"].as_array().expect("what it was asked for");
    assert!(asked.iter().all(|wish| wish == &json!(r#"{"transport":["sms"]}"#)), "{asked:?}");
    (asked.len(), reader["given_up"].as_u64().expect("a number"))
}

/// X6: the code of a short message fills itself in and is sent, once; a wrong one is said, and mended by hand.
#[test]
fn x6_a_code_that_the_browser_reads_fills_itself_in_and_is_sent_once() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.runs_before_each_page(READER).await;
        minji.opens("/").await;
        minji.asks_for_code(MINJIS_PHONE).await;
        assert_eq!(reader(&minji).await, (1, 0));
        let code = gate.code_for(AT_MINJIS).await;
        let before = gate.wire.count(SUBMITS);
        // Half of it is there already, and a second reading is no second sending.
        minji.types("code", &code[..2]).await;
        minji
            .runs_with("daemunTestReader.reads(arguments[0]); daemunTestReader.reads(arguments[0])", vec![json!(code)])
            .await;
        minji.comes_to("choose_workspace").await;
        assert_eq!(gate.wire.count(SUBMITS), before + 1, "sent once");
        assert_eq!(reader(&minji).await, (1, 1), "nothing is read after its screen");

        minji.does("back").await;
        minji.comes_to("identify").await;
        minji.asks_for_code(MINJIS_PHONE).await;
        let wrong = gate.wrong_code_for(AT_MINJIS).await;
        minji.runs_with("daemunTestReader.reads(arguments[0])", vec![json!(wrong)]).await;
        let sight = minji.is_told("code_wrong").await;
        assert!(sight.words_of("code_wrong").contains('4'), "one try:\n{sight}");
        assert_eq!(reader(&minji).await.0, 2, "each screen asks once");
        let code = gate.code_for(AT_MINJIS).await;
        minji.at_code().await.enters(&code).await;
        minji.comes_to("choose_workspace").await;
    });
}

/// X6: it is asked for at codes by SMS alone, is given up with its screen, and an error of it is nobody's business.
#[test]
fn x6_the_browser_reads_short_messages_only_while_one_is_awaited() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        haruto.runs_before_each_page(READER).await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        assert_eq!(reader(&haruto).await, (0, 0), "a mail is no short message");
        haruto.at_code().await.goes_back().await;
        haruto.comes_to("identify").await;
        haruto.asks_for_code(HARUTOS_PHONE).await;
        assert_eq!(reader(&haruto).await, (1, 0));
        // Busy, refused or in another language, it is the same screen.
        let wrong = gate.wrong_code_for(AT_HARUTOS).await;
        haruto.at_code().await.enters(&wrong).await;
        haruto.is_told("code_wrong").await;
        haruto.switches_language("ja").await;
        assert_eq!(reader(&haruto).await, (1, 0));
        haruto.at_code().await.uses_notification().await;
        haruto.waits_for("a service notification", |sight| sight.is_settled() && sight.offers("use_sms")).await;
        assert_eq!(reader(&haruto).await, (1, 1), "a notification is no short message either");
        haruto.at_code().await.goes_back().await;
        haruto.comes_to("identify").await;
        haruto.asks_for_code(HARUTOS_PHONE).await;
        assert_eq!(reader(&haruto).await, (2, 1));
        haruto.goes_back_in_history().await;
        haruto.comes_to("identify").await;
        assert_eq!(reader(&haruto).await, (2, 2));

        haruto.asks_for_code(HARUTOS_PHONE).await;
        haruto.runs("daemunTestReader.fails()").await;
        let sight = haruto.comes_to("code").await;
        assert!(sight.state == "idle" && sight.said.is_empty(), "said to nobody:\n{sight}");
        // A new code to the same phone is read as well, where the browser has not refused: a reload asks anew.
        haruto.reloads().await;
        haruto.comes_to("code").await;
        assert_eq!(reader(&haruto).await, (1, 0));
        let code = gate.code_for(AT_HARUTOS).await;
        haruto.runs_with("daemunTestReader.reads(arguments[0])", vec![json!(code)]).await;
        haruto.is_in(HARUTO, "sakura").await;
        let console = haruto.browser.console().await.join("\n");
        assert!(!console.contains("denied") && !console.contains("NotAllowedError"), "{console}");
    });
}

/// X6: a browser that reads no short messages is not asked, and misses nothing.
#[test]
fn x6_a_browser_that_reads_no_short_messages_is_not_asked() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        haruto.runs_before_each_page(READER).await;
        haruto.runs_before_each_page("delete window.OTPCredential").await;
        haruto.opens("/").await;
        assert_eq!(haruto.runs("return typeof OTPCredential").await, Value::from("undefined"));
        haruto.asks_for_code(HARUTOS_PHONE).await;
        assert_eq!(reader(&haruto).await, (0, 0));
        let code = gate.code_for(AT_HARUTOS).await;
        haruto.at_code().await.enters(&code).await;
        haruto.is_in(HARUTO, "sakura").await;
    });
}

/// X6, T1: the wish to be remembered goes along with a code that the browser reads.
#[test]
fn x6_the_wish_to_be_remembered_goes_along_with_a_code_that_the_browser_reads() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.runs_before_each_page(READER).await;
        let mut flow = golden("flow-code-phone");
        flow["step"]["remember_days"] = json!(30);
        minji.stands_at("/", &flow).await;
        minji.clicks("input[name=remember]").await;
        let refused = gate.refuses_with(&json!({
            "type": "about:blank", "status": 422, "code": "code_wrong", "tries_left": 4, "flow": flow,
        }));
        minji.awaits_answer(minji.runs("daemunTestReader.reads('123456')")).await;
        let sight = minji.is_told("code_wrong").await;
        refused.lift();
        assert_eq!(gate.wire.count(SUBMITS), 1, "{sight}");
        let passed = gate.wire.passed();
        let sent = passed.iter().find(|passed| passed.path().ends_with("/actions/submit")).expect("a submit");
        let sent: Value = serde_json::from_slice(&sent.body).expect("JSON");
        assert_eq!(sent["input"], json!({ "code": "123456", "remember": true }));
    });
}
