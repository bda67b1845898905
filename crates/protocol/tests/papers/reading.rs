//! Reading what another version, or anybody at all, has written: nothing new makes a message unreadable, and nothing whatever
//! makes the reader panic.

use daemun_protocol::{
    Act, ActionName, Begin, Channel, Discovery, EndReason, Flow, HostSession, Kind, MessageCode, NewPasswordReason,
    NoticeCode, PasswordRules, Platform, Problem, ProblemCode, Redeemed, Redemption, Severity, Status, Step, StepKind,
    StepState, TermsId,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::goldens::{self, Host, Wire};

fn value(wire: &Wire) -> Value {
    serde_json::from_str(&wire.json()).unwrap()
}

fn golden(name: &str) -> Value {
    goldens::all().iter().find(|golden| golden.name == name).map(|golden| value(&golden.wire)).unwrap()
}

fn flow(value: &Value) -> Flow {
    Flow::read(value).unwrap()
}

fn step(value: &Value) -> Step {
    let Status::Active { step, .. } = flow(value).status else { panic!("it is active") };
    step.step
}

// --- A later version ------------------------------------------------------------------------------------------------

/// The value with a member in each of its objects that no version knows yet; but for options, which are kept as they come.
fn with_news(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            let members = object.iter().map(|(name, value)| match name.as_str() {
                "options" | "passkey" | "biometrics" | "accounts" => (name.clone(), value.clone()),
                _ => (name.clone(), with_news(value)),
            });
            let news = ("later".to_owned(), json!({ "what": ["ever", null, 1.5] }));
            Value::Object(core::iter::once(news).chain(members).collect())
        }
        Value::Array(items) => items.iter().map(with_news).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[test]
fn unknown_members_are_ignored() {
    for golden in goldens::all() {
        let (name, news) = (&golden.name, with_news(&value(&golden.wire)));
        match golden.wire {
            Wire::Discovery(discovery) => {
                assert_eq!(Discovery::read(&news), Ok(discovery.clone()), "{name}");
                assert_eq!(serde_json::from_value::<Discovery>(news).unwrap(), discovery, "{name}");
            }
            Wire::Begin(begin) => assert_eq!(serde_json::from_value::<Begin>(news).unwrap(), begin, "{name}"),
            Wire::Host(Host::Redemption(said)) => {
                assert_eq!(serde_json::from_value::<Redemption>(news).unwrap(), said, "{name}");
            }
            Wire::Host(Host::Redeemed(said)) => {
                assert_eq!(serde_json::from_value::<Redeemed>(news).unwrap(), said, "{name}");
            }
            Wire::Host(Host::Session(said)) => {
                assert_eq!(serde_json::from_value::<HostSession>(news).unwrap(), said, "{name}");
            }
            Wire::Act(_, _, act) => assert_eq!(serde_json::from_value::<Act>(news).unwrap(), *act, "{name}"),
            Wire::Flow(read) => assert_eq!(flow(&news), *read, "{name}"),
            Wire::Problem(problem) => assert_eq!(Problem::read(&news), Ok(*problem), "{name}"),
        }
    }
}

#[test]
fn an_unknown_step_is_kept_with_its_name_and_its_known_actions() {
    let mut later = golden("flow-code");
    later["step"] = json!({ "id": "7", "type": "read_palm", "number": 42 });
    later["actions"] = json!({ "use_pigeon": {}, "back": { "proof": "fresh" }, "resend": { "available_in": 9 } });
    let Status::Active { step, actions, .. } = flow(&later).status else { panic!("it is active") };
    assert_eq!(step, StepState { id: "7".into(), step: Step::Unknown { kind: "read_palm".into() } });
    assert_eq!(actions.iter().map(|(name, _)| name).collect::<Vec<_>>(), [ActionName::Back, ActionName::Resend]);
    assert_eq!(actions.get(ActionName::Resend).unwrap().available_in, Some(9));
}

#[test]
fn an_unknown_status_is_kept_as_such() {
    let mut later = golden("flow-complete");
    later["status"] = json!("handed_over");
    let read = flow(&later);
    assert_eq!(read.status, Status::Unknown);
    assert_eq!(read.workspace.unwrap().id, "nuri");
}

#[test]
fn unknown_codes_are_kept_with_their_names() {
    let mut later = golden("flow-notice-no_workspace");
    later["step"]["code"] = json!("gate_closed");
    later["messages"] = json!([{ "code": "hello", "severity": "whispered" }, { "no": "code" }, 5]);
    let read = flow(&later);
    let Step::Notice { code, params } = step(&later) else { panic!("it is a notice") };
    assert_eq!(code, NoticeCode::Unknown("gate_closed".into()));
    assert_eq!(params.to.as_deref(), Some("alex@daemun.test"));
    let [message] = read.messages.as_slice() else { panic!("one message has a code") };
    assert_eq!(message.code, MessageCode::Unknown("hello".into()));
    assert_eq!(message.severity, Severity::Info);

    let mut later = golden("flow-ended-expired");
    later["reason"] = json!("superseded");
    later["restart"]["kind"] = json!("stroll");
    let Status::Ended { reason, restart } = flow(&later).status else { panic!("it has ended") };
    assert_eq!(reason, EndReason::Unknown("superseded".into()));
    assert_eq!(restart.unwrap().kind, Kind::Unknown("stroll".into()));

    let mut later = golden("flow-new_password-reset");
    later["step"]["reason"] = json!("whim");
    let Step::NewPassword { reason, .. } = step(&later) else { panic!("it asks for a new password") };
    assert_eq!(reason, NewPasswordReason::Unknown("whim".into()));

    let mut later = golden("problem-input_invalid");
    later["code"] = json!("moon_phase");
    later["errors"][0]["code"] = json!("too_shiny");
    let read = Problem::read(&later).unwrap();
    assert_eq!(read.code, ProblemCode::Unknown("moon_phase".into()));
    assert_eq!(read.errors[0].code.as_str(), "too_shiny");
    assert!(read.flow.is_some());
}

#[test]
fn what_a_later_deployment_can_do_is_kept_with_its_names() {
    let mut later = golden("discovery-everything");
    later["kinds"] = json!(["sign_in", "stroll", 5]);
    later["terms"] = json!([
        { "id": "pets", "url": "https://login.example/terms/pets", "required": true },
        { "id": "service", "url": "https://login.example/terms/service" },
        { "id": "privacy", "required": true },
    ]);
    later["apps"] = json!([{ "platform": "wristwatch", "get": "https://apps.example/watch" }]);
    let read = Discovery::read(&later).unwrap();
    assert_eq!(read.kinds, [Kind::SignIn, Kind::Unknown("stroll".into())]);
    let terms: Vec<(&TermsId, bool)> = read.terms.iter().map(|terms| (&terms.id, terms.required)).collect();
    assert_eq!(terms, [(&TermsId::Unknown("pets".into()), true), (&TermsId::Service, false)]);
    assert_eq!(read.apps[0].platform, Platform::Other);
}

#[test]
fn what_a_deployment_does_not_say_it_has_not() {
    let least = Discovery::read(&json!({ "api": "/api/v1" })).unwrap();
    assert_eq!((least.kinds.len(), least.apps.len(), least.terms.len()), (0, 0, 0));
    assert!(!least.long_polling);
    assert_eq!(least.fallback_url, None);
    assert_eq!(Discovery::read(&json!({ "versions": ["1"], "api": 1 })).unwrap_err().0, "api");
}

#[test]
fn channels_of_a_later_version_are_left_out_of_those_to_find_an_id_by() {
    let mut later = golden("flow-find_id");
    later["step"]["channels"] = json!(["pigeon", "sms", null, { "email": true }]);
    let Step::FindId { channels, .. } = step(&later) else { panic!("it asks for a contact") };
    assert_eq!(channels, [Channel::Sms]);

    let mut later = golden("flow-code");
    later["step"]["channel"] = json!("pigeon");
    assert_eq!(Flow::read(&later).unwrap_err().0, "channel");
}

#[test]
fn rules_that_are_not_said_are_not_asked_for() {
    let mut least = golden("flow-register_id");
    least["step"]["rules"] = json!({ "min_length": 8, "max_length": 64, "letter": "yes", "digit": null, "symbol": 1 });
    let Step::RegisterId { rules, .. } = step(&least) else { panic!("it asks for an ID") };
    let none = PasswordRules { min_length: 8, max_length: 64, letter: false, digit: false, symbol: false, history: 0 };
    assert_eq!(rules, none);

    for name in ["flow-create_account", "flow-new_password-expired", "flow-register_id"] {
        for rules in [json!(null), json!({}), json!({ "min_length": 8 }), json!({ "min_length": -1, "max_length": 64 })]
        {
            let mut broken = golden(name);
            broken["step"]["rules"] = rules;
            assert_eq!(Flow::read(&broken).unwrap_err().0, "rules", "{name}");
        }
    }
}

#[test]
fn a_found_id_without_its_workspace_is_left_out() {
    let mut broken = golden("flow-found_ids");
    broken["step"]["ids"][0]["workspace"] = json!(null);
    let Step::FoundIds { ids } = step(&broken) else { panic!("it lists IDs") };
    assert_eq!(ids.len(), 1);
    assert_eq!(ids[0].masked, "qa***");
}

#[test]
fn a_problem_is_worth_telling_without_a_flow_that_cannot_be_read() {
    let mut broken = golden("problem-code_wrong");
    broken["flow"]["rev"] = json!("two");
    let read = Problem::read(&broken).unwrap();
    assert_eq!((read.code, read.tries_left, read.flow), (ProblemCode::CodeWrong, Some(4), None));
}

#[test]
fn what_has_the_wrong_type_is_as_good_as_absent() {
    let mut broken = golden("flow-password");
    broken["messages"] = json!("none");
    broken["account"] = json!(["minji@daemun.test"]);
    broken["workspace"]["logo"] = json!(7);
    broken["actions"]["submit"] = json!(true);
    let read = flow(&broken);
    assert_eq!((read.messages.len(), read.account), (0, None));
    assert_eq!(read.workspace.unwrap().logo, None);

    for name in ["id", "kind", "rev", "server_time", "expires_at", "status"] {
        let mut broken = golden("flow-password");
        broken[name] = json!(-1.5);
        assert_eq!(Flow::read(&broken).unwrap_err().0, name);
    }
    let mut broken = golden("flow-password");
    broken["step"] = json!(null);
    assert_eq!(Flow::read(&broken).unwrap_err().0, "step");
}

// --- Anybody at all -------------------------------------------------------------------------------------------------

/// Names that mean something to the reader, among others.
fn name() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "id",
        "kind",
        "rev",
        "server_time",
        "expires_at",
        "status",
        "step",
        "type",
        "actions",
        "submit",
        "available_in",
        "poll",
        "interval",
        "messages",
        "code",
        "params",
        "until",
        "severity",
        "errors",
        "pointer",
        "flow",
        "workspaces",
        "restart",
        "reason",
        "retry_after",
        "identifier",
        "hints",
        "client",
        "input",
        "steps",
        "apps",
        "platform",
        "api",
        "kinds",
        "long_polling",
        "terms",
        "required",
        "url",
        "name",
        "email",
        "password",
        "token",
        "inviter",
        "rules",
        "min_length",
        "max_length",
        "symbol",
        "history",
        "channel",
        "channels",
        "sent_to",
        "ids",
        "factors",
        "to",
        "key",
        "uri",
        "codes",
        "left",
        "remember_days",
        "verified",
        "masked",
        "workspace",
    ]);
    prop_oneof![4 => known.prop_map(Into::into), 1 => ".{0,8}"]
}

