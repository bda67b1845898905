//! `docs/openapi.json`: OpenAPI 3.1, with schemas made from the types and examples made from the golden messages.

use daemun_protocol::{
    Act, ActionName, Begin, DEFAULT_API, Discovery, Flow, HostSession, IDEMPOTENCY_HEADER, Problem, Redeemed,
    Redemption, StepKind, VERSION, VERSION_HEADER,
};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::goldens::{self, Golden, Host, Wire};
use crate::paper;
use crate::refusals::{self, Request};

mod sandbox;

#[test]
fn openapi_json_says_what_the_types_say() {
    let text = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    paper::hold([(paper::path("../../docs/openapi.json"), text)]);
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn collect_references(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            references.extend(object.get("$ref").and_then(Value::as_str).map(Into::into));
            object.values().for_each(|value| collect_references(value, references));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, references)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn document() -> Value {
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Daemun",
            "version": VERSION,
            "summary": "What a login frontend and its backend say to each other.",
            "description": "Explained in PROTOCOL.md, beside this file. Both are made from the types in crates/protocol.\n\n\
                A reader ignores members that it does not know. Codes, kinds, reasons, step types and statuses are open sets: \
                a schema names those of this version as examples, or lists them, and a reader shows something general for others.\n\n\
                Every request may carry `Origin` and `Sec-Fetch-Site`, which browsers write by themselves; where they are there, \
                they must say that the request comes from the deployment's own origin.",
        },
        "servers": [server("{origin}{api}", json!({ "origin": origin(), "api": {
            "default": DEFAULT_API,
            "description": "The API base that discovery names.",
        }}))],
        "tags": [
            { "name": "discovery", "description": "What a deployment can do." },
            { "name": "flows", "description": "Begin, read, act, cancel. All answers have one shape: the flow." },
            { "name": "handoff", "description": "A native host's own session: EMBEDDING.md, beside this file." },
            {
                "name": "sandbox",
                "description": "A test profile for development and QA. A deployment for members does not have it. It listens on a \
                    loopback address alone, and checks `Host` and `Origin`.",
            },
        ],
        "paths": {
            "/.well-known/daemun": { "servers": own_server(), "get": discover() },
            "/flows": { "post": begin() },
            "/flows/{id}": { "parameters": [component("parameters", "FlowId")], "get": read(), "delete": cancel() },
            "/flows/{id}/actions/{name}": { "parameters": [component("parameters", "FlowId")], "post": act() },
            "/handoffs": { "post": redeem() },
            "/session": { "get": session(), "delete": sign_out() },
        },
        "components": {
            "schemas": schemas(),
            "parameters": parameters(),
            "headers": headers(),
            "securitySchemes": security_schemes(),
            "examples": examples(),
        },
    });
    if let Some(paths) = document["paths"].as_object_mut() {
        paths.extend(sandbox::paths());
    }
    document
}

fn server(url: &str, variables: Value) -> Value {
    json!({ "url": url, "variables": variables })
}

fn own_server() -> Value {
    json!([server("{origin}", json!({ "origin": origin() }))])
}

fn origin() -> Value {
    json!({ "default": "http://localhost:8080", "description": "The deployment's own origin (RFC 6454 §6.2)." })
}

fn component(of: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{of}/{name}") })
}

// --- Operations -----------------------------------------------------------------------------------------------------

fn discover() -> Value {
    let (discoveries, schema) =
        (examples_of(|wire| matches!(wire, Wire::Discovery(_))), component("schemas", "Discovery"));
    json!({
        "operationId": "discover",
        "tags": ["discovery"],
        "summary": "What the deployment can do",
        "parameters": [component("parameters", "IfNoneMatch")],
        "responses": {
            "200": {
                "description": "The deployment's description. It may be kept and asked for again with its ETag.",
                "headers": { "ETag": component("headers", "ETag") },
                "content": { "application/json": { "schema": schema, "examples": discoveries } },
            },
            "304": not_modified(),
        },
    })
}

