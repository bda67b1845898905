//! Daemun as a member meets it: in Chromium, each story at a gate of its own. The IDs are the rows of FEATURES.md;
//! `docs/FEATURES.md` lists which story walks which row.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

mod harness;

mod by_email;
mod by_organisation;
mod password;
mod policy;
mod return_to;
mod return_to_reading;

mod code_field;
mod keyboard;
mod languages;
mod password_field;

mod first_moments;
mod going_about;
mod lost_answers;
mod lost_connection;
mod start_failures;

mod bad_answers;
mod content_security;
mod secrets;

mod matrix;
mod sandbox_page;
