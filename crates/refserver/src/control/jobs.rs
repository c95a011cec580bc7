//! Moving one export or log request to another state.

use serde_json::{Map, Value};

use super::{account, string};
use crate::answer::{Answer, Refusal, Reply};
use crate::call::Call;
use crate::fault::Fault;
use crate::ids::{from_uuid, parse_id};
use crate::server::Server;
use crate::store::account::Account;
use crate::store::export::{ExportState, StateInfo};
use crate::store::log_request::LogState;
use crate::time::Moment;

/// Where a job is to go.
enum Target {
    Export(ExportState, Option<StateInfo>),
    LogRequest(LogState),
}

pub(super) fn move_on(server: &Server, call: &Call) -> Reply {
    move_beside(server, call, false)
}

/// Whether nothing of the account is in progress.
pub(crate) fn is_idle(server: &Server, call: &Call) -> Result<bool, Refusal> {
    let cell = account(server, call)?;
    let account = cell.lock();
    Ok(account.exports.in_progress().is_none())
}

/// The same, even beside another export in progress if the server believes to know better.
pub(crate) fn move_beside(server: &Server, call: &Call, believed_idle: bool) -> Reply {
    let body = call.object()?;
    let target = read_target(&body)?;
    let id = read_id(&body)?;
    let cell = account(server, call)?;
    let mut account = cell.lock();
    let real = server.now();
    account.settle(server, real);
    let id = id.ok_or_else(no_such_job)?;
    let busy = account.exports.in_progress().is_some()
        && !believed_idle
        && !server.has(Fault::RunsTwoExportsAtOnce);
    match target {
        Target::Export(ExportState::InProgress, _) if busy => {
            check_move(&account, id, ExportState::InProgress)?;
            Err(Refusal::conflict("another export of the account is in progress"))
        }
        Target::Export(next, info) => move_export(server, &mut account, real, id, next, info),
        Target::LogRequest(next) => move_log_request(server, &mut account, real, id, next),
    }
}

fn read_target(body: &Map<String, Value>) -> Result<Target, Refusal> {
    let to = string(body, "to")?;
    let unknown = || Refusal::bad_request("to is not a state of such a job");
    match string(body, "kind")? {
        "export" => {
            let next = ExportState::parse(to).ok_or_else(unknown)?;
            Ok(Target::Export(next, read_info(body, next)?))
        }
        "log_request" => LogState::parse(to).map(Target::LogRequest).ok_or_else(unknown),
        _ => Err(Refusal::bad_request("kind has to be export or log_request")),
    }
}

/// Why an export failed; it is needed for that state and says nothing in any other.
fn read_info(body: &Map<String, Value>, next: ExportState) -> Result<Option<StateInfo>, Refusal> {
    if next != ExportState::Failed {
        return Ok(None);
    }
    let Some(Value::Object(info)) = body.get("state_info") else {
        return Err(Refusal::bad_request("state_info is needed for an export that fails"));
    };
    let (code, message) = (string(info, "code")?, string(info, "message")?);
    Ok(Some(StateInfo { code: code.to_owned(), message: message.to_owned() }))
}

/// The id of the job, as the public API shows it: a string, or a number where ids are numbers.
fn read_id(body: &Map<String, Value>) -> Result<Option<u64>, Refusal> {
    match body.get("id") {
        Some(Value::String(id)) => Ok(parse_id(id).or_else(|| from_uuid(id))),
        Some(Value::Number(id)) if id.is_u64() => Ok(id.as_u64()),
        _ => Err(Refusal::bad_request("id has to be a string")),
    }
}

fn no_such_job() -> Refusal {
    Refusal::not_found("there is no such job")
}

fn check_move(account: &Account, id: u64, next: ExportState) -> Result<(), Refusal> {
    let state = account.exports.get(id).ok_or_else(no_such_job)?.state;
    if state.may_become(next) {
        return Ok(());
    }
    let (from, to) = (state.name(), next.name());
    Err(Refusal::conflict(format!("an export does not go from {from} to {to}")))
}

fn move_export(
    server: &Server,
    account: &mut Account,
    real: Moment,
    id: u64,
    next: ExportState,
    info: Option<StateInfo>,
) -> Reply {
    check_move(account, id, next)?;
    let step = account.step(server, real);
    account.exports.set(id, next, info, step);
    let export = account.exports.get(id).ok_or_else(no_such_job)?;
    Ok(Answer::ok(export.show(server)))
}

fn move_log_request(
    server: &Server,
    account: &mut Account,
    real: Moment,
    id: u64,
    next: LogState,
) -> Reply {
    let state = account.logs.get(id).ok_or_else(no_such_job)?.state;
    if !state.may_become(next) {
        let (from, to) = (state.name(), next.name());
        return Err(Refusal::conflict(format!("a log request does not go from {from} to {to}")));
    }
    let step = account.step(server, real);
    account.logs.set(server, id, next, step);
    let request = account.logs.get(id).ok_or_else(no_such_job)?;
    Ok(Answer::ok(request.show(server)))
}
