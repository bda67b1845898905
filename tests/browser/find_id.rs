//! A forgotten ID, found by what is saved in the profile (FEATURES L10).

use crate::harness::{Gate, Member, story};

const MINJI_HOME: &str = "minji.home@daemun.test";
/// In Minji's profile.
const SAVED: &str = "010-5555-0101";
/// Linked for signing in, and for nothing else.
const LOGIN_ONLY: &str = "010-2345-6789";

async fn comes_to_find_id(member: &Member<'_>) {
    member.opens("/o/nuri").await;
    member.comes_to("password").await;
    member.does("find_id").await;
    member.comes_to("find_id").await;
}

/// The code of the newest short message to a number that ends so.
async fn sms_code(gate: &Gate, end: &str) -> String {
    let sent = gate.short_messages_to(end).await;
    let newest = sent.first().unwrap_or_else(|| panic!("no message came to …{end}"));
    newest.code.clone().unwrap_or_else(|| panic!("no code: {newest:?}"))
}

/// L10: by the personal address: a code first, then the ID, masked; and back to signing in with it.
#[test]
fn l10_the_id_is_found_by_the_personal_address() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        comes_to_find_id(&minji).await;
        let sight = minji.sees().await;
        assert!(sight.focus.field == "identifier" && sight.path() == "/continue", "{sight}");
        assert!(!sight.field("identifier").autocomplete.contains("username"), "it is no ID to sign in with:\n{sight}");
        minji.does("submit").await;
        minji.is_told_at("identifier", "required").await;
        for nonsense in ["minji at home", "12345"] {
            minji.at_find_id().await.sends(nonsense).await;
            let sight = minji.is_told_at("identifier", "identifier_invalid").await;
            assert_eq!(sight.focus.field, "identifier", "{sight}");
        }
        minji.at_find_id().await.sends(MINJI_HOME).await;
        let sight = minji.comes_to("code").await;
        assert!(sight.text.contains(MINJI_HOME), "{sight}");
        // Back mends the address.
        minji.at_code().await.goes_back().await;
        let sight = minji.comes_to("find_id").await;
        assert_eq!(sight.field("identifier").value, MINJI_HOME);
        minji.does("submit").await;
        let wrong = gate.wrong_code_for(MINJI_HOME).await;
        minji.at_code().await.enters(&wrong).await;
        minji.is_told("code_wrong").await;
        minji.reloads().await;
        let code = gate.code_for(MINJI_HOME).await;
        minji.at_code().await.enters(&code).await;

        let sight = minji.comes_to("found_ids").await;
        assert!(sight.text.contains("mi***@daemun.test") && sight.text.contains("누리소프트"), "{sight}");
        assert!(!sight.text.contains("minji@daemun.test"), "only who knows it already knows it again:\n{sight}");
        assert!(!sight.text.contains("6789") && !sight.text.contains("한빛"), "this workspace alone:\n{sight}");
        assert!(sight.focus.in_main, "{sight}");
        minji.reloads().await;
        minji.comes_to("found_ids").await;
        minji.does("back").await;
        let password = gate.password_of("minji@daemun.test", "nuri").await;
        minji.at_password().await.enters_with_id("minji@daemun.test", &password).await;
        minji.is_in("minji@daemun.test", "nuri").await;
    });
}

/// L10: by the profile's mobile number, with a code by SMS; an ID that was registered is masked in its own way.
#[test]
fn l10_the_id_is_found_by_the_profiles_mobile_number() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        comes_to_find_id(&minji).await;
        for written in ["+82 10 5555 0101", SAVED] {
            minji.at_find_id().await.sends(written).await;
            let sight = minji.comes_to("code").await;
            assert!(sight.text.contains("0101"), "{sight}");
            minji.at_code().await.goes_back().await;
            minji.comes_to("find_id").await;
        }
        minji.does("submit").await;
        minji.comes_to("code").await;
        let code = sms_code(gate, "55550101").await;
        minji.at_code().await.enters(&code).await;
        let sight = minji.comes_to("found_ids").await;
        assert!(sight.text.contains("mi***@daemun.test"), "{sight}");

        let dohyun = gate.member_reading("en").await;
        comes_to_find_id(&dohyun).await;
        dohyun.at_find_id().await.sends("dohyun.home@daemun.test").await;
        dohyun.comes_to("code").await;
        let code = gate.code_for("dohyun.home@daemun.test").await;
        dohyun.at_code().await.enters(&code).await;
        let sight = dohyun.comes_to("found_ids").await;
        assert!(sight.text.contains("do***") && !sight.text.contains("dohyun"), "{sight}");
    });
}

/// L10: a number that was linked for signing in alone is never looked at, nor shown; what nobody has saved is told to whoever
/// has proven it, and looks the same until then.
#[test]
fn l10_a_number_linked_for_signing_in_alone_finds_nothing() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        let without_digits = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
        let mut screens = Vec::new();
        for contact in [LOGIN_ONLY, SAVED, "010-9999-0000"] {
            comes_to_find_id(&member).await;
            member.at_find_id().await.sends(contact).await;
            let sight = member.comes_to("code").await;
            screens.push(without_digits(&sight.text.replace(contact, "…")));
            if contact != SAVED {
                let code = sms_code(gate, &contact.replace('-', "")[3..]).await;
                member.at_code().await.enters(&code).await;
                let sight = member.at_notice("id_not_found").await;
                assert!(sight.text.contains(contact) && !sight.text.contains("***"), "{sight}");
                member.does("back").await;
                let sight = member.comes_to("find_id").await;
                assert_eq!(sight.field("identifier").value, contact, "another one can be tried");
            }
        }
        assert!(screens.iter().all(|screen| *screen == screens[0]), "alike before the proof: {screens:#?}");

        // The address that she signs in with is not a personal one; and of another workspace's members nothing is said.
        for contact in ["minji@daemun.test", "haruto@daemun.test", "nobody@daemun.test"] {
            comes_to_find_id(&member).await;
            member.at_find_id().await.sends(contact).await;
            member.comes_to("code").await;
            let code = gate.code_for(contact).await;
            member.at_code().await.enters(&code).await;
            member.at_notice("id_not_found").await;
        }
    });
}

/// L10, E2: five wrong codes restrict that number, and no other.
#[test]
fn l10_five_wrong_codes_restrict_the_number() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        comes_to_find_id(&member).await;
        member.at_find_id().await.sends(SAVED).await;
        member.comes_to("code").await;
        let right = sms_code(gate, "55550101").await;
        let wrong = (111_111..).map(|code| code.to_string()).filter(|code| *code != right);
        for code in wrong.take(5) {
            member.at_code().await.enters(&code).await;
        }
        let sight = member.at_notice("email_restricted").await;
        assert!(sight.text.contains("0101"), "{sight}");
        member.does("back").await;
        member.at_find_id().await.sends(SAVED).await;
        member.at_notice("email_restricted").await;
        member.does("back").await;
        member.at_find_id().await.sends(MINJI_HOME).await;
        member.comes_to("code").await;
    });
}

/// L10: it is offered where the ID is asked for, and not where it is settled.
#[test]
fn l10_it_is_offered_where_the_id_is_asked_for() {
    story(async |gate| {
        let haruto = gate.member().await;
        haruto.opens("/o/sakura").await;
        let sight = haruto.comes_to("password").await;
        assert!(sight.offers("find_id") && sight.offers("forgot"), "{sight}");
        haruto.opens("/").await;
        haruto.proves_address("haruto@daemun.test").await;
        let sight = haruto.comes_to("password").await;
        assert!(!sight.offers("find_id") && sight.offers("forgot"), "{sight}");
    });
}
