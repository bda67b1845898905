//! Flows decided step by step, without HTTP and SQL.

use daemun_protocol::{ActionName, ApprovalKind, ApprovalRequest, Asked, DeviceKind, Status};

use super::approval::{Answered, Asks, NewKey, Outcome, Then, Waiting};
use super::code::{Contact, Purpose, SentCode};
use super::find_id::ContactForm;
use super::join::{AccountForm, BadInvitation, Candidate, InvitationTrouble, Joined, OpenInvitation};
use super::new_password::{NewPasswordStage, Proof, Whose};
use super::passkey::Unlocking;
use super::quick_login::{Host, NewPin, QuickLogin};
use super::register_id::{IdForm, ProvenBy};
use super::reset::{ResetForm, ResetLinkTrouble};
use super::second_factor::{ContactToSave, Entering, First, NewAuthenticator, NewRecoveryCodes};
use super::security_link::LinkStage;
use super::settings::{NewDevice, RegisteredFor};
use super::sign_in::*;
use super::*;
use crate::carrier::Carrier;

fn address() -> Address {
    Address { typed: "Minji@daemun.test".into(), email: EmailAddress::parse("minji@daemun.test").unwrap() }
}

fn workspace() -> Workspace {
    Workspace::seeded("nuri", "누리소프트")
}

fn membership(id: &str) -> Membership {
    Membership { id: id.into(), name: id.into(), member_name: "김민지".into(), logo: None }
}

fn facts(memberships: &[&str]) -> Facts {
    Facts {
        organisation_way: true,
        workspace: Some(workspace()),
        memberships: memberships.iter().map(|id| membership(id)).collect(),
        requests: vec![request()],
        ..Facts::default()
    }
}

fn password(way: Way) -> PasswordStage {
    PasswordStage { workspace: "nuri".into(), way, restricted_until: None }
}

fn whose() -> Whose {
    let (identifier, name) = ("minji@daemun.test".into(), "김민지".into());
    Whose { workspace: "nuri".into(), account: 1, epoch: 0, identifier, name }
}

fn by_phone() -> First {
    let number = crate::login_id::MobileNumber::parse("010-2345-6789").unwrap();
    First::Phone { typed: "010-2345-6789".into(), number }
}

fn request() -> ApprovalRequest {
    ApprovalRequest {
        id: "b7QkVn2sTg5mXw8eRd4zYA".into(),
        kind: ApprovalKind::Device,
        who: "김민지".into(),
        browser: String::new(),
        place: String::new(),
        asked_at: Timestamp(0),
        expires_at: Timestamp(9),
    }
}

fn newcomer() -> Entering {
    Entering { whose: whose(), first: First::Password(Way::Organisation) }
}

fn waiting() -> Waiting {
    let asks = Asks::NewDevice { newcomer: newcomer(), asked: Asked::Everybody };
    Waiting { request: "b7QkVn2sTg5mXw8eRd4zYA".into(), expires_at: Timestamp(9), asks, qr: None }
}

fn register_device(registered_for: RegisteredFor) -> Stage {
    Stage::RegisterDevice(NewDevice { whose: whose(), kind: DeviceKind::Device, registered_for })
}

