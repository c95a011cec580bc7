//! Histories of calls that overlapped, made by hand.

use std::collections::BTreeMap;

use model::world::{Answer, Call, World as Account};

use super::*;
use crate::linearizable::{CALLS_MAX, Event, Linearized, linearize};
use crate::parallel::{History, judge};

const EXPORTS: &str = "exports-concurrent-calls-linearizable";
const LOGS: &str = "logs-concurrent-calls-linearizable";
const APPS: &str = "oauth-concurrent-calls-linearizable";
const ONE_EXPORT: &str = "exports-idempotency-concurrent-one-effect";
const ONE_LOG: &str = "logs-idempotency-concurrent-one-effect";

/// Everybody at once.
const ALL: (u64, u64) = (1, 100);
/// The three thirds of the time: each is over before the next begins.
const FIRST: (u64, u64) = (1, 10);
const THEN: (u64, u64) = (20, 30);
const LAST: (u64, u64) = (40, 50);

/// An account with an export in this state, a log request and two apps.
fn account(export: ExportState) -> Account {
    let mut world = World::new();
    world.step(&create(0, 0, None), &created("100"));
    world.step(&request(0, log_body()), &answer(200, &log("7", "Pending")));
    apply::export_moved(&mut world.state, 0, export, AT);
    Account::of(&world.state, 0, AT).expect("it is known")
}

fn event(by: usize, call: Call, answer: Answer, (begun, ended): (u64, u64)) -> Event {
    Event { by: Some(by), call, answer, begun, ended }
}

fn steer(call: Call, answer: Answer, (begun, ended): (u64, u64)) -> Event {
    Event { by: None, call, answer, begun, ended }
}

fn made(id: &str) -> Answer {
    Answer::Made(id.to_owned())
}

fn state(word: &str) -> Answer {
    Answer::Shown(word.to_owned())
}

/// A creation without a key.
fn make(answer: Answer, when: (u64, u64)) -> Event {
    let call = Call::CreateExport { text: None, body: "b".to_owned(), contended: false };
    event(0, call, answer, when)
}

/// A creation under a key that others use meanwhile.
fn keyed(by: usize, answer: Answer, when: (u64, u64)) -> Event {
    let text = Some("k".to_owned());
    event(by, Call::CreateExport { text, body: "b".to_owned(), contended: true }, answer, when)
}

fn ask(by: usize, text: Option<&str>, answer: Answer, when: (u64, u64)) -> Event {
    let text = text.map(str::to_owned);
    let contended = text.is_some();
    event(by, Call::RequestLogs { text, body: "b".to_owned(), contended }, answer, when)
}

fn items(shown: &[(&str, &str)]) -> Answer {
    let items = shown.iter().map(|(id, state)| ((*id).to_owned(), (*state).to_owned()));
    Answer::Items(items.collect())
}

fn list_all(shown: &[(&str, &str)], when: (u64, u64)) -> Event {
    event(0, Call::ListExports, items(shown), when)
}

fn list_apps_of(shown: &[&str], when: (u64, u64)) -> Event {
    let shown: Vec<(&str, &str)> = shown.iter().map(|id| (*id, "")).collect();
    event(0, Call::ListApps, items(&shown), when)
}

fn delete(answer: Answer, when: (u64, u64)) -> Event {
    event(0, Call::DeleteApp("11".to_owned()), answer, when)
}

fn outcome(before: ExportState, events: &[Event], closing: &[Event]) -> Observations {
    let bodies = vec![None; events.len()];
    let world = Some(account(before));
    let history = History { world, events: events.to_vec(), bodies, closing: closing.to_vec() };
    let mut out = Observations::default();
    let order = judge(&history, true, &mut out);
    assert_eq!(order.is_some(), broken(&out).is_empty() && undecided(&out).is_empty());
    if let Some(order) = order {
        let distinct: BTreeSet<usize> = order.iter().copied().collect();
        assert!(distinct.into_iter().eq(0..events.len()), "{order:?} is no order of all");
    }
    out
}

/// The history in an account whose one export is unfinished.
#[track_caller]
fn check_busy(events: &[Event], closing: &[Event], expected: &[&str]) {
    check(&broken(&outcome(ExportState::Pending, events, closing)), expected);
}

/// The history in an account whose one export is over.
#[track_caller]
fn check_idle(events: &[Event], closing: &[Event], expected: &[&str]) {
    check(&broken(&outcome(ExportState::Complete, events, closing)), expected);
}

