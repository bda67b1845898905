//! Forgotten passwords, looked up off the requests' path: the act that asks only writes down who asks for whom, so it takes as
//! long for everybody. Here each request is taken, its accounts are found, and each gets a link of its own.

use daemun_protocol::Timestamp;
use rusqlite::Connection;

use crate::chance::Chance;
use crate::clock::Clock;
use crate::link_token::{LinkKind, LinkToken};
use crate::locale::Locale;
use crate::mail::{Mail, texts};
use crate::person_name::is_same_name;
use crate::server_key::ServerKey;
use crate::store::{self, AccountRow, AccountState, ResetRequest, Store, Trouble};

/// Seconds that a link is good.
const LIFETIME: u64 = 30 * 60;

/// The one who looks them up.
#[derive(Clone, Debug)]
pub struct ResetDesk {
    pub store: Store,
    pub clock: Clock,
    pub chance: Chance,
    pub key: ServerKey,
    /// The configured origin: what links begin with.
    pub origin: String,
}

impl ResetDesk {
    /// Looks up all that wait, each in one transaction, known or not.
    ///
    /// # Errors
    /// [`Trouble`] with the database: what waits goes on waiting.
    pub async fn look_up(&self) -> Result<(), Trouble> {
        while self.store.read(|transaction| store::reset_requested(transaction)).await? {
            let desk = self.clone();
            self.store
                .write(move |transaction| match store::take_reset_request(transaction)? {
                    Some(request) => desk.answer(transaction, &request),
                    None => Ok(()),
                })
                .await?;
        }
        Ok(())
    }

    fn answer(&self, connection: &Connection, request: &ResetRequest) -> Result<(), Trouble> {
        let now = self.clock.now();
        // Whoever asked so long ago waits for nothing any more.
        if now.millis_since(request.at) > LIFETIME * 1000 {
            return Ok(());
        }
        let accounts = store::accounts_by_email(connection, &request.email, request.workspace.as_deref())?;
        for account in accounts.iter().filter(|account| is_meant(account, request)) {
            self.send_link(connection, account, Locale::from_tag(&request.locale), now)?;
        }
        Ok(())
    }

    /// The newest link alone is good.
    fn send_link(
        &self,
        connection: &Connection,
        account: &AccountRow,
        locale: Locale,
        now: Timestamp,
    ) -> Result<(), Trouble> {
        let Some(workspace) = store::workspace(connection, &account.workspace)? else { return Ok(()) };
        let (token, expires_at) = (LinkToken::draw(&self.chance)?, now.plus_seconds(LIFETIME));
        store::spend_reset_links(connection, account.id)?;
        store::insert_reset_link(connection, &token.digest(&self.key, LinkKind::Reset), account.id, expires_at)?;
        let words = texts::reset_link(locale, &workspace.name, token.url(&self.origin, LinkKind::Reset));
        let mail = Mail { message_id: self.chance.token::<16>()?, to: account.email.clone(), words };
        store::insert_mail(connection, &mail, now, expires_at)
    }
}

/// Who has not joined, or joined without a password, has none to forget. A suspended member has.
fn is_meant(account: &AccountRow, request: &ResetRequest) -> bool {
    account.state == AccountState::Active && account.password.is_some() && is_same_name(&account.name, &request.name)
}
