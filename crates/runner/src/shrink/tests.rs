//! Tests of the shrinking: what counts as simpler, and that it comes to an end.

use std::collections::{BTreeMap, BTreeSet};

use model::transition::{
    Credential, Cut, Destination, ExportBody, ExportFilter, ExportState, FirstPage, Format,
    Listing, LogBody, LogState, Tamper,
};
use model::{AccountSetup, DatabaseSetup, Jobs, KeySetup, Plan, Program, Role, Setup, Transition};

use super::{is_race, simpler};

/// Two accounts with two databases each; keys of both, one with a role and an end.
fn setup() -> Setup {
    let database = |path: &str| DatabaseSetup {
        path: path.to_owned(),
        collections: vec!["Product".to_owned()],
    };
    let account = |one: &str, two: &str| AccountSetup {
        plan: Plan::Enterprise,
        databases: vec![database(one), database(two)],
        apps: 2,
        jobs: Jobs::Manual,
    };
    let key = |account, role, ttl_days| KeySetup { account, role, ttl_days, later: false };
    Setup {
        accounts: vec![
            account("us-std/shop", "us-std/shop/branch"),
            account("us-std/other", "us-std/third"),
        ],
        keys: vec![
            key(0, Role::Owner, None),
            key(0, Role::Admin, Some(1)),
            key(1, Role::Owner, None),
        ],
    }
}

fn program(steps: Vec<Transition>) -> Program {
    Program { name: "a/b".to_owned(), setup: setup(), steps }
}

fn create(by: usize, handle: u32) -> Transition {
    Transition::CreateExport {
        by: Credential::Key(by),
        handle,
        body: ExportBody {
            database: "us-std/shop/branch".to_owned(),
            collections: Some(vec!["Product".to_owned()]),
            format: Format::Tagged,
            destination: Destination::S3 { bucket: "b".to_owned(), path: "p".to_owned() },
        },
        idempotency_key: Some("k".to_owned()),
    }
}

fn ask(by: usize, handle: u32) -> Transition {
    Transition::RequestLogs {
        by: Credential::Key(by),
        handle,
        body: LogBody {
            database: None,
            region_group: Some("us-std".to_owned()),
            start_seconds: -100,
            end_seconds: 100,
            idempotency_token: Some("t".to_owned()),
            offset_hours: 0,
        },
    }
}

fn get(by: usize, export: u32) -> Transition {
    Transition::GetExport { by: Credential::Key(by), export }
}

fn lost(cut: Cut, step: Transition) -> Transition {
    Transition::Lost { cut, step: Box::new(step) }
}

fn walk(list: Listing, between: Vec<Transition>) -> Transition {
    Transition::Walk { by: Credential::Key(0), list, max_results: Some(2), between }
}

fn filtered() -> Listing {
    Listing::Exports(ExportFilter {
        states: vec![ExportState::Pending, ExportState::Failed],
        database: Some("us-std/shop".to_owned()),
    })
}

/// One step of each kind that has something to lose.
fn steps() -> Vec<Transition> {
    let by = || Credential::Key(1);
    vec![
        create(2, 1),
        ask(1, 1),
        get(1, 1),
        walk(filtered(), vec![create(0, 2), get(0, 2)]),
        walk(Listing::Logs(vec![LogState::Pending]), Vec::new()),
        walk(Listing::Apps, Vec::new()),
        Transition::ListPage {
            by: by(),
            list: Listing::Logs(vec![LogState::Pending]),
            max_results: Some(1),
            first: FirstPage::Null,
        },
        Transition::ForeignToken {
            owner: by(),
            by: Credential::Key(2),
            list: filtered(),
            used_for: Listing::Apps,
            tamper: Some(Tamper::Shorten),
        },
        Transition::AwaitExport { by: by(), export: 1 },
        Transition::AwaitLog { by: by(), log: 1 },
        Transition::AdvanceClock { account: 1, seconds: 400 * 86_400 },
        Transition::DeleteApp { by: by(), account: 0, app: 1 },
        lost(Cut::Late, create(1, 1)),
        Transition::Parallel { branches: vec![vec![create(0, 1), get(0, 1)], vec![ask(0, 2)]] },
        Transition::Parallel { branches: vec![vec![get(0, 1)]; 4] },
        Transition::RevokeKey { key: 1 },
    ]
}

fn text(program: &Program) -> String {
    serde_json::to_string(program).expect("it can be written")
}

#[test]
fn a_simpler_form_is_another_and_never_nothing() {
    for step in steps() {
        for whole in [program(vec![step.clone()]), program(vec![create(0, 9), step.clone()])] {
            let forms = simpler(&whole);
            assert!(!forms.is_empty(), "{step:?}");
            for form in &forms {
                assert_ne!(form, &whole, "{step:?}");
                assert!(!form.steps.is_empty(), "{step:?}");
                assert!(!form.setup.accounts.is_empty() && !form.setup.keys.is_empty());
                let inside = form.steps.iter().all(not_hollow);
                assert!(inside, "{form:?}");
            }
        }
    }
}

