//! Chains of clients at once, of answers that never arrive, and of lists that change on the way.

use model::program::{Program, Role};
use model::transition::{
    Credential, Cut, ExportState, Handle, Listing, LogBody, LogState, Transition,
};

use super::{
    Chain, Facts, OWNER, body, create, create_with, export_to, exports, get, log_to, logs_of, page,
    request, status, walk_with,
};

const TOKEN: &str = "2a7d1c7e-95b0-4f4c-8c1f-0a1b2c3d4e5f";

pub(super) fn chains(facts: &Facts) -> Vec<Program> {
    let mut programs = vec![
        lost_creation(facts, Cut::Late),
        lost_creation(facts, Cut::Early),
        lost_log_request(facts, Cut::Late),
        lost_log_request(facts, Cut::Early),
        lost_without_key(facts),
        lost_deletion(facts),
    ];
    programs.extend([2, 4, 16].map(|n| burst(facts, n)));
    programs.extend([2, 8].map(|n| log_burst(facts, n)));
    programs.extend([
        two_keys_at_once(facts),
        creations(facts),
        log_requests(facts),
        moves(facts),
        deletions(facts),
        urls(facts),
        revocation(facts),
        two_accounts(facts),
        looks(facts),
        log_looks(facts),
        strangers(facts),
        roles(facts),
        plans(facts),
        accounts_look(facts),
        one_key_in_two_accounts(facts),
        tokens_of_two_walks(facts),
        automatic(facts),
        list_grows(facts),
        list_moves(facts),
        log_list_grows(facts),
        apps_shrink(facts),
    ]);
    programs
}

fn all_logs() -> Listing {
    Listing::Logs(LogState::ALL.to_vec())
}

fn whole_exports() -> Transition {
    page(OWNER, exports(&[], None), Some(100))
}

fn whole_logs() -> Transition {
    page(OWNER, all_logs(), Some(100))
}

fn lost(cut: Cut, step: Transition) -> Transition {
    Transition::Lost { cut, step: Box::new(step) }
}

fn words(cut: Cut) -> &'static str {
    match cut {
        Cut::Early => "early",
        Cut::Late => "late",
    }
}

fn lost_creation(facts: &Facts, cut: Cut) -> Program {
    let shop = || body(&facts.shop.path);
    Chain::new(&format!("exports/lost-answer-{}", words(cut)), facts)
        .steps([lost(cut, create_with(OWNER, 0, shop(), "alpha"))])
        .steps([create_with(OWNER, 1, shop(), "alpha"), whole_exports()])
        .steps([create_with(OWNER, 2, shop(), "alpha"), get(OWNER, 1)])
        .steps([lost(cut, create_with(OWNER, 3, shop(), "beta")), whole_exports()])
        .steps([create_with(OWNER, 4, shop(), "beta"), whole_exports()])
        .done()
}

fn with_token(facts: &Facts) -> LogBody {
    let body = logs_of(Some(&facts.shop.path), None);
    LogBody { idempotency_token: Some(TOKEN.to_owned()), ..body }
}

fn lost_log_request(facts: &Facts, cut: Cut) -> Program {
    Chain::new(&format!("logs/lost-answer-{}", words(cut)), facts)
        .steps([lost(cut, request(OWNER, 0, with_token(facts)))])
        .steps([request(OWNER, 1, with_token(facts)), whole_logs()])
        .steps([request(OWNER, 2, with_token(facts)), status(OWNER, 1), whole_logs()])
        .done()
}

/// Without a key a lost creation may have happened or not, and a second one is another.
fn lost_without_key(facts: &Facts) -> Program {
    let shop = || body(&facts.shop.path);
    Chain::new("exports/lost-answer-without-key", facts)
        .steps([lost(Cut::Late, create(OWNER, 0, shop())), create(OWNER, 1, shop())])
        .steps([whole_exports(), get(OWNER, 0), get(OWNER, 1), whole_exports()])
        .done()
}

