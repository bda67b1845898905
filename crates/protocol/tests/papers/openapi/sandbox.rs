//! The sandbox's part of the document. It has no wire types: a login frontend never sees it.

use serde_json::{Map, Value, json};

use super::{component, own_server};

/// What a policy says of second factors.
const TWO_FACTOR: [&str; 2] = ["optional", "required"];

pub(super) fn paths() -> Map<String, Value> {
    let path = |operations: &[(&str, Value)]| {
        let mut path = json!({ "servers": own_server() });
        for (name, operation) in operations {
            path[name] = operation.clone();
        }
        path
    };
    let policies = [("parameters", json!([workspace_id()])), ("get", policy()), ("post", policy_change())];
    Map::from_iter([
        ("/sandbox/world".into(), path(&[("get", world())])),
        ("/sandbox/messages".into(), path(&[("get", messages())])),
        ("/sandbox/clock".into(), path(&[("post", clock())])),
        ("/sandbox/scenarios/{name}".into(), path(&[("post", scenario())])),
        ("/sandbox/workspaces/{id}/policy".into(), path(&policies)),
    ])
}

fn world() -> Value {
    operation(
        "sandboxWorld",
        "Workspaces, accounts, links",
        json!([]),
        &[("200", json_answer("The world.", "SandboxWorld"))],
    )
}

fn messages() -> Value {
    let to = json!([{
        "name": "to",
        "in": "query",
        "description": "Only messages to this address or number, in any spelling.",
        "schema": { "type": "string" },
    }]);
    let messages = json!({
        "description": "The messages, newest first. What an act has caused is here when the act has been answered.",
        "content": { "application/json": {
            "schema": { "type": "array", "items": component("schemas", "SandboxMessage") },
        }},
    });
    operation("sandboxMessages", "What was sent", to, &[("200", messages)])
}

fn clock() -> Value {
    let mut moved = operation(
        "sandboxClock",
        "Move the clock forward",
        json!([]),
        &[
            ("200", json_answer("The clock, moved.", "SandboxNow")),
            ("400", json!({ "description": "`advance_seconds` is no whole number, or too large." })),
        ],
    );
    moved["requestBody"] = json!({
        "required": true,
        "content": { "application/json": { "schema": component("schemas", "SandboxAdvance") } },
    });
    moved
}

fn scenario() -> Value {
    let name = json!([{
        "name": "name",
        "in": "path",
        "required": true,
        "schema": {
            "type": "string",
            "examples": ["nuri_email_entry_off", "nuri_two_factor_required", "suspend_minji_nuri", "revoke_link", "lift_suspensions", "reset"],
        },
    }]);
    let responses = [
        ("204", json!({ "description": "It has happened." })),
        ("404", json!({ "description": "There is no such scenario." })),
    ];
    operation("sandboxScenario", "Let something happen", name, &responses)
}

fn workspace_id() -> Value {
    json!({
        "name": "id",
        "in": "path",
        "required": true,
        "description": "A workspace's `id`.",
        "schema": { "type": "string", "examples": ["nuri"] },
    })
}

fn policy() -> Value {
    let responses = [
        ("200", json_answer("All of it.", "SandboxPolicy")),
        ("404", json!({ "description": "There is no such workspace." })),
    ];
    operation("sandboxPolicy", "A workspace's policy", json!([]), &responses)
}

fn policy_change() -> Value {
    let responses = [
        ("200", json_answer("All of it, as it is now.", "SandboxPolicy")),
        ("404", json!({ "description": "There is no such workspace." })),
        ("422", json!({ "description": "Some of it makes no sense, or is unknown. Nothing is changed." })),
    ];
    let mut change = operation("sandboxPolicyChange", "Change a workspace's policy", json!([]), &responses);
    change["requestBody"] = json!({
        "required": true,
        "description": "What is to be changed; the rest stays.",
        "content": { "application/json": {
            "schema": component("schemas", "SandboxPolicy"),
            "examples": {
                "stricter": { "value": {
                    "password_format": "letters_digits_symbols",
                    "password_min_length": 10,
                    "password_history": 3,
                }},
                "a_second_factor": { "value": { "two_factor": "required", "remember_browser": true } },
            },
        }},
    });
    change
}

fn operation(id: &str, summary: &str, parameters: Value, answers: &[(&str, Value)]) -> Value {
    let mut responses: Map<String, Value> =
        answers.iter().map(|(status, answer)| ((*status).to_owned(), answer.clone())).collect();
    responses.insert("403".into(), json!({ "description": "`Host` or `Origin` is not the sandbox's own." }));
    json!({ "operationId": id, "tags": ["sandbox"], "summary": summary, "parameters": parameters, "responses": responses })
}

fn json_answer(description: &str, schema: &str) -> Value {
    json!({
        "description": description,
        "content": { "application/json": { "schema": component("schemas", schema) } },
    })
}

