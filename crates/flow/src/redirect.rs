//! Where the app lets itself be led, whatever the backend says.

/// Whether `url` is one that the page may go to at the end: an absolute `https` URL, or `http` on this very machine.
/// The backend has decided already (FEATURES L11); this is the second look, which keeps `javascript:` and its kin out.
pub fn may_lead_to(url: &str) -> bool {
    if url.bytes().any(|byte| byte <= b' ' || byte == b'\\' || byte == 0x7f) {
        return false;
    }
    let (rest, secure) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(rest), _) => (rest, true),
        (None, Some(rest)) => (rest, false),
        (None, None) => return false,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return false;
    }
    secure || ["localhost", "127.0.0.1", "[::1]"].iter().any(|host| is_host(authority, host))
}

/// Whether `url` is one that a link to an installed app may have (FEATURES E7): a web address that may be gone to, or an
/// app's own scheme. A scheme that runs or shows what stands in the address itself is none. The deployment chooses its links;
/// this keeps out what would run here, not what another program makes of an address.
pub fn may_open(url: &str) -> bool {
    let Some((scheme, _)) = url.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte));
    let is_plain = !url.bytes().any(|byte| byte <= b' ' || byte == 0x7f);
    match scheme {
        "http" | "https" => may_lead_to(url),
        "javascript" | "data" | "blob" | "file" | "filesystem" | "vbscript" | "about" | "view-source" => false,
        _ => is_scheme && is_plain,
    }
}

fn is_host(authority: &str, host: &str) -> bool {
    authority.strip_prefix(host).is_some_and(|port| {
        port.is_empty() || port.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::{may_lead_to, may_open};

    #[test]
    fn l11_only_absolute_web_addresses_are_followed() {
        for good in
            ["https://work.example/", "https://work.example:8443/a?b#c", "http://localhost:8080/home", "http://[::1]/"]
        {
            assert!(may_lead_to(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JAVASCRIPT:alert(1)",
            "data:text/html,x",
            "/home",
            "//evil.example",
            "http://work.example/",
            "http://localhost.evil.example/",
            "http://localhost:80@evil.example/",
            "https://user@work.example/",
            "https://",
            "https:///x",
            "https://a\\b",
            " https://a",
            "https://a\n",
            "",
        ] {
            assert!(!may_lead_to(bad), "{bad}");
        }
    }

    #[test]
    fn e7_an_app_is_opened_by_a_scheme_that_runs_nothing() {
        for good in
            ["daemun-example:open", "daemun-example://open?a=b", "https://app.example/open", "intent://x#Intent;end"]
        {
            assert!(may_open(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "java\tscript:alert(1)",
            " javascript:alert(1)",
            "data:text/html,x",
            "blob:https://a/b",
            "http://work.example/",
            "1app:open",
            "app:o pen",
            "open",
            "",
        ] {
            assert!(!may_open(bad), "{bad}");
        }
    }
}
