//! Moving the clock of one account forward.

use serde_json::{Value, json};

use super::account;
use crate::answer::{Answer, Refusal, Reply};
use crate::call::Call;
use crate::server::Server;

pub(super) fn advance(server: &Server, call: &Call) -> Reply {
    let body = call.object()?;
    let seconds = body.get("advance_seconds").and_then(Value::as_u64).ok_or_else(|| {
        Refusal::bad_request("advance_seconds has to be an integer that is not negative")
    })?;
    let cell = account(server, call)?;
    let mut account = cell.lock();
    let real = server.now();
    // What was due before happened before the jump, and at the time of before.
    account.settle(server, real);
    let now = account.clock.advance(real, seconds);
    let now = now.ok_or_else(|| Refusal::bad_request("advance_seconds is too far ahead"))?;
    Ok(Answer::ok(json!({"now": server.show_time(now)})))
}
