//! Minji signs in on a PC by saying yes on her phone: two browsers at once (FEATURES L5, D6). Each way it can end is seen on both.

use thirtyfour::Key;

use crate::harness::{COLLEAGUES, Gate, Member, Requests, Sight, Tampering, story};

const MINJI: &str = "minji@daemun.test";
/// Linked in sakura alone.
const HARUTO: &str = "haruto@daemun.test";
const HARUTOS_PHONE: &str = "090-1234-5678";
const AT_HARUTOS: &str = "+819012345678";

/// A PC that asks, and the phone that looks at what it asks.
async fn asking(gate: &Gate) -> (Member<'_>, Member<'_>, String) {
    let phone = gate.phone_of(MINJI, "nuri").await;
    let pc = gate.member().await;
    let number = pc.asks_own_phone(MINJI, "nuri").await;
    phone.opens_request().await;
    (pc, phone, number)
}

fn seconds_left(sight: &Sight) -> Option<u32> {
    let line = sight.text.lines().find(|line| line.contains("남은 시간"))?;
    let numbers: Vec<u32> = line.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
    match (numbers.as_slice(), line.contains('분')) {
        ([minutes, seconds], _) => Some(minutes * 60 + seconds),
        ([minutes], true) => Some(minutes * 60),
        ([seconds], false) => Some(*seconds),
        (_, _) => None,
    }
}

/// L5: the password's step, the number, the phone's own unlock, and in.
#[test]
fn l5_the_number_on_the_pc_is_chosen_on_the_phone_and_the_pc_is_in() {
    story(async |gate| {
        let phone = gate.phone_of(MINJI, "nuri").await;
        let pc = gate.member().await;
        let number = pc.asks_own_phone(MINJI, "nuri").await;
        assert_eq!(number.len(), 2, "{number}");
        let sight = pc.sees().await;
        assert!(
            sight.title.contains(&number) && sight.focus.tag == "h1" && sight.focus.text.contains(&number),
            "{sight}"
        );
        let left = seconds_left(&sight).unwrap_or_else(|| panic!("the time that is left:\n{sight}"));
        assert!((1..=120).contains(&left), "{sight}");
        pc.waits_for("less time", |sight| seconds_left(sight).is_some_and(|now| now < left)).await;

        let sight = phone.opens_request().await;
        assert!(sight.text.contains("지금 PC에서 로그인하고 있나요?"), "{sight}");
        for known in ["김민지", "Chrome, Linux", "127.0.0.x"] {
            assert!(sight.text.contains(known), "{known}:\n{sight}");
        }
        let numbers = phone.numbers().await;
        assert!(numbers.len() == 3 && numbers.contains(&number), "{numbers:?}");
        phone.approves_with(&number).await;
        phone.at_notice("request_approved").await;
        pc.is_in(MINJI, "nuri").await;

        phone.does("back").await;
        let sight = phone.comes_to("approvals").await;
        assert!(sight.text.contains("지금 기다리는 요청이 없어요") && !sight.offers("choose"), "{sight}");
    });
}

/// L5: without a trusted device there is no such way; without a number nothing is approved; an unlock that fails can be tried again.
#[test]
fn l5_the_phone_has_to_be_registered_the_number_chosen_and_the_phone_unlocked() {
    story(async |gate| {
        let pc = gate.member().await;
        pc.opens("/").await;
        pc.comes_to_password_of(MINJI, "nuri").await;
        assert!(!pc.sees().await.offers("use_mobile"));

        let phone = gate.member_in(MINJI, "nuri").await;
        let unlock = phone.has_unlock().await;
        phone.opens_devices().await;
        phone.does("register").await;
        phone.comes_to("register_device").await;
        phone.does("submit").await;
        phone.comes_to("trusted_devices").await;

        let number = pc.asks_own_phone(MINJI, "nuri").await;
        phone.opens_request().await;
        phone.clicks("[data-action=approve]").await;
        let sight = phone.waits_for("a word on the number", |sight| sight.says("required")).await;
        assert!(sight.focus.field == "number" && sight.state == "idle", "{sight}");

        unlock.is_not_unlocked().await;
        phone.picks_number(&number).await;
        phone.clicks("[data-action=approve]").await;
        let sight = phone.is_told("device_not_allowed").await;
        assert!(sight.words_of("device_not_allowed").contains("승인하지 않았어요"), "{sight}");
        unlock.is_unlocked().await;
        phone.does("approve").await;
        phone.at_notice("request_approved").await;
        pc.is_in(MINJI, "nuri").await;
    });
}

