//! Entering a workspace by email (FEATURES E1, E2, E6).

use crate::harness::story;

const MINJI: &str = "minji@daemun.test";
const HARUTO: &str = "haruto@daemun.test";
const ALEX: &str = "alex@daemun.test";

/// E1: address, code from the mail, one of three workspaces, its own password, in.
#[test]
fn e1_minji_comes_in_by_email_and_picks_one_of_her_three_workspaces() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.at_identify().await.sends(MINJI).await;

        let sight = minji.comes_to("code").await;
        assert!(sight.text.contains(MINJI), "the screen says where the code went:\n{sight}");
        let mails = gate.mails_to(MINJI).await;
        assert_eq!(mails.len(), 1, "one mail: {mails:?}");
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;

        let sight = minji.comes_to("choose_workspace").await;
        let offered: Vec<&str> = sight
            .actions
            .iter()
            .filter(|action| action.name == "choose")
            .map(|action| action.workspace.as_str())
            .collect();
        assert_eq!(offered.len(), 3, "{sight}");
        for (workspace, name) in [("nuri", "누리소프트"), ("hanbit", "한빛 디자인"), ("northwind", "Northwind Traders")]
        {
            let choice = sight.actions.iter().find(|action| action.workspace == workspace);
            assert!(choice.is_some_and(|choice| choice.label.contains(name)), "{workspace} by its name:\n{sight}");
        }
        minji.at_choose_workspace().await.picks("hanbit").await;

        let sight = minji.comes_to("password").await;
        assert!(sight.text.contains("한빛 디자인"), "the workspace's own screen:\n{sight}");
        assert_eq!(sight.field("identifier").value, MINJI, "the address is filled in");
        assert!(!sight.field("identifier").editable);
        minji.enters_password_of(MINJI, "hanbit").await;
        assert_eq!(minji.sees().await.url, format!("{}/home", gate.origin()));
    });
}

/// E1: with one workspace there is nothing to choose.
#[test]
fn e1_haruto_of_one_workspace_goes_straight_to_the_password() {
    story(async |gate| {
        let haruto = gate.member_reading("ja").await;
        haruto.opens("/").await;
        haruto.proves_address(HARUTO).await;
        let sight = haruto.comes_to("password").await;
        assert!(sight.text.contains("さくら商事"), "{sight}");
        haruto.enters_password_of(HARUTO, "sakura").await;
    });
}

/// E1: each account has its own password; that of another workspace does not open this one.
#[test]
fn e1_the_password_of_another_workspace_is_a_wrong_one() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        let elsewhere = gate.password_of(MINJI, "northwind").await;
        minji.at_password().await.enters(&elsewhere).await;
        minji.is_told("credentials_wrong").await;
        minji.enters_password_of(MINJI, "nuri").await;
    });
}

/// E1: what is no address is said at the field, and asks nobody for a code.
#[test]
fn e1_what_is_no_address_is_said_at_its_field() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        let mut words = std::collections::BTreeSet::new();
        for (typed, told) in [("minji", "email_invalid"), ("minji@", "email_invalid"), ("", "required")] {
            member.fills("identifier", typed).await;
            member.clicks("[data-action=submit]").await;
            let sight = member.is_told_at("identifier", told).await;
            assert_eq!(sight.screen, "identify");
            assert_eq!(sight.field("identifier").value, typed, "what was typed stays");
            assert_eq!(sight.focus.field, "identifier", "the focus is where it can be mended");
            words.insert(sight.words_of("input_invalid"));
        }
        assert_eq!(words.len(), 2, "what is missing and what is wrong are said differently: {words:?}");
        member.at_identify().await.sends(HARUTO).await;
        let sight = member.comes_to("code").await;
        assert!(!sight.says("input_invalid"), "{sight}");
    });
}

/// E1: a pasted address brings its spaces along; they do not matter.
#[test]
fn e1_spaces_around_the_address_do_not_matter() {
    story(async |gate| {
        let haruto = gate.member_reading("ja").await;
        haruto.opens("/").await;
        haruto.at_identify().await.sends("  haruto@daemun.test ").await;
        haruto.comes_to("code").await;
        let code = gate.code_for(HARUTO).await;
        haruto.at_code().await.enters(&code).await;
        haruto.comes_to("password").await;
    });
}

/// E1: an address that nobody has gets the same screen, with the same words, as one that somebody has.
#[test]
fn e1_an_unknown_address_looks_like_a_known_one() {
    story(async |gate| {
        let stranger = gate.member().await;
        let mut screens = Vec::new();
        for address in ["nobody@daemun.test", HARUTO] {
            stranger.opens("/").await;
            stranger.at_identify().await.sends(address).await;
            let sight = stranger.comes_to("code").await;
            let actions: Vec<String> = sight.actions.iter().map(|action| action.name.clone()).collect();
            screens.push((sight.text.replace(address, "…"), actions));
        }
        // A countdown of seconds may have moved between the two.
        let without_digits = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
        assert_eq!(without_digits(&screens[0].0), without_digits(&screens[1].0));
        assert_eq!(screens[0].1, screens[1].1);
    });
}

