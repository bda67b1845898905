//! The sandbox as a person at a browser uses it: everything that the main path needs, on one page (FEATURES E1, X4, X10).

use crate::harness::{Axe, Newcomer, Theme, story};

const HARUTO: &str = "haruto@daemun.test";

/// E1: with nothing but two tabs: the code is read in the inbox, the password among the accounts, and one is in.
#[test]
fn e1_with_the_sandbox_page_alone_a_person_gets_in() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;

        haruto.opens_tab("/sandbox/").await;
        let inbox = haruto
            .waits_for("the mail in the inbox", |sight| sight.page == "sandbox" && sight.text.contains(HARUTO))
            .await;
        let code = haruto
            .runs("return document.querySelector('#inbox').closest('section').querySelector('.code').innerText")
            .await;
        let code = code.as_str().unwrap_or_else(|| panic!("a code:\n{inbox}")).to_owned();
        let password = "return [...document.querySelectorAll('section[aria-labelledby=accounts] ul > li')] \
            .find((account) => account.innerText.includes('haruto@daemun.test')).querySelector('code').innerText";
        let password = haruto.runs(password).await;
        let password = password.as_str().unwrap_or_else(|| panic!("a password:\n{inbox}")).to_owned();

        haruto.switches_to_tab(0).await;
        haruto.at_code().await.enters(&code).await;
        haruto.at_password().await.enters(&password).await;
        haruto.is_in(HARUTO, "sakura").await;
    });
}

/// D6, L5: with nothing but the two pages: the PC asks, the phone's page rings, and what rings leads to the request.
#[test]
fn d6_the_sandboxs_phone_rings_and_leads_to_the_request() {
    story(async |gate| {
        let phone = gate.phone_of("minji@daemun.test", "nuri").await;
        phone.goes_to("/sandbox/phone").await;
        let quiet = phone.waits_for("the phone", |sight| sight.page == "sandbox").await;
        assert!(quiet.text.contains("Nothing has rung yet."), "{quiet}");
        let axe = Axe::brought_to(&phone).await;
        axe.finds_nothing("the sandbox's phone, quiet").await;

        let pc = gate.member().await;
        let number = pc.asks_own_phone("minji@daemun.test", "nuri").await;
        let rung = phone.waits_for("it to ring", |sight| sight.text.contains("누리소프트 로그인 요청")).await;
        assert!(rung.text.contains("minji@daemun.test"), "{rung}");
        for theme in Theme::ALL {
            phone.switches_theme(theme).await;
            for width in [320, 1280] {
                phone.browser.set_width(width).await;
                crate::matrix::assert_nothing_overflows(&phone, "the sandbox's phone").await;
                let axe = Axe::brought_to(&phone).await;
                axe.finds_nothing(&format!("the sandbox's phone, {theme:?}, {width}")).await;
                phone.keeps_picture(&format!("sandbox-phone-{width}-{theme:?}")).await;
            }
        }
        phone.clicks("a.notification").await;
        phone.comes_to("approve").await;
        phone.approves_with(&number).await;
        phone.at_notice("request_approved").await;
        pc.is_in("minji@daemun.test", "nuri").await;

        // No mail: it is on the phone alone.
        pc.goes_to("/sandbox/").await;
        let page = pc.waits_for("the sandbox", |sight| sight.page == "sandbox").await;
        assert!(!page.text.contains("누리소프트 로그인 요청") && page.text.contains("Open the phone"), "{page}");
    });
}

/// E4, R1: an invitation is opened from the page, and so is the link in a mail for a new password.
#[test]
fn e4_with_the_sandbox_page_alone_a_person_joins_and_resets_a_password() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.opens_tab("/sandbox/").await;
        sora.waits_for("the sandbox", |sight| sight.page == "sandbox").await;
        let opens = async |selector: &str, tab: usize| {
            sora.clicks(selector).await;
            sora.switches_to_tab(tab).await;
        };
        let find = "[...document.querySelectorAll('section[aria-labelledby=links] a')]\
            .find((link) => link.innerText === 'join').id = 'daemun-test-join'";
        sora.runs(find).await;
        opens("#daemun-test-join", 2).await;
        sora.at_invitation().await.accepts().await;
        sora.becomes(Newcomer { name: "Sora", email: "sora@daemun.test", password: "sora-New-2024!" }).await;
        sora.at_notice("joined").await;

        sora.asks_for_reset("Sora", "sora@daemun.test").await;
        sora.switches_to_tab(1).await;
        sora.goes_to("/sandbox/").await;
        sora.waits_for("the mail in the inbox", |sight| sight.text.contains("Open link")).await;
        opens("section[aria-labelledby=inbox] li:first-child a.button", 3).await;
        sora.at_new_password().await.sets("brand-New-2025!").await;
        sora.at_password().await.enters("brand-New-2025!").await;
        sora.is_in("sora@daemun.test", "nuri").await;
    });
}

/// E1, E2: the clock is moved by a button, and a code expires by it.
#[test]
fn e1_with_the_sandbox_page_a_person_moves_the_clock() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        haruto.opens("/").await;
        haruto.asks_for_code(HARUTO).await;
        let code = gate.code_for(HARUTO).await;
        haruto.opens_tab("/sandbox/").await;
        haruto.waits_for("the sandbox", |sight| sight.page == "sandbox").await;
        let time = "return document.querySelector('.now').innerText";
        let before = haruto.runs(time).await;
        haruto.clicks("button[name=advance_seconds][value='600']").await;
        haruto.waits_for("the sandbox", |sight| sight.page == "sandbox").await;
        assert_ne!(haruto.runs(time).await, before);
        haruto.switches_to_tab(0).await;
        haruto.at_code().await.enters(&code).await;
        haruto.is_told("code_expired").await;
    });
}

/// X4, X10: the page for people is for all people, and as strict as the others.
#[test]
fn x4_the_sandbox_page_is_accessible_too() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        member.opens("/").await;
        member.asks_for_code(HARUTO).await;
        member.goes_to("/sandbox/").await;
        member.waits_for("the sandbox", |sight| sight.page == "sandbox").await;
        let axe = Axe::brought_to(&member).await;
        for theme in Theme::ALL {
            member.switches_theme(theme).await;
            for width in [320, 1280] {
                member.switches_width(width).await;
                let place = format!("sandbox-{}-{width}", theme.name());
                member.keeps_picture(&place).await;
                axe.finds_nothing(&place).await;
                crate::matrix::assert_nothing_overflows(&member, &place).await;
            }
        }
    });
}
