//! A crash loses no committed change: the real program is killed, and the file is opened again.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::visitor::{House, Visitor, fresh_key};

/// The program as a process of its own; dropping it kills it.
struct Program {
    _child: tokio::process::Child,
    origin: String,
}

impl Program {
    async fn start(database: &Path) -> Self {
        let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_daemun-backend"))
            .args(["--sandbox", "--quiet", "--listen", "127.0.0.1:0", "--database"])
            .arg(database)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let greeting = lines.next_line().await.unwrap().expect("a greeting");
        let origin = greeting.strip_prefix("Daemun is at ").and_then(|rest| rest.strip_suffix('/')).unwrap().to_owned();
        Self { _child: child, origin }
    }

    /// SIGKILL: nothing is tidied up.
    async fn kill(mut self) {
        self._child.kill().await.unwrap();
    }
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("daemun.db");
    let program = Program::start(&database).await;
    let mut minji = Visitor::at(&program.origin);
    minji.ask_code("minji@daemun.test").await.at("code");
    program.kill().await;

    // The code's mail is still delivered.
    let program = Program::start(&database).await;
    minji.origin = program.origin.clone();
    minji.read().await.at("code");
    let mails = minji.send("GET", "/sandbox/messages?to=minji@daemun.test", &[], b"").await.json();
    let code = mails[0]["code"].as_str().unwrap().to_owned();
    let wrong = format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000);
    let refused = minji.submit(json!({"code": wrong})).await.problem(422, "code_wrong");
    assert_eq!(refused.json()["tries_left"], 4);
    program.kill().await;

    // The burned try is burned, and the code still right.
    let program = Program::start(&database).await;
    minji.origin = program.origin.clone();
    assert_eq!(minji.submit(json!({"code": wrong})).await.problem(422, "code_wrong").json()["tries_left"], 3);
    minji.submit(json!({"code": code})).await.at("choose_workspace");
    minji.act("choose", json!({"workspace": "nuri"})).await.at("password");
    minji.submit(json!({"password": "nuri-Minji-2024!"})).await;
    program.kill().await;

    let program = Program::start(&database).await;
    minji.origin = program.origin.clone();
    assert_eq!(minji.read().await.json()["status"], "complete");
    assert_eq!(minji.send("GET", "/home", &[], b"").await.status, 200);
}

#[tokio::test]
async fn the_sandboxs_clock_stays_moved() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("daemun.db");
    let program = Program::start(&database).await;
    let mut visitor = Visitor::at(&program.origin);
    let json = [("Content-Type", "application/json")];
    let moved = visitor.send("POST", "/sandbox/clock", &json, br#"{"advance_seconds": 86400}"#).await.json();
    program.kill().await;
    let program = Program::start(&database).await;
    visitor.origin = program.origin.clone();
    let now = visitor.send("GET", "/sandbox/clock", &[], b"").await.json();
    assert!(now["now"].as_u64() >= moved["now"].as_u64(), "{now} {moved}");
}

#[tokio::test]
async fn what_is_stored_holds_no_code_no_password_and_no_token() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    minji.submit(json!({"identifier": "minji@daemun.test"})).await;
    let code = house.newest_code("minji@daemun.test").await;
    minji.submit(json!({"code": code})).await;
    minji.act("choose", json!({"workspace": "nuri"})).await;
    let body = minji.act_body(json!({"password": "nuri-Minji-2024!"})).to_string();
    minji.submit(json!({"password": "nuri-Minji-2024!"})).await;
    let tokens: Vec<String> = minji.cookies.iter().map(|(_, value)| value.clone()).collect();
    assert_eq!(tokens.len(), 2);
    let directory = house.stop().await;
    let connection = rusqlite::Connection::open(directory.path().join("daemun.db")).unwrap();
    // The sandbox keeps its mails for people to read; nothing else may hold the code.
    connection
        .execute_batch("PRAGMA secure_delete = ON; DELETE FROM inbox; PRAGMA wal_checkpoint(TRUNCATE); VACUUM;")
        .unwrap();
    drop(connection);
    let stored = std::fs::read(directory.path().join("daemun.db")).unwrap();
    let holds = |secret: &str| stored.windows(secret.len()).any(|window| window == secret.as_bytes());
    assert!(holds("minji@daemun.test"), "the file is read rightly");
    for secret in tokens.iter().map(String::as_str).chain(["nuri-Minji-2024!", code.as_str()]) {
        assert!(!holds(secret), "{secret}");
    }
    // A plain digest of a body whose every part but the password is known is the password to whoever guesses.
    let digest: [u8; 32] = Sha256::digest(body.as_bytes()).into();
    assert!(!stored.windows(32).any(|window| window == digest), "a plain digest of the password's request");
}

