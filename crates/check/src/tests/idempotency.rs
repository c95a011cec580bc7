//! Idempotency keys and tokens: replays, other bodies, and the window.

use super::*;

#[test]
fn ids_are_new_without_a_key_and_old_with_one() {
    let mut world = World::new();
    check(&world.step(&create(0, 0, None), &created("100")), &[]);
    check(
        &world.look(&create(0, 1, None), &created("100")),
        &["exports-create-not-idempotent-by-default"],
    );
    check(&world.step(&create(0, 2, Some("k")), &created("101")), &[]);
    check(
        &world.look(&create(0, 3, Some("k")), &created("102")),
        &["exports-idempotency-key-deduplicates", "exports-idempotency-replay-marked"],
    );
    let mut replay = created("101");
    replay.headers.push(("idempotent-replayed".to_owned(), "true".to_owned()));
    check(&world.look(&create(0, 3, Some("k")), &replay), &[]);
    let moved = with(replay.json.clone().expect("json"), "/response/state", json!("Complete"));
    let mut moved = answer(201, &moved);
    moved.headers.push(("idempotent-replayed".to_owned(), "true".to_owned()));
    check(
        &world.look(&create(0, 3, Some("k")), &moved),
        &[
            "exports-idempotency-replays-first-answer",
            "exports-idempotency-same-key-same-answer",
            "exports-create-answers-201",
        ]
        .iter()
        .copied()
        .filter(|row| *row != "exports-create-answers-201")
        .collect::<Vec<_>>(),
    );
    // Another key of the account has a world of its own.
    check(
        &world.look(&create(4, 4, Some("k")), &created("101")),
        &[
            "exports-idempotency-key-belongs-to-account-key",
            "exports-idempotency-not-shared-by-keys",
        ],
    );
    check(&world.look(&create(4, 4, Some("k")), &created("103")), &[]);
}

#[test]
fn another_body_under_a_used_key_never_makes_a_second_export() {
    let mut world = World::new();
    world.step(&create(0, 0, Some("k")), &created("100"));
    let mut other = body();
    other.format = Format::Tagged;
    let step = Transition::CreateExport {
        by: Credential::Key(0),
        handle: 1,
        body: other,
        idempotency_key: Some("k".to_owned()),
    };
    check(&world.look(&step, &v2_error(400)), &[]);
    check(&world.look(&step, &v2_error(409)), &[]);
    check(&world.look(&step, &created("100")), &[]);
    check(&world.look(&step, &created("101")), &["exports-idempotency-mismatch"]);
    // While an export is unfinished, any other may be refused for its sake (C-30).
    world.policy.mismatch_replays = Some(true);
    check(&world.look(&step, &v2_error(400)), &[]);
    apply::export_moved(&mut world.state, 0, ExportState::Complete, AT);
    check(&world.look(&step, &v2_error(400)), &["exports-idempotency-mismatch"]);
}

const DAY: i64 = model::replay::WINDOW;

/// The same key with another body; `unsound` names a database that is not there.
fn mismatch(unsound: bool) -> Transition {
    let mut other = body();
    other.format = Format::Tagged;
    if unsound {
        other.database = "us-std/none".to_owned();
    }
    Transition::CreateExport {
        by: Credential::Key(0),
        handle: 1,
        body: other,
        idempotency_key: Some("k".to_owned()),
    }
}

/// A world in which the key `k` was used for an export that is over.
fn used() -> World {
    let mut world = World::new();
    world.step(&create(0, 0, Some("k")), &created("100"));
    apply::export_moved(&mut world.state, 0, ExportState::Complete, AT);
    world
}

#[test]
fn another_body_is_treated_as_it_was_declared() {
    let row = &["exports-idempotency-mismatch"][..];
    let check_all = |declared, expected: [&[&str]; 4]| {
        let mut world = used();
        world.policy.mismatch_replays = declared;
        let answers = [created("100"), v2_error(400), created("101"), v2_error(404)];
        for (response, expected) in answers.iter().zip(expected) {
            check(&world.look(&mismatch(false), response), expected);
        }
        // What is wrong with the body in itself may be found first.
        check(&world.look(&mismatch(true), &v2_error(404)), &[]);
        check(&world.look(&mismatch(true), &v2_error(400)), &[]);
        check(&world.look(&mismatch(true), &created("101")), row);
    };
    check_all(None, [&[], &[], row, row]);
    check_all(Some(true), [&[], row, row, row]);
    check_all(Some(false), [row, &[], row, row]);
    // 422 is tolerated here (C-31).
    check(&used().look(&mismatch(false), &v2_error(422)), &[]);
}

#[test]
fn the_replay_to_another_body_is_the_first_answer() {
    let mut world = used();
    let moved = with(created("100").json.expect("json"), "/response/state", json!("Complete"));
    let moved = with(moved, "/response/is_terminal", json!(true));
    let found = world.look(&mismatch(false), &answer(201, &moved));
    check(&found, &["exports-idempotency-mismatch"]);
}

