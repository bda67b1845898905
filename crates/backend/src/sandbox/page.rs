//! The sandbox's page for people. It refuses to need a script: one only refreshes and copies.

use daemun_protocol::Timestamp;

use super::links;
use super::world::{TriedAccount, World};
use crate::calendar::{iso, readable};
use crate::carrier::Carrier;
use crate::locale::Locale;
use crate::pages::{document, escape};
use crate::store::InboxRow;

/// Messages that the page shows.
const SHOWN: usize = 20;

pub(super) fn html(inbox: &[InboxRow], world: &World, now: Timestamp) -> String {
    let body = format!(
        "<main class=\"wide\">\n<header class=\"top row between\">\n<div><h1>Sandbox</h1>\n\
         <p class=\"quiet\">For this machine alone: read the mail, pick an account, move the clock.</p></div>\n\
         <div class=\"row\"><a class=\"button\" href=\"/sandbox/host\">Embed the app</a>\
         <a class=\"button\" href=\"/sandbox/phone\" target=\"_blank\">Open the phone</a>\
         <a class=\"button deed\" href=\"/\" target=\"_blank\">Open sign-in</a></div>\n</header>\n\
         <div class=\"boards\">\n<div class=\"board\">\n{clock}\n{inbox}\n</div>\n\
         <div class=\"board\">\n{accounts}\n{links}\n{scenarios}\n</div>\n</div>\n</main>\n\
         <script src=\"/sandbox/sandbox.js\" defer></script>",
        inbox = inbox_card(inbox),
        clock = clock_card(now),
        accounts = accounts_card(world),
        links = links_card(world),
        scenarios = scenarios_card(world),
    );
    document(Locale::En, "Daemun sandbox", " data-page=\"sandbox\"", &body)
}

/// A phone to approve on: what rings there, and where that leads. A browser is one device, so the phone is another one than the
/// PC's: a private window will do.
pub(super) fn phone(inbox: &[InboxRow], now: Timestamp) -> String {
    let rung: String = inbox.iter().filter(|row| is_rung(row)).take(SHOWN).map(notification).collect();
    let rung = if rung.is_empty() {
        "<p class=\"quiet\">Nothing has rung yet. It does as soon as somebody asks for an approval.</p>".into()
    } else {
        format!("<ul class=\"plain\">{rung}</ul>")
    };
    let body = format!(
        "<main class=\"phone\">\n<header><p class=\"now\">{clock}</p>\n<h1>Phone</h1>\n\
         <p class=\"quiet\">Open this page in another browser than the PC’s, such as a private window, sign in there, and register \
         it as a trusted device.</p>\n<div class=\"row\"><a class=\"button deed\" href=\"/approve\">Open approvals</a>\
         <a class=\"button\" href=\"/security\">Register this phone</a></div></header>\n\
         <section class=\"card\" aria-labelledby=\"rung\">\n<div class=\"row between\"><h2 id=\"rung\">Notifications</h2>{mark}</div>\n\
         {rung}\n</section>\n</main>\n<script src=\"/sandbox/sandbox.js\" defer></script>",
        clock = time(now),
        mark = mark(inbox),
    );
    document(Locale::En, "Daemun sandbox phone", " data-page=\"sandbox\"", &body)
}

/// Whether a phone rings with it.
fn is_rung(row: &InboxRow) -> bool {
    row.words.carrier == Carrier::Push
}

fn notification(row: &InboxRow) -> String {
    format!(
        "<li><div class=\"row between small\"><span>to <strong>{to}</strong></span>{at}</div>\
         <a class=\"notification\" href=\"{link}\"><strong>{title}</strong>\n<span class=\"quiet\">{text}</span></a></li>",
        to = escape(&row.to),
        at = time(row.at),
        link = escape(row.words.link.as_deref().unwrap_or("/approve")),
        title = escape(&row.words.subject),
        text = escape(&row.words.text),
    )
}

/// By what the script sees that something has come.
fn mark(inbox: &[InboxRow]) -> String {
    let newest = inbox.first().map_or(0, |row| row.at.0);
    format!(
        "<span class=\"small quiet\" role=\"status\" data-inbox data-count=\"{}\" data-newest=\"{newest}\">newest first</span>",
        inbox.len()
    )
}

