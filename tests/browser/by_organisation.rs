//! Entering a workspace by its organisation's ID (FEATURES E3).

use crate::harness::story;

const MINJI: &str = "minji@daemun.test";

/// E3: organisation ID, then ID and password, and no code is sent.
#[test]
fn e3_minji_comes_in_by_organisation_id_without_any_code() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.at_identify().await.uses_organisation().await;
        minji.at_organisation().await.sends("nuri").await;
        let sight = minji.comes_to("password").await;
        assert!(sight.text.contains("누리소프트"), "the workspace's own screen:\n{sight}");
        assert!(sight.field("identifier").editable, "the ID is asked too:\n{sight}");
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
        assert!(gate.mails_to(MINJI).await.is_empty());
    });
}

/// E3: a mobile number is an ID, however it is written.
#[test]
fn e3_a_mobile_number_is_an_id() {
    story(async |gate| {
        let minji = gate.member().await;
        let password = gate.password_of(MINJI, "nuri").await;
        for number in ["010-2345-6789", "+82 10 2345 6789", "01023456789"] {
            minji.opens("/o/nuri").await;
            minji.at_password().await.enters_with_id(number, &password).await;
            minji.is_in(MINJI, "nuri").await;
        }
    });
}

/// E3: capitals and spaces in the organisation's ID do not matter.
#[test]
fn e3_capitals_and_spaces_in_the_organisation_id_do_not_matter() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.at_identify().await.uses_organisation().await;
        minji.at_organisation().await.sends(" Nuri ").await;
        minji.comes_to("password").await;
    });
}

/// E3: an unknown organisation: a clear error, and what to do.
#[test]
fn e3_an_unknown_organisation_is_a_clear_error_with_a_way_on() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        member.at_identify().await.uses_organisation().await;
        member.at_organisation().await.sends("nurisoft").await;
        let sight = member.is_told("organisation_unknown").await;
        assert_eq!(sight.screen, "organisation");
        let field = sight.field("organisation");
        assert_eq!(field.value, "nurisoft", "it can be mended");
        assert!(field.invalid && field.described_by_codes.iter().any(|code| code == "organisation_unknown"), "{sight}");
        assert_eq!(sight.focus.field, "organisation");
        assert!(sight.words_of("organisation_unknown").chars().count() > 10, "it says what to do:\n{sight}");
        assert!(sight.can("use_email"), "{sight}");

        member.at_organisation().await.sends("nuri").await;
        let sight = member.comes_to("password").await;
        assert!(!sight.says("organisation_unknown"), "{sight}");
    });
}

/// E3: the email way is one click away.
#[test]
fn e3_from_the_organisation_to_the_email_way_and_back() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        member.at_identify().await.uses_organisation().await;
        member.at_organisation().await.uses_email().await;
        member.at_identify().await.uses_organisation().await;
        member.comes_to("organisation").await;
        member.does("back").await;
        member.comes_to("identify").await;
    });
}

/// E3: what cannot be an organisation's ID is said at the field.
#[test]
fn e3_a_malformed_organisation_id_is_said_at_its_field() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        member.at_identify().await.uses_organisation().await;
        let long = "n".repeat(65);
        for (typed, told) in [
            ("누리 소프트", "organisation_invalid"),
            ("nuri.soft", "organisation_invalid"),
            ("", "required"),
            (long.as_str(), "too_long"),
        ] {
            member.fills("organisation", typed).await;
            member.clicks("[data-action=submit]").await;
            let sight = member.is_told_at("organisation", told).await;
            assert_eq!(sight.field("organisation").value, typed);
            assert_eq!(sight.focus.field, "organisation");
        }
    });
}

/// E3: `/o/nuri` is that organisation's own door.
#[test]
fn e3_the_organisations_own_address_leads_to_its_password() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/o/nuri").await;
        let sight = minji.comes_to("password").await;
        assert!(sight.text.contains("누리소프트"), "{sight}");
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// E3: an address of an organisation that is not there fills in what was asked for, and says so when it is sent.
#[test]
fn e3_the_address_of_an_unknown_organisation_can_be_mended() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/o/unknown").await;
        let sight = member.comes_to("organisation").await;
        assert_eq!(sight.field("organisation").value, "unknown", "{sight}");
        member.does("submit").await;
        member.is_told("organisation_unknown").await;
        member.at_organisation().await.sends("sakura").await;
        member.comes_to("password").await;
    });
}

/// E3: strange addresses under `/o/` are organisations that are not there, and nothing else.
#[test]
fn e3_strange_addresses_under_o_are_unknown_organisations() {
    story(async |gate| {
        let member = gate.member().await;
        for target in ["/o/%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/o/NURI%00", "/o/%EB%88%84%EB%A6%AC", "/o/.."] {
            member.goes_to(target).await;
            let sight = member.settles().await;
            assert!(matches!(sight.screen.as_str(), "organisation" | "identify"), "{target}:\n{sight}");
        }
    });
}

/// E3: a workspace without an organisation ID cannot be entered this way.
#[test]
fn e3_a_workspace_without_an_organisation_id_is_unknown_here() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        member.at_identify().await.uses_organisation().await;
        member.at_organisation().await.sends("hanbit").await;
        member.is_told("organisation_unknown").await;
    });
}

/// E3, L1: an ID that nobody has is answered like a wrong password.
#[test]
fn e3_an_unknown_id_is_answered_like_a_wrong_password() {
    story(async |gate| {
        let member = gate.member().await;
        let mut told = Vec::new();
        for identifier in ["nobody@daemun.test", MINJI, "010-9999-0000"] {
            member.opens("/o/nuri").await;
            member.at_password().await.enters_with_id(identifier, "not the password").await;
            told.push(member.is_told("credentials_wrong").await.words_of("credentials_wrong"));
        }
        assert_eq!(told[0], told[1], "nothing to learn from it");
        assert_eq!(told[0], told[2], "nothing to learn from it");
    });
}
