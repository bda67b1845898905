//! The line breaks while somebody opens a security link: told, a way on without a reload (which would be leaving), nothing
//! typed lost, and nothing done twice (FEATURES X2, O2, O3).

use crate::harness::{Member, Requests, Sight, Tampering, story};

const HAERIN: &str = "haerin@partner.test";
const SUBMITS: Requests = Requests::posts("/actions/submit");

fn is_told(sight: &Sight) -> bool {
    sight.is_settled() && sight.state == "error" && sight.said.iter().any(|said| said.text.chars().count() > 5)
}

/// Waits for a word about the line, and has the line again; the way on is to do it again.
async fn is_told_at(member: &Member<'_>, screen: &str) -> Sight {
    let sight = member.waits_for("a word about the lost connection", is_told).await;
    assert_eq!(sight.screen, screen, "{sight}");
    assert!(sight.said.iter().any(|said| said.announced) || sight.focus.in_main, "{sight}");
    sight
}

async fn does_again(member: &Member<'_>, action: &str) {
    let way_on = if member.sees().await.can("retry") { "retry" } else { action };
    member.does(way_on).await;
}

/// Types a code once more, where it did not stay.
async fn enters_again(member: &Member<'_>, code: &str) {
    if member.sees().await.field("code").value == code {
        does_again(member, "submit").await;
    } else {
        member.at_code().await.enters(code).await;
    }
}

/// X2, O1, O2, O3: no line, at each step from the link to what is shared, and back.
#[test]
fn x2_a_lost_connection_at_each_step_of_a_security_link() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        haerin.browser.provokes("/api/v1/");
        let lost = gate.wire.tamper(Requests::posts("/flows"), Tampering::Lose);
        let link = gate.link("link").await;
        haerin.goes_to(&link).await;
        let unopened = |sight: &Sight| sight.screen == "unopened" && sight.can("retry") && !sight.said.is_empty();
        haerin.waits_for("a word and a way on", unopened).await;
        lost.lift();
        haerin.does("retry").await;
        haerin.comes_to("link_address").await;

        haerin.goes_offline().await;
        haerin.fills("email", HAERIN).await;
        haerin.clicks("[data-action=submit]").await;
        let sight = is_told_at(&haerin, "link_address").await;
        assert_eq!(sight.field("email").value, HAERIN, "{sight}");
        haerin.comes_online().await;
        does_again(&haerin, "submit").await;
        haerin.comes_to("code").await;
        assert_eq!(gate.mails_to(HAERIN).await.len(), 1);

        haerin.goes_offline().await;
        haerin.clicks("[data-action=back]").await;
        is_told_at(&haerin, "code").await;
        haerin.comes_online().await;
        does_again(&haerin, "back").await;
        let sight = haerin.comes_to("link_address").await;
        assert_eq!(sight.field("email").value, HAERIN, "{sight}");
        gate.lets_pass(30).await;
        haerin.does("submit").await;
        haerin.comes_to("code").await;

        let code = gate.code_for(HAERIN).await;
        haerin.goes_offline().await;
        haerin.fills("code", &code).await;
        is_told_at(&haerin, "code").await;
        haerin.comes_online().await;
        enters_again(&haerin, &code).await;
        haerin.is_shown_what_is_shared().await;
        assert_eq!(gate.wire.count(Requests::deletes()), 0, "a lost line is no leaving");

        // Beginning anew without a line: said, and begun when there is one.
        haerin.opens(&link).await;
        haerin.comes_to("link_address").await;
        haerin.reloads().await;
        haerin.at_ended().await;
        let lost = gate.wire.tamper(Requests::posts("/flows"), Tampering::Lose);
        haerin.clicks("[data-action=restart]").await;
        haerin.waits_for("a word and a way on", unopened).await;
        lost.lift();
        haerin.does("retry").await;
        let sight = haerin.comes_to("link_address").await;
        assert!(sight.says("link_left"), "{sight}");
    });
}

/// X2, O2: the backend did its work and its answers were lost: one mail, one try, one opening.
#[test]
fn x2_lost_answers_while_opening_a_link_do_nothing_twice() {
    story(async |gate| {
        let haerin = gate.member_reading("en").await;
        haerin.browser.provokes("/api/v1/");
        let lost = gate.wire.tamper(Requests::posts("/flows"), Tampering::LoseAnswer);
        let link = gate.link("link").await;
        haerin.goes_to(&link).await;
        haerin.waits_for("a word and a way on", |sight| sight.screen == "unopened" && sight.can("retry")).await;
        lost.lift();
        haerin.does("retry").await;
        haerin.comes_to("link_address").await;

        let lost = gate.wire.tamper(SUBMITS, Tampering::LoseAnswer);
        haerin.fills("email", HAERIN).await;
        haerin.clicks("[data-action=submit]").await;
        is_told_at(&haerin, "link_address").await;
        lost.lift();
        does_again(&haerin, "submit").await;
        haerin.comes_to("code").await;
        assert_eq!(gate.mails_to(HAERIN).await.len(), 1, "one mail");

        let wrong = gate.wrong_code_for(HAERIN).await;
        gate.wire.tamper_times(1, SUBMITS, Tampering::LoseAnswer);
        haerin.at_code().await.enters(&wrong).await;
        let sight = haerin.is_told("code_wrong").await;
        assert!(sight.text.contains('4'), "one try:\n{sight}");

        let lost = gate.wire.tamper(SUBMITS, Tampering::LoseAnswer);
        let code = gate.code_for(HAERIN).await;
        haerin.fills("code", &code).await;
        is_told_at(&haerin, "code").await;
        lost.lift();
        enters_again(&haerin, &code).await;
        haerin.is_shown_what_is_shared().await;
    });
}
