//! Moments as dates. It refuses to know time zones: all is UTC.

use daemun_protocol::Timestamp;

/// RFC 3339 in UTC, to the second. Days to dates after Howard Hinnant's `civil_from_days`.
pub fn iso(at: Timestamp) -> String {
    let seconds = at.0 / 1000;
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

/// `2026-11-19 23:59:59 UTC`.
pub fn readable(at: Timestamp) -> String {
    iso(at).replace('T', " ").replace('Z', " UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_dates() {
        assert_eq!(iso(Timestamp(0)), "1970-01-01T00:00:00Z");
        assert_eq!(iso(Timestamp(951_782_400_000)), "2000-02-29T00:00:00Z");
        assert_eq!(iso(Timestamp(1_795_132_799_999)), "2026-11-19T23:59:59Z");
        assert_eq!(readable(Timestamp(1_795_132_799_999)), "2026-11-19 23:59:59 UTC");
    }
}
