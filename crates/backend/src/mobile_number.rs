//! Numbers of mobile phones: read as people write them, compared in E.164, shown as their country writes them. Which numbers
//! there are is the `phonenumber` crate's to know (libphonenumber's tables); whose they are nobody here does.

use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, PhoneNumber};
use serde::{Deserialize, Serialize};

use crate::locale::Locale;
use crate::login_id::ascii_digit;

/// A number that a mobile phone can have, in E.164: `+` and at most 15 digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MobileNumber(String);

/// The digits of a number, and how it was written.
enum Written {
    /// After a `+`, the country's code first.
    International(String),
    /// Without the zero that it began with, as it is dialled within a country.
    National(String),
}

/// The codes of the countries in which a number without one is read (ITU-T E.164 annex D). Both write a zero first.
const KOREA: &str = "82";
const JAPAN: &str = "81";

/// Digits that a number has with its country's code: fewer are no mobile phone's anywhere, more are not E.164.
const LENGTHS: core::ops::RangeInclusive<usize> = 7..=15;

/// Digits at the end that a masked number shows, and the least that it hides.
const SHOWN: usize = 4;
const HIDDEN: usize = 3;

impl MobileNumber {
    /// Reads a number as [`MobileNumber::parse_in`] does where nobody's language is known: in Korea, then in Japan.
    pub fn parse(typed: &str) -> Option<Self> {
        Self::parse_in(typed, Locale::Ko)
    }

    /// Reads `010-1234-5678`, `+82 10 1234 5678`, `+82 (0)10…`, `+44 7400 123456` and full-width digits. Without a country's
    /// code it is read in the country of the member's language first, and the first in which it is a mobile phone's is it.
    pub fn parse_in(typed: &str, locale: Locale) -> Option<Self> {
        match Written::read(typed)? {
            Written::International(digits) => Self::of_phone(&digits),
            Written::National(digits) => {
                countries(locale).iter().find_map(|code| Self::of_phone(&format!("{code}{digits}")))
            }
        }
    }

    /// The number, if its country gives it to mobile phones (or, as in North America, to either kind).
    fn of_phone(digits: &str) -> Option<Self> {
        let number = read_international(digits)?;
        let national = number.national().to_string();
        let is_mobile = DATABASE.by_code(&number.code().value())?.iter().any(|region| {
            let kinds = region.descriptors();
            kinds.general().is_match(&national) && kinds.mobile().is_some_and(|mobile| mobile.is_match(&national))
        });
        let e164 = number.format().mode(Mode::E164).to_string();
        (is_mobile && LENGTHS.contains(&e164.len().saturating_sub(1))).then_some(Self(e164))
    }

    /// `+` and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is written in its own country: `010-2345-6789`, `090-1234-5678`, `(201) 555-0123`.
    pub fn national(&self) -> String {
        // One that was stored when more was taken for a number is shown as it is.
        self.0
            .strip_prefix('+')
            .and_then(read_international)
            .map_or_else(|| self.0.clone(), |number| number.format().mode(Mode::National).to_string())
    }

    /// As it is told to whoever entered it: as it is written in its own country, where it could be typed so; else with the
    /// country's code.
    pub fn told(&self) -> String {
        let national = self.national();
        if Self::parse(&national).as_ref() == Some(self) {
            return national;
        }
        self.0
            .strip_prefix('+')
            .and_then(read_international)
            .map_or_else(|| self.0.clone(), |number| number.format().mode(Mode::International).to_string())
    }

    /// As its owner knows it again and nobody else learns it: `010-****-0101`. The leading group is hidden too where little
    /// else would be.
    pub fn masked(&self) -> String {
        let national = self.national();
        let digits = national.chars().filter(char::is_ascii_digit).count();
        let leading = national.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).count();
        let leading = if digits >= leading + HIDDEN + SHOWN { leading } else { 0 };
        let mut nth = 0;
        let mask = |c: char| {
            if !c.is_ascii_digit() {
                return c;
            }
            nth += 1;
            if nth <= leading || nth + SHOWN > digits { c } else { '*' }
        };
        national.chars().map(mask).collect()
    }
}

