//! Turns what Trunk staged into the final page: styles and script inlined with their CSP hashes, the glue joined with the
//! verifying loader, one file of words for each language, and everything compressed. Trunk calls it as its hook.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::app_tools::BINARYEN;
use crate::cache::Cache;
use crate::failure::{Failure, OrFail, Result};
use crate::files;
use crate::npm_package;
use crate::shake;

/// Minifies the page's script and styles, and shakes unused parts out of the glue.
const ESBUILD: &str = "0.28.2";

/// The language whose file decides the order of the texts; `build.rs` goes by the same one.
const FIRST: &str = "en";
/// What the login path does not say; the files of words for the whole app have it after everything else.
const MORE: &str = "more";
/// Texts that only the page's own script says; `build.rs` has the same list.
const PAGE_ONLY: &[&str] = &["failed.", "language.", "page."];

/// Cascade layers are named first, so the order of these files decides nothing but what is read first.
const STYLES: &[&str] = &["layers.css", "tokens.css", "base.css", "widgets.css", "screens.css"];
/// What the login path does not show.
const MORE_STYLES: &[&str] = &["whole.css"];

/// The page's own script.
const SCRIPTS: &[&str] = &["shell.js", "accounts.js"];
/// What the login path does not do.
const MORE_SCRIPTS: &[&str] = &["provider.js", "tabs.js", "push.js", "quick-login.js"];

const REMEDY: &str = "look at the messages above, then run `cargo xtask build` again";

type Texts = Map<String, Value>;

/// The app is built twice: for the login path, and with all screens (see ARCHITECTURE.md, "Two bundles"). Each page has a style
/// and a script of its own; one policy lets both run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bundle {
    Login,
    Whole,
}

impl Bundle {
    pub const ALL: [Self; 2] = [Self::Login, Self::Whole];
    /// The variable by which Trunk's hook is told which bundle it finishes.
    pub const VARIABLE: &str = "DAEMUN_BUNDLE";

    /// `data-bundle` on the page's root, and the beginning of its files' names.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Whole => "whole",
        }
    }

    const fn page(self) -> &'static str {
        match self {
            Self::Login => "index.html",
            Self::Whole => "whole.html",
        }
    }

    /// The one that the hook was told of; a plain `trunk build` is of the login path.
    pub fn told() -> Self {
        match std::env::var(Self::VARIABLE).as_deref() {
            Ok("whole") => Self::Whole,
            Ok(_) | Err(_) => Self::Login,
        }
    }
}