fn begin() -> Value {
    let is_first = |golden: &Golden| match &golden.wire {
        Wire::Flow(flow) => flow.rev == 1,
        Wire::Discovery(_) | Wire::Host(_) | Wire::Begin(_) | Wire::Act(..) | Wire::Problem(_) => false,
    };
    let mut created = flow_answer("The new flow.", is_first);
    created["headers"] = json!({
        "Location": component("headers", "Location"),
        "Set-Cookie": component("headers", "BrowserCookie"),
    });
    json!({
        "operationId": "begin",
        "tags": ["flows"],
        "summary": "Begin a flow",
        "description": "The flow belongs to the browser that begins it. A browser without a cookie gets one.",
        "security": [{}, { "browser": [] }, { "browser": [], "session": [] }],
        "parameters": post_parameters(),
        "requestBody": body("Begin", |wire| matches!(wire, Wire::Begin(_))),
        "responses": responses(Request::Begin, &[("201", created)]),
    })
}

fn read() -> Value {
    let headers = json!({
        "ETag": component("headers", "ETag"),
        "Preference-Applied": component("headers", "PreferenceApplied"),
    });
    let (mut flow, mut unchanged) = (flow_answer("The flow as it is now.", is_flow), not_modified());
    flow["headers"] = headers.clone();
    unchanged["headers"] = headers;
    json!({
        "operationId": "read",
        "tags": ["flows"],
        "summary": "Read a flow",
        "description": "Also after it is complete: the answer is the same. Polling is this request, repeated.",
        "security": [{ "browser": [] }],
        "parameters": [
            component("parameters", "DaemunVersion"),
            component("parameters", "IfNoneMatch"),
            component("parameters", "Prefer"),
        ],
        "responses": responses(Request::Read, &[("200", flow), ("304", unchanged)]),
    })
}

fn act() -> Value {
    let names: Vec<&str> = ActionName::ALL.iter().map(|name| name.as_str()).collect();
    let mut flow = flow_answer("The flow after the act.", is_flow);
    flow["headers"] = json!({ "Set-Cookie": component("headers", "SessionCookie") });
    json!({
        "operationId": "act",
        "tags": ["flows"],
        "summary": "Do what the step offers",
        "security": [{ "browser": [] }, { "browser": [], "session": [] }],
        "parameters": [
            {
                "name": "name",
                "in": "path",
                "required": true,
                "description": "One of the names in the flow's `actions`.",
                "schema": { "type": "string", "examples": names },
            },
            component("parameters", "DaemunVersion"),
            component("parameters", "IdempotencyKey"),
        ],
        "requestBody": body("Act", |wire| matches!(wire, Wire::Act(..))),
        "responses": responses(Request::Act, &[("200", flow)]),
    })
}

fn cancel() -> Value {
    json!({
        "operationId": "cancel",
        "tags": ["flows"],
        "summary": "Give a flow up",
        "description": "It ends as `cancelled`, or as `left` if a security link began it. One that is complete or has ended stays as it is. \
            A page that goes may send this on its way out and wait for nothing.",
        "security": [{ "browser": [] }],
        "parameters": [component("parameters", "DaemunVersion")],
        "responses": responses(Request::Cancel, &[("204", json!({ "description": "The flow is over." }))]),
    })
}

fn redeem() -> Value {
    json!({
        "operationId": "redeem",
        "tags": ["handoff"],
        "summary": "Take over what was signed in to in a webview",
        "description": "By the native host itself: it sends no cookie and no `Origin`, and no `Idempotency-Key`. A code that comes a second \
            time ends the session that it made.",
        "security": [],
        "parameters": [component("parameters", "DaemunVersion")],
        "requestBody": body("Redemption", |wire| matches!(wire, Wire::Host(Host::Redemption(_)))),
        "responses": responses(Request::Redeem, &[(
            "200",
            host_answer("The host's own session.", "Redeemed", |wire| matches!(wire, Wire::Host(Host::Redeemed(_)))),
        )]),
    })
}

fn session() -> Value {
    json!({
        "operationId": "session",
        "tags": ["handoff"],
        "summary": "Whose session a token is",
        "security": [{ "host": [] }],
        "parameters": [component("parameters", "DaemunVersion")],
        "responses": responses(Request::Session, &[(
            "200",
            host_answer("Who is signed in, and where.", "HostSession", |wire| matches!(wire, Wire::Host(Host::Session(_)))),
        )]),
    })
}

fn sign_out() -> Value {
    json!({
        "operationId": "signOut",
        "tags": ["handoff"],
        "summary": "Sign the host out",
        "security": [{ "host": [] }],
        "parameters": [component("parameters", "DaemunVersion")],
        "responses": responses(Request::Session, &[("204", json!({ "description": "The session is over." }))]),
    })
}

fn host_answer(description: &str, schema: &str, is_example: fn(&Wire) -> bool) -> Value {
    let content = json!({ "schema": component("schemas", schema), "examples": examples_of(is_example) });
    json!({ "description": description, "content": { "application/json": content } })
}

