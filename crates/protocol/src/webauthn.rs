//! What WebAuthn passes between a browser and a backend, by way of the app: options one way, credentials the other, both as
//! the JSON of WebAuthn Level 3 (§5.1.8 to §5.1.10).

use serde::ser::Error;
use serde::{Deserialize, Serialize, Serializer};

use crate::Timestamp;
use crate::action::is_false;
use crate::tree::{Tree, list, number, text};

/// Options of a call to the browser, kept as they came: the app hands them on and looks at none of them. For asking
/// `PublicKeyCredentialRequestOptionsJSON`, for making `PublicKeyCredentialCreationOptionsJSON`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKeyOptions(String);

impl PublicKeyOptions {
    /// `json` is one JSON object.
    pub fn new(json: impl Into<String>) -> Self {
        Self(json.into())
    }

    /// The options as JSON.
    pub fn json(&self) -> &str {
        &self.0
    }

    pub(crate) fn read(tree: &impl Tree, name: &str) -> Option<Self> {
        let options = tree.child(name).filter(|options| !options.names().is_empty())?;
        options.json().map(Self)
    }
}

impl Serialize for PublicKeyOptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::from_str::<serde_json::Value>(&self.0).map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for PublicKeyOptions {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PublicKeyOptions".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "description": "`PublicKeyCredentialRequestOptionsJSON` or `PublicKeyCredentialCreationOptionsJSON` \
                (WebAuthn Level 3 §5.1.9, §5.1.10), for the browser's own readers.",
            "required": ["challenge"],
            "properties": { "challenge": { "type": "string" } },
            "additionalProperties": true,
        })
    }
}

/// What an authenticator answers: `PublicKeyCredential.toJSON()` (WebAuthn Level 3 §5.1.8). Bytes are base64url without padding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Credential {
    pub id: String,
    pub raw_id: String,
    /// `public-key`.
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<String>,
    pub response: CredentialResponse,
    pub client_extension_results: ExtensionResults,
}

/// The signed part of a [`Credential`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum CredentialResponse {
    /// One that there is was used (§5.2.2).
    #[serde(rename_all = "camelCase")]
    Assertion {
        #[serde(rename = "clientDataJSON")]
        client_data_json: String,
        authenticator_data: String,
        signature: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_handle: Option<String>,
    },
    /// One was made (§5.2.1).
    #[serde(rename_all = "camelCase")]
    Attestation {
        #[serde(rename = "clientDataJSON")]
        client_data_json: String,
        attestation_object: String,
        #[serde(default)]
        transports: Vec<String>,
    },
}

/// What the browser's extensions say, as far as anybody asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExtensionResults {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cred_props: Option<CredentialProperties>,
}

/// `credProps` (§10.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CredentialProperties {
    /// Whether it is found without its ID, as passkeys are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rk: Option<bool>,
}

impl Credential {
    /// Reads what a browser's `toJSON()` has written; `None` for anything else.
    pub fn read(tree: &impl Tree) -> Option<Self> {
        let response = tree.child("response")?;
        let client_data_json = need(&response, "clientDataJSON");
        // What is not there is empty, and looked for once at the end: each look on the way weighs something in the app.
        let (response, signed) = match text(&response, "signature") {
            Some(signature) => {
                let authenticator_data = need(&response, "authenticatorData");
                let signed = !authenticator_data.is_empty();
                let user_handle = text(&response, "userHandle");
                (CredentialResponse::Assertion { client_data_json, authenticator_data, signature, user_handle }, signed)
            }
            None => {
                let attestation_object = need(&response, "attestationObject");
                let signed = !attestation_object.is_empty();
                let transports = list(&response, "transports", Tree::text);
                (CredentialResponse::Attestation { client_data_json, attestation_object, transports }, signed)
            }
        };
        let credential = Self {
            id: need(tree, "id"),
            raw_id: need(tree, "rawId"),
            kind: need(tree, "type"),
            authenticator_attachment: text(tree, "authenticatorAttachment"),
            response,
            client_extension_results: ExtensionResults::read(tree.child("clientExtensionResults").as_ref()),
        };
        let is_whole = signed && ![&credential.id, &credential.raw_id, &credential.kind].iter().any(|it| it.is_empty());
        is_whole.then_some(credential)
    }
}

fn need(tree: &impl Tree, name: &str) -> String {
    text(tree, name).unwrap_or_default()
}

impl ExtensionResults {
    fn read(tree: Option<&impl Tree>) -> Self {
        let properties = tree.and_then(|results| results.child("credProps"));
        let rk = properties.as_ref().map(|properties| properties.child("rk").map(|rk| rk.is_true()));
        Self { cred_props: rk.map(|rk| CredentialProperties { rk }) }
    }
}

/// A credential that a member has registered (FEATURES S4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrustedDevice {
    /// What `rename` and `remove` take as `device`.
    pub id: String,
    /// As the member called it.
    pub name: String,
    pub kind: DeviceKind,
    pub registered_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Timestamp>,
    /// Whether it was registered in this very browser.
    #[serde(default)]
    pub here: bool,
    /// Whether the member would have no way in left without it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub last: bool,
}

/// What a credential is kept by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum DeviceKind {
    /// A phone or computer, unlocked by its own means: a platform authenticator.
    Device,
    /// A key that is carried from one to another: a roaming authenticator.
    SecurityKey,
}

/// Which credentials count, for browsers that can be told (WebAuthn Level 3 §5.1.10, the signal methods).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AcceptedCredentials {
    pub rp_id: String,
    /// The user handle, base64url.
    pub user_id: String,
    /// The credentials' IDs, base64url.
    pub credential_ids: Vec<String>,
    /// What authenticators show of the account.
    pub name: String,
    pub display_name: String,
}

impl TrustedDevice {
    pub(crate) fn read(tree: &impl Tree) -> Option<Self> {
        let is = |name| tree.child(name).is_some_and(|is| is.is_true());
        Some(Self {
            id: text(tree, "id")?,
            name: text(tree, "name")?,
            kind: DeviceKind::parse(&text(tree, "kind")?)?,
            registered_at: Timestamp(number(tree, "registered_at")?),
            last_used_at: number(tree, "last_used_at").map(Timestamp),
            here: is("here"),
            last: is("last"),
        })
    }
}

impl DeviceKind {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "device" => Some(Self::Device),
            "security_key" => Some(Self::SecurityKey),
            _ => None,
        }
    }
}

impl AcceptedCredentials {
    pub(crate) fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self {
            rp_id: text(tree, "rp_id")?,
            user_id: text(tree, "user_id")?,
            credential_ids: list(tree, "credential_ids", Tree::text),
            name: text(tree, "name")?,
            display_name: text(tree, "display_name")?,
        })
    }
}
