//! The words about a workspace's policy (FEATURES P2), for its administrators. They lead nowhere: whoever changed it may read them
//! too.

use daemun_protocol::{PolicyOption, SavedPolicy, Timestamp};

use super::{Words, mail};
use crate::calendar::readable;
use crate::locale::Locale;

/// The mail to every administrator when the policy was changed: who, when, and what.
pub fn policy_changed(locale: Locale, workspace: &str, at: Timestamp, saved: &SavedPolicy) -> Words {
    let (at, who) = (readable(at), &saved.who);
    let changed: Vec<String> = PolicyOption::ALL.iter().filter_map(|option| line(locale, *option, saved)).collect();
    let about_member = saved.member.iter().map(|member| {
        let decided = value(locale, if member.allowed { "true" } else { "false" });
        format!("{}, {}: {decided}", member.provider, member.name)
    });
    let changed = changed.into_iter().chain(about_member).collect::<Vec<_>>().join("\n");
    mail(match locale {
        Locale::Ko => (
            format!("{workspace} 계정 보안 정책이 변경됐어요"),
            format!(
                "{who} 님이 {workspace}의 계정 보안 정책을 변경했어요.\n{at}\n\n{changed}\n\n\
                 예정된 변경이라면 더 할 일은 없어요.\n\
                 아니라면 계정 보안 화면에서 되돌리고, 변경한 관리자의 비밀번호를 바꾸게 하세요.\n"
            ),
        ),
        Locale::En => (
            format!("The account security policy of {workspace} was changed"),
            format!(
                "{who} changed the account security policy of {workspace}.\n{at}\n\n{changed}\n\n\
                 If this was meant, there is nothing to do.\n\
                 If it was not, undo it on the account security screen, and have that administrator’s password changed.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} のアカウントセキュリティポリシーが変更されました"),
            format!(
                "{who} さんが {workspace} のアカウントセキュリティポリシーを変更しました。\n{at}\n\n{changed}\n\n\
                 予定された変更であれば、何もする必要はありません。\n\
                 そうでない場合は、アカウントセキュリティ画面で元に戻し、変更した管理者のパスワードを変えてもらってください。\n"
            ),
        ),
    })
}

/// The mail to every member when the administrator allows quick login in the mobile app (FEATURES P1).
pub fn quick_login_allowed(locale: Locale, workspace: &str) -> Words {
    mail(match locale {
        Locale::Ko => (
            format!("{workspace}에서 모바일 앱 간편 로그인을 쓸 수 있어요"),
            format!(
                "관리자가 {workspace} 계정의 모바일 앱 간편 로그인을 허용했어요.\n\n\
                 모바일 앱에서 PIN이나 생체 인증을 등록하면, 다음부터 ID와 비밀번호 없이 로그인할 수 있어요.\n"
            ),
        ),
        Locale::En => (
            format!("Quick login to {workspace} in the mobile app is now allowed"),
            format!(
                "Your administrator has allowed quick login to {workspace} in the mobile app.\n\n\
                 Once you have set up a PIN or biometrics in the app, you can sign in there without ID and password.\n"
            ),
        ),
        Locale::Ja => (
            format!("{workspace} でモバイルアプリのかんたんログインが許可されました"),
            format!(
                "管理者が {workspace} のアカウントでモバイルアプリのかんたんログインを許可しました。\n\n\
                 モバイルアプリでPINや生体認証を登録すると、次回からIDとパスワードなしでログインできます。\n"
            ),
        ),
    })
}

/// One option, from what to what.
fn line(locale: Locale, option: PolicyOption, saved: &SavedPolicy) -> Option<String> {
    let (from, to) = (saved.from.value(option)?, saved.to.value(option)?);
    Some(format!("{}: {} → {}", name(locale, option), value(locale, &from), value(locale, &to)))
}

