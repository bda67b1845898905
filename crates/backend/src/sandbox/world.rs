//! The sandbox's world: its workspaces and accounts, how they begin and how they are told. It refuses to be secret:
//! every password in it is public.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use daemun_protocol::{Secret, Timestamp};
use rusqlite::Connection;
use serde::Serialize;

use super::scenarios::Scenario;
use crate::email_address::EmailAddress;
use crate::flow::Workspace;
use crate::gate::account_subject;
use crate::locale::Locale;
use crate::login_id::MobileNumber;
use crate::password::{self, PasswordPolicy, Prepared, StoredPassword};
use crate::server_key::digest;
use crate::store::{self, AccountState, NewAccount, Trouble};

/// An account to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed {
    pub email: &'static str,
    pub phone: Option<&'static str>,
    pub name: &'static str,
    pub locale: Locale,
    pub password: &'static str,
    /// `None`: the address exists, and belongs to no workspace.
    pub workspace: Option<&'static str>,
    pub state: State,
}

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Active,
    Suspended,
}

const fn seed(email: &'static str, name: &'static str, locale: Locale) -> Seed {
    Seed { email, phone: None, name, locale, password: "", workspace: None, state: State::Active }
}

const SEEDS: &[Seed] = &[
    Seed {
        workspace: Some("nuri"),
        password: "nuri-Minji-2024!",
        phone: Some("010-2345-6789"),
        ..seed("minji@daemun.test", "김민지", Locale::Ko)
    },
    Seed {
        workspace: Some("hanbit"),
        password: "hanbit-Minji-2024!",
        ..seed("minji@daemun.test", "김민지", Locale::Ko)
    },
    Seed {
        workspace: Some("northwind"),
        password: "northwind-Minji-2024!",
        ..seed("minji@daemun.test", "Minji Kim", Locale::Ko)
    },
    Seed {
        workspace: Some("sakura"),
        password: "sakura-Haruto-2024!",
        phone: Some("+81 90-1234-5678"),
        ..seed("haruto@daemun.test", "佐藤陽翔", Locale::Ja)
    },
    Seed {
        workspace: Some("northwind"),
        password: "northwind-Emma-2024!",
        ..seed("emma@daemun.test", "Emma Clark", Locale::En)
    },
    Seed {
        workspace: Some("nuri"),
        password: "nuri-Jiho-2024!",
        phone: Some("010-8765-4321"),
        state: State::Suspended,
        ..seed("jiho@daemun.test", "박지호", Locale::Ko)
    },
    seed("alex@daemun.test", "Alex Morgan", Locale::En),
];

/// All accounts as they begin.
pub fn seeds() -> &'static [Seed] {
    SEEDS
}

fn workspaces() -> [Workspace; 4] {
    let workspace = |id: &str, name: &str, organisation_id: Option<&str>| Workspace {
        id: id.into(),
        name: name.into(),
        organisation_id: organisation_id.map(Into::into),
        email_entry: true,
        organisation_entry: true,
        attempt_limit: None,
        reveal_tries: true,
        capacity: None,
        passwords: PasswordPolicy::DEFAULT,
    };
    [
        workspace("nuri", "누리소프트", Some("nuri")),
        workspace("hanbit", "한빛 디자인", None),
        workspace("sakura", "さくら商事", Some("sakura")),
        workspace("northwind", "Northwind Traders", Some("northwind")),
    ]
}

/// Puts the world into an empty database, which is the sandbox's from then on.
pub(crate) fn plant(connection: &Connection, now: Timestamp) -> Result<(), Trouble> {
    store::mark_sandbox(connection)?;
    for workspace in workspaces() {
        store::insert_workspace(connection, &workspace)?;
    }
    for (seed, password) in SEEDS.iter().zip(hashes()) {
        let (Some(workspace), Some(password), Ok(email)) = (seed.workspace, password, EmailAddress::parse(seed.email))
        else {
            continue;
        };
        let phone = seed.phone.and_then(MobileNumber::parse);
        let account = NewAccount {
            workspace,
            email: &email,
            phone: phone.as_ref().map(MobileNumber::as_str),
            personal_email: None,
            mobile: None,
            name: seed.name,
            locale: seed.locale.tag(),
            state: AccountState::Active,
            password: Some(password),
        };
        let id = store::insert_account(connection, &account, now)?;
        match seed.state {
            State::Active => {}
            State::Suspended => store::suspend(connection, &account_subject(id), now)?,
        }
    }
    Ok(())
}

/// Hashes the passwords now: slow on purpose, and not for the database's write lock.
pub(crate) fn warm_up() {
    let _ = hashes();
}

/// The hashes of the public passwords, once per process. Their salts are no secret either.
fn hashes() -> &'static [Option<StoredPassword>] {
    static HASHES: OnceLock<Vec<Option<StoredPassword>>> = OnceLock::new();
    HASHES.get_or_init(|| {
        SEEDS
            .iter()
            .map(|seed| {
                let digest = digest(seed.password.as_bytes());
                let salt: [u8; 16] = digest.first_chunk().copied()?;
                password::hash(&Prepared::to_be_compared(&Secret::new(seed.password)), &salt).ok()
            })
            .collect()
    })
}

/// The world as `GET /sandbox/world` tells it.
#[derive(Debug, Serialize)]
pub(super) struct World {
    pub(super) workspaces: Vec<TriedWorkspace>,
    pub(super) accounts: Vec<TriedAccount>,
    links: BTreeMap<String, String>,
    pub(super) scenarios: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct TriedWorkspace {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) organisation_id: Option<String>,
    pub(super) email_entry: bool,
    pub(super) organisation_entry: bool,
    pub(super) attempt_limit: Option<u32>,
    pub(super) reveal_tries: bool,
}

/// One member account: an address in one workspace.
#[derive(Debug, Serialize)]
pub(super) struct TriedAccount {
    pub(super) email: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
    pub(super) name: String,
    pub(super) locale: String,
    pub(super) password: String,
    pub(super) workspaces: Vec<String>,
    pub(super) state: &'static str,
}

pub(super) fn read(connection: &Connection) -> Result<World, Trouble> {
    let workspaces = store::list_workspaces(connection)?
        .into_iter()
        .map(|workspace| TriedWorkspace {
            id: workspace.id,
            name: workspace.name,
            organisation_id: workspace.organisation_id,
            email_entry: workspace.email_entry,
            organisation_entry: workspace.organisation_entry,
            attempt_limit: workspace.attempt_limit,
            reveal_tries: workspace.reveal_tries,
        })
        .collect();
    let rows = store::list_accounts(connection)?;
    let mut accounts = Vec::new();
    for seed in SEEDS {
        let row = rows.iter().find(|row| row.email == seed.email && Some(row.workspace.as_str()) == seed.workspace);
        let suspended = match row {
            Some(row) => store::is_suspended(connection, &account_subject(row.id))?,
            None => false,
        };
        accounts.push(TriedAccount {
            email: seed.email.into(),
            phone: seed.phone.map(Into::into),
            name: seed.name.into(),
            locale: seed.locale.tag().into(),
            password: seed.password.into(),
            workspaces: row.map(|row| row.workspace.clone()).into_iter().collect(),
            state: if suspended { "suspended" } else { "active" },
        });
    }
    let scenarios = Scenario::all().iter().map(Scenario::name).collect();
    Ok(World { workspaces, accounts, links: BTreeMap::new(), scenarios })
}
