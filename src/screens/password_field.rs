//! A field for a password: it can be shown while it is typed, and it says that Caps Lock is on (FEATURES R6).

use std::rc::Rc;

use daemun_protocol::Secret;
use leptos::html::Input;
use leptos::prelude::*;
use web_sys::Event;

use crate::i18n::{Text, said, say};
use crate::widgets::field::{Complaint, Field, Purpose, value};

/// Which password is asked for: password managers fill in the one and save the other.
#[derive(Clone, Copy)]
pub enum Which {
    Current,
    #[cfg(feature = "whole")]
    New,
}

/// A password that is being typed.
#[derive(Clone, Copy)]
pub struct PasswordField {
    node: NodeRef<Input>,
    shown: RwSignal<bool>,
}

impl PasswordField {
    pub fn new() -> Self {
        Self { node: NodeRef::new(), shown: RwSignal::new(false) }
    }

    /// What is typed, to be sent. A password that is shown while it is sent would end up in the browser's form history.
    pub fn take(self) -> Secret {
        self.show(false);
        Secret::new(value(self.node))
    }

    /// What is typed, to be looked at.
    #[cfg(feature = "whole")]
    pub fn text(self) -> Secret {
        Secret::new(value(self.node))
    }

    /// `list` is what is asked of it, and what is to be heard as that changes.
    pub fn view(
        self,
        label: Text,
        which: Which,
        wrong: Complaint,
        list: Option<(AnyView, AnyView)>,
        typed: Rc<dyn Fn(Event)>,
    ) -> AnyView {
        let autocomplete = match which {
            Which::Current => "current-password",
            #[cfg(feature = "whole")]
            Which::New => "new-password",
        };
        let purpose = Purpose { name: "password", kind: "password", autocomplete, inputmode: "text" };
        let (list, news) = list.unzip();
        let caps = RwSignal::new(false);
        let caps_hint = move || if caps.get() { said(Text::PasswordCapsLock) } else { String::new() };
        let field = Field {
            beside: Some(self.reveal()),
            hint: Box::new(caps_hint),
            list,
            news,
            typed,
            key: Box::new(move |event| caps.set(event.get_modifier_state("CapsLock"))),
            ..Field::new(purpose, self.node, say(label), wrong)
        };
        field.view()
    }

    fn show(self, now: bool) {
        self.shown.set(now);
        if let Some(input) = self.node.get_untracked() {
            input.set_type(if now { "text" } else { "password" });
        }
    }

    /// The button that shows and hides the password; typing goes on where it was.
    fn reveal(self) -> AnyView {
        let shown = self.shown;
        let turn = move |_| {
            self.show(!shown.get_untracked());
            if let Some(input) = self.node.get_untracked() {
                let _ = input.focus();
            }
        };
        let label = move || said(if shown.get() { Text::PasswordHide } else { Text::PasswordShow });
        view! {
            <button class="reveal" type="button" data-action="show_password" aria-pressed=move || shown.get().to_string()
                aria-controls="password" on:click=turn>
                {label}
            </button>
        }
        .into_any()
    }
}
