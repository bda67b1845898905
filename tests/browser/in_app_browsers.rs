//! A security link that opens inside another app: the hint, the copied link, and the way out where there is one (FEATURES O4).

use crate::harness::{Member, Requests, Sight, story};
use crate::link_secrets::{assert_not_in_history, token_of};
use crate::secrets::assert_no_trace_but;

const HAERIN: &str = "haerin@partner.test";
const TITLE: &str = "2026 협력 제안서.pdf";

const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
const ANDROID: &str = "Mozilla/5.0 (Linux; Android 15; SM-S931N Build/AP3A.240905.015.A2; wv) AppleWebKit/537.36 \
                       (KHTML, like Gecko) Version/4.0 Chrome/138.0.7204.63 Mobile Safari/537.36";

fn line() -> String {
    format!("{IPHONE} Mobile/15E148 Safari Line/15.9.0")
}

/// What the hint is, as far as it is there: its words.
async fn hint(member: &Member<'_>) -> Option<String> {
    let words = "return document.querySelector('aside.message')?.innerText ?? null";
    member.runs(words).await.as_str().map(str::to_owned)
}

/// Presses the button and waits for what is said of it.
async fn copies(member: &Member<'_>) -> String {
    member.clicks("[data-action=copy_link]").await;
    let said = "return document.querySelector('.copying [role=status]').innerText";
    member.waits_until_true("a word about it", &format!("{said} !== ''")).await;
    member.runs(said).await.as_str().unwrap_or_default().to_owned()
}

/// O4: in each app's own browser there is a hint, in each language, and a button that copies the whole link; nothing else
/// happens by itself, and no app gets the link that does not have it.
#[test]
fn o4_in_each_in_app_browser_the_link_can_be_copied() {
    story(async |gate| {
        let link = gate.link("link").await;
        let whole = format!("{}{link}", gate.origin());
        let haerin = gate.member().await;
        for (app, agent) in [
            ("LINE", line()),
            ("KakaoTalk", format!("{ANDROID};KAKAOTALK 2510550")),
            ("NAVER", format!("{IPHONE} Mobile/15E148 Safari/605.1 NAVER(inapp; search; 2000; 12.12.50; 16PRO)")),
            ("an Android web view", ANDROID.to_owned()),
            ("an iOS web view", format!("{IPHONE} Mobile/15E148")),
        ] {
            haerin.pretends_to_be(&agent).await;
            haerin.opens(&link).await;
            let sight = haerin.comes_to("link_address").await;
            assert!(hint(&haerin).await.is_some_and(|hint| hint.chars().count() > 20), "{app}:\n{sight}");
            assert_eq!(
                (sight.can("copy_link"), sight.offers("open_in_browser")),
                (true, app == "LINE"),
                "{app}:\n{sight}"
            );
            assert_eq!(sight.focus.field, "email", "who can go on here goes on:\n{sight}");
            haerin.may_use_clipboard().await;
            haerin
                .runs_until_done("const [done] = arguments; navigator.clipboard.writeText('').then(done, done)", vec![])
                .await;
            copies(&haerin).await;
            assert_eq!(haerin.clipboard().await, whole, "{app}: the whole link, secret and all");
        }
        let mut hints = Vec::new();
        for language in ["ko", "en", "ja"] {
            haerin.switches_language(language).await;
            hints.extend(hint(&haerin).await);
        }
        assert!(hints.len() == 3 && hints[0] != hints[1] && hints[1] != hints[2], "{hints:#?}");

        // It leaves no trace but on the clipboard, and what was copied works in another browser.
        let token = token_of(&link);
        assert_no_trace_but(&haerin, &[token], "after it was copied", "opened").await;
        assert_not_in_history(&haerin, token).await;
        assert!(
            gate.wire
                .passed()
                .iter()
                .all(|passed| !passed.target.contains(token) && !passed.target.contains("External"))
        );
        let copied = haerin.clipboard().await;
        let outside = gate.member_reading("en").await;
        outside
            .opens(copied.as_str().and_then(|link| link.strip_prefix(&gate.origin())).expect("a link of this gate"))
            .await;
        outside.at_link_address().await.sends(HAERIN).await;
        let sight = outside.opens_what_is_shared(HAERIN).await;
        assert!(sight.text.contains(TITLE), "{sight}");
        // And the app's own browser goes on, where nothing was left.
        haerin.at_link_address().await.sends(HAERIN).await;
        haerin.opens_what_is_shared(HAERIN).await;
    });
}

