//! The languages that this backend writes in. It refuses to know what is written.

use serde::{Deserialize, Serialize};

/// A language for mails and the few pages of this backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    Ko,
    En,
    Ja,
}

impl Locale {
    pub const ALL: &[Self] = &[Self::Ko, Self::En, Self::Ja];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ko => "ko",
            Self::En => "en",
            Self::Ja => "ja",
        }
    }

    /// The language of a BCP 47 tag (RFC 5646 §2.2.1), English where it is not written here.
    pub fn from_tag(tag: &str) -> Self {
        Self::known(tag).unwrap_or(Self::En)
    }

    /// The first known language of an `Accept-Language` header in its order of quality (RFC 9110 §12.5.4).
    pub fn from_accept_language(header: &str) -> Self {
        let mut wanted: Vec<(u32, Self)> = header
            .split(',')
            .take(20)
            .filter_map(|part| {
                let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
                let quality =
                    parameters.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.trim().parse::<f32>().ok())?;
                // Thousandths, as precise as the header can be.
                Some(((quality.clamp(0.0, 1.0) * 1000.0) as u32, Self::known(tag.trim())?))
            })
            .filter(|(quality, _)| *quality > 0)
            .collect();
        wanted.sort_by_key(|(quality, _)| core::cmp::Reverse(*quality));
        wanted.first().map_or(Self::En, |(_, locale)| *locale)
    }

    fn known(tag: &str) -> Option<Self> {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.iter().copied().find(|locale| locale.tag().eq_ignore_ascii_case(language))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_by_their_language() {
        assert_eq!(Locale::from_tag("ko-KR"), Locale::Ko);
        assert_eq!(Locale::from_tag("JA"), Locale::Ja);
        assert_eq!(Locale::from_tag("fr"), Locale::En);
        assert_eq!(Locale::from_accept_language("fr, en;q=0.5, ja;q=0.8"), Locale::Ja);
        assert_eq!(Locale::from_accept_language("ko;q=0, en"), Locale::En);
        assert_eq!(Locale::from_accept_language(";;q=x,,"), Locale::En);
    }
}
