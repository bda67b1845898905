//! Signing in, act by act: facts are gathered, the room decides. Passwords have a file of their own.

use daemun_protocol::FieldCode;

use super::Taking;
use crate::email_address::{EmailAddress, NotAnAddress};
use crate::flow::sign_in::{self, Asking, Chosen};
use crate::flow::{Address, Facts, Next, Refusal, Stage};
use crate::login_id::LoginId;
use crate::organisation_id::{NotAnOrganisationId, OrganisationId};
use crate::store::{self, Trouble};

impl Taking<'_> {
    pub(super) fn submit_identifier(&self, typed: &str) -> Result<Next, Trouble> {
        let typed = typed.trim();
        let email = match EmailAddress::parse(typed) {
            Ok(email) => email,
            Err(refused) => {
                let code = match refused {
                    NotAnAddress::Empty => FieldCode::Required,
                    NotAnAddress::TooLong => FieldCode::TooLong,
                    NotAnAddress::Malformed => FieldCode::EmailInvalid,
                };
                return Ok(Next::Refuse(Refusal::field("/input/identifier", code)));
            }
        };
        self.ask_for_code(Address { typed: typed.into(), email }, Asking::First)
    }

    pub(super) fn choose_workspace(&self, stage: &Stage, workspace: String, facts: &Facts) -> Result<Next, Trouble> {
        let Stage::ChooseWorkspace { address } = stage else { return Ok(Next::unavailable()) };
        let chosen = if facts.memberships.iter().any(|membership| membership.id == workspace) {
            Chosen::Listed { restricted_until: self.settled_restriction(&workspace, address)? }
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
