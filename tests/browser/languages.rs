//! Korean, English and Japanese from the first day (FEATURES X3).

use crate::harness::story;

const MINJI: &str = "minji@daemun.test";

/// Whether there are letters of this script in the text.
fn has(text: &str, script: std::ops::RangeInclusive<char>) -> bool {
    text.chars().any(|letter| script.contains(&letter))
}

const HANGUL: std::ops::RangeInclusive<char> = '가'..='힣';
const KANA: std::ops::RangeInclusive<char> = 'ぁ'..='ヿ';

/// X3: the browser's languages decide, the first that the app has; English if it has none of them.
#[test]
fn x3_the_browsers_languages_decide() {
    for (languages, expected) in
        [("ko-KR,ko,en", "ko"), ("ja", "ja"), ("en-GB,en", "en"), ("fr-FR,fr,ja-JP,ja", "ja"), ("fr,de", "en")]
    {
        story(async |gate| {
            let member = gate.member_reading(languages).await;
            member.opens("/").await;
            let sight = member.comes_to("identify").await;
            assert_eq!(sight.lang, expected, "for {languages}:\n{sight}");
            assert_eq!(sight.dir, "ltr");
            let without_names: String = sight.text.replace("한국어", "").replace("日本語", "");
            assert_eq!(has(&without_names, HANGUL), expected == "ko", "for {languages}:\n{sight}");
            assert_eq!(has(&without_names, KANA), expected == "ja", "for {languages}:\n{sight}");
        });
    }
}

/// X3: the static page speaks the browser's language before there is any WebAssembly.
#[test]
fn x3_the_first_paint_is_in_the_right_language() {
    use crate::harness::{Requests, Tampering};
    story(async |gate| {
        let held = gate.wire.tamper(Requests::of(".wasm"), Tampering::Hold);
        let member = gate.member_reading("ja").await;
        member.goes_to("/").await;
        let sight = member
            .waits_for("the form of the shell", |sight| sight.app == "shell" && sight.has_field("identifier"))
            .await;
        assert_eq!(sight.lang, "ja", "{sight}");
        let words = "return document.querySelector('main').innerText";
        let of_the_shell = member.runs(words).await;
        assert!(has(of_the_shell.as_str().unwrap_or_default(), KANA), "{sight}");
        held.lift();
        member.comes_to("identify").await;
        // Below it comes what the app alone can know: that this browser has passkeys.
        let of_the_app = member.runs(words).await;
        let (app, shell) = (of_the_app.as_str().unwrap_or_default(), of_the_shell.as_str().unwrap_or_default());
        assert!(app.starts_with(shell), "the app says what the shell said:\n{shell}\nand it says:\n{app}");
    });
}

/// X3: switched in place on every screen; what was typed stays, and so do the flow and the focus.
#[test]
fn x3_switching_the_language_keeps_what_was_typed() {
    story(async |gate| {
        let minji = gate.member().await;
        let requests = || gate.wire.passed().iter().filter(|passed| passed.method == "POST" && passed.is_api()).count();
        minji.opens("/").await;
        minji.waits_for("a flow", |sight| sight.is_settled() && sight.rev > 0).await;
        minji.fills("identifier", "minji@da").await;
        let before = minji.sees().await;
        let asked = requests();
        for language in ["en", "ja", "ko", "en"] {
            let sight = minji.switches_language(language).await;
            assert_eq!(sight.field("identifier").value, "minji@da", "{language}");
            assert_eq!((sight.screen.as_str(), sight.rev), ("identify", before.rev));
            assert_ne!(language == "ko", sight.text != before.text, "{language}:\n{sight}");
        }
        assert_eq!(requests(), asked, "the words are here already: nobody is asked for them");

        minji.at_identify().await.sends(MINJI).await;
        minji.comes_to("code").await;
        minji.types("code", "123").await;
        let sight = minji.switches_language("ja").await;
        assert_eq!(sight.field("code").value, "123");
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;
        minji.comes_to("choose_workspace").await;
        let sight = minji.switches_language("ko").await;
        assert!(has(&sight.text, HANGUL), "{sight}");
        minji.at_choose_workspace().await.picks("nuri").await;
        minji.comes_to("password").await;
        minji.types("password", "half a pass").await;
        let sight = minji.switches_language("en").await;
        assert_eq!(sight.field("password").value, "half a pass");
    });
}

