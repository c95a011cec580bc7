//! Who is asking: from the Authorization header to an account, a role and a permission.
//!
//! The order of judgement is fixed: who is it (401), may they (403), is it well asked (400), is it
//! there (404). This file does the first two for all nine operations.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};

use crate::answer::{Answer, Refusal, Reply};
use crate::call::Call;
use crate::fault::Fault;
use crate::routes::Operation;
use crate::server::Server;
use crate::store::account::{Account, AccountKey, Plan, Role};
use crate::store::directory::{AccountCell, KeyHolder};
use crate::time::{DAY, Moment};
use crate::variant::Variant;

/// Of so many requests of one key the last is refused, where the server limits the rate.
const REQUESTS_PER_REFUSAL: u64 = 50;

/// What an operation gets to know besides the account that it works on.
pub(crate) struct Context<'a> {
    pub(crate) server: &'a Server,
    pub(crate) call: &'a Call,
    /// The account key that was used.
    pub(crate) key_id: &'a str,
    /// The time on the account's clock, one and the same during the request.
    pub(crate) now: Moment,
    /// The same in real time.
    pub(crate) real: Moment,
    /// Every account of the server, for a server that leaks; otherwise empty.
    pub(crate) everyone: Vec<Arc<AccountCell>>,
}

/// Judges a request and, if the client may, performs the operation.
pub(crate) fn perform(server: &Server, call: &Call, operation: Operation) -> Reply {
    let holder = authenticate(server, call)?;
    let everyone = if leaks(server) { server.directory.all_accounts() } else { Vec::new() };
    let mut account = holder.cell.lock();
    let real = server.now();
    account.settle(server, real);
    let now = account.clock.at(real);
    let closed = account.closed;
    let plan = account.plan;
    let key = account.keys.get_mut(&holder.key_id);
    let key = key.filter(|key| !closed && is_valid(server, key, now));
    let key = key.ok_or_else(Refusal::unauthorized)?;
    if let Some(refused) = limit_rate(server, call, key) {
        return Ok(refused);
    }
    check_permission(server, plan, key, operation)?;
    call.check_size()?;
    let key_id = &holder.key_id;
    let ctx = Context { server, call, key_id, now, real, everyone };
    operation.run(&ctx, &mut account)
}

fn leaks(server: &Server) -> bool {
    server.has(Fault::ListLeaksOtherAccounts)
        || server.has(Fault::GetLeaksOtherAccounts)
        || server.has(Fault::StatusLeaksOtherAccounts)
        || server.has(Fault::AppsLeakOtherAccounts)
        || server.has(Fault::DeletesAppsOfOthers)
}

fn authenticate(server: &Server, call: &Call) -> Result<KeyHolder, Refusal> {
    let none_sent = !call.headers.contains_key(header::AUTHORIZATION);
    if none_sent && server.has(Fault::ForbidsMissingKey) {
        return Err(Refusal::forbidden("there is no account key"));
    }
    let any = server.has(Fault::AcceptsAnyScheme);
    let secret = if any { last_word(call) } else { bearer(call) };
    let secret = secret.ok_or_else(Refusal::unauthorized)?;
    let found = server.directory.holder(secret);
    if found.is_none() && server.has(Fault::RejectsUnknownKeyAs400) {
        return Err(Refusal::bad_request("there is no such account key"));
    }
    if found.is_none()
        && looks_like_database_key(secret)
        && server.variants().has(Variant::WrongKindKeyForbidden)
    {
        return Err(Refusal::forbidden("a database key does not open the account"));
    }
    found.ok_or_else(Refusal::unauthorized)
}

/// The token of the one Authorization header, if it is a bearer token.
pub(crate) fn bearer(call: &Call) -> Option<&str> {
    let value = call.header(header::AUTHORIZATION.as_str()).ok().flatten()?;
    let (scheme, token) = std::str::from_utf8(value).ok()?.split_once(' ')?;
    let token = token.trim_start_matches(' ');
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

/// The last word of the Authorization header, whatever stands in front of it.
fn last_word(call: &Call) -> Option<&str> {
    let value = call.header(header::AUTHORIZATION.as_str()).ok().flatten()?;
    std::str::from_utf8(value).ok()?.split(' ').next_back()
}

fn looks_like_database_key(secret: &str) -> bool {
    matches!(secret.as_bytes(), [b'f', b'n', b'A'..=b'Z', ..])
}

fn is_valid(server: &Server, key: &AccountKey, now: Moment) -> bool {
    let early = if server.has(Fault::ExpiresKeysADayEarly) { DAY } else { 0 };
    let in_time = key.expires_at.is_none_or(|expires_at| now.plus(early) < expires_at);
    in_time || server.has(Fault::IgnoresKeyExpiry)
}

fn check_permission(
    server: &Server,
    plan: Plan,
    key: &AccountKey,
    operation: Operation,
) -> Result<(), Refusal> {
    let Some((any_role, any_plan)) = guards(operation) else { return Ok(()) };
    if key.role == Role::Developer && server.has(Fault::RefusesDevelopers) {
        return Err(Refusal::forbidden("developers may not use exports"));
    }
    if plan == Plan::Free && !server.has(any_plan) {
        return Err(Refusal::forbidden("exports need the enterprise plan"));
    }
    if !key.role.may_export() && !server.has(any_role) {
        return Err(Refusal::forbidden("the role of the key does not permit exports"));
    }
    Ok(())
}

/// The guards of an operation, each as the fault that takes it away: roles, and then the plan.
/// Only exports are guarded.
fn guards(operation: Operation) -> Option<(Fault, Fault)> {
    match operation {
        Operation::CreateExport => {
            Some((Fault::CreatesExportsForAnyRole, Fault::CreatesExportsOnAnyPlan))
        }
        Operation::ListExports => {
            Some((Fault::ListsExportsForAnyRole, Fault::ListsExportsOnAnyPlan))
        }
        Operation::GetExport => Some((Fault::GetsExportsForAnyRole, Fault::GetsExportsOnAnyPlan)),
        Operation::RequestLogs
        | Operation::GetLogRequest
        | Operation::CreateLogUrl
        | Operation::ListLogRequests
        | Operation::ListOauthApps
        | Operation::DeleteOauthApp => None,
    }
}

fn limit_rate(server: &Server, call: &Call, key: &mut AccountKey) -> Option<Answer> {
    if !server.variants().has(Variant::RateLimited) {
        return None;
    }
    key.n_requests += 1;
    if !key.n_requests.is_multiple_of(REQUESTS_PER_REFUSAL) {
        return None;
    }
    let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too many requests with this key");
    let answer = crate::answer::Dialect::of(call.path()).tell(&refusal, server.variants());
    Some(answer.with_header(header::RETRY_AFTER, HeaderValue::from_static("0")))
}

/// The account key that was used.
pub(crate) fn own_key<'a>(
    ctx: &Context<'_>,
    account: &'a mut Account,
) -> Result<&'a mut AccountKey, Refusal> {
    account.keys.get_mut(ctx.key_id).ok_or_else(Refusal::unauthorized)
}

/// What a leaking server finds in the other accounts; a server without the fault finds nothing. An
/// account that is locked is passed over, because two leaking requests could wait for each other.
pub(crate) fn leak<T>(
    ctx: &Context<'_>,
    fault: Fault,
    find: impl Fn(&mut Account) -> Vec<T>,
) -> Vec<T> {
    if !ctx.server.has(fault) {
        return Vec::new();
    }
    let open = ctx.everyone.iter().filter_map(|cell| cell.try_lock());
    open.flat_map(|mut account| find(&mut account)).collect()
}
