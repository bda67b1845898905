//! What every story needs: a gate, members at their browsers, the screens they meet and the wire between.

mod story;

mod approvals;
mod authenticator;
mod factors;
mod frame;
mod gate;
mod goldens;
mod member;
mod open_id_provider;
mod push_service;
mod qr;
mod screens;

mod axe;
mod browser;
mod chromedriver;
mod sight;
mod wire;
mod workplace;

pub use approvals::COLLEAGUES;
pub use authenticator::Authenticator;
pub use axe::Axe;
pub use gate::Gate;
pub use goldens::golden;
pub use member::{Member, Theme, choice_of};
pub use open_id_provider::OpenIdProvider;
pub use push_service::PushService;
pub use screens::Newcomer;
pub use sight::Sight;
pub use story::{story, story_in_windows, story_with};
pub use wire::{Passed, Requests, Tampered, Tampering};
