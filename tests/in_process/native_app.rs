//! The app without its screens: the machine, and a driver that carries its effects out natively. Time passes when the
//! test says so.

use std::collections::BTreeMap;

use daemun_backend::{Chance, Clock, Config, Log, Server, start};
use daemun_flow::{Answer, Effect, Entry, Event, Face, Fault, Machine, Moment, Place, Refusal, Ticket, Trouble};
use daemun_protocol::{
    Act, Action, Begin, Client, Flow, Hints, IDEMPOTENCY_HEADER, Kind, Problem, Secret, StepKind, VERSION,
    VERSION_HEADER,
};
use serde_json::Value;
use tempfile::TempDir;

/// A backend of its own, on its own port and database, with a clock that stands still.
pub struct Gate {
    pub server: Server,
    client: reqwest::Client,
    _database: TempDir,
}

impl Gate {
    pub async fn open() -> Self {
        let database = tempfile::tempdir().expect("a folder");
        let config = Config {
            clock: Clock::manual_now(),
            chance: Chance::seeded(7),
            log: Log::kept(),
            ..Config::sandbox(database.path().join("daemun.db"))
        };
        let server = start(config).await.unwrap_or_else(|error| panic!("the backend does not start: {error}"));
        Self { server, client: reqwest::Client::new(), _database: database }
    }

    pub async fn mails_to(&self, address: &str) -> Vec<Value> {
        let url = format!("{}/sandbox/messages?to={address}", self.server.origin());
        let answer = self.client.get(url).send().await.expect("an answer").text().await.expect("its body");
        serde_json::from_str(&answer).expect("messages")
    }

    /// One of the sandbox's links to try.
    pub async fn link(&self, name: &str) -> String {
        let url = format!("{}/sandbox/world", self.server.origin());
        let answer = self.client.get(url).send().await.expect("an answer").text().await.expect("its body");
        let world: Value = serde_json::from_str(&answer).expect("a world");
        world["links"][name].as_str().unwrap_or_else(|| panic!("a link {name:?}: {world}")).to_owned()
    }

    pub async fn code_for(&self, address: &str) -> String {
        let mails = self.mails_to(address).await;
        mails[0]["code"].as_str().unwrap_or_else(|| panic!("a code: {mails:?}")).to_owned()
    }
}

/// What happens to the next requests.
#[derive(Clone, Copy, PartialEq)]
enum Line {
    Good,
    /// So many answers are lost on the way back.
    LosesAnswers(u32),
}

pub struct NativeApp<'g> {
    gate: &'g Gate,
    machine: Machine,
    now: Moment,
    cookies: BTreeMap<String, String>,
    /// The request that is not settled yet, by its ticket.
    unsettled: Option<(Ticket, Request)>,
    line: Line,
    keys: u32,
    pub left_for: Option<String>,
    pub sent: u32,
}

#[derive(Clone)]
struct Request {
    post: bool,
    url: String,
    key: String,
    body: String,
    etag: Option<String>,
}

impl<'g> NativeApp<'g> {
    /// At a door: `hints` are what the address bar says.
    pub async fn at_door(gate: &'g Gate, hints: Hints) -> Self {
        let at_front_door = hints.organisation.is_none();
        Self::enters(
            gate,
            Entry { kind: Kind::SignIn, place: Place::Door, hints, flow: None, left: None, at_front_door },
        )
        .await
    }

    /// At an organisation's own door.
    pub async fn at_organisation(gate: &'g Gate, organisation: &str) -> Self {
        Self::at_door(gate, Hints { organisation: Some(organisation.to_owned()), ..Hints::default() }).await
    }

    /// With a link that somebody sent.
    pub async fn with_link(gate: &'g Gate, kind: Kind, link: &str) -> Self {
        let token = link.split_once('#').map(|(_, token)| Secret::new(token));
        let hints = Hints { token, ..Hints::default() };
        Self::enters(gate, Entry { kind, place: Place::Passage, hints, flow: None, left: None, at_front_door: false })
            .await
    }

    async fn enters(gate: &'g Gate, entry: Entry) -> Self {
        let mut app = Self {
            gate,
            machine: Machine::new(entry, |_| true, 7),
            now: Moment(0),
            cookies: BTreeMap::new(),
            unsettled: None,
            line: Line::Good,
            keys: 0,
            left_for: None,
            sent: 0,
        };
        app.tell(Event::Began).await;
        app
    }

    pub fn loses_answers(&mut self, times: u32) {
        self.line = Line::LosesAnswers(times);
    }

    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    pub async fn does(&mut self, action: Action) {
        self.tell(Event::Submitted(action)).await;
    }

    pub async fn identifies(&mut self, address: &str) {
        self.does(Action::SubmitIdentifier { identifier: address.to_owned() }).await;
    }

    pub async fn enters_code(&mut self, code: &str) {
        self.does(Action::SubmitCode { code: Secret::new(code), remember: false }).await;
    }

    pub async fn enters_password(&mut self, identifier: Option<&str>, password: &str) {
        let identifier = identifier.map(str::to_owned);
        self.does(Action::SubmitPassword { identifier, password: Secret::new(password) }).await;
    }

    /// The kind of step that is shown.
    pub fn step(&self) -> StepKind {
        let face = self.machine.face();
        let Face::Step { step, .. } = face else { panic!("no step: {face:?}") };
        step.step.kind().expect("a known step")
    }

    /// What is wrong with the last act, if anything is.
    pub fn trouble(&self) -> Option<&Trouble> {
        let Face::Step { trouble, .. } = self.machine.face() else { return None };
        trouble.map(|(_, trouble)| trouble)
    }

