//! A password whose time is over (FEATURES R4, P1).

use serde_json::json;

use crate::harness::story;

const MINJI: &str = "minji@daemun.test";
const NEW: &str = "brand-New-2025!";
const DAY: u64 = 24 * 60 * 60;

/// R4: the right but old password leads to a new one, and then on to where the member was going.
#[test]
fn r4_an_expired_password_is_renewed_on_the_way_in() {
    story(async |gate| {
        gate.policy("nuri", json!({ "password_max_age_days": 30, "password_history": 1 })).await;
        let elsewhere = gate.member().await;
        let old = gate.password_of(MINJI, "nuri").await;
        elsewhere.signs_in_at("nuri", MINJI, &old).await;
        elsewhere.is_in(MINJI, "nuri").await;
        gate.lets_pass(30 * DAY + 1).await;

        let minji = gate.member_reading("en").await;
        let place = format!("{}/board/7", gate.workplace.origin());
        minji.browser.may_go_to(&gate.workplace.origin());
        minji.opens(&format!("/o/nuri?return_to={place}")).await;
        minji.at_password().await.enters_with_id(MINJI, "not it").await;
        minji.is_told("credentials_wrong").await;
        minji.at_password().await.enters(&old).await;
        let sight = minji.comes_to("new_password").await;
        assert!(sight.text.contains("expired") && sight.text.contains("누리소프트"), "{sight}");
        assert_eq!(sight.field("identifier").value, MINJI);
        assert_eq!(sight.path(), "/continue", "{sight}");

        // Back leads to the password, and the old one leads here again; nobody is in by it.
        minji.does("back").await;
        minji.comes_to("password").await;
        minji.goes_to("/home").await;
        minji.comes_to("identify").await;
        minji.opens(&format!("/o/nuri?return_to={place}")).await;
        minji.at_password().await.enters_with_id(MINJI, &old).await;
        minji.comes_to("new_password").await;

        minji.at_new_password().await.sets(&old).await;
        minji.is_told_at("password", "password_reused").await;
        minji.reloads().await;
        let sight = minji.comes_to("new_password").await;
        assert_eq!(sight.field("password").value, "");
        minji.at_new_password().await.sets(NEW).await;
        minji.waits_for("where she was going", |sight| sight.url == place).await;
        let mails = gate.mails_to(MINJI).await;
        assert!(mails.len() == 1 && mails[0].link.is_none(), "told of it, with nothing to click: {mails:?}");

        // The new one opens, the old one does not, and the next is due when its own time is over.
        gate.lets_pass(29 * DAY).await;
        minji.signs_in_at("nuri", MINJI, &old).await;
        minji.is_told("credentials_wrong").await;
        minji.at_password().await.enters(NEW).await;
        minji.is_in(MINJI, "nuri").await;
        gate.lets_pass(DAY + 1).await;
        minji.signs_in_at("nuri", MINJI, NEW).await;
        minji.comes_to("new_password").await;
    });
}

/// R4, P1: the policy may be changed while passwords are old already: that ends no session; without a limit none is old.
#[test]
fn r4_a_limit_that_comes_later_ends_no_session() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        let password = gate.password_of(MINJI, "nuri").await;
        gate.lets_pass(400 * DAY).await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        minji.enters_password_of(MINJI, "nuri").await;
        for days in [365, 180, 90, 60] {
            gate.policy("nuri", json!({ "password_max_age_days": days })).await;
            minji.reloads().await;
            minji.is_in(MINJI, "nuri").await;
            minji.signs_in_at("nuri", MINJI, &password).await;
            minji.comes_to("new_password").await;
            minji.goes_to("/home").await;
            minji.is_in(MINJI, "nuri").await;
        }
        gate.policy("nuri", json!({ "password_max_age_days": null })).await;
        minji.signs_in_at("nuri", MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// R4, L9: who is suspended while the new password is being typed is told so, and is not in.
#[test]
fn r4_a_suspension_is_looked_at_once_more() {
    story(async |gate| {
        gate.policy("nuri", json!({ "password_max_age_days": 30 })).await;
        gate.lets_pass(31 * DAY).await;
        let minji = gate.member_reading("en").await;
        let old = gate.password_of(MINJI, "nuri").await;
        minji.signs_in_at("nuri", MINJI, &old).await;
        minji.comes_to("new_password").await;
        gate.scenario("suspend_minji_nuri").await;
        minji.at_new_password().await.sets(NEW).await;
        minji.at_notice("account_suspended").await;
        minji.goes_to("/home").await;
        minji.comes_to("identify").await;
    });
}

/// R4: of two flows that have proven the old password, the one that comes second has proven nothing any more.
#[test]
fn r4_a_proof_ends_with_the_password_that_it_was() {
    story(async |gate| {
        gate.policy("nuri", json!({ "password_max_age_days": 30 })).await;
        gate.lets_pass(31 * DAY).await;
        let minji = gate.member_reading("en").await;
        let old = gate.password_of(MINJI, "nuri").await;
        minji.signs_in_at("nuri", MINJI, &old).await;
        minji.comes_to("new_password").await;
        let other = gate.member_reading("en").await;
        other.signs_in_at("nuri", MINJI, &old).await;
        other.at_new_password().await.sets(NEW).await;
        other.is_in(MINJI, "nuri").await;

        minji.at_new_password().await.sets("other-New-2025!").await;
        minji.comes_to("password").await;
        minji.at_password().await.enters_with_id(MINJI, "other-New-2025!").await;
        minji.is_told("credentials_wrong").await;
        minji.at_password().await.enters(NEW).await;
        minji.is_in(MINJI, "nuri").await;
    });
}
