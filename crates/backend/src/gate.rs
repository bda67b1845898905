//! What a browser can ask of flows: begin, read, act, cancel; each one transaction, or two around a password's check.
//! It refuses to know HTTP, and decides nothing that `sign_in` or `limits` could.

mod password_turn;
mod problems;
mod same_key;

use std::sync::Arc;

use daemun_protocol::{
    Act, Action, ActionName, Begin, EndReason, FieldCode, Flow, Input, Kind, Problem, ProblemCode, StepKind, Timestamp,
};
use rusqlite::Connection;

use crate::browser::Browser;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::codes::{self, Code};
use crate::email_address::{EmailAddress, NotAnAddress};
use crate::limits::{self, CODE_TRIES, Doing, Left, Meter, Neighbourhood, Reservation, STRANGERS_CODE_TRIES, TryRule};
use crate::locale::Locale;
use crate::log::Log;
use crate::mail::{Mail, Postman, texts};
use crate::organisation_id::{NotAnOrganisationId, OrganisationId};
use crate::password::PasswordChecker;
use crate::return_to::ReturnPlaces;
use crate::server_key::{Digest32, ServerKey};
use crate::sign_in::{
    self, Address, Arrival, Asking, Chosen, CodeVerdict, Facts, Next, Refusal, Sending, SentCode, SignIn, Stage, Way,
};
use crate::store::{self, Finished, FlowRow, Remembered, Scope, Store, Trouble};
use password_turn::PasswordCheck;
pub(crate) use password_turn::account_subject;
pub use same_key::SameKey;

/// The gate and all it needs. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Parts>);

/// What the gate is made of.
#[derive(Debug)]
pub struct Parts {
    pub store: Store,
    pub clock: Clock,
    pub chance: Chance,
    pub key: ServerKey,
    pub meter: Meter,
    pub checker: PasswordChecker,
    pub postman: Postman,
    pub places: ReturnPlaces,
    pub same_key: SameKey,
    pub log: Log,
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Asker {
    pub browser: Option<Browser>,
    /// The digest of the session's id that the browser sent.
    pub session: Option<Digest32>,
    pub neighbourhood: Neighbourhood,
}

/// What a member wants done at a flow's step.
#[derive(Debug)]
pub struct Deed {
    pub flow: String,
    /// The action's name as it was asked for, known or not.
    pub action: String,
    /// The idempotency key.
    pub key: String,
    /// What the browser makes of the request's body; see [`Browser::body_digest`].
    pub body: Digest32,
    pub act: Act,
}

/// What the gate answers.
#[derive(Clone, Debug)]
pub struct Reply {
    pub finished: Finished,
    /// The browser was new: the secret it is to keep.
    pub new_browser: Option<Browser>,
    /// The session's new id.
    pub new_session: Option<String>,
}

/// A flow that was looked up for its browser.
#[derive(Clone, Debug)]
pub enum Found {
    /// There is none, or it is another browser's.
    Unknown,
    /// Its time is over.
    Expired(Box<Flow>),
    Live {
        flow: Box<Flow>,
        likeness: String,
    },
}

impl From<Parts> for Gate {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl core::ops::Deref for Gate {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What the first transaction of an act comes to.
enum Turn {
    Answered(Finished),
    /// Nothing was done, so nothing is kept for the key: it costs no room, and the same key may ask again.
    Passing(Finished),
    /// The try is reserved; the password is to be compared outside.
    Check(Box<PasswordCheck>),
}

/// How a locale, a version and the like are bounded.
const LONGEST_TAG: usize = 64;
const MOST_STEPS: usize = 64;

impl Gate {
    /// Begins a flow.
    ///
    /// # Errors
    /// [`Trouble`] behind the scenes; refusals are replies.
    pub async fn begin(&self, asker: Asker, key: &str, body: &[u8], begin: Begin) -> Result<Reply, Trouble> {
        if let Some(reply) = self.too_many(Doing::Begin, &asker)? {
            return Ok(reply);
        }
        let (browser, new_browser) = match asker.browser.clone() {
            Some(browser) => (browser, None),
            None => {
                let fresh = Browser::draw(&self.chance)?;
                (fresh.clone(), Some(fresh))
            }
        };
        let body = browser.body_digest(body);
        let scope = Scope { browser: browser.id(), route: "flows".into(), key: key.into(), body };
        let _turn = self.same_key.turn(&self.key, &scope).await;
        let gate = self.clone();
        let finished = self
            .store
            .write(move |transaction| {
                let now = gate.clock.now();
                match store::remembered(transaction, &scope, &gate.log)? {
                    Remembered::Finished(finished) => return Ok(finished),
                    Remembered::OtherBody => return problems::bare(ProblemCode::KeyReused, 422),
                    Remembered::Nothing | Remembered::Reserved(_) => {}
                }
                let finished = gate.begin_in(transaction, &asker, &scope.browser, &begin, now)?;
                // A browser without a secret cannot ask again as itself, so there is nobody to remember this for.
                if asker.browser.is_some() {
                    store::finish_answer(transaction, &scope, finished.clone(), now)?;
                }
                // Only what was begun cleans up: a flood of refusals does no work besides.
                if finished.location.is_some() {
                    store::forget_old(transaction, now)?;
                }
                Ok(finished)
            })
            .await?;
        Ok(Reply { finished, new_browser, new_session: None })
    }

