//! A device that is new in a workspace waits until somebody who is in lets it in (FEATURES D1 to D5): the one that asks, and those
//! that answer, at once.

use thirtyfour::Key;

use crate::harness::{COLLEAGUES, Gate, Member, Requests, Sight, Tampering, story};

const MINJI: &str = "minji@daemun.test";
const DOHYUN: &str = COLLEAGUES[0];
const SUJIN: &str = COLLEAGUES[1];

impl Gate {
    /// Colleagues who are in, and from then on new devices have to be let in.
    async fn colleague_in(&self, email: &str) -> Member<'_> {
        let colleague = self.member_in(email, "nuri").await;
        self.scenario("nuri_device_approval_on").await;
        colleague
    }
}

/// Whether the focus is inside the dialog.
async fn is_in_dialog(member: &Member<'_>) -> bool {
    member.runs("return document.querySelector('dialog[open]')?.contains(document.activeElement) ?? false").await
        == true
}

impl Member<'_> {
    /// The recovery key that is shown.
    async fn shown_key(&self) -> String {
        self.comes_to("new_recovery_key").await;
        let shown = self.runs("return document.querySelector('.codes code').innerText").await;
        shown.as_str().expect("a key").to_owned()
    }

    async fn asks_administrator(&self, reason: &str) -> Sight {
        self.looks_for_other_ways().await;
        self.clicks("[data-action=ask_admin]").await;
        self.waits_for("the question", |sight| sight.offers("confirm")).await;
        self.fills("reason", reason).await;
        self.does("confirm").await;
        self.is_told("administrator_asked").await
    }
}

