//! Content-Security-Policy, Trusted Types, and no third party (FEATURES X10). That no story sees a violation or a request
//! to a stranger is checked at the end of every one of them; here it is checked that they would be seen.

use serde_json::json;

use crate::harness::story;

const HARUTO: &str = "haruto@daemun.test";

/// X10: the policy is strict on every page that the gate gives out.
#[test]
fn x10_every_page_has_a_strict_policy() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        let script = r#"
            const [target, done] = arguments;
            fetch(target).then((answer) => done(Object.fromEntries(answer.headers)), (error) => done({ error: String(error) }));
        "#;
        let of_the_app = ["/", "/o/nuri", "/join", "/reset", "/continue", "/security", "/security/policy", "/approve"];
        for target in of_the_app.into_iter().chain(["/home", "/sandbox/", "/no-such-page"]) {
            let headers = member.runs_until_done(script, vec![json!(target)]).await;
            let policy = headers["content-security-policy"]
                .as_str()
                .unwrap_or_else(|| panic!("{target} has no policy: {headers}"));
            for forbidden in ["'unsafe-inline'", "'unsafe-eval'", "http:", "https:", "*"] {
                assert!(!policy.contains(forbidden), "{target}: {forbidden} in {policy}");
            }
            for needed in
                ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action", "object-src 'none'"]
            {
                // `default-src 'none'` covers objects.
                assert!(
                    policy.contains(needed) || needed.starts_with("object-src"),
                    "{target}: no {needed} in {policy}"
                );
            }
            assert_eq!(headers["x-content-type-options"], "nosniff", "{target}");
            // The app's own pages tell nobody where they are; the backend's own forms need to say it to the backend.
            let referrer = headers["referrer-policy"].as_str().unwrap_or_default();
            let is_of_the_app = of_the_app.contains(&target);
            assert!(referrer == "no-referrer" || referrer == "same-origin" && !is_of_the_app, "{target}: {referrer}");
        }
        member.browser.provokes("/no-such-page");
        let headers = member.runs_until_done(script, vec![json!("/")]).await;
        let policy = headers["content-security-policy"].as_str().unwrap_or_default();
        assert!(policy.contains("require-trusted-types-for 'script'"), "{policy}");
        assert!(policy.contains("'wasm-unsafe-eval'"), "{policy}");
        // On the login path no policy of Trusted Types can be made; with all screens the one that there is can be made once.
        let make = "try { trustedTypes.createPolicy('daemun-push', {}); return 'made' } catch { return 'refused' }";
        for target in ["/", "/approve"] {
            member.opens(target).await;
            assert_eq!(member.runs(make).await, "refused", "{target}");
            member.browser.forgives_all_so_far().await;
        }
    });
}

/// X10: what is injected does not run, and a story would have seen it.
#[test]
fn x10_injected_markup_and_scripts_do_not_run_and_are_seen() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        let before = member.sees().await.violations.len();
        assert_eq!(before, 0);
        let attempts = r#"
            const tries = [
                () => { const script = document.createElement("script"); script.textContent = "document.body.dataset.owned = 1"; document.body.append(script); },
                () => { document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='document.body.dataset.owned = 1'>"); },
                () => { const image = new Image(); image.src = "https://evil.example/pixel.png"; document.body.append(image); },
                () => { document.body.setAttribute("onclick", "document.body.dataset.owned = 1"); document.body.click(); },
                () => { const style = document.createElement("style"); style.textContent = "body { display: none }"; document.head.append(style); },
                () => { const frame = document.createElement("iframe"); frame.src = "https://evil.example/"; document.body.append(frame); },
            ];
            for (const attempt of tries) { try { attempt(); } catch { /* refused before it began */ } }
        "#;
        member.runs(attempts).await;
        let sight = member.waits_for("the violations", |sight| sight.violations.len() >= 4).await;
        assert_eq!(member.runs("return document.body.dataset.owned ?? null").await, serde_json::Value::Null);
        assert!(sight.has_field("identifier"), "the page is as it was:\n{sight}");
        let connect = r#"
            const done = arguments[arguments.length - 1];
            fetch("https://evil.example/").then(() => done("came through"), () => done("refused"));
        "#;
        assert_eq!(member.runs_until_done(connect, Vec::new()).await, "refused");
        let complaints = member.browser.complaints().await;
        assert!(complaints.iter().any(|complaint| complaint.contains("evil.example")), "{complaints:#?}");
        member.browser.forgives_all_so_far().await;
    });
}

/// X10: nobody may put the gate into a frame.
#[test]
fn x10_the_gate_cannot_be_framed() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        let headers = r#"
            const done = arguments[arguments.length - 1];
            fetch("/").then((answer) => done(answer.headers.get("content-security-policy")));
        "#;
        let policy = member.runs_until_done(headers, Vec::new()).await;
        assert!(policy.as_str().is_some_and(|policy| policy.contains("frame-ancestors 'none'")), "{policy}");
    });
}

/// X10: nothing but what the page was built of is asked for on the whole way in, and no address that was typed is in
/// any address of a request.
#[test]
fn x10_the_way_in_asks_only_the_gate_and_tells_no_address() {
    story(async |gate| {
        let haruto = gate.member().await;
        haruto.opens("/").await;
        haruto.proves_address(HARUTO).await;
        haruto.enters_password_of(HARUTO, "sakura").await;
        for passed in gate.wire.passed().iter().filter(|passed| !passed.target.starts_with("/sandbox/")) {
            assert!(!passed.target.contains("haruto"), "{}", passed.target);
            let referer = passed.headers.get("referer").map(|value| value.to_str().unwrap_or_default().to_owned());
            assert!(referer.is_none_or(|referer| !referer.contains('?')), "{}", passed.target);
        }
    });
}
