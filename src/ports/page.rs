//! The page: its address, history, root attributes, visibility and clock, and the little that its own script
//! (`page/shell.js`) keeps for the app. It knows nothing of what the screens look like.

use std::cell::RefCell;
use std::time::Duration;

use daemun_flow::{Entry, Face, Machine, Moment, Place};
#[cfg(feature = "whole")]
use daemun_flow::{InApp, ThisDevice};
#[cfg(feature = "whole")]
use daemun_protocol::Platform;
use daemun_protocol::{ActionName, Channel, DEFAULT_API, Hints, Kind, Secret, Step, Workspace};
use js_sys::{Array, Function, Object, Reflect};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};

use super::host;

thread_local! {
    static HISTORY: RefCell<History> = RefCell::new(History::default());
}

#[cfg(feature = "whole")]
thread_local! {
    /// The secret of the security link that led here.
    static KEPT: RefCell<Option<Secret>> = const { RefCell::new(None) };
}

/// What this entry of the browser's history stands for.
#[derive(Clone, Default, PartialEq)]
struct Here {
    flow: Option<String>,
    at_front_door: bool,
    /// An entry laid on top of the page's own, so that the browser's Back is heard while there is a step to go back to.
    guard: bool,
}

#[derive(Default)]
struct History {
    here: Here,
    /// What it will be after the next frame.
    wanted: Option<Here>,
    /// A step back that the app itself has asked for, and what it was for.
    stepping: Option<Stepping>,
}

enum Stepping {
    /// The guard is taken away.
    Off,
    /// The page is left for this address once the guard is off.
    Away(String),
}

/// How the member came here.
pub fn entry() -> Entry {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let organisation = path.strip_prefix("/o/").filter(|rest| !rest.is_empty());
    // Requests are named so that their names stand in an address as they are.
    let request = path.strip_prefix(APPROVE).and_then(|rest| rest.strip_prefix('/')).filter(|rest| !rest.is_empty());
    let (kind, place) = match path.as_str() {
        "/join" => (Kind::Join, Place::Passage),
        "/reset" => (Kind::Reset, Place::Passage),
        LINK => (Kind::Link, Place::Passage),
        CONTINUE => (Kind::SignIn, Place::Passage),
        "/security" => (Kind::Security, Place::Settings),
        "/security/policy" => (Kind::Policy, Place::Settings),
        APPROVE => (Kind::Approve, Place::Settings),
        _ if request.is_some() => (Kind::Approve, Place::Settings),
        _ => (Kind::SignIn, Place::Door),
    };
    let search = location.search().unwrap_or_default();
    let query = web_sys::UrlSearchParams::new_with_str(&search).ok();
    let asked = |name: &str| query.as_ref().and_then(|query| query.get(name));
    let state = history().and_then(|history| history.state().ok()).unwrap_or(JsValue::NULL);
    // Who comes with a link wants what the link is for, whatever was begun here before.
    let here = Here::from_js(&state);
    let flow = here.flow.clone().filter(|_| token().is_none());
    let organisation = organisation
        .map(|name| decode(name).unwrap_or_else(|| name.to_owned()))
        .or_else(|| asked("organisation").filter(|_| path == CONTINUE));
    let at_front_door = path == "/" && (flow.is_none() || here.at_front_door);
    HISTORY.with_borrow_mut(|history| history.here = Here { flow: flow.clone(), at_front_door, guard: here.guard });
    let return_to = asked("return_to");
    let hints = Hints {
        return_to,
        organisation,
        request: request.map(Into::into),
        handoff: host::says("handoff"),
        account_list: host::says("accountList").map(Secret::new),
        ..Hints::default()
    };
    Entry { kind, place, hints, flow, left: left(), at_front_door }
}

/// The page with all screens, for a flow that was begun on another one. What the address hinted at there goes along.
pub const CONTINUE: &str = "/continue";

/// Where what waits for a member's approval is.
const APPROVE: &str = "/approve";

/// Where security links lead.
const LINK: &str = "/link";

/// The secret of the link that led here; the page has taken it out of the address bar.
pub fn token() -> Option<Secret> {
    let token = get(&daemun(), "token").and_then(|token| token.as_string())?;
    (!token.is_empty()).then(|| Secret::new(token))
}

