//! What the forms of all steps have in common: how they are sent, what goes wrong with them, and the ways beside them.

use std::borrow::Cow;
use std::sync::Arc;

use daemun_flow::{Face, Refusal, Trouble};
use daemun_protocol::{Action, ActionName, Message, MessageCode, ProblemCode, Step};
#[cfg(feature = "whole")]
use daemun_protocol::{Kind, Timestamp};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::code_field::AUTHENTICATOR_LENGTH;
use crate::gate::Gate;
#[cfg(feature = "whole")]
use crate::i18n::counted;
use crate::i18n::{self, Text, filled, said, say, span};
use crate::widgets::button::{Button, Rank};
use crate::widgets::field::{Complaint, Purpose, Wrong};
use crate::widgets::note::{Note, Urgency, notes};
use crate::widgets::{Aria, Live};

/// Who signs in: an address, a number or another ID.
pub const USERNAME: Purpose =
    Purpose { name: "identifier", kind: "text", autocomplete: "username", inputmode: "email" };

/// A form of these parts, the heading first. Sending it calls `send`; while an answer is awaited, sending again does nothing.
pub fn form(gate: Gate, send: Box<dyn Fn()>, mut parts: Vec<AnyView>) -> AnyView {
    parts.insert(1, messages(gate));
    parts.insert(2, complaint(gate));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if !gate.is_busy() {
            send();
        }
    };
    let busy: Aria = Box::new(move || gate.is_busy().then_some("true"));
    view! {
        <section class="screen"><form novalidate on:submit=submit aria-busy=busy>{parts}</form></section>
    }
    .into_any()
}

/// The form's way on, and how long it has to be waited for.
pub fn submit(gate: Gate, label: Text) -> AnyView {
    primary(gate, ActionName::Submit, label)
}

/// The form's way on by an action of the step; sending the form is to do the same.
pub fn primary(gate: Gate, name: ActionName, label: Text) -> AnyView {
    let button = Button {
        busy: Box::new(move || gate.is_busy_with(name)),
        shut: Box::new(move || gate.seconds_until_available(name) > 0),
        ..Button::new(Rank::Primary, name.as_str(), say(label))
    };
    vec![waiting(gate, name), button.view()].into_any()
}

/// How long trying again has to wait, counted down; a screen reader is not spoken to every second.
pub fn waiting(gate: Gate, name: ActionName) -> AnyView {
    let left = move || {
        let told = match gate.trouble() {
            Some((_, Trouble::Refused(Refusal { retry_at: Some(at), .. }))) => gate.seconds_until(at),
            Some((_, Trouble::Refused(_) | Trouble::Network | Trouble::Unreadable | Trouble::Device(_))) | None => 0,
        };
        told.max(gate.seconds_until_available(name))
    };
    let said = move || {
        let left = left();
        let text = || filled(Text::WaitAgain, &[("time", &span(left))]);
        (left > 0).then(|| ("wait".to_owned(), text())).into_iter().collect()
    };
    notes(Urgency::Timer, Box::new(said))
}

/// How long something that waits will be waited for. At its end another step comes.
#[cfg(feature = "whole")]
pub fn time_left(gate: Gate, end: Timestamp) -> AnyView {
    let left = move || match gate.seconds_until_time(end) {
        0 => String::new(),
        left => filled(Text::WaitLeft, &[("time", &span(left))]),
    };
    view! { <p class="aside" role="timer">{left}</p> }.into_any()
}

/// A form's way on that is no action of the step.
pub fn go(name: &'static str, label: Text) -> AnyView {
    Button::new(Rank::Primary, name, say(label)).view()
}

/// Ways beside the form, in a row; those that the step does not offer are not there at all.
pub fn ways(gate: Gate, ways: &'static [(ActionName, Text)]) -> AnyView {
    let offered: Live = Box::new(move || {
        let offered = ways.iter().filter(|(name, _)| gate.offers(*name));
        offered.map(|(name, label)| way(gate, *name, *label)).collect()
    });
    view! { <nav class="ways">{offered}</nav> }.into_any()
}

/// A way that takes no input. It may have to be waited for: the label then says how long.
fn way(gate: Gate, name: ActionName, label: Text) -> AnyView {
    let wait = move || gate.seconds_until_available(name);
    let later = if name == ActionName::UseSms { Text::CodeUseSmsIn } else { Text::CodeResendIn };
    let words = move || match wait() {
        0 => said(label),
        seconds => filled(later, &[("time", &span(seconds))]),
    };
    let press = move || {
        if let Some(action) = Action::without_input(name) {
            gate.act(action);
        }
    };
    Button {
        shut: Box::new(move || wait() > 0),
        press: Box::new(press),
        ..Button::new(Rank::Quiet, name.as_str(), Box::new(words))
    }
    .view()
}