/// Whether no group of clients has lost its members.
fn not_hollow(step: &Transition) -> bool {
    match step {
        Transition::Parallel { branches } => {
            branches.len() > 1 && branches.iter().all(|branch| !branch.is_empty())
        }
        _ => true,
    }
}

#[test]
fn whatever_is_taken_there_is_an_end() {
    let all = program(steps());
    // By always taking the first, the last, or one that a simple rule picks.
    for rule in [0_usize, 1, 2, 3, 5, 7] {
        let mut best = all.clone();
        let mut left = 2000;
        loop {
            let forms = simpler(&best);
            let Some(last) = forms.len().checked_sub(1) else { break };
            let at = if rule == 1 { last } else { (rule * left) % forms.len() };
            best = forms[at].clone();
            left -= 1;
            assert!(left > 0, "rule {rule} does not end: {best:?}");
        }
        assert_eq!(best.steps.len(), 1);
        let account = &best.setup.accounts[0];
        assert_eq!((account.databases.len(), account.apps), (1, 0), "{best:?}");
    }
}

/// How far a program is from where nothing can be made simpler: along the longest way.
fn depth(program: &Program, known: &mut BTreeMap<String, Option<usize>>) -> usize {
    let key = text(program);
    match known.get(&key) {
        Some(Some(depth)) => return *depth,
        Some(None) => panic!("a form of itself: {program:?}"),
        None => {}
    }
    known.insert(key.clone(), None);
    let forms = simpler(program);
    let depth = forms.iter().map(|form| depth(form, known) + 1).max().unwrap_or(0);
    known.insert(key, Some(depth));
    depth
}

#[test]
fn no_program_is_a_simpler_form_of_its_own_simpler_forms() {
    for step in steps() {
        // A set-up that is as small as can be leaves the step alone to look at.
        let mut one = program(vec![step]);
        for account in &mut one.setup.accounts {
            account.databases.truncate(1);
            account.apps = 0;
        }
        one.setup.keys.iter_mut().for_each(|key| (key.role, key.ttl_days) = (Role::Owner, None));
        let depth = depth(&one, &mut BTreeMap::new());
        assert!(depth < 40, "{depth} steps for {:?}", one.steps);
    }
}

/// The forms that one step alone has, with an unchanged set-up.
fn forms(step: Transition) -> Vec<Vec<Transition>> {
    let whole = program(vec![step]);
    let same = |form: &Program| form.setup == whole.setup;
    simpler(&whole).into_iter().filter(same).map(|form| form.steps).collect()
}

#[test]
fn waiting_becomes_looking_and_walking_becomes_a_page() {
    let by = || Credential::Key(0);
    let one = |step: Transition| vec![vec![step]];
    let wait = Transition::AwaitExport { by: by(), export: 3 };
    assert_eq!(forms(wait), one(get(0, 3)));
    let wait = Transition::AwaitLog { by: by(), log: 3 };
    assert_eq!(forms(wait), one(Transition::GetLog { by: by(), log: 3 }));
    let page = |max_results| Transition::ListPage {
        by: by(),
        list: Listing::Apps,
        max_results,
        first: FirstPage::Absent,
    };
    let whole = |max_results, between: &[Transition]| Transition::Walk {
        by: by(),
        list: Listing::Apps,
        max_results,
        between: between.to_vec(),
    };
    assert_eq!(forms(whole(Some(2), &[])), [vec![page(Some(2))], vec![whole(None, &[])]]);
    // What is done on the way is taken out before the walk is given up.
    let meeting = [get(0, 1), get(0, 2)];
    let expected = [
        vec![whole(Some(2), &meeting[..1])],
        vec![whole(Some(2), &meeting[1..])],
        vec![whole(None, &meeting)],
    ];
    assert_eq!(forms(whole(Some(2), &meeting)), expected);
    assert!(forms(get(0, 1)).is_empty());
    assert_eq!(forms(get(1, 1)), one(get(0, 1)));
}

#[test]
fn a_list_loses_its_filters_one_by_one() {
    let lists: BTreeSet<String> = forms(walk(filtered(), Vec::new()))
        .into_iter()
        .filter_map(|steps| match steps.as_slice() {
            [Transition::Walk { list: Listing::Exports(filter), max_results: Some(2), .. }] => {
                Some(format!("{:?} {:?}", filter.states, filter.database.is_some()))
            }
            _ => None,
        })
        .collect();
    let expected =
        ["[Failed] true", "[Pending, Failed] false", "[Pending] true", "[] false", "[] true"];
    assert!(lists.iter().eq(expected), "{lists:?}");
}

