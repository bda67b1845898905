//! The words about external providers (FEATURES L3, P1).

use super::{Words, mail};
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
