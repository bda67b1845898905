//! What a real browser's authenticator says, held against another implementation of WebAuthn than the backend's (FEATURES L4, S4):
//! both take the truth, and both refuse what was altered on the way.

use std::env;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::harness::{Gate, story};

const MINJI: &str = "minji@daemun.test";

/// Verifies a registration and an assertion by it, as they are and altered.
const VERIFIER: &str = r#"
    const { verifyRegistrationResponse, verifyAuthenticationResponse } = require(process.argv[1]);
    const said = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const expected = { expectedOrigin: said.origin, expectedRPID: "localhost", requireUserVerification: true };
    const flipped = (text) => text.slice(0, 8) + (text[8] === "A" ? "B" : "A") + text.slice(9);
    (async () => {
        const registration = await verifyRegistrationResponse({
            response: said.registration.credential, expectedChallenge: said.registration.challenge, ...expected,
        });
        const { credential } = registration.registrationInfo;
        const assertion = (response, challenge) => verifyAuthenticationResponse({
            response, expectedChallenge: challenge, credential, ...expected,
        }).then(({ verified }) => verified, () => false);
        const { response } = said.assertion.credential;
        const altered = { ...said.assertion.credential, response: { ...response, authenticatorData: flipped(response.authenticatorData) } };
        console.log(JSON.stringify({
            registered: registration.verified,
            asserted: await assertion(said.assertion.credential, said.assertion.challenge),
            replayed: await assertion(said.assertion.credential, said.registration.challenge),
            altered: await assertion(altered, said.assertion.challenge),
        }));
    })().catch((error) => { console.error(error); process.exit(1); });
"#;

/// What the other implementation makes of it.
fn verified(said: &Value) -> Value {
    let package = env::var_os("DAEMUN_SIMPLEWEBAUTHN").expect(
        "DAEMUN_SIMPLEWEBAUTHN must name the folder of @simplewebauthn/server: `cargo xtask test` sets it up and says where it is",
    );
    let mut node = Command::new("node")
        .args(["-e", VERIFIER])
        .arg(package)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node.js is there");
    node.stdin.take().expect("its input").write_all(said.to_string().as_bytes()).expect("it listens");
    let answer = node.wait_with_output().expect("it ends");
    assert!(answer.status.success(), "the other implementation fails: {answer:?}");
    serde_json::from_slice(&answer.stdout).expect("JSON")
}

/// The credential that went to the backend by the newest act of this name, and the challenge that it answers.
fn said(gate: &Gate, action: &str, challenge: &str) -> Value {
    let passed = gate.wire.passed();
    let act = passed.iter().rfind(|passed| passed.path().ends_with(action)).expect("the act has passed");
    let body: Value = serde_json::from_slice(&act.body).expect("JSON");
    json!({ "credential": body["input"]["credential"], "challenge": challenge })
}

/// The challenge of the newest flow that asked for a device.
fn challenge(gate: &Gate, options: &str) -> String {
    let passed = gate.wire.passed();
    let flows = passed.iter().rev().filter_map(|passed| serde_json::from_slice::<Value>(&passed.answer).ok());
    let mut challenges = flows.filter_map(|flow| flow.pointer(options)?.as_str().map(str::to_owned));
    challenges.next().expect("a challenge")
}

#[test]
fn l4_s4_another_implementation_comes_to_the_same() {
    story(async |gate| {
        let minji = gate.member_reading("en").await;
        let device = minji.has_unlock().await;
        minji.gives_password_at("nuri", MINJI).await;
        minji.is_in(MINJI, "nuri").await;
        minji.opens_devices().await;
        minji.does("register").await;
        minji.comes_to("register_device").await;
        let asked = challenge(gate, "/step/options/challenge");
        minji.does("submit").await;
        minji.comes_to("trusted_devices").await;
        let registration = said(gate, "/actions/submit", &asked);

        // The virtual device fills its passkey in by itself.
        minji.goes_to("/").await;
        minji.is_in(MINJI, "nuri").await;
        let asked = challenge(gate, "/step/passkey/challenge");
        let assertion = said(gate, "/actions/use_passkey", &asked);
        assert_eq!(device.credentials().await.len(), 1);

        let said = json!({ "origin": gate.origin(), "registration": registration, "assertion": assertion });
        let verified = verified(&said);
        assert_eq!(verified, json!({ "registered": true, "asserted": true, "replayed": false, "altered": false }));
    });
}