fn lost_deletion(facts: &Facts) -> Program {
    let delete = |app| Transition::DeleteApp { by: OWNER, account: 0, app };
    Chain::new("oauth/lost-answer", facts)
        .apps(3)
        .steps([lost(Cut::Late, delete(1)), page(OWNER, Listing::Apps, Some(100)), delete(2)])
        .steps([page(OWNER, Listing::Apps, Some(100))])
        .done()
}

fn clients(n: u32, client: impl Fn(Handle) -> Vec<Transition>) -> Transition {
    Transition::Parallel { branches: (0..n).map(client).collect() }
}

fn burst(facts: &Facts, n: u32) -> Program {
    let one = |key: &'static str, first: u32| {
        move |at| vec![create_with(OWNER, first + at, body(&facts.shop.path), key)]
    };
    Chain::new(&format!("exports/burst-of-{n}"), facts)
        .steps([clients(n, one("alpha", 0)), clients(n, one("beta", 100)), whole_exports()])
        .steps([create_with(OWNER, 200, body(&facts.shop.path), "alpha"), whole_exports()])
        .done()
}

fn log_burst(facts: &Facts, n: u32) -> Program {
    Chain::new(&format!("logs/burst-of-{n}"), facts)
        .steps([clients(n, |at| vec![request(OWNER, at, with_token(facts))]), whole_logs()])
        .steps([request(OWNER, 200, with_token(facts)), whole_logs()])
        .done()
}

/// One idempotency key, sent at once with two account keys: an export for each.
fn two_keys_at_once(facts: &Facts) -> Program {
    let second = Credential::Key(1);
    let by = |at: u32| if at.is_multiple_of(2) { OWNER } else { second.clone() };
    let shop = || body(&facts.shop.path);
    Chain::new("exports/burst-of-two-keys", facts)
        .key(Role::Admin, None)
        .steps([clients(4, |at| vec![create_with(by(at), at, shop(), "alpha")]), whole_exports()])
        .done()
}

fn creations(facts: &Facts) -> Program {
    let shop = || body(&facts.shop.path);
    let client = |at: u32| {
        let first = 10 + at * 10;
        vec![create(OWNER, first, shop()), get(OWNER, first), create(OWNER, first + 1, shop())]
    };
    let look = || vec![whole_exports(), get(OWNER, 0), whole_exports()];
    let mut branches: Vec<Vec<Transition>> = (0..3).map(client).collect();
    branches.push(look());
    Chain::new("exports/creations-at-once", facts)
        .steps([create(OWNER, 0, shop()), Transition::Parallel { branches }, whole_exports()])
        .done()
}

fn log_requests(facts: &Facts) -> Program {
    let body = || logs_of(Some(&facts.shop.path), None);
    let client = |at: u32| {
        let first = 10 + at * 10;
        vec![request(OWNER, first, body()), status(OWNER, first), request(OWNER, first + 1, body())]
    };
    let mut branches: Vec<Vec<Transition>> = (0..3).map(client).collect();
    branches.push(vec![whole_logs(), status(OWNER, 0), whole_logs()]);
    Chain::new("logs/requests-at-once", facts)
        .steps([request(OWNER, 0, body()), Transition::Parallel { branches }, whole_logs()])
        .done()
}

/// Exports change their state while they are looked at, and two are started at once.
fn moves(facts: &Facts) -> Program {
    let shop = || body(&facts.shop.path);
    let to = |export, to| Transition::MoveExport { export, to };
    let life =
        |export| vec![to(export, ExportState::InProgress), to(export, ExportState::Complete)];
    let look = || vec![whole_exports(), get(OWNER, 0), whole_exports(), get(OWNER, 1)];
    let log_life = vec![log_to(0, LogState::Complete), status(OWNER, 0)];
    let log_look = vec![status(OWNER, 0), whole_logs(), status(OWNER, 0)];
    let branches = vec![life(0), life(1), look(), look()];
    Chain::new("exports/moves-at-once", facts)
        .steps((0..3).map(|handle| create(OWNER, handle, shop())))
        .steps([request(OWNER, 0, logs_of(Some(&facts.shop.path), None))])
        .steps([Transition::Parallel { branches }, whole_exports()])
        .steps([Transition::Parallel { branches: vec![log_life, log_look] }, whole_logs()])
        .done()
}