    /// The refusal for a network address that asks too often, before anything is read or written for it.
    fn too_many(&self, doing: Doing, asker: &Asker) -> Result<Option<Reply>, Trouble> {
        let Err(wait) = self.meter.take(doing, asker.neighbourhood, self.clock.now()) else { return Ok(None) };
        let finished = problems::finished(&problems::waiting(ProblemCode::TooManyRequests, 429, Some(wait)))?;
        Ok(Some(Reply { finished, new_browser: None, new_session: None }))
    }

    fn begin_in(
        &self,
        connection: &Connection,
        asker: &Asker,
        browser: &Digest32,
        begin: &Begin,
        now: Timestamp,
    ) -> Result<Finished, Trouble> {
        if begin.kind != Kind::SignIn
            || begin.client.version.len() > LONGEST_TAG
            || begin.client.locale.len() > LONGEST_TAG
            || begin.client.steps.len() > MOST_STEPS
        {
            return problems::bare(ProblemCode::Malformed, 400);
        }
        if !StepKind::ALL.iter().all(|kind| shows(&begin.client.steps, *kind)) {
            return problems::bare(ProblemCode::ClientUnsupported, 422);
        }
        let arrival = match &begin.hints.organisation {
            Some(typed) => self.arrival_by_organisation(connection, typed)?,
            None => self.arrival_by_session(connection, asker, now)?,
        };
        let return_to = self.places.judge(begin.hints.return_to.as_deref());
        let flow = SignIn::begin(Locale::from_tag(&begin.client.locale), return_to, arrival);
        let id = self.chance.token::<16>()?;
        let (expires_at, last_end) = (now.plus_seconds(sign_in::LIFETIME), now.plus_seconds(sign_in::LONGEST_LIFE));
        let row = FlowRow { flow, expires_at, last_end };
        store::insert_flow(connection, &id, browser, &row)?;
        let seen = self.see(connection, &id, &row, now)?;
        let location = format!("{}/flows/{id}", daemun_protocol::DEFAULT_API);
        Ok(Finished {
            status: 201,
            location: Some(location),
            body: serde_json::to_string(&seen)?,
            retry_after: None,
            session_salt: None,
        })
    }

