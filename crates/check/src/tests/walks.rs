//! Whole walks: what they must meet, also when something changes on the way.

use super::*;
use crate::paging::{self, Known, Page, Walked};

const SURVIVES: &str = "exports-list-walk-survives-changes";
const CONTINUES: &str = "exports-list-next-token-continues";

fn set(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

/// A walk over items that are known wholly.
struct Walk<'a> {
    list: Listing,
    met: &'a [&'a str],
    pages: usize,
    ended: bool,
    touched: &'a [&'a str],
    changed: bool,
    exact: bool,
}

impl Default for Walk<'_> {
    fn default() -> Self {
        Walk {
            list: Listing::Exports(ExportFilter::default()),
            met: &["102", "101", "100"],
            pages: 3,
            ended: true,
            touched: &[],
            changed: false,
            exact: true,
        }
    }
}

impl Walk<'_> {
    fn judge(&self, must: &[&str]) -> Observations {
        let item = |id: &&str| match &self.list {
            Listing::Exports(_) => export(id, "Pending"),
            Listing::Logs(_) => log(id, "Pending"),
            Listing::Apps => app(id),
        };
        let walked = Walked {
            items: self.met.iter().map(item).collect(),
            pages: self.pages,
            ended: self.ended,
            stopped: false,
            list: &self.list,
            max_results: Some(1),
            touched: set(self.touched),
            changed: self.changed,
        };
        let known = Known { must: set(must), may: BTreeSet::new(), exact: self.exact };
        let mut out = Observations::default();
        paging::judge_walk(&known, &walked, &mut out);
        out
    }
}

const ALL: [&str; 3] = ["100", "101", "102"];

#[test]
fn a_walk_in_peace_meets_everything_once() {
    let check = |walk: Walk, expected: &[&str]| check(&broken(&walk.judge(&ALL)), expected);
    check(Walk::default(), &[]);
    check(Walk { met: &["102", "100"], ..Walk::default() }, &[CONTINUES]);
    // Ids descend strictly, so that what comes twice is out of order as well.
    let twice = Walk { met: &["102", "101", "101", "100"], ..Walk::default() };
    check(twice, &[CONTINUES, "exports-list-order"]);
    check(Walk { met: &["101", "102", "100"], ..Walk::default() }, &["exports-list-order"]);
    check(Walk { ended: false, ..Walk::default() }, &[CONTINUES]);
    let forever = ["102", "101", "100", "102"];
    check(Walk { ended: false, met: &forever, ..Walk::default() }, &[CONTINUES]);
    // On one page, nothing speaks of tokens.
    let one = Walk { met: &["102", "100"], pages: 1, ..Walk::default() };
    check(one, &["exports-list-complete"]);
    let holds = held(&Walk::default().judge(&ALL));
    assert!(holds.contains(CONTINUES) && holds.contains("exports-list-complete"));
}

#[test]
fn what_was_there_all_along_is_met_once_whatever_happens() {
    let changed = || Walk { changed: true, touched: &["103"], ..Walk::default() };
    let check = |walk: Walk, expected: &[&str]| check(&broken(&walk.judge(&ALL)), expected);
    check(changed(), &[]);
    assert!(held(&changed().judge(&ALL)).contains(SURVIVES));
    assert!(!held(&changed().judge(&ALL)).contains("exports-list-complete"));
    check(Walk { met: &["102", "100"], ..changed() }, &[SURVIVES]);
    let twice = Walk { met: &["102", "101", "101", "100"], ..changed() };
    check(twice, &[SURVIVES, "exports-list-order"]);
    check(Walk { met: &["102", "101", "102"], ended: false, ..changed() }, &[SURVIVES]);
    check(Walk { ended: false, ..changed() }, &[SURVIVES]);
    check(Walk { met: &["101", "102", "100"], ..changed() }, &["exports-list-order"]);
}

#[test]
fn what_was_touched_on_the_way_is_free() {
    let check = |walk: Walk| check(&broken(&walk.judge(&ALL)), &[]);
    let touched = || Walk { changed: true, touched: &["101", "103"], ..Walk::default() };
    check(Walk { met: &["102", "100"], ..touched() });
    check(Walk { met: &["102", "101", "101", "100"], ..touched() });
    check(Walk { met: &["103", "102", "101", "100"], ..touched() });
    check(Walk { met: &["102", "100", "103"], ..touched() });
    check(Walk { met: &["101", "102", "100", "101"], ..touched() });
}

