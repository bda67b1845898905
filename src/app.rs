//! From what the machine shows to the screen that shows it: the one exhaustive match.

use daemun_flow::Face;
#[cfg(feature = "whole")]
use daemun_protocol::NoticeCode;
use daemun_protocol::Step;
#[cfg(not(feature = "whole"))]
use daemun_protocol::StepKind;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::gate::Gate;
use crate::i18n;
use crate::ports::page;
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
        });
    });
    // The page lives as long as its app.
    std::mem::forget(owner);
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
        Step::Password { .. } => screens::password::view(gate),
        #[cfg(feature = "whole")]
        Step::Invitation { .. } => screens::invitation::view(gate),
        #[cfg(feature = "whole")]
        Step::CreateAccount { .. } => screens::create_account::view(gate),
        #[cfg(feature = "whole")]
        Step::RequestReset { .. } => screens::request_reset::view(gate),
        #[cfg(feature = "whole")]
        Step::NewPassword { .. } => screens::new_password::view(gate),
        #[cfg(feature = "whole")]
        Step::RegisterId { .. } => screens::register_id::view(gate),
        #[cfg(feature = "whole")]
        Step::FindId { .. } => screens::find_id::view(gate),
        #[cfg(feature = "whole")]
        Step::FoundIds { .. } => screens::found_ids::view(gate),
        #[cfg(feature = "whole")]
        Step::Notice { code: NoticeCode::Joined, .. } => screens::joined::view(gate),
        #[cfg(not(feature = "whole"))]
        Step::Invitation { .. }
        | Step::CreateAccount { .. }
        | Step::RequestReset { .. }
        | Step::NewPassword { .. }
        | Step::RegisterId { .. }
        | Step::FindId { .. }
        | Step::FoundIds { .. } => ().into_any(),
        Step::Notice { .. } => screens::notice::view(gate),
        Step::Unknown { .. } => screens::unknown::view(gate),
    }
}

/// Which steps this page has screens for; another page of the app carries the others on.
#[cfg(feature = "whole")]
pub fn shows(_: &Step) -> bool {
    true
}

/// Which steps this page has screens for: those of the login path, and those that no page has one for.
#[cfg(not(feature = "whole"))]
pub fn shows(step: &Step) -> bool {
    if let Step::Notice { code, .. } = step {
        return i18n::notice(code.as_str()).is_some();
    }
    if let Step::Unknown { kind } = step {
        return StepKind::parse(kind).is_none();
    }
    step.kind().is_some_and(StepKind::is_on_login_path)
}
