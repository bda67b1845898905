//! Virtual authenticators in a member's browser (WebAuthn Level 3 §11): a device with or without an unlock of its own, and a key
//! that is plugged in. They are of the tab that is looked at.

use serde_json::{Value, json};

use super::member::Member;

/// What a credential is kept by.
pub struct Authenticator<'m> {
    member: &'m Member<'m>,
    id: String,
}

const OLDER: &str = "delete window.PublicKeyCredential?.parseRequestOptionsFromJSON; \
    delete window.PublicKeyCredential?.parseCreationOptionsFromJSON; delete window.PublicKeyCredential?.prototype.toJSON";

#[derive(Clone, Copy)]
enum Kind {
    /// The device itself, which can be unlocked.
    Device,
    /// The device itself, of which every unlock method is switched off.
    DeviceWithoutUnlock,
    Key,
}

impl Kind {
    fn options(self) -> Value {
        let (transport, verifies) = match self {
            Self::Device => ("internal", true),
            Self::DeviceWithoutUnlock => ("internal", false),
            Self::Key => ("usb", true),
        };
        json!({
            "protocol": "ctap2", "transport": transport, "hasResidentKey": true, "hasUserVerification": verifies,
            "isUserVerified": verifies, "isUserConsenting": true,
        })
    }
}

impl Member<'_> {
    /// Is at a device that unlocks by fingerprint, face or PIN.
    pub async fn has_unlock(&self) -> Authenticator<'_> {
        self.has(Kind::Device).await
    }

    /// Is at a device that has nothing to unlock it by.
    pub async fn has_no_unlock(&self) -> Authenticator<'_> {
        self.has(Kind::DeviceWithoutUnlock).await
    }

    /// Has a browser that reads and writes no JSON of passkeys.
    pub async fn has_older_browser(&self) {
        self.runs_before_each_page(OLDER).await;
    }

    pub async fn plugs_in_key(&self) -> Authenticator<'_> {
        self.has(Kind::Key).await
    }

    async fn has(&self, kind: Kind) -> Authenticator<'_> {
        let id = self.browser.webauthn(reqwest::Method::POST, "", Some(kind.options())).await;
        Authenticator { member: self, id: id.as_str().expect("an authenticator").to_owned() }
    }
}

impl<'m> Authenticator<'m> {
    async fn asks(&self, method: reqwest::Method, end: &str, body: Option<Value>) -> Value {
        self.member.browser.webauthn(method, &format!("/{}{end}", self.id), body).await
    }

    pub async fn credentials(&self) -> Vec<Value> {
        let all = self.asks(reqwest::Method::GET, "/credentials", None).await;
        all.as_array().expect("credentials").clone()
    }

    /// Forgets everything that it has.
    pub async fn is_wiped(&self) {
        self.asks(reqwest::Method::DELETE, "/credentials", None).await;
    }

    /// The next unlocks fail, as with a wrong finger.
    pub async fn is_not_unlocked(&self) {
        self.asks(reqwest::Method::POST, "/uv", Some(json!({ "isUserVerified": false }))).await;
    }

    pub async fn is_unlocked(&self) {
        self.asks(reqwest::Method::POST, "/uv", Some(json!({ "isUserVerified": true }))).await;
    }

    /// Every unlock method is switched off; what it has, it keeps.
    pub async fn loses_unlock(self) -> Authenticator<'m> {
        let (member, kept) = (self.member, self.credentials().await);
        self.goes_away().await;
        let without = member.has_no_unlock().await;
        for credential in kept {
            without.asks(reqwest::Method::POST, "/credential", Some(credential)).await;
        }
        without
    }

    pub async fn goes_away(self) {
        self.asks(reqwest::Method::DELETE, "", None).await;
    }
}
