//! A workspace's policy for passwords (FEATURES R3, R4, P1), and what it says of one. It refuses to know which passwords were
//! used before: that is slow to find out, and asked last.

use daemun_protocol::{FieldCode, PasswordFormat, PasswordRules, PolicyOption, Secret, Timestamp};
use unicode_normalization::UnicodeNormalization;

use super::Breached;
use super::prepared::{NotAPassword, Prepared};

/// Characters that every policy takes, at most.
const MAX_LENGTH: u32 = 128;
/// Least lengths that a policy can ask for.
const MIN_LENGTHS: core::ops::RangeInclusive<u32> = 8..=20;
/// Days after which a policy can ask for a new password.
const MAX_AGES: [u32; 5] = [30, 60, 90, 180, 365];
/// Last passwords that a policy can forbid, at most; so many old hashes are kept.
pub const LONGEST_HISTORY: u32 = 5;

/// What a workspace asks of passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    pub format: PasswordFormat,
    /// 8 to 20 characters.
    pub min_length: u32,
    /// 30, 60, 90, 180 or 365 days; `None`: a password lasts.
    pub max_age_days: Option<u32>,
    /// How many of the last passwords, the current one among them, cannot be used again; 0 to 5. One that must be renewed
    /// is never renewed by itself; see [`crate::flow::new_password::Proof::asks`].
    pub history: u32,
}

impl PasswordPolicy {
    /// Letters and digits, eight at least, for as long as the member likes.
    pub const DEFAULT: Self =
        Self { format: PasswordFormat::LettersDigits, min_length: 8, max_age_days: None, history: 0 };

    /// The options that no administrator could choose.
    pub fn nonsense(&self) -> Vec<PolicyOption> {
        let options = [
            (PolicyOption::PasswordMinLength, MIN_LENGTHS.contains(&self.min_length)),
            (PolicyOption::PasswordMaxAgeDays, self.max_age_days.is_none_or(|days| MAX_AGES.contains(&days))),
            (PolicyOption::PasswordHistory, self.history <= LONGEST_HISTORY),
        ];
        options.into_iter().filter(|(_, makes_sense)| !makes_sense).map(|(option, _)| option).collect()
    }

    /// The rules as they go over the wire.
    pub fn rules(&self) -> PasswordRules {
        PasswordRules {
            min_length: self.min_length,
            max_length: MAX_LENGTH,
            letter: true,
            digit: true,
            symbol: self.format == PasswordFormat::LettersDigitsSymbols,
            history: self.history,
        }
    }

    /// Whether a password that was set then has to be renewed by now (FEATURES R4).
    pub fn has_expired(&self, set_at: Timestamp, now: Timestamp) -> bool {
        self.expires_at(set_at).is_some_and(|end| now >= end)
    }

    /// When the time of a password that was set then is over; `None`: it lasts.
    pub fn expires_at(&self, set_at: Timestamp) -> Option<Timestamp> {
        self.max_age_days.map(|days| set_at.plus_seconds(u64::from(days) * 24 * 3600))
    }

    /// A password that may be set, as far as can be told without comparing it to old ones.
    ///
    /// # Errors
    /// All that can be seen by looking at it; or else that it is an ID; or else that everybody knows it.
    pub fn judge(&self, typed: &Secret, ids: &[&str], breached: &dyn Breached) -> Result<Prepared, Vec<FieldCode>> {
        let prepared = Prepared::to_be_set(typed).map_err(|refused| {
            vec![match refused {
                NotAPassword::Empty => FieldCode::Required,
                NotAPassword::TooLong => FieldCode::PasswordTooLong,
                NotAPassword::Malformed => FieldCode::PasswordInvalid,
            }]
        })?;
        let (rules, text) = (self.rules(), prepared.expose());
        let unmet: Vec<_> = rules
            .requirements()
            .filter(|asked| !rules.is_met(*asked, text))
            .map(daemun_protocol::Requirement::code)
            .collect();
        if !unmet.is_empty() {
            return Err(unmet);
        }
        if is_an_id(text, ids) {
            return Err(vec![FieldCode::PasswordIsId]);
        }
        if breached.knows(text) {
            return Err(vec![FieldCode::PasswordBreached]);
        }
        Ok(prepared)
    }
}

/// Whether a password is one of the IDs, or of an address the part before the `@`.
fn is_an_id(password: &str, ids: &[&str]) -> bool {
    let password = Secret::new(password.to_lowercase());
    ids.iter().any(|id| {
        // As passwords are compared: a keyboard may send an address decomposed.
        let id = id.nfc().collect::<String>().to_lowercase();
        password.expose() == id || id.rsplit_once('@').is_some_and(|(local, _)| password.expose() == local)
    })
}

#[cfg(test)]
mod tests {
    use super::super::WorstPasswords;
    use super::*;

    fn judge(policy: PasswordPolicy, typed: &str) -> Result<Prepared, Vec<FieldCode>> {
        policy.judge(&Secret::new(typed), &["minji2024", "Kim.Minji99@daemun.test"], &WorstPasswords)
    }

