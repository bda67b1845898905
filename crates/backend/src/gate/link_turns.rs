//! Opening a security link, act by act (FEATURES O1 to O5).

use daemun_protocol::{Hints, Timestamp};
use rusqlite::Connection;

use super::sign_in_turns::email_error;
use super::{Gate, Taking, is_flow_id};
use crate::codes::{Code, CodeDigest};
use crate::email_address::EmailAddress;
use crate::flow::code::{Asking, Contact, Purpose};
use crate::flow::security_link::{self, Earlier, LinkStage, LinkTrouble, Opened, SecurityLink};
use crate::flow::{Address, Ending, Entrance, Next, Refusal, Stage, StoredFlow};
use crate::link_token::{LinkKind, LinkToken};
use crate::mail::{Words, texts};
use crate::server_key::Digest32;
use crate::store::{self, Trouble};

impl Gate {
    /// What a link opens, by its token or by an earlier flow of this browser that tried it. It uses nothing up.
    pub(super) fn open_security_link(
        &self,
        connection: &Connection,
        browser: &Digest32,
        hints: &Hints,
        now: Timestamp,
    ) -> Result<Opened, Trouble> {
        let (found, earlier) = match (&hints.token, &hints.previous) {
            (Some(token), _) => {
                let found = match LinkToken::parse(token) {
                    Some(token) => store::security_link_of(connection, &token.digest(&self.key, LinkKind::Security))?,
                    None => None,
                };
                let earlier = match &found {
                    Some(link) => self.earlier_at(connection, browser, link.id, now)?,
                    None => Earlier::Nothing,
                };
                (found, earlier)
            }
            (None, Some(previous)) => self.tried_before(connection, browser, previous)?,
            (None, None) => (None, Earlier::Nothing),
        };
        Ok(Opened::of(found.as_ref(), earlier, now))
    }

    /// How this browser's last attempt at a link ended, if it would not be over by now anyway: whoever closes the page and opens
    /// the link again is told why it begins anew (FEATURES O3).
    fn earlier_at(
        &self,
        connection: &Connection,
        browser: &Digest32,
        link: i64,
        now: Timestamp,
    ) -> Result<Earlier, Trouble> {
        let flows = store::newest_flows_of(connection, browser, now, &self.log)?;
        let last = flows.into_iter().find(|flow| flow.entrance == Entrance::Link(Some(link)));
        Ok(last.map_or(Earlier::Nothing, |flow| how_it_ended(&flow)))
    }

    /// The link of an earlier flow, and how that ended. A flow of another browser is none.
    fn tried_before(
        &self,
        connection: &Connection,
        browser: &Digest32,
        previous: &str,
    ) -> Result<(Option<SecurityLink>, Earlier), Trouble> {
        let row = if is_flow_id(previous) { store::read_flow(connection, previous, browser, &self.log)? } else { None };
        let Some(flow) = row.map(|row| row.flow) else { return Ok((None, Earlier::Nothing)) };
        Ok((by_id(connection, flow.entrance)?, how_it_ended(&flow)))
    }
}

fn how_it_ended(flow: &StoredFlow) -> Earlier {
    if flow.stage == Stage::Ended(Ending::Left) { Earlier::Left } else { Earlier::Nothing }
}

/// The link that a flow was begun with.
fn by_id(connection: &Connection, entrance: Entrance) -> Result<Option<SecurityLink>, Trouble> {
    match entrance {
        Entrance::Link(Some(link)) => store::security_link(connection, link),
        Entrance::Link(None)
        | Entrance::SignIn
        | Entrance::Join
        | Entrance::Reset
        | Entrance::Security(_)
        | Entrance::Approve(_)
        | Entrance::Policy(_) => Ok(None),
    }
}

impl Taking<'_> {
    /// The flow's link, if it is good still.
    fn live_link(&self) -> Result<Result<SecurityLink, LinkTrouble>, Trouble> {
        let Some(link) = by_id(self.connection, self.row.flow.entrance)? else { return Ok(Err(LinkTrouble::Unknown)) };
        Ok(match link.trouble(self.now) {
            Some(trouble) => Err(trouble),
            None => Ok(link),
        })
    }

    /// Where to go instead of a code for a link that is no longer good.
    pub(super) fn dead_by_now(&self, purpose: &Purpose) -> Result<Option<Next>, Trouble> {
        match purpose {
            Purpose::Link => Ok(self.live_link()?.err().map(security_link::dead)),
            Purpose::SignIn
            | Purpose::Enter { .. }
            | Purpose::Listed { .. }
            | Purpose::Join(_)
            | Purpose::FindId { .. }
            | Purpose::SecondFactor(_)
            | Purpose::Enrol(_)
            | Purpose::LinkPhone(_) => Ok(None),
        }
    }

    /// Whether the link was shared to the address is not asked here, but by who writes the mail.
    pub(super) fn submit_link_address(&self, stage: &Stage, typed: &str) -> Result<Next, Trouble> {
        let Stage::Link(LinkStage::Address { .. }) = stage else { return Ok(Next::unavailable()) };
        if let Some(next) = self.dead_by_now(&Purpose::Link)? {
            return Ok(next);
        }
        let typed = typed.trim();
        match EmailAddress::parse(typed) {
            Ok(email) => {
                let to = Contact::Email(Address { typed: typed.into(), email });
                self.ask_for_code(to, Purpose::Link, Asking::First)
            }
            Err(refused) => Ok(Next::Refuse(Refusal::Fields(vec![email_error("/input/email", refused)]))),
        }
    }

    /// The mail to an address that a link was tried with, and the digest that a code will be held to: of `code` where the
    /// link was shared to it, and otherwise of no code at all, so that no guess is ever right (FEATURES O5).
    pub(super) fn link_letter(&self, to: &Contact, code: &Code) -> Result<(Words, CodeDigest), Trouble> {
        let (gate, locale) = (self.gate, self.row.flow.locale);
        // Both are made, whichever goes out, and the same is asked: neither is known by the time it takes.
        let shared = (texts::link_code(locale, code), self.digest(code, to));
        let not_shared = (texts::link_not_shared(locale), CodeDigest::of_no_code(&gate.chance)?);
        Ok(if self.is_shared_to(to)? { shared } else { not_shared })
    }

    fn is_shared_to(&self, to: &Contact) -> Result<bool, Trouble> {
        match self.row.flow.entrance {
            Entrance::Link(Some(link)) => store::is_shared_to(self.connection, link, to.place()),
            Entrance::Link(None)
            | Entrance::SignIn
            | Entrance::Join
            | Entrance::Reset
            | Entrance::Security(_)
            | Entrance::Approve(_)
            | Entrance::Policy(_) => Ok(false),
        }
    }

    /// The code was right: this browser is let in, and nobody is signed in.
    pub(super) fn open_link(&self, to: &Contact) -> Result<Next, Trouble> {
        let link = match self.live_link()? {
            Ok(link) => link,
            Err(trouble) => return Ok(security_link::dead(trouble)),
        };
        // Between the mail and its code it may have been taken back from this address alone.
        if !self.is_shared_to(to)? {
            return Ok(security_link::dead(LinkTrouble::Revoked));
        }
        store::grant_link(self.connection, &self.browser.id(), link.id, to.place(), link.granted_until(self.now))?;
        Ok(security_link::address_verified(self.gate.places.shared_place(&link.place)))
    }
}
