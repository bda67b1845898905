//! The line breaks while a member joins, resets a password or finds an ID: told, nothing typed lost but secrets, a way on
//! without a reload; and nothing is done twice (FEATURES X2, E4, R1, R5, L10).

use crate::harness::{Gate, Member, Newcomer, Requests, Sight, Tampering, story};

const MINJI: &str = "minji@daemun.test";
const NAME: &str = "김민지";
const SORA: Newcomer<'_> = Newcomer { name: "윤소라", email: "sora@daemun.test", password: "sora-New-2024!" };
const DISCOVERY: Requests = Requests::of("/.well-known/daemun");
const BEGINS: Requests = Requests::posts("/flows");

fn is_told(sight: &Sight) -> bool {
    sight.is_settled() && sight.state == "error" && sight.said.iter().any(|said| said.text.chars().count() > 5)
}

/// Whether there is no step yet, but a word and a way on.
fn is_unopened(sight: &Sight) -> bool {
    sight.app == "ready" && sight.screen == "unopened" && sight.can("retry") && !sight.said.is_empty()
}

/// Does it on a dead line, is told, and does it again on a living one: by "try again" where that is offered.
async fn does_twice(member: &Member<'_>, screen: &str, action: &str) {
    member.goes_offline().await;
    let before = member.sees().await;
    member.clicks(&format!("[data-action={action}]")).await;
    let sight = member.waits_for("a word about the lost connection", is_told).await;
    assert_eq!(sight.screen, screen, "{sight}");
    assert!(sight.said.iter().any(|said| said.announced) || sight.focus.in_main, "{sight}");
    for (field, was) in sight.fields.iter().zip(&before.fields) {
        let same = field.name == was.name && field.value == was.value && field.checked == was.checked;
        assert!(same || field.kind == "password", "nothing typed is lost: {was:?}\n{sight}");
    }
    member.comes_online().await;
    let passwords = before.fields.iter().filter(|field| field.kind == "password" && !field.value.is_empty());
    for password in passwords {
        if member.sees().await.field(&password.name).value.is_empty() {
            member.fills(&password.name, &password.value).await;
        }
    }
    let way_on = if member.sees().await.can("retry") { "retry" } else { action };
    member.does(way_on).await;
}

/// X2, E4: at each step of joining.
#[test]
fn x2_a_lost_connection_at_each_step_of_joining() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.opens_link("join").await;
        sora.comes_to("invitation").await;
        does_twice(&sora, "invitation", "accept").await;
        sora.comes_to("create_account").await;
        let form = sora.at_create_account().await;
        form.agrees_to("service").await;
        form.agrees_to("privacy").await;
        form.fills_in(SORA).await;
        does_twice(&sora, "create_account", "submit").await;
        sora.comes_to("code").await;
        assert_eq!(gate.mails_to(SORA.email).await.len(), 1);
        does_twice(&sora, "code", "back").await;
        sora.becomes(SORA).await;
        sora.at_notice("joined").await;
        does_twice(&sora, "notice", "start").await;
        sora.is_in(SORA.email, "nuri").await;
    });
}

/// X2, R1, L10, R5: and at each step of what leads out of a forgotten password or ID.
#[test]
fn x2_a_lost_connection_at_each_step_of_what_was_forgotten() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        does_twice(&minji, "password", "forgot").await;
        minji.comes_to("request_reset").await;
        minji.fills("name", NAME).await;
        minji.fills("email", MINJI).await;
        does_twice(&minji, "request_reset", "submit").await;
        minji.at_notice("reset_requested").await;
        assert_eq!(gate.mails_to(MINJI).await.len(), 1);
        does_twice(&minji, "notice", "back").await;
        minji.comes_to("password").await;
        does_twice(&minji, "password", "find_id").await;
        minji.comes_to("find_id").await;
        minji.fills("identifier", "minji.home@daemun.test").await;
        does_twice(&minji, "find_id", "submit").await;
        minji.comes_to("code").await;
        let code = gate.code_for("minji.home@daemun.test").await;
        minji.at_code().await.enters(&code).await;
        minji.comes_to("found_ids").await;
        does_twice(&minji, "found_ids", "back").await;
        minji.comes_to("password").await;

        let link = gate.link_for(MINJI).await;
        minji.opens(&link).await;
        minji.comes_to("new_password").await;
        minji.fills("password", "brand-New-2025!").await;
        does_twice(&minji, "new_password", "submit").await;
        minji.comes_to("password").await;

        let soyeon = gate.member_reading("en").await;
        soyeon.opens("/").await;
        soyeon.proves_address("soyeon@daemun.test").await;
        soyeon.comes_to("register_id").await;
        soyeon.fills("identifier", "soyeon").await;
        soyeon.fills("password", "soyeon-New-2024").await;
        does_twice(&soyeon, "register_id", "submit").await;
        soyeon.is_in("soyeon@daemun.test", "nuri").await;
    });
}

