//! Whatever colour a workspace has, what is written in it and on it can be read (FEATURES X5; WCAG 2.2, 1.4.3 and 1.4.11): counted by
//! the very numbers of `style/tokens.css`, as browsers count them (CSS Color 5, "relative colors"; what no screen can show is cut off).

use std::ops::RangeInclusive;

use proptest::prelude::*;

/// What is written can be read from here on.
const TEXT: f64 = 4.5;
/// So many shades of each channel, fifteen apart.
const STEPS: RangeInclusive<u8> = 0..=17;

/// One shade of one theme, as the style sheet makes it of the workspace's colour.
#[derive(Clone, Copy, Debug)]
struct Shade {
    lightness: Part,
    chroma: Part,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    AtMost(f64),
    AtLeast(f64),
    Always(f64),
    AsItIs,
}

impl Part {
    /// `min(l, .46)`, `.955`, `c`.
    fn read(text: &str) -> Self {
        let within = |start: &str| text.strip_prefix(start)?.strip_suffix(')')?.parse().ok();
        if let Some(most) = within("min(l,").or_else(|| within("min(c,")) {
            Self::AtMost(most)
        } else if let Some(least) = within("max(l,") {
            Self::AtLeast(least)
        } else {
            text.parse().map_or(Self::AsItIs, Self::Always)
        }
    }

    fn of(self, own: f64) -> f64 {
        match self {
            Self::AtMost(most) => own.min(most),
            Self::AtLeast(least) => own.max(least),
            Self::Always(always) => always,
            Self::AsItIs => own,
        }
    }
}

fn css() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../style/tokens.css")).expect("the style sheet")
}

/// The two shades of a role, light and dark.
fn shades(css: &str, role: &str) -> [Shade; 2] {
    let branded = css.split("data-branded").nth(1).expect("what is branded");
    let line = branded.split(&format!("--{role}:")).nth(1).and_then(|rest| rest.split(';').next()).expect("the role");
    let shades: Vec<Shade> = line
        .split("oklch(from var(--brand) ")
        .skip(1)
        .map(|shade| {
            let shade = shade.replace(", ", ",");
            let mut parts = shade.split(' ');
            let mut part = || Part::read(parts.next().expect("a part"));
            Shade { lightness: part(), chroma: part() }
        })
        .collect();
    shades.try_into().expect("a shade for each theme")
}

/// A colour of the palette.
fn palette(css: &str, name: &str) -> [f64; 3] {
    let digits = css.split(&format!("--{name}: #")).nth(1).and_then(|rest| rest.get(..6)).expect("a colour");
    [0, 2, 4].map(|at| linear(u8::from_str_radix(&digits[at..at + 2], 16).expect("two digits")))
}

fn linear(shade: u8) -> f64 {
    let part = f64::from(shade) / 255.;
    if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
}

/// What a screen of 256 shades shows.
fn shown(linear_part: f64) -> f64 {
    let part = linear_part.clamp(0., 1.);
    let part = if part <= 0.003_130_8 { part * 12.92 } else { 1.055 * part.powf(1. / 2.4) - 0.055 };
    let part = (part * 255.).round() / 255.;
    if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
}

/// Relative luminance (WCAG 2.2).
fn luminance([red, green, blue]: [f64; 3]) -> f64 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

impl Shade {
    /// CSS Color 4, "Oklab": there with the parts held, and back.
    fn of(self, [red, green, blue]: [f64; 3]) -> [f64; 3] {
        let long = (0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue).cbrt();
        let medium = (0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue).cbrt();
        let short = (0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue).cbrt();
        let lightness = 0.210_454_255_3 * long + 0.793_617_785_0 * medium - 0.004_072_046_8 * short;
        let a = 1.977_998_495_1 * long - 2.428_592_205_0 * medium + 0.450_593_709_9 * short;
        let b = 0.025_904_037_1 * long + 0.782_771_766_2 * medium - 0.808_675_766_0 * short;
        let own = a.hypot(b);
        let scale = if own > 1e-9 { self.chroma.of(own) / own } else { 0. };
        let (lightness, a, b) = (self.lightness.of(lightness), a * scale, b * scale);
        let long = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let medium = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let short = (lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
        [
            4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
            -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
            -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701_0 * short,
        ]
        .map(shown)
    }
}

struct Sheet {
    css: String,
    accent: [Shade; 2],
    strong: [Shade; 2],
    wash: [Shade; 2],
}

impl Sheet {
    fn read() -> Self {
        let css = css();
        let shades = |role| shades(&css, role);
        let (accent, strong, wash) = (shades("accent"), shades("accent-strong"), shades("accent-wash"));
        Self { css, accent, strong, wash }
    }

    /// The pairs of colours of which one stands on the other.
    fn pairs(&self, brand: [u8; 3]) -> Vec<(&'static str, [f64; 3], [f64; 3])> {
        let brand = brand.map(linear);
        let of = |name| palette(&self.css, name);
        // What stands on the accent is no name of the palette.
        let on_accent = [of("white"), [0x10, 0x13, 0x1a].map(linear)];
        let (grounds, softs) = ([["paper", "paper-raised"], ["night", "night-raised"]], ["ink-soft", "moon-soft"]);
        let mut pairs = Vec::new();
        for theme in [0, 1] {
            let [accent, strong, wash] = [self.accent, self.strong, self.wash].map(|of| of[theme].of(brand));
            pairs.extend(grounds[theme].map(|ground| ("the accent on a ground", accent, of(ground))));
            pairs.push(("the accent on its wash", accent, wash));
            pairs.push(("a label on the accent", on_accent[theme], accent));
            pairs.push(("a label on the strong accent", on_accent[theme], strong));
            pairs.push(("soft text on the wash", of(softs[theme]), wash));
        }
        pairs
    }

    fn is_readable(&self, brand: [u8; 3]) -> Result<(), String> {
        for (what, one, other) in self.pairs(brand) {
            let contrast = contrast(one, other);
            if contrast < TEXT {
                return Err(format!("{what} of {brand:?}: {contrast:.2}"));
            }
        }
        Ok(())
    }
}

/// X5: all of them, fifteen shades apart, and every grey.
#[test]
fn x5_every_colour_can_be_read() {
    let sheet = Sheet::read();
    for red in STEPS {
        for green in STEPS {
            for blue in STEPS {
                assert_eq!(sheet.is_readable([red * 15, green * 15, blue * 15]), Ok(()));
            }
        }
    }
    for grey in 0..=u8::MAX {
        assert_eq!(sheet.is_readable([grey; 3]), Ok(()));
    }
}

proptest! {
    /// X5: and any between them.
    #[test]
    fn x5_any_colour_can_be_read(brand in any::<[u8; 3]>()) {
        prop_assert_eq!(Sheet::read().is_readable(brand), Ok(()));
    }
}
