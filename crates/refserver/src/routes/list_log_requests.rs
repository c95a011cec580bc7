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
use crate::variant::Variant;

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let server = ctx.server;
    check_type(server, &ctx.call.query(), Fault::ListsLogsWithoutType)?;
    let body = read_body(ctx)?;
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
        let fits = fits && !is_overlooked(server, log);
        let oldest_first = server.variants().has(Variant::OldestLogsFirst);
        let descending = Position::descending(0, log.id);
        let position = if oldest_first { Position::ascending(log.id) } else { descending };
        fits.then_some((position, log))
    });
    let page = request.cut(server, cursor, listed.collect());
    if page.items.is_empty() && server.has(Fault::AnswersEmptyLogListWith404) {
        return Err(Refusal::not_found("there are no log requests"));
    }
    let ids: Vec<u64> = page.items.iter().map(|log| log.id).collect();
    let show = |log: &LogRequest| {
        let mut shown = log.show(server);
        if server.has(Fault::HidesUrlsInList)
            && let Some(members) = shown.as_object_mut()
        {
            members.remove("presigned_url");
        }
        shown
    };
    let answer = Answer::ok(page.show(server, show));
    if server.has(Fault::ListsLogsOnce) {
        account.logs.note_listed(&ids);
    }
    Ok(answer)
}

/// The body, or what a server that is too lenient takes for one.
fn read_body(ctx: &Context<'_>) -> Result<Map<String, Value>, Refusal> {
    let lenient = ctx.server.has(Fault::ListsLogsWithoutBody);
    if lenient && ctx.call.optional_object()?.is_none() {
        let names: Value = LogState::ALL.iter().map(|state| state.name()).collect();
        return Ok(Map::from_iter([("states".to_owned(), names)]));
    }
    ctx.call.object()
}

/// Whether a wrong server leaves the request out.
fn is_overlooked(server: &Server, log: &LogRequest) -> bool {
    let whole_region = log.order.database.is_none();
    (log.listed && server.has(Fault::ListsLogsOnce))
        || (whole_region && server.has(Fault::ListsNoLogsOfRegions))
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
