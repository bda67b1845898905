//! The words about what was changed in security settings (FEATURES S1, S5). They lead nowhere: whoever did it may read them too.

use daemun_protocol::Timestamp;

use super::{Words, mail};
use crate::calendar::readable;
use crate::locale::Locale;
use crate::seen::Seen;

/// The mail that says where an account was signed out from another browser.
pub fn signed_out_there(locale: Locale, workspace: &str, at: Timestamp, places: &[&Seen]) -> Words {
    let at = readable(at);
    let places = places.iter().map(|seen| format!("- {}\n", place(locale, seen))).collect::<String>();
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 계정이 다른 브라우저에서 로그아웃됐어요"),
            format!(
                "보안 설정에서 {workspace} 계정을 아래 브라우저에서 로그아웃했어요.\n{at}\n\n{places}\n\
                 직접 로그아웃했다면 더 할 일은 없어요.\n\
                 직접 로그아웃하지 않았다면 비밀번호를 바꾸고 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("Your account at {workspace} was signed out in another browser"),
            format!(
                "Your account at {workspace} was signed out in these browsers, from your security settings.\n{at}\n\n{places}\n\
                 If this was you, there is nothing to do.\n\
                 If it was not, change your password and tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} のアカウントが別のブラウザーでログアウトされました"),
            format!(
                "セキュリティ設定から、{workspace} のアカウントが次のブラウザーでログアウトされました。\n{at}\n\n{places}\n\
                 ご自身でログアウトした場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、パスワードを変更し、管理者に知らせてください。\n"
            ),
        ),
    })
}

/// The mail that says that a second factor is asked for from now on.
pub fn two_factor_on(locale: Locale, workspace: &str, at: Timestamp) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 2단계 인증이 켜졌어요"),
            format!(
                "{workspace} 계정의 2단계 인증이 켜졌어요. 이제 로그인할 때 본인인지 한 번 더 확인해요.\n{at}\n\n\
                 직접 켰다면 더 할 일은 없어요.\n\
                 직접 켜지 않았다면 비밀번호를 바꾸고 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("Two-step verification for {workspace} was turned on"),
            format!(
                "Two-step verification of your account at {workspace} was turned on. Signing in now asks once more whether it is you.\n{at}\n\n\
                 If this was you, there is nothing to do.\n\
                 If it was not, change your password and tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} の2段階認証がオンになりました"),
            format!(
                "{workspace} のアカウントの2段階認証がオンになりました。今後、ログイン時にもう一度本人確認を行います。\n{at}\n\n\
                 ご自身でオンにした場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、パスワードを変更し、管理者に知らせてください。\n"
            ),
        ),
    })
}

/// The mail that says that none is asked for any more.
pub fn two_factor_off(locale: Locale, workspace: &str, at: Timestamp) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 2단계 인증이 꺼졌어요"),
            format!(
                "{workspace} 계정의 2단계 인증이 꺼졌어요. 이제 비밀번호만으로 로그인할 수 있어요.\n{at}\n\n\
                 직접 껐다면 더 할 일은 없어요.\n\
                 직접 끄지 않았다면 비밀번호를 바꾸고, 2단계 인증을 다시 켜고, 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("Two-step verification for {workspace} was turned off"),
            format!(
                "Two-step verification of your account at {workspace} was turned off. The password alone signs in now.\n{at}\n\n\
                 If this was you, there is nothing to do.\n\
                 If it was not, change your password, turn two-step verification on again and tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} の2段階認証がオフになりました"),
            format!(
                "{workspace} のアカウントの2段階認証がオフになりました。今後はパスワードだけでログインできます。\n{at}\n\n\
                 ご自身でオフにした場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、パスワードを変更し、2段階認証をもう一度オンにして、管理者に知らせてください。\n"
            ),
        ),
    })
}

/// `Chrome, Windows (203.0.113.x)`, as far as it is known.
fn place(locale: Locale, seen: &Seen) -> String {
    let browser = match (seen.browser.as_str(), locale) {
        ("", Locale::Ko) => "알 수 없는 브라우저",
        ("", Locale::En) => "Unknown browser",
        ("", Locale::Ja) => "不明なブラウザー",
        (browser, Locale::Ko | Locale::En | Locale::Ja) => browser,
    };
    if seen.place.is_empty() { browser.into() } else { format!("{browser} ({})", seen.place) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_where_and_when_and_leads_nowhere() {
        let known = Seen { browser: "Chrome, Windows".into(), place: "203.0.113.x".into() };
        for locale in Locale::ALL {
            let words = signed_out_there(*locale, "Nuri", Timestamp(0), &[&known, &Seen::default()]);
            let text = &words.text;
            assert!(words.subject.contains("Nuri") && text.contains("1970-01-01 00:00:00 UTC"), "{text}");
            assert!(text.contains("- Chrome, Windows (203.0.113.x)\n- "), "{text}");
            assert!(words.link.is_none() && words.code.is_none() && !text.contains("://"), "{text}");
            for turned in [two_factor_on, two_factor_off] {
                let words = turned(*locale, "Nuri", Timestamp(0));
                let text = &words.text;
                assert!(words.subject.contains("Nuri") && text.contains("1970-01-01 00:00:00 UTC"), "{text}");
                assert!(words.link.is_none() && words.code.is_none() && !text.contains("://"), "{text}");
            }
        }
    }
}
