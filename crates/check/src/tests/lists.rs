//! One page of a list.

use super::*;

#[test]
fn lists_are_complete_filtered_capped_and_ordered() {
    let mut world = World::new();
    for (handle, id) in [(0, "100"), (1, "101"), (2, "102")] {
        world.step(&create(0, handle, None), &created(id));
    }
    world.step(&create(1, 5, None), &created("500"));
    let item = |id: &str| export(id, "Pending");
    let all = [item("102"), item("101"), item("100")];
    check(&world.look(&list(0, &[], None), &page(&all, None)), &[]);
    check(&world.look(&list(0, &[], None), &page(&all[..2], None)), &["exports-list-complete"]);
    check(&world.look(&list(0, &[], Some(2)), &page(&all[..2], Some("t"))), &[]);
    check(
        &world.look(&list(0, &[], Some(2)), &page(&all[..2], None)),
        &["exports-list-next-token-continues"],
    );
    check(
        &world.look(&list(0, &[], Some(2)), &page(&all, None)),
        &["exports-list-max-results-caps-page"],
    );
    let jumbled = [item("101"), item("102"), item("100")];
    check(&world.look(&list(0, &[], None), &page(&jumbled, None)), &["exports-list-order"]);
    let mut foreign = all.to_vec();
    foreign.push(item("500"));
    foreign.sort_by_key(|item| std::cmp::Reverse(item["id"].as_str().map(str::to_owned)));
    check(
        &world.look(&list(0, &[], None), &page(&foreign, None)),
        &["account-chosen-by-key", "exports-list-complete"],
    );
    let complete = [ExportState::Complete];
    check(
        &world.look(&list(0, &complete, None), &page(&all, None)),
        &["exports-list-filter-by-state"],
    );
    check(&world.look(&list(0, &complete, None), &page(&[], None)), &[]);
    let pending = [ExportState::Pending];
    check(
        &world.look(&list(0, &pending, None), &page(&[], None)),
        &["exports-list-filter-by-state"],
    );
    check(&world.look(&list(0, &[], None), &v2_error(404)), &["exports-list-answers-200"]);
    let gone = ["account-one-base-url", "exports-error-envelope", "exports-list-answers-200"];
    check(&world.look(&list(0, &[], None), &answer(404, &json!({}))), &gone);
}

#[test]
fn logs_are_listed_in_the_states_asked_for_only() {
    let mut world = World::new();
    world.step(&request(0, log_body()), &answer(200, &log("7", "Pending")));
    let pending = v1_page(&[log("7", "Pending")], None);
    let none = v1_page(&[], None);
    check(&world.look(&list_logs(0, &LogState::ALL), &pending), &[]);
    check(&world.look(&list_logs(0, &LogState::ALL), &none), &["logs-list-shows-own-requests"]);
    let complete = list_logs(0, &[LogState::Complete]);
    check(&world.look(&complete, &none), &[]);
    check(&world.look(&complete, &pending), &["logs-list-only-asked-states"]);
    let foreign = world.look(&list_logs(1, &LogState::ALL), &pending);
    check(&foreign, &["account-chosen-by-key", "logs-list-shows-own-requests"]);
    check(&world.look(&complete, &v1_error(400)), &["logs-list-states-known"]);
    let mut shown = log("7", "Complete");
    shown["presigned_url"] = Value::Null;
    apply::log_moved(&mut world.state, 0, LogState::Complete, AT);
    check(&world.look(&complete, &v1_page(&[shown], None)), &["logs-list-complete-has-url"]);
    check(&world.look(&complete, &v1_page(&[log("7", "Complete")], None)), &[]);
}

#[test]
fn a_null_token_is_the_first_page() {
    let mut world = World::new();
    world.step(&request(0, log_body()), &answer(200, &log("7", "Pending")));
    let null = Transition::ListPage {
        by: Credential::Key(0),
        list: Listing::Logs(LogState::ALL.to_vec()),
        max_results: None,
        first: FirstPage::Null,
    };
    check(&world.look(&null, &v1_page(&[log("7", "Pending")], None)), &[]);
    let row = ["logs-list-next-token-null-is-first-page"];
    check(&world.look(&null, &v1_page(&[], None)), &row);
    check(&world.look(&null, &v1_error(400)), &row);
}

#[test]
fn filters_by_database_take_what_lies_below_or_not() {
    let mut world = World::new();
    world.step(&create(0, 0, None), &created("100"));
    let filter = |database: &str| {
        let database = Some(database.to_owned());
        first_page(0, Listing::Exports(ExportFilter { states: Vec::new(), database }))
    };
    let one = page(&[export("100", "Pending")], None);
    let none = page(&[], None);
    check(&world.look(&filter("us-std/shop"), &one), &[]);
    check(&world.look(&filter("us-std/shop"), &none), &["exports-list-filter-by-database"]);
    // A database that is not there may be refused, or have an empty list; its list is not others'.
    for response in [&none, &v2_error(400)] {
        check(&world.look(&filter("us-std/other"), response), &[]);
    }
    // 404 is documented for no list.
    let undocumented = ["exports-list-answers-200"];
    check(&world.look(&filter("us-std/other"), &v2_error(404)), &undocumented);
    check(&world.look(&filter("us-std/other"), &one), &["exports-list-filter-by-database"]);
    check(&world.look(&filter("us-std/shop"), &v2_error(400)), &["exports-list-answers-200"]);
}

#[test]
fn at_most_one_export_is_in_progress() {
    let mut world = World::new();
    for (handle, id) in [(0, "100"), (1, "101")] {
        world.step(&create(0, handle, None), &created(id));
        apply::export_moved(&mut world.state, handle, ExportState::InProgress, AT);
    }
    let running = [export("101", "InProgress"), export("100", "InProgress")];
    let found = world.look(&list(0, &[], None), &page(&running, None));
    check(&found, &["exports-one-in-progress-per-account"]);
}

#[test]
fn a_token_of_others_never_shows_what_is_theirs() {
    let mut world = World::new();
    world.step(&create(0, 0, None), &created("100"));
    let list = Listing::Exports(ExportFilter::default());
    let judge = |response: &Response| {
        let step = Transition::ForeignToken {
            owner: Credential::Key(0),
            by: Credential::Key(1),
            list: list.clone(),
            used_for: list.clone(),
            tamper: None,
        };
        let by = Credential::Key(1);
        let request = render::page_request(&list, Some(1), &render::Page::After("t".to_owned()));
        let seen = Seen {
            state: &world.state,
            step: &step,
            by: &by,
            operation: "listExports",
            request: &request,
            response,
            moment: AT,
            now: NOW,
            policy: &world.policy,
        };
        let mut out = Observations::default();
        crate::paging::judge_foreign_token(&seen, 1, &list, &mut out);
        broken(&out)
    };
    for right in [v2_error(400), v2_error(404), page(&[], None)] {
        check(&judge(&right), &[]);
    }
    let rows = ["account-chosen-by-key", "exports-list-next-token-continues"];
    check(&judge(&page(&[export("100", "Pending")], None)), &rows);
    let failed = ["exports-list-next-token-continues", "http-no-server-error"];
    check(&judge(&v2_error(500)), &failed);
}
