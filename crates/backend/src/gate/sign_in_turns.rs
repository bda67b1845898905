//! Signing in, act by act: facts are gathered, the room decides. Passwords have a file of their own.

use daemun_protocol::{Channel, FieldCode, FieldError};

use super::join_turns::uninvited;
use super::reset_turns::whose;
use super::{Taking, Turn, account_subject};
use crate::email_address::{EmailAddress, NotAnAddress};
use crate::flow::approval::Instead;
use crate::flow::code::{Asking, Contact, Purpose};
use crate::flow::second_factor::First;
use crate::flow::sign_in::{self, Belongs, Chosen, Landing, Way};
use crate::flow::{Address, Next, Notice, Refusal, Stage};
use crate::login_id::{LoginId, MobileNumber, ascii_digit};
use crate::organisation_id::{NotAnOrganisationId, OrganisationId};
use crate::store::{self, AccountState, Trouble};

/// What is wrong with an address, as an error of its field.
pub(super) fn email_error(pointer: &str, refused: NotAnAddress) -> FieldError {
    let code = match refused {
        NotAnAddress::Empty => FieldCode::Required,
        NotAnAddress::TooLong => FieldCode::TooLong,
        NotAnAddress::Malformed => FieldCode::EmailInvalid,
    };
    FieldError { pointer: pointer.into(), code }
}

fn by_phone(typed: &str, number: &MobileNumber) -> First {
    First::Phone { typed: typed.into(), number: number.clone() }
}

/// Whether somebody meant a phone number, such as one that is a digit short.
pub(super) fn is_like_a_number(typed: &str) -> bool {
    let is_of_numbers = |c: char| c.is_ascii_digit() || "+-.() \u{3000}".contains(c) || ascii_digit(c).is_some();
    !typed.is_empty() && typed.chars().all(is_of_numbers)
}

