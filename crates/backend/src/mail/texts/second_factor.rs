//! The words about second factors. Whoever reads them has passed the first one, or somebody else has: they say so.

use daemun_protocol::Timestamp;

use super::{Words, mail, notification, sms};
use crate::calendar::readable;
use crate::carrier::Carrier;
use crate::codes::Code;
use crate::locale::Locale;

/// The message with a code to confirm with that it is you, at the own origin's `host`.
pub fn second_factor_code(carrier: Carrier, locale: Locale, code: &Code, host: &str) -> Words {
    let line = |code: &str| match locale {
        Locale::Ko => format!("[Daemun] 2단계 인증번호 {code}. 아무에게도 알려 주지 마세요."),
        Locale::En => format!("[Daemun] {code} is your two-step verification code. Please share it with nobody."),
        Locale::Ja => format!("[Daemun] 2段階認証の認証番号 {code}。ほかの人には教えないでください。"),
    };
    match carrier {
        Carrier::Email => code_mail(locale, code),
        Carrier::Sms => sms(line(code.expose()), code, host),
        Carrier::Notification | Carrier::Push | Carrier::WebPush => notification(line(code.expose()), code),
    }
}

/// Not to be ignored like a sign-in code: who was sent it unasked has an account that somebody is half in.
fn code_mail(locale: Locale, code: &Code) -> Words {
    let code = code.expose();
    let words = match locale {
        Locale::Ko => (
            format!("{code} 2단계 인증번호"),
            format!(
                "{code}\n\n로그인 중인 화면에 이 인증번호를 입력해 주세요.\n10분 동안 한 번만 쓸 수 있고, 새 번호를 받으면 이 번호는 쓸 수 없어요.\n\n\
                 아무에게도 알려 주지 마세요. 저희가 인증번호를 물어보는 일은 없어요.\n\
                 직접 로그인하는 중이 아니라면 다른 사람이 내 계정으로 로그인하려는 것일 수 있어요. 비밀번호를 바꾸고 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("{code} is your two-step verification code"),
            format!(
                "{code}\n\nEnter this code on the screen where you are signing in.\nIt works once, for 10 minutes; a newer code replaces it.\n\n\
                 Please share it with nobody. We will never ask you for it.\n\
                 If you are not signing in yourself, somebody else may be: change your password and tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{code} 2段階認証の認証番号"),
            format!(
                "{code}\n\nログイン中の画面でこの認証番号を入力してください。\n10分間、1回だけ使えます。新しい番号を受け取ると、この番号は使えなくなります。\n\n\
                 ほかの人には教えないでください。こちらから認証番号をお聞きすることはありません。\n\
                 ご自身でログインしていない場合は、ほかの人がログインしようとしているおそれがあります。パスワードを変更し、管理者に知らせてください。\n"
            ),
        ),
    };
    Words { code: Some(code.into()), ..mail(words) }
}

/// The mail that says that a second factor was registered. It leads nowhere: whoever registered it may have sent it.
pub fn second_factor_added(locale: Locale, workspace: &str, at: Timestamp) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 2단계 인증 방법이 등록됐어요"),
            format!(
                "{workspace} 계정에 2단계 인증 방법이 새로 등록됐어요.\n{at}\n\n직접 등록했다면 더 할 일은 없어요.\n\
                 직접 등록하지 않았다면 로그인 화면에서 비밀번호를 다시 설정하고, 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("A two-step verification method for {workspace} was registered"),
            format!(
                "A two-step verification method was registered for your account at {workspace}.\n{at}\n\nIf this was you, there is nothing to do.\n\
                 If it was not, reset your password on the sign-in screen and tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} に2段階認証の方法が登録されました"),
            format!(
                "{workspace} のアカウントに2段階認証の方法が新しく登録されました。\n{at}\n\nご自身で登録した場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、ログイン画面でパスワードを再設定し、管理者に知らせてください。\n"
            ),
        ),
    })
}

