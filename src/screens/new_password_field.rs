//! A field for a password that is to be, with what the workspace asks of it: a list that follows the typing and that a
//! screen reader can follow too (FEATURES R3). The backend has the last word.

use std::rc::Rc;

use daemun_protocol::{PasswordRules, Requirement, Secret};
use leptos::prelude::*;

use super::password_field::{PasswordField, Which};
use crate::i18n::{Text, counted, filled, said};
use crate::widgets::checklist::{Item, checklist, news};
use crate::widgets::field::Complaint;

/// A new password that is being typed.
#[derive(Clone, Copy)]
pub struct NewPasswordField(PasswordField);

impl NewPasswordField {
    pub fn new() -> Self {
        Self(PasswordField::new())
    }

    /// What is typed, to be sent.
    pub fn take(self) -> Secret {
        self.0.take()
    }

    pub fn view(self, label: Text, rules: PasswordRules, wrong: Complaint) -> AnyView {
        // What is asked for and whether it is there; the password itself stays in its field.
        let met = RwSignal::new(judged(rules, &Secret::default()));
        let items = asked(rules).map(|requirement| item(rules, requirement, met)).collect::<Vec<_>>();
        let history = move || match rules.history {
            0 => String::new(),
            history => counted(Text::RulesHistory, history.into(), &[]),
        };
        let changed = RwSignal::new(Vec::new());
        let told = move || {
            let changes = changed.get().into_iter().map(|(requirement, is_met)| {
                filled(Text::RulesNews, &[("rule", &words(rules, requirement)), ("state", &state(is_met))])
            });
            changes.collect::<Vec<_>>().join(&said(Text::ListSeparator))
        };
        let (list, news) = (checklist(items, Box::new(history)), news(Box::new(told)));
        let typed = move |_| {
            let now = judged(rules, &self.0.text());
            let before = met.get_untracked();
            if now != before {
                changed.set(now.iter().filter(|one| !before.contains(one)).copied().collect());
                met.set(now);
            }
        };
        self.0.view(label, Which::New, wrong, Some((list, news)), Rc::new(typed))
    }
}

/// What is asked for and can be said of it while it is typed. Nobody types too much by mistake: that is told when it is sent.
fn asked(rules: PasswordRules) -> impl Iterator<Item = Requirement> {
    rules.requirements().filter(|requirement| *requirement != Requirement::MaxLength)
}

fn judged(rules: PasswordRules, password: &Secret) -> Vec<(Requirement, bool)> {
    // As the backend compares it: 가 is one character, however it was typed.
    let password = Secret::new(String::from(js_sys::JsString::from(password.expose()).normalize("NFC")));
    asked(rules).map(|requirement| (requirement, rules.is_met(requirement, password.expose()))).collect()
}

fn item(rules: PasswordRules, requirement: Requirement, met: RwSignal<Vec<(Requirement, bool)>>) -> Item {
    let is_met = move || met.with(|met| met.contains(&(requirement, true)));
    Item {
        text: Box::new(move || words(rules, requirement)),
        met: Box::new(is_met),
        state: Box::new(move || state(is_met())),
    }
}

fn words(rules: PasswordRules, requirement: Requirement) -> String {
    match requirement {
        Requirement::MinLength => counted(Text::RulesMinLength, rules.min_length.into(), &[]),
        Requirement::MaxLength => String::new(),
        Requirement::Letter => said(Text::RulesLetter),
        Requirement::Digit => said(Text::RulesDigit),
        Requirement::Symbol => said(Text::RulesSymbol),
    }
}

fn state(is_met: bool) -> String {
    said(if is_met { Text::RulesMet } else { Text::RulesUnmet })
}
