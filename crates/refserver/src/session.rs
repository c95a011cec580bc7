//! Who is asking: from the Authorization header to an account, a role and a permission.
//!
//! The order of judgement is fixed: who is it (401), may they (403), is it well asked (400), is it
//! there (404). This file does the first two for all nine operations.

use std::sync::Arc;

use axum::http::{StatusCode, header};

use crate::answer::{Refusal, Reply};
use crate::call::Call;
use crate::database_path::is_nested;
use crate::fault::Fault;
use crate::routes::Operation;
use crate::server::Server;
use crate::store::account::{Account, AccountKey, Plan, Role};
use crate::store::directory::{AccountCell, KeyHolder};
use crate::time::{DAY, Moment, SECOND};
use crate::variant::Variant;

/// Of so many requests of one key the last is refused, where the server limits the rate.
const REQUESTS_PER_REFUSAL: u64 = 50;
/// The length of a secret.
const SECRET_CHARS: usize = 36;

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
    Entry::new(server, call, operation).run()
}

/// A request on its way to the account that it is about.
#[derive(Clone)]
pub(crate) struct Entry<'a> {
    pub(crate) server: &'a Server,
    pub(crate) call: &'a Call,
    pub(crate) operation: Operation,
    /// When it came, in real time.
    pub(crate) real: Moment,
    /// Whom a wrong server takes the client for.
    pub(crate) taken_for: Option<KeyHolder>,
    /// Whether a wrong server does not ask for role and plan.
    pub(crate) waived: bool,
}

impl<'a> Entry<'a> {
    pub(crate) fn new(server: &'a Server, call: &'a Call, operation: Operation) -> Self {
        let real = server.now();
        Self { server, call, operation, real, taken_for: None, waived: false }
    }

    /// Judges the request and performs its operation.
    pub(crate) fn run(&self) -> Reply {
        self.enter(|ctx, account| self.operation.run(ctx, account))
    }

