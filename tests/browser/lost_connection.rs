//! The connection is lost at each step: a readable word, nothing typed lost, a way on without a reload (FEATURES X2).

use crate::harness::{Member, Requests, Sight, Tampering, story};

const MINJI: &str = "minji@daemun.test";

/// Whether the screen says in words that something is wrong, and the member can act.
fn is_told(sight: &Sight) -> bool {
    sight.is_settled() && sight.state == "error" && sight.said.iter().any(|said| said.text.chars().count() > 5)
}

/// Offline, `act` leads to a word about it; online again the offered way on does what `act` was to do.
async fn acts_without_connection(member: &Member<'_>, screen: &str, act: impl AsyncFn()) -> Sight {
    member.goes_offline().await;
    act().await;
    let sight = member.waits_for("a word about the lost connection", is_told).await;
    assert_eq!(sight.screen, screen, "{sight}");
    assert!(
        sight.said.iter().any(|said| said.announced) || sight.focus.in_main,
        "a screen reader is told too:\n{sight}"
    );
    member.comes_online().await;
    sight
}

/// Once the connection is back: by "try again" where it is offered, else as before.
async fn tries_again(member: &Member<'_>, action: &str) {
    let sight = member.sees().await;
    let way_on = if sight.can("retry") { "retry" } else { action };
    if way_on == "choose" {
        member.chooses("nuri").await;
    } else {
        member.does(way_on).await;
    }
}

/// X2: at every step of the email way.
#[test]
fn x2_a_lost_connection_at_each_step_of_the_email_way() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.waits_for("a flow", |sight| sight.rev > 0).await;
        minji.fills("identifier", MINJI).await;
        let sight =
            acts_without_connection(&minji, "identify", async || minji.clicks("[data-action=submit]").await).await;
        assert_eq!(sight.field("identifier").value, MINJI, "nothing typed is lost");
        tries_again(&minji, "submit").await;
        minji.comes_to("code").await;
        assert_eq!(gate.mails_to(MINJI).await.len(), 1);

        let code = gate.code_for(MINJI).await;
        let sight = acts_without_connection(&minji, "code", async || minji.fills("code", &code).await).await;
        assert!(sight.field("code").value.is_empty() || sight.field("code").value == code);
        if minji.sees().await.field("code").value.is_empty() {
            minji.at_code().await.enters(&code).await;
        } else {
            tries_again(&minji, "submit").await;
        }
        minji.comes_to("choose_workspace").await;

        acts_without_connection(&minji, "choose_workspace", async || {
            minji.clicks("[data-action=choose][data-workspace=nuri]").await;
        })
        .await;
        tries_again(&minji, "choose").await;
        minji.comes_to("password").await;

        let password = gate.password_of(MINJI, "nuri").await;
        minji.fills("password", &password).await;
        let sight =
            acts_without_connection(&minji, "password", async || minji.clicks("[data-action=submit]").await).await;
        assert_eq!(sight.field("identifier").value, MINJI);
        if !minji.sees().await.can("retry") && minji.sees().await.field("password").value.is_empty() {
            minji.fills("password", &password).await;
        }
        tries_again(&minji, "submit").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// X2: at every step of the organisation's way.
#[test]
fn x2_a_lost_connection_at_each_step_of_the_organisations_way() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.waits_for("a flow", |sight| sight.rev > 0).await;
        acts_without_connection(&minji, "identify", async || minji.clicks("[data-action=use_organisation]").await)
            .await;
        tries_again(&minji, "use_organisation").await;
        minji.comes_to("organisation").await;

        minji.fills("organisation", "nuri").await;
        let sight =
            acts_without_connection(&minji, "organisation", async || minji.clicks("[data-action=submit]").await).await;
        assert_eq!(sight.field("organisation").value, "nuri");
        tries_again(&minji, "submit").await;
        minji.comes_to("password").await;

        let password = gate.password_of(MINJI, "nuri").await;
        minji.fills("identifier", MINJI).await;
        minji.fills("password", &password).await;
        let sight =
            acts_without_connection(&minji, "password", async || minji.clicks("[data-action=submit]").await).await;
        assert_eq!(sight.field("identifier").value, MINJI, "the ID is no secret and stays");
        if !minji.sees().await.can("retry") && minji.sees().await.field("password").value.is_empty() {
            minji.fills("password", &password).await;
        }
        tries_again(&minji, "submit").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// X2: Back without a connection.
#[test]
fn x2_going_back_without_a_connection() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        acts_without_connection(&minji, "code", async || minji.clicks("[data-action=back]").await).await;
        tries_again(&minji, "back").await;
        minji.comes_to("identify").await;
    });
}

