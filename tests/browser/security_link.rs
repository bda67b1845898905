//! Opening what was shared by a security link: the address, the code, and what a dead link or a wrong address tells
//! (FEATURES O1, O2, O5).

use std::collections::BTreeSet;

use crate::harness::{Gate, Member, Sight, story, story_in_windows};

const HAERIN: &str = "haerin@partner.test";
const MINJI: &str = "minji@daemun.test";
/// The link was shared with no such address.
const STRANGER: &str = "stranger@partner.test";
const LIST: &str = "all@partner.test";
const TITLE: &str = "2026 협력 제안서.pdf";
const TITLE_OF_LIST: &str = "프로젝트 일정.xlsx";

/// What a screen says, whoever it says it to, and whatever time it is.
fn words(sight: &Sight, address: &str) -> String {
    let whose = sight.text.replace(address, "…").replace(|letter: char| letter.is_ascii_digit(), "");
    let said: Vec<_> = sight.said.iter().map(|said| said.code.as_str()).collect();
    let actions: Vec<_> = sight.actions.iter().map(|action| (action.name.as_str(), action.usable)).collect();
    format!("{} {} {said:?} {actions:?} {}\n{whose}", sight.screen, sight.state, sight.title)
}

/// There is nothing to do here, but to choose a language.
fn offers_nothing(sight: &Sight) -> bool {
    sight.actions.iter().all(|action| action.name == "language")
}

/// It is open to nobody who sees this.
fn assert_closed(sight: &Sight) {
    assert_eq!(sight.page, "not_shared", "{sight}");
    for secret in [TITLE, TITLE_OF_LIST, "haerin", "minji", "pdf"] {
        assert!(!sight.text.contains(secret) && !sight.title.contains(secret), "{secret}:\n{sight}");
    }
}

/// Somebody who looks at a place where something may be shared.
async fn looks_at<'g>(gate: &'g Gate, place: &str) -> Member<'g> {
    let other = gate.member_reading("en").await;
    other.browser.provokes("/shared/");
    other.goes_to(place).await;
    let sight = other.waits_for("a page", |sight| !sight.page.is_empty()).await;
    assert_closed(&sight);
    other
}

/// O1: the address is asked for, and the note says which, in each language; what is no address is said at the field.
#[test]
fn o1_the_link_asks_for_the_address_and_says_which_it_is_for_a_list() {
    story(async |gate| {
        let haerin = gate.member().await;
        haerin.opens_link("link").await;
        let sight = haerin.comes_to("link_address").await;
        assert_eq!(sight.url, format!("{}/link", gate.origin()), "the secret has left the address bar");
        assert_eq!(sight.focus.field, "email", "{sight}");
        let field = sight.field("email");
        assert_eq!((field.autocomplete.as_str(), field.value.as_str()), ("email", ""), "{sight}");
        assert!(sight.can("submit") && !sight.offers("back") && !sight.offers("copy_link"), "{sight}");
        assert!(!sight.text.contains(TITLE), "nobody has proven anything yet:\n{sight}");

        let cases = "return [...document.querySelectorAll('details dt, details dd')]\
            .filter((each) => each.checkVisibility()).map((each) => each.innerText.trim())";
        assert_eq!(haerin.runs(cases).await.as_array().map(Vec::len), Some(0), "first only the question");
        haerin.clicks("details summary").await;
        let mut told = BTreeSet::new();
        for language in ["ko", "en", "ja"] {
            haerin.switches_language(language).await;
            let cases = haerin.runs(cases).await;
            let cases: Vec<_> = cases.as_array().expect("cases").iter().filter_map(|case| case.as_str()).collect();
            assert_eq!(cases.len(), 6, "three cases, and what to enter in each: {cases:?}");
            assert!(cases.iter().all(|case| case.chars().count() > 5), "{cases:?}");
            // By a notification and from outside it is the address that received it; from inside it is one's own.
            assert!(cases[1] == cases[5] && cases[3] != cases[1], "{cases:?}");
            told.extend(cases.into_iter().map(str::to_owned));
        }
        assert_eq!(told.len(), 15, "each language has words of its own: {told:#?}");

        for (typed, reason) in [("", "required"), ("haerin", "email_invalid"), ("a@b.test, c@d.test", "email_invalid")]
        {
            haerin.at_link_address().await.sends(typed).await;
            let sight = haerin.is_told_at("email", reason).await;
            assert_eq!((sight.field("email").value.as_str(), sight.focus.field.as_str()), (typed, "email"), "{sight}");
        }
        haerin.at_link_address().await.sends(&format!("{}@partner.test", "a".repeat(65))).await;
        haerin.is_told_at("email", "too_long").await;
        haerin.at_link_address().await.sends(" Haerin@Partner.test ").await;
        let sight = haerin.comes_to("code").await;
        assert!(sight.text.contains("Haerin@Partner.test") && sight.focus.field == "code", "{sight}");
        assert_eq!(gate.mails_to(HAERIN).await.len(), 1, "what was refused has sent nothing");
    });
}

