//! The mobile number that a member signs in with, act by act (FEATURES S2).

use daemun_protocol::{Channel, FieldCode};
use rusqlite::Connection;

use super::reset_turns::remembered;
use super::{Gate, Taking};
use crate::flow::code::{Asking, Contact, Purpose};
use crate::flow::new_password::Whose;
use crate::flow::phone::{PhoneForm, TakenNumber};
use crate::flow::{AfterProof, Facts, Next, Refusal, Said, Stage};
use crate::login_id::{LoginId, MobileNumber, NotAnId};
use crate::mail::texts;
use crate::store::{self, AccountRow, Trouble};

impl Gate {
    /// Whether a member would have no way in left without their number.
    pub(super) fn is_last_way_the_number(
        &self,
        connection: &Connection,
        facts: &Facts,
        account: &AccountRow,
    ) -> Result<bool, Trouble> {
        let (Some(ways), Some(workspace)) = (self.ways_of(connection, account)?, &facts.workspace) else {
            return Ok(false);
        };
        Ok(ways.is_shut_out_as(&ways.without_phone(), workspace, self.reach()))
    }
}

impl Taking<'_> {
    /// The account that a number may be linked to, or where to go instead: the policy may have come to forbid it.
    fn may_link(&self, whose: &Whose) -> Result<Result<AccountRow, Next>, Trouble> {
        let workspace = store::workspace(self.connection, &whose.workspace)?;
        let is_allowed = workspace.is_some_and(|workspace| workspace.phone_entry);
        match self.still(whose)?.filter(|_| is_allowed && self.gate.channels.contains(&Channel::Sms)) {
            Some(account) => Ok(Ok(account)),
            None => Ok(Err(self.settings_again(whose)?)),
        }
    }

    /// `submit` where a number is asked for. Nobody is looked up: a code goes to whatever was entered.
    pub(super) fn submit_number(&self, form: &PhoneForm, typed: &str) -> Result<Next, Trouble> {
        if let Err(next) = self.may_link(&form.whose)? {
            return Ok(next);
        }
        let typed = typed.trim();
        let refused = |code| Ok(Next::Refuse(Refusal::field("/input/identifier", code)));
        let next = match LoginId::parse_in(typed, self.row.flow.locale) {
            Ok(LoginId::Mobile(number)) => self.ask_to_link(&form.whose, Contact::phone(number)),
            Ok(LoginId::Email(_) | LoginId::Name(_)) | Err(NotAnId::Malformed) => refused(FieldCode::MobileInvalid),
            Err(NotAnId::Empty) => refused(FieldCode::Required),
            Err(NotAnId::TooLong) => refused(FieldCode::TooLong),
        };
        let form = PhoneForm { identifier: Some(remembered(typed)), ..form.clone() };
        Ok(next?.or_remember(Stage::LinkPhone(form)))
    }

    /// `use_profile_number`.
    pub(super) fn use_profile_number(&self, stage: &Stage) -> Result<Next, Trouble> {
        let Stage::LinkPhone(PhoneForm { whose, .. }) = stage else { return Ok(Next::unavailable()) };
        let account = match self.may_link(whose)? {
            Ok(account) => account,
            Err(next) => return Ok(next),
        };
        match account.mobile.as_deref().and_then(MobileNumber::parse) {
            // As it was shown: whoever reads the screen does not learn it whole.
            Some(number) => self.ask_to_link(whose, Contact::Mobile { typed: number.masked(), number }),
            None => Ok(Next::unavailable()),
        }
    }

    fn ask_to_link(&self, whose: &Whose, to: Contact) -> Result<Next, Trouble> {
        self.ask_for_code(to, Purpose::LinkPhone(Box::new(whose.clone())), Asking::First)
    }

    /// The code was right. A number that another account of the workspace has is not taken from it without a question.
    pub(super) fn number_proven(&self, whose: &Whose, number: &MobileNumber) -> Result<Next, Trouble> {
        let account = match self.may_link(whose)? {
            Ok(account) => account,
            Err(next) => return Ok(next),
        };
        let other = self.linked_to(whose, number)?;
        if other.is_some_and(|other| other.id != account.id) {
            let taken = TakenNumber { whose: whose.clone(), number: number.clone() };
            return Ok(Next::to(Stage::PhoneTaken(taken)));
        }
        self.link_number(&account, whose, number)
    }

    /// `move_phone`: the other account hears that it is not signed in to by the number any more.
    pub(super) fn move_phone(&mut self, stage: &Stage) -> Result<Next, Trouble> {
        let Stage::PhoneTaken(TakenNumber { whose, number }) = stage else { return Ok(Next::unavailable()) };
        let account = match self.may_link(whose)? {
            Ok(account) => account,
            Err(next) => return Ok(next),
        };
        if let Some(next) = self.proof_again(&account, whose, || AfterProof::LinkPhone(whose.clone()))? {
            return Ok(next);
        }
        let other = self.linked_to(whose, number)?;
        if let Some(other) = other.filter(|other| other.id != account.id) {
            store::link_phone(self.connection, other.id, None)?;
            self.tell(&other, |locale, workspace, at| texts::phone_moved(locale, workspace, at, &number.masked()))?;
        }
        self.link_number(&account, whose, number)
    }

    /// The account of the workspace that is signed in to by a number.
    fn linked_to(&self, whose: &Whose, number: &MobileNumber) -> Result<Option<AccountRow>, Trouble> {
        store::account_of(self.connection, &whose.workspace, &LoginId::Mobile(number.clone()))
    }

    fn link_number(&self, account: &AccountRow, whose: &Whose, number: &MobileNumber) -> Result<Next, Trouble> {
        if account.phone.as_deref() != Some(number.as_str()) {
            if let Some(old) = account.phone.as_deref().and_then(MobileNumber::parse) {
                self.tell(account, |locale, workspace, at| {
                    texts::phone_unlinked(locale, workspace, at, &old.masked())
                })?;
            }
            store::link_phone(self.connection, account.id, Some(number))?;
            // What strangers have counted against the number while it was nobody's is forgotten.
            self.begin_anew(&AccountRow { phone: Some(number.as_str().into()), ..account.clone() })?;
            self.tell(account, |locale, workspace, at| texts::phone_linked(locale, workspace, at, &number.masked()))?;
        }
        Ok(self.settings_again(whose)?.saying(Said::PhoneLinked))
    }

    /// After the proof that `unlink_phone` takes.
    pub(super) fn unlink_phone(&self, account: &AccountRow, whose: Whose) -> Result<Next, Trouble> {
        let settings = Stage::Security(whose);
        let Some(number) = account.phone.as_deref().and_then(MobileNumber::parse) else {
            return Ok(Next::to(settings));
        };
        store::link_phone(self.connection, account.id, None)?;
        self.tell(account, |locale, workspace, at| texts::phone_unlinked(locale, workspace, at, &number.masked()))?;
        Ok(Next::Go(settings, vec![Said::PhoneUnlinked]))
    }
}