impl Taking<'_> {
    pub(super) fn submit_identifier(&self, typed: &str) -> Result<Next, Trouble> {
        let typed = typed.trim();
        if let Some(number) = MobileNumber::parse_in(typed, self.row.flow.locale) {
            let takes = self.gate.channels.contains(&Channel::Sms) && store::phone_way(self.connection)?;
            if !takes {
                return Ok(Next::Refuse(Refusal::field("/input/identifier", FieldCode::MobileUnavailable)));
            }
            if let Some(account) = self.phone_of(&number)? {
                let instead = Instead::Code { typed: number.told(), number: number.clone() };
                // Where the phone cannot be asked once more, a code can still be sent.
                if let next @ Next::Go(..) = self.ask_own_phone(&account, instead)? {
                    return Ok(next);
                }
            }
            return self.ask_for_code(Contact::phone(number), Purpose::SignIn, Asking::First);
        }
        if is_like_a_number(typed) {
            return Ok(Next::Refuse(Refusal::field("/input/identifier", FieldCode::MobileInvalid)));
        }
        match EmailAddress::parse(typed) {
            Ok(email) => {
                let to = Contact::Email(Address { typed: typed.into(), email });
                self.ask_for_code(to, Purpose::SignIn, Asking::First)
            }
            Err(refused) => Ok(Next::Refuse(Refusal::Fields(vec![email_error("/input/identifier", refused)]))),
        }
    }

    /// The address was verified by code.
    pub(super) fn sign_in_by(&self, address: Address) -> Result<Next, Trouble> {
        let listed = store::listed_memberships(self.connection, &address.email)?;
        let belongs = match listed.as_slice() {
            [] => {
                store::unlisted_workspace(self.connection, &address.email)?.map_or(Belongs::Nowhere, Belongs::Elsewhere)
            }
            [only] => Belongs::To(only.id.clone(), self.landing(&only.id, &address)?),
            [_, _, ..] => Belongs::ToSeveral,
        };
        Ok(sign_in::address_verified(address, belongs))
    }

    /// What a workspace asks of who has verified the address.
    fn landing(&self, workspace: &str, address: &Address) -> Result<Landing, Trouble> {
        let id = LoginId::Email(address.email.clone());
        let account = store::account_of(self.connection, workspace, &id)?;
        Ok(match account {
            Some(account) if account.state == AccountState::Invited => {
                match uninvited(self.connection, account.id, self.now)? {
                    Some(bad) => Landing::Uninvited(bad),
                    None => Landing::FirstPassword(whose(&account, address.typed.clone())),
                }
            }
            Some(account) if account.password.is_none() => Landing::FirstId(whose(&account, address.typed.clone())),
            Some(_) | None => Landing::Password {
                restricted_until: self.settled_restriction(workspace, &Way::Email(address.clone()))?,
            },
        })
    }

    /// The address was verified by code, for a workspace that was chosen before. Who is no member of it any more is shown
    /// where the address belongs now.
    pub(super) fn enter_by(&self, address: &Address, workspace: &str) -> Result<Next, Trouble> {
        match self.choose(address, workspace.into())? {
            Next::Refuse(_) => self.sign_in_by(address.clone()),
            next @ (Next::Go(..) | Next::Renew(..) | Next::RefuseAndRemember(..)) => Ok(next),
        }
    }

    pub(super) fn choose_workspace(&mut self, stage: &Stage, workspace: &str) -> Result<Turn, Trouble> {
        let Stage::ChooseWorkspace { verified } = stage else { return self.settle(Next::unavailable()) };
        match verified {
            Contact::Email(address) => {
                let next = self.choose(address, workspace.into())?;
                self.settle(next)
            }
            Contact::Mobile { typed, number } => self.enter_by_number(typed, number, workspace),
        }
    }

    /// The number was verified by code: in, if it is linked in one workspace (FEATURES L2).
    pub(super) fn sign_in_by_number(&mut self, typed: &str, number: &MobileNumber) -> Result<Turn, Trouble> {
        let listed = store::memberships_by_number(self.connection, number)?;
        let next = match listed.as_slice() {
            [only] => return self.enter_by_number(typed, number, &only.id),
            [] => match store::unlisted_workspace_by_number(self.connection, number)? {
                Some(workspace) => sign_in::not_allowed(workspace, by_phone(typed, number)),
                // It was linked when the code was sent.
                None => Next::to(Stage::Identify { identifier: Some(typed.into()) }),
            },
            [_, _, ..] => {
                let verified = Contact::Mobile { typed: typed.into(), number: number.clone() };
                Next::to(Stage::ChooseWorkspace { verified })
            }
        };
        self.settle(next)
    }

    /// One of the workspaces that a verified number is linked in.
    pub(super) fn enter_by_number(
        &mut self,
        typed: &str,
        number: &MobileNumber,
        workspace: &str,
    ) -> Result<Turn, Trouble> {
        let account = store::account_of(self.connection, workspace, &LoginId::Mobile(number.clone()))?;
        let first = by_phone(typed, number);
        let Some(account) = account.filter(|account| account.state == AccountState::Active) else {
            return self.settle(Next::Refuse(Refusal::NotListed));
        };
        let policy = store::workspace(self.connection, workspace)?;
        if let Some(next) = sign_in::first_trouble(workspace, &first, policy.as_ref()) {
            return self.settle(next);
        }
        if store::is_suspended(self.connection, &account_subject(account.id))? {
            return self
                .settle(Next::to(Stage::Notice(Notice::AccountSuspended { workspace: workspace.into(), first })));
        }
        self.enter_with(&account, typed, first).map(Turn::Answered)
    }

    /// One of the workspaces of a verified address.
    pub(super) fn choose(&self, address: &Address, workspace: String) -> Result<Next, Trouble> {
        let listed = store::listed_memberships(self.connection, &address.email)?;
        let chosen = if listed.iter().any(|membership| membership.id == workspace) {
            let landing = self.landing(&workspace, address)?;
            if landing.is_a_first() && self.row.flow.proven.as_ref() != Some(&address.email) {
                let to = Contact::Email(address.clone());
                return self.ask_for_code(to, Purpose::Enter { workspace }, Asking::First);
            }
            Chosen::Listed(landing)
        } else {
            let id = LoginId::Email(address.email.clone());
            match store::account_of(self.connection, &workspace, &id)? {
                Some(_) => Chosen::Forbidden,
                None => Chosen::NotTheirs,
            }
        };
        Ok(sign_in::choose_workspace(address.clone(), workspace, chosen))
    }

    pub(super) fn submit_organisation(&self, typed: &str) -> Result<Next, Trouble> {
        let id = match OrganisationId::parse(typed) {
            Ok(id) => id,
            Err(refused) => {
                let code = match refused {
                    NotAnOrganisationId::Empty => FieldCode::Required,
                    NotAnOrganisationId::TooLong => FieldCode::TooLong,
                    NotAnOrganisationId::Malformed => FieldCode::OrganisationInvalid,
                };
                return Ok(Next::Refuse(Refusal::field("/input/organisation", code)));
            }
        };
        Ok(sign_in::submit_organisation(store::organisation(self.connection, &id)?))
    }
}
