//! What is to be known of a provider beforehand. It refuses to ask the provider itself.

use daemun_protocol::{Provider, Secret, Share};
use url::Url;

use super::naver::Naver;
use super::open_id::{OpenId, Signed};
use crate::return_to::is_web;

/// A provider and this deployment's registration there.
#[derive(Clone)]
pub struct ProviderConfig {
    /// Stands in the address that the provider returns to: `{origin}/continue/{id}`.
    pub(super) id: String,
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) client_id: String,
    pub(super) client_secret: Secret,
    pub(super) service: Service,
}

/// How it is spoken to.
#[derive(Clone, Debug)]
pub(super) enum Service {
    /// OpenID Connect: it describes itself, and signs what it says.
    OpenId(OpenId),
    /// OAuth 2.0 and a profile (NAVER).
    Naver(Naver),
}

/// A provider that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NotAProvider {
    #[error("not a provider's name: {0}: it is 1 to 32 of a-z, 0-9, - and _")]
    Id(String),
    #[error("not an address of a provider: {0}: it is https://…, or http://… on this machine")]
    Address(String),
    #[error("{0} has no client ID, or no secret")]
    Registration(String),
}

impl ProviderConfig {
    fn new(id: &str, name: &str, namespace: &str, service: Service) -> Self {
        let (id, name, namespace) = (id.into(), name.into(), namespace.into());
        Self { id, name, namespace, client_id: String::new(), client_secret: Secret::default(), service }
    }

    /// LINE Login v2.1. Its ID tokens for the web are signed by the channel's secret (HS256).
    pub fn line() -> Self {
        let issuer = "https://access.line.me";
        Self::new("line", "LINE", issuer, Service::OpenId(OpenId::in_the_body(issuer, Signed::BySecretToo)))
    }

    /// Kakao Login with OpenID Connect.
    pub fn kakao() -> Self {
        let issuer = "https://kauth.kakao.com";
        Self::new("kakao", "Kakao", issuer, Service::OpenId(OpenId::in_the_body(issuer, Signed::AsDescribed)))
    }

    /// NAVER Login: OAuth 2.0, and the profile of who has agreed.
    pub fn naver() -> Self {
        Self::new("naver", "NAVER", "https://nid.naver.com", Service::Naver(Naver::real()))
    }

    /// Any other that speaks OpenID Connect.
    pub fn open_id(id: &str, name: &str, issuer: &str) -> Self {
        Self::new(id, name, issuer, Service::OpenId(OpenId::described(issuer)))
    }

    /// What of these a name stands for.
    pub fn preset(name: &str) -> Option<Self> {
        match name {
            "line" => Some(Self::line()),
            "kakao" => Some(Self::kakao()),
            "naver" => Some(Self::naver()),
            _ => None,
        }
    }

    /// What its members' names are told apart by from those of others.
    pub(crate) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// With this deployment's registration there.
    #[must_use]
    pub fn registered(self, client_id: impl Into<String>, client_secret: Secret) -> Self {
        Self { client_id: client_id.into(), client_secret, ..self }
    }

    /// Reached at another address, such as a stand-in's.
    #[must_use]
    pub fn at(self, base: &str) -> Self {
        let service = match self.service {
            Service::OpenId(open_id) => Service::OpenId(OpenId { issuer: base.into(), ..open_id }),
            Service::Naver(_) => Service::Naver(Naver::at(base)),
        };
        Self { service, ..self }
    }

    pub(super) fn check(&self) -> Result<(), NotAProvider> {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        if !(1..=32).contains(&self.id.len()) || !self.id.bytes().all(is_plain) {
            return Err(NotAProvider::Id(self.id.clone()));
        }
        if self.client_id.is_empty() || self.client_secret.expose().is_empty() {
            return Err(NotAProvider::Registration(self.id.clone()));
        }
        let addresses: &[&String] = match &self.service {
            Service::OpenId(open_id) => &[&open_id.issuer],
            Service::Naver(naver) => &[&naver.authorize, &naver.token, &naver.profile],
        };
        let is_address = |address: &str| Url::parse(address).is_ok_and(|url| is_web(&url) && url.fragment().is_none());
        match addresses.iter().find(|address| !is_address(address)) {
            Some(address) => Err(NotAProvider::Address((*address).clone())),
            None => Ok(()),
        }
    }

    /// As it is told. What is asked for is what is shared, and no more.
    pub(super) fn told(&self) -> Provider {
        let shares = match &self.service {
            Service::OpenId(_) => vec![Share::Identifier],
            Service::Naver(_) => vec![Share::Identifier, Share::Email, Share::Mobile],
        };
        Provider { id: self.id.clone(), name: self.name.clone(), shares }
    }
}

impl core::fmt::Debug for ProviderConfig {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "ProviderConfig({})", self.id)
    }
}
