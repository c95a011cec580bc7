//! Chains over OAuth apps.

use model::Plan;
use model::program::Program;
use model::transition::{Credential, Listing, Tamper, Transition};

use super::{Chain, Facts, OWNER, page, walk};

pub(super) fn chains(facts: &Facts) -> Vec<Program> {
    vec![empty(facts), pages(facts), deletion(facts), apart(facts), tokens(facts)]
}

fn delete(by: Credential, account: usize, app: usize) -> Transition {
    Transition::DeleteApp { by, account, app }
}

fn empty(facts: &Facts) -> Program {
    Chain::new("oauth/list-empty", facts).steps([page(OWNER, Listing::Apps, None)]).done()
}

fn pages(facts: &Facts) -> Program {
    Chain::new("oauth/list-pages", facts)
        .apps(6)
        .steps([1, 2, 3, 5, 6, 7].map(|size| walk(OWNER, Listing::Apps, Some(size))))
        .steps([1, 10, 100].map(|size| page(OWNER, Listing::Apps, Some(size))))
        .steps([walk(OWNER, Listing::Apps, None)])
        .done()
}

fn deletion(facts: &Facts) -> Program {
    Chain::new("oauth/deletion", facts)
        .apps(3)
        .steps([page(OWNER, Listing::Apps, None), delete(OWNER, 0, 1)])
        .steps([walk(OWNER, Listing::Apps, None), delete(OWNER, 0, 1), delete(OWNER, 0, 9)])
        .steps([delete(OWNER, 0, 0), walk(OWNER, Listing::Apps, None), delete(OWNER, 0, 2)])
        .steps([page(OWNER, Listing::Apps, None)])
        .done()
}

fn apart(facts: &Facts) -> Program {
    let other = || Credential::Key(1);
    Chain::new("oauth/accounts-apart", facts)
        .apps(2)
        .account(Plan::Enterprise, 2)
        .steps([page(OWNER, Listing::Apps, None), page(other(), Listing::Apps, None)])
        .steps([delete(other(), 0, 0), page(OWNER, Listing::Apps, None)])
        .steps([delete(OWNER, 0, 0), page(other(), Listing::Apps, None)])
        .done()
}

fn tokens(facts: &Facts) -> Program {
    let foreign = |by: Credential, tamper| Transition::ForeignToken {
        owner: OWNER,
        by,
        list: Listing::Apps,
        used_for: Listing::Apps,
        tamper,
    };
    Chain::new("oauth/list-tokens", facts)
        .apps(3)
        .account(Plan::Enterprise, 3)
        .steps([foreign(OWNER, Some(Tamper::Replace)), foreign(Credential::Key(1), None)])
        .done()
}
