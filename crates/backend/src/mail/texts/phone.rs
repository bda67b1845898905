//! The words about numbers that are signed in with (FEATURES S2).

use daemun_protocol::Timestamp;

use super::{Words, mail};
use crate::calendar::readable;
use crate::locale::Locale;

/// The mail that says that a number can be signed in with from now on. `number` is masked.
pub fn phone_linked(locale: Locale, workspace: &str, at: Timestamp, number: &str) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 계정에 휴대폰 번호가 연결됐어요"),
            format!(
                "{workspace} 계정에 {number} 번호가 연결됐어요. 이제 이 번호로 로그인할 수 있어요.\n{at}\n\n\
                 직접 연결했다면 더 할 일은 없어요.\n\
                 직접 연결하지 않았다면 보안 설정에서 번호 연결을 해제하고, 비밀번호를 바꾸고, 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("A mobile number was linked to your account at {workspace}"),
            format!(
                "The number {number} was linked to your account at {workspace}. You can sign in with it from now on.\n{at}\n\n\
                 If this was you, there is nothing to do.\n\
                 If it was not, unlink it in your security settings, change your password and tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} のアカウントに携帯電話番号が登録されました"),
            format!(
                "{workspace} のアカウントに {number} が登録されました。今後はこの番号でログインできます。\n{at}\n\n\
                 ご自身で登録した場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、セキュリティ設定で番号の登録を解除し、パスワードを変更して、管理者に知らせてください。\n"
            ),
        ),
    })
}

/// The mail that says that it cannot any more.
pub fn phone_unlinked(locale: Locale, workspace: &str, at: Timestamp, number: &str) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 계정에서 휴대폰 번호 연결이 해제됐어요"),
            format!(
                "{workspace} 계정에서 {number} 번호의 연결이 해제됐어요. 이제 이 번호로 로그인할 수 없어요.\n{at}\n\n\
                 직접 해제했다면 더 할 일은 없어요.\n\
                 직접 해제하지 않았다면 비밀번호를 바꾸고 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("A mobile number was unlinked from your account at {workspace}"),
            format!(
                "The number {number} was unlinked from your account at {workspace}. Nobody signs in with it any more.\n{at}\n\n\
                 If this was you, there is nothing to do.\n\
                 If it was not, change your password and tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} のアカウントから携帯電話番号の登録が解除されました"),
            format!(
                "{workspace} のアカウントから {number} の登録が解除されました。今後はこの番号でログインできません。\n{at}\n\n\
                 ご自身で解除した場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、パスワードを変更して、管理者に知らせてください。\n"
            ),
        ),
    })
}

/// The mail to whose number another account of the workspace was linked with.
pub fn phone_moved(locale: Locale, workspace: &str, at: Timestamp, number: &str) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 계정의 휴대폰 번호가 다른 계정으로 옮겨졌어요"),
            format!(
                "{number} 번호의 인증번호를 확인한 사람이 이 번호를 {workspace}의 다른 계정에 연결했어요. 이제 이 번호로는 그 계정에 로그인하게 돼요.\n{at}\n\n\
                 직접 옮겼다면 더 할 일은 없어요.\n\
                 직접 옮기지 않았다면 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("The mobile number of your account at {workspace} was linked to another account"),
            format!(
                "Somebody who has the code sent to {number} linked it to another account at {workspace}. It signs in to that account now.\n{at}\n\n\
                 If this was you, there is nothing to do.\n\
                 If it was not, tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} のアカウントの携帯電話番号が別のアカウントに移されました"),
            format!(
                "{number} に届いた認証番号を確認した人が、この番号を {workspace} の別のアカウントに登録しました。今後この番号ではそのアカウントにログインします。\n{at}\n\n\
                 ご自身で移した場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、管理者に知らせてください。\n"
            ),
        ),
    })
}
