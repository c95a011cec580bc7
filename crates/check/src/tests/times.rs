//! Times that answers show: they move with the state, never back, and never ahead of the clock.

use super::*;

const EXPORT_ROW: &str = "exports-updated-at-moves-with-state";
const LOG_ROW: &str = "logs-updated-at-moves-with-state";

/// A world whose clock was read, an hour after an export and a log request were made.
fn later() -> World {
    let mut world = World::new();
    world.state.learn_clock(0, NOW, AT);
    world.step(&create(0, 0, None), &created("100"));
    world.step(&request(0, log_body()), &answer(200, &log("7", "Pending")));
    world.at = NOW + 3_600_000;
    world
}

fn moved(world: &mut World) {
    let moment = Moment { sent: world.at, received: world.at };
    apply::export_moved(&mut world.state, 0, ExportState::InProgress, moment);
    apply::log_moved(&mut world.state, 0, LogState::Failed, moment);
}

fn at(object: Value, millis: i64) -> Value {
    with(object, "/updated_at", json!(render::timestamp(millis)))
}

#[test]
fn updated_at_of_an_export_is_when_it_moved() {
    let mut world = later();
    check(&world.look(&get(0, 0), &shown(&at(export("100", "Pending"), NOW))), &[]);
    moved(&mut world);
    let look = |world: &mut World, millis: i64| {
        world.look(&get(0, 0), &shown(&at(export("100", "InProgress"), millis)))
    };
    let hour = world.at;
    for near in [-2000, 0, 2000] {
        check(&look(&mut world, hour + near), &[]);
    }
    check(&look(&mut world, NOW), &[EXPORT_ROW]);
    check(&look(&mut world, hour - 60_000), &[EXPORT_ROW]);
    check(&look(&mut world, hour + 60_000), &[EXPORT_ROW]);
    let item = |millis| page(&[at(export("100", "InProgress"), millis)], None);
    check(&world.look(&list(0, &[], None), &item(NOW)), &[EXPORT_ROW]);
    check(&world.look(&list(0, &[], None), &item(hour)), &[]);
    // Long after the move it still is the moment of the move, which any later moment may be too.
    world.at += 3_600_000;
    check(&look(&mut world, hour), &[]);
    // Against a clock that nobody has read, no time can be held.
    world.state.accounts[0].clock_known = false;
    check(&look(&mut world, NOW), &[]);
}

#[test]
fn updated_at_of_a_log_request_is_when_it_moved() {
    let mut world = later();
    moved(&mut world);
    let status = Transition::GetLog { by: Credential::Key(0), log: 0 };
    let hour = world.at;
    let shown = |millis| answer(200, &at(log("7", "Failed"), millis));
    check(&world.look(&status, &shown(hour)), &[]);
    check(&world.look(&status, &shown(NOW)), &[LOG_ROW]);
    check(&world.look(&status, &shown(hour + 60_000)), &[LOG_ROW]);
    let without = with(log("7", "Failed"), "/updated_at", Value::Null);
    assert!(!world.look(&status, &answer(200, &without)).contains(LOG_ROW));
    world.step(&status, &shown(hour));
    let back = world.look(&status, &shown(hour - 1500));
    check(&back, &["logs-updated-at-never-back"]);
}

#[test]
fn a_creation_is_dated_by_the_clock_of_its_account() {
    let mut world = World::new();
    let dated = |millis: i64| {
        let time = json!(render::timestamp(millis));
        let body = created("100").json.expect("json");
        let body = with(body, "/response/created_at", time.clone());
        answer(201, &with(body, "/response/updated_at", time))
    };
    let day = 86_400_000;
    check(&world.look(&create(0, 0, None), &dated(NOW + day)), &[]);
    world.state.learn_clock(0, NOW + day, AT);
    check(&world.look(&create(0, 0, None), &dated(NOW + day)), &[]);
    check(&world.look(&create(0, 0, None), &dated(NOW)), &["control-clock-moves"]);
    check(&world.look(&create(0, 0, None), &dated(NOW + 2 * day)), &["control-clock-moves"]);
}