fn any_text() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "active",
        "complete",
        "ended",
        "identify",
        "code",
        "choose_workspace",
        "notice",
        "invitation",
        "create_account",
        "request_reset",
        "new_password",
        "register_id",
        "find_id",
        "found_ids",
        "choose_factor",
        "enrol_contact",
        "enrol_authenticator",
        "recovery_codes",
        "recovery_code",
        "link_address",
        "email",
        "sms",
        "notification",
        "authenticator",
        "reset",
        "invited",
        "expired",
        "declined",
        "service",
        "sign_in",
        "join",
        "error",
        "1",
    ]);
    prop_oneof![known.prop_map(Into::into), ".{0,12}"]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..10)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// A golden message in which one part, anywhere, is something else.
fn nearly_golden() -> impl Strategy<Value = Value> {
    let goldens: Vec<Value> = goldens::all().iter().map(|golden| value(&golden.wire)).collect();
    (prop::sample::select(goldens), any::<prop::sample::Index>(), any_json()).prop_map(|(mut golden, at, instead)| {
        let count = parts(&mut golden);
        replace(&mut golden, &mut at.index(count), &instead);
        golden
    })
}

/// A step of some type with members of any kind, more often of the kinds that are asked for.
fn nearly_a_step() -> impl Strategy<Value = Value> {
    let kind = prop::sample::select(StepKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>());
    (kind, prop::collection::vec((name(), any_json()), 0..12)).prop_map(|(kind, members)| {
        let mut step = Map::from_iter(members);
        step.insert("id".into(), json!("1"));
        step.insert("type".into(), json!(kind));
        Value::Object(step)
    })
}

