//! What a member has connected at external providers, act by act (FEATURES S3). Who that is there, `provider_turns` finds out.

use daemun_protocol::{ExternalIdentity, Provider};
use rusqlite::Connection;

use super::provider_turns::is_denied;
use super::{Gate, Taking};
use crate::email_address::EmailAddress;
use crate::flow::new_password::Whose;
use crate::flow::{AfterProof, Ending, Facts, Next, Refusal, Said, Stage, Workspace};
use crate::login_id::MobileNumber;
use crate::mail::texts;
use crate::providers::Identity;
use crate::server_key::Digest32;
use crate::store::{self, AccountRow, Trouble};

impl Gate {
    /// What an account has connected, and what it could connect.
    pub(super) fn identities(
        &self,
        connection: &Connection,
        account: &AccountRow,
        workspace: Option<&Workspace>,
    ) -> Result<Vec<ExternalIdentity>, Trouble> {
        let connected = store::identities_of(connection, account.id)?;
        let ways = self.ways_of(connection, account)?;
        let is_last = |provider: &str| {
            let (Some(ways), Some(workspace)) = (&ways, workspace) else { return false };
            ways.is_shut_out_as(&ways.without_identity(provider), workspace, self.reach())
        };
        let identity = |provider: Provider| {
            let since = connected.iter().find(|(id, _)| *id == provider.id).map(|(_, since)| *since);
            let is_allowed = workspace.is_some_and(|workspace| workspace.allows_provider(&provider.id));
            let denied = !is_allowed || is_denied(account, &provider.id);
            ExternalIdentity { connected_at: since, denied, last: since.is_some() && is_last(&provider.id), provider }
        };
        Ok(self.providers.listed().into_iter().map(identity).collect())
    }
}

impl Taking<'_> {
    /// `connect`.
    pub(super) fn connect(&mut self, stage: &Stage, provider: &str, facts: &Facts) -> Result<Next, Trouble> {
        let can = |identity: &ExternalIdentity| identity.connected_at.is_none() && !identity.denied;
        self.change_identity(stage, provider, facts, can, |whose, provider| AfterProof::Connect { whose, provider })
    }

    /// `disconnect`.
    pub(super) fn disconnect(&mut self, stage: &Stage, provider: &str, facts: &Facts) -> Result<Next, Trouble> {
        let can = |identity: &ExternalIdentity| identity.connected_at.is_some();
        self.change_identity(stage, provider, facts, can, |whose, provider| AfterProof::Disconnect { whose, provider })
    }

    fn change_identity(
        &mut self,
        stage: &Stage,
        provider: &str,
        facts: &Facts,
        can: impl Fn(&ExternalIdentity) -> bool,
        then: impl FnOnce(Whose, String) -> AfterProof,
    ) -> Result<Next, Trouble> {
        let Stage::ExternalIdentities(whose) = stage else { return Ok(Next::unavailable()) };
        if !facts.identities.iter().any(|identity| identity.provider.id == provider && can(identity)) {
            return Ok(Next::Refuse(Refusal::NotListed));
        }
        self.once_proven(whose, then(whose.clone(), provider.into()), facts)
    }

    /// The identity is a member's own from now on, if it is nobody else's in the workspace (FEATURES S3).
    pub(super) fn connect_identity(
        &mut self,
        whose: &Whose,
        provider: &str,
        subject: &Digest32,
        identity: &Identity,
    ) -> Result<Next, Trouble> {
        let stage = Stage::ExternalIdentities(whose.clone());
        let (name, Some(account)) = (self.gate.providers.name(provider), self.still(whose)?) else {
            return Ok(Next::to(Stage::Ended(Ending::SignedOut)));
        };
        let then = || AfterProof::Connect { whose: whose.clone(), provider: provider.into() };
        if let Some(next) = self.proof_again(&account, whose, then)? {
            return Ok(next);
        }
        let policy = store::workspace(self.connection, &account.workspace)?;
        let is_allowed = policy.as_ref().is_some_and(|workspace| workspace.allows_provider(provider));
        if !is_allowed || is_denied(&account, provider) {
            return Ok(Next::to(stage));
        }
        let others = store::accounts_by_identity(self.connection, provider, subject)?;
        if others.iter().any(|other| other.workspace == account.workspace && other.id != account.id) {
            return Ok(Next::Go(stage, vec![Said::IdentityTaken { provider: name }]));
        }
        // It was connected meanwhile, in another tab; another identity takes its place.
        store::disconnect_identity(self.connection, account.id, provider)?;
        store::connect_identity(self.connection, &account, provider, subject, self.now)?;
        let mut said = vec![Said::IdentityConnected { provider: name.clone() }];
        let email = identity.email.as_deref().and_then(|email| EmailAddress::parse(email).ok());
        // The address that they sign in with is no second contact.
        let email = email.as_ref().map(EmailAddress::as_str).filter(|email| *email != account.email);
        let mobile = identity.mobile.as_ref().map(MobileNumber::as_str);
        let may_save = policy.is_some_and(|workspace| !workspace.managed_profiles);
        if may_save && store::save_missing_contacts(self.connection, account.id, email, mobile)? {
            // It can be verified by, so it is told as any other that is added.
            store::forget_remembered_browsers(self.connection, account.id)?;
            self.tell(&account, texts::second_factor_added)?;
            said.push(Said::ContactsSaved { provider: name.clone() });
        }
        self.tell(&account, |locale, workspace, at| texts::identity_connected(locale, workspace, at, &name))?;
        Ok(Next::Go(stage, said))
    }

    pub(super) fn disconnect_identity(&self, whose: Whose, provider: &str) -> Result<Next, Trouble> {
        let name = self.gate.providers.name(provider);
        if !store::disconnect_identity(self.connection, whose.account, provider)? {
            return Ok(Next::to(Stage::ExternalIdentities(whose)));
        }
        if let Some(account) = store::account(self.connection, whose.account)? {
            self.tell(&account, |locale, workspace, at| texts::identity_disconnected(locale, workspace, at, &name))?;
        }
        Ok(Next::Go(Stage::ExternalIdentities(whose), vec![Said::IdentityDisconnected { provider: name }]))
    }
}
