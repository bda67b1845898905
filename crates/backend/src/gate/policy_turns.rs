//! A workspace's policy, act by act (FEATURES P1, P2). Every act asks again who is signed in, and whether that is an administrator
//! still.

use daemun_protocol::{AccountPolicy, Channel, FieldCode, PolicyEffect, PolicyEffectCode, SavedPolicy, Timestamp};
use rusqlite::Connection;

use super::reset_turns::whose;
use super::{Gate, Taking};
use crate::flow::policy::{self, MemberWays, News, PolicyForm, PolicyReview, Reach};
use crate::flow::{AfterProof, Entrance, Facts, Next, Notice, Refusal, Said, Stage, StoredFlow, Workspace};
use crate::mail::texts;
use crate::server_key::Digest32;
use crate::store::{self, AccountRow, Trouble};

/// How many decisions are shown.
pub(super) const LOG_LENGTH: u32 = 20;

impl Gate {
    /// The policy of who is signed in; `None`: nobody is. Who is no administrator is told so, and nothing else.
    pub(super) fn open_policy(
        &self,
        connection: &Connection,
        session: Option<&Digest32>,
        now: Timestamp,
    ) -> Result<Option<(Entrance, Stage)>, Trouble> {
        let Some(account) = self.signed_in(connection, session, now)? else { return Ok(None) };
        let whose = whose(&account, account.email.clone());
        let stage = if account.super_administrator {
            Stage::AccountSecurity(PolicyForm { whose, draft: AccountPolicy::default() })
        } else {
            Stage::Notice(Notice::NotAdministrator(whose))
        };
        Ok(Some((Entrance::Policy(account.id), stage)))
    }

    /// Whether a flow is not about a policy, or is an administrator's still; who is told to be none may hear it again.
    pub(super) fn may_decide_still(
        &self,
        connection: &Connection,
        flow: &StoredFlow,
        account: i64,
    ) -> Result<bool, Trouble> {
        if !matches!(flow.entrance, Entrance::Policy(_)) || matches!(flow.stage, Stage::Notice(_)) {
            return Ok(true);
        }
        Ok(store::account(connection, account)?.is_some_and(|account| account.super_administrator))
    }

    /// What is decided about a workspace, as far as this deployment has it.
    pub(super) fn policy_of(&self, workspace: &Workspace) -> AccountPolicy {
        self.had_here(workspace.policy())
    }

    /// The options that there is something behind.
    fn had_here(&self, options: AccountPolicy) -> AccountPolicy {
        let has = |provider, option: Option<bool>| option.filter(|_| self.providers.has(provider));
        AccountPolicy {
            line_entry: has(policy::LINE, options.line_entry),
            naver_entry: has(policy::NAVER, options.naver_entry),
            ..options
        }
    }

    /// What messages to phones and authenticators can do here.
    pub(super) fn reach(&self) -> Reach {
        Reach { sends_sms: self.channels.contains(&Channel::Sms), knows_passkeys: self.relying_party.is_some() }
    }

    /// A member without the identities at providers that this deployment does not know any more.
    pub(super) fn usable(&self, mut member: MemberWays) -> MemberWays {
        member.identities.retain(|provider| self.providers.has(provider));
        member
    }

    /// The ways in that a member of the workspace has.
    pub(super) fn ways_of(&self, connection: &Connection, account: &AccountRow) -> Result<Option<MemberWays>, Trouble> {
        Ok(store::ways_of(connection, account.id)?.map(|ways| self.usable(ways)))
    }

    /// What a workspace's becoming another would do to its members.
    fn policy_effects(
        &self,
        connection: &Connection,
        before: &Workspace,
        after: &Workspace,
        now: Timestamp,
    ) -> Result<Vec<PolicyEffect>, Trouble> {
        let members = store::member_ways(connection, &before.id)?;
        let members: Vec<MemberWays> = members.into_iter().map(|member| self.usable(member)).collect();
        let news = self.untold(connection, News::of(before, after, self.providers.listed()), &before.id, now)?;
        Ok(policy::effects(&members, before, after, &news, self.reach(), now))
    }
}

