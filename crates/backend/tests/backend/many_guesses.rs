//! Many guesses at one code at once, over many connections: so many are evaluated as the rule says, and no more, wherever
//! codes are asked for (FEATURES E2, O2).

use std::collections::BTreeMap;

use serde_json::json;

use crate::visitor::{House, Visitor, fresh_key};

/// Connections at once.
const AT_ONCE: usize = 50;
const GUESSES: u32 = 1000;

/// Guesses a thousand times at one code; how many answers there were of each code, step or status. The first connections all
/// carry wrong ones, five of which use the tries up; the right one is among all those after.
async fn guess(house: &House, visitor: &Visitor, address: &str) -> BTreeMap<String, usize> {
    let right: u32 = house.newest_code(address).await.parse().unwrap();
    let guesses: Vec<_> = (1..=GUESSES).map(|n| (right + if n % 100 == 0 { 0 } else { n }) % 1_000_000).collect();
    let mut told = BTreeMap::new();
    for batch in guesses.chunks(AT_ONCE) {
        let asked = batch.iter().map(|guess| {
            let visitor = visitor.clone();
            let body = visitor.act_body(json!({"code": format!("{guess:06}")}));
            tokio::spawn(async move { visitor.post(&visitor.act_path("submit"), &fresh_key(), &body).await })
        });
        for answer in asked.collect::<Vec<_>>() {
            let answer = answer.await.unwrap().json();
            let step = [&answer["code"], &answer["step"]["code"], &answer["step"]["type"], &answer["status"]];
            let what = step.iter().find_map(|named| named.as_str()).unwrap().to_owned();
            *told.entry(what).or_insert(0) += 1;
        }
    }
    told
}

/// Four wrong, the fifth restricts, and the others find the step gone: the right one among them too.
fn five_were_evaluated() -> BTreeMap<String, usize> {
    [("code_wrong", 4), ("email_restricted", 1), ("stale", GUESSES as usize - 5)]
        .map(|(what, times)| (what.to_owned(), times))
        .into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e2_of_a_thousand_guesses_to_sign_in_five_are_evaluated() {
    let house = House::open().await;
    let mut minji = house.visitor();
    minji.ask_code("minji@daemun.test").await.at("code");
    assert_eq!(guess(&house, &minji, "minji@daemun.test").await, five_were_evaluated());
    minji.read().await.notice("email_restricted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o2_of_a_thousand_guesses_to_open_a_link_five_are_evaluated() {
    let house = House::open().await;
    let mut haerin = house.visitor();
    haerin.open_link(&house.link("link").await).await.at("link_address");
    haerin.submit(json!({"email": "haerin@partner.test"})).await.at("code");
    assert_eq!(guess(&house, &haerin, "haerin@partner.test").await, five_were_evaluated());
    haerin.read().await.notice("email_restricted");
    assert_eq!(house.count("SELECT count(*) FROM link_grant"), 0);
}