/// Every stage that a flow can be in.
fn stages() -> Vec<Stage> {
    let key = crate::server_key::ServerKey::new([0; 32]);
    let digest = crate::codes::Code::parse("123456").unwrap().digest(&key, "flow", "minji@daemun.test");
    let until = Timestamp(5_000);
    let sent = |purpose| {
        let (to, digest) = (Contact::Email(address()), digest.clone());
        Stage::Code(SentCode { to, by: Carrier::Email, purpose, digest, expires_at: until, resend_at: until })
    };
    let ways = [Way::Email(address()), Way::Organisation, Way::Link(address()), Way::Proof(whose())];
    let invited = OpenInvitation { invitation: 1, workspace: "nuri".into(), inviter: None };
    let form = AccountForm { invited: invited.clone(), name: "김".into(), email: "a".into(), terms: Vec::new() };
    let candidate = Candidate { form: form.clone(), password: crate::password::StoredPassword("x".into()) };
    let identify = Box::new(Stage::Identify { identifier: None });
    let reset = ResetForm { name: None, email: None, workspace: None, back: identify.clone() };
    let proofs = [
        Proof::Expired(password(Way::Organisation)),
        Proof::ResetLink(1),
        Proof::Invitation(1),
        Proof::Mailbox(address()),
        Proof::Settings,
    ];
    let bad = BadInvitation { trouble: InvitationTrouble::Used, workspace: Some("nuri".into()), joined: None };
    let mut stages = vec![
        Stage::Identify { identifier: None },
        Stage::Organisation { organisation: None },
        sent(Purpose::SignIn),
        sent(Purpose::Enter { workspace: "nuri".into() }),
        sent(Purpose::Join(Box::new(candidate))),
        Stage::Invitation(invited),
        Stage::CreateAccount(form.clone()),
        sent(Purpose::FindId { workspace: "nuri".into() }),
        sent(Purpose::Link),
        Stage::Link(LinkStage::Address { email: None }),
        Stage::RegisterId(IdForm { whose: whose(), by: ProvenBy::Mailbox(address()), identifier: None }),
        Stage::RegisterId(IdForm { whose: whose(), by: ProvenBy::Settings, identifier: None }),
        Stage::FindId(ContactForm { workspace: "nuri".into(), identifier: None }),
        Stage::FoundIds { workspace: "nuri".into(), ids: Vec::new() },
        Stage::Notice(Notice::IdNotFound { workspace: "nuri".into(), to: "a".into() }),
        Stage::RequestReset(reset),
        Stage::ChooseWorkspace { verified: Contact::Email(address()) },
        Stage::Notice(Notice::NoWorkspace { address: address() }),
        Stage::Notice(Notice::EmailRestricted { to: "a".into(), until, back: identify.clone() }),
        Stage::Notice(Notice::Joined(Joined { whose: whose(), way: Way::Organisation })),
        Stage::Notice(Notice::AlreadyMember { address: address(), form }),
        Stage::Notice(Notice::BadInvitation(bad.clone())),
        Stage::Notice(Notice::BadInvitation(BadInvitation { joined: Some("a".into()), ..bad })),
        Stage::Notice(Notice::ResetRequested { to: "a".into(), workspace: None, back: identify }),
        Stage::Notice(Notice::BadResetLink { trouble: ResetLinkTrouble::Used, workspace: None }),
        Stage::Passkey(Unlocking::First(password(Way::Organisation))),
        Stage::Passkey(Unlocking::Proof(whose())),
        Stage::Security(whose()),
        Stage::Sessions(whose()),
        Stage::TrustedDevices(whose()),
        Stage::QuickLogin(QuickLogin { whose: whose(), key: "a".into(), challenge: "b".into() }),
        Stage::SetPin(NewPin { whose: whose(), key: "a".into(), challenge: "b".into(), change: false, once: true }),
        register_device(RegisteredFor::ItsOwnSake),
        register_device(RegisteredFor::QuickLogin),
        Stage::Waiting(waiting()),
        Stage::RecoveryKey(waiting()),
        Stage::NewRecoveryKey(NewKey { then: Then::In(newcomer()), salt: [0; 16] }),
        Stage::NewRecoveryKey(NewKey { then: Then::Settings(whose()), salt: [0; 16] }),
        Stage::Approvals(whose()),
        Stage::Notice(Notice::ApprovalEnded { how: Outcome::Denied, waiting: Box::new(waiting()) }),
        Stage::Notice(Notice::RequestEnded { how: Answered::NotMe, whose: whose() }),
    ];
    stages.extend(proofs.map(|proof| Stage::NewPassword(NewPasswordStage { whose: whose(), proof })));
    for first in [First::Password(Way::Organisation), First::Password(Way::Proof(whose())), by_phone()] {
        let entering = Entering { whose: whose(), first };
        stages.extend([
            sent(Purpose::SecondFactor(Box::new(entering.clone()))),
            sent(Purpose::Enrol(Box::new(entering.clone()))),
            Stage::ChooseFactor(entering.clone()),
            Stage::AuthenticatorCode(entering.clone()),
            Stage::RecoveryCode(entering.clone()),
            Stage::Passkey(Unlocking::Second(entering.clone())),
            Stage::EnrolContact(ContactToSave { entering: entering.clone(), identifier: None }),
            Stage::EnrolAuthenticator(NewAuthenticator { entering: entering.clone(), salt: [0; 16] }),
            Stage::RecoveryCodes(NewRecoveryCodes { entering: entering.clone(), salt: [0; 16] }),
            Stage::Notice(Notice::SecondFactorMissing(entering)),
        ]);
    }
    for first in [by_phone(), First::Passkey, First::QuickLogin("a".into())] {
        let workspace = "nuri".to_owned();
        stages.push(Stage::Notice(Notice::AccountSuspended { workspace: workspace.clone(), first: first.clone() }));
        stages.push(Stage::Notice(Notice::MethodNotAllowed { workspace, first }));
    }
    for way in ways {
        let workspace = "nuri".to_owned();
        stages.push(Stage::Password(password(way.clone())));
        stages
            .push(Stage::Notice(Notice::AccountSuspended { workspace: workspace.clone(), first: way.clone().into() }));
        stages.push(Stage::Notice(Notice::MethodNotAllowed { workspace, first: way.into() }));
    }
    stages
}

