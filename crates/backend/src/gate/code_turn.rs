//! Codes, sent and tried; and how many messages may go to one place.

use daemun_protocol::{FieldCode, Timestamp};

use super::counting::{Counters, Device, release, reserve, restriction};
use super::join_turns::bad_by_now;
use super::{Taking, contact_subject};
use crate::codes::{self, Code};
use crate::flow::code::{self, Asking, CodeVerdict, Contact, Purpose, Sending, SentCode};
use crate::flow::{Next, Notice, Refusal, Stage};
use crate::limits::{self, CODE_TRIES, Doing, Left, STRANGERS_CODE_TRIES, STRANGERS_WRONG_CODES};
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
        self.ask_for_code(sent.to.clone(), sent.purpose.clone(), Asking::Again)
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
        let longest = limits::SENDS.iter().map(|rate| rate.seconds).max().unwrap_or(0);
        let earlier = store::sent_since(connection, &counter, longest, now)?;
        if let Some(wait) = limits::wait_for_rates(&limits::SENDS, &earlier, now) {
            return Ok(Err(wait));
        }
        Ok(gate.meter.take(Doing::Send, self.asker.neighbourhood, now).map(|()| counter))
    }

    /// The same for every address, whether anybody has it or not: no account is looked up here.
    pub(super) fn ask_for_code(&self, to: Contact, purpose: Purpose, asking: Asking) -> Result<Next, Trouble> {
        let (gate, connection, now) = (self.gate, self.connection, self.now);
        let counters = self.code_counters(&to)?;
        let mut counter = None;
        let restricted = restriction(connection, &counters, CODE_TRIES, STRANGERS_CODE_TRIES, now)?;
        let sending = match restricted.max(self.strangers_day(&to, &counters)?) {
            Some(until) => Sending::Restricted { until },
            None => match self.may_send("codes sent", to.place(), &contact_subject(&to))? {
                Ok(free) => {
                    counter = Some(free);
                    Sending::Free
                }
                Err(wait) => Sending::Wait(wait),
            },
        };
        code::ask_for_code(to, purpose, sending, asking, |to, purpose| {
            let code = Code::draw(&gate.chance)?;
            let (words, digest) = match &purpose {
                Purpose::Link => self.link_letter(to, &code)?,
                Purpose::SignIn | Purpose::Enter { .. } | Purpose::Join(_) | Purpose::FindId { .. } => (
                    texts::code(to.carrier(), self.row.flow.locale, &code),
                    code.digest(&gate.key, self.id, to.place()),
                ),
            };
            let expires_at = now.plus_seconds(codes::LIFETIME);
            // What a code proves is this form, so it is this form that it is sent to; what was typed is for reading.
            gate.send(connection, to.place(), words, now, expires_at)?;
            if let Some(counter) = &counter {
                store::note_sent(connection, counter, now)?;
            }
            Ok(SentCode {
                digest,
                to: to.clone(),
                by: to.carrier(),
                purpose,
                expires_at,
                resend_at: now.plus_seconds(codes::RESEND_AFTER),
            })
        })
    }

    fn code_counters(&self, to: &Contact) -> Result<Counters, Trouble> {
        let browser = self.browser.id();
        let device = self.gate.standing(self.connection, &browser, &contact_subject(to))?;
        Ok(Counters {
            own: self.gate.counter("wrong codes", Some(&browser), to.place()),
            ceiling: match device {
                Device::Known => None,
                Device::Stranger => Some(self.gate.counter("wrong codes", None, to.place())),
            },
        })
    }

    /// Until when a browser that is not known at the address can try no code, because strangers have tried so many today.
    fn strangers_day(&self, to: &Contact, counters: &Counters) -> Result<Option<Timestamp>, Trouble> {
        if counters.ceiling.is_none() {
            return Ok(None);
        }
        let (rate, now) = (STRANGERS_WRONG_CODES, self.now);
        let wrong = store::sent_since(self.connection, &self.strangers_day_counter(to), rate.seconds, now)?;
        Ok(limits::wait_for_rates(&[rate], &wrong, now).map(|wait| now.plus_seconds(wait.into())))
    }

    fn strangers_day_counter(&self, to: &Contact) -> Digest32 {
        self.gate.counter("wrong codes in a day", None, to.place())
    }

    pub(super) fn submit_code(&mut self, stage: &Stage, typed: &str) -> Result<Next, Trouble> {
        let Stage::Code(sent) = stage else { return Ok(Next::unavailable()) };
        if let Some(next) = self.dead_by_now(&sent.purpose)? {
            return Ok(next);
        }
        let Some(code) = Code::parse(typed) else {
            let code = if typed.trim().is_empty() { FieldCode::Required } else { FieldCode::CodeInvalid };
            return Ok(Next::Refuse(Refusal::field("/input/code", code)));
        };
        if sent.expires_at <= self.now {
            return Ok(code::refuse_code(sent, CodeVerdict::Expired));
        }
        let counters = self.code_counters(&sent.to)?;
        if let Some(until) = self.strangers_day(&sent.to, &counters)? {
            return Ok(code::refuse_code(sent, CodeVerdict::Restricted { until }));
        }
        match reserve(self.connection, &counters, CODE_TRIES, STRANGERS_CODE_TRIES, self.now)? {
            Err(until) => Ok(code::refuse_code(sent, CodeVerdict::Restricted { until })),
            Ok(_) if code.digest(&self.gate.key, self.id, sent.to.place()).matches(&sent.digest) => {
                release(self.connection, &counters)?;
                self.code_was_right(sent)
            }
            Ok(left) => {
                if counters.ceiling.is_some() {
                    store::note_sent(self.connection, &self.strangers_day_counter(&sent.to), self.now)?;
                }
                let left = match self.strangers_day(&sent.to, &counters)? {
                    Some(until) => left.least(Left::Nothing { until }),
                    None => left,
                };
                Ok(code::refuse_code(sent, CodeVerdict::Wrong(left)))
            }
        }
    }

    fn code_was_right(&mut self, sent: &SentCode) -> Result<Next, Trouble> {
        self.row.flow.proven = match (&sent.purpose, &sent.to) {
            (Purpose::SignIn | Purpose::Enter { .. } | Purpose::Join(_), Contact::Email(address)) => {
                Some(address.email.clone())
            }
            (Purpose::FindId { .. } | Purpose::Link, _) | (_, Contact::Mobile { .. }) => None,
        };
        match (&sent.purpose, &sent.to) {
            (Purpose::SignIn, Contact::Email(address)) => self.sign_in_by(address.clone()),
            (Purpose::Enter { workspace }, Contact::Email(address)) => self.enter_by(address, workspace),
            (Purpose::Join(candidate), Contact::Email(address)) => self.join(candidate, address.clone()),
            (Purpose::FindId { workspace }, to) => self.found_ids(workspace, to),
            (Purpose::Link, to) => self.open_link(to),
            // Nobody signs in or joins by a phone's code.
            (Purpose::SignIn | Purpose::Enter { .. } | Purpose::Join(_), Contact::Mobile { .. }) => {
                Ok(Next::unavailable())
            }
        }
    }
}
