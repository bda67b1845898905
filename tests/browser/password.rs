//! ID and password, and what happens to who guesses (FEATURES L1, L9).

use crate::harness::{Member, Sight, story};

const MINJI: &str = "minji@daemun.test";
const EMMA: &str = "emma@daemun.test";

/// Wrong so often that the next one restricts.
async fn guesses(member: &Member<'_>, times: u32) {
    for time in 1..=times {
        member.at_password().await.enters(&format!("wrong guess {time}")).await;
    }
}

/// The seconds that a countdown such as `59 minutes 58 seconds` still has.
fn countdown(sight: &Sight) -> Option<u32> {
    let words = sight.said.iter().filter(|said| said.code == "wait").map(|said| said.text.as_str());
    words
        .filter_map(|words| {
            let before = |unit| {
                words
                    .split(unit)
                    .next()
                    .filter(|before| *before != words)?
                    .split_whitespace()
                    .last()?
                    .parse::<u32>()
                    .ok()
            };
            match (before(" minute"), before(" second")) {
                (None, None) => None,
                (minutes, seconds) => Some(minutes.unwrap_or(0) * 60 + seconds.unwrap_or(0)),
            }
        })
        .next()
}

/// L1: ID and password on the workspace's own screen.
#[test]
fn l1_emma_signs_in_with_id_and_password_on_her_workspaces_own_screen() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens("/o/northwind").await;
        let sight = emma.comes_to("password").await;
        assert!(sight.text.contains("Northwind Traders"), "{sight}");
        let password = gate.password_of(EMMA, "northwind").await;
        emma.at_password().await.enters_with_id(EMMA, &password).await;
        emma.is_in(EMMA, "northwind").await;
    });
}

/// L1: the session is another one after signing in, and no script can read it.
#[test]
fn l1_the_session_changes_at_sign_in_and_is_out_of_reach_of_scripts() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens("/o/northwind").await;
        let password = gate.password_of(EMMA, "northwind").await;
        let session = async |emma: &Member<'_>| {
            let cookies = emma.browser.driver.get_all_cookies().await.expect("the cookies");
            cookies.into_iter().find(|cookie| cookie.name == "__Host-daemun_session")
        };
        emma.at_password().await.enters_with_id(EMMA, &password).await;
        emma.is_in(EMMA, "northwind").await;
        let first = session(&emma).await.expect("a session");
        assert_eq!(emma.runs("return document.cookie").await, "", "no cookie is for scripts");
        emma.opens("/o/northwind").await;
        emma.at_password().await.enters_with_id(EMMA, &password).await;
        emma.is_in(EMMA, "northwind").await;
        let second = session(&emma).await.expect("a session");
        assert_ne!(first.value, second.value, "a new sign-in is a new session");
    });
}

/// L1: an empty field is said at the field, and burns no try.
#[test]
fn l1_an_empty_password_is_said_at_its_field() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens("/o/northwind").await;
        emma.comes_to("password").await;
        emma.fills("identifier", EMMA).await;
        emma.clicks("[data-action=submit]").await;
        let sight = emma.is_told_at("password", "required").await;
        assert_eq!(sight.focus.field, "password");
        assert_eq!(sight.field("identifier").value, EMMA);

        emma.fills("identifier", "").await;
        emma.fills("password", "something").await;
        emma.clicks("[data-action=submit]").await;
        let sight = emma.is_told_at("identifier", "required").await;
        assert_eq!(sight.focus.field, "identifier", "{sight}");
    });
}

/// L1: what can be no ID is said at the field.
#[test]
fn l1_what_can_be_no_id_is_said_at_its_field() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens("/o/northwind").await;
        emma.comes_to("password").await;
        emma.fills("identifier", "emma clark").await;
        emma.fills("password", "something").await;
        emma.clicks("[data-action=submit]").await;
        let sight = emma.is_told_at("identifier", "identifier_invalid").await;
        assert_eq!(sight.focus.field, "identifier");
    });
}

/// L9: a wrong password says how many tries are left; success resets them.
#[test]
fn l9_a_wrong_password_says_how_many_tries_are_left() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        for left in ["9", "8"] {
            minji.at_password().await.enters("not it").await;
            minji
                .waits_for(&format!("{left} tries left"), |sight| {
                    sight.is_settled()
                        && sight.says("credentials_wrong")
                        && sight.words_of("credentials_wrong").contains(left)
                })
                .await;
        }
        minji.enters_password_of(MINJI, "nuri").await;

        minji.opens("/").await;
        minji.at_choose_workspace().await.picks("nuri").await;
        minji.at_password().await.enters("not it").await;
        let sight = minji.is_told("credentials_wrong").await;
        assert!(sight.words_of("credentials_wrong").contains('9'), "counted anew:\n{sight}");
    });
}