/// O2: the code that went to the address opens what is shared, in this browser alone, and signs nobody in.
#[test]
fn o2_the_code_opens_what_is_shared_in_this_browser_alone() {
    story(async |gate| {
        let haerin = gate.member().await;
        haerin.asks_for_link_code("link", HAERIN).await;
        let wrong = gate.wrong_code_for(HAERIN).await;
        haerin.at_code().await.enters(&wrong).await;
        let sight = haerin.is_told("code_wrong").await;
        assert!(sight.text.contains('4'), "how many tries are left:\n{sight}");
        let sight = haerin.opens_what_is_shared(HAERIN).await;
        assert!(sight.text.contains(TITLE) && sight.title.contains(TITLE), "{sight}");
        let place = sight.path();
        assert!(place.starts_with("/shared/") && sight.url.ends_with(&place), "{sight}");

        // It stays open, in every tab of this browser; the door does not know her.
        haerin.reloads().await;
        haerin.is_shown_what_is_shared().await;
        haerin.opens_tab(&place).await;
        haerin.is_shown_what_is_shared().await;
        haerin.opens("/").await;
        haerin.comes_to("identify").await;
        haerin.goes_to("/home").await;
        let sight = haerin.comes_to("identify").await;
        assert!(sight.email.is_empty(), "nobody is signed in:\n{sight}");

        // Back does not lead into what is over.
        haerin.switches_to_tab(0).await;
        haerin.goes_back_in_history().await;
        let sight = haerin.waits_for("another page", |sight| sight.page != "shared").await;
        assert!(sight.screen != "code" && sight.screen != "complete", "{sight}");

        // Anybody else sees the same as where nothing is, also with the same link, and with another one's.
        let other = looks_at(gate, &place).await;
        let nothing = looks_at(gate, "/shared/AAAAAAAAAAAAAAAAAAAAAA").await;
        assert_eq!(words(&other.sees().await, ""), words(&nothing.sees().await, ""));
        other.asks_for_link_code("link_list", LIST).await;
        let sight = other.opens_what_is_shared(LIST).await;
        assert!(sight.text.contains(TITLE_OF_LIST) && sight.path() != place, "{sight}");
        other.goes_to(&place).await;
        assert_closed(&other.waits_for("a closed page", |sight| sight.page == "not_shared").await);
    });
}