    fn arrival_by_organisation(&self, connection: &Connection, typed: &str) -> Result<Arrival, Trouble> {
        let found = match OrganisationId::parse(typed) {
            Ok(id) => store::organisation(connection, &id)?,
            Err(NotAnOrganisationId::Empty | NotAnOrganisationId::TooLong | NotAnOrganisationId::Malformed) => None,
        };
        // What is given back to be mended is bounded and visible; the field takes no more.
        let typed = typed.trim().chars().filter(|c| !c.is_control()).take(64).collect();
        Ok(Arrival::Organisation { typed, found })
    }

    fn arrival_by_session(&self, connection: &Connection, asker: &Asker, now: Timestamp) -> Result<Arrival, Trouble> {
        let Some(session) = &asker.session else { return Ok(Arrival::Plain) };
        let Some(session) = store::read_session(connection, session, now)? else { return Ok(Arrival::Plain) };
        let verified = session.verified_email.and_then(|email| EmailAddress::parse(&email).ok());
        Ok(verified.map_or(Arrival::Plain, |email| Arrival::Known(Address { typed: session.identifier, email })))
    }

    /// Looks a flow up.
    ///
    /// # Errors
    /// [`Trouble`] behind the scenes.
    pub async fn find(&self, browser: Option<&Browser>, id: &str) -> Result<Found, Trouble> {
        let Some(browser) = browser.map(Browser::id).filter(|_| is_flow_id(id)) else { return Ok(Found::Unknown) };
        let (gate, id) = (self.clone(), id.to_owned());
        self.store
            .read(move |transaction| {
                let now = gate.clock.now();
                let Some(row) = store::read_flow(transaction, &id, &browser, &gate.log)? else {
                    return Ok(Found::Unknown);
                };
                if is_over(&row, now) {
                    return Ok(Found::Expired(Box::new(expired(&id, &row, now))));
                }
                let flow = Box::new(gate.see(transaction, &id, &row, now)?);
                Ok(Found::Live { likeness: sign_in::likeness(&flow), flow })
            })
            .await
    }

    /// Gives a flow up. One that is over stays as it is. Whether there was one.
    ///
    /// # Errors
    /// [`Trouble`] behind the scenes.
    pub async fn cancel(&self, browser: &Browser, id: &str) -> Result<bool, Trouble> {
        let (gate, browser, id) = (self.clone(), browser.id(), id.to_owned());
        self.store.write(move |transaction| gate.cancel_in(transaction, &id, &browser, gate.clock.now())).await
    }

    /// Ends the session and whatever else this browser has begun: a flow that is left open may hold a verified address,
    /// and whoever comes next must not find it.
    ///
    /// # Errors
    /// [`Trouble`] behind the scenes.
    pub async fn sign_out(&self, browser: Option<&Browser>, session: Option<Digest32>) -> Result<(), Trouble> {
        let (gate, browser) = (self.clone(), browser.map(Browser::id));
        self.store
            .write(move |transaction| {
                let now = gate.clock.now();
                if let Some(session) = session {
                    store::delete_session(transaction, &session)?;
                }
                let Some(browser) = browser else { return Ok(()) };
                for id in store::flows_of(transaction, &browser, now)? {
                    gate.cancel_in(transaction, &id, &browser, now)?;
                }
                Ok(())
            })
            .await
    }

    /// Gives a flow up, unless it is over already. Whether there was one.
    fn cancel_in(
        &self,
        connection: &Connection,
        id: &str,
        browser: &Digest32,
        now: Timestamp,
    ) -> Result<bool, Trouble> {
        let Some(mut row) = store::read_flow(connection, id, browser, &self.log)? else { return Ok(false) };
        if row.flow.stage.kind().is_some() && !is_over(&row, now) {
            row.flow.apply(Next::Go(Stage::Cancelled, Vec::new()));
            store::write_flow(connection, id, &row)?;
        }
        Ok(true)
    }