/// Opens a link on a line on which `which` does not arrive; once it does, "try again" leads to where the link leads.
async fn opens_in_vain(gate: &Gate, member: &Member<'_>, which: Requests, tampering: Tampering, how: &str) {
    for (link, screen) in [("join", "invitation"), ("invite", "new_password")] {
        let link = gate.link(link).await;
        let lost = gate.wire.tamper(which, tampering.clone());
        member.goes_to(&link).await;
        let sight = member.waits_for(&format!("a word and a way on after {how}"), is_unopened).await;
        assert!(sight.focus.in_main || sight.said.iter().any(|said| said.announced), "{how}:\n{sight}");
        assert!(!sight.url.contains('#'), "{how}:\n{sight}");
        lost.lift();
        member.does("retry").await;
        member.comes_to(screen).await;
    }
}

/// X2, E4: the link's token is not lost with a first request that is: neither with the one that begins the flow nor with
/// the one before it, which asks what the deployment can do.
#[test]
fn x2_a_link_survives_a_first_request_that_is_lost() {
    story(async |gate| {
        let member = gate.member_reading("en").await;
        member.browser.provokes("/.well-known/daemun");
        member.browser.provokes("/api/v1/");
        opens_in_vain(gate, &member, BEGINS, Tampering::Lose, "a lost beginning").await;
        opens_in_vain(gate, &member, DISCOVERY, Tampering::Lose, "a lost discovery").await;
        let page = || Tampering::answer(200, "text/html", "<h1>Please sign in to the Wi-Fi</h1>");
        opens_in_vain(gate, &member, DISCOVERY, page(), "a portal instead of discovery").await;
        let broken = || Tampering::answer(500, "text/html", "oops");
        opens_in_vain(gate, &member, DISCOVERY, broken(), "a broken discovery").await;

        // One lost request is nobody's business; one lost answer begins no second flow that anybody sees.
        gate.wire.tamper_times(1, DISCOVERY, Tampering::Lose);
        member.opens_link("join").await;
        member.comes_to("invitation").await;
        gate.wire.tamper_times(1, BEGINS, Tampering::LoseAnswer);
        member.opens_link("join").await;
        member.comes_to("invitation").await;
    });
}

/// X2, E4, E5, R1, R5: each answer that follows an act is lost once, and asked for again by itself: nothing is done twice.
#[test]
fn x2_lost_answers_while_joining_do_nothing_twice() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        let once = |end| gate.wire.tamper_times(1, Requests::posts(end), Tampering::LoseAnswer);
        once("/actions/accept");
        sora.comes_to_create_account().await;
        once("/actions/submit");
        sora.at_create_account().await.sends(SORA).await;
        sora.comes_to("code").await;
        assert_eq!(gate.mails_to(SORA.email).await.len(), 1, "one code was sent");
        let code = gate.code_for(SORA.email).await;
        once("/actions/submit");
        sora.fills("code", &code).await;
        let sight = sora.at_notice("joined").await;
        assert!(!sight.says("already_member"), "{sight}");
        once("/actions/start");
        sora.clicks("[data-action=start]").await;
        sora.is_in(SORA.email, "nuri").await;

        let minji = gate.member_reading("en").await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        minji.does("forgot").await;
        minji.comes_to("request_reset").await;
        minji.fills("name", NAME).await;
        minji.fills("email", MINJI).await;
        once("/actions/submit");
        minji.clicks("[data-action=submit]").await;
        minji.at_notice("reset_requested").await;
        assert_eq!(gate.mails_to(MINJI).await.len(), 1, "one link was sent");
        let link = gate.link_for(MINJI).await;
        minji.opens(&link).await;
        minji.comes_to("new_password").await;
        minji.fills("password", "brand-New-2025!").await;
        once("/actions/submit");
        minji.clicks("[data-action=submit]").await;
        let sight = minji.comes_to("password").await;
        assert!(sight.says("password_changed"), "the link was used once, by her:\n{sight}");
        assert_eq!(gate.mails_to(MINJI).await.len(), 2, "the link, and the news");

        let soyeon = gate.member_reading("en").await;
        soyeon.opens("/").await;
        soyeon.proves_address("soyeon@daemun.test").await;
        soyeon.comes_to("register_id").await;
        soyeon.fills("identifier", "soyeon").await;
        soyeon.fills("password", "soyeon-New-2024").await;
        once("/actions/submit");
        soyeon.clicks("[data-action=submit]").await;
        soyeon.is_in("soyeon@daemun.test", "nuri").await;
    });
}

/// X2: all answers are lost until the member tries again; the same act again is the same act.
#[test]
fn x2_trying_again_after_lost_answers_makes_one_member() {
    story(async |gate| {
        let sora = gate.member_reading("en").await;
        sora.comes_to_create_account().await;
        sora.at_create_account().await.sends(SORA).await;
        sora.comes_to("code").await;
        let code = gate.code_for(SORA.email).await;
        let lost = gate.wire.tamper(Requests::posts("/actions/submit"), Tampering::LoseAnswer);
        sora.fills("code", &code).await;
        sora.waits_for("a word about it", is_told).await;
        lost.lift();
        let sight = sora.sees().await;
        if sight.can("retry") || sight.field("code").value == code {
            sora.does(if sight.can("retry") { "retry" } else { "submit" }).await;
        } else {
            sora.at_code().await.enters(&code).await;
        }
        let sight = sora.at_notice("joined").await;
        assert!(!sight.says("already_member"), "{sight}");
    });
}