/// R1, E4: nothing that opens anything is in the file once it was sent.
#[tokio::test]
async fn what_is_stored_of_links_and_new_passwords_opens_nothing() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({"organisation": "nuri"})).await;
    minji.act("forgot", json!({})).await;
    minji.submit(json!({"name": "김민지", "email": "minji@daemun.test"})).await.notice("reset_requested");
    let reset = house.newest_link("minji@daemun.test").await;
    minji.open_link(&reset).await.at("new_password");
    minji.submit(json!({"password": "reset password 1"})).await.at("password");
    let join = house.link("join").await;
    let mut sora = house.visitor();
    sora.open_link(&join).await.at("invitation");
    sora.act("accept", json!({})).await;
    let form = json!({"name": "한소라", "email": "sora@daemun.test", "password": "joining password 2", "terms": ["service", "privacy"]});
    sora.submit(form).await.at("code");
    house.newest_code("sora@daemun.test").await;
    let logged = house.server.log_lines().join("\n");
    let directory = house.stop().await;
    let connection = rusqlite::Connection::open(directory.path().join("daemun.db")).unwrap();
    let waiting: i64 = connection.query_row("SELECT count(*) FROM outbox", [], |row| row.get(0)).unwrap();
    assert_eq!(waiting, 0);
    connection
        .execute_batch("PRAGMA secure_delete = ON; DELETE FROM inbox; PRAGMA wal_checkpoint(TRUNCATE); VACUUM;")
        .unwrap();
    drop(connection);
    let stored = std::fs::read(directory.path().join("daemun.db")).unwrap();
    let holds = |secret: &str| stored.windows(secret.len()).any(|window| window == secret.as_bytes());
    assert!(holds("sora@daemun.test"), "the file is read rightly");
    let token = |link: &str| link.split_once('#').unwrap().1.to_owned();
    for secret in [token(&reset), token(&join), "reset password 1".into(), "joining password 2".into()] {
        assert!(!holds(&secret), "{secret}");
        assert!(!logged.contains(&secret), "{secret}");
    }
}

#[tokio::test]
async fn what_another_version_wrote_is_unknown_and_no_fault() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.begin(json!({})).await;
    let (path, key, body) = (minji.act_path("submit"), fresh_key(), minji.act_body(json!({"identifier": "nobody"})));
    minji.post(&path, &key, &body).await.problem(422, "input_invalid");
    let connection = rusqlite::Connection::open(house.directory.path().join("daemun.db")).unwrap();
    connection.execute("UPDATE answer SET state = '{\"forgiven\":1}'", []).unwrap();
    minji.post(&path, &key, &body).await.problem(422, "input_invalid");
    connection.execute("UPDATE flow SET state = '{\"stage\":\"passkey\"}'", []).unwrap();
    minji.read().await.problem(404, "flow_unknown");
    minji.act("submit", json!({})).await.problem(404, "flow_unknown");
    assert_eq!(minji.send("POST", "/home/sign-out", &[], b"").await.status, 303);
    let lines = house.server.log_lines();
    assert!(lines.iter().any(|line| line.starts_with("store: a flow cannot be read")), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("store: an answer cannot be read")), "{lines:?}");
}

fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let directory = tempfile::tempdir().unwrap();
    let child: Child = Command::new(env!("CARGO_BIN_EXE_daemun-backend"))
        .args(arguments)
        .current_dir(directory.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn what_cannot_be_started_says_why() {
    for (arguments, code, reason) in [
        (&["--sandbox", "--listen", "0.0.0.0:0"][..], 1, "not a loopback address"),
        (&["--sandbox", "--listen", "[::]:0"], 1, "not a loopback address"),
        (&["--sandbox", "--listen", "127.0.0.1:0", "--origin", "https://login.example"], 1, "not an origin on it"),
        (&["--listen", "127.0.0.1:0"], 1, "mail server"),
        (&["--smtp", "smtp://localhost"], 2, "--mail-from"),
        (&["--smtp", "smtp://localhost", "--mail-from", "a@b.example"], 1, "own origin"),
        (&["--smtp", "http://x", "--mail-from", "a@b.example", "--origin", "https://l.example"], 1, "SMTP URL"),
        (&["--smtp", "smtp://x", "--mail-from", "nobody", "--origin", "https://l.example"], 1, "not a sender"),
        (&["--sandbox", "--listen", "127.0.0.1:0", "--origin", "http://localhost/"], 1, "is not an origin"),
        (&["--sandbox", "--listen", "127.0.0.1:0", "--return-origin", "*"], 1, "is not an origin"),
        (&["--sandbox", "--listen", "127.0.0.1:0", "--app", "nowhere"], 1, "nowhere"),
        (&["--sandbox", "--listen", "127.0.0.1:0", "--database", "no/such/directory/d.db"], 1, "database"),
        (&["--sandbox", "--terms", "service"], 2, "--terms"),
        (&["--sandbox", "--terms", "fly=https://a.example/"], 2, "--terms"),
        (&["--sandbox", "--listen", "127.0.0.1:0", "--terms", "service=javascript:alert(1)"], 1, "not a link"),
        (&["--sandbox", "--app-link", "vms=https://a.example/"], 2, "--app-link"),
        (
            &["--sandbox", "--listen", "127.0.0.1:0", "--app-link", "ios=https://a.example/ javascript:x"],
            1,
            "not a link",
        ),
        (&["--fly"], 2, "--fly"),
        (&["--listen", "here"], 2, "here"),
    ] {
        let (exit, said) = run(arguments);
        assert_eq!(exit, Some(code), "{arguments:?}: {said}");
        assert!(said.contains(reason), "{arguments:?}: {said}");
    }
}
