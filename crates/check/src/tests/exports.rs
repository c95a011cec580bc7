//! Exports: creations, what is shown of them, and what every exchange has to be.

use super::*;

#[test]
fn a_right_creation_breaks_nothing() {
    let mut world = World::new();
    check(&world.step(&create(0, 0, None), &created("100")), &[]);
    check(&world.step(&create(0, 1, None), &created("101")), &[]);
    check(&world.step(&get(0, 0), &shown(&export("100", "Pending"))), &[]);
}

#[test]
fn each_member_of_a_creation_is_judged() {
    let wrong: Vec<(&str, Value, &[&str])> = vec![
        ("/response/database", json!("us-std/other"), &["exports-create-echoes-request"]),
        ("/response/format", json!("tagged"), &["exports-create-format-required"]),
        ("/response/collections", json!(["Other"]), &["exports-create-collections-optional"]),
        (
            "/response/destination/s3/bucket",
            json!("other"),
            &["exports-create-destination-required"],
        ),
        (
            "/response/destination/uri",
            json!("s3://bucket/other"),
            &["exports-create-destination-required"],
        ),
        ("/response/is_terminal", json!(true), &["exports-create-answers-201"]),
        ("/response/is_terminal", Value::Null, &["exports-create-answers-201"]),
        ("/response/state", json!("InProgress"), &["exports-create-answers-201"]),
        ("/response/created_at", json!("yesterday"), &["exports-create-answers-201"]),
    ];
    for (pointer, value, expected) in wrong {
        let mut world = World::new();
        let body = with(created("100").json.expect("json"), pointer, value);
        let mut expected = expected.to_vec();
        // What speaks against the row of one member speaks against the echo as a whole.
        if expected != ["exports-create-answers-201"] {
            expected.push("exports-create-echoes-request");
        }
        check(&world.step(&create(0, 0, None), &answer(201, &body)), &expected);
    }
}

#[test]
fn legitimate_choices_in_a_creation_break_nothing() {
    let right: Vec<(&str, Value)> = vec![
        ("/response/id", json!(100)),
        ("/response/extra", json!({"any": "thing"})),
        ("/response/destination/s3/path", json!("/path/")),
        ("/response/destination/uri", json!("s3://bucket/path/")),
    ];
    for (pointer, value) in right {
        let mut world = World::new();
        let body = with(created("100").json.expect("json"), pointer, value);
        check(&world.step(&create(0, 0, None), &answer(201, &body)), &[]);
    }
}

#[test]
fn status_content_type_and_server_errors_are_judged() {
    let mut world = World::new();
    check(
        &world.look(&create(0, 0, None), &answer(200, &json!({}))),
        &["exports-create-answers-201"],
    );
    check(
        &world.look(&create(0, 0, None), &v2_error(402)),
        &["exports-create-echoes-request", "exports-create-error-status-documented"],
    );
    check(&world.look(&create(0, 0, None), &v2_error(500)), &["http-no-server-error"]);
    check(&world.look(&create(0, 0, None), &v2_error(404)), &["exports-create-echoes-request"]);
    let mut html = created("100");
    html.headers = vec![("content-type".to_owned(), "text/html".to_owned())];
    check(&world.look(&create(0, 0, None), &html), &["http-content-type-json"]);
    check(
        &world.look(&create(0, 0, None), &v1_error(400)),
        &["exports-create-echoes-request", "exports-error-envelope"],
    );
    let status = Transition::GetLog { by: Credential::Key(0), log: 9 };
    check(&world.look(&status, &v2_error(404)), &["account-v1-error-has-reason"]);
    check(&world.look(&status, &v1_error(404)), &[]);
}

#[test]
fn exports_of_others_and_of_nobody_are_not_found() {
    let mut world = World::new();
    world.step(&create(0, 0, None), &created("100"));
    check(
        &world.look(&get(1, 0), &shown(&export("100", "Pending"))),
        &["account-chosen-by-key", "exports-get-unknown-id"],
    );
    check(&world.look(&get(1, 0), &v2_error(404)), &[]);
    check(&world.look(&get(0, 9), &v2_error(404)), &[]);
    check(&world.look(&get(0, 9), &shown(&export("1", "Pending"))), &["exports-get-unknown-id"]);
    check(&world.look(&get(0, 0), &v2_error(404)), &["exports-get-by-id"]);
}

#[test]
fn the_state_shown_is_one_that_it_can_be_in() {
    let mut world = World::new();
    world.step(&create(0, 0, None), &created("100"));
    check(&world.look(&get(0, 0), &shown(&export("100", "Complete"))), &["exports-get-by-id"]);
    apply::export_moved(&mut world.state, 0, ExportState::Failed, AT);
    let bare = export("100", "Failed");
    check(&world.look(&get(0, 0), &shown(&bare)), &["exports-failed-explains"]);
    let mut whole = bare;
    whole["state_info"] = json!({"code": "c", "message": "m"});
    check(&world.look(&get(0, 0), &shown(&whole)), &[]);
    let flag = with(whole.clone(), "/is_terminal", json!(false));
    check(&world.look(&get(0, 0), &shown(&flag)), &["exports-get-answers-200"]);
    let back = with(whole, "/updated_at", json!(render::timestamp(NOW - 1)));
    let expected = ["exports-updated-at-after-created-at", "exports-updated-at-never-back"];
    check(&world.look(&get(0, 0), &shown(&back)), &expected);
}
