//! The second factor, act by act (FEATURES T1 to T5). It is asked for behind every first factor: nobody goes in but by
//! [`Taking::enter_with`].

use daemun_protocol::{Channel, Factor, FactorKind, FieldCode, TwoFactor};
use rusqlite::Connection;

use super::code_turn::{NotRight, Tried, read_code};
use super::reset_turns::whose;
use super::{Gate, Taking, Turn, account_subject, contact_subject};
use crate::authenticator::AuthenticatorKey;
use crate::carrier::Carrier;
use crate::codes::Code;
use crate::email_address::EmailAddress;
use crate::flow::code::{Asking, Contact, Purpose, SentCode};
use crate::flow::find_id::masked;
use crate::flow::passkey::Unlocking;
use crate::flow::second_factor::{
    self, Asked, Entering, First, NewAuthenticator, NewRecoveryCodes, Profiles, REMEMBER_DAYS, Salt, Saved,
};
use crate::flow::{Address, Facts, Next, Notice, Refusal, Shown, Stage, seconds_until, sign_in};
use crate::limits::{FACTOR_TRIES, Left};
use crate::login_id::MobileNumber;
use crate::mail::texts;
use crate::recovery_codes;
use crate::store::{self, AccountRow, Finished, RememberedBy, Trouble};

impl Gate {
    /// The facts of a stage at which a second factor is asked for.
    pub(super) fn with_factors(
        &self,
        connection: &Connection,
        facts: Facts,
        stage: &Stage,
        entering: &Entering,
    ) -> Result<Facts, Trouble> {
        let account = store::account(connection, entering.whose.account)?;
        let Some(account) = account.filter(|account| account.epoch == entering.whose.epoch) else { return Ok(facts) };
        Ok(Facts {
            factors: self.factors(connection, &account, &entering.first)?,
            recovery_codes_left: store::recovery_codes_left(connection, account.id)?,
            shown: self.shown(stage, &account),
            ..facts
        })
    }

    /// The second factors that may follow a first one.
    pub(super) fn factors(
        &self,
        connection: &Connection,
        account: &AccountRow,
        first: &First,
    ) -> Result<Vec<Factor>, Trouble> {
        let factor = |id: &str, kind, to: Option<String>| Factor { id: id.into(), kind, to };
        let to = |kind| saved(account, kind).map(|to| to.typed().to_owned());
        let email = to(FactorKind::Email).map(|to| factor("email", FactorKind::Email, Some(to)));
        let mobile = match first {
            First::Password(_) | First::Passkey | First::Provider(_) | First::QuickLogin(_)
                if self.channels.contains(&Channel::Sms) =>
            {
                to(FactorKind::Sms)
            }
            First::Password(_) | First::Passkey | First::Provider(_) | First::QuickLogin(_) | First::Phone { .. } => {
                None
            }
        };
        let sms = mobile.map(|to| factor("sms", FactorKind::Sms, Some(to)));
        let authenticator = store::authenticator(connection, account.id)?;
        let authenticator = authenticator.map(|_| factor("authenticator", FactorKind::Authenticator, None));
        let has_passkey = self.relying_party.is_some() && !store::passkeys_of(connection, account.id)?.is_empty();
        let passkey = has_passkey.then(|| factor("passkey", FactorKind::Passkey, None));
        let recovery = store::recovery_codes_left(connection, account.id)?;
        let recovery = (recovery > 0).then(|| factor("recovery_code", FactorKind::RecoveryCode, None));
        Ok([email, sms, authenticator, passkey, recovery].into_iter().flatten().collect())
    }

    /// What would have to follow a first factor, if a second one is asked for.
    pub(super) fn asked(&self, connection: &Connection, account: &AccountRow, first: &First) -> Result<Asked, Trouble> {
        let factors = self.factors(connection, account, first)?;
        let workspace = store::workspace(connection, &account.workspace)?;
        let is_managed = workspace.is_some_and(|workspace| workspace.managed_profiles);
        let profiles = if is_managed { Profiles::Managed } else { Profiles::Own };
        Ok(second_factor::asked(&factors, saved_behind(connection, account, first)?, profiles))
    }