#[test]
fn creations_without_a_key_all_have_an_effect_of_their_own() {
    let two = [make(made("101"), ALL), make(made("102"), ALL)];
    let (old, new, newer) = (("100", "Pending"), ("101", "Pending"), ("102", "Pending"));
    let end = |shown: &[(&str, &str)]| [list_all(shown, (200, 210))];
    check_busy(&two, &end(&[old, new, newer]), &[]);
    assert!(held(&outcome(ExportState::Pending, &two, &[])).contains(EXPORTS));
    check_busy(&two, &end(&[old, new]), &[EXPORTS]);
    check_busy(&two, &end(&[new, newer]), &[EXPORTS]);
    check_busy(&two, &end(&[old, new, newer, ("103", "Pending")]), &[EXPORTS]);
    check_busy(&[make(made("101"), ALL), make(made("101"), ALL)], &[], &[EXPORTS]);
    check_busy(&[make(made("100"), ALL)], &[], &[EXPORTS]);
    // While one is unfinished another may be refused (C-30), and haste is never wrong.
    for status in [400, 403, 409, 429] {
        let refused = [make(Answer::Refused(status), ALL)];
        check_busy(&refused, &end(&[old]), &[]);
        check_busy(&refused, &end(&[old, new]), &[EXPORTS]);
    }
    check_busy(&[make(Answer::Refused(404), ALL)], &[], &[EXPORTS]);
    check_idle(&[make(Answer::Refused(409), ALL)], &[], &[EXPORTS]);
    check_idle(&[make(made("101"), ALL), make(Answer::Refused(409), ALL)], &[], &[]);
    // The one that was made begins only after the refusal, which it cannot explain.
    check_idle(&[make(Answer::Refused(409), FIRST), make(made("101"), THEN)], &[], &[EXPORTS]);
}

#[test]
fn a_list_shows_what_was_done_before_it_and_nothing_that_comes_later() {
    let (old, new) = (("100", "Pending"), ("101", "Pending"));
    for shown in [&[old][..], &[old, new][..]] {
        check_busy(&[make(made("101"), ALL), list_all(shown, ALL)], &[], &[]);
    }
    check_busy(&[make(made("101"), FIRST), list_all(&[old], THEN)], &[], &[EXPORTS]);
    check_busy(&[make(made("101"), THEN), list_all(&[old, new], FIRST)], &[], &[EXPORTS]);
    check_busy(&[make(made("101"), THEN), list_all(&[old], FIRST)], &[], &[]);
    // Who has seen it cannot lose sight of it again.
    let lost = [make(made("101"), ALL), list_all(&[old, new], FIRST), list_all(&[old], THEN)];
    check_busy(&lost, &[], &[EXPORTS]);
    check_busy(&[list_all(&[], ALL)], &[], &[EXPORTS]);
    check_busy(&[list_all(&[("100", "Complete")], ALL)], &[], &[EXPORTS]);
    check_busy(&[list_all(&[("100", "Sleeping")], ALL)], &[], &[EXPORTS]);
}

#[test]
fn a_get_shows_a_state_that_was_met() {
    let get = |answer, when| event(0, Call::GetExport("100".to_owned()), answer, when);
    let run = |answer, when| {
        steer(Call::MoveExport("100".to_owned(), ExportState::InProgress), answer, when)
    };
    let fail =
        |answer, when| steer(Call::MoveExport("100".to_owned(), ExportState::Failed), answer, when);
    for seen in ["Pending", "InProgress"] {
        check_busy(&[run(Answer::Done, ALL), get(state(seen), ALL)], &[], &[]);
    }
    check_busy(&[run(Answer::Done, FIRST), get(state("Pending"), THEN)], &[], &[EXPORTS]);
    check_busy(&[run(Answer::Done, THEN), get(state("InProgress"), FIRST)], &[], &[EXPORTS]);
    check_busy(&[get(state("Complete"), ALL)], &[], &[EXPORTS]);
    check_busy(&[get(Answer::Refused(404), ALL)], &[], &[EXPORTS]);
    check_busy(&[get(Answer::Refused(429), ALL)], &[], &[]);
    let back =
        [run(Answer::Done, ALL), get(state("InProgress"), FIRST), get(state("Pending"), THEN)];
    check_busy(&back, &[], &[EXPORTS]);
    // Of two moves, one may have made the other impossible.
    check_busy(&[run(Answer::Done, ALL), fail(Answer::Done, ALL)], &[], &[]);
    check_busy(&[run(Answer::Refused(409), ALL), fail(Answer::Done, ALL)], &[], &[]);
    check_busy(&[run(Answer::Done, ALL), run(Answer::Done, ALL)], &[], &[EXPORTS]);
    check_busy(&[run(Answer::Done, ALL), run(Answer::Refused(409), ALL)], &[], &[]);
    check_busy(&[run(Answer::Refused(409), ALL)], &[], &[EXPORTS]);
    check_busy(&[run(Answer::Done, THEN), fail(Answer::Done, FIRST)], &[], &[EXPORTS]);
}

