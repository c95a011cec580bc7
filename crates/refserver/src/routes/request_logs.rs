//! `POST /api/v1/logs`: orders the logs of a database or a region group for a window of time.

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::body;
use crate::answer::{Answer, Refusal, Reply};
use crate::call::Query;
use crate::database_path::{is_database_path, is_region_group, region_group};
use crate::fault::Fault;
use crate::server::Server;
use crate::session::{Context, leak};
use crate::store::account::Account;
use crate::store::log_request::{LogOrder, LogRequest, LogState};
use crate::time::{DAY, SECOND, parse_instant};
use crate::variant::Variant;

const WINDOW_DAYS_MAX: i64 = 90;

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    let (order, token) = read(ctx)?;
    if let Some(known) = known(ctx, account, token.as_deref()) {
        return Ok(known);
    }
    let (answer, id) = make(ctx, account, order)?;
    if let Some(token) = token {
        account.logs.remember(token, id, ctx.now);
    }
    Ok(answer)
}

/// What is asked for, and the token that it is asked for with.
pub(crate) fn read(ctx: &Context<'_>) -> Result<(LogOrder, Option<String>), Refusal> {
    let server = ctx.server;
    check_type(server, &ctx.call.query(), Fault::RequestsLogsWithoutType)?;
    if server.has(Fault::ServesNoLogOrders) {
        return Err(Refusal::not_found("there is nothing at this path"));
    }
    let body = read_body(ctx)?;
    let order = read_order(server, &body)?;
    let token = read_token(server, &body)?.map(|token| scope(server, token, &order));
    Ok((order, token))
}

/// The request that a token led to before.
pub(crate) fn known(ctx: &Context<'_>, account: &Account, token: Option<&str>) -> Option<Answer> {
    let server = ctx.server;
    let token = token?;
    let known = account.logs.remembered(server, token, ctx.now);
    let finished = |request: &&LogRequest| request.state == LogState::Complete;
    let forgotten =
        known.filter(finished).is_some_and(|_| server.has(Fault::ForgetsTokensOfCompleteLogs));
    if let Some(request) = known.filter(|_| !forgotten) {
        return Some(Answer::ok(request.show(server)));
    }
    let foreign = leak(ctx, Fault::SharesLogTokensBetweenAccounts, |other| {
        other.logs.remembered(server, token, ctx.now).cloned().into_iter().collect()
    });
    foreign.first().map(|request| Answer::ok(request.show(server)))
}

/// Makes a request; tells its id as well.
pub(crate) fn make(
    ctx: &Context<'_>,
    account: &mut Account,
    order: LogOrder,
) -> Result<(Answer, u64), Refusal> {
    let server = ctx.server;
    check_existence(server, account, &order)?;
    let id = account.next_id(server, ctx.now);
    let step = account.step(server, ctx.real);
    let request = account.logs.add(server, &account.id, id, order, step);
    let accepted = server.has(Fault::AnswersLogRequestWith202);
    let status = if accepted { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((Answer::json(status, request.show(server)), id))
}

/// The body, or what a server that is too lenient takes for one.
fn read_body(ctx: &Context<'_>) -> Result<Map<String, Value>, Refusal> {
    let lenient = ctx.server.has(Fault::RequestsLogsWithoutBody);
    if lenient && ctx.call.optional_object()?.is_none() {
        let style = ctx.server.time_style();
        let last_day = json!({
            "region_group": "us-std",
            "time_start": style.show(ctx.now.plus(-DAY)),
            "time_end": style.show(ctx.now),
        });
        return Ok(last_day.as_object().cloned().unwrap_or_default());
    }
    ctx.call.object()
}

/// What a token is remembered by.
fn scope(server: &Server, token: String, order: &LogOrder) -> String {
    if server.has(Fault::ScopesLogTokensByWindow) {
        return format!("{token} {} {}", order.time_start, order.time_end);
    }
    token
}

/// Every operation on logs needs `type=query`. `lax` is the fault of an operation that does not.
pub(crate) fn check_type(server: &Server, query: &Query, lax: Fault) -> Result<(), Refusal> {
    query.check_known(&["type"], server.variants())?;
    match query.one("type")? {
        Some("query") => Ok(()),
        Some(_) if server.has(Fault::AcceptsUnknownType) => Ok(()),
        None if server.has(lax) => Ok(()),
        Some(_) => Err(Refusal::bad_request("type has to be query")),
        None => Err(Refusal::bad_request("the parameter type is missing")),
    }
}

fn read_order(server: &Server, body: &Map<String, Value>) -> Result<LogOrder, Refusal> {
    let known = ["database", "region_group", "time_start", "time_end", "idempotency_token"];
    body::check_known(server, body, &known)?;
    let database = body::optional_string(body, "database")?;
    let number = body.get("region_group").is_some_and(Value::is_number);
    let group = if number && server.has(Fault::AcceptsNumberAsRegion) {
        Some("us-std")
    } else {
        body::optional_string(body, "region_group")?
    };
    if database.is_some() && group.is_some() && server.has(Fault::RefusesDatabaseWithRegion) {
        return Err(Refusal::bad_request("region_group must not be given beside database"));
    }
    let region_group = match (database, group) {
        // The database decides; its region group is part of it.
        (Some(database), _) if is_database_path(database) => region_group(database),
        (Some(_), _) => {
            return Err(Refusal::bad_request(
                "database has to be a region group and names, joined by slashes",
            ));
        }
        (None, Some(group)) if is_region_group(group) => group,
        (None, Some(group)) if server.has(Fault::AcceptsUnknownLogRegion) => group,
        (None, Some(_)) => return Err(Refusal::bad_request("there is no such region group")),
        (None, None) => {
            return Err(Refusal::bad_request("database or region_group has to be given"));
        }
    };
    let (time_start, time_end) = read_window(server, body)?;
    Ok(LogOrder {
        database: database.map(str::to_owned),
        region_group: region_group.to_owned(),
        time_start,
        time_end,
    })
}

fn read_window(
    server: &Server,
    body: &Map<String, Value>,
) -> Result<(Timestamp, Timestamp), Refusal> {
    let end = read_instant(body, "time_end")?;
    let start = match read_instant(body, "time_start") {
        Err(_) if is_word(body) && server.has(Fault::AcceptsWordsAsTime) => {
            end.saturating_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN)
        }
        start => start?,
    };
    let is_future = end.as_microsecond() > server.now().0;
    if is_future && server.has(Fault::RefusesFutureWindow) {
        return Err(Refusal::bad_request("time_end must not be in the future"));
    }
    if start >= end && !server.has(Fault::AcceptsReversedWindow) {
        return Err(Refusal::bad_request("time_start has to be before time_end"));
    }
    check_length(server, end.duration_since(start))?;
    let nanos_max = i128::from(WINDOW_DAYS_MAX * (DAY / SECOND)) * 1_000_000_000;
    if end.as_nanosecond() - start.as_nanosecond() > nanos_max
        && !server.has(Fault::AcceptsLongWindow)
    {
        return Err(Refusal::bad_request("the window must not be longer than 90 days"));
    }
    Ok((start, end))
}

