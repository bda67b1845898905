//! Scenarios by name: what an administrator or fate does to the sandbox's world. It refuses to know who plays them.

use daemun_protocol::TwoFactor;

use super::links;
use crate::flow::Workspace;
use crate::gate::{Gate, account_subject};
use crate::store::{self, Trouble};

/// Something to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    Policy {
        workspace: &'static str,
        change: PolicyChange,
    },
    /// An administrator suspends minji in nuri: every session of the account ends.
    SuspendMinjiNuri,
    /// Other contacts are saved in minji's profile in nuri (FEATURES T1).
    ChangeMinjisContacts,
    /// Somebody becomes an administrator as well.
    Administrator {
        name: &'static str,
        email: &'static str,
        workspace: &'static str,
    },
    /// Minji alone may not sign in to nuri by LINE, or may again (FEATURES P1).
    MinjisLine(bool),
    /// Nobody is suspended any more.
    LiftSuspensions,
    /// All counters of tries and of codes sent are forgotten.
    LiftRestrictions,
    MailDown,
    MailUp,
    /// Whoever shared the link `link` takes it back (FEATURES O5).
    RevokeLink,
    /// The whole world anew; the clock stays where it is.
    Reset,
}

/// One switch of a workspace's policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyChange {
    EmailEntry(bool),
    OrganisationEntry(bool),
    AttemptLimit(Option<u32>),
    RevealTries(bool),
    PhoneEntry(bool),
    DeviceUnlock(bool),
    DeviceApproval(bool),
    TwoFactor(TwoFactor),
    RememberBrowser(bool),
    ManagedProfiles(bool),
    /// Whether members may sign in by an external provider (FEATURES L3).
    Provider(&'static str, bool),
}

impl PolicyChange {
    fn apply(self, workspace: &mut Workspace) {
        match self {
            Self::EmailEntry(allowed) => workspace.email_entry = allowed,
            Self::OrganisationEntry(allowed) => workspace.organisation_entry = allowed,
            Self::AttemptLimit(limit) => workspace.attempt_limit = limit,
            Self::RevealTries(revealed) => workspace.reveal_tries = revealed,
            Self::PhoneEntry(allowed) => workspace.phone_entry = allowed,
            Self::DeviceUnlock(allowed) => workspace.device_unlock = allowed,
            Self::DeviceApproval(asked) => workspace.device_approval = asked,
            Self::TwoFactor(asked) => workspace.two_factor = asked,
            Self::RememberBrowser(allowed) => workspace.remember_browser = allowed,
            Self::ManagedProfiles(managed) => workspace.managed_profiles = managed,
            Self::Provider(provider, allowed) => {
                workspace.denied_providers.retain(|denied| denied != provider);
                if !allowed {
                    workspace.denied_providers.push(provider.into());
                }
            }
        }
    }
}

const MINJI: &str = "minji@daemun.test";
/// Instead of the contacts that she begins with.
const OTHER_EMAIL: &str = "minji.new@daemun.test";
const OTHER_MOBILE: &str = "+821055550909";

const DOHYUN: Scenario = Scenario::Administrator { name: "dohyun", email: "dohyun@daemun.test", workspace: "nuri" };
const HARUTO: Scenario = Scenario::Administrator { name: "haruto", email: "haruto@daemun.test", workspace: "sakura" };

const WORKSPACES: &[&str] = &["nuri", "hanbit", "sakura", "northwind"];

const CHANGES: &[PolicyChange] = &[
    PolicyChange::EmailEntry(false),
    PolicyChange::EmailEntry(true),
    PolicyChange::OrganisationEntry(false),
    PolicyChange::OrganisationEntry(true),
    PolicyChange::AttemptLimit(Some(5)),
    PolicyChange::AttemptLimit(Some(10)),
    PolicyChange::AttemptLimit(None),
    PolicyChange::RevealTries(false),
    PolicyChange::RevealTries(true),
    PolicyChange::PhoneEntry(false),
    PolicyChange::PhoneEntry(true),
    PolicyChange::DeviceUnlock(false),
    PolicyChange::DeviceUnlock(true),
    PolicyChange::DeviceApproval(false),
    PolicyChange::DeviceApproval(true),
    PolicyChange::TwoFactor(TwoFactor::Required),
    PolicyChange::TwoFactor(TwoFactor::Optional),
    PolicyChange::RememberBrowser(false),
    PolicyChange::RememberBrowser(true),
    PolicyChange::ManagedProfiles(false),
    PolicyChange::ManagedProfiles(true),
    PolicyChange::Provider("line", false),
    PolicyChange::Provider("line", true),
    PolicyChange::Provider("naver", false),
    PolicyChange::Provider("naver", true),
];

impl Scenario {
    pub fn all() -> Vec<Self> {
        let policies = WORKSPACES
            .iter()
            .flat_map(|workspace| CHANGES.iter().map(|change| Self::Policy { workspace, change: *change }));
        let others = [
            Self::SuspendMinjiNuri,
            Self::ChangeMinjisContacts,
            DOHYUN,
            HARUTO,
            Self::MinjisLine(false),
            Self::MinjisLine(true),
            Self::LiftSuspensions,
            Self::LiftRestrictions,
            Self::MailDown,
            Self::MailUp,
            Self::RevokeLink,
            Self::Reset,
        ];
        policies.chain(others).collect()
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|scenario| scenario.name() == name)
    }

    pub fn name(&self) -> String {
        match self {
            Self::Policy { workspace, change } => format!("{workspace}_{}", change_name(*change)),
            Self::SuspendMinjiNuri => "suspend_minji_nuri".into(),
            Self::ChangeMinjisContacts => "change_minjis_contacts".into(),
            Self::Administrator { name, .. } => format!("{name}_administrator"),
            Self::MinjisLine(false) => "minji_nuri_line_off".into(),
            Self::MinjisLine(true) => "minji_nuri_line_on".into(),
            Self::LiftSuspensions => "lift_suspensions".into(),
            Self::LiftRestrictions => "lift_restrictions".into(),
            Self::MailDown => "mail_down".into(),
            Self::MailUp => "mail_up".into(),
            Self::RevokeLink => "revoke_link".into(),
            Self::Reset => "reset".into(),
        }
    }
}

