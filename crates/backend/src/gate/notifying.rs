//! Notifications of what waits for somebody's yes: by the platform's app, and in browsers that were asked to show some
//! (FEATURES L5, D6). They bring whoever it is to the approvals; nothing is approved by them, and they hold no number.

use daemun_protocol::{ApprovalKind, FieldCode, Notifications, PushSubscription};
use rusqlite::Connection;

use super::{Gate, Taking, account_subject};
use crate::carrier::Carrier;
use crate::flow::{Next, Refusal, Stage};
use crate::limits::Rate;
use crate::locale::Locale;
use crate::mail::{Words, texts};
use crate::push::Subscription;
use crate::server_key::Digest32;
use crate::store::{self, AccountRow, ApprovalRow, Trouble};

/// Notifications of one account's requests to one member, of sign-ins and of new devices apart. More wait in the list alone:
/// whoever has a password must not make telephones ring all night.
const NOTIFIED: [Rate; 2] = [Rate { count: 3, seconds: 10 * 60 }, Rate { count: 30, seconds: 24 * 3600 }];

impl Gate {
    /// How a member's browser can be told; `None`: this deployment notifies no browsers.
    pub(super) fn notifications(
        &self,
        connection: &Connection,
        account: i64,
        browser: &Digest32,
    ) -> Result<Option<Notifications>, Trouble> {
        let Some(sender) = &self.push else { return Ok(None) };
        let on = store::is_subscribed(connection, account, browser)?;
        Ok(Some(Notifications { key: sender.public_key(), on }))
    }
}

impl Taking<'_> {
    /// `subscribe`.
    pub(super) fn subscribe(&self, stage: &Stage, given: &PushSubscription) -> Result<Next, Trouble> {
        let (Stage::Approvals(whose), Some(sender)) = (stage, &self.gate.push) else { return Ok(Next::unavailable()) };
        match Subscription::parse(&serde_json::to_string(given)?, sender.reach()) {
            Ok(subscription) => {
                let browser = self.browser.id();
                store::subscribe(self.connection, whose.account, &browser, &subscription, self.now)?;
                Ok(Next::Renew(stage.clone(), Vec::new()))
            }
            Err(_) => Ok(Next::Refuse(Refusal::field("/input/subscription", FieldCode::SubscriptionRefused))),
        }
    }

    /// `unsubscribe`.
    pub(super) fn unsubscribe(&self, stage: &Stage) -> Result<Next, Trouble> {
        let Stage::Approvals(whose) = stage else { return Ok(Next::unavailable()) };
        store::unsubscribe(self.connection, whose.account, &self.browser.id())?;
        Ok(Next::Renew(stage.clone(), Vec::new()))
    }

    /// Tells a member of a request that waits, wherever they are told of such, but not where it comes from.
    pub(super) fn notify(&self, member: &AccountRow, request: &ApprovalRow) -> Result<(), Trouble> {
        let is_sign_in = request.kind == ApprovalKind::SignIn;
        let subject = format!("{}:{}:{is_sign_in}", member.id, request.account);
        let is_suspended = store::is_suspended(self.connection, &account_subject(member.id))?;
        if is_suspended || self.is_told_enough(&subject)? {
            return Ok(());
        }
        let words = self.words(Locale::from_tag(&member.locale), request, member.id)?;
        if self.gate.app_pushes {
            self.push(&member.email, Carrier::Push, &words, request)?;
        }
        if self.gate.push.is_some() {
            for id in store::subscriptions_elsewhere(self.connection, member.id, &request.browser)? {
                self.push(&id.to_string(), Carrier::WebPush, &words, request)?;
            }
        }
        Ok(())
    }

    /// The same for a name that nobody has, counted by itself like a member's: what an answer costs does not tell.
    pub(super) fn notify_nobody(&self, name: &str, request: &ApprovalRow) -> Result<(), Trouble> {
        if self.is_told_enough(&format!("nobody:{name}:{}", request.account))? {
            return Ok(());
        }
        let words = self.words(self.row.flow.locale, request, 0)?;
        if self.gate.app_pushes {
            self.push("", Carrier::Push, &words, request)?;
        }
        Ok(())
    }

    /// Whether no more may ring; counts one that may.
    fn is_told_enough(&self, subject: &str) -> Result<bool, Trouble> {
        Ok(self.counted(&self.gate.counter("notified", None, subject), &NOTIFIED)?.is_some())
    }

    fn words(&self, locale: Locale, request: &ApprovalRow, member: i64) -> Result<Words, Trouble> {
        let workspace = store::workspace(self.connection, &request.workspace)?;
        let name = workspace.as_ref().map_or(request.workspace.as_str(), |workspace| workspace.name.as_str());
        let link = Some(self.gate.places.approval_place(&request.id));
        Ok(Words { link, ..texts::approval_asked(locale, name, request, member) })
    }

    fn push(&self, to: &str, carrier: Carrier, words: &Words, request: &ApprovalRow) -> Result<(), Trouble> {
        let words = Words { carrier, ..words.clone() };
        self.gate.send(self.connection, to, words, self.now, request.expires_at)
    }
}
