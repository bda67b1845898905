//! The pure machine behind the app: what it shows and what it asks the backend are functions of the events it was told.
//! It knows no browser, no clock, no randomness and no async; a driver brings those in and carries its effects out.

mod device;
mod face;
mod in_app;
mod machine;
mod moment;
mod opening;
mod redirect;
mod retry;
mod this_device;
mod trouble;
mod typed;

pub use device::{Ceremony, DeviceFault, Reach};
pub use face::{Busy, Face};
pub use in_app::InApp;
pub use machine::{Answer, Effect, Event, Fault, Machine, Ticket};
pub use moment::Moment;
pub use opening::{Entry, Place};
pub use redirect::{may_lead_to, may_open};
pub use this_device::ThisDevice;
pub use trouble::{Refusal, Trouble};
pub use typed::digits;
