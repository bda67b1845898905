//! Staying where one was going (FEATURES L11).

use serde_json::{Value, json};

use crate::harness::{Gate, Member, Sight, story};

const MINJI: &str = "minji@daemun.test";
const EMMA: &str = "emma@daemun.test";

/// The path with this `return_to` in its query.
fn at(path: &str, return_to: &str) -> String {
    let mut url = url::Url::parse("http://localhost").expect("an address");
    url.query_pairs_mut().append_pair("return_to", return_to);
    format!("{path}?{}", url.query().unwrap_or_default())
}

/// L11: through every step, with detours, to the place at work that minji came from.
#[test]
fn l11_return_to_survives_every_step_and_every_detour() {
    story(async |gate| {
        let wanted = format!("{}/inbox/한글?unread=1&q=a%20b#top", gate.workplace.origin());
        let minji = gate.member().await;
        minji.browser.may_go_to(&gate.workplace.origin());
        minji.opens(&at("/", &wanted)).await;
        minji.at_identify().await.uses_organisation().await;
        minji.at_organisation().await.uses_email().await;
        minji.asks_for_code(MINJI).await;
        minji.at_code().await.goes_back().await;
        minji.asks_for_code(MINJI).await;
        minji.switches_language("ja").await;
        minji.reloads().await;
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;
        minji.comes_to("choose_workspace").await;
        minji.goes_back_in_history().await;
        minji.comes_to("identify").await;
        minji.does("submit").await;
        minji.comes_to("code").await;
        let code = gate.code_for(MINJI).await;
        minji.at_code().await.enters(&code).await;
        minji.at_choose_workspace().await.picks("nuri").await;
        minji.at_password().await.enters("not it").await;
        minji.is_told("credentials_wrong").await;
        let password = gate.password_of(MINJI, "nuri").await;
        minji.at_password().await.enters(&password).await;

        let sight = minji.waits_for("being back at work", |sight| sight.page == "workplace").await;
        let landed = url::Url::parse(&sight.url).expect("an address");
        assert_eq!(landed, url::Url::parse(&wanted).expect("an address"));
    });
}

/// L11: through the organisation's door too, and on the own origin by its path alone.
#[test]
fn l11_return_to_is_honoured_at_the_organisations_door() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens(&at("/o/northwind", "/home?from=here#there")).await;
        let password = gate.password_of(EMMA, "northwind").await;
        emma.at_password().await.enters_with_id(EMMA, &password).await;
        let sight = emma.is_in(EMMA, "northwind").await;
        assert_eq!(sight.url, format!("{}/home?from=here#there", gate.origin()));
    });
}

/// L11: after a flow's end, beginning again still leads there.
#[test]
fn l11_return_to_survives_a_new_beginning() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens(&at("/", "/home?from=here")).await;
        emma.asks_for_code(EMMA).await;
        gate.lets_pass(31 * 60).await;
        emma.reloads().await;
        emma.at_ended().await;
        emma.clicks("[data-action=restart]").await;
        emma.proves_address(EMMA).await;
        emma.enters_password_of(EMMA, "northwind").await;
        assert_eq!(emma.sees().await.url, format!("{}/home?from=here", gate.origin()));
    });
}

/// L11: a place that is not led back to is said, once, and changes nothing else.
#[test]
fn l11_a_place_that_is_not_allowed_is_said_on_the_first_step() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        emma.opens(&at("/", "https://evil.example/")).await;
        let sight = emma.is_told("return_not_allowed").await;
        assert_eq!(sight.screen, "identify");
        assert!(!sight.text.contains("evil.example"), "what it was is not repeated:\n{sight}");
        emma.proves_address(EMMA).await;
        emma.enters_password_of(EMMA, "northwind").await;
        assert_eq!(emma.sees().await.url, format!("{}/home", gate.origin()));
    });
}