fn post_parameters() -> Value {
    json!([component("parameters", "DaemunVersion"), component("parameters", "IdempotencyKey")])
}

fn is_flow(golden: &Golden) -> bool {
    matches!(golden.wire, Wire::Flow(_))
}

fn body(schema: &str, is_example: fn(&Wire) -> bool) -> Value {
    json!({
        "required": true,
        "description": "At most 16 KiB are sure to be read.",
        "content": { "application/json": { "schema": component("schemas", schema), "examples": examples_of(is_example) } },
    })
}

fn flow_answer(description: &str, is_example: impl Fn(&Golden) -> bool) -> Value {
    let examples = example_references(goldens::all().iter().filter(|golden| is_example(golden)));
    json!({
        "description": description,
        "content": { "application/json": { "schema": component("schemas", "Flow"), "examples": examples } },
    })
}

fn not_modified() -> Value {
    json!({
        "description": "What `If-None-Match` names is still so.",
        "headers": { "ETag": component("headers", "ETag") },
    })
}

/// The good answers, then every problem by its status.
fn responses(request: Request, good: &[(&str, Value)]) -> Value {
    let mut responses: Map<String, Value> =
        good.iter().map(|(status, response)| ((*status).to_owned(), response.clone())).collect();
    let refusals = refusals::all();
    let mut statuses: Vec<u16> = refusals
        .iter()
        .flat_map(|refusal| refusal.told)
        // A path of this document has the methods that it has.
        .filter(|(status, requests)| *status != 405 && requests.contains(&request))
        .map(|(status, _)| *status)
        .collect();
    statuses.sort_unstable();
    statuses.dedup();
    for status in statuses {
        let told = refusals.iter().filter(|refusal| {
            refusal.told.iter().any(|(other, requests)| *other == status && requests.contains(&request))
        });
        let codes: Vec<String> = told.map(|refusal| refusal.code.as_str().to_owned()).collect();
        let named: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
        let goldens = goldens::all();
        let examples = example_references(goldens.iter().filter(|golden| match &golden.wire {
            Wire::Problem(problem) => {
                problem.status == status && codes.iter().any(|code| code == problem.code.as_str())
            }
            Wire::Discovery(_) | Wire::Host(_) | Wire::Begin(_) | Wire::Act(..) | Wire::Flow(_) => false,
        }));
        let mut content = json!({ "schema": component("schemas", "Problem") });
        if examples.as_object().is_some_and(|examples| !examples.is_empty()) {
            content["examples"] = examples;
        }
        let mut response = json!({ "description": named.join(", ") });
        if matches!(status, 403 | 429 | 503) {
            response["headers"] = json!({ "Retry-After": component("headers", "RetryAfter") });
        }
        response["content"] = json!({ "application/problem+json": content });
        responses.insert(status.to_string(), response);
    }
    Value::Object(responses)
}

// --- Components -----------------------------------------------------------------------------------------------------

/// What a backend writes is described as it is written, what it reads as it is read.
fn schemas() -> Value {
    let settings = || {
        SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        })
    };
    let mut written = settings().for_serialize().into_generator();
    needs::<Discovery>(&mut written);
    needs::<Flow>(&mut written);
    needs::<Problem>(&mut written);
    needs::<Redeemed>(&mut written);
    needs::<HostSession>(&mut written);
    let mut read = settings().for_deserialize().into_generator();
    needs::<Begin>(&mut read);
    needs::<Act>(&mut read);
    needs::<Redemption>(&mut read);
    let mut schemas = written.take_definitions(true);
    for (name, schema) in read.take_definitions(true) {
        if let Some(other) = schemas.insert(name.clone(), schema.clone()) {
            assert_eq!(other, schema, "{name} is read otherwise than it is written");
        }
    }
    schemas.extend(sandbox::schemas().map(|(name, schema)| (name.to_owned(), schema)));
    schemas.sort_keys();
    Value::Object(schemas)
}

fn needs<T: JsonSchema>(generator: &mut SchemaGenerator) {
    generator.subschema_for::<T>();
}

