//! Notifications to browsers, from the outbox to their push services. It refuses to know how one is sent (see `push`).

use daemun_protocol::Timestamp;
use serde_json::json;
use url::Url;

use super::Fate;
use crate::push::{Message, Outcome, Sender, Subscription, Topic};
use crate::store::{self, OutboxRow, Store, Trouble};

/// One attempt; `row.mail.to` is the subscription's number. One that has ended is forgotten.
pub(super) async fn send(
    store: &Store,
    sender: &Sender,
    row: &OutboxRow,
    now: Timestamp,
) -> Result<Result<(), Fate>, Trouble> {
    let Ok(id) = row.mail.to.parse() else { return Ok(Err(Fate::HOPELESS)) };
    let kept = store.read(move |transaction| store::subscription(transaction, id)).await?;
    // Who has said meanwhile that they want none gets none, and nobody needs to hear of it.
    let Some(kept) = kept else { return Ok(Ok(())) };
    let (Ok(to), Some(message)) = (Subscription::parse(&kept, sender.reach()), message(row, now)) else {
        return Ok(Err(Fate::HOPELESS));
    };
    Ok(match sender.send(&to, &message, now).await {
        Outcome::Delivered => Ok(()),
        Outcome::Gone => {
            store.write(move |transaction| store::forget_subscription(transaction, id)).await?;
            Ok(())
        }
        Outcome::Later { code, not_before } => Err(Fate::Again { code, not_before }),
        Outcome::Refused(refusal) => Err(Fate::Hopeless(refusal.code())),
    })
}

/// What `public/push.js` shows. A newer one about the same takes the place of the one before.
fn message(row: &OutboxRow, now: Timestamp) -> Option<Message> {
    let url = Url::parse(row.mail.words.link.as_deref()?).ok()?;
    let about = url.path_segments()?.next_back()?;
    let payload = json!({
        "title": row.mail.words.subject,
        "body": row.mail.words.text,
        "url": url.path(),
        "tag": about,
    });
    let lifetime = u32::try_from(row.give_up_at.0.saturating_sub(now.0) / 1000).unwrap_or(u32::MAX);
    Message::new(&payload, Topic::parse(about).ok()?, lifetime).ok()
}
