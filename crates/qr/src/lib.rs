//! A text as a QR code (ISO/IEC 18004), drawn as one SVG path. It knows nothing of what the text is for, nor of any page.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// How far the code must stay away from everything else, in modules (ISO/IEC 18004 §9.1).
const QUIET_ZONE: i32 = 4;

/// A drawn code: one unit is one module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// Width and height, the quiet zone among them.
    pub size: i32,
    /// `d` of a `path`: what is dark.
    pub path: String,
}

/// Draws a text; `None` if it is longer than a QR code can be.
pub fn draw(text: &str) -> Option<Drawing> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).count();
            let run = i32::try_from(run).unwrap_or_default();
            if run > 0 {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET_ZONE, y + QUIET_ZONE);
            }
            x += run + 1;
        }
    }
    Some(Drawing { size: code.size() + 2 * QUIET_ZONE, path })
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests say what they expect")]
mod tests {
    use qrcodegen::{QrCode, QrCodeEcc};

    use super::{Drawing, QUIET_ZONE, draw};

    const URI: &str = "otpauth://totp/Daemun:minji%40daemun.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Daemun";

    /// What a reader sees: the dark modules, read back from the path.
    fn dark(drawing: &Drawing) -> Vec<(i32, i32)> {
        let mut dark = Vec::new();
        for run in drawing.path.split('M').skip(1) {
            let (at, rest) = run.split_once('h').expect("a run");
            let (x, y) = at.split_once(' ').expect("a place");
            let (length, rest) = rest.split_once('v').expect("a length");
            assert_eq!(rest, format!("1h-{length}z"), "one module high, and closed");
            let (x, y): (i32, i32) = (x.parse().expect("a number"), y.parse().expect("a number"));
            dark.extend((x..x + length.parse::<i32>().expect("a number")).map(|x| (x, y)));
        }
        dark
    }

    #[test]
    fn t5_every_dark_module_is_drawn_once_and_nothing_else() {
        for text in ["", "1", URI] {
            let drawing = draw(text).expect("short enough");
            let code = QrCode::encode_text(text, QrCodeEcc::Medium).expect("short enough");
            let all = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
            let wanted: Vec<_> =
                all.filter(|(x, y)| code.get_module(*x, *y)).map(|(x, y)| (x + QUIET_ZONE, y + QUIET_ZONE)).collect();
            assert_eq!(dark(&drawing), wanted, "{text:?}");
        }
    }

    #[test]
    fn t5_the_quiet_zone_is_light() {
        let drawing = draw(URI).expect("short enough");
        let inside = QUIET_ZONE..drawing.size - QUIET_ZONE;
        assert!(dark(&drawing).iter().all(|(x, y)| inside.contains(x) && inside.contains(y)));
        // The three finder patterns' corners.
        let last = drawing.size - QUIET_ZONE - 1;
        for corner in [(QUIET_ZONE, QUIET_ZONE), (last, QUIET_ZONE), (QUIET_ZONE, last)] {
            assert!(dark(&drawing).contains(&corner), "{corner:?}");
        }
    }

    #[test]
    fn what_is_too_long_is_not_drawn() {
        assert_eq!(draw(&"x".repeat(5_000)), None);
    }
}
