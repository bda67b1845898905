//! `docs/FEATURES.md` says which tests walk which row. Here it is held against the tests that there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rows that this version promises; each further row joins with its issue.
const PROMISED: &[&str] = &[
    "E1", "E2", "E3", "E4", "E5", "E6", "E7", "D1", "D2", "D3", "D4", "D5", "D6", "L1", "L2", "L3", "L4", "L5", "L6",
    "L7", "L8", "L9", "L10", "L11", "O1", "O2", "O3", "O4", "O5", "R1", "R2", "R3", "R4", "R5", "R6", "T1", "T2", "T3",
    "T4", "T5", "P1", "P2", "S1", "S2", "S3", "S4", "S5", "S6", "S7", "X1", "X2", "X3", "X4", "X5", "X6", "X7", "X10",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The table's rows: ID, and the tests that walk it.
fn paper() -> BTreeMap<String, Vec<String>> {
    let path = root().join("docs/FEATURES.md");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut rows = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [id, _, tests] = cells.as_slice() else { panic!("three cells: {line}") };
        if id.starts_with(|letter: char| letter.is_ascii_uppercase())
            && id.ends_with(|digit: char| digit.is_ascii_digit())
        {
            let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            assert!(rows.insert((*id).to_owned(), tests).is_none(), "{id} has two rows");
        }
    }
    rows
}

/// Every test of this package, as `file::name`, that Cargo runs.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for target in ["browser", "in_process"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(target);
        for entry in fs::read_dir(folder).expect("the tests' folder") {
            let path = entry.expect("a file").path();
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let module = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).expect("a source");
            let mut lines = text.lines().peekable();
            while let Some(line) = lines.next() {
                if line.trim() == "#[test]"
                    && let Some(name) = lines.peek().and_then(|next| next.trim().strip_prefix("fn ")?.split('(').next())
                {
                    found.insert(format!("{module}::{name}"));
                }
            }
        }
    }
    found
}

#[test]
fn each_promised_row_is_walked_by_tests_that_exist() {
    let (paper, tests) = (paper(), tests());
    for row in PROMISED {
        assert!(paper.get(*row).is_some_and(|walked| !walked.is_empty()), "docs/FEATURES.md has no test for {row}");
    }
    for (row, walked) in &paper {
        for test in walked {
            assert!(tests.contains(test), "docs/FEATURES.md names `{test}` for {row}, and there is no such test");
        }
    }
}

#[test]
fn each_test_that_is_named_for_a_row_stands_in_the_paper() {
    let paper = paper();
    for test in tests() {
        let name = test.rsplit("::").next().unwrap_or_default();
        let row = name.split('_').next().unwrap_or_default().to_uppercase();
        let is_row = row.len() > 1 && row[1..].bytes().all(|digit| digit.is_ascii_digit());
        if is_row {
            let walked = paper.get(&row).unwrap_or_else(|| panic!("docs/FEATURES.md has no row {row} for `{test}`"));
            assert!(walked.contains(&test), "docs/FEATURES.md does not name `{test}` for {row}");
        }
    }
}

/// The paper can be trusted only if every source of tests is part of its target.
#[test]
fn each_source_of_tests_is_part_of_its_target() {
    for target in ["browser", "in_process"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(target);
        let main = fs::read_to_string(folder.join("main.rs")).expect("its main.rs");
        for entry in fs::read_dir(&folder).expect("the tests' folder") {
            let path = entry.expect("a file").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            if name != "main" {
                assert!(main.contains(&format!("mod {name};")), "{} is not part of it", path.display());
            }
        }
    }
}
