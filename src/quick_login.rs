//! This device's keys for quick login. Screens have them sign here, since they touch no port.

use daemun_protocol::{Possession, StepKind};
use leptos::reactive::spawn_local;

use crate::ports::quick_login;

/// Looks whether there is a key of this name, and says so.
pub fn look(key: String, done: impl FnOnce(bool) + 'static) {
    spawn_local(async move { done(quick_login::has(&key).await) });
}

/// Signs a step's challenge by this key, and says what came of it.
pub fn sign(step: StepKind, key: String, challenge: String, done: impl FnOnce(Option<Possession>) + 'static) {
    spawn_local(async move { done(quick_login::sign(step, &key, &challenge).await) });
}
