//! Joining by a mail to a member who was registered beforehand (FEATURES E5).

use crate::harness::{Member, Sight, story};

const YUNA: &str = "yuna@daemun.test";
const PASSWORD: &str = "yuna-New-2024!";

/// What asks for the first password and for nothing else.
fn assert_asks_for_a_password_alone(sight: &Sight) {
    assert!(sight.text.contains("누리소프트"), "which workspace:\n{sight}");
    let id = sight.field("identifier");
    assert!(id.value == YUNA && !id.editable, "the ID is settled:\n{sight}");
    let asked: Vec<&str> =
        sight.fields.iter().filter(|field| field.editable).map(|field| field.name.as_str()).collect();
    let asked: Vec<&str> = asked.into_iter().filter(|name| *name != "language").collect();
    assert_eq!(asked, ["password"], "{sight}");
    assert_eq!(sight.focus.field, "password", "{sight}");
}

async fn starts(yuna: &Member<'_>) {
    let sight = yuna.at_notice("joined").await;
    assert!(sight.text.contains("누리소프트"), "{sight}");
    yuna.does("start").await;
    yuna.is_in(YUNA, "nuri").await;
}

/// E5: the link asks for a password by the policy, then in; it proves nothing any more afterwards.
#[test]
fn e5_a_registered_member_needs_nothing_but_a_password() {
    story(async |gate| {
        let yuna = gate.member().await;
        yuna.opens_link("invite").await;
        let sight = yuna.comes_to("new_password").await;
        assert_asks_for_a_password_alone(&sight);
        assert!(!sight.url.contains('#') && !sight.offers("back"), "{sight}");

        yuna.at_new_password().await.sets("short1").await;
        let sight = yuna.is_told_at("password", "password_too_short").await;
        assert_eq!(sight.focus.field, "password", "{sight}");
        yuna.reloads().await;
        assert_asks_for_a_password_alone(&yuna.comes_to("new_password").await);
        yuna.at_new_password().await.sets(PASSWORD).await;
        starts(&yuna).await;
        let mails = gate.mails_to(YUNA).await;
        assert!(
            mails.len() == 1 && mails[0].code.is_none() && mails[0].link.is_none(),
            "told of it, no code: {mails:?}"
        );

        // The same link again, here and elsewhere: used, with a way to sign in and the address filled in.
        let later = gate.member_reading("en").await;
        later.opens_link("invite").await;
        let sight = later.at_notice("invitation_used").await;
        assert!(sight.can("sign_in") && sight.offers("use_email"), "{sight}");
        later.does("sign_in").await;
        let sight = later.comes_to("identify").await;
        assert_eq!(sight.field("identifier").value, YUNA, "filled in");
        later.does("submit").await;
        later.comes_to("code").await;
        let code = gate.code_for(YUNA).await;
        later.at_code().await.enters(&code).await;
        later.at_password().await.enters(PASSWORD).await;
        later.is_in(YUNA, "nuri").await;
    });
}

/// E5: links that lead nowhere say why.
#[test]
fn e5_each_bad_link_says_what_is_wrong_with_it() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        for (name, code) in [
            ("invite_expired", "invitation_expired"),
            ("invite_revoked", "invitation_revoked"),
            ("invite_used", "invitation_used"),
        ] {
            member.opens_link(name).await;
            let sight = member.at_notice(code).await;
            assert!(sight.offers("use_email") && sight.focus.in_main, "{sight}");
            assert_eq!(sight.can("sign_in"), code == "invitation_used", "who has joined can sign in:\n{sight}");
            assert!(!sight.fields.iter().any(|field| field.name == "password"), "{sight}");
        }
    });
}

/// E5, E1: the mailbox is proven by a code as well as by the link; until then the ID is one that nobody has.
#[test]
fn e5_a_registered_member_who_comes_by_the_front_door_sets_the_password() {
    story(async |gate| {
        let yuna = gate.member_reading("en").await;
        yuna.signs_in_at("nuri", YUNA, PASSWORD).await;
        let sight = yuna.is_told("credentials_wrong").await;
        assert!(sight.words_of("credentials_wrong").contains('9'), "as for an unknown ID:\n{sight}");

        yuna.opens("/").await;
        yuna.proves_address(YUNA).await;
        let sight = yuna.comes_to("new_password").await;
        assert_asks_for_a_password_alone(&sight);
        assert_eq!(sight.path(), "/continue", "the whole app takes over:\n{sight}");
        yuna.reloads().await;
        yuna.at_new_password().await.sets(PASSWORD).await;
        starts(&yuna).await;
        yuna.opens_link("invite").await;
        yuna.at_notice("invitation_used").await;
    });
}

/// E5: of two tabs with one link the first one counts.
#[test]
fn e5_of_two_tabs_with_one_link_the_first_counts() {
    story(async |gate| {
        let yuna = gate.member().await;
        yuna.opens_link("invite").await;
        yuna.comes_to("new_password").await;
        let link = gate.link("invite").await;
        yuna.opens_second_tab(&link).await;
        yuna.at_new_password().await.sets(PASSWORD).await;
        yuna.at_notice("joined").await;
        yuna.switches_to_tab(0).await;
        yuna.at_new_password().await.sets("another-New-2024!").await;
        yuna.at_notice("invitation_used").await;
        yuna.switches_to_tab(1).await;
        starts(&yuna).await;
        yuna.signs_in_at("nuri", YUNA, PASSWORD).await;
        yuna.is_in(YUNA, "nuri").await;
    });
}
