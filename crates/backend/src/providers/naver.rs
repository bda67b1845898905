//! NAVER Login: OAuth 2.0 and a profile, as its documentation has it. A lifetime is a text there, and a refusal is answered with
//! 200; neither is read by who expects RFC 6749 alone.

use core::time::Duration;

use daemun_protocol::Secret;
use hyper::header::AUTHORIZATION;
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AccessToken, AuthType, AuthorizationCode, ClientId, ClientSecret, HttpRequest, PkceCodeVerifier, RedirectUrl,
    RefreshToken, Scope, StandardRevocableToken, TokenResponse, TokenUrl,
};
use serde::{Deserialize, Serialize};

use super::config::ProviderConfig;
use super::open_id::why;
use super::requests::Requests;
use super::{Failed, Identity, Returned};
use crate::login_id::MobileNumber;

/// Where it is reached.
#[derive(Clone, Debug)]
pub(super) struct Naver {
    pub(super) authorize: String,
    pub(super) token: String,
    pub(super) profile: String,
}

/// What the token's endpoint answers, as far as it is needed.
#[derive(Debug, Deserialize, Serialize)]
struct Granted {
    access_token: AccessToken,
    token_type: BasicTokenType,
}

impl TokenResponse for Granted {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }
    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }
    fn expires_in(&self) -> Option<Duration> {
        None
    }
    fn refresh_token(&self) -> Option<&RefreshToken> {
        None
    }
    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

type Client = oauth2::Client<
    BasicErrorResponse,
    Granted,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;

#[derive(Deserialize)]
struct Profile {
    resultcode: String,
    response: Option<Person>,
}

/// What is shared: all but `id` as the member has agreed.
#[derive(Deserialize)]
struct Person {
    id: String,
    email: Option<String>,
    mobile: Option<String>,
}

/// `resultcode` of a profile that is there.
const FOUND: &str = "00";

impl Naver {
    pub(super) fn real() -> Self {
        Self {
            authorize: "https://nid.naver.com/oauth2.0/authorize".into(),
            token: "https://nid.naver.com/oauth2.0/token".into(),
            profile: "https://openapi.naver.com/v1/nid/me".into(),
        }
    }

    pub(super) fn at(base: &str) -> Self {
        Self { authorize: format!("{base}/authorize"), token: format!("{base}/token"), profile: format!("{base}/me") }
    }

    pub(super) async fn identify(
        &self,
        provider: &ProviderConfig,
        returned: &Returned<'_>,
        requests: &Requests,
    ) -> Result<Identity, Failed> {
        let token_url = TokenUrl::new(self.token.clone()).map_err(|_| Failed::Unavailable)?;
        let redirect_uri = RedirectUrl::new(returned.redirect_uri.into()).map_err(|_| Failed::Refused)?;
        let client = Client::new(ClientId::new(provider.client_id.clone()))
            .set_client_secret(ClientSecret::new(provider.client_secret.expose().into()))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(token_url)
            .set_redirect_uri(redirect_uri);
        let granted = client
            .exchange_code(AuthorizationCode::new(returned.code.expose().into()))
            .set_pkce_verifier(PkceCodeVerifier::new(returned.binding.verifier.expose().into()))
            // It asks for the state once more.
            .add_extra_param("state", returned.binding.state.expose())
            .request_async(requests)
            .await
            .map_err(|failed| why(&failed))?;
        let token = Secret::new(granted.access_token.secret().as_str());
        let person = self.profile(&token, requests).await?;
        let mobile = person.mobile.as_deref().and_then(MobileNumber::parse);
        Ok(Identity { subject: person.id, email: person.email, mobile })
    }

    async fn profile(&self, token: &Secret, requests: &Requests) -> Result<Person, Failed> {
        let request = hyper::Request::get(&self.profile)
            .header(AUTHORIZATION, format!("Bearer {}", token.expose()))
            .body(Vec::new())
            .map_err(|_| Failed::Unavailable)?;
        let request: HttpRequest = request;
        let answer = requests.send(request).await.map_err(|_| Failed::Unavailable)?;
        if !answer.status().is_success() {
            return Err(Failed::Refused);
        }
        let profile: Profile = serde_json::from_slice(answer.body()).map_err(|_| Failed::Refused)?;
        let person = profile.response.filter(|person| profile.resultcode == FOUND && !person.id.is_empty());
        person.ok_or(Failed::Refused)
    }
}
