//! A real OpenID provider (`open_id_provider.js`): another implementation than whoever signs in by it.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use daemun_backend::{Config, ProviderConfig};
use daemun_protocol::Secret;
use serde_json::Value;

use super::gate::Gate;

pub struct OpenIdProvider {
    node: Mutex<Child>,
    said: Mutex<BufReader<ChildStdout>>,
    pub issuer: String,
}

impl OpenIdProvider {
    /// Where it is, is known before the gate is there; see [`OpenIdProvider::takes`].
    pub fn open() -> Self {
        let folder = env::var_os("DAEMUN_OIDC_PROVIDER").expect(
            "DAEMUN_OIDC_PROVIDER must name the folder of oidc-provider: `cargo xtask test` sets it up and says where it is",
        );
        let mut node = Command::new("node")
            .args(["-e", include_str!("open_id_provider.js")])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Node.js is there");
        let said = Mutex::new(BufReader::new(node.stdout.take().expect("its output")));
        let mut provider = Self { node: Mutex::new(node), said, issuer: String::new() };
        provider.issuer = provider.next()["issuer"].as_str().expect("where it is").into();
        provider
    }

    /// How a gate knows it.
    pub fn configured(&self) -> impl FnOnce(Config) -> Config + use<> {
        let provider = ProviderConfig::open_id("acme", "Acme", &self.issuer)
            .registered("daemun", Secret::new("a-secret-that-both-sides-know-well"));
        |config| Config { providers: Some(vec![provider]), ..config }
    }

    /// The gate is registered there.
    pub fn takes(&self, gate: &Gate) {
        let redirect_uri = format!("{}/continue/acme\n", gate.origin());
        let mut node = self.node.lock().expect("it runs");
        node.stdin.as_mut().expect("its input").write_all(redirect_uri.as_bytes()).expect("it listens");
        drop(node);
        assert_eq!(self.next()["ready"], true);
    }

    fn next(&self) -> Value {
        let mut line = String::new();
        self.said.lock().expect("what it says").read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("JSON")
    }

    /// It is there no more.
    pub fn goes_down(&self) {
        let mut node = self.node.lock().expect("it runs");
        node.kill().expect("it ends");
        node.wait().expect("it has ended");
    }
}

impl Drop for OpenIdProvider {
    fn drop(&mut self) {
        if let Ok(node) = self.node.get_mut() {
            let _ = node.kill();
            let _ = node.wait();
        }
    }
}
