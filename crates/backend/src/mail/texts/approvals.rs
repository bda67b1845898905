//! The words about approval on another device (FEATURES L5, D1 to D5). They lead nowhere: the app is open anyway.

use daemun_protocol::{ApprovalKind, Timestamp};

use super::{Words, mail};
use crate::calendar::readable;
use crate::carrier::Carrier;
use crate::locale::Locale;
use crate::store::ApprovalRow;

/// The mail after "it was not me": what to do now.
pub fn not_me(locale: Locale, workspace: &str, at: Timestamp) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 로그인 요청을 막았어요"),
            format!(
                "직접 요청하지 않았다고 알려 주신 {workspace} 로그인 요청을 막았어요.\n{at}\n\n\
                 다른 사람이 메일함이나 전화번호를 쓰고 있을 수 있어요. 비밀번호를 바꾸고 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("A request to sign in to {workspace} was stopped"),
            format!(
                "You said that a request to sign in to {workspace} was not yours, so it was stopped.\n{at}\n\n\
                 Somebody may be using your mailbox or phone number. Change your password and tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} へのログイン要求を止めました"),
            format!(
                "ご自身ではないとのことなので、{workspace} へのログイン要求を止めました。\n{at}\n\n\
                 ほかの人がメールや電話番号を使っているおそれがあります。パスワードを変更し、管理者に知らせてください。\n"
            ),
        ),
    })
}

/// The notification of a request, to `member`: whose it is and where it comes from, and nothing that answers it.
pub fn approval_asked(locale: Locale, workspace: &str, request: &ApprovalRow, member: i64) -> Words {
    let (who, place) = (&request.who, &request.place);
    let browser = match (request.browser_name.as_str(), locale) {
        ("", Locale::Ko) => "알 수 없는 브라우저",
        ("", Locale::En) => "Unknown browser",
        ("", Locale::Ja) => "不明なブラウザー",
        (browser, _) => browser,
    };
    let is_new = request.kind != ApprovalKind::SignIn;
    let (subject, check) = if request.account == member {
        match (locale, is_new) {
            (Locale::Ko, false) => (format!("{workspace} 로그인 요청"), "직접 요청했는지 확인해 주세요.".into()),
            (Locale::Ko, true) => (format!("{workspace} 새 기기 로그인 요청"), "직접 요청했는지 확인해 주세요.".into()),
            (Locale::En, false) => (format!("Sign-in request for {workspace}"), "Check that it is you.".into()),
            (Locale::En, true) => {
                (format!("New device asks to sign in to {workspace}"), "Check that it is you.".into())
            }
            (Locale::Ja, false) => {
                (format!("{workspace} へのログイン要求"), "ご自身の要求かどうか確認してください。".into())
            }
            (Locale::Ja, true) => (
                format!("新しいデバイスから {workspace} へのログイン要求"),
                "ご自身の要求かどうか確認してください。".into(),
            ),
        }
    } else {
        match locale {
            Locale::Ko => {
                (format!("{who} 님의 {workspace} 새 기기 승인 요청"), format!("먼저 {who} 님이 맞는지 확인해 주세요."))
            }
            Locale::En => (
                format!("{who} asks you to approve a new device at {workspace}"),
                format!("Check first that it is {who}."),
            ),
            Locale::Ja => (
                format!("{who} さんが {workspace} で新しいデバイスの承認を求めています"),
                format!("先に {who} さん本人か確認してください。"),
            ),
        }
    };
    let text = format!("{browser} · {place}\n{check}");
    Words { carrier: Carrier::Push, subject, text, code: None, link: None }
}