#[test]
fn log_requests_and_their_states_are_explained() {
    let status = |id: &str, word, when| event(0, Call::GetLog(id.to_owned()), state(word), when);
    let shown = |shown: &[(&str, &str)], when| event(0, Call::ListLogs, items(shown), when);
    let old = ("7", "Pending");
    let two = [ask(0, None, made("8"), ALL), ask(0, None, made("9"), ALL)];
    for (eight, nine) in [("Requested", "Pending"), ("Pending", "Pending")] {
        let end = shown(&[old, ("8", eight), ("9", nine)], (200, 210));
        check_idle(&two, &[end], &[]);
    }
    check_idle(&two, &[shown(&[old, ("8", "Pending")], (200, 210))], &[LOGS]);
    let done = shown(&[old, ("8", "Complete"), ("9", "Pending")], (200, 210));
    check_idle(&two, &[done], &[LOGS]);
    check_idle(&[ask(0, None, made("8"), ALL), ask(0, None, made("8"), ALL)], &[], &[LOGS]);
    check_idle(&[ask(0, None, made("7"), ALL)], &[], &[LOGS]);
    for refused in [400, 404, 409] {
        check_idle(&[ask(0, None, Answer::Refused(refused), ALL)], &[], &[LOGS]);
    }
    check_idle(&[ask(0, None, Answer::Refused(429), ALL)], &[], &[]);
    check_idle(&[status("7", "Pending", ALL)], &[], &[]);
    check_idle(&[status("7", "Complete", ALL)], &[], &[LOGS]);
    let finish =
        |when| steer(Call::MoveLog("7".to_owned(), LogState::Complete), Answer::Done, when);
    for word in ["Pending", "Complete"] {
        check_idle(&[finish(ALL), status("7", word, ALL)], &[], &[]);
    }
    check_idle(&[finish(FIRST), status("7", "Pending", THEN)], &[], &[LOGS]);
    check_idle(&[finish(ALL), finish(ALL)], &[], &[LOGS]);
}

#[test]
fn of_two_deletions_one_succeeds() {
    let gone = || Answer::Refused(404);
    check_idle(&[delete(Answer::Done, ALL), delete(gone(), ALL)], &[], &[]);
    check_idle(&[delete(Answer::Done, ALL), delete(Answer::Done, ALL)], &[], &[APPS]);
    check_idle(&[delete(gone(), ALL), delete(gone(), ALL)], &[], &[APPS]);
    check_idle(&[delete(gone(), FIRST), delete(Answer::Done, THEN)], &[], &[APPS]);
    check_idle(&[delete(Answer::Done, FIRST), delete(gone(), THEN)], &[], &[]);
    for shown in [&["11", "12"][..], &["12"][..]] {
        check_idle(&[delete(Answer::Done, ALL), list_apps_of(shown, ALL)], &[], &[]);
    }
    let late = |shown: &[&str]| [list_apps_of(shown, (200, 210))];
    check_idle(&[delete(Answer::Done, ALL)], &late(&["11", "12"]), &[APPS]);
    check_idle(&[delete(Answer::Done, ALL)], &late(&[]), &[APPS]);
    check_idle(&[delete(Answer::Done, ALL)], &late(&["12"]), &[]);
    check_idle(&[delete(Answer::Refused(429), ALL)], &late(&["12"]), &[APPS]);
}

