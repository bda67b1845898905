//! Codes, sent and tried; and how many messages may go to one place.

use daemun_protocol::{Channel, FieldCode, Timestamp};

use super::counting::{Counters, Device, release, reserve, restriction, take_back};
use super::join_turns::bad_by_now;
use super::second_factor_turns::{factor_subject, kind_of};
use super::{Taking, Turn, contact_subject};
use crate::carrier::Carrier;
use crate::codes::{self, Code, CodeDigest};
use crate::flow::code::{self, Asking, Contact, Purpose, Sending, SentCode};
use crate::flow::{Address, Next, Notice, Refusal, Stage};
use crate::limits::{self, CODE_TRIES, Doing, Left, Rate, STRANGERS_CODE_TRIES, STRANGERS_WRONG_CODES, TryRule};
use crate::login_id::{LoginId, NotAnId};
use crate::mail::texts;
use crate::server_key::Digest32;
use crate::store::{self, Trouble};

impl Taking<'_> {
    pub(super) fn resend_code(&self, stage: &Stage) -> Result<Next, Trouble> {
        let Stage::Code(sent) = stage else { return Ok(Next::unavailable()) };
        if let Purpose::Join(candidate) = &sent.purpose
            && let Some(bad) = bad_by_now(self.connection, candidate.form.invited.invitation, self.now)?
        {
            return Ok(Next::to(Stage::Notice(Notice::BadInvitation(bad))));
        }
        if let Some(next) = self.dead_by_now(&sent.purpose)? {
            return Ok(next);
        }
        self.send_another(sent, sent.by, Asking::Again)
    }

    /// The code by another way to the same phone (FEATURES L2). It is another code, and a step of its own.
    pub(super) fn send_otherwise(&self, stage: &Stage, by: Carrier) -> Result<Next, Trouble> {
        let Stage::Code(sent) = stage else { return Ok(Next::unavailable()) };
        self.send_another(sent, by, Asking::First)
    }

    /// Another code in the place of one that was sent, if what it is for is to be had still.
    fn send_another(&self, sent: &SentCode, by: Carrier, asking: Asking) -> Result<Next, Trouble> {
        match &sent.purpose {
            Purpose::SecondFactor(entering) => self.send_factor_again(entering, &sent.to, by, asking),
            Purpose::Enrol(entering) => match self.may_enrol(entering)? {
                Ok(_) => self.ask_for_code_by(sent.to.clone(), by, sent.purpose.clone(), asking),
                Err(next) => Ok(next),
            },
            Purpose::SignIn
            | Purpose::Enter { .. }
            | Purpose::Listed { .. }
            | Purpose::Join(_)
            | Purpose::FindId { .. }
            | Purpose::Link
            | Purpose::LinkPhone(_) => self.ask_for_code_by(sent.to.clone(), by, sent.purpose.clone(), asking),
        }
    }

    /// Where one more message to this place is to be counted, or the seconds to wait. A browser that is known there has an
    /// allowance of its own.
    pub(super) fn may_send(&self, of: &str, place: &str, subject: &str) -> Result<Result<Digest32, u32>, Trouble> {
        let (gate, connection, now) = (self.gate, self.connection, self.now);
        let browser = self.browser.id();
        let counter = match gate.standing(connection, &browser, subject)? {
            Device::Known => gate.counter(of, Some(&browser), place),
            Device::Stranger => gate.counter(of, None, place),
        };
        if let Some(wait) = self.wait(&counter, &limits::SENDS)? {
            return Ok(Err(wait));
        }
        Ok(gate.meter.take(Doing::Send, self.asker.neighbourhood, now).map(|()| counter))
    }

    /// The seconds to wait before one more may be counted here.
    pub(super) fn wait(&self, counter: &Digest32, rates: &[Rate]) -> Result<Option<u32>, Trouble> {
        let longest = rates.iter().map(|rate| rate.seconds).max().unwrap_or(0);
        let earlier = store::sent_since(self.connection, counter, longest, self.now)?;
        Ok(limits::wait_for_rates(rates, &earlier, self.now))
    }

    /// Counts one more, or says how many seconds to wait for it.
    pub(super) fn counted(&self, counter: &Digest32, rates: &[Rate]) -> Result<Option<u32>, Trouble> {
        let wait = self.wait(counter, rates)?;
        if wait.is_none() {
            store::note_sent(self.connection, counter, self.now)?;
        }
        Ok(wait)
    }

    /// A personal email or a mobile number, as far as codes go there by these channels; `malformed` for what is neither.
    pub(super) fn read_contact(
        &self,
        typed: &str,
        channels: &[Channel],
        malformed: FieldCode,
    ) -> Result<Contact, FieldCode> {
        match LoginId::parse_in(typed, self.row.flow.locale) {
            Ok(LoginId::Email(email)) => Ok(Contact::Email(Address { typed: typed.into(), email })),
            Ok(LoginId::Mobile(number)) if channels.contains(&Channel::Sms) => Ok(Contact::phone(number)),
            Ok(LoginId::Mobile(_)) => Err(FieldCode::MobileUnavailable),
            Ok(LoginId::Name(_)) | Err(NotAnId::Malformed) => Err(malformed),
            Err(NotAnId::Empty) => Err(FieldCode::Required),
            Err(NotAnId::TooLong) => Err(FieldCode::TooLong),
        }
    }

    /// A code by the way that there is for every contact.
    pub(super) fn ask_for_code(&self, to: Contact, purpose: Purpose, asking: Asking) -> Result<Next, Trouble> {
        let by = to.carrier();
        self.ask_for_code_by(to, by, purpose, asking)
    }

    /// The same for every address or number, whether anybody has it or not.
    pub(super) fn ask_for_code_by(
        &self,
        to: Contact,
        by: Carrier,
        purpose: Purpose,
        asking: Asking,
    ) -> Result<Next, Trouble> {
        let (gate, connection, now) = (self.gate, self.connection, self.now);
        let counted = Counted::of(&to, &purpose);
        let counters = self.code_counters(&counted)?;
        let mut counters_of_sent = Vec::new();
        let restricted = restriction(connection, &counters, CODE_TRIES, STRANGERS_CODE_TRIES, now)?;
        let to_nobody = self.is_to_nobody(&to, &purpose)?;
        let sending = match restricted.max(self.strangers_day(&counted.place, &counters)?) {
            Some(until) => Sending::Restricted { until },
            None => match (
                self.may_send_all(&purpose, by, &counted.subject, to_nobody)?,
                self.may_send("codes sent", &counted.place, &counted.subject)?,
            ) {
                (Ok(all), Ok(own)) => {
                    counters_of_sent = vec![all, Some(own)];
                    Sending::Free
                }
                (Err(wait), Ok(_)) | (Ok(_), Err(wait)) => Sending::Wait(wait),
                (Err(one), Err(other)) => Sending::Wait(one.max(other)),
            },
        };
        code::ask_for_code(to, by, purpose, sending, asking, |to, by, purpose| {
            let code = Code::draw(&gate.chance)?;
            let (words, digest) = match &purpose {
                Purpose::Link => self.link_letter(to, &code)?,
                Purpose::SecondFactor(_) => {
                    (texts::second_factor_code(by, self.row.flow.locale, &code, &gate.host), self.digest(&code, to))
                }
                // Of a contact that is to be saved nobody knows yet whose it is.
                Purpose::SignIn
                | Purpose::Enter { .. }
                | Purpose::Listed { .. }
                | Purpose::Join(_)
                | Purpose::FindId { .. }
                | Purpose::Enrol(_)
                | Purpose::LinkPhone(_) => {
                    (texts::code(by, self.row.flow.locale, &code, &gate.host), self.digest(&code, to))
                }
            };
            let expires_at = now.plus_seconds(codes::LIFETIME);
            // What a code proves is this form, so it is this form that it is sent to; what was typed is for reading.
            let recipient = if to_nobody { "" } else { to.place() };
            gate.send(connection, recipient, words, now, expires_at)?;
            for counter in counters_of_sent.iter().flatten() {
                store::note_sent(connection, counter, now)?;
            }
            Ok(SentCode {
                digest,
                to: to.clone(),
                by,
                purpose,
                expires_at,
                resend_at: now.plus_seconds(codes::RESEND_AFTER),
            })
        })
    }

    /// What is kept of a code that goes there.
    pub(super) fn digest(&self, code: &Code, to: &Contact) -> CodeDigest {
        code.digest(&self.gate.key, self.id, to.place())
    }

    /// Where one more code that costs money is to be counted with all of its kind, or the seconds to wait. A mail costs
    /// nothing, and a browser that is known is not counted with strangers.
    fn may_send_all(
        &self,
        purpose: &Purpose,
        by: Carrier,
        subject: &str,
        to_nobody: bool,
    ) -> Result<Result<Option<Digest32>, u32>, Trouble> {
        let is_known = self.gate.standing(self.connection, &self.browser.id(), subject)? == Device::Known;
        if by == Carrier::Email || is_known {
            return Ok(Ok(None));
        }
        // Who has given a password does not wait for those who only enter numbers.
        let (pool, rates) = match purpose {
            Purpose::LinkPhone(_) => ("linking numbers", &limits::PHONE_SENDS[..]),
            Purpose::SignIn | Purpose::Enter { .. } | Purpose::Listed { .. } | Purpose::Join(_) | Purpose::Link => {
                ("signing in", &limits::PHONE_SENDS[..])
            }
            Purpose::FindId { .. } => ("finding an ID", &limits::UNPROVEN_PHONE_SENDS[..]),
            Purpose::SecondFactor(_) | Purpose::Enrol(_) => ("second factors", &limits::PHONE_SENDS[..]),
        };
        let counter = self.gate.counter(
            "messages to phones",
            None,
            &format!("{pool}:{}", purpose.workspace().unwrap_or_default()),
        );
        Ok(match self.wait(&counter, rates)? {
            Some(wait) => Err(wait),
            // What is not sent is written down too, since writing takes time, and holds up nobody.
            None if to_nobody => Ok(Some(self.gate.counter("messages to nobody", None, ""))),
            None => Ok(Some(counter)),
        })
    }

    /// Whether nobody signs in by this number. A code to it costs the same and is not sent: whoever enters numbers at random
    /// makes nobody's phone ring, and nobody pay for it.
    fn is_to_nobody(&self, to: &Contact, purpose: &Purpose) -> Result<bool, Trouble> {
        let (Contact::Mobile { number, .. }, Purpose::SignIn) = (to, purpose) else { return Ok(false) };
        Ok(!store::is_linked(self.connection, number)?)
    }

    fn code_counters(&self, counted: &Counted) -> Result<Counters, Trouble> {
        let browser = self.browser.id();
        let device = self.gate.standing(self.connection, &browser, &counted.subject)?;
        Ok(self.gate.counters(["wrong codes"; 2], &browser, &counted.place, device))
    }

    /// Until when a browser that is not known at a place can try no code there, because strangers have tried so many today.
    fn strangers_day(&self, place: &str, counters: &Counters) -> Result<Option<Timestamp>, Trouble> {
        if counters.ceiling.is_none() {
            return Ok(None);
        }
        let wait = self.wait(&self.strangers_day_counter(place), &[STRANGERS_WRONG_CODES])?;
        Ok(wait.map(|wait| self.now.plus_seconds(wait.into())))
    }

    fn strangers_day_counter(&self, place: &str) -> Digest32 {
        self.gate.counter("wrong codes in a day", None, place)
    }

    /// Counts a try at a code of this place beforehand, then lets `evaluate` say what it is worth. What keeps it from being
    /// right, if anything; what comes too often is not even evaluated.
    pub(super) fn try_code(
        &self,
        place: &str,
        counters: &Counters,
        own: TryRule,
        evaluate: impl FnOnce() -> Result<Tried, Trouble>,
    ) -> Result<Option<NotRight>, Trouble> {
        let too_often = |until| Some(NotRight::Wrong(Left::Nothing { until }));
        if let Some(until) = self.strangers_day(place, counters)? {
            return Ok(too_often(until));
        }
        let left = match reserve(self.connection, counters, own, STRANGERS_CODE_TRIES, self.now)? {
            Ok(left) => left,
            Err(until) => return Ok(too_often(until)),
        };
        Ok(match evaluate()? {
            Tried::Right => {
                release(self.connection, counters)?;
                None
            }
            Tried::Spent => {
                take_back(self.connection, counters)?;
                Some(NotRight::Spent)
            }
            Tried::Wrong => {
                if counters.ceiling.is_some() {
                    store::note_sent(self.connection, &self.strangers_day_counter(place), self.now)?;
                }
                let day = self.strangers_day(place, counters)?.map(|until| Left::Nothing { until });
                Some(NotRight::Wrong(day.map_or(left, |day| left.least(day))))
            }
        })
    }

    pub(super) fn submit_code(&mut self, stage: &Stage, typed: &str, remember: bool) -> Result<Turn, Trouble> {
        if let Stage::Code(sent) = stage {
            self.submit_sent_code(sent, typed, remember)
        } else if let Stage::AuthenticatorCode(entering) = stage {
            self.submit_authenticator_code(entering, typed, remember)
        } else if let Stage::EnrolAuthenticator(new) = stage {
            self.submit_first_code(new, typed)
        } else if let Stage::RecoveryCode(entering) = stage {
            self.submit_recovery_code(entering, typed)
        } else if let Stage::RecoveryKey(_) = stage {
            self.submit_recovery_key(stage, typed)
        } else {
            self.settle(Next::unavailable())
        }
    }

    fn submit_sent_code(&mut self, sent: &SentCode, typed: &str, remember: bool) -> Result<Turn, Trouble> {
        if let Some(next) = self.dead_by_now(&sent.purpose)? {
            return self.settle(next);
        }
        let code = match read_code(typed) {
            Ok(code) => code,
            Err(refusal) => return self.settle(Next::Refuse(refusal)),
        };
        match self.judge_sent_code(sent, &code)? {
            Some(next) => self.settle(next),
            None => self.code_was_right(sent, remember),
        }
    }

    /// What keeps a code from being right, if anything.
    fn judge_sent_code(&self, sent: &SentCode, code: &Code) -> Result<Option<Next>, Trouble> {
        if sent.expires_at <= self.now || !self.is_saved_still(sent)? {
            return Ok(Some(Next::Refuse(Refusal::CodeExpired)));
        }
        let counted = Counted::of(&sent.to, &sent.purpose);
        let counters = self.code_counters(&counted)?;
        let not_right = self.try_code(&counted.place, &counters, CODE_TRIES, || {
            let is_right = self.digest(code, &sent.to).matches(&sent.digest);
            Ok(if is_right { Tried::Right } else { Tried::Wrong })
        })?;
        Ok(not_right.map(|not_right| match not_right {
            NotRight::Spent => Next::Refuse(Refusal::CodeSpent),
            NotRight::Wrong(left) => code::wrong_code(sent, left),
        }))
    }

    fn code_was_right(&mut self, sent: &SentCode, remember: bool) -> Result<Turn, Trouble> {
        self.row.flow.proven = match (&sent.purpose, &sent.to) {
            (
                Purpose::SignIn | Purpose::Enter { .. } | Purpose::Listed { .. } | Purpose::Join(_),
                Contact::Email(address),
            ) => Some(address.email.clone()),
            (
                Purpose::FindId { .. }
                | Purpose::SecondFactor(_)
                | Purpose::Enrol(_)
                | Purpose::Link
                | Purpose::LinkPhone(_),
                _,
            )
            | (_, Contact::Mobile { .. }) => None,
        };
        let next = match (&sent.purpose, &sent.to) {
            (Purpose::SignIn, Contact::Email(address)) => self.sign_in_by(address.clone())?,
            (Purpose::SignIn, Contact::Mobile { typed, number }) => return self.sign_in_by_number(typed, number),
            (Purpose::Enter { workspace }, Contact::Email(address)) => self.enter_by(address, workspace)?,
            (Purpose::Listed { account, .. }, to) => return self.enter_listed(*account, to),
            (Purpose::Join(candidate), Contact::Email(address)) => self.join(candidate, address.clone())?,
            (Purpose::FindId { workspace }, to) => self.found_ids(workspace, to)?,
            (Purpose::Link, to) => self.open_link(to)?,
            (Purpose::SecondFactor(entering), to) => {
                return self.second_factor_given(entering, kind_of(to), Some(to), remember);
            }
            (Purpose::Enrol(entering), to) => return self.save_contact(entering, to),
            (Purpose::LinkPhone(whose), Contact::Mobile { number, .. }) => self.number_proven(whose, number)?,
            // No number is linked by a mail's code.
            (Purpose::LinkPhone(_), Contact::Email(_)) => Next::unavailable(),
            // Nobody joins by a phone's code.
            (Purpose::Enter { .. } | Purpose::Join(_), Contact::Mobile { .. }) => Next::unavailable(),
        };
        self.settle(next)
    }
}

