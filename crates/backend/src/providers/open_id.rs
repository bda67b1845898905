//! A provider that speaks OpenID Connect. The crate `openidconnect` reads what it describes and judges what it signs; here is
//! decided what is asked for and by what it is judged.

use chrono::{DateTime, Utc};
use oauth2::{AuthType, AuthorizationCode, ClientId, ClientSecret, PkceCodeVerifier, RedirectUrl, RequestTokenError};
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, DiscoveryError, IssuerUrl, Nonce, ProviderMetadata, TokenResponse};
use serde::{Deserialize, Serialize};

use super::config::ProviderConfig;
use super::requests::{NoAnswer, Requests};
use super::{Failed, Identity, Returned};

/// An issuer and how it is spoken to.
#[derive(Clone, Debug)]
pub(super) struct OpenId {
    pub(super) issuer: String,
    /// Besides `openid`.
    pub(super) scopes: Vec<String>,
    pub(super) signed: Signed,
    pub(super) secret_goes: SecretGoes,
}

/// What its ID tokens may be signed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signed {
    /// By its own keys, in one of the ways that it describes.
    AsDescribed,
    /// Also by the secret that both sides know.
    BySecretToo,
}

/// Where the client's secret stands in a request (RFC 6749 §2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SecretGoes {
    InTheBody,
    AsDescribed,
}

/// Signatures by a provider's own keys that are taken, where it says that it makes them. `none` never is.
const BY_KEY: &[CoreJwsSigningAlgorithm] = &[
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What a provider may say of itself besides (RFC 9207 §3).
#[derive(Clone, Debug, Deserialize, Serialize)]
struct More {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for More {}

type Description = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

impl OpenId {
    pub(super) fn described(issuer: &str) -> Self {
        let scopes = vec!["openid".into()];
        Self { issuer: issuer.into(), scopes, signed: Signed::AsDescribed, secret_goes: SecretGoes::AsDescribed }
    }

    pub(super) fn in_the_body(issuer: &str, signed: Signed) -> Self {
        Self { signed, secret_goes: SecretGoes::InTheBody, ..Self::described(issuer) }
    }

    /// What it says of itself now, its keys included.
    async fn describe(&self, requests: &Requests) -> Result<Description, Failed> {
        let issuer = IssuerUrl::new(self.issuer.clone()).map_err(|_| Failed::Unavailable)?;
        let described = Description::discover_async(issuer, requests).await;
        // One that describes somebody else is not believed.
        let is_of_another = |failed: &_| matches!(failed, DiscoveryError::Validation(_));
        described.map_err(|failed| if is_of_another(&failed) { Failed::Refused } else { Failed::Unavailable })
    }

    pub(super) async fn entrance(&self, requests: &Requests) -> Result<String, Failed> {
        // Whatever is wrong with its description, nobody can be sent there.
        let description = self.describe(requests).await.map_err(|_| Failed::Unavailable)?;
        Ok(description.authorization_endpoint().as_str().into())
    }

    pub(super) async fn identify(
        &self,
        provider: &ProviderConfig,
        returned: &Returned<'_>,
        requests: &Requests,
    ) -> Result<Identity, Failed> {
        let description = self.describe(requests).await?;
        let tells = description.additional_metadata().authorization_response_iss_parameter_supported;
        match returned.issuer {
            Some(issuer) if issuer != self.issuer => return Err(Failed::Refused),
            None if tells => return Err(Failed::Refused),
            Some(_) | None => {}
        }
        let algorithms = self.algorithms(&description);
        let auth_type = self.auth_type(&description);
        let secret = ClientSecret::new(provider.client_secret.expose().into());
        let redirect_uri = RedirectUrl::new(returned.redirect_uri.into()).map_err(|_| Failed::Refused)?;
        let client =
            CoreClient::from_provider_metadata(description, ClientId::new(provider.client_id.clone()), Some(secret))
                .set_redirect_uri(redirect_uri)
                .set_auth_type(auth_type);
        let answer = client
            .exchange_code(AuthorizationCode::new(returned.code.expose().into()))
            .map_err(|_| Failed::Unavailable)?
            .set_pkce_verifier(PkceCodeVerifier::new(returned.binding.verifier.expose().into()))
            .request_async(requests)
            .await
            .map_err(|failed| why(&failed))?;
        let now = i64::try_from(returned.now.0).ok().and_then(DateTime::<Utc>::from_timestamp_millis);
        let now = now.ok_or(Failed::Refused)?;
        let verifier = client.id_token_verifier().set_allowed_algs(algorithms).set_time_fn(move || now);
        let nonce = Nonce::new(returned.binding.nonce.expose().into());
        let token = answer.id_token().ok_or(Failed::Refused)?;
        let claims = token.claims(&verifier, &nonce).map_err(|_| Failed::Refused)?;
        Ok(Identity { subject: claims.subject().as_str().into(), email: None, mobile: None })
    }

    fn algorithms(&self, description: &Description) -> Vec<CoreJwsSigningAlgorithm> {
        let described = description.id_token_signing_alg_values_supported();
        let by_key = BY_KEY.iter().filter(|known| described.contains(known)).cloned();
        let by_secret = (self.signed == Signed::BySecretToo).then_some(CoreJwsSigningAlgorithm::HmacSha256);
        by_key.chain(by_secret).collect()
    }

    /// RFC 8414 §2: in the header, where nothing else is said.
    fn auth_type(&self, description: &Description) -> AuthType {
        let described = description.token_endpoint_auth_methods_supported();
        let takes = |method| described.is_none_or(|methods| methods.contains(&method));
        match self.secret_goes {
            SecretGoes::AsDescribed if takes(CoreClientAuthMethod::ClientSecretBasic) => AuthType::BasicAuth,
            SecretGoes::AsDescribed | SecretGoes::InTheBody => AuthType::RequestBody,
        }
    }
}

/// A code that was used before, is another's or never was is refused with 4xx; who answers otherwise is in trouble.
pub(super) fn why<E: oauth2::ErrorResponse + 'static>(failed: &RequestTokenError<NoAnswer, E>) -> Failed {
    match failed {
        RequestTokenError::Request(_) => Failed::Unavailable,
        RequestTokenError::ServerResponse(_) | RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            Failed::Refused
        }
    }
}
