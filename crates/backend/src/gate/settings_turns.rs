//! A member's own settings, act by act (FEATURES S4). Every act asks again who is signed in.

use daemun_protocol::{Credential, DeviceKind, FieldCode, Timestamp};
use rusqlite::Connection;

use super::reset_turns::whose;
use super::{Gate, Taking};
use crate::flow::approval::{NewKey, Then};
use crate::flow::new_password::Whose;
use crate::flow::settings::{self, ACCOUNTS_OF_A_DEVICE, NewDevice};
use crate::flow::{AfterProof, Completed, Entrance, Facts, Next, Refusal, Said, Stage, StoredFlow};
use crate::mail::texts;
use crate::person_name::{NotAName, PersonName};
use crate::server_key::Digest32;
use crate::store::{self, AccountRow, NewPasskey, SessionRow, Trouble};

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
        let stage = Stage::TrustedDevices(whose(&account, account.email.clone()));
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
        let new = NewDevice { whose: whose.clone(), kind };
        self.once_proven(whose, AfterProof::RegisterDevice(new), facts)
    }

    /// Goes on to what was asked for, by way of a fresh proof where there is none.
    pub(super) fn once_proven(&mut self, whose: &Whose, then: AfterProof, facts: &Facts) -> Result<Next, Trouble> {
        let proof = settings::proof(whose, facts);
        self.row.flow.after_proof = proof.is_some().then(|| then.clone());
        proof.map_or_else(|| self.after_proof(then), |proof| Ok(Next::to(proof)))
    }

    /// What was asked for by who has just proven who they are.
    pub(super) fn after_proof(&self, then: AfterProof) -> Result<Next, Trouble> {
        match then {
            AfterProof::RegisterDevice(new) => Ok(Next::to(Stage::RegisterDevice(new))),
            AfterProof::ReissueRecoveryKey(whose) => self.another_recovery_key(whose),
            AfterProof::ReviewPolicy(form) => self.look_at_policy(form),
        }
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
    fn device_trouble(&self, account: i64, kind: DeviceKind) -> Result<Option<Refusal>, Trouble> {
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
        let NewDevice { whose, kind } = new;
        let name = match device_name(name) {
            Ok(name) => name,
            Err(code) => return Ok(Next::Refuse(Refusal::field("/input/name", code))),
        };
        let workspace = store::workspace(self.connection, &whose.workspace)?;
        if *kind == DeviceKind::Device && !workspace.is_some_and(|workspace| workspace.device_unlock) {
            return Ok(Next::to(Stage::TrustedDevices(whose.clone())));
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
        let new =
            NewPasskey { account: whose.account, registered: &registered, name: &name, kind: *kind, browser: &browser };
        store::insert_passkey(self.connection, &new, self.now)?;
        if let Some(account) = store::account(self.connection, whose.account)? {
            self.tell(&account, |locale, workspace, at| texts::device_registered(locale, workspace, at, &name))?;
        }
        Ok(Next::Go(Stage::TrustedDevices(whose.clone()), vec![Said::DeviceRegistered]))
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

    pub(super) fn remove_device(&self, stage: &Stage, device: &str) -> Result<Next, Trouble> {
        let Stage::TrustedDevices(whose) = stage else { return Ok(Next::unavailable()) };
        let id = device.parse().unwrap_or_default();
        let passkeys = store::passkeys_of(self.connection, whose.account)?;
        let Some(gone) = passkeys.into_iter().find(|passkey| passkey.id == id) else {
            return Ok(Next::Refuse(Refusal::NotListed));
        };
        store::remove_passkey(self.connection, whose.account, id)?;
        // What told of requests there was this device; a security key tells of none, and another passkey may be there still.
        let is_left = store::passkeys_of(self.connection, whose.account)?
            .iter()
            .any(|passkey| passkey.kind == DeviceKind::Device && passkey.browser == gone.browser);
        if gone.kind == DeviceKind::Device && !is_left {
            store::unsubscribe(self.connection, whose.account, &gone.browser)?;
        }
        if let Some(account) = store::account(self.connection, whose.account)? {
            self.tell(&account, |locale, workspace, at| texts::device_removed(locale, workspace, at, &gone.name))?;
        }
        Ok(Next::Go(stage.clone(), vec![Said::DeviceRemoved]))
    }

    /// `done`: back to where the member came from.
    pub(super) fn settings_done(&self, whose: &Whose) -> Next {
        Next::to(Stage::Complete(Completed {
            redirect_to: self.row.flow.return_to.clone().unwrap_or_else(|| self.gate.places.default_place()),
            identifier: whose.identifier.clone(),
            name: whose.name.clone(),
            workspace: whose.workspace.clone(),
            salt: None,
        }))
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