#[test]
fn a_revoked_key_is_refused_from_then_on() {
    let revoke = |when| steer(Call::RevokeKey(0), Answer::Done, when);
    let no = || Answer::Unauthorized;
    let whole = [("100", "Complete")];
    check_idle(&[revoke(ALL), make(no(), ALL)], &[], &[]);
    check_idle(&[revoke(ALL), make(made("101"), ALL)], &[], &[]);
    check_idle(&[revoke(FIRST), make(made("101"), THEN)], &[], &[EXPORTS]);
    check_idle(&[revoke(THEN), make(no(), FIRST)], &[], &[EXPORTS]);
    check_idle(&[make(no(), ALL)], &[], &[EXPORTS]);
    check_idle(&[revoke(FIRST), list_all(&whole, THEN)], &[], &[EXPORTS]);
    check_idle(&[revoke(FIRST), list_apps_of(&["11", "12"], THEN)], &[], &[APPS]);
    check_idle(&[revoke(FIRST), ask(0, None, made("8"), THEN)], &[], &[LOGS]);
    // Once refused, refused for good.
    let again = [revoke(ALL), make(no(), FIRST), list_all(&whole, THEN)];
    check_idle(&again, &[], &[EXPORTS]);
    // Another key lives on.
    check_idle(&[revoke(FIRST), event(4, Call::ListExports, items(&whole), THEN)], &[], &[]);
    check_idle(&[revoke(FIRST), event(4, Call::ListExports, no(), THEN)], &[], &[EXPORTS]);
}

#[test]
fn creations_under_one_key_make_one_export() {
    let no = |status| Answer::Refused(status);
    let old = ("100", "Complete");
    let new = ("101", "Pending");
    let end = [list_all(&[old, new], (200, 210))];
    let many = |answers: &[Answer]| -> Vec<Event> {
        answers.iter().map(|answer| keyed(0, answer.clone(), ALL)).collect()
    };
    check_idle(&many(&[made("101"), made("101"), made("101")]), &end, &[]);
    let right = outcome(ExportState::Complete, &many(&[made("101"), made("101")]), &end);
    assert!(held(&right).contains(ONE_EXPORT));
    check_idle(&many(&[made("101"), no(409), no(429)]), &end, &[]);
    check_idle(&many(&[made("101"), made("102")]), &end, &[ONE_EXPORT]);
    check_idle(&many(&[no(409), no(409)]), &[], &[ONE_EXPORT]);
    check_idle(&many(&[no(429), no(409)]), &[], &[]);
    check_busy(&many(&[no(409), no(409)]), &[], &[]);
    // One that is over before the loser begins leaves it nothing to wait for.
    let late = [keyed(0, made("101"), FIRST), {
        let text = Some("k".to_owned());
        let call = Call::CreateExport { text, body: "b".to_owned(), contended: false };
        event(0, call, no(409), THEN)
    }];
    check_idle(&late, &[], &[EXPORTS]);
    // An effect that no answer tells of shows in the lists.
    let more = [list_all(&[old, new, ("102", "Pending")], (200, 210))];
    check_idle(&many(&[made("101"), made("101")]), &more, &[ONE_EXPORT]);
    check_idle(&many(&[made("101"), no(409)]), &more, &[ONE_EXPORT]);
    check_idle(&many(&[no(429), no(429)]), &end, &[ONE_EXPORT]);
    check_idle(&many(&[made("101"), made("101")]), &[list_all(&[old], (200, 210))], &[EXPORTS]);
    // Keys of the API have each their own.
    let two = [keyed(0, made("101"), ALL), keyed(4, made("102"), ALL)];
    check_idle(&two, &[], &[]);
    let shared = [keyed(0, made("101"), ALL), keyed(4, made("101"), ALL)];
    check_idle(&shared, &[], &[EXPORTS]);
}

#[test]
fn the_answers_under_one_key_are_one_answer() {
    let events = vec![keyed(0, made("101"), ALL), keyed(0, made("101"), ALL)];
    let answers = |bodies: [&str; 2]| {
        let bodies = bodies.iter().map(|body| Some(json!({ "response": body }))).collect();
        let world = Some(account(ExportState::Complete));
        let history = History { world, events: events.clone(), bodies, closing: Vec::new() };
        let mut out = Observations::default();
        judge(&history, false, &mut out);
        broken(&out)
    };
    check(&answers(["one", "one"]), &[]);
    check(&answers(["one", "another"]), &[ONE_EXPORT]);
}

