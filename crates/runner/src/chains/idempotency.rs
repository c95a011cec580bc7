//! Chains of idempotent creations: replays, scopes, failures, other bodies, windows, keys alike.

use model::program::{Program, Role};
use model::transition::{Credential, Destination, ExportBody, ExportState, Format, Transition};

use super::{
    Chain, DAY, Facts, OWNER, advance, body, create, create_with, export_to, exports, get, walk,
};

pub(super) fn chains(facts: &Facts) -> Vec<Program> {
    let mut programs = vec![
        replay(facts),
        replay_plain(facts),
        failure(facts),
        key_scope(facts),
        mismatch(facts),
        mismatches(facts),
        revocation(facts),
        many_between(facts),
        window(facts),
        accounts_apart(facts),
        alike(facts),
    ];
    programs.extend(facts.nested.as_ref().map(|nested| nested_database(facts, &nested.path)));
    programs
}

fn list() -> Transition {
    walk(OWNER, exports(&[], None), None)
}

/// The plain body in another format.
fn other_body(facts: &Facts) -> ExportBody {
    ExportBody { format: Format::Tagged, ..body(&facts.shop.path) }
}

fn replay(facts: &Facts) -> Program {
    let again = |handle, key| create_with(OWNER, handle, body(&facts.shop.path), key);
    Chain::new("exports/idempotency-replay", facts)
        .steps([again(0, "alpha"), again(1, "alpha")])
        .steps(export_to(0, &[ExportState::InProgress]))
        .steps([again(2, "alpha"), advance(0, 120)])
        .steps(export_to(0, &[ExportState::Complete]))
        .steps([again(3, "alpha"), list(), get(OWNER, 0), again(4, "beta")])
        .steps([create(OWNER, 5, body(&facts.shop.path)), list()])
        .done()
}

fn replay_plain(facts: &Facts) -> Program {
    let again = |handle| create_with(OWNER, handle, body(&facts.shop.path), "alpha");
    Chain::new("exports/idempotency-replay-plain", facts).steps([again(0), again(1), list()]).done()
}

fn failure(facts: &Facts) -> Program {
    let again = |handle| create_with(OWNER, handle, body(&facts.shop.path), "alpha");
    Chain::new("exports/idempotency-failure-not-remembered", facts)
        .steps([create_with(OWNER, 0, body("us-std/no_such_database"), "alpha")])
        .steps([again(1), again(2), list()])
        .done()
}

fn key_scope(facts: &Facts) -> Program {
    let by = |at: u32| if at.is_multiple_of(2) { OWNER } else { Credential::Key(1) };
    let again = |at| create_with(by(at), at, body(&facts.shop.path), "alpha");
    Chain::new("exports/idempotency-key-scope", facts)
        .key(Role::Admin, None)
        .steps((0..4).map(again))
        .steps([list()])
        .done()
}

fn mismatch(facts: &Facts) -> Program {
    let again = |handle| create_with(OWNER, handle, body(&facts.shop.path), "alpha");
    Chain::new("exports/idempotency-mismatch", facts)
        .steps([again(0), create_with(OWNER, 1, other_body(facts), "alpha"), again(2), list()])
        .done()
}

/// Another body in each of its members, before the export has moved and after.
fn mismatches(facts: &Facts) -> Program {
    let shop = || body(&facts.shop.path);
    let mut others = vec![other_body(facts)];
    others.extend(facts.other.iter().map(|other| body(&other.path)));
    others.push(ExportBody { collections: Some(facts.shop.collections.clone()), ..shop() });
    let elsewhere = Destination::Uri("s3://conformance-other/elsewhere".to_owned());
    others.push(ExportBody { destination: elsewhere, ..shop() });
    Chain::new("exports/idempotency-mismatches", facts)
        .steps([create_with(OWNER, 0, shop(), "alpha")])
        .steps((1..).zip(others).map(|(handle, body)| create_with(OWNER, handle, body, "alpha")))
        .steps(export_to(0, &[ExportState::InProgress, ExportState::Complete]))
        .steps([create_with(OWNER, 8, other_body(facts), "alpha")])
        .steps([create_with(OWNER, 9, shop(), "alpha"), list()])
        .done()
}