/// Written so that some reader somewhere takes them for the gate, or for a place at work. `{gate}` and `{work}` stand
/// for the two allowed authorities, `{port}` for the gate's port.
const HOSTILE: &[&str] = &[
    "https://evil.example/",
    "http://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "////evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "\\/evil.example/",
    "/\t/evil.example/",
    "/\n/evil.example/",
    "/\r\n/evil.example/",
    "\t//evil.example/",
    "\u{0}//evil.example/",
    "\u{1f}//evil.example/",
    " //evil.example/",
    "/%09/evil.example/",
    "/.//evil.example/",
    "/..//evil.example/",
    "/x/..//evil.example/",
    "/%2e%2e//evil.example/",
    "/;/evil.example/",
    "http:evil.example",
    "http:/evil.example",
    "http:///evil.example",
    "http:\\\\evil.example",
    "https:evil.example",
    "https:/\\evil.example/",
    "http://{gate}@evil.example/",
    "http://{gate}:x@evil.example/",
    "http://{gate}%40evil.example/",
    "http://{gate}\\@evil.example/",
    "http://{gate}\\.evil.example/",
    "http://{gate}.evil.example/",
    "http://{gate}%2eevil.example/",
    "http://{gate}%00.evil.example/",
    "http://{gate}\u{0}.evil.example/",
    "http://{gate}\t.evil.example/",
    "http://{gate}。evil.example/",
    "http://evil.example#@{gate}/",
    "http://evil.example?@{gate}/",
    "http://evil.example/{gate}",
    "http://evil.example\\{gate}/",
    "http://evil.example:80#{gate}",
    "http://user@{gate}/home",
    "http://user:password@{gate}/home",
    "http://@{gate}/home",
    "http://:@{gate}/home",
    "http://localhost/home",
    "http://localhost:1/home",
    "http://localhost:0{port}/home",
    "http://localhost:{port}:80/home",
    "http://localhost:{port}1/home",
    "http://localhost.:{port}/home",
    "http://LOCALHOST.evil.example:{port}/",
    "http://localhost%2eevil.example:{port}/",
    "http://127.0.0.1:{port}/home",
    "http://127.1:{port}/home",
    "http://2130706433:{port}/home",
    "http://0x7f000001:{port}/home",
    "http://[::1]:{port}/home",
    "http://[::ffff:127.0.0.1]:{port}/home",
    "https://{gate}/home",
    "https://{work}/",
    "ftp://{gate}/home",
    "ws://{gate}/home",
    "file:///etc/passwd",
    "javascript:document.body.dataset.owned=1",
    "JaVaScRiPt:document.body.dataset.owned=1",
    "java\nscript:document.body.dataset.owned=1",
    "java\tscript:document.body.dataset.owned=1",
    "\u{1}javascript:document.body.dataset.owned=1",
    " javascript:document.body.dataset.owned=1",
    "javascript://{gate}/%0adocument.body.dataset.owned=1",
    "javascript:/*{gate}/*/document.body.dataset.owned=1",
    "data:text/html,<script>document.body.dataset.owned=1</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "blob:http://{gate}/0f0e0d0c",
    "filesystem:http://{gate}/temporary/x",
    "view-source:http://{gate}/home",
    "about:blank",
    "about:srcdoc",
    "intent://{gate}/#Intent;scheme=http;end",
    "\u{feff}http://{gate}/home",
    "\u{202e}http://{gate}/home",
    "http://{gate}\u{200b}/home",
    "http://lоcalhost:{port}/home",
    "http://ⓛocalhost.evil.example:{port}/",
    "home",
    "./home",
    "../home",
    "?x",
    "#x",
    "",
    " ",
    "null",
    "undefined",
    "{gate}/home",
    "http",
    "http:",
    "http://",
    "://",
    "http://[",
    "http://[::1",
    "http://%",
];