    /// Does what a member wants done, once per key.
    ///
    /// # Errors
    /// [`Trouble`] behind the scenes; refusals are replies.
    pub async fn act(&self, asker: Asker, browser: Browser, deed: Deed) -> Result<Reply, Trouble> {
        if let Some(reply) = self.too_many(Doing::Act, &asker)? {
            return Ok(reply);
        }
        let scope = Scope {
            browser: browser.id(),
            route: format!("flows/{}/actions/{}", deed.flow, deed.action),
            key: deed.key.clone(),
            body: deed.body,
        };
        let _turn = self.same_key.turn(&self.key, &scope).await;
        let flow = deed.flow.clone();
        let first = {
            let (gate, scope, browser, asker) = (self.clone(), scope.clone(), browser.clone(), asker.clone());
            self.store.write(move |transaction| gate.first_turn(transaction, &asker, &browser, &scope, deed)).await?
        };
        let finished = match first {
            Turn::Answered(finished) | Turn::Passing(finished) => finished,
            Turn::Check(check) => self.check_password(asker, browser.clone(), flow, scope, *check).await?,
        };
        self.postman.ring();
        let new_session = finished.session_salt.as_ref().map(|salt| browser.session_token(salt));
        Ok(Reply { finished, new_browser: None, new_session })
    }

    fn first_turn(
        &self,
        connection: &Connection,
        asker: &Asker,
        browser: &Browser,
        scope: &Scope,
        deed: Deed,
    ) -> Result<Turn, Trouble> {
        let Deed { flow: id, action, act, .. } = deed;
        let now = self.clock.now();
        let Some(mut row) = store::read_flow(connection, &id, &scope.browser, &self.log)? else {
            return problems::bare(ProblemCode::FlowUnknown, 404).map(Turn::Passing);
        };
        if let Some(tag) = act.locale.as_deref().filter(|tag| tag.len() <= LONGEST_TAG) {
            row.flow.locale = Locale::from_tag(tag);
        }
        let reserved = match store::remembered(connection, scope, &self.log)? {
            Remembered::Finished(finished) => return Ok(Turn::Passing(finished)),
            Remembered::OtherBody => return problems::bare(ProblemCode::KeyReused, 422).map(Turn::Passing),
            Remembered::Reserved(reservation) => Some(reservation),
            Remembered::Nothing => None,
        };
        if is_over(&row, now) {
            let mut problem = Problem::new(ProblemCode::FlowExpired, 410);
            problem.flow = Some(Box::new(expired(&id, &row, now)));
            return problems::finished(&problem).map(Turn::Passing);
        }
        let mut taking = Taking { gate: self, connection, asker, browser, id: &id, row, now };
        let turn = if act.rev != taking.row.flow.rev || taking.row.flow.stage.kind().is_none() {
            Turn::Passing(taking.stale()?)
        } else {
            taking.take(ActionName::parse(&action), act.input, reserved)?
        };
        match &turn {
            Turn::Passing(_) => {}
            Turn::Answered(finished) => {
                store::finish_answer(connection, scope, finished.clone(), now)?;
                store::forget_old(connection, now)?;
            }
            Turn::Check(check) => {
                store::remember_reservation(connection, scope, serde_json::to_string(&check.reserved)?, now)?;
                store::forget_old(connection, now)?;
            }
        }
        Ok(turn)
    }

    /// The flow as its browser sees it.
    fn see(&self, connection: &Connection, id: &str, row: &FlowRow, now: Timestamp) -> Result<Flow, Trouble> {
        let facts = facts(connection, &row.flow.stage)?;
        Ok(sign_in::view(id, &row.flow, &facts, now, row.expires_at))
    }

    /// Whether a browser that was never seen with `subject` is asking.
    fn standing(&self, connection: &Connection, browser: &Digest32, subject: &str) -> Result<Device, Trouble> {
        Ok(if store::known_device(connection, browser, subject)? { Device::Known } else { Device::Stranger })
    }