fn nested_database(facts: &Facts, path: &str) -> Program {
    let again = |handle| create_with(OWNER, handle, body(path), "alpha");
    Chain::new("exports/idempotency-nested", facts).steps([again(0), again(1), list()]).done()
}

/// The revocation of one key leaves what was remembered for another.
fn revocation(facts: &Facts) -> Program {
    let shop = || body(&facts.shop.path);
    Chain::new("exports/idempotency-after-revocation", facts)
        .key(Role::Admin, None)
        .steps([create_with(OWNER, 0, shop(), "alpha")])
        .steps([create_with(Credential::Key(1), 1, shop(), "beta")])
        .steps([Transition::RevokeKey { key: 1 }])
        .steps([create_with(OWNER, 2, shop(), "alpha"), list()])
        .done()
}

/// A key is remembered whatever number of others comes in between; and the long list that this
/// makes is walked.
fn many_between(facts: &Facts) -> Program {
    let new = |handle, key: &str| create_with(OWNER, handle, body(&facts.shop.path), key);
    Chain::new("exports/idempotency-many-between", facts)
        .steps([new(0, "alpha")])
        .steps((1..=facts.plenty).map(|n| new(n, &format!("key-{n}"))))
        .steps([new(facts.plenty + 1, "alpha"), list()])
        .steps([walk(OWNER, exports(&[], None), Some(7))])
        .done()
}

/// Keys that are alike and not the same: in letter case, in their first or last letters, in dashes
/// and blanks; and the same ones again, of all lengths that occur.
fn alike(facts: &Facts) -> Program {
    let long = "k".repeat(64);
    let keys = [
        "conformance-1",
        "conformance-2",
        "Conformance-1",
        "conformance1",
        "1-conformance",
        "1f6e2a10-77c4-4b52-9f0a-5e1d2c3b4a59",
        "1f6e2a10-77c4-4b52-9f0a-5e1d2c3b4a58",
        "2f6e2a10-77c4-4b52-9f0a-5e1d2c3b4a59",
        "7",
        long.as_str(),
    ];
    let each = |first: u32| {
        let shop = facts.shop.path.clone();
        keys.into_iter()
            .zip(first..)
            .map(move |(key, handle)| create_with(OWNER, handle, body(&shop), key))
            .collect::<Vec<_>>()
    };
    Chain::new("exports/idempotency-keys-alike", facts)
        .steps(each(0))
        .steps(each(100))
        .steps([walk(OWNER, exports(&[], None), Some(100))])
        .done()
}

fn window(facts: &Facts) -> Program {
    let shop = || body(&facts.shop.path);
    Chain::new("exports/idempotency-window", facts)
        .steps([create_with(OWNER, 0, shop(), "alpha"), advance(0, DAY / 2)])
        .steps([create_with(OWNER, 1, shop(), "alpha"), advance(0, DAY / 2 - 120)])
        .steps([create_with(OWNER, 2, shop(), "alpha"), advance(0, 300)])
        .steps([create_with(OWNER, 3, shop(), "alpha")])
        .done()
}

fn accounts_apart(facts: &Facts) -> Program {
    let shop = || body(&facts.shop.path);
    let other = || Credential::Key(1);
    Chain::new("exports/idempotency-accounts-apart", facts)
        .account(model::Plan::Enterprise, 0)
        .steps([
            create_with(OWNER, 0, shop(), "alpha"),
            create_with(other(), 1, shop(), "alpha"),
            walk(OWNER, exports(&[], None), None),
            walk(other(), exports(&[], None), None),
        ])
        .done()
}
