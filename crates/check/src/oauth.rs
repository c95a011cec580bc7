//! OAuth apps: deletion (the list is judged with the other lists).

use crate::judge::Seen;
use crate::verdict::{Instance, Observations};

/// Judges a deletion by a key of `account` of the app of `owner` at a position.
pub fn judge_delete(seen: &Seen, account: usize, owner: usize, app: usize, out: &mut Observations) {
    let status = seen.response.status;
    let known = seen.state.accounts.get(owner).and_then(|owner| owner.apps.get(app));
    let present = known.map_or(Some(false), |app| app.present);
    if account != owner && known.is_some() {
        for row in ["account-chosen-by-key", "oauth-delete-unknown-id"] {
            out.expect_as(row, Instance::Discriminating, status == 404, || {
                format!("{} for an app of another account; 404 is due", seen.answered())
            });
        }
        return;
    }
    match present {
        Some(true) => {
            if seen.response.is_success() {
                for row in [
                    "oauth-delete-removes-app",
                    "oauth-delete-unknown-id",
                    "oauth-delete-id-from-list",
                    "account-chosen-by-key",
                ] {
                    out.accepts(row);
                }
                out.refuses("oauth-delete-id-from-list");
            } else {
                out.broken(
                    "oauth-delete-removes-app",
                    format!("{} for an app of the account", seen.answered()),
                );
            }
        }
        Some(false) => {
            out.expect_as(
                "oauth-delete-unknown-id",
                Instance::Discriminating,
                status == 404,
                || format!("{} for an app that is not there; 404 is due", seen.answered()),
            );
        }
        None => {}
    }
}
