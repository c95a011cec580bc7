//! Chains of single exports: echo, ids, transitions.

use model::program::Program;
use model::transition::{Destination, ExportState, Format, Transition};

use super::{Chain, Facts, OWNER, advance, body, create, export_to, exports, get, page, walk};

pub(super) fn chains(facts: &Facts) -> Vec<Program> {
    vec![
        echo(facts),
        twice(facts),
        unknown_database(facts),
        system_collection(facts),
        get_own_and_unknown(facts),
        life_to_complete(facts),
        life_to_failed(facts),
        one_in_progress(facts),
        automatic(facts),
    ]
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
