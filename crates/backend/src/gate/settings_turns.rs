//! A member's own settings, act by act (FEATURES S4). Every act asks again who is signed in.

use daemun_protocol::{Credential, DeviceKind, FieldCode, Timestamp, TwoFactor};
use rusqlite::Connection;

use super::reset_turns::whose;
use super::{Gate, Taking};
use crate::flow::approval::{NewKey, Then};
use crate::flow::new_password::{NewPasswordStage, Proof, Whose};
use crate::flow::phone::PhoneForm;
use crate::flow::provider::{From, Leaving};
use crate::flow::register_id::{IdForm, ProvenBy};
use crate::flow::second_factor::{Asked, ContactToSave, Entering, First};
use crate::flow::settings::{self, ACCOUNTS_OF_A_DEVICE, Means, NewDevice, RegisteredFor};
use crate::flow::sign_in::Way;
use crate::flow::{AfterProof, Completed, Ending, Entrance, Facts, Next, Refusal, Said, Stage, StoredFlow};
use crate::login_id::MobileNumber;
use crate::mail::texts;
use crate::person_name::{NotAName, PersonName};
use crate::seen::Seen;
use crate::server_key::Digest32;
use crate::store::{self, AccountRow, NewPasskey, SessionRow, SignedIn, Trouble};

/// Characters of a device's name, at most.
const LONGEST_NAME: usize = 60;

/// Seconds for which a sign-in, or another proof, is fresh.
const FRESH_FOR: u64 = 10 * 60;

impl Gate {
    /// The settings of who is signed in; `None`: nobody is.
    pub(super) fn open_settings(
        &self,
        connection: &Connection,
        session: Option<&Digest32>,
        now: Timestamp,
    ) -> Result<Option<(Entrance, Stage)>, Trouble> {
        let Some(account) = self.signed_in(connection, session, now)? else { return Ok(None) };
        let stage = Stage::Security(whose(&account, account.email.clone()));
        Ok(Some((Entrance::Security(account.id), stage)))
    }

    /// The account of who is signed in.
    pub(super) fn signed_in(
        &self,
        connection: &Connection,
        session: Option<&Digest32>,
        now: Timestamp,
    ) -> Result<Option<AccountRow>, Trouble> {
        match self.session(connection, session, now)? {
            Some(session) => store::account(connection, session.account),
            None => Ok(None),
        }
    }

    fn session(
        &self,
        connection: &Connection,
        session: Option<&Digest32>,
        now: Timestamp,
    ) -> Result<Option<SessionRow>, Trouble> {
        match session {
            Some(session) => store::read_session(connection, session, now),
            None => Ok(None),
        }
    }

    /// Whether the flow is of who is signed in, and that is over.
    pub(super) fn is_signed_out(
        &self,
        connection: &Connection,
        flow: &StoredFlow,
        session: Option<&Digest32>,
        now: Timestamp,
    ) -> Result<bool, Trouble> {
        let (Entrance::Security(account) | Entrance::Approve(account) | Entrance::Policy(account)) = flow.entrance
        else {
            return Ok(false);
        };
        let session = self.session(connection, session, now)?;
        let is_theirs = session.is_some_and(|session| session.account == account);
        Ok(flow.stage.kind().is_some() && !(is_theirs && self.may_decide_still(connection, flow, account)?))
    }

    /// Whether the member has signed in, or given another proof, a moment ago.
    pub(super) fn is_fresh(
        &self,
        connection: &Connection,
        session: Option<&Digest32>,
        now: Timestamp,
    ) -> Result<bool, Trouble> {
        let session = self.session(connection, session, now)?;
        Ok(session.is_some_and(|session| now < session.began_at.plus_seconds(FRESH_FOR)))
    }
}

