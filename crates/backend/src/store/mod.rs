//! The database file: connections, transactions, migrations; one file beside this per table or two. It refuses to know
//! why anything is stored.

mod accounts;
mod answers;
mod approvals;
mod bells;
mod cleaning;
mod counters;
mod flows;
mod handoffs;
mod identities;
mod invitations;
mod logos;
mod mails;
mod migrations;
mod passkeys;
mod policies;
mod push_subscriptions;
mod quick_logins;
mod remembered_accounts;
mod resets;
mod second_factors;
mod security_links;
mod sessions;
mod settings;
mod standings;
mod workspaces;

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::Mutex;

use crate::chance::{Chance, NoChance};
use crate::password::NotChecked;
use crate::server_key::ServerKey;

pub use accounts::{
    AccountRow, AccountState, NewAccount, account, account_of, accounts_by_contact, accounts_by_email, give_name,
    insert_account, is_name_taken, last_passwords, link_phone, list_accounts, members, set_password,
};
pub use answers::{Finished, Remembered, Scope, finish_answer, forget_answer, remember_reservation, remembered};
pub use approvals::{
    ApprovalRow, Settled, approval, approval_of_qr, ask_otherwise, forget_approval_qr, insert_approval, is_let_in,
    let_in, pending_approvals, phone_requests_since, recovery_key, replace_approval_qr, replace_recovery_key,
    settle_approval, super_administrators, take_back_approvals, take_recovery_key,
};
pub use bells::{APPROVALS, Bells, Listener};
pub use cleaning::forget_old;
pub use counters::{
    delete_tries, forget_counters, known_device, note_device, note_sent, read_tries, sent_since, write_tries,
};
pub use flows::{FlowRow, flows_of, insert_flow, newest_flows_of, read_flow, write_flow};
pub use handoffs::{HandoffRow, forget_handoffs_of, handed_over_from, handoff, insert_handoff, use_handoff};
pub use identities::{
    accounts_by_identity, connect_identity, deny_member, disconnect_identity, has_identity, identities_of,
    provider_way, save_missing_contacts,
};
pub use invitations::{
    agree, has_invitations, insert_invitation, invitation, invitation_of, invitations_to, use_invitation,
};
pub use logos::{forget_unused_logos, keep_logo, logo};
pub use mails::{
    InboxRow, OutboxRow, due_mails, inbox, insert_inbox, insert_mail, next_mail_at, postpone_mail, remove_mail,
};
pub use passkeys::{
    NewPasskey, PasskeyRow, device_way, insert_passkey, note_use, other_accounts_of_device, passkey, passkeys_of,
    remove_passkey, rename_passkey,
};
pub use policies::{denied_members, make_administrator, member_ways, note_policy_change, policy_changes, ways_of};
pub use push_subscriptions::{
    forget_subscription, is_subscribed, subscribe, subscription, subscriptions_elsewhere, unsubscribe,
    unsubscribe_browser,
};
pub use quick_logins::{
    NewQuickLogin, QuickLoginRow, give_back_pin_try, keep_quick_login, note_quick_login, quick_login, quick_logins_at,
    quick_logins_of, revoke_quick_login, revoke_quick_login_at, revoke_quick_logins_elsewhere, set_biometrics,
    take_pin_try,
};
pub use remembered_accounts::{
    RememberedAccount, forget_account, is_account_remembered, note_signed_out, remember_account, remembered_accounts,
};
pub use resets::{
    ResetLink, ResetRequest, insert_reset_link, insert_reset_request, reset_link, reset_link_of, reset_requested,
    spend_reset_links, take_reset_request,
};
pub use second_factors::{
    RememberedBy, authenticator, change_contacts, forget_remembered_browser, forget_remembered_browsers,
    recovery_codes_left, remember_browser, remembered_by, replace_recovery_codes, save_authenticator, save_contact,
    take_recovery_code, take_step, turn_off_two_factor, turn_on_two_factor,
};
pub use security_links::{
    grant_link, has_security_links, insert_security_link, is_shared_to, revoke_security_link, security_link,
    security_link_of, shared_title,
};
pub use sessions::{
    NewSession, SessionRow, SignedIn, delete_session, end_sessions_of, insert_session, is_signed_in, note_app_seen,
    note_seen, read_session, sessions_of, unsubscribe_elsewhere,
};
pub use settings::{clock_moved_by, is_sandbox, mark_sandbox, set_clock_moved_by};
pub use standings::{Consecutive, clear_wrong, count_wrong, forget_standing, is_suspended, lift_suspensions, suspend};
pub use workspaces::{
    forget_world, insert_workspace, is_full, is_linked, list_workspaces, listed_memberships, memberships_by_number,
    organisation, organisation_way, phone_way, set_policy, unlisted_workspace, unlisted_workspace_by_number, workspace,
    world_is_empty,
};