/// The link's secret has done its part.
pub fn forget_token() {
    #[cfg(feature = "whole")]
    keep_link();
    let _ = Reflect::set(&daemun(), &"token".into(), &JsValue::NULL);
}

/// What an external provider has sent back, which the page has taken out of the address bar: the first time it is asked for, and
/// after that as often as it could not be sent on and `once_more` is wanted.
#[cfg(feature = "whole")]
pub fn returned(once_more: bool) -> Option<(String, Secret)> {
    let returned = get(&daemun(), "returned")?;
    let said = |name| get(&returned, name).and_then(|value| value.as_string());
    let is_first = get(&returned, "sent").is_none();
    let _ = Reflect::set(&returned, &"sent".into(), &true.into());
    let read = (said("provider")?, Secret::new(said("query")?));
    (is_first || once_more).then_some(read)
}

/// It has done its part.
#[cfg(feature = "whole")]
pub fn forget_return() {
    let _ = Reflect::set(&daemun(), &"returned".into(), &JsValue::NULL);
}

/// Leaves for an external provider. This page stays in the history, so that the browser's Back leads to it.
#[cfg(feature = "whole")]
pub fn visit(url: &Secret) {
    if host::is_framed() {
        // Providers let no page show them inside it.
        let _ = window().open_with_url_and_target(url.expose(), "_top");
    } else {
        let _ = window().location().assign(url.expose());
    }
}

/// A security link may have to be carried to another browser (FEATURES O4): its secret is kept for that, in memory alone and
/// as long as its screen is not left.
#[cfg(feature = "whole")]
fn keep_link() {
    // A browser of its own needs no way to another.
    if window().location().pathname().is_ok_and(|path| path == LINK)
        && InApp::of(&agent()).is_some()
        && let Some(token) = token()
    {
        KEPT.set(Some(token));
    }
}

/// Whoever has left begins again without it.
#[cfg(feature = "whole")]
pub fn forget_link() {
    KEPT.set(None);
}

/// The tab remembers which security link's flow was left in it last (FEATURES O3): nobody may have heard of it when the page is
/// there again. A page that the browser throws away to save memory is not left, and no such thing is known of it.
#[cfg(feature = "whole")]
pub fn remember_left(flow: &str) {
    if let Some((store, set)) = tab().and_then(|store| method(&store, "setItem").map(|set| (store, set))) {
        let _ = set.call2(&store, &LEFT.into(), &flow.into());
    }
}

#[cfg(feature = "whole")]
fn left() -> Option<String> {
    let store = tab()?;
    method(&store, "getItem")?.call1(&store, &LEFT.into()).ok()?.as_string()
}

/// Security links are not on the login path.
#[cfg(not(feature = "whole"))]
fn left() -> Option<String> {
    None
}

/// Where [`remember_left`] keeps it: the id of a flow, which opens nothing by itself.
#[cfg(feature = "whole")]
const LEFT: &str = "daemun.left";

/// What the browser keeps for this tab; nothing, where it keeps nothing.
#[cfg(feature = "whole")]
fn tab() -> Option<JsValue> {
    get(&js_sys::global(), "sessionStorage")
}

/// The security link that led here, as long as it is kept; with something more in its query, where that is not there yet.
#[cfg(feature = "whole")]
pub fn link(more: Option<&str>) -> Option<Secret> {
    let origin = window().location().origin().ok()?;
    let search = window().location().search().unwrap_or_default();
    let query = match more {
        // Who came by that very way is not sent on it again.
        Some(more) if search.contains(more) => return None,
        Some(more) => format!("?{more}"),
        None => String::new(),
    };
    KEPT.with_borrow(|kept| Some(Secret::new(format!("{origin}{LINK}{query}#{}", kept.as_ref()?.expose()))))
}