    /// The digest that a counter is stored under.
    fn counter(&self, of: &str, browser: Option<&Digest32>, subject: &str) -> Digest32 {
        self.key.mac(of, &[browser.map_or(&[][..], |browser| &browser[..]), subject.as_bytes()])
    }
}

/// How a browser stands to an account or address: strangers share a ceiling, a known device has its own allowance, so
/// that strangers cannot lock it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Device {
    Known,
    Stranger,
}

/// The counters that one try counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Counters {
    own: Digest32,
    ceiling: Option<Digest32>,
}

/// Counts a try in all its counters, or in none if one of them is exhausted.
fn reserve(
    connection: &Connection,
    counters: &Counters,
    own: TryRule,
    ceiling: TryRule,
    now: Timestamp,
) -> Result<Result<Left, Timestamp>, Trouble> {
    let own_reserved = own.reserve(store::read_tries(connection, &counters.own)?, now);
    let Reservation::Granted { tries: own_tries, left } = own_reserved else {
        return Ok(Err(restricted_until(own_reserved)));
    };
    let mut least = left;
    if let Some(scope) = &counters.ceiling {
        let reserved = ceiling.reserve(store::read_tries(connection, scope)?, now);
        let Reservation::Granted { tries, left } = reserved else { return Ok(Err(restricted_until(reserved))) };
        store::write_tries(connection, scope, tries)?;
        least = least.least(left);
    }
    store::write_tries(connection, &counters.own, own_tries)?;
    Ok(Ok(least))
}

fn restricted_until(reservation: Reservation) -> Timestamp {
    match reservation {
        Reservation::Restricted { until } => until,
        Reservation::Granted { tries, .. } => tries.last_at,
    }
}

/// Takes a try back that was not wrong after all: the own count begins anew, the strangers' loses this one.
fn release(connection: &Connection, counters: &Counters) -> Result<(), Trouble> {
    store::delete_tries(connection, &counters.own)?;
    if let Some(scope) = &counters.ceiling
        && let Some(tries) = store::read_tries(connection, scope)?
    {
        store::write_tries(connection, scope, tries.released())?;
    }
    Ok(())
}

/// Takes a try back that was never evaluated, or came too late to count for anything.
fn take_back(connection: &Connection, counters: &Counters) -> Result<(), Trouble> {
    for scope in core::iter::once(&counters.own).chain(&counters.ceiling) {
        if let Some(tries) = store::read_tries(connection, scope)? {
            store::write_tries(connection, scope, tries.released())?;
        }
    }
    Ok(())
}

/// Until when any of the counters restricts.
fn restriction(
    connection: &Connection,
    counters: &Counters,
    own: TryRule,
    ceiling: TryRule,
    now: Timestamp,
) -> Result<Option<Timestamp>, Trouble> {
    let own = own.restricted_until(store::read_tries(connection, &counters.own)?, now);
    let shared = match &counters.ceiling {
        Some(scope) => ceiling.restricted_until(store::read_tries(connection, scope)?, now),
        None => None,
    };
    Ok(own.max(shared))
}

/// What the flow's stage needs to know.
fn facts(connection: &Connection, stage: &Stage) -> Result<Facts, Trouble> {
    Ok(Facts {
        organisation_way: store::organisation_way(connection)?,
        workspace: match stage.workspace() {
            Some(id) => store::workspace(connection, id)?,
            None => None,
        },
        memberships: match stage.verified() {
            Some(address) => store::listed_memberships(connection, &address.email)?,
            None => Vec::new(),
        },
    })
}

fn is_over(row: &FlowRow, now: Timestamp) -> bool {
    row.flow.stage.kind().is_some() && row.expires_at <= now
}

/// The flow as it is when its time is over: nothing of what it held.
fn expired(id: &str, row: &FlowRow, now: Timestamp) -> Flow {
    Flow {
        id: id.into(),
        kind: Kind::SignIn,
        rev: row.flow.rev,
        server_time: now,
        expires_at: row.expires_at,
        status: sign_in::ended(EndReason::Expired),
        messages: Vec::new(),
        account: None,
        workspace: None,
    }
}

fn is_flow_id(id: &str) -> bool {
    id.len() == 22 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Whether a client's list of steps has this one in the version that is spoken here.
fn shows(steps: &[String], kind: StepKind) -> bool {
    steps.iter().any(|step| match step.split_once(':') {
        None => step == kind.as_str() && kind.version() == 1,
        Some((name, version)) => name == kind.as_str() && version.parse() == Ok(kind.version()),
    })
}

/// One act on one flow within one transaction.
struct Taking<'a> {
    gate: &'a Gate,
    connection: &'a Connection,
    asker: &'a Asker,
    browser: &'a Browser,
    id: &'a str,
    row: FlowRow,
    now: Timestamp,
}

impl Taking<'_> {
    fn take(&mut self, name: Option<ActionName>, input: Input, reserved: Option<String>) -> Result<Turn, Trouble> {
        let stage = self.row.flow.stage.clone();
        let facts = facts(self.connection, &stage)?;
        let offered = name.and_then(|name| stage.offers(&facts, self.now).get(name).map(|offer| (name, offer)));
        let (Some((name, offer)), Some(kind)) = (offered, stage.kind()) else {
            return self.settle(Next::Refuse(Refusal::Unavailable { retry_after: None }));
        };
        // A restricted password answers with its own refusal, counted by the ID that is tried.
        if let Some(wait) = offer.available_in
            && kind != StepKind::Password
        {
            return self.settle(Next::Refuse(Refusal::Unavailable { retry_after: Some(wait) }));
        }
        let action = match Action::from_wire(kind, name, input) {
            Ok(action) => action,
            Err(missing) => {
                let refusal = match missing.pointer {
                    Some(pointer) => Refusal::Field { pointer, code: FieldCode::Required },
                    None => Refusal::Unavailable { retry_after: None },
                };
                return self.settle(Next::Refuse(refusal));
            }
        };
        let next = match (action, &stage) {
            (Action::SubmitIdentifier { identifier }, _) => self.submit_identifier(&identifier)?,
            (Action::SubmitOrganisation { organisation }, _) => self.submit_organisation(&organisation)?,
            (Action::SubmitCode { code }, Stage::Code(sent)) => self.submit_code(sent, code.expose())?,
            (Action::Resend, Stage::Code(sent)) => self.ask_for_code(sent.address.clone(), Asking::Again)?,
            (Action::ChooseWorkspace { workspace }, Stage::ChooseWorkspace { address }) => {
                self.choose_workspace(address, workspace, &facts)?
            }
            (Action::SubmitPassword { identifier, password }, Stage::Password(stage)) => {
                return self.submit_password(stage, identifier.as_deref(), password, &facts, reserved.as_deref());
            }
            (Action::Back, stage) => sign_in::back(stage, &facts),
            (Action::UseOrganisation, stage) => sign_in::use_organisation(stage, &facts),
            (Action::UseEmail, _) => sign_in::use_email(),
            (
                Action::SubmitCode { .. }
                | Action::Resend
                | Action::ChooseWorkspace { .. }
                | Action::SubmitPassword { .. },
                Stage::Identify { .. }
                | Stage::Organisation { .. }
                | Stage::Code(_)
                | Stage::ChooseWorkspace { .. }
                | Stage::Password(_)
                | Stage::Notice(_)
                | Stage::Complete(_)
                | Stage::Cancelled,
            ) => Next::Refuse(Refusal::Unavailable { retry_after: None }),
        };
        self.settle(next)
    }

