//! The screens of quick login, through languages, themes and widths, with axe-core on each and by keyboard alone (FEATURES X3, X4). They
//! are fed the protocol's own examples, by a device that has the key.

use serde_json::json;

use crate::harness::{Requests, Tampering, golden, story};
use crate::matrix_of_joining::is_seen_everywhere;
use crate::quick_login::APP;

const SETTINGS: &str = "/security";

/// Makes a key of this name.
const MAKE_KEY: &str = "daemun.signs('set_pin', arguments[0], 'x').then(arguments[1])";

/// X3, X4, L7: the PIN, a wrong one, and the device's own unlock beside it.
#[test]
fn l7_matrix_quick_login() {
    story(async |gate| {
        let member = gate.member().await;
        member.runs_before_each_page(APP).await;
        let mut flow = golden("flow-quick_login-biometrics");
        member.stands_at(SETTINGS, &golden("flow-set_pin")).await;
        member.runs_until_done(MAKE_KEY, vec![flow["step"]["key"].clone()]).await;
        flow["account"]["name"] = json!("Wolfeschlegelsteinhausenbergerdorff");
        member.stands_at("/continue", &flow).await;
        is_seen_everywhere(&member, "quick_login-biometrics").await;
        member.stands_at("/continue", &golden("flow-quick_login")).await;
        let wrong = golden("problem-code_wrong-pin").to_string();
        gate.wire.tamper(Requests::posts("/actions/submit"), Tampering::answer(422, "application/problem+json", wrong));
        member.fills("pin", "200001").await;
        member.does("submit").await;
        member.is_told("code_wrong").await;
        is_seen_everywhere(&member, "quick_login-wrong").await;
    });
}

/// X3, X4, L7: every try was used up.
#[test]
fn l7_matrix_quick_login_revoked() {
    story(async |gate| {
        let member = gate.member().await;
        member.stands_at("/continue", &golden("flow-password-quick_login_revoked")).await;
        is_seen_everywhere(&member, "password-quick_login_revoked").await;
    });
}

/// X3, X4, S7: set for the first time, changed, and entered once; with something wrong at the second field.
#[test]
fn s7_matrix_set_pin() {
    story(async |gate| {
        let member = gate.member().await;
        member.runs_before_each_page(APP).await;
        member.stands_at(SETTINGS, &golden("flow-set_pin-once")).await;
        is_seen_everywhere(&member, "set_pin-once").await;
        member.stands_at(SETTINGS, &golden("flow-set_pin")).await;
        let refused = golden("problem-input_invalid-pin_mismatch");
        let answer = Tampering::answer(422, "application/problem+json", refused.to_string());
        gate.wire.tamper(Requests::posts("/actions/submit"), answer);
        member.fills("pin", "135791").await;
        member.fills("pin_again", "135792").await;
        member.does("submit").await;
        member.is_told("input_invalid").await;
        is_seen_everywhere(&member, "set_pin-mismatch").await;
    });
}

/// X3, X4, S7: the settings, where it is on, and where it is for the app.
#[test]
fn s7_matrix_settings() {
    story(async |gate| {
        let member = gate.member().await;
        for name in ["quick_login", "quick_login_on", "biometrics_on", "app_only"] {
            member.stands_at(SETTINGS, &golden(&format!("flow-security-{name}"))).await;
            is_seen_everywhere(&member, &format!("security-{name}")).await;
        }
    });
}