fn deletions(facts: &Facts) -> Program {
    let delete = |app| vec![Transition::DeleteApp { by: OWNER, account: 0, app }];
    let look =
        || vec![page(OWNER, Listing::Apps, Some(100)), page(OWNER, Listing::Apps, Some(100))];
    let at_once = |app| Transition::Parallel { branches: vec![delete(app), delete(app), look()] };
    let two = Transition::Parallel { branches: vec![delete(3), delete(4), delete(5), look()] };
    Chain::new("oauth/deletions-at-once", facts)
        .apps(7)
        .steps([at_once(1), at_once(2), two, page(OWNER, Listing::Apps, Some(100))])
        .done()
}

/// New URLs are asked for at once, each with the version that is current.
fn urls(facts: &Facts) -> Program {
    let url = |by: Credential| Transition::CreateLogUrl {
        by,
        log: 0,
        body: model::transition::UrlBody::CurrentVersion,
    };
    let at_once = || Transition::Parallel { branches: vec![vec![url(OWNER)], vec![url(OWNER)]] };
    Chain::new("logs/urls-at-once", facts)
        .steps([request(OWNER, 0, logs_of(Some(&facts.shop.path), None))])
        .steps([log_to(0, LogState::Complete), status(OWNER, 0), at_once()])
        .done()
}

/// A key is revoked while it is used: each call is let in or not, and none after one that is not.
fn revocation(facts: &Facts) -> Program {
    let by = || Credential::Key(1);
    let list = || page(by(), exports(&[], None), Some(100));
    let using = vec![list(), create(by(), 1, body(&facts.shop.path)), list(), list()];
    let revoking = vec![Transition::RevokeKey { key: 1 }];
    Chain::new("access/revocation-at-once", facts)
        .key(Role::Admin, None)
        .steps([create(OWNER, 0, body(&facts.shop.path))])
        .steps([Transition::Parallel { branches: vec![using, revoking] }, list(), whole_exports()])
        .done()
}

/// Two accounts at once, and nothing crosses.
fn two_accounts(facts: &Facts) -> Program {
    let other = || Credential::Key(1);
    let client = |by: Credential, first: Handle| {
        let list = page(by.clone(), exports(&[], None), Some(100));
        let shop = || body(&facts.shop.path);
        vec![
            create_with(by.clone(), first, shop(), "alpha"),
            get(by.clone(), first),
            list.clone(),
            create(by, first + 1, shop()),
            list,
        ]
    };
    let branches =
        vec![client(OWNER, 0), client(other(), 10), client(OWNER, 20), client(other(), 30)];
    Chain::new("exports/accounts-at-once", facts)
        .account(model::Plan::Enterprise, 0)
        .steps([Transition::Parallel { branches }])
        .steps([whole_exports(), page(other(), exports(&[], None), Some(100))])
        .done()
}

/// Several clients get different exports, and list by different filters, at once.
fn looks(facts: &Facts) -> Program {
    let new = |handle: Handle| {
        let mut body = body(&facts.shop.path);
        body.collections = facts.shop.collections.first().map(|name| vec![name.clone()]);
        body.destination = model::transition::Destination::S3 {
            bucket: "conformance-bucket".to_owned(),
            path: format!("exports/number/{handle}"),
        };
        create(OWNER, handle, body)
    };
    let list = |states: &[ExportState]| page(OWNER, exports(states, None), Some(100));
    let branches = (0..4).map(|at| {
        let states = [[ExportState::Pending], [ExportState::Complete]];
        vec![get(OWNER, at), list(&states[at as usize % 2]), get(OWNER, 3 - at), whole_exports()]
    });
    Chain::new("exports/looks-at-once", facts)
        .steps((0..4).map(new))
        .steps(export_to(1, &[ExportState::InProgress, ExportState::Complete]))
        .steps(export_to(2, &[ExportState::Failed]))
        .steps([Transition::Parallel { branches: branches.collect() }])
        .done()
}

