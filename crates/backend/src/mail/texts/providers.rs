//! The words about external providers (FEATURES L3, P1).

use daemun_protocol::Timestamp;

use super::{Words, mail};
use crate::calendar::readable;
use crate::locale::Locale;

/// The mail that says that a provider can be signed in by from now on.
pub fn provider_sign_in_allowed(locale: Locale, workspace: &str, provider: &str) -> Words {
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} {provider} 로그인이 허용됐어요"),
            format!(
                "관리자가 {workspace} 계정의 {provider} 로그인을 허용했어요.\n\n\
                 {provider} 계정이 연결되어 있다면, 이제 그 계정으로 로그인할 수 있어요.\n\
                 궁금한 점은 관리자에게 문의해 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("Signing in to {workspace} with {provider} is now allowed"),
            format!(
                "Your administrator has allowed signing in to {workspace} with {provider}.\n\n\
                 If your {provider} account is connected, you can now sign in with it.\n\
                 Your administrator can answer your questions.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} で {provider} によるログインが許可されました"),
            format!(
                "管理者が {workspace} のアカウントに {provider} でログインすることを許可しました。\n\n\
                 {provider} アカウントが連携されている場合は、そのアカウントでログインできます。\n\
                 ご不明な点は管理者にお問い合わせください。\n"
            ),
        ),
    })
}

/// The mail that says that an account at a provider can be signed in by from now on (FEATURES S3).
pub fn identity_connected(locale: Locale, workspace: &str, at: Timestamp, provider: &str) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 계정에 {provider} 계정이 연결됐어요"),
            format!(
                "{workspace} 계정에 {provider} 계정이 연결됐어요. 이제 {provider} 계정으로 로그인할 수 있어요.\n{at}\n\n\
                 직접 연결했다면 더 할 일은 없어요.\n\
                 직접 연결하지 않았다면 보안 설정에서 연결을 해제하고, 비밀번호를 바꾸고, 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("{provider} was connected to your account at {workspace}"),
            format!(
                "A {provider} account was connected to your account at {workspace}. It signs you in from now on.\n{at}\n\n\
                 If this was you, there is nothing to do.\n\
                 If it was not, disconnect it in your security settings, change your password and tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} のアカウントに {provider} が連携されました"),
            format!(
                "{workspace} のアカウントに {provider} アカウントが連携されました。今後は {provider} でログインできます。\n{at}\n\n\
                 ご自身で連携した場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、セキュリティ設定で連携を解除し、パスワードを変更して、管理者に知らせてください。\n"
            ),
        ),
    })
}

/// The mail that says that it cannot any more.
pub fn identity_disconnected(locale: Locale, workspace: &str, at: Timestamp, provider: &str) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 계정에서 {provider} 연결이 해제됐어요"),
            format!(
                "{workspace} 계정에서 {provider} 계정의 연결이 해제됐어요. 이제 {provider} 계정으로 로그인할 수 없어요.\n{at}\n\n\
                 직접 해제했다면 더 할 일은 없어요.\n\
                 직접 해제하지 않았다면 비밀번호를 바꾸고 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("{provider} was disconnected from your account at {workspace}"),
            format!(
                "Your {provider} account was disconnected from your account at {workspace}. It no longer signs you in.\n{at}\n\n\
                 If this was you, there is nothing to do.\n\
                 If it was not, change your password and tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} のアカウントから {provider} の連携が解除されました"),
            format!(
                "{workspace} のアカウントから {provider} アカウントの連携が解除されました。今後は {provider} でログインできません。\n{at}\n\n\
                 ご自身で解除した場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、パスワードを変更して、管理者に知らせてください。\n"
            ),
        ),
    })
}

/// The mail to a member whom alone the administrator does not let sign in by a provider any more, or lets again (FEATURES P1).
pub fn provider_decided(locale: Locale, workspace: &str, provider: &str, allowed: bool) -> Words {
    mail(match (locale, allowed) {
        (Locale::Ko, false) => (
            format!("{workspace}에서 {provider} 로그인을 쓸 수 없게 됐어요"),
            format!(
                "관리자가 {workspace} 계정의 {provider} 로그인을 막았어요. 다음부터는 다른 방법으로 로그인해 주세요.\n\n\
                 궁금한 점은 관리자에게 물어보세요.\n"
            ),
        ),
        (Locale::Ko, true) => (
            format!("{workspace}에서 {provider} 로그인을 다시 쓸 수 있어요"),
            format!("관리자가 {workspace} 계정의 {provider} 로그인을 다시 허용했어요.\n"),
        ),
        (Locale::En, false) => (
            format!("You can no longer sign in to {workspace} with {provider}"),
            format!(
                "Your administrator no longer lets you sign in to {workspace} with {provider}. Sign in another way next time.\n\n\
                 If you have questions, ask your administrator.\n"
            ),
        ),
        (Locale::En, true) => (
            format!("You can sign in to {workspace} with {provider} again"),
            format!("Your administrator lets you sign in to {workspace} with {provider} again.\n"),
        ),
        (Locale::Ja, false) => (
            format!("{workspace} で {provider} でのログインが使えなくなりました"),
            format!(
                "管理者が {workspace} のアカウントで {provider} でのログインを許可しない設定にしました。次回から別の方法でログインしてください。\n\n\
                 ご不明な点は管理者にお問い合わせください。\n"
            ),
        ),
        (Locale::Ja, true) => (
            format!("{workspace} で再び {provider} でログインできます"),
            format!("管理者が {workspace} のアカウントで {provider} でのログインを再び許可しました。\n"),
        ),
    })
}
