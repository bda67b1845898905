//! The words of messages. It refuses to know how they are sent.

mod approvals;
mod devices;
mod phone;
mod policy;
mod providers;
mod quick_login;
mod second_factor;
mod security_link;
mod settings;

use daemun_protocol::Timestamp;

use super::Words;
use crate::calendar::readable;
use crate::carrier::Carrier;
use crate::codes::Code;
use crate::locale::Locale;

pub use approvals::{approval_asked, let_in_asked, not_me, recovery_key_reissued, recovery_key_used};
pub use devices::{device_copied, device_registered, device_removed, device_sign_in_allowed};
pub use phone::{phone_linked, phone_moved, phone_unlinked};
pub use policy::{policy_changed, quick_login_allowed};
pub use providers::{identity_connected, identity_disconnected, provider_decided, provider_sign_in_allowed};
pub use quick_login::{QuickLoginNews, quick_login_news};
pub use second_factor::{recovery_code_used, second_factor_added, second_factor_code};
pub use security_link::{link_code, link_not_shared};
pub use settings::{signed_out_there, two_factor_off, two_factor_on};

fn mail((subject, text): (String, String)) -> Words {
    Words { carrier: Carrier::Email, subject, text, code: None, link: None }
}

/// The message with a code to sign in with, at the own origin's `host`.
pub fn code(carrier: Carrier, locale: Locale, code: &Code, host: &str) -> Words {
    let line = |code: &str| match locale {
        Locale::Ko => format!("[Daemun] 인증번호 {code}. 아무에게도 알려 주지 마세요."),
        Locale::En => format!("[Daemun] Your code is {code}. Please share it with nobody."),
        Locale::Ja => format!("[Daemun] 認証番号 {code}。ほかの人には教えないでください。"),
    };
    match carrier {
        Carrier::Email => code_mail(locale, code),
        Carrier::Sms => sms(line(code.expose()), code, host),
        Carrier::Notification | Carrier::Push | Carrier::WebPush => notification(line(code.expose()), code),
    }
}

/// The SMS with a code. By its last line a browser fills the code in, on the own origin's pages alone
/// (Origin-bound one-time codes delivered via SMS, §2.2).
fn sms(line: String, code: &Code, host: &str) -> Words {
    let words = notification(line, code);
    Words { carrier: Carrier::Sms, text: format!("{}\n@{host} #{}", words.text, code.expose()), ..words }
}

/// The service notification with a code: the line alone.
fn notification(line: String, code: &Code) -> Words {
    let (carrier, code) = (Carrier::Notification, Some(code.expose().into()));
    Words { carrier, subject: String::new(), text: line, code, link: None }
}

/// The mail with a code. The code comes first in subject and text, so that a phone's preview shows it.
fn code_mail(locale: Locale, code: &Code) -> Words {
    let code = code.expose();
    let words = match locale {
        Locale::Ko => (
            format!("{code} 로그인 인증번호"),
            format!(
                "{code}\n\n로그인 화면에 이 인증번호를 입력해 주세요.\n10분 동안 한 번만 쓸 수 있고, 새 번호를 받으면 이 번호는 쓸 수 없어요.\n\n\
                 아무에게도 알려 주지 마세요. 저희가 인증번호를 물어보는 일은 없어요.\n직접 요청하지 않았다면 이 메일은 무시해도 돼요.\n"
            ),
        ),
        Locale::En => (
            format!("{code} is your sign-in code"),
            format!(
                "{code}\n\nEnter this code on the sign-in screen.\nIt works once, for 10 minutes; a newer code replaces it.\n\n\
                 Please share it with nobody. We will never ask you for it.\nIf you did not ask for this, you can ignore this mail.\n"
            ),
        ),
        Locale::Ja => (
            format!("{code} ログイン用の認証番号"),
            format!(
                "{code}\n\nログイン画面でこの認証番号を入力してください。\n10分間、1回だけ使えます。新しい番号を受け取ると、この番号は使えなくなります。\n\n\
                 ほかの人には教えないでください。こちらから認証番号をお聞きすることはありません。\nお心当たりがない場合は、このメールを無視してください。\n"
            ),
        ),
    };
    Words { code: Some(code.into()), ..mail(words) }
}

/// The mail with a link to set a new password.
pub fn reset_link(locale: Locale, workspace: &str, link: String) -> Words {
    let words = match locale {
        Locale::Ko => (
            format!("{workspace} 비밀번호 재설정"),
            format!(
                "아래 링크에서 {workspace} 계정의 새 비밀번호를 설정해 주세요.\n\n{link}\n\n\
                 30분 동안 한 번만 쓸 수 있고, 새 링크를 받으면 이 링크는 쓸 수 없어요.\n\
                 직접 요청하지 않았다면 이 메일은 무시해도 돼요. 비밀번호는 그대로예요.\n"
            ),
        ),
        Locale::En => (
            format!("Reset your password for {workspace}"),
            format!(
                "Set a new password for your account at {workspace} with this link:\n\n{link}\n\n\
                 It works once, for 30 minutes; a newer link replaces it.\n\
                 If you did not ask for this, you can ignore this mail. Your password stays as it is.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} パスワードの再設定"),
            format!(
                "次のリンクから {workspace} のアカウントの新しいパスワードを設定してください。\n\n{link}\n\n\
                 30分間、1回だけ使えます。新しいリンクを受け取ると、このリンクは使えなくなります。\n\
                 お心当たりがない場合は、このメールを無視してください。パスワードは変わりません。\n"
            ),
        ),
    };
    Words { link: Some(link), ..mail(words) }
}

