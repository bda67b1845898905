//! The command line's flags. It refuses to judge what they ask for, beyond their form.

use std::net::SocketAddr;
use std::path::PathBuf;

use daemun_backend::{
    Accent, ClientAddress, Config, IpRates, Log, Logo, ProviderConfig, Sandbox, Shows, SmtpConfig, Takes, WebhookConfig,
};
use daemun_protocol::{AppLink, Platform, Secret, Terms, TermsId};
use lexopt::prelude::*;

pub const HELP: &str = "\
Usage: daemun-backend [--sandbox | --origin ORIGIN --smtp URL --mail-from ADDRESS] [FLAGS]

  --listen ADDRESS        where to listen (127.0.0.1:8080)
  --origin ORIGIN         the exact own origin, such as https://login.example (sandbox: http://localhost:PORT)
  --database FILE         the SQLite file (daemun.db)
  --app DIR               the built app
  --sandbox               inbox, accounts and clock at /sandbox/; on this machine alone
  --smtp URL              smtps://user:password@host, smtp://host:25; also from DAEMUN_SMTP
  --mail-from ADDRESS     who mails are from (Daemun <no-reply@localhost> in the sandbox)
  --messages-webhook URL  who takes SMS: https://…, or http://… on this machine (docs/MESSAGES.md)
  --service-notifications the webhook takes messages of the platform's own service to phones too
  --app-push              the webhook takes notifications of the platform's own app too
  --messages-secret-file FILE  what they are signed with: whsec_ and 24 to 64 bytes in base64
  --provider ID=CLIENT_ID[ ISSUER[ NAME]]  who members may sign in by: line, naver, kakao, or any OpenID provider by its
                          issuer; may be given again
  --provider-secret-file ID=FILE  the secret of this deployment's registration there; also from
                          DAEMUN_PROVIDER_SECRET_ID, in capitals
  --push-contact CONTACT  notify browsers whose members want it; whom push services turn to: mailto:… or https://…
  --return-origin ORIGIN  an origin that members may be led back to; may be given again
  --terms ID[?]=URL       what new members agree to: service, privacy or marketing; with ? they need not; may be
                          given again, in the order to be shown; a URL may be a path of the own origin
  --app-link PLATFORM=GET[ OPEN]  where an app is to be had, and after a space what opens it; PLATFORM is android, ios,
                          macos, windows or other; may be given again
  --brand-name NAME       what the deployment is called where no workspace is known yet (Daemun)
  --brand-accent #RRGGBB  its colour
  --brand-logo FILE       its logo: a PNG, JPEG, WebP or SVG of 64 KiB at most
  --embed-origin ORIGIN   whose pages may have the app in a frame of theirs (docs/EMBEDDING.md): an exact origin such as
                          https://portal.example; may be given again (sandbox: the own one)
  --show-workspace-methods  before the first proof, show the methods that a workspace allows, set up by the member or not
  --trust-forwarded-for   behind one proxy: the client's address is X-Forwarded-For's last
  --quiet                 no log
  --help";

/// What the command line asks for.
pub enum Flags {
    Run(Box<Config>),
    Help,
}

