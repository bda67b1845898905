//! The backend did its work, and its answer was lost: nothing is done twice (FEATURES X2).

use crate::harness::{Member, Requests, Tampering, story};

const MINJI: &str = "minji@daemun.test";
const SUBMITS: Requests = Requests::posts("/actions/submit");
/// More than the app tries by itself.
const MANY: u32 = 3;

/// Waits for a word about it, then goes on as it offers.
async fn tries_again(member: &Member<'_>, typed: (&str, &str)) {
    let sight = member
        .waits_for("a word about the lost connection", |sight| {
            sight.is_settled() && sight.state == "error" && !sight.said.is_empty()
        })
        .await;
    if sight.can("retry") {
        member.does("retry").await;
    } else if sight.field(typed.0).value == typed.1 {
        member.does("submit").await;
    } else if typed.0 == "code" {
        member.at_code().await.enters(typed.1).await;
    } else {
        member.fills(typed.0, typed.1).await;
        member.does("submit").await;
    }
}

/// X2: the answer to the address is lost once, and the app asks again by itself: one mail.
#[test]
fn x2_one_lost_answer_sends_no_second_mail() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        gate.wire.tamper_times(1, SUBMITS, Tampering::LoseAnswer);
        minji.asks_for_code(MINJI).await;
        assert_eq!(gate.mails_to(MINJI).await.len(), 1);
        assert_eq!(gate.wire.count(SUBMITS), 2);
    });
}

/// X2: all answers to the address are lost until the member tries again: still one mail, and its code is good.
#[test]
fn x2_trying_again_after_lost_answers_sends_no_second_mail() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        let lost = gate.wire.tamper(SUBMITS, Tampering::LoseAnswer);
        minji.fills("identifier", MINJI).await;
        minji.clicks("[data-action=submit]").await;
        minji.waits_for("a word about it", |sight| sight.is_settled() && sight.state == "error").await;
        lost.lift();
        tries_again(&minji, ("identifier", MINJI)).await;
        minji.comes_to("code").await;
        assert_eq!(gate.mails_to(MINJI).await.len(), 1);
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;
        minji.comes_to("choose_workspace").await;
    });
}

/// X2: the answer to "send again" is lost: one more mail, not two.
#[test]
fn x2_a_lost_answer_to_sending_again_sends_one_mail() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        gate.lets_pass(30).await;
        minji.reloads().await;
        minji.at_code().await;
        gate.wire.tamper_times(1, Requests::posts("/actions/resend"), Tampering::LoseAnswer);
        minji.clicks("[data-action=resend]").await;
        minji.is_told("code_sent_again").await;
        assert_eq!(gate.mails_to(MINJI).await.len(), 2);
    });
}

/// X2: the answer to the right code is lost: the code was used, and still leads on.
#[test]
fn x2_a_lost_answer_to_the_right_code_leads_on() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let code = gate.code_for(MINJI).await;
        gate.wire.tamper_times(1, SUBMITS, Tampering::LoseAnswer);
        minji.fills("code", &code).await;
        let sight = minji.comes_to("choose_workspace").await;
        assert!(!sight.says("code_wrong") && !sight.says("code_spent"), "{sight}");
    });
}

/// X2: and so when the member has to try again.
#[test]
fn x2_lost_answers_to_the_right_code_lead_on_after_trying_again() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let code = gate.code_for(MINJI).await;
        gate.wire.tamper_times(MANY, SUBMITS, Tampering::LoseAnswer);
        minji.fills("code", &code).await;
        tries_again(&minji, ("code", &code)).await;
        let sight = minji.comes_to("choose_workspace").await;
        assert!(!sight.says("code_wrong") && !sight.says("code_spent"), "{sight}");
    });
}