    fn settle(&mut self, next: Next) -> Result<Turn, Trouble> {
        let does_nothing = matches!(next, Next::Refuse(Refusal::Unavailable { .. }));
        let finished = self.finish(next)?;
        Ok(if does_nothing { Turn::Passing(finished) } else { Turn::Answered(finished) })
    }

    /// Stores what comes next and says it.
    fn finish(&mut self, next: Next) -> Result<Finished, Trouble> {
        let before = self.row.flow.clone();
        let refusal = self.row.flow.apply(next);
        if refusal.is_none() {
            self.row.expires_at = self.now.plus_seconds(sign_in::LIFETIME);
        }
        if let Some(until) = self.row.flow.stage.waits_until() {
            self.row.expires_at = self.row.expires_at.max(until.plus_seconds(sign_in::LIFETIME));
        }
        self.row.expires_at = self.row.expires_at.min(self.row.last_end);
        if refusal.is_none() || self.row.flow != before {
            store::write_flow(self.connection, self.id, &self.row)?;
        }
        let flow = self.gate.see(self.connection, self.id, &self.row, self.now)?;
        match refusal {
            Some(refusal) => problems::finished(&problems::of(refusal, flow)),
            None => Ok(Finished {
                status: 200,
                location: None,
                body: serde_json::to_string(&flow)?,
                retry_after: None,
                session_salt: None,
            }),
        }
    }

