//! The relying party of WebAuthn (Level 3 §7): challenges, and what is made of them. It refuses to know whose credentials
//! these are, and what they open.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use daemun_protocol::{Credential, CredentialResponse, DeviceKind};
use serde::{Deserialize, Serialize};
use url::Url;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Uuid,
    Webauthn, WebauthnBuilder, WebauthnError,
};
use webauthn_rs_proto::{AllowCredentials, AuthenticatorAttachment, ResidentKeyRequirement};

/// This deployment, as authenticators know it.
#[derive(Clone, Debug)]
pub struct RelyingParty {
    webauthn: Webauthn,
    id: String,
}

/// Something that an authenticator is asked once: what the browser gets, and what its answer is held against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ceremony {
    /// Options as JSON (Level 3 §5.1.9, §5.1.10).
    pub options: String,
    state: String,
}

/// A credential as it is kept: key, counter and all, as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPasskey(pub String);

/// Whose credentials these are, for authenticators: random, and the same for good (Level 3 §5.4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserHandle(pub [u8; 16]);

/// Who registers a credential, as authenticators show it.
#[derive(Clone, Debug)]
pub struct User<'a> {
    pub handle: UserHandle,
    pub name: &'a str,
    pub display_name: &'a str,
}

/// What was registered.
#[derive(Clone, Debug)]
pub struct Registered {
    pub id: Vec<u8>,
    pub passkey: StoredPasskey,
}

/// Why what an authenticator says does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Invalid,
    /// Its counter went back: there may be a copy (Level 3 §6.1.1).
    Copied,
}

impl UserHandle {
    pub fn encoded(self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl RelyingParty {
    /// `None` for an origin that cannot be one: WebAuthn is for names, not for bare addresses (Level 3 §5.1.3).
    pub fn new(origin: &str) -> Option<Self> {
        let origin = Url::parse(origin).ok()?;
        let id = origin.domain()?.to_owned();
        let webauthn = WebauthnBuilder::new(&id, &origin).ok()?.rp_name(&id).build().ok()?;
        Some(Self { webauthn, id })
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// Asks for one of these credentials; where none is named, for any that the authenticator finds by itself.
    ///
    /// # Errors
    /// [`WebauthnError`] when there is no randomness.
    pub fn ask(&self, allowed: &[Vec<u8>]) -> Result<Ceremony, WebauthnError> {
        let (mut asked, state) = self.webauthn.start_discoverable_authentication()?;
        asked.public_key.allow_credentials = allowed
            .iter()
            .map(|id| AllowCredentials { type_: "public-key".into(), id: id.clone(), transports: None })
            .collect();
        Ok(Ceremony { options: serde_json::to_string(&asked.public_key)?, state: serde_json::to_string(&state)? })
    }

    /// Asks for a new credential; an authenticator that has one of `known` makes none.
    ///
    /// # Errors
    /// [`WebauthnError`] when there is no randomness.
    pub fn register(&self, user: &User<'_>, kind: DeviceKind, known: Vec<Vec<u8>>) -> Result<Ceremony, WebauthnError> {
        let handle = Uuid::from_bytes(user.handle.0);
        let (mut asked, state) =
            self.webauthn.start_passkey_registration(handle, user.name, user.display_name, Some(known))?;
        let mut selection = asked.public_key.authenticator_selection.unwrap_or_default();
        selection.authenticator_attachment = Some(match kind {
            DeviceKind::Device => AuthenticatorAttachment::Platform,
            DeviceKind::SecurityKey => AuthenticatorAttachment::CrossPlatform,
        });
        selection.resident_key = Some(ResidentKeyRequirement::Required);
        selection.require_resident_key = true;
        asked.public_key.authenticator_selection = Some(selection);
        Ok(Ceremony { options: serde_json::to_string(&asked.public_key)?, state: serde_json::to_string(&state)? })
    }

    /// The credential that was made for a ceremony of [`RelyingParty::register`] (Level 3 §7.1).
    ///
    /// # Errors
    /// [`Refused`]; which step it failed at is nobody's business.
    pub fn registered(&self, ceremony: &Ceremony, credential: &Credential) -> Result<Registered, Refused> {
        let state: PasskeyRegistration = serde_json::from_str(&ceremony.state).map_err(|_| Refused::Invalid)?;
        let credential: RegisterPublicKeyCredential = read(credential)?;
        let passkey = self.webauthn.finish_passkey_registration(&credential, &state).map_err(refused)?;
        let stored = serde_json::to_string(&passkey).map_err(|_| Refused::Invalid)?;
        Ok(Registered { id: passkey.cred_id().to_vec(), passkey: StoredPasskey(stored) })
    }

    /// The credential after it was used for a ceremony of [`RelyingParty::ask`] (Level 3 §7.2): its counter has moved.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn used(
        &self,
        ceremony: &Ceremony,
        credential: &Credential,
        of: UserHandle,
        stored: &StoredPasskey,
    ) -> Result<StoredPasskey, Refused> {
        let state: DiscoverableAuthentication = serde_json::from_str(&ceremony.state).map_err(|_| Refused::Invalid)?;
        let mut passkey: Passkey = serde_json::from_str(&stored.0).map_err(|_| Refused::Invalid)?;
        let credential: PublicKeyCredential = read(credential)?;
        // A security key whose credential was named may leave it out (Level 3 §5.2.2).
        if credential.get_user_unique_id().is_some_and(|handle| handle != of.0) {
            return Err(Refused::Invalid);
        }
        let result =
            self.webauthn.finish_discoverable_authentication_v2(&credential, state, &passkey).map_err(refused)?;
        passkey.update_credential(&result);
        serde_json::to_string(&passkey).map(StoredPasskey).map_err(|_| Refused::Invalid)
    }
}

/// The ID that a credential says it has; `None` where there cannot be such a one (Level 3 §5.8.3).
pub fn credential_id(credential: &Credential) -> Option<Vec<u8>> {
    let id = URL_SAFE_NO_PAD.decode(&credential.raw_id).ok()?;
    (1..=1023).contains(&id.len()).then_some(id)
}

/// A credential in the library's own types. One that was made or used in another origin's frame is none: whoever embeds the
/// page could lead a member's hand.
fn read<T: serde::de::DeserializeOwned>(credential: &Credential) -> Result<T, Refused> {
    let (CredentialResponse::Assertion { client_data_json, .. }
    | CredentialResponse::Attestation { client_data_json, .. }) = &credential.response;
    let client_data = URL_SAFE_NO_PAD.decode(client_data_json).map_err(|_| Refused::Invalid)?;
    let client_data: ClientData = serde_json::from_slice(&client_data).map_err(|_| Refused::Invalid)?;
    if client_data.cross_origin || client_data.top_origin.is_some() || credential.kind != "public-key" {
        return Err(Refused::Invalid);
    }
    let json = serde_json::to_value(credential).map_err(|_| Refused::Invalid)?;
    serde_json::from_value(json).map_err(|_| Refused::Invalid)
}

/// What the library leaves to others (Level 3 §5.8.1).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    #[serde(default)]
    cross_origin: bool,
    #[serde(default)]
    top_origin: Option<String>,
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library has some seventy ways to fail, and may get more")]
fn refused(error: WebauthnError) -> Refused {
    match error {
        WebauthnError::CredentialPossibleCompromise => Refused::Copied,
        _ => Refused::Invalid,
    }
}