/// Which of a form's fields.
pub enum About {
    /// The only field, or the last: it stands for whatever is not said at one of these JSON pointers.
    AllBut(&'static [&'static str]),
    /// The field with this JSON pointer.
    At(Cow<'static, str>),
}

impl About {
    /// The only field, which stands for what was sent.
    pub const ALL: Self = Self::AllBut(&[]);

    /// The field with this JSON pointer.
    pub const fn at(pointer: &'static str) -> Self {
        Self::At(Cow::Borrowed(pointer))
    }

    /// Which of a refusal's errors is said at this field; the first for a refusal as a whole.
    fn concern(&self, refusal: &Refusal) -> Option<usize> {
        match self {
            Self::AllBut(_) if refusal.errors.is_empty() => Some(0),
            Self::AllBut(others) => refusal.errors.iter().position(|error| !others.contains(&error.pointer.as_str())),
            Self::At(pointer) => refusal.errors.iter().position(|error| error.pointer == *pointer),
        }
    }
}

/// The refusal of what was put into the form's fields. A lost network, or a refusal of another act, is no field's fault.
fn at_field(gate: Gate) -> Option<Refusal> {
    match gate.trouble()? {
        (
            ActionName::Submit
            | ActionName::Rename
            | ActionName::AskMember
            | ActionName::Approve
            | ActionName::Subscribe
            | ActionName::Review,
            Trouble::Refused(refusal),
        ) if refusal.code != ProblemCode::Stale && has_field(gate, &refusal) => Some(refusal),
        (_, Trouble::Refused(_) | Trouble::Network | Trouble::Unreadable | Trouble::Device(_)) => None,
    }
}

/// Whether the step's screen has a field that a refusal can be said at. Where there are several, what is about none of them
/// stands beside the heading.
fn has_field(gate: Gate, refusal: &Refusal) -> bool {
    let has = gate.step(|step| {
        Some(match step {
            Step::Identify { .. }
            | Step::Organisation { .. }
            | Step::Code { .. }
            | Step::Password { .. }
            | Step::FindId { .. }
            | Step::EnrolContact { .. }
            | Step::EnrolAuthenticator { .. }
            | Step::RecoveryCode { .. }
            | Step::RecoveryKey
            | Step::LinkAddress { .. } => true,
            Step::QuickLogin { .. } => crate::WHOLE,
            // From here on none is on the login path but those without a field.
            Step::RequestReset { .. }
            | Step::NewPassword { .. }
            | Step::RegisterId { .. }
            | Step::LinkPhone { .. }
            | Step::DeniedMembers { .. }
            | Step::TrustedDevices { .. }
            | Step::RegisterDevice { .. }
            | Step::SetPin { .. }
            | Step::WaitApproval { .. }
            | Step::Approvals { .. } => crate::WHOLE && !refusal.errors.is_empty(),
            Step::CreateAccount { .. } | Step::Approve { .. } | Step::AccountSecurity { .. } => {
                crate::WHOLE && names_field(gate, refusal)
            }
            Step::ChooseWorkspace { .. }
            | Step::ChooseFactor { .. }
            | Step::Passkey { .. }
            | Step::Security { .. }
            | Step::Sessions { .. }
            | Step::MatchNumber { .. }
            | Step::PolicyReview { .. }
            | Step::NewRecoveryKey { .. }
            | Step::RecoveryCodes { .. }
            | Step::Invitation { .. }
            | Step::Provider { .. }
            | Step::ExternalIdentities { .. }
            | Step::PhoneTaken { .. }
            | Step::DenyReview { .. }
            | Step::FoundIds { .. }
            | Step::Notice { .. }
            | Step::Unknown { .. } => false,
        })
    });
    has.unwrap_or(false)
}

/// Whether a refusal names a field of a form that has more than fields.
fn names_field(gate: Gate, refusal: &Refusal) -> bool {
    refusal.errors.iter().any(|error| {
        let listed = |id| gate.deployment.terms().iter().any(|terms| terms.id.as_str() == id);
        let pointer = error.pointer.as_str();
        matches!(pointer, "/input/name" | "/input/email" | "/input/password" | "/input/reason")
            || pointer.strip_prefix("/input/terms/").is_some_and(listed)
            || pointer.starts_with("/input/changes/")
    })
}

/// What is wrong with a field, followed.
pub fn wrong(gate: Gate, about: About) -> Complaint {
    Arc::new(move || {
        let refusal = at_field(gate)?;
        let which = about.concern(&refusal)?;
        Some(Wrong { note: worded(gate, &Trouble::Refused(refusal), which), leads: which == 0 })
    })
}

/// [`wrong`], of a screen that says some of it in its own words.
#[cfg(feature = "whole")]
pub fn wrong_in_own_words(gate: Gate, own: fn(&Refusal) -> Option<String>) -> Complaint {
    let wrong = wrong(gate, About::ALL);
    Arc::new(move || {
        let Wrong { note: (code, text), leads } = wrong()?;
        let own = at_field(gate).and_then(|refusal| own(&refusal));
        Some(Wrong { note: (code, own.unwrap_or(text)), leads })
    })
}

