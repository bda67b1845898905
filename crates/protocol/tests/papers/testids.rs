//! `docs/testids.json`: what a browser test can hold on to in the app's page, the same in every language and theme. What a step
//! takes and offers is in the golden messages; what the app adds is here; and the screens' sources have all of it and no more.
//! It refuses to know how a page looks.

use std::collections::BTreeSet;
use std::fs;

use daemun_protocol::{ActionName, Flow, Status, StepKind};
use serde_json::{Map, Value, json};

use crate::goldens::{self, Wire};
use crate::paper;

type Names = BTreeSet<String>;

/// A screen: what its fields are named and what its buttons and links do.
struct Screen {
    name: &'static str,
    fields: Names,
    actions: Names,
    /// Where it is written, below `src/screens`.
    sources: &'static [&'static str],
}

#[test]
fn testids_json_lists_every_screen() {
    let text = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    paper::hold([(paper::path("../../docs/testids.json"), text)]);
}

#[test]
fn each_screen_has_what_is_listed() {
    for Screen { name, fields, actions, sources } in screens() {
        let source: String = sources.iter().map(|file| source(&format!("screens/{file}.rs"))).collect();
        assert_eq!(fields_in(&source), fields, "the fields of {name}");
        assert_eq!(actions_in(&source), actions, "the actions of {name}");
    }
}

/// Also what no screen of its own has: the choice of a language, and the page that could not start.
#[test]
fn no_action_is_left_out() {
    let listed = document().to_string();
    let page = paper::text(&paper::path("../../index.html")).unwrap();
    let mut sources = vec![page];
    for folder in ["../../src/screens", "../../src/widgets"] {
        for entry in fs::read_dir(paper::path(folder)).unwrap() {
            sources.push(paper::text(&entry.unwrap().path()).unwrap());
        }
    }
    let found: Names = sources.iter().flat_map(|source| after(source, "data-action=\"")).collect();
    assert!(found.len() > 3, "{found:?}");
    for name in found {
        assert!(listed.contains(&format!("\"{name}\"")), "testids.json does not list `{name}`");
    }
}

fn document() -> Value {
    let mut all = Map::new();
    for Screen { name, fields, actions, .. } in screens() {
        all.insert(name.into(), json!({ "fields": fields, "actions": actions }));
    }
    // What the page itself shows when the app cannot start.
    all.insert("failed".into(), json!({ "fields": [], "actions": ["fallback", "restart"] }));
    json!({
        "root": {
            "data-screen": "One of `screens`.",
            "data-state": ["idle", "busy", "error", "done"],
            "data-rev": "The flow's `rev`; 0 while there is none.",
            "data-app": ["arriving", "shell", "ready", "failed"],
            "data-bundle": ["login", "whole"],
            "lang": "The language that is read now.",
            "dir": ["ltr", "rtl"],
        },
        "elements": {
            "data-action": "On buttons and links: one of the screen's `actions`, named as in the protocol where it is one of the step's.",
            "data-code": "On whatever says a code: of a problem, a field, a message, a notice, or the end of a flow.",
            "data-workspace": "Beside `choose`: the workspace's `id`.",
            "data-account": "On one of the accounts that this browser remembers, and beside what is done with it: its `id`.",
            "data-factor": "Beside `choose`: the second factor's `id`.",
            "data-request": "Beside `choose`: the request's `id`.",
            "data-provider": "Beside `go`, `connect`, `disconnect`, and on a connection's row: the provider's `id`.",
            "data-device": "On a trusted device, and beside what is done with it: its `id`.",
            "data-item": "On one of the security settings: its `type`.",
            "data-session": "On a signed-in browser, and beside `sign_out`: its `id`.",
            "data-met": "On what is asked of a new password: `true` or `false`.",
            "data-changed": "On an option of the policy: whether something else is chosen than what holds, `true` or `false`.",
        },
        "everywhere": { "fields": ["language"], "actions": ["language"] },
        "beside_an_id": { "fields": [BOX] },
        "screens": all,
    })
}

