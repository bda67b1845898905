//! The reference backend of Daemun: a login frontend's other half, real enough to sign in with. As a library it starts in
//! the process of a test, with a clock and a chance that the test decides.
//!
//! ```
//! use daemun_backend::{Chance, Clock, Config, Log, start};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let directory = tempfile::tempdir()?;
//! let server = start(Config {
//!     clock: Clock::manual_now(),
//!     chance: Chance::seeded(7),
//!     log: Log::kept(),
//!     return_origins: vec!["https://app.example".into()],
//!     ..Config::sandbox(directory.path().join("daemun.db"))
//! })
//! .await?;
//! assert!(server.origin().starts_with("http://localhost:"));
//! server.clock().advance_seconds(600);
//! server.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! # What a stranger can use up
//! A browser that has signed in has allowances of its own: for an account's password and for reset links to its address,
//! however it signed in; for codes to an address or number that it signed in with by code; and for second factors, if it has
//! given one. Nobody else can use them up. Browsers that never did share theirs: codes and reset links sent to an address or
//! number, wrong codes for it (in half an hour and in a day), wrong passwords for an ID, once for those that came by the
//! organisation's ID and once for those that proved the mailbox first, and messages to phones for signing in. So a stranger
//! can keep a member's *new* device waiting, for as long as they go on and as far as their network address is let; to give
//! each newcomer an allowance would give it to whoever guesses. Second factors are counted by account alone: what strangers do
//! at the front door does not count there. A policy that suspends is the other exception. And since the newest reset link alone
//! is good, who knows a member's name and address can have an older one replaced; what they get by it is one more mail in the
//! member's own inbox.

mod server;

mod http;

mod files;
mod home;
mod pages;
mod sandbox;
mod shared;

mod gate;

mod flow;

mod accent;
mod approval_link;
mod authenticator;
mod brand;
mod browser;
mod calendar;
mod carrier;
mod codes;
mod email_address;
mod handoff;
mod hosts;
mod limits;
mod link_token;
mod locale;
mod login_id;
mod logo;
mod mail;
mod mobile_number;
mod offering;
mod organisation_id;
mod password;
mod person_name;
mod possession;
mod providers;
mod recovery_codes;
mod relying_party;
mod reset_desk;
mod retry_after;
mod return_to;
mod seen;
mod server_key;
mod store;

mod push;

mod chance;
mod clock;
mod log;

pub use accent::{Accent, NotAColour};
pub use brand::Brand;
pub use chance::{Chance, NoChance};
pub use clock::Clock;
pub use files::NotServable;
pub use gate::Shows;
pub use http::ClientAddress;
pub use limits::{IpRates, Rate};
pub use locale::Locale;
pub use log::Log;
pub use logo::{Logo, NotALogo};
pub use mail::{SmtpRefused, WebhookRefused};
pub use offering::NotALink;
pub use password::{Breached, WorstPasswords};
pub use providers::{NotAProvider, ProviderConfig, ProvidersRefused};
pub use push::{NotAContact, PushRefused};
pub use return_to::{NotAnOrigin, ReturnPlaces, ReturnTo};
pub use sandbox::{Sandbox, Seed, seeds};
pub use server::{Config, NotStarted, Server, SmtpConfig, Takes, WebhookConfig, start};
pub use store::Trouble;
