//! A push service on this machine, since no real one can be reached: it verifies who a message is from and decrypts it as the
//! browser would, by another implementation than the sender's (`push_service.js`).

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

/// Seconds in which a message comes, if one comes.
const PATIENCE: u64 = 20;

pub struct PushService {
    node: Child,
    lines: Arc<Mutex<Receiver<Value>>>,
    /// `PushSubscription.toJSON()`.
    pub subscription: Value,
}

impl PushService {
    pub async fn open() -> Self {
        let mut node = Command::new("node")
            .args(["-e", include_str!("push_service.js")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node.js is there");
        let said = BufReader::new(node.stdout.take().expect("its output"));
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                if tell.send(serde_json::from_str(&line).expect("JSON")).is_err() {
                    return;
                }
            }
        });
        let mut service = Self { node, lines: Arc::new(Mutex::new(lines)), subscription: Value::Null };
        service.subscription = service.next().await;
        service
    }

    /// The next message: `{key, topic, message}`.
    pub async fn next(&self) -> Value {
        let lines = Arc::clone(&self.lines);
        let heard = tokio::task::spawn_blocking(move || {
            lines.lock().expect("the lines").recv_timeout(Duration::from_secs(PATIENCE)).expect("a message")
        });
        let heard = heard.await.expect("it is listened to");
        assert!(heard["error"].is_null(), "{heard}");
        heard
    }

    /// Whether nothing has come so far: what it is told now is the next that it says.
    pub async fn is_quiet(&self) -> bool {
        let mut input = self.node.stdin.as_ref().expect("its input");
        input.write_all(b"quiet\n").expect("it listens");
        self.next().await["heard"] == "quiet"
    }
}

impl Drop for PushService {
    fn drop(&mut self) {
        // It ends by itself with its input; this one was told to already if that went wrong.
        let _ = self.node.kill();
        let _ = self.node.wait();
    }
}
