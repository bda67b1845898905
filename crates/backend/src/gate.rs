//! What a browser can ask of flows: begin, read, act, cancel; each one transaction, or two around a password's check.
//! It refuses to know HTTP, and decides nothing that `flow` or `limits` could.

mod taking;

mod account_turns;
mod approval_turns;
mod approve_turns;
mod code_turn;
mod denied_members_turns;
mod enrolment_turns;
mod entering;
mod handoff_turn;
mod id_turns;
mod identity_turns;
mod join_turns;
mod link_turns;
mod listed_ways;
mod new_password_turn;
mod passkey_turns;
mod password_turn;
mod phone_turns;
mod policy_turns;
mod provider_turns;
mod quick_login_turns;
mod reset_turns;
mod second_factor_turns;
mod settings_turns;
mod sign_in_turns;

mod counting;
mod notifying;
mod outside;
mod post;
mod problems;
mod same_key;
mod settings_facts;

use std::sync::Arc;

use daemun_protocol::{
    Act, ActionName, Begin, Channel, EndReason, Flow, Kind, Problem, ProblemCode, Status, StepKind, Terms, Timestamp,
};
use rusqlite::Connection;

use crate::browser::{Browser, session_digest};
use crate::chance::Chance;
use crate::clock::Clock;
use crate::email_address::EmailAddress;
use crate::flow::accounts;
use crate::flow::code::Contact;
use crate::flow::quick_login::Host;
use crate::flow::sign_in::{self, Arrival};
use crate::flow::{
    self, Address, Completed, Ending, Entrance, Facts, Next, Stage, StoredFlow, join, reset, security_link,
};
use crate::handoff::Challenge;
use crate::limits::{Doing, Meter, Neighbourhood};
use crate::locale::Locale;
use crate::log::Log;
use crate::mail::Postman;
use crate::organisation_id::{NotAnOrganisationId, OrganisationId};
use crate::password::{Breached, PasswordChecker};
use crate::providers::Providers;
use crate::push::Sender;
use crate::relying_party::RelyingParty;
use crate::return_to::ReturnPlaces;
use crate::seen::Seen;
use crate::server_key::{Digest32, ServerKey};
use crate::store::{self, Finished, FlowRow, Listener, Remembered, Scope, Store, Trouble};
use new_password_turn::NewPassword;
use outside::Outside;
use password_turn::PasswordCheck;
pub(crate) use password_turn::account_subject;
use provider_turns::Asking;
pub(crate) use provider_turns::identity_digest;
use quick_login_turns::PinCheck;
pub use same_key::SameKey;
use taking::Taking;

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
    pub breached: Arc<dyn Breached>,
    pub postman: Postman,
    pub places: ReturnPlaces,
    /// `None`: authenticators cannot know this deployment.
    pub relying_party: Option<RelyingParty>,
    pub shows: Shows,
    /// The own origin's host, without a port: what codes by SMS are bound to.
    pub host: String,
    /// What new members agree to.
    pub terms: Vec<Terms>,
    /// How codes can travel here.
    pub channels: Vec<Channel>,
    /// Whom members may sign in by.
    pub providers: Providers,
    /// Who notifies browsers.
    pub push: Option<Sender>,
    /// Whether the platform's app shows notifications.
    pub app_pushes: bool,
    pub same_key: SameKey,
    pub log: Log,
}

/// Which methods are shown before the first proof is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// The member's own: one that they have not set up is not there.
    Members,
    /// The workspace's: nothing is learnt of members.
    Workspaces,
}

/// Where the page is that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// For itself, or in a frame of the same site.
    Page,
    /// In a frame of another site, where none of the cookies of pages for themselves are.
    Frame,
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Asker {
    pub browser: Option<Browser>,
    /// The digest of the session's id that the browser sent.
    pub session: Option<Digest32>,
    pub place: Place,
    pub neighbourhood: Neighbourhood,
    pub seen: Seen,
}

/// Who looks at a flow, and when.
#[derive(Clone, Copy, Debug)]
struct Viewer {
    browser: Digest32,
    place: Place,
    session: Option<Digest32>,
    now: Timestamp,
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
        /// The session's id, where a look has completed the flow.
        session: Option<String>,
    },
    /// A look at it changes it.
    Due,
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
    /// The try is counted; the PIN is to be compared outside.
    Pin(Box<PinCheck>),
    /// A new password is to be hashed outside.
    Hash(Box<NewPassword>),
    /// A provider is to be asked outside.
    Ask(Box<Asking>),
}