#[test]
fn every_stage_says_a_step_has_a_way_on_and_comes_back_from_storage_as_it_was() {
    for stage in stages() {
        let flow = StoredFlow {
            entrance: Entrance::Join,
            rev: 3,
            locale: Locale::Ko,
            return_to: None,
            said: Vec::new(),
            stage,
            proven: None,
            ceremony: None,
            after_proof: None,
            handoff: None,
            host: Host { quick_login: true, screen_lock: false },
            remembers: false,
            shared_list: None,
            forgotten: Vec::new(),
        };
        let stored = serde_json::to_string(&flow).unwrap();
        assert_eq!(serde_json::from_str::<StoredFlow>(&stored).unwrap(), flow);
        let seen = view("id", &flow, &facts(&["nuri"]), Timestamp(0), Timestamp(9));
        let Status::Active { step, actions, .. } = seen.status else { panic!("{seen:?}") };
        assert_eq!(step.step.kind(), flow.stage.kind());
        assert!(actions.iter().count() > 0, "{step:?}");
    }
}

#[test]
fn back_is_offered_where_it_leads_somewhere() {
    for stage in stages() {
        let offered = stage.offers(&facts(&["nuri", "hanbit"]), Timestamp(0)).has(ActionName::Back);
        let leads = matches!(back(&stage, &facts(&["nuri", "hanbit"])), Next::Go(..));
        assert_eq!(offered, leads, "{stage:?}");
    }
}

/// E6: back from the password to the choice, if there is one.
#[test]
fn back_from_the_password_goes_to_the_choice_only_if_there_is_one() {
    let stage = Stage::Password(password(Way::Email(address())));
    assert_eq!(
        back(&stage, &facts(&["nuri", "hanbit"])),
        Next::Go(Stage::ChooseWorkspace { verified: Contact::Email(address()) }, Vec::new())
    );
    assert_eq!(
        back(&stage, &facts(&["nuri"])),
        Next::Go(Stage::Identify { identifier: Some("Minji@daemun.test".into()) }, Vec::new())
    );
    let forbidden =
        Stage::Notice(Notice::MethodNotAllowed { workspace: "nuri".into(), first: Way::Email(address()).into() });
    assert_eq!(
        back(&forbidden, &facts(&["hanbit"])),
        Next::Go(Stage::ChooseWorkspace { verified: Contact::Email(address()) }, Vec::new())
    );
}

/// L8: only ways that the policy of the moment allows are offered.
#[test]
fn ways_that_are_switched_off_are_not_offered() {
    let notice = |way: Way| Stage::Notice(Notice::MethodNotAllowed { workspace: "nuri".into(), first: way.into() });
    let closed = Facts {
        organisation_way: false,
        workspace: Some(Workspace { email_entry: false, organisation_entry: false, ..workspace() }),
        ..Facts::default()
    };
    for (stage, name) in [
        (Stage::Identify { identifier: None }, ActionName::UseOrganisation),
        (Stage::Password(password(Way::Organisation)), ActionName::UseEmail),
        (notice(Way::Email(address())), ActionName::UseOrganisation),
        (notice(Way::Organisation), ActionName::UseEmail),
    ] {
        assert!(stage.offers(&facts(&[]), Timestamp(0)).has(name), "{stage:?}");
        assert!(!stage.offers(&closed, Timestamp(0)).has(name), "{stage:?}");
    }
}

#[test]
fn a_revision_moves_with_the_step_and_with_nothing_else() {
    let mut flow = StoredFlow::begin(Entrance::SignIn, Locale::En, ReturnTo::Absent, first_stage(Arrival::Plain));
    assert_eq!(flow.rev, 1);
    assert_eq!(flow.apply(use_organisation(&facts(&[]))), None);
    assert_eq!(flow.rev, 2);
    assert_eq!(flow.apply(submit_organisation(None)), Some(Refusal::OrganisationUnknown));
    assert_eq!(flow.rev, 2);
    flow.apply(submit_organisation(Some(workspace())));
    assert_eq!(flow.rev, 3);
    let restricted = PasswordVerdict::Restricted { until: Timestamp(60_000) };
    let next = submit_password(&password(Way::Organisation), &workspace(), restricted, Timestamp(0));
    assert_eq!(flow.apply(next), Some(Refusal::SignInRestricted { retry_after: 60 }));
    assert_eq!((flow.rev, flow.stage.waits_until()), (3, Some(Timestamp(60_000))));
}

/// X7: what was stored before there were handoffs reads as ever, and each goal comes back as it was.
#[test]
fn x7_a_complete_flow_has_one_goal() {
    let before = r#"{"complete":{"redirect_to":"https://work.example/","identifier":"minji","name":"Minji","workspace":"nuri"}}"#;
    let to = |goal| {
        Stage::Complete(Completed {
            goal,
            identifier: "minji".into(),
            name: "Minji".into(),
            workspace: "nuri".into(),
            salt: None,
        })
    };
    let page = to(Goal::RedirectTo("https://work.example/".into()));
    assert_eq!(serde_json::from_str::<Stage>(before).unwrap(), page);
    for stage in [page, to(Goal::Handoff([7; 16]))] {
        let stored = serde_json::to_string(&stage).unwrap();
        assert_eq!(serde_json::from_str::<Stage>(&stored).unwrap(), stage, "{stored}");
    }
}