    /// The act was meant for another step than the current one.
    fn stale(&self) -> Result<Finished, Trouble> {
        let mut problem = Problem::new(ProblemCode::Stale, 409);
        problem.flow = Some(Box::new(self.gate.see(self.connection, self.id, &self.row, self.now)?));
        problems::finished(&problem)
    }

    fn submit_identifier(&self, typed: &str) -> Result<Next, Trouble> {
        let typed = typed.trim();
        let email = match EmailAddress::parse(typed) {
            Ok(email) => email,
            Err(refused) => {
                let code = match refused {
                    NotAnAddress::Empty => FieldCode::Required,
                    NotAnAddress::TooLong => FieldCode::TooLong,
                    NotAnAddress::Malformed => FieldCode::EmailInvalid,
                };
                return Ok(Next::Refuse(Refusal::Field { pointer: "/input/identifier", code }));
            }
        };
        self.ask_for_code(Address { typed: typed.into(), email }, Asking::First)
    }

    /// The same for every address, whether anybody has it or not: no account is looked up here.
    fn ask_for_code(&self, address: Address, asking: Asking) -> Result<Next, Trouble> {
        let (gate, connection, now) = (self.gate, self.connection, self.now);
        let browser = self.browser.id();
        let device = gate.standing(connection, &browser, &email_subject(&address.email))?;
        let sent_scope = match device {
            Device::Known => gate.counter("codes sent", Some(&browser), address.email.as_str()),
            Device::Stranger => gate.counter("codes sent", None, address.email.as_str()),
        };
        let counters = self.code_counters(&address.email)?;
        let longest = limits::SENDS.iter().map(|rate| rate.seconds).max().unwrap_or(0);
        let earlier = store::sent_since(connection, &sent_scope, longest, now)?;
        let sending = match restriction(connection, &counters, CODE_TRIES, STRANGERS_CODE_TRIES, now)? {
            Some(until) => Sending::Restricted { until },
            None => match limits::wait_for_rates(&limits::SENDS, &earlier, now) {
                Some(wait) => Sending::Wait(wait),
                None => match gate.meter.take(Doing::Send, self.asker.neighbourhood, now) {
                    Ok(()) => Sending::Free,
                    Err(wait) => Sending::Wait(wait),
                },
            },
        };
        sign_in::ask_for_code(address, sending, asking, |address| {
            let code = Code::draw(&gate.chance)?;
            let (subject, text) = texts::sign_in_code(self.row.flow.locale, &code);
            let mail = Mail {
                message_id: gate.chance.token::<16>()?,
                // What a code proves is this form, so it is this form that it is sent to; what was typed is for reading.
                to: address.email.as_str().into(),
                subject,
                text,
                code: Some(code.expose().into()),
            };
            let expires_at = now.plus_seconds(codes::LIFETIME);
            store::insert_mail(connection, &mail, now, expires_at)?;
            store::note_sent(connection, &sent_scope, now)?;
            Ok(SentCode {
                digest: code.digest(&gate.key, self.id, &address.email),
                address: address.clone(),
                expires_at,
                resend_at: now.plus_seconds(codes::RESEND_AFTER),
            })
        })
    }

