//! Chains of single exports: echo, ids, idempotency, transitions.

use model::program::{Program, Role};
use model::transition::{Credential, Destination, ExportState, Format, Transition};

use super::{
    Chain, DAY, Facts, OWNER, advance, body, create, create_with, export_to, exports, get, page,
    walk,
};

pub(super) fn chains(facts: &Facts) -> Vec<Program> {
    let mut programs = vec![
        echo(facts),
        twice(facts),
        unknown_database(facts),
        system_collection(facts),
        get_own_and_unknown(facts),
        life_to_complete(facts),
        life_to_failed(facts),
        one_in_progress(facts),
        automatic(facts),
    ];
    programs.extend(idempotency(facts));
    programs
}

fn echo(facts: &Facts) -> Program {
    let shop = facts.shop.path.as_str();
    let object = |path: &str| Destination::S3 {
        bucket: "conformance-bucket".to_owned(),
        path: path.to_owned(),
    };
    let mut named = body(shop);
    named.collections = Some(facts.shop.collections.clone());
    let mut one = body(shop);
    one.collections = facts.shop.collections.first().map(|name| vec![name.clone()]);
    one.format = Format::Tagged;
    one.destination = object("exports/object");
    let mut tagged = body(shop);
    tagged.format = Format::Tagged;
    let mut slash = body(shop);
    slash.destination = object("/exports/leading/slash");
    let mut odd = body(shop);
    odd.destination = object("exports/with space+plus%20percent");
    let mut bodies = vec![body(shop), named, one, tagged, slash, odd];
    bodies.extend(facts.other.iter().map(|other| body(&other.path)));
    bodies.extend(facts.nested.iter().map(|nested| body(&nested.path)));
    let mut chain = Chain::new("exports/echo", facts);
    for (handle, body) in (0..).zip(bodies) {
        chain = chain.steps([create(OWNER, handle, body), get(OWNER, handle)]);
    }
    let mut web = body(shop);
    web.destination = Destination::Uri("http://conformance-bucket/exports/run".to_owned());
    chain.steps([create(OWNER, 90, web), walk(OWNER, exports(&[], None), Some(100))]).done()
}

fn twice(facts: &Facts) -> Program {
    let same = body(&facts.shop.path);
    Chain::new("exports/no-key-no-idempotency", facts)
        .steps([create(OWNER, 0, same.clone()), create(OWNER, 1, same), get(OWNER, 0)])
        .steps([get(OWNER, 1), walk(OWNER, exports(&[], None), None)])
        .done()
}

fn unknown_database(facts: &Facts) -> Program {
    let name = facts.shop.path.rsplit('/').next().unwrap_or("shop");
    Chain::new("exports/unknown-database", facts)
        .steps([
            create(OWNER, 0, body(&facts.shop.path)),
            create(OWNER, 1, body("us-std/no_such_database")),
            create(OWNER, 2, body(&format!("{}/no_such_child", facts.shop.path))),
            create(OWNER, 3, body(&format!("no-such-region/{name}"))),
            create(OWNER, 4, body(name)),
            walk(OWNER, exports(&[], None), None),
        ])
        .done()
}

fn system_collection(facts: &Facts) -> Program {
    let mut chain = Chain::new("exports/system-collections", facts).auto(2);
    for (handle, name) in (0..).zip(["Key", "Role"]) {
        let mut named = body(&facts.shop.path);
        named.collections = Some(vec![name.to_owned()]);
        chain = chain.steps([
            create(OWNER, handle, named),
            Transition::AwaitExport { by: OWNER, export: handle },
        ]);
    }
    let mut good = body(&facts.shop.path);
    good.collections = Some(facts.shop.collections.clone());
    chain.steps([create(OWNER, 2, good)]).done()
}

fn get_own_and_unknown(facts: &Facts) -> Program {
    Chain::new("exports/get", facts)
        .steps([create(OWNER, 0, body(&facts.shop.path)), get(OWNER, 0), get(OWNER, 9)])
        .done()
}

fn life_to_complete(facts: &Facts) -> Program {
    let list = || exports(&[], None);
    Chain::new("exports/life-to-complete", facts)
        .steps([create(OWNER, 0, body(&facts.shop.path)), get(OWNER, 0)])
        .steps(export_to(0, &[ExportState::InProgress]))
        .steps([get(OWNER, 0), page(OWNER, list(), None), advance(0, 60)])
        .steps(export_to(0, &[ExportState::Complete]))
        .steps([get(OWNER, 0), page(OWNER, list(), None)])
        .steps(export_to(0, &[ExportState::Failed, ExportState::InProgress]))
        .steps([advance(0, 60), get(OWNER, 0), get(OWNER, 0)])
        .done()
}

fn life_to_failed(facts: &Facts) -> Program {
    Chain::new("exports/life-to-failed", facts)
        .steps([create(OWNER, 0, body(&facts.shop.path)), create(OWNER, 1, body(&facts.shop.path))])
        .steps(export_to(0, &[ExportState::Failed]))
        .steps([get(OWNER, 0), page(OWNER, exports(&[], None), None)])
        .steps(export_to(1, &[ExportState::InProgress, ExportState::Failed]))
        .steps([get(OWNER, 1), page(OWNER, exports(&[ExportState::Failed], None), None)])
        .done()
}

