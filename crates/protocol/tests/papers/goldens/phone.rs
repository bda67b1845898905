//! Minji signs in by her phone number: a code by SMS, or as a service notification (FEATURES L2).

use daemun_protocol::{
    Action, ActionName, Channel, Flow, Membership, MessageCode, NoticeCode, Offer, Severity, Status, Step, StepKind,
};

use super::sign_in::code_to;
use super::{NOW, NamedAct, NamedFlow, active, at, code_message, hanbit, named, notice, nuri, offers, saying};

/// The number that she has linked to sign in with.
const MINJIS_PHONE: &str = "010-2345-6789";

pub(super) fn acts() -> Vec<NamedAct> {
    let number = Action::SubmitIdentifier { identifier: MINJIS_PHONE.into() };
    vec![
        ("act-identify-submit-number", StepKind::Identify, 1, number),
        ("act-code-use_notification", StepKind::Code, 2, Action::UseNotification),
        ("act-code-use_sms", StepKind::Code, 3, Action::UseSms),
    ]
}

pub(super) fn flows() -> Vec<NamedFlow> {
    vec![
        ("flow-code-phone", code(2, Channel::Sms, ActionName::UseNotification)),
        ("flow-code-notification", code(3, Channel::Notification, ActionName::UseSms)),
        ("flow-choose_workspace-phone", choose_workspace()),
        ("flow-notice-method_not_allowed-phone", not_allowed()),
    ]
}

/// The other channel is there at once; by SMS again only after a while.
fn code(rev: u64, channel: Channel, other: ActionName) -> Flow {
    let sent = code_message(MessageCode::CodeSent, Severity::Info, MINJIS_PHONE);
    let wait = Offer::after(30);
    let mut flow = code_to(rev, channel, MINJIS_PHONE, wait, NOW);
    if let Status::Active { actions, .. } = &mut flow.status {
        let offer = if other == ActionName::UseSms { wait } else { Offer::default() };
        *actions = actions.clone().with_offer(other, offer);
    }
    saying(flow, &[sent])
}

fn choose_workspace() -> Flow {
    let membership = |workspace: daemun_protocol::Workspace| Membership {
        id: workspace.id,
        name: workspace.name,
        member_name: "김민지".into(),
        logo: workspace.logo,
    };
    let step = Step::ChooseWorkspace {
        provider: None,
        verified: MINJIS_PHONE.into(),
        workspaces: vec![membership(nuri()), membership(hanbit())],
    };
    active(3, step, offers(&[ActionName::Choose, ActionName::Back]))
}

fn not_allowed() -> Flow {
    let ways = [ActionName::UseEmail, ActionName::UseOrganisation, ActionName::Back];
    at(nuri(), notice(3, NoticeCode::MethodNotAllowed, named(nuri()), &ways))
}
