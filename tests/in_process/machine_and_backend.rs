//! The main paths, by machine and backend alone.

use daemun_flow::Face;
use daemun_protocol::{Action, Hints, NoticeCode, ProblemCode, Step, StepKind};

use crate::native_app::{Gate, NativeApp};

const MINJI: &str = "minji@daemun.test";
const HARUTO: &str = "haruto@daemun.test";

pub fn run(tale: impl AsyncFnOnce(&Gate)) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let gate = Gate::open().await;
        tale(&gate).await;
    });
}

fn wants(places: &str) -> Hints {
    Hints { return_to: Some(places.to_owned()), ..Hints::default() }
}

/// E1, L1, L11: address, code, workspace, password, and led to where one was going.
#[test]
fn e1_the_whole_path_by_email() {
    run(async |gate| {
        let mut app = NativeApp::at_door(gate, wants("/home?from=here")).await;
        assert_eq!(app.step(), StepKind::Identify);
        app.identifies(MINJI).await;
        assert_eq!(app.step(), StepKind::Code);
        app.enters_code(&gate.code_for(MINJI).await).await;
        assert_eq!(app.step(), StepKind::ChooseWorkspace);
        app.does(Action::ChooseWorkspace { workspace: "hanbit".to_owned() }).await;
        assert_eq!(app.step(), StepKind::Password);
        app.enters_password(None, "not it").await;
        assert_eq!(app.refusal().code, ProblemCode::CredentialsWrong);
        app.enters_password(None, "hanbit-Minji-2024!").await;
        assert_eq!(app.left_for, Some(format!("{}/home?from=here", gate.server.origin())));
        assert!(matches!(app.machine().face(), Face::Complete { .. }));
    });
}

/// E3: organisation, ID, password.
#[test]
fn e3_the_whole_path_by_organisation() {
    run(async |gate| {
        let mut app = NativeApp::at_door(gate, Hints::default()).await;
        app.does(Action::UseOrganisation).await;
        assert_eq!(app.step(), StepKind::Organisation);
        app.does(Action::SubmitOrganisation { organisation: "nobody".to_owned() }).await;
        assert_eq!(app.refusal().code, ProblemCode::OrganisationUnknown);
        app.does(Action::SubmitOrganisation { organisation: "nuri".to_owned() }).await;
        assert_eq!(app.step(), StepKind::Password);
        app.enters_password(Some("010-2345-6789"), "nuri-Minji-2024!").await;
        assert_eq!(app.left_for, Some(format!("{}/home", gate.server.origin())));
    });
}

/// E2: five wrong codes, whatever is typed.
#[test]
fn e2_five_wrong_codes_restrict_the_address() {
    run(async |gate| {
        let mut app = NativeApp::at_door(gate, Hints::default()).await;
        app.identifies(HARUTO).await;
        let right = gate.code_for(HARUTO).await;
        let wrong = if right == "111111" { "222222" } else { "111111" };
        for left in [4, 3, 2, 1] {
            app.enters_code(wrong).await;
            let refusal = app.refusal();
            assert_eq!((&refusal.code, refusal.tries_left), (&ProblemCode::CodeWrong, Some(left)));
        }
        app.enters_code(wrong).await;
        let Face::Step { step, .. } = app.machine().face() else { panic!("a step") };
        assert!(matches!(&step.step, Step::Notice { code: NoticeCode::EmailRestricted, .. }), "{step:?}");
        // A native client may send the right code all the same: there is no step for it any more.
        app.does(Action::Back).await;
        app.identifies(HARUTO).await;
        assert_eq!(app.step(), StepKind::Notice);
        gate.server.clock().advance_seconds(30 * 60 + 1);
        let mut app = NativeApp::at_door(gate, Hints::default()).await;
        app.identifies(HARUTO).await;
        assert_eq!(app.step(), StepKind::Code);
    });
}

/// X2: lost answers are asked for again under the same key: one mail, one try.
#[test]
fn x2_lost_answers_send_no_second_mail_and_burn_no_second_try() {
    run(async |gate| {
        let mut app = NativeApp::at_door(gate, Hints::default()).await;
        app.loses_answers(2);
        app.identifies(HARUTO).await;
        assert_eq!(app.step(), StepKind::Code);
        assert_eq!(gate.mails_to(HARUTO).await.len(), 1);
        assert_eq!(app.sent, 4, "the beginning, and three times the address");

        let right = gate.code_for(HARUTO).await;
        let wrong = if right == "111111" { "222222" } else { "111111" };
        app.loses_answers(2);
        app.enters_code(wrong).await;
        let refusal = app.refusal();
        assert_eq!(refusal.tries_left, Some(4));
        app.loses_answers(2);
        app.enters_code(&right).await;
        assert_eq!(app.step(), StepKind::Password);
    });
}

/// X2: a flow whose time is over ends, and can be begun anew.
#[test]
fn x2_an_expired_flow_ends() {
    run(async |gate| {
        let mut app = NativeApp::at_door(gate, Hints::default()).await;
        app.identifies(HARUTO).await;
        gate.server.clock().advance_seconds(31 * 60);
        app.does(Action::Back).await;
        assert!(matches!(app.machine().face(), Face::Ended { .. }), "{:?}", app.machine().face());
        app.tell(daemun_flow::Event::Restarted).await;
        assert_eq!(app.step(), StepKind::Identify);
    });
}

/// L9: ten wrong passwords restrict, and the right one does not help meanwhile.
#[test]
fn l9_ten_wrong_passwords_restrict() {
    run(async |gate| {
        let mut app = NativeApp::at_organisation(gate, "nuri").await;
        for time in 1..=10 {
            app.enters_password(Some(MINJI), &format!("guess {time}")).await;
        }
        assert_eq!(app.refusal().code, ProblemCode::SignInRestricted);
        let sent = app.sent;
        app.enters_password(Some(MINJI), "nuri-Minji-2024!").await;
        assert_eq!(app.sent, sent, "the machine does not even ask before the hour is over");
        assert!(app.left_for.is_none());
    });
}