#[test]
fn log_requests_under_one_token_resolve_to_one() {
    let same = |by, answer| ask(by, Some("t"), answer, ALL);
    let no = |status| Answer::Refused(status);
    check_idle(&[same(0, made("8")), same(0, made("8")), same(0, no(409))], &[], &[]);
    check_idle(&[same(0, made("8")), same(0, made("9"))], &[], &[ONE_LOG]);
    check_idle(&[same(0, no(409)), same(0, no(409))], &[], &[ONE_LOG]);
    check_idle(&[same(0, no(429)), same(0, no(429))], &[], &[]);
    // Whether a token is the account's or the key's is not said: both are right.
    check_idle(&[same(0, made("8")), same(4, made("8"))], &[], &[]);
    check_idle(&[same(0, made("8")), same(4, made("9"))], &[], &[]);
    check_idle(&[same(0, made("8")), same(4, no(409))], &[], &[]);
    let thrice = [
        ask(0, Some("t"), made("8"), FIRST),
        ask(4, Some("t"), made("9"), THEN),
        ask(0, Some("t"), made("8"), LAST),
    ];
    check_idle(&thrice, &[], &[]);
    // What is another request's answer is nobody's.
    check_idle(&[same(0, made("7"))], &[], &[LOGS]);
    let end = |shown: &[(&str, &str)]| [event(0, Call::ListLogs, items(shown), (200, 210))];
    let (old, new) = (("7", "Pending"), ("8", "Pending"));
    let two = [same(0, made("8")), same(0, made("8"))];
    check_idle(&two, &end(&[old, new]), &[]);
    check_idle(&two, &end(&[old, new, ("9", "Pending")]), &[ONE_LOG]);
}

#[test]
fn one_area_is_not_blamed_for_another() {
    let events = [
        make(made("101"), ALL),
        delete(Answer::Done, ALL),
        delete(Answer::Done, ALL),
        ask(0, None, made("8"), ALL),
    ];
    let out = outcome(ExportState::Pending, &events, &[]);
    check(&broken(&out), &[APPS]);
}

#[test]
fn what_is_not_known_is_not_judged() {
    let judge = |world: Option<Account>, events: Vec<Event>| {
        let bodies = vec![None; events.len()];
        let mut out = Observations::default();
        let order = judge(&History { world, events, bodies, closing: Vec::new() }, true, &mut out);
        assert!(order.is_none() && broken(&out).is_empty());
        undecided(&out)
    };
    let wrong = || make(made("100"), ALL);
    check(&judge(None, vec![wrong()]), &[EXPORTS]);
    // A server error is blamed by itself, and may have had any effect.
    let failed = make(Answer::Refused(503), ALL);
    let known = account(ExportState::Pending);
    check(&judge(Some(known), vec![wrong(), failed]), &[EXPORTS]);
}

#[test]
fn the_search_is_bounded() {
    let world = account(ExportState::Pending);
    let get = || event(0, Call::GetExport("100".to_owned()), state("Pending"), ALL);
    let long = |n| vec![get(); n];
    assert_eq!(linearize(&world, &[], 0), Linearized::Order(Vec::new()));
    assert_eq!(linearize(&world, &long(3), 2), Linearized::Unknown);
    assert!(matches!(linearize(&world, &long(CALLS_MAX), 100), Linearized::Order(_)));
    assert_eq!(linearize(&world, &long(CALLS_MAX + 1), 1000), Linearized::Unknown);
    // Many at once that end in nothing: more worlds than may be looked at.
    let mut many: Vec<Event> = (0..9).map(|n| make(made(&(200 + n).to_string()), ALL)).collect();
    many.push(make(made("100"), ALL));
    assert_eq!(linearize(&world, &many, 100), Linearized::Unknown);
    let history = History {
        world: Some(world),
        bodies: vec![None; CALLS_MAX + 1],
        events: long(CALLS_MAX + 1),
        closing: Vec::new(),
    };
    let mut out = Observations::default();
    assert_eq!(judge(&history, true, &mut out), None);
    check(&broken(&out), &[]);
    check(&undecided(&out), &[EXPORTS]);
}

#[test]
fn how_far_a_history_can_be_explained_is_told() {
    let world = account(ExportState::Pending);
    let events = [make(made("101"), FIRST), make(made("102"), THEN), make(made("101"), LAST)];
    assert_eq!(linearize(&world, &events, 1000), Linearized::Impossible(2));
    let order = linearize(&world, &events[..2], 1000);
    assert_eq!(order, Linearized::Order(vec![0, 1]));
    let shown: BTreeMap<String, String> = BTreeMap::new();
    let none = event(0, Call::ListExports, Answer::Items(shown), FIRST);
    assert_eq!(linearize(&world, &[none], 1000), Linearized::Impossible(0));
}