/// The mail that says that a recovery code has let somebody in, and how many are left. It leads nowhere, like the one about a
/// new factor.
pub fn recovery_code_used(locale: Locale, workspace: &str, at: Timestamp, left: u32) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => {
            let left = match left {
                0 => "남은 복구 코드가 없어요. 인증 앱을 쓸 수 없게 되면 관리자에게 문의해 주세요.".into(),
                left => format!("남은 복구 코드는 {left}개예요."),
            };
            (
                format!("{workspace} 복구 코드가 사용됐어요"),
                format!(
                    "{workspace} 계정의 복구 코드가 사용됐어요. 사용한 코드는 다시 쓸 수 없어요.\n{at}\n{left}\n\n\
                     직접 사용했다면 더 할 일은 없어요.\n\
                     직접 사용하지 않았다면 로그인 화면에서 비밀번호를 다시 설정하고, 관리자에게 알려 주세요.\n"
                ),
            )
        }
        Locale::En => {
            let left = match left {
                0 => {
                    "No recovery code is left. If you lose your authenticator app, your administrator can help.".into()
                }
                1 => "1 recovery code is left.".into(),
                left => format!("{left} recovery codes are left."),
            };
            (
                format!("A recovery code for {workspace} was used"),
                format!(
                    "A recovery code of your account at {workspace} was used. It works only once.\n{at}\n{left}\n\n\
                     If this was you, there is nothing more to do.\n\
                     If it was not, reset your password on the sign-in screen and tell your administrator.\n"
                ),
            )
        }
        Locale::Ja => {
            let left = match left {
                0 => {
                    "リカバリーコードは残っていません。認証アプリが使えなくなったときは、管理者にお問い合わせください。"
                        .into()
                }
                left => format!("残りのリカバリーコードは{left}個です。"),
            };
            (
                format!("{workspace} のリカバリーコードが使用されました"),
                format!(
                    "{workspace} のアカウントのリカバリーコードが使用されました。使用したコードは再び使えません。\n{at}\n{left}\n\n\
                     ご自身で使用した場合は、何もする必要はありません。\n\
                     お心当たりがない場合は、ログイン画面でパスワードを再設定し、管理者に知らせてください。\n"
                ),
            )
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{comes_first, is_bound_to_the_origin, some_code};
    use super::*;

    #[test]
    fn a_code_to_confirm_with_is_told_like_any_other_and_asks_for_more() {
        is_bound_to_the_origin(second_factor_code);
        for locale in Locale::ALL {
            let words = second_factor_code(Carrier::Email, *locale, &some_code(), "login.example");
            comes_first(&words);
            let sign_in = super::super::code(Carrier::Email, *locale, &some_code(), "login.example");
            assert_ne!(words.subject, sign_in.subject);
            let administrator = ["관리자", "administrator", "管理者"];
            assert!(administrator.iter().any(|word| words.text.contains(word)), "{}", words.text);
        }
    }

    #[test]
    fn a_warning_leads_nowhere_and_says_when() {
        for locale in Locale::ALL {
            for words in [
                second_factor_added(*locale, "Nuri", Timestamp(0)),
                recovery_code_used(*locale, "Nuri", Timestamp(0), 7),
            ] {
                let text = &words.text;
                assert!(words.subject.contains("Nuri") && text.contains("1970-01-01 00:00:00 UTC"), "{text}");
                assert!(words.link.is_none() && words.code.is_none() && !text.contains("://"), "{text}");
            }
        }
    }

    #[test]
    fn what_is_left_of_recovery_codes_is_said() {
        for locale in Locale::ALL {
            let text = |left| recovery_code_used(*locale, "Nuri", Timestamp(0), left).text;
            assert!(text(7).contains('7') && text(1).contains('1'), "{}", text(7));
            let last = text(0).lines().nth(2).unwrap().to_owned();
            assert!(!last.contains('0') && !last.is_empty(), "{last}");
        }
    }
}