/// O1, O2: whose own address did not receive it goes back and enters the list's; a code can be sent again.
#[test]
fn o1_back_leads_to_the_address_and_the_lists_opens_it() {
    story_in_windows(async |gate| {
        let haerin = gate.member_reading("en").await;
        haerin.asks_for_link_code("link_list", HAERIN).await;
        assert!(gate.mails_to(HAERIN).await[0].code.is_none(), "it was not shared with her own address");
        haerin.at_code().await.goes_back().await;
        let sight = haerin.comes_to("link_address").await;
        assert_eq!((sight.field("email").value.as_str(), sight.focus.field.as_str()), (HAERIN, "email"), "{sight}");
        haerin.at_link_address().await.sends(LIST).await;
        let sight = haerin.comes_to("code").await;
        assert!(sight.text.contains(LIST) && sight.offers("resend") && !sight.can("resend"), "{sight}");

        // The browser's own Back, too; then the code once more, which puts an end to the first.
        haerin.goes_back_in_history().await;
        let sight = haerin.comes_to("link_address").await;
        assert_eq!(sight.field("email").value, LIST, "{sight}");
        gate.lets_pass(30).await;
        haerin.does("submit").await;
        haerin.comes_to("code").await;
        let first = gate.code_for(LIST).await;
        gate.lets_pass(30).await;
        haerin.looks_away_and_back().await;
        haerin.waits_for("another code to be had", |sight| sight.can("resend")).await;
        haerin.at_code().await.resends().await;
        haerin.is_told("code_sent_again").await;
        assert_ne!(gate.code_for(LIST).await, first);
        haerin.at_code().await.enters(&first).await;
        haerin.is_told("code_wrong").await;
        let sight = haerin.opens_what_is_shared(LIST).await;
        assert!(sight.text.contains(TITLE_OF_LIST), "{sight}");
    });
}

/// O2: five wrong codes restrict the address for half an hour; another one, or the same one later, still opens it.
#[test]
fn o2_wrong_codes_restrict_the_address_and_not_the_link() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        haerin.asks_for_link_code("link", HAERIN).await;
        for wrong in gate.wrong_codes_for(HAERIN).await {
            haerin.at_code().await.enters(&wrong).await;
        }
        let sight = haerin.at_notice("email_restricted").await;
        assert!(sight.can("back") && sight.focus.in_main, "{sight}");
        haerin.does("back").await;
        let sight = haerin.comes_to("link_address").await;
        assert_eq!(sight.field("email").value, HAERIN, "{sight}");
        haerin.does("submit").await;
        haerin.at_notice("email_restricted").await;
        haerin.does("back").await;
        haerin.at_link_address().await.sends(MINJI).await;
        haerin.opens_what_is_shared(MINJI).await;

        gate.lets_pass(30 * 60).await;
        haerin.asks_for_link_code("link", HAERIN).await;
        haerin.opens_what_is_shared(HAERIN).await;
    });
}

/// O2: who is signed in stays so, as whoever they are; the link neither needs nor changes it.
#[test]
fn o2_a_session_that_is_there_stays_as_it_is() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.signs_in_at("nuri", MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
        minji.asks_for_link_code("link", HAERIN).await;
        minji.opens_what_is_shared(HAERIN).await;
        minji.goes_to("/home").await;
        minji.is_in(MINJI, "nuri").await;
        // Being signed in with an address that it was shared with opens nothing either: the code does.
        minji.opens_link("link").await;
        let sight = minji.comes_to("link_address").await;
        assert_eq!(sight.field("email").value, "", "{sight}");
    });
}

/// O5: each dead link says why in its own words; there is nothing to do there, and nothing to learn.
#[test]
fn o5_each_dead_link_says_why() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        let mut told = BTreeSet::new();
        for (link, code) in [("link_expired", "link_expired"), ("link_revoked", "link_revoked")] {
            haerin.opens_link(link).await;
            let sight = haerin.at_notice(code).await;
            assert!(
                sight.focus.in_main
                    && offers_nothing(&sight)
                    && sight.fields.iter().all(|f| !f.seen || f.name == "language"),
                "{sight}"
            );
            told.insert(sight.text.clone());
            haerin.reloads().await;
            haerin.at_notice(code).await;
        }
        let join = gate.link("join").await.replace("/join#", "/link#");
        let link = gate.link("link").await;
        let cut = &link[..link.len() - 1];
        let long = format!("/link#{}", "x".repeat(9_000));
        for link in [
            "/link#AAAAAAAAAAAAAAAAAAAAAA",
            "/link#",
            "/link",
            "/link#%00%ff%3Cscript%3E",
            "/link#한글",
            &join,
            cut,
            &long,
        ] {
            haerin.opens(link).await;
            let sight = haerin.at_notice("link_unknown").await;
            assert!(!sight.url.trim_end_matches('#').contains('#') && offers_nothing(&sight), "{link}:\n{sight}");
            told.insert(sight.text.clone());
        }
        assert_eq!(told.len(), 3, "expired, revoked, unknown: {told:#?}");
        assert!(gate.mails_to(HAERIN).await.is_empty());
        // A link of this kind is none of joining.
        haerin.opens(&link.replace("/link#", "/join#")).await;
        haerin.at_notice("invitation_unknown").await;
    });
}

