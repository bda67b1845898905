//! The screens of phone numbers, second factors and security links, through languages, themes and widths, with axe-core on each
//! and by keyboard alone (FEATURES X3, X4, X10). They are fed the protocol's own examples.

use serde_json::json;

use crate::harness::{golden, story};
use crate::matrix::assert_nothing_overflows;
use crate::matrix_of_joining::is_seen_everywhere;

/// A page with all screens.
const WHOLE: &str = "/reset#x";
const LINK: &str = "/link#x";
/// A browser inside an app that has a way out.
const LINE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 \
                    Safari Line/15.9.0";

/// X3, X4, L2, T1, T5: the one screen for codes, wherever they come from.
#[test]
fn x4_matrix_code_of_each_channel() {
    story(async |gate| {
        let member = gate.member().await;
        for name in ["flow-code-phone", "flow-code-notification", "flow-code-second_factor", "flow-code-authenticator"]
        {
            member.stands_at("/", &golden(name)).await;
            is_seen_everywhere(&member, name).await;
        }
    });
}

/// X3, X4, T5: where no code was sent and none runs out, nothing is said of that.
#[test]
fn t5_a_code_that_no_message_brings_says_nothing_of_messages() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        member.stands_at("/", &golden("flow-code-authenticator")).await;
        let sight = member.sees().await;
        for word in ["We sent", "{", "expired", "works for another"] {
            assert!(!sight.text.contains(word), "{word}:\n{sight}");
        }
        assert!(sight.text.contains("authenticator app") && !sight.offers("resend"), "{sight}");

        let mut unsaid = golden("flow-code-phone");
        unsaid["step"].as_object_mut().expect("a step").remove("sent_to");
        member.stands_at("/", &unsaid).await;
        let sight = member.sees().await;
        assert!(sight.text.contains("We sent a 6-digit code."), "{sight}");
    });
}

/// X3, X4, T1, T2.
#[test]
fn x4_matrix_second_factors() {
    story(async |gate| {
        let member = gate.member().await;
        member.stands_at("/", &golden("flow-choose_factor")).await;
        is_seen_everywhere(&member, "choose_factor").await;
        member.stands_at(WHOLE, &golden("flow-enrol_contact")).await;
        is_seen_everywhere(&member, "enrol_contact").await;
        member.stands_at(WHOLE, &golden("flow-enrol_contact-email_only")).await;
        let refused = gate.refuses_with(&golden("problem-input_invalid-contact_is_id"));
        member.does("submit").await;
        member.is_told_at("identifier", "contact_is_id").await;
        refused.lift();
        is_seen_everywhere(&member, "enrol_contact-error").await;
    });
}

/// X3, X4, T5.
#[test]
fn x4_matrix_authenticator_and_recovery_codes() {
    story(async |gate| {
        let member = gate.member().await;
        member.stands_at(WHOLE, &golden("flow-enrol_authenticator")).await;
        is_seen_everywhere(&member, "enrol_authenticator").await;
        let mut ten = golden("flow-recovery_codes");
        ten["step"]["codes"] = (0..10).map(|number| json!(format!("k7qm-x2rd-9wt{number}"))).collect();
        member.stands_at(WHOLE, &ten).await;
        is_seen_everywhere(&member, "recovery_codes").await;
        let asks = golden("flow-recovery_code");
        member.stands_at(WHOLE, &asks).await;
        let wrong =
            json!({ "type": "about:blank", "status": 422, "code": "code_wrong", "tries_left": 4, "flow": asks });
        let refused = gate.refuses_with(&wrong);
        member.fills("code", "k7qm-x2rd-9wtz").await;
        member.does("submit").await;
        member.is_told("code_wrong").await;
        refused.lift();
        is_seen_everywhere(&member, "recovery_code-error").await;
    });
}

/// X3, X4, O1, O4.
#[test]
fn x4_matrix_link_address() {
    story(async |gate| {
        let member = gate.member().await;
        member.stands_at(LINK, &golden("flow-link_address")).await;
        is_seen_everywhere(&member, "link_address").await;
        // Another one: whoever opens the same link again has left it.
        let member = gate.member().await;
        member.pretends_to_be(LINE).await;
        member.stands_at(LINK, &golden("flow-link_address-left")).await;
        member.clicks("summary").await;
        let sight = member.sees().await;
        assert!(sight.can("copy_link") && sight.can("open_in_browser"), "{sight}");
        is_seen_everywhere(&member, "link_address-in_app").await;
    });
}

/// X3, X4, O3, O5, T3: these differ in words alone: each is there in each language, and fits.
#[test]
fn x4_matrix_of_the_words_of_links_and_factors() {
    story(async |gate| {
        let member = gate.member().await;
        for (name, page) in [
            ("flow-notice-link_unknown", LINK),
            ("flow-notice-link_expired", LINK),
            ("flow-notice-link_revoked", LINK),
            ("flow-notice-second_factor_missing", WHOLE),
            ("flow-ended-left", LINK),
        ] {
            let flow = golden(name);
            let begun = gate.begins_with(&flow);
            member.goes_to(page).await;
            let code = flow["step"]["code"].as_str().or(flow["reason"].as_str()).expect("a code").to_owned();
            member.waits_for(&format!("being told {code:?}"), |sight| sight.app == "ready" && sight.says(&code)).await;
            begun.lift();
            let mut texts = Vec::new();
            for language in ["ko", "en", "ja"] {
                let sight = member.switches_language(language).await;
                texts.push(sight.words_of(&code));
                for width in [320, 1280] {
                    member.switches_width(width).await;
                    let place = format!("{name}-{language}-{width}");
                    member.keeps_picture(&place).await;
                    assert_nothing_overflows(&member, &place).await;
                }
            }
            assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2], "{name}: {texts:#?}");
        }
    });
}
