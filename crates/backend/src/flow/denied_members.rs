//! Members who alone may not sign in by an external provider (seed 003; FEATURES P1), decided by an administrator. It refuses to know
//! where members are kept.

use daemun_protocol::{ActionName, Offers, PolicyEffect, PolicyEffectCode};
use serde::{Deserialize, Serialize};

use super::new_password::Whose;
use super::policy::{MemberWays, Reach};
use super::settings::proven;
use super::{Facts, Workspace};

/// Whom to add, as far as that is filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DenyForm {
    /// The administrator.
    pub whose: Whose,
    pub identifier: Option<String>,
}

/// A member of whom it is looked at what it does: just this one can be denied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DenyReview {
    pub form: DenyForm,
    pub member: i64,
    pub name: String,
    pub identifier: String,
    pub effects: Vec<PolicyEffect>,
}

impl DenyReview {
    pub fn locks_out(&self) -> bool {
        self.effects.iter().any(|effect| effect.code == PolicyEffectCode::LockedOut)
    }
}

/// What it does to a member not to be let in by a provider any more.
pub fn effects(member: &MemberWays, provider: &str, workspace: &Workspace, reach: Reach) -> Vec<PolicyEffect> {
    let is_connected = member.identities.iter().any(|connected| connected == provider);
    let without = member.without_identity(provider);
    let is_shut_out = member.is_shut_out_as(&without, workspace, reach);
    [(PolicyEffectCode::LockedOut, is_shut_out), (PolicyEffectCode::LineDenied, is_connected)]
        .into_iter()
        .filter(|(_, happens)| *happens)
        .map(|(code, _)| PolicyEffect { code, members: 1 })
        .collect()
}

/// What can be done where they are listed.
pub fn offers(facts: &Facts) -> Offers {
    let offers = Offers::default().with_offer(ActionName::Submit, proven(facts)).with(ActionName::Back);
    if facts.denied_members.is_empty() { offers } else { offers.with_offer(ActionName::AllowMember, proven(facts)) }
}

/// What can be done with one that was looked at.
pub fn review_offers(facts: &Facts) -> Offers {
    Offers::default().with_offer(ActionName::DenyMember, proven(facts)).with(ActionName::Back)
}

#[cfg(test)]
mod tests {
    use daemun_protocol::Timestamp;

    use super::*;
    use crate::flow::policy::LINE;
    use crate::flow::policy::tests::nuri;

    const FAR: Reach = Reach { sends_sms: true, knows_passkeys: true };

    /// P1, P2: whoever has nothing else is locked out; whoever has not connected an account there notices nothing.
    #[test]
    fn what_it_does_to_a_member_is_counted_by_what_else_they_have() {
        let of = |member: &MemberWays, workspace: &Workspace| {
            effects(member, LINE, workspace, FAR).into_iter().map(|effect| effect.code).collect::<Vec<_>>()
        };
        let by_line = MemberWays { identities: vec![LINE.into()], ..MemberWays::default() };
        let closed = Workspace { email_entry: false, ..nuri() };
        assert_eq!(of(&by_line, &closed), [PolicyEffectCode::LockedOut, PolicyEffectCode::LineDenied]);
        assert_eq!(of(&by_line, &nuri()), [PolicyEffectCode::LineDenied], "a code to their address lets them in");
        let by_password = MemberWays { password_set_at: Some(Timestamp(0)), ..by_line.clone() };
        assert_eq!(of(&by_password, &closed), [PolicyEffectCode::LineDenied]);
        assert_eq!(of(&MemberWays::default(), &nuri()), []);
        // Whoever could not come in before is locked out by something else.
        let denied = Workspace { denied_providers: vec![LINE.into()], ..closed };
        assert_eq!(of(&by_line, &denied), [PolicyEffectCode::LineDenied]);
    }
}
