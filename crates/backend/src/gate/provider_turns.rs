//! Signing in by an external provider, act by act (FEATURES L3). The provider is asked outside any transaction; what it says is
//! held against the flow as it is then.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daemun_protocol::{Membership, Provider, Secret};
use rusqlite::Connection;
use subtle::ConstantTimeEq;

use super::outside::{Concluded, Outside};
use super::{Gate, Place, Taking, Turn};
use crate::flow::provider::{self, From, Gone, Leaving, Proven};
use crate::flow::second_factor::{First, Salt};
use crate::flow::sign_in;
use crate::flow::{Ending, Facts, Next, Notice, Refusal, Said, Stage};
use crate::limits::Doing;
use crate::providers::{Binding, Failed, Identity};
use crate::server_key::{Digest32, ServerKey};
use crate::store::{self, AccountRow, Finished, Trouble};

/// What a provider is asked outside.
pub(super) struct Asking {
    /// Of the flow, as the member saw it.
    rev: u64,
    leaving: Leaving,
    question: Question,
}

enum Question {
    /// Where members are sent.
    Entrance { provider: String },
    /// Who came back with this.
    Who { gone: Gone, code: Secret, issuer: Option<String> },
}

/// What came of asking.
enum Heard {
    Entrance { provider: String, entrance: Result<String, Failed> },
    Who { provider: String, identity: Result<Identity, Failed> },
}

/// What an identity is kept as: nobody reads out of it who that is at the provider.
pub(crate) fn identity_digest(key: &ServerKey, namespace: &str, subject: &str) -> Digest32 {
    key.mac("external identity", &[namespace.as_bytes(), subject.as_bytes()])
}

impl Gate {
    /// The facts of a stage at which providers matter.
    pub(super) fn with_providers(
        &self,
        connection: &Connection,
        facts: Facts,
        stage: &Stage,
        place: Place,
    ) -> Result<Facts, Trouble> {
        // Providers let nobody frame them, and who leaves a frame of another site for one comes back as another browser.
        if let (Stage::Identify { .. } | Stage::Password(_) | Stage::Provider(_), Place::Frame) = (stage, place) {
            return Ok(facts);
        }
        if let Stage::Identify { .. } | Stage::Provider(Leaving { from: From::Identify, .. }) = stage {
            return Ok(Facts { providers: self.providers_anywhere(connection)?, ..facts });
        }
        if let Stage::Password(_) | Stage::Provider(Leaving { from: From::Password(_), .. }) = stage {
            let allowed = |provider: &Provider| {
                facts.workspace.as_ref().is_some_and(|workspace| workspace.allows_provider(&provider.id))
            };
            let providers = self.providers.listed().into_iter().filter(allowed).collect();
            return Ok(Facts { providers, ..facts });
        }
        if let Stage::Provider(Leaving { from: From::Connect { provider, .. }, .. }) = stage {
            let providers = self.providers.listed().into_iter().filter(|listed| listed.id == *provider).collect();
            return Ok(Facts { providers, ..facts });
        }
        if let Stage::ChooseAccount(proven) = stage {
            let memberships = self.memberships_of(connection, proven)?;
            return Ok(Facts { memberships, provider_name: Some(self.providers.name(&proven.provider)), ..facts });
        }
        if let Stage::Notice(Notice::ProviderNotLinked { provider, .. }) = stage {
            return Ok(Facts { provider_name: Some(self.providers.name(provider)), ..facts });
        }
        Ok(facts)
    }

    /// Those by which the members of any workspace may sign in.
    fn providers_anywhere(&self, connection: &Connection) -> Result<Vec<Provider>, Trouble> {
        let mut allowed = Vec::new();
        for provider in self.providers.listed() {
            if store::provider_way(connection, &provider.id)? {
                allowed.push(provider);
            }
        }
        Ok(allowed)
    }

    /// The workspaces in which an identity may be signed in by.
    fn memberships_of(&self, connection: &Connection, proven: &Proven) -> Result<Vec<Membership>, Trouble> {
        let mut memberships = Vec::new();
        for account in store::accounts_by_identity(connection, &proven.provider, &proven.subject)? {
            if let Some(workspace) = store::workspace(connection, &account.workspace)?
                && workspace.allows_provider(&proven.provider)
                && !is_denied(&account, &proven.provider)
            {
                let (id, name) = (workspace.id, workspace.name);
                memberships.push(Membership { id, name, member_name: account.name, logo: None });
            }
        }
        Ok(memberships)
    }

    /// What binds a return to its flow, made of the flow's own name and the salt of one leaving. The state begins with the flow's
    /// name: that is how the page finds the flow again.
    fn binding(&self, flow: &str, salt: &Salt) -> Binding {
        let make = |purpose: &str| URL_SAFE_NO_PAD.encode(self.key.mac(purpose, &[flow.as_bytes(), salt]));
        Binding {
            state: Secret::new(format!("{flow}.{}", make("provider state"))),
            nonce: Secret::new(make("provider nonce")),
            verifier: Secret::new(make("provider verifier")),
        }
    }

