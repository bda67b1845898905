//! Whoever waits for long needs no more memory for it. This is the one test of its binary and has no harness, so that every
//! allocation is counted and none is anybody else's.

#![expect(clippy::expect_used, reason = "tests say what they expect")]

mod story;

use daemun_flow::{Answer, Effect, Entry, Event, Face, Machine, Moment, Place};
use daemun_protocol::{Flow, Hints, Kind, Offers, Poll, Status, Step, StepState};
use peak_alloc::PeakAlloc;
use story::{SERVER_NOW, Story, answer, flow_at};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const POLLS: u64 = 10_000;
/// Polls after which everything is as large as it gets.
const WARM: u64 = 10;

/// A flow that waits for somebody else, read `millis` after it began; it is carried on for ever.
fn waiting(millis: u64) -> Flow {
    let server_time = SERVER_NOW.plus_seconds(millis / 1000);
    let status = Status::Active {
        step: StepState { id: "1".into(), step: Step::Password { identifier: None, masked: false } },
        actions: Offers::default(),
        poll: Some(Poll { interval: 5 }),
    };
    Flow { server_time, expires_at: server_time.plus_seconds(1800), ..flow_at(Kind::SignIn, 1, status) }
}

/// Says what a harness would say.
fn main() {
    ten_thousand_polls_leave_the_heap_as_it_was();
    println!("\nrunning 1 test\ntest ten_thousand_polls_leave_the_heap_as_it_was ... ok\n");
    println!("test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
}

fn ten_thousand_polls_leave_the_heap_as_it_was() {
    let before = HEAP.current_usage();
    let entry = Entry {
        kind: Kind::SignIn,
        place: Place::Door,
        hints: Hints::default(),
        flow: None,
        left: None,
        at_front_door: true,
    };
    let story = Story::of(Machine::new(entry, |_| true, 7));
    let begin = story.asked();
    let mut story = story.then(Event::Answered(begin, answer(waiting(0))));
    let (mut polls, mut warm) = (0, 0);
    while polls < POLLS {
        // After an answer that was held for long, the next read is on its way already.
        let wake =
            story.effects.iter().find_map(|effect| if let Effect::Wake { at } = effect { Some(*at) } else { None });
        if let Some(at) = wake {
            story.now = at;
            story = story.then(Event::Tick);
        }
        let ticket = story.asked();
        polls += 1;
        // Most are held in vain, some are lost, some bring news.
        story.now = story.now.plus_millis(polls % 3 * 10_000);
        let heard = match polls % 10 {
            0 => Ok(Answer::Flow {
                flow: Box::new(waiting(story.now.millis_since(Moment(1_000)))),
                etag: Some(format!("W/\"{polls:024}\"")),
            }),
            5 => Err(daemun_flow::Fault::Network),
            _ => Ok(Answer::NotModified),
        };
        story = story.then(Event::Answered(ticket, heard));
        if polls == WARM {
            warm = HEAP.current_usage() - before;
        }
    }
    let grown = (HEAP.current_usage() - before).saturating_sub(warm);
    assert!(matches!(story.machine.face(), Face::Step { .. }), "the flow goes on");
    assert!(grown * 100 < warm, "{grown} bytes more after {POLLS} polls than the {warm} after {WARM}");
}
