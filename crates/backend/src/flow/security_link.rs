//! Opening what was shared by a security link: the address it was shared to, a code, and in (FEATURES O1 to O5). It refuses
//! to know tokens, and to whom anything was shared.

use daemun_protocol::{ActionName, NoticeCode, Offers, StepKind, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Entrance, Next, Said, Stage, StoredFlow};
use crate::locale::Locale;
use crate::return_to::ReturnTo;

/// Seconds from the last accepted act to the end of a flow: whoever has left the screen without a word has left it (FEATURES O3).
pub const LIFETIME: u64 = 10 * 60;
/// Seconds from a flow's beginning to its end at the latest.
pub const LONGEST_LIFE: u64 = 30 * 60;
/// Seconds that a browser in which the code was entered is let in for.
const GRANT: u64 = 12 * 3600;

/// Where somebody is who opens a link. Which link it is, the flow's [`Entrance`] says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkStage {
    /// To which address was it shared? With what was entered before.
    Address {
        email: Option<String>,
    },
    Dead(LinkTrouble),
    /// The right code was entered.
    Opened {
        redirect_to: String,
    },
}

/// What is wrong with a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkTrouble {
    Unknown,
    Expired,
    Revoked,
}

/// A link as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityLink {
    pub id: i64,
    /// Where what is shared is; it opens nothing by itself.
    pub place: String,
    pub title: String,
    pub expires_at: Option<Timestamp>,
    pub revoked: bool,
}

/// What a flow was begun with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    Live { link: i64, earlier: Earlier },
    Dead { link: Option<i64>, trouble: LinkTrouble },
}

/// How the flow that this one begins anew ended, as far as it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    Nothing,
    Left,
}

impl SecurityLink {
    /// What is wrong with it now, if anything.
    pub fn trouble(&self, now: Timestamp) -> Option<LinkTrouble> {
        if self.revoked {
            Some(LinkTrouble::Revoked)
        } else if self.expires_at.is_some_and(|end| end <= now) {
            Some(LinkTrouble::Expired)
        } else {
            None
        }
    }

    /// Until when a browser is let in that has entered the code now.
    pub fn granted_until(&self, now: Timestamp) -> Timestamp {
        let longest = now.plus_seconds(GRANT);
        self.expires_at.map_or(longest, |end| end.min(longest))
    }
}

impl Opened {
    /// What a link that was looked up comes to.
    pub fn of(link: Option<&SecurityLink>, earlier: Earlier, now: Timestamp) -> Self {
        let Some(link) = link else { return Self::Dead { link: None, trouble: LinkTrouble::Unknown } };
        match link.trouble(now) {
            Some(trouble) => Self::Dead { link: Some(link.id), trouble },
            None => Self::Live { link: link.id, earlier },
        }
    }
}

/// The flow's first state. It leads to what is shared and nowhere else, so it keeps no place to return to.
pub fn begin(opened: Opened, locale: Locale) -> StoredFlow {
    let (link, stage, said) = match opened {
        Opened::Live { link, earlier } => {
            let said = match earlier {
                Earlier::Nothing => Vec::new(),
                Earlier::Left => vec![Said::LinkLeft],
            };
            (Some(link), LinkStage::Address { email: None }, said)
        }
        Opened::Dead { link, trouble } => (link, LinkStage::Dead(trouble), Vec::new()),
    };
    let flow = StoredFlow::begin(Entrance::Link(link), locale, ReturnTo::Absent, Stage::Link(stage));
    StoredFlow { said, ..flow }
}

/// The link is no longer good.
pub fn dead(trouble: LinkTrouble) -> Next {
    Next::to(Stage::Link(LinkStage::Dead(trouble)))
}

/// The address was verified by code, and the link was shared to it.
pub fn address_verified(redirect_to: String) -> Next {
    Next::to(Stage::Link(LinkStage::Opened { redirect_to }))
}

impl LinkStage {
    /// `None` once what is shared is open.
    pub const fn kind(&self) -> Option<StepKind> {
        match self {
            Self::Address { .. } => Some(StepKind::LinkAddress),
            Self::Dead(_) => Some(StepKind::Notice),
            Self::Opened { .. } => None,
        }
    }

