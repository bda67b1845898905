//! Codes into words: the only place that knows what is said to a person, in the language that the page has loaded.

use daemun_flow::{DeviceFault, Trouble};
#[cfg(feature = "whole")]
use daemun_protocol::Timestamp;
use daemun_protocol::{Message, MessageCode, ProblemCode};
use js_sys::{Array, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

include!(concat!(env!("OUT_DIR"), "/text.rs"));

/// What `page/account-list.js` says, one text after the other.
pub const ACCOUNTS: [Text; 11] = [
    Text::AccountsTitle,
    Text::AccountsShared,
    Text::AccountsForget,
    Text::AccountsQuestion,
    Text::AccountsRemove,
    Text::AccountsForgotten,
    Text::AccountsRestore,
    Text::AccountsPassword,
    Text::AccountsCode,
    Text::AccountsPasskey,
    Text::AccountsMobile,
];
const _: () = assert!(ACCOUNTS[0] as u32 + 10 == ACCOUNTS[10] as u32, "the locales have them in this order");

/// One language: its texts in the order of [`Text`], and how it counts.
#[derive(Clone)]
struct Language {
    tag: String,
    words: Array,
}

thread_local! {
    static LANGUAGE: RwSignal<Language, LocalStorage> =
        RwSignal::new_local(Language { tag: String::new(), words: Array::new() });
}

/// Takes the first language; before the screens are made.
pub fn begin(words: Array, tag: &str) {
    speak(words, tag);
}

/// Switches the language, in place.
pub fn speak(words: Array, tag: &str) {
    LANGUAGE.with(|language| language.set(Language { tag: tag.into(), words }));
}

/// Follows the language without saying anything.
pub fn follow() {
    LANGUAGE.with(|language| language.track());
}

/// The BCP 47 tag of the language spoken now.
pub fn language() -> String {
    LANGUAGE.with(|language| language.with_untracked(|language| language.tag.clone()))
}

/// What fills the gaps of a text, by their names.
pub type Gaps<'a> = &'a [(&'a str, &'a str)];

/// A text without gaps, following the language.
pub fn say(text: Text) -> Box<dyn Fn() -> String + Send> {
    Box::new(move || said(text))
}

/// A text without gaps.
pub fn said(text: Text) -> String {
    filled(text, &[])
}

/// A text with its gaps filled.
pub fn filled(text: Text, gaps: Gaps<'_>) -> String {
    LANGUAGE.with(|language| language.with(|language| fill(language.words.get(text as u32), gaps)))
}

/// A text that depends on a number, in the form that the language has for it; `{n}` is the number.
pub fn counted(text: Text, number: u64, gaps: Gaps<'_>) -> String {
    LANGUAGE.with(|language| {
        language.with(|language| {
            let forms = language.words.get(text as u32);
            let rules =
                js_sys::Intl::PluralRules::new(&Array::of1(&language.tag.as_str().into()), &js_sys::Object::new());
            #[expect(clippy::cast_precision_loss, reason = "small counts")]
            let form = rules.select(number as f64);
            let of = |form: &JsValue| Reflect::get(&forms, form).ok().filter(|text| !text.is_undefined());
            let text = of(&form).or_else(|| of(&"other".into())).unwrap_or(JsValue::NULL);
            let number = number.to_string();
            let all: Vec<_> = gaps.iter().copied().chain([("n", number.as_str())]).collect();
            fill(text, &all)
        })
    })
}

/// Fills the `{gaps}` of a text; one that nothing is known for stays empty.
fn fill(text: JsValue, gaps: Gaps<'_>) -> String {
    let text = text.as_string().unwrap_or_default();
    let mut filled = String::with_capacity(text.len());
    for (at, part) in text.split('{').enumerate() {
        let (gap, rest) = if at == 0 { ("", part) } else { part.split_once('}').unwrap_or(("", part)) };
        if let Some((_, value)) = gaps.iter().find(|(name, _)| *name == gap) {
            filled.push_str(value);
        }
        filled.push_str(rest);
    }
    filled
}

/// A span of time in words: `9 minutes 41 seconds`.
pub fn span(seconds: u64) -> String {
    let minutes = || counted(Text::TimeMinutes, seconds / 60, &[]);
    let rest = || counted(Text::TimeSeconds, seconds % 60, &[]);
    match (seconds / 60, seconds % 60) {
        (0, _) => rest(),
        (_, 0) => minutes(),
        _ => format!("{} {}", minutes(), rest()),
    }
}

/// What is said of a trouble: of the field error `which`, where it has field errors. `length` is the number of digits of a
/// code.
pub fn trouble(trouble: &Trouble, which: usize, length: u8) -> String {
    let refusal = match trouble {
        Trouble::Network => return said(Text::TroubleNetwork),
        Trouble::Unreadable => return said(Text::TroubleUnreadable),
        Trouble::Device(fault) => return unlocking(*fault),
        Trouble::Refused(refusal) => refusal,
    };
    let length = length.to_string();
    if let Some(text) = refusal.errors.get(which).and_then(|error| field(error.code.as_str())) {
        return filled(text, &[("length", &length)]);
    }
    let text = match (&refusal.code, refusal.tries_left) {
        (ProblemCode::CodeWrong, Some(left)) => return counted(Text::ProblemCodeWrongTries, left.into(), &[]),
        (ProblemCode::CredentialsWrong, Some(left)) => {
            return counted(Text::ProblemCredentialsWrongTries, left.into(), &[]);
        }
        (code, _) => problem(code.as_str()).unwrap_or(Text::ProblemUnknown),
    };
    filled(text, &[("code", refusal.code.as_str())])
}

/// What is said of a device that was not unlocked, and what else can be done.
fn unlocking(fault: DeviceFault) -> String {
    let text = match fault {
        DeviceFault::NotAllowed | DeviceFault::TimedOut | DeviceFault::Aborted => Text::DeviceNotAllowed,
        DeviceFault::UnlockOff => Text::DeviceUnlockOff,
        DeviceFault::Missing => Text::DeviceMissing,
        DeviceFault::Framed => Text::DeviceFramed,
        DeviceFault::Failed => Text::DeviceFailed,
        DeviceFault::Registered
        | DeviceFault::Unable
        | DeviceFault::Unsupported
        | DeviceFault::Insecure
        | DeviceFault::Unreadable => Text::DeviceUnusable,
    };
    filled(text, &[("code", fault.code())])
}

/// What is said of a device that was to be registered.
#[cfg(feature = "whole")]
pub fn while_registering(fault: DeviceFault) -> String {
    let text = match fault {
        DeviceFault::NotAllowed | DeviceFault::TimedOut | DeviceFault::Aborted => Text::RegisterDeviceNotAllowed,
        DeviceFault::Registered => Text::RegisterDeviceRegistered,
        DeviceFault::Unable => Text::RegisterDeviceUnable,
        DeviceFault::UnlockOff => Text::RegisterDeviceUnlockOff,
        DeviceFault::Missing => Text::RegisterDeviceMissing,
        DeviceFault::Framed => Text::RegisterDeviceFramed,
        DeviceFault::Failed => Text::RegisterDeviceFailed,
        DeviceFault::Unsupported | DeviceFault::Insecure | DeviceFault::Unreadable => Text::RegisterDeviceUnusable,
    };
    filled(text, &[("code", fault.code())])
}

/// What is said of a device that was to be unlocked for an approval.
#[cfg(feature = "whole")]
pub fn while_approving(fault: DeviceFault) -> String {
    let text = match fault {
        DeviceFault::NotAllowed | DeviceFault::TimedOut | DeviceFault::Aborted | DeviceFault::Failed => {
            Text::ApproveNotUnlocked
        }
        DeviceFault::UnlockOff => Text::ApproveUnlockOff,
        DeviceFault::Registered
        | DeviceFault::Unable
        | DeviceFault::Unsupported
        | DeviceFault::Insecure
        | DeviceFault::Unreadable
        | DeviceFault::Missing
        | DeviceFault::Framed => Text::ApproveUnusable,
    };
    filled(text, &[("code", fault.code())])
}

/// A day of the backend's clock, as the language writes it.
#[cfg(feature = "whole")]
pub fn day(time: Timestamp) -> String {
    written(time, "dateStyle", "medium")
}

/// A time of day of the backend's clock, as the language writes it, and in one line.
#[cfg(feature = "whole")]
pub fn hour(time: Timestamp) -> String {
    written(time, "timeStyle", "short").replace(' ', "\u{a0}")
}

/// What of a time, and how, as `Intl.DateTimeFormat` calls it (ECMA-402 §11).
#[cfg(feature = "whole")]
fn written(time: Timestamp, what: &str, how: &str) -> String {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are below 2^53")]
    let date = js_sys::Date::new(&(time.0 as f64).into());
    let options = js_sys::Object::new();
    let _ = Reflect::set(&options, &what.into(), &how.into());
    follow();
    date.to_locale_string(&language(), &options).into()
}

/// What is said of a message, where its screen does not say it anyway.
pub fn aside(message: &Message) -> Option<String> {
    match message.code {
        MessageCode::CodeSent => None,
        MessageCode::SignInRestricted => Some(said(Text::ProblemSignInRestricted)),
        MessageCode::CodeSentAgain
        | MessageCode::PasswordChanged
        | MessageCode::MethodNotAllowed
        | MessageCode::ReturnNotAllowed
        | MessageCode::LinkLeft
        | MessageCode::DeviceRegistered
        | MessageCode::DeviceRemoved
        | MessageCode::SignedOutElsewhere
        | MessageCode::TwoFactorOn
        | MessageCode::TwoFactorOff
        | MessageCode::QuickLoginOn
        | MessageCode::PinChanged
        | MessageCode::QuickLoginOff
        | MessageCode::BiometricsOn
        | MessageCode::BiometricsOff
        | MessageCode::QuickLoginRevoked
        | MessageCode::IdRegistered
        | MessageCode::AdministratorAsked
        | MessageCode::MemberAsked
        | MessageCode::SecondFactorRequired
        | MessageCode::PolicySaved
        | MessageCode::PolicyChangedMeanwhile
        | MessageCode::PolicyLocksOutMore
        | MessageCode::ProviderCancelled
        | MessageCode::ProviderDenied
        | MessageCode::ProviderUnavailable
        | MessageCode::IdentityConnected
        | MessageCode::IdentityDisconnected
        | MessageCode::IdentityTaken
        | MessageCode::ContactsSaved
        | MessageCode::MemberDenied
        | MessageCode::MemberAllowed
        | MessageCode::PhoneLinked
        | MessageCode::PhoneUnlinked
        | MessageCode::Unknown(_) => {
            let code = message.code.as_str();
            let workspace = message.params.workspace.as_deref().unwrap_or_default();
            let to = message.params.to.as_deref().unwrap_or_default();
            let provider = message.params.provider.as_deref().unwrap_or_default();
            let gaps = [("code", code), ("workspace", workspace), ("to", to), ("provider", provider)];
            Some(filled(self::message(code).unwrap_or(Text::MessageUnknown), &gaps))
        }
    }
}

/// The code of a trouble, for tests and support.
pub fn trouble_code(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Network => "network".into(),
        Trouble::Unreadable => "unreadable".into(),
        Trouble::Device(fault) => fault.code().into(),
        Trouble::Refused(refusal) => refusal.code.as_str().into(),
    }
}
