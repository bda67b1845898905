//! The app inside another site's page, as somebody might embed it whose pages are allowed to be.

use serde_json::json;

use super::gate::{Gate, app};
use super::member::Member;
use super::sight::Sight;
use super::wire::{Requests, Tampered, Tampering};

impl Gate {
    /// This page may be shown inside others, which the built one never may.
    pub fn lets_be_framed(&self, page: &'static str) -> Tampered {
        let file = if page.starts_with("/o/") { "index.html" } else { "whole.html" };
        let html = std::fs::read(app().join(file)).expect("a built page");
        let headers = std::fs::read(app().join("headers.json")).expect("a built page's headers");
        let headers: serde_json::Value = serde_json::from_slice(&headers).expect("JSON");
        let policy = headers["Content-Security-Policy"].as_str().expect("a policy");
        let open = policy.replace("frame-ancestors 'none'; ", "");
        assert_ne!(open, policy, "no page is shown inside others");
        let headers = vec![("content-type", "text/html; charset=utf-8".to_owned()), ("content-security-policy", open)];
        self.wire.tamper(Requests::of(page), Tampering::Answer { status: 200, headers, body: html.into() })
    }
}

impl Member<'_> {
    /// Opens a page of the app inside the workplace's, and looks into it from now on.
    pub async fn opens_in_frame(&self, page: &str) -> Sight {
        let driver = &self.browser.driver;
        driver.goto(self.gate.workplace.origin()).await.unwrap_or_else(|error| panic!("the workplace: {error}"));
        self.waits_for("the workplace", |sight| sight.page == "workplace").await;
        let embed = "const frame = document.createElement('iframe'); frame.src = arguments[0]; frame.height = 800; \
            document.body.append(frame)";
        self.runs_with(embed, vec![json!(format!("{}{page}", self.gate.origin()))]).await;
        driver.enter_frame(0).await.unwrap_or_else(|error| panic!("into the frame: {error}"));
        self.settles().await
    }

    pub async fn leaves_frame(&self) {
        let left = self.browser.driver.enter_default_frame().await;
        left.unwrap_or_else(|error| panic!("out of the frame: {error}"));
    }
}
