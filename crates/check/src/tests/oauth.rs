//! OAuth apps.

use super::*;

#[test]
fn deletions_are_judged() {
    let delete = |by, app| Transition::DeleteApp { by: Credential::Key(by), account: 0, app };
    let done = Response { status: 204, ..Response::default() };
    let mut world = World::new();
    check(&world.look(&delete(1, 0), &done), &["account-chosen-by-key", "oauth-delete-unknown-id"]);
    check(&world.look(&delete(1, 0), &v1_error(404)), &[]);
    check(&world.look(&delete(0, 0), &v1_error(404)), &["oauth-delete-removes-app"]);
    check(&world.step(&delete(0, 0), &done), &[]);
    check(&world.look(&delete(0, 0), &done), &["oauth-delete-unknown-id"]);
    let apps = list_apps(0);
    check(&world.look(&apps, &answer(200, &json!({"results": [app("12")]}))), &[]);
    check(
        &world.look(&apps, &answer(200, &json!({"results": [app("11"), app("12")]}))),
        &["oauth-delete-removes-app"],
    );
    // An app that is missing after a deletion of another one was taken along with it.
    check(&world.look(&apps, &v1_page(&[], None)), &["oauth-delete-removes-app"]);
    let mut untouched = World::new();
    check(&untouched.look(&apps, &v1_page(&[], None)), &["oauth-list-shows-own-apps"]);
}