/// D1: the new device waits by itself, and goes in when a colleague says yes; next time it is no new one.
#[test]
fn d1_a_new_device_waits_and_a_colleague_lets_it_in() {
    story(async |gate| {
        let dohyun = gate.colleague_in(DOHYUN).await;
        let minji = gate.member().await;
        let sight = minji.waits_to_be_let_in(MINJI, "nuri").await;
        assert!(sight.text.contains("누리소프트") && sight.text.contains("남은 시간"), "{sight}");
        minji.reloads().await;
        minji.comes_to("wait_approval").await;

        let sight = dohyun.opens_request().await;
        assert!(sight.text.contains("김민지 님이 새 기기로 들어오려고 해요"), "{sight}");
        assert!(!sight.offers("not_me") && !sight.has_field("number"), "{sight}");
        dohyun.does("approve").await;
        dohyun.at_notice("request_approved").await;
        minji.is_in(MINJI, "nuri").await;

        minji.gives_password_at("nuri", MINJI).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// D2: the ways there are; a member who is named hears of it, and whether there is one is not said.
#[test]
fn d2_other_ways_are_an_own_device_a_named_member_and_the_administrator() {
    story(async |gate| {
        gate.colleague_in(DOHYUN).await;
        let minji = gate.member().await;
        let sight = minji.waits_to_be_let_in(MINJI, "nuri").await;
        assert!(!sight.offers("ask_member"), "folded away at first:\n{sight}");
        let sight = minji.looks_for_other_ways().await;
        assert!(sight.text.contains("내 다른 기기에서 승인") && sight.offers("ask_admin"), "{sight}");
        assert!(!sight.offers("use_recovery_key"), "it is the super administrator's:\n{sight}");

        minji.does("ask_member").await;
        minji.is_told_at("member", "required").await;
        let mut said = Vec::new();
        for named in ["정도현", "아무개"] {
            minji.fills("member", named).await;
            minji.presses_key(Key::Enter).await;
            let sight = minji
                .waits_for("an answer", |sight| {
                    sight.is_settled() && sight.says("member_asked") && sight.words_of("member_asked").contains(named)
                })
                .await;
            assert!(sight.offers("ask_member"), "the ways stay open:\n{sight}");
            said.push(sight.words_of("member_asked").replace(named, "…"));
        }
        assert_eq!(said[0], said[1], "the same, whoever is named");
        let mails = gate.mails_to(DOHYUN).await;
        assert!(mails.len() == 1 && mails[0].text.contains("김민지"), "{mails:?}");
    });
}

/// D2: an own device that is in scans the code; one that is over is taken off the screen, another can be had, and the last one counts.
#[test]
fn d2_a_qr_code_leads_an_own_device_to_the_request() {
    story(async |gate| {
        let phone = gate.member_in(MINJI, "nuri").await;
        gate.colleague_in(DOHYUN).await;
        let minji = gate.member().await;
        minji.waits_to_be_let_in(MINJI, "nuri").await;
        minji.looks_for_other_ways().await;
        let first = minji.shows_qr().await;
        let label = minji.sees().await.label_of("show_qr").to_owned();
        gate.lets_pass(121).await;
        let sight = minji
            .waits_for("a word that it is over", |sight| sight.text.contains("QR 코드를 쓸 수 있는 시간이 지났어요"))
            .await;
        assert!(!minji.is_shown_qr().await && sight.screen == "wait_approval", "the request waits still:\n{sight}");
        assert!(sight.focus.action == "show_qr" && sight.label_of("show_qr") == label, "at hand:\n{sight}");
        let second = minji.shows_qr().await;
        let third = minji.shows_qr().await;
        assert!(first != second && second != third);

        for dead in [&first, &second] {
            phone.opens_scanned(dead).await;
            phone.waits_for("the list", |sight| sight.screen == "approvals" && sight.offers("choose")).await;
        }
        phone.opens_scanned(&third).await;
        let sight = phone.comes_to("approve").await;
        assert!(sight.text.contains("김민지 님이 새 기기로 들어오려고 해요"), "{sight}");
        minji.comes_to("wait_approval").await;
        phone.does("approve").await;
        phone.at_notice("request_approved").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// D2, D4: the administrator scans nothing: the code is gone when they are asked.
#[test]
fn d2_no_qr_code_is_shown_for_the_administrator() {
    story(async |gate| {
        gate.colleague_in(DOHYUN).await;
        let minji = gate.member().await;
        minji.waits_to_be_let_in(MINJI, "nuri").await;
        minji.looks_for_other_ways().await;
        minji.shows_qr().await;
        minji.clicks("[data-action=ask_admin]").await;
        minji.waits_for("the question", |sight| sight.offers("confirm")).await;
        minji.does("confirm").await;
        let sight = minji.is_told("administrator_asked").await;
        assert!(!sight.offers("show_qr") && !minji.is_shown_qr().await, "{sight}");
        minji.fills("member", "정도현").await;
        minji.does("ask_member").await;
        let sight = minji.waits_for("the code's button", |sight| sight.offers("show_qr")).await;
        assert!(!minji.is_shown_qr().await, "{sight}");
    });
}

/// D2, X2: asked too often it says how long to wait, and whoever was named stays in the field.
#[test]
fn d2_asking_too_often_says_how_long_to_wait_and_loses_nothing() {
    story(async |gate| {
        gate.colleague_in(DOHYUN).await;
        let minji = gate.member().await;
        minji.waits_to_be_let_in(MINJI, "nuri").await;
        minji.looks_for_other_ways().await;
        minji.fills("member", "정도현").await;
        for _ in 0..5 {
            minji.does("ask_member").await;
            minji.is_told("member_asked").await;
        }
        minji.does("ask_member").await;
        let sight = minji.is_told("too_many_requests").await;
        assert!(sight.says("wait") && sight.screen == "wait_approval" && sight.offers("ask_member"), "{sight}");
        assert_eq!(sight.field("member").value, "정도현", "{sight}");
        assert_eq!(gate.mails_to(DOHYUN).await.len(), 5);
    });
}

/// D3: every device that is in has the request; the first yes counts, and who comes later is told.
#[test]
fn d3_the_first_yes_counts_and_the_others_see_that_it_is_settled() {
    story(async |gate| {
        let sujin = gate.member_in(SUJIN, "nuri").await;
        let dohyun = gate.colleague_in(DOHYUN).await;
        let minji = gate.member().await;
        minji.waits_to_be_let_in(MINJI, "nuri").await;
        dohyun.opens_request().await;
        sujin.opens_request().await;
        dohyun.does("approve").await;
        dohyun.at_notice("request_approved").await;
        sujin.at_notice("request_settled").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// D3: declined; asked again, and nobody answers.
#[test]
fn d3_declined_and_over_are_said_with_a_way_on() {
    story(async |gate| {
        let dohyun = gate.colleague_in(DOHYUN).await;
        let minji = gate.member().await;
        minji.waits_to_be_let_in(MINJI, "nuri").await;
        dohyun.opens_request().await;
        dohyun.does("deny").await;
        dohyun.at_notice("request_denied").await;
        let sight = minji.at_notice("approval_denied").await;
        assert!(sight.can("resend") && sight.can("use_other") && sight.can("back"), "{sight}");
        minji.does("resend").await;
        minji.comes_to("wait_approval").await;
        gate.lets_pass(601).await;
        minji.at_notice("approval_expired").await;
        minji.does("use_other").await;
        minji.comes_to("wait_approval").await;
        minji.does("back").await;
        minji.comes_to("password").await;
    });
}

/// D4: the administrator is asked in a dialog that keeps the focus, closes at Escape and gives the focus back.
#[test]
fn d4_the_administrator_is_asked_after_a_question_and_says_why_they_let_it_in() {
    story(async |gate| {
        let dohyun = gate.member_in(DOHYUN, "nuri").await;
        let sujin = gate.colleague_in(SUJIN).await;
        let minji = gate.member().await;
        minji.waits_to_be_let_in(MINJI, "nuri").await;
        minji.looks_for_other_ways().await;

        let opener = minji.finds("[data-action=ask_admin]").await;
        opener.focus().await.expect("the focus");
        minji.presses_key(Key::Enter).await;
        minji.waits_for("the question", |sight| sight.offers("confirm")).await;
        for _ in 0..8 {
            let on_page = minji.runs("return document.activeElement !== document.body").await == true;
            assert!(!on_page || is_in_dialog(&minji).await, "the focus stays inside:\n{}", minji.sees().await);
            minji.presses_key(Key::Tab).await;
        }
        minji.presses_key(Key::Escape).await;
        let sight = minji.waits_for("the question to be gone", |sight| !sight.offers("confirm")).await;
        assert_eq!(sight.focus.action, "ask_admin", "{sight}");
        minji.presses_key(Key::Enter).await;
        minji.waits_for("the question", |sight| sight.offers("confirm")).await;
        minji.clicks("[data-action=cancel]").await;
        minji
            .waits_for("the question to be gone", |sight| !sight.offers("confirm") && sight.focus.action == "ask_admin")
            .await;
        assert!(gate.mails_to(SUJIN).await.is_empty(), "nothing was asked yet");

        minji.presses_key(Key::Enter).await;
        minji.waits_for("the question", |sight| sight.offers("confirm")).await;
        minji.fills("reason", "새 노트북이에요").await;
        minji.presses_key(Key::Enter).await;
        let sight = minji.is_told("administrator_asked").await;
        assert!(sight.text.contains("슈퍼 관리자가 승인하면") && !sight.offers("confirm"), "{sight}");
        let mails = gate.mails_to(SUJIN).await;
        assert!(mails[0].text.contains("새 노트북이에요"), "{mails:?}");
        dohyun.opens("/approve").await;
        let sight = dohyun.comes_to("approvals").await;
        assert!(!sight.offers("choose"), "it is the administrator's now:\n{sight}");

        sujin.opens_request().await;
        sujin.does("approve").await;
        sujin.is_told_at("reason", "required").await;
        sujin.fills("reason", "전화로 확인했어요").await;
        sujin.does("approve").await;
        sujin.at_notice("request_approved").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// D4: the administrator declines, or does not answer.
#[test]
fn d4_the_administrators_no_and_silence_are_said() {
    story(async |gate| {
        let sujin = gate.colleague_in(SUJIN).await;
        let minji = gate.member().await;
        minji.waits_to_be_let_in(MINJI, "nuri").await;
        minji.asks_administrator("").await;
        sujin.opens_request().await;
        sujin.does("deny").await;
        minji.at_notice("approval_denied").await;
        minji.does("use_other").await;
        minji.comes_to("wait_approval").await;
        minji.asks_administrator("").await;
        gate.lets_pass(601).await;
        minji.at_notice("approval_expired").await;
    });
}

/// D5: the recovery key lets the super administrator in, once, and the next one is shown once.
#[test]
fn d5_the_recovery_key_lets_the_super_administrator_in_and_another_one_is_shown_once() {
    story(async |gate| {
        gate.scenario("nuri_device_approval_on").await;
        let sujin = gate.member().await;
        sujin.waits_to_be_let_in(SUJIN, "nuri").await;
        sujin.looks_for_other_ways().await;
        sujin.does("use_recovery_key").await;
        sujin.comes_to("recovery_key").await;
        sujin.fills("code", "da3m").await;
        sujin.does("submit").await;
        let sight = sujin.is_told_at("code", "recovery_code_invalid").await;
        assert!(sight.text.contains("24자"), "{sight}");
        sujin.fills("code", "0000-0000-0000-0000-0000-0000").await;
        sujin.does("submit").await;
        sujin.is_told("code_wrong").await;
        let key = gate.recovery_key_of(SUJIN).await;
        sujin.fills("code", &key.to_uppercase().replace('-', " ")).await;
        sujin.does("submit").await;
        let next = sujin.shown_key().await;
        assert!(next.len() == key.len() && next != key, "{next}");
        sujin.may_use_clipboard().await;
        sujin.clicks("[data-action=copy_key]").await;
        sujin.waits_for("a word on it", |sight| sight.text.contains("복사했어요")).await;
        assert_eq!(sujin.clipboard().await, next);
        sujin.does("done").await;
        sujin.is_in(SUJIN, "nuri").await;

        let another = gate.member().await;
        another.waits_to_be_let_in(SUJIN, "nuri").await;
        another.looks_for_other_ways().await;
        another.does("use_recovery_key").await;
        another.comes_to("recovery_key").await;
        another.fills("code", &key).await;
        another.does("submit").await;
        another.is_told("code_wrong").await;
        another.fills("code", &next).await;
        another.does("submit").await;
        let sight = another.comes_to("new_recovery_key").await;
        assert!(!sight.text.contains(&next), "{sight}");
        another.does("done").await;
        another.is_in(SUJIN, "nuri").await;
    });
}

/// D5, S4, X2: in the settings the super administrator has another key shown, once, also where an answer is lost; the one of before
/// is worth nothing any more, and a mail tells of it. Nobody else is offered it.
#[test]
fn d5_the_recovery_key_is_reissued_in_the_settings() {
    story(async |gate| {
        let dohyun = gate.member_in(DOHYUN, "nuri").await;
        let sight = dohyun.opens_devices().await;
        assert!(!sight.offers("reissue_recovery_key") && !sight.text.contains("복구 키"), "{sight}");

        let sujin = gate.member_in(SUJIN, "nuri").await;
        let sight = sujin.opens_devices().await;
        assert!(
            sight.text.contains("전에 보관한 키는 쓸 수 없어요") && !sight.text.contains("한 번 더 확인"),
            "{sight}"
        );
        gate.wire.tamper_times(1, Requests::posts("/actions/reissue_recovery_key"), Tampering::LoseAnswer);
        sujin.clicks("[data-action=reissue_recovery_key]").await;
        let first = sujin.shown_key().await;
        assert_eq!(gate.mails_to(SUJIN).await.len(), 1, "one key, one mail");
        sujin.reloads().await;
        assert_eq!(sujin.shown_key().await, first, "as long as nobody says that it is kept");
        sujin.does("done").await;
        sujin.comes_to("trusted_devices").await;

        gate.lets_pass(11 * 60).await;
        sujin.reloads().await;
        let sight = sujin.comes_to("trusted_devices").await;
        assert!(sight.text.contains("발급하기 전에 본인인지 한 번 더 확인"), "said before:\n{sight}");
        sujin.does("reissue_recovery_key").await;
        sujin.comes_to("password").await;
        let password = gate.password_of(SUJIN, "nuri").await;
        sujin.at_password().await.enters(&password).await;
        let second = sujin.shown_key().await;
        assert!(second.len() == first.len() && second != first, "{second}");
        let mails = gate.mails_to(SUJIN).await;
        assert!(mails.len() == 2 && mails[1].text.contains("다시 발급"), "{mails:?}");
        sujin.does("done").await;
        sujin.comes_to("trusted_devices").await;

        gate.scenario("nuri_device_approval_on").await;
        let another = gate.member().await;
        another.waits_to_be_let_in(SUJIN, "nuri").await;
        another.looks_for_other_ways().await;
        another.does("use_recovery_key").await;
        another.comes_to("recovery_key").await;
        another.fills("code", &first).await;
        another.does("submit").await;
        another.is_told("code_wrong").await;
        another.fills("code", &second).await;
        another.does("submit").await;
        another.comes_to("new_recovery_key").await;
    });
}