fn one_in_progress(facts: &Facts) -> Program {
    Chain::new("exports/one-in-progress", facts)
        .steps([create(OWNER, 0, body(&facts.shop.path)), create(OWNER, 1, body(&facts.shop.path))])
        .steps(export_to(0, &[ExportState::InProgress]))
        .steps(export_to(1, &[ExportState::InProgress]))
        .steps([page(OWNER, exports(&[], None), None), get(OWNER, 1)])
        .steps(export_to(0, &[ExportState::Complete]))
        .steps(export_to(1, &[ExportState::InProgress]))
        .steps([page(OWNER, exports(&[], None), None)])
        .done()
}

fn automatic(facts: &Facts) -> Program {
    let list = || page(OWNER, exports(&[], None), None);
    let await_export = |export| Transition::AwaitExport { by: OWNER, export };
    Chain::new("exports/automatic", facts)
        .auto(5)
        .steps([
            create(OWNER, 0, body(&facts.shop.path)),
            create(OWNER, 1, body(&facts.shop.path)),
            create(OWNER, 2, body(&facts.shop.path)),
        ])
        .steps((0..6).map(|_| list()))
        .steps([await_export(0), list(), await_export(1), list(), await_export(2), list()])
        .done()
}

fn idempotency(facts: &Facts) -> Vec<Program> {
    let shop = || body(&facts.shop.path);
    let list = || walk(OWNER, exports(&[], None), None);
    let other_body = || {
        let mut other = shop();
        other.format = Format::Tagged;
        other
    };
    let mut replay = Chain::new("exports/idempotency-replay", facts)
        .steps([create_with(OWNER, 0, shop(), "alpha"), create_with(OWNER, 1, shop(), "alpha")])
        .steps(export_to(0, &[ExportState::InProgress]))
        .steps([create_with(OWNER, 2, shop(), "alpha"), advance(0, 120)])
        .steps(export_to(0, &[ExportState::Complete]))
        .steps([create_with(OWNER, 3, shop(), "alpha"), list(), get(OWNER, 0)]);
    replay =
        replay.steps([create_with(OWNER, 4, shop(), "beta"), create(OWNER, 5, shop()), list()]);
    let plain = Chain::new("exports/idempotency-replay-plain", facts)
        .steps([create_with(OWNER, 0, shop(), "alpha"), create_with(OWNER, 1, shop(), "alpha")])
        .steps([list()]);
    let failed = Chain::new("exports/idempotency-failure-not-remembered", facts).steps([
        create_with(OWNER, 0, body("us-std/no_such_database"), "alpha"),
        create_with(OWNER, 1, shop(), "alpha"),
        create_with(OWNER, 2, shop(), "alpha"),
        list(),
    ]);
    let second = Credential::Key(1);
    let scope = Chain::new("exports/idempotency-key-scope", facts).key(Role::Admin, None).steps([
        create_with(OWNER, 0, shop(), "alpha"),
        create_with(second.clone(), 1, shop(), "alpha"),
        create_with(OWNER, 2, shop(), "alpha"),
        create_with(second, 3, shop(), "alpha"),
        list(),
    ]);
    let mismatch = Chain::new("exports/idempotency-mismatch", facts).steps([
        create_with(OWNER, 0, shop(), "alpha"),
        create_with(OWNER, 1, other_body(), "alpha"),
        create_with(OWNER, 2, shop(), "alpha"),
        list(),
    ]);
    let mut others = vec![other_body()];
    others.extend(facts.other.iter().map(|other| body(&other.path)));
    let mut named = shop();
    named.collections = Some(facts.shop.collections.clone());
    let mut elsewhere = shop();
    elsewhere.destination = Destination::Uri("s3://conformance-other/elsewhere".to_owned());
    others.extend([named, elsewhere]);
    let mismatches = Chain::new("exports/idempotency-mismatches", facts)
        .steps([create_with(OWNER, 0, shop(), "alpha")])
        .steps((1..).zip(others).map(|(handle, body)| create_with(OWNER, handle, body, "alpha")))
        .steps(export_to(0, &[ExportState::InProgress, ExportState::Complete]))
        .steps([create_with(OWNER, 8, other_body(), "alpha")])
        .steps([create_with(OWNER, 9, shop(), "alpha"), list()]);
    let nested = facts.nested.as_ref().map(|nested| {
        let nested = || body(&nested.path);
        Chain::new("exports/idempotency-nested", facts)
            .steps([create_with(OWNER, 0, nested(), "alpha")])
            .steps([create_with(OWNER, 1, nested(), "alpha"), list()])
            .done()
    });
    let revoked = Chain::new("exports/idempotency-after-revocation", facts)
        .key(Role::Admin, None)
        .steps([create_with(OWNER, 0, shop(), "alpha")])
        .steps([create_with(Credential::Key(1), 1, shop(), "beta")])
        .steps([Transition::RevokeKey { key: 1 }])
        .steps([create_with(OWNER, 2, shop(), "alpha"), list()]);
    let mut between = Chain::new("exports/idempotency-many-between", facts).steps([create_with(
        OWNER,
        0,
        shop(),
        "alpha",
    )]);
    for n in 1..=120 {
        between = between.steps([create_with(OWNER, n, shop(), &format!("key-{n}"))]);
    }
    let between = between
        .steps([create_with(OWNER, 199, shop(), "alpha")])
        .steps([walk(OWNER, exports(&[], None), None), walk(OWNER, exports(&[], None), Some(7))]);
    let mut programs: Vec<Program> = nested.into_iter().collect();
    programs.extend([
        replay.done(),
        plain.done(),
        failed.done(),
        scope.done(),
        mismatch.done(),
        between.done(),
        mismatches.done(),
        revoked.done(),
        window(facts),
        accounts_apart(facts),
        alike(facts),
    ]);
    programs
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