/// Carries the flow on in the page that has all screens; not from there, which would be for ever.
pub fn carry_on() {
    let here = HISTORY.with_borrow(|history| {
        let flow = history.wanted.as_ref().unwrap_or(&history.here).flow.clone();
        Here { flow, at_front_door: false, guard: history.here.guard }
    });
    let location = window().location();
    if location.pathname().is_ok_and(|path| path == CONTINUE) {
        // The server gives the wrong page.
        fail("load");
        return;
    }
    let mut search = location.search().unwrap_or_default();
    if let Some(organisation) = location.pathname().ok().as_deref().and_then(|path| path.strip_prefix("/o/")) {
        search += if search.is_empty() { "?" } else { "&" };
        search += &format!("organisation={organisation}");
    }
    let url = format!("{CONTINUE}{search}");
    match history().map(|browser| browser.replace_state_with_url(&here.to_js(), "", Some(&url))) {
        Some(Ok(())) => reload(),
        // Without a history the flow would not be found again.
        Some(Err(_)) | None => fail("load"),
    }
}

/// Leaves for the door that the hints lead to.
#[cfg(feature = "whole")]
pub fn to_door(hints: &Hints) {
    let encode = |text: &str| String::from(js_sys::encode_uri_component(text));
    let door = hints.organisation.as_deref().map_or_else(|| "/".into(), |name| format!("/o/{}", encode(name)));
    let mut url = door;
    for (name, hint) in [("return_to", &hints.return_to), ("handoff", &hints.handoff)] {
        if let Some(hint) = hint {
            url += if url.contains('?') { "&" } else { "?" };
            url += &format!("{name}={}", encode(hint));
        }
    }
    leave(&url);
}

fn decode(name: &str) -> Option<String> {
    js_sys::decode_uri_component(name).ok().map(String::from)
}

/// The API's base, as the page's `<meta name="daemun-api">` says.
pub fn api() -> String {
    let meta = document().query_selector("meta[name=daemun-api]").ok().flatten();
    meta.and_then(|meta| meta.get_attribute("content")).unwrap_or_else(|| DEFAULT_API.into())
}

/// Milliseconds since the page began.
pub fn now() -> Moment {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a page lives for less than 2^53 ms")]
    Moment(window().performance().map_or(0.0, |performance| performance.now()) as u64)
}

/// A number that differs from page to page.
pub fn seed() -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "only the bits matter")]
    ((js_sys::Math::random() * 4_294_967_296.0) as u32)
}

/// A key that nobody has used before.
pub fn unique() -> String {
    let crypto = get(&js_sys::global(), "crypto").unwrap_or(JsValue::UNDEFINED);
    let uuid = method(&crypto, "randomUUID").and_then(|make| make.call0(&crypto).ok()?.as_string());
    // Outside a secure context there is no such method; a key need not be secret, only new.
    uuid.unwrap_or_else(|| format!("{:x}-{:x}-{:x}", seed(), seed(), now().0))
}

/// Shows on the document's root what the app shows, for tests and host pages, and keeps the flow in the history entry.
pub fn show(machine: &Machine) {
    let (screen, state) = look(machine);
    if let Some(root) = document().document_element() {
        // After a panic, timers may still come in here: what the page says of it stays.
        if root.get_attribute("data-app").is_some_and(|app| app == "failed") {
            return;
        }
        set(&root, "data-screen", screen);
        set(&root, "data-state", state);
        set(&root, "data-rev", &machine.rev().to_string());
    }
    call(&daemun(), "sms", &awaited_sms(machine).into());
    brand(machine);
    #[cfg(feature = "whole")]
    call(&daemun(), "poll", &machine.polled().into());
    let at_front_door = is_front_door(machine);
    // While the flow is being read again nobody knows whether it can go back: the history stays as it was left.
    let guard = match machine.face() {
        Face::Opening => HISTORY.with_borrow(|history| history.here.guard),
        Face::Unopened(_) | Face::Step { .. } | Face::Complete { .. } | Face::Ended { .. } => {
            machine.can_go_back() && !is_going_back(machine)
        }
    };
    remember(Here { flow: machine.flow_id().map(Into::into), at_front_door, guard });
}

/// Whose door this is. What comes after the last step is still the workspace's: the member is on the way into it.
fn brand(machine: &Machine) {
    let theirs = match machine.face() {
        Face::Opening => return,
        Face::Step { workspace: Some(workspace), .. } => {
            let Workspace { name, accent, logo, .. } = workspace;
            Array::of3(&name.into(), &accent.as_deref().into(), &logo.as_deref().into()).into()
        }
        Face::Step { workspace: None, .. } => Array::new().into(),
        Face::Unopened(_) | Face::Complete { .. } | Face::Ended { .. } => JsValue::UNDEFINED,
    };
    call(&daemun(), "brand", &theirs);
}

