//! The link in the mail for a new password: what it is good for, and what it says when it is no longer (FEATURES R2).

use std::collections::BTreeSet;

use reqwest::Method;

use crate::harness::{Requests, story};

const MINJI: &str = "minji@daemun.test";
const NAME: &str = "김민지";
const NEW: &str = "brand-New-2025!";

/// R2: unknown, expired, replaced and used each say so, and each offers a new link that works.
#[test]
fn r2_each_dead_link_says_so_and_offers_a_new_one() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        let mut words = BTreeSet::new();
        minji.opens("/reset#AAAAAAAAAAAAAAAAAAAAAA").await;
        let sight = minji.at_notice("reset_link_unknown").await;
        assert!(sight.can("forgot") && sight.offers("use_email") && sight.focus.in_main, "{sight}");
        words.insert(sight.words_of("reset_link_unknown"));
        for link in ["/reset", "/reset#", "/reset#%F0%9F", &format!("/reset#{}", "x".repeat(9_000))] {
            minji.opens(link).await;
            minji.at_notice("reset_link_unknown").await;
        }
        minji.does("use_email").await;
        minji.comes_to("identify").await;

        // Thirty minutes, and not one second more.
        minji.asks_for_reset(NAME, MINJI).await;
        let expired = gate.link_for(MINJI).await;
        gate.lets_pass(29 * 60 + 50).await;
        minji.opens(&expired).await;
        minji.comes_to("new_password").await;
        gate.lets_pass(11).await;
        minji.opens(&expired).await;
        let sight = minji.at_notice("reset_link_expired").await;
        assert!(sight.can("forgot"), "{sight}");
        words.insert(sight.words_of("reset_link_expired"));

        // A new one, offered by the dead one; it puts an end to the one before, and is used once.
        minji.does("forgot").await;
        minji.at_request_reset().await.sends(NAME, MINJI).await;
        minji.at_notice("reset_requested").await;
        let replaced = gate.link_for(MINJI).await;
        assert_ne!(replaced, expired);
        minji.does("back").await;
        minji.at_notice("reset_link_expired").await;
        minji.asks_for_reset(NAME, MINJI).await;
        let newest = gate.link_for(MINJI).await;
        assert_ne!(newest, replaced);
        minji.opens(&replaced).await;
        let sight = minji.at_notice("reset_link_used").await;
        words.insert(sight.words_of("reset_link_used"));
        minji.opens(&newest).await;
        minji.at_new_password().await.sets(NEW).await;
        minji.comes_to("password").await;
        minji.opens(&newest).await;
        let sight = minji.at_notice("reset_link_used").await;
        assert!(sight.can("forgot"), "{sight}");
        assert_eq!(words.len(), 3, "each in its own words: {words:#?}");
        minji.signs_in_at("nuri", MINJI, NEW).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// R2: scanners open the links of mails before people do, by GET and HEAD and in browsers that run scripts; the link stays.
#[test]
fn r2_a_link_that_was_opened_many_times_is_still_good() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.asks_for_reset(NAME, MINJI).await;
        let link = gate.link_for(MINJI).await;
        let path = link.split('#').next().expect("a path");
        for _ in 0..3 {
            assert_eq!(gate.scans(Method::GET, path).await, 200);
            assert_eq!(gate.scans(Method::HEAD, path).await, 200);
        }
        // One that runs scripts, without the member's cookies, and looks at what it gets.
        let scanner = gate.member_reading("en").await;
        for _ in 0..3 {
            scanner.opens(&link).await;
            scanner.comes_to("new_password").await;
        }
        assert!(gate.wire.count(Requests::posts("/flows")) >= 4);
        minji.opens(&link).await;
        minji.at_new_password().await.sets(NEW).await;
        minji.comes_to("password").await;
        minji.at_password().await.enters(NEW).await;
        minji.is_in(MINJI, "nuri").await;

        // What the scanner still has open is worth nothing now.
        scanner.at_new_password().await.sets("scanner-2025!").await;
        scanner.at_notice("reset_link_used").await;
    });
}

/// R2: an invitation is not used up by being opened either.
#[test]
fn r2_an_invitation_that_was_opened_many_times_is_still_good() {
    story(async |gate| {
        let scanner = gate.member_reading("en").await;
        for (link, screen) in [("join_last", "invitation"), ("invite", "new_password")] {
            let path = gate.link(link).await.split('#').next().expect("a path").to_owned();
            assert_eq!(gate.scans(Method::GET, &path).await, 200);
            assert_eq!(gate.scans(Method::HEAD, &path).await, 200);
            for _ in 0..2 {
                scanner.opens_link(link).await;
                scanner.comes_to(screen).await;
            }
        }
        let yuna = gate.member().await;
        yuna.opens_link("invite").await;
        yuna.at_new_password().await.sets("yuna-New-2024!").await;
        yuna.at_notice("joined").await;
        yuna.opens_link("join_last").await;
        yuna.comes_to("invitation").await;
    });
}

/// R2: a link that died while the new password was being typed says so then, and nothing is changed.
#[test]
fn r2_a_link_that_dies_under_ones_hands_says_so() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.comes_to_reset(NAME, MINJI).await;
        // Elsewhere a newer one is asked for.
        let elsewhere = gate.member_reading("en").await;
        elsewhere.asks_for_reset(NAME, MINJI).await;
        gate.link_for(MINJI).await;
        minji.at_new_password().await.sets(NEW).await;
        minji.at_notice("reset_link_used").await;
        let password = gate.password_of(MINJI, "nuri").await;
        elsewhere.signs_in_at("nuri", MINJI, &password).await;
        elsewhere.is_in(MINJI, "nuri").await;

        // And its time may run out.
        minji.comes_to_reset(NAME, MINJI).await;
        gate.lets_pass(20 * 60).await;
        minji.at_new_password().await.sets("short1").await;
        minji.is_told_at("password", "password_too_short").await;
        gate.lets_pass(9 * 60).await;
        minji.reloads().await;
        minji.at_new_password().await.sets("short1").await;
        minji.is_told_at("password", "password_too_short").await;
        gate.lets_pass(61).await;
        minji.fills("password", NEW).await;
        minji.clicks("[data-action=submit]").await;
        let sight = minji
            .waits_for("a word about the time", |sight| sight.says("reset_link_expired") || sight.screen == "ended")
            .await;
        assert!(sight.can("forgot") || sight.can("restart"), "{sight}");
        minji.signs_in_at("nuri", MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
    });
}
