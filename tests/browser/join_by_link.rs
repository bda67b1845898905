//! Joining a workspace by a link that a member has passed on (FEATURES E4).

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::{Gate, Member, Newcomer, Requests, story};

const MINJI: &str = "minji@daemun.test";
const SORA: Newcomer<'_> = Newcomer { name: "윤소라", email: "sora@daemun.test", password: "sora-New-2024!" };

/// There is no such account: at the organisation's door ID and password are wrong.
async fn assert_nobody(gate: &Gate, newcomer: Newcomer<'_>) {
    let probe = gate.member_reading("en").await;
    probe.signs_in_at("nuri", newcomer.email, newcomer.password).await;
    probe.is_told("credentials_wrong").await;
}

/// E4: the invitation, the account, a wrong code and the right one, "Start", in; and signing in again, both ways.
#[test]
fn e4_a_good_link_leads_to_a_new_member() {
    story(async |gate| {
        let sora = gate.member().await;
        sora.opens_link("join").await;
        let sight = sora.comes_to("invitation").await;
        assert!(sight.text.contains("누리소프트"), "which workspace:\n{sight}");
        assert!(sight.text.contains("김민지"), "who invites:\n{sight}");
        assert!(sight.can("accept") && sight.can("decline"), "{sight}");
        assert!(sight.focus.in_main, "{sight}");
        sora.at_invitation().await.accepts().await;

        let sight = sora.comes_to("create_account").await;
        assert!(sight.text.contains("누리소프트"), "{sight}");
        assert_eq!(sight.focus.field, "name", "{sight}");
        sora.at_create_account().await.sends(SORA).await;
        let sight = sora.comes_to("code").await;
        assert!(sight.text.contains(SORA.email), "it says where the code went:\n{sight}");
        assert_eq!(gate.mails_to(SORA.email).await.len(), 1);
        assert_nobody(gate, SORA).await;

        let wrong = gate.wrong_code_for(SORA.email).await;
        sora.at_code().await.enters(&wrong).await;
        sora.is_told("code_wrong").await;
        assert_nobody(gate, SORA).await;
        let code = gate.code_for(SORA.email).await;
        sora.at_code().await.enters(&code).await;
        let sight = sora.at_notice("joined").await;
        assert!(sight.text.contains("누리소프트") && sight.can("start"), "{sight}");
        assert!(!sight.offers("back"), "an account that is made is not unmade:\n{sight}");
        sora.does("start").await;
        sora.is_in(SORA.email, "nuri").await;

        // Later, at another browser: by email and by the organisation's ID.
        let later = gate.member_reading("en").await;
        later.opens("/").await;
        later.proves_address(SORA.email).await;
        later.at_password().await.enters(SORA.password).await;
        later.is_in(SORA.email, "nuri").await;
        later.signs_in_at("nuri", SORA.email, SORA.password).await;
        later.is_in(SORA.email, "nuri").await;
    });
}

/// E4: each link that leads nowhere says why in its own words, and offers a way on.
#[test]
fn e4_each_bad_link_says_what_is_wrong_with_it() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        let mut words = BTreeSet::new();
        for (name, code, workspace) in [
            ("join_expired", "invitation_expired", None),
            ("join_revoked", "invitation_revoked", None),
            ("join_used_up", "invitation_used", None),
            ("join_full", "workspace_full", Some("가득상사")),
        ] {
            member.opens_link(name).await;
            let sight = member.at_notice(code).await;
            assert!(workspace.is_none_or(|workspace| sight.text.contains(workspace)), "{sight}");
            assert!(sight.focus.in_main && sight.offers("use_email"), "{sight}");
            assert!(!sight.offers("accept") && !sight.offers("back"), "{sight}");
            words.insert(sight.words_of(code));
        }
        assert_eq!(words.len(), 4, "{words:#?}");

        // Nobody made these.
        let long = format!("/join#{}", "A".repeat(5_000));
        for link in ["/join#AAAAAAAAAAAAAAAAAAAAAA", "/join#", "/join", "/join#%00%ff%3Cscript%3E", "/join#한글", &long]
        {
            member.opens(link).await;
            let sight = member.at_notice("invitation_unknown").await;
            assert!(!sight.url.trim_end_matches('#').contains('#'), "{link}:\n{sight}");
        }
        let sight = member.sees().await;
        assert!(!words.contains(&sight.words_of("invitation_unknown")), "{sight}");
        member.does("use_email").await;
        member.asks_for_code(MINJI).await;
    });
}

/// E4: that the address is a member's already is said to whoever has proven it and to nobody else; they can sign in.
#[test]
fn e4_who_is_a_member_already_is_told_after_the_code_and_can_sign_in() {
    story(async |gate| {
        let known = Newcomer { name: "김민지", email: MINJI, password: "another-One-2024" };
        let without_digits = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
        let mut screens = Vec::new();
        let minji = gate.member().await;
        for newcomer in [SORA, known] {
            minji.comes_to_create_account().await;
            minji.at_create_account().await.sends(newcomer).await;
            let sight = minji.comes_to("code").await;
            screens.push(without_digits(&sight.text.replace(newcomer.email, "…")));
        }
        assert_eq!(screens[0], screens[1], "a member's address looks like any other");

        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;
        let sight = minji.at_notice("already_member").await;
        assert!(sight.text.contains(MINJI) && sight.text.contains("누리소프트"), "{sight}");
        assert!(sight.can("sign_in"), "{sight}");
        minji.does("back").await;
        let sight = minji.comes_to("create_account").await;
        assert_eq!(sight.field("email").value, MINJI);
        minji.at_create_account().await.fills_in(known).await;
        minji.does("submit").await;
        minji.comes_to("code").await;
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;
        minji.at_notice("already_member").await;

        minji.does("sign_in").await;
        let sight = minji.comes_to("password").await;
        assert_eq!(sight.field("identifier").value, MINJI, "the ID is filled in");
        minji.at_password().await.enters(known.password).await;
        minji.is_told("credentials_wrong").await;
        minji.enters_password_of(MINJI, "nuri").await;
    });
}

