//! `cargo xtask size`: what the login path weighs on the wire, one language at a time, against the bar and the goal; and
//! what the page with all screens weighs, for which there is neither.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;

use brotli::enc::BrotliEncoderParams;

use crate::failure::{Failure, OrFail, Result};
use crate::page::Bundle;

const BAR: usize = 90 * 1024;
const GOAL: usize = 64 * 1024;

const REMEDY: &str = "build the app anew: delete `dist` and run `cargo xtask build`";

/// Which files a page loads, by language; `cargo xtask finish` writes it.
type Loads = BTreeMap<String, Vec<String>>;

/// Prints a table for each language and fails when any is above the bar.
pub fn check(dist: &Path) -> Result {
    // Most files are the same in every language, and brotli at its best is slow.
    let mut measured = BTreeMap::new();
    for (language, names) in &loads(dist, Bundle::Whole)? {
        let mut total = Weight::default();
        for name in names {
            total = total.and(measure(dist, name, &mut measured)?);
        }
        print_row(&format!("all screens, {language}"), total);
    }
    println!();
    let (login, mut too_heavy) = (loads(dist, Bundle::Login)?, Vec::new());
    for (language, names) in &login {
        println!("{language:<42}{:>12}{:>12}", "raw", "brotli");
        let mut total = Weight::default();
        for name in names {
            let weight = measure(dist, name, &mut measured)?;
            print_row(name, weight);
            total = total.and(weight);
        }
        print_row("in all", total);
        println!("{}\n", verdict(total.brotli));
        if total.brotli > BAR {
            too_heavy.push(language.as_str());
        }
    }
    if too_heavy.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(
            format!("the login path is above {} KiB in {}", BAR / 1024, too_heavy.join(", ")),
            "take something off the login path: ARCHITECTURE.md says what is on it and why",
        ))
    }
}

fn loads(dist: &Path, bundle: Bundle) -> Result<Loads> {
    let list = dist.join(format!("{}-path.json", bundle.name()));
    let json = fs::read(&list).or_fail(format!("cannot read {}", list.display()), REMEDY)?;
    let loads: Loads = serde_json::from_slice(&json).or_fail(format!("cannot read {}", list.display()), REMEDY)?;
    if loads.is_empty() {
        return Err(Failure::new(format!("{} names no language", list.display()), REMEDY));
    }
    Ok(loads)
}

fn measure(dist: &Path, name: &str, measured: &mut BTreeMap<String, Weight>) -> Result<Weight> {
    if let Some(weight) = measured.get(name) {
        return Ok(*weight);
    }
    let weight = weigh(&dist.join(name))?;
    measured.insert(name.to_owned(), weight);
    Ok(weight)
}

#[derive(Clone, Copy, Default)]
struct Weight {
    raw: usize,
    brotli: usize,
}

impl Weight {
    const fn and(self, other: Self) -> Self {
        Self { raw: self.raw + other.raw, brotli: self.brotli + other.brotli }
    }
}

fn weigh(path: &Path) -> Result<Weight> {
    let raw = fs::read(path).or_fail(format!("cannot read {}", path.display()), REMEDY)?;
    let parameters = BrotliEncoderParams { quality: 11, lgwin: 24, size_hint: raw.len(), ..Default::default() };
    let mut compressor = brotli::CompressorWriter::with_params(Vec::new(), 4096, &parameters);
    compressor.write_all(&raw).or_fail(format!("cannot compress {}", path.display()), REMEDY)?;
    Ok(Weight { raw: raw.len(), brotli: compressor.into_inner().len() })
}

fn print_row(name: &str, weight: Weight) {
    println!("  {name:<40}{:>8} KiB{:>8} KiB", kib(weight.raw), kib(weight.brotli));
}

fn verdict(brotli: usize) -> String {
    let to_bar = if brotli > BAR {
        format!("{} KiB ABOVE the bar of {} KiB", kib(brotli - BAR), BAR / 1024)
    } else {
        format!("{} KiB below the bar of {} KiB", kib(BAR - brotli), BAR / 1024)
    };
    let to_goal = if brotli > GOAL {
        format!("{} KiB to go to the goal of {} KiB", kib(brotli - GOAL), GOAL / 1024)
    } else {
        format!("the goal of {} KiB is reached", GOAL / 1024)
    };
    format!("  {to_bar}; {to_goal}")
}

fn kib(bytes: usize) -> String {
    format!("{}.{}", bytes / 1024, bytes % 1024 * 10 / 1024)
}

#[cfg(test)]
mod tests {
    use super::{BAR, GOAL, verdict};

    #[test]
    fn the_verdict_tells_the_distance_from_bar_and_goal() {
        assert_eq!(verdict(GOAL), "  26.0 KiB below the bar of 90 KiB; the goal of 64 KiB is reached");
        assert_eq!(verdict(BAR + 512), "  0.5 KiB ABOVE the bar of 90 KiB; 26.5 KiB to go to the goal of 64 KiB");
    }
}
