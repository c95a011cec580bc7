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
