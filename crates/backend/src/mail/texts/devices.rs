//! The words about trusted devices and security keys (FEATURES L4, S4). They lead nowhere: whoever did it may read them too.

use daemun_protocol::Timestamp;

use super::{Words, mail};
use crate::calendar::readable;
use crate::locale::Locale;

/// The mail that says that a device can be signed in with from now on.
pub fn device_registered(locale: Locale, workspace: &str, at: Timestamp, name: &str) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 계정에 기기가 등록됐어요"),
            format!(
                "{workspace} 계정에 ‘{name}’이(가) 신뢰할 수 있는 기기로 등록됐어요. 이 기기의 잠금 해제로 로그인할 수 있어요.\n{at}\n\n\
                 직접 등록했다면 더 할 일은 없어요.\n\
                 직접 등록하지 않았다면 보안 설정에서 이 기기를 삭제하고, 비밀번호를 바꾸고, 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("A device was registered for your account at {workspace}"),
            format!(
                "“{name}” was registered as a trusted device for your account at {workspace}. Unlocking it signs you in.\n{at}\n\n\
                 If this was you, there is nothing to do.\n\
                 If it was not, remove the device in your security settings, change your password and tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} のアカウントにデバイスが登録されました"),
            format!(
                "{workspace} のアカウントに「{name}」が信頼できるデバイスとして登録されました。このデバイスのロック解除でログインできます。\n{at}\n\n\
                 ご自身で登録した場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、セキュリティ設定でこのデバイスを削除し、パスワードを変更して、管理者に知らせてください。\n"
            ),
        ),
    })
}

/// The mail that says that a device cannot be signed in with any more.
pub fn device_removed(locale: Locale, workspace: &str, at: Timestamp, name: &str) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 계정에서 기기가 삭제됐어요"),
            format!(
                "{workspace} 계정의 신뢰할 수 있는 기기에서 ‘{name}’이(가) 삭제됐어요. 이제 이 기기의 잠금 해제로 로그인할 수 없어요.\n{at}\n\n\
                 직접 삭제했다면 더 할 일은 없어요.\n\
                 직접 삭제하지 않았다면 비밀번호를 바꾸고 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("A device was removed from your account at {workspace}"),
            format!(
                "“{name}” was removed from the trusted devices of your account at {workspace}. Unlocking it no longer signs you in.\n{at}\n\n\
                 If this was you, there is nothing to do.\n\
                 If it was not, change your password and tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} のアカウントからデバイスが削除されました"),
            format!(
                "{workspace} のアカウントの信頼できるデバイスから「{name}」が削除されました。今後、このデバイスのロック解除ではログインできません。\n{at}\n\n\
                 ご自身で削除した場合は、何もする必要はありません。\n\
                 お心当たりがない場合は、パスワードを変更し、管理者に知らせてください。\n"
            ),
        ),
    })
}

/// The mail that says that a device's key may have been copied: its counter went back (WebAuthn Level 3 §6.1.1).
pub fn device_copied(locale: Locale, workspace: &str, at: Timestamp, name: &str) -> Words {
    let at = readable(at);
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 계정의 기기를 확인해 주세요"),
            format!(
                "‘{name}’의 키가 복제된 것일 수 있어 {workspace} 로그인을 막았어요.\n{at}\n\n\
                 보안 설정에서 이 기기를 삭제하고 다시 등록해 주세요. 계속 이 메일을 받는다면 관리자에게 알려 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("Please check a device of your account at {workspace}"),
            format!(
                "The key of “{name}” may have been copied, so a sign-in to {workspace} was refused.\n{at}\n\n\
                 Remove the device in your security settings and register it again. If this mail keeps coming, tell your administrator.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} のアカウントのデバイスを確認してください"),
            format!(
                "「{name}」の鍵が複製されたおそれがあるため、{workspace} へのログインを拒否しました。\n{at}\n\n\
                 セキュリティ設定でこのデバイスを削除し、登録し直してください。このメールが続けて届く場合は、管理者に知らせてください。\n"
            ),
        ),
    })
}

/// The mail that says that members can sign in by their devices from now on (FEATURES P1).
pub fn device_sign_in_allowed(locale: Locale, workspace: &str) -> Words {
    mail(match locale {
        Locale::Ko => (
            format!("{workspace}에 기기 잠금 해제로 로그인할 수 있어요"),
            format!(
                "이제 {workspace}에 지문, 얼굴 인식, PIN 같은 기기의 잠금 해제로 로그인할 수 있어요.\n\
                 로그인한 뒤 보안 설정에서 기기를 등록해 주세요.\n"
            ),
        ),
        Locale::En => (
            format!("You can sign in to {workspace} by unlocking your device"),
            format!(
                "You can now sign in to {workspace} by unlocking your device: fingerprint, face, PIN.\n\
                 Sign in and register your device in your security settings.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} にデバイスのロック解除でログインできるようになりました"),
            format!(
                "指紋、顔認証、PINなど、デバイスのロック解除で {workspace} にログインできるようになりました。\n\
                 ログインしてから、セキュリティ設定でデバイスを登録してください。\n"
            ),
        ),
    })
}
