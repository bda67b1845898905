//! The backend and the browser read addresses alike: a property over odd ones (FEATURES L11).

use daemun_backend::{ReturnPlaces, ReturnTo};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;

use crate::harness::story;

/// Addresses put together from what address readers stumble over, each part more often plain than odd.
fn addresses() -> impl Strategy<Value = String> {
    let odd_scheme = prop::sample::select(vec![
        "",
        "http:",
        "https:",
        "HTTP:",
        "HttpS:",
        "javascript:",
        "data:",
        "blob:",
        "ftp:",
        "file:",
        "ws:",
        "h\nttp:",
        " http:",
        "http\u{0}:",
        "//",
        "/",
    ]);
    let scheme = prop_oneof![4 => Just("http:"), 1 => Just(""), 2 => odd_scheme];
    let odd_slashes =
        prop::sample::select(vec!["", "/", "//", "///", "\\", "\\\\", "/\\", "\\/", "/\t/", "/%2f", "/./", "/../"]);
    let slashes = prop_oneof![4 => Just("//"), 1 => Just("/"), 1 => odd_slashes];
    let odd_user = prop::sample::select(vec!["@", "user@", "user:password@", ":@", "{gate}@", "{gate}\\@", "%40"]);
    let user = prop_oneof![8 => Just(""), 1 => odd_user];
    let odd_host = prop::sample::select(vec![
        "evil.example",
        "localhost",
        "localhost:{port}",
        "LOCALHOST:{port}",
        "127.0.0.1:{port}",
        "0177.0.0.1:{port}",
        "2130706433:{port}",
        "[::1]:{port}",
        "{gate}.evil.example",
        "{gate}%2e",
        "{gate}.",
        "ｌocalhost:{port}",
        "local\u{ad}host:{port}",
        "local%68ost:{port}",
        "localhost:0{port}",
        "",
        "%",
        "[",
    ]);
    let host = prop_oneof![3 => Just("{gate}"), 1 => Just("{work}"), 1 => Just(""), 3 => odd_host];
    let tail = prop_oneof![
        Just(String::new()),
        prop::sample::select(vec![
            "/",
            "/home",
            "/a/../b",
            "?x=1",
            "#x",
            "\\x",
            "/\u{2028}",
            "/a b",
            "/%",
            "/한글",
            ":80",
            "/@evil.example"
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,12}",
        "\\PC{0,8}",
        "[/\\\\\\t\\n@:.?#%]{0,8}",
    ];
    (scheme, slashes, user, host, tail)
        .prop_map(|(scheme, slashes, user, host, tail)| format!("{scheme}{slashes}{user}{host}{tail}"))
}

/// L11: whatever the backend allows, the browser's own reader of addresses takes for the same place; nothing that the
/// browser takes for another origin is allowed.
#[test]
fn l11_the_backend_and_the_browser_read_every_address_alike() {
    story(async |gate| {
        let work = gate.workplace.origin();
        let places = ReturnPlaces::new(&gate.origin(), std::slice::from_ref(&work)).expect("two origins");
        // The same values in every run.
        let mut runner = TestRunner::deterministic();
        let strategy = addresses();
        let values: Vec<String> = (0..2000)
            .map(|_| {
                let value = strategy.new_tree(&mut runner).expect("a value").current();
                value
                    .replace("{gate}", &gate.origin().replace("http://", ""))
                    .replace("{work}", &work.replace("http://", ""))
                    .replace("{port}", &gate.wire.port().to_string())
            })
            .collect();

        let judged: Vec<Option<String>> = values
            .iter()
            .map(|value| match places.judge(Some(value)) {
                ReturnTo::Allowed(led_to) => Some(led_to),
                ReturnTo::Absent | ReturnTo::Refused => None,
            })
            .collect();

        let member = gate.member().await;
        member.opens("/").await;
        let script = r#"
            const read = (value) => {
                try { const url = new URL(value, location.origin); return { origin: url.origin, href: url.href }; }
                catch { return { origin: null, href: null }; }
            };
            return arguments[0].map(([value, ledTo]) => [read(value), ledTo === null ? null : read(ledTo)]);
        "#;
        let pairs: Vec<_> = values.iter().zip(&judged).collect();
        let read = member.runs_with(script, vec![json!(pairs)]).await;
        let read = read.as_array().expect("as many answers");
        assert_eq!(read.len(), values.len());

        for ((value, led_to), read) in pairs.iter().zip(read) {
            let (of_value, of_led_to) = (&read[0], &read[1]);
            if led_to.is_some() {
                let origin = of_value["origin"].as_str().unwrap_or_default();
                assert!(origin == gate.origin() || origin == work, "{value:?} leads the browser to {of_value}");
                assert_eq!(of_value, of_led_to, "{value:?} is read differently");
            }
        }
        let allowed = judged.iter().flatten().count();
        assert!(allowed > 200, "only {allowed} of {} were allowed: that proves little", values.len());
    });
}
