//! A workspace's own name, logo and colour: where it is known, for as long as it is, and readable whatever it is (FEATURES X5).

use daemun_backend::{Accent, Brand, Config, Logo};
use serde_json::json;

use crate::harness::{Member, Requests, Tampering, Theme, story, story_with};

/// A green square.
const LOGO: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><rect width=\"8\" height=\"8\" fill=\"#0f7a5f\"/></svg>";
/// The same as a `data:` URL.
const AS_DATA: &str = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCA4IDgiPjxyZWN0IHdpZHRoPSI4IiBoZWlnaHQ9IjgiIGZpbGw9IiMwZjdhNWYiLz48L3N2Zz4=";

/// Whose door a person sees: the name in the page's head, and whether a picture that could be drawn is beside it.
const DOOR: &str = r#"
    const brand = document.querySelector(".brand");
    const picture = brand.querySelector("img");
    const seen = (element) => element.checkVisibility({ visibilityProperty: true });
    return {
        name: seen(brand) ? brand.textContent.trim() : null,
        logo: seen(picture) && picture.complete && picture.naturalWidth > 0,
        mark: seen(brand.querySelector("svg")),
        branded: document.documentElement.hasAttribute("data-branded"),
    };
"#;

async fn door(member: &Member<'_>) -> serde_json::Value {
    member.runs(DOOR).await
}

/// Waits until the picture is there to be seen.
async fn sees_logo(member: &Member<'_>) {
    let drawn =
        "const it = document.querySelector('.brand img'); return !it.hidden && it.complete && it.naturalWidth > 0";
    member.waits_until_true("the logo", drawn).await;
}

/// As the browser paints them: the accent, its wash, what stands on the accent, the page's ground and its surface.
const PAINTED: &str = r#"
    const painted = (name) => {
        const probe = document.createElement("div");
        probe.style.color = `var(--${name})`;
        document.body.append(probe);
        const canvas = document.createElement("canvas").getContext("2d", { colorSpace: "srgb" });
        canvas.fillStyle = getComputedStyle(probe).color;
        canvas.fillRect(0, 0, 1, 1);
        probe.remove();
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = (name) => {
        const [red, green, blue] = painted(name).map((shade) => shade / 255)
            .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one, other) => {
        const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    return {
        accent: painted("accent"),
        least: Math.min(contrast("accent", "ground"), contrast("accent", "surface"), contrast("accent", "accent-wash"),
            contrast("on-accent", "accent"), contrast("on-accent", "accent-strong"), contrast("text-soft", "accent-wash")),
    };
"#;

async fn accent(member: &Member<'_>) -> serde_json::Value {
    member.runs(PAINTED).await
}

/// X5: the colour comes with the flow and goes with it; no page is built for it.
#[test]
fn x5_a_workspaces_colour_is_shown_where_it_is_known() {
    story(async |gate| {
        gate.policy("nuri", json!({ "accent": "#0f7a5f" })).await;
        let minji = gate.member().await;
        minji.opens("/").await;
        let own = accent(&minji).await["accent"].clone();
        minji.comes_to_password_of("minji@daemun.test", "nuri").await;
        let nuris = accent(&minji).await["accent"].clone();
        assert_ne!(own, nuris, "nuri's own");
        minji.does("back").await;
        minji.comes_to("choose_workspace").await;
        assert_eq!(accent(&minji).await["accent"], own, "nobody's yet");

        gate.policy("nuri", json!({ "accent": null })).await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        assert_eq!(accent(&minji).await["accent"], own);
    });
}

/// X5: any colour can be read, in both themes, as the browser paints it.
#[test]
fn x5_any_colour_can_be_read_in_both_themes() {
    story(async |gate| {
        let minji = gate.member().await;
        for colour in [
            "#ffe000", "#ffffff", "#000000", "#ff0000", "#00ff00", "#0000ff", "#00ffff", "#ff00ff", "#7f7f7f",
            "#123456",
        ] {
            gate.policy("nuri", json!({ "accent": colour })).await;
            minji.opens("/o/nuri").await;
            minji.comes_to("password").await;
            for theme in Theme::ALL {
                minji.switches_theme(theme).await;
                let painted = accent(&minji).await;
                let least = painted["least"].as_f64().expect("a contrast");
                assert!(least >= 4.5, "{colour}, {theme:?}: {painted}");
            }
        }
    });
}

/// X5, X10: what is no colour is none, whoever says so.
#[test]
fn x5_what_is_no_colour_changes_nothing() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        let own = accent(&minji).await;
        let flow = gate.wire.last_answer();
        for lie in [
            "red",
            "#12345",
            "#1234567",
            "var(--danger)",
            "#123456; background: url(https://evil.example/)",
            "",
            "#12345g",
        ] {
            let mut flow = flow.clone();
            flow["workspace"]["accent"] = json!(lie);
            let lying = gate
                .wire
                .tamper(Requests::posts("/flows"), Tampering::answer(201, "application/json", flow.to_string()));
            minji.opens("/o/nuri").await;
            minji.comes_to("password").await;
            assert_eq!(accent(&minji).await, own, "{lie}");
            lying.lift();
        }
    });
}