fn screens() -> Vec<Screen> {
    let own = |name, actions: &[&str], sources| Screen { name, fields: names(&[]), actions: names(actions), sources };
    let steps = StepKind::ALL.iter().map(|kind| {
        let (fields, actions, sources) = added(*kind);
        Screen {
            name: kind.as_str(),
            fields: &taken(*kind) | &names(fields),
            actions: &offered(*kind) | &names(actions),
            sources,
        }
    });
    steps
        .chain([
            own("unknown", &["back", "reload"], &["unknown"]),
            own("complete", &["go"], &["complete"]),
            own("ended", &["restart"], &["ended"]),
            own("opening", &[], &["opening"]),
            own("unopened", &["retry"], &["unopened"]),
        ])
        .collect()
}

/// The fields and actions that the app adds to a step's own, and where its screen is written.
const fn added(kind: StepKind) -> (&'static [&'static str], &'static [&'static str], &'static [&'static str]) {
    match kind {
        StepKind::Identify => (&[], &[], &["identify"]),
        StepKind::Organisation => (&[], &[], &["organisation"]),
        StepKind::Code => (&[], &[], &["code", "code_field"]),
        StepKind::ChooseWorkspace => (&[], &[], &["choose_workspace", "choice"]),
        // `use_passkey` is offered to who has registered a device, and `use_provider` where there are providers: nobody in the examples.
        StepKind::Password => (&[], &["show_password", "use_passkey", "use_provider"], &["password"]),
        StepKind::Invitation => (&[], &[], &["invitation"]),
        StepKind::CreateAccount => (&[], &["show_password"], &["create_account"]),
        StepKind::RequestReset => (&[], &[], &["request_reset"]),
        // Whose password it is, for password managers.
        StepKind::NewPassword => (&["identifier"], &["show_password"], &["new_password"]),
        StepKind::RegisterId => (&[], &["show_password"], &["register_id"]),
        StepKind::FindId => (&[], &[], &["find_id", "contact_form"]),
        StepKind::FoundIds => (&[], &[], &["found_ids"]),
        StepKind::ChooseFactor => (&[], &[], &["choose_factor", "choice"]),
        StepKind::EnrolContact => (&[], &[], &["enrol_contact", "contact_form"]),
        StepKind::EnrolAuthenticator => (&[], &["copy_key"], &["enrol_authenticator", "code_field"]),
        StepKind::RecoveryCodes => (&[], &["copy_codes", "download_codes", "print_codes"], &["recovery_codes"]),
        StepKind::RecoveryCode => (&[], &[], &["recovery_code"]),
        StepKind::LinkAddress => (&[], &["copy_link", "open_in_browser"], &["link_address"]),
        StepKind::Passkey => (&[], &[], &["passkey"]),
        StepKind::Security => (&[], &["cancel"], &["security", "sure"]),
        StepKind::QuickLogin => (&[], &[], &["quick_login"]),
        StepKind::SetPin => (&[], &[], &["set_pin"]),
        StepKind::Sessions => (&[], &[], &["sessions"]),
        StepKind::TrustedDevices => (&["name"], &["cancel"], &["trusted_devices", "device_name", "sure"]),
        StepKind::RegisterDevice => (&[], &[], &["register_device", "device_name"]),
        StepKind::MatchNumber => (&[], &[], &["match_number", "qr_way"]),
        StepKind::WaitApproval => {
            (&["member", "reason"], &["cancel", "confirm", "other_ways"], &["wait_approval", "qr_way"])
        }
        StepKind::RecoveryKey => (&[], &[], &["recovery_key"]),
        StepKind::NewRecoveryKey => (&[], &["copy_key", "download_key", "print_key"], &["new_recovery_key"]),
        StepKind::Approvals => (&[], &[], &["approvals", "choice", "notify_here"]),
        StepKind::Approve => (&["number", "reason"], &[], &["approve", "numbers"]),
        StepKind::AccountSecurity => (
            &[
                "attempt_limit",
                "device_approval",
                "device_unlock",
                "line_entry",
                "naver_entry",
                "password_format",
                "password_history",
                "password_max_age_days",
                "password_min_length",
                "phone_entry",
                "quick_login",
                "quick_login_two_factors",
                "two_factor",
            ],
            &[],
            &["account_security"],
        ),
        StepKind::PolicyReview => (&[], &["cancel", "confirm"], &["policy_review"]),
        StepKind::Provider => (&[], &["retry"], &["provider"]),
        StepKind::DeniedMembers => (&[], &[], &["denied_members"]),
        StepKind::DenyReview => (&[], &["cancel", "confirm"], &["deny_review"]),
        StepKind::LinkPhone => (&[], &[], &["link_phone"]),
        StepKind::PhoneTaken => (&[], &[], &["phone_taken"]),
        StepKind::ExternalIdentities => (&[], &["cancel"], &["external_identities", "sure"]),
        StepKind::Notice => (&[], &["get_app", "open_app"], &["notice", "joined"]),
    }
}

