//! Going in: a new session, and this device is known from now on. It refuses to know what was proven.

use super::{Taking, account_subject, contact_subject, email_subject, reset_subject};
use crate::browser::session_digest;
use crate::flow::code::Contact;
use crate::flow::second_factor::{First, Salt};
use crate::flow::{Address, Completed, Entrance, Goal, Next, Stage};
use crate::handoff::{self, Challenge};
use crate::store::{self, AccountRow, Finished, HandoffRow, NewSession, Trouble};

/// Seconds that a session lives.
pub(super) const SESSION_LIFETIME: u64 = 12 * 3600;

impl Taking<'_> {
    /// Signs in to an account that is not suspended, and that no further factor is asked of. `identifier` is the ID as it was
    /// typed.
    pub(super) fn go_in(&mut self, account: &AccountRow, identifier: &str, first: &First) -> Result<Finished, Trouble> {
        let connection = self.connection;
        let verified = match first {
            First::Password(way) => way.verified(),
            First::Phone { .. } | First::Passkey | First::Provider(_) | First::QuickLogin(_) => None,
        };
        let browser = self.browser.id();
        store::note_device(connection, &browser, &account_subject(account.id), self.now)?;
        // Whoever has signed in from here can ask for a reset, whatever strangers do (FEATURES R1).
        store::note_device(connection, &browser, &reset_subject(&account.email), self.now)?;
        // Only who has read mail there is known for the address; an account's password is no proof of its mailbox.
        if let Some(address) = verified {
            store::note_device(connection, &browser, &email_subject(&address.email), self.now)?;
        }
        if let First::Phone { typed, number } = first {
            let to = Contact::Mobile { typed: typed.clone(), number: number.clone() };
            store::note_device(connection, &browser, &contact_subject(&to), self.now)?;
        }
        if let Some(challenge) = self.row.flow.handoff.clone() {
            store::let_in(connection, &browser, &account.workspace, self.now)?;
            self.remember_listed(account, first)?;
            return self.hand_over(account, identifier, verified, challenge);
        }
        let before = match &self.session {
            Some(old) => store::read_session(connection, old, self.now)?,
            None => None,
        };
        // Whoever is in, is in with this browser.
        store::let_in(connection, &browser, &account.workspace, self.now)?;
        if let Some(old) = &self.session {
            store::delete_session(connection, old)?;
            // Somebody else who was signed in here is not any more.
            if let Some(before) = before.as_ref().filter(|before| before.account != account.id) {
                store::note_signed_out(connection, before.account, self.now)?;
            }
        }
        let salt: [u8; 16] = self.gate.chance.bytes()?;
        let session = session_digest(&self.browser.session_token(&salt)).ok_or(Trouble::TaskLost)?;
        let until = self.now.plus_seconds(SESSION_LIFETIME);
        // A proof is the same sign-in, renewed: what was known of it stays known.
        let renewed = before.filter(|before| self.is_in_settings() && before.account == account.id);
        // Whoever comes back by a verified address is told that address, whatever ID they signed in with.
        let (told, email) = match (verified, &renewed) {
            (Some(address), _) => (address.typed.as_str(), Some(address.email.as_str())),
            (None, Some(before)) => (before.identifier.as_str(), before.verified_email.as_deref()),
            (None, None) => (identifier, None),
        };
        // To the member a session that is renewed is the same one.
        let (handle, signed_in_at) = match &renewed {
            Some(before) => (before.handle.clone(), before.signed_in_at),
            None => (self.gate.chance.token::<16>()?, self.now),
        };
        let new = NewSession {
            id: &session,
            handle: &handle,
            account: account.id,
            identifier: told,
            verified_email: email,
            browser: Some(&browser),
            seen: &self.asker.seen,
            signed_in_at,
            began_at: self.now,
            expires_at: until,
        };
        store::insert_session(connection, &new)?;
        if renewed.is_none() {
            self.remember_listed(account, first)?;
        }
        self.session = Some(session);
        if let Some(then) = self.row.flow.after_proof.take().filter(|_| renewed.is_some()) {
            let next = self.after_proof(then)?;
            let finished = self.finish(next)?;
            return Ok(Finished { session_salt: Some(salt), ..finished });
        }
        let completed = Completed {
            goal: self.goal(),
            identifier: identifier.into(),
            name: account.name.clone(),
            workspace: account.workspace.clone(),
            // A look at the flow has completed it: the answer to that has the session, and to each look after it.
            salt: matches!(self.before.stage, Stage::Approved(_)).then_some(salt),
        };
        let finished = self.finish(Next::to(Stage::Complete(completed)))?;
        Ok(Finished { session_salt: Some(salt), ..finished })
    }

    /// The native host around the page takes it from here: the page itself is signed in to nothing.
    fn hand_over(
        &mut self,
        account: &AccountRow,
        identifier: &str,
        verified: Option<&Address>,
        challenge: Challenge,
    ) -> Result<Finished, Trouble> {
        let salt: Salt = self.gate.chance.bytes()?;
        let key = &self.gate.key;
        let taken_over = HandoffRow {
            challenge,
            account: account.id,
            identifier: verified.map_or(identifier, |address| &address.typed).into(),
            verified_email: verified.map(|address| address.email.as_str().into()),
            browser: self.browser.id(),
            expires_at: self.now.plus_seconds(handoff::LIFETIME),
            session: None,
        };
        let code = handoff::digest(key, &handoff::code(key, self.id, &salt));
        store::insert_handoff(self.connection, &code, &taken_over)?;
        self.finish(Next::to(Stage::Complete(Completed {
            goal: Goal::Handoff(salt),
            identifier: identifier.into(),
            name: account.name.clone(),
            workspace: account.workspace.clone(),
            salt: None,
        })))
    }

    /// Where the member was going.
    pub(super) fn goal(&self) -> Goal {
        Goal::RedirectTo(self.row.flow.return_to.clone().unwrap_or_else(|| self.gate.places.default_place()))
    }

    fn is_in_settings(&self) -> bool {
        matches!(self.row.flow.entrance, Entrance::Security(_) | Entrance::Policy(_))
    }
}
