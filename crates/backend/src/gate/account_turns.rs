//! The accounts that this browser remembers, and those that the host's apps do together, act by act (FEATURES L6). Whoever chooses one goes on as if its ID had been entered:
//! by what the policy of the moment allows, counted and proven like anything else.

use daemun_protocol::{KnownAccount, StepKind};
use rusqlite::Connection;

use super::{Gate, Taking, Turn, Viewer, account_subject};
use crate::email_address::EmailAddress;
use crate::flow::accounts::{Listed, Method, ways_on};
use crate::flow::approval::{Asks, Waiting};
use crate::flow::code::Contact;
use crate::flow::find_id::masked;
use crate::flow::second_factor::First;
use crate::flow::sign_in::{self, Way};
use crate::flow::{Address, Completed, Facts, Next, Refusal, Stage, StoredFlow};
use crate::login_id::MobileNumber;
use crate::server_key::Digest32;
use crate::store::{self, AccountRow, AccountState, RememberedAccount, Trouble};

impl Gate {
    /// The facts of the step that has the lists. Whoever is on this browser's, and be it since a moment no more, is told of there; the
    /// shared one follows.
    pub(super) fn with_accounts(
        &self,
        connection: &Connection,
        facts: Facts,
        flow: &StoredFlow,
        viewer: &Viewer,
    ) -> Result<Facts, Trouble> {
        let Stage::Identify { .. } = flow.stage else { return Ok(facts) };
        let mut remembered = store::remembered_accounts(connection, &viewer.browser)?;
        let listed: Vec<i64> = remembered.iter().map(|remembered| remembered.account).collect();
        let forgotten = flow.forgotten.iter().filter(|forgotten| !listed.contains(&forgotten.account));
        remembered.extend(forgotten.cloned());
        remembered.sort_by(|one, other| other.used_at.cmp(&one.used_at).then_with(|| one.handle.cmp(&other.handle)));
        let mut accounts = Vec::new();
        for remembered in remembered {
            let is_forgotten = !listed.contains(&remembered.account);
            let told = self.known_account(connection, &remembered)?;
            accounts.extend(told.map(|known| KnownAccount { forgotten: is_forgotten, ..known }));
        }
        if let Some(shared) = &flow.shared_list {
            let mut shared = store::remembered_accounts(connection, shared)?;
            shared.retain(|shared| !listed.contains(&shared.account));
            for remembered in shared {
                let told = self.known_account(connection, &remembered)?;
                accounts.extend(told.map(|known| KnownAccount { shared: true, ..known }));
            }
        }
        Ok(Facts { accounts, ..facts })
    }

    /// What is told of an account that is remembered.
    fn known_account(
        &self,
        connection: &Connection,
        remembered: &RememberedAccount,
    ) -> Result<Option<KnownAccount>, Trouble> {
        let Some(account) = usable_account(connection, remembered.account)? else { return Ok(None) };
        let Some(workspace) = store::workspace(connection, &account.workspace)? else { return Ok(None) };
        let method = Method::read(&remembered.method);
        let number = account.phone.as_deref().filter(|_| method == Method::Code).and_then(MobileNumber::parse);
        Ok(Some(KnownAccount {
            id: remembered.handle.clone(),
            identifier: number.map_or_else(|| masked(&account.email), |number| number.masked()),
            name: account.name,
            workspace: workspace.name,
            method: method.on_wire(),
            provider: method.provider().map(|provider| self.providers.name(provider)),
            shared: false,
            forgotten: false,
        }))
    }
}

/// The account, if its member can sign in at all.
pub(super) fn usable_account(connection: &Connection, account: i64) -> Result<Option<AccountRow>, Trouble> {
    let is_suspended = store::is_suspended(connection, &account_subject(account))?;
    let account = store::account(connection, account)?.filter(|account| account.state == AccountState::Active);
    Ok(account.filter(|_| !is_suspended))
}

