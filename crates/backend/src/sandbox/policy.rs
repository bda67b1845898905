//! A workspace's policy as an administrator would see and change it (FEATURES P1). It refuses to guess: what makes no sense
//! changes nothing.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use daemun_protocol::{PasswordFormat, TwoFactor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{answer, json};
use crate::accent::Accent;
use crate::flow::Workspace;
use crate::http::House;
use crate::logo::{Logo, LogoName};
use crate::store;

/// The whole policy.
#[derive(Debug, Serialize)]
struct Policy {
    password_format: PasswordFormat,
    password_min_length: u32,
    password_max_age_days: Option<u32>,
    password_history: u32,
    attempt_limit: Option<u32>,
    reveal_tries: bool,
    email_entry: bool,
    organisation_entry: bool,
    phone_entry: bool,
    device_unlock: bool,
    device_approval: bool,
    quick_login: bool,
    quick_login_two_factors: bool,
    denied_providers: Vec<String>,
    two_factor: TwoFactor,
    remember_browser: bool,
    managed_profiles: bool,
    capacity: Option<u32>,
    accent: Option<Accent>,
    /// Where it is served.
    logo: Option<String>,
}

impl From<&Workspace> for Policy {
    fn from(workspace: &Workspace) -> Self {
        Self {
            password_format: workspace.passwords.format,
            password_min_length: workspace.passwords.min_length,
            password_max_age_days: workspace.passwords.max_age_days,
            password_history: workspace.passwords.history,
            attempt_limit: workspace.attempt_limit,
            reveal_tries: workspace.reveal_tries,
            email_entry: workspace.email_entry,
            organisation_entry: workspace.organisation_entry,
            phone_entry: workspace.phone_entry,
            device_unlock: workspace.device_unlock,
            device_approval: workspace.device_approval,
            quick_login: workspace.quick_login,
            quick_login_two_factors: workspace.quick_login_two_factors,
            denied_providers: workspace.denied_providers.clone(),
            two_factor: workspace.two_factor,
            remember_browser: workspace.remember_browser,
            managed_profiles: workspace.managed_profiles,
            capacity: workspace.capacity,
            accent: workspace.accent.clone(),
            logo: workspace.logo.as_ref().map(LogoName::path),
        }
    }
}

/// Any of it. `null` is a value of those that can be without one.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Changes {
    password_format: Option<PasswordFormat>,
    password_min_length: Option<u32>,
    #[serde(deserialize_with = "given")]
    password_max_age_days: Option<Option<u32>>,
    password_history: Option<u32>,
    #[serde(deserialize_with = "given")]
    attempt_limit: Option<Option<u32>>,
    reveal_tries: Option<bool>,
    email_entry: Option<bool>,
    organisation_entry: Option<bool>,
    phone_entry: Option<bool>,
    device_unlock: Option<bool>,
    device_approval: Option<bool>,
    quick_login: Option<bool>,
    quick_login_two_factors: Option<bool>,
    denied_providers: Option<Vec<String>>,
    two_factor: Option<TwoFactor>,
    remember_browser: Option<bool>,
    managed_profiles: Option<bool>,
    #[serde(deserialize_with = "given")]
    capacity: Option<Option<u32>>,
    #[serde(deserialize_with = "given")]
    accent: Option<Option<Accent>>,
    /// A `data:` URL in base64 (RFC 2397).
    #[serde(deserialize_with = "given")]
    logo: Option<Option<String>>,
}

fn given<'de, V: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<V>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Changes {
    /// The workspace with these, and a picture that is new; `None` if that makes no sense.
    fn apply(self, mut workspace: Workspace) -> Option<(Workspace, Option<Logo>)> {
        let passwords = &mut workspace.passwords;
        passwords.format = self.password_format.unwrap_or(passwords.format);
        passwords.min_length = self.password_min_length.unwrap_or(passwords.min_length);
        passwords.max_age_days = self.password_max_age_days.unwrap_or(passwords.max_age_days);
        passwords.history = self.password_history.unwrap_or(passwords.history);
        workspace.attempt_limit = self.attempt_limit.unwrap_or(workspace.attempt_limit);
        workspace.reveal_tries = self.reveal_tries.unwrap_or(workspace.reveal_tries);
        workspace.email_entry = self.email_entry.unwrap_or(workspace.email_entry);
        workspace.organisation_entry = self.organisation_entry.unwrap_or(workspace.organisation_entry);
        workspace.phone_entry = self.phone_entry.unwrap_or(workspace.phone_entry);
        workspace.device_unlock = self.device_unlock.unwrap_or(workspace.device_unlock);
        workspace.device_approval = self.device_approval.unwrap_or(workspace.device_approval);
        workspace.quick_login = self.quick_login.unwrap_or(workspace.quick_login);
        workspace.quick_login_two_factors = self.quick_login_two_factors.unwrap_or(workspace.quick_login_two_factors);
        workspace.denied_providers = self.denied_providers.unwrap_or(workspace.denied_providers);
        workspace.two_factor = self.two_factor.unwrap_or(workspace.two_factor);
        workspace.remember_browser = self.remember_browser.unwrap_or(workspace.remember_browser);
        workspace.managed_profiles = self.managed_profiles.unwrap_or(workspace.managed_profiles);
        workspace.capacity = self.capacity.unwrap_or(workspace.capacity);
        workspace.accent = self.accent.unwrap_or(workspace.accent);
        let logo = self.logo.map(|data| data.map(|data| Logo::from_data_url(&data)).transpose());
        let logo = logo.transpose().ok()?;
        if let Some(logo) = &logo {
            workspace.logo = logo.as_ref().map(Logo::name);
        }
        let is_name = |name: &String| !name.is_empty() && !name.contains(char::is_whitespace);
        let makes_sense = workspace.nonsense().is_empty() && workspace.denied_providers.iter().all(is_name);
        makes_sense.then_some((workspace, logo.flatten()))
    }
}

/// `GET /sandbox/workspaces/{id}/policy`.
pub(super) async fn read(State(house): State<House>, Path(id): Path<String>) -> Response {
    let read = house.gate.store.read(move |transaction| store::workspace(transaction, &id)).await;
    answer(&house, read.map(|workspace| told(workspace.as_ref())))
}

/// `POST /sandbox/workspaces/{id}/policy`: 200 with the whole policy, 422 for what makes no sense.
pub(super) async fn change(State(house): State<House>, Path(id): Path<String>, body: Bytes) -> Response {
    // Serde would read an array as well.
    let is_object = body.trim_ascii_start().starts_with(b"{");
    let Some(changes) = serde_json::from_slice::<Changes>(&body).ok().filter(|_| is_object) else { return nonsense() };
    let gate = house.gate.clone();
    let written = house.gate.store.write(move |transaction| {
        let Some(workspace) = store::workspace(transaction, &id)? else { return Ok(Some(None)) };
        let Some((changed, logo)) = changes.apply(workspace) else { return Ok(None) };
        if let Some(logo) = logo {
            store::keep_logo(transaction, &logo)?;
        }
        gate.set_policy(transaction, &changed)?;
        store::forget_unused_logos(transaction)?;
        Ok(Some(Some(changed)))
    });
    let written = written.await;
    house.gate.postman.ring();
    answer(&house, written.map(|written| written.map_or_else(nonsense, |workspace| told(workspace.as_ref()))))
}

fn told(workspace: Option<&Workspace>) -> Response {
    match workspace {
        Some(workspace) => json(Policy::from(workspace)),
        None => (StatusCode::NOT_FOUND, "No such workspace\n").into_response(),
    }
}

fn nonsense() -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, "Not a policy that an administrator could choose\n").into_response()
}