/// The box beside an ID is the page's own, one for all such forms: no screen's source has it.
const BOX: &str = "remember_account";

/// The members of `input` that a step takes: a field is named as what it becomes. A workspace is chosen by a button; a credential,
/// and what a key has signed, comes from the browser.
fn taken(kind: StepKind) -> Names {
    let wires = goldens::all().into_iter().map(|golden| golden.wire);
    let inputs = wires.filter_map(|wire| match wire {
        Wire::Act(step, action, act) if step == kind && action.name() == ActionName::Submit => Some(act.input),
        Wire::Act(..) | Wire::Discovery(_) | Wire::Host(_) | Wire::Begin(_) | Wire::Flow(_) | Wire::Problem(_) => None,
    });
    let inputs = inputs.map(|input| serde_json::to_value(input).unwrap());
    let members = inputs.flat_map(|input| input.as_object().unwrap().keys().cloned().collect::<Vec<_>>());
    members.filter(|name| name != "credential" && name != "possession" && name != BOX).collect()
}

/// What steps of a kind offer.
fn offered(kind: StepKind) -> Names {
    let goldens = goldens::all();
    let of_kind = |flow: &&Flow| matches!(&flow.status, Status::Active { step, .. } if step.step.kind() == Some(kind));
    let flows = goldens.iter().filter_map(|golden| golden.wire.flow()).filter(of_kind);
    let offers = flows.flat_map(|flow| match &flow.status {
        Status::Active { actions, .. } => actions.iter().map(|(name, _)| name.as_str().to_owned()).collect(),
        Status::Complete(_) | Status::Ended { .. } | Status::Unknown => Vec::new(),
    });
    offers.collect()
}

fn names(names: &[&str]) -> Names {
    names.iter().map(|name| (*name).to_owned()).collect()
}

// --- Reading the screens' sources -----------------------------------------------------------------------------------

fn source(file: &str) -> String {
    paper::text(&paper::path(&format!("../../src/{file}"))).unwrap()
}

fn fields_in(source: &str) -> Names {
    let mut fields: Names =
        [" name: \"", " name=\"", "Purpose::plain(\""].iter().flat_map(|mark| after(source, mark)).collect();
    if source.contains("USERNAME") {
        fields.insert("identifier".into());
    }
    if source.contains("PasswordField::new()") {
        fields.insert("password".into());
    }
    fields
}

fn actions_in(source: &str) -> Names {
    let own = [
        "go(\"",
        "link(\"",
        "button(\"",
        "Self::new(\"",
        "data-action=\"",
        " copy: (\"",
        " download: \"",
        " print: \"",
    ];
    let mut actions: Names = own.iter().flat_map(|call| after(source, call)).collect();
    let named = |found: String, name: &&ActionName| found == format!("{name:?}");
    let variant = |name: &&ActionName| {
        let both = after(source, "ActionName::").chain(after(source, "AccountAct::"));
        both.into_iter().any(|found| named(found, name))
    };
    actions.extend(ActionName::ALL.iter().filter(variant).map(|name| name.as_str().to_owned()));
    if source.contains("submit(gate, Text::") || source.contains("submit_button(gate, Text::") {
        actions.insert(ActionName::Submit.as_str().into());
    }
    if source.contains("PasswordField::new()") {
        actions.insert("show_password".into());
    }
    actions
}

/// The words that come right after each `mark`.
fn after<'a>(source: &'a str, mark: &'a str) -> impl Iterator<Item = String> + 'a {
    source.split(mark).skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default().to_owned()
    })
}