impl Taking<'_> {
    /// Notes whether whoever signs in here is to be on the list: said where an ID is asked for.
    pub(super) fn note_wish(&mut self, step: StepKind, remember: Option<bool>) -> Result<(), Trouble> {
        let Some(remember) = remember else { return Ok(()) };
        let is_asked = if let Stage::Password(stage) = &self.row.flow.stage {
            stage.way == Way::Organisation
        } else {
            step == StepKind::Identify
        };
        if is_asked && self.row.flow.remembers != remember {
            self.row.flow.remembers = remember;
            // A password is compared outside: what is said with it is not to be lost meanwhile.
            store::write_flow(self.connection, self.id, &self.row)?;
        }
        Ok(())
    }

    /// The lists that whoever comes in here may be on.
    fn lists(&self) -> impl Iterator<Item = Digest32> + use<> {
        core::iter::once(self.browser.id()).chain(self.row.flow.shared_list)
    }

    /// Somebody is in: on the lists from now on, if that was wanted; who is there already is there with this method.
    pub(super) fn remember_listed(&self, account: &AccountRow, first: &First) -> Result<(), Trouble> {
        for list in self.lists() {
            let known = store::remembered_accounts(self.connection, &list)?;
            let known = known.into_iter().find(|known| known.account == account.id);
            if !self.row.flow.remembers && known.is_none() {
                continue;
            }
            // A PIN is this app's on this device, and not what a list leads to.
            let kept = known.filter(|_| matches!(first, First::QuickLogin(_))).map(|known| known.method);
            let remembered = RememberedAccount {
                handle: self.gate.chance.token::<16>()?,
                account: account.id,
                method: kept.unwrap_or_else(|| self.method(first).kept()),
                signed_out: false,
                used_at: self.now,
            };
            store::remember_account(self.connection, &list, &remembered)?;
        }
        Ok(())
    }

    fn method(&self, first: &First) -> Method {
        match first {
            First::Password(_) | First::QuickLogin(_) => Method::Password,
            First::Phone { .. } => Method::Code,
            First::Passkey if self.is_by_own_phone() => Method::Mobile,
            First::Passkey => Method::Passkey,
            First::Provider(provider) => Method::Provider(provider.clone()),
        }
    }

    fn is_by_own_phone(&self) -> bool {
        matches!(self.before.stage, Stage::Approved(Waiting { asks: Asks::OwnPhone { .. }, .. }))
    }

    /// `choose` at `identify`.
    pub(super) fn choose_listed(&mut self, handle: &str) -> Result<Turn, Trouble> {
        let mut remembered = None;
        for list in self.lists() {
            let listed = store::remembered_accounts(self.connection, &list)?;
            remembered = remembered.or(listed.into_iter().find(|listed| listed.handle == handle));
        }
        let Some(remembered) = remembered else { return self.settle(Next::Refuse(Refusal::NotListed)) };
        let Some(account) = usable_account(self.connection, remembered.account)? else {
            return self.settle(Next::Refuse(Refusal::NotListed));
        };
        let next = match self.still_in(&account)? {
            Some(next) => next,
            None => self.go_on(&account, &remembered)?,
        };
        self.settle(next)
    }

    /// Whoever is signed in here as this very account is in.
    fn still_in(&self, account: &AccountRow) -> Result<Option<Next>, Trouble> {
        // A native host is given nothing without a proof.
        let Some(session) = self.session.as_ref().filter(|_| self.row.flow.handoff.is_none()) else { return Ok(None) };
        let session = store::read_session(self.connection, session, self.now)?;
        // Who can prove nothing afresh but by signing in anew does that here.
        let can_prove = account.password.is_some() || !store::passkeys_of(self.connection, account.id)?.is_empty();
        let lasts = can_prove || self.gate.is_fresh(self.connection, self.session.as_ref(), self.now)?;
        let own = session.filter(|session| session.account == account.id && lasts);
        Ok(own.map(|session| {
            Next::to(Stage::Complete(Completed {
                goal: self.goal(),
                identifier: session.identifier,
                name: account.name.clone(),
                workspace: account.workspace.clone(),
                salt: None,
            }))
        }))
    }

    /// The first way on that is open.
    fn go_on(&self, account: &AccountRow, remembered: &RememberedAccount) -> Result<Next, Trouble> {
        let not_listed = || Ok(Next::Refuse(Refusal::NotListed));
        let Some(workspace) = store::workspace(self.connection, &account.workspace)? else { return not_listed() };
        let Ok(email) = EmailAddress::parse(&account.email) else { return not_listed() };
        let listed = Listed { account: account.id, name: account.name.clone(), email };
        let connected = store::identities_of(self.connection, account.id)?;
        let providers = connected.into_iter().map(|(provider, _)| Method::Provider(provider));
        let ways = ways_on(remembered).into_iter().chain(providers);
        let open = self.gate.open_ways(self.connection, self.asker.place, (account, &workspace), ways)?;
        let next = self.go_by_one_of(account, &listed, open)?;
        Ok(next.unwrap_or_else(|| sign_in::not_allowed(workspace.id, Way::Listed(listed).into())))
    }

    /// The address or number of a chosen account was verified by code: from here on it is told in full, to whoever reads its mail or has
    /// its phone.
    pub(super) fn enter_listed(&mut self, account: i64, to: &Contact) -> Result<Turn, Trouble> {
        let Some(account) = store::account(self.connection, account)? else {
            return self.settle(Next::to(Stage::Identify { identifier: None }));
        };
        match to {
            Contact::Email(Address { email, .. }) => {
                let address = Address { typed: email.as_str().into(), email: email.clone() };
                let next = self.enter_by(&address, &account.workspace)?;
                self.settle(next)
            }
            Contact::Mobile { number, .. } => self.enter_by_number(&number.told(), number, &account.workspace),
        }
    }

    /// `forget` at `identify`, which is about this browser's list alone. What is off it already stays off it.
    pub(super) fn forget_listed(&mut self, stage: &Stage, handle: &str) -> Result<Next, Trouble> {
        let forgotten = store::forget_account(self.connection, &self.browser.id(), handle)?;
        self.row.flow.forgotten.extend(forgotten);
        Ok(Next::Renew(stage.clone(), Vec::new()))
    }

    /// `restore` at `identify`: as long as the step stands at which it was taken off.
    pub(super) fn restore_listed(&mut self, stage: &Stage, handle: &str) -> Result<Next, Trouble> {
        let browser = self.browser.id();
        let (back, others): (Vec<_>, Vec<_>) =
            self.row.flow.forgotten.drain(..).partition(|forgotten| forgotten.handle == handle);
        self.row.flow.forgotten = others;
        for remembered in back {
            let is_usable = usable_account(self.connection, remembered.account)?.is_some();
            // It may have been signed in to meanwhile, and be there anew.
            if is_usable && !store::is_account_remembered(self.connection, &browser, remembered.account)? {
                // Its member may have signed out everywhere meanwhile, which nobody could note here.
                let is_in = !store::sessions_of(self.connection, remembered.account, self.now)?.is_empty();
                let remembered = RememberedAccount { signed_out: remembered.signed_out || !is_in, ..remembered };
                store::remember_account(self.connection, &browser, &remembered)?;
            }
        }
        Ok(Next::Renew(stage.clone(), Vec::new()))
    }
}
