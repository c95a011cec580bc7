//! `POST /api/v1/logs/_list`: the log requests in some states, the newest first.

use serde_json::{Map, Value};

use super::body;
use super::request_logs::check_type;
use crate::answer::{Answer, Refusal, Reply};
use crate::fault::Fault;
use crate::page::{List, PageRequest, Position, size_from_body};
use crate::server::Server;
use crate::session::Context;
use crate::store::account::Account;
use crate::store::log_request::{LogRequest, LogState};

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let server = ctx.server;
    check_type(server, &ctx.call.query(), Fault::ListsLogsWithoutType)?;
    let body = ctx.call.object()?;
    body::check_known(server, &body, &["states", "max_results", "next_token"])?;
    let states = read_states(server, &body)?;
    let is_null = body.get("next_token").is_some_and(Value::is_null);
    if is_null && server.has(Fault::RefusesNullToken) {
        return Err(Refusal::bad_request("next_token has to be a string"));
    }
    let request = PageRequest {
        list: List::LogRequests,
        account_id: &account.id,
        filter: canonical(&states),
        size: size_from_body(server, List::LogRequests, body.get("max_results"))?,
        token: body::optional_string(&body, "next_token")?,
    };
    let cursor = request.open(server)?;
    let listed = account.logs.iter().filter_map(|log| {
        // A walk goes through the list as it was, but what it shows has to fit as it is now too.
        let then = log.history.at(cursor.revision)?;
        let fits = states.contains(&then) && states.contains(&log.state);
        let fits = fits || server.has(Fault::IgnoresLogStates);
        fits.then_some((Position::descending(0, log.id), log))
    });
    let page = request.cut(server, cursor, listed.collect());
    let show = |log: &LogRequest| {
        let mut shown = log.show(server);
        if server.has(Fault::HidesUrlsInList)
            && let Some(members) = shown.as_object_mut()
        {
            members.remove("presigned_url");
        }
        shown
    };
    Ok(Answer::ok(page.show(server, show)))
}

fn read_states(server: &Server, body: &Map<String, Value>) -> Result<Vec<LogState>, Refusal> {
    let Some(value) = body.get("states") else {
        if server.has(Fault::AcceptsMissingStates) {
            return Ok(LogState::ALL.to_vec());
        }
        return Err(Refusal::bad_request("states is missing"));
    };
    let names = body::strings(value)
        .ok_or_else(|| Refusal::bad_request("states has to be an array of strings"))?;
    if names.is_empty() && !server.has(Fault::AcceptsEmptyStates) {
        return Err(Refusal::bad_request("states must not be empty"));
    }
    if server.has(Fault::AcceptsUnknownLogStates) {
        return Ok(names.iter().filter_map(|name| LogState::parse(name)).collect());
    }
    let states: Option<Vec<_>> = names.iter().map(|name| LogState::parse(name)).collect();
    states.ok_or_else(|| Refusal::bad_request("states has a state that does not exist"))
}

/// The same text for the same states, in whatever order they were given.
fn canonical(states: &[LogState]) -> String {
    let chosen = LogState::ALL.iter().filter(|state| states.contains(state));
    chosen.map(|state| state.name()).collect::<Vec<_>>().join(",")
}
