//! The sandbox's world: its workspaces and accounts, how they begin and how they are told. It refuses to be secret:
//! every password in it is public.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use daemun_protocol::{Secret, Timestamp, TwoFactor};
use rusqlite::Connection;
use serde::Serialize;

use super::links;
use super::scenarios::Scenario;
use crate::email_address::EmailAddress;
use crate::flow::Workspace;
use crate::gate::{account_subject, identity_digest};
use crate::locale::Locale;
use crate::login_id::{LoginName, MobileNumber};
use crate::password::{self, Prepared, StoredPassword};
use crate::providers::ProviderConfig;
use crate::recovery_codes;
use crate::server_key::{ServerKey, digest};
use crate::store::{self, AccountState, NewAccount, Trouble};

/// An account to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed {
    pub email: &'static str,
    /// The ID that was registered (FEATURES R5).
    pub id: Option<&'static str>,
    /// To sign in with.
    pub phone: Option<&'static str>,
    /// To find a forgotten ID by, with `mobile`.
    pub personal_email: Option<&'static str>,
    pub mobile: Option<&'static str>,
    /// Whether the second factor is turned on (FEATURES T1).
    pub two_factor: bool,
    /// The super administrator of the workspace (FEATURES D4, D5).
    pub super_administrator: bool,
    pub name: &'static str,
    pub locale: Locale,
    /// Empty: none is set.
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
    /// Registered beforehand (FEATURES E5).
    Invited,
}

const fn seed(email: &'static str, name: &'static str, locale: Locale) -> Seed {
    Seed {
        email,
        id: None,
        phone: None,
        personal_email: None,
        mobile: None,
        two_factor: false,
        super_administrator: false,
        name,
        locale,
        password: "",
        workspace: None,
        state: State::Active,
    }
}

const SEEDS: &[Seed] = &[
    Seed {
        workspace: Some("nuri"),
        password: "nuri-Minji-2024!",
        phone: Some("010-2345-6789"),
        personal_email: Some("minji.home@daemun.test"),
        mobile: Some("010-5555-0101"),
        ..seed("minji@daemun.test", "김민지", Locale::Ko)
    },
    Seed {
        workspace: Some("hanbit"),
        password: "hanbit-Minji-2024!",
        phone: Some("010-2345-6789"),
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
    Seed {
        workspace: Some("nuri"),
        id: Some("dohyun"),
        password: "nuri-Dohyun-2024!",
        personal_email: Some("dohyun.home@daemun.test"),
        ..seed("dohyun@daemun.test", "정도현", Locale::Ko)
    },
    // With the second factor turned on (FEATURES T1).
    Seed {
        workspace: Some("nuri"),
        password: "nuri-Taeyang-2024!",
        phone: Some("010-7777-0202"),
        personal_email: Some("taeyang.home@daemun.test"),
        mobile: Some("010-7777-0303"),
        two_factor: true,
        ..seed("taeyang@daemun.test", "한태양", Locale::Ko)
    },
    Seed {
        workspace: Some("nuri"),
        password: "nuri-Sujin-2024!",
        super_administrator: true,
        ..seed("sujin@daemun.test", "오수진", Locale::Ko)
    },
    // Joined by phone, without ID and password (FEATURES R5).
    Seed {
        workspace: Some("nuri"), phone: Some("010-3333-0404"), ..seed("soyeon@daemun.test", "이소연", Locale::Ko)
    },
    Seed { workspace: Some("nuri"), state: State::Invited, ..seed("yuna@daemun.test", "최유나", Locale::Ko) },
    Seed {
        workspace: Some("gadeuk"), password: "gadeuk-Bora-2024!", ..seed("bora@daemun.test", "윤보라", Locale::Ko)
    },
    seed("alex@daemun.test", "Alex Morgan", Locale::En),
];

/// The super administrator's recovery key, until it is used. As public as the passwords.
pub const RECOVERY_KEY: &str = "da3m-kn0r-1gat-ek3y-0000-0001";

/// All accounts as they begin.
pub fn seeds() -> &'static [Seed] {
    SEEDS
}

fn workspaces() -> [Workspace; 5] {
    let without_id = |id, name| Workspace { organisation_id: None, ..Workspace::seeded(id, name) };
    [
        Workspace::seeded("nuri", "누리소프트"),
        without_id("hanbit", "한빛 디자인"),
        Workspace::seeded("sakura", "さくら商事"),
        Workspace::seeded("northwind", "Northwind Traders"),
        // Its one place is taken.
        Workspace { capacity: Some(1), ..without_id("gadeuk", "가득상사") },
    ]
}

/// Whose identity at which stand-in is connected in which workspace (FEATURES L3).
const IDENTITIES: &[(&str, &str, &str, &str)] = &[
    ("line", "minji", "minji@daemun.test", "nuri"),
    ("line", "minji", "minji@daemun.test", "hanbit"),
    ("line", "taeyang", "taeyang@daemun.test", "nuri"),
    ("line", "haruto", "haruto@daemun.test", "sakura"),
    ("naver", "dohyun", "dohyun@daemun.test", "nuri"),
    ("kakao", "minji", "minji@daemun.test", "nuri"),
];

