//! One act on one flow within one transaction: what is offered, what is meant, what comes of it.

use daemun_protocol::{
    AccountAct, Action, ActionName, DeviceKind, FieldCode, Input, Problem, ProblemCode, StepKind, Timestamp,
};
use rusqlite::Connection;

use super::join_turns::EnteredAccount;
use super::{Asker, Gate, Turn, Viewer, problems};
use crate::browser::Browser;
use crate::carrier::Carrier;
use crate::flow::approval::{Answered, Waiting};
use crate::flow::policy::PolicyForm;
use crate::flow::{self, AfterProof, Ending, Facts, Next, Notice, Refusal, Stage, StoredFlow, settings};
use crate::locale::Locale;
use crate::server_key::Digest32;
use crate::store::{self, Finished, FlowRow, Trouble};

/// The act, the flow, the transaction.
pub(super) struct Taking<'a> {
    pub(super) gate: &'a Gate,
    pub(super) connection: &'a Connection,
    pub(super) asker: &'a Asker,
    pub(super) browser: &'a Browser,
    /// The digest of the session's id that the browser has: what it sent, until this act makes a new one.
    pub(super) session: Option<Digest32>,
    pub(super) id: &'a str,
    pub(super) row: FlowRow,
    /// The flow as it is stored.
    pub(super) before: StoredFlow,
    pub(super) now: Timestamp,
}

impl<'a> Taking<'a> {
    pub(super) fn new(
        gate: &'a Gate,
        connection: &'a Connection,
        (asker, browser): (&'a Asker, &'a Browser),
        id: &'a str,
        row: FlowRow,
        now: Timestamp,
    ) -> Self {
        let before = row.flow.clone();
        Self { gate, connection, asker, browser, session: asker.session, id, row, before, now }
    }

    /// What the member reads now: mails follow it.
    pub(super) const fn reads(&mut self, locale: Locale) {
        (self.row.flow.locale, self.before.locale) = (locale, locale);
    }

    /// Who looks at the flow, and when.
    pub(super) fn viewer(&self) -> Viewer {
        Viewer { browser: self.browser.id(), place: self.asker.place, session: self.session, now: self.now }
    }
}

