//! The sequential specification: which answers are right, call by call.

use super::*;
use crate::state::App;
use crate::world::{Answer, Call, World};

fn made(id: &str) -> Answer {
    Answer::Made(id.to_owned())
}

fn shown(state: &str) -> Answer {
    Answer::Shown(state.to_owned())
}

fn items(shown: &[(&str, &str)]) -> Answer {
    Answer::Items(shown.iter().map(|(id, s)| ((*id).to_owned(), (*s).to_owned())).collect())
}

fn make(text: Option<&str>, body: &str, contended: bool) -> Call {
    Call::CreateExport { text: text.map(str::to_owned), body: body.to_owned(), contended }
}

fn ask(text: Option<&str>, body: &str, contended: bool) -> Call {
    Call::RequestLogs { text: text.map(str::to_owned), body: body.to_owned(), contended }
}

fn state_of_all(jobs: Jobs) -> State {
    let mut state = state();
    state.accounts[0].setup.jobs = jobs;
    state.accounts[0].apps = vec![
        App { id: "11".to_owned(), present: Some(true) },
        App { id: "12".to_owned(), present: Some(false) },
    ];
    apply::answer(&mut state, &create(0, 1), &created("100"), AT, NOW);
    let step = Transition::RequestLogs {
        by: Credential::Key(0),
        handle: 2,
        body: crate::transition::LogBody {
            database: None,
            region_group: Some("us-std".to_owned()),
            start_seconds: -2,
            end_seconds: -1,
            idempotency_token: Some("t".to_owned()),
            offset_hours: 0,
        },
    };
    let json = json!({"request_id": "7", "state": "Pending"});
    let response = Response { status: 200, json: Some(json), ..Response::default() };
    apply::answer(&mut state, &step, &response, AT, NOW);
    state
}

fn world(jobs: Jobs) -> World {
    World::of(&state_of_all(jobs), 0, AT).expect("it is known")
}

/// Which of the answers are right now.
#[track_caller]
fn check(world: &World, by: usize, call: &Call, right: &[Answer], wrong: &[Answer]) {
    for answer in right {
        assert!(world.step(Some(by), call, answer).is_some(), "{answer:?} to {call:?}");
    }
    for answer in wrong {
        assert!(world.step(Some(by), call, answer).is_none(), "{answer:?} to {call:?}");
    }
}

/// The world after calls that were answered rightly.
fn after(world: &World, calls: &[(Option<usize>, Call, Answer)]) -> World {
    calls.iter().fold(world.clone(), |world, (by, call, answer)| {
        world.step(*by, call, answer).unwrap_or_else(|| panic!("{answer:?} to {call:?}"))
    })
}

fn refused(statuses: &[u16]) -> Vec<Answer> {
    statuses.iter().map(|status| Answer::Refused(*status)).collect()
}

#[test]
fn a_creation_is_new_or_a_replay() {
    let idle = after(
        &world(Jobs::Manual),
        &[(None, Call::MoveExport("100".to_owned(), ExportState::Failed), Answer::Done)],
    );
    let new = make(None, "b", false);
    let odd = [made("100"), shown("Pending"), Answer::Done, items(&[]), Answer::Unauthorized];
    check(&idle, 0, &new, &[made("101")], &odd);
    check(&idle, 0, &new, &refused(&[429]), &refused(&[400, 403, 404, 409, 422]));
    // While one is unfinished (C-30).
    let busy = world(Jobs::Manual);
    assert!(busy.is_busy() && !idle.is_busy());
    check(&busy, 0, &new, &refused(&[400, 403, 409, 429]), &refused(&[404, 422]));
    // Under a key that was used for another body (C-31), and by somebody else.
    let used = make(Some("k"), "b", false);
    check(&idle, 0, &used, &[made("100")], &[made("101")]);
    check(&idle, 0, &used, &refused(&[400, 409, 422, 429]), &refused(&[403, 404]));
    let same = make(Some("k"), &body().to_json().to_string(), false);
    check(&idle, 0, &same, &[made("100")], &refused(&[400, 409, 422]));
    check(&busy, 0, &same, &[made("100")], &refused(&[400, 403, 409]));
    check(&idle, 4, &same, &[made("101")], &[made("100")]);
    // While another is at it (C-33).
    let meeting = make(Some("new"), "b", true);
    check(&idle, 0, &meeting, &refused(&[400, 409, 422]), &refused(&[403, 404]));
    let kept = after(&idle, &[(Some(0), make(Some("new"), "b", true), made("101"))]);
    check(&kept, 0, &meeting, &[made("101")], &[made("102"), made("100")]);
}

