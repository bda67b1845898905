//! `account_security`: what an administrator decides about the workspace's accounts (seed 003; FEATURES P2). Nothing is saved from
//! here: what a change does is looked at first.

use std::borrow::Cow;

use daemun_protocol::{AccountPolicy, Action, ActionName, MemberDecision, PolicyOption, SavedPolicy, Step};
use leptos::prelude::*;

use super::form::{About, form, primary, ways, wrong};
use super::policy_words::{changes, name, value};
use crate::gate::Gate;
use crate::i18n::{Text, day, filled, hour, said, say};
use crate::widgets::heading::heading_with;
use crate::widgets::setting::{Control, Setting};

/// One option: what it is named, what it does, and what can be chosen.
struct Row {
    name: &'static str,
    hint: Text,
    choices: Choices,
}

enum Choices {
    List(&'static [&'static str]),
    Few(&'static [&'static str]),
    Number { least: i32, most: i32 },
}

const ALLOWED: Choices = Choices::Few(&["true", "false"]);

const PASSWORDS: &[Row] = &[
    Row {
        name: "password_format",
        hint: Text::PolicyPasswordFormatHint,
        choices: Choices::List(&["letters_digits", "letters_digits_symbols"]),
    },
    Row {
        name: "password_min_length",
        hint: Text::PolicyPasswordMinLengthHint,
        choices: Choices::Number { least: 8, most: 20 },
    },
    Row {
        name: "password_max_age_days",
        hint: Text::PolicyPasswordMaxAgeDaysHint,
        choices: Choices::List(&["0", "30", "60", "90", "180", "365"]),
    },
    Row {
        name: "password_history",
        hint: Text::PolicyPasswordHistoryHint,
        choices: Choices::List(&["0", "1", "2", "3", "4", "5"]),
    },
    Row {
        name: "attempt_limit",
        hint: Text::PolicyAttemptLimitHint,
        choices: Choices::List(&["0", "5", "10", "15", "20", "30"]),
    },
];

const LOGIN: &[Row] = &[
    Row { name: "two_factor", hint: Text::PolicyTwoFactorHint, choices: Choices::Few(&["required", "optional"]) },
    Row { name: "line_entry", hint: Text::PolicyLineEntryHint, choices: ALLOWED },
    Row { name: "naver_entry", hint: Text::PolicyNaverEntryHint, choices: ALLOWED },
    Row { name: "phone_entry", hint: Text::PolicyPhoneEntryHint, choices: ALLOWED },
    Row { name: "quick_login", hint: Text::PolicyQuickLoginHint, choices: ALLOWED },
    Row { name: "quick_login_two_factors", hint: Text::PolicyQuickLoginTwoFactorsHint, choices: ALLOWED },
    Row { name: "device_unlock", hint: Text::PolicyDeviceUnlockHint, choices: ALLOWED },
    Row { name: "device_approval", hint: Text::PolicyDeviceApprovalHint, choices: ALLOWED },
];

/// The screen's own state: what holds, and what is chosen.
#[derive(Clone, Copy)]
struct Desk {
    gate: Gate,
    policy: AccountPolicy,
    chosen: RwSignal<AccountPolicy>,
}

fn decided(step: &Step) -> Option<(AccountPolicy, AccountPolicy, Vec<SavedPolicy>)> {
    if let Step::AccountSecurity { policy, draft, log } = step { Some((*policy, *draft, log.clone())) } else { None }
}

pub fn view(gate: Gate) -> AnyView {
    let Some((policy, draft, log)) = gate.step_once(decided) else { return ().into_any() };
    let desk = Desk { gate, policy, chosen: RwSignal::new(draft.or(policy)) };
    let lead = move || filled(Text::PolicyLead, &[("workspace", &gate.workspace().unwrap_or_default())]);
    let proof = move || if gate.asks_proof(ActionName::Review) { said(Text::PolicyProof) } else { String::new() };
    let parts = vec![
        heading_with(say(Text::PolicyTitle), None, Box::new(lead)),
        view! { <p class="aside">{proof}</p> }.into_any(),
        desk.group("policy-passwords", Text::PolicyPasswords, Text::PolicyPasswordsText, PASSWORDS),
        desk.group("policy-login", Text::PolicyLogin, Text::PolicyLoginText, LOGIN),
        primary(gate, ActionName::Review, Text::PolicyReviewChanges),
        ways(gate, &[(ActionName::ShowDeniedMembers, Text::DeniedTitle), (ActionName::Done, Text::SecurityDone)]),
        history(log),
    ];
    let send = move || {
        let changes = desk.chosen.get_untracked().unlike(policy);
        gate.act(Action::Review { changes: Box::new(changes) });
    };
    form(gate, Box::new(send), parts)
}

