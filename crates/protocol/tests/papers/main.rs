//! The protocol's papers: golden files, `docs/openapi.json`, `docs/PROTOCOL.md` and `docs/testids.json`, each made from the wire
//! types and held against them. `DAEMUN_BLESS=1 cargo test -p daemun-protocol` writes them anew.

#![expect(clippy::unwrap_used, reason = "a test says what it expects")]

mod goldens;
mod refusals;

mod paper;

mod golden_files;
mod openapi;
mod protocol_md;
mod reading;
mod testids;
