//! The words of mails. It refuses to know how they are sent.

use crate::codes::Code;
use crate::locale::Locale;

/// Subject and text of the mail with a sign-in code. The code comes first in both, so that a phone's preview shows it.
pub fn sign_in_code(locale: Locale, code: &Code) -> (String, String) {
    let code = code.expose();
    match locale {
        Locale::Ko => (
            format!("{code} 로그인 인증 코드"),
            format!(
                "{code}\n\n로그인 화면에 이 인증 코드를 입력해 주세요.\n10분 동안 한 번만 쓸 수 있으며, 새 코드를 받으면 이 코드는 쓸 수 없습니다.\n\n\
                 아무에게도 알려 주지 마세요. 저희는 코드를 물어보지 않습니다.\n직접 요청하지 않으셨다면 이 메일은 무시하셔도 됩니다.\n"
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
            format!("{code} ログイン用の認証コード"),
            format!(
                "{code}\n\nログイン画面でこの認証コードを入力してください。\n10分間、1回だけ使えます。新しいコードを受け取ると、このコードは使えなくなります。\n\n\
                 ほかの人には教えないでください。こちらからコードをお聞きすることはありません。\nお心当たりがない場合は、このメールを無視してください。\n"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_comes_first() {
        let code = Code::parse("012345").unwrap();
        for locale in Locale::ALL {
            let (subject, text) = sign_in_code(*locale, &code);
            assert!(subject.starts_with("012345 "), "{subject}");
            assert!(text.starts_with("012345\n"), "{text}");
            assert!(text.contains("10"), "{text}");
        }
    }
}
