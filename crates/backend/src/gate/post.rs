//! Messages that an act has sent, into the outbox with whatever else the act does. It refuses to know how they travel.

use daemun_protocol::Timestamp;
use rusqlite::Connection;

use super::{Gate, Taking};
use crate::flow::Workspace;
use crate::flow::policy::News;
use crate::locale::Locale;
use crate::mail::{Mail, Words, texts};
use crate::server_key::Digest32;
use crate::store::{self, AccountRow, Trouble};

/// Seconds that a mail without a secret waits for a server that is down.
const WORTH_TELLING: u64 = 24 * 3600;

/// Seconds for which the same news of a policy is told to all members only once.
const NEWS_PAUSE: u64 = 24 * 3600;

impl Gate {
    /// Puts a mail into the outbox.
    pub(super) fn send(
        &self,
        connection: &Connection,
        to: &str,
        words: Words,
        now: Timestamp,
        give_up_at: Timestamp,
    ) -> Result<(), Trouble> {
        let mail = Mail { message_id: self.chance.token::<16>()?, to: to.into(), words };
        store::insert_mail(connection, &mail, now, give_up_at)
    }
}

impl Gate {
    /// An administrator's decision about a workspace. It holds from the next act on and signs nobody out; a way to sign in that
    /// is new to members is told to all of them (FEATURES P1).
    ///
    /// # Errors
    /// [`Trouble`] behind the scenes.
    pub(crate) fn set_policy(&self, connection: &Connection, workspace: &Workspace) -> Result<(), Trouble> {
        let before = store::workspace(connection, &workspace.id)?;
        store::set_policy(connection, workspace)?;
        let Some(before) = before else { return Ok(()) };
        let now = self.clock.now();
        for news in
            self.untold(connection, News::of(&before, workspace, self.providers.listed()), &workspace.id, now)?
        {
            store::note_sent(connection, &self.news_counter(&news, &workspace.id), now)?;
            self.tell_members(connection, workspace, |locale, workspace| match &news {
                News::Phone => texts::phone_sign_in_allowed(locale, workspace),
                News::Device => texts::device_sign_in_allowed(locale, workspace),
                News::QuickLogin => texts::quick_login_allowed(locale, workspace),
                News::Provider(provider) => texts::provider_sign_in_allowed(locale, workspace, &provider.name),
            })?;
        }
        Ok(())
    }

    /// Which of these news are told: what is allowed, denied and allowed again within a day is told once, since everybody's
    /// mailbox hears of it.
    pub(super) fn untold(
        &self,
        connection: &Connection,
        news: Vec<News>,
        workspace: &str,
        now: Timestamp,
    ) -> Result<Vec<News>, Trouble> {
        let mut untold = Vec::new();
        for one in news {
            if store::sent_since(connection, &self.news_counter(&one, workspace), NEWS_PAUSE, now)?.is_empty() {
                untold.push(one);
            }
        }
        Ok(untold)
    }

    fn news_counter(&self, news: &News, workspace: &str) -> Digest32 {
        self.counter("news of a policy", None, &format!("{workspace}:{}", news.as_str()))
    }

    fn tell_members(
        &self,
        connection: &Connection,
        workspace: &Workspace,
        write: impl Fn(Locale, &str) -> Words,
    ) -> Result<(), Trouble> {
        let now = self.clock.now();
        for account in store::members(connection, &workspace.id)? {
            let words = write(Locale::from_tag(&account.locale), &workspace.name);
            self.send(connection, &account.email, words, now, now.plus_seconds(WORTH_TELLING))?;
        }
        Ok(())
    }
}

impl Taking<'_> {
    /// Tells a member that their password was changed, in their own language: whoever did it may read another.
    pub(super) fn tell_of_change(&self, account: &AccountRow) -> Result<(), Trouble> {
        self.tell(account, texts::password_changed)
    }

    /// Tells a member that their account has its first password: it takes no more than reading their mail once.
    pub(super) fn tell_of_first(&self, account: &AccountRow) -> Result<(), Trouble> {
        self.tell(account, texts::account_set_up)
    }

    /// Tells a member of a change to their account, in their own language.
    pub(super) fn tell(
        &self,
        account: &AccountRow,
        write: impl FnOnce(Locale, &str, Timestamp) -> Words,
    ) -> Result<(), Trouble> {
        let workspace = store::workspace(self.connection, &account.workspace)?.map(|workspace| workspace.name);
        let words =
            write(Locale::from_tag(&account.locale), workspace.as_deref().unwrap_or(&account.workspace), self.now);
        self.gate.send(self.connection, &account.email, words, self.now, self.now.plus_seconds(WORTH_TELLING))
    }

    /// Makes a message that goes nowhere: what an answer costs does not tell whether anybody is there.
    pub(super) fn tell_nobody(&self, words: Words) -> Result<(), Trouble> {
        self.gate.send(self.connection, "", words, self.now, self.now.plus_seconds(WORTH_TELLING))
    }
}
