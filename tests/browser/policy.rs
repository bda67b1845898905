//! What the administrator's policy does to a sign-in under way (FEATURES L8, L9).

use serde_json::json;

use crate::harness::{Requests, Sight, story};

const MINJI: &str = "minji@daemun.test";
const JIHO: &str = "jiho@daemun.test";

/// L9: with a limit of five the fifth wrong password suspends the account, until an administrator lifts it.
#[test]
fn l9_the_policys_limit_suspends_the_account_until_it_is_lifted() {
    story(async |gate| {
        gate.scenario("nuri_attempt_limit_5").await;
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        for time in 1..=5 {
            minji.at_password().await.enters(&format!("wrong guess {time}")).await;
        }
        let sight = minji.at_notice("account_suspended").await;
        assert!(sight.focus.in_main, "the eye is led to it:\n{sight}");

        // The right password does not help, today or tomorrow.
        gate.lets_pass(25 * 60 * 60).await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.opens("/o/nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.at_notice("account_suspended").await;

        gate.scenario("lift_suspensions").await;
        minji.opens("/o/nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// L9: who is suspended is signed out everywhere.
#[test]
fn l9_a_suspension_signs_out_everywhere() {
    story(async |gate| {
        gate.scenario("nuri_attempt_limit_5").await;
        let minji = gate.member().await;
        minji.opens("/o/nuri").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;

        minji.opens_second_tab("/o/nuri").await;
        minji.comes_to("password").await;
        minji.fills("identifier", MINJI).await;
        for time in 1..=5 {
            minji.at_password().await.enters(&format!("wrong guess {time}")).await;
        }
        minji.at_notice("account_suspended").await;

        minji.switches_to_tab(0).await;
        minji.reloads().await;
        minji.comes_to("identify").await;
    });
}

/// L9: an administrator suspends: every browser is out at once and is told why; the sandbox's page lifts it again.
#[test]
fn l9_a_suspension_ends_the_sessions_on_other_browsers_at_once() {
    story(async |gate| {
        let password = gate.password_of(MINJI, "nuri").await;
        let phone = gate.member().await;
        phone.signs_in_at("nuri", MINJI, &password).await;
        phone.is_in(MINJI, "nuri").await;
        let desk = gate.member_reading("en").await;
        desk.signs_in_at("nuri", MINJI, &password).await;
        desk.is_in(MINJI, "nuri").await;

        gate.scenario("suspend_minji_nuri").await;
        for member in [&phone, &desk] {
            member.reloads().await;
            member.comes_to("identify").await;
        }
        desk.signs_in_at("nuri", MINJI, &password).await;
        let sight = desk.at_notice("account_suspended").await;
        assert!(sight.text.contains("administrator"), "who can lift it:\n{sight}");
        // Her account elsewhere is another one.
        phone.proves_address(MINJI).await;
        phone.at_choose_workspace().await.picks("hanbit").await;
        phone.enters_password_of(MINJI, "hanbit").await;

        desk.opens_tab("/sandbox/").await;
        desk.waits_for("the sandbox", |sight| sight.page == "sandbox").await;
        desk.clicks("form[action$='/lift_suspensions'] button").await;
        let lifted = Requests::posts("/lift_suspensions");
        desk.waits_for("the suspensions to be lifted", |_| gate.wire.answered(lifted) == 1).await;
        desk.signs_in_at("nuri", MINJI, &password).await;
        desk.is_in(MINJI, "nuri").await;
    });
}

/// P1: the options for attempts, changed while a member is trying.
#[test]
fn p1_the_options_for_attempts_change_what_members_see() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/o/nuri").await;
        minji.at_password().await.enters_with_id(MINJI, "wrong guess 1").await;
        let sight = minji.is_told("credentials_wrong").await;
        assert!(sight.words_of("credentials_wrong").contains('9'), "ten tries without a limit:\n{sight}");
        gate.policy("nuri", json!({ "attempt_limit": 4, "reveal_tries": true })).await;
        minji.at_password().await.enters("wrong guess 2").await;
        minji
            .waits_for("the tries that the limit leaves, counted from its day on", |sight| {
                sight.is_settled()
                    && sight.says("credentials_wrong")
                    && sight.words_of("credentials_wrong").contains("3 tries")
            })
            .await;
        gate.policy("nuri", json!({ "reveal_tries": false })).await;
        minji.at_password().await.enters("wrong guess 3").await;
        let hidden = |sight: &Sight| {
            sight.is_settled()
                && sight.says("credentials_wrong")
                && !sight.words_of("credentials_wrong").contains(|c: char| c.is_ascii_digit())
        };
        minji.waits_for("the tries to be hidden", hidden).await;
        minji.at_password().await.enters("wrong guess 4").await;
        minji.waits_for("the tries to be hidden", hidden).await;
        minji.at_password().await.enters("wrong guess 5").await;
        minji.at_notice("account_suspended").await;

        // A limit that is lifted lifts no suspension: that is an act of its own.
        gate.policy("nuri", json!({ "attempt_limit": null })).await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.signs_in_at("nuri", MINJI, &password).await;
        minji.at_notice("account_suspended").await;
        gate.scenario("lift_suspensions").await;
        minji.signs_in_at("nuri", MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// L9: an unknown ID meets the same notice after as many tries.
#[test]
fn l9_an_unknown_id_is_suspended_alike() {
    story(async |gate| {
        gate.scenario("nuri_attempt_limit_5").await;
        let stranger = gate.member().await;
        stranger.opens("/o/nuri").await;
        stranger.comes_to("password").await;
        stranger.fills("identifier", "nobody@daemun.test").await;
        for time in 1..=5 {
            stranger.at_password().await.enters(&format!("wrong guess {time}")).await;
        }
        stranger.at_notice("account_suspended").await;
    });
}

/// L9: Jiho, who is suspended, is told so once the password was right, with the ways that are left.
#[test]
fn l9_a_suspended_member_is_told_so_after_the_right_password() {
    story(async |gate| {
        let jiho = gate.member().await;
        jiho.opens("/o/nuri").await;
        jiho.at_password().await.enters_with_id(JIHO, "not the password").await;
        jiho.is_told("credentials_wrong").await;
        let password = gate.password_of(JIHO, "nuri").await;
        jiho.at_password().await.enters_with_id(JIHO, &password).await;
        let sight = jiho.at_notice("account_suspended").await;
        assert!(sight.offers("back"), "{sight}");
        jiho.does("back").await;
        let sight = jiho.settles().await;
        assert_ne!(sight.screen, "notice", "{sight}");
    });
}

/// L8: the email way was switched off after the workspace was listed.
#[test]
fn l8_the_email_way_switched_off_in_between_says_so_and_offers_what_is_left() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.proves_address(MINJI).await;
        minji.comes_to("choose_workspace").await;
        gate.scenario("nuri_email_entry_off").await;
        minji.at_choose_workspace().await.picks("nuri").await;
        let sight = minji.at_notice("method_not_allowed").await;
        assert!(sight.text.contains("누리소프트"), "it says where:\n{sight}");
        assert!(sight.offers("use_organisation") && sight.offers("back"), "{sight}");

        minji.does("use_organisation").await;
        minji.at_organisation().await.sends("nuri").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// L8: the email way was switched off while the password was being typed.
#[test]
fn l8_the_email_way_switched_off_at_the_password_says_so() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        gate.scenario("nuri_email_entry_off").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters(&password).await;
        let sight = minji.at_notice("method_not_allowed").await;
        assert!(sight.offers("use_organisation"), "{sight}");
    });
}

/// L8: only what is allowed is listed.
#[test]
fn l8_a_workspace_that_forbids_the_email_way_is_not_listed() {
    story(async |gate| {
        gate.scenario("nuri_email_entry_off").await;
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.proves_address(MINJI).await;
        let sight = minji.comes_to("choose_workspace").await;
        let listed: Vec<&str> = sight
            .actions
            .iter()
            .filter(|action| action.name == "choose")
            .map(|action| action.workspace.as_str())
            .collect();
        assert_eq!(listed.len(), 2, "{sight}");
        assert!(!listed.contains(&"nuri"), "{sight}");
    });
}

/// L8: where the email way is forbidden, the organisation's screen does not offer it.
#[test]
fn l8_the_password_by_organisation_offers_email_only_where_it_is_allowed() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/o/nuri").await;
        assert!(member.comes_to("password").await.offers("use_email"));
        gate.scenario("nuri_email_entry_off").await;
        member.opens("/o/nuri").await;
        let sight = member.comes_to("password").await;
        assert!(!sight.offers("use_email"), "{sight}");
    });
}

/// L8: the organisation's way was switched off between its screen and the password.
#[test]
fn l8_the_organisation_way_switched_off_in_between_says_so() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        gate.scenario("nuri_organisation_entry_off").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        let sight = minji.at_notice("method_not_allowed").await;
        assert!(sight.text.contains("누리소프트"), "{sight}");
        let left = ["use_email", "back"].into_iter().find(|action| sight.offers(action));
        minji.does(left.unwrap_or_else(|| panic!("a way on:\n{sight}"))).await;
        minji.settles().await;
    });
}

/// L8: where no workspace takes organisations, nobody is offered that way.
#[test]
fn l8_the_organisation_way_is_offered_only_where_some_workspace_allows_it() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        assert!(member.comes_to("identify").await.offers("use_organisation"));
        for workspace in ["nuri", "hanbit", "sakura", "northwind"] {
            gate.scenario(&format!("{workspace}_organisation_entry_off")).await;
        }
        member.opens("/").await;
        member
            .waits_for("the organisation's way to be gone", |sight| {
                sight.is_settled() && sight.rev > 0 && !sight.offers("use_organisation")
            })
            .await;
    });
}
