//! An administrator does not let a single member sign in with LINE (seed 003; FEATURES P1, P2).

use serde_json::json;
use thirtyfour::Key;

use crate::harness::{Gate, Member, Requests, golden, story};
use crate::keyboard::tabs_to;
use crate::matrix_of_joining::is_seen_everywhere;

const SUJIN: &str = "sujin@daemun.test";
const MINJI: &str = "minji@daemun.test";
/// Who has no password.
const SOYEON: &str = "soyeon@daemun.test";

impl Gate {
    /// An administrator of nuri at the list.
    async fn at_denied_members(&self) -> Member<'_> {
        let sujin = self.member_in_reading(SUJIN, "nuri", "en").await;
        sujin.opens("/security/policy").await;
        sujin.comes_to("account_security").await;
        sujin.does("show_denied_members").await;
        sujin.comes_to("denied_members").await;
        sujin
    }
}

impl Member<'_> {
    /// From the front door by LINE, as Alex is known there.
    async fn comes_in_by_line(&self) {
        self.comes_to_providers().await;
        self.decides_at("line", "alex", "agree").await;
    }
}

/// P1, P2: what it does is said before it is saved; it bites at her next sign-in, is told by mail, stands among the changes, and is taken
/// back from the list. By keyboard alone.
#[test]
fn p1_line_is_denied_to_a_single_member_and_allowed_again() {
    story(async |gate| {
        let sujin = gate.at_denied_members().await;
        tabs_to(&sujin, "the field", |sight| sight.focus.field == "identifier").await;
        sujin.presses("nobody").await;
        sujin.presses_key(Key::Enter).await;
        let sight = sujin.is_told_at("identifier", "member_unknown").await;
        assert_eq!(sight.field("identifier").value, "nobody", "nothing is lost");
        sujin.fills("identifier", MINJI).await;
        sujin.presses_key(Key::Enter).await;
        let sight = sujin.comes_to("deny_review").await;
        assert!(sight.text.contains("김민지") && sight.text.contains(MINJI) && sight.text.contains("LINE"), "{sight}");
        tabs_to(&sujin, "saving it", |sight| sight.focus.action == "deny_member").await;
        sujin.presses_key(Key::Enter).await;
        let sight = sujin.is_told("member_denied").await;
        assert!(sight.focus.in_main && sight.text.contains(MINJI), "{sight}");

        let minji = gate.member_reading("en").await;
        minji.comes_to_providers().await;
        minji.decides_at("line", "minji", "agree").await;
        minji.is_in(MINJI, "hanbit").await;
        assert!(gate.mails_to(MINJI).await[0].subject.contains("LINE"));

        sujin.does("back").await;
        let sight = sujin.comes_to("account_security").await;
        assert!(sight.text.contains("LINE · 김민지"), "it stands among the changes:\n{sight}");
        sujin.does("show_denied_members").await;
        sujin.comes_to("denied_members").await;
        tabs_to(&sujin, "allowing her again", |sight| sight.focus.action == "allow_member").await;
        sujin.presses_key(Key::Enter).await;
        let sight = sujin.is_told("member_allowed").await;
        assert!(!sight.text.contains(MINJI) && sight.text.contains("There are none."), "{sight}");
    });
}

/// P1, P2: whoever would have no way in left is denied only when that is meant; the focus is on what does no harm. By keyboard alone.
#[test]
fn p2_a_member_who_would_be_locked_out_is_asked_about_once_more() {
    story(async |gate| {
        let sujin = gate.at_denied_members().await;
        gate.connects(SOYEON, "nuri", "line", "alex").await;
        gate.policy("nuri", json!({ "email_entry": false, "phone_entry": false })).await;
        let soyeon = gate.member_reading("en").await;
        soyeon.comes_in_by_line().await;
        soyeon.is_in(SOYEON, "nuri").await;

        sujin.fills("identifier", SOYEON).await;
        sujin.does("submit").await;
        let sight = sujin.comes_to("deny_review").await;
        assert!(sight.text.contains("이소연"), "{sight}");
        tabs_to(&sujin, "denying her", |sight| sight.focus.action == "deny_member").await;
        sujin.presses_key(Key::Enter).await;
        let sight = sujin.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        assert!(sight.text.contains("no other way left"), "{sight}");
        sujin.presses_key(Key::Enter).await;
        sujin.waits_for("the review", |sight| sight.focus.action == "deny_member").await;
        soyeon.opens("/security").await;
        soyeon.comes_to("security").await;
        assert_eq!(gate.wire.count(Requests::posts("/actions/deny_member")), 0, "thought better of, nothing was sent");
        assert!(gate.mails_to(SOYEON).await.is_empty(), "nor done");

        sujin.presses_key(Key::Enter).await;
        sujin.waits_for("the question", |sight| sight.focus.action == "cancel").await;
        tabs_to(&sujin, "doing it all the same", |sight| sight.focus.action == "confirm").await;
        sujin.presses_key(Key::Enter).await;
        let sight = sujin.is_told("member_denied").await;
        assert!(sight.text.contains(SOYEON), "she is on the list:\n{sight}");
        assert!(gate.mails_to(SOYEON).await[0].subject.contains("LINE"));
        let elsewhere = gate.member_reading("en").await;
        elsewhere.comes_in_by_line().await;
        elsewhere.at_notice("method_not_allowed").await;
    });
}

/// X3, X4, P1: the list, what it does, and the question, through languages, themes and widths.
#[test]
fn x4_matrix_denied_members() {
    story(async |gate| {
        let sujin = gate.at_denied_members().await;
        for name in ["denied_members", "denied_members-none", "deny_review", "account_security-about_member"] {
            sujin.stands_at("/security/policy", &golden(&format!("flow-{name}"))).await;
            is_seen_everywhere(&sujin, name).await;
        }
    });
}