/// X2: the answer to a wrong code is lost: one try is burnt, not two.
#[test]
fn x2_a_lost_answer_to_a_wrong_code_burns_one_try() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let wrong = gate.wrong_code_for(MINJI).await;
        gate.wire.tamper_times(1, SUBMITS, Tampering::LoseAnswer);
        minji.fills("code", &wrong).await;
        let sight = minji.is_told("code_wrong").await;
        assert!(sight.words_of("code_wrong").contains('4'), "{sight}");
    });
}

/// X2: and so when the member sends the same wrong code again.
#[test]
fn x2_lost_answers_to_a_wrong_code_burn_one_try_after_trying_again() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let wrong = gate.wrong_code_for(MINJI).await;
        gate.wire.tamper_times(MANY, SUBMITS, Tampering::LoseAnswer);
        minji.fills("code", &wrong).await;
        tries_again(&minji, ("code", &wrong)).await;
        let sight = minji.is_told("code_wrong").await;
        assert!(sight.words_of("code_wrong").contains('4'), "{sight}");
    });
}

/// X2: the answer to a wrong password is lost: one try is burnt, not two.
#[test]
fn x2_a_lost_answer_to_a_wrong_password_burns_one_try() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        gate.wire.tamper_times(1, SUBMITS, Tampering::LoseAnswer);
        minji.fills("password", "not it").await;
        minji.clicks("[data-action=submit]").await;
        let sight = minji.is_told("credentials_wrong").await;
        assert!(sight.words_of("credentials_wrong").contains('9'), "{sight}");
    });
}

/// X2: and so when the member sends the same wrong password again.
#[test]
fn x2_lost_answers_to_a_wrong_password_burn_one_try_after_trying_again() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        gate.wire.tamper_times(MANY, SUBMITS, Tampering::LoseAnswer);
        minji.fills("password", "not it").await;
        minji.clicks("[data-action=submit]").await;
        tries_again(&minji, ("password", "not it")).await;
        let sight = minji.is_told("credentials_wrong").await;
        assert!(sight.words_of("credentials_wrong").contains('9'), "{sight}");
    });
}

/// X2: another password after lost answers is another try, and not mistaken for the first.
#[test]
fn x2_a_mended_password_after_lost_answers_is_looked_at() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        gate.wire.tamper_times(MANY, SUBMITS, Tampering::LoseAnswer);
        minji.fills("password", "not it").await;
        minji.clicks("[data-action=submit]").await;
        minji.waits_for("a word about it", |sight| sight.is_settled() && sight.state == "error").await;
        minji.enters_password_of(MINJI, "nuri").await;
    });
}

/// X2: the last answer of all, that to the right password, is lost: the member is in all the same.
#[test]
fn x2_a_lost_answer_to_the_right_password_still_leads_in() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        gate.wire.tamper_times(1, SUBMITS, Tampering::LoseAnswer);
        let password = gate.password_of(MINJI, "nuri").await;
        minji.fills("password", &password).await;
        minji.clicks("[data-action=submit]").await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// X2: and after trying again.
#[test]
fn x2_lost_answers_to_the_right_password_lead_in_after_trying_again() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        minji.opens("/").await;
        minji.comes_to_password_of(MINJI, "nuri").await;
        gate.wire.tamper_times(MANY, SUBMITS, Tampering::LoseAnswer);
        let password = gate.password_of(MINJI, "nuri").await;
        minji.fills("password", &password).await;
        minji.clicks("[data-action=submit]").await;
        tries_again(&minji, ("password", &password)).await;
        minji.is_in(MINJI, "nuri").await;
    });
}

/// X2: the answer to the beginning is lost: it is begun again, and goes on.
#[test]
fn x2_a_lost_answer_to_the_beginning_is_begun_again() {
    story(async |gate| {
        gate.wire.tamper_times(1, Requests::posts("/flows"), Tampering::LoseAnswer);
        let minji = gate.member().await;
        minji.opens("/").await;
        minji.asks_for_code(MINJI).await;
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;
        minji.comes_to("choose_workspace").await;
    });
}