/// L9: a policy that hides the tries hides them.
#[test]
fn l9_tries_are_not_said_where_the_policy_hides_them() {
    story(async |gate| {
        gate.scenario("nuri_hide_tries").await;
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        minji.at_password().await.enters("not it").await;
        let sight = minji.is_told("credentials_wrong").await;
        let words = sight.words_of("credentials_wrong");
        assert!(!words.contains(|c: char| c.is_ascii_digit()), "{words}");
    });
}

/// L9: ten wrong passwords, an hour's restriction with a live countdown, and afterwards it works again.
#[test]
fn l9_ten_wrong_passwords_restrict_for_an_hour_with_a_live_countdown() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        guesses(&minji, 10).await;
        let sight = minji.is_told("sign_in_restricted").await;
        assert_eq!(sight.screen, "password");
        assert!(!sight.can("submit"), "there is nothing to send now:\n{sight}");
        let first = countdown(&sight).unwrap_or_else(|| panic!("a countdown:\n{sight}"));
        assert!((3500..=3600).contains(&first), "about an hour:\n{sight}");
        minji.waits_for("the countdown to run", |sight| countdown(sight).is_some_and(|now| now < first)).await;

        // The backend's clock goes on; whoever looks again sees it.
        gate.lets_pass(20 * 60).await;
        minji.reloads().await;
        let sight = minji.is_told("sign_in_restricted").await;
        let later = countdown(&sight).unwrap_or_else(|| panic!("a countdown:\n{sight}"));
        assert!((2300..=2400).contains(&later), "about forty minutes:\n{sight}");

        // Not even the right password, sent past the app, is looked at.
        let right = gate.password_of(MINJI, "nuri").await;
        let answer = minji.runs_until_done(SUBMIT_PAST_THE_APP, vec![right.into()]).await;
        assert_eq!(answer["status"], 429, "{answer}");
        assert_eq!(answer["body"]["code"], "sign_in_restricted", "{answer}");
        assert_eq!(answer["retry_after"], answer["body"]["retry_after"].to_string(), "{answer}");

        // A flow without an act does not live for an hour: the restriction is the account's, not the flow's.
        gate.lets_pass(20 * 60).await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        minji.is_told("sign_in_restricted").await;
        gate.lets_pass(20 * 60 + 1).await;
        minji.reloads().await;
        let sight = minji.comes_to("password").await;
        assert!(!sight.says("sign_in_restricted") && sight.can("submit"), "{sight}");
        minji.at_password().await.enters("not it").await;
        let sight = minji.is_told("credentials_wrong").await;
        assert!(sight.words_of("credentials_wrong").contains('9'), "counted anew:\n{sight}");
        minji.enters_password_of(MINJI, "nuri").await;
    });
}

/// Sends a password for the flow at hand as the app would, from within its page.
const SUBMIT_PAST_THE_APP: &str = r#"
    const [password, done] = arguments;
    fetch(`/api/v1/flows/${history.state.flow}/actions/submit`, {
        method: "POST",
        headers: { "content-type": "application/json", "daemun-version": "1", "idempotency-key": crypto.randomUUID() },
        body: JSON.stringify({ rev: Number(document.documentElement.dataset.rev), input: { password } }),
    }).then(async (answer) => done({
        status: answer.status,
        retry_after: answer.headers.get("retry-after"),
        body: await answer.json(),
    }), (error) => done({ status: 0, error: String(error) }));
"#;

/// L9: the restriction is this account's in this workspace; the others stay open.
#[test]
fn l9_a_restriction_leaves_the_members_other_workspaces_alone() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        guesses(&minji, 10).await;
        minji.is_told("sign_in_restricted").await;
        minji.at_password().await.goes_back().await;
        minji.at_choose_workspace().await.picks("hanbit").await;
        let sight = minji.comes_to("password").await;
        assert!(!sight.says("sign_in_restricted"), "{sight}");
        minji.enters_password_of(MINJI, "hanbit").await;
    });
}

/// L9: a stranger who guesses does not lock the member out.
#[test]
fn l9_a_strangers_guesses_do_not_lock_the_member_out() {
    story(async |gate| {
        let stranger = gate.member().await;
        stranger.opens("/o/nuri").await;
        stranger.comes_to("password").await;
        stranger.fills("identifier", MINJI).await;
        guesses(&stranger, 10).await;
        stranger.is_told("sign_in_restricted").await;

        let minji = gate.member().await;
        minji.opens("/o/nuri").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// L9: an ID that nobody has is restricted alike.
#[test]
fn l9_an_unknown_id_is_restricted_like_a_known_one() {
    story(async |gate| {
        let stranger = gate.member_reading("en").await;
        stranger.opens("/o/nuri").await;
        stranger.comes_to("password").await;
        stranger.fills("identifier", "nobody@daemun.test").await;
        guesses(&stranger, 9).await;
        let sight = stranger.is_told("credentials_wrong").await;
        assert!(sight.words_of("credentials_wrong").contains('1'), "{sight}");
        guesses(&stranger, 1).await;
        let sight = stranger.is_told("sign_in_restricted").await;
        assert!(countdown(&sight).is_some(), "{sight}");
    });
}
