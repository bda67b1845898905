//! Notifications in this browser. Screens ask for them here, since they touch no port.

use daemun_protocol::PushSubscription;
use leptos::reactive::spawn_local;

use crate::ports::push;

pub use push::NotSubscribed;

/// Whether this browser can show any.
pub fn are_there() -> bool {
    push::is_there()
}

/// Looks whether this browser would show some still, and says so.
pub fn look(done: impl FnOnce(bool) + 'static) {
    spawn_local(async move { done(push::is_notified().await) });
}

/// Asks the member and the browser, and says what came of it.
pub fn subscribe(key: String, done: impl FnOnce(Result<PushSubscription, NotSubscribed>) + 'static) {
    spawn_local(async move { done(push::subscribe(&key).await) });
}
