//! A forgotten password: name and address, a mail, a new one, and signing in with it (FEATURES R1).

use crate::harness::{Gate, Member, story};

const MINJI: &str = "minji@daemun.test";
const NAME: &str = "김민지";
const EMMA: &str = "emma@daemun.test";
const JIHO: &str = "jiho@daemun.test";
const NEW: &str = "brand-New-2025!";

/// The mails to an address that have a link in them.
async fn links_to(gate: &Gate, address: &str) -> usize {
    gate.mails_to(address).await.iter().filter(|mail| mail.link.is_some()).count()
}

/// R1: from the password that is forgotten to being in with the new one.
#[test]
fn r1_from_a_forgotten_password_to_being_in_with_a_new_one() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        minji.does("forgot").await;
        let sight = minji.comes_to("request_reset").await;
        assert_eq!(sight.path(), "/continue", "the whole app takes over:\n{sight}");
        assert_eq!(sight.field("email").value, MINJI, "what is known is filled in");
        minji.fills("name", NAME).await;
        minji.does("submit").await;
        let sight = minji.at_notice("reset_requested").await;
        assert!(sight.text.contains(MINJI) && sight.focus.in_main, "{sight}");

        // The member may remember after all: Back leads to the password as it was.
        minji.does("back").await;
        let sight = minji.comes_to("password").await;
        assert_eq!(sight.field("identifier").value, MINJI);
        assert!(sight.text.contains("누리소프트"), "{sight}");

        let link = gate.link_for(MINJI).await;
        assert!(link.starts_with("/reset#"), "{link}");
        assert_eq!(links_to(gate, MINJI).await, 1, "one account was meant, one mail came");
        minji.opens_second_tab(&link).await;
        let sight = minji.comes_to("new_password").await;
        assert!(!sight.url.contains('#') && !sight.offers("back"), "{sight}");
        assert!(sight.text.contains("누리소프트"), "whose password, of several accounts:\n{sight}");
        assert_eq!(sight.field("identifier").value, MINJI);
        assert!(!sight.field("identifier").editable, "{sight}");
        minji.reloads().await;
        minji.at_new_password().await.sets(NEW).await;

        let sight = minji.comes_to("password").await;
        assert!(sight.says("password_changed"), "{sight}");
        assert!(sight.said.iter().any(|said| said.code == "password_changed" && said.announced), "{sight}");
        assert_eq!(sight.field("identifier").value, MINJI, "the ID is filled in");
        let changed = gate.mails_to(MINJI).await.remove(0);
        assert!(changed.link.is_none() && changed.code.is_none(), "the news has nothing to click: {changed:?}");
        assert!(!changed.text.contains('#') && !changed.text.contains(NEW), "{changed:?}");
        assert!(changed.subject.contains("비밀번호"), "in the member's language: {changed:?}");

        let old = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters(&old).await;
        minji.is_told("credentials_wrong").await;
        minji.at_password().await.enters(NEW).await;
        minji.is_in(MINJI, "nuri").await;

        // The other accounts of this address keep their passwords.
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "hanbit").await;
        minji.enters_password_of(MINJI, "hanbit").await;
    });
}

/// R1: whoever asks for whomever sees the same; a mail comes only where name and address belong together.
#[test]
fn r1_known_and_unknown_are_answered_alike() {
    story(async |gate| {
        let stranger = gate.member().await;
        let mut screens = Vec::new();
        for (name, address) in [(NAME, MINJI), ("Nobody", MINJI), ("Nobody", "nobody@daemun.test"), (NAME, EMMA)] {
            stranger.asks_for_reset(name, address).await;
            let sight = stranger.sees().await;
            let actions: Vec<String> = sight.actions.iter().map(|action| action.name.clone()).collect();
            screens.push((sight.text.replace(address, "…"), actions));
        }
        assert!(screens.iter().all(|screen| *screen == screens[0]), "{screens:#?}");
        assert_eq!(links_to(gate, MINJI).await, 1);
        assert_eq!(gate.mails_to(MINJI).await.len(), 1);
        for address in ["nobody@daemun.test", EMMA] {
            assert!(gate.mails_to(address).await.is_empty(), "{address}: Emma is not of this workspace");
        }

        // How a name is written does not matter; who was registered and has no password yet gets nothing.
        stranger.asks_for_reset(" 김민지 ", "MINJI@daemun.test").await;
        assert_eq!(links_to(gate, MINJI).await, 2);
        stranger.asks_for_reset("최유나", "yuna@daemun.test").await;
        assert!(gate.mails_to("yuna@daemun.test").await.is_empty());
    });
}