/// Reads the flags.
///
/// # Errors
/// What is not understood.
pub fn read(mut parser: lexopt::Parser) -> Result<Flags, lexopt::Error> {
    let mut config = Config {
        listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
        sandbox: Sandbox::Off,
        terms: Vec::new(),
        apps: Vec::new(),
        ip_rates: IpRates::ORDINARY,
        log: Log::stderr(),
        ..Config::sandbox("daemun.db")
    };
    // A URL with a password is better not in the list of processes.
    let mut smtp = std::env::var("DAEMUN_SMTP").ok();
    let (mut from, mut contact) = (None, None);
    let (mut webhook, mut secret, mut takes, mut push) = (None, None, Takes::Sms, false);
    let (mut terms, mut apps) = (Vec::new(), Vec::new());
    let (mut providers, mut secrets) = (Vec::new(), Vec::new());
    while let Some(flag) = parser.next()? {
        match flag {
            Long("listen") => config.listen = parser.value()?.parse()?,
            Long("origin") => config.origin = Some(parser.value()?.string()?),
            Long("database") => config.database = parser.value()?.into(),
            Long("app") => config.app = Some(parser.value()?.into()),
            Long("sandbox") => {
                config.sandbox = Sandbox::On;
                config.ip_rates = IpRates::GENEROUS;
            }
            Long("smtp") => smtp = Some(parser.value()?.string()?),
            Long("mail-from") => from = Some(parser.value()?.string()?),
            Long("messages-webhook") => webhook = Some(parser.value()?.string()?),
            Long("messages-secret-file") => secret = Some(read_secret(&parser.value()?.into())?),
            Long("service-notifications") => takes = Takes::SmsAndNotifications,
            Long("app-push") => push = true,
            Long("push-contact") => contact = Some(parser.value()?.string()?),
            Long("provider") => providers.push(parser.value()?.string()?),
            Long("provider-secret-file") => secrets.push(read_provider_secret(&parser.value()?.string()?)?),
            Long("return-origin") => config.return_origins.push(parser.value()?.string()?),
            Long("terms") => terms.push(read_terms(&parser.value()?.string()?)?),
            Long("app-link") => apps.push(read_app(&parser.value()?.string()?)?),
            Long("brand-name") => config.brand.name = Some(parser.value()?.string()?),
            Long("brand-accent") => {
                let accent = Accent::parse(&parser.value()?.string()?);
                config.brand.accent = Some(accent.map_err(|error| format!("--brand-accent: {error}"))?);
            }
            Long("brand-logo") => config.brand.logo = Some(read_logo(&parser.value()?.into())?),
            Long("embed-origin") => config.embed_origins.push(parser.value()?.string()?),
            Long("show-workspace-methods") => config.shows = Shows::Workspaces,
            Long("trust-forwarded-for") => config.client_address = ClientAddress::ForwardedFor,
            Long("quiet") => config.log = Log::silent(),
            Long("help") | Short('h') => return Ok(Flags::Help),
            Short(_) | Long(_) | Value(_) => return Err(flag.unexpected()),
        }
    }
    // The sandbox has some of its own, unless others are given.
    let sandbox = Config::sandbox("");
    let (own_terms, own_apps) = match config.sandbox {
        Sandbox::On => (sandbox.terms, sandbox.apps),
        Sandbox::Off => (Vec::new(), Vec::new()),
    };
    // The sandbox has a page that embeds the app.
    if config.sandbox == Sandbox::On && config.embed_origins.is_empty() {
        let own = config.origin.clone().or_else(|| Some(format!("http://localhost:{}", config.listen.port())));
        config.embed_origins.extend(own.filter(|_| config.listen.port() != 0));
    }
    config.terms = if terms.is_empty() { own_terms } else { terms };
    config.apps = if apps.is_empty() { own_apps } else { apps };
    config.smtp = match (smtp, from, config.sandbox) {
        (Some(url), Some(from), _) => Some(SmtpConfig { url, from }),
        (Some(url), None, Sandbox::On) => Some(SmtpConfig { url, from: "Daemun <no-reply@localhost>".into() }),
        (Some(_), None, Sandbox::Off) => return Err("--smtp needs --mail-from".into()),
        (None, _, _) => None,
    };
    config.webhook = match (webhook, secret) {
        (Some(url), Some(secret)) => Some(WebhookConfig { url, secret, takes, push }),
        (Some(_), None) => return Err("--messages-webhook needs --messages-secret-file".into()),
        (None, Some(_)) => return Err("--messages-secret-file needs --messages-webhook".into()),
        (None, None) if takes == Takes::SmsAndNotifications => {
            return Err("--service-notifications needs --messages-webhook".into());
        }
        (None, None) if push => return Err("--app-push needs --messages-webhook".into()),
        (None, None) => None,
    };
    if !providers.is_empty() {
        let read = providers.iter().map(|text| read_provider(text, &secrets));
        config.providers = Some(read.collect::<Result<_, _>>()?);
    }
    config.push_contact = match config.sandbox {
        Sandbox::On => contact.or(sandbox.push_contact),
        Sandbox::Off => contact,
    };
    Ok(Flags::Run(Box::new(config)))
}

