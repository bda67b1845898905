//! The ways in of an account that was chosen from this browser's list, and the one to go on by instead (FEATURES L6).

use daemun_protocol::Channel;
use rusqlite::Connection;

use super::account_turns::usable_account;
use super::provider_turns::is_denied;
use super::{Gate, Place, Taking, Viewer};
use crate::email_address::EmailAddress;
use crate::flow::accounts::{Listed, Method};
use crate::flow::approval::Instead;
use crate::flow::code::{Asking, Contact, Purpose};
use crate::flow::passkey::Unlocking;
use crate::flow::provider::{From, Leaving};
use crate::flow::sign_in::{PasswordStage, Way};
use crate::flow::{Address, Facts, Next, Notice, Stage, Workspace, other_ways};
use crate::login_id::MobileNumber;
use crate::store::{self, AccountRow, Trouble};

/// Where a way leads that its member has and the policy of the moment allows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Open {
    Password,
    /// To a password behind a code by mail: where the organisation's ID leads nobody in.
    Mail,
    Sms(MobileNumber),
    Passkey,
    OwnPhone,
    Providers,
}

impl Gate {
    fn open_way(
        &self,
        connection: &Connection,
        place: Place,
        (account, workspace): (&AccountRow, &Workspace),
        way: &Method,
    ) -> Result<Option<Open>, Trouble> {
        let unlocks = workspace.device_unlock && self.relying_party.is_some();
        Ok(match way {
            Method::Password if account.password.is_none() => None,
            Method::Password if workspace.takes_organisation_way() => Some(Open::Password),
            Method::Password => workspace.email_entry.then_some(Open::Mail),
            Method::Code => {
                let is_taken = workspace.phone_entry && self.channels.contains(&Channel::Sms);
                account.phone.as_deref().filter(|_| is_taken).and_then(MobileNumber::parse).map(Open::Sms)
            }
            Method::Passkey => {
                let has = unlocks && !store::passkeys_of(connection, account.id)?.is_empty();
                has.then_some(Open::Passkey)
            }
            Method::Mobile => (unlocks && self.has_device(connection, account.id)?).then_some(Open::OwnPhone),
            Method::Provider(provider) => {
                // None lets itself be framed.
                let is_there = place == Place::Page && self.providers.listed().iter().any(|it| it.id == *provider);
                let may = is_there
                    && workspace.allows_provider(provider)
                    && !is_denied(account, provider)
                    && store::has_identity(connection, account.id, provider)?;
                may.then_some(Open::Providers)
            }
        })
    }

    /// Those of the ways that are open, in their order.
    pub(super) fn open_ways(
        &self,
        connection: &Connection,
        place: Place,
        whose: (&AccountRow, &Workspace),
        ways: impl IntoIterator<Item = Method>,
    ) -> Result<Vec<Open>, Trouble> {
        let open = ways.into_iter().map(|way| self.open_way(connection, place, whose, &way));
        open.filter_map(Result::transpose).collect()
    }

    /// The chosen account of a stage that goes on by one of its ways, and the others that are open. The password comes first: its step has most of the
    /// others beside it.
    fn others(
        &self,
        connection: &Connection,
        place: Place,
        stage: &Stage,
    ) -> Result<Option<(AccountRow, Vec<Open>)>, Trouble> {
        let Some((account, gone_by)) = other_ways::gone_by(stage) else { return Ok(None) };
        let Some(account) = usable_account(connection, account)? else { return Ok(None) };
        let Some(workspace) = store::workspace(connection, &account.workspace)? else { return Ok(None) };
        let connected = store::identities_of(connection, account.id)?.into_iter().map(|(provider, _)| provider);
        let ways = other_ways::others(&gone_by, connected);
        let mut open = self.open_ways(connection, place, (&account, &workspace), ways)?;
        open.sort_by_key(|open| *open != Open::Password);
        Ok(Some((account, open)))
    }

    /// The facts of a stage at which a chosen account is gone on with.
    pub(super) fn with_other_ways(
        &self,
        connection: &Connection,
        facts: Facts,
        stage: &Stage,
        viewer: &Viewer,
    ) -> Result<Facts, Trouble> {
        // The password's step has all beside it but a code to the number.
        let counts = |open: &Open| !matches!(stage, Stage::Password(_)) || matches!(open, Open::Sms(_));
        let others = self.others(connection, viewer.place, stage)?;
        Ok(Facts { has_other_way: others.is_some_and(|(_, open)| open.iter().any(counts)), ..facts })
    }
}

impl Taking<'_> {
    /// The first of the ways that leads on; one that has to be waited for only where there is no other.
    pub(super) fn go_by_one_of(
        &self,
        account: &AccountRow,
        listed: &Listed,
        open: Vec<Open>,
    ) -> Result<Option<Next>, Trouble> {
        let mut waiting = None;
        for open in open {
            let next = self.go_by(account, listed, open)?;
            if !has_to_wait(&next) {
                return Ok(Some(next));
            }
            waiting = waiting.or(Some(next));
        }
        Ok(waiting)
    }

    fn go_by(&self, account: &AccountRow, listed: &Listed, open: Open) -> Result<Next, Trouble> {
        let own = Way::Listed(listed.clone());
        let at_password = |restricted_until| PasswordStage {
            workspace: account.workspace.clone(),
            way: own.clone(),
            restricted_until,
        };
        match open {
            Open::Password => {
                let restricted_until = self.settled_restriction(&account.workspace, &own)?;
                Ok(Next::to(Stage::Password(at_password(restricted_until))))
            }
            Open::Mail => {
                let to = Contact::Email(Address { typed: listed.masked(), email: listed.email.clone() });
                self.ask_listed_for_code(account, to)
            }
            Open::Sms(number) => self.ask_listed_for_code(account, Contact::Mobile { typed: number.masked(), number }),
            Open::Passkey => Ok(Next::to(Stage::Passkey(Unlocking::First(at_password(None))))),
            Open::OwnPhone => self.ask_own_phone(account, Instead::Password(at_password(None))),
            Open::Providers => Ok(Next::to(Stage::Provider(Leaving::new(From::Password(at_password(None)))))),
        }
    }

    fn ask_listed_for_code(&self, account: &AccountRow, to: Contact) -> Result<Next, Trouble> {
        let purpose = Purpose::Listed { account: account.id, workspace: account.workspace.clone() };
        self.ask_for_code(to, purpose, Asking::First)
    }

    /// `use_other` where a chosen account is gone on with; `None`: that is not what the stage is about.
    pub(super) fn other_way(&self, stage: &Stage) -> Result<Option<Next>, Trouble> {
        let Some((account, open)) = self.gate.others(self.connection, self.asker.place, stage)? else {
            return Ok(None);
        };
        let Ok(email) = EmailAddress::parse(&account.email) else { return Ok(None) };
        let listed = Listed { account: account.id, name: account.name.clone(), email };
        let next = self.go_by_one_of(&account, &listed, open)?;
        Ok(Some(next.unwrap_or_else(Next::unavailable)))
    }
}

/// Whether it is too early for a way: no code can be sent yet, or too many were wrong.
const fn has_to_wait(next: &Next) -> bool {
    matches!(next, Next::Refuse(_) | Next::Go(Stage::Notice(Notice::EmailRestricted { .. }), _))
}
