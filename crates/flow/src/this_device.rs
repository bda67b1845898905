//! What a device could be called, by what its browser calls itself (FEATURES S4). It knows texts, and no browser.

/// A browser and what it runs on, as far as they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThisDevice {
    pub browser: Option<&'static str>,
    pub system: Option<&'static str>,
}

/// Marks of browsers, those before others whose marks they have too.
const BROWSERS: &[(&str, &str)] = &[
    ("Whale/", "Whale"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("CriOS/", "Chrome"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Marks of systems, in the same way.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];

impl ThisDevice {
    /// By `User-Agent`, and whether there is a touch screen: a tablet that asks for desktop sites says that it is a Mac, and no
    /// Mac has one.
    pub fn of(agent: &str, has_touch_screen: bool) -> Self {
        let named =
            |marks: &[(&str, &'static str)]| marks.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
        let system = named(SYSTEMS).map(|name| if name == "Mac" && has_touch_screen { "iPad" } else { name });
        Self { browser: named(BROWSERS), system }
    }
}

#[cfg(test)]
mod tests {
    use super::ThisDevice;

    #[test]
    fn s4_a_device_is_called_by_its_browser_and_system() {
        for (agent, touch, browser, system) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
                false,
                "Chrome",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
                true,
                "Edge",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Whale/4.40.0.0 Safari/537.36",
                false,
                "Whale",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; SAMSUNG SM-S931N) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
                true,
                "Samsung Internet",
                "Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/138.0.7204.53 Mobile/15E148 Safari/604.1",
                true,
                "Chrome",
                "iPhone",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                false,
                "Safari",
                "Mac",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
                true,
                "Safari",
                "iPad",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", false, "Firefox", "Linux"),
        ] {
            let device = ThisDevice::of(agent, touch);
            assert_eq!(device, ThisDevice { browser: Some(browser), system: Some(system) }, "{agent}");
        }
        assert_eq!(ThisDevice::of("", true), ThisDevice { browser: None, system: None });
    }
}