/// Lengths that nothing is wrong with, unless a server gets its limits wrong.
fn check_length(server: &Server, length: SignedDuration) -> Result<(), Refusal> {
    let days = |n| SignedDuration::from_hours(24 * n);
    let refused = (length == days(1) && server.has(Fault::RefusesWindowOfOneDay))
        || (length == days(WINDOW_DAYS_MAX) && server.has(Fault::RefusesWindowOf90Days));
    if refused {
        return Err(Refusal::bad_request("the window has the wrong length"));
    }
    Ok(())
}

fn is_word(body: &Map<String, Value>) -> bool {
    body.get("time_start").is_some_and(Value::is_string)
}

fn read_instant(body: &Map<String, Value>, name: &str) -> Result<Timestamp, Refusal> {
    parse_instant(body::string(body, name)?).ok_or_else(|| {
        Refusal::bad_request(format!("{name} has to be a date and time with an offset"))
    })
}

/// The idempotency token; case does not matter in a UUID.
fn read_token(server: &Server, body: &Map<String, Value>) -> Result<Option<String>, Refusal> {
    let Some(token) = body::optional_string(body, "idempotency_token")? else { return Ok(None) };
    if server.has(Fault::IgnoresLogIdempotency) {
        return Ok(None);
    }
    if !is_uuid(token) && !server.has(Fault::AcceptsNonUuidToken) {
        return Err(Refusal::bad_request("idempotency_token has to be a UUID"));
    }
    let capital = token.bytes().any(|byte| byte.is_ascii_uppercase());
    if capital && server.has(Fault::RefusesCapitalsInTokens) {
        return Err(Refusal::bad_request("idempotency_token has to be in small letters"));
    }
    if server.has(Fault::ComparesFirstBlockOfTokens) {
        return Ok(token.split('-').next().map(str::to_ascii_lowercase));
    }
    if server.variants().has(Variant::CaseSensitiveLogTokens) {
        return Ok(Some(token.to_owned()));
    }
    Ok(Some(token.to_ascii_lowercase()))
}

fn is_uuid(text: &str) -> bool {
    const FORM: &[u8; 36] = b"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    text.len() == FORM.len()
        && text.bytes().zip(FORM).all(|(byte, form)| match form {
            b'-' => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn check_existence(server: &Server, account: &Account, order: &LogOrder) -> Result<(), Refusal> {
    let Some(database) = &order.database else { return Ok(()) };
    let lenient = server.has(Fault::AcceptsUnknownLogDatabase);
    if lenient || account.collections_of(server, database).is_some() {
        return Ok(());
    }
    let message = format!("there is no database {database:?}");
    if server.variants().has(Variant::UnknownLogDatabaseIsBadRequest) {
        return Err(Refusal::bad_request(message));
    }
    Err(Refusal::not_found(message))
}
