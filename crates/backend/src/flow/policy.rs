//! What an administrator decides about a workspace's accounts, and what it does to members (seed 003; FEATURES P1, P2). It refuses
//! to know where members are kept and who is an administrator.

use daemun_protocol::{
    AccountPolicy, ActionName, FieldCode, FieldError, Offers, PolicyEffect, PolicyEffectCode, PolicyOption, Provider,
    SavedPolicy, Timestamp, TwoFactor,
};
use serde::{Deserialize, Serialize};

use super::new_password::Whose;
use super::settings::proven;
use super::{Facts, Workspace};
use crate::password::PasswordPolicy;

/// Consecutive wrong passwords that a policy can suspend at, at most.
const HIGHEST_ATTEMPT_LIMIT: u32 = 100;

/// The external providers that have an option of their own (seed 003), by the names of their presets.
pub const LINE: &str = "line";
pub const NAVER: &str = "naver";

/// The options, as far as they are filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyForm {
    pub whose: Whose,
    pub draft: AccountPolicy,
}

/// A change that is looked at before it is saved: just this one can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyReview {
    pub form: PolicyForm,
    /// The policy that the change was looked at beside.
    pub before: AccountPolicy,
    pub effects: Vec<PolicyEffect>,
}

impl PolicyReview {
    pub fn locked_out(&self) -> u32 {
        members(&self.effects, &PolicyEffectCode::LockedOut)
    }
}

/// To how many members something happens.
pub fn members(effects: &[PolicyEffect], code: &PolicyEffectCode) -> u32 {
    effects.iter().find(|effect| effect.code == *code).map_or(0, |effect| effect.members)
}

impl Workspace {
    /// One that has an organisation's ID, and of which nobody has decided anything.
    pub fn seeded(id: &str, name: &str) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            organisation_id: Some(id.into()),
            email_entry: true,
            organisation_entry: true,
            phone_entry: true,
            device_unlock: true,
            quick_login: false,
            quick_login_two_factors: false,
            device_approval: false,
            denied_providers: Vec::new(),
            two_factor: TwoFactor::Optional,
            remember_browser: false,
            managed_profiles: false,
            attempt_limit: None,
            reveal_tries: true,
            capacity: None,
            passwords: PasswordPolicy::DEFAULT,
            accent: None,
            logo: None,
        }
    }

    /// What is decided about the accounts.
    pub fn policy(&self) -> AccountPolicy {
        AccountPolicy {
            password_format: Some(self.passwords.format),
            password_min_length: Some(self.passwords.min_length),
            password_max_age_days: Some(self.passwords.max_age_days.unwrap_or_default()),
            password_history: Some(self.passwords.history),
            attempt_limit: Some(self.attempt_limit.unwrap_or_default()),
            two_factor: Some(self.two_factor),
            phone_entry: Some(self.phone_entry),
            device_unlock: Some(self.device_unlock),
            quick_login: Some(self.quick_login),
            quick_login_two_factors: Some(self.quick_login_two_factors),
            device_approval: Some(self.device_approval),
            line_entry: Some(self.allows_provider(LINE)),
            naver_entry: Some(self.allows_provider(NAVER)),
        }
    }

    /// The workspace under a draft, whether or not that makes sense.
    #[must_use]
    pub fn under(mut self, draft: AccountPolicy) -> Self {
        let or_none = |number: u32| (number > 0).then_some(number);
        let AccountPolicy {
            password_format,
            password_min_length,
            password_max_age_days,
            password_history,
            attempt_limit,
            two_factor,
            phone_entry,
            device_unlock,
            device_approval,
            quick_login,
            quick_login_two_factors,
            line_entry,
            naver_entry,
        } = draft;
        let passwords = &mut self.passwords;
        passwords.format = password_format.unwrap_or(passwords.format);
        passwords.min_length = password_min_length.unwrap_or(passwords.min_length);
        passwords.max_age_days = password_max_age_days.map_or(passwords.max_age_days, or_none);
        passwords.history = password_history.unwrap_or(passwords.history);
        self.attempt_limit = attempt_limit.map_or(self.attempt_limit, or_none);
        self.two_factor = two_factor.unwrap_or(self.two_factor);
        self.phone_entry = phone_entry.unwrap_or(self.phone_entry);
        self.device_unlock = device_unlock.unwrap_or(self.device_unlock);
        self.quick_login = quick_login.unwrap_or(self.quick_login);
        self.quick_login_two_factors = quick_login_two_factors.unwrap_or(self.quick_login_two_factors);
        self.device_approval = device_approval.unwrap_or(self.device_approval);
        for (provider, allowed) in [(LINE, line_entry), (NAVER, naver_entry)] {
            match allowed {
                Some(true) => self.denied_providers.retain(|denied| denied != provider),
                Some(false) if self.allows_provider(provider) => self.denied_providers.push(provider.into()),
                Some(false) | None => {}
            }
        }
        self
    }

    /// The options that no administrator could choose.
    pub fn nonsense(&self) -> Vec<PolicyOption> {
        let is_limit = self.attempt_limit.is_none_or(|limit| (1..=HIGHEST_ATTEMPT_LIMIT).contains(&limit));
        let limit = (!is_limit).then_some(PolicyOption::AttemptLimit);
        self.passwords.nonsense().into_iter().chain(limit).collect()
    }
}

