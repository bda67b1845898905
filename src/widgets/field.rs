//! One labelled field with its hint and what is wrong with it, said where the eye and the screen reader are.

use std::rc::Rc;
use std::sync::Arc;

use leptos::html::Input;
use leptos::prelude::*;
use web_sys::{Event, KeyboardEvent};

use super::note::{Note, line};
use super::{Aria, Live, Words};

/// What a field is for: the standard's words, so that keyboards, password managers and screen readers know too.
#[derive(Clone, Copy)]
pub struct Purpose {
    /// The field's `name`, also its id.
    pub name: &'static str,
    /// `type`.
    pub kind: &'static str,
    /// `autocomplete` (HTML §4.10.18.7).
    pub autocomplete: &'static str,
    /// `inputmode`: which keyboard.
    pub inputmode: &'static str,
}

#[cfg(feature = "whole")]
impl Purpose {
    /// Text of any kind, which nothing that a browser keeps fits.
    pub const fn plain(name: &'static str) -> Self {
        Self { name, kind: "text", autocomplete: "off", inputmode: "text" }
    }
}

/// What is wrong with a field.
pub struct Wrong {
    pub note: Note,
    /// Whether the focus belongs here: of several wrong fields, into the first.
    pub leads: bool,
}

/// What is wrong with a field, followed.
pub type Complaint = Arc<dyn Fn() -> Option<Wrong> + Send + Sync>;

/// A field. Its text is its own: it is read when the form is sent.
pub struct Field {
    pub purpose: Purpose,
    pub node: NodeRef<Input>,
    pub label: Words,
    pub hint: Words,
    /// What belongs to the hint and is more than a text, such as a list of what is asked for.
    pub list: Option<AnyView>,
    /// What is to be heard as it changes, apart from what describes the field.
    pub news: Option<AnyView>,
    /// A hint that changes every second, and so is not part of the field's description: it would be read out for ever.
    pub timer: Words,
    pub wrong: Complaint,
    /// The text it begins with.
    pub text: Option<String>,
    pub readonly: bool,
    /// What stands beside the text, such as a button that shows a password.
    pub beside: Option<AnyView>,
    /// Called when the text changes, and when an input method has finished with it.
    pub typed: Rc<dyn Fn(Event)>,
    /// Called when a key goes down in it.
    pub key: Box<dyn Fn(KeyboardEvent)>,
}

impl Field {
    pub fn new(purpose: Purpose, node: NodeRef<Input>, label: Words, wrong: Complaint) -> Self {
        Self {
            purpose,
            node,
            label,
            hint: Box::new(String::new),
            list: None,
            news: None,
            timer: Box::new(String::new),
            wrong,
            text: None,
            readonly: false,
            beside: None,
            typed: Rc::new(|_| {}),
            key: Box::new(|_| {}),
        }
    }

    pub fn view(self) -> AnyView {
        let Self { purpose: Purpose { name, kind, autocomplete, inputmode }, node, wrong, typed, key, .. } = self;
        let composed = typed.clone();
        // What is wrong takes the focus to where it can be put right: once, not each time its words change.
        let (is_wrong, what_is_wrong, role) = (wrong.clone(), wrong.clone(), alert(wrong.clone()));
        let capitals = if autocomplete == "name" { "words" } else { "none" };
        Effect::new(move |led: Option<bool>| {
            let leads = wrong().is_some_and(|wrong| wrong.leads);
            if leads
                && led != Some(true)
                && let Some(input) = node.get_untracked()
            {
                let _ = input.focus();
                input.select();
            }
            leads
        });
        let invalid: Aria = Box::new(move || is_wrong().map(|_| "true"));
        let complaint: Live =
            Box::new(move || what_is_wrong().map(|wrong| line("wrong", "error", wrong.note)).into_iter().collect());
        view! {
            <div class="field">
                <label for=name>{self.label}</label>
                <div class="box">
                    <input id=name name=name type=kind autocomplete=autocomplete inputmode=inputmode autocapitalize=capitals
                        spellcheck="false" value=self.text readonly=self.readonly node_ref=node aria-invalid=invalid
                        aria-describedby=format!("{name}-wrong {name}-hint said lead") on:input=move |event| typed(event)
                        on:compositionend=move |event| composed(event.into()) on:keydown=key/>
                    {self.beside}
                </div>
                <div class="hint" id=format!("{name}-hint")>{self.hint}{self.list}</div>
                <p class="hint" role="timer">{self.timer}</p>
                <div role=role id=format!("{name}-wrong")>{complaint}</div>
                {self.news}
            </div>
        }
        .into_any()
    }
}

/// The role of the place where it is said what is wrong. Of several wrong fields only the first is announced: the others
/// are found by whoever comes to them.
pub(super) fn alert(wrong: Complaint) -> Aria {
    Box::new(move || wrong().is_none_or(|wrong| wrong.leads).then_some("alert"))
}

/// The text in a field now.
pub fn value(node: NodeRef<Input>) -> String {
    node.get_untracked().map(|input| input.value()).unwrap_or_default()
}