impl Desk {
    fn group(self, id: &'static str, title: Text, text: Text, rows: &'static [Row]) -> AnyView {
        let rows: Vec<AnyView> = rows.iter().filter_map(|row| self.row(row)).collect();
        view! {
            <section class="policies" aria-labelledby=id>
                <h2 id=id>{say(title)}</h2>
                <p class="aside">{say(text)}</p>
                {rows}
            </section>
        }
        .into_any()
    }

    /// An option, where the backend has it.
    fn row(self, row: &'static Row) -> Option<AnyView> {
        let option = PolicyOption::parse(row.name)?;
        let before = self.policy.value(option)?;
        let chosen = self.chosen.get_untracked().value(option).unwrap_or_else(|| before.clone());
        let changed = {
            let before = before.clone();
            move || self.chosen.with(|chosen| chosen.value(option)) != Some(before.clone())
        };
        let at = About::At(Cow::Owned(format!("/input/changes/{}", row.name)));
        let choose = move |text: String| {
            self.chosen.update(|policy| {
                *policy = policy.with(option, &text);
                if policy.value(option).is_none() {
                    // What is no number is none that the option has: its own refusal says so.
                    *policy = policy.with(option, "0");
                }
            });
        };
        let setting = Setting {
            name: row.name,
            label: say(name(option)),
            hint: say(row.hint),
            control: row.choices.control(option, &[&before, &chosen]),
            value: chosen,
            changed: Memo::new(move |_| changed()),
            mark: say(Text::PolicyChanged),
            wrong: wrong(self.gate, at),
            choose: Box::new(choose),
        };
        Some(setting.view())
    }
}

impl Choices {
    /// The control. What somebody has decided elsewhere is one of the choices as well.
    fn control(&self, option: PolicyOption, decided: &[&String]) -> Control {
        let worded = |text: String| {
            let own = text.clone();
            (text, Box::new(move || value(option, &own)) as Box<dyn Fn() -> String + Send>)
        };
        match self {
            Self::List(listed) => {
                let mut all: Vec<String> = listed.iter().map(|text| (*text).to_owned()).collect();
                for text in decided {
                    if !all.contains(text) {
                        all.push((*text).clone());
                    }
                }
                Control::List(all.into_iter().map(worded).collect())
            }
            Self::Few(few) => Control::Few(few.iter().map(|text| worded((*text).to_owned())).collect()),
            Self::Number { least, most } => Control::Number { least: *least, most: *most },
        }
    }
}

/// A decision about a single member.
fn about_member(MemberDecision { name, provider, allowed }: MemberDecision) -> AnyView {
    let decided = move || said(if allowed { Text::PolicyAllow } else { Text::PolicyDeny });
    view! { <dl class="facts"><div><dt>{provider}" · "{name}</dt><dd>{decided}</dd></div></dl> }.into_any()
}

/// Who has decided what before.
fn history(log: Vec<SavedPolicy>) -> AnyView {
    let one = |SavedPolicy { who, at, from, to, member }: SavedPolicy| {
        let when = move || format!("{} {}", day(at), hour(at));
        let what = member.map_or_else(|| changes(from, to), about_member);
        view! { <li><p><b>{who}</b>" "<small>{when}</small></p>{what}</li> }.into_any()
    };
    let is_there = !log.is_empty();
    let rows = move || log.into_iter().map(one).collect::<Vec<_>>();
    let section = move || {
        view! {
            <section class="apart" aria-labelledby="policy-log">
                <h2 id="policy-log">{say(Text::PolicyLog)}</h2>
                <ol class="log">{rows()}</ol>
            </section>
        }
    };
    is_there.then(section).into_any()
}