#[test]
fn a_token_is_the_accounts_or_the_keys() {
    let world = world(Jobs::Manual);
    let text = || {
        let state = state_of_all(Jobs::Manual);
        state.remembered_logs[0].body.to_string()
    };
    let same = ask(Some("t"), &text(), false);
    check(&world, 0, &same, &[made("7")], &[made("8"), Answer::Refused(400), shown("Pending")]);
    check(&world, 4, &same, &[made("7"), made("8")], &refused(&[400, 404, 409]));
    let other = ask(Some("t"), "another", false);
    check(&world, 0, &other, &[made("7")], &[made("8")]);
    check(&world, 0, &other, &refused(&[400, 409, 422]), &refused(&[403, 404]));
    let met = ask(Some("u"), "b", true);
    check(&world, 0, &met, &refused(&[400, 409, 422]), &refused(&[403, 404]));
    let none = ask(None, "b", false);
    check(&world, 0, &none, &[made("8")], &[made("7"), Answer::Refused(409), Answer::Refused(400)]);
    // Each key stays with what it was given.
    let two = after(&world, &[(Some(4), same.clone(), made("8"))]);
    check(&two, 4, &same, &[made("8")], &[made("7"), made("9")]);
    check(&two, 0, &same, &[made("7")], &[made("8")]);
    check(&two, 5, &same, &[made("7"), made("8"), made("9")], &[]);
}

#[test]
fn gets_and_lists_show_what_there_is() {
    let world = world(Jobs::Manual);
    let get = |id: &str| Call::GetExport(id.to_owned());
    let wrong = [shown("InProgress"), shown("Sleeping"), Answer::Refused(404), Answer::Done];
    check(&world, 0, &get("100"), &[shown("Pending"), Answer::Refused(429)], &wrong);
    check(&world, 0, &get("5"), &refused(&[404]), &[shown("Pending"), Answer::Refused(400)]);
    let log = |id: &str| Call::GetLog(id.to_owned());
    check(&world, 0, &log("7"), &[shown("Pending")], &[shown("Complete"), Answer::Refused(404)]);
    check(&world, 0, &log("5"), &refused(&[404]), &[shown("Pending")]);
    let wrong = [
        items(&[]),
        items(&[("100", "Complete")]),
        items(&[("100", "Pending"), ("101", "Pending")]),
        items(&[("101", "Pending")]),
        items(&[("100", "")]),
        Answer::Done,
        Answer::Refused(400),
    ];
    check(&world, 0, &Call::ListExports, &[items(&[("100", "Pending")])], &wrong);
    let wrong = [items(&[]), items(&[("7", "Complete")]), items(&[("7", "Pending"), ("8", "")])];
    check(&world, 0, &Call::ListLogs, &[items(&[("7", "Pending")])], &wrong);
    let wrong = [items(&[]), items(&[("11", ""), ("12", "")]), items(&[("12", "")])];
    check(&world, 0, &Call::ListApps, &[items(&[("11", "")])], &wrong);
}

#[test]
fn jobs_that_move_by_themselves_never_step_back() {
    let auto = world(Jobs::Auto(1));
    let get = Call::GetExport("100".to_owned());
    let all = ["Pending", "InProgress", "Complete", "Failed"].map(shown);
    check(&auto, 0, &get, &all, &[]);
    let seen = after(&auto, &[(Some(0), get.clone(), shown("InProgress"))]);
    check(&seen, 0, &get, &all[1..], &all[..1]);
    let over = after(&seen, &[(Some(0), get.clone(), shown("Failed"))]);
    check(&over, 0, &get, &all[3..], &all[..3]);
    // Only one is in progress at a time.
    let two = after(&auto, &[(Some(0), make(None, "b", false), made("101"))]);
    let running = |one: &str, other: &str| items(&[("100", one), ("101", other)]);
    let right = [running("InProgress", "Pending"), running("Complete", "Failed")];
    check(&two, 0, &Call::ListExports, &right, &[running("InProgress", "InProgress")]);
    let log = Call::GetLog("7".to_owned());
    let words = LogState::ALL.map(|state| shown(state.as_str()));
    check(&auto, 0, &log, &words, &[shown("Asleep")]);
    let over = after(&auto, &[(Some(0), log.clone(), shown("TimedOut"))]);
    check(&over, 0, &log, &[shown("TimedOut")], &[shown("Complete"), shown("Pending")]);
}