/// Writes the final page into Trunk's staging folder.
pub fn finish(root: &Path, staging: &Path, bundle: Bundle) -> Result {
    let cache = Cache::open()?;
    let esbuild = Esbuild(npm_package::installed(&cache, "esbuild", ESBUILD)?.join(".bin/esbuild"));

    let binaryen = npm_package::installed(&cache, "binaryen", BINARYEN)?.join(".bin");
    let glue = String::from_utf8(take(&staging.join("daemun.js"))?).or_fail("the glue is not UTF-8", REMEDY)?;
    let glue = shake::shake(&binaryen, &glue, &staging.join("daemun_bg.wasm"))?;
    let wasm = take(&staging.join("daemun_bg.wasm"))?;
    let wasm = Published::write(staging, bundle.name(), "wasm", &wasm)?;
    let glue = esbuild.minify("js", &["--format=esm", "--bundle"], &started_glue(root, &glue, &wasm)?)?;
    let glue = Published::write(staging, bundle.name(), "js", glue.as_bytes())?;

    let template = String::from_utf8(take(&staging.join("index.html"))?).or_fail("the page is not UTF-8", REMEDY)?;
    let template = template.replace("data-bundle=\"login\"", &format!("data-bundle=\"{}\"", bundle.name()));
    let host = format!("const VERSION = {};\n{}", json!(env!("CARGO_PKG_VERSION")), read(&root.join("page/host.js"))?);
    let host = module(&esbuild, staging, "host", &host)?;
    let style = esbuild.minify("css", &[], &read(&root.join("style/account-list.css"))?)?;
    let list = format!("const STYLE = {};\n{}", json!(style), read(&root.join("page/account-list.js"))?);
    let list = module(&esbuild, staging, "account-list", &list)?;
    let (locales, words) = languages(root, staging, &template)?;
    let inline = |of: Bundle| {
        Inline::new(root, &esbuild, of, &json!({ "locales": locales[of.name()], "host": host, "list": list }))
    };
    let (login, whole) = (inline(Bundle::Login)?, inline(Bundle::Whole)?);
    let Inline { style, script } = match bundle {
        Bundle::Login => &login,
        Bundle::Whole => &whole,
    };

    // One header is for both pages; the login path needs no policy of Trusted Types, so it allows none.
    let stricter = match bundle {
        Bundle::Login => "<meta http-equiv=\"Content-Security-Policy\" content=\"trusted-types 'none'\">",
        Bundle::Whole => "",
    };
    let head = format!(
        "{stricter}<link rel=\"modulepreload\" href=\"/{glue}\" integrity=\"{glue_hash}\">\
         <link rel=\"preload\" as=\"fetch\" crossorigin href=\"/{wasm}\"><style>{style}</style>",
        glue = glue.name,
        glue_hash = glue.integrity,
        wasm = wasm.name,
    );
    let body = format!(
        "<script>{script}</script><script type=\"module\" src=\"/{}\" integrity=\"{}\"></script>",
        glue.name, glue.integrity
    );
    let html = compact(&template).replace("<!-- page:head -->", &head).replace("<!-- page:body -->", &body);
    write(&staging.join(bundle.page()), html.as_bytes())?;

    let headers = json!({
        "Content-Security-Policy": policy([&login, &whole]),
        "Referrer-Policy": "no-referrer",
    });
    write(&staging.join("headers.json"), pretty(&headers)?.as_bytes())?;
    let loads: BTreeMap<_, _> = words
        .iter()
        .map(|(language, words)| {
            let words = words.iter().find(|words| words.0 == bundle).map(|words| &words.1);
            (language, json!([bundle.page(), glue.name, wasm.name, words]))
        })
        .collect();
    write(&staging.join(format!("{}-path.json", bundle.name())), pretty(&json!(loads))?.as_bytes())?;
    compress_all(staging)
}

/// A script that a page loads only where it is needed, as the page's own script is told of it.
fn module(esbuild: &Esbuild, staging: &Path, name: &str, script: &str) -> Result<Value> {
    let script = esbuild.minify("js", &["--format=esm"], script)?;
    let script = Published::write(staging, name, "js", script.as_bytes())?;
    Ok(json!({ "url": format!("/{}", script.name), "integrity": script.integrity }))
}

/// The names of each language's files of words.
type Words = BTreeMap<String, Vec<(Bundle, String)>>;

/// What stands in a page itself.
struct Inline {
    style: String,
    script: String,
}

impl Inline {
    fn new(root: &Path, esbuild: &Esbuild, bundle: Bundle, known: &Value) -> Result<Self> {
        let (more_styles, more_scripts) = match bundle {
            Bundle::Login => (&[][..], &[][..]),
            Bundle::Whole => (MORE_STYLES, MORE_SCRIPTS),
        };
        let all = |folder: &str, names: &[&str], more: &[&str]| {
            let texts = names.iter().chain(more).map(|name| read(&root.join(folder).join(name)));
            Ok::<_, Failure>(texts.collect::<Result<Vec<_>>>()?.concat())
        };
        let style = esbuild.minify("css", &[], &all("style", STYLES, more_styles)?)?;
        let shell = all("page", SCRIPTS, more_scripts)?;
        let page = known.to_string().replace('<', "\\u003c");
        let script = esbuild.minify("js", &["--format=iife"], &format!("const PAGE = {page};\n{shell}"))?;
        Ok(Self { style, script })
    }
}