fn set(root: &Element, name: &str, value: &str) {
    // Only what cannot be an attribute's name is refused.
    let _ = root.set_attribute(name, value);
}

fn look(machine: &Machine) -> (&'static str, &'static str) {
    match machine.face() {
        Face::Opening => ("opening", "busy"),
        Face::Unopened(_) => ("unopened", "error"),
        Face::Step { step, busy, trouble, .. } => {
            let state = match (busy, trouble) {
                (Some(_), _) => "busy",
                (None, Some(_)) => "error",
                (None, None) => "idle",
            };
            (step.step.kind().map_or("unknown", |kind| kind.as_str()), state)
        }
        Face::Complete { .. } => ("complete", "done"),
        Face::Ended { .. } => ("ended", "done"),
    }
}

/// The code by SMS that is waited for, by when it ends: each has an end of its own. 0 for none.
fn awaited_sms(machine: &Machine) -> f64 {
    let end = match machine.face() {
        Face::Step { step, .. } => {
            if let Step::Code { channel: Channel::Sms, expires_at, .. } = &step.step {
                *expires_at
            } else {
                None
            }
        }
        Face::Opening | Face::Unopened(_) | Face::Complete { .. } | Face::Ended { .. } => None,
    };
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are below 2^53")]
    end.map_or(0.0, |end| end.0 as f64)
}

/// Whether the page's own first form can stand for what is shown: the identify step with nothing filled in.
fn is_front_door(machine: &Machine) -> bool {
    matches!(machine.face(), Face::Step { step, .. } if matches!(step.step, Step::Identify { identifier: None, .. }))
}

fn is_going_back(machine: &Machine) -> bool {
    matches!(machine.face(), Face::Step { busy: Some(ActionName::Back), .. })
}

/// Keeps `want` in the history, after the frame that shows what is wanted: writing there takes longer than drawing.
fn remember(want: Here) {
    let is_planned = HISTORY.with_borrow_mut(|history| history.wanted.replace(want).is_some());
    if !is_planned {
        request_animation_frame(|| set_timeout(write_history, Duration::ZERO));
    }
}

fn write_history() {
    HISTORY.with_borrow_mut(|history| {
        // A step back that is under way comes first; what is wanted is written when it has arrived.
        if history.stepping.is_some() {
            return;
        }
        let Some(want) = history.wanted.take().filter(|want| *want != history.here) else { return };
        let Some(browser) = self::history() else { return };
        let was_guarded = history.here.guard;
        history.here = want.clone();
        // A history that takes no entries (a sandboxed frame) is no reason to stop: only reload and Back are poorer.
        let _ = match (was_guarded, want.guard) {
            (false, true) => {
                let below = Here { guard: false, ..want.clone() };
                let _ = browser.replace_state(&below.to_js(), "");
                let pushed = browser.push_state(&want.to_js(), "");
                // A guard that is not there must not be stepped off.
                history.here.guard = pushed.is_ok();
                pushed
            }
            (true, false) => {
                history.stepping = Some(Stepping::Off);
                browser.back()
            }
            (true, true) | (false, false) => browser.replace_state(&want.to_js(), ""),
        };
    });
}

impl Here {
    fn from_js(state: &JsValue) -> Self {
        let is = |name| get(state, name).is_some_and(|value| value.is_truthy());
        let flow = get(state, "flow").and_then(|flow| flow.as_string());
        Self { flow, at_front_door: is("at_front_door"), guard: is("guard") }
    }

    fn to_js(&self) -> JsValue {
        let state = Object::new();
        let put = |name: &str, value: JsValue| {
            let _ = Reflect::set(&state, &name.into(), &value);
        };
        put("flow", self.flow.as_deref().map_or(JsValue::NULL, Into::into));
        put("at_front_door", self.at_front_door.into());
        put("guard", self.guard.into());
        state.into()
    }
}