impl Taking<'_> {
    pub(super) fn take(
        &mut self,
        name: Option<ActionName>,
        input: Input,
        reserved: Option<String>,
    ) -> Result<Turn, Trouble> {
        let stage = self.row.flow.stage.clone();
        let facts = self.gate.facts(self.connection, &stage, &self.viewer())?;
        let facts = Facts { host: self.row.flow.host, ..facts };
        let facts = self.gate.with_accounts(self.connection, facts, &self.row.flow, &self.viewer())?;
        let offered = name.and_then(|name| stage.offers(&facts, self.now).get(name).map(|offer| (name, offer)));
        // Whatever comes back to where nobody is awaited: from another browser, a second time, or made up.
        if name == Some(ActionName::Return) && offered.is_none() {
            return self.settle(Next::Refuse(Refusal::ProviderRefused));
        }
        let (Some((name, offer)), Some(kind)) = (offered, stage.kind()) else {
            return self.settle(Next::unavailable());
        };
        // A restricted password answers with its own refusal, counted by the ID that is tried.
        if let Some(wait) = offer.available_in
            && kind != StepKind::Password
        {
            return self.settle(Next::Refuse(Refusal::Unavailable { retry_after: Some(wait) }));
        }
        self.note_wish(kind, input.remember_account)?;
        let action = match Action::from_wire(kind, name, filled_in(kind, input)) {
            Ok(action) => action,
            Err(missing) => {
                let refused = missing.pointer.map(|pointer| Refusal::field(pointer, FieldCode::Required));
                return self.settle(refused.map_or_else(Next::unavailable, Next::Refuse));
            }
        };
        let next = match action {
            Action::SubmitIdentifier { identifier } => self.submit_identifier(&identifier)?,
            Action::SubmitOrganisation { organisation } => self.submit_organisation(&organisation)?,
            Action::SubmitCode { code, remember } => return self.submit_code(&stage, code.expose(), remember),
            Action::Resend => match waiting_of(&stage) {
                Some(waiting) => self.ask_again(waiting)?,
                None => self.resend_code(&stage)?,
            },
            Action::UseNotification => self.send_otherwise(&stage, Carrier::Notification)?,
            Action::UseSms => self.send_otherwise(&stage, Carrier::Sms)?,
            Action::ChooseWorkspace { workspace } => {
                if let Stage::ChooseAccount(proven) = &stage {
                    return self.choose_account(proven, &workspace);
                }
                return self.choose_workspace(&stage, &workspace);
            }
            Action::Listed { act, account } => match act {
                AccountAct::Choose => return self.choose_listed(&account),
                AccountAct::Forget => self.forget_listed(&stage, &account)?,
                AccountAct::Restore => self.restore_listed(&stage, &account)?,
            },
            Action::UseProvider => self.use_provider(&stage),
            Action::Go { provider } => return self.leave_for(&stage, &provider, &facts),
            Action::ShowDeniedMembers => self.show_denied_members(&stage, &facts),
            Action::DenyMember { confirmed } => self.deny_member(&stage, confirmed, &facts)?,
            Action::AllowMember { member } => self.allow_member(&stage, &member, &facts)?,
            Action::LinkPhone => self.settings_proven(&stage, &facts, AfterProof::LinkPhone)?,
            Action::UnlinkPhone => self.settings_proven(&stage, &facts, AfterProof::UnlinkPhone)?,
            Action::UseProfileNumber => self.use_profile_number(&stage)?,
            Action::MovePhone => self.move_phone(&stage)?,
            Action::ShowIdentities => settings::to_identities(&stage),
            Action::Connect { provider } => self.connect(&stage, &provider, &facts)?,
            Action::Disconnect { provider } => self.disconnect(&stage, &provider, &facts)?,
            Action::Return { provider, returned } => return self.come_back(&stage, &provider, &returned),
            Action::ChooseFactor { factor } => self.choose_factor(&stage, &factor, &facts)?,
            Action::UseOther => match (self.other_way(&stage)?, waiting_of(&stage)) {
                (Some(next), _) => next,
                (None, Some(waiting)) => self.without_phone(waiting)?,
                (None, None) => Self::without_quick_login(&stage).unwrap_or_else(|| self.use_other_factor(&stage)),
            },
            Action::UseMobile => self.use_mobile(&stage)?,
            Action::ShowQr => self.show_qr(&stage)?,
            Action::AskMember { member } => self.ask_member(&stage, &member)?,
            Action::AskAdmin { reason } => self.ask_admin(&stage, &reason)?,
            Action::UseRecoveryKey => match waiting_of(&stage) {
                Some(waiting) => Next::to(Stage::RecoveryKey(waiting.clone())),
                None => Next::unavailable(),
            },
            Action::ChooseRequest { request } => self.choose_request(&stage, &request)?,
            Action::Approve { number, credential, reason } => {
                return self.approve(&stage, number.as_deref(), credential.as_deref(), reason.as_deref());
            }
            Action::Subscribe { subscription } => self.subscribe(&stage, &subscription)?,
            Action::Unsubscribe => self.unsubscribe(&stage)?,
            Action::Deny => return self.decline_request(&stage, Answered::Denied),
            Action::NotMe => return self.decline_request(&stage, Answered::NotMe),
            Action::UseAuthenticator => self.enrol_authenticator(&stage)?,
            Action::Done => {
                if let Stage::Security(whose)
                | Stage::AccountSecurity(PolicyForm { whose, .. })
                | Stage::Notice(Notice::NotAdministrator(whose)) = &stage
                {
                    self.settings_done(whose)
                } else if let Stage::NewRecoveryKey(new) = &stage {
                    return self.recovery_key_kept(new);
                } else {
                    return self.recovery_codes_kept(&stage);
                }
            }
            Action::UsePasskey { credential: Some(credential) } => {
                if let Stage::QuickLogin(stage) = &stage {
                    return self.use_biometrics(stage, &credential);
                }
                return self.use_passkey(&credential);
            }
            Action::UsePasskey { credential: None } => self.ask_for_passkey(&stage),
            Action::SubmitPasskey { credential } => return self.submit_passkey(&stage, &credential),
            Action::ShowDevices => settings::to_devices(&stage),
            Action::ShowSessions => settings::to_sessions(&stage),
            Action::SignOutSession { session } => self.sign_out_session(&stage, &session)?,
            Action::SignOutOthers => self.sign_out_others(&stage)?,
            Action::TurnOnTwoFactor => self.settings_proven(&stage, &facts, AfterProof::TurnOnTwoFactor)?,
            Action::TurnOffTwoFactor => self.settings_proven(&stage, &facts, AfterProof::TurnOffTwoFactor)?,
            Action::ChangePassword => self.settings_proven(&stage, &facts, AfterProof::ChangePassword)?,
            Action::RegisterId => self.settings_proven(&stage, &facts, AfterProof::RegisterId)?,
            Action::SubmitPin { pin, pin_again, possession } => {
                return self.submit_pin(&stage, (pin, pin_again), &possession, reserved.as_deref());
            }
            Action::SetPin => self.settings_proven(&stage, &facts, AfterProof::SetPin)?,
            Action::TurnOnBiometrics => self.turn_on_biometrics(&stage, &facts)?,
            Action::TurnOffBiometrics => self.turn_off_biometrics(&stage)?,
            Action::TurnOffQuickLogin => self.turn_off_quick_login(&stage)?,
            Action::TurnOffQuickLoginElsewhere => self.turn_off_quick_login_elsewhere(&stage)?,
            Action::Register => self.register_device(&stage, DeviceKind::Device, &facts)?,
            Action::RegisterKey => self.register_device(&stage, DeviceKind::SecurityKey, &facts)?,
            Action::ReissueRecoveryKey => self.reissue_recovery_key(&stage, &facts)?,
            Action::SubmitDevice { credential, name } => self.submit_device(&stage, &credential, &name)?,
            Action::RenameDevice { device, name } => self.rename_device(&stage, &device, &name)?,
            Action::RemoveDevice { device } => self.remove_device(&stage, &device, &facts)?,
            Action::SubmitPassword { identifier, password } => {
                let Stage::Password(stage) = &stage else { return self.settle(Next::unavailable()) };
                return self.submit_password(stage, identifier.as_deref(), password, &facts, reserved.as_deref());
            }
            Action::SubmitNewPassword { password } => {
                let Stage::NewPassword(stage) = &stage else { return self.settle(Next::unavailable()) };
                return self.submit_new_password(stage, &password, &facts, reserved.as_deref());
            }
            Action::Back => match self.before_proof(&stage) {
                Some(before) => Next::to(before),
                None => flow::back(&stage, &facts),
            },
            Action::Review { changes } => self.review_policy(&stage, *changes, &facts)?,
            Action::Save { confirmed } => self.save_policy(&stage, confirmed, &facts)?,
            Action::UseOrganisation => flow::use_organisation(&facts),
            Action::UseEmail => flow::use_email(),
            Action::SubmitAccount { name, email, password, terms } => {
                let entered = EnteredAccount { name, email, password, terms };
                return self.submit_account(&stage, entered, &facts, reserved.as_deref());
            }
            Action::SubmitReset { name, email } => self.submit_reset(&stage, &name, &email)?,
            Action::Forgot => self.forgot(&stage),
            Action::Accept => self.accept(&stage)?,
            Action::Decline => self.decline(&stage),
            Action::SignIn => self.sign_in_instead(&stage, &facts)?,
            Action::Start => return self.start(&stage),
            Action::SubmitId { identifier, password } => {
                return self.submit_id(&stage, &identifier, &password, &facts, reserved.as_deref());
            }
            Action::SubmitContact { identifier } => {
                if let Stage::EnrolContact(form) = &stage {
                    self.submit_contact_to_save(form, &identifier)?
                } else if let Stage::LinkPhone(form) = &stage {
                    self.submit_number(form, &identifier)?
                } else if let Stage::DeniedMembers(form) = &stage {
                    self.submit_member(form, &identifier, &facts)?
                } else {
                    self.submit_contact(&stage, &identifier)?
                }
            }
            Action::SubmitAddress { email } => self.submit_link_address(&stage, &email)?,
            Action::FindId => {
                let Stage::Password(stage) = &stage else { return self.settle(Next::unavailable()) };
                flow::find_id::forgot_id(stage)
            }
        };
        self.settle(next)
    }

    pub(super) fn settle(&mut self, next: Next) -> Result<Turn, Trouble> {
        let does_nothing = matches!(next, Next::Refuse(Refusal::Unavailable { .. }));
        let finished = self.finish(next)?;
        Ok(if does_nothing { Turn::Passing(finished) } else { Turn::Answered(finished) })
    }

    /// Stores what comes next and says it.
    pub(super) fn finish(&mut self, next: Next) -> Result<Finished, Trouble> {
        let lifetime = self.row.flow.entrance.lifetime();
        let refusal = self.row.flow.apply(next);
        if let Some(before) = waiting_of(&self.before.stage)
            && waiting_of(&self.row.flow.stage).is_none_or(|now| now.request != before.request)
        {
            self.gate.take_back_request(self.connection, &self.before.stage, self.now)?;
        }
        if refusal.is_none() {
            self.row.expires_at = self.now.plus_seconds(lifetime);
        }
        if let Some(until) = self.row.flow.stage.waits_until() {
            self.row.expires_at = self.row.expires_at.max(until.plus_seconds(lifetime));
        }
        self.row.expires_at = self.row.expires_at.min(self.row.last_end);
        self.gate.prepare_ceremony(self.connection, &mut self.row.flow)?;
        if refusal.is_none() || self.row.flow != self.before {
            store::write_flow(self.connection, self.id, &self.row)?;
        }
        let flow = self.gate.see(self.connection, self.id, &self.row, &self.viewer())?;
        match refusal {
            Some(refusal) => problems::finished(&problems::of(refusal, flow)),
            None => Ok(Finished {
                status: 200,
                location: None,
                body: serde_json::to_string(&flow)?,
                retry_after: None,
                session_salt: None,
            }),
        }
    }

    /// What is answered, if whose settings these are was signed out while something was compared or hashed.
    pub(super) fn signed_out_meanwhile(&mut self) -> Result<Option<Finished>, Trouble> {
        if !self.gate.is_signed_out(self.connection, &self.row.flow, self.session.as_ref(), self.now)? {
            return Ok(None);
        }
        self.finish(Next::to(Stage::Ended(Ending::SignedOut)))?;
        self.stale().map(Some)
    }

    /// The act was meant for another step than the current one.
    pub(super) fn stale(&self) -> Result<Finished, Trouble> {
        let mut problem = Problem::new(ProblemCode::Stale, 409);
        problem.flow = Some(Box::new(self.gate.see(self.connection, self.id, &self.row, &self.viewer())?));
        problems::finished(&problem)
    }
}