/// Reads the tables, so that no member waits for it.
pub fn warm_up() {
    let _ = MobileNumber::parse("+82 10-0000-0000");
}

impl Written {
    fn read(typed: &str) -> Option<Self> {
        let mut digits = String::new();
        let mut international = false;
        for c in typed.trim().chars() {
            match c {
                '+' | '＋' if digits.is_empty() && !international => international = true,
                '0'..='9' => digits.push(c),
                '０'..='９' => digits.push(ascii_digit(c)?),
                ' ' | '-' | '.' | '(' | ')' | '\u{2010}'..='\u{2015}' | '－' | '\u{3000}' | '\u{a0}' => {}
                _ => return None,
            }
        }
        if international {
            return Some(Self::International(digits));
        }
        // No country's trunk prefix is followed by a zero: such a number was dialled abroad, and from where nobody knows.
        let digits = digits.strip_prefix('0').filter(|rest| !rest.starts_with('0'))?;
        Some(Self::National(digits.into()))
    }
}

/// The countries that a national number is read in, one after another.
fn countries(locale: Locale) -> [&'static str; 2] {
    match locale {
        Locale::Ko | Locale::En => [KOREA, JAPAN],
        Locale::Ja => [JAPAN, KOREA],
    }
}

/// A number by all its digits. The crate is handed no country to guess by and nothing but digits: what people write is read
/// here, and what it makes of letters and extensions is no concern.
fn read_international(digits: &str) -> Option<PhoneNumber> {
    // One more: the trunk prefix that people write in brackets.
    let is_plausible = (*LENGTHS.start()..=LENGTHS.end() + 1).contains(&digits.len());
    (is_plausible && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| phonenumber::parse(None, format!("+{digits}")).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(typed: &str, locale: Locale) -> Option<String> {
        MobileNumber::parse_in(typed, locale).map(|number| number.as_str().to_owned())
    }

    #[test]
    fn a_number_without_a_country_is_read_in_the_members_first() {
        use Locale::{En, Ja, Ko};
        for (typed, locale, expected) in [
            ("010-2345-6789", Ko, Some("+821023456789")),
            ("010-2345-6789", En, Some("+821023456789")),
            ("010-2345-6789", Ja, Some("+821023456789")),
            ("01055550101", Ko, Some("+821055550101")),
            ("010-9999-0000", Ko, Some("+821099990000")),
            ("011-234-5678", Ko, Some("+82112345678")),
            ("090-1234-5678", Ja, Some("+819012345678")),
            ("090-1234-5678", Ko, Some("+819012345678")),
            ("080 1234 5678", En, Some("+818012345678")),
            ("(070) 1234.5678", Ja, Some("+817012345678")),
            ("０９０ー１２３４ー５６７８", Ja, None),
            ("０９０－１２３４－５６７８", Ja, Some("+819012345678")),
            // Dialled from Japan it would begin a call to Saint Helena; people write what is on their card.
            ("010-2905-1234", Ja, Some("+821029051234")),
        ] {
            assert_eq!(read(typed, locale).as_deref(), expected, "{typed} {locale:?}");
        }
    }

    #[test]
    fn a_number_with_its_country_is_read_alike_everywhere() {
        for (typed, expected) in [
            ("+82 10 2345 6789", "+821023456789"),
            ("+82 (0)10-2345-6789", "+821023456789"),
            ("＋８２ １０ ２３４５ ６７８９", "+821023456789"),
            ("+81 90-1234-5678", "+819012345678"),
            ("+81 (0)90-1234-5678", "+819012345678"),
            ("+1 (201) 555-0123", "+12015550123"),
            ("+44 7400 123456", "+447400123456"),
            ("+44 (0)7400 123456", "+447400123456"),
            ("+49 1512 3456789", "+4915123456789"),
            ("+65 8123 4567", "+6581234567"),
            // Its mobile numbers begin with a zero that is theirs.
            ("+225 01 23 45 67 89", "+2250123456789"),
        ] {
            for locale in Locale::ALL {
                assert_eq!(read(typed, *locale).as_deref(), Some(expected), "{typed} {locale:?}");
            }
        }
    }

    #[test]
    fn what_is_no_mobile_number_is_none() {
        for typed in [
            "",
            "+",
            "0",
            "010",
            "1023456789",
            "821023456789",
            "010-234-567",
            "010-2345-67890",
            // Fixed lines: Seoul, Tokyo, London.
            "02-312-3456",
            "+82 2-312-3456",
            "03-1234-5678",
            "+81 3-1234-5678",
            "+44 20 7946 0958",
            // Special services.
            "+82 80 123 4567",
            "+1 800 555 0199",
            "1588-1234",
            "112",
            // No such country, and numbers that were dialled abroad.
            "+999 1234 5678",
            "+0102345678",
            "001-82-10-2345-6789",
            "0010 2345 6789",
            "+1234567890123456",
            "++82 10 2345 6789",
            "82+1023456789",
            "010-2345-6789 x1",
            "tel:+821023456789",
            "010\u{0}23456789",
            "٠١٠٢٣٤٥٦٧٨٩",
        ] {
            for locale in Locale::ALL {
                assert_eq!(read(typed, *locale), None, "{typed:?} {locale:?}");
            }
        }
    }

    #[test]
    fn it_is_shown_as_its_country_writes_it_and_hides_enough() {
        for (typed, national, masked) in [
            ("+82 10 5555 0101", "010-5555-0101", "010-****-0101"),
            ("+82 11 234 5678", "011-234-5678", "011-***-5678"),
            ("+81 90 1234 5678", "090-1234-5678", "090-****-5678"),
            ("+1 201 555 0123", "(201) 555-0123", "(201) ***-0123"),
            ("+44 7400 123456", "07400 123456", "***** **3456"),
            ("+65 8123 4567", "8123 4567", "**** 4567"),
        ] {
            let number = MobileNumber::parse(typed).unwrap();
            assert_eq!((number.national().as_str(), number.masked().as_str()), (national, masked));
        }
        let of_old = MobileNumber("+99912345678".into());
        assert_eq!((of_old.national().as_str(), of_old.masked().as_str()), ("+99912345678", "+*******5678"));
    }

    /// Every country's own example is read as itself, whatever the tables say of it.
    #[test]
    fn every_country_has_its_mobile_numbers() {
        let mut read = 0;
        for code in 1..=999_u16 {
            for region in DATABASE.by_code(&code).unwrap_or_default() {
                let Some(example) = region.descriptors().mobile().and_then(|mobile| mobile.example()) else { continue };
                let e164 = format!("+{code}{example}");
                let number = MobileNumber::parse(&e164);
                assert_eq!(number.as_ref().map(MobileNumber::as_str), Some(e164.as_str()), "{}", region.id());
                read += 1;
            }
        }
        assert!(read > 200, "{read}");
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_as_the_same(
            (locale, digits) in prop_oneof![
                "010[0-9]{8}".prop_map(|digits| (Locale::Ko, digits)),
                "0[789]0[1-9][0-9]{7}".prop_map(|digits| (Locale::Ja, digits)),
            ]
        ) {
            if let Some(number) = MobileNumber::parse_in(&digits, locale) {
                for shown in [&number.national(), number.as_str()] {
                    prop_assert_eq!(read(shown, locale), Some(number.as_str().to_owned()));
                }
                prop_assert!(number.masked().contains("***"));
            }
        }

        #[test]
        fn any_text_is_read_or_not(text in prop_oneof!["\\PC*", "[+＋]?[0-9０-９ ().-]{0,24}", "\\+[1-9][0-9]{6,16}"]) {
            for locale in Locale::ALL {
                if let Some(number) = MobileNumber::parse_in(&text, *locale) {
                    prop_assert!(number.as_str().len() <= 16 && number.masked().len() <= 32);
                }
            }
        }
    }
}
