//! A new password's turn: it is judged within the first transaction, hashed outside any, and set in a second one that asks
//! everything again. Nothing is half done in between: a process that dies there has changed nothing, and the same key makes
//! the hash anew.

use daemun_protocol::{FieldCode, Secret};

use super::join_turns::{bad_by_now, by_link, uninvited};
use super::outside::{Concluded, Outside};
use super::reset_turns::{link_trouble, whose};
use super::{Gate, Taking, Turn, account_subject, is_over};
use crate::flow::join::AccountForm;
use crate::flow::new_password::{self, NewPasswordStage, Proof, ProofTrouble};
use crate::flow::quick_login::NewPin;
use crate::flow::register_id::IdForm;
use crate::flow::reset::ResetLinkTrouble;
use crate::flow::sign_in::{self, PasswordStage, Way};
use crate::flow::{Address, Facts, Next, Refusal, Said, Stage};
use crate::limits::Doing;
use crate::locale::Locale;
use crate::login_id::LoginName;
use crate::password::{Made, PasswordPolicy, Prepared, StoredPassword};
use crate::possession::DeviceKey;
use crate::store::{self, AccountRow, Finished, Trouble};

/// A password to be hashed.
pub(super) struct NewPassword {
    password: Prepared,
    /// What it must not be.
    used: Vec<StoredPassword>,
    rev: u64,
    to_hash: ToHash,
    /// What the member reads now: mails follow it.
    locale: Locale,
}

/// Whose password it is to be.
pub(super) enum ToHash {
    /// Of the account that the step is about.
    Account,
    /// Of somebody who has no account before the address is verified.
    Candidate { address: Address, form: AccountForm },
    /// Of a member who gets an ID with it (FEATURES R5).
    FirstId { name: LoginName, form: IdForm },
    /// A PIN for this browser, and the key that goes with it (FEATURES S7).
    Pin { stage: NewPin, key: DeviceKey },
}

impl ToHash {
    /// The step with what was typed there, where it is a form.
    fn form(&self) -> Option<Stage> {
        match self {
            Self::Account => None,
            Self::Candidate { form, .. } => Some(Stage::CreateAccount(form.clone())),
            Self::FirstId { form, .. } => Some(Stage::RegisterId(form.clone())),
            // What was signed is good for another try.
            Self::Pin { stage, .. } => Some(Stage::SetPin(stage.clone())),
        }
    }
}

/// What is kept for the key meanwhile.
pub(super) const RESERVED: &str = "a hash";

