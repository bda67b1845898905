//! The page with all screens: how a flow comes to it, and Back, reload and a second tab on it (FEATURES X2, L11, X10).

use serde_json::json;

use crate::harness::{Newcomer, Requests, Sight, Tampering, story};

const MINJI: &str = "minji@daemun.test";
const NAME: &str = "김민지";
const SORA: Newcomer<'_> = Newcomer { name: "윤소라", email: "sora@daemun.test", password: "sora-New-2024!" };

/// X2: who signs in loads nothing of it; who needs it comes there with the flow, and Back goes on leading a step back.
#[test]
fn x2_back_and_reload_on_the_page_with_all_screens() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        let whole = |passed: &str| passed.contains("whole");
        assert!(!gate.wire.passed().iter().any(|passed| whole(&passed.target)), "signing in loads nothing of it");
        let flow = minji.flow_id().await;
        minji.does("forgot").await;
        let sight = minji.comes_to("request_reset").await;
        assert_eq!((sight.path().as_str(), minji.flow_id().await), ("/continue", flow.clone()), "{sight}");
        minji.reloads().await;
        minji.comes_to("request_reset").await;

        minji.goes_back_in_history().await;
        let sight = minji.comes_to("password").await;
        assert_eq!(sight.field("identifier").value, MINJI, "{sight}");
        minji.reloads().await;
        minji.comes_to("password").await;
        minji.goes_back_in_history().await;
        minji.comes_to("choose_workspace").await;
        minji.goes_back_in_history().await;
        minji.comes_to("identify").await;
        assert_eq!(minji.flow_id().await, flow, "one flow all along");
        assert_eq!(gate.wire.count(Requests::posts("/flows")), 1);

        // On again to the end, from here.
        minji.proves_address(MINJI).await;
        minji.at_choose_workspace().await.picks("nuri").await;
        minji.enters_password_of(MINJI, "nuri").await;
        minji.goes_back_in_history().await;
        let sight = minji
            .waits_for("where she came from, home, or a step from which one can go on", |sight| {
                sight.origin() != gate.origin()
                    || sight.page == "home"
                    || sight.is_settled() && !sight.actions.is_empty()
            })
            .await;
        assert!(sight.fields.iter().all(|field| field.kind != "password" || field.value.is_empty()), "{sight}");
    });
}

/// X2: a tab of its own without any flow is the front door; a flow that nobody knows is begun anew without alarm.
#[test]
fn x2_the_page_with_all_screens_without_a_flow_is_the_front_door() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/continue").await;
        minji.comes_to("identify").await;
        for flow in ["no-such-flow", "../../../etc/passwd"] {
            minji.runs_with("history.replaceState({ flow: arguments[0] }, '')", vec![json!(flow)]).await;
            minji.reloads().await;
            let sight = minji.waits_for("a flow", |sight| sight.is_settled() && sight.rev > 0).await;
            assert_eq!(sight.screen, "identify", "{sight}");
        }
        minji.comes_to_password_of(MINJI, "nuri").await;
        minji.enters_password_of(MINJI, "nuri").await;
    });
}

/// X2, E4: time runs out while joining: said, with a way to begin again, and the link is as good as it was.
#[test]
fn x2_an_expired_flow_of_joining_says_so() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.comes_to_create_account().await;
        let form = sora.at_create_account().await;
        form.agrees_to("service").await;
        form.agrees_to("privacy").await;
        form.fills_in(SORA).await;
        gate.lets_pass(31 * 60).await;
        sora.clicks("[data-action=submit]").await;
        let sight = sora.at_ended().await;
        assert!(sight.can("restart") && sight.focus.in_main, "{sight}");
        sora.clicks("[data-action=restart]").await;
        sora.comes_to("identify").await;
        sora.comes_to_create_account().await;
        sora.becomes(SORA).await;
        sora.at_notice("joined").await;
    });
}

