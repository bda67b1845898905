//! The way in: what the address bar says before any flow exists.

use daemun_protocol::{ActionName, Hints, Kind, KnownAccounts, Offers, Step, StepState};

/// How the member came to this page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What is begun here where there is no flow yet.
    pub kind: Kind,
    /// What the address bar hints at. A link's secret is not among it: that goes from the page to the wire.
    pub hints: Hints,
    /// A flow that this history entry began: the page was reloaded, or came back from the browser's history.
    pub flow: Option<String>,
    /// The security link's flow whose screen this tab left last, as far as it remembers: whether the backend has heard of that
    /// is another matter.
    pub left: Option<String>,
    /// Which page this is.
    pub place: Place,
    /// Whether the page shows the front door's form already, so that it can be typed into before any answer.
    pub at_front_door: bool,
}

/// The pages of the app, as far as they differ for whoever begins anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `/` and `/o/{organisation}`: a sign-in begins here, any number of times.
    Door,
    /// `/security`, `/approve`, `/security/policy`: a member's own settings, what waits for their approval, and a workspace's policy
    /// begin here, any number of times, for who is signed in.
    Settings,
    /// `/join#…`, `/reset#…`, `/link#…`, `/continue`: what began here, or elsewhere, is over when it is over; only what a
    /// security link is for can be tried anew.
    Passage,
}

impl Entry {
    /// The step that can be typed into before the backend has answered, where the way in has one: the front door.
    pub(crate) fn first_step(&self) -> Option<StepState> {
        self.at_front_door.then(|| StepState {
            id: String::new(),
            step: Step::Identify { identifier: None, passkey: None, accounts: KnownAccounts::default() },
        })
    }

    /// Whether what began here can begin again without the link that led here.
    pub fn can_begin_anew(&self) -> bool {
        matches!(self.kind, Kind::SignIn | Kind::Security | Kind::Approve | Kind::Policy)
    }

    /// Where the door is to lead back to, when what began here is for who is signed in.
    pub(crate) fn own_place(&self) -> Option<String> {
        match &self.kind {
            Kind::Security => Some("/security".into()),
            Kind::Policy => Some("/security/policy".into()),
            Kind::Approve => Some(match &self.hints.request {
                Some(request) => format!("/approve/{request}"),
                None => "/approve".into(),
            }),
            Kind::SignIn | Kind::Join | Kind::Reset | Kind::Link | Kind::Unknown(_) => None,
        }
    }

    pub(crate) fn first_offers() -> Offers {
        Offers::default().with(ActionName::Submit).with(ActionName::UseOrganisation)
    }
}