/// O4: a clipboard that may not be written to, and none at all, as in some apps: copied the old way, or said what to do.
#[test]
fn o4_a_clipboard_that_is_closed_is_no_dead_end() {
    story(async |gate| {
        let link = gate.link("link").await;
        let whole = format!("{}{link}", gate.origin());
        let haerin = gate.member_reading("en").await;
        haerin.pretends_to_be(&format!("{ANDROID};KAKAOTALK 2510550")).await;
        haerin.opens(&link).await;
        haerin.comes_to("link_address").await;
        haerin.runs("Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })").await;
        let copied = copies(&haerin).await;
        haerin.runs("delete navigator.clipboard").await;
        haerin.may_use_clipboard().await;
        assert_eq!(haerin.clipboard().await, whole, "{copied}");
        let sight = haerin.sees().await;
        assert_eq!(sight.focus.action, "copy_link", "the focus stays where it was:\n{sight}");
        assert_no_trace_but(&haerin, &[token_of(&link)], "after it was copied the old way", "opened").await;

        haerin
            .runs(
                "navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));\
            document.execCommand = () => false",
            )
            .await;
        let failed = copies(&haerin).await;
        assert!(failed != copied && failed.contains("message"), "where the link is to be had: {failed:?}");
        haerin.at_link_address().await.sends(HAERIN).await;
        haerin.opens_what_is_shared(HAERIN).await;
    });
}

/// O4: LINE opens a page in the device's own browser by its address. Only a click does so, and only once.
#[test]
fn o4_line_opens_the_link_outside_by_a_click_and_not_in_circles() {
    story(async |gate| {
        let link = gate.link("link").await;
        let token = token_of(&link);
        let haerin = gate.member_reading("en").await;
        haerin.pretends_to_be(&line()).await;
        haerin.opens(&link).await;
        haerin.comes_to("link_address").await;
        let pages = Requests::of("/link");
        assert_eq!(gate.wire.count(pages), 1, "nothing leaves by itself");

        // LINE would take it from here; this browser follows it itself, and is where LINE would have led.
        haerin.clicks("[data-action=open_in_browser]").await;
        let arrived =
            |sight: &Sight| sight.url.ends_with("/link?openExternalBrowser=1") && sight.screen == "link_address";
        let sight = haerin.waits_for("the link outside", arrived).await;
        assert_eq!(gate.wire.count(pages), 2);
        assert!(gate.wire.passed().iter().all(|passed| !passed.target.contains(token)), "no server gets the secret");
        // Still inside LINE it does not offer the way that has just failed; the link is as it was.
        assert!(!sight.offers("open_in_browser"), "{sight}");
        haerin.may_use_clipboard().await;
        copies(&haerin).await;
        assert_eq!(haerin.clipboard().await, format!("{}{link}", gate.origin()));
        assert_no_trace_but(&haerin, &[token], "outside", "opened").await;
        assert_not_in_history(&haerin, token).await;
        haerin.at_link_address().await.sends(HAERIN).await;
        haerin.opens_what_is_shared(HAERIN).await;
    });
}

/// O4: in ordinary browsers there is no hint; nor is there a link to copy where the page no longer has one.
#[test]
fn o4_ordinary_browsers_say_nothing_of_it() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        for agent in [
            format!("{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1"),
            format!("{IPHONE} CriOS/138.0.7204.53 Mobile/15E148 Safari/604.1"),
            ANDROID.replace("; wv)", ")").replace("Version/4.0 ", ""),
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
        ] {
            haerin.pretends_to_be(&agent).await;
            haerin.opens_link("link").await;
            let sight = haerin.comes_to("link_address").await;
            assert!(hint(&haerin).await.is_none() && !sight.offers("copy_link"), "{agent}:\n{sight}");
            assert!(!sight.offers("open_in_browser"), "{agent}:\n{sight}");
        }
        // Whoever has left begins again without the link: it is in the message, and the words still say where to open it.
        haerin.pretends_to_be(&line()).await;
        haerin.reloads().await;
        haerin.at_ended().await;
        haerin.clicks("[data-action=restart]").await;
        let sight = haerin.comes_to("link_address").await;
        assert!(hint(&haerin).await.is_some(), "{sight}");
        assert!(!sight.offers("copy_link") && !sight.offers("open_in_browser"), "{sight}");
    });
}