/// Nothing inline but what these pages were built with may run, no script of another origin, and nothing may be asked of
/// anybody else (FEATURES X10).
fn policy(pages: [&Inline; 2]) -> String {
    let hashes = |of: fn(&Inline) -> &String| {
        let hashes = pages.map(|page| format!("'sha256-{}'", sha256(of(page).as_bytes())));
        hashes.join(" ")
    };
    [
        "default-src 'none'".to_owned(),
        format!("script-src 'self' 'wasm-unsafe-eval' {}", hashes(|page| &page.script)),
        format!("style-src {}", hashes(|page| &page.style)),
        "connect-src 'self'".to_owned(),
        // The service worker of notifications, `public/push.js`.
        "worker-src 'self'".to_owned(),
        "img-src 'self'".to_owned(),
        "form-action 'none'".to_owned(),
        "base-uri 'none'".to_owned(),
        "frame-ancestors 'none'".to_owned(),
        "require-trusted-types-for 'script'".to_owned(),
        // The one that knows that worker's address; see page/push.js.
        "trusted-types daemun-push".to_owned(),
    ]
    .join("; ")
}

/// wasm-bindgen's glue with the loader behind it, as one module that exports nothing.
fn started_glue(root: &Path, glue: &str, wasm: &Published) -> Result<String> {
    let exports = glue.rfind("\nexport {").ok_or_else(|| {
        Failure::new("wasm-bindgen's glue does not end as it used to", "mend `started_glue` in xtask/src/page.rs")
    })?;
    let loader = read(&root.join("page/loader.js"))?;
    let wasm = json!({ "url": format!("/{}", wasm.name), "sha256": wasm.sha256 });
    Ok(format!("const WASM = {wasm};\n{}\n{loader}", &glue[..exports]))
}

/// What each page's script knows of each language, by the page's bundle; and the names of the files that have the words.
fn languages(root: &Path, staging: &Path, template: &str) -> Result<(Value, Words)> {
    let mut all = BTreeMap::new();
    for path in files::below(&root.join("locales"))? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let texts: Texts =
            serde_json::from_str(&read(&path)?).or_fail(format!("{} is no JSON", path.display()), REMEDY)?;
        all.insert(name, texts);
    }
    let first = all.get(FIRST).ok_or_else(|| Failure::new(format!("locales/{FIRST}.json is missing"), REMEDY))?;
    let said_on_login_path: Vec<&String> = first.keys().filter(|key| !is_page_only(key) && *key != MORE).collect();
    let said_more: Vec<&String> = first.get(MORE).and_then(Value::as_object).into_iter().flat_map(Map::keys).collect();
    let said_by_page =
        |key: &str| (is_page_only(key) && !key.starts_with("language.n")) || template.contains(&format!("\"{key}\""));

    let (mut locales, mut names) = (json!({}), BTreeMap::new());
    for (tag, texts) in &all {
        let mut words: Vec<&Value> = said_on_login_path.iter().map(|key| &texts[key.as_str()]).collect();
        let shell: Texts =
            texts.iter().filter(|(key, _)| said_by_page(key)).map(|(k, v)| (k.clone(), v.clone())).collect();
        let (name, dir) = (&texts["language.name"], &texts["language.dir"]);
        let mut published = Vec::new();
        for bundle in Bundle::ALL {
            if bundle == Bundle::Whole {
                words.extend(said_more.iter().map(|key| &texts[MORE][key.as_str()]));
            }
            let words = serde_json::to_vec(&words).or_fail("words cannot be written", REMEDY)?;
            let words = Published::write(staging, &format!("words-{}-{tag}", bundle.name()), "json", &words)?;
            let file = json!({ "url": format!("/{}", words.name), "integrity": words.integrity });
            locales[bundle.name()][tag] = json!({ "name": name, "dir": dir, "words": file, "shell": shell });
            published.push((bundle, words.name));
        }
        names.insert(tag.clone(), published);
    }
    Ok((locales, names))
}