fn change_name(change: PolicyChange) -> String {
    let switch = |on: bool| if on { "on" } else { "off" };
    match change {
        PolicyChange::EmailEntry(on) => format!("email_entry_{}", switch(on)),
        PolicyChange::OrganisationEntry(on) => format!("organisation_entry_{}", switch(on)),
        PolicyChange::AttemptLimit(Some(limit)) => format!("attempt_limit_{limit}"),
        PolicyChange::AttemptLimit(None) => "attempt_limit_off".into(),
        PolicyChange::RevealTries(true) => "show_tries".into(),
        PolicyChange::RevealTries(false) => "hide_tries".into(),
        PolicyChange::PhoneEntry(on) => format!("phone_entry_{}", switch(on)),
        PolicyChange::DeviceUnlock(on) => format!("device_unlock_{}", switch(on)),
        PolicyChange::DeviceApproval(on) => format!("device_approval_{}", switch(on)),
        PolicyChange::TwoFactor(asked) => format!("two_factor_{}", asked.as_str()),
        PolicyChange::RememberBrowser(on) => format!("remember_browser_{}", switch(on)),
        PolicyChange::ManagedProfiles(on) => format!("managed_profiles_{}", switch(on)),
        PolicyChange::Provider(provider, on) => format!("{provider}_{}", switch(on)),
    }
}

pub(super) async fn play(gate: &Gate, scenario: Scenario) -> Result<(), Trouble> {
    match scenario {
        Scenario::Policy { workspace, change } => {
            let it = gate.clone();
            let change = move |transaction: &rusqlite::Transaction<'_>| {
                let Some(mut workspace) = store::workspace(transaction, workspace)? else { return Ok(()) };
                change.apply(&mut workspace);
                it.set_policy(transaction, &workspace)
            };
            gate.store.write(change).await?;
            gate.postman.ring();
            Ok(())
        }
        Scenario::SuspendMinjiNuri => {
            let now = gate.clock.now();
            let suspend = move |transaction: &rusqlite::Transaction<'_>| {
                for account in store::accounts_by_email(transaction, MINJI, Some("nuri"))? {
                    store::suspend(transaction, &account_subject(account.id), now)?;
                    store::end_sessions_of(transaction, account.id)?;
                }
                Ok(())
            };
            gate.store.write(suspend).await
        }
        Scenario::ChangeMinjisContacts => {
            gate.store
                .write(|transaction| {
                    for account in store::accounts_by_email(transaction, MINJI, Some("nuri"))? {
                        store::change_contacts(transaction, account.id, OTHER_EMAIL, OTHER_MOBILE)?;
                    }
                    Ok(())
                })
                .await
        }
        Scenario::Administrator { email, workspace, .. } => {
            let make = move |transaction: &rusqlite::Transaction<'_>| {
                for account in store::accounts_by_email(transaction, email, Some(workspace))? {
                    store::make_administrator(transaction, account.id)?;
                }
                Ok(())
            };
            gate.store.write(make).await
        }
        Scenario::MinjisLine(allowed) => {
            let denied: &[String] = if allowed { &[] } else { &["line".to_owned()] };
            let denied = denied.to_vec();
            gate.store
                .write(move |transaction| {
                    for account in store::accounts_by_email(transaction, MINJI, Some("nuri"))? {
                        store::deny_member(transaction, account.id, &denied)?;
                    }
                    Ok(())
                })
                .await
        }
        Scenario::LiftSuspensions => gate.store.write(|transaction| store::lift_suspensions(transaction)).await,
        Scenario::LiftRestrictions => {
            gate.meter.forget();
            gate.store.write(|transaction| store::forget_counters(transaction)).await
        }
        Scenario::MailDown => {
            gate.postman.set_down(true);
            Ok(())
        }
        Scenario::MailUp => {
            gate.postman.set_down(false);
            Ok(())
        }
        Scenario::RevokeLink => {
            let key = gate.key.clone();
            gate.store.write(move |transaction| links::revoke(transaction, &key)).await
        }
        Scenario::Reset => {
            gate.meter.forget();
            gate.postman.set_down(false);
            let (key, now) = (gate.key.clone(), gate.clock.now());
            gate.store
                .write(move |transaction| {
                    store::forget_world(transaction)?;
                    super::plant(transaction, &key, now)
                })
                .await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for scenario in Scenario::all() {
            assert_eq!(Scenario::parse(&scenario.name()), Some(scenario));
        }
        for name in [
            "nuri_email_entry_off",
            "nuri_organisation_entry_off",
            "nuri_attempt_limit_5",
            "suspend_minji_nuri",
            "lift_suspensions",
            "revoke_link",
            "reset",
        ] {
            assert!(Scenario::parse(name).is_some(), "{name}");
        }
    }
}
