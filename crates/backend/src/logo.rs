//! The picture that a workspace or the deployment is known by (FEATURES X5). It is served under a name made of what it is, so that a
//! browser may keep it for good. It refuses to know how big it is drawn.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::http::{House, own_fault};
use crate::server_key::short_digest;
use crate::store;

/// Bytes of a picture, at most: every member loads it.
const LARGEST: usize = 64 * 1024;

/// Where pictures are served.
pub const ROUTE: &str = "/brand/{file}";

/// A picture may be an SVG, which can hold scripts: whoever opens it by itself gets them without any power.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");

/// A picture, and what kind of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    kind: Kind,
    bytes: Bytes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Png,
    Jpeg,
    Webp,
    Svg,
}

/// What is no picture here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a logo: it is a PNG, JPEG, WebP or SVG of 64 KiB at most")]
pub struct NotALogo;

impl Logo {
    /// Looks at what the bytes are, whatever anybody calls them.
    ///
    /// # Errors
    /// [`NotALogo`] for anything but a small PNG, JPEG, WebP or SVG.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, NotALogo> {
        let kind = Kind::of(&bytes).filter(|_| bytes.len() <= LARGEST).ok_or(NotALogo)?;
        Ok(Self { kind, bytes: bytes.into() })
    }

    /// From a `data:` URL (RFC 2397) in base64.
    ///
    /// # Errors
    /// [`NotALogo`] for any other text, and for what is in it.
    pub fn from_data_url(text: &str) -> Result<Self, NotALogo> {
        let (head, data) = text.strip_prefix("data:image/").and_then(|rest| rest.split_once(',')).ok_or(NotALogo)?;
        let data = if head.ends_with(";base64") { STANDARD.decode(data) } else { return Err(NotALogo) };
        Self::parse(data.map_err(|_| NotALogo)?)
    }

    pub fn name(&self) -> LogoName {
        LogoName(format!("{}.{}", short_digest(&self.bytes), self.kind.ending()))
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl Kind {
    fn of(bytes: &[u8]) -> Option<Self> {
        let is_svg = || {
            let text = core::str::from_utf8(bytes).ok()?;
            let text = text.trim_start_matches('\u{feff}').trim_start();
            (text.starts_with("<svg") || text.starts_with("<?xml") && text.contains("<svg")).then_some(Self::Svg)
        };
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::Webp),
            _ => is_svg(),
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
            Self::Svg => "svg",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Svg => "image/svg+xml",
        }
    }
}

/// What a picture is called: `0f7a5f….svg`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoName(String);

impl LogoName {
    /// One that was written down.
    pub const fn from_stored(name: String) -> Self {
        Self(name)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where it is served.
    pub fn path(&self) -> String {
        ROUTE.replace("{file}", &self.0)
    }
}

/// `GET /brand/{file}`.
pub async fn serve(State(house): State<House>, Path(file): Path<String>) -> Response {
    let own = house.brand.logo.clone().filter(|logo| logo.name().as_str() == file);
    let found = match own {
        Some(logo) => Ok(Some(logo)),
        None => house.gate.store.read(move |connection| store::logo(connection, &file)).await,
    };
    match found {
        Ok(Some(logo)) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static(logo.kind.media_type())),
                (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
                (header::CONTENT_SECURITY_POLICY, POLICY),
            ];
            (headers, logo.bytes).into_response()
        }
        Ok(None) => (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")], "Not found\n").into_response(),
        Err(trouble) => {
            house.log.line(&format!("a logo: {trouble}"));
            own_fault()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_told_by_what_it_is() {
        let is = |bytes: &[u8]| Logo::parse(bytes.to_vec()).map(|logo| logo.kind);
        assert_eq!(is(b"\x89PNG\r\n\x1a\n..."), Ok(Kind::Png));
        assert_eq!(is(b"\xff\xd8\xff\xe0"), Ok(Kind::Jpeg));
        assert_eq!(is(b"RIFF\0\0\0\0WEBPVP8 "), Ok(Kind::Webp));
        assert_eq!(is(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), Ok(Kind::Svg));
        assert_eq!(is("\u{feff}<?xml version='1.0'?>\n<svg/>".as_bytes()), Ok(Kind::Svg));
        for not in [&b""[..], b"GIF89a", b"<!doctype html><svg/>", b"<?xml version='1.0'?><html/>", b"RIFF\0\0\0\0WAVE"]
        {
            assert_eq!(is(not), Err(NotALogo), "{not:?}");
        }
        assert_eq!(is(&[b"<svg>".to_vec(), vec![b' '; LARGEST]].concat()), Err(NotALogo), "too large");
    }

    #[test]
    fn it_comes_as_a_data_url_and_has_a_name_of_its_own() {
        let logo = Logo::from_data_url("data:image/png;base64,PHN2Zy8+").unwrap();
        assert_eq!(logo, Logo::parse(b"<svg/>".to_vec()).unwrap(), "whatever it is called");
        assert!(logo.name().path().starts_with("/brand/") && logo.name().path().ends_with(".svg"));
        assert_ne!(logo.name(), Logo::parse(b"<svg />".to_vec()).unwrap().name());
        for not in [
            "",
            "/brand/x.svg",
            "data:image/svg+xml,<svg/>",
            "data:text/html;base64,PHN2Zy8+",
            "data:image/png;base64,?",
        ] {
            assert_eq!(Logo::from_data_url(not), Err(NotALogo), "{not}");
        }
    }
}