    /// A dead link leads nowhere: whoever shared it has to do so again.
    pub fn offers(&self) -> Offers {
        match self {
            Self::Address { .. } => Offers::default().with(ActionName::Submit),
            Self::Dead(_) | Self::Opened { .. } => Offers::default(),
        }
    }
}

impl LinkTrouble {
    /// What it is on the wire.
    pub const fn code(self) -> NoticeCode {
        match self {
            Self::Unknown => NoticeCode::LinkUnknown,
            Self::Expired => NoticeCode::LinkExpired,
            Self::Revoked => NoticeCode::LinkRevoked,
        }
    }
}

#[cfg(test)]
mod tests {
    use daemun_protocol::{EndReason, Kind, MessageCode, Restart, Status, Step};

    use super::super::{Ending, Facts, view};
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn link(expires_at: Option<u64>, revoked: bool) -> SecurityLink {
        let expires_at = expires_at.map(|seconds| NOW.plus_seconds(seconds));
        SecurityLink { id: 7, place: "place".into(), title: "Title".into(), expires_at, revoked }
    }

    /// O5: a link is good until it is revoked or its time is over, and only then begins a flow that asks anything.
    #[test]
    fn o5_a_dead_link_says_why_and_offers_nothing() {
        let revoked_and_over = SecurityLink { expires_at: Some(NOW), ..link(None, true) };
        for (found, code) in [
            (None, NoticeCode::LinkUnknown),
            (Some(SecurityLink { expires_at: Some(NOW), ..link(None, false) }), NoticeCode::LinkExpired),
            (Some(link(Some(60), true)), NoticeCode::LinkRevoked),
            (Some(revoked_and_over), NoticeCode::LinkRevoked),
        ] {
            let flow = begin(Opened::of(found.as_ref(), Earlier::Left, NOW), Locale::En);
            assert_eq!(flow.entrance, Entrance::Link(found.map(|link| link.id)));
            let seen = view("id", &flow, &Facts::default(), NOW, NOW);
            let Status::Active { step, actions, .. } = &seen.status else { panic!("{seen:?}") };
            assert!(matches!(&step.step, Step::Notice { code: told, .. } if *told == code), "{step:?}");
            assert_eq!(actions.iter().count(), 0);
            assert!(seen.messages.is_empty(), "there is nothing to begin anew");
        }
    }

    /// O1, O3: the flow asks for the address, and whoever left an earlier one is told why it begins anew.
    #[test]
    fn o3_who_left_is_told_and_nobody_else() {
        for (earlier, told) in [(Earlier::Nothing, None), (Earlier::Left, Some(MessageCode::LinkLeft))] {
            let flow = begin(Opened::of(Some(&link(None, false)), earlier, NOW), Locale::En);
            let stored = serde_json::to_string(&flow).unwrap();
            assert_eq!(serde_json::from_str::<StoredFlow>(&stored).unwrap(), flow);
            let seen = view("id", &flow, &Facts::default(), NOW, NOW);
            assert_eq!(seen.kind, Kind::Link);
            assert_eq!(seen.messages.first().map(|message| message.code.clone()), told);
        }
    }

    /// O3: what was left, cancelled or has expired begins anew as what it was.
    #[test]
    fn o3_an_ended_flow_says_how_to_begin_anew() {
        let mut flow = begin(Opened::of(Some(&link(None, false)), Earlier::Left, NOW), Locale::En);
        flow.apply(Next::to(Stage::Ended(Ending::Left)));
        let seen = view("id", &flow, &Facts::default(), NOW, NOW);
        let restart = Some(Restart { kind: Kind::Link });
        assert_eq!(seen.status, Status::Ended { reason: EndReason::Left, restart });
        assert!(seen.messages.is_empty());
    }

    /// O2: nobody is let in for longer than the link is good, or than half a day.
    #[test]
    fn o2_a_grant_ends_with_the_link_and_after_twelve_hours_at_the_latest() {
        let half_a_day = NOW.plus_seconds(12 * 3600);
        assert_eq!(link(None, false).granted_until(NOW), half_a_day);
        assert_eq!(link(Some(24 * 3600), false).granted_until(NOW), half_a_day);
        assert_eq!(link(Some(60), false).granted_until(NOW), NOW.plus_seconds(60));
    }
}
