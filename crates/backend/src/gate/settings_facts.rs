//! The facts of where a member settles something: their own settings, a workspace's policy, and whom a provider is denied (FEATURES
//! P1, S1). It refuses to change any of it.

use daemun_protocol::{DeniedMember, Session, StepKind, TrustedDevice};
use rusqlite::Connection;

use super::passkey_turns::is_device;
use super::policy_turns::LOG_LENGTH;
use super::reset_turns::whose;
use super::settings_turns::usual_first;
use super::{Gate, Viewer};
use crate::flow::denied_members::{DenyForm, DenyReview};
use crate::flow::new_password::Whose;
use crate::flow::passkey::Unlocking;
use crate::flow::phone::PhoneForm;
use crate::flow::policy::{LINE, PolicyForm, PolicyReview};
use crate::flow::settings::Own;
use crate::flow::{Facts, Stage};
use crate::login_id::MobileNumber;
use crate::store::{self, AccountRow, QuickLoginRow, Trouble};

impl Gate {
    /// The facts of a stage at which somebody who is signed in settles something.
    pub(super) fn with_settings(
        &self,
        connection: &Connection,
        facts: Facts,
        stage: &Stage,
        viewer: &Viewer,
    ) -> Result<Facts, Trouble> {
        let Some(whose) = settled_by(stage) else { return Ok(facts) };
        let account = store::account(connection, whose.account)?;
        let facts = match &account {
            Some(account) => self.with_own(connection, facts, stage, account, viewer)?,
            None => facts,
        };
        let facts = self.with_policy(connection, facts, stage, whose)?;
        let devices = match &account {
            Some(account) => self.own_devices(connection, &facts, account, viewer)?,
            None => Vec::new(),
        };
        Ok(Facts {
            devices,
            accepted: self.accepted(connection, whose.account)?,
            has_password: account.as_ref().is_some_and(|account| account.password.is_some()),
            is_super_administrator: account.is_some_and(|account| account.super_administrator),
            is_fresh: self.is_fresh(connection, viewer.session.as_ref(), viewer.now)?,
            ..facts
        })
    }

    /// The member's devices; of the only one it is said whether it is the last way in.
    fn own_devices(
        &self,
        connection: &Connection,
        facts: &Facts,
        account: &AccountRow,
        viewer: &Viewer,
    ) -> Result<Vec<TrustedDevice>, Trouble> {
        let mut devices = self.devices(connection, account.id, &viewer.browser)?;
        let passkeys = store::passkeys_of(connection, account.id)?;
        if let ([only], [passkey], Some(workspace)) = (devices.as_mut_slice(), passkeys.as_slice(), &facts.workspace)
            && let Some(ways) = self.ways_of(connection, account)?
        {
            // The PIN of a device goes with it.
            let goes = |pin: &QuickLoginRow| is_device(passkey) && pin.browser == passkey.browser;
            let keeps_pin = !store::quick_logins_of(connection, account.id)?.iter().all(goes);
            only.last = ways.is_shut_out_as(&ways.without_passkeys(keeps_pin), workspace, self.reach());
        }
        Ok(devices)
    }

    /// What is the member's own, as far as the stage shows it.
    fn with_own(
        &self,
        connection: &Connection,
        mut facts: Facts,
        stage: &Stage,
        account: &AccountRow,
        viewer: &Viewer,
    ) -> Result<Facts, Trouble> {
        if let Stage::Security(_) | Stage::ExternalIdentities(_) = stage {
            facts.identities = self.identities(connection, account, facts.workspace.as_ref())?;
        }
        if let Stage::Security(_) | Stage::Sessions(_) | Stage::LinkPhone(_) = stage {
            facts.own = Some(self.own(connection, &facts, account, viewer)?);
            facts.sessions = sessions(connection, account, viewer)?;
        }
        Ok(facts)
    }

    fn own(
        &self,
        connection: &Connection,
        facts: &Facts,
        account: &AccountRow,
        viewer: &Viewer,
    ) -> Result<Own, Trouble> {
        let first = usual_first(account, &whose(account, account.email.clone()));
        Ok(Own {
            login_name: account.login_name.clone(),
            password_set_at: account.password.as_ref().map(|password| password.set_at),
            phone: account.phone.as_deref().and_then(MobileNumber::parse).map(|number| number.masked()),
            is_phone_last: self.is_last_way_the_number(connection, facts, account)?,
            profile_number: other_number(account).map(|number| number.masked()),
            two_factor: account.two_factor,
            quick_login: self.known_quick_login(connection, account, facts.workspace.as_ref(), &viewer.browser)?,
            asked: Some(self.asked(connection, account, &first)?),
        })
    }

    /// What is decided about the workspace, as far as the stage shows it.
    fn with_policy(
        &self,
        connection: &Connection,
        mut facts: Facts,
        stage: &Stage,
        whose: &Whose,
    ) -> Result<Facts, Trouble> {
        facts.policy = facts.workspace.as_ref().map(|workspace| self.policy_of(workspace)).unwrap_or_default();
        if stage.kind() == Some(StepKind::AccountSecurity) {
            facts.policy_log = store::policy_changes(connection, &whose.workspace, LOG_LENGTH)?;
        }
        if let Stage::DeniedMembers(_) | Stage::DenyReview(_) = stage {
            let denied = store::denied_members(connection, &whose.workspace, LINE)?;
            facts.denied_members = denied.into_iter().map(denied_member).collect();
            facts.provider_name = Some(self.providers.name(LINE));
        }
        Ok(facts)
    }
}

/// Who settles something at a stage.
fn settled_by(stage: &Stage) -> Option<&Whose> {
    if let Stage::Security(whose)
    | Stage::Sessions(whose)
    | Stage::TrustedDevices(whose)
    | Stage::ExternalIdentities(whose)
    | Stage::LinkPhone(PhoneForm { whose, .. })
    | Stage::Passkey(Unlocking::Proof(whose))
    | Stage::AccountSecurity(PolicyForm { whose, .. })
    | Stage::DeniedMembers(DenyForm { whose, .. })
    | Stage::DenyReview(DenyReview { form: DenyForm { whose, .. }, .. })
    | Stage::PolicyReview(PolicyReview { form: PolicyForm { whose, .. }, .. }) = stage
    {
        Some(whose)
    } else {
        None
    }
}

/// Where an account is signed in, the browser that looks at it first.
fn sessions(connection: &Connection, account: &AccountRow, viewer: &Viewer) -> Result<Vec<Session>, Trouble> {
    let sessions = store::sessions_of(connection, account.id, viewer.now)?.into_iter().map(|session| Session {
        id: session.handle,
        browser: session.seen.browser,
        place: session.seen.place,
        signed_in_at: session.signed_in_at,
        last_seen_at: session.last_seen_at,
        here: Some(session.id) == viewer.session,
    });
    let (here, elsewhere): (Vec<_>, Vec<_>) = sessions.partition(|session| session.here);
    Ok(here.into_iter().chain(elsewhere).collect())
}

fn denied_member(account: AccountRow) -> DeniedMember {
    DeniedMember { id: account.id.to_string(), name: account.name, identifier: account.email }
}

/// The number of the profile, where it is not the one that is signed in with.
fn other_number(account: &AccountRow) -> Option<MobileNumber> {
    account.mobile.as_deref().filter(|mobile| account.phone.as_deref() != Some(mobile)).and_then(MobileNumber::parse)
}