/// E1: a wrong code says how many tries are left; the right one still works then.
#[test]
fn e1_a_wrong_code_says_how_many_tries_are_left() {
    story(async |gate| {
        let haruto = gate.member_reading("en-US,en").await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        let wrong = gate.wrong_codes_for(HARUTO).await;
        for (wrong, left) in wrong.iter().zip(["4", "3"]) {
            haruto.at_code().await.enters(wrong).await;
            let hope = format!("the code to be wrong, and {left} tries left");
            let sight = haruto
                .waits_for(&hope, |sight| {
                    sight.is_settled() && sight.says("code_wrong") && sight.words_of("code_wrong").contains(left)
                })
                .await;
            assert_eq!(sight.screen, "code");
            assert_eq!(sight.state, "error");
            assert!(sight.field("code").invalid, "{sight}");
            assert!(sight.field("code").described_by_codes.iter().any(|code| code == "code_wrong"), "{sight}");
            assert_eq!(sight.focus.field, "code", "the next try can be typed at once");
        }
        let code = gate.code_for(HARUTO).await;
        haruto.at_code().await.enters(&code).await;
        haruto.comes_to("password").await;
    });
}

/// E1: a code lives for ten minutes.
#[test]
fn e1_an_expired_code_says_so_and_a_new_one_works() {
    story(async |gate| {
        let haruto = gate.member().await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        let late = gate.code_for(HARUTO).await;
        gate.lets_pass(10 * 60 + 1).await;
        haruto.at_code().await.enters(&late).await;
        haruto.is_told("code_expired").await;

        // The browser does not know yet that the backend's clock went on.
        haruto.reloads().await;
        haruto.at_code().await.resends().await;
        haruto.is_told("code_sent_again").await;
        let fresh = gate.code_for(HARUTO).await;
        haruto.at_code().await.enters(&fresh).await;
        haruto.comes_to("password").await;
    });
}

/// E1: after "send again" only the newest code counts, and sending again has to wait.
#[test]
fn e1_after_sending_again_the_earlier_code_is_a_wrong_one() {
    story(async |gate| {
        let haruto = gate.member().await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        let sight = haruto.sees().await;
        assert!(!sight.can("resend"), "not yet:\n{sight}");
        let earlier = gate.code_for(HARUTO).await;

        gate.lets_pass(30).await;
        haruto.reloads().await;
        haruto.at_code().await.resends().await;
        let sight = haruto.is_told("code_sent_again").await;
        assert!(!sight.can("resend"), "and not again at once:\n{sight}");
        assert_eq!(gate.mails_to(HARUTO).await.len(), 2);

        haruto.at_code().await.enters(&earlier).await;
        haruto.is_told("code_wrong").await;
        let newest = gate.code_for(HARUTO).await;
        haruto.at_code().await.enters(&newest).await;
        haruto.comes_to("password").await;
    });
}

/// E1: "send again" becomes usable by itself, counted down on the screen.
#[test]
fn e1_the_wait_before_sending_again_counts_down() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        let seconds = |text: &str| -> Option<u32> {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            digits.parse().ok()
        };
        let label = |sight: &crate::harness::Sight| {
            sight
                .actions
                .iter()
                .find(|action| action.name == "resend")
                .map_or_else(String::new, |action| action.label.clone())
        };
        let sight = haruto.sees().await;
        let first = seconds(&label(&sight)).unwrap_or_else(|| panic!("the wait is on the button:\n{sight}"));
        assert!((1..=30).contains(&first), "{sight}");
        haruto
            .waits_for("the wait to get shorter", |sight| seconds(&label(sight)).is_some_and(|now| now < first))
            .await;
    });
}

/// E1: nobody's inbox is flooded: after five codes the next one has to wait, and the screen says for how long.
#[test]
fn e1_more_than_five_codes_in_ten_minutes_have_to_wait() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        haruto.opens("/").await;
        for _ in 0..5 {
            haruto.at_identify().await.sends(HARUTO).await;
            haruto.at_code().await.goes_back().await;
        }
        haruto.at_identify().await.sends(HARUTO).await;
        let sight = haruto.is_told("too_many_requests").await;
        assert_eq!(sight.screen, "identify");
        assert!(sight.words_of("wait").contains("minute"), "it says for how long:\n{sight}");
        assert_eq!(gate.mails_to(HARUTO).await.len(), 5);
        gate.lets_pass(10 * 60 + 1).await;
        haruto.reloads().await;
        haruto.asks_for_code(HARUTO).await;
        assert_eq!(gate.mails_to(HARUTO).await.len(), 6);
    });
}

/// E1: a code that opened the way once is worth nothing after going back.
#[test]
fn e1_a_used_code_does_not_work_again_after_going_back() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.proves_address(MINJI).await;
        let used = gate.code_for(MINJI).await;
        minji.comes_to("choose_workspace").await;
        minji.does("back").await;
        let sight = minji.comes_to("identify").await;
        assert_eq!(sight.field("identifier").value, MINJI, "what was entered before is there");
        minji.does("submit").await;
        minji.at_code().await.enters(&used).await;
        minji.is_told("code_wrong").await;
        assert_eq!(gate.mails_to(MINJI).await.len(), 2, "a new code went out");
        let fresh = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&fresh).await;
        minji.comes_to("choose_workspace").await;
    });
}