/// L11, E5: where the member was going holds for a link too.
#[test]
fn l11_return_to_is_honoured_after_joining() {
    story(async |gate| {
        let yuna = gate.member_reading("en").await;
        yuna.browser.may_go_to(&gate.workplace.origin());
        let place = format!("{}/welcome", gate.workplace.origin());
        let link = gate.link("invite").await;
        let token = link.strip_prefix("/join").expect("a link of joining");
        yuna.opens(&format!("/join?return_to={place}{token}")).await;
        yuna.at_new_password().await.sets("yuna-New-2024!").await;
        yuna.at_notice("joined").await;
        yuna.reloads().await;
        yuna.at_notice("joined").await;
        yuna.clicks("[data-action=start]").await;
        yuna.waits_for("where she was going", |sight| sight.url == place).await;

        let sora = gate.member_reading("en").await;
        let link = gate.link("join").await.replace("/join", "/join?return_to=https%3A%2F%2Fevil.example%2F");
        sora.opens(&link).await;
        let sight = sora.comes_to("invitation").await;
        assert!(sight.says("return_not_allowed"), "{sight}");
    });
}

/// X2, R1: two tabs of one flow on this page: the one that comes late is shown where it is.
#[test]
fn x2_a_late_tab_of_a_reset_ends_up_where_the_flow_is() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.comes_to_reset(NAME, MINJI).await;
        let flow = minji.flow_id().await;
        minji.opens_tab("/sandbox/").await;
        minji.goes_to("/reset").await;
        minji.flow_id().await;
        minji.runs_with("history.replaceState({ flow: arguments[0] }, '')", vec![json!(flow)]).await;
        minji.reloads().await;
        minji.at_new_password().await.sets("brand-New-2025!").await;
        minji.comes_to("password").await;

        let unread = gate.wire.tamper(Requests::reads(), Tampering::Hold);
        minji.switches_to_tab(0).await;
        minji.comes_to("new_password").await;
        minji.at_new_password().await.sets("other-New-2025!").await;
        unread.lift();
        let sight = minji.comes_to("password").await;
        assert!(sight.has_field("password") && sight.field("password").value.is_empty(), "{sight}");
        minji.at_password().await.enters("other-New-2025!").await;
        minji.is_told("credentials_wrong").await;
        minji.at_password().await.enters("brand-New-2025!").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// X2, X10: a flow whose next step this page cannot show either is said so, and does not go round in circles.
#[test]
fn x10_a_step_that_no_page_can_show_ends_in_a_word() {
    story(async |gate| {
        let haruto = gate.member_reading("en").await;
        haruto.opens("/").await;
        haruto.waits_for("a flow", |sight| sight.is_settled() && sight.rev > 0).await;
        let flow = haruto.flow_id().await;
        let later = json!({
            "id": flow, "kind": "sign_in", "rev": 9, "server_time": 1_900_000_000_000_u64,
            "expires_at": 1_900_001_800_000_u64, "status": "active",
            "step": { "id": "9", "type": "new_password", "identifier": "haruto@daemun.test" }, "actions": { "submit": {} },
        });
        let answer = |status| Tampering::answer(status, "application/json", later.to_string());
        gate.wire.tamper(Requests::posts("/actions/submit"), answer(200));
        gate.wire.tamper(Requests::reads(), answer(200));
        haruto.fills("identifier", "haruto@daemun.test").await;
        haruto.clicks("[data-action=submit]").await;
        let told = |sight: &Sight| {
            sight.app == "ready"
                && sight.state != "busy"
                && sight.path() == "/continue"
                && sight.said.iter().any(|said| said.text.chars().count() > 5)
                && ["retry", "restart", "reload"].iter().any(|action| sight.can(action))
        };
        haruto.waits_for("a word and a way on", told).await;
        assert!(gate.wire.count(Requests::of("/continue")) <= 2, "it does not go round in circles");
    });
}

/// Whether there is no step, but a word and a way on.
fn is_unopened(sight: &Sight) -> bool {
    sight.app == "ready" && sight.state != "busy" && sight.can("retry") && !sight.said.is_empty()
}

/// X2, R1: the line breaks between the act and the page that shows what comes of it: said, and gone on with later.
#[test]
fn x2_a_line_that_is_lost_at_the_hand_over_is_said() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        let flow = minji.flow_id().await;
        let lost = gate.wire.tamper(Requests::of("/continue"), Tampering::Lose);
        minji.browser.provokes("/continue");
        minji.clicks("[data-action=forgot]").await;
        let sight = minji.waits_for("a word and a way on", is_unopened).await;
        assert!(sight.focus.in_main || sight.said.iter().any(|said| said.announced), "{sight}");
        lost.lift();
        minji.clicks("[data-action=retry]").await;
        minji.comes_to("request_reset").await;
        assert_eq!(minji.flow_id().await, flow);
    });
}

