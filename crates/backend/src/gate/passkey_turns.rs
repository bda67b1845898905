//! Passkeys, act by act: one is asked for, shown, and held against what is kept of it (FEATURES L4, T5).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daemun_protocol::{AcceptedCredentials, Credential, DeviceKind, FactorKind, TrustedDevice};
use rusqlite::Connection;

use super::{Gate, Shows, Taking, Turn, Viewer};
use crate::flow::passkey::Unlocking;
use crate::flow::second_factor::First;
use crate::flow::sign_in::{self, PasswordStage, Way};
use crate::flow::{Facts, Next, Refusal, Shown, Stage, StoredFlow};
use crate::login_id::LoginId;
use crate::mail::texts;
use crate::recovery_codes;
use crate::relying_party::{Ceremony, Refused, User, UserHandle, credential_id};
use crate::server_key::Digest32;
use crate::store::{self, AccountRow, AccountState, PasskeyRow, Trouble};

/// Whose passkey it has to be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner<'a> {
    Anybody,
    /// A member of this workspace, whoever that is.
    Member(&'a str),
    Account(i64),
}

impl Gate {
    /// What authenticators know an account by.
    pub(super) fn user_handle(&self, account: i64) -> UserHandle {
        let digest = self.key.mac("user handle", &[&account.to_be_bytes()]);
        UserHandle(digest.first_chunk().copied().unwrap_or_default())
    }

    /// Sees to it that a stage which asks an authenticator has something to ask, once: what was used is replaced.
    pub(super) fn prepare_ceremony(&self, connection: &Connection, flow: &mut StoredFlow) -> Result<(), Trouble> {
        if flow.ceremony.as_ref().is_none_or(|(rev, _)| *rev != flow.rev) {
            let ceremony = self.ceremony(connection, &flow.stage)?;
            flow.ceremony = ceremony.map(|ceremony| (flow.rev, ceremony));
        }
        Ok(())
    }

    fn ceremony(&self, connection: &Connection, stage: &Stage) -> Result<Option<Ceremony>, Trouble> {
        let Some(party) = &self.relying_party else { return Ok(None) };
        if matches!(stage, Stage::Identify { .. }) {
            return if store::device_way(connection)? { Ok(Some(party.ask(&[])?)) } else { Ok(None) };
        }
        if let Stage::Passkey(unlocking) = stage {
            let allowed = match self.account_to_unlock(connection, unlocking)? {
                Some(account) => store::passkeys_of(connection, account)?,
                None => Vec::new(),
            };
            let ids: Vec<_> = allowed.into_iter().map(|passkey| passkey.credential).collect();
            return Ok(Some(party.ask(&ids)?));
        }
        if let Stage::QuickLogin(stage) = stage {
            return self.ask_biometrics(connection, stage);
        }
        if let Stage::RegisterDevice(new) = stage
            && let Some(account) = store::account(connection, new.whose.account)?
        {
            let known = store::passkeys_of(connection, account.id)?.into_iter().map(|passkey| passkey.credential);
            let (name, display_name) = self.shown_to_authenticators(connection, &account)?;
            let user = User { handle: self.user_handle(account.id), name: &name, display_name: &display_name };
            return Ok(Some(party.register(&user, new.kind, known.collect())?));
        }
        Ok(None)
    }

    /// How authenticators show an account: one address may have several, each in a workspace of its own.
    fn shown_to_authenticators(
        &self,
        connection: &Connection,
        account: &AccountRow,
    ) -> Result<(String, String), Trouble> {
        let workspace = store::workspace(connection, &account.workspace)?.map(|workspace| workspace.name);
        let workspace = workspace.unwrap_or_else(|| account.workspace.clone());
        Ok((format!("{} · {workspace}", account.email), account.name.clone()))
    }

    /// Whose passkeys are asked for, where that is known.
    fn account_to_unlock(&self, connection: &Connection, unlocking: &Unlocking) -> Result<Option<i64>, Trouble> {
        match unlocking {
            Unlocking::First(stage) => self.settled_account(connection, stage),
            Unlocking::Second(entering) => Ok(Some(entering.whose.account)),
            Unlocking::Proof(whose) => Ok(Some(whose.account)),
        }
    }

