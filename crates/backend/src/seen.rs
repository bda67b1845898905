//! What is seen of who asks, for whoever is to tell an own request from another's: a browser's name, and a network address
//! without its end. It refuses to know more, and decides nothing.

use std::net::IpAddr;

/// A browser by what it says of itself, and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// `Chrome, Windows`; empty for what says nothing.
    pub browser: String,
    /// `203.0.113.x`, `2001:db8:7::x`.
    pub place: String,
}

impl Seen {
    pub fn new(user_agent: &str, address: IpAddr) -> Self {
        Self { browser: browser(user_agent), place: place(address) }
    }
}

/// Names that browsers have in what they say of themselves, those first that say others' names too.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("Whale/", "Whale"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("KAKAOTALK", "KakaoTalk"),
    ("NAVER(", "NAVER"),
    (" Line/", "LINE"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

fn browser(user_agent: &str) -> String {
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    [first(BROWSERS), first(SYSTEMS)].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn place(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.x")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::x")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_called_by_its_name_and_an_address_has_no_end() {
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        for (user_agent, name) in [
            (windows.to_owned(), "Chrome, Windows"),
            (format!("{windows} Edg/140.0.0.0"), "Edge, Windows"),
            (format!("{windows} Whale/4.0"), "Whale, Windows"),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15"
                    .into(),
                "Safari, macOS",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".into(), "Firefox, Linux"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) CriOS/140.0 Mobile Safari/604.1".into(),
                "Chrome, iPhone",
            ),
            ("<script>".into(), ""),
            (String::new(), ""),
        ] {
            assert_eq!(browser(&user_agent), name);
        }
        for (address, told) in [
            ("203.0.113.9", "203.0.113.x"),
            ("::ffff:203.0.113.9", "203.0.113.x"),
            ("2001:db8:7:1::9", "2001:db8:7::x"),
            ("::1", "0:0:0::x"),
        ] {
            assert_eq!(place(address.parse().unwrap()), told);
        }
    }
}
