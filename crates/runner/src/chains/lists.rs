//! Chains over the export list: pages, filters, order, tokens, accounts apart.

use model::Plan;
use model::program::Program;
use model::transition::{Credential, ExportState, Listing, Tamper, Transition};

use super::{Chain, Facts, OWNER, body, create, export_to, exports, get, page, walk};

pub(super) fn chains(facts: &Facts) -> Vec<Program> {
    vec![
        empty(facts),
        pages(facts, "exports/list-pages", 6, &[1, 2, 3, 5, 6, 7]),
        default_page(facts),
        states(facts),
        databases(facts),
        apart(facts),
        tokens(facts),
    ]
}

fn empty(facts: &Facts) -> Program {
    Chain::new("exports/list-empty", facts)
        .steps([page(OWNER, exports(&[], None), None)])
        .steps([page(OWNER, exports(&[ExportState::Complete], None), Some(1))])
        .done()
}

fn many(facts: &Facts, n: u32) -> Vec<Transition> {
    (0..n).map(|handle| create(OWNER, handle, body(&facts.shop.path))).collect()
}

fn pages(facts: &Facts, name: &str, n: u32, sizes: &[u32]) -> Program {
    Chain::new(name, facts)
        .steps(many(facts, n))
        .steps(sizes.iter().map(|size| walk(OWNER, exports(&[], None), Some(*size))))
        .steps([1, 10, 100].map(|size| page(OWNER, exports(&[], None), Some(size))))
        .done()
}

fn default_page(facts: &Facts) -> Program {
    Chain::new("exports/list-default-page", facts)
        .steps(many(facts, 10))
        .steps([page(OWNER, exports(&[], None), None)])
        .steps([create(OWNER, 10, body(&facts.shop.path))])
        .steps([page(OWNER, exports(&[], None), None), walk(OWNER, exports(&[], None), None)])
        .steps([walk(OWNER, exports(&[], None), Some(100))])
        .done()
}

/// Two exports in each state that can hold two, and one in progress.
fn mixed(facts: &Facts) -> Vec<Transition> {
    let mut steps = many(facts, 7);
    steps.extend(export_to(1, &[ExportState::InProgress, ExportState::Complete]));
    steps.extend(export_to(5, &[ExportState::InProgress, ExportState::Complete]));
    steps.extend(export_to(2, &[ExportState::Failed]));
    steps.extend(export_to(4, &[ExportState::InProgress, ExportState::Failed]));
    steps.extend(export_to(3, &[ExportState::InProgress]));
    steps
}

fn states(facts: &Facts) -> Program {
    let mut chain = Chain::new("exports/list-states", facts)
        .steps(mixed(facts))
        .steps([walk(OWNER, exports(&[], None), None), walk(OWNER, exports(&[], None), Some(2))]);
    for state in ExportState::ALL {
        chain = chain.steps([
            page(OWNER, exports(&[state], None), None),
            walk(OWNER, exports(&[state], None), Some(1)),
        ]);
    }
    for several in [
        vec![ExportState::Pending, ExportState::Complete, ExportState::Failed],
        vec![ExportState::Failed, ExportState::InProgress, ExportState::Pending],
        ExportState::ALL.to_vec(),
    ] {
        chain = chain.steps([
            page(OWNER, exports(&several, None), Some(100)),
            walk(OWNER, exports(&several, None), Some(2)),
        ]);
    }
    let pairs = [
        [ExportState::Pending, ExportState::Complete],
        [ExportState::Failed, ExportState::InProgress],
        [ExportState::Complete, ExportState::Failed],
    ];
    for pair in pairs {
        chain = chain.steps([
            page(OWNER, exports(&pair, None), None),
            walk(OWNER, exports(&pair, None), Some(1)),
        ]);
    }
    chain.done()
}

fn databases(facts: &Facts) -> Program {
    let shop = facts.shop.path.as_str();
    let mut chain = Chain::new("exports/list-database", facts).steps(many(facts, 3));
    if let Some(other) = &facts.other {
        let filter = |path: &str| exports(&[], Some(path));
        chain = chain.steps([
            create(OWNER, 10, body(&other.path)),
            create(OWNER, 11, body(&other.path)),
            page(OWNER, filter(shop), None),
            page(OWNER, filter(&other.path), None),
            walk(OWNER, filter(shop), Some(1)),
            walk(OWNER, filter(&other.path), Some(1)),
            page(OWNER, exports(&[ExportState::Pending], Some(&other.path)), None),
        ]);
        chain = chain.steps(export_to(10, &[ExportState::InProgress, ExportState::Complete]));
        let failed = [ExportState::Failed, ExportState::Complete];
        chain = chain.steps([
            page(OWNER, exports(&[ExportState::Complete], Some(&other.path)), None),
            page(OWNER, exports(&[ExportState::Pending], Some(&other.path)), None),
            page(OWNER, exports(&failed, Some(shop)), None),
        ]);
        // Databases that are not there: a part of a name, and a name in another region group.
        let (region, name) = shop.split_once('/').unwrap_or(("us-std", shop));
        let elsewhere = if region == "us-std" { "eu-std" } else { "us-std" };
        chain = chain.steps([
            page(OWNER, filter(&shop[..shop.len() - 1]), None),
            page(OWNER, filter(&format!("{elsewhere}/{name}")), None),
            page(OWNER, filter(name), None),
        ]);
    }
    chain.done()
}

fn apart(facts: &Facts) -> Program {
    let other = || Credential::Key(1);
    let all = || exports(&[], None);
    Chain::new("exports/accounts-apart", facts)
        .account(Plan::Enterprise, 0)
        .steps([create(OWNER, 0, body(&facts.shop.path)), get(other(), 0)])
        .steps([page(other(), all(), None), create(other(), 1, body(&facts.shop.path))])
        .steps([get(OWNER, 1), page(OWNER, all(), None), page(other(), all(), None)])
        .steps([page(other(), exports(&[ExportState::Pending], None), None)])
        .steps([page(other(), exports(&[], Some(&facts.shop.path)), None)])
        .steps([get(other(), 1), get(OWNER, 0)])
        .done()
}

fn tokens(facts: &Facts) -> Program {
    let other = || Credential::Key(1);
    let foreign = |by: Credential, used_for: Listing, tamper| Transition::ForeignToken {
        owner: OWNER,
        by,
        list: exports(&[], None),
        used_for,
        tamper,
    };
    let own = (20..22).map(|handle| create(other(), handle, body(&facts.shop.path)));
    Chain::new("exports/list-tokens", facts)
        .account(Plan::Enterprise, 0)
        .steps(many(facts, 3))
        .steps(own)
        .steps([
            foreign(OWNER, exports(&[], None), Some(Tamper::Replace)),
            foreign(other(), exports(&[], None), None),
            foreign(OWNER, exports(&[ExportState::Complete], None), None),
        ])
        .steps([
            walk(OWNER, exports(&[], None), Some(1)),
            walk(other(), exports(&[], None), Some(1)),
        ])
        .done()
}