const fn name(locale: Locale, option: PolicyOption) -> &'static str {
    let [ko, en, ja] = match option {
        PolicyOption::PasswordFormat => ["비밀번호 형식", "Password format", "パスワードの形式"],
        PolicyOption::PasswordMinLength => ["비밀번호 최소 길이", "Minimum password length", "パスワードの最小文字数"],
        PolicyOption::PasswordMaxAgeDays => {
            ["비밀번호 유효 기간(일)", "Password expiry in days", "パスワードの有効期限（日）"]
        }
        PolicyOption::PasswordHistory => {
            ["다시 쓸 수 없는 최근 비밀번호", "Last passwords not to be reused", "再利用できない直近のパスワード"]
        }
        PolicyOption::AttemptLimit => {
            ["이용 중지까지 틀린 횟수", "Wrong passwords until suspension", "利用停止までの誤入力回数"]
        }
        PolicyOption::TwoFactor => ["2단계 인증", "Two-step verification", "2段階認証"],
        PolicyOption::LineEntry => ["LINE 로그인", "Sign-in with LINE", "LINEでのログイン"],
        PolicyOption::NaverEntry => ["NAVER 로그인", "Sign-in with NAVER", "NAVERでのログイン"],
        PolicyOption::QuickLogin => {
            ["모바일 앱 간편 로그인", "Quick login in the mobile app", "モバイルアプリのかんたんログイン"]
        }
        PolicyOption::QuickLoginTwoFactors => [
            "간편 로그인을 2단계 인증으로 인정",
            "Quick login counts as two-step verification",
            "かんたんログインを2段階認証とみなす",
        ],
        PolicyOption::PhoneEntry => ["휴대폰 번호 로그인", "Sign-in by phone number", "電話番号でのログイン"],
        PolicyOption::DeviceUnlock => {
            ["기기 잠금 해제 로그인", "Sign-in by device unlock", "デバイスのロック解除でのログイン"]
        }
        PolicyOption::DeviceApproval => ["새 기기 승인", "Approval of new devices", "新しいデバイスの承認"],
    };
    match locale {
        Locale::Ko => ko,
        Locale::En => en,
        Locale::Ja => ja,
    }
}

/// A decision in words; a number stands for itself, and 0 for none.
fn value(locale: Locale, text: &str) -> String {
    let words = match text {
        "0" => ["없음", "none", "なし"],
        "true" => ["사용", "on", "オン"],
        "false" => ["사용 안 함", "off", "オフ"],
        "optional" => ["선택", "optional", "任意"],
        "required" => ["필수", "required", "必須"],
        "letters_digits" => ["영문자, 숫자", "letters, digits", "英字、数字"],
        "letters_digits_symbols" => ["영문자, 숫자, 특수문자", "letters, digits, symbols", "英字、数字、記号"],
        number => return number.into(),
    };
    let [ko, en, ja] = words;
    match locale {
        Locale::Ko => ko,
        Locale::En => en,
        Locale::Ja => ja,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use daemun_protocol::{AccountPolicy, TwoFactor};

    use super::*;

    /// P2.
    #[test]
    fn every_change_is_named_with_what_it_was_and_is_and_leads_nowhere() {
        let from = AccountPolicy {
            password_min_length: Some(8),
            attempt_limit: Some(0),
            two_factor: Some(TwoFactor::Optional),
            ..AccountPolicy::default()
        };
        let to = AccountPolicy {
            password_min_length: Some(12),
            attempt_limit: Some(5),
            two_factor: Some(TwoFactor::Required),
            ..AccountPolicy::default()
        };
        let saved = SavedPolicy { who: "Sujin".into(), at: Timestamp(0), from, to, member: None };
        for locale in Locale::ALL {
            let words = policy_changed(*locale, "Nuri", Timestamp(0), &saved);
            let text = &words.text;
            assert!(words.subject.contains("Nuri") && text.contains("Sujin") && text.contains("1970-01-01"), "{text}");
            assert!(text.contains(": 8 → 12\n") && text.matches(" → ").count() == 3, "{text}");
            assert!(words.link.is_none() && !text.contains("://"), "{text}");
        }
    }
}