/// L5: after a mobile number the phone is asked at once, and a code by SMS stays as another way.
#[test]
fn l5_a_mobile_number_asks_the_phone_at_once_and_sms_is_another_way() {
    story(async |gate| {
        let phone = gate.phone_of(HARUTO, "sakura").await;
        let pc = gate.member().await;
        pc.opens("/").await;
        pc.at_identify().await.sends(HARUTOS_PHONE).await;
        let number = pc.shows_number().await;
        assert!(gate.mails_to(AT_HARUTOS).await.is_empty(), "nothing is sent while the phone is asked");
        phone.opens_request().await;
        pc.does("use_other").await;
        pc.comes_to("code").await;
        phone.at_notice("request_settled").await;
        let code = gate.code_for(AT_HARUTOS).await;
        pc.at_code().await.enters(&code).await;
        pc.is_in(HARUTO, "sakura").await;

        let another = gate.member().await;
        another.opens("/").await;
        another.at_identify().await.sends(HARUTOS_PHONE).await;
        let next = another.shows_number().await;
        assert_ne!(next, number, "no number comes twice");
        phone.opens_request().await;
        phone.approves_with(&next).await;
        another.is_in(HARUTO, "sakura").await;
    });
}

/// L5: a wrong number ends the request; another one has another number.
#[test]
fn l5_a_wrong_number_ends_the_request_and_another_can_be_made() {
    story(async |gate| {
        let (pc, phone, number) = asking(gate).await;
        let wrong = phone.numbers().await.into_iter().find(|other| *other != number).expect("three numbers");
        phone.approves_with(&wrong).await;
        phone.at_notice("request_number_wrong").await;
        let sight = pc.at_notice("approval_number_wrong").await;
        assert!(sight.can("resend") && sight.can("use_other") && sight.can("back"), "{sight}");
        pc.does("resend").await;
        let next = pc.shows_number().await;
        assert_ne!(next, number);
        phone.does("back").await;
        phone.waits_for("the next request", |sight| sight.screen == "approvals" && sight.offers("choose")).await;
        phone.does("choose").await;
        phone.comes_to("approve").await;
        phone.approves_with(&next).await;
        phone.at_notice("request_approved").await;
        pc.is_in(MINJI, "nuri").await;
    });
}

/// L5: declined; then another way, which is the password.
#[test]
fn l5_declined_is_said_and_the_password_is_another_way() {
    story(async |gate| {
        let (pc, phone, _) = asking(gate).await;
        phone.does("deny").await;
        phone.at_notice("request_denied").await;
        pc.at_notice("approval_denied").await;
        pc.does("use_other").await;
        pc.enters_password_of(MINJI, "nuri").await;
    });
}

/// L5: "it was not me" is told on both, a mail says what to do, and a strange browser asks no more.
#[test]
fn l5_it_was_not_me_ends_it_and_a_strange_browser_asks_no_more() {
    story(async |gate| {
        let (pc, phone, _) = asking(gate).await;
        let before = gate.mails_to(MINJI).await.len();
        phone.does("not_me").await;
        let sight = phone.at_notice("request_not_me").await;
        assert!(sight.text.contains("비밀번호를 바꾸고"), "{sight}");
        let mails = gate.mails_to(MINJI).await;
        assert!(mails.len() == before + 1 && mails[0].text.contains("비밀번호를 바꾸고"), "{mails:?}");
        pc.at_notice("approval_not_me").await;
        pc.does("resend").await;
        let sight = pc.is_told("too_many_requests").await;
        assert!(sight.screen == "notice" && sight.can("use_other"), "{sight}");
        assert!(sight.says("wait"), "how long:\n{sight}");
    });
}

/// L5: taken back on the PC, or nobody answered: whoever looks at it on the phone is told.
#[test]
fn l5_taken_back_and_over_are_said_on_the_phone() {
    story(async |gate| {
        let (pc, phone, _) = asking(gate).await;
        pc.does("back").await;
        pc.comes_to("password").await;
        phone.at_notice("request_settled").await;

        pc.does("use_mobile").await;
        pc.shows_number().await;
        phone.opens_request().await;
        gate.lets_pass(121).await;
        let sight = pc.at_notice("approval_expired").await;
        assert!(sight.can("resend") && sight.can("use_other"), "{sight}");
        phone.at_notice("request_settled").await;
    });
}

/// L5: another request in the place of the one that waits, as often as is polite.
#[test]
fn l5_asking_again_shows_another_number_three_times_in_ten_minutes() {
    story(async |gate| {
        gate.phone_of(MINJI, "nuri").await;
        let pc = gate.member().await;
        let mut shown = vec![pc.asks_own_phone(MINJI, "nuri").await];
        for _ in 0..2 {
            let before = shown.last().cloned().unwrap_or_default();
            pc.does("resend").await;
            pc.waits_for("another number", |sight| sight.is_settled() && !sight.title.contains(&before)).await;
            shown.push(pc.shows_number().await);
        }
        assert!(shown[0] != shown[1] && shown[1] != shown[2] && shown[0] != shown[2], "{shown:?}");
        pc.does("resend").await;
        let sight = pc.is_told("too_many_requests").await;
        assert!(
            sight.screen == "match_number" && sight.title.contains(&shown[2]),
            "the last one still waits:\n{sight}"
        );
    });
}