/// E1: a wrong address can be mended.
#[test]
fn e1_going_back_from_the_code_mends_the_address() {
    story(async |gate| {
        let haruto = gate.member().await;
        haruto.opens("/").await;
        haruto.asks_for_code("harut@daemun.test").await;
        haruto.at_code().await.goes_back().await;
        let sight = haruto.comes_to("identify").await;
        assert_eq!(sight.field("identifier").value, "harut@daemun.test");
        haruto.asks_for_code(HARUTO).await;
        assert!(haruto.sees().await.text.contains(HARUTO));
    });
}

/// E2: the fifth wrong code restricts sign-in by email for this address, and the screen says for how long.
#[test]
fn e2_five_wrong_codes_restrict_the_address_for_a_while() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        let right = gate.code_for(HARUTO).await;
        for wrong in gate.wrong_codes_for(HARUTO).await {
            haruto.at_code().await.enters(&wrong).await;
        }
        let sight = haruto.at_notice("email_restricted").await;
        assert!(sight.text.contains("30") || sight.text.contains(':'), "it says for how long:\n{sight}");
        assert!(sight.offers("use_organisation"), "another way is offered:\n{sight}");
        assert!(sight.focus.in_main, "the eye is led to it:\n{sight}");

        // Neither the right code nor a new flow helps.
        haruto.does("back").await;
        haruto.at_identify().await.sends(HARUTO).await;
        haruto.at_notice("email_restricted").await;
        haruto.opens("/").await;
        haruto.at_identify().await.sends(HARUTO).await;
        haruto.at_notice("email_restricted").await;
        assert_eq!(gate.mails_to(HARUTO).await.len(), 1, "no further code was sent");

        // Another address is not affected.
        haruto.does("back").await;
        haruto.at_identify().await.sends(MINJI).await;
        haruto.at_code().await.goes_back().await;

        gate.lets_pass(30 * 60 + 1).await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        let fresh = gate.code_for(HARUTO).await;
        assert_eq!(gate.mails_to(HARUTO).await.len(), 2, "{right} is an earlier one");
        haruto.at_code().await.enters(&fresh).await;
        haruto.comes_to("password").await;
    });
}

/// E2: the restriction ends while its notice is on the screen.
#[test]
fn e2_a_restricted_member_may_use_the_organisation_id_instead() {
    story(async |gate| {
        let haruto = gate.member().await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        for wrong in gate.wrong_codes_for(HARUTO).await {
            haruto.at_code().await.enters(&wrong).await;
        }
        haruto.at_notice("email_restricted").await;
        haruto.does("use_organisation").await;
        haruto.at_organisation().await.sends("sakura").await;
        let password = gate.password_of(HARUTO, "sakura").await;
        haruto.at_password().await.enters_with_id(HARUTO, &password).await;
        haruto.is_in(HARUTO, "sakura").await;
    });
}

/// E6: a member of no workspace is told what to do next.
#[test]
fn e6_alex_of_no_workspace_is_told_what_to_do_next() {
    story(async |gate| {
        let alex = gate.member_reading("en").await;
        alex.opens("/").await;
        alex.proves_address(ALEX).await;
        let sight = alex.at_notice("no_workspace").await;
        assert!(sight.text.contains(ALEX), "{sight}");
        assert!(sight.offers("use_organisation") && sight.offers("back"), "{sight}");
        alex.does("back").await;
        alex.comes_to("identify").await;
    });
}

/// E6: who is in may come back and pick another workspace, with no second code.
#[test]
fn e6_minji_comes_back_and_picks_another_workspace() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        minji.enters_password_of(MINJI, "nuri").await;

        minji.clicks("a[href='/']").await;
        minji.at_choose_workspace().await.picks("northwind").await;
        minji.enters_password_of(MINJI, "northwind").await;
        assert_eq!(gate.mails_to(MINJI).await.len(), 1, "the address was proven already");
    });
}

/// E6: before the password, too, another workspace can be picked.
#[test]
fn e6_going_back_from_the_password_offers_the_other_workspaces() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        minji.at_password().await.goes_back().await;
        minji.at_choose_workspace().await.picks("hanbit").await;
        let sight = minji.comes_to("password").await;
        assert!(sight.text.contains("한빛 디자인"), "{sight}");
        minji.enters_password_of(MINJI, "hanbit").await;
    });
}

/// E6: after signing out the address has to be proven again.
#[test]
fn e6_after_signing_out_the_front_door_asks_who_it_is() {
    story(async |gate| {
        let haruto = gate.member().await;
        haruto.opens("/").await;
        haruto.proves_address(HARUTO).await;
        haruto.enters_password_of(HARUTO, "sakura").await;
        haruto.clicks("form[action='/home/sign-out'] button").await;
        let sight = haruto.comes_to("identify").await;
        assert_eq!(sight.path(), "/");
    });
}