impl Taking<'_> {
    /// `review`: what is to be changed is judged, and who wants it proves who they are.
    pub(super) fn review_policy(
        &mut self,
        stage: &Stage,
        changes: AccountPolicy,
        facts: &Facts,
    ) -> Result<Next, Trouble> {
        let (Stage::AccountSecurity(PolicyForm { whose, .. }), Some(workspace)) = (stage, &facts.workspace) else {
            return Ok(Next::unavailable());
        };
        let changes = self.gate.had_here(changes);
        let errors = policy::trouble(&workspace.clone().under(changes));
        if !errors.is_empty() {
            return Ok(Next::Refuse(Refusal::Fields(errors)));
        }
        let draft = changes.unlike(self.gate.policy_of(workspace));
        if draft == AccountPolicy::default() {
            return Ok(Next::Refuse(Refusal::field("/input/changes", FieldCode::NothingChanged)));
        }
        let form = PolicyForm { whose: whose.clone(), draft };
        self.once_proven(&form.whose.clone(), AfterProof::ReviewPolicy(form), facts)
    }

    /// What a change does, by what is true now.
    pub(super) fn look_at_policy(&self, form: PolicyForm) -> Result<Next, Trouble> {
        let Some(before) = store::workspace(self.connection, &form.whose.workspace)? else {
            return Ok(Next::unavailable());
        };
        let draft = form.draft.unlike(self.gate.policy_of(&before));
        if draft == AccountPolicy::default() {
            // Somebody else has decided the same meanwhile.
            let form = PolicyForm { draft, ..form };
            return Ok(Next::Go(Stage::AccountSecurity(form), vec![Said::PolicyChangedMeanwhile]));
        }
        let effects = self.gate.policy_effects(self.connection, &before, &before.clone().under(draft), self.now)?;
        let form = PolicyForm { draft, ..form };
        Ok(Next::to(Stage::PolicyReview(PolicyReview { form, before: self.gate.policy_of(&before), effects })))
    }

    /// `save`: just what was looked at, beside just what it was looked at beside.
    pub(super) fn save_policy(&mut self, stage: &Stage, confirmed: bool, facts: &Facts) -> Result<Next, Trouble> {
        let (Stage::PolicyReview(review), Some(workspace)) = (stage, &facts.workspace) else {
            return Ok(Next::unavailable());
        };
        let PolicyReview { form, before, effects: _ } = review;
        if self.gate.policy_of(workspace) != *before {
            return Ok(Next::Go(Stage::AccountSecurity(form.clone()), vec![Said::PolicyChangedMeanwhile]));
        }
        if !facts.is_fresh {
            return self.once_proven(&form.whose, AfterProof::ReviewPolicy(form.clone()), facts);
        }
        let changed = workspace.clone().under(form.draft);
        let effects = self.gate.policy_effects(self.connection, workspace, &changed, self.now)?;
        if policy::members(&effects, &PolicyEffectCode::LockedOut) > review.locked_out() {
            let again = PolicyReview { effects, ..review.clone() };
            return Ok(Next::Go(Stage::PolicyReview(again), vec![Said::PolicyLocksOutMore]));
        }
        if review.locked_out() > 0 && !confirmed {
            return Ok(Next::Refuse(Refusal::field("/input/confirmed", FieldCode::ConfirmationRequired)));
        }
        self.gate.set_policy(self.connection, &changed)?;
        let saved = policy::saved(&form.whose.name, self.now, *before, form.draft);
        store::note_policy_change(self.connection, &workspace.id, &saved)?;
        self.tell_administrators(&workspace.id, &saved)?;
        let form = PolicyForm { whose: form.whose.clone(), draft: AccountPolicy::default() };
        Ok(Next::Go(Stage::AccountSecurity(form), vec![Said::PolicySaved]))
    }

    /// All of them, whoever saved it: it may have been somebody else in their place.
    pub(super) fn tell_administrators(&self, workspace: &str, saved: &SavedPolicy) -> Result<(), Trouble> {
        for id in store::super_administrators(self.connection, workspace)? {
            if let Some(account) = store::account(self.connection, id)? {
                self.tell(&account, |locale, workspace, at| texts::policy_changed(locale, workspace, at, saved))?;
            }
        }
        Ok(())
    }
}