/// X3, E4: so in the longest form of all, password, boxes and refusals included; and mails follow.
#[test]
fn x3_switching_the_language_while_joining_keeps_all_of_the_form() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.comes_to_create_account().await;
        sora.fills("name", "소라").await;
        sora.fills("email", "sora@daemun.test").await;
        sora.fills("password", "half4").await;
        sora.at_create_account().await.agrees_to("service").await;
        let kept = |sight: &crate::harness::Sight| {
            sight.field("name").value == "소라"
                && sight.field("email").value == "sora@daemun.test"
                && sight.field("password").value == "half4"
                && sight.tick("service").checked
                && !sight.tick("privacy").checked
        };
        let sight = sora.switches_language("ko").await;
        assert!(kept(&sight) && has(&sight.text, HANGUL), "{sight}");
        sora.does("submit").await;
        sora.is_told_at("password", "password_too_short").await;
        let sight = sora.switches_language("ja").await;
        assert!(kept(&sight), "{sight}");
        let told: Vec<_> = sight.said.iter().filter(|said| said.code == "input_invalid").collect();
        assert!(told.len() == 2 && told.iter().all(|told| has(&told.text, KANA)), "each refusal follows:\n{sight}");
        assert!(sight.checklist.iter().all(|asked| has(&asked.text, KANA)), "{sight}");
        sora.at_create_account().await.agrees_to("privacy").await;
        sora.fills("password", "half4-and-the-rest").await;
        sora.does("submit").await;
        sora.comes_to("code").await;
        let mails = gate.mails_to("sora@daemun.test").await;
        assert!(has(&mails[0].text, KANA), "a Japanese mail: {:?}", mails[0]);
        let code = gate.code_for("sora@daemun.test").await;
        sora.at_code().await.enters(&code).await;
        let sight = sora.at_notice("joined").await;
        assert!(has(&sight.text, KANA), "{sight}");
        let sight = sora.switches_language("en").await;
        assert!(sight.text.contains("Welcome to 누리소프트"), "{sight}");
        sora.waits_for("the tab's title, which follows the heading", |sight| sight.title.contains("Welcome")).await;
    });
}

/// X3: an error is said in the new language at once.
#[test]
fn x3_an_error_follows_the_language() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let wrong = gate.wrong_code_for(MINJI).await;
        minji.at_code().await.enters(&wrong).await;
        let korean = minji.is_told("code_wrong").await.words_of("code_wrong");
        assert!(has(&korean, HANGUL), "{korean}");
        minji.switches_language("ja").await;
        let japanese = minji.is_told("code_wrong").await.words_of("code_wrong");
        assert!(has(&japanese, KANA) && japanese.contains('4'), "{japanese}");
    });
}

/// X3: what was chosen is remembered for the next visit, and the mail is written in it.
#[test]
fn x3_the_chosen_language_is_remembered_and_mails_are_written_in_it() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.switches_language("ja").await;
        minji.opens("/").await;
        let sight = minji.comes_to("identify").await;
        assert_eq!(sight.lang, "ja", "remembered:\n{sight}");
        minji.asks_for_code(MINJI).await;
        let mails = gate.mails_to(MINJI).await;
        assert!(has(&mails[0].text, KANA), "a Japanese mail: {:?}", mails[0]);
    });
}

/// X3: written from right to left nothing falls off the page.
#[test]
fn x3_right_to_left_nothing_overflows() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        let forced = async |screen: &str| {
            for width in [320, 1280] {
                minji.switches_width(width).await;
                minji.runs("document.documentElement.dir = 'rtl'").await;
                crate::matrix::assert_nothing_overflows(&minji, &format!("{screen} from right to left, {width} px"))
                    .await;
            }
        };
        forced("identify").await;
        minji.asks_for_code(MINJI).await;
        forced("code").await;
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;
        minji.comes_to("choose_workspace").await;
        forced("choose_workspace").await;
        minji.at_choose_workspace().await.picks("nuri").await;
        minji.comes_to("password").await;
        forced("password").await;
        // Mirrored, not merely unharmed: the reading side of the form is the right one.
        let script = r#"
            const field = document.querySelector("[name=password]");
            return getComputedStyle(field).direction === "rtl" || getComputedStyle(field).textAlign !== "left";
        "#;
        assert_eq!(minji.runs(script).await, true);
    });
}

/// X3: Korean breaks between words, not within them.
#[test]
fn x3_korean_breaks_between_words() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.comes_to("identify").await;
        let break_of_heading = "return getComputedStyle(document.querySelector('h1')).wordBreak";
        assert_eq!(minji.runs(break_of_heading).await, "keep-all");
    });
}
