//! The screens of joining, of what was forgotten and of new passwords, through languages, themes and widths, with axe-core
//! on each and by keyboard alone (FEATURES X3, X4, X10). One story shows several: a browser costs more than a screen.

use serde_json::json;

use crate::harness::{Member, Newcomer, Requests, Tampering, story};
use crate::matrix::{assert_nothing_overflows, walks_the_matrix};

const MINJI: &str = "minji@daemun.test";
const NAME: &str = "김민지";
const SORA: Newcomer<'_> = Newcomer { name: "윤소라", email: "sora@daemun.test", password: "sora-New-2024!" };

/// Text at twice its size loses nothing and needs no sideways scrolling (WCAG 2.2, 1.4.4 and 1.4.10); nor does text that is
/// written from right to left.
async fn stands_large_and_mirrored(member: &Member<'_>, name: &str) {
    for width in [1280, 320] {
        member.switches_width(width).await;
        member.runs("document.documentElement.style.fontSize = '200%'").await;
        assert_nothing_overflows(member, &format!("{name} at 200 % and {width} px")).await;
        member.runs("document.documentElement.style.fontSize = ''").await;
        member.runs("document.documentElement.dir = 'rtl'").await;
        assert_nothing_overflows(member, &format!("{name} from right to left, {width} px")).await;
        member.runs("document.documentElement.dir = 'ltr'").await;
    }
    member.switches_width(1280).await;
}

pub async fn is_seen_everywhere(member: &Member<'_>, name: &str) {
    walks_the_matrix(member, name).await;
    stands_large_and_mirrored(member, name).await;
}

/// X3, X4, E4.
#[test]
fn x4_matrix_invitation_and_joined() {
    story(async |gate| {
        let sora = gate.member().await;
        sora.opens_link("join").await;
        sora.comes_to("invitation").await;
        is_seen_everywhere(&sora, "invitation").await;
        sora.at_invitation().await.accepts().await;
        sora.becomes(SORA).await;
        sora.at_notice("joined").await;
        is_seen_everywhere(&sora, "notice-joined").await;
    });
}

/// X3, X4, E4: as it is, and with something wrong in every place.
#[test]
fn x4_matrix_create_account() {
    story(async |gate| {
        gate.policy("nuri", json!({ "password_format": "letters_digits_symbols", "password_history": 5 })).await;
        let sora = gate.member().await;
        sora.comes_to_create_account().await;
        sora.does("submit").await;
        sora.is_told_at_tick("privacy").await;
        is_seen_everywhere(&sora, "create_account-error").await;
        sora.at_create_account().await.agrees_to("service").await;
        sora.fills("password", "half a pass").await;
        sora.reloads().await;
        sora.comes_to("create_account").await;
        is_seen_everywhere(&sora, "create_account").await;
    });
}

/// X3, X4, E4: what ends an invitation.
#[test]
fn x4_matrix_notices_of_invitations() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens_link("join_full").await;
        minji.at_notice("workspace_full").await;
        is_seen_everywhere(&minji, "notice-workspace_full").await;
        minji.opens_link("invite_used").await;
        minji.at_notice("invitation_used").await;
        is_seen_everywhere(&minji, "notice-invitation_used").await;
        minji.comes_to_create_account().await;
        minji.becomes(Newcomer { email: MINJI, ..SORA }).await;
        minji.at_notice("already_member").await;
        is_seen_everywhere(&minji, "notice-already_member").await;
    });
}

/// X3, X4: the other notices differ in words alone: each is there in each language, and fits.
#[test]
fn x4_matrix_of_the_words_of_notices() {
    story(async |gate| {
        let member = gate.member().await;
        let place = "a.member.with.quite.a.long.name+and-a-tag@department.of.daemun.test";
        for code in [
            "invitation_unknown",
            "invitation_expired",
            "invitation_revoked",
            "reset_link_unknown",
            "reset_link_expired",
            "reset_link_used",
            "id_not_found",
            "reset_requested",
        ] {
            let flow = json!({
                "id": "some-flow", "kind": "reset", "rev": 7, "server_time": 1_900_000_000_000_u64,
                "expires_at": 1_900_001_800_000_u64, "status": "active",
                "step": { "id": "7", "type": "notice", "code": code, "params": { "to": place, "workspace": "누리소프트" } },
                "actions": { "forgot": {}, "use_email": {}, "use_organisation": {} },
            });
            let known = gate
                .wire
                .tamper(Requests::posts("/flows"), Tampering::answer(201, "application/json", flow.to_string()));
            member.opens("/reset#x").await;
            member.at_notice(code).await;
            let mut texts = Vec::new();
            for language in ["ko", "en", "ja"] {
                let sight = member.switches_language(language).await;
                texts.push(sight.words_of(code));
                for width in [320, 1280] {
                    member.switches_width(width).await;
                    assert_nothing_overflows(&member, &format!("{code} in {language} at {width} px")).await;
                }
            }
            assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2], "{code}: {texts:#?}");
            known.lift();
        }
    });
}

/// X3, X4, R1, R3.
#[test]
fn x4_matrix_reset() {
    story(async |gate| {
        gate.policy("nuri", json!({ "password_format": "letters_digits_symbols", "password_history": 5 })).await;
        let minji = gate.member().await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        minji.does("forgot").await;
        minji.comes_to("request_reset").await;
        minji.does("submit").await;
        minji.is_told_at("email", "required").await;
        is_seen_everywhere(&minji, "request_reset-error").await;
        minji.at_request_reset().await.sends(NAME, MINJI).await;
        minji.at_notice("reset_requested").await;
        is_seen_everywhere(&minji, "notice-reset_requested").await;
        let link = gate.link_for(MINJI).await;
        minji.opens(&link).await;
        minji.at_new_password().await.sets("half").await;
        minji.is_told_at("password", "password_too_short").await;
        is_seen_everywhere(&minji, "new_password-reset-error").await;
        minji.at_new_password().await.sets("brand-New-2025!").await;
        minji.comes_to("password").await;
        is_seen_everywhere(&minji, "password-changed").await;
    });
}

/// X3, X4, E5, R4: the same form for other reasons.
#[test]
fn x4_matrix_new_password_for_other_reasons() {
    story(async |gate| {
        let yuna = gate.member().await;
        yuna.opens_link("invite").await;
        yuna.comes_to("new_password").await;
        is_seen_everywhere(&yuna, "new_password-invited").await;
        gate.policy("nuri", json!({ "password_max_age_days": 30 })).await;
        gate.lets_pass(31 * 24 * 60 * 60).await;
        let password = gate.password_of(MINJI, "nuri").await;
        yuna.signs_in_at("nuri", MINJI, &password).await;
        yuna.comes_to("new_password").await;
        is_seen_everywhere(&yuna, "new_password-expired").await;
    });
}

/// X3, X4, R5, L10.
#[test]
fn x4_matrix_ids() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        member.proves_address("soyeon@daemun.test").await;
        member.at_register_id().await.sends("2", "half").await;
        member.is_told_at("identifier", "id_invalid").await;
        is_seen_everywhere(&member, "register_id-error").await;
        member.opens("/o/nuri").await;
        member.comes_to("password").await;
        member.does("find_id").await;
        member.comes_to("find_id").await;
        is_seen_everywhere(&member, "find_id").await;
        member.at_find_id().await.sends("minji.home@daemun.test").await;
        member.comes_to("code").await;
        let code = gate.code_for("minji.home@daemun.test").await;
        member.at_code().await.enters(&code).await;
        member.comes_to("found_ids").await;
        is_seen_everywhere(&member, "found_ids").await;
    });
}