/// X5: name and logo stand in the head while it is known where the member goes, and in the page's title.
#[test]
fn x5_name_and_logo_are_shown_where_they_are_known() {
    story(async |gate| {
        gate.policy("nuri", json!({ "logo": AS_DATA, "accent": "#0f7a5f" })).await;
        let minji = gate.member().await;
        minji.opens("/").await;
        let own = json!({ "name": "Daemun", "logo": false, "mark": true, "branded": false });
        assert_eq!(door(&minji).await, own);
        minji.comes_to_password_of("minji@daemun.test", "nuri").await;
        sees_logo(&minji).await;
        assert_eq!(door(&minji).await, json!({ "name": "누리소프트", "logo": true, "mark": false, "branded": true }));
        for theme in Theme::ALL {
            minji.switches_theme(theme).await;
            minji.keeps_picture(&format!("branded-password-{}", theme.name())).await;
        }
        minji.browser.set_width(320).await;
        minji.keeps_picture("branded-password-320").await;
        let title = |title: &str| title.ends_with(" · 누리소프트");
        minji.waits_for("the workspace in the title", |sight| title(&sight.title)).await;
        minji.reloads().await;
        minji.comes_to("password").await;
        sees_logo(&minji).await;
        minji.does("back").await;
        minji.comes_to("choose_workspace").await;
        assert_eq!(door(&minji).await, own, "nobody's yet");
    });
}

/// X5: as long as it is not known whose door this is, nobody's is shown: neither the deployment's nor one from before.
#[test]
fn x5_no_wrong_brand_is_shown_first() {
    let ours = Brand { name: Some("Works".into()), accent: Accent::parse("#c2410c").ok(), logo: None };
    story_with(
        |config| Config { brand: ours, ..config },
        async |gate| {
            gate.policy("nuri", json!({ "logo": AS_DATA, "accent": "#0f7a5f" })).await;
            let minji = gate.member().await;
            let held = gate.wire.tamper(Requests::posts("/flows"), Tampering::Hold);
            minji.goes_to("/o/nuri").await;
            minji.waits_for("the app", |sight| sight.app == "ready").await;
            let nobodys = json!({ "name": null, "logo": false, "mark": false, "branded": false });
            assert_eq!(door(&minji).await, nobodys);
            held.lift();
            minji.comes_to("password").await;
            assert_eq!(door(&minji).await["name"], "누리소프트");

            // After a reload the same: the flow says whose it is.
            let held = gate.wire.tamper(Requests::reads(), Tampering::Hold);
            minji.reloads().await;
            minji.waits_for("the app", |sight| sight.app == "ready").await;
            assert_eq!(door(&minji).await, nobodys);
            held.lift();
            minji.comes_to("password").await;
            assert_eq!(door(&minji).await["name"], "누리소프트");
            // Whoever cannot be told whose door it is, is told the deployment's.
            let lost = gate.wire.tamper(Requests::reads(), Tampering::Lose);
            minji.reloads().await;
            minji.waits_for("that it is told", |sight| sight.screen == "unopened").await;
            assert_eq!(door(&minji).await["name"], "Works");
            lost.lift();
        },
    );
}

/// X5: the deployment's own look needs no build and no request: it is there with the first picture.
#[test]
fn x5_the_deployments_own_brand_is_there_before_the_app() {
    let logo = Logo::parse(LOGO.into()).expect("a picture");
    let ours = Brand { name: Some("Nuri Works".into()), accent: Accent::parse("#c2410c").ok(), logo: Some(logo) };
    story_with(
        |config| Config { brand: ours, ..config },
        async |gate| {
            let minji = gate.member().await;
            let held = gate.wire.tamper(Requests::of(".wasm"), Tampering::Hold);
            minji.goes_to("/").await;
            sees_logo(&minji).await;
            let ours = json!({ "name": "Nuri Works", "logo": true, "mark": false, "branded": true });
            assert_eq!(door(&minji).await, ours);
            held.lift();
            minji.settles().await;
            assert_eq!(door(&minji).await, ours);
            minji.comes_to_password_of("minji@daemun.test", "nuri").await;
            let sight = minji.sees().await;
            assert!(sight.title.ends_with(" · 누리소프트"), "{sight}");
            assert_eq!(
                door(&minji).await["name"],
                "누리소프트",
                "a workspace without a look of its own keeps the rest"
            );
            assert_eq!(door(&minji).await["branded"], true);
        },
    );
}

/// X5, X10: a logo from elsewhere is not asked for, and one that cannot be drawn leaves the deployment's mark.
#[test]
fn x5_a_logo_from_elsewhere_or_a_broken_one_leaves_the_mark() {
    story(async |gate| {
        let minji = gate.member().await;
        minji.opens("/o/nuri").await;
        minji.comes_to("password").await;
        let flow = gate.wire.last_answer();
        for lie in [
            "https://evil.example/logo.svg",
            "//evil.example/logo.svg",
            "http://[",
            "javascript:alert(1)",
            "data:image/svg+xml,<svg/>",
            "/\\evil.example/logo.svg",
            "/brand/0123456789abcdef01234567.svg",
        ] {
            let mut flow = flow.clone();
            flow["workspace"]["logo"] = json!(lie);
            let lying = gate
                .wire
                .tamper(Requests::posts("/flows"), Tampering::answer(201, "application/json", flow.to_string()));
            minji.browser.provokes("/brand/0123456789abcdef01234567.svg");
            minji.opens("/o/nuri").await;
            minji.comes_to("password").await;
            minji.waits_until_true("the mark", "return document.querySelector('.brand img').hidden").await;
            let sees = json!({ "name": "누리소프트", "logo": false, "mark": true, "branded": false });
            assert_eq!(door(&minji).await, sees, "{lie}");
            // So it stays when something is said on the same page.
            let busy = json!({ "code": "too_many_requests", "status": 429, "retry_after": 5 }).to_string();
            let refused = gate
                .wire
                .tamper(Requests::posts("/actions/submit"), Tampering::answer(429, "application/problem+json", busy));
            minji.fills("password", "some password").await;
            minji.does("submit").await;
            minji.is_told("too_many_requests").await;
            assert_eq!(door(&minji).await, sees, "{lie}, afterwards");
            refused.lift();
            lying.lift();
        }
    });
}