/// What is wrong with a draft, each at its option.
pub fn trouble(changed: &Workspace) -> Vec<FieldError> {
    let error = |option: PolicyOption| FieldError {
        pointer: format!("/input/changes/{}", option.as_str()),
        code: FieldCode::OptionInvalid,
    };
    changed.nonsense().into_iter().map(error).collect()
}

/// A member, as far as policies matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberWays {
    /// Since when there is a password.
    pub password_set_at: Option<Timestamp>,
    /// Whether a number is linked to sign in by.
    pub has_phone: bool,
    pub has_passkey: bool,
    /// Whether quick login is set up on a device.
    pub has_quick_login: bool,
    /// Whether a personal email is saved.
    pub has_personal_email: bool,
    pub has_mobile: bool,
    pub has_authenticator: bool,
    /// Whether the second factor is turned on.
    pub two_factor: bool,
    /// At which external providers an identity is connected that may be used, by their names.
    pub identities: Vec<String>,
}

/// What messages to phones and authenticators can do in this deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    pub sends_sms: bool,
    pub knows_passkeys: bool,
}

/// What comes after a first factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    In,
    /// A second factor has to be registered first.
    Enrols,
    Shut,
}

impl MemberWays {
    /// The same member, without what is connected at a provider.
    #[must_use]
    pub fn without_identity(&self, provider: &str) -> Self {
        let identities = self.identities.iter().filter(|connected| *connected != provider).cloned().collect();
        Self { identities, ..self.clone() }
    }

    /// The same member, without the number to sign in by.
    #[must_use]
    pub fn without_phone(&self) -> Self {
        Self { has_phone: false, ..self.clone() }
    }

    /// The same member, without any device or security key; a PIN may be left.
    #[must_use]
    pub fn without_passkeys(&self, keeps_pin: bool) -> Self {
        Self { has_passkey: false, has_quick_login: self.has_quick_login && keeps_pin, ..self.clone() }
    }

    /// Whether there is any way in at all.
    pub fn comes_in(&self, workspace: &Workspace, reach: Reach) -> bool {
        self.entry(workspace, reach) != Entry::Shut
    }

    /// Whether it takes the last way in to become like `then`.
    pub fn is_shut_out_as(&self, then: &Self, workspace: &Workspace, reach: Reach) -> bool {
        self.comes_in(workspace, reach) && !then.comes_in(workspace, reach)
    }

