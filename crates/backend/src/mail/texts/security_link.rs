//! The words about security links. They name neither what is shared nor who shared it: whoever typed the address may be
//! anybody.

use super::{Words, mail};
use crate::codes::Code;
use crate::locale::Locale;

/// The mail with a code that opens a security link (FEATURES O2).
pub fn link_code(locale: Locale, code: &Code) -> Words {
    let code = code.expose();
    let words = match locale {
        Locale::Ko => (
            format!("{code} 보안 링크 인증번호"),
            format!(
                "{code}\n\n보안 링크를 연 화면에 이 인증번호를 입력해 주세요.\n10분 동안 한 번만 쓸 수 있고, 새 번호를 받으면 이 번호는 쓸 수 없어요.\n\n\
                 아무에게도 알려 주지 마세요. 저희가 인증번호를 물어보는 일은 없어요.\n직접 링크를 열지 않았다면 이 메일은 무시해도 돼요.\n"
            ),
        ),
        Locale::En => (
            format!("{code} is your code for the security link"),
            format!(
                "{code}\n\nEnter this code on the screen where you opened the security link.\nIt works once, for 10 minutes; a newer code replaces it.\n\n\
                 Please share it with nobody. We will never ask you for it.\nIf you did not open the link, you can ignore this mail.\n"
            ),
        ),
        Locale::Ja => (
            format!("{code} セキュリティリンク用の認証番号"),
            format!(
                "{code}\n\nセキュリティリンクを開いた画面でこの認証番号を入力してください。\n10分間、1回だけ使えます。新しい番号を受け取ると、この番号は使えなくなります。\n\n\
                 ほかの人には教えないでください。こちらから認証番号をお聞きすることはありません。\nリンクを開いた覚えがない場合は、このメールを無視してください。\n"
            ),
        ),
    };
    Words { code: Some(code.into()), ..mail(words) }
}

/// The mail to an address that a security link was not shared with (FEATURES O5). It goes where the code would have gone, and
/// tells nothing but that.
pub fn link_not_shared(locale: Locale) -> Words {
    let (subject, text) = match locale {
        Locale::Ko => (
            "이 주소로는 보안 링크를 열 수 없어요",
            "누군가 이 메일 주소로 보안 링크를 열려고 했어요. 직접 여셨을 수도 있어요.\n그 링크는 이 주소로 공유되지 않았어요.\n\n\
             링크가 담긴 메일을 받은 주소를 입력해 보세요.\n직접 링크를 열지 않았다면 이 메일은 무시해도 돼요.\n",
        ),
        Locale::En => (
            "This address does not open the security link",
            "Somebody, perhaps you, tried to open a security link with this address.\nThe link was not shared with this address.\n\n\
             Try the address that received the mail with the link.\nIf you did not open a link, you can ignore this mail.\n",
        ),
        Locale::Ja => (
            "このアドレスではセキュリティリンクを開けません",
            "このメールアドレスでセキュリティリンクを開こうとした方がいます。ご自身かもしれません。\nそのリンクはこのアドレスには共有されていません。\n\n\
             リンクの入ったメールを受け取ったアドレスを入力してみてください。\nリンクを開いた覚えがない場合は、このメールを無視してください。\n",
        ),
    };
    mail((subject.into(), text.into()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{comes_first, some_code};
    use super::*;

    #[test]
    fn a_links_code_comes_first() {
        for locale in Locale::ALL {
            comes_first(&link_code(*locale, &some_code()));
        }
    }

    /// O5.
    #[test]
    fn who_is_not_meant_learns_nothing() {
        for locale in Locale::ALL {
            let words = link_not_shared(*locale);
            assert!(words.link.is_none() && words.code.is_none());
            let text = words.text;
            assert!(
                !text.contains("://") && !text.contains('@') && !text.contains(|c: char| c.is_ascii_digit()),
                "{text}"
            );
        }
    }
}
