//! The matrix of authorisation, exhaustively: operation × role × plan × whose object × state of the
//! key, each cell one call. What each cell may answer is the model's business; afterwards whole
//! lists show that nothing changed where a call was denied.

use model::program::{KeySetup, Plan, Program, Role};
use model::transition::{
    Credential, Destination, ExportFilter, ExportState, Handle, Listing, LogState, Transition,
    UrlBody,
};
use spec::requirement::OPERATIONS;

use super::{
    Chain, DAY, Facts, OWNER, advance, body, create, create_with, exports, get, log_to, logs_of,
    new_url, page, request, status, walk,
};

const ROLES: [Role; 4] = [Role::Owner, Role::Admin, Role::Developer, Role::Billing];

/// The owner's key of the other account.
const OTHER: Credential = Credential::Key(1);

/// Handles: what the account has, what the other account has, and what nobody has.
const OWN: Handle = 0;
const FOREIGN: Handle = 10;
const NOBODYS: Handle = 900;

/// What becomes of the keys before they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum KeyState {
    Valid,
    Expired,
    Revoked,
}

pub(super) fn chains(facts: &Facts) -> Vec<Program> {
    let mut programs = Vec::new();
    for plan in [Plan::Enterprise, Plan::Free] {
        for operation in OPERATIONS {
            for state in [KeyState::Valid, KeyState::Revoked, KeyState::Expired] {
                programs.push(cells(facts, operation, plan, state));
            }
        }
    }
    programs
}

/// All cells of an operation on a plan with keys in one state.
fn cells(facts: &Facts, operation: &str, plan: Plan, state: KeyState) -> Program {
    let words = match state {
        KeyState::Valid => "valid",
        KeyState::Expired => "expired",
        KeyState::Revoked => "revoked",
    };
    let name = format!("access/matrix-{operation}-{}-{words}", plan.as_str());
    let mut chain = Chain::on_plan(&name, facts, plan).apps(6).account(Plan::Enterprise, 2);
    let ttl_days = (state == KeyState::Expired).then_some(1);
    let first = chain.n_keys();
    for role in ROLES {
        chain = chain.key_setup(KeySetup { account: 0, role, ttl_days, later: false });
    }
    let keys = first..chain.n_keys();
    chain = world(facts, operation, plan, chain);
    match state {
        KeyState::Valid => {}
        KeyState::Revoked => {
            chain = chain.steps(keys.clone().map(|key| Transition::RevokeKey { key }));
        }
        KeyState::Expired => chain = chain.steps([advance(0, DAY + 60)]),
    }
    for (at, key) in keys.enumerate() {
        chain = chain.steps(calls(facts, operation, Credential::Key(key), at));
    }
    let strangers = [Credential::Missing, Credential::Garbage];
    for by in strangers {
        chain = chain.steps(calls(facts, operation, by, 5));
    }
    chain.steps(looks(operation, plan)).done()
}

/// What there is in both accounts.
fn world(facts: &Facts, operation: &str, plan: Plan, chain: Chain) -> Chain {
    let shop = facts.shop.path.as_str();
    let mut private = body(shop);
    private.destination = Destination::Uri("s3://private-bucket/of/the/other".to_owned());
    let logs = || logs_of(Some(shop), None);
    match operation {
        "createExport" | "listExports" | "getExport" => {
            let own = (plan == Plan::Enterprise).then(|| create(OWNER, OWN, body(shop)));
            chain.steps(own).steps([create(OTHER, FOREIGN, private)])
        }
        "requestLogs" | "getLogRequest" | "createLogUrl" | "listLogRequests" => chain
            .steps([request(OTHER, FOREIGN, logs()), log_to(FOREIGN, LogState::Complete)])
            .steps([status(OTHER, FOREIGN), request(OWNER, OWN, logs())])
            .steps([log_to(OWN, LogState::Complete), status(OWNER, OWN)]),
        _ => chain,
    }
}

/// The calls of one key: about its own account's object, the other's, and nobody's. `at` tells
/// which app a deletion takes, so that each finds one.
fn calls(facts: &Facts, operation: &str, by: Credential, at: usize) -> Vec<Transition> {
    let shop = facts.shop.path.as_str();
    let handle = 100 + u32::try_from(at).unwrap_or(0);
    let things = [OWN, FOREIGN, NOBODYS];
    let each = |call: fn(Credential, Handle) -> Transition| {
        things.map(|thing| call(by.clone(), thing)).to_vec()
    };
    match operation {
        "createExport" => vec![
            create(by.clone(), handle, body(shop)),
            create_with(by.clone(), handle + 50, body(shop), &format!("matrix-{at}")),
            create(by, handle + 100, body(facts.nested.as_ref().map_or(shop, |n| n.path.as_str()))),
        ],
        "listExports" => vec![
            page(by.clone(), exports(&[], None), None),
            page(by.clone(), exports(&[ExportState::Pending], None), None),
            page(by.clone(), exports(&[], Some(shop)), None),
            page(by, exports(&[], None), Some(1)),
        ],
        "getExport" => each(get),
        "requestLogs" => vec![request(by, handle, logs_of(Some(shop), None))],
        "getLogRequest" => each(status),
        "createLogUrl" => each(|by, log| new_url(by, log, UrlBody::None)),
        "listLogRequests" => vec![page(by, Listing::Logs(LogState::ALL.to_vec()), None)],
        "listOauthApps" => vec![page(by, Listing::Apps, None)],
        _ => [(0, at), (1, 0), (0, 99)]
            .map(|(account, app)| Transition::DeleteApp { by: by.clone(), account, app })
            .to_vec(),
    }
}

/// Whole lists of both accounts, by their owners.
fn looks(operation: &str, plan: Plan) -> Vec<Transition> {
    let list = match operation {
        "createExport" | "listExports" | "getExport" => Listing::Exports(ExportFilter::default()),
        "listOauthApps" | "deleteOauthApp" => Listing::Apps,
        _ => Listing::Logs(LogState::ALL.to_vec()),
    };
    let own = plan == Plan::Enterprise || !matches!(list, Listing::Exports(_));
    let own = own.then(|| walk(OWNER, list.clone(), Some(100)));
    own.into_iter().chain([walk(OTHER, list, Some(100))]).collect()
}
