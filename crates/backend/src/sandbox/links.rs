//! Invitations and security links to try: one of each kind, whose links are the same each time the world begins. They are no
//! secrets.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daemun_protocol::Timestamp;
use rusqlite::Connection;

use crate::email_address::EmailAddress;
use crate::flow::join::Invitation;
use crate::flow::security_link::SecurityLink;
use crate::link_token::{LinkKind, LinkToken};
use crate::server_key::{Digest32, ServerKey};
use crate::store::{self, Trouble};

/// A link, and what it is an invitation to.
struct Link {
    name: &'static str,
    workspace: &'static str,
    /// The address of the member that it is for (FEATURES E5).
    whose: Option<&'static str>,
    standing: Standing,
}

enum Standing {
    /// For as many as come.
    Open,
    /// For so many, of whom so many have come.
    Uses(u32, u32),
    Expired,
    Revoked,
}

const LINKS: &[Link] = &[
    Link { name: "join", workspace: "nuri", whose: None, standing: Standing::Open },
    Link { name: "join_expired", workspace: "nuri", whose: None, standing: Standing::Expired },
    Link { name: "join_revoked", workspace: "nuri", whose: None, standing: Standing::Revoked },
    Link { name: "join_used_up", workspace: "nuri", whose: None, standing: Standing::Uses(3, 3) },
    Link { name: "join_last", workspace: "nuri", whose: None, standing: Standing::Uses(3, 2) },
    Link { name: "join_full", workspace: "gadeuk", whose: None, standing: Standing::Open },
    Link { name: "invite", workspace: "nuri", whose: Some(YUNA), standing: Standing::Uses(1, 0) },
    Link { name: "invite_expired", workspace: "nuri", whose: Some(YUNA), standing: Standing::Expired },
    Link { name: "invite_revoked", workspace: "nuri", whose: Some(YUNA), standing: Standing::Revoked },
    // Its member has joined.
    Link { name: "invite_used", workspace: "nuri", whose: Some("minji@daemun.test"), standing: Standing::Uses(1, 1) },
];

/// A security link, and to whom it was shared (FEATURES O1).
struct Shared {
    name: &'static str,
    title: &'static str,
    to: &'static [&'static str],
    standing: SharedStanding,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SharedStanding {
    Live,
    Expired,
    Revoked,
}

const SHARED: &[Shared] = &[
    Shared {
        name: LINK,
        title: "2026 협력 제안서.pdf",
        to: &["haerin@partner.test", "minji@daemun.test"],
        standing: SharedStanding::Live,
    },
    // To a mailing list: each of its readers received it, and its own address alone opens it.
    Shared {
        name: "link_list",
        title: "프로젝트 일정.xlsx",
        to: &["all@partner.test"],
        standing: SharedStanding::Live,
    },
    Shared {
        name: "link_expired",
        title: "지난 분기 보고서.pdf",
        to: &["haerin@partner.test"],
        standing: SharedStanding::Expired,
    },
    Shared {
        name: "link_revoked",
        title: "계약서 초안.docx",
        to: &["haerin@partner.test"],
        standing: SharedStanding::Revoked,
    },
];

const LINK: &str = "link";

const YUNA: &str = "yuna@daemun.test";
const INVITER: &str = "김민지";

pub(super) fn plant(connection: &Connection, key: &ServerKey) -> Result<(), Trouble> {
    for link in LINKS {
        let account = match link.whose {
            Some(email) => store::accounts_by_email(connection, email, Some(link.workspace))?.first().map(|row| row.id),
            None => None,
        };
        let (max_uses, uses) = match link.standing {
            Standing::Uses(most, uses) => (Some(most), uses),
            Standing::Open | Standing::Expired | Standing::Revoked => (None, 0),
        };
        let made = Invitation {
            id: 0,
            workspace: link.workspace.into(),
            inviter: Some(INVITER.into()),
            expires_at: matches!(link.standing, Standing::Expired).then_some(Timestamp(1)),
            revoked: matches!(link.standing, Standing::Revoked),
            max_uses,
            uses,
            account,
        };
        let token = LinkToken::public(key, link.name);
        store::insert_invitation(connection, &token.digest(key, LinkKind::Join), &made)?;
    }
    for shared in SHARED {
        let made = SecurityLink {
            id: 0,
            place: place(key, shared.name),
            title: shared.title.into(),
            expires_at: (shared.standing == SharedStanding::Expired).then_some(Timestamp(1)),
            revoked: shared.standing == SharedStanding::Revoked,
        };
        let recipients: Vec<_> = shared.to.iter().filter_map(|address| EmailAddress::parse(address).ok()).collect();
        store::insert_security_link(connection, &shared_digest(key, shared.name), &made, &recipients)?;
    }
    Ok(())
}

/// Takes the link `link` back.
pub(super) fn revoke(connection: &Connection, key: &ServerKey) -> Result<(), Trouble> {
    store::revoke_security_link(connection, &shared_digest(key, LINK))
}

fn shared_digest(key: &ServerKey, name: &str) -> Digest32 {
    LinkToken::public(key, name).digest(key, LinkKind::Security)
}

/// Where what is shared is: as good as random to whoever has not been there.
fn place(key: &ServerKey, name: &str) -> String {
    let digest = key.mac("public place", &[name.as_bytes()]);
    URL_SAFE_NO_PAD.encode(digest.first_chunk::<16>().unwrap_or(&[0; 16]))
}

/// The addresses that a link was shared to, for people who try it.
pub(super) fn recipients(name: &str) -> &'static [&'static str] {
    SHARED.iter().find(|shared| shared.name == name).map_or(&[], |shared| shared.to)
}

/// All links, absolute, by name.
pub(super) fn urls(key: &ServerKey, origin: &str) -> BTreeMap<String, String> {
    let url = |name: &str, kind| (name.to_owned(), LinkToken::public(key, name).url(origin, kind));
    let invitations = LINKS.iter().map(|link| url(link.name, LinkKind::Join));
    let shared = SHARED.iter().map(|shared| url(shared.name, LinkKind::Security));
    invitations.chain(shared).collect()
}