impl Taking<'_> {
    /// `register`, `register_key`.
    pub(super) fn register_device(&mut self, stage: &Stage, kind: DeviceKind, facts: &Facts) -> Result<Next, Trouble> {
        let Stage::TrustedDevices(whose) = stage else { return Ok(Next::unavailable()) };
        if let Some(refusal) = self.device_trouble(whose.account, kind)? {
            return Ok(Next::Refuse(refusal));
        }
        let new = NewDevice { whose: whose.clone(), kind, registered_for: RegisteredFor::ItsOwnSake };
        self.once_proven(whose, AfterProof::RegisterDevice(new), facts)
    }

    /// The proof once more, where the one that something was asked for with is none any more by the time that it is done.
    pub(super) fn proof_again(
        &mut self,
        account: &AccountRow,
        whose: &Whose,
        then: impl FnOnce() -> AfterProof,
    ) -> Result<Option<Next>, Trouble> {
        if self.gate.is_fresh(self.connection, self.session.as_ref(), self.now)? {
            return Ok(None);
        }
        let has_passkey = !store::passkeys_of(self.connection, account.id)?.is_empty();
        let means = Means { is_fresh: false, has_password: account.password.is_some(), has_passkey };
        self.once_proven_by(whose, then(), means).map(Some)
    }

    /// Goes on to what was asked for, by way of a fresh proof where there is none.
    pub(super) fn once_proven(&mut self, whose: &Whose, then: AfterProof, facts: &Facts) -> Result<Next, Trouble> {
        self.once_proven_by(whose, then, Means::of(facts))
    }

    fn once_proven_by(&mut self, whose: &Whose, then: AfterProof, means: Means) -> Result<Next, Trouble> {
        let proof = settings::proof(whose, means);
        self.row.flow.after_proof = proof.is_some().then(|| then.clone());
        proof.map_or_else(|| self.after_proof(then), |proof| Ok(Next::to(proof)))
    }

    /// Where the proof that is asked for at a stage was asked for.
    pub(super) fn before_proof(&self, stage: &Stage) -> Option<Stage> {
        self.row.flow.after_proof.as_ref().filter(|_| stage.is_proof()).map(AfterProof::asked_at)
    }

    /// What was asked for by who has just proven who they are.
    pub(super) fn after_proof(&mut self, then: AfterProof) -> Result<Next, Trouble> {
        match then {
            AfterProof::RegisterDevice(new) => Ok(Next::to(Stage::RegisterDevice(new))),
            AfterProof::RemoveDevice { whose, device } => self.device_is_removed(whose, &device),
            AfterProof::ReissueRecoveryKey(whose) => self.another_recovery_key(whose),
            AfterProof::ReviewPolicy(form) => self.look_at_policy(form),
            AfterProof::ReviewDenial { form, member } => self.look_at_denial(form, member),
            AfterProof::AllowMember { form, member } => self.allowed_again(form, member),
            AfterProof::TurnOnTwoFactor(whose) => self.now_own(&whose, Self::two_factor_on),
            AfterProof::TwoFactorEnrolled(whose) => self.now_own(&whose, Self::two_factor_enrolled),
            AfterProof::TurnOffTwoFactor(whose) => self.now_own(&whose, Self::two_factor_off),
            AfterProof::SetPin(whose) => self.now_own(&whose, Self::ask_for_pin),
            AfterProof::TurnOnBiometrics(whose) => self.now_own(&whose, Self::biometrics_on),
            AfterProof::ChangePassword(whose) => self.now_own(&whose, |_, account, whose| {
                let change = |whose| Stage::NewPassword(NewPasswordStage { whose, proof: Proof::Settings });
                Ok(Next::to(if account.password.is_some() { change(whose) } else { Stage::Security(whose) }))
            }),
            AfterProof::RegisterId(whose) => self.now_own(&whose, |_, account, whose| {
                let register = |whose| Stage::RegisterId(IdForm { whose, by: ProvenBy::Settings, identifier: None });
                Ok(Next::to(if account.password.is_none() { register(whose) } else { Stage::Security(whose) }))
            }),
            AfterProof::LinkPhone(whose) => self
                .now_own(&whose, |_, _, whose| Ok(Next::to(Stage::LinkPhone(PhoneForm { whose, identifier: None })))),
            AfterProof::UnlinkPhone(whose) => {
                self.now_own(&whose, |taking, account, whose| taking.unlink_phone(account, whose))
            }
            AfterProof::Connect { whose, provider } => {
                Ok(Next::to(Stage::Provider(Leaving::new(From::Connect { whose, provider }))))
            }
            AfterProof::Disconnect { whose, provider } => self.disconnect_identity(whose, &provider),
        }
    }

    /// Goes on with the account as it is now: its password may be another one since the settings were opened.
    fn now_own(
        &mut self,
        before: &Whose,
        go_on: impl FnOnce(&mut Self, &AccountRow, Whose) -> Result<Next, Trouble>,
    ) -> Result<Next, Trouble> {
        match store::account(self.connection, before.account)? {
            Some(account) => go_on(self, &account, whose(&account, before.identifier.clone())),
            None => Ok(Next::to(Stage::Ended(Ending::SignedOut))),
        }
    }

    /// To the settings, of the account as it is now.
    pub(super) fn settings_again(&self, before: &Whose) -> Result<Next, Trouble> {
        let account = store::account(self.connection, before.account)?;
        Ok(Next::to(match account {
            Some(account) => Stage::Security(whose(&account, before.identifier.clone())),
            None => Stage::Ended(Ending::SignedOut),
        }))
    }

    /// Something of the settings that takes a proof.
    pub(super) fn settings_proven(
        &mut self,
        stage: &Stage,
        facts: &Facts,
        then: fn(Whose) -> AfterProof,
    ) -> Result<Next, Trouble> {
        let Stage::Security(whose) = stage else { return Ok(Next::unavailable()) };
        self.once_proven(whose, then(whose.clone()), facts)
    }

    /// Whether the proof that is asked for is to lead to another password.
    pub(super) fn is_changing_password(&self) -> bool {
        matches!(self.row.flow.after_proof, Some(AfterProof::ChangePassword(_)))
    }

    /// Whether the policy asks everybody for a second factor by now, so that there is nothing to turn.
    fn is_two_factor_required(&self, account: &AccountRow) -> Result<bool, Trouble> {
        let workspace = store::workspace(self.connection, &account.workspace)?;
        Ok(workspace.is_some_and(|workspace| workspace.two_factor == TwoFactor::Required))
    }

    /// The second factor is turned on, by way of a first method where none is saved (FEATURES S5, T2).
    fn two_factor_on(&mut self, account: &AccountRow, whose: Whose) -> Result<Next, Trouble> {
        let settings = Stage::Security(whose.clone());
        if self.is_two_factor_required(account)? {
            return Ok(Next::Go(settings, vec![Said::SecondFactorRequired]));
        }
        // Somewhere else it was turned on meanwhile.
        if account.two_factor {
            return Ok(Next::to(settings));
        }
        Ok(match self.gate.asked(self.connection, account, &usual_first(account, &whose))? {
            Asked::Only(_) | Asked::Choice => {
                store::turn_on_two_factor(self.connection, account.id)?;
                store::forget_remembered_browsers(self.connection, account.id)?;
                self.tell(account, texts::two_factor_on)?;
                Next::Go(settings, vec![Said::TwoFactorOn])
            }
            Asked::Enrolment if account.password.is_some() => {
                self.row.flow.after_proof = Some(AfterProof::TwoFactorEnrolled(whose.clone()));
                let entering = Entering { first: Way::Proof(whose.clone()).into(), whose };
                Next::to(Stage::EnrolContact(ContactToSave { entering, identifier: None }))
            }
            // What is listed says why.
            Asked::Enrolment | Asked::Missing => Next::to(settings),
        })
    }

    /// The first method is saved, and has turned the second factor on.
    fn two_factor_enrolled(&mut self, account: &AccountRow, whose: Whose) -> Result<Next, Trouble> {
        self.tell(account, texts::two_factor_on)?;
        Ok(Next::Go(Stage::Security(whose), vec![Said::TwoFactorOn]))
    }

    /// The second factor is turned off, unless the policy has come to ask for it meanwhile (FEATURES S5).
    fn two_factor_off(&mut self, account: &AccountRow, whose: Whose) -> Result<Next, Trouble> {
        let settings = Stage::Security(whose);
        if self.is_two_factor_required(account)? {
            return Ok(Next::Go(settings, vec![Said::SecondFactorRequired]));
        }
        if !account.two_factor {
            return Ok(Next::to(settings));
        }
        store::turn_off_two_factor(self.connection, account.id)?;
        store::forget_remembered_browsers(self.connection, account.id)?;
        self.tell(account, texts::two_factor_off)?;
        Ok(Next::Go(settings, vec![Said::TwoFactorOff]))
    }

    /// `reissue_recovery_key`.
    pub(super) fn reissue_recovery_key(&mut self, stage: &Stage, facts: &Facts) -> Result<Next, Trouble> {
        let Stage::TrustedDevices(whose) = stage else { return Ok(Next::unavailable()) };
        self.once_proven(whose, AfterProof::ReissueRecoveryKey(whose.clone()), facts)
    }

    fn another_recovery_key(&self, whose: Whose) -> Result<Next, Trouble> {
        let account = store::account(self.connection, whose.account)?;
        // Their part may have been given to somebody else while they proved who they are.
        let Some(account) = account.filter(|account| account.super_administrator) else {
            return Ok(Next::to(Stage::TrustedDevices(whose)));
        };
        let salt = self.replace_recovery_key(account.id)?;
        self.tell(&account, texts::recovery_key_reissued)?;
        Ok(Next::to(Stage::NewRecoveryKey(NewKey { salt, then: Then::Settings(whose) })))
    }

    /// What keeps a device from being registered, whatever it says.
    pub(super) fn device_trouble(&self, account: i64, kind: DeviceKind) -> Result<Option<Refusal>, Trouble> {
        let others = match kind {
            DeviceKind::Device => store::other_accounts_of_device(self.connection, &self.browser.id(), account)?,
            DeviceKind::SecurityKey => 0,
        };
        Ok((others >= ACCOUNTS_OF_A_DEVICE).then_some(Refusal::DeviceFull))
    }

    /// `submit` at `register_device`.
    pub(super) fn submit_device(
        &mut self,
        stage: &Stage,
        credential: &Credential,
        name: &str,
    ) -> Result<Next, Trouble> {
        let Stage::RegisterDevice(new) = stage else { return Ok(Next::unavailable()) };
        let NewDevice { whose, kind, .. } = new;
        let name = match device_name(name) {
            Ok(name) => name,
            Err(code) => return Ok(Next::Refuse(Refusal::field("/input/name", code))),
        };
        let workspace = store::workspace(self.connection, &whose.workspace)?;
        if *kind == DeviceKind::Device && !workspace.is_some_and(|workspace| workspace.device_unlock) {
            return Ok(Next::to(new.asked_at()));
        }
        if let Some(refusal) = self.device_trouble(whose.account, *kind)? {
            return Ok(Next::Refuse(refusal));
        }
        let (Some(party), Some((_, ceremony))) = (&self.gate.relying_party, self.row.flow.ceremony.take()) else {
            return Ok(Next::Refuse(Refusal::PasskeyRefused));
        };
        let Ok(registered) = party.registered(&ceremony, credential) else {
            return Ok(Next::Refuse(Refusal::PasskeyRefused));
        };
        if store::passkey(self.connection, &registered.id)?.is_some() {
            return Ok(Next::Refuse(Refusal::PasskeyRefused));
        }
        let browser = self.browser.id();
        let kept =
            NewPasskey { account: whose.account, registered: &registered, name: &name, kind: *kind, browser: &browser };
        let kept = store::insert_passkey(self.connection, &kept, self.now)?;
        if let Some(account) = store::account(self.connection, whose.account)? {
            self.tell(&account, |locale, workspace, at| texts::device_registered(locale, workspace, at, &name))?;
        }
        match new.registered_for {
            RegisteredFor::ItsOwnSake => {
                Ok(Next::Go(Stage::TrustedDevices(whose.clone()), vec![Said::DeviceRegistered]))
            }
            RegisteredFor::QuickLogin => self.registered_for_biometrics(whose, kept),
        }
    }

    pub(super) fn rename_device(&self, stage: &Stage, device: &str, name: &str) -> Result<Next, Trouble> {
        let Stage::TrustedDevices(whose) = stage else { return Ok(Next::unavailable()) };
        let name = match device_name(name) {
            Ok(name) => name,
            Err(code) => return Ok(Next::Refuse(Refusal::field("/input/name", code))),
        };
        let is_theirs = match device.parse() {
            Ok(id) => store::rename_passkey(self.connection, whose.account, id, &name)?,
            Err(_) => false,
        };
        Ok(if is_theirs { Next::to(stage.clone()) } else { Next::Refuse(Refusal::NotListed) })
    }

    /// `remove`.
    pub(super) fn remove_device(&mut self, stage: &Stage, device: &str, facts: &Facts) -> Result<Next, Trouble> {
        let Stage::TrustedDevices(whose) = stage else { return Ok(Next::unavailable()) };
        if !facts.devices.iter().any(|listed| listed.id == device) {
            return Ok(Next::Refuse(Refusal::NotListed));
        }
        // What is to go may be lost: nobody is asked for its unlock alone.
        let means = Means { has_passkey: facts.devices.iter().any(|other| other.id != device), ..Means::of(facts) };
        self.once_proven_by(whose, AfterProof::RemoveDevice { whose: whose.clone(), device: device.into() }, means)
    }

    fn device_is_removed(&self, whose: Whose, device: &str) -> Result<Next, Trouble> {
        let passkeys = store::passkeys_of(self.connection, whose.account)?;
        // Somewhere else it was removed meanwhile.
        let Some(gone) = passkeys.into_iter().find(|passkey| passkey.id.to_string() == device) else {
            return Ok(Next::to(Stage::TrustedDevices(whose)));
        };
        store::remove_passkey(self.connection, whose.account, gone.id)?;
        // What told of requests there was this device; a security key tells of none, and another passkey may be there still.
        let is_left = store::passkeys_of(self.connection, whose.account)?
            .iter()
            .any(|passkey| passkey.kind == DeviceKind::Device && passkey.browser == gone.browser);
        if gone.kind == DeviceKind::Device && !is_left {
            store::unsubscribe(self.connection, whose.account, &gone.browser)?;
            // Nor does a PIN of a device that is gone lead in.
            store::revoke_quick_login_at(self.connection, whose.account, &gone.browser)?;
        }
        if let Some(account) = store::account(self.connection, whose.account)? {
            self.tell(&account, |locale, workspace, at| texts::device_removed(locale, workspace, at, &gone.name))?;
        }
        Ok(Next::Go(Stage::TrustedDevices(whose), vec![Said::DeviceRemoved]))
    }

    /// `sign_out`: one of the other browsers. It is no session of somebody else's, nor this one.
    pub(super) fn sign_out_session(&self, stage: &Stage, handle: &str) -> Result<Next, Trouble> {
        let Stage::Sessions(whose) = stage else { return Ok(Next::unavailable()) };
        let elsewhere = self.sessions_elsewhere(whose.account)?;
        let Some(session) = elsewhere.into_iter().find(|session| session.handle == handle) else {
            return Ok(Next::Refuse(Refusal::NotListed));
        };
        self.sign_out_there(whose.account, &[session])?;
        Ok(Next::Go(stage.clone(), vec![Said::SignedOutElsewhere]))
    }

    /// `sign_out_others`: all but this one.
    pub(super) fn sign_out_others(&self, stage: &Stage) -> Result<Next, Trouble> {
        let Stage::Sessions(whose) = stage else { return Ok(Next::unavailable()) };
        let elsewhere = self.sessions_elsewhere(whose.account)?;
        self.sign_out_there(whose.account, &elsewhere)?;
        store::forget_handoffs_of(self.connection, whose.account)?;
        store::unsubscribe_elsewhere(self.connection, whose.account, &self.browser.id())?;
        store::revoke_quick_logins_elsewhere(self.connection, whose.account, &self.browser.id())?;
        Ok(Next::Go(stage.clone(), vec![Said::SignedOutElsewhere]))
    }

    /// An account's sessions but the one that this act has.
    fn sessions_elsewhere(&self, account: i64) -> Result<Vec<SignedIn>, Trouble> {
        let mut sessions = store::sessions_of(self.connection, account, self.now)?;
        sessions.retain(|session| Some(session.id) != self.session);
        Ok(sessions)
    }

    /// Signs an account out in all browsers but this one, of which none is told of its requests any more.
    pub(super) fn end_sessions_elsewhere(&self, account: i64) -> Result<(), Trouble> {
        self.end_sessions(account, &self.sessions_elsewhere(account)?)?;
        store::forget_handoffs_of(self.connection, account)?;
        store::unsubscribe_elsewhere(self.connection, account, &self.browser.id())?;
        store::revoke_quick_logins_elsewhere(self.connection, account, &self.browser.id())
    }

    /// Ends sessions, with whatever else their browsers have begun, as signing out there would; whoever signs in there next is asked
    /// for all that is asked for.
    fn end_sessions(&self, account: i64, sessions: &[SignedIn]) -> Result<(), Trouble> {
        for session in sessions {
            // The session of an app has no browser; the webview that it came out of has the PIN.
            if let Some(webview) = store::handed_over_from(self.connection, &session.id)? {
                store::revoke_quick_login_at(self.connection, account, &webview)?;
                store::forget_remembered_browser(self.connection, account, &webview)?;
            }
            store::delete_session(self.connection, &session.id)?;
            let Some(browser) = session.browser else { continue };
            store::revoke_quick_login_at(self.connection, account, &browser)?;
            // A browser that lost this session may have another by now, which may be somebody else's.
            if store::is_signed_in(self.connection, &browser, self.now)? {
                continue;
            }
            store::forget_remembered_browser(self.connection, account, &browser)?;
            self.gate.end_browser(self.connection, &browser, self.now)?;
        }
        Ok(())
    }

    /// The same, and the member is told where it was.
    fn sign_out_there(&self, account: i64, sessions: &[SignedIn]) -> Result<(), Trouble> {
        self.end_sessions(account, sessions)?;
        let places: Vec<&Seen> = sessions.iter().map(|session| &session.seen).collect();
        match store::account(self.connection, account)?.filter(|_| !places.is_empty()) {
            Some(account) => {
                self.tell(&account, |locale, workspace, at| texts::signed_out_there(locale, workspace, at, &places))
            }
            None => Ok(()),
        }
    }

    /// `done`: back to where the member came from.
    pub(super) fn settings_done(&self, whose: &Whose) -> Next {
        Next::to(Stage::Complete(Completed {
            goal: self.goal(),
            identifier: whose.identifier.clone(),
            name: whose.name.clone(),
            workspace: whose.workspace.clone(),
            salt: None,
        }))
    }
}

/// The first factor that a second one would follow: who has no password comes by a number, if by any that asks for one.
pub(super) fn usual_first(account: &AccountRow, whose: &Whose) -> First {
    match (&account.password, account.phone.as_deref().and_then(MobileNumber::parse)) {
        (None, Some(number)) => First::Phone { typed: number.told(), number },
        (Some(_), _) | (None, None) => Way::Proof(whose.clone()).into(),
    }
}

fn device_name(typed: &str) -> Result<String, FieldCode> {
    match PersonName::parse(typed) {
        Ok(name) if name.as_str().chars().count() > LONGEST_NAME => Err(FieldCode::TooLong),
        Ok(name) => Ok(name.as_str().into()),
        Err(NotAName::Empty) => Err(FieldCode::Required),
        Err(NotAName::TooLong) => Err(FieldCode::TooLong),
    }
}