    /// The best that a member comes to, by whatever first factor.
    fn entry(&self, workspace: &Workspace, reach: Reach) -> Entry {
        let by_password =
            workspace.email_entry || (workspace.takes_organisation_way() && self.password_set_at.is_some());
        let by_phone = workspace.phone_entry && self.has_phone && reach.sends_sms;
        let by_device = workspace.device_unlock && self.has_passkey && reach.knows_passkeys;
        let by_pin = workspace.quick_login && self.has_quick_login;
        let by_provider = self.identities.iter().any(|provider| workspace.allows_provider(provider));
        let asks = workspace.two_factor == TwoFactor::Required || self.two_factor;
        let has_other = self.has_personal_email || self.has_authenticator;
        let reaches_other = has_other || (self.has_passkey && reach.knows_passkeys);
        let behind = |is_there: bool, mobile: bool| {
            let is_saved = has_other || self.has_passkey || mobile;
            match (is_there, asks, reaches_other || (mobile && reach.sends_sms)) {
                (false, _, _) => Entry::Shut,
                (true, false, _) | (true, true, true) => Entry::In,
                // Who has the first factor alone puts none in the place of one that is saved; see `second_factor::Asked`.
                (true, true, false) if workspace.managed_profiles || is_saved => Entry::Shut,
                (true, true, false) => Entry::Enrols,
            }
        };
        let entries = [
            behind(by_password || by_provider, self.has_mobile),
            // A code to a phone is no second factor behind another one (FEATURES T4).
            behind(by_phone, false),
            if by_device || (by_pin && workspace.quick_login_two_factors) { Entry::In } else { Entry::Shut },
            behind(by_pin, self.has_mobile),
        ];
        let is = |entry| entries.contains(&entry);
        if is(Entry::In) {
            Entry::In
        } else if is(Entry::Enrols) {
            Entry::Enrols
        } else {
            Entry::Shut
        }
    }
}

/// A way to sign in that comes to be allowed, which is told to all members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    Phone,
    Device,
    QuickLogin,
    Provider(Provider),
}

impl News {
    /// What comes to be allowed by a change, where these providers are there to sign in by.
    pub fn of(before: &Workspace, after: &Workspace, providers: Vec<Provider>) -> Vec<Self> {
        let ways = [
            (Self::Phone, before.phone_entry, after.phone_entry),
            (Self::Device, before.device_unlock, after.device_unlock),
            (Self::QuickLogin, before.quick_login, after.quick_login),
        ];
        let ways = ways.into_iter().filter(|(_, before, after)| *after && !before).map(|(news, _, _)| news);
        let allowed_now =
            |provider: &Provider| after.allows_provider(&provider.id) && !before.allows_provider(&provider.id);
        ways.chain(providers.into_iter().filter(allowed_now).map(Self::Provider)).collect()
    }

    /// The name under which it is noted that it was told.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Phone => "phone",
            Self::Device => "device",
            Self::QuickLogin => "quick login",
            Self::Provider(provider) => &provider.id,
        }
    }
}

/// What a change does to members, the gravest first; what happens to nobody is left out. `news` is what is told to all of them.
pub fn effects(
    all: &[MemberWays],
    before: &Workspace,
    after: &Workspace,
    news: &[News],
    reach: Reach,
    now: Timestamp,
) -> Vec<PolicyEffect> {
    let count = |happens: &dyn Fn(&MemberWays) -> bool| {
        u32::try_from(all.iter().filter(|member| happens(member)).count()).unwrap_or(u32::MAX)
    };
    let comes_to = |entry: Entry| {
        move |member: &MemberWays| {
            member.entry(after, reach) == entry && !matches!(member.entry(before, reach), Entry::Shut)
        }
    };
    let newly_enrols =
        |member: &MemberWays| comes_to(Entry::Enrols)(member) && member.entry(before, reach) != Entry::Enrols;
    let expired = |workspace: &Workspace, member: &MemberWays| {
        member.password_set_at.is_some_and(|set_at| workspace.passwords.has_expired(set_at, now))
    };
    let comes_to_deny = |provider: &str, member: &MemberWays| {
        before.allows_provider(provider)
            && !after.allows_provider(provider)
            && member.identities.iter().any(|connected| connected == provider)
    };
    let (old, new) = (before.passwords, after.passwords);
    let asks_otherwise = (old.format, old.min_length, old.history) != (new.format, new.min_length, new.history);
    let counted = [
        (PolicyEffectCode::LockedOut, count(&comes_to(Entry::Shut))),
        (PolicyEffectCode::EnrolFactor, count(&newly_enrols)),
        (PolicyEffectCode::PasswordExpired, count(&|member| expired(after, member) && !expired(before, member))),
        (PolicyEffectCode::PhoneDenied, count(&|member| before.phone_entry && !after.phone_entry && member.has_phone)),
        (
            PolicyEffectCode::DeviceDenied,
            count(&|member| before.device_unlock && !after.device_unlock && member.has_passkey),
        ),
        (
            PolicyEffectCode::QuickLoginDenied,
            count(&|member| before.quick_login && !after.quick_login && member.has_quick_login),
        ),
        (PolicyEffectCode::LineDenied, count(&|member| comes_to_deny(LINE, member))),
        (PolicyEffectCode::NaverDenied, count(&|member| comes_to_deny(NAVER, member))),
        (PolicyEffectCode::NextPassword, count(&|member| asks_otherwise && member.password_set_at.is_some())),
        (PolicyEffectCode::Notified, count(&|_| !news.is_empty())),
    ];
    counted
        .into_iter()
        .filter(|(_, members)| *members > 0)
        .map(|(code, members)| PolicyEffect { code, members })
        .collect()
}

