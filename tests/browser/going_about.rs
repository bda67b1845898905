//! Reload, Back, Forward and a second tab: nothing of a flow that the backend still has is lost (FEATURES X2).

use serde_json::json;

use crate::harness::{Member, Requests, Tampering, story};

const MINJI: &str = "minji@daemun.test";

/// X2: a reload at any step comes back to that step.
#[test]
fn x2_a_reload_at_each_step_comes_back_to_it() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.waits_for("a flow", |sight| sight.rev > 0).await;
        minji.fills("identifier", "minji@").await;
        let flow = minji.flow_id().await;
        minji.reloads().await;
        minji.comes_to("identify").await;

        minji.asks_for_code(MINJI).await;
        let rev = minji.sees().await.rev;
        minji.reloads().await;
        let sight = minji.comes_to("code").await;
        assert_eq!(sight.rev, rev, "the same step");
        assert!(sight.text.contains(MINJI), "{sight}");
        assert_eq!(minji.flow_id().await, flow, "the same flow");
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;

        minji.comes_to("choose_workspace").await;
        minji.reloads().await;
        minji.at_choose_workspace().await.picks("nuri").await;

        minji.comes_to("password").await;
        minji.reloads().await;
        let sight = minji.comes_to("password").await;
        assert_eq!(sight.field("identifier").value, MINJI);
        assert!(sight.text.contains("누리소프트"), "{sight}");
        minji.enters_password_of(MINJI, "nuri").await;
        assert_eq!(gate.mails_to(MINJI).await.len(), 1, "no reload sent another mail");
        assert_eq!(gate.wire.count(Requests::posts("/flows")), 1, "no reload began another flow");
    });
}

/// X2: a reload at the organisation's steps.
#[test]
fn x2_a_reload_on_the_organisations_way_comes_back_to_it() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.at_identify().await.uses_organisation().await;
        minji.comes_to("organisation").await;
        minji.reloads().await;
        minji.at_organisation().await.sends("nuri").await;
        minji.comes_to("password").await;
        minji.reloads().await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// X2: a reload while an error is on the screen, and while a notice is.
#[test]
fn x2_a_reload_does_not_lose_a_notice() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        for wrong in gate.wrong_codes_for(MINJI).await {
            minji.at_code().await.enters(&wrong).await;
        }
        minji.at_notice("email_restricted").await;
        minji.reloads().await;
        minji.at_notice("email_restricted").await;
    });
}

/// X2: the browser's Back goes a step back, at each step, and never out of the flow by accident.
#[test]
fn x2_the_browsers_back_goes_a_step_back() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        let flow = minji.flow_id().await;
        minji.goes_back_in_history().await;
        minji.comes_to("choose_workspace").await;
        minji.goes_back_in_history().await;
        let sight = minji.comes_to("identify").await;
        assert_eq!(sight.field("identifier").value, MINJI, "what was entered is there");
        assert_eq!(minji.flow_id().await, flow);

        minji.does("use_organisation").await;
        minji.comes_to("organisation").await;
        minji.goes_back_in_history().await;
        minji.comes_to("identify").await;

        // And on again.
        minji.comes_to_password_of(MINJI, "hanbit").await;
        minji.enters_password_of(MINJI, "hanbit").await;
    });
}

/// X2: Back from the code, with the address as it was; then on with a new code.
#[test]
fn x2_the_browsers_back_from_the_code_keeps_the_address() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        minji.goes_back_in_history().await;
        let sight = minji.comes_to("identify").await;
        assert_eq!(sight.field("identifier").value, MINJI);
        minji.does("submit").await;
        minji.comes_to("code").await;
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;
        minji.comes_to("choose_workspace").await;
    });
}

/// X2: Forward after Back shows a step that is true, whichever it is, and never a broken one.
#[test]
fn x2_forward_after_back_shows_a_true_step() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        minji.goes_back_in_history().await;
        minji.comes_to("choose_workspace").await;
        minji.goes_forward_in_history().await;
        let sight = minji.settles().await;
        let read = minji.runs_until_done(READ, Vec::new()).await;
        let sight = minji
            .waits_for("the step that the backend has", |now| {
                now.is_settled() && (now.rev == sight.rev || now.rev == read["rev"].as_u64().unwrap_or_default())
            })
            .await;
        assert_eq!(json!(sight.screen), read["step"]["type"], "{sight}");
    });
}

/// Reads the flow at hand from the backend, past the app.
const READ: &str = r#"
    const done = arguments[arguments.length - 1];
    fetch(`/api/v1/flows/${history.state.flow}`, { headers: { "daemun-version": "1" } })
        .then((answer) => answer.json()).then(done, (error) => done(String(error)));
"#;