/// The mail that says that a password was changed. It leads nowhere: whoever changed it may have sent it.
pub fn password_changed(locale: Locale, workspace: &str, at: Timestamp) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 비밀번호가 변경됐어요"),
            format!(
                "{workspace} 계정의 비밀번호가 변경됐어요.\n{at}\n\n직접 변경했다면 더 할 일은 없어요.\n\
                 직접 변경하지 않았다면 로그인 화면에서 비밀번호를 다시 설정하고, 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("Your password for {workspace} was changed"),
            format!(
                "The password of your account at {workspace} was changed.\n{at}\n\nIf this was you, there is nothing to do.\n\
                 If it was not, reset your password on the sign-in screen and tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} のパスワードが変更されました"),
            format!(
                "{workspace} のアカウントのパスワードが変更されました。\n{at}\n\nご自身で変更した場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、ログイン画面でパスワードを再設定し、管理者に知らせてください。\n"
            ),
        ),
    })
}

/// The mail that says that an account has its first password. It leads nowhere, like the one about a changed password.
pub fn account_set_up(locale: Locale, workspace: &str, at: Timestamp) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 계정이 준비됐어요"),
            format!(
                "{workspace} 계정에 비밀번호가 처음 설정됐어요.\n{at}\n\n직접 설정했다면 더 할 일은 없어요.\n\
                 직접 설정하지 않았다면 로그인 화면에서 비밀번호를 다시 설정하고, 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("Your account at {workspace} is set up"),
            format!(
                "The first password of your account at {workspace} was set.\n{at}\n\nIf this was you, there is nothing to do.\n\
                 If it was not, reset your password on the sign-in screen and tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} のアカウントの準備ができました"),
            format!(
                "{workspace} のアカウントに最初のパスワードが設定されました。\n{at}\n\nご自身で設定した場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、ログイン画面でパスワードを再設定し、管理者に知らせてください。\n"
            ),
        ),
    })
}

/// The mail to every member when the administrator allows signing in by phone number. It leads nowhere.
pub fn phone_sign_in_allowed(locale: Locale, workspace: &str) -> Words {
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 휴대폰 번호 로그인이 허용됐어요"),
            format!(
                "관리자가 {workspace} 계정의 휴대폰 번호 로그인을 허용했어요.\n\n\
                 로그인용 휴대폰 번호가 연결되어 있다면, 이제 그 번호로 받은 인증번호로 로그인할 수 있어요.\n\
                 궁금한 점은 관리자에게 문의해 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("Signing in to {workspace} by phone number is now allowed"),
            format!(
                "Your administrator has allowed signing in to {workspace} by phone number.\n\n\
                 If a phone number is linked to your account for signing in, you can now sign in with a code sent to it.\n\
                 Your administrator can answer your questions.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} で電話番号によるログインが許可されました"),
            format!(
                "管理者が {workspace} のアカウントに電話番号でログインすることを許可しました。\n\n\
                 ログイン用の携帯電話番号が登録されている場合は、その番号に届く認証番号でログインできます。\n\
                 ご不明な点は管理者にお問い合わせください。\n"
            ),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn some_code() -> Code {
        Code::parse("012345").unwrap()
    }

    /// What every mail with a code is held to.
    pub(super) fn comes_first(words: &Words) {
        let Words { carrier, subject, text, code, link } = words;
        assert_eq!((*carrier, code.as_deref(), link), (Carrier::Email, Some("012345"), &None));
        assert!(subject.starts_with("012345 "), "{subject}");
        assert!(text.starts_with("012345\n"), "{text}");
        assert!(text.contains("10"), "{text}");
    }

    /// What every text to a phone with a code is held to.
    pub(super) fn is_bound_to_the_origin(write: fn(Carrier, Locale, &Code, &str) -> Words) {
        for locale in Locale::ALL {
            let sms = write(Carrier::Sms, *locale, &some_code(), "login.example");
            assert_eq!((sms.carrier, sms.code.as_deref()), (Carrier::Sms, Some("012345")));
            let (line, bound) = sms.text.split_once('\n').unwrap();
            assert_eq!(bound, "@login.example #012345");
            assert!(line.contains("012345"), "{line}");
            let notification = write(Carrier::Notification, *locale, &some_code(), "login.example");
            assert_eq!((notification.carrier, notification.text.as_str()), (Carrier::Notification, line));
        }
    }

    #[test]
    fn the_code_comes_first() {
        for locale in Locale::ALL {
            comes_first(&code(Carrier::Email, *locale, &some_code(), "login.example"));
        }
    }

    /// X6.
    #[test]
    fn an_sms_is_bound_to_the_origin_and_a_notification_is_not() {
        is_bound_to_the_origin(code);
    }

    #[test]
    fn news_of_the_policy_leads_nowhere() {
        for locale in Locale::ALL {
            for tell in [phone_sign_in_allowed, device_sign_in_allowed, quick_login_allowed] {
                let words = tell(*locale, "Nuri");
                assert!(words.subject.contains("Nuri") && words.text.contains("Nuri"), "{}", words.text);
                assert!(words.link.is_none() && words.code.is_none() && !words.text.contains("://"), "{}", words.text);
            }
        }
    }

    #[test]
    fn a_warning_leads_nowhere_and_says_when() {
        for locale in Locale::ALL {
            for warn in [password_changed, account_set_up] {
                let words = warn(*locale, "Nuri", Timestamp(0));
                let text = &words.text;
                assert!(words.subject.contains("Nuri") && text.contains("1970-01-01 00:00:00 UTC"), "{text}");
                assert!(words.link.is_none() && !text.contains("://"), "{text}");
            }
        }
    }
}