    /// Judges the request and, if the client may, does something with the account, which is locked
    /// for so long.
    pub(crate) fn enter<T>(
        &self,
        run: impl FnOnce(&Context<'_>, &mut Account) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let Self { server, call, operation, real, .. } = *self;
        let holder = match &self.taken_for {
            Some(holder) => holder.clone(),
            None => authenticate(server, call, operation)?,
        };
        let everyone = if leaks(server) { server.directory.all_accounts() } else { Vec::new() };
        let mut account = holder.cell.lock();
        account.settle(server, real);
        let now = account.clock.at(real);
        let closed = account.closed;
        let plan = account.plan;
        let key = account.keys.get_mut(&holder.key_id);
        let time = KeyTime { now, real };
        let key = key.filter(|key| !closed && is_valid(server, key, time, operation));
        let key = key.ok_or_else(Refusal::unauthorized)?;
        key.used = true;
        limit_rate(server, key)?;
        if !self.waived {
            check_permission(server, call, operation, plan, key.role)?;
        }
        call.check_size()?;
        if server.variants().has(Variant::DemandsContentType) {
            call.check_has_content_type()?;
        }
        let key_id = &holder.key_id;
        let ctx = Context { server, call, key_id, now, real, everyone };
        run(&ctx, &mut account)
    }

    /// Who asks, if anybody does.
    pub(crate) fn holder(&self) -> Result<KeyHolder, Refusal> {
        authenticate(self.server, self.call, self.operation)
    }
}

fn leaks(server: &Server) -> bool {
    server.has(Fault::ListLeaksOtherAccounts)
        || server.has(Fault::GetLeaksOtherAccounts)
        || server.has(Fault::StatusLeaksOtherAccounts)
        || server.has(Fault::AppsLeakOtherAccounts)
        || server.has(Fault::DeletesAppsOfOthers)
        || server.has(Fault::TokensCarryTheAccount)
        || server.has(Fault::SharesLogTokensBetweenAccounts)
}

fn authenticate(server: &Server, call: &Call, operation: Operation) -> Result<KeyHolder, Refusal> {
    let none_sent = !call.headers.contains_key(header::AUTHORIZATION);
    let lax = keyless(operation).is_some_and(|fault| server.has(fault));
    if let Some(last) = server.last_client().filter(|_| none_sent && lax) {
        return Ok(last);
    }
    if none_sent && server.has(Fault::ForbidsMissingKey) {
        return Err(Refusal::forbidden("there is no account key"));
    }
    let any = server.has(Fault::AcceptsAnyScheme);
    let secret = if any { last_word(call) } else { bearer(call) };
    let secret = secret.ok_or_else(Refusal::unauthorized)?;
    let short = secret.get(..SECRET_CHARS).filter(|_| server.has(Fault::IgnoresEndOfSecret));
    let found = server.directory.holder(short.unwrap_or(secret));
    if let Some(holder) = &found {
        server.note_client(holder);
    }
    if found.is_none()
        && looks_like_database_key(secret)
        && server.has(Fault::AnswersDatabaseKeysWith404)
    {
        return Err(Refusal::not_found("there is no account for a database key"));
    }
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

/// The two times that could decide whether a key is still good. One of them is right.
#[derive(Clone, Copy)]
struct KeyTime {
    now: Moment,
    real: Moment,
}

fn is_valid(server: &Server, key: &AccountKey, time: KeyTime, operation: Operation) -> bool {
    let shift = if server.has(Fault::ExpiresKeysADayEarly) {
        DAY
    } else if server.has(Fault::GivesKeysAMinuteOfGrace) {
        -60 * SECOND
    } else {
        0
    };
    let by_real = server.has(Fault::ExpiresKeysInRealTime);
    let (now, end) = if by_real {
        (time.real, key.expires_in_real)
    } else {
        (time.now.plus(shift), key.expires_at)
    };
    let trusted = key.used && server.has(Fault::TrustsUsedKeys);
    let in_time = trusted || end.is_none_or(|end| now < end);
    let revoked = key.revoked && !takes_revoked(server, operation);
    !revoked && (in_time || server.has(Fault::IgnoresKeyExpiry))
}

/// Whether a wrong server takes a revoked key for the operation.
fn takes_revoked(server: &Server, operation: Operation) -> bool {
    let gets = operation == Operation::GetExport && server.has(Fault::GetsExportsWithRevokedKeys);
    let lists =
        operation == Operation::ListLogRequests && server.has(Fault::ListsLogsWithRevokedKeys);
    gets || lists
}

fn check_permission(
    server: &Server,
    call: &Call,
    operation: Operation,
    plan: Plan,
    role: Role,
) -> Result<(), Refusal> {
    let Some((any_role, any_plan)) = guards(operation) else { return Ok(()) };
    if role == Role::Developer && server.has(Fault::RefusesDevelopers) {
        return Err(Refusal::forbidden("developers may not use exports"));
    }
    let creates = operation == Operation::CreateExport;
    if creates && role == Role::Admin && server.has(Fault::RefusesCreationToAdmins) {
        return Err(Refusal::forbidden("admins may not create exports"));
    }
    let skips_plan =
        creates && server.has(Fault::SkipsPlanForNestedDatabases) && asks_for_nested(call);
    if plan == Plan::Free && !server.has(any_plan) && !skips_plan {
        return Err(Refusal::forbidden("exports need the enterprise plan"));
    }
    let filtered = || call.query().one("database").is_ok_and(|database| database.is_some());
    let skips_role = operation == Operation::ListExports
        && server.has(Fault::SkipsRoleInFilteredLists)
        && filtered();
    if !role.may_export() && !server.has(any_role) && !skips_role {
        return Err(Refusal::forbidden("the role of the key does not permit exports"));
    }
    Ok(())
}

fn asks_for_nested(call: &Call) -> bool {
    let path = call.object().ok().and_then(|body| body.get("database")?.as_str().map(is_nested));
    path.unwrap_or(false)
}

/// The fault that performs an operation without a key for the last client.
fn keyless(operation: Operation) -> Option<Fault> {
    match operation {
        Operation::CreateExport => None,
        Operation::ListExports => Some(Fault::ListsExportsWithoutKey),
        Operation::GetExport => Some(Fault::GetsExportsWithoutKey),
        Operation::RequestLogs => Some(Fault::RequestsLogsWithoutKey),
        Operation::GetLogRequest => Some(Fault::GetsLogsWithoutKey),
        Operation::CreateLogUrl => Some(Fault::MakesUrlsWithoutKey),
        Operation::ListLogRequests => Some(Fault::ListsLogsWithoutKey),
        Operation::ListOauthApps => Some(Fault::ListsAppsWithoutKey),
        Operation::DeleteOauthApp => Some(Fault::DeletesAppsWithoutKey),
    }
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

fn limit_rate(server: &Server, key: &mut AccountKey) -> Result<(), Refusal> {
    let variants = server.variants();
    key.n_requests += 1;
    let is_nth = |n: u64| key.n_requests.is_multiple_of(n);
    let refused = (variants.has(Variant::RateLimited) && is_nth(REQUESTS_PER_REFUSAL))
        || (variants.has(Variant::RateLimitedOddly) && (is_nth(43) || is_nth(61)))
        || (variants.has(Variant::RateLimitedSilently) && is_nth(60));
    if !refused {
        return Ok(());
    }
    Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too many requests with this key"))
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
