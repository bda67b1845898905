//! The words of mails. It refuses to know how they are sent.

use daemun_protocol::Timestamp;

use super::Words;
use crate::calendar::readable;
use crate::carrier::Carrier;
use crate::codes::Code;
use crate::locale::Locale;

fn mail((subject, text): (String, String)) -> Words {
    Words { carrier: Carrier::Email, subject, text, code: None, link: None }
}

/// The message with a code.
pub fn code(carrier: Carrier, locale: Locale, code: &Code) -> Words {
    match carrier {
        Carrier::Email => code_mail(locale, code),
        Carrier::Sms | Carrier::Notification => code_text(carrier, locale, code),
    }
}

/// The text to a phone with a code: one line.
fn code_text(carrier: Carrier, locale: Locale, code: &Code) -> Words {
    let code = code.expose();
    let text = match locale {
        Locale::Ko => format!("[Daemun] 인증번호 {code}. 아무에게도 알려 주지 마세요."),
        Locale::En => format!("[Daemun] Your code is {code}. Please share it with nobody."),
        Locale::Ja => format!("[Daemun] 認証番号 {code}。ほかの人には教えないでください。"),
    };
    Words { carrier, subject: String::new(), text, code: Some(code.into()), link: None }
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
            format!("{workspace} 비밀번호가 변경되었어요"),
            format!(
                "{workspace} 계정의 비밀번호가 변경되었어요.\n{at}\n\n직접 변경했다면 더 할 일은 없어요.\n\
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
            format!("{workspace} 계정이 준비되었어요"),
            format!(
                "{workspace} 계정에 비밀번호가 처음 설정되었어요.\n{at}\n\n직접 설정했다면 더 할 일은 없어요.\n\
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

/// The mail with a code for what was shared by a link. It is another than the one for signing in, so that nobody enters the
/// code there.
pub fn link_code(locale: Locale, code: &Code) -> Words {
    let code = code.expose();
    let words = match locale {
        Locale::Ko => (
            format!("{code} 보안 링크 인증번호"),
            format!(
                "{code}\n\n보안 링크 화면에 이 인증번호를 입력해 주세요.\n10분 동안 한 번만 쓸 수 있고, 새 번호를 받으면 이 번호는 쓸 수 없어요.\n\n\
                 아무에게도 알려 주지 마세요.\n직접 요청하지 않았다면 이 메일은 무시해도 돼요.\n"
            ),
        ),
        Locale::En => (
            format!("{code} is your code for the security link"),
            format!(
                "{code}\n\nEnter this code on the screen of the security link.\nIt works once, for 10 minutes; a newer code replaces it.\n\n\
                 Please share it with nobody.\nIf you did not ask for this, you can ignore this mail.\n"
            ),
        ),
        Locale::Ja => (
            format!("{code} セキュリティリンクの認証番号"),
            format!(
                "{code}\n\nセキュリティリンクの画面でこの認証番号を入力してください。\n10分間、1回だけ使えます。新しい番号を受け取ると、この番号は使えなくなります。\n\n\
                 ほかの人には教えないでください。\nお心当たりがない場合は、このメールを無視してください。\n"
            ),
        ),
    };
    Words { code: Some(code.into()), ..mail(words) }
}

/// The mail to an address that a link was tried with and was not shared with. It tells nothing of the link, nor of who has it.
pub fn link_not_shared(locale: Locale) -> Words {
    let (subject, text) = match locale {
        Locale::Ko => (
            "이 주소로는 공유되지 않은 링크예요",
            "방금 이 주소로 보안 링크를 열려고 했지만, 이 주소로 공유된 링크가 아니에요.\n\
             링크를 받은 주소를 입력해 주세요.\n\n직접 하지 않았다면 이 메일은 무시해도 돼요.\n",
        ),
        Locale::En => (
            "The link was not shared with this address",
            "This address was just entered to open a security link, but the link was not shared with it.\n\
             Please enter the address that received the link.\n\nIf this was not you, you can ignore this mail.\n",
        ),
        Locale::Ja => (
            "このアドレスには共有されていないリンクです",
            "このアドレスでセキュリティリンクを開こうとしましたが、このアドレスには共有されていません。\n\
             リンクを受け取ったアドレスを入力してください。\n\nお心当たりがない場合は、このメールを無視してください。\n",
        ),
    };
    mail((subject.into(), text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_comes_first() {
        let code = Code::parse("012345").unwrap();
        for locale in Locale::ALL {
            let Words { subject, text, .. } = code_mail(*locale, &code);
            assert!(subject.starts_with("012345 "), "{subject}");
            assert!(text.starts_with("012345\n"), "{text}");
            assert!(text.contains("10"), "{text}");
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
