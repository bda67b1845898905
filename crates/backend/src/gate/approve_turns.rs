//! Saying yes or no to what another device asks, act by act (FEATURES L5, D3, D4, D6). The first answer counts.

use daemun_protocol::{ApprovalKind, ApprovalRequest, Credential, FieldCode, Timestamp};
use rusqlite::Connection;

use super::passkey_turns::Owner;
use super::reset_turns::whose;
use super::{Gate, Taking, Turn, Viewer};
use crate::approval_link;
use crate::flow::approval::{Answered, Looking, Outcome, Waiting};
use crate::flow::new_password::Whose;
use crate::flow::{Entrance, Next, Notice, Refusal, Stage};
use crate::mail::texts;
use crate::server_key::Digest32;
use crate::store::{self, AccountRow, ApprovalRow, Settled, Trouble};

impl Gate {
    /// What waits for who is signed in; `None`: nobody is.
    pub(super) fn open_approvals(
        &self,
        connection: &Connection,
        (session, browser): (Option<&Digest32>, &Digest32),
        request: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<(Entrance, Stage)>, Trouble> {
        let Some(account) = self.signed_in(connection, session, now)? else { return Ok(None) };
        let whose = whose(&account, account.email.clone());
        let asked = match request {
            Some(named) => self.named(connection, named, now)?,
            None => None,
        };
        let stage = match asked {
            Some(request) if self.may_answer(connection, &request, &account, browser)? => {
                match request.settled.is_none() && request.expires_at > now {
                    true => self.look_at(connection, &whose, &request)?,
                    false => Stage::Notice(Notice::RequestEnded { how: Answered::Settled, whose }),
                }
            }
            Some(_) | None => Stage::Approvals(whose),
        };
        Ok(Some((Entrance::Approve(account.id), stage)))
    }

    /// The request that an address names: by its id, or by what a QR code held.
    fn named(&self, connection: &Connection, named: &str, now: Timestamp) -> Result<Option<ApprovalRow>, Trouble> {
        match store::approval(connection, named)? {
            Some(request) => Ok(Some(request)),
            None => store::approval_of_qr(connection, &approval_link::digest(&self.key, named), now),
        }
    }

    /// Whether a member may answer a request, from the browser where they are: never from the one that asks.
    fn may_answer(
        &self,
        connection: &Connection,
        request: &ApprovalRow,
        account: &AccountRow,
        browser: &Digest32,
    ) -> Result<bool, Trouble> {
        let is_elsewhere = request.browser != *browser && request.workspace == account.workspace;
        Ok(is_elsewhere
            && match request.kind {
                ApprovalKind::SignIn => request.account == account.id,
                ApprovalKind::Device => store::is_let_in(connection, browser, &account.workspace)?,
                ApprovalKind::Administrator => {
                    account.super_administrator && store::is_let_in(connection, browser, &account.workspace)?
                }
            })
    }

    /// The requests that a member may answer.
    pub(super) fn requests(
        &self,
        connection: &Connection,
        whose: &Whose,
        viewer: &Viewer,
    ) -> Result<Vec<ApprovalRequest>, Trouble> {
        let Some(account) = store::account(connection, whose.account)? else { return Ok(Vec::new()) };
        let mut requests = Vec::new();
        for request in store::pending_approvals(connection, &whose.workspace, viewer.now)? {
            if self.may_answer(connection, &request, &account, &viewer.browser)? {
                requests.push(told(request));
            }
        }
        Ok(requests)
    }

    /// One request as its step tells it.
    pub(super) fn request(&self, connection: &Connection, id: &str) -> Result<Option<ApprovalRequest>, Trouble> {
        Ok(store::approval(connection, id)?.map(told))
    }

    /// The step for one request. To sign in, each number has a question of its own for the authenticator.
    fn look_at(&self, connection: &Connection, whose: &Whose, request: &ApprovalRow) -> Result<Stage, Trouble> {
        let mut numbers = Vec::new();
        if let Some(party) = &self.relying_party {
            let passkeys = store::passkeys_of(connection, whose.account)?;
            let ids: Vec<_> = passkeys.into_iter().map(|passkey| passkey.credential).collect();
            for number in &request.numbers {
                numbers.push((number.clone(), party.ask(&ids)?));
            }
        }
        Ok(Stage::Approve(Looking { whose: whose.clone(), request: request.id.clone(), numbers }))
    }
}

fn told(request: ApprovalRow) -> ApprovalRequest {
    ApprovalRequest {
        id: request.id,
        kind: request.kind,
        who: request.who,
        browser: request.browser_name,
        place: request.place,
        asked_at: request.asked_at,
        expires_at: request.expires_at,
    }
}

impl Taking<'_> {
    /// `choose` at the list.
    pub(super) fn choose_request(&self, stage: &Stage, id: &str) -> Result<Next, Trouble> {
        let Stage::Approvals(whose) = stage else { return Ok(Next::unavailable()) };
        Ok(match self.answerable(whose, id)? {
            Some(request) if request.settled.is_none() && request.expires_at > self.now => {
                Next::to(self.gate.look_at(self.connection, whose, &request)?)
            }
            Some(_) => Next::to(Stage::Notice(Notice::RequestEnded { how: Answered::Settled, whose: whose.clone() })),
            None => Next::Refuse(Refusal::NotListed),
        })
    }