/// X2: Back after being in leads to where one came from, or to a step from which one can go on; never to a finished one.
#[test]
fn x2_back_after_being_in_leads_out_or_on() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.browser.may_go_to(&gate.workplace.origin());
        let workplace = minji.browser.driver.goto(gate.workplace.origin()).await;
        workplace.expect("the place of work");
        minji.waits_for("the place of work", |sight| sight.page == "workplace").await;
        minji.opens("/o/nuri").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
        minji.goes_back_in_history().await;
        let sight = minji
            .waits_for("the place of work, home, or a step", |sight| {
                sight.page == "workplace" || sight.page == "home" || sight.is_settled() && !sight.actions.is_empty()
            })
            .await;
        assert_ne!(sight.screen, "failed", "{sight}");
        assert!(
            !sight.fields.iter().any(|field| field.name == "password" && !field.value.is_empty()),
            "no password is left"
        );
    });
}

/// X2: a second tab begins a flow of its own and disturbs nothing.
#[test]
fn x2_a_second_tab_has_a_flow_of_its_own() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let first = minji.flow_id().await;

        minji.opens_second_tab("/o/nuri").await;
        minji.comes_to("password").await;
        assert_ne!(minji.flow_id().await, first);
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;

        minji.switches_to_tab(0).await;
        let sight = minji.comes_to("code").await;
        assert!(sight.text.contains(MINJI), "{sight}");
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;
        minji.comes_to("choose_workspace").await;
    });
}

/// X2: two tabs of one flow, as "duplicate tab" makes them: the one that comes late is shown where the flow is, and
/// what it sent does no harm.
#[test]
fn x2_a_tab_that_comes_late_is_shown_where_the_flow_is() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let flow = minji.flow_id().await;
        let code = gate.code_for(MINJI).await;

        minji.opens_second_tab("/").await;
        minji.waits_for("a flow", |sight| sight.rev > 0).await;
        minji.runs_with("history.replaceState({ ...history.state, flow: arguments[0] }, '')", vec![json!(flow)]).await;
        minji.reloads().await;
        minji.at_code().await.enters(&code).await;
        minji.comes_to("choose_workspace").await;

        minji.switches_to_tab(0).await;
        minji.settles().await;
        // It may have noticed by itself on being shown again; if it has not, it is told on sending.
        let sight = minji.sees().await;
        if sight.screen == "code" {
            minji.fills("code", &code).await;
        }
        let sight = minji.comes_to("choose_workspace").await;
        assert!(!sight.says("code_wrong"), "{sight}");
        minji.at_choose_workspace().await.picks("nuri").await;
        minji.comes_to("password").await;
    });
}

/// Opens a second tab of the flow at hand, as "duplicate tab" does.
async fn duplicates_tab(member: &Member<'_>) {
    let flow = member.flow_id().await;
    let at_front_door = member.sees().await.screen == "identify";
    member.opens_tab("/sandbox/").await;
    member.goes_to("/").await;
    let state = json!({ "flow": flow, "at_front_door": at_front_door });
    member.flow_id().await;
    member.runs_with("history.replaceState(arguments[0], '')", vec![state]).await;
    member.reloads().await;
    member.settles().await;
    assert_eq!(member.flow_id().await, flow);
}

/// Changes to a tab that has not noticed yet that the flow went on, and does something there all the same.
async fn in_late_tab(member: &Member<'_>, number: usize, screen: &str, act: impl AsyncFnOnce()) {
    let unread = member.gate.wire.tamper(Requests::reads(), Tampering::Hold);
    member.switches_to_tab(number).await;
    member.comes_to(screen).await;
    act().await;
    unread.lift();
}