/// A trouble in words. Its waiting time is counted down elsewhere: what is announced must not change every second.
fn worded(gate: Gate, trouble: &Trouble, which: usize) -> Note {
    let length = gate.step_once(|step| if let Step::Code { length, .. } = step { Some(*length) } else { None });
    let text = in_words_of_its_step(gate, trouble)
        .unwrap_or_else(|| i18n::trouble(trouble, which, length.unwrap_or(AUTHENTICATOR_LENGTH)));
    (i18n::trouble_code(trouble), text)
}

/// Whoever registers a device or approves does not sign in.
#[cfg(feature = "whole")]
fn in_words_of_its_step(gate: Gate, trouble: &Trouble) -> Option<String> {
    gate.step_once(|step| {
        if matches!(step, Step::RegisterDevice { .. }) {
            if let Trouble::Device(fault) = trouble { Some(i18n::while_registering(*fault)) } else { None }
        } else if matches!(step, Step::Approve { .. }) {
            of_approving(trouble)
        } else if matches!(step, Step::QuickLogin { .. } | Step::SetPin { .. }) {
            of_quick_login(trouble)
        } else {
            None
        }
    })
}

#[cfg(not(feature = "whole"))]
const fn in_words_of_its_step(_: Gate, _: &Trouble) -> Option<String> {
    None
}

/// A PIN is no code that is sent, and the key of this device no passkey.
#[cfg(feature = "whole")]
fn of_quick_login(trouble: &Trouble) -> Option<String> {
    let Trouble::Refused(refusal) = trouble else { return None };
    match (&refusal.code, refusal.tries_left) {
        (ProblemCode::CodeWrong, Some(left)) => Some(counted(Text::QuickLoginWrong, left.into(), &[])),
        (ProblemCode::PasskeyUnknown | ProblemCode::PasskeyRefused, _) => Some(said(Text::QuickLoginRefused)),
        (_, _) => None,
    }
}

#[cfg(feature = "whole")]
fn of_approving(trouble: &Trouble) -> Option<String> {
    match trouble {
        Trouble::Device(fault) => Some(i18n::while_approving(*fault)),
        Trouble::Refused(refusal)
            if matches!(refusal.code, ProblemCode::PasskeyUnknown | ProblemCode::PasskeyRefused) =>
        {
            Some(said(Text::ApproveNotUnlocked))
        }
        Trouble::Refused(_) | Trouble::Network | Trouble::Unreadable => None,
    }
}

/// A trouble that is no field's.
fn complaint(gate: Gate) -> AnyView {
    let said = move || match gate.trouble() {
        Some((_, trouble)) if at_field(gate).is_none() => vec![worded(gate, &trouble, 0)],
        Some(_) | None => Vec::new(),
    };
    notes(Urgency::Alert, Box::new(said))
}

/// What the backend wants said beside the step.
fn messages(gate: Gate) -> AnyView {
    let said = move || {
        gate.with(|machine| match machine.face() {
            // Said anew after each act, also when it is the same again.
            Face::Step { busy: Some(_), .. } => Vec::new(),
            Face::Step { step, messages, trouble, .. } => messages
                .iter()
                // A refusal that just came says this one already.
                .filter(|message| trouble.is_none() || message.code != MessageCode::SignInRestricted)
                .filter_map(|message| Some((message.code.as_str().to_owned(), aside(&step.step, message)?)))
                .collect(),
            Face::Opening | Face::Unopened(_) | Face::Complete { .. } | Face::Ended { .. } => Vec::new(),
        })
    };
    notes(Urgency::Status, Box::new(said))
}

/// In settings nobody signs in.
#[cfg(feature = "whole")]
fn aside(step: &Step, message: &Message) -> Option<String> {
    match (step, &message.code) {
        (Step::TrustedDevices { .. }, MessageCode::MethodNotAllowed) => Some(said(Text::DevicesNotAllowed)),
        (Step::Security { .. }, MessageCode::PasswordChanged) => Some(said(Text::SecurityPasswordChanged)),
        (Step::Security { .. }, MessageCode::SecondFactorRequired) => Some(said(Text::SecurityRequired)),
        (_, _) => i18n::aside(message),
    }
}

#[cfg(not(feature = "whole"))]
fn aside(_: &Step, message: &Message) -> Option<String> {
    i18n::aside(message)
}

/// The title of a step: in settings whoever is asked who they are is signed in already.
#[cfg(feature = "whole")]
pub fn settings_or(gate: Gate, title: Text) -> Text {
    let sets = gate.with_once(|machine| matches!(machine.entry().kind, Kind::Security | Kind::Policy));
    if sets { Text::ProofTitle } else { title }
}

/// There are no settings on the login path.
#[cfg(not(feature = "whole"))]
pub const fn settings_or(_: Gate, title: Text) -> Text {
    title
}