impl Taking<'_> {
    pub(super) fn submit_new_password(
        &mut self,
        stage: &NewPasswordStage,
        password: &Secret,
        facts: &Facts,
        reserved: Option<&str>,
    ) -> Result<Turn, Trouble> {
        let account = match self.proven(stage, facts)? {
            Ok(account) => account,
            Err(next) => return self.settle(next),
        };
        let policy = facts.workspace.as_ref().map_or(PasswordPolicy::DEFAULT, |its| its.passwords);
        let policy = stage.proof.asks(policy);
        let ids = ids_of(&account, &stage.whose.identifier);
        let password = match policy.judge(password, &ids, &*self.gate.breached) {
            Ok(password) => password,
            Err(codes) => return self.settle(new_password::refuse_password(codes)),
        };
        let used = store::last_passwords(self.connection, &account, policy.history)?;
        self.hash(password, used, ToHash::Account, reserved)
    }

    /// Lets a password be hashed, unless too many are from here; what was typed beside it is remembered then.
    pub(super) fn hash(
        &mut self,
        password: Prepared,
        used: Vec<StoredPassword>,
        to_hash: ToHash,
        reserved: Option<&str>,
    ) -> Result<Turn, Trouble> {
        if reserved.is_none()
            && let Err(retry_after) = self.gate.meter.take(Doing::Password, self.asker.neighbourhood, self.now)
        {
            let refusal = Refusal::TooManyRequests { retry_after };
            return self.settle(match to_hash.form() {
                Some(form) => Next::RefuseAndRemember(form, refusal),
                None => Next::Refuse(refusal),
            });
        }
        let (rev, locale) = (self.row.flow.rev, self.row.flow.locale);
        Ok(Turn::Hash(Box::new(NewPassword { password, used, rev, to_hash, locale })))
    }

    /// The account whose password may be set now, or why it may not.
    fn proven(&self, stage: &NewPasswordStage, facts: &Facts) -> Result<Result<AccountRow, Next>, Trouble> {
        let (connection, whose) = (self.connection, &stage.whose);
        let workspace = whose.workspace.clone();
        let account = self.still(whose)?;
        let is_suspended = store::is_suspended(connection, &account_subject(whose.account))?;
        let suspended = |way| ProofTrouble::Suspended { workspace: workspace.clone(), way };
        let forbidden = |way: &Way| sign_in::method_trouble(&workspace, way, facts.workspace.as_ref());
        let trouble = match (&stage.proof, &account) {
            (Proof::Expired(before), None) => Some(ProofTrouble::Outdated(before.clone())),
            (Proof::Expired(before), Some(_)) if is_suspended => Some(suspended(before.way.clone())),
            (Proof::Expired(before), Some(_)) => match forbidden(&before.way) {
                Some(next) => return Ok(Err(next)),
                None => None,
            },
            (Proof::Mailbox(address), None) => Some(ProofTrouble::Joined { workspace, address: address.clone() }),
            (Proof::Mailbox(address), Some(_)) if is_suspended => Some(suspended(Way::Email(address.clone()))),
            (Proof::Mailbox(address), Some(account)) => match forbidden(&Way::Email(address.clone())) {
                Some(next) => return Ok(Err(next)),
                None => uninvited(connection, account.id, self.now)?.map(ProofTrouble::Invitation),
            },
            (Proof::Settings, Some(_)) if !is_suspended => None,
            (Proof::Settings, _) => return Ok(Err(self.settings_again(whose)?)),
            // Who is suspended may know their password; they do not get in with it.
            (Proof::ResetLink(link), account) => {
                let trouble = match (store::reset_link(connection, *link)?, account) {
                    (Some(link), Some(_)) => link_trouble(&link, self.now),
                    (Some(_), None) | (None, _) => Some(ResetLinkTrouble::Used),
                };
                trouble.map(|trouble| ProofTrouble::ResetLink { trouble, workspace })
            }
            (Proof::Invitation(invitation), _) => match bad_by_now(connection, *invitation, self.now)? {
                Some(bad) => Some(ProofTrouble::Invitation(bad)),
                None if is_suspended => Some(suspended(by_link(whose.identifier.clone()))),
                None => None,
            },
        };
        Ok(match (trouble, account) {
            (Some(trouble), _) => Err(new_password::go_elsewhere(trouble)),
            (None, Some(account)) => Ok(account),
            (None, None) => Err(Next::unavailable()),
        })
    }

    fn conclude_new_password(&mut self, rev: u64, to_hash: ToHash, made: Made) -> Result<Finished, Trouble> {
        if self.row.flow.rev != rev || is_over(&self.row, self.now) {
            return self.stale();
        }
        if let Some(over) = self.signed_out_meanwhile()? {
            return Ok(over);
        }
        let stage = self.row.flow.stage.clone();
        let facts = self.gate.facts(self.connection, &stage, &self.viewer())?;
        let hash = match made {
            Made::Hash(hash) => hash,
            Made::Reused => return self.finish(new_password::refuse_password(vec![FieldCode::PasswordReused])),
        };
        match (stage, to_hash) {
            (Stage::NewPassword(stage), ToHash::Account) => self.set_password(&stage, &facts, &hash),
            (Stage::CreateAccount(_), ToHash::Candidate { address, form }) => {
                let next = self.verify_candidate(address, form, hash)?;
                self.finish(next)
            }
            (Stage::RegisterId(_), ToHash::FirstId { name, form }) => self.register(&form, &name, &hash, &facts),
            (Stage::SetPin(_), ToHash::Pin { stage, key }) => self.keep_pin(&stage, &key, &hash),
            (_, ToHash::Account | ToHash::Candidate { .. } | ToHash::FirstId { .. } | ToHash::Pin { .. }) => {
                self.stale()
            }
        }
    }

    /// Stores what was typed at the form, if the flow is there still.
    fn remember_form(&mut self, rev: u64, to_hash: &ToHash) -> Result<(), Trouble> {
        let Some(form) = to_hash.form() else { return Ok(()) };
        if self.row.flow.rev == rev && !is_over(&self.row, self.now) {
            self.row.flow.stage = form;
            store::write_flow(self.connection, self.id, &self.row)?;
        }
        Ok(())
    }

    fn set_password(
        &mut self,
        stage: &NewPasswordStage,
        facts: &Facts,
        hash: &StoredPassword,
    ) -> Result<Finished, Trouble> {
        let connection = self.connection;
        let account = match self.proven(stage, facts)? {
            Ok(account) => account,
            Err(next) => return self.finish(next),
        };
        store::set_password(connection, &account, hash, self.now)?;
        store::spend_reset_links(connection, account.id)?;
        match &stage.proof {
            Proof::Expired(before) => {
                // Sessions last (FEATURES R4); what only opens one is over as with any other new password.
                store::forget_handoffs_of(self.connection, account.id)?;
                store::revoke_quick_logins_elsewhere(self.connection, account.id, &self.browser.id())?;
                self.tell_of_change(&account)?;
                // The second factor was given before the old password was found to be over.
                self.go_in(&account, &stage.whose.identifier, &before.way.clone().into())
            }
            Proof::Settings => {
                self.end_sessions_elsewhere(account.id)?;
                self.tell_of_change(&account)?;
                let again = self.settings_again(&stage.whose)?;
                self.finish(again.saying(Said::PasswordChanged))
            }
            Proof::ResetLink(_) => {
                store::end_sessions_of(connection, account.id)?;
                self.tell_of_change(&account)?;
                let password = self.password_by_link(account)?;
                self.finish(new_password::reset_done(password))
            }
            Proof::Invitation(_) => {
                self.begin_anew(&account)?;
                self.tell_of_first(&account)?;
                let way = by_link(account.email.clone());
                self.welcome(stage, account.id, way)
            }
            Proof::Mailbox(address) => {
                self.begin_anew(&account)?;
                self.tell_of_first(&account)?;
                self.welcome(stage, account.id, Way::Email(address.clone()))
            }
        }
    }

    /// The password step, with the ID settled by a link. It is one like any other: what counted before counts.
    fn password_by_link(&self, account: AccountRow) -> Result<PasswordStage, Trouble> {
        let (workspace, way) = (account.workspace, by_link(account.email));
        let restricted_until = self.settled_restriction(&workspace, &way)?;
        Ok(PasswordStage { workspace, way, restricted_until })
    }

    fn welcome(&mut self, stage: &NewPasswordStage, account: i64, way: Way) -> Result<Finished, Trouble> {
        let joined = store::account(self.connection, account)?.ok_or(Trouble::TaskLost)?;
        self.finish(new_password::joined(whose(&joined, stage.whose.identifier.clone()), way))
    }
}

/// What a password must not be.
fn ids_of<'a>(account: &'a AccountRow, identifier: &'a str) -> Vec<&'a str> {
    [Some(account.email.as_str()), account.login_name.as_deref(), Some(identifier)].into_iter().flatten().collect()
}

impl Gate {
    pub(super) async fn hash_password(&self, outside: Outside, new: NewPassword) -> Result<Finished, Trouble> {
        let NewPassword { password, used, rev, to_hash, locale } = new;
        let made = self.checker.make(password, self.chance.bytes::<16>()?, used).await;
        let conclude = move |taking: &mut Taking<'_>| {
            taking.reads(locale);
            match made {
                Ok(made) => taking.conclude_new_password(rev, to_hash, made).map(Concluded::Answered),
                // What was typed stays.
                Err(_) => taking.remember_form(rev, &to_hash).map(|()| Concluded::Undone),
            }
        };
        self.conclude(outside, conclude).await
    }
}
