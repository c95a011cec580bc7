//! The control API: accounts, keys and fixtures on demand, time and jobs under the caller's hand.
//! It is for tests alone. Faults and variants of the account API leave it as it is, but for the ids
//! that it names things by and for the few faults in how jobs are worked off.

mod accounts;
mod clock;
pub(crate) mod jobs;
mod keys;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use crate::answer::{Answer, Refusal, Reply};
use crate::call::Call;
use crate::server::Server;
use crate::session::bearer;
use crate::store::directory::AccountCell;

/// What the control API promises. A `core` surface is not served, so it is not among this.
const CAPABILITIES: [&str; 5] = ["accounts", "clock", "jobs", "oauth_apps", "storage"];

/// The calls of the control API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Handshake,
    CreateAccount,
    DeleteAccount,
    CreateKey,
    RevokeKey,
    AdvanceClock,
    MoveJob,
}

/// Judges a control call and performs it.
pub(crate) fn perform(server: &Server, call: &Call, operation: Operation) -> Reply {
    check_token(server, call)?;
    match operation {
        Operation::Handshake => Ok(handshake()),
        Operation::CreateAccount => accounts::create(server, call),
        Operation::DeleteAccount => accounts::delete(server, call),
        Operation::CreateKey => keys::create(server, call),
        Operation::RevokeKey => keys::revoke(server, call),
        Operation::AdvanceClock => clock::advance(server, call),
        Operation::MoveJob => jobs::move_on(server, call),
    }
}

/// Whether the caller may use the control API.
pub(crate) fn check_token(server: &Server, call: &Call) -> Result<(), Refusal> {
    if let Some(token) = &server.config.control_token
        && bearer(call) != Some(token.as_str())
    {
        return Err(Refusal::new(
            axum::http::StatusCode::UNAUTHORIZED,
            "the control API needs its bearer token",
        ));
    }
    Ok(())
}

fn handshake() -> Answer {
    let implementation = json!({
        "name": "reference",
        "version": env!("CARGO_PKG_VERSION"),
    });
    Answer::ok(json!({"implementation": implementation, "capabilities": CAPABILITIES}))
}

/// The account that the path names.
fn account(server: &Server, call: &Call) -> Result<Arc<AccountCell>, Refusal> {
    let found = call.segment(3).and_then(|id| server.directory.account(&id));
    found.ok_or_else(no_such_account)
}

fn no_such_account() -> Refusal {
    Refusal::not_found("there is no such account")
}

/// A member that has to be a string.
fn string<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a str, Refusal> {
    let text = body.get(name).and_then(Value::as_str);
    text.ok_or_else(|| Refusal::bad_request(format!("{name} has to be a string")))
}
