//! A member at their browser: what they can do with the page, and what they wait for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::prelude::*;
use tokio::time::interval;

use super::browser::Browser;
use super::gate::Gate;
use super::sight::Sight;
use super::story::target;
use super::wire::Requests;

/// How long anything may take on a busy machine. A test that passes never waits for it.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long the app may still need to say that it failed.
const AFTER_FAILURE: Duration = Duration::from_secs(2);
const GLANCE: Duration = Duration::from_millis(40);

#[derive(Clone, Copy, Debug)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The button that chooses this second factor.
pub fn choice_of(factor: &str) -> String {
    format!("[data-action=choose][data-factor={factor}]")
}

pub struct Member<'g> {
    pub gate: &'g Gate,
    pub browser: Arc<Browser>,
}

impl<'g> Member<'g> {
    pub fn new(gate: &'g Gate, browser: Arc<Browser>) -> Self {
        Self { gate, browser }
    }

    fn driver(&self) -> &WebDriver {
        &self.browser.driver
    }

    // Going places

    /// Opens a page of the gate, and waits for nothing but that it is there.
    pub async fn goes_to(&self, target: &str) {
        let url = format!("{}{target}", self.gate.origin());
        // Chromium takes the address that it is at for a reload, which keeps the history's entry, and an empty fragment for
        // nothing at all: this is a new visit.
        if self.browser.look().await.is_ok_and(|sight| sight.url == url.trim_end_matches('#')) {
            self.leaves_by(|| self.driver().goto("about:blank")).await;
        }
        self.leaves_by(|| self.driver().goto(url.clone())).await;
    }

    /// Opens a page of the app and waits until the app is in charge of it.
    pub async fn opens(&self, target: &str) -> Sight {
        self.goes_to(target).await;
        self.settles().await
    }

    pub async fn reloads(&self) {
        self.leaves_by(|| self.driver().refresh()).await;
    }