/// What can be done at the options.
pub fn offers(facts: &Facts) -> Offers {
    let offers = Offers::default().with_offer(ActionName::Review, proven(facts)).with(ActionName::Done);
    let has_line = facts.policy.line_entry.is_some();
    if has_line { offers.with(ActionName::ShowDeniedMembers) } else { offers }
}

/// What can be done with a change that was looked at.
pub fn review_offers(facts: &Facts) -> Offers {
    Offers::default().with_offer(ActionName::Save, proven(facts)).with(ActionName::Back)
}

/// A decision as it is kept and told: of what it was and is, that which was changed.
pub fn saved(who: &str, at: Timestamp, before: AccountPolicy, draft: AccountPolicy) -> SavedPolicy {
    let to = draft.unlike(before);
    SavedPolicy { who: who.into(), at, from: before.unlike(to.or(before)), to, member: None }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(0);
    const FAR: Reach = Reach { sends_sms: true, knows_passkeys: true };

    pub fn nuri() -> Workspace {
        Workspace { quick_login: true, ..Workspace::seeded("nuri", "Nuri") }
    }

    fn by_password() -> MemberWays {
        MemberWays { password_set_at: Some(NOW), ..MemberWays::default() }
    }

    /// What the change does to one member.
    fn does(member: &MemberWays, before: &Workspace, draft: AccountPolicy, reach: Reach) -> Vec<PolicyEffectCode> {
        let told = effects(std::slice::from_ref(member), before, &before.clone().under(draft), &[], reach, NOW);
        assert!(told.iter().all(|effect| effect.members == 1), "{told:?}");
        told.into_iter().map(|effect| effect.code).collect()
    }

    /// P2, T2, T3: who has none registers one, where that is the member's to do; or else is locked out, and so is whoever has one
    /// that is out of reach.
    #[test]
    fn required_asks_of_each_what_they_can_do() {
        let required = AccountPolicy { two_factor: Some(TwoFactor::Required), ..AccountPolicy::default() };
        let (own, managed) = (nuri(), Workspace { managed_profiles: true, ..nuri() });
        let near = Reach { sends_sms: false, knows_passkeys: false };
        let with = |change: fn(&mut MemberWays)| {
            let mut member = by_password();
            change(&mut member);
            member
        };
        let nothing = by_password();
        let email = with(|member| member.has_personal_email = true);
        let mobile = with(|member| member.has_mobile = true);
        let authenticator = with(|member| member.has_authenticator = true);
        let passkey = with(|member| member.has_passkey = true);
        use PolicyEffectCode::{EnrolFactor, LockedOut};
        for (member, workspace, reach, told) in [
            (nothing.clone(), &own, FAR, vec![EnrolFactor]),
            (nothing.clone(), &managed, FAR, vec![LockedOut]),
            (email, &managed, FAR, vec![]),
            (mobile.clone(), &managed, FAR, vec![]),
            (mobile.clone(), &own, near, vec![LockedOut]),
            (authenticator, &managed, near, vec![]),
            (passkey.clone(), &managed, FAR, vec![]),
            (passkey.clone(), &own, near, vec![LockedOut]),
        ] {
            assert_eq!(does(&member, workspace, required, reach), told, "{member:?}");
        }
        // Who has it turned on already is asked as before.
        let turned_on = MemberWays { two_factor: true, ..by_password() };
        assert_eq!(does(&turned_on, &own, required, FAR), []);
        assert_eq!(does(&turned_on, &managed, required, FAR), [], "shut out before, and not by this");
    }

    /// P2, T4: a code to a phone, and behind it another, are no two factors.
    #[test]
    fn a_phone_alone_is_no_way_in_where_a_second_factor_is_required() {
        let closed = Workspace { email_entry: false, organisation_entry: false, ..nuri() };
        let member = MemberWays { has_phone: true, has_mobile: true, ..MemberWays::default() };
        let required = AccountPolicy { two_factor: Some(TwoFactor::Required), ..AccountPolicy::default() };
        assert_eq!(does(&member, &closed, required, FAR), [PolicyEffectCode::EnrolFactor]);
        let managed = Workspace { managed_profiles: true, ..closed };
        assert_eq!(does(&member, &managed, required, FAR), [PolicyEffectCode::LockedOut]);
    }

    /// P2: who uses a method is told from who has nothing else.
    #[test]
    fn a_denial_locks_out_whoever_has_nothing_else() {
        let deny = AccountPolicy { phone_entry: Some(false), device_unlock: Some(false), ..AccountPolicy::default() };
        let closed = Workspace { email_entry: false, organisation_entry: false, ..nuri() };
        let phone = MemberWays { has_phone: true, ..by_password() };
        let device = MemberWays { has_passkey: true, ..by_password() };
        use PolicyEffectCode::{DeviceDenied, LockedOut, PhoneDenied};
        assert_eq!(does(&phone, &nuri(), deny, FAR), [PhoneDenied]);
        assert_eq!(does(&device, &nuri(), deny, FAR), [DeviceDenied]);
        assert_eq!(does(&phone, &closed, deny, FAR), [LockedOut, PhoneDenied]);
        assert_eq!(does(&device, &closed, deny, FAR), [LockedOut, DeviceDenied]);
        assert_eq!(
            does(&by_password(), &closed, deny, FAR),
            [],
            "who could not come in before is not locked out by it"
        );
    }

    /// P2, L7: quick login is a way in like another, and two factors only where the policy says so.
    #[test]
    fn quick_login_alone_is_a_way_in() {
        let closed = Workspace { email_entry: false, organisation_entry: false, ..nuri() };
        let member = MemberWays { has_quick_login: true, ..MemberWays::default() };
        let deny = AccountPolicy { quick_login: Some(false), ..AccountPolicy::default() };
        use PolicyEffectCode::{EnrolFactor, LockedOut, QuickLoginDenied};
        assert_eq!(does(&member, &closed, deny, FAR), [LockedOut, QuickLoginDenied]);
        let by_password_too = MemberWays { has_quick_login: true, ..by_password() };
        assert_eq!(does(&by_password_too, &nuri(), deny, FAR), [QuickLoginDenied]);
        let required = AccountPolicy { two_factor: Some(TwoFactor::Required), ..AccountPolicy::default() };
        assert_eq!(does(&member, &closed, required, FAR), [EnrolFactor]);
        let counts = AccountPolicy { quick_login_two_factors: Some(true), ..required };
        assert_eq!(does(&member, &closed, counts, FAR), []);
    }

    #[test]
    fn a_draft_changes_what_it_names_and_nothing_else() {
        let workspace = nuri();
        assert_eq!(workspace.clone().under(AccountPolicy::default()), workspace);
        assert_eq!(workspace.clone().under(workspace.policy()), workspace);
        let draft = AccountPolicy {
            password_max_age_days: Some(90),
            attempt_limit: Some(5),
            device_approval: Some(true),
            ..AccountPolicy::default()
        };
        let changed = workspace.clone().under(draft);
        assert_eq!(changed.policy().unlike(workspace.policy()), draft);
        let never =
            AccountPolicy { password_max_age_days: Some(0), attempt_limit: Some(0), ..AccountPolicy::default() };
        let back = changed.under(never);
        assert_eq!((back.passwords.max_age_days, back.attempt_limit), (None, None));
    }

    #[test]
    fn what_is_kept_of_a_decision_is_what_was_changed() {
        let before = nuri().policy();
        let draft = AccountPolicy { attempt_limit: Some(5), phone_entry: Some(true), ..AccountPolicy::default() };
        let kept = saved("Sujin", NOW, before, draft);
        assert_eq!(kept.from, AccountPolicy { attempt_limit: Some(0), ..AccountPolicy::default() });
        assert_eq!(kept.to, AccountPolicy { attempt_limit: Some(5), ..AccountPolicy::default() });
    }
}
