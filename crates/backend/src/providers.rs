//! External providers of identities (FEATURES L3): where their members are sent, and what is made of what comes back. It refuses
//! to know flows, accounts and what an identity opens.
//!
//! What governs it:
//! - RFC 6749, the code's way (§4.1); RFC 7636, PKCE with S256; RFC 9207, who has answered;
//! - RFC 9700, a redirect URI for each provider that is compared letter by letter (§2.1, §4.4.2.1);
//! - OpenID Connect Core 1.0 (§3.1) and Discovery 1.0, by the crate `openidconnect`;
//! - LINE's, NAVER's and Kakao's own documentation, where they do otherwise.

mod config;
mod naver;
mod open_id;
mod requests;

use std::sync::Arc;

use daemun_protocol::{Provider, Secret, Timestamp};
use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope};

use crate::login_id::MobileNumber;
use crate::return_to::is_web;
use config::Service;
use requests::Requests;

pub use config::{NotAProvider, ProviderConfig};

/// Everybody whom members may sign in by. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Providers(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    all: Vec<ProviderConfig>,
    requests: Requests,
    /// `{origin}/continue`.
    place: String,
}

/// Why there are no providers.
#[derive(Debug, thiserror::Error)]
pub enum ProvidersRefused {
    #[error(transparent)]
    Provider(#[from] NotAProvider),
    #[error("two providers are called {0}")]
    Twice(String),
    #[error("no TLS for providers: {0}")]
    Tls(#[from] rustls::Error),
}

/// What binds a return to the flow that it was asked for in: all of it is made for one leaving.
#[derive(Clone)]
pub struct Binding {
    pub state: Secret,
    /// OpenID Connect Core §3.1.2.1: in the ID token again.
    pub nonce: Secret,
    /// RFC 7636 §4.1.
    pub verifier: Secret,
}

/// Who somebody is, as their provider says.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// Means nothing to anybody else.
    pub subject: String,
    /// What the member has agreed to hand over.
    pub email: Option<String>,
    pub mobile: Option<MobileNumber>,
}

/// Why a provider's word is not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// It cannot be reached, or says what nobody could read.
    Unavailable,
    /// It has refused, or what it says does not hold.
    Refused,
}

impl Providers {
    /// `origin` is the deployment's own.
    ///
    /// # Errors
    /// [`ProvidersRefused`] says which cannot be used, and never what its secret is.
    pub fn new(origin: &str, all: Vec<ProviderConfig>) -> Result<Self, ProvidersRefused> {
        for (nth, provider) in all.iter().enumerate() {
            provider.check()?;
            if all.iter().skip(nth + 1).any(|other| other.id == provider.id) {
                return Err(ProvidersRefused::Twice(provider.id.clone()));
            }
        }
        Ok(Self(Arc::new(Parts { all, requests: Requests::new()?, place: format!("{origin}/continue") })))
    }

    /// As they are told.
    pub fn listed(&self) -> Vec<Provider> {
        self.0.all.iter().map(ProviderConfig::told).collect()
    }

    pub fn has(&self, id: &str) -> bool {
        self.find(id).is_some()
    }

    fn find(&self, id: &str) -> Option<&ProviderConfig> {
        self.0.all.iter().find(|provider| provider.id == id)
    }

    /// As people call it.
    pub fn name(&self, id: &str) -> String {
        self.find(id).map_or_else(|| id.to_owned(), |provider| provider.name.clone())
    }

    /// What its members' names are told apart by from those of others: the same wherever it is reached.
    pub fn namespace(&self, id: &str) -> Option<&str> {
        self.find(id).map(ProviderConfig::namespace)
    }

    /// Whether a return may be this provider's, by who it says it is from (RFC 9207 §2.4).
    pub fn may_be_from(&self, id: &str, issuer: Option<&str>) -> bool {
        match (self.find(id).map(|provider| &provider.service), issuer) {
            (Some(Service::OpenId(open_id)), Some(issuer)) => open_id.issuer == issuer,
            (Some(Service::Naver(_)), Some(_)) | (None, _) => false,
            (Some(_), None) => true,
        }
    }

    /// Where it returns to. No two share one, so what comes back from one is not taken for another's (RFC 9700 §4.4.2.2).
    fn redirect_uri(&self, id: &str) -> String {
        format!("{}/{id}", self.0.place)
    }

    /// Where members are sent at this moment.
    ///
    /// # Errors
    /// [`Failed`]: it cannot be reached.
    pub async fn entrance(&self, id: &str) -> Result<String, Failed> {
        let provider = self.find(id).ok_or(Failed::Unavailable)?;
        let address = match &provider.service {
            Service::OpenId(open_id) => open_id.entrance(&self.0.requests).await?,
            Service::Naver(naver) => naver.authorize.clone(),
        };
        match url::Url::parse(&address) {
            Ok(url) if is_web(&url) => Ok(address),
            Ok(_) | Err(_) => Err(Failed::Unavailable),
        }
    }

    /// The whole address to leave for (RFC 6749 §4.1.1).
    pub fn address(&self, id: &str, entrance: &str, binding: &Binding) -> Option<Secret> {
        let provider = self.find(id)?;
        let client = BasicClient::new(ClientId::new(provider.client_id.clone()))
            .set_auth_uri(AuthUrl::new(entrance.into()).ok()?)
            .set_redirect_uri(RedirectUrl::new(self.redirect_uri(id)).ok()?);
        let verifier = PkceCodeVerifier::new(binding.verifier.expose().into());
        let state = || CsrfToken::new(binding.state.expose().into());
        let request =
            client.authorize_url(state).set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        let request = match &provider.service {
            Service::OpenId(open_id) => request
                .add_scopes(open_id.scopes.iter().cloned().map(Scope::new))
                .add_extra_param("nonce", binding.nonce.expose()),
            Service::Naver(_) => request,
        };
        Some(Secret::new(request.url().0))
    }

    /// Who has come back with this code. `issuer` is who says so, where the return tells it.
    ///
    /// # Errors
    /// [`Failed`] says whether it is worth another try.
    pub async fn identify(
        &self,
        id: &str,
        code: &Secret,
        issuer: Option<&str>,
        binding: &Binding,
        now: Timestamp,
    ) -> Result<Identity, Failed> {
        let provider = self.find(id).ok_or(Failed::Refused)?;
        let returned = Returned { code, issuer, binding, redirect_uri: &self.redirect_uri(id), now };
        match &provider.service {
            Service::OpenId(open_id) => open_id.identify(provider, &returned, &self.0.requests).await,
            Service::Naver(naver) => naver.identify(provider, &returned, &self.0.requests).await,
        }
    }
}

/// What came back, with what it was asked for by.
struct Returned<'a> {
    code: &'a Secret,
    issuer: Option<&'a str>,
    binding: &'a Binding,
    redirect_uri: &'a str,
    now: Timestamp,
}

impl core::fmt::Debug for Binding {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Binding")
    }
}

impl core::fmt::Debug for Identity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Identity")
    }
}