#[test]
fn walks_over_logs_and_apps_have_rows_of_their_own() {
    let logs = || Listing::Logs(LogState::ALL.to_vec());
    let cases: [(Listing, &str, &str); 2] = [
        (logs(), "logs-list-next-token-continues", "logs-list-walk-survives-changes"),
        (Listing::Apps, "oauth-list-next-token-continues", "oauth-list-walk-survives-changes"),
    ];
    for (list, continues, survives) in cases {
        let walk = |met, changed| Walk { list: list.clone(), met, changed, ..Walk::default() };
        for met in [&["100", "102"][..], &["100", "101", "102", "100"][..]] {
            check(&broken(&walk(met, false).judge(&ALL)), &[continues]);
            check(&broken(&walk(met, true).judge(&ALL)), &[survives]);
        }
        let jumbled = &["101", "102", "100"][..];
        check(&broken(&walk(jumbled, true).judge(&ALL)), &[]);
    }
}

#[test]
fn a_walk_over_the_lists_of_others_is_not_followed_for_ever() {
    let long = Walk { ended: false, exact: false, ..Walk::default() };
    check(&broken(&long.judge(&ALL)), &[]);
    check(&undecided(&long.judge(&ALL)), &[CONTINUES]);
    // Items that come again prove enough in any list.
    let again = Walk { met: &["102", "101", "102"], ..long };
    check(&broken(&again.judge(&ALL)), &[CONTINUES]);
}

#[test]
fn a_walk_that_was_stopped_was_judged_where_it_stopped() {
    let list = Listing::Apps;
    let walked = Walked {
        items: Vec::new(),
        pages: 1,
        ended: false,
        stopped: true,
        list: &list,
        max_results: None,
        touched: BTreeSet::new(),
        changed: false,
    };
    let known = Known { must: set(&ALL), may: BTreeSet::new(), exact: true };
    let mut out = Observations::default();
    paging::judge_walk(&known, &walked, &mut out);
    assert!(out.list.is_empty());
}

/// Judges one page of a walk.
fn turn(
    world: &World,
    list: &Listing,
    response: &Response,
    first: bool,
    (touched, deleted): (&[&str], bool),
) -> Observations {
    let by = Credential::Key(0);
    let step = Transition::Walk {
        by: by.clone(),
        list: list.clone(),
        max_results: Some(1),
        between: vec![],
    };
    let page = render::Page::After("t".to_owned());
    let request = render::page_request(list, Some(1), &page);
    let touched = set(touched);
    let asked = Page { list, max_results: Some(1), first, touched: &touched, deleted };
    let seen = Seen {
        state: &world.state,
        step: &step,
        by: &by,
        operation: list.operation(),
        request: &request,
        response,
        moment: AT,
        now: NOW,
        policy: &world.policy,
    };
    let mut out = Observations::default();
    crate::judge::page_of_walk(&seen, world.documented, &asked, &mut out);
    out
}

#[test]
fn a_token_may_be_refused_after_a_deletion_only() {
    let world = World::new();
    let refused = v1_error(400);
    let apps = |deleted| turn(&world, &Listing::Apps, &refused, false, (&[], deleted));
    check(&broken(&apps(true)), &[]);
    check(&undecided(&apps(true)), &["oauth-list-walk-survives-changes"]);
    check(&broken(&apps(false)), &["oauth-list-next-token-continues"]);
    let failed = turn(&world, &Listing::Apps, &v1_error(500), false, (&[], true));
    check(&broken(&failed), &["http-no-server-error"]);
}

#[test]
fn pages_after_a_change_show_the_rest_as_it_was() {
    let mut world = World::new();
    for (handle, id) in [(0, "100"), (1, "101")] {
        world.step(&create(0, handle, None), &created(id));
    }
    let list = Listing::Exports(ExportFilter::default());
    let turn = |response: &Response, touched: &[&str]| {
        broken(&turn(&world, &list, response, false, (touched, false)))
    };
    let done = with(export("100", "Complete"), "/format", json!("tagged"));
    check(&turn(&page(std::slice::from_ref(&done), None), &["100"]), &[]);
    let found = turn(&page(&[done], None), &[]);
    check(&found, &["exports-list-complete"]);
    // Something unknown is an intruder, unless it was made on the way.
    let new = page(&[export("103", "Pending")], None);
    check(&turn(&new, &["103"]), &[]);
    check(&turn(&new, &[]), &["exports-list-complete"]);
    // A page without items that leads on is tolerated (C-10).
    check(&turn(&page(&[], Some("t")), &[]), &[]);
    let two = page(&[export("101", "Pending"), export("100", "Pending")], None);
    check(&turn(&two, &[]), &["exports-list-max-results-caps-page"]);
}
