//! Notifications of what waits for somebody's yes: by the platform's app, and in browsers that were asked to show some
//! (FEATURES L5, D6). They bring whoever it is to the approvals; nothing is approved by them, and they hold no number.

use daemun_protocol::{FieldCode, Notifications, PushSubscription, Timestamp};
use rusqlite::Connection;

use super::{Gate, Taking};
use crate::carrier::Carrier;
use crate::flow::{Next, Refusal, Stage};
use crate::limits::Rate;
use crate::locale::Locale;
use crate::mail::{Words, texts};
use crate::push::Subscription;
use crate::server_key::Digest32;
use crate::store::{self, AccountRow, ApprovalRow, Trouble};

/// Requests of one account that anybody is notified of. More wait in the list alone: whoever has a password must not make
/// telephones ring all night.
const NOTIFIED: Rate = Rate { count: 3, seconds: 10 * 60 };

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

    /// Tells a member of a request, wherever they are told of such, but not where it comes from.
    pub(super) fn notify(&self, member: &AccountRow, request: &ApprovalRow) -> Result<(), Trouble> {
        let since = Timestamp(self.now.0.saturating_sub(NOTIFIED.seconds * 1000));
        if store::requests_since(self.connection, request.account, since)? > NOTIFIED.count {
            return Ok(());
        }
        let workspace = store::workspace(self.connection, &request.workspace)?;
        let name = workspace.as_ref().map_or(request.workspace.as_str(), |workspace| workspace.name.as_str());
        let words = Words {
            link: Some(self.gate.places.approval_place(&request.id)),
            ..texts::approval_asked(Locale::from_tag(&member.locale), name, request, member.id)
        };
        let send = |to: &str, carrier| {
            let words = Words { carrier, ..words.clone() };
            self.gate.send(self.connection, to, words, self.now, request.expires_at)
        };
        if self.gate.app_pushes {
            send(&member.email, Carrier::Push)?;
        }
        if self.gate.push.is_some() {
            for id in store::subscriptions_elsewhere(self.connection, member.id, &request.browser)? {
                send(&id.to_string(), Carrier::WebPush)?;
            }
        }
        Ok(())
    }
}
