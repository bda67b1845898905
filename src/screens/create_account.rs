//! `create_account`: a new member's name, address and password, and the terms (FEATURES E4). The address is verified next;
//! before that there is no account.

use daemun_flow::may_lead_to;
use daemun_protocol::{Action, ActionName, PasswordRules, Step, Terms};
use leptos::html::Input;
use leptos::prelude::*;

use super::form::{About, form, submit, ways, wrong};
use super::new_password_field::NewPasswordField;
use crate::gate::Gate;
use crate::i18n::{self, Text, filled, say};
use crate::widgets::checkbox::Checkbox;
use crate::widgets::field::{Field, Purpose, value};
use crate::widgets::heading::heading;
use crate::widgets::tick::is_ticked;

const NAME: Purpose = Purpose { name: "name", kind: "text", autocomplete: "name", inputmode: "text" };
const EMAIL: Purpose = Purpose { name: "email", kind: "text", autocomplete: "username", inputmode: "email" };
const AT_NAME: &str = "/input/name";
const AT_EMAIL: &str = "/input/email";
const AT_PASSWORD: &str = "/input/password";

/// What was entered before.
struct Entered {
    name: Option<String>,
    email: Option<String>,
    terms: Vec<String>,
    rules: PasswordRules,
}

fn entered(step: &Step) -> Option<Entered> {
    if let Step::CreateAccount { name, email, terms, rules } = step {
        Some(Entered { name: name.clone(), email: email.clone(), terms: terms.clone(), rules: *rules })
    } else {
        None
    }
}

pub fn view(gate: Gate) -> AnyView {
    let Some(Entered { name: text, email: address, terms: agreed, rules }) = gate.step_once(entered) else {
        return ().into_any();
    };
    let (name, email, password) = (NodeRef::<Input>::new(), NodeRef::<Input>::new(), NewPasswordField::new());
    let title = move || filled(Text::AccountTitle, &[("workspace", &gate.workspace().unwrap_or_default())]);
    let name_field = Field { text, ..Field::new(NAME, name, say(Text::AccountName), wrong(gate, About::at(AT_NAME))) };
    let email_field = Field {
        text: address,
        hint: say(Text::AccountEmailHint),
        ..Field::new(EMAIL, email, say(Text::AccountEmail), wrong(gate, About::at(AT_EMAIL)))
    };
    let terms: Vec<(Terms, NodeRef<Input>)> =
        gate.deployment.terms().into_iter().map(|terms| (terms, NodeRef::new())).collect();
    let boxes = terms.iter().map(|(terms, node)| {
        let ticked = agreed.iter().any(|agreed| agreed == terms.id.as_str());
        tick(gate, terms.clone(), *node, ticked)
    });
    let boxes = boxes.collect::<Vec<_>>();
    let at_password = wrong(gate, About::at(AT_PASSWORD));
    let parts = vec![
        heading(Box::new(title)),
        name_field.view(),
        email_field.view(),
        password.view(Text::PasswordLabel, rules, at_password),
        view! { <div class="ticks">{boxes}</div> }.into_any(),
        submit(gate, Text::IdentifySubmit),
        ways(gate, &[(ActionName::Back, Text::ActionBack)]),
    ];
    let send = move || {
        let agreed = terms.iter().filter(|(_, node)| is_ticked(*node)).map(|(terms, _)| terms.id.as_str().to_owned());
        gate.act(Action::SubmitAccount {
            name: value(name),
            email: value(email),
            password: password.take(),
            terms: agreed.collect(),
        });
    };
    form(gate, Box::new(send), parts)
}

/// The box for one of the texts that a new member reads.
fn tick(gate: Gate, terms: Terms, node: NodeRef<Input>, ticked: bool) -> AnyView {
    let Terms { id, url, required } = terms;
    let pointer = format!("/input/terms/{}", id.as_str());
    let wrong = wrong(gate, About::At(pointer.into()));
    let code = id.as_str().to_owned();
    let value = code.clone();
    let label = move || {
        let how = if required { Text::AgreeRequired } else { Text::AgreeOptional };
        let name = filled(i18n::terms(&code).unwrap_or(Text::TermsUnknown), &[("code", &code)]);
        filled(how, &[("terms", &name)])
    };
    // An address that a page may not lead to is no link: the words stay.
    let more = may_lead_to(&url).then(|| (url, say(Text::AgreeRead)));
    Checkbox { name: "terms", value, node, label: Box::new(label), more, ticked, required, wrong }.view()
}