/// What a code is worth that somebody typed.
pub(super) enum Tried {
    Right,
    Wrong,
    /// Right, and taken before.
    Spent,
}

/// What keeps a code from being right.
pub(super) enum NotRight {
    Spent,
    /// Or not even looked at, where nothing is left.
    Wrong(Left),
}

/// What codes are counted under: sent ones, and wrong ones.
struct Counted {
    place: String,
    /// What a browser is known under for whom strangers do not count.
    subject: String,
}

impl Counted {
    /// By the address or number, whoever has it; but a second factor by its account alone. Whoever enters a member's contact
    /// at the front door does not thereby keep the member out who has given the password.
    fn of(to: &Contact, purpose: &Purpose) -> Self {
        match purpose {
            Purpose::SecondFactor(entering) => {
                let subject = factor_subject(entering.whose.account);
                Self { place: format!("{subject}:{}", to.carrier().as_str()), subject }
            }
            Purpose::SignIn
            | Purpose::Enter { .. }
            | Purpose::Listed { .. }
            | Purpose::Join(_)
            | Purpose::FindId { .. }
            | Purpose::Enrol(_)
            | Purpose::LinkPhone(_)
            | Purpose::Link => Self { place: to.place().into(), subject: contact_subject(to) },
        }
    }
}

/// A code of six digits, however it was typed.
pub(super) fn read_code(typed: &str) -> Result<Code, Refusal> {
    Code::parse(typed).ok_or_else(|| {
        let code = if typed.trim().is_empty() { FieldCode::Required } else { FieldCode::CodeInvalid };
        Refusal::field("/input/code", code)
    })
}