/// How a locale, a version and the like are bounded.
const LONGEST_TAG: usize = 64;
const MOST_STEPS: usize = 64;
const MOST_CAPABILITIES: usize = 16;

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
                gate.note_seen(transaction, &asker, now)?;
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
        let entrance = match &begin.kind {
            Kind::SignIn => Some(Entrance::SignIn),
            Kind::Join => Some(Entrance::Join),
            Kind::Reset => Some(Entrance::Reset),
            Kind::Link => Some(Entrance::Link(None)),
            // Whose they are is looked up.
            Kind::Security => Some(Entrance::Security(0)),
            Kind::Approve => Some(Entrance::Approve(0)),
            Kind::Policy => Some(Entrance::Policy(0)),
            Kind::Unknown(_) => None,
        };
        let Some(entrance) = entrance else { return problems::bare(ProblemCode::Malformed, 400) };
        if begin.client.version.len() > LONGEST_TAG
            || begin.client.locale.len() > LONGEST_TAG
            || begin.client.steps.len() > MOST_STEPS
            || begin.client.capabilities.len() > MOST_CAPABILITIES
        {
            return problems::bare(ProblemCode::Malformed, 400);
        }
        if !StepKind::ALL.iter().all(|kind| shows(&begin.client.steps, *kind)) {
            return problems::bare(ProblemCode::ClientUnsupported, 422);
        }
        let challenge = begin.hints.handoff.as_deref();
        if challenge.is_some_and(|challenge| Challenge::parse(challenge).is_none()) {
            return problems::bare(ProblemCode::Malformed, 400);
        }
        let shared_list = begin.hints.account_list.as_ref().map(|secret| accounts::shared_list(&self.key, secret));
        if shared_list.is_some_and(|list| list.is_none()) {
            return problems::bare(ProblemCode::Malformed, 400);
        }
        let token = begin.hints.token.as_ref();
        let locale = Locale::from_tag(&begin.client.locale);
        let begun_as = |entrance, stage| {
            let return_to = self.places.judge(begin.hints.return_to.as_deref());
            StoredFlow::begin(entrance, locale, return_to, stage)
        };
        let begun = |stage| begun_as(entrance, stage);
        let host = Host::told(&begin.client.capabilities);
        let mut flow = match entrance {
            Entrance::SignIn => {
                let arrival = match &begin.hints.organisation {
                    Some(typed) => self.arrival_by_organisation(connection, typed)?,
                    None => self.arrival_by_session(connection, asker, now)?,
                };
                let quick = if arrival == Arrival::Plain && host.quick_login {
                    self.quick_login_at(connection, browser)?
                } else {
                    None
                };
                let (stage, said) = quick.unwrap_or_else(|| (sign_in::first_stage(arrival), Vec::new()));
                let mut flow = begun(stage);
                flow.said.extend(said);
                flow
            }
            Entrance::Join => begun(join::first_stage(self.open_invitation(connection, token, now)?)),
            Entrance::Reset => begun(reset::first_stage(self.open_reset_link(connection, token, now)?)),
            Entrance::Link(_) => {
                let opened = self.open_security_link(connection, browser, &begin.hints, now)?;
                security_link::begin(opened, locale)
            }
            Entrance::Security(_) => match self.open_settings(connection, asker.session.as_ref(), now)? {
                Some((whose, stage)) => begun_as(whose, stage),
                None => return problems::bare(ProblemCode::SignInRequired, 403),
            },
            Entrance::Policy(_) => match self.open_policy(connection, asker.session.as_ref(), now)? {
                Some((whose, stage)) => begun_as(whose, stage),
                None => return problems::bare(ProblemCode::SignInRequired, 403),
            },
            Entrance::Approve(_) => {
                let (who, request) = ((asker.session.as_ref(), browser), begin.hints.request.as_deref());
                match self.open_approvals(connection, who, request, now)? {
                    Some((whose, stage)) => begun_as(whose, stage),
                    None => return problems::bare(ProblemCode::SignInRequired, 403),
                }
            }
        };
        flow.handoff = challenge.filter(|_| entrance.signs_in()).and_then(Challenge::parse);
        flow.shared_list = shared_list.flatten().filter(|_| entrance.signs_in());
        flow.host = host;
        self.prepare_ceremony(connection, &mut flow)?;
        let id = self.chance.token::<16>()?;
        let (expires_at, last_end) = (now.plus_seconds(entrance.lifetime()), now.plus_seconds(entrance.longest_life()));
        let row = FlowRow { flow, expires_at, last_end };
        store::insert_flow(connection, &id, browser, &row)?;
        let viewer = Viewer { browser: *browser, place: asker.place, session: asker.session, now };
        let seen = self.see(connection, &id, &row, &viewer)?;
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
    pub async fn find(&self, asker: &Asker, id: &str) -> Result<Found, Trouble> {
        let found = self.look(asker, id).await?;
        let (Found::Due, Some(browser)) = (&found, &asker.browser) else { return Ok(found) };
        let (gate, asker_then, browser, flow) = (self.clone(), asker.clone(), browser.clone(), id.to_owned());
        self.store
            .write(move |transaction| {
                let now = gate.clock.now();
                let Some(row) = store::read_flow(transaction, &flow, &browser.id(), &gate.log)? else { return Ok(()) };
                if !is_over(&row, now) && gate.is_due(transaction, &row, now)? {
                    Taking::new(&gate, transaction, (&asker_then, &browser), &flow, row, now).advance()?;
                }
                Ok(())
            })
            .await?;
        self.postman.ring();
        match self.look(asker, id).await? {
            // Whatever is due by now is due to the next look.
            Found::Due => Ok(Found::Unknown),
            found @ (Found::Unknown | Found::Expired(_) | Found::Live { .. }) => Ok(found),
        }
    }

    /// Looks a flow up as it is: what is due stays so, and an act says what becomes of it.
    ///
    /// # Errors
    /// [`Trouble`] behind the scenes.
    pub async fn look(&self, asker: &Asker, id: &str) -> Result<Found, Trouble> {
        let Some(own) = asker.browser.clone().filter(|_| is_flow_id(id)) else { return Ok(Found::Unknown) };
        let (browser, place, session) = (own.id(), asker.place, asker.session);
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
                let is_signed_out = gate.is_signed_out(transaction, &row.flow, session.as_ref(), now)?;
                if !is_signed_out && gate.is_due(transaction, &row, now)? {
                    return Ok(Found::Due);
                }
                let viewer = Viewer { browser, place, session, now };
                let flow = Box::new(gate.see(transaction, &id, &row, &viewer)?);
                let session = session_of_look(transaction, &own, &row, now)?;
                Ok(Found::Live { likeness: flow::likeness(&flow), flow, session })
            })
            .await
    }

    /// Hears of what is written of a flow from now on, whoever writes it.
    pub fn listen(&self, id: &str) -> Listener {
        self.store.bells().listen(id)
    }

    /// Hears of what is asked of whoever may approve, and of what was answered.
    pub fn listen_for_approvals(&self) -> Listener {
        self.store.bells().listen(store::APPROVALS)
    }

    /// Gives a flow up; that of a security link is left (FEATURES O3). One that is over stays as it is. Whether there was one.
    ///
    /// # Errors
    /// [`Trouble`] behind the scenes.
    pub async fn cancel(&self, browser: &Browser, id: &str) -> Result<bool, Trouble> {
        let (gate, browser, id) = (self.clone(), browser.id(), id.to_owned());
        let end = move |transaction: &rusqlite::Transaction<'_>| {
            gate.end_in(transaction, &id, &browser, Entrance::given_up, gate.clock.now())
        };
        self.store.write(end).await
    }

    /// Ends the session and whatever else this browser has begun: a flow that is left open may hold a verified address,
    /// and whoever comes next must not find it, nor be told of anybody's requests.
    ///
    /// # Errors
    /// [`Trouble`] behind the scenes.
    pub async fn sign_out(&self, browser: Option<&Browser>, session: Option<Digest32>) -> Result<(), Trouble> {
        let (gate, browser) = (self.clone(), browser.map(Browser::id));
        self.store
            .write(move |transaction| {
                let now = gate.clock.now();
                if let Some(session) = session {
                    let whose = store::read_session(transaction, &session, now)?.map(|session| session.account);
                    store::delete_session(transaction, &session)?;
                    if let Some(account) = whose {
                        store::note_signed_out(transaction, account, now)?;
                    }
                }
                match browser {
                    Some(browser) => gate.end_browser(transaction, &browser, now),
                    None => Ok(()),
                }
            })
            .await
    }

    /// Ends whatever a browser has begun, and what it is told of.
    fn end_browser(&self, connection: &Connection, browser: &Digest32, now: Timestamp) -> Result<(), Trouble> {
        store::unsubscribe_browser(connection, browser)?;
        for id in store::flows_of(connection, browser, now)? {
            self.end_in(connection, &id, browser, |_| Ending::Cancelled, now)?;
        }
        Ok(())
    }

    /// Notes that whoever asks has used their session.
    fn note_seen(&self, connection: &Connection, asker: &Asker, now: Timestamp) -> Result<(), Trouble> {
        match &asker.session {
            Some(session) => store::note_seen(connection, session, &asker.seen, now),
            None => Ok(()),
        }
    }

    /// Gives a flow up, unless it is over already. Whether there was one.
    fn end_in(
        &self,
        connection: &Connection,
        id: &str,
        browser: &Digest32,
        ending: fn(Entrance) -> Ending,
        now: Timestamp,
    ) -> Result<bool, Trouble> {
        let Some(mut row) = store::read_flow(connection, id, browser, &self.log)? else { return Ok(false) };
        if row.flow.stage.kind().is_some() && !is_over(&row, now) {
            self.take_back_request(connection, &row.flow.stage, now)?;
            let ending = ending(row.flow.entrance);
            row.flow.apply(Next::to(Stage::Ended(ending)));
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
        let same_key = self.same_key.turn(&self.key, &scope).await;
        let pins = self.turn_of_pins(&browser, &deed.act.input).await;
        let gate = self.clone();
        let outside = Outside { asker, browser: browser.clone(), flow: deed.flow.clone(), scope };
        // What was begun is brought to its end, also where nobody waits for the answer any more.
        let answered = tokio::spawn(async move {
            let _turns = (same_key, pins);
            gate.answer(outside, deed).await
        });
        let finished = answered.await.map_err(|_| Trouble::TaskLost)??;
        let new_session = finished.session_salt.as_ref().map(|salt| browser.session_token(salt));
        Ok(Reply { finished, new_browser: None, new_session })
    }

    /// One act, with what goes on outside any transaction.
    async fn answer(&self, outside: Outside, deed: Deed) -> Result<Finished, Trouble> {
        let first = {
            let (gate, Outside { asker, browser, scope, .. }) = (self.clone(), outside.clone());
            self.store.write(move |transaction| gate.first_turn(transaction, &asker, &browser, &scope, deed)).await?
        };
        let finished = match first {
            Turn::Answered(finished) | Turn::Passing(finished) => finished,
            Turn::Check(check) => self.check_password(outside, *check).await?,
            Turn::Pin(check) => self.check_pin(outside, *check).await?,
            Turn::Hash(new) => self.hash_password(outside, *new).await?,
            Turn::Ask(asking) => self.ask_provider(outside, *asking).await?,
        };
        self.postman.ring();
        Ok(finished)
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
            // What was shown once was not kept: it is shown as long as the flow stands there.
            Remembered::Finished(finished) if finished.body.is_empty() => {
                // The answer that was lost may have had a new session.
                let made = finished.session_salt.as_ref().and_then(|salt| session_digest(&browser.session_token(salt)));
                let viewer =
                    Viewer { browser: scope.browser, place: asker.place, session: made.or(asker.session), now };
                let body = serde_json::to_string(&self.see(connection, &id, &row, &viewer)?)?;
                return Ok(Turn::Passing(Finished { body, ..finished }));
            }
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
        self.note_seen(connection, asker, now)?;
        let mut taking = Taking::new(self, connection, (asker, browser), &id, row, now);
        let turn = if let Some(over) = taking.signed_out_meanwhile()? {
            Turn::Passing(over)
        } else if act.rev != taking.row.flow.rev || taking.row.flow.stage.kind().is_none() {
            Turn::Passing(taking.stale()?)
        } else {
            taking.take(ActionName::parse(&action), act.input, reserved)?
        };
        match &turn {
            Turn::Passing(_) => {}
            Turn::Answered(finished) => {
                store::finish_answer(connection, scope, to_keep(finished, &taking.row.flow.stage)?, now)?;
                store::forget_old(connection, now)?;
            }
            Turn::Hash(_) | Turn::Ask(_) => {
                store::remember_reservation(connection, scope, new_password_turn::RESERVED.into(), now)?;
                store::forget_old(connection, now)?;
            }
            Turn::Pin(_) => {
                store::remember_reservation(connection, scope, quick_login_turns::RESERVED.into(), now)?;
                store::forget_old(connection, now)?;
            }
            Turn::Check(check) => {
                store::remember_reservation(connection, scope, serde_json::to_string(&check.reserved)?, now)?;
                store::forget_old(connection, now)?;
            }
        }
        Ok(turn)
    }

    /// What the flow's stage needs to know.
    fn facts(&self, connection: &Connection, stage: &Stage, viewer: &Viewer) -> Result<Facts, Trouble> {
        let facts = Facts {
            organisation_way: store::organisation_way(connection)?,
            workspace: match stage.workspace() {
                Some(id) => store::workspace(connection, id)?,
                None => None,
            },
            memberships: match stage.verified() {
                Some(Contact::Email(address)) => store::listed_memberships(connection, &address.email)?,
                Some(Contact::Mobile { number, .. }) => store::memberships_by_number(connection, &number)?,
                None => Vec::new(),
            },
            channels: self.channels.clone(),
            knows_passkeys: self.relying_party.is_some(),
            device_way: store::device_way(connection)?,
            qr: self.qr_link(stage, viewer.now),
            ..Facts::default()
        };
        let facts = self.with_devices(connection, facts, stage, viewer)?;
        let facts = self.with_providers(connection, facts, stage, viewer.place)?;
        let facts = self.with_settings(connection, facts, stage, viewer)?;
        let facts = self.with_other_ways(connection, facts, stage, viewer)?;
        let facts = self.with_quick_login(connection, facts, stage)?;
        match stage.entering() {
            Some(entering) => self.with_factors(connection, facts, stage, entering),
            None => Ok(facts),
        }
    }

    /// The flow as its browser sees it.
    fn see(&self, connection: &Connection, id: &str, row: &FlowRow, viewer: &Viewer) -> Result<Flow, Trouble> {
        if self.is_signed_out(connection, &row.flow, viewer.session.as_ref(), viewer.now)? {
            return Ok(over(id, row, flow::signed_out(), viewer.now));
        }
        let facts = self.facts(connection, &row.flow.stage, viewer)?;
        let go_to = self.address_to_go_to(id, &row.flow.stage);
        let facts = Facts { go_to, host: row.flow.host, ..facts };
        let facts = self.with_handoff(facts, id, &row.flow.stage);
        let facts = self.with_accounts(connection, facts, &row.flow, viewer)?;
        Ok(flow::view(id, &row.flow, &facts, viewer.now, row.expires_at))
    }
}