fn inbox_card(inbox: &[InboxRow]) -> String {
    let items: String = inbox.iter().filter(|row| !is_rung(row)).take(SHOWN).map(message).collect();
    let items = if items.is_empty() {
        "<p class=\"quiet\">No mail yet. It arrives here as soon as a code is asked for.</p>".into()
    } else {
        format!("<ul class=\"plain\">{items}</ul>")
    };
    format!(
        "<section class=\"card\" aria-labelledby=\"inbox\">\n<div class=\"row between\"><h2 id=\"inbox\">Inbox</h2>{mark}</div>\n\
         {items}\n</section>",
        mark = mark(inbox),
    )
}

fn message(row: &InboxRow) -> String {
    let code = row.words.code.as_ref().map_or_else(String::new, |code| {
        let code = escape(code);
        format!(
            "<div class=\"row between\"><span class=\"code\">{code}</span>\
             <button type=\"button\" class=\"small\" data-copy=\"{code}\">Copy code</button></div>"
        )
    });
    let link = row.words.link.as_ref().map_or_else(String::new, |link| {
        let link = escape(link);
        format!("<div class=\"row between\"><a class=\"button\" href=\"{link}\" target=\"_blank\">Open link</a></div>")
    });
    let subject = if row.words.subject.is_empty() { "Text to a phone" } else { &row.words.subject };
    let way = match row.words.carrier {
        Carrier::Email | Carrier::Push | Carrier::WebPush => "",
        Carrier::Sms => " <span class=\"tag\">SMS</span>",
        Carrier::Notification => " <span class=\"tag\">notification</span>",
    };
    format!(
        "<li>{code}{link}<div class=\"row between small\"><span>to <strong>{to}</strong>{way}</span>{at}</div>\
         <details><summary>{subject}</summary><pre>{text}</pre></details></li>",
        to = escape(&row.to),
        at = time(row.at),
        subject = escape(subject),
        text = escape(&row.words.text),
    )
}

fn clock_card(now: Timestamp) -> String {
    let button = |seconds: u32, label: &str| {
        format!(
            "<form method=\"post\" action=\"/sandbox/clock\">\
             <button name=\"advance_seconds\" value=\"{seconds}\">{label}</button></form>"
        )
    };
    format!(
        "<section class=\"card\" aria-labelledby=\"clock\">\n<div class=\"row between\"><h2 id=\"clock\">Clock</h2>\
         <p class=\"now\">{}</p></div>\n\
         <div class=\"row\">{}{}{}</div>\n</section>",
        time(now),
        button(60, "+1 min"),
        button(600, "+10 min"),
        button(3600, "+1 h"),
    )
}

fn accounts_card(world: &World) -> String {
    let items: String = world.accounts.iter().map(|account| tried(account, world)).collect();
    format!(
        "<section class=\"card\" aria-labelledby=\"accounts\">\n<div class=\"row between\">\
         <h2 id=\"accounts\">Accounts to try</h2>\
         <form method=\"post\" action=\"/sandbox/scenarios/lift_suspensions\">\
         <button class=\"small\">Lift suspensions</button></form></div>\n\
         <ul class=\"plain\">{items}</ul>\n</section>"
    )
}