/// The secret alone: on a command line, everybody on the machine would read it.
fn read_secret(file: &PathBuf) -> Result<String, lexopt::Error> {
    read_file("--messages-secret-file", file)
}

fn read_file(flag: &str, file: &PathBuf) -> Result<String, lexopt::Error> {
    std::fs::read_to_string(file)
        .map(|text| text.trim().to_owned())
        .map_err(|error| format!("{flag}: cannot read {}: {error}", file.display()).into())
}

/// `line=/run/secrets/line`: whose it is, and what it is.
fn read_provider_secret(text: &str) -> Result<(String, String), lexopt::Error> {
    let (id, file) = text.split_once('=').ok_or("--provider-secret-file: ID=FILE")?;
    Ok((id.into(), read_file("--provider-secret-file", &file.into())?))
}

/// `line=1234567890`, `acme=daemun https://id.acme.example Acme`.
fn read_provider(text: &str, secrets: &[(String, String)]) -> Result<ProviderConfig, lexopt::Error> {
    let (id, registration) = text.split_once('=').ok_or("--provider: ID=CLIENT_ID or \"ID=CLIENT_ID ISSUER NAME\"")?;
    let mut parts = registration.splitn(3, ' ');
    let (client_id, issuer, name) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let provider = match (issuer, ProviderConfig::preset(id)) {
        (Some(issuer), None) => ProviderConfig::open_id(id, name.unwrap_or(id), issuer),
        (None, Some(preset)) => preset,
        (Some(_), Some(_)) => return Err(format!("--provider: {id} has an issuer already").into()),
        (None, None) => return Err(format!("--provider: {id} is known by no name: give its issuer").into()),
    };
    let given = secrets.iter().find(|(whose, _)| whose == id).map(|(_, secret)| secret.clone());
    let variable = format!("DAEMUN_PROVIDER_SECRET_{}", id.to_uppercase().replace('-', "_"));
    let secret = given.or_else(|| std::env::var(variable).ok());
    let secret = secret.ok_or_else(|| format!("--provider {id} needs --provider-secret-file {id}=FILE"))?;
    Ok(provider.registered(client_id, Secret::new(secret)))
}

fn read_logo(file: &PathBuf) -> Result<Logo, lexopt::Error> {
    let bytes = std::fs::read(file);
    let bytes = bytes.map_err(|error| format!("--brand-logo: cannot read {}: {error}", file.display()))?;
    Logo::parse(bytes).map_err(|error| format!("--brand-logo: {error}").into())
}

/// `service=https://…`, `marketing?=https://…`.
fn read_terms(text: &str) -> Result<Terms, lexopt::Error> {
    let (id, url) = text.split_once('=').ok_or("--terms: ID=URL or ID?=URL")?;
    let (id, required) = id.strip_suffix('?').map_or((id, true), |id| (id, false));
    match TermsId::from(id) {
        TermsId::Unknown(_) => Err("--terms: the ID is service, privacy or marketing".into()),
        id @ (TermsId::Service | TermsId::Privacy | TermsId::Marketing) => Ok(Terms { id, url: url.into(), required }),
    }
}

/// `ios=https://…`, `ios=https://… example://open`.
fn read_app(text: &str) -> Result<AppLink, lexopt::Error> {
    let (platform, links) = text.split_once('=').ok_or("--app-link: PLATFORM=GET or \"PLATFORM=GET OPEN\"")?;
    let platform = match platform {
        "android" => Platform::Android,
        "ios" => Platform::Ios,
        "macos" => Platform::Macos,
        "windows" => Platform::Windows,
        "other" => Platform::Other,
        _ => return Err("--app-link: the platform is android, ios, macos, windows or other".into()),
    };
    let (get, open) = links.split_once(' ').map_or((links, None), |(get, open)| (get, Some(open.into())));
    Ok(AppLink { platform, open, get: get.into() })
}
