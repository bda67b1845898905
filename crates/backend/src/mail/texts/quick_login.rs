//! The words about quick login (FEATURES L7, S7). They lead nowhere: whoever did it may read them too.

use daemun_protocol::Timestamp;

use super::{Words, mail};
use crate::calendar::readable;
use crate::locale::Locale;

/// What has happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuickLoginNews {
    On,
    PinChanged,
    Off,
    OffElsewhere,
    BiometricsOn,
    BiometricsOff,
    /// Five PINs were wrong.
    Revoked,
}

/// The mail that says so.
pub fn quick_login_news(news: QuickLoginNews, locale: Locale, workspace: &str, at: Timestamp) -> Words {
    let at = readable(at);
    let (subject, text) = told(news, locale);
    let subject = subject.replace("{workspace}", workspace);
    let text = text.replace("{workspace}", workspace);
    let what_now = match locale {
        Locale::Ko => {
            "직접 한 일이라면 더 할 일은 없어요.\n\
             직접 하지 않았다면 비밀번호를 바꾸고, 보안 설정에서 간편 로그인을 끄고, 관리자에게 알려 주세요.\n"
        }
        Locale::En => {
            "If this was you, there is nothing to do.\n\
             If it was not, change your password, turn quick login off in your security settings and tell your administrator.\n"
        }
        Locale::Ja => {
            "ご自身で行った場合は、何もする必要はありません。\n\
             お心当たりがない場合は、パスワードを変更し、セキュリティ設定でかんたんログインをオフにして、管理者に知らせてください。\n"
        }
    };
    mail((subject, format!("{text}\n{at}\n\n{what_now}")))
}