/// X2: at every step, whatever the late tab still does: it ends up where the flow is, and nothing is done twice.
#[test]
fn x2_at_each_step_a_late_tab_ends_up_where_the_flow_is() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        duplicates_tab(&minji).await;

        // The address: sent in one tab, then in the other.
        minji.asks_for_code(MINJI).await;
        in_late_tab(&minji, 0, "identify", async || {
            minji.at_identify().await.sends(MINJI).await;
        })
        .await;
        minji.comes_to("code").await;
        assert_eq!(gate.mails_to(MINJI).await.len(), 1, "one mail");

        // The code: used in one tab, then in the other.
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;
        minji.comes_to("choose_workspace").await;
        in_late_tab(&minji, 1, "code", async || {
            minji.at_code().await.enters(&code).await;
        })
        .await;
        let sight = minji.comes_to("choose_workspace").await;
        assert!(!sight.says("code_wrong"), "{sight}");

        // The workspace: the first choice counts.
        minji.at_choose_workspace().await.picks("nuri").await;
        minji.comes_to("password").await;
        in_late_tab(&minji, 0, "choose_workspace", async || {
            minji.chooses("hanbit").await;
        })
        .await;
        let sight = minji.comes_to("password").await;
        assert!(sight.text.contains("누리소프트"), "{sight}");

        // The password: one tab goes back, the other sends it.
        let password = gate.password_of(MINJI, "nuri").await;
        minji.does("back").await;
        minji.comes_to("choose_workspace").await;
        in_late_tab(&minji, 1, "password", async || {
            minji.at_password().await.enters(&password).await;
        })
        .await;
        let sight = minji.comes_to("choose_workspace").await;
        assert!(sight.page.is_empty(), "nobody is in by a password for a step that was left:\n{sight}");

        // The organisation: the first one counts.
        minji.does("back").await;
        minji.at_identify().await.uses_organisation().await;
        minji.comes_to("organisation").await;
        in_late_tab(&minji, 0, "choose_workspace", async || {
            minji.chooses("nuri").await;
        })
        .await;
        minji.at_organisation().await.sends("nuri").await;
        minji.comes_to("password").await;
        in_late_tab(&minji, 1, "organisation", async || {
            minji.at_organisation().await.sends("sakura").await;
        })
        .await;
        let sight = minji.comes_to("password").await;
        assert!(sight.text.contains("누리소프트"), "{sight}");

        // And in: the tab that is left over follows, whatever it sends.
        minji.at_password().await.enters_with_id(MINJI, &password).await;
        minji.is_in(MINJI, "nuri").await;
        in_late_tab(&minji, 0, "password", async || {
            minji.at_password().await.enters_with_id(MINJI, "not it").await;
        })
        .await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// X2: an expired flow says so, and there is a way to begin again.
#[test]
fn x2_an_expired_flow_says_so_and_begins_again() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let code = gate.code_for(MINJI).await;
        gate.lets_pass(31 * 60).await;
        minji.fills("code", &code).await;
        let sight = minji.at_ended().await;
        assert!(sight.can("restart") && sight.focus.in_main, "{sight}");
        minji.clicks("[data-action=restart]").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        minji.enters_password_of(MINJI, "nuri").await;
    });
}

/// X2: each accepted act gives the flow another half hour.
#[test]
fn x2_who_acts_is_not_timed_out() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.waits_for("a flow", |sight| sight.rev > 0).await;
        gate.lets_pass(20 * 60).await;
        minji.asks_for_code(MINJI).await;
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;
        minji.comes_to("choose_workspace").await;
        gate.lets_pass(20 * 60).await;
        minji.at_choose_workspace().await.picks("nuri").await;
        minji.comes_to("password").await;
        gate.lets_pass(20 * 60).await;
        minji.enters_password_of(MINJI, "nuri").await;
    });
}

/// X2: a flow that was given up elsewhere says so, with a way on.
#[test]
fn x2_a_cancelled_flow_says_so() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let cancel = r#"
            const done = arguments[arguments.length - 1];
            fetch(`/api/v1/flows/${history.state.flow}`, { method: "DELETE", headers: { "daemun-version": "1" } })
                .then((answer) => done(answer.status), (error) => done(String(error)));
        "#;
        assert_eq!(minji.runs_until_done(cancel, Vec::new()).await, 204);
        minji.reloads().await;
        let sight = minji.at_ended().await;
        assert!(sight.can("restart"), "{sight}");
        minji.clicks("[data-action=restart]").await;
        minji.comes_to("identify").await;
    });
}

/// X2: a flow of which the backend knows nothing, or another browser's, is begun anew without a word of alarm.
#[test]
fn x2_an_unknown_flow_in_the_history_is_begun_anew() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.waits_for("a flow", |sight| sight.rev > 0).await;
        for flow in ["no-such-flow", "", "../../../etc/passwd", "x?y#z"] {
            minji.runs_with("history.replaceState({ flow: arguments[0] }, '')", vec![json!(flow)]).await;
            minji.reloads().await;
            let sight = minji.waits_for("a flow", |sight| sight.is_settled() && sight.rev > 0).await;
            assert_eq!(sight.screen, "identify", "after {flow:?}:\n{sight}");
            assert_ne!(minji.flow_id().await, flow);
        }
        minji.runs("history.replaceState({ flow: { not: ['a', 'string'] } }, '')").await;
        minji.reloads().await;
        minji.comes_to("identify").await;
    });
}

/// X2: another browser that knows the flow's id learns nothing of it.
#[test]
fn x2_the_flows_id_alone_opens_nothing() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let flow = minji.flow_id().await;

        let stranger = gate.member().await;
        stranger.opens("/").await;
        stranger.waits_for("a flow", |sight| sight.rev > 0).await;
        stranger.runs_with("history.replaceState({ flow: arguments[0] }, '')", vec![json!(flow)]).await;
        stranger.reloads().await;
        let sight = stranger.comes_to("identify").await;
        assert!(!sight.text.contains(MINJI), "{sight}");
    });
}
