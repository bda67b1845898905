//! Members' accounts and their passwords.

use daemun_protocol::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Trouble, names, stored, unstored};
use crate::email_address::EmailAddress;
use crate::flow::code::Contact;
use crate::login_id::{LoginId, LoginName, MobileNumber};
use crate::password::{LONGEST_HISTORY, StoredPassword};

/// An account as it is kept.
#[derive(Clone, Debug)]
pub struct AccountRow {
    pub id: i64,
    pub workspace: String,
    pub email: String,
    /// To sign in with; never shown.
    pub phone: Option<String>,
    /// The profile's contacts (FEATURES L10, T1).
    pub personal_email: Option<String>,
    pub mobile: Option<String>,
    /// Whether the member has turned the second factor on (FEATURES T1).
    pub two_factor: bool,
    pub super_administrator: bool,
    /// External providers that this member alone may not sign in by (FEATURES P1).
    pub denied_providers: Vec<String>,
    /// The ID that the member registered (FEATURES R5).
    pub login_name: Option<String>,
    pub name: String,
    pub locale: String,
    pub state: AccountState,
    pub password: Option<CurrentPassword>,
    /// Moves with each new password.
    pub epoch: i64,
}

/// Whether a member has joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// Registered beforehand (FEATURES E5): there is no password yet.
    Invited,
    Active,
}

impl AccountState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
        }
    }
}

/// A password and since when.
#[derive(Clone, Debug)]
pub struct CurrentPassword {
    pub hash: StoredPassword,
    pub set_at: Timestamp,
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    pub workspace: &'a str,
    pub email: &'a EmailAddress,
    pub phone: Option<&'a str>,
    pub personal_email: Option<&'a EmailAddress>,
    pub mobile: Option<&'a str>,
    pub two_factor: bool,
    pub super_administrator: bool,
    pub name: &'a str,
    pub locale: &'a str,
    pub state: AccountState,
    pub password: Option<&'a StoredPassword>,
}

pub(super) const ACCOUNT: &str = "account.id, account.workspace, email, phone,
    (SELECT login_name.name FROM login_name WHERE login_name.account = account.id),
    account.name, locale, state, password_hash, password_set_at, epoch, personal_email, mobile, account.two_factor,
    account.super_administrator, account.denied_providers";

pub(super) fn read_account(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    let (hash, set_at): (Option<String>, Option<i64>) = (row.get(8)?, row.get(9)?);
    Ok(AccountRow {
        id: row.get(0)?,
        workspace: row.get(1)?,
        email: row.get(2)?,
        phone: row.get(3)?,
        login_name: row.get(4)?,
        name: row.get(5)?,
        locale: row.get(6)?,
        state: match row.get::<_, String>(7)?.as_str() {
            "active" => AccountState::Active,
            _ => AccountState::Invited,
        },
        password: hash
            .zip(set_at)
            .map(|(hash, set_at)| CurrentPassword { hash: StoredPassword(hash), set_at: Timestamp(unstored(set_at)) }),
        epoch: row.get(10)?,
        personal_email: row.get(11)?,
        mobile: row.get(12)?,
        two_factor: row.get(13)?,
        super_administrator: row.get(14)?,
        denied_providers: names(&row.get::<_, String>(15)?),
    })
}

/// The account that an ID names in a workspace.
pub fn account_of(connection: &Connection, workspace: &str, id: &LoginId) -> Result<Option<AccountRow>, Trouble> {
    let named = match id {
        LoginId::Email(_) => "account.email = ?2",
        LoginId::Mobile(_) => "account.phone = ?2",
        LoginId::Name(_) => {
            "account.id = (SELECT login_name.account FROM login_name
                WHERE login_name.workspace = ?1 AND login_name.name = ?2)"
        }
    };
    let mut query = connection
        .prepare_cached(&format!("SELECT {ACCOUNT} FROM account WHERE account.workspace = ?1 AND {named}"))?;
    Ok(query.query_row([workspace, id.as_str()], read_account).optional()?)
}

pub fn account(connection: &Connection, id: i64) -> Result<Option<AccountRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!("SELECT {ACCOUNT} FROM account WHERE account.id = ?1"))?;
    Ok(query.query_row([id], read_account).optional()?)
}

/// The accounts of an address: in one workspace, or in all.
pub fn accounts_by_email(
    connection: &Connection,
    email: &str,
    workspace: Option<&str>,
) -> Result<Vec<AccountRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT {ACCOUNT} FROM account
         WHERE account.email = ?1 AND (?2 IS NULL OR account.workspace = ?2) ORDER BY account.id"
    ))?;
    let rows = query.query_map(params![email, workspace], read_account)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The accounts of members of a workspace who have saved this address or number in their profile (FEATURES L10).
