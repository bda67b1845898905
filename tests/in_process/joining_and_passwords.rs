//! Joining and new passwords, by machine and backend alone: what a native app has to go by.

use daemun_flow::Face;
use daemun_protocol::{Action, FieldCode, Kind, NoticeCode, ProblemCode, Secret, Step, StepKind};

use crate::machine_and_backend::run;
use crate::native_app::{Gate, NativeApp};

const MINJI: &str = "minji@daemun.test";
const SORA: &str = "sora@daemun.test";
const PASSWORD: &str = "sora-New-2024!";

/// The notice that is shown.
fn notice(app: &NativeApp<'_>) -> NoticeCode {
    let Face::Step { step, .. } = app.machine().face() else { panic!("a step") };
    let Step::Notice { code, .. } = &step.step else { panic!("a notice: {:?}", step.step) };
    code.clone()
}

fn account(terms: &[&str]) -> Action {
    Action::SubmitAccount {
        name: "윤소라".to_owned(),
        email: SORA.to_owned(),
        password: Secret::new(PASSWORD),
        terms: terms.iter().map(|terms| (*terms).to_owned()).collect(),
    }
}

/// E4: the whole path, with lost answers at each act: one mail, one account, one use of the link.
#[test]
fn e4_the_whole_path_of_joining() {
    run(async |gate| {
        let mut app = NativeApp::with_link(gate, Kind::Join, &gate.link("join_last").await).await;
        assert_eq!(app.step(), StepKind::Invitation);
        app.loses_answers(1);
        app.does(Action::Accept).await;
        assert_eq!(app.step(), StepKind::CreateAccount);
        app.does(account(&["service"])).await;
        let refusal = app.refusal();
        assert_eq!(refusal.code, ProblemCode::InputInvalid);
        let errors: Vec<_> = refusal.errors.iter().map(|error| (error.pointer.as_str(), &error.code)).collect();
        assert_eq!(errors, [("/input/terms/privacy", &FieldCode::TermsRequired)]);
        app.loses_answers(2);
        app.does(account(&["service", "privacy"])).await;
        assert_eq!(app.step(), StepKind::Code);
        assert_eq!(gate.mails_to(SORA).await.len(), 1);
        app.loses_answers(2);
        app.enters_code(&gate.code_for(SORA).await).await;
        assert_eq!(notice(&app), NoticeCode::Joined);
        app.loses_answers(1);
        app.does(Action::Start).await;
        assert_eq!(app.left_for, Some(format!("{}/home", gate.server.origin())));

        let app = NativeApp::with_link(gate, Kind::Join, &gate.link("join_last").await).await;
        assert_eq!(notice(&app), NoticeCode::InvitationUsed);
    });
}

/// E5: nothing but a password.
#[test]
fn e5_the_whole_path_of_a_registered_member() {
    run(async |gate| {
        let mut app = NativeApp::with_link(gate, Kind::Join, &gate.link("invite").await).await;
        assert_eq!(app.step(), StepKind::NewPassword);
        app.does(Action::SubmitNewPassword { password: Secret::new("short1") }).await;
        assert_eq!(app.refusal().errors[0].code, FieldCode::PasswordTooShort);
        app.loses_answers(2);
        app.does(Action::SubmitNewPassword { password: Secret::new(PASSWORD) }).await;
        assert_eq!(notice(&app), NoticeCode::Joined, "the link was used up once, by this act");
        app.does(Action::Start).await;
        assert_eq!(app.left_for, Some(format!("{}/home", gate.server.origin())));
    });
}

/// R1, R2: the whole path, with lost answers; the link of a lost answer was used by this act and no other.
#[test]
fn r1_the_whole_path_of_a_reset() {
    run(async |gate| {
        let mut app = NativeApp::at_organisation(gate, "nuri").await;
        app.does(Action::Forgot).await;
        assert_eq!(app.step(), StepKind::RequestReset);
        app.loses_answers(2);
        app.does(Action::SubmitReset { name: "김민지".to_owned(), email: MINJI.to_owned() }).await;
        assert_eq!(notice(&app), NoticeCode::ResetRequested);
        let mails = gate.mails_to(MINJI).await;
        assert_eq!(mails.len(), 1, "{mails:?}");
        let link = mails[0]["link"].as_str().expect("a link").to_owned();

        let mut app = NativeApp::with_link(gate, Kind::Reset, &link).await;
        assert_eq!(app.step(), StepKind::NewPassword);
        app.loses_answers(2);
        app.does(Action::SubmitNewPassword { password: Secret::new(PASSWORD) }).await;
        assert_eq!(app.step(), StepKind::Password);
        app.enters_password(None, PASSWORD).await;
        assert_eq!(app.left_for, Some(format!("{}/home", gate.server.origin())));
        let app = NativeApp::with_link(gate, Kind::Reset, &link).await;
        assert_eq!(notice(&app), NoticeCode::ResetLinkUsed);
    });
}

/// R2, E4: whatever is no token is answered like one that nobody has.
#[test]
fn r2_what_is_no_token_is_an_unknown_one() {
    run(async |gate: &Gate| {
        for token in ["", "AAAAAAAAAAAAAAAAAAAAAA", "한글", "../../etc/passwd", &"x".repeat(8_000)] {
            let link = format!("{}/join#{token}", gate.server.origin());
            let app = NativeApp::with_link(gate, Kind::Join, &link).await;
            assert_eq!(notice(&app), NoticeCode::InvitationUnknown, "{token:?}");
            let app = NativeApp::with_link(gate, Kind::Reset, &link).await;
            assert_eq!(notice(&app), NoticeCode::ResetLinkUnknown, "{token:?}");
        }
        // A link of the one kind opens nothing of the other.
        let app = NativeApp::with_link(gate, Kind::Reset, &gate.link("join").await).await;
        assert_eq!(notice(&app), NoticeCode::ResetLinkUnknown);
    });
}