    /// The account of the ID that a password's step has settled.
    pub(super) fn settled_account(
        &self,
        connection: &Connection,
        stage: &PasswordStage,
    ) -> Result<Option<i64>, Trouble> {
        let id = match &stage.way {
            Way::Email(address) | Way::Link(address) => LoginId::Email(address.email.clone()),
            Way::Proof(whose) => return Ok(Some(whose.account)),
            Way::Listed(listed) => return Ok(Some(listed.account)),
            Way::Organisation => return Ok(None),
        };
        Ok(store::account_of(connection, &stage.workspace, &id)?.map(|account| account.id))
    }

    /// The facts of a stage at which passkeys matter.
    pub(super) fn with_devices(
        &self,
        connection: &Connection,
        facts: Facts,
        stage: &Stage,
        viewer: &Viewer,
    ) -> Result<Facts, Trouble> {
        if let Stage::Password(stage) = stage {
            if self.shows == Shows::Workspaces {
                return Ok(facts);
            }
            let passkeys = match self.settled_account(connection, stage)? {
                Some(account) => store::passkeys_of(connection, account)?,
                None if stage.way == Way::Organisation => return Ok(facts),
                None => Vec::new(),
            };
            let (has_passkey, has_device) = (Some(!passkeys.is_empty()), Some(passkeys.iter().any(is_device)));
            return Ok(Facts { has_passkey, has_device, ..facts });
        }
        if let Stage::Approvals(whose) = stage {
            let notifications = self.notifications(connection, whose.account, &viewer.browser)?;
            return Ok(Facts { requests: self.requests(connection, whose, viewer)?, notifications, ..facts });
        }
        if let Stage::Approve(looking) = stage {
            let requests = self.request(connection, &looking.request)?.into_iter().collect();
            return Ok(Facts { requests, ..facts });
        }
        if let Stage::NewRecoveryKey(new) = stage {
            let key = recovery_codes::make_key(&self.key, new.whose().account, &new.salt);
            return Ok(Facts { shown: Shown::RecoveryKey(key), ..facts });
        }
        if let Some(newcomer) = stage.newcomer() {
            let has_recovery_key = store::recovery_key(connection, newcomer.whose.account)?.is_some();
            return Ok(Facts { has_recovery_key, ..facts });
        }
        Ok(facts)
    }

    /// Whether an account has a device that can say yes.
    pub(super) fn has_device(&self, connection: &Connection, account: i64) -> Result<bool, Trouble> {
        Ok(store::passkeys_of(connection, account)?.iter().any(is_device))
    }

    /// An account's passkeys as their member sees them, `browser` being where they are looked at.
    pub(super) fn devices(
        &self,
        connection: &Connection,
        account: i64,
        browser: &Digest32,
    ) -> Result<Vec<TrustedDevice>, Trouble> {
        let devices = store::passkeys_of(connection, account)?.into_iter().map(|passkey| TrustedDevice {
            id: passkey.id.to_string(),
            name: passkey.name,
            kind: passkey.kind,
            registered_at: passkey.registered_at,
            last_used_at: passkey.last_used_at,
            here: passkey.browser == *browser,
            last: false,
        });
        Ok(devices.collect())
    }

    /// What a browser may be told of which passkeys count.
    pub(super) fn accepted(
        &self,
        connection: &Connection,
        account: i64,
    ) -> Result<Option<AcceptedCredentials>, Trouble> {
        let (Some(party), Some(row)) = (&self.relying_party, store::account(connection, account)?) else {
            return Ok(None);
        };
        let (name, display_name) = self.shown_to_authenticators(connection, &row)?;
        let passkeys = store::passkeys_of(connection, account)?;
        Ok(Some(AcceptedCredentials {
            rp_id: party.id().into(),
            user_id: self.user_handle(account).encoded(),
            credential_ids: passkeys.iter().map(|passkey| URL_SAFE_NO_PAD.encode(&passkey.credential)).collect(),
            name,
            display_name,
        }))
    }
}