pub fn accounts_by_contact(
    connection: &Connection,
    workspace: &str,
    contact: &Contact,
) -> Result<Vec<AccountRow>, Trouble> {
    let saved = match contact {
        Contact::Email(_) => "account.personal_email = ?2",
        Contact::Mobile { .. } => "account.mobile = ?2",
    };
    let mut query = connection.prepare_cached(&format!(
        "SELECT {ACCOUNT} FROM account
         WHERE account.workspace = ?1 AND state = 'active' AND {saved} ORDER BY account.id"
    ))?;
    let rows = query.query_map([workspace, contact.place()], read_account)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether somebody in this workspace has this ID, or had it.
pub fn is_name_taken(connection: &Connection, workspace: &str, name: &LoginName) -> Result<bool, Trouble> {
    let mut query =
        connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM login_name WHERE workspace = ?1 AND name = ?2)")?;
    Ok(query.query_row([workspace, name.as_str()], |row| row.get(0))?)
}

/// Gives an account its ID, for good.
pub fn give_name(connection: &Connection, workspace: &str, account: i64, name: &LoginName) -> Result<(), Trouble> {
    connection.execute(
        "INSERT INTO login_name (workspace, name, account) VALUES (?1, ?2, ?3)",
        params![workspace, name.as_str(), account],
    )?;
    Ok(())
}

/// Links the number that an account is signed in to by, or none.
pub fn link_phone(connection: &Connection, account: i64, number: Option<&MobileNumber>) -> Result<(), Trouble> {
    connection
        .prepare_cached("UPDATE account SET phone = ?2 WHERE id = ?1")?
        .execute(params![account, number.map(MobileNumber::as_str)])?;
    Ok(())
}

pub fn list_accounts(connection: &Connection) -> Result<Vec<AccountRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!("SELECT {ACCOUNT} FROM account ORDER BY account.id"))?;
    let rows = query.query_map([], read_account)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The members of a workspace who have joined.
pub fn members(connection: &Connection, workspace: &str) -> Result<Vec<AccountRow>, Trouble> {
    let mut query = connection.prepare_cached(&format!(
        "SELECT {ACCOUNT} FROM account WHERE account.workspace = ?1 AND state = 'active' ORDER BY account.id"
    ))?;
    let rows = query.query_map([workspace], read_account)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes an account; its number.
pub fn insert_account(connection: &Connection, account: &NewAccount<'_>, now: Timestamp) -> Result<i64, Trouble> {
    connection.execute(
        "INSERT INTO account (workspace, email, phone, personal_email, mobile, name, locale, state, password_hash,
             password_set_at, two_factor, super_administrator)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            account.workspace,
            account.email.as_str(),
            account.phone,
            account.personal_email.map(EmailAddress::as_str),
            account.mobile,
            account.name,
            account.locale,
            account.state.as_str(),
            account.password.map(|password| &password.0),
            account.password.map(|_| stored(now.0)),
            account.two_factor,
            account.super_administrator,
        ],
    )?;
    Ok(connection.last_insert_rowid())
}

/// The hashes of the last passwords, the current one first; `count` at most.
pub fn last_passwords(
    connection: &Connection,
    account: &AccountRow,
    count: u32,
) -> Result<Vec<StoredPassword>, Trouble> {
    let Some(older) = count.checked_sub(1) else { return Ok(Vec::new()) };
    let mut query = connection
        .prepare_cached("SELECT password_hash FROM old_password WHERE account = ?1 ORDER BY id DESC LIMIT ?2")?;
    let old = query.query_map(params![account.id, older], |row| row.get(0).map(StoredPassword))?;
    let current = account.password.iter().map(|password| Ok(password.hash.clone()));
    Ok(current.chain(old).collect::<Result<_, _>>()?)
}

/// Gives an account a new password: whoever was invited has joined, the old password is remembered, and what was proven
/// before proves nothing any more.
pub fn set_password(
    connection: &Connection,
    account: &AccountRow,
    password: &StoredPassword,
    now: Timestamp,
) -> Result<(), Trouble> {
    if let Some(old) = &account.password {
        connection.execute(
            "INSERT INTO old_password (account, password_hash) VALUES (?1, ?2)",
            params![account.id, old.hash.0],
        )?;
        connection.execute(
            "DELETE FROM old_password WHERE account = ?1 AND id NOT IN
             (SELECT id FROM old_password WHERE account = ?1 ORDER BY id DESC LIMIT ?2)",
            params![account.id, LONGEST_HISTORY],
        )?;
    }
    connection.execute(
        "UPDATE account SET password_hash = ?2, password_set_at = ?3, state = 'active', epoch = epoch + 1 WHERE id = ?1",
        params![account.id, password.0, stored(now.0)],
    )?;
    Ok(())
}
