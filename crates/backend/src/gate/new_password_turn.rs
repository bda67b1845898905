//! A new password's turn: it is judged within the first transaction, hashed outside any, and set in a second one that asks
//! everything again. Nothing is half done in between: a process that dies there has changed nothing, and the same key makes
//! the hash anew.

use daemun_protocol::{ProblemCode, Secret};

use super::{Asker, Gate, Taking, Turn, account_subject, facts, is_over, problems};
use crate::browser::Browser;
use crate::flow::new_password::{self, NewPasswordStage, Proof, Standing};
use crate::flow::sign_in;
use crate::flow::{Facts, Next, Refusal, Stage};
use crate::limits::Doing;
use crate::password::{Made, NotChecked, Prepared, StoredPassword};
use crate::store::{self, AccountRow, Finished, Scope, Trouble};

/// A password to be hashed.
pub(super) struct NewPassword {
    password: Prepared,
    /// What it must not be.
    used: Vec<StoredPassword>,
    rev: u64,
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
        let policy = facts.workspace.as_ref().map_or(crate::password::PasswordPolicy::DEFAULT, |its| its.passwords);
        let ids = ids_of(&account, &stage.whose.identifier);
        let password = match policy.judge(password, &ids, &*self.gate.breached) {
            Ok(password) => password,
            Err(codes) => return self.settle(new_password::refuse_password(codes)),
        };
        let used = store::last_passwords(self.connection, &account, policy.history)?;
        self.hash(NewPassword { password, used, rev: self.row.flow.rev }, reserved)
    }

    /// Lets a password be hashed, unless too many are from here.
    fn hash(&mut self, new: NewPassword, reserved: Option<&str>) -> Result<Turn, Trouble> {
        if reserved.is_none()
            && let Err(retry_after) = self.gate.meter.take(Doing::Password, self.asker.neighbourhood, self.now)
        {
            return self.settle(Next::Refuse(Refusal::TooManyRequests { retry_after }));
        }
        Ok(Turn::Hash(Box::new(new)))
    }

    /// The account whose password may be set now, or where to go instead.
    fn proven(&self, stage: &NewPasswordStage, facts: &Facts) -> Result<Result<AccountRow, Next>, Trouble> {
        let whose = &stage.whose;
        let account = store::account(self.connection, whose.account)?.filter(|account| account.epoch == whose.epoch);
        let standing = match &account {
            None => Standing::Gone,
            Some(account) if store::is_suspended(self.connection, &account_subject(account.id))? => Standing::Suspended,
            Some(_) => Standing::Good,
        };
        let trouble = new_password::proof_trouble(stage, standing).or_else(|| match &stage.proof {
            Proof::Expired(before) => sign_in::method_trouble(before, facts.workspace.as_ref()),
        });
        Ok(match (trouble, account) {
            (Some(next), _) => Err(next),
            (None, Some(account)) => Ok(account),
            (None, None) => Err(Next::unavailable()),
        })
    }

    fn conclude_new_password(mut self, rev: u64, made: Made) -> Result<Finished, Trouble> {
        if self.row.flow.rev != rev || is_over(&self.row, self.now) {
            return self.stale();
        }
        let stage = self.row.flow.stage.clone();
        let facts = facts(self.connection, &stage)?;
        match stage {
            Stage::NewPassword(stage) => self.set_password(&stage, &facts, made),
            Stage::Identify { .. }
            | Stage::Organisation { .. }
            | Stage::Code(_)
            | Stage::ChooseWorkspace { .. }
            | Stage::Password(_)
            | Stage::Notice(_)
            | Stage::Complete(_)
            | Stage::Ended(_) => self.stale(),
        }
    }

    fn set_password(&mut self, stage: &NewPasswordStage, facts: &Facts, made: Made) -> Result<Finished, Trouble> {
        let account = match self.proven(stage, facts)? {
            Ok(account) => account,
            Err(next) => return self.finish(next),
        };
        let hash = match made {
            Made::Hash(hash) => hash,
            Made::Reused => {
                return self.finish(new_password::refuse_password(vec![daemun_protocol::FieldCode::PasswordReused]));
            }
        };
        store::set_password(self.connection, &account, &hash, self.now)?;
        match &stage.proof {
            Proof::Expired(before) => {
                self.tell_of_change(&account)?;
                self.go_in(&account, &stage.whose.identifier, super::verified(&before.way))
            }
        }
    }
}

/// What a password must not be.
fn ids_of<'a>(account: &'a AccountRow, identifier: &'a str) -> Vec<&'a str> {
    [Some(account.email.as_str()), account.login_name.as_deref(), Some(identifier)].into_iter().flatten().collect()
}

impl Gate {
    pub(super) async fn hash_password(
        &self,
        asker: Asker,
        browser: Browser,
        id: String,
        scope: Scope,
        new: NewPassword,
    ) -> Result<Finished, Trouble> {
        let rev = new.rev;
        let made: Result<Made, NotChecked> =
            self.checker.make(new.password, self.chance.bytes::<16>()?, new.used).await;
        let gate = self.clone();
        self.store
            .write(move |transaction| {
                let now = gate.clock.now();
                let row = store::read_flow(transaction, &id, &scope.browser, &gate.log)?;
                let Some(row) = row else { return problems::bare(ProblemCode::FlowUnknown, 404) };
                let taking = Taking {
                    gate: &gate,
                    connection: transaction,
                    asker: &asker,
                    browser: &browser,
                    id: &id,
                    row,
                    now,
                };
                match made {
                    Ok(made) => {
                        let finished = taking.conclude_new_password(rev, made)?;
                        store::finish_answer(transaction, &scope, finished.clone(), now)?;
                        Ok(finished)
                    }
                    Err(_) => {
                        // Nothing was hashed, and the same key may ask again.
                        store::forget_answer(transaction, &scope)?;
                        problems::finished(&problems::waiting(ProblemCode::Unavailable, 503, Some(5)))
                    }
                }
            })
            .await
    }
}