    /// What is shown at a stage and kept nowhere.
    fn shown(&self, stage: &Stage, account: &AccountRow) -> Shown {
        if let Stage::EnrolAuthenticator(NewAuthenticator { salt, entering }) = stage
            && let Some(key) = AuthenticatorKey::new(&self.key, account.id, salt, &entering.whose.identifier)
        {
            Shown::Authenticator { key: key.base32(), uri: key.uri() }
        } else if let Stage::RecoveryCodes(NewRecoveryCodes { salt, .. }) = stage {
            Shown::RecoveryCodes(recovery_codes::make(&self.key, account.id, salt))
        } else {
            Shown::Nothing
        }
    }
}

impl Taking<'_> {
    /// The first factor was given, by whatever way: in, or to the second one. `identifier` is the ID as it was typed.
    pub(super) fn enter_with(
        &mut self,
        account: &AccountRow,
        identifier: &str,
        first: First,
    ) -> Result<Finished, Trouble> {
        // Its password may have been set a moment ago.
        let account = store::account(self.connection, account.id)?.ok_or(Trouble::TaskLost)?;
        let workspace = store::workspace(self.connection, &account.workspace)?.ok_or(Trouble::TaskLost)?;
        let asks = workspace.two_factor == TwoFactor::Required || account.two_factor;
        let is_asked = match first {
            First::Password(_) | First::Phone { .. } | First::Provider(_) => asks,
            First::QuickLogin(_) => asks && !workspace.quick_login_two_factors,
            First::Passkey => false,
        };
        if !is_asked || (workspace.remember_browser && self.is_remembered(&account, &first)?) {
            return self.admit(&account, identifier, &first);
        }
        let entering = Entering { whose: whose(&account, identifier.into()), first };
        let next = self.ask_for_factor(&account, entering)?;
        self.finish(next)
    }

    /// Whether this browser needs no second factor for a while. One that was given by a code to a phone does not stand beside
    /// another such code (FEATURES T4).
    fn is_remembered(&self, account: &AccountRow, first: &First) -> Result<bool, Trouble> {
        let by = store::remembered_by(self.connection, &self.browser.id(), account.id, account.epoch, self.now)?;
        Ok(match (by, first) {
            (None, _) => false,
            (Some(RememberedBy::Phone), First::Phone { .. }) => false,
            (Some(RememberedBy::Phone | RememberedBy::Other), _) => true,
        })
    }

    /// All that is asked for was given: in, or first to another password in the place of one whose time is over.
    fn admit(&mut self, account: &AccountRow, identifier: &str, first: &First) -> Result<Finished, Trouble> {
        let policy = store::workspace(self.connection, &account.workspace)?.map(|workspace| workspace.passwords);
        let set_at = account.password.as_ref().map(|password| password.set_at);
        let is_over = policy.zip(set_at).is_some_and(|(policy, set_at)| policy.has_expired(set_at, self.now));
        match first {
            // Whoever changes it right now does so once.
            First::Password(way) if is_over && !self.is_changing_password() => {
                self.finish(sign_in::renew_password(way.clone(), whose(account, identifier.into())))
            }
            First::Password(_) | First::Phone { .. } | First::Passkey | First::Provider(_) | First::QuickLogin(_) => {
                self.let_in(account, identifier, first)
            }
        }
    }

    /// What has to come now.
    pub(super) fn ask_for_factor(&self, account: &AccountRow, entering: Entering) -> Result<Next, Trouble> {
        Ok(match self.asked(account, &entering)? {
            Asked::Only(kind) => match self.ask_by(account, entering.clone(), kind)? {
                // It is asked for where it can be said how long to wait.
                Next::Refuse(_) => Next::to(Stage::ChooseFactor(entering)),
                next @ (Next::Go(..) | Next::Renew(..) | Next::RefuseAndRemember(..)) => next,
            },
            Asked::Choice => Next::to(Stage::ChooseFactor(entering)),
            Asked::Enrolment => second_factor::enrol(entering),
            Asked::Missing => second_factor::missing(entering),
        })
    }

    /// Which of the second factors it is to be, or what stands in their place.
    pub(super) fn asked(&self, account: &AccountRow, entering: &Entering) -> Result<Asked, Trouble> {
        self.gate.asked(self.connection, account, &entering.first)
    }

    fn ask_by(&self, account: &AccountRow, entering: Entering, kind: FactorKind) -> Result<Next, Trouble> {
        match kind {
            FactorKind::Email | FactorKind::Sms => match saved(account, kind) {
                Some(to) => self.ask_for_code(to, Purpose::SecondFactor(Box::new(entering)), Asking::First),
                // It was there a moment ago.
                None => Ok(Next::to(Stage::ChooseFactor(entering))),
            },
            FactorKind::Authenticator => Ok(Next::to(Stage::AuthenticatorCode(entering))),
            FactorKind::RecoveryCode => Ok(Next::to(Stage::RecoveryCode(entering))),
            FactorKind::Passkey => Ok(Next::to(Stage::Passkey(Unlocking::Second(entering)))),
        }
    }

    /// The account of who has given the first factor, if that is worth anything still.
    pub(super) fn still_entering(&self, entering: &Entering) -> Result<Result<AccountRow, Next>, Trouble> {
        let workspace = &entering.whose.workspace;
        let Some(account) = self.still(&entering.whose)? else {
            return Ok(Err(Next::to(second_factor::before(entering))));
        };
        if let Some(next) = self.suspension(&account, &entering.first)? {
            return Ok(Err(next));
        }
        // A number that is linked no more proves nothing.
        if let First::Phone { number, .. } = &entering.first
            && account.phone.as_deref() != Some(number.as_str())
        {
            return Ok(Err(Next::to(second_factor::before(entering))));
        }
        // Nor does a PIN whose device was revoked.
        if let First::QuickLogin(key) = &entering.first
            && store::quick_login(self.connection, key)?.is_none_or(|row| row.account != account.id)
        {
            return Ok(Err(Next::to(second_factor::before(entering))));
        }
        // Neither does an identity that is disconnected.
        if let First::Provider(provider) = &entering.first {
            if !store::has_identity(self.connection, account.id, provider)? {
                return Ok(Err(Next::to(second_factor::before(entering))));
            }
            if let Some(next) = self.provider_trouble(&account, provider)? {
                return Ok(Err(next));
            }
        }
        let policy = store::workspace(self.connection, workspace)?;
        Ok(sign_in::first_trouble(workspace, &entering.first, policy.as_ref()).map_or(Ok(account), Err))
    }

    /// What is said to who is suspended.
    pub(super) fn suspension(&self, account: &AccountRow, first: &First) -> Result<Option<Next>, Trouble> {
        let is_suspended = store::is_suspended(self.connection, &account_subject(account.id))?;
        Ok(is_suspended.then(|| {
            let (workspace, first) = (account.workspace.clone(), first.clone());
            Next::to(Stage::Notice(Notice::AccountSuspended { workspace, first }))
        }))
    }

    /// `choose` at the list of factors.
    pub(super) fn choose_factor(&self, stage: &Stage, id: &str, facts: &Facts) -> Result<Next, Trouble> {
        let Stage::ChooseFactor(entering) = stage else { return Ok(Next::unavailable()) };
        let account = match self.still_entering(entering)? {
            Ok(account) => account,
            Err(next) => return Ok(next),
        };
        match facts.factors.iter().find(|factor| factor.id == id) {
            Some(factor) => self.ask_by(&account, entering.clone(), factor.kind),
            None => Ok(Next::Refuse(Refusal::NotListed)),
        }
    }

    pub(super) fn use_other_factor(&self, stage: &Stage) -> Next {
        if let Stage::Passkey(unlocking) = stage
            && let Some(password) = unlocking.password_instead()
        {
            return Next::to(password);
        }
        stage.entering().map_or_else(Next::unavailable, |entering| Next::to(Stage::ChooseFactor(entering.clone())))
    }

    /// Another code to the contact that is saved now, which may be another than before (FEATURES T1).
    pub(super) fn send_factor_again(
        &self,
        entering: &Entering,
        to: &Contact,
        by: Carrier,
        asking: Asking,
    ) -> Result<Next, Trouble> {
        let account = match self.still_entering(entering)? {
            Ok(account) => account,
            Err(next) => return Ok(next),
        };
        match saved(&account, kind_of(to)) {
            Some(to) => self.ask_for_code_by(to, by, Purpose::SecondFactor(Box::new(entering.clone())), asking),
            None => self.ask_for_factor(&account, entering.clone()),
        }
    }

    /// Whether a code went to the contact that is saved now: one that has changed takes over at once (FEATURES T1).
    pub(super) fn is_saved_still(&self, sent: &SentCode) -> Result<bool, Trouble> {
        let Purpose::SecondFactor(entering) = &sent.purpose else { return Ok(true) };
        let account = store::account(self.connection, entering.whose.account)?;
        let now = account.and_then(|account| saved(&account, kind_of(&sent.to)));
        Ok(now.is_some_and(|now| now.place() == sent.to.place()))
    }

    /// The second factor was given: in, and this browser is remembered if that is wanted and allowed.
    pub(super) fn second_factor_given(
        &mut self,
        entering: &Entering,
        kind: FactorKind,
        to: Option<&Contact>,
        remember: bool,
    ) -> Result<Turn, Trouble> {
        let account = match self.still_entering(entering)? {
            Ok(account) => account,
            Err(next) => return self.settle(next),
        };
        let browser = self.browser.id();
        store::note_device(self.connection, &browser, &factor_subject(account.id), self.now)?;
        if let Some(to) = to {
            store::note_device(self.connection, &browser, &contact_subject(to), self.now)?;
        }
        let may_remember =
            store::workspace(self.connection, &account.workspace)?.is_some_and(|workspace| workspace.remember_browser);
        if remember && may_remember {
            let until = self.now.plus_seconds(u64::from(REMEMBER_DAYS) * 24 * 3600);
            let by = match kind {
                FactorKind::Sms => RememberedBy::Phone,
                FactorKind::Email | FactorKind::Authenticator | FactorKind::RecoveryCode | FactorKind::Passkey => {
                    RememberedBy::Other
                }
            };
            store::remember_browser(self.connection, &browser, &account, by, until)?;
        }
        self.admit(&account, &entering.whose.identifier, &entering.first).map(Turn::Answered)
    }

    /// A try at a code that is not sent. It counts for the account, whatever the code comes from.
    pub(super) fn try_factor(
        &self,
        account: i64,
        evaluate: impl FnOnce() -> Result<Tried, Trouble>,
    ) -> Result<Option<Refusal>, Trouble> {
        let (browser, subject) = (self.browser.id(), factor_subject(account));
        let device = self.gate.standing(self.connection, &browser, &subject)?;
        let counters = self.gate.counters(["wrong second factors"; 2], &browser, &subject, device);
        Ok(self.try_code(&subject, &counters, FACTOR_TRIES, evaluate)?.map(|not_right| match not_right {
            NotRight::Spent => Refusal::CodeSpent,
            NotRight::Wrong(Left::Tries(tries_left)) => Refusal::CodeWrong { tries_left },
            NotRight::Wrong(Left::Nothing { until }) => {
                Refusal::TooManyRequests { retry_after: seconds_until(until, self.now) }
            }
        }))
    }

    pub(super) fn submit_authenticator_code(
        &mut self,
        entering: &Entering,
        typed: &str,
        remember: bool,
    ) -> Result<Turn, Trouble> {
        let (account, code) = match (self.still_entering(entering)?, read_code(typed)) {
            (Err(next), _) => return self.settle(next),
            (Ok(_), Err(refusal)) => return self.settle(Next::Refuse(refusal)),
            (Ok(account), Ok(code)) => (account, code),
        };
        let refusal = self.try_factor(account.id, || {
            let Some(salt) = store::authenticator(self.connection, account.id)? else { return Ok(Tried::Wrong) };
            Ok(match self.step_of(&account, &salt, &code) {
                None => Tried::Wrong,
                Some(step) if store::take_step(self.connection, account.id, step)? => Tried::Right,
                Some(_) => Tried::Spent,
            })
        })?;
        match refusal {
            Some(refusal) => self.settle(Next::Refuse(refusal)),
            None => self.second_factor_given(entering, FactorKind::Authenticator, None, remember),
        }
    }

    pub(super) fn step_of(&self, account: &AccountRow, salt: &Salt, code: &Code) -> Option<u64> {
        AuthenticatorKey::new(&self.gate.key, account.id, salt, &account.email)?
            .step_of(code, self.gate.clock.time_of_day())
    }

    pub(super) fn submit_recovery_code(&mut self, entering: &Entering, typed: &str) -> Result<Turn, Trouble> {
        let account = match self.still_entering(entering)? {
            Ok(account) => account,
            Err(next) => return self.settle(next),
        };
        let Some(digest) = recovery_codes::digest(&self.gate.key, account.id, typed) else {
            let code = if typed.trim().is_empty() { FieldCode::Required } else { FieldCode::RecoveryCodeInvalid };
            return self.settle(Next::Refuse(Refusal::field("/input/code", code)));
        };
        let refusal = self.try_factor(account.id, || {
            let is_right = store::take_recovery_code(self.connection, account.id, &digest)?;
            Ok(if is_right { Tried::Right } else { Tried::Wrong })
        })?;
        if let Some(refusal) = refusal {
            return self.settle(Next::Refuse(refusal));
        }
        let left = store::recovery_codes_left(self.connection, account.id)?;
        self.tell(&account, |locale, workspace, at| texts::recovery_code_used(locale, workspace, at, left))?;
        self.second_factor_given(entering, FactorKind::RecoveryCode, None, false)
    }
}

