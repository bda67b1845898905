//! A first ID, and a forgotten one, act by act (FEATURES R5, L10).

use daemun_protocol::{FieldCode, FoundId, Secret};

use super::new_password_turn::ToHash;
use super::reset_turns::remembered;
use super::{Taking, Turn, account_subject};
use crate::flow::code::{Asking, Contact, Purpose};
use crate::flow::find_id::{self, ContactForm};
use crate::flow::new_password::password_errors;
use crate::flow::register_id::{self, IdForm, IdTrouble, ProvenBy, id_error};
use crate::flow::sign_in::{self, Way};
use crate::flow::{Facts, Next, Refusal, Said, Stage, Workspace};
use crate::login_id::{LoginName, NotAnId};
use crate::password::{PasswordPolicy, StoredPassword};
use crate::store::{self, AccountRow, Finished, Trouble};

impl Taking<'_> {
    pub(super) fn submit_id(
        &mut self,
        stage: &Stage,
        typed: &str,
        password: &Secret,
        facts: &Facts,
        reserved: Option<&str>,
    ) -> Result<Turn, Trouble> {
        let Stage::RegisterId(form) = stage else { return self.settle(Next::unavailable()) };
        let account = match self.without_id(form, facts)? {
            Ok(account) => account,
            Err(next) => return self.settle(next),
        };
        let form = IdForm { identifier: Some(remembered(typed.trim())), ..form.clone() };
        let policy = facts.workspace.as_ref().map_or(PasswordPolicy::DEFAULT, |its| its.passwords);
        let name = match LoginName::parse(typed) {
            Ok(name) if store::is_name_taken(self.connection, &account.workspace, &name)? => Err(FieldCode::IdTaken),
            Ok(name) => Ok(name),
            Err(NotAnId::Empty) => Err(FieldCode::Required),
            Err(NotAnId::TooLong | NotAnId::Malformed) => Err(FieldCode::IdInvalid),
        };
        let ids = [typed.trim(), account.email.as_str()];
        match (name, policy.judge(password, &ids, &*self.gate.breached)) {
            (Ok(name), Ok(password)) => {
                let to_hash = ToHash::FirstId { name, form };
                self.hash(password, Vec::new(), to_hash, reserved)
            }
            (name, password) => {
                let errors = name.err().map(id_error).into_iter();
                let errors = errors.chain(password_errors(password.err().unwrap_or_default())).collect();
                self.settle(register_id::refuse(&form, errors))
            }
        }
    }

    /// The account that has neither ID nor password still, or where to go instead.
    fn without_id(&self, form: &IdForm, facts: &Facts) -> Result<Result<AccountRow, Next>, Trouble> {
        let whose = &form.whose;
        let Some(account) = self.still(whose)?.filter(|account| account.password.is_none()) else {
            return Ok(Err(register_id::go_elsewhere(form, IdTrouble::Registered)));
        };
        if store::is_suspended(self.connection, &account_subject(account.id))? {
            return Ok(Err(register_id::go_elsewhere(form, IdTrouble::Suspended)));
        }
        let forbidden = match &form.by {
            ProvenBy::Mailbox(address) => {
                sign_in::method_trouble(&whose.workspace, &Way::Email(address.clone()), facts.workspace.as_ref())
            }
            ProvenBy::Settings => {
                let is_of_use = facts.workspace.as_ref().is_some_and(Workspace::takes_passwords);
                (!is_of_use).then(|| register_id::go_elsewhere(form, IdTrouble::OfNoUse))
            }
        };
        Ok(forbidden.map_or(Ok(account), Err))
    }

    /// The password is a hash now: both are kept, and the member is in.
    pub(super) fn register(
        &mut self,
        form: &IdForm,
        name: &LoginName,
        password: &StoredPassword,
        facts: &Facts,
    ) -> Result<Finished, Trouble> {
        let connection = self.connection;
        let account = match self.without_id(form, facts)? {
            Ok(account) => account,
            Err(next) => return self.finish(next),
        };
        if store::is_name_taken(connection, &account.workspace, name)? {
            return self.finish(register_id::refuse(form, vec![id_error(FieldCode::IdTaken)]));
        }
        store::give_name(connection, &account.workspace, account.id, name)?;
        store::set_password(connection, &account, password, self.now)?;
        self.begin_anew(&AccountRow { login_name: Some(name.as_str().into()), ..account.clone() })?;
        self.tell_of_first(&account)?;
        match &form.by {
            ProvenBy::Mailbox(address) => self.enter_with(&account, name.as_str(), Way::Email(address.clone()).into()),
            ProvenBy::Settings => {
                let again = self.settings_again(&form.whose)?;
                self.finish(again.saying(Said::IdRegistered))
            }
        }
    }

    /// Nobody is looked up: a code goes to whatever was entered.
    pub(super) fn submit_contact(&self, stage: &Stage, typed: &str) -> Result<Next, Trouble> {
        let Stage::FindId(form) = stage else { return Ok(Next::unavailable()) };
        let typed = typed.trim();
        let form = ContactForm { identifier: Some(remembered(typed)), ..form.clone() };
        let next = match self.read_contact(typed, &self.gate.channels, FieldCode::IdentifierInvalid) {
            Ok(to) => {
                let purpose = Purpose::FindId { workspace: form.workspace.clone() };
                self.ask_for_code(to, purpose, Asking::First)?
            }
            Err(code) => Next::Refuse(Refusal::field("/input/identifier", code)),
        };
        Ok(next.or_remember(Stage::FindId(form)))
    }

    /// The contact was verified by code. A number that is linked to sign in with alone finds nothing.
    pub(super) fn found_ids(&self, workspace: &str, to: &Contact) -> Result<Next, Trouble> {
        let name = store::workspace(self.connection, workspace)?.map(|workspace| workspace.name).unwrap_or_default();
        let accounts = store::accounts_by_contact(self.connection, workspace, to)?;
        let found = |account: AccountRow| {
            let id = account.login_name.unwrap_or(account.email);
            FoundId { masked: find_id::masked(&id), workspace: name.clone() }
        };
        let ids = accounts.into_iter().map(found).collect();
        Ok(find_id::contact_verified(workspace.into(), to.typed().into(), ids))
    }
}