/// What went wrong behind the scenes. A member hears only "unavailable" or "internal".
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("database file: {0}")]
    File(std::io::Error),
    #[error("migration: {0}")]
    Migration(#[from] rusqlite_migration::Error),
    #[error("stored JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Chance(#[from] NoChance),
    #[error(transparent)]
    Password(#[from] NotChecked),
    #[error("WebAuthn: {0}")]
    WebAuthn(#[from] webauthn_rs::prelude::WebauthnError),
    #[error("a task was lost")]
    TaskLost,
}

/// One SQLite file. Writes are one after another; reads go beside them (WAL).
#[derive(Clone, Debug)]
pub struct Store {
    writer: Arc<Mutex<Connection>>,
    reader: Arc<Mutex<Connection>>,
    bells: Bells,
}

impl Store {
    /// Opens the file, makes it if it is missing, and brings its tables up to date. Not for an async thread.
    ///
    /// # Errors
    /// [`Trouble`] if the file cannot be opened or is from a later version.
    pub fn open(file: &Path) -> Result<Self, Trouble> {
        make_private(file)?;
        let mut writer = Connection::open(file)?;
        prepare(&writer)?;
        migrations::migrate(&mut writer)?;
        bells::hang(&writer)?;
        let reader = Connection::open(file)?;
        prepare(&reader)?;
        reader.pragma_update(None, "query_only", true)?;
        Ok(Self { writer: Arc::new(Mutex::new(writer)), reader: Arc::new(Mutex::new(reader)), bells: Bells::default() })
    }

    /// Runs `work` in one transaction that has the write lock from its start, and commits it if `work` succeeds. What
    /// is committed is on the disk when this returns (`synchronous=FULL`), and who listens for its flows has been told.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let mut connection = self.writer.clone().lock_owned().await;
        let bells = self.bells.clone();
        let done = tokio::task::spawn_blocking(move || {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&transaction)?;
            let touched = bells::touched(&transaction)?;
            transaction.commit()?;
            bells.ring(&touched);
            Ok(done)
        });
        done.await.map_err(|_| Trouble::TaskLost)?
    }

    /// Runs `work` on one consistent picture of the database.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, Trouble> {
        let mut connection = self.reader.clone().lock_owned().await;
        let done = tokio::task::spawn_blocking(move || work(&connection.transaction()?));
        done.await.map_err(|_| Trouble::TaskLost)?
    }

    /// The bells that are rung after writes.
    pub fn bells(&self) -> &Bells {
        &self.bells
    }

    /// The deployment's key, drawn when it is first asked for.
    pub async fn server_key(&self, chance: Chance) -> Result<ServerKey, Trouble> {
        self.write(move |transaction| {
            let fresh: [u8; 32] = chance.bytes()?;
            transaction.execute(
                "INSERT INTO settings (name, value) VALUES ('server_key', ?1) ON CONFLICT (name) DO NOTHING",
                [fresh],
            )?;
            let key =
                transaction.query_row("SELECT value FROM settings WHERE name = 'server_key'", [], |row| row.get(0))?;
            Ok(ServerKey::new(key))
        })
        .await
    }
}

/// Makes the file, if it is missing, so that nobody but its owner reads it; SQLite makes those beside it (WAL) alike. What
/// is there already stays as its owner wants it.
#[cfg(unix)]
fn make_private(file: &Path) -> Result<(), Trouble> {
    use std::os::unix::fs::OpenOptionsExt;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(Trouble::File(error)),
    }
}

#[cfg(not(unix))]
fn make_private(_: &Path) -> Result<(), Trouble> {
    Ok(())
}

fn prepare(connection: &Connection) -> Result<(), Trouble> {
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is deleted (codes in mails that were sent) is overwritten in the file; the one beside it (WAL) has it until it is
    // written over.
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}

/// Names as they are kept: with spaces between them.
fn names(kept: &str) -> Vec<String> {
    kept.split_whitespace().map(Into::into).collect()
}

/// An unsigned number as SQLite keeps it.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number that SQLite kept, unsigned again.
fn unstored(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