/// The mail to whoever is asked to let a colleague's new device in.
pub fn let_in_asked(locale: Locale, workspace: &str, at: Timestamp, who: &str, reason: &str) -> Words {
    let at = readable(at);
    let reason = if reason.is_empty() { String::new() } else { format!("“{reason}”\n") };
    mail(match locale {
        Locale::Ko => (
            format!("{who} 님이 새 기기의 승인을 요청했어요"),
            format!(
                "{who} 님이 {workspace}에 새 기기로 로그인하려고 승인을 요청했어요.\n{reason}{at}\n\n\
                 로그인한 기기에서 승인 화면을 열어 확인해 주세요. 먼저 {who} 님에게 직접 확인하는 것이 좋아요.\n"
            ),
        ),
        Locale::En => (
            format!("{who} asks you to approve a new device"),
            format!(
                "{who} wants to sign in to {workspace} on a new device and asks for your approval.\n{reason}{at}\n\n\
                 Open the approvals on a device where you are signed in. Better ask {who} in person first.\n"
            ),
        ),
        Locale::Ja => (
            format!("{who} さんが新しいデバイスの承認を求めています"),
            format!(
                "{who} さんが新しいデバイスで {workspace} にログインするため、承認を求めています。\n{reason}{at}\n\n\
                 ログイン中のデバイスで承認画面を開いて確認してください。先に {who} さん本人に確認することをおすすめします。\n"
            ),
        ),
    })
}

/// The mail that says that there is another recovery key.
pub fn recovery_key_reissued(locale: Locale, workspace: &str, at: Timestamp) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 복구 키가 다시 발급됐어요"),
            format!(
                "보안 설정에서 {workspace}의 복구 키가 다시 발급됐어요. 전에 보관한 키는 더 이상 쓸 수 없어요.\n{at}\n\n\
                 직접 발급했다면 더 할 일은 없어요.\n\
                 직접 발급하지 않았다면 비밀번호를 바꾸고, 신뢰할 수 있는 기기를 확인하고, 복구 키를 다시 발급해 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("The recovery key of {workspace} was reissued"),
            format!(
                "The recovery key of {workspace} was reissued in your security settings. The key that you kept before no longer works.\n{at}\n\n\
                 If this was you, there is nothing to do.\n\
                 If it was not, change your password, check your trusted devices and reissue the recovery key.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} のリカバリーキーが再発行されました"),
            format!(
                "セキュリティ設定で {workspace} のリカバリーキーが再発行されました。以前に保管したキーは使用できません。\n{at}\n\n\
                 ご自身で再発行した場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、パスワードを変更し、信頼できるデバイスを確認してから、リカバリーキーを再発行してください。\n"
            ),
        ),
    })
}

/// The mail that says that the recovery key has let somebody in.
pub fn recovery_key_used(locale: Locale, workspace: &str, at: Timestamp) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 복구 키가 사용됐어요"),
            format!(
                "{workspace}의 복구 키가 사용됐고, 새 복구 키가 발급됐어요.\n{at}\n\n직접 사용했다면 더 할 일은 없어요.\n\
                 직접 사용하지 않았다면 비밀번호를 바꾸고 신뢰할 수 있는 기기를 확인해 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("The recovery key of {workspace} was used"),
            format!(
                "The recovery key of {workspace} was used, and a new one was issued.\n{at}\n\n\
                 If this was you, there is nothing to do.\n\
                 If it was not, change your password and check your trusted devices.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} のリカバリーキーが使用されました"),
            format!(
                "{workspace} のリカバリーキーが使用され、新しいリカバリーキーが発行されました。\n{at}\n\n\
                 ご自身で使用した場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、パスワードを変更し、信頼できるデバイスを確認してください。\n"
            ),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_says_who_and_where_and_no_number() {
        for locale in Locale::ALL {
            for kind in [ApprovalKind::SignIn, ApprovalKind::Device, ApprovalKind::Administrator] {
                for member in [1, 2] {
                    let request = ApprovalRow {
                        id: "id".into(),
                        kind,
                        account: 1,
                        workspace: "nuri".into(),
                        flow: "flow".into(),
                        browser: [0; 32],
                        number: "42".into(),
                        numbers: ["17", "42", "86"].map(Into::into).into(),
                        browser_name: String::new(),
                        place: "203.0.113.x".into(),
                        asked_at: Timestamp(0),
                        expires_at: Timestamp(0),
                        settled: None,
                        who: "김민지".into(),
                    };
                    let Words { subject, text, code, link, .. } = approval_asked(*locale, "누리", &request, member);
                    assert!(subject.contains("누리") && text.contains("203.0.113.x"), "{subject}\n{text}");
                    assert_eq!(subject.contains("김민지") && text.contains("김민지"), member == 2, "{subject}\n{text}");
                    assert!(!["17", "42", "86"].iter().any(|number| format!("{subject}{text}").contains(number)));
                    assert_eq!((code, link), (None, None));
                }
            }
        }
    }
}
