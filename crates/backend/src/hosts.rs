//! Whose pages may have the app in a frame of theirs (FEATURES X7): exact origins, and nobody else. Browsers keep to
//! `frame-ancestors` (CSP Level 3 §6.4.2), and the app speaks to no other page. It refuses to know what is said.

use axum::http::HeaderValue;

use crate::return_to::{NotAnOrigin, parse_origin};

/// The origins that were given, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(Vec<String>);

/// Where the built pages are told of them.
const PLACE: &str = "<meta name=\"daemun-brand\"";
const DIRECTIVE: &str = "frame-ancestors";

impl Hosts {
    /// # Errors
    /// [`NotAnOrigin`] names the text that is not exactly an origin: `https`, or `http` on a loopback host, no path, no wildcard.
    pub fn new(texts: &[String]) -> Result<Self, NotAnOrigin> {
        let mut origins: Vec<String> = Vec::new();
        for text in texts {
            parse_origin(text)?;
            if !origins.contains(text) {
                origins.push(text.clone());
            }
        }
        Ok(Self(origins))
    }

    /// Whether this path is one that they may have in a frame. What decides about accounts and requests never is one: nobody can lay
    /// anything over it (clickjacking).
    pub fn may_frame(&self, path: &str) -> bool {
        let below = |place| path.strip_prefix(place).is_some_and(|rest: &str| !rest.is_empty() && !rest.contains('/'));
        !self.0.is_empty()
            && (matches!(path, "/" | "/join" | "/reset" | "/link" | "/continue") || below("/o/") || below("/continue/"))
    }

    pub fn list(&self, origin: &str) -> bool {
        self.0.iter().any(|listed| listed == origin)
    }

    /// A page's policy, with these as the only pages around it.
    pub fn allowed_by(&self, policy: &HeaderValue) -> Option<HeaderValue> {
        with_ancestors(policy, &self.0.join(" "))
    }

    /// The page that says whom the app may speak to; `None` where that is nobody.
    pub fn written_into(&self, html: &str) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let (before, after) = html.split_once(PLACE)?;
        // An origin has no character that means anything in an attribute.
        Some(format!("{before}<meta name=\"daemun-hosts\" content=\"{}\">{PLACE}{after}", self.0.join(" ")))
    }
}

/// A page's policy, with no page around it.
pub fn framed_by_nobody(policy: &HeaderValue) -> Option<HeaderValue> {
    with_ancestors(policy, "'none'")
}

fn with_ancestors(policy: &HeaderValue, ancestors: &str) -> Option<HeaderValue> {
    let is_other = |directive: &&str| {
        let name = directive.split_ascii_whitespace().next().unwrap_or_default();
        !name.is_empty() && !name.eq_ignore_ascii_case(DIRECTIVE)
    };
    let others: Vec<&str> = policy.to_str().ok()?.split(';').map(str::trim).filter(is_other).collect();
    format!("{}; {DIRECTIVE} {ancestors}", others.join("; ")).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(texts: &[&str]) -> Result<Hosts, NotAnOrigin> {
        Hosts::new(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn x7_only_exact_origins_are_hosts() {
        for text in [
            "*",
            "https://*",
            "https://*.example",
            "https://app.example/",
            "https://app.example/x",
            "https://app.example:443",
            "https://APP.example",
            "https://user@app.example",
            "http://app.example",
            "app.example",
            "//app.example",
            "https:",
            "'self'",
            "'none'",
            "self",
            "null",
            "data:",
            "file:///x",
            "https://app.example https://evil.example",
            "https://app.example; script-src *",
            "https://app.example\n",
            "",
        ] {
            assert_eq!(hosts(&[text]), Err(NotAnOrigin(text.into())), "{text:?}");
        }
        for text in
            ["https://app.example", "https://app.example:8443", "http://localhost:3000", "http://127.0.0.1:3000"]
        {
            assert_eq!(hosts(&[text, text]), Ok(Hosts(vec![text.into()])), "{text}");
        }
    }

    #[test]
    fn x7_what_decides_about_accounts_is_framed_by_nobody() {
        let one = hosts(&["https://app.example"]).unwrap();
        for path in ["/", "/o/nuri", "/join", "/reset", "/link", "/continue", "/continue/line"] {
            assert!(one.may_frame(path), "{path}");
            assert!(!Hosts::default().may_frame(path), "{path}");
        }
        for path in [
            "/approve",
            "/approve/x",
            "/approve/",
            "/security",
            "/security/policy",
            "/home",
            "/shared/x",
            "/sandbox/",
            "/sandbox/host",
            "/o/",
            "/o/a/b",
            "/continue/a/b",
            "/continue/",
            "/index.html",
            "/whole.html",
            "/x",
            "",
        ] {
            assert!(!one.may_frame(path), "{path}");
        }
    }

    #[test]
    fn x7_a_policy_has_one_directive_of_it() {
        let two = hosts(&["https://a.example", "http://localhost:1"]).unwrap();
        for built in
            ["a b; frame-ancestors 'none'; c", "a b; c", "Frame-Ancestors *; a b; c;", "a b ;; c; frame-ancestors"]
        {
            let policy = HeaderValue::from_str(built).unwrap();
            assert_eq!(
                two.allowed_by(&policy).unwrap(),
                "a b; c; frame-ancestors https://a.example http://localhost:1"
            );
            assert_eq!(framed_by_nobody(&policy).unwrap(), "a b; c; frame-ancestors 'none'");
        }
    }
}