/// X2, L11: a flow that came from an organisation's door and has run out begins again at that door, with where the member
/// was going.
#[test]
fn x2_what_ran_out_begins_again_at_its_own_door() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.browser.may_go_to(&gate.workplace.origin());
        let place = format!("{}/board/7", gate.workplace.origin());
        minji.opens(&format!("/o/nuri?return_to={place}")).await;
        minji.comes_to("password").await;
        minji.does("forgot").await;
        minji.comes_to("request_reset").await;
        gate.lets_pass(31 * 60).await;
        minji.clicks("[data-action=submit]").await;
        minji.at_ended().await;
        minji.clicks("[data-action=restart]").await;
        let sight = minji.comes_to("password").await;
        assert_eq!(sight.path(), "/o/nuri", "{sight}");
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.waits_for("where she was going", |sight| sight.url == place).await;
    });
}

/// X2, E4: what a link began is not given up for one bad answer to a reload: without the link it could not be begun again.
#[test]
fn x2_a_bad_answer_to_a_reload_does_not_lose_what_a_link_began() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.browser.provokes("/api/v1/");
        sora.comes_to_create_account().await;
        let flow = sora.flow_id().await;
        for (what, tampering) in [
            ("a lost line", Tampering::Lose),
            ("a broken server", Tampering::answer(500, "text/html", "<h1>oops</h1>")),
            ("a portal", Tampering::answer(200, "text/html", "<h1>Please sign in to the Wi-Fi</h1>")),
            ("half of a flow", Tampering::Halve),
            (
                "a busy one",
                Tampering::answer(429, "application/problem+json", r#"{"code":"too_many_requests","status":429}"#),
            ),
        ] {
            let tampered = gate.wire.tamper(Requests::reads(), tampering);
            sora.reloads().await;
            sora.waits_for(&format!("a word and a way on after {what}"), is_unopened).await;
            tampered.lift();
            sora.clicks("[data-action=retry]").await;
            sora.comes_to("create_account").await;
            assert_eq!(sora.flow_id().await, flow, "after {what}");
        }

        // One that is no longer known says to open the link again, and alarms nobody.
        sora.runs("history.replaceState({ flow: 'no-such-flow' }, '')").await;
        sora.reloads().await;
        let sight = sora.at_ended().await;
        assert!(sight.text.contains("open the link") && sight.can("restart"), "{sight}");
        sora.clicks("[data-action=restart]").await;
        sora.comes_to("identify").await;
    });
}

/// X2, E4: Back from a second link in the same tab leads to what the first one began.
#[test]
fn x2_back_from_a_second_link_leads_to_the_first() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.comes_to_create_account().await;
        let first = sora.flow_id().await;
        let link = gate.link("invite").await;
        let fragment = link.split('#').nth(1).expect("a fragment");
        sora.runs_with("location.hash = arguments[0]", vec![json!(fragment)]).await;
        sora.comes_to("new_password").await;
        assert_ne!(sora.flow_id().await, first);
        assert_eq!(gate.wire.count(Requests::posts("/actions/back")), 0, "nothing was done to the first");
        sora.goes_back_in_history().await;
        let sight = sora.comes_to("create_account").await;
        assert!(!sight.url.contains(fragment), "{sight}");
        assert_eq!(sora.flow_id().await, first);
        sora.becomes(SORA).await;
        sora.at_notice("joined").await;
    });
}

/// X2, E5: a slow page between the code and the screen that only the other page has: waited for, and gone on with, though
/// the one step could be gone back from and the other cannot.
#[test]
fn x2_a_slow_hand_over_goes_on() {
    story(async |gate| {
        let yuna = gate.member_reading("en").await;
        yuna.opens("/").await;
        yuna.asks_for_code("yuna@daemun.test").await;
        let code = gate.code_for("yuna@daemun.test").await;
        let held = gate.wire.tamper(Requests::of("/continue"), Tampering::Hold);
        yuna.fills("code", &code).await;
        let sight = yuna.waits_for("the step to be gone", |sight| sight.screen == "opening").await;
        assert_eq!(sight.state, "busy", "{sight}");
        held.lift();
        yuna.at_new_password().await.sets("yuna-New-2024!").await;
        yuna.at_notice("joined").await;
    });
}
