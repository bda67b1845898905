//! The colour that a workspace is known by (FEATURES X5). It refuses to know how it is shown: an app makes it readable.

use serde::{Deserialize, Serialize};

/// A colour, `#rrggbb` in small letters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Accent(String);

/// A text that is no colour here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a colour: it is # and six digits of base 16")]
pub struct NotAColour;

impl Accent {
    /// # Errors
    /// [`NotAColour`] for anything but `#rrggbb`.
    pub fn parse(text: &str) -> Result<Self, NotAColour> {
        let digits = text.strip_prefix('#').ok_or(NotAColour)?;
        let is_colour = digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if is_colour { Ok(Self(text.to_ascii_lowercase())) } else { Err(NotAColour) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Accent {
    type Error = NotAColour;

    fn try_from(text: String) -> Result<Self, NotAColour> {
        Self::parse(&text)
    }
}

impl From<Accent> for String {
    fn from(accent: Accent) -> Self {
        accent.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_has_six_digits() {
        assert_eq!(Accent::parse("#0F7a5f").unwrap().as_str(), "#0f7a5f");
        for text in
            ["", "#", "0f7a5f", "#0f7a5", "#0f7a5f0", "#0f7a5g", "#0f7", "red", "#0f7a5f;", " #0f7a5f", "＃0f7a5f"]
        {
            assert_eq!(Accent::parse(text), Err(NotAColour), "{text}");
        }
    }
}