/// Leaves for `url`, so that the browser's Back does not lead into a finished flow.
pub fn leave(url: &str) {
    let guarded = HISTORY.with_borrow_mut(|history| {
        let guarded = history.here.guard || matches!(history.stepping, Some(Stepping::Off));
        let stepping = history.stepping.is_some();
        if guarded {
            history.stepping = Some(Stepping::Away(url.into()));
        }
        guarded.then_some(stepping)
    });
    match (guarded, history()) {
        (Some(false), Some(browser)) => {
            let _ = browser.back();
            leave_anyway();
        }
        (Some(true), _) => leave_anyway(),
        (None, _) | (_, None) => {
            let _ = window().location().replace(url);
        }
    }
}

/// A step back that leads nowhere must not keep anybody here.
fn leave_anyway() {
    let leave = || {
        let stepping = HISTORY.with_borrow_mut(|history| history.stepping.take());
        if let Some(Stepping::Away(url)) = stepping {
            let _ = window().location().replace(&url);
        }
    };
    set_timeout(leave, Duration::from_millis(500));
}

/// Loads the page anew.
pub fn reload() {
    let _ = window().location().reload();
}

/// Calls when the member goes back while there is a step to go back to.
pub fn on_back(heard: fn()) {
    window_event_listener(ev::popstate, move |event| {
        let to = Here::from_js(&event.state());
        let meant = HISTORY.with_borrow_mut(|history| {
            let was_guarded = history.here.guard;
            match history.stepping.take() {
                Some(Stepping::Off) => {
                    history.here.guard = false;
                    if let Some(browser) = self::history() {
                        let _ = browser.replace_state(&history.here.to_js(), "");
                    }
                    set_timeout(write_history, Duration::ZERO);
                    false
                }
                Some(Stepping::Away(url)) => {
                    history.here.guard = false;
                    let _ = window().location().replace(&url);
                    false
                }
                // An entry of this flow: off the guard is back, and onto another guard is nothing.
                None if to.flow == history.here.flow => {
                    history.here.guard = to.guard;
                    was_guarded && !to.guard
                }
                // A fragment makes an entry of its own, which stands for what is shown.
                None if to.flow.is_none() => {
                    if let Some(browser) = self::history() {
                        let _ = browser.replace_state(&history.here.to_js(), "");
                    }
                    false
                }
                // Another flow began in this tab before, and this entry is that one's.
                None => {
                    reload();
                    false
                }
            }
        });
        if meant {
            heard();
        }
    });
    // A page out of the back/forward cache shows a moment that is over.
    window_event_listener(ev::pageshow, |event| {
        if event.persisted() {
            reload();
        }
    });
}

/// Calls when the page is seen again, and when it no longer is or never was.
pub fn on_sight(heard: fn(bool)) {
    if document().hidden() {
        heard(false);
    }
    window_event_listener(ev::visibilitychange, move |_| heard(!document().hidden()));
}

/// Calls when the page is left, also into the back/forward cache, and when the app around it says that its screen is: that
/// one dispatches `daemun-leave` on the window.
#[cfg(feature = "whole")]
pub fn on_leave(heard: fn()) {
    window_event_listener(ev::pagehide, move |_| heard());
    window_event_listener_untyped("daemun-leave", move |_| heard());
}

/// Calls when the network comes and goes.
pub fn on_connection(heard: fn(bool)) {
    window_event_listener(ev::online, move |_| heard(true));
    window_event_listener(ev::offline, move |_| heard(false));
}

/// Calls every second while the page lives.
pub fn every_second(tick: impl Fn() + 'static) {
    set_interval(tick, Duration::from_secs(1));
}

/// The words that the page has loaded, and their language.
pub fn words() -> (Array, String) {
    let daemun = daemun();
    let words = get(&daemun, "spoken").and_then(|words| words.dyn_into().ok()).unwrap_or_default();
    (words, get(&daemun, "language").and_then(|language| language.as_string()).unwrap_or_default())
}

/// Calls when the member switches the language.
pub fn on_language(heard: fn(Array, String)) {
    let speak = Closure::<dyn Fn(Array, String)>::new(heard).into_js_value();
    let _ = Reflect::set(&daemun(), &"speak".into(), &speak);
}

