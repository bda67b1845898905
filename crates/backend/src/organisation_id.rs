//! Organisation IDs as members type them (FEATURES E3). It refuses to know which exist.

/// An organisation's ID: 1 to 64 of `a`–`z`, `0`–`9`, `-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationId(String);

/// Why a text is no organisation ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAnOrganisationId {
    Empty,
    TooLong,
    Malformed,
}

impl OrganisationId {
    /// Reads an ID as a person types it: outer spaces are dropped, capitals are lower-cased.
    ///
    /// # Errors
    /// [`NotAnOrganisationId`] says what is wrong.
    pub fn parse(typed: &str) -> Result<Self, NotAnOrganisationId> {
        let id = typed.trim().to_ascii_lowercase();
        if id.is_empty() {
            return Err(NotAnOrganisationId::Empty);
        }
        if !id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
            return Err(NotAnOrganisationId::Malformed);
        }
        if id.len() > 64 { Err(NotAnOrganisationId::TooLong) } else { Ok(Self(id)) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_people_type_it() {
        assert_eq!(OrganisationId::parse("  Nuri-2 ").unwrap().as_str(), "nuri-2");
        assert_eq!(OrganisationId::parse("\n"), Err(NotAnOrganisationId::Empty));
        assert_eq!(OrganisationId::parse(&"a".repeat(65)), Err(NotAnOrganisationId::TooLong));
        for typed in ["누리", "nu ri", "nuri/", "nuri\0", "ｎuri", "../nuri"] {
            assert_eq!(OrganisationId::parse(typed), Err(NotAnOrganisationId::Malformed), "{typed:?}");
        }
    }
}