impl Taking<'_> {
    /// `use_passkey` at a password's step.
    pub(super) fn ask_for_passkey(&self, stage: &Stage) -> Next {
        let Stage::Password(stage) = stage else { return Next::unavailable() };
        Next::to(Stage::Passkey(match &stage.way {
            Way::Proof(whose) => Unlocking::Proof(whose.clone()),
            Way::Email(_) | Way::Link(_) | Way::Listed(_) | Way::Organisation => Unlocking::First(stage.clone()),
        }))
    }

    /// `use_passkey` at `identify`: whoever's it is.
    pub(super) fn use_passkey(&mut self, credential: &Credential) -> Result<Turn, Trouble> {
        match self.unlock(credential, Owner::Anybody)? {
            Ok(account) => self.enter_by_passkey(&account),
            Err(next) => self.settle(next),
        }
    }

    /// `submit` at `passkey`.
    pub(super) fn submit_passkey(&mut self, stage: &Stage, credential: &Credential) -> Result<Turn, Trouble> {
        let Stage::Passkey(unlocking) = stage else { return self.settle(Next::unavailable()) };
        let owner = match self.gate.account_to_unlock(self.connection, unlocking)? {
            Some(account) => Owner::Account(account),
            None => Owner::Member(unlocking.workspace()),
        };
        let account = match self.unlock(credential, owner)? {
            Ok(account) => account,
            Err(next) => return self.settle(next),
        };
        match unlocking {
            Unlocking::First(_) | Unlocking::Proof(_) => self.enter_by_passkey(&account),
            Unlocking::Second(entering) => self.second_factor_given(entering, FactorKind::Passkey, None, false),
        }
    }

    /// The device has unlocked: having it and its unlock are two factors.
    fn enter_by_passkey(&mut self, account: &AccountRow) -> Result<Turn, Trouble> {
        let trouble = if let Stage::Passkey(Unlocking::Proof(_)) = self.row.flow.stage {
            // What proves that it is the member still opens nothing that was not open.
            self.suspension(account, &First::Passkey)?
        } else {
            self.unlock_trouble(account)?
        };
        if let Some(next) = trouble {
            return self.settle(next);
        }
        let identifier = account.email.clone();
        self.enter_with(account, &identifier, First::Passkey).map(Turn::Answered)
    }

    /// Why whoever has unlocked a device of theirs does not come in by that, if so.
    pub(super) fn unlock_trouble(&self, account: &AccountRow) -> Result<Option<Next>, Trouble> {
        let policy = store::workspace(self.connection, &account.workspace)?;
        match sign_in::first_trouble(&account.workspace, &First::Passkey, policy.as_ref()) {
            Some(next) => Ok(Some(next)),
            None => self.suspension(account, &First::Passkey),
        }
    }

    /// Whose passkey this is, if what its authenticator says holds. What was asked is used up by it.
    pub(super) fn unlock(
        &mut self,
        credential: &Credential,
        owner: Owner<'_>,
    ) -> Result<Result<AccountRow, Next>, Trouble> {
        let Some((_, ceremony)) = self.row.flow.ceremony.take() else {
            return Ok(Err(Next::Refuse(Refusal::PasskeyRefused)));
        };
        Ok(self.hold(&ceremony, credential, owner)?.map_err(Next::Refuse))
    }

    /// Holds what an authenticator says against what was asked and what is kept.
    pub(super) fn hold(
        &self,
        ceremony: &Ceremony,
        credential: &Credential,
        owner: Owner<'_>,
    ) -> Result<Result<AccountRow, Refusal>, Trouble> {
        let Some(party) = &self.gate.relying_party else { return Ok(Err(Refusal::PasskeyRefused)) };
        let found = match credential_id(credential) {
            Some(id) => store::passkey(self.connection, &id)?,
            None => None,
        };
        let Some(row) = found else { return Ok(Err(Refusal::PasskeyUnknown)) };
        let account = store::account(self.connection, row.account)?;
        let Some(account) = account.filter(|account| account.state == AccountState::Active) else {
            return Ok(Err(Refusal::PasskeyUnknown));
        };
        match owner {
            // That it is somebody's in another workspace is nobody's business here.
            Owner::Member(workspace) if account.workspace != workspace => return Ok(Err(Refusal::PasskeyUnknown)),
            Owner::Account(expected) if account.id != expected => return Ok(Err(Refusal::PasskeyRefused)),
            Owner::Anybody | Owner::Member(_) | Owner::Account(_) => {}
        }
        match party.used(ceremony, credential, self.gate.user_handle(account.id), &row.passkey) {
            Ok(passkey) => {
                store::note_use(self.connection, row.id, &passkey, self.now)?;
                Ok(Ok(account))
            }
            Err(Refused::Invalid) => Ok(Err(Refusal::PasskeyRefused)),
            Err(Refused::Copied) => {
                self.tell(&account, |locale, workspace, at| texts::device_copied(locale, workspace, at, &row.name))?;
                Ok(Err(Refusal::PasskeyRefused))
            }
        }
    }
}

/// What can say yes, unlike a security key.
pub(super) fn is_device(passkey: &PasskeyRow) -> bool {
    passkey.kind == DeviceKind::Device
}
