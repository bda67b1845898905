//! A member's own security settings: what they sign in with and what protects it, and where they are signed in (FEATURES S1).

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::open_enum::{Named, open_enum};
use crate::tree::{Tree, number, text};

/// One of what a member's settings are about, with its present state. `missing` says why it cannot be had, or not be changed, where
/// the step offers nothing for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SecurityItem {
    /// ID and password. `change_password`, `register_id` (FEATURES S6, R5).
    Password {
        /// The ID that was registered, besides address and number.
        #[serde(skip_serializing_if = "Option::is_none")]
        identifier: Option<String>,
        /// Whether there is a password.
        set: bool,
        /// When its time is over; absent: it lasts.
        #[serde(skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
        #[serde(skip_serializing_if = "Option::is_none")]
        missing: Option<SettingReason>,
    },
    /// A mobile number to sign in with. `link_phone`, `unlink_phone` (FEATURES S2).
    Phone {
        /// The linked one, masked; absent: none is.
        #[serde(skip_serializing_if = "Option::is_none")]
        linked: Option<String>,
        /// Whether the member would have no way in left without it.
        #[serde(default)]
        last: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        missing: Option<SettingReason>,
    },
    /// Accounts elsewhere to sign in with. `show_identities` (FEATURES S3).
    Identities {
        /// How many are connected.
        count: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        missing: Option<SettingReason>,
    },
    /// Trusted devices and security keys. `show_devices` (FEATURES S4).
    Devices {
        count: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        missing: Option<SettingReason>,
    },
    /// The second factor. `turn_on_two_factor`, `turn_off_two_factor` (FEATURES S5).
    TwoFactor {
        on: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        missing: Option<SettingReason>,
    },
    /// Signing in by a PIN in the platform's app. `set_pin`, `turn_on_biometrics`, `turn_off_biometrics`, `turn_off_quick_login`,
    /// `turn_off_quick_login_elsewhere` (FEATURES S7).
    QuickLogin {
        /// Whether there is a PIN for this device.
        on: bool,
        /// Whether this device's own unlock does instead of the PIN.
        biometrics: bool,
        /// How many other devices have one.
        elsewhere: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        missing: Option<SettingReason>,
    },
    /// Browsers that are signed in. `show_sessions`.
    Sessions { count: u32 },
}

open_enum! {
    /// Why one of the settings cannot be had or changed (`missing` of an item).
    pub enum SettingReason {
        /// The workspace does not allow it.
        NotAllowed = "not_allowed",
        /// The organisation keeps the profile: only an administrator can save what this takes (FEATURES T3).
        ManagedProfile = "managed_profile",
        /// It cannot be had or changed here yet.
        NotAvailable = "not_available",
        /// The workspace asks everybody for it (FEATURES S5).
        Required = "required",
        /// It follows a password, and there is none.
        PasswordMissing = "password_missing",
        /// It is for the platform's app, and can be set up there (FEATURES S7).
        AppOnly = "app_only",
    }
}

/// A browser that is signed in, by what it says of itself and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Session {
    /// What `sign_out` takes as `session`. It opens nothing.
    pub id: String,
    /// `Chrome, Windows`; empty where it is not known.
    pub browser: String,
    /// The network address that it was last seen at, with its end left out; empty where it is not known.
    pub place: String,
    pub signed_in_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// Whether it is this very browser.
    #[serde(default)]
    pub here: bool,
}

impl SecurityItem {
    /// An item of a later version is left out.
    pub(crate) fn read(tree: &impl Tree) -> Option<Self> {
        let missing = text(tree, "missing").map(|name| SettingReason::named(&name));
        let is = |name: &str| tree.child(name).is_some_and(|is| is.is_true());
        Some(match text(tree, "type")?.as_str() {
            "password" => Self::Password {
                identifier: text(tree, "identifier"),
                set: is("set"),
                expires_at: number(tree, "expires_at").map(Timestamp),
                missing,
            },
            "phone" => Self::Phone { linked: text(tree, "linked"), last: is("last"), missing },
            "identities" => Self::Identities { count: number(tree, "count")?, missing },
            "devices" => Self::Devices { count: number(tree, "count")?, missing },
            "two_factor" => Self::TwoFactor { on: is("on"), missing },
            "quick_login" => Self::QuickLogin {
                on: is("on"),
                biometrics: is("biometrics"),
                elsewhere: number(tree, "elsewhere").unwrap_or_default(),
                missing,
            },
            "sessions" => Self::Sessions { count: number(tree, "count")? },
            _ => return None,
        })
    }
}

impl Session {
    pub(crate) fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self {
            id: text(tree, "id")?,
            browser: text(tree, "browser")?,
            place: text(tree, "place")?,
            signed_in_at: number(tree, "signed_in_at").map(Timestamp)?,
            last_seen_at: number(tree, "last_seen_at").map(Timestamp)?,
            here: tree.child("here").is_some_and(|here| here.is_true()),
        })
    }
}