    /// R3: all that is unmet is said at once, and what else is wrong only of a password that has what is asked for.
    #[test]
    fn refusals_come_in_their_order() {
        let strict =
            PasswordPolicy { format: PasswordFormat::LettersDigitsSymbols, min_length: 12, ..PasswordPolicy::DEFAULT };
        use FieldCode::{
            PasswordBreached, PasswordInvalid, PasswordIsId, PasswordNeedsDigit, PasswordNeedsLetter,
            PasswordNeedsSymbol, PasswordTooLong, PasswordTooShort, Required,
        };
        for (policy, typed, refused) in [
            (strict, "", vec![Required]),
            (strict, "가", vec![PasswordTooShort, PasswordNeedsLetter, PasswordNeedsDigit, PasswordNeedsSymbol]),
            (strict, "abcdefghijkl", vec![PasswordNeedsDigit, PasswordNeedsSymbol]),
            (strict, "abc\t", vec![PasswordInvalid]),
            (PasswordPolicy::DEFAULT, "abc1", vec![PasswordTooShort]),
            (PasswordPolicy::DEFAULT, &"a1".repeat(65), vec![PasswordTooLong]),
            (PasswordPolicy::DEFAULT, "Minji2024", vec![PasswordIsId]),
            (PasswordPolicy::DEFAULT, "kim.minji99", vec![PasswordIsId]),
            (PasswordPolicy::DEFAULT, "KIM.MINJI99@DAEMUN.TEST", vec![PasswordIsId]),
            (PasswordPolicy::DEFAULT, "passWord1", vec![PasswordBreached]),
        ] {
            assert_eq!(judge(policy, typed), Err(refused), "{typed:?}");
        }
        let decomposed = ["jose\u{301}2024@daemun.test"];
        let judged = PasswordPolicy::DEFAULT.judge(&Secret::new("jos\u{e9}2024"), &decomposed, &WorstPasswords);
        assert_eq!(judged, Err(vec![PasswordIsId]));
        assert!(judge(strict, "correct horse 7!").is_ok());
        assert!(judge(PasswordPolicy::DEFAULT, &"a1".repeat(64)).is_ok());
        assert!(judge(PasswordPolicy::DEFAULT, "비밀번호a1😀😀").is_ok(), "eight characters, not bytes");
    }

    proptest::proptest! {
        /// R3: a password is taken by every policy whose requirements it has, and refused with those that it lacks.
        #[test]
        fn what_is_refused_is_what_is_unmet(
            typed in "[a-zA-Z0-9!가 ]{1,24}", min_length in 8_u32..=20, with_symbols in proptest::bool::ANY,
        ) {
            let format =
                if with_symbols { PasswordFormat::LettersDigitsSymbols } else { PasswordFormat::LettersDigits };
            let policy = PasswordPolicy { format, min_length, ..PasswordPolicy::DEFAULT };
            let has = |what: fn(&char) -> bool| typed.chars().any(|c| what(&c));
            let unmet: Vec<_> = [
                (typed.chars().count() < min_length as usize, FieldCode::PasswordTooShort),
                (!has(char::is_ascii_alphabetic), FieldCode::PasswordNeedsLetter),
                (!has(char::is_ascii_digit), FieldCode::PasswordNeedsDigit),
                (with_symbols && !has(char::is_ascii_punctuation), FieldCode::PasswordNeedsSymbol),
            ]
            .into_iter()
            .filter_map(|(lacks, code)| lacks.then_some(code))
            .collect();
            #[derive(Debug)]
            struct Nothing;
            impl Breached for Nothing {
                fn knows(&self, _: &str) -> bool {
                    false
                }
            }
            let judged = policy.judge(&Secret::new(typed.as_str()), &[], &Nothing);
            proptest::prop_assert_eq!(judged.err().unwrap_or_default(), unmet);
        }
    }

    /// R4: to the millisecond.
    #[test]
    fn a_password_expires_when_its_days_are_over() {
        let policy = PasswordPolicy { max_age_days: Some(30), ..PasswordPolicy::DEFAULT };
        let end = 30 * 24 * 3_600_000 + 7;
        assert!(!policy.has_expired(Timestamp(7), Timestamp(end - 1)));
        assert!(policy.has_expired(Timestamp(7), Timestamp(end)));
        assert!(!PasswordPolicy::DEFAULT.has_expired(Timestamp(0), Timestamp(u64::MAX)));
    }

    #[test]
    fn options_that_nobody_can_choose_make_no_sense() {
        let default = PasswordPolicy::DEFAULT;
        assert_eq!(default.nonsense(), []);
        for (policy, option) in [
            (PasswordPolicy { min_length: 7, ..default }, PolicyOption::PasswordMinLength),
            (PasswordPolicy { min_length: 21, ..default }, PolicyOption::PasswordMinLength),
            (PasswordPolicy { max_age_days: Some(31), ..default }, PolicyOption::PasswordMaxAgeDays),
            (PasswordPolicy { history: 6, ..default }, PolicyOption::PasswordHistory),
        ] {
            assert_eq!(policy.nonsense(), [option], "{policy:?}");
        }
    }
}