/// Signs in at the organisation's door with each of these and looks where that leads.
async fn lands_where_it_may(gate: &Gate, emma: &Member<'_>, hostile: &[&str]) {
    emma.browser.provokes("404 (Not Found)");
    let password = gate.password_of(EMMA, "northwind").await;
    let authority = gate.origin().replace("http://", "");
    let work = gate.workplace.origin().replace("http://", "");
    for written in hostile {
        let value = written
            .replace("{gate}", &authority)
            .replace("{work}", &work)
            .replace("{port}", &gate.wire.port().to_string());
        emma.opens(&at("/o/northwind", &value)).await;
        emma.at_password().await.enters_with_id(EMMA, &password).await;
        let left = |sight: &Sight| sight.path() != "/o/northwind" && sight.app.is_empty() && !sight.text.is_empty();
        let sight = emma.waits_for(&format!("being in, whatever {value:?} says"), left).await;
        // Some are odd paths of the own origin, where there is nothing; none leads anywhere else.
        assert_eq!(sight.origin(), gate.origin(), "{value:?}");
        assert_eq!(emma.runs("return document.body.dataset.owned ?? null").await, Value::Null, "{value:?}");
    }
}

fn part_of_hostile(part: usize) -> &'static [&'static str] {
    const { assert!(HOSTILE.len() >= 60, "the table is to be long") };
    let size = HOSTILE.len().div_ceil(3);
    HOSTILE.chunks(size).nth(part).expect("three parts")
}

/// L11: a hostile `return_to` never leads away. First part of the table.
#[test]
fn l11_no_hostile_return_to_leads_away_1() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        lands_where_it_may(gate, &emma, part_of_hostile(0)).await;
    });
}

/// L11: a hostile `return_to` never leads away. Second part of the table.
#[test]
fn l11_no_hostile_return_to_leads_away_2() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        lands_where_it_may(gate, &emma, part_of_hostile(1)).await;
    });
}

/// L11: a hostile `return_to` never leads away. Third part of the table.
#[test]
fn l11_no_hostile_return_to_leads_away_3() {
    story(async |gate| {
        let emma = gate.member_reading("en").await;
        lands_where_it_may(gate, &emma, part_of_hostile(2)).await;
    });
}

/// L11: the backend's answer over HTTP is the same judgement.
#[test]
fn l11_a_flow_begun_with_a_hostile_return_to_says_so() {
    story(async |gate| {
        let member = gate.member().await;
        member.opens("/").await;
        let script = r#"
            const [values, done] = arguments;
            const known = fetch("/.well-known/daemun").then((answer) => answer.json());
            Promise.all(values.map(async (return_to) => {
                const { steps } = await known;
                const answer = await fetch("/api/v1/flows", {
                    method: "POST",
                    headers: { "content-type": "application/json", "daemun-version": "1", "idempotency-key": crypto.randomUUID() },
                    body: JSON.stringify({
                        kind: "sign_in",
                        hints: { return_to },
                        client: { version: "test", steps, locale: "en" },
                    }),
                });
                return { status: answer.status, body: await answer.json() };
            })).then(done, (error) => done(String(error)));
        "#;
        let authority = gate.origin().replace("http://", "");
        let work = gate.workplace.origin().replace("http://", "");
        let fill = |written: &&str| {
            written
                .replace("{gate}", &authority)
                .replace("{work}", &work)
                .replace("{port}", &gate.wire.port().to_string())
        };
        // What leads nowhere but to the own origin may be allowed; what names a stranger may not.
        let values: Vec<String> = HOSTILE.iter().map(fill).filter(|value| value.contains("evil.example")).collect();
        for some in values.chunks(10) {
            let answers = member.runs_until_done(script, vec![json!(some)]).await;
            for (value, answer) in some.iter().zip(answers.as_array().unwrap_or_else(|| panic!("{answers}"))) {
                let path_of_own_origin = url::Url::parse(&gate.origin())
                    .and_then(|own| own.join(value))
                    .is_ok_and(|url| url.origin().ascii_serialization() == gate.origin());
                let told = answer["body"]["messages"]
                    .as_array()
                    .is_some_and(|messages| messages.iter().any(|message| message["code"] == "return_not_allowed"));
                assert_eq!(answer["status"], 201, "{value:?}: {answer}");
                assert!(told || path_of_own_origin, "{value:?}: {answer}");
            }
        }
    });
}