/// Calls when this tab is the one that asks what becomes of its flow, when another one is, and when that one has news;
/// see `page/tabs.js`.
#[cfg(feature = "whole")]
pub fn on_tabs(elected: fn(), outvoted: fn(), news: fn()) {
    for (name, heard) in [("daemun-elected", elected), ("daemun-outvoted", outvoted), ("daemun-news", news)] {
        window_event_listener_untyped(name, move |_| heard());
    }
}

/// Tells the other tabs of the flow that there is news.
#[cfg(feature = "whole")]
pub fn spread() {
    call(&daemun(), "spread", &JsValue::UNDEFINED);
}

/// What happened to the first form before the app was there: `submit` or `use_organisation`.
pub fn early() -> Option<String> {
    get(&daemun(), "early").and_then(|early| early.as_string())
}

/// What is ticked where the member is asked whether to be remembered; see `page/accounts.js`.
pub fn remembers() -> Option<bool> {
    get(&daemun(), "remembers").map(|ticked| ticked.is_truthy())
}

/// Has the page list the accounts that the browser remembers, as JSON, in the words from `first` on.
pub fn list_accounts(accounts: &str, first: u32) {
    if let Some(list) = method(&daemun(), "accounts") {
        let _ = list.call2(&JsValue::NULL, &accounts.into(), &first.into());
    }
}

/// What the form was sent for, where it was by one of those accounts: an action's name and the account, with a space between.
pub fn chosen() -> Option<String> {
    get(&daemun(), "chosen")?.as_string()
}

/// The app is in charge.
pub fn started() {
    if let Some(root) = document().document_element() {
        set(&root, "data-app", "ready");
    }
    call(&daemun(), "started", &JsValue::UNDEFINED);
}

/// The app cannot go on; the page's own script says so.
pub fn fail(why: &str) {
    call(&daemun(), "fail", &why.into());
}

/// Names the page after the screen's heading, once that says what it will say.
pub fn entitle() {
    call(&daemun(), "entitle", &JsValue::UNDEFINED);
}

/// Puts the focus where the eye is: into the first field that can be filled, or onto the heading.
pub fn focus_screen() {
    let element = |selector| document().query_selector(selector).ok().flatten();
    // Where there is a picture, or a whole page of settings, it is looked at first.
    let target = element("#app form:not(:has(.qr,.setting)) input:not([readonly],[type=checkbox])")
        .or_else(|| element("#app h1"));
    if let Some(target) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
        let _ = target.focus();
    }
}

/// What the browser calls itself.
#[cfg(feature = "whole")]
pub fn agent() -> String {
    get(&navigator(), "userAgent").and_then(|agent| agent.as_string()).unwrap_or_default()
}

pub(super) fn navigator() -> JsValue {
    get(&js_sys::global(), "navigator").unwrap_or(JsValue::UNDEFINED)
}

/// What the device around the page could be called.
#[cfg(feature = "whole")]
pub fn this_device() -> ThisDevice {
    let fingers = get(&navigator(), "maxTouchPoints").and_then(|points| points.as_f64()).unwrap_or_default();
    ThisDevice::of(&agent(), fingers > 1.0)
}

/// What the browser runs on, for the apps to be had there.
#[cfg(feature = "whole")]
pub fn platform() -> Platform {
    match this_device().system {
        Some("Android") => Platform::Android,
        Some("iPhone" | "iPad") => Platform::Ios,
        Some("Mac") => Platform::Macos,
        Some("Windows") => Platform::Windows,
        Some(_) | None => Platform::Other,
    }
}

pub(super) fn daemun() -> JsValue {
    get(&js_sys::global(), "daemun").unwrap_or(JsValue::UNDEFINED)
}

pub(super) fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_null() && !value.is_undefined())
}

pub(super) fn method(object: &JsValue, name: &str) -> Option<Function> {
    get(object, name)?.dyn_into().ok()
}

pub(super) fn call(object: &JsValue, name: &str, argument: &JsValue) -> Option<JsValue> {
    method(object, name)?.call1(object, argument).ok()
}

fn history() -> Option<web_sys::History> {
    window().history().ok()
}
