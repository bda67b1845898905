//! A native host takes over what was signed in to in its webview (FEATURES X7), and what it has then is a session of its own.

use daemun_protocol::{Account, HostSession, ProblemCode, Redeemed, Redemption, Secret, Timestamp, Workspace};
use rusqlite::Connection;

use super::entering::SESSION_LIFETIME;
use super::{Asker, Gate, problems};
use crate::browser::session_digest;
use crate::flow::{Completed, Facts, Goal, Shown, Stage};
use crate::handoff;
use crate::limits::Doing;
use crate::server_key::Digest32;
use crate::store::{self, Finished, NewSession, Trouble};

/// Characters of an app's name at most.
const LONGEST_NAME: usize = 64;

impl Gate {
    /// The code that a stage shows, made anew.
    pub(super) fn with_handoff(&self, facts: Facts, flow: &str, stage: &Stage) -> Facts {
        if let Stage::Complete(Completed { goal: Goal::Handoff(salt), .. }) = stage {
            let code = Secret::new(handoff::code(&self.key, flow, salt));
            Facts { shown: Shown::Handoff(code), ..facts }
        } else {
            facts
        }
    }

    /// Uses a code. Every refusal is the same: who has no verifier learns nothing of the code.
    ///
    /// # Errors
    /// [`Trouble`] behind the scenes; refusals are answers.
    pub async fn redeem(&self, asker: Asker, redemption: Redemption) -> Result<Finished, Trouble> {
        if let Some(refused) = self.too_many(Doing::Act, &asker)? {
            return Ok(refused.finished);
        }
        let gate = self.clone();
        let redeemed = self.store.write(move |transaction| gate.redeem_in(transaction, &asker, &redemption)).await?;
        match redeemed {
            Some(redeemed) => ok(serde_json::to_string(&redeemed)?),
            None => problems::bare(ProblemCode::HandoffInvalid, 400),
        }
    }

    fn redeem_in(
        &self,
        connection: &Connection,
        asker: &Asker,
        redemption: &Redemption,
    ) -> Result<Option<Redeemed>, Trouble> {
        let now = self.clock.now();
        let code = handoff::digest(&self.key, redemption.code.expose());
        let taken = store::handoff(connection, &code)?.filter(|row| row.challenge.is_of(redemption.verifier.expose()));
        let Some(taken) = taken else { return Ok(None) };
        // Two have the code and its verifier: nobody knows which of them is the member's app (RFC 6749 §4.1.2).
        if let Some(session) = taken.session {
            store::delete_session(connection, &session)?;
            return Ok(None);
        }
        if taken.expires_at <= now {
            return Ok(None);
        }
        let token = self.chance.token::<32>()?;
        let session = session_digest(&token).ok_or(Trouble::TaskLost)?;
        let mut seen = asker.seen.clone();
        if let Some(name) = redemption.app.as_deref().map(app_name).filter(|name| !name.is_empty()) {
            seen.browser = name;
        }
        let expires_at = now.plus_seconds(SESSION_LIFETIME);
        store::insert_session(
            connection,
            &NewSession {
                id: &session,
                handle: &self.chance.token::<16>()?,
                account: taken.account,
                identifier: &taken.identifier,
                verified_email: taken.verified_email.as_deref(),
                browser: None,
                seen: &seen,
                signed_in_at: now,
                began_at: now,
                expires_at,
            },
        )?;
        store::use_handoff(connection, &code, &session)?;
        // Who was suspended meanwhile has none.
        let lives = store::read_session(connection, &session, now)?.is_some();
        Ok(lives.then(|| Redeemed { token: Secret::new(token), expires_at }))
    }

    /// Whose session a token is; it is noted that it was used.
    ///
    /// # Errors
    /// [`Trouble`] behind the scenes.
    pub async fn host_session(&self, asker: Asker, session: Digest32) -> Result<Finished, Trouble> {
        if let Some(refused) = self.too_many(Doing::Act, &asker)? {
            return Ok(refused.finished);
        }
        let gate = self.clone();
        let found = self.store.write(move |transaction| gate.host_session_in(transaction, &asker, &session)).await?;
        match found {
            Some(found) => ok(serde_json::to_string(&found)?),
            None => problems::bare(ProblemCode::SignInRequired, 403),
        }
    }

    fn host_session_in(
        &self,
        connection: &Connection,
        asker: &Asker,
        session: &Digest32,
    ) -> Result<Option<HostSession>, Trouble> {
        let now: Timestamp = self.clock.now();
        let Some(row) = store::read_session(connection, session, now)? else { return Ok(None) };
        store::note_app_seen(connection, session, &asker.seen.place, now)?;
        let account = Account { identifier: row.identifier, name: Some(row.name) };
        let workspace = Workspace { id: row.workspace, name: row.workspace_name, logo: None, accent: None };
        Ok(Some(HostSession { account, workspace }))
    }
}

/// As much of it as is a name: what is visible, and no more than fits on a line.
fn app_name(told: &str) -> String {
    told.trim().chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect()
}

fn ok(body: String) -> Result<Finished, Trouble> {
    Ok(Finished { status: 200, location: None, body, retry_after: None, session_salt: None })
}