/// R1: what is missing or no address is said at its field; too many requests have to wait, known or not.
#[test]
fn r1_the_form_says_what_is_wrong_and_when_it_is_too_often() {
    story(async |gate| {
        let stranger = gate.member_reading("en").await;
        stranger.opens("/o/nuri").await;
        stranger.comes_to("password").await;
        stranger.does("forgot").await;
        let sight = stranger.comes_to("request_reset").await;
        assert_eq!(sight.focus.field, "name", "{sight}");
        stranger.does("submit").await;
        stranger.is_told_at("name", "required").await;
        let sight = stranger.is_told_at("email", "required").await;
        assert_eq!(sight.focus.field, "name", "the first that is wrong:\n{sight}");
        stranger.at_request_reset().await.sends("Nobody", "nobody@").await;
        let sight = stranger.is_told_at("email", "email_invalid").await;
        assert_eq!((sight.focus.field.as_str(), sight.field("name").value.as_str()), ("email", "Nobody"), "{sight}");
        stranger.reloads().await;
        stranger.comes_to("request_reset").await;

        let mut told = Vec::new();
        for address in ["nobody@daemun.test", MINJI] {
            for time in 0..10 {
                stranger.at_request_reset().await.sends(NAME, address).await;
                let sight = stranger
                    .waits_for("the notice, or a word that it is too often", |sight| {
                        sight.is_settled() && (sight.says("reset_requested") || sight.says("too_many_requests"))
                    })
                    .await;
                if sight.says("too_many_requests") {
                    assert!(sight.words_of("wait").contains("minute"), "it says for how long:\n{sight}");
                    assert!(sight.fields.iter().all(|field| !field.invalid), "no field is to blame:\n{sight}");
                    told.push(time);
                    break;
                }
                stranger.does("back").await;
                stranger.comes_to("password").await;
                stranger.does("forgot").await;
            }
        }
        assert!(told.len() == 2 && told[0] == told[1] && told[0] > 1, "counted alike: {told:?}");
    });
}

/// R1: after a reset no other session of the account is left, on any browser; sessions of others stay.
#[test]
fn r1_a_reset_ends_every_other_session_of_the_account() {
    story(async |gate| {
        let elsewhere = gate.member().await;
        let password = gate.password_of(MINJI, "nuri").await;
        elsewhere.signs_in_at("nuri", MINJI, &password).await;
        elsewhere.is_in(MINJI, "nuri").await;
        let emma = gate.member_reading("en").await;
        let password = gate.password_of(EMMA, "northwind").await;
        emma.signs_in_at("northwind", EMMA, &password).await;
        emma.is_in(EMMA, "northwind").await;

        let minji = gate.member().await;
        minji.comes_to_reset(NAME, MINJI).await;
        elsewhere.reloads().await;
        elsewhere.is_in(MINJI, "nuri").await;
        minji.at_new_password().await.sets(NEW).await;
        let sight = minji.comes_to("password").await;
        assert!(sight.page.is_empty(), "the reset itself signs nobody in:\n{sight}");
        minji.goes_to("/home").await;
        minji.comes_to("identify").await;

        elsewhere.reloads().await;
        elsewhere.comes_to("identify").await;
        emma.reloads().await;
        emma.is_in(EMMA, "northwind").await;
    });
}

/// R1, L9: a suspension is not lifted by a new password, and neither is a restriction.
#[test]
fn r1_a_reset_bypasses_neither_suspension_nor_restriction() {
    story(async |gate| {
        let jiho = gate.member_reading("en").await;
        jiho.comes_to_reset("박지호", JIHO).await;
        jiho.at_new_password().await.sets(NEW).await;
        jiho.at_password().await.enters(NEW).await;
        jiho.at_notice("account_suspended").await;
        gate.scenario("lift_suspensions").await;
        jiho.signs_in_at("nuri", JIHO, NEW).await;
        jiho.is_in(JIHO, "nuri").await;

        let minji: Member<'_> = gate.member_reading("en").await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        minji.fills("identifier", MINJI).await;
        for time in 1..=10 {
            minji.at_password().await.enters(&format!("wrong guess {time}")).await;
        }
        minji.is_told("sign_in_restricted").await;
        minji.comes_to_reset(NAME, MINJI).await;
        minji.at_new_password().await.sets(NEW).await;
        let sight = minji.comes_to("password").await;
        assert!(sight.says("sign_in_restricted") && !sight.can("submit"), "{sight}");
    });
}
