//! A running backend: its settings, its start and its end. It refuses to know how settings are written on a command line.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use daemun_protocol::{AppLink, Channel, Terms};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::brand::Brand;
use crate::chance::Chance;
use crate::clock::Clock;
use crate::files::{Files, NotServable};
use crate::gate::{Gate, Parts, Shows};
use crate::hosts::Hosts;
use crate::http::{ClientAddress, House, Origin, discovery, router, serve};
use crate::limits::{IpRates, Meter};
use crate::log::Log;
use crate::mail::{Inbox, Postman, Smtp, SmtpRefused, Ways, Webhook, WebhookRefused};
use crate::mobile_number;
use crate::offering::{self, NotALink};
use crate::password::{self, Breached, PasswordChecker, WorstPasswords};
use crate::providers::{ProviderConfig, Providers, ProvidersRefused};
use crate::push::{PushRefused, Reach, Sender, VapidKey};
use crate::relying_party::RelyingParty;
use crate::reset_desk::ResetDesk;
use crate::return_to::{NotAnOrigin, ReturnPlaces};
use crate::sandbox::{self, Sandbox};
use crate::store::{self, Bells, Store, Trouble};

/// What a backend needs to be told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Port 0: any that is free.
    pub listen: SocketAddr,
    /// The exact own origin as browsers see it. `None`: `http://localhost:{port}`, with the sandbox alone.
    pub origin: Option<String>,
    /// The SQLite file; made if it is missing.
    pub database: PathBuf,
    /// The built app. `None`: no pages but the backend's own.
    pub app: Option<PathBuf>,
    pub sandbox: Sandbox,
    /// `None`: mails go to the sandbox's inbox alone.
    pub smtp: Option<SmtpConfig>,
    /// `None`: messages to phones go to the sandbox's inbox alone, and a deployment sends none.
    pub webhook: Option<WebhookConfig>,
    /// Whom push services turn to (RFC 8292 §2.1): `mailto:…` or `https://…`. `None`: no browser is notified.
    pub push_contact: Option<String>,
    /// Origins that members may be led back to, besides the own one (FEATURES L11).
    pub return_origins: Vec<String>,
    pub client_address: ClientAddress,
    /// Which methods are shown before the first proof is given.
    pub shows: Shows,
    pub clock: Clock,
    pub chance: Chance,
    pub ip_rates: IpRates,
    /// What new members agree to (FEATURES E4). A URL that begins with `/` is on the own origin.
    pub terms: Vec<Terms>,
    /// Where the platform's apps are to be had (FEATURES E7).
    pub apps: Vec<AppLink>,
    /// What the deployment is known by (FEATURES X5).
    pub brand: Brand,
    /// Whose pages may have the app in a frame of theirs, by their exact origins (FEATURES X7).
    pub embed_origins: Vec<String>,
    /// Who members may sign in by (FEATURES L3). `None`: stand-ins of the sandbox's own, and in a deployment nobody.
    pub providers: Option<Vec<ProviderConfig>>,
    /// Which passwords everybody tries first.
    pub breached: Arc<dyn Breached>,
    pub log: Log,
}

/// A mail server by URL, and who mails are from.
#[derive(Clone)]
pub struct SmtpConfig {
    /// `smtps://user:password@host`, `smtp://host:25`.
    pub url: String,
    /// `Daemun <no-reply@mail.example>`.
    pub from: String,
}

impl core::fmt::Debug for SmtpConfig {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("SmtpConfig")
    }
}

/// Who takes SMS and service notifications (docs/MESSAGES.md).
#[derive(Clone)]
pub struct WebhookConfig {
    /// `https://…`, or `http://…` on this machine.
    pub url: String,
    /// What both sides know: `whsec_` and 24 to 64 bytes in base64.
    pub secret: String,
    pub takes: Takes,
    /// Whether the platform's app shows notifications (`push`), to members by their address (FEATURES D6).
    pub push: bool,
}