/// L5, X2, X4: a reload on either side loses nothing, and the phone needs no pointer.
#[test]
fn l5_a_reload_on_either_side_loses_nothing() {
    story(async |gate| {
        let (pc, phone, number) = asking(gate).await;
        pc.reloads().await;
        assert_eq!(pc.shows_number().await, number);
        phone.reloads().await;
        phone.comes_to("approve").await;
        phone.finds("input[name=number]").await.focus().await.expect("the focus");
        phone.presses(" ").await;
        let chosen = async || phone.runs("return document.querySelector('input[name=number]:checked')?.value").await;
        for _ in 0..2 {
            if chosen().await != number.as_str() {
                phone.presses_key(Key::Right).await;
            }
        }
        assert_eq!(chosen().await, number.as_str(), "by arrows");
        phone.awaits_answer(phone.presses_key(Key::Enter)).await;
        phone.at_notice("request_approved").await;
        pc.is_in(MINJI, "nuri").await;
    });
}

/// L5: what is really on the screen leads the phone to the request; it is read in each theme and width, and scanning says yes to nothing.
#[test]
fn l5_a_qr_code_on_the_pc_leads_the_phone_to_the_request_and_approves_nothing() {
    story(async |gate| {
        let phone = gate.phone_of(MINJI, "nuri").await;
        let pc = gate.member().await;
        let number = pc.asks_own_phone(MINJI, "nuri").await;
        assert!(!pc.is_shown_qr().await, "it is there for who asks for it:\n{}", pc.sees().await);
        let held = pc.shows_qr().await;
        let sight = pc.sees().await;
        assert_eq!(sight.focus.action, "show_qr", "the focus stays:\n{sight}");
        assert!(sight.text.contains("스캔만으로는 승인되지 않고") && sight.text.contains("앱의 승인 요청"), "{sight}");
        assert!(sight.text.contains("동안 쓸 수 있어요") && seconds_left(&sight).is_some(), "both times:\n{sight}");
        let named = pc.runs("return document.querySelector('svg.qr[role=img]').getAttribute('aria-label')").await;
        assert!(named.as_str().is_some_and(|name| name.contains("QR")), "{named}");
        pc.scans_everywhere(&held).await;
        pc.reloads().await;
        assert_eq!(pc.shows_number().await, number);
        assert_eq!(pc.scans().await, held, "a reload shows it again");

        phone.opens_scanned(&held).await;
        let sight = phone.comes_to("approve").await;
        assert!(sight.text.contains("지금 PC에서 로그인하고 있나요?"), "{sight}");
        // Where nobody is signed in, that comes first; a colleague has nothing to answer.
        let other = gate.member().await;
        other.opens_scanned(&held).await;
        other.comes_to("identify").await;
        other.comes_to_password_of(MINJI, "nuri").await;
        let password = gate.password_of(MINJI, "nuri").await;
        other.at_password().await.enters(&password).await;
        other.comes_to("approve").await;
        let dohyun = gate.member_in(COLLEAGUES[0], "nuri").await;
        dohyun.opens_scanned(&held).await;
        let sight = dohyun.comes_to("approvals").await;
        assert!(!sight.offers("choose"), "{sight}");
        assert_eq!(pc.shows_number().await, number, "three have scanned it, and the PC waits");

        phone.approves_with(&number).await;
        phone.at_notice("request_approved").await;
        pc.is_in(MINJI, "nuri").await;
    });
}

/// L5: after two minutes the request is over and the code with it; the next request has one of its own.
#[test]
fn l5_a_qr_code_is_over_with_its_request_and_the_next_has_another() {
    story(async |gate| {
        let phone = gate.phone_of(MINJI, "nuri").await;
        let pc = gate.member().await;
        pc.asks_own_phone(MINJI, "nuri").await;
        let first = pc.shows_qr().await;
        gate.lets_pass(121).await;
        let sight = pc.at_notice("approval_expired").await;
        assert!(!sight.offers("show_qr") && !pc.is_shown_qr().await, "{sight}");
        pc.does("resend").await;
        let number = pc.shows_number().await;
        assert!(!pc.is_shown_qr().await, "{}", pc.sees().await);
        let second = pc.shows_qr().await;
        assert_ne!(first, second);
        phone.opens_scanned(&first).await;
        phone.waits_for("the list", |sight| sight.screen == "approvals" && sight.offers("choose")).await;
        phone.opens_scanned(&second).await;
        phone.comes_to("approve").await;
        phone.approves_with(&number).await;
        phone.at_notice("request_approved").await;
        pc.is_in(MINJI, "nuri").await;
    });
}