pub(super) fn schemas() -> [(&'static str, Value); 5] {
    let text = json!({ "type": "string" });
    let texts = json!({ "type": "array", "items": text });
    [
        (
            "SandboxWorld",
            json!({
                "type": "object",
                "required": ["workspaces", "accounts", "links"],
                "properties": {
                    "workspaces": { "type": "array", "items": {
                        "type": "object",
                        "required": ["id", "name"],
                        "properties": {
                            "id": text,
                            "name": text,
                            "organisation_id": text,
                            "phone_entry": { "type": "boolean", "description": "As the policy says now." },
                            "device_unlock": { "type": "boolean", "description": "As the policy says now." },
                            "two_factor": { "type": "string", "enum": TWO_FACTOR, "description": "As the policy says now." },
                        },
                    }},
                    "accounts": {
                        "description": "An address that has another password elsewhere is listed once for each.",
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["email", "name", "locale", "password", "workspaces", "state"],
                            "properties": {
                                "email": text,
                                "phone": { "type": "string", "description": "A number to sign in with, and for nothing else." },
                                "id": { "type": "string", "description": "A registered ID to sign in with." },
                                "personal_email": { "type": "string", "description": "The profile's, to find the ID by, and for second factors." },
                                "mobile": { "type": "string", "description": "The profile's number, to find the ID by, and for second factors." },
                                "two_factor": { "type": "boolean", "description": "Whether the member has the second factor turned on now." },
                                "recovery_key": { "type": "string", "description": "A super administrator's, as it was in the beginning." },
                                "name": text,
                                "locale": { "type": "string", "description": "BCP 47 tag." },
                                "password": { "type": "string", "description": "As it was in the beginning; empty where there was none." },
                                "workspaces": { "type": "array", "items": text, "description": "IDs of workspaces." },
                                "state": {
                                    "type": "string",
                                    "description": "`invited`: registered, not joined yet. `no_password`: joined without ID and password.",
                                    "examples": ["active", "suspended", "invited", "no_password"],
                                },
                            },
                        },
                    },
                    "links": {
                        "type": "object",
                        "description": "URLs to try, by name.",
                        "additionalProperties": { "type": "string", "format": "uri" },
                    },
                    "scenarios": { "description": "Names of the scenarios there are.", "type": "array", "items": texts["items"] },
                },
            }),
        ),
        ("SandboxPolicy", policy_schema()),
        (
            "SandboxMessage",
            json!({
                "type": "object",
                "required": ["to", "channel", "subject", "text", "at"],
                "properties": {
                    "to": { "type": "string", "description": "An address, or a number as `+` and digits." },
                    "channel": { "type": "string", "examples": ["email", "sms", "notification"] },
                    "subject": { "type": "string", "description": "Empty for a message to a phone." },
                    "text": text,
                    "code": { "type": "string", "description": "The code in the text, if there is one." },
                    "link": { "type": "string", "format": "uri", "description": "The link in the text, if there is one." },
                    "at": component("schemas", "Timestamp"),
                },
            }),
        ),
        (
            "SandboxAdvance",
            json!({
                "type": "object",
                "required": ["advance_seconds"],
                "properties": { "advance_seconds": { "type": "integer", "minimum": 0 } },
            }),
        ),
        (
            "SandboxNow",
            json!({
                "type": "object",
                "required": ["now"],
                "properties": { "now": component("schemas", "Timestamp") },
            }),
        ),
    ]
}

/// As it is read; a change has any of it.
fn policy_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "password_format": { "type": "string", "enum": ["letters_digits", "letters_digits_symbols"] },
            "password_min_length": { "type": "integer", "minimum": 8, "maximum": 20 },
            "password_max_age_days": { "enum": [null, 30, 60, 90, 180, 365], "description": "Null: passwords do not age." },
            "password_history": { "type": "integer", "minimum": 0, "maximum": 5 },
            "attempt_limit": {
                "type": ["integer", "null"],
                "minimum": 1,
                "description": "The wrong password that suspends the account; null: none.",
            },
            "reveal_tries": { "type": "boolean" },
            "email_entry": { "type": "boolean" },
            "organisation_entry": { "type": "boolean" },
            "phone_entry": {
                "type": "boolean",
                "description": "Whether members may sign in by a linked number. Everybody who has joined is told by mail when it comes to be allowed.",
            },
            "device_unlock": {
                "type": "boolean",
                "description": "Whether members may sign in by unlocking a registered device. Everybody who has joined is told by mail when it comes to be allowed.",
            },
            "device_approval": { "type": "boolean", "description": "Whether a new device waits for somebody who lets it in." },
            "quick_login": { "type": "boolean", "description": "Whether members can sign in by the PIN or the biometrics of the mobile app." },
            "quick_login_two_factors": { "type": "boolean", "description": "Whether that device with its PIN, or its unlock, counts as two factors." },
            "denied_providers": { "type": "array", "items": { "type": "string" }, "description": "External providers that members may not sign in by; when one comes to be allowed, everybody who has joined is told by mail." },
            "two_factor": {
                "type": "string",
                "enum": TWO_FACTOR,
                "description": "Of whom a second factor is asked: of everybody, or of members who have turned it on.",
            },
            "remember_browser": { "type": "boolean", "description": "Whether a browser may be remembered after a second factor." },
            "managed_profiles": {
                "type": "boolean",
                "description": "Whether personal email and mobile number are the organisation's to save.",
            },
            "capacity": { "type": ["integer", "null"], "minimum": 0, "description": "Members at most, registered ones included; null: any number." },
        },
    })
}