#[test]
fn a_target_stays_with_what_it_does_to_another_body() {
    let row = ["exports-idempotency-mismatch"];
    let mut world = used();
    check(&world.step(&mismatch(false), &created("100")), &[]);
    check(&world.look(&mismatch(false), &created("100")), &[]);
    check(&world.look(&mismatch(false), &v2_error(409)), &row);
    check(&world.look(&mismatch(true), &v2_error(404)), &[]);
    let mut world = used();
    check(&world.step(&mismatch(false), &v2_error(400)), &[]);
    check(&world.look(&mismatch(false), &v2_error(409)), &[]);
    check(&world.look(&mismatch(false), &created("100")), &row);
    // A refusal for the body's own sake is no choice.
    let mut world = used();
    check(&world.step(&mismatch(true), &v2_error(404)), &[]);
    check(&world.look(&mismatch(false), &created("100")), &[]);
}

#[test]
fn a_key_of_exports_is_kept_for_a_day_and_may_be_longer() {
    let replayed = || {
        let mut replay = created("100");
        replay.headers.push(("idempotent-replayed".to_owned(), "true".to_owned()));
        replay
    };
    let again = create(0, 1, Some("k"));
    let two = ["exports-idempotency-key-deduplicates", "exports-idempotency-replay-marked"];
    let mut world = used();
    world.at = NOW + DAY - 10_000;
    check(&world.look(&again, &replayed()), &[]);
    check(&world.look(&again, &created("101")), &two);
    for edge in [-2000, 0, 2000] {
        world.at = NOW + DAY + edge;
        check(&world.look(&again, &replayed()), &[]);
        check(&world.look(&again, &created("101")), &[]);
    }
    world.at = NOW + DAY + 10_000;
    check(&world.look(&again, &replayed()), &[]);
    check(&world.look(&again, &created("101")), &[]);
    check(&world.look(&mismatch(false), &v2_error(409)), &[]);
    let refused = world.look(&again, &v2_error(400));
    check(&refused, &["exports-idempotency-key-deduplicates"]);
}

#[test]
fn a_token_of_logs_is_kept_for_a_day_and_no_longer() {
    let token = LogBody { idempotency_token: Some("abc".to_owned()), ..log_body() };
    let again = request(1, token.clone());
    let old = answer(200, &log("7", "Pending"));
    let fresh = |at: i64| {
        let (start, end) = render::log_window(&log_body(), at);
        let log = with(log("8", "Pending"), "/time_start", json!(render::timestamp(start)));
        answer(200, &with(log, "/time_end", json!(render::timestamp(end))))
    };
    let mut world = World::new();
    check(&world.step(&request(0, token.clone()), &old), &[]);
    let row = ["logs-idempotency-token-deduplicates"];
    world.at = NOW + DAY - 10_000;
    check(&world.look(&again, &old), &[]);
    let at = world.at;
    check(&world.look(&again, &fresh(at)), &row);
    let other = request(1, LogBody { start_seconds: -9000, ..token });
    for response in [old.clone(), v1_error(400), v1_error(409)] {
        assert!(!world.look(&other, &response).contains(row[0]));
    }
    check(&world.look(&other, &fresh(at)), &row);
    for edge in [-2000, 0, 2000] {
        world.at = NOW + DAY + edge;
        let at = world.at;
        check(&world.look(&again, &old), &[]);
        check(&world.look(&again, &fresh(at)), &[]);
    }
    world.at = NOW + DAY + 10_000;
    let at = world.at;
    check(&world.look(&again, &old), &["logs-idempotency-window-ends"]);
    check(&world.look(&again, &fresh(at)), &[]);
}

#[test]
fn a_token_sent_with_another_key_of_the_account_may_be_either() {
    let token = LogBody { idempotency_token: Some("abc".to_owned()), ..log_body() };
    let mut world = World::new();
    world.step(&request(0, token.clone()), &answer(200, &log("7", "Pending")));
    let by_other = Transition::RequestLogs { by: Credential::Key(4), handle: 1, body: token };
    for response in [answer(200, &log("7", "Pending")), answer(200, &log("8", "Pending"))] {
        check(&world.look(&by_other, &response), &[]);
    }
}

#[test]
fn only_a_success_takes_a_key() {
    let mut world = World::new();
    let bad = Transition::CreateExport {
        by: Credential::Key(0),
        handle: 0,
        body: ExportBody { database: "us-std/none".to_owned(), ..body() },
        idempotency_key: Some("k".to_owned()),
    };
    check(&world.step(&bad, &v2_error(404)), &[]);
    let good = create(0, 1, Some("k"));
    check(&world.look(&good, &v2_error(404)), &["exports-idempotency-only-after-success"]);
    check(&world.look(&good, &created("100")), &[]);
    let holds = world.praise(&good, &created("100"));
    assert!(holds.contains("exports-idempotency-only-after-success"));
}