fn parameters() -> Value {
    json!({
        "FlowId": {
            "name": "id",
            "in": "path",
            "required": true,
            "description": "The flow's `id`. It opens nothing without the browser's cookie.",
            "schema": { "type": "string" },
        },
        "DaemunVersion": {
            "name": VERSION_HEADER,
            "in": "header",
            "required": true,
            "description": "The protocol's version. It also makes each request one that a foreign page cannot send without CORS (Fetch §4.8).",
            "schema": { "type": "string", "const": VERSION },
        },
        "IdempotencyKey": {
            "name": IDEMPOTENCY_HEADER,
            "in": "header",
            "required": true,
            "description": "Names one act of a person. The same request again gets the first answer again, cookies included; only what is \
                shown once (the key of an authenticator, recovery codes) is not kept for it, and the flow is shown as it is then. \
                With another body: `key_reused`.",
            "schema": { "type": "string", "pattern": "^[!-~]{8,128}$" },
        },
        "IfNoneMatch": {
            "name": "If-None-Match",
            "in": "header",
            "description": "The ETag of what the asker has (RFC 9110 §13.1.2).",
            "schema": { "type": "string" },
        },
        "Prefer": {
            "name": "Prefer",
            "in": "header",
            "description": "`wait=25` asks to hold the answer to a read whose `If-None-Match` still fits until it no longer \
                does, for so many seconds at most (RFC 7240 §4.3). Where discovery does not say `long_polling` it is ignored.",
            "schema": { "type": "string", "examples": ["wait=25"] },
        },
    })
}

fn headers() -> Value {
    json!({
        "Location": {
            "description": "The flow's address (RFC 9110 §10.2.2).",
            "required": true,
            "schema": { "type": "string", "format": "uri-reference" },
        },
        "ETag": {
            "description": "Changes when what the member would see changes, and not because time goes by. It may be weak (RFC 9110 §8.8.3).",
            "schema": { "type": "string" },
        },
        "PreferenceApplied": {
            "description": "Where the answer was held: for how many seconds at most (RFC 7240 §3).",
            "schema": { "type": "string", "examples": ["wait=25"] },
        },
        "RetryAfter": {
            "description": "Seconds; equals `retry_after` of the problem, and is there with it (RFC 9110 §10.2.3).",
            "schema": { "type": "integer", "minimum": 0 },
        },
        "BrowserCookie": {
            "description": "Where the request had none: the browser's secret. Secure, HttpOnly, SameSite=Lax, Path=/.",
            "schema": { "type": "string", "examples": ["__Host-daemun_browser=…; Max-Age=34560000; Path=/; Secure; HttpOnly; SameSite=Lax"] },
        },
        "SessionCookie": {
            "description": "Where the flow is complete, unless a security link began it: the new session's id. Secure, HttpOnly, SameSite=Lax, Path=/.",
            "schema": { "type": "string", "examples": ["__Host-daemun_session=…; Path=/; Secure; HttpOnly; SameSite=Lax"] },
        },
    })
}

fn security_schemes() -> Value {
    let cookie = |name: &str, description: &str| json!({ "type": "apiKey", "in": "cookie", "name": name, "description": description });
    json!({
        "browser": cookie(
            "__Host-daemun_browser",
            "The browser that began the flow; in one that is remembered no second factor is asked for. The cookie's name is the \
                backend's own affair: the app neither names nor reads it.",
        ),
        "host": { "type": "http", "scheme": "bearer", "description": "The token that a native host has redeemed (RFC 6750 §2.1)." },
        "session": cookie(
            "__Host-daemun_session",
            "A session with a verified address begins at the choice of workspaces. Its id changes at sign-in.",
        ),
    })
}

fn examples() -> Value {
    let golden = |golden: &Golden| {
        let value: Value = serde_json::from_str(&golden.wire.json()).unwrap();
        (golden.name.clone(), json!({ "value": value }))
    };
    Value::Object(goldens::all().iter().map(golden).collect())
}

fn examples_of(is_example: fn(&Wire) -> bool) -> Value {
    example_references(goldens::all().iter().filter(|golden| is_example(&golden.wire)))
}

fn example_references<'a>(goldens: impl Iterator<Item = &'a Golden>) -> Value {
    Value::Object(goldens.map(|golden| (golden.name.clone(), component("examples", &golden.name))).collect())
}

#[test]
fn every_step_has_a_schema() {
    let schemas = schemas();
    for kind in StepKind::ALL {
        let type_is = |variant: &Value| variant.pointer("/properties/type/const") == Some(&json!(kind.as_str()));
        let variants = schemas.pointer("/StepState/oneOf").and_then(Value::as_array).unwrap();
        assert!(variants.iter().any(type_is), "{} has no schema", kind.as_str());
    }
}