    fn answerable(&self, whose: &Whose, id: &str) -> Result<Option<ApprovalRow>, Trouble> {
        let (request, account) =
            (store::approval(self.connection, id)?, store::account(self.connection, whose.account)?);
        let (Some(request), Some(account)) = (request, account) else { return Ok(None) };
        let may = self.gate.may_answer(self.connection, &request, &account, &self.browser.id())?;
        Ok(may.then_some(request))
    }

    /// It was settled elsewhere while it was looked at.
    pub(super) fn request_is_over(&mut self, whose: Whose) -> Result<Turn, Trouble> {
        self.settle(Next::to(Stage::Notice(Notice::RequestEnded { how: Answered::Settled, whose })))
    }

    /// `approve`.
    pub(super) fn approve(
        &mut self,
        stage: &Stage,
        number: Option<&str>,
        credential: Option<&Credential>,
        reason: Option<&str>,
    ) -> Result<Turn, Trouble> {
        let Stage::Approve(looking) = stage else { return self.settle(Next::unavailable()) };
        let Some(request) = self.answerable(&looking.whose, &looking.request)? else {
            return self.request_is_over(looking.whose.clone());
        };
        match request.kind {
            ApprovalKind::SignIn => {
                let Some(number) = number else {
                    return self.settle(Next::Refuse(Refusal::field("/input/number", FieldCode::Required)));
                };
                let Some(credential) = credential else {
                    return self.settle(Next::Refuse(Refusal::field("/input/credential", FieldCode::Required)));
                };
                if let Some(next) = self.unlock_for(looking, &request, number, credential)? {
                    return self.settle(next);
                }
                let how = if number == request.number { Answered::Approved } else { Answered::NumberWrong };
                self.answer(&looking.whose, &request, how, None)
            }
            ApprovalKind::Device => self.answer(&looking.whose, &request, Answered::Approved, None),
            ApprovalKind::Administrator => {
                let reason = reason.unwrap_or_default().trim();
                let code = match reason.chars().count() {
                    0 => Some(FieldCode::Required),
                    1..=200 => None,
                    _ => Some(FieldCode::TooLong),
                };
                if let Some(code) = code {
                    return self.settle(Next::Refuse(Refusal::field("/input/reason", code)));
                }
                self.answer(&looking.whose, &request, Answered::Approved, Some(reason))
            }
        }
    }

    /// What keeps the phone's own unlock from counting, if anything. The question that it answers is that number's alone.
    fn unlock_for(
        &self,
        looking: &Looking,
        request: &ApprovalRow,
        number: &str,
        credential: &Credential,
    ) -> Result<Option<Next>, Trouble> {
        let asked = looking.numbers.iter().find(|(listed, _)| listed == number);
        let Some((_, ceremony)) = asked else { return Ok(Some(Next::Refuse(Refusal::NotListed))) };
        // Once used, the questions are new ones.
        let anew = |refusal| {
            let stage = self.gate.look_at(self.connection, &looking.whose, request)?;
            Ok(Some(Next::RefuseAndRemember(stage, refusal)))
        };
        match self.hold(ceremony, credential, Owner::Account(looking.whose.account))? {
            Ok(_) => Ok(None),
            Err(refusal) => anew(refusal),
        }
    }

    /// `deny`, `not_me`.
    pub(super) fn decline_request(&mut self, stage: &Stage, how: Answered) -> Result<Turn, Trouble> {
        let Stage::Approve(looking) = stage else { return self.settle(Next::unavailable()) };
        let Some(request) = self.answerable(&looking.whose, &looking.request)? else {
            return self.request_is_over(looking.whose.clone());
        };
        self.answer(&looking.whose, &request, how, None)
    }

    /// Ends the request, if nobody was first, and lets the flow that asks know.
    fn answer(
        &mut self,
        whose: &Whose,
        request: &ApprovalRow,
        how: Answered,
        reason: Option<&str>,
    ) -> Result<Turn, Trouble> {
        let (settled, ended) = match how {
            Answered::Approved => (Settled::Approved, None),
            Answered::Denied => (Settled::Denied, Some(Outcome::Denied)),
            Answered::NumberWrong => (Settled::NumberWrong, Some(Outcome::NumberWrong)),
            Answered::NotMe => (Settled::NotMe, Some(Outcome::NotMe)),
            Answered::Settled => return self.request_is_over(whose.clone()),
        };
        let by = Some(whose.account);
        if !store::settle_approval(self.connection, &request.id, settled, by, reason, self.now)? {
            return self.request_is_over(whose.clone());
        }
        if how == Answered::NotMe
            && let Some(account) = store::account(self.connection, whose.account)?
        {
            self.tell(&account, texts::not_me)?;
        }
        self.tell_asking_flow(request, |waiting| match ended {
            None => Stage::Approved(waiting),
            Some(outcome) => waiting.ended(outcome),
        })?;
        self.settle(Next::to(Stage::Notice(Notice::RequestEnded { how, whose: whose.clone() })))
    }

    fn tell_asking_flow(&self, request: &ApprovalRow, then: impl FnOnce(Waiting) -> Stage) -> Result<(), Trouble> {
        let read = store::read_flow(self.connection, &request.flow, &request.browser, &self.gate.log)?;
        let Some(mut row) = read else { return Ok(()) };
        if let Stage::Waiting(waiting) | Stage::RecoveryKey(waiting) = row.flow.stage.clone()
            && waiting.request == request.id
        {
            row.flow.apply(Next::to(then(waiting)));
            store::write_flow(self.connection, &request.flow, &row)?;
        }
        Ok(())
    }
}
