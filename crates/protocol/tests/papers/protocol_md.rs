//! `docs/PROTOCOL.md`: its examples are the golden messages, its table of problems is the one the other papers are made from,
//! and no name of the protocol is missing. It refuses to judge its prose.

use daemun_protocol::{
    ActionName, EndReason, FieldCode, IDEMPOTENCY_HEADER, Kind, MessageCode, NewPasswordReason, NoticeCode, Problem,
    StepKind, TermsId, VERSION_HEADER,
};

use crate::goldens::{self, Golden, Wire};
use crate::paper;
use crate::refusals::{self, Refusal};

const DOCUMENT: &str = "../../docs/PROTOCOL.md";
const GOLDEN: &str = "<!-- golden: ";
const PROBLEMS: &str = "<!-- problems -->";
const END: &str = "<!-- end -->";
/// Leaves the flow out of a problem that is shown for something else.
const WITHOUT_FLOW: &str = " without flow";

#[test]
fn protocol_md_shows_what_is_sent() {
    let document = paper::text(&paper::path(DOCUMENT)).unwrap();
    paper::hold([(paper::path(DOCUMENT), renewed(&document))]);
}

#[test]
fn protocol_md_shows_every_golden_message() {
    let document = paper::text(&paper::path(DOCUMENT)).unwrap();
    let shown: Vec<&str> = document.lines().filter_map(marked_golden).map(|(name, _)| name).collect();
    let missing: Vec<String> =
        goldens::all().into_iter().map(|golden| golden.name).filter(|name| !shown.contains(&name.as_str())).collect();
    assert!(
        missing.is_empty(),
        "PROTOCOL.md does not show {missing:?}: write `{GOLDEN}NAME -->` and `{END}` where it belongs, then bless"
    );
}

#[test]
fn protocol_md_has_every_name() {
    let document = paper::text(&paper::path(DOCUMENT)).unwrap();
    let mut names: Vec<String> = vec![VERSION_HEADER.into(), IDEMPOTENCY_HEADER.into()];
    names.extend(StepKind::ALL.iter().map(|name| name.as_str().into()));
    names.extend(ActionName::ALL.iter().map(|name| name.as_str().into()));
    names.extend(Kind::KNOWN.iter().map(|name| name.as_str().into()));
    names.extend(EndReason::KNOWN.iter().map(|name| name.as_str().into()));
    names.extend(FieldCode::KNOWN.iter().map(|name| name.as_str().into()));
    names.extend(MessageCode::KNOWN.iter().map(|name| name.as_str().into()));
    names.extend(NoticeCode::KNOWN.iter().map(|name| name.as_str().into()));
    names.extend(NewPasswordReason::KNOWN.iter().map(|name| name.as_str().into()));
    names.extend(TermsId::KNOWN.iter().map(|name| name.as_str().into()));
    names.retain(|name| !document.contains(&format!("`{name}`")));
    assert!(names.is_empty(), "PROTOCOL.md does not explain {names:?}");
}

/// The document with everything between its markers as it should be.
fn renewed(document: &str) -> String {
    let mut renewed = String::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        renewed += line;
        renewed += "\n";
        let Some(filling) = filling(line) else { continue };
        let is_closed = lines.by_ref().any(|line| line == END);
        assert!(is_closed, "PROTOCOL.md: `{line}` has no `{END}`");
        renewed += &format!("{filling}{END}\n");
    }
    renewed
}

/// What belongs after a line that is a marker.
fn filling(line: &str) -> Option<String> {
    if line == PROBLEMS {
        return Some(problems());
    }
    let (name, is_whole) = marked_golden(line)?;
    let Some(golden) = goldens::all().into_iter().find(|golden| golden.name == name) else {
        panic!("PROTOCOL.md: there is no golden message `{name}`");
    };
    Some(format!("```json\n{}```\n", if is_whole { golden.wire.json() } else { without_flow(golden).json() }))
}

/// The name in a marker, and whether its flow is to be shown.
fn marked_golden(line: &str) -> Option<(&str, bool)> {
    let name = line.strip_prefix(GOLDEN)?.strip_suffix(" -->")?;
    Some(name.strip_suffix(WITHOUT_FLOW).map_or((name, true), |name| (name, false)))
}

fn without_flow(golden: Golden) -> Wire {
    match golden.wire {
        Wire::Problem(problem) => Wire::Problem(Box::new(Problem { flow: None, ..*problem })),
        wire @ (Wire::Discovery(_) | Wire::Host(_) | Wire::Begin(_) | Wire::Act(..) | Wire::Flow(_)) => wire,
    }
}

fn problems() -> String {
    let rows: String = refusals::all().iter().map(row).collect();
    format!("| code | status: requests | means | carries |\n|---|---|---|---|\n{rows}")
}

fn row(refusal: &Refusal) -> String {
    let told: Vec<String> = refusal
        .told
        .iter()
        .map(|(status, requests)| {
            let requests: Vec<&str> = requests.iter().map(|request| request.as_str()).collect();
            format!("{status}: {}", requests.join(", "))
        })
        .collect();
    let carries: Vec<String> = refusal.carries.iter().map(|member| format!("`{member}`")).collect();
    format!("| `{}` | {} | {} | {} |\n", refusal.code.as_str(), told.join("<br>"), refusal.means, carries.join(", "))
}
