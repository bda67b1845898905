//! The options of a workspace's policy in words, for the screens that show them (seed 003).

use daemun_protocol::{AccountPolicy, PolicyOption};
use leptos::prelude::*;

use crate::i18n::{Text, counted, said, say};

/// What an option is called.
pub const fn name(option: PolicyOption) -> Text {
    match option {
        PolicyOption::PasswordFormat => Text::PolicyPasswordFormat,
        PolicyOption::PasswordMinLength => Text::PolicyPasswordMinLength,
        PolicyOption::PasswordMaxAgeDays => Text::PolicyPasswordMaxAgeDays,
        PolicyOption::PasswordHistory => Text::PolicyPasswordHistory,
        PolicyOption::AttemptLimit => Text::PolicyAttemptLimit,
        PolicyOption::TwoFactor => Text::PolicyTwoFactor,
        PolicyOption::LineEntry => Text::PolicyLineEntry,
        PolicyOption::NaverEntry => Text::PolicyNaverEntry,
        PolicyOption::PhoneEntry => Text::PolicyPhoneEntry,
        PolicyOption::QuickLogin => Text::PolicyQuickLogin,
        PolicyOption::QuickLoginTwoFactors => Text::PolicyQuickLoginTwoFactors,
        PolicyOption::DeviceUnlock => Text::PolicyDeviceUnlock,
        PolicyOption::DeviceApproval => Text::PolicyDeviceApproval,
    }
}

/// A decision, as a form writes it, in words.
pub fn value(option: PolicyOption, text: &str) -> String {
    let number = || text.parse::<u64>().unwrap_or_default();
    let of = |none: Text, some: Text| if number() == 0 { said(none) } else { counted(some, number(), &[]) };
    let either = |yes: Text, no: Text| said(if text == "true" { yes } else { no });
    match option {
        PolicyOption::PasswordFormat => {
            said(if text == "letters_digits" { Text::PolicyLettersDigits } else { Text::PolicyLettersDigitsSymbols })
        }
        PolicyOption::PasswordMinLength => counted(Text::RulesMinLength, number(), &[]),
        PolicyOption::PasswordMaxAgeDays => of(Text::PolicyNever, Text::PolicyDays),
        PolicyOption::PasswordHistory => of(Text::PolicyNoLimit, Text::PolicyLast),
        PolicyOption::AttemptLimit => of(Text::PolicyNoLimit, Text::PolicyWrong),
        PolicyOption::TwoFactor => said(if text == "required" { Text::PolicyRequired } else { Text::PolicyOptional }),
        PolicyOption::QuickLoginTwoFactors => either(Text::PolicyCounts, Text::PolicyDoesNotCount),
        PolicyOption::DeviceApproval => either(Text::PolicyNeeded, Text::PolicyNotNeeded),
        PolicyOption::LineEntry
        | PolicyOption::NaverEntry
        | PolicyOption::PhoneEntry
        | PolicyOption::QuickLogin
        | PolicyOption::DeviceUnlock => either(Text::PolicyAllow, Text::PolicyDeny),
    }
}

/// What was changed, from what to what.
pub fn changes(from: AccountPolicy, to: AccountPolicy) -> AnyView {
    let one = |option: &PolicyOption| {
        let (option, to) = (*option, to.value(*option)?);
        let from = from.value(option);
        let words = move || {
            let from = from.as_ref().map(|from| format!("{} → ", value(option, from))).unwrap_or_default();
            from + &value(option, &to)
        };
        Some(view! { <div><dt>{say(name(option))}</dt><dd>{words}</dd></div> }.into_any())
    };
    view! { <dl class="facts">{PolicyOption::ALL.iter().filter_map(one).collect::<Vec<_>>()}</dl> }.into_any()
}