/// Puts the world into an empty database, which is the sandbox's from then on.
pub(crate) fn plant(connection: &Connection, key: &ServerKey, now: Timestamp) -> Result<(), Trouble> {
    store::mark_sandbox(connection)?;
    for workspace in workspaces() {
        store::insert_workspace(connection, &workspace)?;
    }
    let mobile = |typed: Option<&str>| typed.and_then(MobileNumber::parse);
    for (seed, password) in SEEDS.iter().zip(hashes()) {
        let (Some(workspace), Ok(email)) = (seed.workspace, EmailAddress::parse(seed.email)) else { continue };
        let (phone, mobile) = (mobile(seed.phone), mobile(seed.mobile));
        let personal_email = seed.personal_email.and_then(|address| EmailAddress::parse(address).ok());
        let account = NewAccount {
            workspace,
            email: &email,
            phone: phone.as_ref().map(MobileNumber::as_str),
            personal_email: personal_email.as_ref(),
            mobile: mobile.as_ref().map(MobileNumber::as_str),
            two_factor: seed.two_factor,
            super_administrator: seed.super_administrator,
            name: seed.name,
            locale: seed.locale.tag(),
            state: match seed.state {
                State::Active | State::Suspended => AccountState::Active,
                State::Invited => AccountState::Invited,
            },
            password: password.as_ref(),
        };
        let id = store::insert_account(connection, &account, now)?;
        if seed.super_administrator
            && let Some(digest) = recovery_codes::key_digest(key, id, RECOVERY_KEY)
        {
            store::replace_recovery_key(connection, id, &digest)?;
        }
        if let Some(name) = seed.id.and_then(|name| LoginName::parse(name).ok()) {
            store::give_name(connection, workspace, id, &name)?;
        }
        match seed.state {
            State::Active | State::Invited => {}
            State::Suspended => store::suspend(connection, &account_subject(id), now)?,
        }
    }
    for (provider, subject, email, workspace) in IDENTITIES {
        let namespace = ProviderConfig::preset(provider).map(|provider| provider.namespace().to_owned());
        for account in store::accounts_by_email(connection, email, Some(workspace))? {
            let subject = identity_digest(key, namespace.as_deref().unwrap_or(provider), subject);
            store::connect_identity(connection, &account, provider, &subject, now)?;
        }
    }
    links::plant(connection, key)
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
                if seed.password.is_empty() {
                    return None;
                }
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
    /// Links to open, by name.
    pub(super) links: BTreeMap<String, String>,
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
    pub(super) phone_entry: bool,
    pub(super) device_unlock: bool,
    pub(super) two_factor: TwoFactor,
    pub(super) attempt_limit: Option<u32>,
    pub(super) reveal_tries: bool,
}

/// One member account: an address in one workspace.
#[derive(Debug, Serialize)]
pub(super) struct TriedAccount {
    pub(super) email: String,
    /// The registered ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) personal_email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mobile: Option<String>,
    /// Whether the member has turned the second factor on.
    pub(super) two_factor: bool,
    /// A super administrator's, until it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) recovery_key: Option<&'static str>,
    pub(super) name: String,
    pub(super) locale: String,
    /// As it began; empty where there was none.
    pub(super) password: String,
    pub(super) workspaces: Vec<String>,
    /// `active`, `suspended`, `invited`, `no_password`.
    pub(super) state: &'static str,
}

/// A number as people write it.
fn told(stored: Option<&str>) -> Option<String> {
    stored.and_then(MobileNumber::parse).map(|number| number.told())
}

pub(super) fn read(connection: &Connection, key: &ServerKey, origin: &str) -> Result<World, Trouble> {
    let workspaces = store::list_workspaces(connection)?
        .into_iter()
        .map(|workspace| TriedWorkspace {
            id: workspace.id,
            name: workspace.name,
            organisation_id: workspace.organisation_id,
            email_entry: workspace.email_entry,
            organisation_entry: workspace.organisation_entry,
            phone_entry: workspace.phone_entry,
            device_unlock: workspace.device_unlock,
            two_factor: workspace.two_factor,
            attempt_limit: workspace.attempt_limit,
            reveal_tries: workspace.reveal_tries,
        })
        .collect();
    let rows = store::list_accounts(connection)?;
    let mut accounts = Vec::new();
    for seed in SEEDS {
        let row = rows.iter().find(|row| row.email == seed.email && Some(row.workspace.as_str()) == seed.workspace);
        let state = match row {
            Some(row) if store::is_suspended(connection, &account_subject(row.id))? => "suspended",
            Some(row) if row.state == AccountState::Invited => "invited",
            Some(row) if row.password.is_none() => "no_password",
            Some(_) | None => "active",
        };
        accounts.push(TriedAccount {
            email: seed.email.into(),
            id: row.and_then(|row| row.login_name.clone()),
            phone: row.and_then(|row| told(row.phone.as_deref())),
            personal_email: row.and_then(|row| row.personal_email.clone()),
            mobile: row.and_then(|row| told(row.mobile.as_deref())),
            two_factor: row.is_some_and(|row| row.two_factor),
            recovery_key: seed.super_administrator.then_some(RECOVERY_KEY),
            name: seed.name.into(),
            locale: seed.locale.tag().into(),
            password: seed.password.into(),
            workspaces: row.map(|row| row.workspace.clone()).into_iter().collect(),
            state,
        });
    }
    let scenarios = Scenario::all().iter().map(Scenario::name).collect();
    Ok(World { workspaces, accounts, links: links::urls(key, origin), scenarios })
}
