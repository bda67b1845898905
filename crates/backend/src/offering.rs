//! What a deployment has to offer besides signing in: the texts that new members agree to, and its apps (FEATURES E4, E7). It
//! refuses links that a browser should not be sent to.

use daemun_protocol::{AppLink, Platform, Terms, TermsId};
use url::Url;

/// A link that cannot be offered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a link that members can be sent to")]
pub struct NotALink(pub String);

/// The terms with absolute links: a path is one of the own origin.
///
/// # Errors
/// [`NotALink`] names the first that is neither.
pub fn resolved(terms: Vec<Terms>, own_origin: &str) -> Result<Vec<Terms>, NotALink> {
    let absolute = |terms: Terms| {
        let refused = || NotALink(terms.url.clone());
        let base = Url::parse(own_origin).map_err(|_| refused())?;
        let url = match terms.url.strip_prefix('/') {
            Some(rest) if rest.starts_with(['/', '\\']) => return Err(refused()),
            Some(_) => base.join(&terms.url).map_err(|_| refused())?,
            None => web(&terms.url).ok_or_else(refused)?,
        };
        Ok(Terms { url: url.into(), ..terms })
    };
    terms.into_iter().map(absolute).collect()
}

/// The apps, if each can be got over the web and opened by a link that runs no script.
///
/// # Errors
/// [`NotALink`] names the first that cannot.
pub fn checked(apps: Vec<AppLink>) -> Result<Vec<AppLink>, NotALink> {
    for app in &apps {
        web(&app.get).ok_or_else(|| NotALink(app.get.clone()))?;
        if let Some(open) = &app.open {
            let url = Url::parse(open).map_err(|_| NotALink(open.clone()))?;
            if matches!(url.scheme(), "javascript" | "data" | "vbscript" | "blob" | "file" | "about") {
                return Err(NotALink(open.clone()));
            }
        }
    }
    Ok(apps)
}

fn web(link: &str) -> Option<Url> {
    Url::parse(link).ok().filter(|url| {
        let is_local = url.host_str().is_some_and(|host| host == "localhost" || host == "127.0.0.1");
        url.has_host() && (url.scheme() == "https" || (url.scheme() == "http" && is_local))
    })
}

/// What the sandbox offers: its own small texts, and an app that does not exist.
pub fn sandbox_terms() -> Vec<Terms> {
    let terms = |id: TermsId, required| Terms { url: format!("/sandbox/terms/{}", id.as_str()), id, required };
    vec![terms(TermsId::Service, true), terms(TermsId::Privacy, true), terms(TermsId::Marketing, false)]
}

pub fn sandbox_apps() -> Vec<AppLink> {
    let named = [
        (Platform::Android, "android"),
        (Platform::Ios, "ios"),
        (Platform::Macos, "macos"),
        (Platform::Windows, "windows"),
        (Platform::Other, "other"),
    ];
    let app = |(platform, name)| AppLink {
        platform,
        open: Some("daemun-example://open".into()),
        get: format!("https://app.example/{name}"),
    };
    named.map(app).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_nowhere_good_are_refused() {
        let terms = |url: &str| {
            resolved(vec![Terms { id: TermsId::Service, url: url.into(), required: true }], "https://l.example")
        };
        assert_eq!(terms("/terms/1").unwrap()[0].url, "https://l.example/terms/1");
        assert_eq!(terms("https://terms.example/").unwrap()[0].url, "https://terms.example/");
        for url in ["", "terms", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http://terms.example/"] {
            assert!(terms(url).is_err(), "{url}");
        }
        let app = |get: &str, open: Option<&str>| {
            checked(vec![AppLink { platform: Platform::Ios, open: open.map(Into::into), get: get.into() }])
        };
        assert!(app("https://app.example/", Some("example://open")).is_ok());
        assert!(app("https://app.example/", None).is_ok());
        assert!(app("example://get", None).is_err());
        for open in ["javascript:alert(1)", "data:text/html,x", "not a link", "JAVASCRIPT:alert(1)"] {
            assert!(app("https://app.example/", Some(open)).is_err(), "{open}");
        }
        assert!(checked(sandbox_apps()).is_ok() && resolved(sandbox_terms(), "http://localhost:8080").is_ok());
    }
}
