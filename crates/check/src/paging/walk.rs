//! Whole walks over the pages of a list.

use std::collections::BTreeSet;

use model::transition::Listing;
use serde_json::Value;

use super::{Known, item_id, judge_order, missing_row, rows};
use crate::verdict::{Instance, Observations};

/// What a walk over a list came to.
#[derive(Clone, Debug)]
pub struct Walked<'a> {
    /// All items, in the order met.
    pub items: Vec<Value>,
    /// How many pages.
    pub pages: usize,
    /// Whether it ended by itself, and not at the bound or at an error.
    pub ended: bool,
    /// Whether an error stopped it, which was judged where it came.
    pub stopped: bool,
    /// The list.
    pub list: &'a Listing,
    /// The page size.
    pub max_results: Option<u32>,
    /// Ids of what was made, changed or deleted on the way.
    pub touched: BTreeSet<String>,
    /// Whether anything was done on the way.
    pub changed: bool,
}

impl Walked<'_> {
    /// Whether an item to which nothing was done was met more than once.
    pub fn repeats(&self) -> bool {
        let mut met = BTreeSet::new();
        self.still().filter_map(|item| item_id(self.list, item)).any(|id| !met.insert(id))
    }

    /// The items to which nothing was done on the way.
    fn still(&self) -> impl Iterator<Item = &Value> {
        let still =
            |item: &&Value| item_id(self.list, item).is_none_or(|id| !self.touched.contains(&id));
        self.items.iter().filter(still)
    }
}

/// Judges a whole walk: it ends, has no gap and no duplicate, and keeps the order.
pub fn judge_walk(known: &Known, walked: &Walked, out: &mut Observations) {
    let rows = rows(walked.list);
    if walked.stopped {
        return;
    }
    let token_row = if walked.changed { rows.survives } else { rows.token };
    if !walked.ended && walked.repeats() {
        let message = format!("page {} shows items that were shown before", walked.pages);
        out.broken(token_row, message);
        return;
    }
    if !walked.ended && !known.exact {
        out.unknown(token_row, "the list is longer than it is followed");
        return;
    }
    if !walked.ended {
        let message = format!("the walk had not ended after {} pages", walked.pages);
        out.broken(token_row, message);
        return;
    }
    let ids: Vec<String> = walked.still().filter_map(|item| item_id(walked.list, item)).collect();
    let set: BTreeSet<&String> = ids.iter().collect();
    let due = known.must.iter().filter(|id| !walked.touched.contains(*id));
    let missing = due.filter(|id| !set.contains(id)).count();
    let twice = ids.len() - set.len();
    let several = walked.pages > 1;
    let instance = if several { Instance::Both } else { Instance::Accepting };
    let row = if several { token_row } else { missing_row(walked.list, rows) };
    out.expect_as(row, instance, missing == 0, || {
        format!("the pages together lack {missing} of the items that belong in the list")
    });
    out.expect_as(row, instance, twice == 0, || {
        format!("the pages together show {twice} items more than once")
    });
    if known.exact && missing == 0 && twice == 0 && !walked.changed {
        out.holds(rows.complete);
        complete_filters(walked.list, out);
    }
    if matches!(walked.list, Listing::Exports(_)) {
        let still: Vec<Value> = walked.still().cloned().collect();
        judge_order(&still, out);
    }
}

fn complete_filters(list: &Listing, out: &mut Observations) {
    let Listing::Exports(filter) = list else { return };
    match filter.states.len() {
        0 => {}
        1 => out.accepts("exports-list-filter-by-state"),
        _ => out.holds("exports-list-state-repeatable"),
    }
}