fn tried(account: &TriedAccount, world: &World) -> String {
    let email = escape(&account.email);
    let place = account
        .workspaces
        .first()
        .and_then(|id| world.workspaces.iter().find(|workspace| workspace.id == *id))
        .map_or_else(
            || "<span class=\"tag\">in no workspace</span>".into(),
            |workspace| {
                let organisation = workspace.organisation_id.as_ref().map_or_else(String::new, |id| {
                    format!(" <a class=\"mono small\" href=\"/o/{id}\" target=\"_blank\">/o/{id}</a>", id = escape(id))
                });
                format!("<span class=\"tag\">{}</span>{organisation}", escape(&workspace.name))
            },
        );
    let state = match account.state {
        "active" => "",
        "invited" => " <span class=\"tag\">invited</span>",
        "no_password" => " <span class=\"tag\">no ID and password yet</span>",
        _ => " <span class=\"tag\">suspended</span>",
    };
    let factor = if account.two_factor { " <span class=\"tag\">second factor on</span>" } else { "" };
    let contacts = [
        ("signs in with", &account.id),
        ("signs in with", &account.phone),
        ("in the profile", &account.personal_email),
        ("in the profile", &account.mobile),
    ];
    let phone: String = contacts
        .into_iter()
        .filter_map(|(what, contact)| {
            let contact = escape(contact.as_deref()?);
            Some(format!("<div class=\"small quiet\">{what} <span class=\"mono\">{contact}</span></div>"))
        })
        .collect();
    let password = if account.password.is_empty() {
        String::new()
    } else {
        let password = escape(&account.password);
        format!(
            "<div class=\"row between\"><code>{password}</code>\
             <button type=\"button\" class=\"small\" data-copy=\"{password}\">Copy password</button></div>"
        )
    };
    format!(
        "<li><div class=\"row between\"><strong lang=\"{lang}\">{name}</strong><span>{place}{state}{factor}</span></div>\
         <div class=\"row between\"><span class=\"mono\">{email}</span>\
         <button type=\"button\" class=\"small\" data-copy=\"{email}\">Copy address</button></div>{phone}{password}</li>",
        lang = escape(&account.locale),
        name = escape(&account.name),
    )
}

fn links_card(world: &World) -> String {
    let items: String = world
        .links
        .iter()
        .map(|(name, url)| {
            let to = links::recipients(name).join(", ");
            let to = if to.is_empty() {
                to
            } else {
                format!("<div class=\"small quiet\">shared with <span class=\"mono\">{}</span></div>", escape(&to))
            };
            format!("<li><a class=\"mono\" href=\"{}\" target=\"_blank\">{}</a>{to}</li>", escape(url), escape(name))
        })
        .collect();
    format!(
        "<section class=\"card\" aria-labelledby=\"links\">\n<h2 id=\"links\">Links to try</h2>\n\
         <ul class=\"plain\">{items}</ul>\n</section>"
    )
}

fn scenarios_card(world: &World) -> String {
    let button = |name: &String| {
        let name = escape(name);
        format!(
            "<form method=\"post\" action=\"/sandbox/scenarios/{name}\"><button class=\"small mono\">{name}</button></form>"
        )
    };
    let is_policy =
        |name: &&String| world.workspaces.iter().any(|workspace| name.starts_with(&format!("{}_", workspace.id)));
    let general: String = world.scenarios.iter().filter(|name| !is_policy(name)).map(button).collect();
    let groups: String = world
        .workspaces
        .iter()
        .map(|workspace| {
            let prefix = format!("{}_", workspace.id);
            let buttons: String = world.scenarios.iter().filter(|name| name.starts_with(&prefix)).map(button).collect();
            format!(
                "<details><summary>{name}: by email {email}, by organisation ID {organisation}, by phone {phone}, by device {device}, second factor {factor}, \
                 attempt limit {limit}, tries {tries}</summary>\
                 <div class=\"row\">{buttons}</div></details>",
                name = escape(&workspace.name),
                email = on_off(workspace.email_entry),
                organisation = on_off(workspace.organisation_entry && workspace.organisation_id.is_some()),
                phone = on_off(workspace.phone_entry),
                device = on_off(workspace.device_unlock),
                factor = workspace.two_factor.as_str(),
                limit = workspace.attempt_limit.map_or_else(|| "off".into(), |limit| limit.to_string()),
                tries = if workspace.reveal_tries { "shown" } else { "hidden" },
            )
        })
        .collect();
    format!(
        "<section class=\"card\" aria-labelledby=\"scenarios\">\n<h2 id=\"scenarios\">Scenarios</h2>\n\
         <div class=\"row\">{general}</div>\n{groups}\n</section>"
    )
}

fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// A moment in UTC; the script writes it in the reader's own zone.
fn time(at: Timestamp) -> String {
    format!("<time datetime=\"{}\" data-at=\"{}\">{}</time>", iso(at), at.0, readable(at))
}
