//! Haerin opens a document by a security link that was shared with her address (FEATURES O1 to O5).

use daemun_protocol::{
    Action, ActionName, Channel, Destination, EndReason, Flow, Kind, Message, MessageCode, NoticeCode, Offer, Params,
    Restart, Severity, Status, Step, StepKind,
};

use super::sign_in::code_to;
use super::{NOW, NamedAct, NamedFlow, active, code_message, flow, notice, of, offers, saying};

const HAERIN: &str = "haerin@partner.example";

pub(super) fn acts() -> Vec<NamedAct> {
    let address = Action::SubmitAddress { email: HAERIN.into() };
    vec![("act-link_address-submit", StepKind::LinkAddress, 1, address)]
}

pub(super) fn flows() -> Vec<NamedFlow> {
    vec![
        ("flow-link_address", link_address(None)),
        ("flow-link_address-left", left_before()),
        ("flow-code-link", code()),
        ("flow-complete-link", complete()),
        ("flow-ended-left", left()),
        ("flow-notice-link_unknown", dead_link(NoticeCode::LinkUnknown)),
        ("flow-notice-link_expired", dead_link(NoticeCode::LinkExpired)),
        ("flow-notice-link_revoked", dead_link(NoticeCode::LinkRevoked)),
    ]
}

/// A link tells nothing of who shared it, nor what, before the address is proven.
fn link_address(email: Option<&str>) -> Flow {
    let step = Step::LinkAddress { email: email.map(Into::into) };
    of(Kind::Link, active(1, step, offers(&[ActionName::Submit])))
}

fn left_before() -> Flow {
    let left = Message { code: MessageCode::LinkLeft, params: Params::default(), severity: Severity::Warning };
    saying(link_address(None), &[left])
}

fn code() -> Flow {
    let sent = code_message(MessageCode::CodeSent, Severity::Info, HAERIN);
    of(Kind::Link, saying(code_to(2, Channel::Email, HAERIN, Offer::after(30), NOW), &[sent]))
}

fn complete() -> Flow {
    let redirect_to = "https://login.example/shared/Qm5rT8wLxK2aVd7NcYh0Sg".into();
    of(Kind::Link, flow(3, Status::Complete(Destination::Page { redirect_to })))
}

fn left() -> Flow {
    let restart = Some(Restart { kind: Kind::Link });
    of(Kind::Link, flow(3, Status::Ended { reason: EndReason::Left, restart }))
}

fn dead_link(code: NoticeCode) -> Flow {
    of(Kind::Link, notice(1, code, Params::default(), &[]))
}
