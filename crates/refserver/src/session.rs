//! Who is asking: from the Authorization header to an account, a role and a permission.
//!
//! The order of judgement is fixed: who is it (401), may they (403), is it well asked (400), is it
//! there (404). This file does the first two for all nine operations.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};

use crate::answer::{Answer, Refusal, Reply};
use crate::call::Call;
use crate::routes::Operation;
use crate::server::Server;
use crate::store::account::{Account, AccountKey, Plan};
use crate::store::directory::{AccountCell, KeyHolder};
use crate::time::Moment;
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
    let everyone = Vec::new();
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

fn authenticate(server: &Server, call: &Call) -> Result<KeyHolder, Refusal> {
    let secret = bearer(call).ok_or_else(Refusal::unauthorized)?;
    let found = server.directory.holder(secret);
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

fn looks_like_database_key(secret: &str) -> bool {
    matches!(secret.as_bytes(), [b'f', b'n', b'A'..=b'Z', ..])
}

fn is_valid(_server: &Server, key: &AccountKey, now: Moment) -> bool {
    key.expires_at.is_none_or(|expires_at| now < expires_at)
}

fn check_permission(
    _server: &Server,
    plan: Plan,
    key: &AccountKey,
    operation: Operation,
) -> Result<(), Refusal> {
    if !operation.is_about_exports() {
        return Ok(());
    }
    if plan == Plan::Free {
        return Err(Refusal::forbidden("exports need the enterprise plan"));
    }
    if !key.role.may_export() {
        return Err(Refusal::forbidden("the role of the key does not permit exports"));
    }
    Ok(())
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

/// The account, if the client may see it: shorthand for the operations.
pub(crate) fn own_key<'a>(
    ctx: &Context<'_>,
    account: &'a mut Account,
) -> Result<&'a mut AccountKey, Refusal> {
    account.keys.get_mut(ctx.key_id).ok_or_else(Refusal::unauthorized)
}
