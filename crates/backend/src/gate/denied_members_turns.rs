//! Members who alone may not sign in with LINE, act by act (seed 003; FEATURES P1). Every act asks again who is signed in, and whether
//! that is an administrator still.

use daemun_protocol::{AccountPolicy, FieldCode, MemberDecision, PolicyEffect, SavedPolicy};

use super::Taking;
use super::reset_turns::remembered;
use crate::flow::denied_members::{self, DenyForm, DenyReview};
use crate::flow::policy::{LINE, PolicyForm};
use crate::flow::{AfterProof, Facts, Next, Refusal, Said, Stage};
use crate::login_id::{LoginId, NotAnId};
use crate::mail::texts;
use crate::store::{self, AccountRow, AccountState, Trouble};

impl Taking<'_> {
    /// `show_denied_members`.
    pub(super) fn show_denied_members(&self, stage: &Stage, facts: &Facts) -> Next {
        let Stage::AccountSecurity(PolicyForm { whose, .. }) = stage else { return Next::unavailable() };
        if facts.policy.line_entry.is_none() {
            return Next::unavailable();
        }
        Next::to(Stage::DeniedMembers(DenyForm { whose: whose.clone(), identifier: None }))
    }

    /// `submit`: who it is about, as an ID or an address that they sign in with.
    pub(super) fn submit_member(&mut self, form: &DenyForm, typed: &str, facts: &Facts) -> Result<Next, Trouble> {
        let typed = typed.trim();
        let form = DenyForm { identifier: Some(remembered(typed)), ..form.clone() };
        let refused = |code| Ok(Next::Refuse(Refusal::field("/input/identifier", code)));
        let next = match LoginId::parse_in(typed, self.row.flow.locale) {
            Ok(id) => match store::account_of(self.connection, &form.whose.workspace, &id)?.filter(is_member) {
                Some(member) if is_denied(&member) => refused(FieldCode::NothingChanged),
                Some(member) => {
                    let then = AfterProof::ReviewDenial { form: form.clone(), member: member.id };
                    self.once_proven(&form.whose, then, facts)
                }
                None => refused(FieldCode::MemberUnknown),
            },
            Err(NotAnId::Malformed) => refused(FieldCode::MemberUnknown),
            Err(NotAnId::Empty) => refused(FieldCode::Required),
            Err(NotAnId::TooLong) => refused(FieldCode::TooLong),
        };
        Ok(next?.or_remember(Stage::DeniedMembers(form)))
    }

    /// What it does, by what is true now.
    pub(super) fn look_at_denial(&self, form: DenyForm, member: i64) -> Result<Next, Trouble> {
        let Some(account) = self.member_of(&form, member)?.filter(|account| !is_denied(account)) else {
            return Ok(Next::to(Stage::DeniedMembers(form)));
        };
        let effects = self.denial_effects(&account)?;
        let (name, identifier) = (account.name, account.email);
        Ok(Next::to(Stage::DenyReview(DenyReview { form, member, name, identifier, effects })))
    }

    /// `deny_member`: just whom was looked at.
    pub(super) fn deny_member(&mut self, stage: &Stage, confirmed: bool, facts: &Facts) -> Result<Next, Trouble> {
        let Stage::DenyReview(review) = stage else { return Ok(Next::unavailable()) };
        let (form, member) = (review.form.clone(), review.member);
        if !facts.is_fresh {
            return self.once_proven(&form.whose.clone(), AfterProof::ReviewDenial { form, member }, facts);
        }
        let Some(account) = self.member_of(&form, member)?.filter(|account| !is_denied(account)) else {
            return Ok(Next::to(Stage::DeniedMembers(form)));
        };
        let now = DenyReview { effects: self.denial_effects(&account)?, ..review.clone() };
        if now.locks_out() && !review.locks_out() {
            return Ok(Next::Go(Stage::DenyReview(now), vec![Said::PolicyLocksOutMore]));
        }
        if review.locks_out() && !confirmed {
            return Ok(Next::Refuse(Refusal::field("/input/confirmed", FieldCode::ConfirmationRequired)));
        }
        self.decide(&form, &account, false)
    }

    /// `allow_member`.
    pub(super) fn allow_member(&mut self, stage: &Stage, member: &str, facts: &Facts) -> Result<Next, Trouble> {
        let Stage::DeniedMembers(form) = stage else { return Ok(Next::unavailable()) };
        let listed = facts.denied_members.iter().find(|listed| listed.id == member);
        let Some(member) = listed.and_then(|listed| listed.id.parse().ok()) else {
            return Ok(Next::Refuse(Refusal::NotListed));
        };
        let form = DenyForm { identifier: None, ..form.clone() };
        self.once_proven(&form.whose.clone(), AfterProof::AllowMember { form, member }, facts)
    }

    /// After the proof that it takes.
    pub(super) fn allowed_again(&self, form: DenyForm, member: i64) -> Result<Next, Trouble> {
        match self.member_of(&form, member)?.filter(is_denied) {
            Some(account) => self.decide(&form, &account, true),
            None => Ok(Next::to(Stage::DeniedMembers(form))),
        }
    }

    fn decide(&self, form: &DenyForm, member: &AccountRow, allowed: bool) -> Result<Next, Trouble> {
        let provider = self.gate.providers.name(LINE);
        let others = member.denied_providers.iter().filter(|denied| *denied != LINE).cloned();
        let denied: Vec<String> = others.chain((!allowed).then(|| LINE.into())).collect();
        store::deny_member(self.connection, member.id, &denied)?;
        let decision = MemberDecision { name: member.name.clone(), provider: provider.clone(), allowed };
        let saved = SavedPolicy {
            who: form.whose.name.clone(),
            at: self.now,
            from: AccountPolicy::default(),
            to: AccountPolicy::default(),
            member: Some(decision),
        };
        store::note_policy_change(self.connection, &form.whose.workspace, &saved)?;
        self.tell_administrators(&form.whose.workspace, &saved)?;
        self.tell(member, |locale, workspace, _| texts::provider_decided(locale, workspace, &provider, allowed))?;
        let name = member.name.clone();
        let said = if allowed { Said::MemberAllowed { name, provider } } else { Said::MemberDenied { name, provider } };
        Ok(Next::Go(Stage::DeniedMembers(DenyForm { identifier: None, ..form.clone() }), vec![said]))
    }

    fn member_of(&self, form: &DenyForm, member: i64) -> Result<Option<AccountRow>, Trouble> {
        let account = store::account(self.connection, member)?;
        Ok(account.filter(is_member).filter(|account| account.workspace == form.whose.workspace))
    }

    fn denial_effects(&self, member: &AccountRow) -> Result<Vec<PolicyEffect>, Trouble> {
        let (Some(workspace), Some(ways)) =
            (store::workspace(self.connection, &member.workspace)?, store::ways_of(self.connection, member.id)?)
        else {
            return Ok(Vec::new());
        };
        Ok(denied_members::effects(&self.gate.usable(ways), LINE, &workspace, self.gate.reach()))
    }
}

fn is_member(account: &AccountRow) -> bool {
    account.state == AccountState::Active
}

fn is_denied(account: &AccountRow) -> bool {
    super::provider_turns::is_denied(account, LINE)
}
