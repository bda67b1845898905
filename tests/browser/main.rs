//! Daemun as a member meets it: in Chromium, each story at a gate of its own. The IDs are the rows of FEATURES.md;
//! `docs/FEATURES.md` lists which story walks which row.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says what it expects")]

mod harness;

mod accounts;
mod branding;
mod by_email;
mod by_organisation;
mod by_phone;
mod passkeys;
mod password;
mod policy;
mod providers;
mod return_to;
mod return_to_reading;

mod authenticator;
mod external_identities;
mod mobile_approval;
mod new_device;
mod phone_link;
mod quick_login;
mod second_factor;
mod security_settings;

mod account_security;
mod app_links;
mod denied_members;
mod expired_password;
mod find_id;
mod first_id;
mod join_by_link;
mod join_by_mail;
mod join_form;
mod new_passwords;
mod notifications;
mod other_implementation;
mod reset;
mod reset_links;

mod in_app_browsers;
mod leaving_a_link;
mod security_link;

mod code_field;
mod keyboard;
mod languages;
mod password_field;
mod password_managers;

mod first_moments;
mod going_about;
mod lost_answers;
mod lost_connection;
mod lost_while_joining;
mod lost_while_opening_a_link;
mod several_tabs;
mod shared_accounts;
mod start_failures;
mod whole_page;

mod bad_answers;
mod content_security;
mod embedding;
mod link_secrets;
mod secrets;

mod matrix;
mod matrix_of_accounts;
mod matrix_of_approvals;
mod matrix_of_devices;
mod matrix_of_factors;
mod matrix_of_joining;
mod matrix_of_links;
mod matrix_of_policy;
mod matrix_of_providers;
mod matrix_of_quick_login;
mod matrix_of_settings;
mod sandbox_page;