/// E4: who declines is told that nothing was kept; the link stays as good as it was.
#[test]
fn e4_declining_keeps_nothing_and_uses_nothing_up() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.opens_link("join_last").await;
        sora.at_invitation().await.declines().await;
        let sight = sora.at_ended().await;
        assert!(sight.text.contains("declined") && sight.can("restart") && sight.focus.in_main, "{sight}");
        sora.reloads().await;
        sora.at_ended().await;
        sora.clicks("[data-action=restart]").await;
        sora.comes_to("identify").await;

        sora.opens_link("join_last").await;
        sora.at_invitation().await.accepts().await;
        sora.becomes(SORA).await;
        sora.at_notice("joined").await;
    });
}

/// E4: of two who join by the last use of a link, one gets in, and the other is told at the end.
#[test]
fn e4_the_last_use_of_a_link_is_for_one() {
    story(async |gate| {
        let sora = gate.member().await;
        let arin = gate.member_reading("en").await;
        let late = Newcomer { name: "Arin", email: "arin@daemun.test", password: "arin-New-2024!" };
        for (member, newcomer) in [(&sora, SORA), (&arin, late)] {
            member.opens_link("join_last").await;
            member.at_invitation().await.accepts().await;
            member.at_create_account().await.sends(newcomer).await;
            member.comes_to("code").await;
        }
        let code = gate.code_for(SORA.email).await;
        sora.at_code().await.enters(&code).await;
        sora.at_notice("joined").await;
        let code = gate.code_for(late.email).await;
        arin.at_code().await.enters(&code).await;
        arin.at_notice("invitation_used").await;
        assert_nobody(gate, late).await;
        let next = gate.member().await;
        next.opens_link("join_last").await;
        next.at_notice("invitation_used").await;
    });
}

/// E4: the workspace filled up in between: said at the end, and there is no account.
#[test]
fn e4_a_workspace_that_filled_up_in_between_says_so() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.comes_to_create_account().await;
        sora.at_create_account().await.sends(SORA).await;
        sora.comes_to("code").await;
        gate.policy("nuri", json!({ "capacity": 1 })).await;
        let code = gate.code_for(SORA.email).await;
        sora.at_code().await.enters(&code).await;
        sora.at_notice("workspace_full").await;
        assert_nobody(gate, SORA).await;
        // Who is in already does not care.
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        minji.enters_password_of(MINJI, "nuri").await;
    });
}

/// E4: a second link that is opened in the same tab changes nothing but the fragment; the page begins anew with it.
#[test]
fn e4_a_second_link_in_the_same_tab_begins_anew() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.comes_to_create_account().await;
        sora.fills("name", "half a na").await;
        let first = sora.flow_id().await;
        sora.opens_link("join_expired").await;
        let sight = sora.at_notice("invitation_expired").await;
        assert!(!sight.url.contains('#'), "{sight}");
        assert_ne!(sora.flow_id().await, first);
        // And by the page's own address bar, without any driver's help.
        let link = gate.link("join").await;
        let fragment = link.split('#').nth(1).expect("a fragment");
        sora.runs_with("location.hash = arguments[0]", vec![json!(fragment)]).await;
        let sight = sora.comes_to("invitation").await;
        assert!(!sight.url.contains('#'), "{sight}");
        assert_eq!(gate.wire.count(Requests::posts("/flows")), 3);
    });
}

/// E4, X2: a second tab with the same link has a flow of its own; the one that comes late is told that it is a member.
#[test]
fn e4_two_tabs_with_one_link_make_one_account() {
    story(async |gate| {
        let sora: Member<'_> = gate.member().await;
        sora.comes_to_create_account().await;
        sora.at_create_account().await.sends(SORA).await;
        sora.comes_to("code").await;
        let link = gate.link("join").await;
        sora.opens_second_tab(&link).await;
        sora.at_invitation().await.accepts().await;
        sora.becomes(SORA).await;
        sora.at_notice("joined").await;
        sora.does("start").await;
        sora.is_in(SORA.email, "nuri").await;

        sora.switches_to_tab(0).await;
        sora.comes_to("code").await;
        gate.lets_pass(30).await;
        sora.reloads().await;
        sora.at_code().await.resends().await;
        sora.is_told("code_sent_again").await;
        let code = gate.code_for(SORA.email).await;
        sora.at_code().await.enters(&code).await;
        sora.at_notice("already_member").await;
        sora.does("sign_in").await;
        sora.at_password().await.enters(SORA.password).await;
        sora.is_in(SORA.email, "nuri").await;
    });
}