    /// Where somebody goes who has chosen a provider.
    pub(super) fn address_to_go_to(&self, flow: &str, stage: &Stage) -> Option<Secret> {
        let Stage::Provider(Leaving { gone: Some(gone), .. }) = stage else { return None };
        self.providers.address(&gone.provider, &gone.entrance, &self.binding(flow, &gone.salt))
    }

    /// Asks a provider, and holds what it says against the flow.
    pub(super) async fn ask_provider(&self, outside: Outside, asking: Asking) -> Result<Finished, Trouble> {
        let Asking { rev, leaving, question } = asking;
        let heard = match question {
            Question::Entrance { provider } => {
                let entrance = self.providers.entrance(&provider).await;
                Heard::Entrance { provider, entrance }
            }
            Question::Who { gone, code, issuer } => {
                let (binding, now) = (self.binding(&outside.flow, &gone.salt), self.clock.time_of_day());
                let asked = self.providers.identify(&gone.provider, &code, issuer.as_deref(), &binding, now);
                Heard::Who { identity: asked.await, provider: gone.provider }
            }
        };
        let conclude =
            move |taking: &mut Taking<'_>| taking.conclude_provider(rev, &leaving, heard).map(Concluded::Answered);
        self.conclude(outside, conclude).await
    }
}

impl Taking<'_> {
    /// `use_provider`.
    pub(super) fn use_provider(&self, stage: &Stage) -> Next {
        let from = if let Stage::Password(stage) = stage { From::Password(stage.clone()) } else { From::Identify };
        Next::to(Stage::Provider(Leaving::new(from)))
    }

    /// `go`.
    pub(super) fn leave_for(&mut self, stage: &Stage, provider: &str, facts: &Facts) -> Result<Turn, Trouble> {
        let Stage::Provider(leaving) = stage else { return self.settle(Next::unavailable()) };
        if !facts.providers.iter().any(|listed| listed.id == provider) {
            return self.settle(Next::Refuse(Refusal::NotListed));
        }
        self.ask(leaving, Question::Entrance { provider: provider.into() })
    }

    /// `return`.
    pub(super) fn come_back(&mut self, stage: &Stage, provider: &str, returned: &Secret) -> Result<Turn, Trouble> {
        let Stage::Provider(leaving @ Leaving { gone: Some(gone), .. }) = stage else {
            return self.settle(Next::Refuse(Refusal::ProviderRefused));
        };
        let said = |name: &str| said(returned, name);
        let (state, expected) = (said("state").unwrap_or_default(), self.gate.binding(self.id, &gone.salt).state);
        if !bool::from(expected.expose().as_bytes().ct_eq(state.as_bytes())) {
            // It belongs somewhere else; who is gone may still come back.
            return self.settle(Next::Refuse(Refusal::ProviderRefused));
        }
        let issuer = said("iss");
        if provider != gone.provider || !self.gate.providers.may_be_from(&gone.provider, issuer.as_deref()) {
            return self.settle(refused(leaving));
        }
        match (said("code").map(Secret::new), said("error")) {
            (Some(code), None) => self.ask(leaving, Question::Who { gone: gone.clone(), code, issuer }),
            (_, Some(error)) => {
                let provider = self.gate.providers.name(&gone.provider);
                self.settle(provider::again(leaving, why(&error, provider)))
            }
            (None, None) => self.settle(refused(leaving)),
        }
    }

    fn ask(&mut self, leaving: &Leaving, question: Question) -> Result<Turn, Trouble> {
        if let Err(retry_after) = self.gate.meter.take(Doing::Password, self.asker.neighbourhood, self.now) {
            return self.settle(Next::Refuse(Refusal::TooManyRequests { retry_after }));
        }
        Ok(Turn::Ask(Box::new(Asking { rev: self.row.flow.rev, leaving: leaving.clone(), question })))
    }

    fn conclude_provider(&mut self, rev: u64, leaving: &Leaving, heard: Heard) -> Result<Finished, Trouble> {
        if self.gate.is_signed_out(self.connection, &self.row.flow, self.session.as_ref(), self.now)? {
            return self.finish(Next::to(Stage::Ended(Ending::SignedOut)));
        }
        // While the provider was asked, the member may have gone on, here or in another tab.
        if self.row.flow.rev != rev || self.row.flow.stage != Stage::Provider(leaving.clone()) {
            return self.stale();
        }
        match heard {
            Heard::Entrance { provider, entrance: Ok(entrance) } => {
                let gone = Gone { provider, entrance, salt: self.gate.chance.bytes()? };
                self.finish(Next::to(Stage::Provider(Leaving { gone: Some(gone), from: leaving.from.clone() })))
            }
            Heard::Entrance { provider, entrance: Err(Failed::Unavailable | Failed::Refused) }
            | Heard::Who { provider, identity: Err(Failed::Unavailable) } => {
                let provider = self.gate.providers.name(&provider);
                self.finish(provider::again(leaving, Said::ProviderUnavailable { provider }))
            }
            Heard::Who { identity: Err(Failed::Refused), .. } => self.finish(refused(leaving)),
            Heard::Who { provider, identity: Ok(identity) } => self.sign_in_by_identity(leaving, provider, &identity),
        }
    }

    fn sign_in_by_identity(
        &mut self,
        leaving: &Leaving,
        provider: String,
        identity: &Identity,
    ) -> Result<Finished, Trouble> {
        let namespace = self.gate.providers.namespace(&provider).unwrap_or(&provider);
        let subject = identity_digest(&self.gate.key, namespace, &identity.subject);
        if let From::Connect { whose, .. } = &leaving.from {
            let next = self.connect_identity(whose, &provider, &subject, identity)?;
            return self.finish(next);
        }
        let accounts = store::accounts_by_identity(self.connection, &provider, &subject)?;
        let account = match &leaving.from {
            From::Identify => match accounts.as_slice() {
                [] | [_] => accounts.into_iter().next(),
                [first, _, ..] => {
                    let first = first.clone();
                    let proven = Proven { provider: provider.clone(), subject };
                    match self.gate.memberships_of(self.connection, &proven)?.as_slice() {
                        [] => Some(first),
                        [only] => accounts.into_iter().find(|account| account.workspace == only.id),
                        [_, _, ..] => return self.finish(Next::to(Stage::ChooseAccount(proven))),
                    }
                }
            },
            From::Connect { .. } => None,
            From::Password(stage) => {
                let settled = self.gate.settled_account(self.connection, stage)?;
                let is_meant = |account: &AccountRow| {
                    account.workspace == stage.workspace && settled.is_none_or(|settled| settled == account.id)
                };
                accounts.into_iter().find(is_meant)
            }
        };
        match account {
            Some(account) => self.enter_by_provider(&account, provider),
            None => self.finish(provider::not_linked(leaving, provider)),
        }
    }

    fn enter_by_provider(&mut self, account: &AccountRow, provider: String) -> Result<Finished, Trouble> {
        let first = First::Provider(provider);
        let policy = store::workspace(self.connection, &account.workspace)?;
        if let Some(next) = sign_in::first_trouble(&account.workspace, &first, policy.as_ref()) {
            return self.finish(next);
        }
        let First::Provider(provider) = &first else { return self.stale() };
        if let Some(next) = self.provider_trouble(account, provider)? {
            return self.finish(next);
        }
        if let Some(next) = self.suspension(account, &first)? {
            return self.finish(next);
        }
        let identifier = account.email.clone();
        self.enter_with(account, &identifier, first)
    }

    /// What is said to a member whom alone the administrator does not let in by a provider (FEATURES P1).
    pub(super) fn provider_trouble(&self, account: &AccountRow, provider: &str) -> Result<Option<Next>, Trouble> {
        let first = || First::Provider(provider.into());
        Ok(is_denied(account, provider).then(|| sign_in::not_allowed(account.workspace.clone(), first())))
    }

    /// `choose` among the workspaces that an identity is connected in.
    pub(super) fn choose_account(&mut self, proven: &Proven, workspace: &str) -> Result<Turn, Trouble> {
        let accounts = store::accounts_by_identity(self.connection, &proven.provider, &proven.subject)?;
        match accounts.into_iter().find(|account| account.workspace == workspace) {
            Some(account) => self.enter_by_provider(&account, proven.provider.clone()).map(Turn::Answered),
            None => self.settle(Next::Refuse(Refusal::NotListed)),
        }
    }
}

/// What came back is not to be believed: whoever is gone has to go once more.
fn refused(leaving: &Leaving) -> Next {
    Next::RefuseAndRemember(Stage::Provider(leaving.anew()), Refusal::ProviderRefused)
}

pub(super) fn is_denied(account: &AccountRow, provider: &str) -> bool {
    account.denied_providers.iter().any(|denied| denied == provider)
}

/// A parameter of what came back; one that is there twice is not taken (RFC 6749 §3.1).
fn said(returned: &Secret, name: &str) -> Option<String> {
    let mut said = url::form_urlencoded::parse(returned.expose().as_bytes()).filter(|(named, _)| named == name);
    match (said.next(), said.next()) {
        (Some((_, value)), None) => Some(value.into_owned()),
        (Some(_), Some(_)) | (None, _) => None,
    }
}

/// Why there is no code (RFC 6749 §4.1.2.1). Who refuses consent there has cancelled here.
fn why(error: &str, provider: String) -> Said {
    if error.eq_ignore_ascii_case("access_denied") {
        Said::ProviderCancelled { provider }
    } else if matches!(error, "temporarily_unavailable" | "server_error") {
        Said::ProviderUnavailable { provider }
    } else {
        Said::ProviderDenied { provider }
    }
}
