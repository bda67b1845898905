//! Browsers inside other apps, known by what they call themselves, and how to get out of them (FEATURES O4). It knows texts,
//! and no browser.

/// An app that shows web pages by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InApp {
    Line,
    KakaoTalk,
    Naver,
    /// Facebook, Messenger and Instagram.
    Meta,
    /// Any other app on Android.
    Android,
    /// Any other app on iOS.
    Apple,
}

impl InApp {
    /// The app that a browser of this name (`User-Agent`) lives in; `None` for a browser that is an app of its own.
    pub fn of(agent: &str) -> Option<Self> {
        let has = |mark| agent.contains(mark);
        let is_apple = has("iPhone") || has("iPad") || has("iPod");
        if has(" Line/") {
            Some(Self::Line)
        } else if has("KAKAOTALK") {
            Some(Self::KakaoTalk)
        } else if has("NAVER(inapp") {
            Some(Self::Naver)
        } else if has("FBAN/") || has("FBAV/") || has("FB_IAB/") || has("Instagram ") {
            Some(Self::Meta)
        } else if has("Android") && has("; wv)") {
            Some(Self::Android)
        } else if is_apple && has("AppleWebKit/") && !has("Safari/") {
            // Every browser on iOS says that it is a Safari; a bare web view does not.
            Some(Self::Apple)
        } else {
            None
        }
    }

    /// What this app wants to see in an address, to open it in the device's own browser.
    ///
    /// Only where the address stays within the app that has the link anyway, and where its fragment goes along: LINE looks
    /// for this among the query before it asks any server. `kakaotalk://web/openExternal` and Android's `intent:` would hand
    /// the link, secret and all, to whatever app answers to that scheme, by way of a system that keeps a log; without its
    /// secret the link opens nothing. There, and wherever there is no such way, the link is copied.
    pub const fn way_out(self) -> Option<&'static str> {
        match self {
            Self::Line => Some("openExternalBrowser=1"),
            Self::KakaoTalk | Self::Naver | Self::Meta | Self::Android | Self::Apple => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::InApp;

    const IPHONE: &str =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
    const ANDROID: &str = "Mozilla/5.0 (Linux; Android 15; SM-S931N Build/AP3A.240905.015.A2; wv) AppleWebKit/537.36 \
                           (KHTML, like Gecko) Version/4.0 Chrome/138.0.7204.63 Mobile Safari/537.36";

    #[test]
    fn o4_a_browser_inside_another_app_is_known_by_its_name() {
        for (app, agent) in [
            (InApp::Line, format!("{IPHONE} Mobile/15E148 Safari Line/15.9.0")),
            (InApp::Line, format!("{ANDROID} Line/15.9.0/IAB")),
            (InApp::KakaoTalk, format!("{IPHONE} Mobile/15E148 KAKAOTALK/25.5.1 (INAPP)")),
            (InApp::KakaoTalk, format!("{ANDROID};KAKAOTALK 2510550")),
            (InApp::Naver, format!("{IPHONE} Mobile/15E148 Safari/605.1 NAVER(inapp; search; 2000; 12.12.50; 16PRO)")),
            (InApp::Naver, format!("{ANDROID} NAVER(inapp; search; 2000; 12.12.2)")),
            (InApp::Meta, format!("{IPHONE} Mobile/15E148 Instagram 387.0.0.34.84 (iPhone17,1; iOS 18_5; ko_KR; ko)")),
            (InApp::Meta, format!("{IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/520.0.0.38.101;FBBV/1;FBDV/iPhone17,1]")),
            (InApp::Meta, format!("{ANDROID} [FB_IAB/FB4A;FBAV/520.0.0.46.76;]")),
            (InApp::Android, ANDROID.to_owned()),
            (InApp::Apple, format!("{IPHONE} Mobile/15E148")),
        ] {
            assert_eq!(InApp::of(&agent), Some(app), "{agent}");
        }
    }

    #[test]
    fn o4_a_browser_of_its_own_is_none() {
        for agent in [
            format!("{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1"),
            format!("{IPHONE} CriOS/138.0.7204.53 Mobile/15E148 Safari/604.1"),
            format!("{IPHONE} FxiOS/140.0 Mobile/15E148 Safari/605.1.15"),
            ANDROID.replace("; wv)", ")").replace("Version/4.0 ", ""),
            "Mozilla/5.0 (Linux; Android 15; SAMSUNG SM-S931N) AppleWebKit/537.36 (KHTML, like Gecko) \
             SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
                .to_owned(),
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 \
             Safari/605.1.15"
                .to_owned(),
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0".to_owned(),
            String::new(),
        ] {
            assert_eq!(InApp::of(&agent), None, "{agent}");
        }
    }

    #[test]
    fn o4_no_link_is_handed_to_an_app_that_does_not_have_it() {
        for app in [InApp::KakaoTalk, InApp::Naver, InApp::Meta, InApp::Android, InApp::Apple] {
            assert_eq!(app.way_out(), None, "{app:?}");
        }
        assert_eq!(InApp::Line.way_out(), Some("openExternalBrowser=1"));
    }
}