    fn code_counters(&self, email: &EmailAddress) -> Result<Counters, Trouble> {
        let browser = self.browser.id();
        let device = self.gate.standing(self.connection, &browser, &email_subject(email))?;
        Ok(Counters {
            own: self.gate.counter("wrong codes", Some(&browser), email.as_str()),
            ceiling: match device {
                Device::Known => None,
                Device::Stranger => Some(self.gate.counter("wrong codes", None, email.as_str())),
            },
        })
    }

    fn submit_code(&self, sent: &SentCode, typed: &str) -> Result<Next, Trouble> {
        let Some(code) = Code::parse(typed) else {
            let code = if typed.trim().is_empty() { FieldCode::Required } else { FieldCode::CodeInvalid };
            return Ok(Next::Refuse(Refusal::Field { pointer: "/input/code", code }));
        };
        if sent.expires_at <= self.now {
            return Ok(sign_in::submit_code(sent, CodeVerdict::Expired));
        }
        let email = &sent.address.email;
        let counters = self.code_counters(email)?;
        let verdict = match reserve(self.connection, &counters, CODE_TRIES, STRANGERS_CODE_TRIES, self.now)? {
            Err(until) => CodeVerdict::Restricted { until },
            Ok(left) => {
                if code.digest(&self.gate.key, self.id, email).matches(&sent.digest) {
                    release(self.connection, &counters)?;
                    let listed = store::listed_memberships(self.connection, email)?;
                    let restricted_until = match listed.as_slice() {
                        [only] => self.settled_restriction(&only.id, &sent.address)?,
                        _ => None,
                    };
                    let unlisted = store::unlisted_workspace(self.connection, email)?;
                    CodeVerdict::Right { listed, unlisted, restricted_until }
                } else {
                    CodeVerdict::Wrong(left)
                }
            }
        };
        Ok(sign_in::submit_code(sent, verdict))
    }

    fn choose_workspace(&self, address: &Address, workspace: String, facts: &Facts) -> Result<Next, Trouble> {
        let chosen = if facts.memberships.iter().any(|membership| membership.id == workspace) {
            Chosen::Listed { restricted_until: self.settled_restriction(&workspace, address)? }
        } else {
            let id = crate::login_id::LoginId::Email(address.email.clone());
            match store::account_of(self.connection, &workspace, &id)? {
                Some(_) => Chosen::Forbidden,
                None => Chosen::NotTheirs,
            }
        };
        Ok(sign_in::choose_workspace(address.clone(), workspace, chosen))
    }

    fn submit_organisation(&self, typed: &str) -> Result<Next, Trouble> {
        let id = match OrganisationId::parse(typed) {
            Ok(id) => id,
            Err(refused) => {
                let code = match refused {
                    NotAnOrganisationId::Empty => FieldCode::Required,
                    NotAnOrganisationId::TooLong => FieldCode::TooLong,
                    NotAnOrganisationId::Malformed => FieldCode::OrganisationInvalid,
                };
                return Ok(Next::Refuse(Refusal::Field { pointer: "/input/organisation", code }));
            }
        };
        Ok(sign_in::submit_organisation(store::organisation(self.connection, &id)?))
    }
}

fn email_subject(email: &EmailAddress) -> String {
    format!("email:{}", email.as_str())
}

/// The address that a way has verified.
fn verified(way: &Way) -> Option<&EmailAddress> {
    match way {
        Way::Email(address) => Some(&address.email),
        Way::Organisation => None,
    }
}