const APPROVES: Requests = Requests::posts("/actions/approve");
const RESENDS: Requests = Requests::posts("/actions/resend");

/// X2, L5: the answer to the phone's yes is lost: the app asks again by itself, and it was one yes.
#[test]
fn x2_a_lost_answer_to_the_yes_is_one_yes() {
    story(async |gate| {
        let (pc, phone, number) = asking(gate).await;
        gate.wire.tamper_times(1, APPROVES, Tampering::LoseAnswer);
        phone.picks_number(&number).await;
        phone.clicks("[data-action=approve]").await;
        phone.at_notice("request_approved").await;
        assert_eq!(gate.wire.count(APPROVES), 2);
        pc.is_in(MINJI, "nuri").await;
        phone.does("back").await;
        let sight = phone.comes_to("approvals").await;
        assert!(!sight.offers("choose"), "{sight}");
    });
}

/// X2, L5: all answers to it are lost: the PC is in, and the phone comes to know by itself how it ended.
#[test]
fn x2_lost_answers_to_the_yes_leave_a_way_on() {
    story(async |gate| {
        let (pc, phone, number) = asking(gate).await;
        let lost = gate.wire.tamper(APPROVES, Tampering::LoseAnswer);
        phone.picks_number(&number).await;
        phone.clicks("[data-action=approve]").await;
        pc.is_in(MINJI, "nuri").await;
        phone.at_notice("request_approved").await;
        lost.lift();
        phone.does("back").await;
        phone.comes_to("approvals").await;
    });
}

/// X2, L5: the answer to asking again is lost: one more number, which counts once.
#[test]
fn x2_a_lost_answer_to_asking_again_makes_one_more_number() {
    story(async |gate| {
        let (pc, phone, first) = asking(gate).await;
        gate.wire.tamper_times(1, RESENDS, Tampering::LoseAnswer);
        pc.clicks("[data-action=resend]").await;
        pc.waits_for("another number", |sight| sight.is_settled() && !sight.title.contains(&first)).await;
        let second = pc.shows_number().await;
        assert_eq!(gate.wire.count(RESENDS), 2);
        phone.at_notice("request_settled").await;

        // All answers are lost: the number comes by itself, or by trying again.
        let lost = gate.wire.tamper(RESENDS, Tampering::LoseAnswer);
        pc.clicks("[data-action=resend]").await;
        pc.waits_for("the third number", |sight| {
            sight.screen == "match_number" && !sight.title.contains(&second) && sight.state != "busy"
        })
        .await;
        lost.lift();
        let third = pc.shows_number().await;
        assert!(third != first && third != second, "{first} {second} {third}");
        phone.opens_request().await;
        let numbers = phone.numbers().await;
        assert!(numbers.contains(&third), "{third}: {numbers:?}");
        // Three have been asked for, and not more.
        pc.does("resend").await;
        pc.is_told("too_many_requests").await;
        phone.approves_with(&third).await;
        phone.at_notice("request_approved").await;
        pc.is_in(MINJI, "nuri").await;
    });
}

/// D6: a request comes into the open list by itself, and its own address leads to it; who is signed out comes back to it.
#[test]
fn d6_requests_come_by_themselves_and_each_has_an_address() {
    story(async |gate| {
        let phone = gate.phone_of(MINJI, "nuri").await;
        phone.opens("/approve").await;
        let sight = phone.comes_to("approvals").await;
        assert!(!sight.offers("choose"), "{sight}");
        let pc = gate.member().await;
        pc.asks_own_phone(MINJI, "nuri").await;
        let sight = phone.waits_for("the request", |sight| sight.offers("choose")).await;
        assert!(sight.text.contains("내 로그인") && !sight.text.contains("지금 기다리는 요청이 없어요"), "{sight}");
        let request = phone.runs("return document.querySelector('[data-request]').dataset.request").await;
        let address = format!("/approve/{}", request.as_str().expect("an id"));
        phone.opens(&address).await;
        phone.comes_to("approve").await;

        // From the phone's notification, where nobody is signed in.
        let other = gate.member().await;
        other.opens(&address).await;
        let sight = other.comes_to("identify").await;
        assert!(sight.url.ends_with(&format!("/?return_to={}", address.replace('/', "%2F"))), "{sight}");
        other.comes_to_password_of(MINJI, "nuri").await;
        let password = gate.password_of(MINJI, "nuri").await;
        other.at_password().await.enters(&password).await;
        other.comes_to("approve").await;

        pc.does("back").await;
        phone.at_notice("request_settled").await;
        other.at_notice("request_settled").await;
        other.does("back").await;
        other.comes_to("approvals").await;
    });
}
