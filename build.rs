//! Turns `locales/*.json` into the `Text` enum: each text has a name that the compiler knows, and a language that lacks
//! one, or gaps of one, does not build. The words themselves are loaded by the page, one language at a time, as an array
//! in the enum's order (`cargo xtask finish` writes it). What stands under `more` is said by the whole app alone, and comes
//! after everything else.

#![expect(clippy::expect_used, reason = "a build script stops the build by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use daemun_protocol::{FieldCode, MessageCode, NoticeCode, ProblemCode, Share, TermsId};
use serde_json::{Map, Value};

/// Texts that only the page's own script says; the app has no names for them.
const PAGE_ONLY: &[&str] = &["failed.", "language.", "page."];

/// The language that decides which texts there are.
const FIRST: &str = "en";

/// What the login path does not say.
const MORE: &str = "more";

fn main() {
    println!("cargo::rerun-if-changed=locales");
    let locales = read_locales(Path::new("locales"));
    let more = more_keys(FIRST);
    for language in locales.keys() {
        assert!(more_keys(language) == more, "locales/{language}.json: `{MORE}` has other texts than {FIRST}.json's");
    }
    let first = &locales[FIRST];
    for (language, texts) in &locales {
        agree(first, texts).unwrap_or_else(|why| panic!("locales/{language}.json: {why}"));
    }
    know_every_code(first).unwrap_or_else(|why| panic!("locales/{FIRST}.json: {why}"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("text.rs");
    let is_whole = env::var_os("CARGO_FEATURE_WHOLE").is_some();
    let said: Map<String, Value> =
        first.iter().filter(|(key, _)| is_whole || !more.contains(*key)).map(|(k, v)| (k.clone(), v.clone())).collect();
    fs::write(out, code(&said)).expect("OUT_DIR is writable");
}

/// The names of the texts that the whole app alone says.
fn more_keys(language: &str) -> BTreeSet<String> {
    let path = Path::new("locales").join(language).with_extension("json");
    let texts: Value = serde_json::from_str(&fs::read_to_string(path).expect("read before")).expect("read before");
    texts[MORE].as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
}

fn read_locales(folder: &Path) -> BTreeMap<String, Map<String, Value>> {
    let files =
        fs::read_dir(folder).expect("locales/ is there").map(|entry| entry.expect("locales/ is readable").path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a locale is UTF-8");
            let mut texts: Map<String, Value> =
                serde_json::from_str(&text).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            if let Some(Value::Object(more)) = texts.shift_remove(MORE) {
                for (key, text) in more {
                    let twice = texts.insert(key.clone(), text);
                    assert!(twice.is_none(), "{}: `{key}` stands under `{MORE}` and above it", path.display());
                }
            }
            (path.file_stem().expect("a file has a name").to_string_lossy().into_owned(), texts)
        })
        .collect()
}

/// Whether two languages have the same texts, with the same gaps to fill.
fn agree(first: &Map<String, Value>, texts: &Map<String, Value>) -> Result<(), String> {
    for key in first.keys() {
        let text = texts.get(key).ok_or_else(|| format!("`{key}` is missing"))?;
        let (wanted, got) = (gaps(&first[key]), gaps(text));
        if wanted != got && !key.starts_with("choose.as") {
            return Err(format!("`{key}` has the gaps {got:?}, {FIRST}.json has {wanted:?}"));
        }
    }
    match texts.keys().find(|key| !first.contains_key(*key)) {
        Some(key) => Err(format!("`{key}` is not in {FIRST}.json")),
        None => Ok(()),
    }
}

/// Whether there are words for everything that the protocol of this version can say.
fn know_every_code(texts: &Map<String, Value>) -> Result<(), String> {
    // The one is said by its screen, the other in the words of the problem of the same name.
    let is_aside = |code: &&MessageCode| !matches!(code, MessageCode::CodeSent | MessageCode::SignInRestricted);
    let problems = ProblemCode::KNOWN.iter().map(|code| format!("problem.{}", code.as_str()));
    let fields = FieldCode::KNOWN.iter().map(|code| format!("field.{}", code.as_str()));
    let messages = MessageCode::KNOWN.iter().filter(is_aside).map(|code| format!("message.{}", code.as_str()));
    let notices = NoticeCode::KNOWN.iter().map(|code| format!("notice.{}.title", code.as_str()));
    let terms = TermsId::KNOWN.iter().map(|id| format!("terms.{}", id.as_str()));
    let shares = Share::KNOWN.iter().map(|share| format!("share.{}", share.as_str()));
    let mut all = problems.chain(fields).chain(messages).chain(notices).chain(terms).chain(shares);
    match all.find(|key| !texts.contains_key(key)) {
        Some(key) => Err(format!("`{key}` is missing, which the protocol can say")),
        None => Ok(()),
    }
}

/// The `{gaps}` of a text, of its most general form where it has several.
fn gaps(text: &Value) -> BTreeSet<String> {
    let text = text.as_str().or_else(|| text.get("other")?.as_str()).unwrap_or_default();
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(gap, _)| gap.to_owned()).collect()
}

fn code(texts: &Map<String, Value>) -> String {
    let said: Vec<&String> =
        texts.keys().filter(|key| !PAGE_ONLY.iter().any(|prefix| key.starts_with(prefix))).collect();
    let mut code = String::from("/// A text that the app can say; its number is its place in the loaded words.\n");
    code.push_str("#[expect(clippy::enum_variant_names, reason = \"named after the locales' keys\")]\n");
    code.push_str("#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum Text {\n");
    for key in &said {
        let _ = writeln!(code, "    /// `{key}`\n    {},", camel(key));
    }
    code.push_str("}\n\n");
    // A table weighs less than a comparison for each.
    code.push_str(
        "fn find<T: Copy>(table: &[(&str, T)], code: &str) -> Option<T> {\n    \
         table.iter().find(|(name, _)| *name == code).map(|(_, text)| *text)\n}\n\n",
    );
    for group in ["problem", "field", "message", "terms", "share"] {
        let prefix = format!("{group}.");
        let named = said.iter().filter_map(|key| Some((key.strip_prefix(&prefix)?, format!("Text::{}", camel(key)))));
        let named: Vec<_> = named.collect();
        if !named.is_empty() {
            code.push_str(&by_code(group, "Text", named.into_iter()));
        }
    }
    let notices = said.iter().filter_map(|key| {
        let code = key.strip_prefix("notice.")?.strip_suffix(".title")?;
        Some((code, format!("(Text::{}, Text::{})", camel(key), camel(&format!("notice.{code}.text")))))
    });
    code.push_str(&by_code("notice", "(Text, Text)", notices));
    code
}

/// A function from a code of the protocol to what is said of it.
fn by_code<'a>(group: &str, says: &str, named: impl Iterator<Item = (&'a str, String)>) -> String {
    let mut code = format!("/// What `{group}.…` says of a code of the protocol, where it is known.\n");
    let _ = writeln!(code, "pub fn {group}(code: &str) -> Option<{says}> {{\n    find(&[");
    for (name, text) in named.filter(|(name, _)| *name != "unknown") {
        let _ = writeln!(code, "        ({name:?}, {text}),");
    }
    code.push_str("    ], code)\n}\n\n");
    code
}

/// `problem.code_wrong` → `ProblemCodeWrong`.
fn camel(key: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    key.split(['.', '_']).map(word).collect()
}