fn log_looks(facts: &Facts) -> Program {
    let new = |handle: Handle| {
        let mut body = logs_of(Some(&facts.shop.path), None);
        body.start_seconds -= i64::from(handle) * 60;
        request(OWNER, handle, body)
    };
    let list = |state: LogState| page(OWNER, Listing::Logs(vec![state]), Some(100));
    let branches = (0..4).map(|at| {
        let states = [LogState::Pending, LogState::Complete];
        vec![status(OWNER, at), list(states[at as usize % 2]), status(OWNER, 3 - at), whole_logs()]
    });
    Chain::new("logs/looks-at-once", facts)
        .steps((0..4).map(new))
        .steps([log_to(1, LogState::Complete), log_to(2, LogState::Complete)])
        .steps([Transition::Parallel { branches: branches.collect() }])
        .done()
}

/// Nobody is let in because somebody else is at the same time.
fn strangers(facts: &Facts) -> Program {
    let list = |by: Credential| page(by, exports(&[], None), None);
    let apps = |by: Credential| page(by, Listing::Apps, None);
    let client = || vec![list(OWNER), apps(OWNER), get(OWNER, 0), list(OWNER)];
    let stranger =
        |by: Credential| vec![list(by.clone()), apps(by.clone()), get(by.clone(), 0), list(by)];
    let branches =
        vec![client(), stranger(Credential::Garbage), client(), stranger(Credential::Missing)];
    Chain::new("access/strangers-at-once", facts)
        .steps([create(OWNER, 0, body(&facts.shop.path)), Transition::Parallel { branches }])
        .done()
}

/// A key of the billing role stays one beside others that may more.
fn roles(facts: &Facts) -> Program {
    let shop = || body(&facts.shop.path);
    let client = |by: Credential, first: Handle| {
        let list = page(by.clone(), exports(&[], None), Some(100));
        vec![create(by.clone(), first, shop()), list.clone(), create(by, first + 1, shop()), list]
    };
    let branches = vec![client(OWNER, 0), client(Credential::Key(1), 10), client(OWNER, 20)];
    Chain::new("access/roles-at-once", facts)
        .key(Role::Billing, None)
        .steps([Transition::Parallel { branches }, whole_exports()])
        .done()
}

/// An account without the plan stays one beside another that has it.
fn plans(facts: &Facts) -> Program {
    let shop = || body(&facts.shop.path);
    let client = |by: Credential, first: Handle| {
        let list = page(by.clone(), exports(&[], None), Some(100));
        vec![create(by.clone(), first, shop()), list.clone(), create(by, first + 1, shop()), list]
    };
    let branches = vec![client(OWNER, 0), client(Credential::Key(1), 10), client(OWNER, 20)];
    Chain::new("access/plans-at-once", facts)
        .account(model::Plan::Free, 0)
        .steps([Transition::Parallel { branches }, whole_exports()])
        .done()
}

/// Two accounts look at what they have at once.
fn accounts_look(facts: &Facts) -> Program {
    let other = || Credential::Key(1);
    let look = |by: Credential, own: Handle| {
        let list = page(by.clone(), exports(&[], None), Some(100));
        let logs = page(by.clone(), all_logs(), Some(100));
        let apps = page(by.clone(), Listing::Apps, Some(100));
        vec![list.clone(), get(by.clone(), own), apps, logs, status(by, own), list]
    };
    let logs = || logs_of(Some(&facts.shop.path), None);
    let branches = vec![look(OWNER, 0), look(other(), 10), look(OWNER, 0), look(other(), 10)];
    Chain::new("access/accounts-look-at-once", facts)
        .apps(2)
        .account(model::Plan::Enterprise, 2)
        .steps([create(OWNER, 0, body(&facts.shop.path)), request(OWNER, 0, logs())])
        .steps([create(other(), 10, body(&facts.shop.path)), request(other(), 10, logs())])
        .steps([Transition::Parallel { branches }])
        .done()
}

/// Two accounts send one idempotency key, and one token, at once: each makes its own.
fn one_key_in_two_accounts(facts: &Facts) -> Program {
    let by = |at: u32| if at.is_multiple_of(2) { OWNER } else { Credential::Key(1) };
    let client = |at: u32| {
        vec![
            create_with(by(at), at, body(&facts.shop.path), "alpha"),
            request(by(at), at, with_token(facts)),
        ]
    };
    let list = |by: Credential| page(by, exports(&[], None), Some(100));
    Chain::new("exports/burst-of-two-accounts", facts)
        .account(model::Plan::Enterprise, 0)
        .steps([clients(4, client), list(OWNER), list(Credential::Key(1))])
        .done()
}

