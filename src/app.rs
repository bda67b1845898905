//! From what the machine shows to the screen that shows it: the one exhaustive match.

use daemun_flow::{Face, Reach};
use daemun_protocol::{NoticeCode, Step, StepKind};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::gate::Gate;
use crate::i18n;
use crate::ports::{page, webauthn};
use crate::screens;

/// Which screen stands there; while it is equal, the screen stays, drafts and focus with it.
#[derive(Clone, Copy, PartialEq)]
enum Standing {
    Opening,
    Unopened,
    Step(u32),
    Complete,
    Ended,
}

fn standing(gate: Gate) -> Standing {
    gate.with(|machine| match machine.face() {
        Face::Opening => Standing::Opening,
        Face::Unopened(_) => Standing::Unopened,
        Face::Step { instance, .. } => Standing::Step(instance),
        Face::Complete { .. } => Standing::Complete,
        Face::Ended { .. } => Standing::Ended,
    })
}

/// Keeps the right screen in the place that the page has for it.
///
/// Each screen is mounted on its own and not diffed against the one before: Leptos would keep an input that looks alike,
/// and a password must not live on in the next step's field.
pub fn mount(gate: Gate) {
    let Some(place) = document().get_element_by_id("app").and_then(|place| place.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let owner = Owner::new();
    let root = owner.clone();
    // A screen belongs to the page and not to the effect that shows it, which would take it along when it runs again.
    let show = move |standing| root.with(|| mount_to(place.clone(), move || screen(gate, standing)));
    let first = standing(gate);
    let mut shown = (first, Some(show(first)));
    owner.with(|| {
        Effect::new(move |_| {
            let now = standing(gate);
            i18n::follow();
            page::entitle();
            if shown.0 != now {
                // The old screen goes before the new one comes: never are two fields of one name in the page.
                shown.1.take();
                shown = (now, Some(show(now)));
                page::focus_screen();
            }
            list_accounts(gate);
        });
    });
    // The page lives as long as its app.
    std::mem::forget(owner);
}

/// What the page draws into the first screen: it weighs less there.
fn list_accounts(gate: Gate) {
    let list = |accounts: &str| page::list_accounts(accounts, i18n::ACCOUNTS[0] as u32);
    let listed = gate.step_once(|step| {
        let Step::Identify { accounts, .. } = step else { return None };
        list(accounts.json());
        Some(())
    });
    if listed.is_none() {
        list("");
    }
}

fn screen(gate: Gate, standing: Standing) -> AnyView {
    match standing {
        Standing::Opening => screens::opening::view(),
        Standing::Unopened => screens::unopened::view(gate),
        Standing::Complete => screens::complete::view(gate),
        Standing::Ended => screens::ended::view(gate),
        Standing::Step(_) => gate.step_once(|step| Some(of_step(gate, step))).unwrap_or_else(|| ().into_any()),
    }
}

fn of_step(gate: Gate, step: &Step) -> AnyView {
    match step {
        Step::Identify { .. } => screens::identify::view(gate),
        Step::Organisation { .. } => screens::organisation::view(gate),
        Step::Code { .. } => screens::code::view(gate),
        Step::ChooseWorkspace { .. } => screens::choose_workspace::view(gate),
        Step::ChooseFactor { .. } => screens::choose_factor::view(gate),
        Step::Password { .. } => screens::password::view(gate),
        Step::Passkey { .. } => screens::passkey::view(gate),
        Step::Notice { code: NoticeCode::Joined, .. }
        | Step::Invitation { .. }
        | Step::CreateAccount { .. }
        | Step::RequestReset { .. }
        | Step::NewPassword { .. }
        | Step::RegisterId { .. }
        | Step::FindId { .. }
        | Step::FoundIds { .. }
        | Step::EnrolContact { .. }
        | Step::EnrolAuthenticator { .. }
        | Step::RecoveryCodes { .. }
        | Step::RecoveryCode { .. }
        | Step::LinkAddress { .. }
        | Step::Security { .. }
        | Step::QuickLogin { .. }
        | Step::SetPin { .. }
        | Step::Sessions { .. }
        | Step::TrustedDevices { .. }
        | Step::RegisterDevice { .. }
        | Step::MatchNumber { .. }
        | Step::WaitApproval { .. }
        | Step::RecoveryKey
        | Step::NewRecoveryKey { .. }
        | Step::Approvals { .. }
        | Step::Approve { .. }
        | Step::AccountSecurity { .. }
        | Step::PolicyReview { .. }
        | Step::Provider { .. }
        | Step::ExternalIdentities { .. }
        | Step::LinkPhone { .. }
        | Step::PhoneTaken { .. }
        | Step::DeniedMembers { .. }
        | Step::DenyReview { .. } => off_the_login_path(gate, step),
        Step::Notice { .. } => screens::notice::view(gate),
        Step::Unknown { .. } => screens::unknown::view(gate),
    }
}

#[cfg(feature = "whole")]
fn off_the_login_path(gate: Gate, step: &Step) -> AnyView {
    match step {
        Step::Invitation { .. } => screens::invitation::view(gate),
        Step::CreateAccount { .. } => screens::create_account::view(gate),
        Step::RequestReset { .. } => screens::request_reset::view(gate),
        Step::NewPassword { .. } => screens::new_password::view(gate),
        Step::RegisterId { .. } => screens::register_id::view(gate),
        Step::FindId { .. } => screens::find_id::view(gate),
        Step::FoundIds { .. } => screens::found_ids::view(gate),
        Step::EnrolContact { .. } => screens::enrol_contact::view(gate),
        Step::EnrolAuthenticator { .. } => screens::enrol_authenticator::view(gate),
        Step::RecoveryCodes { .. } => screens::recovery_codes::view(gate),
        Step::RecoveryCode { .. } => screens::recovery_code::view(gate),
        Step::LinkAddress { .. } => screens::link_address::view(gate),
        Step::Security { .. } => screens::security::view(gate),
        Step::QuickLogin { .. } => screens::quick_login::view(gate),
        Step::SetPin { .. } => screens::set_pin::view(gate),
        Step::Sessions { .. } => screens::sessions::view(gate),
        Step::TrustedDevices { .. } => screens::trusted_devices::view(gate),
        Step::RegisterDevice { .. } => screens::register_device::view(gate),
        Step::MatchNumber { .. } => screens::match_number::view(gate),
        Step::WaitApproval { .. } => screens::wait_approval::view(gate),
        Step::RecoveryKey => screens::recovery_key::view(gate),
        Step::NewRecoveryKey { .. } => screens::new_recovery_key::view(gate),
        Step::Approvals { .. } => screens::approvals::view(gate),
        Step::Approve { .. } => screens::approve::view(gate),
        Step::AccountSecurity { .. } => screens::account_security::view(gate),
        Step::PolicyReview { .. } => screens::policy_review::view(gate),
        Step::Provider { .. } => screens::provider::view(gate),
        Step::ExternalIdentities { .. } => screens::external_identities::view(gate),
        Step::LinkPhone { .. } => screens::link_phone::view(gate),
        Step::PhoneTaken { .. } => screens::phone_taken::view(gate),
        Step::DeniedMembers { .. } => screens::denied_members::view(gate),
        Step::DenyReview { .. } => screens::deny_review::view(gate),
        Step::Notice { .. } => screens::joined::view(gate),
        Step::Identify { .. }
        | Step::Organisation { .. }
        | Step::Code { .. }
        | Step::ChooseWorkspace { .. }
        | Step::ChooseFactor { .. }
        | Step::Password { .. }
        | Step::Passkey { .. }
        | Step::Unknown { .. } => ().into_any(),
    }
}

/// Never asked for: see [`shows`].
#[cfg(not(feature = "whole"))]
fn off_the_login_path(_: Gate, _: &Step) -> AnyView {
    ().into_any()
}

/// Which steps this page has screens for: all, or those of the login path and those that no page has one for. Another page
/// of the app carries the others on.
pub fn shows(step: &Step) -> bool {
    if crate::WHOLE {
        return true;
    }
    match step {
        Step::Notice { code, .. } => i18n::notice(code.as_str()).is_some(),
        Step::Unknown { kind } => StepKind::parse(kind).is_none(),
        Step::Passkey { .. } => webauthn::reach() != Reach::Elsewhere,
        Step::Identify { .. }
        | Step::Organisation { .. }
        | Step::Code { .. }
        | Step::ChooseWorkspace { .. }
        | Step::ChooseFactor { .. }
        | Step::Password { .. }
        | Step::Invitation { .. }
        | Step::CreateAccount { .. }
        | Step::RequestReset { .. }
        | Step::NewPassword { .. }
        | Step::RegisterId { .. }
        | Step::FindId { .. }
        | Step::FoundIds { .. }
        | Step::EnrolContact { .. }
        | Step::EnrolAuthenticator { .. }
        | Step::RecoveryCodes { .. }
        | Step::RecoveryCode { .. }
        | Step::LinkAddress { .. }
        | Step::Security { .. }
        | Step::QuickLogin { .. }
        | Step::SetPin { .. }
        | Step::Sessions { .. }
        | Step::TrustedDevices { .. }
        | Step::RegisterDevice { .. }
        | Step::WaitApproval { .. }
        | Step::RecoveryKey
        | Step::NewRecoveryKey { .. }
        | Step::Approvals { .. }
        | Step::Approve { .. }
        | Step::AccountSecurity { .. }
        | Step::PolicyReview { .. }
        | Step::Provider { .. }
        | Step::ExternalIdentities { .. }
        | Step::LinkPhone { .. }
        | Step::PhoneTaken { .. }
        | Step::DeniedMembers { .. }
        | Step::DenyReview { .. }
        | Step::MatchNumber { .. } => step.kind().is_some_and(StepKind::is_on_login_path),
    }
}