fn children(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Object(object) => object.values_mut().collect(),
        Value::Array(items) => items.iter_mut().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn parts(value: &mut Value) -> usize {
    1 + children(value).into_iter().map(parts).sum::<usize>()
}

/// Replaces the part that comes after so many others.
fn replace(value: &mut Value, after: &mut usize, instead: &Value) -> bool {
    if *after == 0 {
        *value = instead.clone();
        return true;
    }
    *after -= 1;
    children(value).into_iter().any(|child| replace(child, after, instead))
}

/// What could be read can be written and read again; only what this version does not know is never written.
fn holds_for(value: &Value) {
    if let Ok(flow) = Flow::read(value) {
        match serde_json::to_value(&flow) {
            Ok(written) => assert_eq!(Flow::read(&written), Ok(flow)),
            Err(_) => assert!(is_of_a_later_version(&flow), "{flow:?} cannot be written"),
        }
    }
    if let Ok(problem) = Problem::read(value) {
        match serde_json::to_value(&problem) {
            Ok(written) => assert_eq!(Problem::read(&written), Ok(problem)),
            Err(_) => {
                assert!(problem.flow.as_deref().is_some_and(is_of_a_later_version), "{problem:?} cannot be written")
            }
        }
    }
    if let Ok(discovery) = Discovery::read(value) {
        let written = serde_json::to_value(&discovery).unwrap();
        assert_eq!(Discovery::read(&written), Ok(discovery));
    }
    if let Ok(state) = StepState::read(value) {
        match serde_json::to_value(&state) {
            Ok(written) => assert_eq!(StepState::read(&written), Ok(state)),
            Err(_) => assert_eq!(state.step.kind(), None, "{state:?} cannot be written"),
        }
    }
    let _ = serde_json::from_value::<Begin>(value.clone());
    let _ = serde_json::from_value::<Act>(value.clone());
    let _ = serde_json::from_value::<Discovery>(value.clone());
}

fn is_of_a_later_version(flow: &Flow) -> bool {
    match &flow.status {
        Status::Unknown => true,
        Status::Active { step, .. } => step.step.kind().is_none(),
        Status::Complete(_) | Status::Ended { .. } => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_json_whatever_makes_the_reader_panic(value in any_json()) {
        holds_for(&value);
    }

    #[test]
    fn no_broken_message_makes_the_reader_panic(value in nearly_golden()) {
        holds_for(&value);
    }
    #[test]
    fn no_step_whatever_makes_the_reader_panic(step in nearly_a_step()) {
        holds_for(&step);
        let mut flow = golden("flow-identify");
        flow["step"] = step;
        holds_for(&flow);
    }
}
