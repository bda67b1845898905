//! Codes, sent and tried. It refuses to know what a right one opens.

use daemun_protocol::FieldCode;

use super::counting::{Counters, Device, release, reserve, restriction};
use super::{Taking, email_subject};
use crate::codes::{self, Code};
use crate::email_address::EmailAddress;
use crate::flow::sign_in::{self, Asking, CodeVerdict, Sending, SentCode};
use crate::flow::{Address, Next, Refusal, Stage};
use crate::limits::{self, CODE_TRIES, Doing, STRANGERS_CODE_TRIES};
use crate::mail::texts;
use crate::store::{self, Trouble};

impl Taking<'_> {
    pub(super) fn resend_code(&self, stage: &Stage) -> Result<Next, Trouble> {
        let Stage::Code(sent) = stage else { return Ok(Next::unavailable()) };
        self.ask_for_code(sent.address.clone(), Asking::Again)
    }

    /// The same for every address, whether anybody has it or not: no account is looked up here.
    pub(super) fn ask_for_code(&self, address: Address, asking: Asking) -> Result<Next, Trouble> {
        let (gate, connection, now) = (self.gate, self.connection, self.now);
        let browser = self.browser.id();
        let device = gate.standing(connection, &browser, &email_subject(&address.email))?;
        let sent_scope = match device {
            Device::Known => gate.counter("codes sent", Some(&browser), address.email.as_str()),
            Device::Stranger => gate.counter("codes sent", None, address.email.as_str()),
        };
        let counters = self.code_counters(&address.email)?;
        let longest = limits::SENDS.iter().map(|rate| rate.seconds).max().unwrap_or(0);
        let earlier = store::sent_since(connection, &sent_scope, longest, now)?;
        let sending = match restriction(connection, &counters, CODE_TRIES, STRANGERS_CODE_TRIES, now)? {
            Some(until) => Sending::Restricted { until },
            None => match limits::wait_for_rates(&limits::SENDS, &earlier, now) {
                Some(wait) => Sending::Wait(wait),
                None => match gate.meter.take(Doing::Send, self.asker.neighbourhood, now) {
                    Ok(()) => Sending::Free,
                    Err(wait) => Sending::Wait(wait),
                },
            },
        };
        sign_in::ask_for_code(address, sending, asking, |address| {
            let code = Code::draw(&gate.chance)?;
            let words = texts::code_mail(self.row.flow.locale, &code);
            let expires_at = now.plus_seconds(codes::LIFETIME);
            // What a code proves is this form, so it is this form that it is sent to; what was typed is for reading.
            gate.send(connection, address.email.as_str(), words, now, expires_at)?;
            store::note_sent(connection, &sent_scope, now)?;
            Ok(SentCode {
                digest: code.digest(&gate.key, self.id, &address.email),
                address: address.clone(),
                expires_at,
                resend_at: now.plus_seconds(codes::RESEND_AFTER),
            })
        })
    }

    fn code_counters(&self, email: &EmailAddress) -> Result<Counters, Trouble> {
        let browser = self.browser.id();
        let device = self.gate.standing(self.connection, &browser, &email_subject(email))?;
        Ok(Counters {
            own: self.gate.counter("wrong codes", Some(&browser), email.as_str()),
            ceiling: match device {
                Device::Known => None,
                Device::Stranger => Some(self.gate.counter("wrong codes", None, email.as_str())),
            },
        })
    }

    pub(super) fn submit_code(&self, stage: &Stage, typed: &str) -> Result<Next, Trouble> {
        let Stage::Code(sent) = stage else { return Ok(Next::unavailable()) };
        let Some(code) = Code::parse(typed) else {
            let code = if typed.trim().is_empty() { FieldCode::Required } else { FieldCode::CodeInvalid };
            return Ok(Next::Refuse(Refusal::field("/input/code", code)));
        };
        if sent.expires_at <= self.now {
            return Ok(sign_in::submit_code(sent, CodeVerdict::Expired));
        }
        let email = &sent.address.email;
        let counters = self.code_counters(email)?;
        let verdict = match reserve(self.connection, &counters, CODE_TRIES, STRANGERS_CODE_TRIES, self.now)? {
            Err(until) => CodeVerdict::Restricted { until },
            Ok(left) => {
                if code.digest(&self.gate.key, self.id, email).matches(&sent.digest) {
                    release(self.connection, &counters)?;
                    let listed = store::listed_memberships(self.connection, email)?;
                    let restricted_until = match listed.as_slice() {
                        [only] => self.settled_restriction(&only.id, &sent.address)?,
                        _ => None,
                    };
                    let unlisted = store::unlisted_workspace(self.connection, email)?;
                    CodeVerdict::Right { listed, unlisted, restricted_until }
                } else {
                    CodeVerdict::Wrong(left)
                }
            }
        };
        Ok(sign_in::submit_code(sent, verdict))
    }
}