/// Which messages to phones are taken there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// SMS alone: nothing else is offered to members.
    Sms,
    /// Messages of the platform's own service too, for whom SMS does not reach (FEATURES L2).
    SmsAndNotifications,
}

impl core::fmt::Debug for WebhookConfig {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("WebhookConfig")
    }
}

impl Config {
    /// A sandbox on any free port of this machine, with the system's clock and chance, and no log.
    pub fn sandbox(database: impl Into<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            origin: None,
            database: database.into(),
            app: None,
            sandbox: Sandbox::On,
            smtp: None,
            webhook: None,
            push_contact: Some("mailto:sandbox@daemun.example".into()),
            return_origins: Vec::new(),
            client_address: ClientAddress::Peer,
            shows: Shows::Members,
            clock: Clock::system(),
            chance: Chance::system(),
            ip_rates: IpRates::GENEROUS,
            terms: offering::sandbox_terms(),
            apps: offering::sandbox_apps(),
            brand: Brand::default(),
            embed_origins: Vec::new(),
            providers: None,
            breached: Arc::new(WorstPasswords),
            log: Log::silent(),
        }
    }

    /// A deployment: no sandbox, no terms and no apps before they are given, ordinary limits, a log on the standard error output.
    pub fn deployment(origin: impl Into<String>, database: impl Into<PathBuf>, smtp: SmtpConfig) -> Self {
        Self {
            origin: Some(origin.into()),
            sandbox: Sandbox::Off,
            smtp: Some(smtp),
            push_contact: None,
            ip_rates: IpRates::ORDINARY,
            terms: Vec::new(),
            apps: Vec::new(),
            log: Log::stderr(),
            ..Self::sandbox(database)
        }
    }
}

