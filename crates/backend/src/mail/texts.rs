//! The words of mails. It refuses to know how they are sent.

use crate::codes::Code;
use crate::locale::Locale;

/// Subject and text of the mail with a sign-in code. The code comes first in both, so that a phone's preview shows it.
pub fn sign_in_code(locale: Locale, code: &Code) -> (String, String) {
    let code = code.expose();
    match locale {
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
