//! What the app shows now: the machine seen from the outside.

use daemun_protocol::{Account, ActionName, Destination, EndReason, Message, Offers, Restart, StepState, Workspace};

use crate::Trouble;

/// Whether a request of the member's is under way, and which.
pub type Busy = Option<ActionName>;

/// One screen's worth of state, borrowed from the machine.
#[derive(Clone, Debug, PartialEq)]
pub enum Face<'a> {
    /// Nothing to show yet: the flow is being read and its step is not known.
    Opening,
    /// The flow could not be begun or read, and there is no form to say it on.
    Unopened(&'a Trouble),
    /// A step.
    Step {
        /// Stays the same as long as drafts and focus should live.
        instance: u32,
        step: &'a StepState,
        offers: &'a Offers,
        busy: Busy,
        /// What went wrong with the member's last act, and which act that was.
        trouble: Option<(ActionName, &'a Trouble)>,
        messages: &'a [Message],
        account: Option<&'a Account>,
        workspace: Option<&'a Workspace>,
    },
    /// Done; the page is leaving, or the host around it goes on by itself.
    Complete { to: &'a Destination },
    /// Over without success.
    Ended { reason: &'a EndReason, restart: Option<&'a Restart> },
}
