//! Chains of credentials: every operation with every kind of key that must, or must not, open it.

use model::program::{Plan, Program, Role};
use model::transition::{Credential, Listing, LogState, Transition, UrlBody};

use spec::requirement::OPERATIONS;

use super::{
    Chain, DAY, Facts, OWNER, advance, body, create, exports, get, log_to, logs_of, new_url, page,
    request, status, walk,
};

pub(super) fn chains(facts: &Facts) -> Vec<Program> {
    let mut programs: Vec<Program> =
        OPERATIONS.iter().map(|operation| credentials(facts, operation)).collect();
    programs.push(database_secret(facts));
    programs.push(roles(facts));
    programs.push(free_plan(facts));
    programs.push(expiry(facts));
    programs.push(revocation(facts));
    programs
}

/// A good request of an operation on the world of [`world`]; `app` is the app that a deletion
/// takes.
fn call(facts: &Facts, operation: &str, by: Credential, app: usize) -> Transition {
    match operation {
        "createExport" => create(by, 90, body(&facts.shop.path)),
        "listExports" => page(by, exports(&[], None), None),
        "getExport" => get(by, 0),
        "requestLogs" => request(by, 90, logs_of(Some(&facts.shop.path), None)),
        "getLogRequest" => status(by, 0),
        "createLogUrl" => new_url(by, 0, UrlBody::None),
        "listLogRequests" => page(by, Listing::Logs(LogState::ALL.to_vec()), None),
        "listOauthApps" => page(by, Listing::Apps, None),
        _ => Transition::DeleteApp { by, account: 0, app },
    }
}

/// What an operation needs to exist before it is called.
pub(crate) fn world(facts: &Facts, operation: &str, chain: Chain) -> Chain {
    match operation {
        "getExport" => chain.steps([create(OWNER, 0, body(&facts.shop.path))]),
        "getLogRequest" => chain.steps([request(OWNER, 0, logs_of(Some(&facts.shop.path), None))]),
        "createLogUrl" => chain.steps([
            request(OWNER, 0, logs_of(Some(&facts.shop.path), None)),
            log_to(0, LogState::Complete),
            status(OWNER, 0),
        ]),
        "deleteOauthApp" => chain.apps(2),
        _ => chain,
    }
}

/// The whole list that shows whether a refused call had an effect after all.
fn effects(operation: &str) -> Option<Transition> {
    match operation {
        "createExport" => Some(walk(OWNER, exports(&[], None), Some(100))),
        "requestLogs" => Some(walk(OWNER, Listing::Logs(LogState::ALL.to_vec()), Some(100))),
        "deleteOauthApp" => Some(walk(OWNER, Listing::Apps, None)),
        _ => None,
    }
}

fn credentials(facts: &Facts, operation: &str) -> Program {
    let bad = [
        Credential::Missing,
        Credential::Empty,
        Credential::BearerOnly,
        Credential::Garbage,
        Credential::OtherScheme("Basic".to_owned(), 0),
        Credential::OtherScheme("Token".to_owned(), 0),
        Credential::Bare(0),
        Credential::Truncated(0),
        Credential::Extended(0),
    ];
    let chain = Chain::new(&format!("access/credentials-{operation}"), facts);
    let chain = world(facts, operation, chain)
        .steps(bad.map(|by| call(facts, operation, by, 0)))
        .steps(effects(operation))
        .steps([call(facts, operation, OWNER, 0)]);
    chain.done()
}

fn database_secret(facts: &Facts) -> Program {
    let by = || Credential::DatabaseSecret(0);
    Chain::new("access/database-secret", facts)
        .apps(1)
        .steps([create(OWNER, 0, body(&facts.shop.path))])
        .steps([request(OWNER, 0, logs_of(Some(&facts.shop.path), None))])
        .steps(OPERATIONS.map(|operation| call(facts, operation, by(), 0)))
        .steps([page(OWNER, exports(&[], None), None)])
        .done()
}

fn roles(facts: &Facts) -> Program {
    let mut chain = Chain::new("access/roles", facts)
        .key(Role::Admin, None)
        .key(Role::Developer, None)
        .key(Role::Billing, None)
        .steps([create(OWNER, 0, body(&facts.shop.path))]);
    for key in [1, 2, 3, 0] {
        for operation in ["createExport", "listExports", "getExport"] {
            chain = chain.steps([match operation {
                "createExport" => {
                    create(Credential::Key(key), 90 + key as u32, body(&facts.shop.path))
                }
                other => call(facts, other, Credential::Key(key), 0),
            }]);
        }
    }
    chain.steps([walk(OWNER, exports(&[], None), None)]).done()
}

fn free_plan(facts: &Facts) -> Program {
    let free = || Credential::Key(1);
    let exports_only = ["createExport", "listExports", "getExport"];
    Chain::new("access/free-plan", facts)
        .account(Plan::Free, 0)
        .steps([create(OWNER, 0, body(&facts.shop.path)), get(OWNER, 0)])
        .steps([page(OWNER, exports(&[], None), None)])
        .steps(exports_only.map(|operation| call(facts, operation, free(), 0)))
        .done()
}

/// A key of two days works on the second day and not on the third, on every operation.
fn expiry(facts: &Facts) -> Program {
    let key = || Credential::Key(1);
    let calls = |app: usize| OPERATIONS.map(|operation| call(facts, operation, key(), app));
    Chain::new("access/expiry", facts)
        .apps(3)
        .key(Role::Admin, Some(2))
        .steps([create(OWNER, 0, body(&facts.shop.path))])
        .steps([request(OWNER, 0, logs_of(Some(&facts.shop.path), None))])
        .steps([log_to(0, LogState::Complete), status(key(), 0), get(key(), 0)])
        .steps([advance(0, 2 * DAY - 300)])
        .steps([page(key(), exports(&[], None), None), status(key(), 0)])
        .steps([advance(0, 600)])
        .steps(calls(1))
        .steps([page(OWNER, exports(&[], None), None)])
        .done()
}

fn revocation(facts: &Facts) -> Program {
    let key = || Credential::Key(1);
    Chain::new("access/revocation", facts)
        .apps(2)
        .key(Role::Admin, None)
        .steps([create(key(), 0, body(&facts.shop.path)), get(key(), 0)])
        .steps([request(key(), 0, logs_of(Some(&facts.shop.path), None))])
        .steps([Transition::RevokeKey { key: 1 }])
        .steps(OPERATIONS.map(|operation| call(facts, operation, key(), 1)))
        .steps([get(OWNER, 0), page(OWNER, exports(&[], None), None)])
        .done()
}
