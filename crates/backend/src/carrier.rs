//! How messages travel to people. It refuses to know what they say and who takes them there.

use daemun_protocol::Channel;
use serde::{Deserialize, Serialize};

/// A way for a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    Email,
    Sms,
    /// A message of the platform's own service to a phone, where SMS does not arrive (FEATURES L2).
    Notification,
    /// A notification of the platform's own app, to whichever phones the member has it on (FEATURES D6).
    Push,
    /// A notification in a browser that was asked to show some (RFC 8030).
    WebPush,
}

impl Carrier {
    pub const ALL: &[Self] = &[Self::Email, Self::Sms, Self::Notification, Self::Push, Self::WebPush];

    /// The name under which it is stored and told.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Notification => "notification",
            Self::Push => "push",
            Self::WebPush => "web_push",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|carrier| carrier.as_str() == name)
    }

    /// The road that it takes out of the house.
    pub const fn road(self) -> Road {
        match self {
            Self::Email => Road::Mail,
            Self::Sms | Self::Notification | Self::Push => Road::Phones,
            Self::WebPush => Road::Browsers,
        }
    }

    /// What the app is told that a code comes by. None comes by a push.
    pub const fn channel(self) -> Channel {
        match self {
            Self::Email => Channel::Email,
            Self::Sms => Channel::Sms,
            Self::Notification | Self::Push | Self::WebPush => Channel::Notification,
        }
    }
}

/// A road for messages. What is held up on one does not hold up the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    Mail,
    Phones,
    Browsers,
}

impl Road {
    pub const ALL: &[Self] = &[Self::Mail, Self::Phones, Self::Browsers];
}
