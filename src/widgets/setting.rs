//! One thing that is decided: what it is called, what it does, and the choice, in the browser's own controls. It is marked as long as
//! something else is chosen than what holds.

use leptos::html;
use leptos::prelude::*;

use super::field::{Complaint, alert};
use super::note::line;
use super::{Aria, Live, Words};

/// How something is chosen.
pub enum Control {
    /// One of several, out of a list that opens.
    List(Vec<Choice>),
    /// One of a few that are seen at once.
    Few(Vec<Choice>),
    /// A number between two others.
    Number { least: i32, most: i32 },
}

/// What can be chosen, as it is written and as it is called.
pub type Choice = (String, Words);

/// A setting. `name` names the control, and is its id.
pub struct Setting {
    pub name: &'static str,
    pub label: Words,
    pub hint: Words,
    pub control: Control,
    /// What is chosen at first.
    pub value: String,
    /// Whether something else is chosen than what holds, and what says so.
    pub changed: Memo<bool>,
    pub mark: Words,
    pub wrong: Complaint,
    pub choose: Box<dyn Fn(String)>,
}

impl Setting {
    pub fn view(self) -> AnyView {
        let Self { name, label, hint, control, value, changed, mark, wrong, choose } = self;
        let described = format!("{name}-wrong {name}-hint");
        let marked: Live = Box::new(move || {
            let mark = || view! { " "<span class="mark">{mark()}</span> }.into_any();
            changed.get().then(mark).into_iter().collect()
        });
        let (is_wrong, what_is_wrong, role) = (wrong.clone(), wrong.clone(), alert(wrong.clone()));
        let invalid: Aria = Box::new(move || is_wrong().map(|_| "true"));
        let complaint: Live =
            Box::new(move || what_is_wrong().map(|wrong| line("wrong", "error", wrong.note)).into_iter().collect());
        let leads = move || wrong().is_some_and(|wrong| wrong.leads);
        let below = view! {
            <div class="hint" id=format!("{name}-hint")>{hint}</div>
            <div role=role id=format!("{name}-wrong")>{complaint}</div>
        };
        let changed = move || changed.get().to_string();
        match control {
            Control::List(choices) => {
                let node = NodeRef::<html::Select>::new();
                leading(leads, move || node.get_untracked().map(|select| select.focus()));
                let choices = choices.into_iter().map(|(own, label)| {
                    let chosen = own == value;
                    view! { <option value=own selected=chosen>{label}</option> }.into_any()
                });
                view! {
                    <div class="field setting" data-changed=changed>
                        <label for=name>{label}{marked}</label>
                        <div class="box list">
                            <select id=name name=name aria-invalid=invalid aria-describedby=described node_ref=node
                                on:change=move |event| choose(event_target_value(&event))>{choices.collect::<Vec<_>>()}</select>
                        </div>
                        {below}
                    </div>
                }
                .into_any()
            }
            Control::Number { least, most } => {
                let node = NodeRef::<html::Input>::new();
                leading(leads, move || node.get_untracked().map(|input| input.focus()));
                view! {
                    <div class="field setting" data-changed=changed>
                        <label for=name>{label}{marked}</label>
                        <div class="box">
                            <input id=name name=name type="number" inputmode="numeric" autocomplete="off" min=least max=most step="1"
                                value=value aria-invalid=invalid aria-describedby=described node_ref=node
                                on:input=move |event| choose(event_target_value(&event))/>
                        </div>
                        {below}
                    </div>
                }
                .into_any()
            }
            Control::Few(choices) => {
                let choose = std::rc::Rc::new(choose);
                let choices = choices.into_iter().map(|(own, label)| {
                    let (chosen, choose, to_be) = (own == value, choose.clone(), own.clone());
                    view! {
                        <label><input type="radio" name=name value=own checked=chosen on:change=move |_| choose(to_be.clone())/><span>{label}</span></label>
                    }
                    .into_any()
                });
                view! {
                    <fieldset class="field setting" data-changed=changed aria-describedby=described>
                        <legend>{label}{marked}</legend>
                        <div class="few">{choices.collect::<Vec<_>>()}</div>
                        {below}
                    </fieldset>
                }
                .into_any()
            }
        }
    }
}

/// What is wrong takes the focus to where it can be put right: once, not each time its words change.
fn leading<T>(leads: impl Fn() -> bool + 'static, focus: impl Fn() -> Option<T> + 'static) {
    Effect::new(move |led: Option<bool>| {
        let leads = leads();
        if leads && led != Some(true) {
            let _ = focus();
        }
        leads
    });
}
