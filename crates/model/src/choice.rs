//! What a target chooses where the documents leave it the choice: it may choose either way, and
//! has to stay with it.

use spec::wire::Response;

use crate::access::{Access, access, may_be_denied};
use crate::replay::{Replay, export_replay};
use crate::state::{Moment, State};
use crate::transition::{Credential, Transition};

/// What is done with another body under a used idempotency key (C-31).
pub const MISMATCH: &str = "idempotency_mismatch";

/// The choice that an answer to another body under a used key shows.
pub fn mismatch(replayed: bool) -> &'static str {
    if replayed { "replay" } else { "reject" }
}

/// Takes in the choice that an answer shows, the first time that it shows.
pub fn note(state: &mut State, step: &Transition, response: &Response, moment: Moment) {
    let Some(by @ Credential::Key(key)) = step.by() else { return };
    let operation = step.operation().unwrap_or("");
    if !matches!(access(state, by, operation, moment), Access::Allowed { .. }) {
        return;
    }
    let chosen = match step {
        Transition::CreateExport { body, idempotency_key: text, .. } => {
            let json = body.to_json();
            let replay = export_replay(state, *key, text.as_deref(), &json, moment);
            let decided = response.is_success() || matches!(response.status, 400 | 409 | 422);
            let known = state.has_database(state.account_of(*key), &body.database);
            (matches!(replay, Replay::Mismatch(_)) && decided && known)
                .then(|| (MISMATCH.to_owned(), mismatch(response.is_success())))
        }
        _ if may_be_denied(state, *key, operation) => {
            let decided = response.is_success() || response.status == 403;
            let chosen = if response.is_success() { "allowed" } else { "refused" };
            decided.then(|| (denial(state, *key, operation), chosen))
        }
        _ => None,
    };
    if let Some((name, chosen)) = chosen {
        state.choices.entry(name).or_insert(chosen);
    }
}

/// The name of the choice whether an operation that the documents tie to no role and no plan is
/// open to a key.
pub fn denial(state: &State, key: usize, operation: &str) -> String {
    let known = state.keys.get(key);
    let role = known.map_or("", |key| key.setup.role.as_str());
    let plan = state.accounts.get(state.account_of(key)).map_or("", |a| a.setup.plan.as_str());
    format!("{operation} by {role} on plan {plan}")
}
