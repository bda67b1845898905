//! The screens of security links, through languages, themes and widths, with axe-core on each and by keyboard alone
//! (FEATURES O1 to O5, X3, X4, X10).

use crate::harness::{Axe, Gate, Member, Theme, story};
use crate::matrix::assert_nothing_overflows;
use crate::matrix_of_joining::is_seen_everywhere;

const HAERIN: &str = "haerin@partner.test";
/// As long as addresses get without being malformed.
const LONG: &str = "a.reader.with.quite.a.long.name+and-a-tag@a-department-of-a-partner.with-a-long-name.test";
const LINE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                    Mobile/15E148 Safari Line/15.9.0";

/// X3, X4, O1: the address, with the note that says which.
#[test]
fn x4_matrix_link_address() {
    story(async |gate| {
        let haerin = gate.member().await;
        haerin.opens_link("link").await;
        haerin.comes_to("link_address").await;
        haerin.clicks("details summary").await;
        is_seen_everywhere(&haerin, "link_address").await;
    });
}

/// X3, X4, O1, O3, O4: in another app's browser, after the screen was left, with something wrong at the field.
#[test]
fn x4_matrix_link_address_with_all_that_it_can_say() {
    story(async |gate| {
        let haerin = gate.member().await;
        haerin.pretends_to_be(LINE).await;
        haerin.opens_link("link").await;
        haerin.comes_to("link_address").await;
        is_seen_everywhere(&haerin, "link_address-in_app").await;
        haerin.opens_link("link").await;
        haerin.waits_for("why it begins anew", |sight| sight.is_settled() && sight.says("link_left")).await;
        haerin.at_link_address().await.sends("haerin").await;
        haerin.is_told_at("email", "email_invalid").await;
        haerin.clicks("[data-action=copy_link]").await;
        let said = "return document.querySelector('.copying [role=status]').innerText !== ''";
        haerin.waits_until_true("a word about the copy", said).await;
        is_seen_everywhere(&haerin, "link_address-in_app-left-error").await;
    });
}

/// X3, X4, O2, O3: the code, where a long address is said, and the end by leaving.
#[test]
fn x4_matrix_link_code_and_left() {
    story(async |gate| {
        let haerin = gate.member().await;
        haerin.asks_for_link_code("link", LONG).await;
        is_seen_everywhere(&haerin, "code-link").await;
        haerin.reloads().await;
        haerin.at_ended().await;
        is_seen_everywhere(&haerin, "ended-left").await;
    });
}

/// X3, X4, O5, O3: dead links, and the end by time.
#[test]
fn x4_matrix_dead_links() {
    story(async |gate| {
        let haerin = gate.member().await;
        haerin.opens("/link#AAAAAAAAAAAAAAAAAAAAAA").await;
        haerin.at_notice("link_unknown").await;
        is_seen_everywhere(&haerin, "notice-link_unknown").await;
        for code in ["link_expired", "link_revoked"] {
            haerin.opens_link(code).await;
            haerin.at_notice(code).await;
            for language in ["ko", "en", "ja"] {
                haerin.switches_language(language).await;
                haerin.keeps_picture(&format!("notice-{code}-{language}")).await;
                for width in [320, 1280] {
                    haerin.switches_width(width).await;
                    assert_nothing_overflows(&haerin, &format!("{code} in {language} at {width} px")).await;
                }
            }
        }
        haerin.opens_link("link").await;
        haerin.comes_to("link_address").await;
        gate.lets_pass(10 * 60).await;
        haerin.does("submit").await;
        haerin.at_ended().await;
        is_seen_everywhere(&haerin, "ended-link-expired").await;
    });
}

/// A page of the backend's own, in the language of its reader.
async fn page_is_seen_everywhere(member: &Member<'_>, name: &str) {
    let axe = Axe::brought_to(member).await;
    for theme in Theme::ALL {
        member.switches_theme(theme).await;
        for width in [320, 1280] {
            member.switches_width(width).await;
            let place = format!("{name}-{}-{width}", theme.name());
            member.keeps_picture(&place).await;
            axe.finds_nothing(&place).await;
            assert_nothing_overflows(member, &place).await;
        }
    }
}

/// Opens what is shared, and what is not.
async fn pages_are_seen_everywhere(gate: &Gate, languages: &'static str, language: &str) -> [String; 2] {
    let haerin = gate.member_reading(languages).await;
    haerin.browser.provokes("/shared/");
    haerin.asks_for_link_code("link", HAERIN).await;
    let open = haerin.opens_what_is_shared(HAERIN).await;
    assert_eq!(open.lang, language, "{open}");
    page_is_seen_everywhere(&haerin, &format!("shared-{language}")).await;
    haerin.goes_to("/shared/AAAAAAAAAAAAAAAAAAAAAA").await;
    let closed = haerin.waits_for("a closed page", |sight| sight.page == "not_shared").await;
    assert_eq!(closed.lang, language, "{closed}");
    page_is_seen_everywhere(&haerin, &format!("not_shared-{language}")).await;
    [open.text, closed.text]
}

/// X3, X4, O2: what is shared, and what is not open.
#[test]
fn x4_matrix_of_what_is_shared() {
    story(async |gate| {
        let ko = pages_are_seen_everywhere(gate, "ko-KR,ko", "ko").await;
        let en = pages_are_seen_everywhere(gate, "en", "en").await;
        let ja = pages_are_seen_everywhere(gate, "ja", "ja").await;
        for page in 0..2 {
            assert!(ko[page] != en[page] && en[page] != ja[page] && ja[page] != ko[page], "{ko:?} {en:?} {ja:?}");
        }
    });
}