#[test]
fn creations_lose_what_is_out_of_the_ordinary() {
    let changed = |check: fn(&ExportBody, Option<&str>) -> bool| {
        forms(create(0, 1)).iter().any(|steps| match steps.as_slice() {
            [Transition::CreateExport { body, idempotency_key, handle: 1, .. }] => {
                check(body, idempotency_key.as_deref())
            }
            _ => false,
        })
    };
    assert!(changed(|_, key| key.is_none()));
    assert!(changed(|body, _| body.collections.is_none()));
    assert!(changed(|body, _| body.format == Format::Simple));
    assert!(changed(|body, _| body.database == "us-std/shop"));
    assert!(changed(|body, _| matches!(body.destination, Destination::Uri(_))));
    assert_eq!(forms(create(0, 1)).len(), 5, "each of them alone");
    // A database is one of the account of the key.
    let foreign = forms(create(2, 1));
    let has = |path: &str| {
        foreign.iter().any(|steps| {
            matches!(&steps[..], [Transition::CreateExport { body, .. }] if body.database == path)
        })
    };
    assert!(has("us-std/other") && !has("us-std/shop"));
}

#[test]
fn clients_at_once_become_fewer_and_in_the_end_one() {
    let branches = |n: u32| (0..n).map(|at| vec![get(0, at)]).collect::<Vec<_>>();
    let parallel = |branches: Vec<Vec<Transition>>| vec![Transition::Parallel { branches }];
    // One after the other is simpler than all at once, and half of them than all.
    let four = forms(Transition::Parallel { branches: branches(4) });
    let halves = [
        branches(4).concat(),
        parallel(branches(4)[..2].to_vec()),
        parallel(branches(4)[2..].to_vec()),
        parallel(branches(3)),
    ];
    assert_eq!(four[..4], halves);
    let two = forms(Transition::Parallel { branches: branches(2) });
    assert_eq!(two, [branches(2).concat(), vec![get(0, 0)], vec![get(0, 1)]]);
    let cut = forms(lost(Cut::Late, get(0, 1)));
    assert_eq!(cut, [vec![get(0, 1)]]);
    let inner = forms(lost(Cut::Late, create(0, 1)));
    assert_eq!(inner.len(), 6);
    assert!(inner[1..].iter().all(|steps| matches!(&steps[..], [Transition::Lost { .. }])));
}

#[test]
fn only_keys_and_accounts_that_nobody_speaks_of_are_left_out() {
    let left = |step: Transition| {
        let forms = simpler(&program(vec![step]));
        let keys = forms.iter().map(|form| form.setup.keys.len()).min();
        let accounts = forms.iter().map(|form| form.setup.accounts.len()).min();
        (keys.unwrap_or(0), accounts.unwrap_or(0))
    };
    let token = |owner| Transition::ForeignToken {
        owner: Credential::Key(owner),
        by: Credential::Key(0),
        list: Listing::Apps,
        used_for: Listing::Apps,
        tamper: None,
    };
    assert_eq!(left(get(0, 1)), (1, 2));
    assert_eq!(left(get(1, 1)), (2, 2));
    assert_eq!(left(get(2, 1)), (3, 2));
    assert_eq!(left(token(2)), (3, 2));
    assert_eq!(left(Transition::RevokeKey { key: 1 }), (2, 2));
    let by = Credential::Truncated(2);
    assert_eq!(left(Transition::GetExport { by, export: 1 }), (3, 2));
    let inside = Transition::Parallel { branches: vec![vec![get(2, 1)], vec![get(0, 1)]] };
    assert_eq!(left(inside), (3, 2));
    // Once the keys of an account are gone, it can go as well, unless a step speaks of it.
    let accounts = |step: Transition| {
        let mut small = program(vec![step]);
        small.setup.keys.truncate(1);
        simpler(&small).iter().map(|form| form.setup.accounts.len()).min()
    };
    assert_eq!(accounts(get(0, 1)), Some(1));
    assert_eq!(accounts(Transition::AdvanceClock { account: 1, seconds: 60 }), Some(2));
    let delete = Transition::DeleteApp { by: Credential::Key(0), account: 1, app: 0 };
    assert_eq!(accounts(delete), Some(2));
}

#[test]
fn only_what_meets_or_is_cut_is_a_race() {
    let both = || Transition::Parallel { branches: vec![vec![get(0, 1)], vec![get(0, 1)]] };
    let cases = [
        (vec![create(0, 1), get(0, 1)], false),
        (vec![walk(Listing::Apps, vec![get(0, 1)])], false),
        (vec![create(0, 1), both()], true),
        (vec![lost(Cut::Early, create(0, 1)), get(0, 1)], true),
        (vec![walk(Listing::Apps, vec![lost(Cut::Late, create(0, 1))])], true),
    ];
    for (steps, expected) in cases {
        assert_eq!(is_race(&program(steps.clone())), expected, "{steps:?}");
    }
}