/// X2: the browser thinks it is online, but nothing arrives; sent again by itself a few times, then said.
#[test]
fn x2_requests_lost_on_the_wire_are_sent_again_and_then_said() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.waits_for("a flow", |sight| sight.rev > 0).await;
        let submits = Requests::posts("/actions/submit");

        // One lost request is nobody's business.
        gate.wire.tamper_times(1, submits, Tampering::Lose);
        minji.asks_for_code(MINJI).await;
        assert_eq!(gate.wire.count(submits), 2);
        let keys: Vec<_> = gate
            .wire
            .passed()
            .into_iter()
            .filter(|passed| passed.path().ends_with("/actions/submit"))
            .map(|passed| passed.headers.get("idempotency-key").cloned())
            .collect();
        assert!(keys[0].is_some() && keys[0] == keys[1], "the same request once more: {keys:?}");

        // A dead line is.
        let lost = gate.wire.tamper(submits, Tampering::Lose);
        let code = gate.code_for(MINJI).await;
        minji.fills("code", &code).await;
        let sight = minji.waits_for("a word about the lost connection", is_told).await;
        assert_eq!(sight.screen, "code");
        lost.lift();
        if minji.sees().await.field("code").value.is_empty() {
            minji.at_code().await.enters(&code).await;
        } else {
            tries_again(&minji, "submit").await;
        }
        minji.comes_to("choose_workspace").await;
    });
}

/// X2: the flow cannot be begun: the form is there, what is typed stays, and it goes on when the line is back.
#[test]
fn x2_a_flow_that_cannot_be_begun_is_said_and_begun_later() {
    story(async |gate| {
        let lost = gate.wire.tamper(Requests::posts("/flows"), Tampering::Lose);
        let minji = gate.member_reading("en").await;
        minji.goes_to("/").await;
        minji.waits_for("a form", |sight| sight.has_field("identifier")).await;
        minji.types("identifier", MINJI).await;
        minji.clicks("[data-action=submit]").await;
        let sight = minji.waits_for("a word about the lost connection", is_told).await;
        assert_eq!(sight.field("identifier").value, MINJI);
        lost.lift();
        tries_again(&minji, "submit").await;
        minji.comes_to("code").await;
        assert_eq!(gate.mails_to(MINJI).await.len(), 1);
    });
}

/// X2: a deep link whose flow cannot be begun has no form to say it on; it has a screen with a way on.
#[test]
fn x2_the_organisations_door_without_a_line_has_a_way_on() {
    story(async |gate| {
        let lost = gate.wire.tamper(Requests::posts("/flows"), Tampering::Lose);
        let minji = gate.member_reading("en").await;
        minji.goes_to("/o/nuri").await;
        let sight = minji
            .waits_for("a word with a way on", |sight| {
                sight.app == "ready"
                    && sight.said.iter().any(|said| said.text.chars().count() > 5)
                    && sight.can("retry")
            })
            .await;
        assert!(sight.focus.in_main || sight.said.iter().any(|said| said.announced), "{sight}");
        lost.lift();
        minji.does("retry").await;
        minji.comes_to("password").await;
    });
}

/// X2: a reload on a dead line, where the flow cannot be read.
#[test]
fn x2_a_flow_that_cannot_be_read_after_a_reload_has_a_way_on() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let lost = gate.wire.tamper(Requests::api(), Tampering::Lose);
        minji.reloads().await;
        minji
            .waits_for("a word with a way on", |sight| {
                sight.app == "ready"
                    && sight.said.iter().any(|said| said.text.chars().count() > 5)
                    && sight.can("retry")
            })
            .await;
        lost.lift();
        minji.does("retry").await;
        let sight = minji.comes_to("code").await;
        assert!(sight.text.contains(MINJI), "{sight}");
    });
}

/// X2: who waits on a slow line sees that something happens, and cannot send twice.
#[test]
fn x2_a_slow_line_shows_that_something_happens() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.fills("identifier", MINJI).await;
        let held = gate.wire.tamper(Requests::posts("/actions/submit"), Tampering::Hold);
        minji.clicks("[data-action=submit]").await;
        let sight = minji.waits_for("being busy", |sight| sight.state == "busy").await;
        assert_eq!(sight.field("identifier").value, MINJI);
        let busy = minji.runs("return document.querySelector('[aria-busy=true]') !== null").await;
        assert_eq!(busy, true, "a screen reader knows it too:\n{sight}");
        held.lift();
        minji.comes_to("code").await;
    });
}