/// Whether anything is saved that could follow the first factor, reached from here or not.
fn saved_behind(connection: &Connection, account: &AccountRow, first: &First) -> Result<Saved, Trouble> {
    let mobile = match first {
        First::Password(_) | First::Passkey | First::Provider(_) | First::QuickLogin(_) => account.mobile.as_ref(),
        First::Phone { .. } => None,
    };
    let has_authenticator = store::authenticator(connection, account.id)?.is_some();
    let has_passkey = !store::passkeys_of(connection, account.id)?.is_empty();
    let has_any = account.personal_email.is_some() || mobile.is_some() || has_authenticator || has_passkey;
    Ok(if has_any { Saved::Something } else { Saved::Nothing })
}

/// What browsers are known under that have given the second factor of an account: neither its password nor a message to its
/// contacts alone makes them so.
pub(super) fn factor_subject(account: i64) -> String {
    format!("factor:{account}")
}

pub(super) const fn kind_of(to: &Contact) -> FactorKind {
    match to {
        Contact::Email(_) => FactorKind::Email,
        Contact::Mobile { .. } => FactorKind::Sms,
    }
}

/// The contact that is saved now; it is told masked.
fn saved(account: &AccountRow, kind: FactorKind) -> Option<Contact> {
    match kind {
        FactorKind::Email => {
            let email = EmailAddress::parse(account.personal_email.as_deref()?).ok()?;
            Some(Contact::Email(Address { typed: masked(email.as_str()), email }))
        }
        FactorKind::Sms => {
            let number = MobileNumber::parse(account.mobile.as_deref()?)?;
            Some(Contact::Mobile { typed: number.masked(), number })
        }
        FactorKind::Authenticator | FactorKind::RecoveryCode | FactorKind::Passkey => None,
    }
}