/// O5: to whom it was not shared sees the same screens to the end, and gets a mail that tells nothing.
#[test]
fn o5_an_address_that_it_was_not_shared_with_sees_the_same() {
    story_in_windows(async |gate| {
        let mut seen = Vec::new();
        for address in [HAERIN, STRANGER] {
            let member = gate.member_reading("en").await;
            member.opens_link("link").await;
            let mut screens = vec![words(&member.comes_to("link_address").await, address)];
            member.at_link_address().await.sends(address).await;
            screens.push(words(&member.comes_to("code").await, address));
            gate.lets_pass(30).await;
            member.looks_away_and_back().await;
            member.waits_for("another code to be had", |sight| sight.can("resend")).await;
            member.at_code().await.resends().await;
            screens.push(words(&member.is_told("code_sent_again").await, address));
            for wrong in gate.wrong_codes_for(address).await {
                member.at_code().await.enters(&wrong).await;
                let told = member
                    .waits_for("a word about it", |sight| sight.says("code_wrong") || sight.says("email_restricted"));
                screens.push(words(&told.await, address));
            }
            screens.push(words(&member.at_notice("email_restricted").await, address));
            member.does("back").await;
            screens.push(words(&member.comes_to("link_address").await, address));
            seen.push(screens);
        }
        assert_eq!(seen[0], seen[1]);

        let (shared, not_shared) = (gate.mails_to(HAERIN).await, gate.mails_to(STRANGER).await);
        assert_eq!((shared.len(), not_shared.len()), (2, 2), "as many mails");
        assert!(shared.iter().all(|mail| mail.code.is_some()));
        for mail in not_shared {
            assert!(mail.code.is_none() && mail.link.is_none(), "{mail:?}");
            for secret in [TITLE, "haerin", "minji", "partner.test", "pdf"] {
                assert!(!mail.text.contains(secret) && !mail.subject.contains(secret), "{secret}: {mail:?}");
            }
            assert!(!mail.text.chars().any(|letter| letter.is_ascii_digit()), "no code by accident: {mail:?}");
        }
    });
}

/// O5: taken back while somebody opens it: told at the next act, whichever, and what was open is closed.
#[test]
fn o5_what_is_taken_back_meanwhile_is_told_at_the_next_act() {
    story_in_windows(async |gate| {
        let mut members = Vec::new();
        for at in ["address", "code", "resend", "open"] {
            let member = gate.member_reading("en").await;
            if at == "address" {
                member.opens_link("link").await;
                member.waits_for("the form", |sight| sight.screen == "link_address" && sight.app == "ready").await;
                member.fills("email", HAERIN).await;
            } else {
                member.asks_for_link_code("link", HAERIN).await;
            }
            if at == "open" {
                member.opens_what_is_shared(HAERIN).await;
            }
            members.push(member);
        }
        let [address, code, resend, open] = members.try_into().unwrap_or_else(|_| unreachable!("as many as before"));
        gate.lets_pass(30).await;
        gate.scenario("revoke_link").await;
        address.does("submit").await;
        let told = address.at_notice("link_revoked").await;
        let right = gate.code_for(HAERIN).await;
        code.at_code().await.enters(&right).await;
        code.at_notice("link_revoked").await;
        resend.looks_away_and_back().await;
        resend.waits_for("another code to be had", |sight| sight.can("resend")).await;
        resend.at_code().await.resends().await;
        resend.at_notice("link_revoked").await;
        assert!(offers_nothing(&told) && told.focus.in_main, "{told}");
        open.browser.provokes("/shared/");
        open.reloads().await;
        assert_closed(&open.waits_for("a closed page", |sight| sight.page == "not_shared").await);
        // Whoever comes now is told at once.
        open.opens_link("link").await;
        open.at_notice("link_revoked").await;
    });
}
