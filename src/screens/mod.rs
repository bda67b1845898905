//! One file per step: what a member is asked, and what each act of theirs means. Screens look at the gate and speak to it;
//! they know no network, no storage and no other screen.

pub mod choose_workspace;
pub mod code;
pub mod complete;
pub mod ended;
mod form;
pub mod identify;
pub mod notice;
pub mod opening;
pub mod organisation;
pub mod password;
pub mod unknown;
pub mod unopened;