/// Two clients walk the same list at once, and neither loses its place.
fn tokens_of_two_walks(facts: &Facts) -> Program {
    let foreign = Transition::ForeignToken {
        owner: OWNER,
        by: OWNER,
        list: exports(&[], None),
        used_for: exports(&[], None),
        tamper: None,
    };
    let new = |handle| create(OWNER, handle, body(&facts.shop.path));
    let between = vec![foreign.clone(), foreign];
    Chain::new("exports/list-walked-twice", facts)
        .steps((0..5).map(new))
        .steps([walk_with(OWNER, exports(&[], None), 1, between)])
        .done()
}

/// Jobs that move by themselves: of exports made at once one is worked on at a time.
fn automatic(facts: &Facts) -> Program {
    let client = |at: u32| {
        let mut steps = vec![create(OWNER, at, body(&facts.shop.path))];
        steps.extend((0..5).map(|_| whole_exports()));
        steps
    };
    Chain::new("exports/automatic-at-once", facts)
        .auto(5)
        .steps([clients(3, client), whole_exports()])
        .steps([Transition::AwaitExport { by: OWNER, export: 0 }, whole_exports()])
        .done()
}

/// New exports while the pages are walked, in lists of all sizes around the page.
fn list_grows(facts: &Facts) -> Program {
    let new = |handle| create(OWNER, handle, body(&facts.shop.path));
    Chain::new("exports/list-grows", facts)
        .steps((0..4).map(new))
        .steps([walk_with(OWNER, exports(&[], None), 1, vec![new(10), new(11)])])
        .steps([walk_with(OWNER, exports(&[], None), 2, vec![new(12)])])
        .steps([walk_with(OWNER, exports(&[ExportState::Pending], None), 3, vec![new(13)])])
        .done()
}

/// Exports that change their place while the pages are walked.
fn list_moves(facts: &Facts) -> Program {
    let new = |handle| create(OWNER, handle, body(&facts.shop.path));
    let to = |export, to| Transition::MoveExport { export, to };
    let start = |export| to(export, ExportState::InProgress);
    let end = |export| to(export, ExportState::Complete);
    Chain::new("exports/list-moves", facts)
        .steps((0..6).map(new))
        .steps(export_to(0, &[ExportState::Failed]))
        // The last item that was shown, the next one, and one far behind.
        .steps([walk_with(OWNER, exports(&[], None), 2, vec![start(4), end(4)])])
        .steps([walk_with(OWNER, exports(&[], None), 1, vec![start(3), end(3), start(1)])])
        .steps([walk_with(
            OWNER,
            exports(&[ExportState::Pending], None),
            1,
            vec![end(1), start(2)],
        )])
        .done()
}

fn log_list_grows(facts: &Facts) -> Program {
    let new = |handle| request(OWNER, handle, logs_of(Some(&facts.shop.path), None));
    let changes = vec![new(10), log_to(1, LogState::Complete), log_to(2, LogState::Failed)];
    Chain::new("logs/list-grows", facts)
        .steps((0..5).map(new))
        .steps([walk_with(OWNER, all_logs(), 1, changes)])
        .steps([walk_with(OWNER, all_logs(), 2, vec![new(11), new(12)])])
        .done()
}

/// Apps that are deleted while the pages are walked: one that was shown, one that was not.
fn apps_shrink(facts: &Facts) -> Program {
    let delete = |app| Transition::DeleteApp { by: OWNER, account: 0, app };
    Chain::new("oauth/list-shrinks", facts)
        .apps(9)
        .steps([walk_with(OWNER, Listing::Apps, 2, vec![delete(0)])])
        .steps([walk_with(OWNER, Listing::Apps, 2, vec![delete(8)])])
        .steps([walk_with(OWNER, Listing::Apps, 1, vec![delete(3), delete(4)])])
        .done()
}