    /// Why the last act was refused.
    pub fn refusal(&self) -> &Refusal {
        match self.trouble() {
            Some(Trouble::Refused(refusal)) => refusal,
            other @ (Some(Trouble::Network | Trouble::Unreadable | Trouble::Device(_)) | None) => {
                panic!("no refusal: {other:?}")
            }
        }
    }

    /// Tells the machine and carries out everything that comes of it, until it asks for nothing but to be woken.
    pub async fn tell(&mut self, event: Event) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            if let Event::Answered(settled, Ok(_)) = &event {
                self.unsettled.take_if(|(ticket, _)| ticket == settled);
            }
            let (machine, effects) = self.machine.clone().update(self.now, event);
            self.machine = machine;
            for effect in effects {
                match effect {
                    Effect::Begin { ticket } => {
                        let url = format!("{}/api/v1/flows", self.gate.server.origin());
                        let body = serde_json::to_string(&self.beginning()).expect("JSON");
                        events.push(self.sends(ticket, url, body).await);
                    }
                    Effect::Act { ticket, id, rev, action } => {
                        let name = action.name().as_str();
                        let url = format!("{}/api/v1/flows/{id}/actions/{name}", self.gate.server.origin());
                        let body = serde_json::to_string(&Act { rev, input: action.into_input(), locale: None })
                            .expect("JSON");
                        events.push(self.sends(ticket, url, body).await);
                    }
                    Effect::Read { ticket, id, etag } => {
                        let url = format!("{}/api/v1/flows/{id}", self.gate.server.origin());
                        let request = Request { post: false, url, key: String::new(), body: String::new(), etag };
                        self.unsettled = Some((ticket, request));
                        events.push(self.flies(ticket).await);
                    }
                    Effect::Resend { ticket } => events.push(self.flies(ticket).await),
                    // The machine wants to try again soon: let that time pass. The end of a flow, or of waiting for
                    // somebody else, is for the test to reach (by `Event::Shown`).
                    Effect::Wake { at } if at.millis_since(self.now) < 60_000 && self.machine.polled().is_none() => {
                        self.now = at;
                        events.push(Event::Tick);
                    }
                    Effect::Wake { .. }
                    | Effect::AskDevice { .. }
                    | Effect::Abort { .. }
                    | Effect::Door
                    | Effect::Reload
                    | Effect::Continue
                    | Effect::Visit { .. }
                    | Effect::HandOver { .. }
                    | Effect::Spread => {}
                    Effect::Leave { url } => self.left_for = Some(url),
                    Effect::Cancel { id } => {
                        self.gives_up(&id).await;
                        events.push(Event::Cancelled { id });
                    }
                    Effect::GiveUp { ticket, id } => {
                        self.gives_up(&id).await;
                        events.push(Event::Answered(ticket, Ok(Answer::GivenUp)));
                    }
                }
            }
        }
    }

    async fn gives_up(&mut self, id: &str) {
        let url = format!("{}/api/v1/flows/{id}", self.gate.server.origin());
        let asked = self.gate.client.delete(url).header(VERSION_HEADER, VERSION).header("cookie", self.cookies());
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), 204, "giving up is always taken");
    }

    fn cookies(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn beginning(&self) -> Begin {
        Begin {
            kind: self.machine.entry().kind.clone(),
            hints: self.machine.entry().hints.clone(),
            client: Client {
                capabilities: Vec::new(),
                version: "test".to_owned(),
                steps: StepKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect(),
                locale: "ko".to_owned(),
            },
        }
    }

    async fn sends(&mut self, ticket: Ticket, url: String, body: String) -> Event {
        self.keys += 1;
        let request = Request { post: true, url, key: format!("test-key-{}", self.keys), body, etag: None };
        self.unsettled = Some((ticket, request));
        self.flies(ticket).await
    }

    /// Sends the unsettled request once, key and all.
    async fn flies(&mut self, ticket: Ticket) -> Event {
        let (_, request) = self.unsettled.clone().filter(|(unsettled, _)| *unsettled == ticket).expect("its request");
        self.sent += 1;
        let client = &self.gate.client;
        let mut asked = if request.post {
            let post = client.post(&request.url).header("content-type", "application/json");
            post.header(IDEMPOTENCY_HEADER, &request.key).body(request.body)
        } else {
            client.get(&request.url)
        };
        if let Some(etag) = &request.etag {
            asked = asked.header("if-none-match", etag);
        }
        let asked = asked.header(VERSION_HEADER, VERSION).header("cookie", self.cookies());
        let answer = asked.send().await.expect("an answer");
        if let Line::LosesAnswers(left @ 1..) = self.line {
            self.line = Line::LosesAnswers(left - 1);
            return Event::Answered(ticket, Err(Fault::Network));
        }
        for cookie in answer.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().expect("text");
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let (status, etag) = (answer.status(), answer.headers().get("etag").cloned());
        let body = answer.text().await.expect("a body");
        let tree: Value = serde_json::from_str(&body).unwrap_or_default();
        let read = if status == 304 {
            Ok(Answer::NotModified)
        } else if status.is_success() {
            let etag = etag.and_then(|etag| etag.to_str().ok().map(str::to_owned));
            Flow::read(&tree).map(|flow| Answer::Flow { flow: Box::new(flow), etag }).map_err(|_| Fault::Unreadable)
        } else {
            Problem::read(&tree).map(Answer::Problem).map_err(|_| Fault::Unreadable)
        };
        assert!(read.is_ok(), "the backend answers in the protocol: {status} {body}");
        Event::Answered(ticket, read)
    }
}
