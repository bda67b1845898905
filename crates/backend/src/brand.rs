//! What the deployment is known by, before it is known where a member is going (FEATURES X5). It is written into the pages as
//! they are served: so nothing is asked for it, and nothing else is shown first. It refuses to know what workspaces look like.

use std::io::Write;

use daemun_protocol as protocol;

use crate::accent::Accent;
use crate::logo::Logo;
use crate::pages;

/// A deployment's own name, colour and picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand {
    /// `None`: Daemun.
    pub name: Option<String>,
    pub accent: Option<Accent>,
    pub logo: Option<Logo>,
}

/// What the built pages have for it.
const PLACE: &str = "<meta name=\"daemun-brand\"";

impl Brand {
    /// For who asks what the deployment is (discovery); nothing where there is nothing of its own.
    pub fn told(&self) -> Option<protocol::Brand> {
        (*self != Self::default()).then(|| protocol::Brand {
            name: self.name.clone(),
            accent: self.accent.as_ref().map(|accent| accent.as_str().into()),
            logo: self.logo.as_ref().map(|logo| logo.name().path()),
        })
    }

    /// The page with it; `None` where there is nothing to write or no place for it.
    pub fn written_into(&self, html: &str) -> Option<String> {
        let brand = self.told()?;
        let (before, rest) = html.split_once(PLACE)?;
        let (_, after) = rest.split_once('>')?;
        let mut page = format!("{before}{PLACE}");
        for (name, value) in [("name", brand.name), ("accent", brand.accent), ("logo", brand.logo)] {
            if let Some(value) = value {
                page.push_str(&format!(" data-{name}=\"{}\"", pages::escape(&value)));
            }
        }
        Some(format!("{page}>{after}"))
    }
}

/// As small as it travels.
pub fn brotli(page: &str) -> Option<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 4096, 11, 22);
    writer.write_all(page.as_bytes()).ok()?;
    Some(writer.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_in_the_page_and_breaks_out_of_nothing() {
        let brand = Brand { name: Some("\"><script>A & B".into()), ..Brand::default() };
        let page = brand.written_into("<head><meta name=\"daemun-brand\" data-name=Daemun><title>x</title>").unwrap();
        assert_eq!(
            page,
            "<head><meta name=\"daemun-brand\" data-name=\"&quot;&gt;&lt;script&gt;A &amp; B\"><title>x</title>"
        );
        assert_eq!(brand.written_into("<head>"), None, "a page without a place for it");
        assert_eq!(Brand::default().written_into(&page), None, "nothing of its own");
    }
}
