//! The backend over real connections, each test with its own port, database, clock and chance. Nothing here waits for
//! time to pass: clocks are moved.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so at once")]

mod device;
mod issuer;
mod visitor;

mod account_security;
mod accounts;
mod app_files;
mod approvals;
mod bad_input;
mod binding;
mod brands;
mod crash;
mod denied_members;
mod embedding;
mod enumeration;
mod expired_password;
mod find_id;
mod handoff;
mod identities;
mod join;
mod long_polling;
mod many_guesses;
mod notifications;
mod passkeys;
mod password_policy;
mod phone_link;
mod phone_sign_in;
mod proofs;
mod providers;
mod quick_login;
mod register_id;
mod reset;
mod restrictions;
mod sandbox;
mod second_factor;
mod security_link;
mod settings;
mod shared_accounts;
mod sign_in;
mod smtp;
mod the_same_again;
mod timing;
mod webhook;