#[test]
fn moves_follow_the_automaton() {
    let world = world(Jobs::Manual);
    let done = Answer::Done;
    let no = Answer::Refused(409);
    let export = |to| Call::MoveExport("100".to_owned(), to);
    let legal = |world: &World, call: &Call| {
        let (done, no) = (world.step(None, call, &done), world.step(None, call, &no));
        assert_ne!(done.is_some(), no.is_some(), "{call:?} has one right answer");
        done.is_some()
    };
    let table = |world: &World| ExportState::ALL.map(|to| legal(world, &export(to)));
    assert_eq!(table(&world), [false, true, false, true]);
    let running = after(&world, &[(None, export(ExportState::InProgress), done.clone())]);
    assert_eq!(table(&running), [false, false, true, true]);
    for end in [ExportState::Complete, ExportState::Failed] {
        assert_eq!(table(&after(&running, &[(None, export(end), done.clone())])), [false; 4]);
    }
    let two = after(&running, &[(Some(0), make(None, "b", false), made("101"))]);
    let second = Call::MoveExport("101".to_owned(), ExportState::InProgress);
    assert!(!legal(&two, &second), "one is in progress already");
    let nobody = Call::MoveExport("5".to_owned(), ExportState::Failed);
    assert_eq!(world.step(None, &nobody, &done), None);
    let log = |to| Call::MoveLog("7".to_owned(), to);
    assert!(!legal(&world, &log(LogState::Requested)));
    for to in [LogState::Complete, LogState::Failed, LogState::TimedOut, LogState::DoesNotExist] {
        assert!(legal(&world, &log(to)));
        let over = after(&world, &[(None, log(to), done.clone())]);
        assert!(LogState::ALL.iter().all(|next| !legal(&over, &log(*next))), "after {to:?}");
    }
    // A URL that is being made may be finished by itself, and the move come too late.
    let making = after(&world, &[(None, log(LogState::CreatingNewUrl), done.clone())]);
    for answer in [&done, &no] {
        assert!(making.step(None, &log(LogState::Complete), answer).is_some());
    }
    let status = Call::GetLog("7".to_owned());
    check(&making, 0, &status, &["CreatingNewUrl", "Complete"].map(shown), &[shown("Failed")]);
}

#[test]
fn deletions_and_revocations_are_for_good() {
    let world = world(Jobs::Manual);
    let delete = |id: &str| Call::DeleteApp(id.to_owned());
    let no = Answer::Refused(404);
    check(&world, 0, &delete("11"), &[Answer::Done], &[no.clone(), Answer::Refused(400)]);
    check(&world, 0, &delete("12"), std::slice::from_ref(&no), &[Answer::Done]);
    let gone = after(&world, &[(Some(0), delete("11"), Answer::Done)]);
    check(&gone, 0, &delete("11"), &[no], &[Answer::Done]);
    check(&gone, 0, &Call::ListApps, &[items(&[])], &[items(&[("11", "")])]);
    let revoked = after(&world, &[(None, Call::RevokeKey(0), Answer::Done)]);
    let list = items(&[("100", "Pending")]);
    let all = [list.clone(), Answer::Refused(429), Answer::Refused(403)];
    check(&revoked, 0, &Call::ListExports, &[Answer::Unauthorized], &all);
    check(&revoked, 4, &Call::ListExports, &[list], &[Answer::Unauthorized]);
    check(&world, 0, &Call::ListExports, &[], &[Answer::Unauthorized]);
}

#[test]
fn a_world_is_drawn_only_of_what_is_known_wholly() {
    let known = |change: fn(&mut State)| {
        let mut state = state_of_all(Jobs::Manual);
        change(&mut state);
        World::of(&state, 0, AT).is_some()
    };
    assert!(known(|_| {}));
    assert!(!known(|state| state.accounts[0].exclusive = false));
    assert!(!known(|state| state.accounts[0].exports_uncertain = true));
    assert!(!known(|state| state.accounts[0].logs_uncertain = true));
    assert!(!known(|state| state.accounts[0].apps[0].present = None));
    assert!(!known(|state| {
        let step = Transition::CreateExport {
            by: Credential::Key(0),
            handle: 9,
            body: body(),
            idempotency_key: None,
        };
        crate::lost::sent(state, &step, AT, NOW);
    }));
    // What is uncertain elsewhere does not matter, but for an account that is not there.
    assert!(known(|state| state.accounts[1].exports_uncertain = true));
    assert!(World::of(&state_of_all(Jobs::Manual), 9, AT).is_none());
    // Nor is it known where a key may be forgotten meanwhile.
    let late = Moment { sent: NOW + WINDOW, received: NOW + WINDOW };
    assert!(World::of(&state_of_all(Jobs::Manual), 0, late).is_none());
    let world = world(Jobs::Manual);
    assert!(["100", "7", "11"].iter().all(|id| world.knows(id)));
    assert!(["12", "101", ""].iter().all(|id| !world.knows(id)));
}