    /// The browser's own Back button. Nobody presses it before the step at hand was shown.
    pub async fn goes_back_in_history(&self) {
        let shown =
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))";
        self.runs_until_done(shown, Vec::new()).await;
        self.driver().back().await.unwrap_or_else(|error| panic!("Back: {error}"));
    }

    /// Forward; where there is nothing to go forward to, nothing happens, as for a person.
    pub async fn goes_forward_in_history(&self) {
        self.runs("history.forward()").await;
    }

    /// Goes away from this document and waits until another one is there to be looked at.
    async fn leaves_by<F: Future<Output = WebDriverResult<()>>>(&self, leave: impl FnOnce() -> F) {
        if let Ok(sight) = self.browser.look().await {
            self.browser.keep(&sight);
        }
        self.runs("window.daemunTestLeft = true").await;
        leave().await.unwrap_or_else(|error| panic!("the page does not open: {error}"));
        let script = "return window.daemunTestLeft !== true && document.readyState !== 'loading'";
        let deadline = Instant::now() + PATIENCE;
        let mut glances = interval(GLANCE);
        // While one document goes and the next comes, there may be none to ask.
        while !matches!(self.driver().execute(script, Vec::new()).await, Ok(answer) if answer.json() == &json!(true)) {
            if Instant::now() > deadline {
                self.gives_up("another page", None).await;
            }
            glances.tick().await;
        }
    }

    /// A second tab with a page of the app in it.
    pub async fn opens_second_tab(&self, target: &str) -> Sight {
        self.opens_tab(target).await;
        self.settles().await
    }

    pub async fn opens_tab(&self, target: &str) {
        let tab = self.driver().new_tab().await.unwrap_or_else(|error| panic!("a second tab: {error}"));
        self.driver().switch_to_window(tab).await.unwrap_or_else(|error| panic!("to the second tab: {error}"));
        self.browser.set_up_tab().await;
        self.goes_to(target).await;
    }

    /// Closes the tab that is looked at; which one is next, says whoever goes on.
    pub async fn closes_tab(&self) {
        if let Ok(sight) = self.browser.look().await {
            self.browser.keep(&sight);
        }
        self.driver().close_window().await.unwrap_or_else(|error| panic!("closing the tab: {error}"));
    }

    pub async fn switches_to_tab(&self, number: usize) {
        if let Ok(sight) = self.browser.look().await {
            self.browser.keep(&sight);
        }
        let deadline = Instant::now() + PATIENCE;
        let mut glances = interval(GLANCE);
        let tab = loop {
            let tabs = self.driver().windows().await.unwrap_or_else(|error| panic!("the tabs: {error}"));
            match tabs.get(number) {
                Some(tab) => break tab.clone(),
                None if Instant::now() > deadline => self.gives_up(&format!("tab {number}"), None).await,
                // One that a click has opened may need a moment.
                None => glances.tick().await,
            };
        };
        self.driver().switch_to_window(tab).await.unwrap_or_else(|error| panic!("to tab {number}: {error}"));
    }

    /// Runs a script in each document from now on, before any script of the page.
    pub async fn runs_before_each_page(&self, script: &str) {
        self.browser.cdp("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    }

    /// Changes to another tab and back, as who reads a mail does; the page hears of both.
    pub async fn looks_away_and_back(&self) {
        self.looks_away_and_back_after(async || {}).await;
    }

    /// The same, after something that the page may take for being looked away from already.
    pub async fn looks_away_and_back_after(&self, before: impl AsyncFnOnce()) {
        let listen = "if (!window.daemunTestSights) document.addEventListener('visibilitychange', () => \
            window.daemunTestSights.push(document.visibilityState)); window.daemunTestSights = []";
        self.runs(listen).await;
        before().await;
        let here = self.driver().window().await.unwrap_or_else(|error| panic!("this tab: {error}"));
        let mail = self.driver().new_tab().await.unwrap_or_else(|error| panic!("another tab: {error}"));
        self.driver().switch_to_window(mail).await.unwrap_or_else(|error| panic!("to the other tab: {error}"));
        self.browser.cdp("Page.bringToFront", json!({})).await;
        self.closes_tab().await;
        self.driver().switch_to_window(here).await.unwrap_or_else(|error| panic!("back to the tab: {error}"));
        self.browser.cdp("Page.bringToFront", json!({})).await;
        let seen = "return String(window.daemunTestSights).endsWith('hidden,visible')";
        self.waits_until_true("the page to have been hidden and shown", seen).await;
    }

    /// Waits until a script says so of what nobody can see.
    pub async fn waits_until_true(&self, hope: &str, script: &str) {
        let deadline = Instant::now() + PATIENCE;
        let mut glances = interval(GLANCE);
        while !matches!(self.driver().execute(script, Vec::new()).await, Ok(answer) if answer.json() == &json!(true)) {
            if Instant::now() > deadline {
                self.gives_up(hope, Some(self.browser.look().await)).await;
            }
            glances.tick().await;
        }
    }

    // Looking and waiting

    pub async fn sees(&self) -> Sight {
        self.waits_for("the page to be there", |_| true).await
    }

    /// The one way to wait: looks until it is so. Whoever waits in vain is told what a person would have seen.
    pub async fn waits_for(&self, hope: &str, is_so: impl Fn(&Sight) -> bool) -> Sight {
        self.waits_longer_for(PATIENCE, hope, is_so).await
    }

    /// For what is meant to take its time.
    pub async fn waits_longer_for(&self, patience: Duration, hope: &str, is_so: impl Fn(&Sight) -> bool) -> Sight {
        let mut deadline = Instant::now() + patience;
        let mut glances = interval(GLANCE);
        loop {
            glances.tick().await;
            let seen = self.browser.look().await;
            if seen.as_ref().is_ok_and(|sight| sight.app == "failed") {
                // Nothing comes after this by itself.
                deadline = deadline.min(Instant::now() + AFTER_FAILURE);
            }
            match seen {
                Ok(sight) if is_so(&sight) => return sight,
                seen if Instant::now() > deadline => self.gives_up(hope, Some(seen)).await,
                Ok(_) | Err(_) => {}
            }
        }
    }

    async fn gives_up(&self, hope: &str, seen: Option<WebDriverResult<Sight>>) -> ! {
        let seen = match seen {
            Some(Ok(sight)) => sight.to_string(),
            Some(Err(error)) => format!("  a page that does not answer: {error}"),
            None => "  nothing".to_owned(),
        };
        panic!("waited in vain for {hope}. A person sees:\n{seen}")
    }

    /// Waits until the app is in charge and wants something of the member.
    pub async fn settles(&self) -> Sight {
        self.waits_for("the app to be ready", Sight::is_settled).await
    }

    pub async fn comes_to(&self, screen: &str) -> Sight {
        self.waits_for(&format!("the screen {screen:?}"), |sight| sight.is_settled() && sight.screen == screen).await
    }

    pub async fn is_told(&self, code: &str) -> Sight {
        self.waits_for(&format!("being told {code:?}"), |sight| sight.is_settled() && sight.says(code)).await
    }

    /// Waits until the input is refused at this field, for this reason of the backend's.
    pub async fn is_told_at(&self, field: &str, reason: &str) -> Sight {
        let wire = &self.gate.wire;
        let refused = |sight: &Sight| {
            let answer = wire.last_answer();
            let said = answer["errors"].as_array().into_iter().flatten().any(|error| {
                error["code"] == reason && error["pointer"].as_str().is_some_and(|pointer| pointer.ends_with(field))
            });
            let codes = &sight.field(field).described_by_codes;
            said && sight.field(field).invalid && codes.iter().any(|code| code == "input_invalid")
        };
        let hope = format!("{field:?} to be refused as {reason:?}");
        self.waits_for(&hope, |sight| sight.is_settled() && sight.has_field(field) && refused(sight)).await
    }

    /// Waits until it is said at the box of these terms that something is wrong with it.
    pub async fn is_told_at_tick(&self, terms: &str) -> Sight {
        self.waits_for(&format!("the box of {terms:?} to be refused"), |sight| {
            let tick = sight.fields.iter().find(|field| field.name == "terms" && field.value == terms);
            sight.is_settled()
                && tick.is_some_and(|tick| {
                    tick.invalid && tick.described_by_codes.iter().any(|code| code == "input_invalid")
                })
        })
        .await
    }

    /// Waits until the member is in, and says where and as whom.
    pub async fn is_in(&self, email: &str, workspace: &str) -> Sight {
        let hope = format!("being in {workspace:?} as {email}");
        let is_home = |sight: &Sight| sight.page == "home" && sight.email == email && sight.workspace == workspace;
        self.waits_for(&hope, is_home).await
    }

    /// Does something that asks the backend, and waits for what comes of it.
    pub async fn awaits_answer<T>(&self, doing: impl Future<Output = T>) -> Sight {
        let before = self.gate.wire.answered(Requests::api());
        doing.await;
        let wire = &self.gate.wire;
        self.waits_for("an answer of the backend", |sight| {
            // A page that is no longer the app's has no state.
            wire.answered(Requests::api()) > before && sight.state != "busy"
        })
        .await
    }

    // Doing things

    /// The first such element that can be seen, or the first one.
    pub async fn finds(&self, selector: &str) -> WebElement {
        let script = "const all = [...document.querySelectorAll(arguments[0])]; \
            return all.find((each) => each.checkVisibility({ visibilityProperty: true })) ?? all[0] ?? null";
        let found = self.driver().execute(script, vec![json!(selector)]).await;
        match found.and_then(|found| found.element()) {
            Ok(element) => element,
            Err(_) => panic!("there is no `{selector}`. A person sees:\n{}", self.sees().await),
        }
    }

    pub async fn clicks(&self, selector: &str) {
        let clicked = self.finds(selector).await.click().await;
        if let Err(error) = clicked {
            panic!("`{selector}` cannot be clicked: {error}. A person sees:\n{}", self.sees().await);
        }
    }

    /// Clicks an action and waits for the backend's answer.
    pub async fn does(&self, action: &str) -> Sight {
        self.awaits_answer(self.clicks(&format!("[data-action={action}]"))).await
    }

    pub async fn chooses(&self, workspace: &str) -> Sight {
        let choice = format!("[data-action=choose][data-workspace={workspace}]");
        self.awaits_answer(self.clicks(&choice)).await
    }

    pub async fn chooses_factor(&self, factor: &str) -> Sight {
        self.awaits_answer(self.clicks(&choice_of(factor))).await
    }

    /// Types at the end of a field.
    pub async fn types(&self, name: &str, text: &str) {
        let field = self.finds(&format!("input[name={name}]:not([readonly])")).await;
        if let Err(error) = field.send_keys(text).await {
            panic!("`{name}` cannot be typed into: {error}. A person sees:\n{}", self.sees().await);
        }
    }

    /// Types over whatever a field has.
    pub async fn fills(&self, name: &str, text: &str) {
        self.types(name, &format!("{}a", Key::Control.value())).await;
        if text.is_empty() {
            self.types(name, &String::from(Key::Backspace.value())).await;
        } else {
            self.types(name, text).await;
        }
    }

    /// Presses keys wherever the focus is.
    pub async fn presses(&self, keys: impl AsRef<str>) {
        let pressed = self.driver().action_chain().send_keys(keys.as_ref()).perform().await;
        pressed.unwrap_or_else(|error| panic!("pressing keys: {error}"));
    }

    pub async fn presses_key(&self, key: Key) {
        self.presses(key.value().to_string()).await;
    }

    pub async fn presses_shift_tab(&self) {
        let chain = self.driver().action_chain().key_down(Key::Shift).send_keys(Key::Tab.value().to_string());
        let pressed = chain.key_up(Key::Shift).perform().await;
        pressed.unwrap_or_else(|error| panic!("Shift and Tab: {error}"));
    }

    /// Lets the page use the clipboard, as a browser does by itself when a person presses a button.
    pub async fn may_use_clipboard(&self) {
        let origin = self.gate.origin();
        let permissions = json!({ "origin": origin, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
        self.browser.cdp("Browser.grantPermissions", permissions).await;
    }

    /// What the clipboard has. Not every browser lets a page read it before it is allowed to.
    pub async fn clipboard(&self) -> Value {
        self.may_use_clipboard().await;
        self.runs_until_done("navigator.clipboard.readText().then(arguments[0])", Vec::new()).await
    }

    /// Puts text on the clipboard and pastes it where the focus is, as Ctrl+V does.
    pub async fn pastes(&self, text: &str) {
        self.may_use_clipboard().await;
        let write = json!({
            "expression": format!("navigator.clipboard.writeText({})", json!(text)),
            "awaitPromise": true,
            "userGesture": true,
        });
        let written = self.browser.cdp("Runtime.evaluate", write).await;
        assert!(written.get("exceptionDetails").is_none(), "the clipboard: {written}");
        for kind in ["keyDown", "keyUp"] {
            let key = json!({
                "type": kind,
                "key": "v",
                "code": "KeyV",
                "windowsVirtualKeyCode": 86,
                "modifiers": 2,
                "commands": if kind == "keyDown" { json!(["paste"]) } else { json!([]) },
            });
            self.browser.cdp("Input.dispatchKeyEvent", key).await;
        }
    }

    pub async fn switches_language(&self, language: &str) -> Sight {
        let offered = |sight: &Sight| sight.languages.iter().any(|offered| offered == language);
        self.waits_for(&format!("{language:?} among the languages"), offered).await;
        self.clicks(&format!("select[name=language] option[value={language}]")).await;
        self.waits_for(&format!("the language {language:?}"), |sight| sight.lang == language).await
    }

    pub async fn switches_theme(&self, theme: Theme) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": theme.name() },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.browser.cdp("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    pub async fn switches_width(&self, width: u32) {
        self.browser.set_width(width).await;
    }

    /// Is at another machine, as far as the browser tells.
    pub async fn pretends_to_be(&self, user_agent: &str) {
        self.browser.cdp("Emulation.setUserAgentOverride", json!({ "userAgent": user_agent })).await;
    }

    pub async fn goes_offline(&self) {
        self.network(true).await;
    }

    pub async fn comes_online(&self) {
        self.network(false).await;
    }

    async fn network(&self, offline: bool) {
        self.browser.provokes("net::ERR_INTERNET_DISCONNECTED");
        self.browser.cdp("Network.enable", json!({})).await;
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.browser.cdp("Network.emulateNetworkConditions", conditions).await;
    }

    /// Begins or changes a letter that an input method composes at the caret, as for Hangul.
    pub async fn composes(&self, letters: &str) {
        let end = letters.encode_utf16().count();
        let composition = json!({ "text": letters, "selectionStart": end, "selectionEnd": end });
        self.browser.cdp("Input.imeSetComposition", composition).await;
    }

    /// Ends the composition with these letters.
    pub async fn ends_composing(&self, letters: &str) {
        self.browser.cdp("Input.insertText", json!({ "text": letters })).await;
    }

    // Reading off

    /// Saves what is to be seen now under `target/screens`.
    pub async fn keeps_picture(&self, name: &str) {
        let picture = self.browser.save_screenshot(target().join("screens").join(format!("{name}.png"))).await;
        assert!(picture.is_some(), "no picture of {name}");
    }

    /// Runs a script in the page and returns what it returns.
    pub async fn runs(&self, script: &str) -> Value {
        self.runs_with(script, Vec::new()).await
    }

    pub async fn runs_with(&self, script: &str, arguments: Vec<Value>) -> Value {
        let ran = self.driver().execute(script, arguments).await;
        ran.unwrap_or_else(|error| panic!("the script `{script}`: {error}")).json().clone()
    }

    /// Runs a script that ends by calling its last argument.
    pub async fn runs_until_done(&self, script: &str, arguments: Vec<Value>) -> Value {
        let ran = self.driver().execute_async(script, arguments).await;
        ran.unwrap_or_else(|error| panic!("the script `{script}`: {error}")).json().clone()
    }

    /// The flow that this entry of the history stands for.
    pub async fn flow_id(&self) -> String {
        self.waits_for("a flow in history.state", |sight| !sight.flow.is_empty()).await.flow
    }
}
