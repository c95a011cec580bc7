//! Items that should not be in a list, and whose fault it is that they are.

use model::transition::Listing;
use serde_json::Value;

use super::{item_id, judge_filter, rows};
use crate::judge::{Seen, lost_row};
use crate::verdict::Observations;

/// Whether an item nobody knows may be what a creation made whose answer was lost.
pub(super) fn may_be_lost(seen: &Seen, account: usize, list: &Listing, item: &Value) -> bool {
    let known = match list {
        Listing::Exports(_) | Listing::Apps => {
            item_id(list, item).is_some_and(|id| seen.state.export_by_id(account, &id).is_some())
        }
        Listing::Logs(_) => {
            item_id(list, item).is_some_and(|id| seen.state.log_by_id(account, &id).is_some())
        }
    };
    let mut open = seen.state.open_losses(account, rows(list).creation);
    !known && open.any(|lost| model::lost::fits(&lost.asked, item))
}

/// Whether something nobody knows is one effect too many of a creation whose answer was lost.
fn is_second_effect(seen: &Seen, account: usize, list: &Listing, item: &Value) -> bool {
    seen.state.lost.iter().any(|lost| {
        lost.account == account
            && lost.operation == rows(list).creation
            && lost.resolved
            && lost.text.is_some()
            && model::lost::fits(&lost.asked, item)
    })
}

/// An item that cannot be in the list: of another account, filtered out, or deleted.
pub(super) fn judge_intruder(
    seen: &Seen,
    account: usize,
    list: &Listing,
    id: &str,
    item: &Value,
    out: &mut Observations,
) {
    let row = rows(list).complete;
    match list {
        Listing::Exports(filter) if seen.state.export_by_id(account, id).is_some() => {
            judge_filter(filter, item, out);
            if !out.any_broken() {
                out.broken(row, "an export is listed in a state that it cannot be in");
            }
        }
        Listing::Logs(_) if seen.state.log_by_id(account, id).is_some() => {
            out.broken(
                "logs-list-only-asked-states",
                "a log request is listed under a state that it cannot be in",
            );
        }
        Listing::Apps if owns_app(seen, account, id) => {
            out.broken("oauth-delete-removes-app", "a deleted app is still listed");
        }
        _ => {
            let foreign = is_foreign(seen, account, id);
            if foreign {
                out.broken(row, "the list shows another account's item");
                out.broken("account-chosen-by-key", "a list shows an item of another account");
            } else {
                judge_unknown(seen, account, list, item, out);
            }
        }
    }
}

/// Whether an id is known to be something of another account.
pub(super) fn is_foreign(seen: &Seen, account: usize, id: &str) -> bool {
    let state = seen.state;
    let apps = |(owner, one): (usize, &model::state::Account)| {
        owner != account && one.apps.iter().any(|app| app.id == id)
    };
    state.exports.values().any(|one| one.account != account && one.id == id)
        || state.logs.values().any(|one| one.account != account && one.id == id)
        || state.accounts.iter().enumerate().any(apps)
}

/// An item that nothing that is known of can have made.
fn judge_unknown(
    seen: &Seen,
    account: usize,
    list: &Listing,
    item: &Value,
    out: &mut Observations,
) {
    let rows = rows(list);
    let refused =
        seen.state.accounts.get(account).is_some_and(|a| a.refused.contains(rows.creation));
    if is_second_effect(seen, account, list, item) {
        let message = "a request whose answer was lost and its retry had two effects";
        out.broken(lost_row(rows.creation), message);
    } else if refused {
        let message = "the list shows an item that only a refused request can have made";
        out.broken("account-refused-call-changes-nothing", message);
    } else {
        out.broken(rows.complete, "the list shows an unknown item");
    }
}

fn owns_app(seen: &Seen, account: usize, id: &str) -> bool {
    let account = seen.state.accounts.get(account);
    account.is_some_and(|account| account.apps.iter().any(|app| app.id == id))
}
