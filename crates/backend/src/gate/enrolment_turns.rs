//! A first second factor, saved on the way in, act by act (FEATURES T2, T3, T5). It refuses to save one beside another: for that,
//! the first factor alone is not enough.

use daemun_protocol::{FactorKind, FieldCode};

use super::code_turn::{Tried, read_code};
use super::reset_turns::remembered;
use super::second_factor_turns::kind_of;
use super::sign_in_turns::is_like_a_number;
use super::{Taking, Turn};
use crate::flow::code::{Asking, Contact, Purpose};
use crate::flow::second_factor::{self, Asked, ContactToSave, Entering, NewAuthenticator, NewRecoveryCodes};
use crate::flow::{Next, Refusal, Stage};
use crate::mail::texts;
use crate::recovery_codes;
use crate::store::{self, AccountRow, Trouble};

impl Taking<'_> {
    /// `submit` where a first contact is to be saved. Nobody is looked up: a code goes to whatever was entered.
    pub(super) fn submit_contact_to_save(&self, form: &ContactToSave, typed: &str) -> Result<Next, Trouble> {
        let account = match self.may_enrol(&form.entering)? {
            Ok(account) => account,
            Err(next) => return Ok(next),
        };
        let typed = typed.trim();
        let form = ContactToSave { identifier: Some(remembered(typed)), ..form.clone() };
        let channels = second_factor::channels_to_save(&form.entering.first, &self.gate.channels);
        let malformed = if is_like_a_number(typed) { FieldCode::MobileInvalid } else { FieldCode::EmailInvalid };
        let next = match self.read_contact(typed, &channels, malformed) {
            Ok(to) if to.place() == account.email => Err(FieldCode::ContactIsId),
            Ok(to) => Ok(self.ask_for_code(to, Purpose::Enrol(Box::new(form.entering.clone())), Asking::First)?),
            Err(code) => Err(code),
        };
        let next = next.unwrap_or_else(|code| Next::Refuse(Refusal::field("/input/identifier", code)));
        Ok(next.or_remember(Stage::EnrolContact(form)))
    }

    /// The account that a first factor is to be saved for, or where to go instead: whoever has one by now gives that one, and
    /// the first factor alone saves no further one.
    pub(super) fn may_enrol(&self, entering: &Entering) -> Result<Result<AccountRow, Next>, Trouble> {
        let account = match self.still_entering(entering)? {
            Ok(account) => account,
            Err(next) => return Ok(Err(next)),
        };
        Ok(match self.asked(&account, entering)? {
            Asked::Enrolment => Ok(account),
            Asked::Only(_) | Asked::Choice | Asked::Missing => Err(self.ask_for_factor(&account, entering.clone())?),
        })
    }

    /// The contact was verified by code: it is saved, the member hears of it, and is in.
    pub(super) fn save_contact(&mut self, entering: &Entering, to: &Contact) -> Result<Turn, Trouble> {
        let account = match self.may_enrol(entering)? {
            Ok(account) => account,
            Err(next) => return self.settle(next),
        };
        store::save_contact(self.connection, account.id, to)?;
        store::forget_remembered_browsers(self.connection, account.id)?;
        self.tell(&account, texts::second_factor_added)?;
        self.second_factor_given(entering, kind_of(to), Some(to), false)
    }

    pub(super) fn enrol_authenticator(&self, stage: &Stage) -> Result<Next, Trouble> {
        let Stage::EnrolContact(form) = stage else { return Ok(Next::unavailable()) };
        if let Err(next) = self.may_enrol(&form.entering)? {
            return Ok(next);
        }
        let (entering, salt) = (form.entering.clone(), self.gate.chance.bytes()?);
        Ok(Next::to(Stage::EnrolAuthenticator(NewAuthenticator { entering, salt })))
    }

    /// The first code of a new authenticator: it is registered, and recovery codes are made.
    pub(super) fn submit_first_code(&mut self, new: &NewAuthenticator, typed: &str) -> Result<Turn, Trouble> {
        let (account, code) = match (self.may_enrol(&new.entering)?, read_code(typed)) {
            (Err(next), _) => return self.settle(next),
            (Ok(_), Err(refusal)) => return self.settle(Next::Refuse(refusal)),
            (Ok(account), Ok(code)) => (account, code),
        };
        let mut step = None;
        let refusal = self.try_factor(account.id, || {
            step = self.step_of(&account, &new.salt, &code);
            Ok(if step.is_some() { Tried::Right } else { Tried::Wrong })
        })?;
        let Some(step) = step.filter(|_| refusal.is_none()) else {
            return self.settle(refusal.map_or_else(Next::unavailable, Next::Refuse));
        };
        let (connection, salt) = (self.connection, self.gate.chance.bytes()?);
        store::save_authenticator(connection, account.id, &new.salt, step)?;
        store::forget_remembered_browsers(connection, account.id)?;
        let codes = recovery_codes::make(&self.gate.key, account.id, &salt);
        let digests = codes.iter().filter_map(|code| recovery_codes::digest(&self.gate.key, account.id, code.expose()));
        store::replace_recovery_codes(connection, account.id, &digests.collect::<Vec<_>>())?;
        self.tell(&account, texts::second_factor_added)?;
        let entering = new.entering.clone();
        self.settle(Next::to(Stage::RecoveryCodes(NewRecoveryCodes { entering, salt })))
    }

    /// `done`: the recovery codes are kept somewhere.
    pub(super) fn recovery_codes_kept(&mut self, stage: &Stage) -> Result<Turn, Trouble> {
        let Stage::RecoveryCodes(codes) = stage else { return self.settle(Next::unavailable()) };
        self.second_factor_given(&codes.entering, FactorKind::Authenticator, None, false)
    }
}