/// Why a backend did not start.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    #[error(
        "the sandbox hands out codes and passwords: it is for this machine alone, and {0} is not a loopback address"
    )]
    SandboxOutside(SocketAddr),
    #[error("the sandbox is for this machine alone, and {0} is not an origin on it")]
    SandboxOrigin(String),
    #[error("{} is a sandbox's database: its accounts have public passwords, and it is for --sandbox alone", .0.display())]
    SandboxDatabase(PathBuf),
    #[error("{} is not a sandbox's database: the sandbox would hand out its codes and mails", .0.display())]
    NotASandboxDatabase(PathBuf),
    #[error("without the sandbox, the own origin must be given")]
    NoOrigin,
    #[error("without the sandbox, a mail server must be given")]
    NoMail,
    #[error(transparent)]
    Origin(#[from] NotAnOrigin),
    #[error(transparent)]
    Link(#[from] NotALink),
    #[error(transparent)]
    Smtp(#[from] SmtpRefused),
    #[error(transparent)]
    Webhook(#[from] WebhookRefused),
    #[error(transparent)]
    Push(#[from] PushRefused),
    #[error(transparent)]
    Providers(#[from] ProvidersRefused),
    #[error("the app: {0}")]
    App(#[from] NotServable),
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, std::io::Error),
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// A backend that runs. Dropping it ends it at once; [`Server::stop`] lets requests under way end.
#[derive(Debug)]
pub struct Server {
    origin: String,
    address: SocketAddr,
    clock: Clock,
    log: Log,
    bells: Bells,
    stop: watch::Sender<bool>,
    serving: Option<JoinHandle<()>>,
    carrying: JoinHandle<()>,
}

/// Starts a backend on the current tokio runtime.
///
/// # Errors
/// [`NotStarted`] says what is missing or wrong.
pub async fn start(config: Config) -> Result<Server, NotStarted> {
    if config.sandbox == Sandbox::On && !config.listen.ip().is_loopback() {
        return Err(NotStarted::SandboxOutside(config.listen));
    }
    let email = match (&config.smtp, config.sandbox) {
        (Some(smtp), Sandbox::On | Sandbox::Off) => Some(Smtp::new(&smtp.url, &smtp.from)?),
        (None, Sandbox::On) => None,
        (None, Sandbox::Off) => return Err(NotStarted::NoMail),
    };
    let phones = config.webhook.as_ref().map(|webhook| Webhook::new(&webhook.url, &webhook.secret)).transpose()?;
    // Phones are reached by the sandbox's inbox, or by whoever takes messages to them.
    let channels = match (config.sandbox, config.webhook.as_ref().map(|webhook| webhook.takes)) {
        (Sandbox::On, _) | (Sandbox::Off, Some(Takes::SmsAndNotifications)) => {
            vec![Channel::Email, Channel::Sms, Channel::Notification]
        }
        (Sandbox::Off, Some(Takes::Sms)) => vec![Channel::Email, Channel::Sms],
        (Sandbox::Off, None) => vec![Channel::Email],
    };
    let listening = TcpListener::bind(config.listen).await.and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    let (listener, address) = listening.map_err(|error| NotStarted::Listen(config.listen, error))?;
    let origin = match (&config.origin, config.sandbox) {
        (Some(origin), Sandbox::On | Sandbox::Off) => origin.clone(),
        (None, Sandbox::On) => format!("http://localhost:{}", address.port()),
        (None, Sandbox::Off) => return Err(NotStarted::NoOrigin),
    };
    let places = ReturnPlaces::new(&origin, &config.return_origins)?;
    if config.sandbox == Sandbox::On && !places.own_is_loopback() {
        return Err(NotStarted::SandboxOrigin(origin));
    }
    let hosts = Hosts::new(&config.embed_origins)?;
    let terms = offering::resolved(config.terms.clone(), &origin)?;
    let apps = offering::checked(config.apps.clone())?;
    let brand = Arc::new(config.brand.clone());
    let providers = match (config.providers.clone(), config.sandbox) {
        (Some(providers), Sandbox::On | Sandbox::Off) => providers,
        (None, Sandbox::On) => sandbox::providers(&origin),
        (None, Sandbox::Off) => Vec::new(),
    };
    let providers = Providers::new(&origin, providers)?;
    let (store, files) = {
        let (database, app, sandbox) = (config.database.clone(), config.app.clone(), config.sandbox);
        let brand = brand.clone();
        let opening = tokio::task::spawn_blocking(move || {
            let files = match app {
                Some(app) => Files::load(&app, &brand, hosts)?,
                None => Files::default(),
            };
            password::warm_up();
            mobile_number::warm_up();
            if sandbox == Sandbox::On {
                sandbox::warm_up();
            }
            Ok::<_, NotStarted>((Store::open(&database)?, files))
        });
        opening.await.map_err(|_| Trouble::TaskLost)??
    };
    let (inbox, planting) = settle_in(&store, &config).await?;
    let key = store.server_key(config.chance.clone()).await?;
    let push = match &config.push_contact {
        Some(contact) => {
            let reach = match config.sandbox {
                Sandbox::On => Reach::ThisMachineToo,
                Sandbox::Off => Reach::PushServices,
            };
            Some(Sender::new(VapidKey::of(&key), contact, reach, config.chance.clone())?)
        }
        None => None,
    };
    let takes_pushes = config.webhook.as_ref().is_some_and(|webhook| webhook.push);
    let app_pushes = config.sandbox == Sandbox::On || takes_pushes;
    let ways = Ways { email, phones, takes_pushes, browsers: push.clone() };
    match planting {
        Planting::Needed => {
            let (key, now) = (key.clone(), config.clock.now());
            store.write(move |transaction| sandbox::plant(transaction, &key, now)).await?;
        }
        Planting::Anew => {
            let (key, now) = (key.clone(), config.clock.now());
            let anew = move |transaction: &rusqlite::Transaction<'_>| {
                store::forget_world(transaction)?;
                sandbox::plant(transaction, &key, now)
            };
            store.write(anew).await?;
        }
        Planting::None => {}
    }
    let desk = ResetDesk {
        store: store.clone(),
        clock: config.clock.clone(),
        chance: config.chance.clone(),
        key: key.clone(),
        origin: origin.clone(),
    };
    let bells = store.bells().clone();
    let postman = Postman::new(store.clone(), config.clock.clone(), config.log.clone(), ways, inbox, desk);
    let gate = Gate::from(Parts {
        store,
        clock: config.clock.clone(),
        chance: config.chance,
        key,
        meter: Meter::new(config.ip_rates),
        checker: PasswordChecker::new(),
        breached: config.breached,
        postman: postman.clone(),
        places,
        host: host_of(&origin),
        relying_party: RelyingParty::new(&origin),
        shows: config.shows,
        terms: terms.clone(),
        channels,
        providers: providers.clone(),
        push,
        app_pushes,
        same_key: crate::gate::SameKey::default(),
        log: config.log.clone(),
    });
    let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host).to_owned();
    let (stop, stopped) = watch::channel(false);
    let house = House {
        gate,
        files: Arc::new(files),
        origin: Arc::new(Origin { text: origin.clone(), host }),
        discovery: Arc::new(discovery(terms, apps, providers.listed(), brand.told())),
        brand,
        log: config.log.clone(),
        client_address: config.client_address,
        sandbox: config.sandbox,
        stopped: stopped.clone(),
    };
    let serving = tokio::spawn(serve::serve(listener, router(house), config.client_address, stopped));
    let carrying = tokio::spawn(postman.walk());
    Ok(Server { origin, address, clock: config.clock, log: config.log, bells, stop, serving: Some(serving), carrying })
}

/// An origin's host, without a port.
fn host_of(origin: &str) -> String {
    url::Url::parse(origin).ok().and_then(|url| url.host_str().map(Into::into)).unwrap_or_default()
}

/// Whether the sandbox's world is to be put into the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Planting {
    Needed,
    /// It has been there since before there were invitations or security links.
    Anew,
    None,
}

/// Whose database this is: a sandbox keeps to its own, and a deployment does not take one that a sandbox has planted.
async fn settle_in(store: &Store, config: &Config) -> Result<(Inbox, Planting), NotStarted> {
    let read = store.read(|transaction| {
        let is_sandbox = store::is_sandbox(transaction)?;
        let has_links = store::has_invitations(transaction)? && store::has_security_links(transaction)?;
        let planting = match (store::world_is_empty(transaction)?, has_links) {
            (true, _) => Planting::Needed,
            (false, false) => Planting::Anew,
            (false, true) => Planting::None,
        };
        Ok((is_sandbox, planting, store::clock_moved_by(transaction)?))
    });
    let (is_sandbox, planting, clock_moved_by) = read.await?;
    match (config.sandbox, is_sandbox) {
        (Sandbox::Off, true) => Err(NotStarted::SandboxDatabase(config.database.clone())),
        (Sandbox::Off, false) => Ok((Inbox::None, Planting::None)),
        (Sandbox::On, false) if planting != Planting::Needed => {
            Err(NotStarted::NotASandboxDatabase(config.database.clone()))
        }
        (Sandbox::On, true | false) => {
            // What was stored by a clock that had been moved must not lie in the future.
            config.clock.resume(clock_moved_by);
            Ok((Inbox::Kept, planting))
        }
    }
}

impl Server {
    /// The own origin, without a slash at its end: `http://localhost:40123`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its clock, to be moved if it is a manual one or the sandbox's.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The lines that were logged so far, with [`Log::kept`].
    pub fn log_lines(&self) -> Vec<String> {
        self.log.lines()
    }

    /// How many reads are held now, until their flow changes.
    pub fn held_reads(&self) -> usize {
        self.bells.listeners()
    }

    /// Takes no more connections, lets requests under way end (for five seconds at most), and returns.
    pub async fn stop(mut self) {
        // Nobody listens only if it has stopped already.
        let _ = self.stop.send(true);
        if let Some(serving) = self.serving.take() {
            let _ = serving.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.carrying.abort();
        if let Some(serving) = &self.serving {
            serving.abort();
        }
    }
}
