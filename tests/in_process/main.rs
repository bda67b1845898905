//! The pure machine against the real backend, over HTTP and without a browser; and the paper that says which test walks
//! which row of FEATURES.md.

#![expect(clippy::expect_used, reason = "a test says what it expects")]

mod joining_and_passwords;
mod machine_and_backend;

mod native_app;

mod accents;
mod features_paper;