fn is_page_only(key: &str) -> bool {
    PAGE_ONLY.iter().any(|prefix| key.starts_with(prefix))
}

/// A file under a name that changes with its content, so that browsers may keep it for ever.
struct Published {
    name: String,
    sha256: String,
    integrity: String,
}

impl Published {
    fn write(folder: &Path, stem: &str, extension: &str, content: &[u8]) -> Result<Self> {
        let digest = Sha256::digest(content);
        let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let name = format!("{stem}-{short}.{extension}");
        write(&folder.join(&name), content)?;
        let sha256 = STANDARD.encode(digest);
        Ok(Self { name, integrity: format!("sha256-{sha256}"), sha256 })
    }
}

fn sha256(content: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(content))
}

/// The template without comments (but the two marks), what is said to Trunk, and the space between its lines.
fn compact(template: &str) -> String {
    let is_mark = |line: &str| line.contains("page:");
    let is_for_us = |line: &str| line.starts_with("<!--") || line.starts_with("<link data-trunk ");
    let lines = template.lines().map(str::trim);
    lines.filter(|line| is_mark(line) || !is_for_us(line)).collect::<Vec<_>>().join("")
}

struct Esbuild(PathBuf);

impl Esbuild {
    fn minify(&self, loader: &str, more: &[&str], source: &str) -> Result<String> {
        let doing = "esbuild failed";
        let mut child = Command::new(&self.0)
            .args(["--minify", "--target=es2022", "--legal-comments=none", "--charset=utf8", "--log-level=error"])
            .arg(format!("--loader={loader}"))
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .or_fail(doing, "delete the cache folder's `esbuild-…` and build again")?;
        // It reads everything before it writes anything: no dead lock between the two pipes.
        if let Some(mut input) = child.stdin.take() {
            input.write_all(source.as_bytes()).or_fail(doing, REMEDY)?;
        }
        let output = child.wait_with_output().or_fail(doing, REMEDY)?;
        if !output.status.success() {
            return Err(Failure::new(doing, REMEDY));
        }
        let text = String::from_utf8(output.stdout).or_fail(doing, REMEDY)?;
        Ok(text.trim_end().to_owned())
    }
}

/// Puts `.br` and `.gz` beside every file that gains by it.
fn compress_all(folder: &Path) -> Result {
    for path in files::below(folder)? {
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if !["html", "js", "wasm", "json", "svg", "css", "txt"].contains(&extension.as_str()) {
            continue;
        }
        let content = fs::read(&path).or_fail(format!("cannot read {}", path.display()), REMEDY)?;
        let parameters = BrotliEncoderParams { quality: 11, lgwin: 24, size_hint: content.len(), ..Default::default() };
        let mut brotli = brotli::CompressorWriter::with_params(Vec::new(), 4096, &parameters);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        let doing = format!("cannot compress {}", path.display());
        brotli.write_all(&content).or_fail(&doing, REMEDY)?;
        gzip.write_all(&content).or_fail(&doing, REMEDY)?;
        let gzip = gzip.finish().or_fail(&doing, REMEDY)?;
        for (ending, compressed) in [("br", brotli.into_inner()), ("gz", gzip)] {
            if compressed.len() < content.len() {
                write(&path.with_extension(format!("{extension}.{ending}")), &compressed)?;
            }
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).or_fail(format!("cannot read {}", path.display()), REMEDY)
}

/// Reads a file that the final page has no use for under this name.
fn take(path: &Path) -> Result<Vec<u8>> {
    let content = fs::read(path).or_fail(format!("cannot read {}", path.display()), REMEDY)?;
    fs::remove_file(path).or_fail(format!("cannot remove {}", path.display()), REMEDY)?;
    Ok(content)
}

fn write(path: &Path, content: &[u8]) -> Result {
    fs::write(path, content).or_fail(format!("cannot write {}", path.display()), REMEDY)
}

fn pretty(value: &Value) -> Result<String> {
    serde_json::to_string_pretty(value).or_fail("JSON cannot be written", REMEDY)
}
