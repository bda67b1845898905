//! Invitations to try: one of each kind, whose links are the same each time the world begins. They are no secrets.

use std::collections::BTreeMap;

use daemun_protocol::Timestamp;
use rusqlite::Connection;

use crate::flow::join::Invitation;
use crate::link_token::{LinkKind, LinkToken};
use crate::server_key::ServerKey;
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
    Ok(())
}

/// All links, absolute, by name.
pub(super) fn urls(key: &ServerKey, origin: &str) -> BTreeMap<String, String> {
    let url = |link: &Link| (link.name.to_owned(), LinkToken::public(key, link.name).url(origin, LinkKind::Join));
    LINKS.iter().map(url).collect()
}