/// An answer as it may be kept for its key. Where its flow shows what must be written down nowhere, that is nothing of a flow, and
/// of a refusal all but its flow.
fn to_keep(finished: &Finished, stage: &Stage) -> Result<Finished, Trouble> {
    if !stage.shows_secrets() {
        return Ok(finished.clone());
    }
    let body = match serde_json::from_str::<Problem>(&finished.body) {
        Ok(problem) => serde_json::to_string(&Problem { flow: None, ..problem })?,
        Err(_) => String::new(),
    };
    Ok(Finished { body, ..finished.clone() })
}

/// The session's id where a look has completed the flow, as long as that session lives: the answer that had it may have been
/// lost.
fn session_of_look(
    connection: &Connection,
    browser: &Browser,
    row: &FlowRow,
    now: Timestamp,
) -> Result<Option<String>, Trouble> {
    let Stage::Complete(Completed { salt: Some(salt), .. }) = &row.flow.stage else { return Ok(None) };
    let token = browser.session_token(salt);
    let Some(digest) = session_digest(&token) else { return Ok(None) };
    Ok(store::read_session(connection, &digest, now)?.map(|_| token))
}

fn is_over(row: &FlowRow, now: Timestamp) -> bool {
    row.flow.stage.kind().is_some() && row.expires_at <= now
}

/// The flow as it is when its time is over: nothing of what it held.
fn expired(id: &str, row: &FlowRow, now: Timestamp) -> Flow {
    over(id, row, flow::ended(EndReason::Expired, row.flow.entrance), now)
}

fn over(id: &str, row: &FlowRow, status: Status, now: Timestamp) -> Flow {
    Flow {
        id: id.into(),
        kind: row.flow.entrance.kind(),
        rev: row.flow.rev,
        server_time: now,
        expires_at: row.expires_at,
        status,
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

fn email_subject(email: &EmailAddress) -> String {
    format!("email:{}", email.as_str())
}

/// What browsers are known under that have signed in to an account of this address, however: they ask for resets by an
/// allowance of their own, and for nothing else.
fn reset_subject(email: &str) -> String {
    format!("reset:{email}")
}

/// What browsers are known under that have read messages there.
fn contact_subject(contact: &Contact) -> String {
    match contact {
        Contact::Email(address) => email_subject(&address.email),
        Contact::Mobile { number, .. } => format!("mobile:{}", number.as_str()),
    }
}