const fn told(news: QuickLoginNews, locale: Locale) -> (&'static str, &'static str) {
    use QuickLoginNews::{BiometricsOff, BiometricsOn, Off, OffElsewhere, On, PinChanged, Revoked};
    match (news, locale) {
        (On, Locale::Ko) => (
            "{workspace} 간편 로그인이 켜졌어요",
            "모바일 앱에서 {workspace} 계정의 간편 로그인 PIN을 설정했어요. 이제 그 기기에서는 PIN으로 로그인할 수 있어요.",
        ),
        (On, Locale::En) => (
            "Quick login for {workspace} was turned on",
            "A PIN for quick login to your account at {workspace} was set in the mobile app. That device can be signed in with by the PIN now.",
        ),
        (On, Locale::Ja) => (
            "{workspace} のかんたんログインがオンになりました",
            "モバイルアプリで {workspace} のアカウントのかんたんログイン用PINが設定されました。今後、そのデバイスではPINでログインできます。",
        ),
        (PinChanged, Locale::Ko) => (
            "{workspace} 간편 로그인 PIN이 변경됐어요",
            "모바일 앱에서 {workspace} 계정의 간편 로그인 PIN을 바꿨어요. 이전 PIN으로는 로그인할 수 없어요.",
        ),
        (PinChanged, Locale::En) => (
            "The quick login PIN for {workspace} was changed",
            "The PIN for quick login to your account at {workspace} was changed in the mobile app. The old one no longer signs in.",
        ),
        (PinChanged, Locale::Ja) => (
            "{workspace} のかんたんログイン用PINが変更されました",
            "モバイルアプリで {workspace} のアカウントのかんたんログイン用PINが変更されました。以前のPINではログインできません。",
        ),
        (Off, Locale::Ko) => (
            "{workspace} 간편 로그인이 꺼졌어요",
            "모바일 앱에서 {workspace} 계정의 간편 로그인을 껐어요. 그 기기의 PIN으로는 더 이상 로그인할 수 없어요.",
        ),
        (Off, Locale::En) => (
            "Quick login for {workspace} was turned off",
            "Quick login to your account at {workspace} was turned off in the mobile app. The PIN of that device no longer signs in.",
        ),
        (Off, Locale::Ja) => (
            "{workspace} のかんたんログインがオフになりました",
            "モバイルアプリで {workspace} のアカウントのかんたんログインがオフになりました。そのデバイスのPINではログインできなくなりました。",
        ),
        (OffElsewhere, Locale::Ko) => (
            "다른 기기의 {workspace} 간편 로그인이 꺼졌어요",
            "보안 설정에서 다른 기기의 {workspace} 간편 로그인을 모두 껐어요. 그 기기의 PIN으로는 더 이상 로그인할 수 없어요.",
        ),
        (OffElsewhere, Locale::En) => (
            "Quick login for {workspace} was turned off on other devices",
            "Quick login to your account at {workspace} was turned off on all other devices, from your security settings. Their PINs no longer sign in.",
        ),
        (OffElsewhere, Locale::Ja) => (
            "ほかのデバイスの {workspace} のかんたんログインがオフになりました",
            "セキュリティ設定から、ほかのすべてのデバイスの {workspace} のかんたんログインがオフになりました。それらのデバイスのPINではログインできなくなりました。",
        ),
        (BiometricsOn, Locale::Ko) => (
            "{workspace} 간편 로그인에 생체 인증이 켜졌어요",
            "모바일 앱에서 {workspace} 계정의 간편 로그인에 생체 인증을 켰어요. 이제 PIN 대신 그 기기의 생체 인증으로 로그인할 수 있어요.",
        ),
        (BiometricsOn, Locale::En) => (
            "Biometrics for quick login to {workspace} were turned on",
            "Biometrics for quick login to your account at {workspace} were turned on in the mobile app. Unlocking that device signs in now, instead of the PIN.",
        ),
        (BiometricsOn, Locale::Ja) => (
            "{workspace} のかんたんログインで生体認証がオンになりました",
            "モバイルアプリで {workspace} のアカウントのかんたんログインの生体認証がオンになりました。今後、PINの代わりにそのデバイスの生体認証でログインできます。",
        ),
        (BiometricsOff, Locale::Ko) => (
            "{workspace} 간편 로그인의 생체 인증이 꺼졌어요",
            "모바일 앱에서 {workspace} 계정의 간편 로그인에 쓰던 생체 인증을 껐어요. 이제 그 기기에서는 PIN으로만 간편 로그인할 수 있어요.",
        ),
        (BiometricsOff, Locale::En) => (
            "Biometrics for quick login to {workspace} were turned off",
            "Biometrics for quick login to your account at {workspace} were turned off in the mobile app. On that device, quick login takes the PIN now.",
        ),
        (BiometricsOff, Locale::Ja) => (
            "{workspace} のかんたんログインで生体認証がオフになりました",
            "モバイルアプリで {workspace} のアカウントのかんたんログインの生体認証がオフになりました。今後、そのデバイスのかんたんログインではPINだけを使えます。",
        ),
        (Revoked, Locale::Ko) => (
            "{workspace} 간편 로그인을 쓸 수 없게 됐어요",
            "틀린 PIN이 다섯 번 입력돼 그 기기에서 {workspace} 계정의 간편 로그인을 껐어요. 다른 방법으로 로그인한 뒤 PIN을 다시 설정할 수 있어요.",
        ),
        (Revoked, Locale::En) => (
            "Quick login for {workspace} was stopped",
            "A wrong PIN was entered five times, so quick login to your account at {workspace} was turned off on that device. Sign in another way to set a PIN again.",
        ),
        (Revoked, Locale::Ja) => (
            "{workspace} のかんたんログインを停止しました",
            "間違ったPINが5回入力されたため、そのデバイスで {workspace} のアカウントのかんたんログインをオフにしました。別の方法でログインすると、PINを設定し直せます。",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s7_they_say_what_and_when_and_lead_nowhere() {
        use QuickLoginNews::{BiometricsOff, BiometricsOn, Off, OffElsewhere, On, PinChanged, Revoked};
        for locale in Locale::ALL {
            for news in [On, PinChanged, Off, OffElsewhere, BiometricsOn, BiometricsOff, Revoked] {
                let words = quick_login_news(news, *locale, "Nuri", Timestamp(0));
                let text = &words.text;
                assert!(words.subject.contains("Nuri") && text.contains("Nuri"), "{text}");
                assert!(text.contains("1970-01-01 00:00:00 UTC") && !text.contains('{'), "{text}");
                assert!(words.link.is_none() && words.code.is_none() && !text.contains("://"), "{text}");
            }
        }
    }
}
