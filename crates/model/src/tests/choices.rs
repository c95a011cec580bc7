//! What a target may choose once.

use super::*;
use crate::access::may_be_denied;
use crate::choice::{self, MISMATCH};

fn status(status: u16) -> Response {
    Response { status, ..Response::default() }
}

fn other_body(database: &str) -> Transition {
    let mut other = body();
    other.format = Format::Tagged;
    other.database = database.to_owned();
    Transition::CreateExport {
        by: Credential::Key(0),
        handle: 9,
        body: other,
        idempotency_key: Some("k".to_owned()),
    }
}

#[test]
fn the_first_answer_to_another_body_is_the_choice() {
    let chosen = |step: &Transition, response: &Response| {
        let mut state = state();
        apply::answer(&mut state, &create(0, 1), &created("100"), AT, NOW);
        assert!(state.choices.is_empty(), "a first request is no choice");
        apply::answer(&mut state, &create(0, 2), &created("100"), AT, NOW);
        assert!(state.choices.is_empty(), "a repeated request is none either");
        apply::answer(&mut state, step, response, AT, NOW);
        let first = state.choices.get(MISMATCH).copied();
        for later in [created("100"), status(400)] {
            apply::answer(&mut state, step, &later, AT, NOW);
        }
        assert!(first.is_none() || state.choices.get(MISMATCH).copied() == first);
        first
    };
    let known = other_body("us-std/shop");
    assert_eq!(chosen(&known, &created("100")), Some("replay"));
    for refusal in [400, 409, 422] {
        assert_eq!(chosen(&known, &status(refusal)), Some("reject"));
    }
    for undecided in [401, 403, 404, 429] {
        assert_eq!(chosen(&known, &status(undecided)), None);
    }
    assert_eq!(chosen(&other_body("us-std/none"), &status(400)), None);
}

#[test]
fn roles_and_plans_outside_exports_are_a_choice() {
    let state = state();
    let cases = [
        (0, "requestLogs", false),
        (1, "requestLogs", true),
        (2, "listOauthApps", true),
        (2, "deleteOauthApp", true),
        (1, "createExport", false),
        (2, "getExport", false),
        (7, "requestLogs", false),
    ];
    for (key, operation, expected) in cases {
        assert_eq!(may_be_denied(&state, key, operation), expected, "{key} {operation}");
    }
}

#[test]
fn a_denial_is_noted_by_operation_role_and_plan() {
    let list = |by| Transition::ListPage {
        by: Credential::Key(by),
        list: Listing::Apps,
        max_results: None,
        first: crate::transition::FirstPage::Absent,
    };
    let mut state = state();
    apply::answer(&mut state, &list(0), &status(403), AT, NOW);
    apply::answer(&mut state, &list(2), &status(404), AT, NOW);
    assert!(state.choices.is_empty());
    apply::answer(&mut state, &list(2), &status(403), AT, NOW);
    apply::answer(&mut state, &list(2), &status(200), AT, NOW);
    apply::answer(&mut state, &list(1), &status(200), AT, NOW);
    let of = |key| state.choices.get(&choice::denial(&state, key, "listOauthApps")).copied();
    assert_eq!((of(2), of(1), of(0)), (Some("refused"), Some("allowed"), None));
    assert_eq!(choice::denial(&state, 2, "x"), "x by billing on plan enterprise");
}
