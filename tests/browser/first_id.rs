//! The first ID and password of a member who joined without (FEATURES R5).

use crate::harness::{Member, story};

const SOYEON: &str = "soyeon@daemun.test";
const PASSWORD: &str = "soyeon-New-2024";

async fn comes_to_register_id(soyeon: &Member<'_>) {
    soyeon.opens("/").await;
    soyeon.proves_address(SOYEON).await;
    soyeon.comes_to("register_id").await;
}

/// R5: what can be no ID, and what somebody has; then in, and by the organisation's ID with it from then on.
#[test]
fn r5_the_first_id_and_password_open_the_organisations_way() {
    story(async |gate| {
        let soyeon = gate.member_reading("en").await;
        comes_to_register_id(&soyeon).await;
        let sight = soyeon.sees().await;
        assert!(sight.text.contains("cannot be changed"), "said beforehand:\n{sight}");
        assert!(sight.text.contains("누리소프트"), "where:\n{sight}");
        assert_eq!(sight.focus.field, "identifier", "{sight}");

        soyeon.does("submit").await;
        soyeon.is_told_at("identifier", "required").await;
        let sight = soyeon.is_told_at("password", "required").await;
        assert_eq!(sight.focus.field, "identifier", "the first:\n{sight}");
        for id in ["so", "2soyeon", "so yeon", "소연", "soyeon@daemun.test", &"s".repeat(41)] {
            soyeon.at_register_id().await.sends(id, PASSWORD).await;
            let sight = soyeon.is_told_at("identifier", "id_invalid").await;
            assert_eq!((sight.field("identifier").value.as_str(), sight.focus.field.as_str()), (id, "identifier"));
            assert!(!sight.field("password").invalid && sight.field("password").value == PASSWORD, "{sight}");
        }
        soyeon.at_register_id().await.sends("Soyeon.2024", "soyeon.2024").await;
        soyeon.is_told_at("password", "password_is_id").await;
        soyeon.reloads().await;
        let sight = soyeon.comes_to("register_id").await;
        assert!(sight.field("identifier").value.eq_ignore_ascii_case("soyeon.2024"), "it is remembered:\n{sight}");
        assert_eq!(sight.field("password").value, "");
        soyeon.at_register_id().await.sends(" Soyeon.2024 ", PASSWORD).await;
        soyeon.is_in(SOYEON, "nuri").await;

        // By the organisation's ID, whatever the capitals; the address works as well.
        let later = gate.member_reading("en").await;
        for id in ["soyeon.2024", "SOYEON.2024", SOYEON] {
            later.signs_in_at("nuri", id, PASSWORD).await;
            later.is_in(SOYEON, "nuri").await;
        }
        // By email she is asked for the password now, and for no ID again.
        let by_email = gate.member_reading("en").await;
        by_email.opens("/").await;
        by_email.proves_address(SOYEON).await;
        by_email.at_password().await.enters(PASSWORD).await;
        by_email.is_in(SOYEON, "nuri").await;
    });
}

/// R5: before there is an ID and a password the organisation's way knows nobody; an ID that somebody has is taken, and of
/// two browsers at the same step the first one counts.
#[test]
fn r5_an_id_that_somebody_has_is_taken() {
    story(async |gate| {
        let soyeon = gate.member_reading("en").await;
        soyeon.signs_in_at("nuri", SOYEON, PASSWORD).await;
        let sight = soyeon.is_told("credentials_wrong").await;
        assert!(sight.words_of("credentials_wrong").contains('9'), "as for an unknown ID:\n{sight}");
        comes_to_register_id(&soyeon).await;
        for taken in ["dohyun", "DoHyun"] {
            soyeon.at_register_id().await.sends(taken, PASSWORD).await;
            let sight = soyeon.is_told_at("identifier", "id_taken").await;
            assert_eq!(sight.focus.field, "identifier", "{sight}");
            assert!(sight.words_of("input_invalid").contains("already"), "{sight}");
        }

        // A second browser of hers, at the same step; the one that comes first counts.
        let second = gate.member_reading("en").await;
        comes_to_register_id(&second).await;
        second.at_register_id().await.sends("soyeon", PASSWORD).await;
        second.is_in(SOYEON, "nuri").await;
        soyeon.at_register_id().await.sends("soyeon", "other-New-2024").await;
        let sight = soyeon
            .waits_for("a true word", |sight| {
                sight.is_settled() && (sight.says("input_invalid") || sight.screen != "register_id")
            })
            .await;
        assert!(sight.page.is_empty(), "nobody is in by a second ID:\n{sight}");
        second.signs_in_at("nuri", "soyeon", "other-New-2024").await;
        second.is_told("credentials_wrong").await;
        second.at_password().await.enters(PASSWORD).await;
        second.is_in(SOYEON, "nuri").await;
    });
}
