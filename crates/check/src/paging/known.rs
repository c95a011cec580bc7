//! What a list of an account must hold, and what else it may.

use std::collections::BTreeSet;

use model::state::{export_successors, log_successors};
use model::transition::{ExportFilter, ExportState, Listing, same_database};

use crate::judge::Seen;

/// What a list must hold, as far as that is known.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Ids that must be in it.
    pub must: BTreeSet<String>,
    /// Further ids that may be in it.
    pub may: BTreeSet<String>,
    /// Whether nothing else can be in it, but what lost creations may have made.
    pub exact: bool,
}

/// What is known of a list of an account.
pub fn known(seen: &Seen, account: usize, list: &Listing) -> Known {
    let owner = seen.state.accounts.get(account);
    let mut known = Known { exact: owner.is_some_and(|a| a.exclusive), ..Known::default() };
    let manual = seen.state.is_manual(account);
    match list {
        Listing::Exports(filter) => {
            known.exact &= owner.is_some_and(|a| !a.exports_uncertain);
            let mine = seen.state.exports.values().filter(|export| export.account == account);
            for export in mine {
                let states =
                    if manual { export.states.clone() } else { export_successors(&export.states) };
                let inside =
                    |state: &ExportState| filter.states.is_empty() || filter.states.contains(state);
                match (database_fits(filter, &export.body.database), &states) {
                    (Fits::Yes, s) if s.iter().all(inside) => known.must.insert(export.id.clone()),
                    (Fits::No, _) => false,
                    (_, s) if s.iter().any(inside) => known.may.insert(export.id.clone()),
                    _ => false,
                };
            }
        }
        Listing::Logs(asked) => {
            known.exact &= owner.is_some_and(|a| !a.logs_uncertain);
            for log in seen.state.logs.values().filter(|log| log.account == account) {
                let states = if manual { log.states.clone() } else { log_successors(&log.states) };
                if states.iter().all(|state| asked.contains(state)) {
                    known.must.insert(log.id.clone());
                } else if states.iter().any(|state| asked.contains(state)) {
                    known.may.insert(log.id.clone());
                }
            }
        }
        Listing::Apps => {
            for app in owner.iter().flat_map(|account| &account.apps) {
                match app.present {
                    Some(true) => known.must.insert(app.id.clone()),
                    Some(false) => false,
                    None => known.may.insert(app.id.clone()),
                };
            }
        }
    }
    known
}

enum Fits {
    Yes,
    No,
    Either,
}

/// Whether a database below the one asked for fits the filter is unknown (C-06).
fn database_fits(filter: &ExportFilter, database: &str) -> Fits {
    match &filter.database {
        None => Fits::Yes,
        Some(asked) if same_database(asked, database) => Fits::Yes,
        Some(asked) if database.starts_with(&format!("{asked}/")) => Fits::Either,
        Some(_) => Fits::No,
    }
}