/// The request that a stage is about, waiting or ended, for who asks.
fn waiting_of(stage: &Stage) -> Option<&Waiting> {
    if let Stage::Waiting(waiting) | Stage::RecoveryKey(waiting) = stage {
        Some(waiting)
    } else if let Stage::Notice(Notice::ApprovalEnded { waiting, .. }) = stage {
        Some(waiting)
    } else {
        None
    }
}

/// A form of several fields, with what is absent as empty: so all that is missing is said at once.
fn filled_in(kind: StepKind, mut input: Input) -> Input {
    match kind {
        StepKind::CreateAccount => {
            input.name.get_or_insert_default();
            input.email.get_or_insert_default();
            input.password.get_or_insert_default();
        }
        StepKind::RequestReset => {
            input.name.get_or_insert_default();
            input.email.get_or_insert_default();
        }
        StepKind::RegisterId => {
            input.identifier.get_or_insert_default();
            input.password.get_or_insert_default();
        }
        StepKind::SetPin => {
            input.pin.get_or_insert_default();
        }
        StepKind::Identify
        | StepKind::QuickLogin
        | StepKind::Organisation
        | StepKind::Code
        | StepKind::ChooseWorkspace
        | StepKind::Password
        | StepKind::Invitation
        | StepKind::NewPassword
        | StepKind::FindId
        | StepKind::FoundIds
        | StepKind::ChooseFactor
        | StepKind::EnrolContact
        | StepKind::EnrolAuthenticator
        | StepKind::RecoveryCodes
        | StepKind::RecoveryCode
        | StepKind::LinkAddress
        | StepKind::Passkey
        | StepKind::Security
        | StepKind::Sessions
        | StepKind::TrustedDevices
        | StepKind::RegisterDevice
        | StepKind::MatchNumber
        | StepKind::WaitApproval
        | StepKind::RecoveryKey
        | StepKind::NewRecoveryKey
        | StepKind::Approvals
        | StepKind::Approve
        | StepKind::AccountSecurity
        | StepKind::PolicyReview
        | StepKind::Provider
        | StepKind::ExternalIdentities
        | StepKind::LinkPhone
        | StepKind::PhoneTaken
        | StepKind::DeniedMembers
        | StepKind::DenyReview
        | StepKind::Notice => {}
    }
    input
}
