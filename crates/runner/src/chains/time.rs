//! Chains of time: each boundary just before and just after, by the account's own clock.

use model::program::{KeySetup, Program, Role};
use model::transition::{Credential, ExportState, LogBody, LogState, Transition, UrlBody};

use super::{
    Chain, DAY, Facts, OWNER, advance, body, create, create_with, export_to, exports, get, log_to,
    logs_of, new_url, page, request, status,
};

/// How near to a boundary it is tried, in seconds: well beyond what clocks may disagree by.
const NEAR: u64 = 10;

pub(super) fn chains(facts: &Facts) -> Vec<Program> {
    let mut programs = vec![
        late_key(facts),
        url_expiry(facts),
        export_times(facts),
        log_times(facts),
        key_window(facts),
        token_window(facts),
    ];
    programs.extend([1, 30, 400].map(|days| key_expiry(facts, days)));
    programs
}

/// A key works until its last day is over, and not longer; used before or not.
fn key_expiry(facts: &Facts, days: u32) -> Program {
    let used = || page(Credential::Key(1), exports(&[], None), None);
    let unused = || page(Credential::Key(2), exports(&[], None), None);
    let end = u64::from(days) * DAY;
    Chain::new(&format!("access/key-of-{days}-days"), facts)
        .key(Role::Admin, Some(days))
        .key(Role::Developer, Some(days))
        .steps([used(), advance(0, end - NEAR), used(), unused(), advance(0, 2 * NEAR)])
        .steps([used(), unused(), page(OWNER, exports(&[], None), None)])
        .done()
}

/// The days of a key that is made later count from then, by the account's clock.
fn late_key(facts: &Facts) -> Program {
    let by = || page(Credential::Key(1), exports(&[], None), None);
    Chain::new("access/key-made-later", facts)
        .key_setup(KeySetup { account: 0, role: Role::Admin, ttl_days: Some(2), later: true })
        .steps([advance(0, 5 * DAY), Transition::IssueKey { key: 1 }, by()])
        .steps([advance(0, 2 * DAY - NEAR), by(), advance(0, 2 * NEAR), by()])
        .done()
}

/// The file can be fetched until its URL expires, whatever its life; each new URL has its own.
fn url_expiry(facts: &Facts) -> Program {
    let near = i64::try_from(NEAR).unwrap_or(0);
    let fetch = || Transition::FetchLogFile { log: 0 };
    let to_expiry = |seconds| Transition::AdvanceToUrlExpiry { log: 0, seconds };
    Chain::new("logs/url-expiry", facts)
        .steps([request(OWNER, 0, logs_of(Some(&facts.shop.path), None))])
        .steps([log_to(0, LogState::Complete), status(OWNER, 0), fetch()])
        .steps([to_expiry(-near), fetch(), status(OWNER, 0), to_expiry(near), fetch()])
        .steps([new_url(OWNER, 0, UrlBody::None), status(OWNER, 0), fetch()])
        .steps([to_expiry(-near), fetch(), to_expiry(near), fetch()])
        .done()
}

/// `created_at` stays, `updated_at` moves with the state and with nothing else.
fn export_times(facts: &Facts) -> Program {
    let look = || [get(OWNER, 0), page(OWNER, exports(&[], None), None), get(OWNER, 1)];
    let mut chain = Chain::new("exports/times", facts)
        .steps([advance(0, 3600), create(OWNER, 0, body(&facts.shop.path)), advance(0, 3600)])
        .steps([create(OWNER, 1, body(&facts.shop.path))])
        .steps(look());
    for to in [ExportState::InProgress, ExportState::Complete] {
        chain = chain.steps([advance(0, DAY)]).steps(export_to(0, &[to])).steps(look());
        chain = chain.steps([advance(0, 60)]).steps(look());
    }
    chain.steps(export_to(1, &[ExportState::Failed])).steps(look()).done()
}

fn log_times(facts: &Facts) -> Program {
    Chain::new("logs/times", facts)
        .steps([advance(0, 3600)])
        .steps([request(OWNER, 0, logs_of(Some(&facts.shop.path), None)), status(OWNER, 0)])
        .steps([advance(0, 600), status(OWNER, 0), log_to(0, LogState::CreatingNewUrl)])
        .steps([status(OWNER, 0), advance(0, 600), log_to(0, LogState::Complete)])
        .steps([status(OWNER, 0), advance(0, 60), status(OWNER, 0)])
        .done()
}

/// A key is remembered for its 24 hours, whatever became of the export meanwhile.
fn key_window(facts: &Facts) -> Program {
    let again = |handle, key| create_with(OWNER, handle, body(&facts.shop.path), key);
    Chain::new("exports/idempotency-window-edge", facts)
        .steps([again(0, "alpha"), again(1, "beta")])
        .steps(export_to(0, &[ExportState::InProgress, ExportState::Complete]))
        .steps(export_to(1, &[ExportState::Failed]))
        .steps([advance(0, DAY - NEAR), again(2, "alpha"), again(3, "beta")])
        .steps([advance(0, 2 * NEAR), again(4, "alpha"), again(5, "beta")])
        .done()
}

fn token_window(facts: &Facts) -> Program {
    let token = "7c1b4a52-0f5e-4d7c-b9f1-3e2d1c0b9a88";
    let again = |handle| {
        let body = logs_of(Some(&facts.shop.path), None);
        let body = LogBody { idempotency_token: Some(token.to_owned()), ..body };
        request(OWNER, handle, body)
    };
    Chain::new("logs/token-window-edge", facts)
        .steps([again(0), advance(0, DAY - NEAR), again(1), advance(0, 2 * NEAR), again(2)])
        .done()
}
