//! A page that embeds the app, and one that stands for a native app around it (FEATURES X7): what each is told is shown as it comes.
//! It refuses to know more than any host could.

use std::sync::OnceLock;

use crate::locale::Locale;
use crate::pages::{self, document, escape};

/// As for the other pages, and it may have the app in a frame.
pub(super) fn policy() -> &'static str {
    static POLICY: OnceLock<String> = OnceLock::new();
    POLICY.get_or_init(|| format!("frame-src 'self'; {}", pages::policy()))
}

/// `embeds`: whether the app lets this very origin have it in a frame.
pub(super) fn html(origin: &str, embeds: bool) -> String {
    let frame = if embeds {
        "<iframe class=\"framed\" title=\"The app\" height=\"640\" \
         allow=\"publickey-credentials-get; publickey-credentials-create; otp-credentials; clipboard-write\"></iframe>"
            .into()
    } else {
        format!(
            "<p class=\"quiet\">Nothing may have the app in a frame here. Start the backend with \
             <code>--embed-origin {}</code>.</p>",
            escape(origin)
        )
    };
    let body = format!(
        "<main class=\"wide\">\n<header class=\"top row between\">\n<div><h1>Host</h1>\n\
         <p class=\"quiet\">What the app tells whoever embeds it, and what it can be told: docs/EMBEDDING.md.</p></div>\n\
         <a class=\"button\" href=\"/sandbox/\">Sandbox</a>\n</header>\n\
         <div class=\"boards\">\n<div class=\"board\"><section class=\"card\" aria-labelledby=\"frame\">\n\
         <h2 id=\"frame\">In a frame</h2>\n{frame}\n</section></div>\n\
         <div class=\"board\">\n<section class=\"card\" aria-labelledby=\"say\">\n<h2 id=\"say\">Tell the app</h2>\n\
         <div class=\"row\">{says}</div>\n</section>\n\
         <section class=\"card\" aria-labelledby=\"native\">\n<h2 id=\"native\">As a native app</h2>\n\
         <p class=\"quiet small\">A window stands for a webview. It completes with a code that is redeemed here for a session, and has no \
         session itself.</p>\n<div class=\"row\"><button type=\"button\" data-native>Open the webview</button></div>\n</section>\n\
         <section class=\"card\" aria-labelledby=\"told\">\n<div class=\"row between\"><h2 id=\"told\">Told by the app</h2>\
         <span class=\"small quiet\">newest first</span></div>\n\
         <div role=\"log\" aria-labelledby=\"told\"><ol class=\"plain small\" data-told></ol></div>\n</section>\n</div>\n</div>\n</main>\n\
         <script src=\"/sandbox/host.js\" defer></script>",
        says = SAYS.iter().map(|(label, message)| say(label, message)).collect::<String>(),
    );
    document(Locale::En, "Daemun sandbox host", " data-page=\"sandbox_host\"", &body)
}

const SAYS: &[(&str, &str)] = &[
    ("Light", r#"{"daemun":1,"type":"theme","theme":"light"}"#),
    ("Dark", r#"{"daemun":1,"type":"theme","theme":"dark"}"#),
    ("Auto", r#"{"daemun":1,"type":"theme","theme":"auto"}"#),
    ("Korean", r#"{"daemun":1,"type":"locale","locale":"ko"}"#),
    ("English", r#"{"daemun":1,"type":"locale","locale":"en"}"#),
    ("Japanese", r#"{"daemun":1,"type":"locale","locale":"ja"}"#),
    ("Cancel", r#"{"daemun":1,"type":"cancel"}"#),
];

fn say(label: &str, message: &str) -> String {
    format!("<button type=\"button\" data-say=\"{}\">{label}</button>", escape(message))
}
