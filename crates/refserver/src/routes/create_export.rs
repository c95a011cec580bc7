//! `POST /v2/exports`: takes an order for an export and answers before anything is exported.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use super::body;
use crate::answer::{Answer, Refusal, Reply};
use crate::database_path::is_database_path;
use crate::server::Server;
use crate::session::{Context, own_key};
use crate::store::account::{Account, Remembered};
use crate::store::export::{Destination, ExportOrder};
use crate::variant::Variant;

const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Collections of the system; they are never exported.
pub(crate) const SYSTEM_COLLECTIONS: [&str; 8] =
    ["AccessProvider", "Collection", "Credential", "Database", "Function", "Key", "Role", "Token"];

pub(crate) fn run(ctx: &Context<'_>, account: &mut Account) -> Reply {
    ctx.call.query().check_known(&[], ctx.server.variants())?;
    let Some(key) = ctx.call.header("idempotency-key")? else {
        return create(ctx, account).map(|(answer, _)| answer);
    };
    if let Some(replay) = replay(ctx, account, key)? {
        return Ok(replay);
    }
    // Only success is remembered: a refusal leaves the key free for another try.
    let (answer, export_id) = create(ctx, account)?;
    let request = Value::Object(ctx.call.object()?);
    let first = Remembered { answer: answer.clone(), request, since: ctx.now, export_id };
    own_key(ctx, account)?.memory.remember(key, first);
    if ctx.server.variants().has(Variant::SaysNotReplayed) {
        return Ok(answer.with_header(REPLAYED, HeaderValue::from_static("false")));
    }
    Ok(answer)
}

/// The remembered answer to an idempotency key, whatever the body says this time.
fn replay(ctx: &Context<'_>, account: &mut Account, key: &[u8]) -> Result<Option<Answer>, Refusal> {
    let memory = &mut own_key(ctx, account)?.memory;
    memory.forget(ctx.now);
    let Some(first) = memory.get(key) else { return Ok(None) };
    let mismatch = if ctx.server.variants().has(Variant::MismatchRejectedWith400) {
        Some(StatusCode::BAD_REQUEST)
    } else if ctx.server.variants().has(Variant::MismatchRejectedWith409) {
        Some(StatusCode::CONFLICT)
    } else {
        None
    };
    if let Some(status) = mismatch
        && Value::Object(ctx.call.object()?) != first.request
    {
        return Err(Refusal::new(status, "the key was used for another request before"));
    }
    let answer = first.answer.clone();
    Ok(Some(answer.with_header(REPLAYED, HeaderValue::from_static("true"))))
}

fn create(ctx: &Context<'_>, account: &mut Account) -> Result<(Answer, u64), Refusal> {
    let server = ctx.server;
    let order = read_order(server, &ctx.call.object()?)?;
    let mut order = check_existence(server, account, order)?;
    if account.exports.any_unfinished() && server.variants().has(Variant::RefusesSecondExport) {
        return Err(Refusal::new(
            StatusCode::TOO_MANY_REQUESTS,
            "another export of the account is not finished yet",
        ));
    }
    if order.collections.is_none() && server.variants().has(Variant::ShowsAllCollections) {
        let all = account.collections_of(&order.database);
        order.collections = all.map(|all| all.iter().cloned().collect());
    }
    let id = account.next_id(server, ctx.now);
    let step = account.step(server, ctx.real);
    let export = account.exports.add(id, order, step);
    let body = json!({"response": export.show(server)});
    Ok((Answer::json(StatusCode::CREATED, body), id))
}

fn read_order(server: &Server, body: &Map<String, Value>) -> Result<ExportOrder, Refusal> {
    body::check_known(server, body, &["database", "collections", "format", "destination"])?;
    let database = body::string(body, "database")?;
    if !is_database_path(database) {
        return Err(Refusal::bad_request(
            "database has to be a region group and names, joined by slashes",
        ));
    }
    let format = body::string(body, "format")?;
    if !matches!(format, "simple" | "tagged") {
        return Err(Refusal::bad_request("format has to be simple or tagged"));
    }
    Ok(ExportOrder {
        database: database.to_owned(),
        collections: body.get("collections").map(read_collections).transpose()?,
        format: format.to_owned(),
        destination: read_destination(server, body.get("destination"))?,
    })
}

fn read_collections(value: &Value) -> Result<Vec<String>, Refusal> {
    let names = body::strings(value).ok_or_else(|| {
        Refusal::bad_request("collections has to be an array of strings if it is there")
    })?;
    if names.is_empty() {
        return Err(Refusal::bad_request("collections must not be empty"));
    }
    match names.iter().find(|name| SYSTEM_COLLECTIONS.contains(&name.as_str())) {
        Some(name) => Err(Refusal::bad_request(format!("{name} is a collection of the system"))),
        None => Ok(names),
    }
}

fn read_destination(server: &Server, value: Option<&Value>) -> Result<Destination, Refusal> {
    let read = match value {
        None => return Err(Refusal::bad_request("destination is missing")),
        Some(Value::String(uri)) => destination_from_uri(uri),
        Some(Value::Object(object)) => destination_from_object(server, object)?,
        Some(_) => None,
    };
    read.ok_or_else(|| {
        Refusal::bad_request(
            "destination has to be s3://bucket/path or an object {s3:{bucket,path}}",
        )
    })
}

fn destination_from_uri(uri: &str) -> Option<Destination> {
    let (bucket, path) = uri.strip_prefix("s3://")?.split_once('/')?;
    destination(bucket, path)
}

fn destination_from_object(
    server: &Server,
    object: &Map<String, Value>,
) -> Result<Option<Destination>, Refusal> {
    body::check_known(server, object, &["s3"])?;
    let Some(Value::Object(s3)) = object.get("s3") else { return Ok(None) };
    body::check_known(server, s3, &["bucket", "path"])?;
    let part = |name| s3.get(name).and_then(Value::as_str);
    Ok(part("bucket").zip(part("path")).and_then(|(bucket, path)| destination(bucket, path)))
}

/// A slash in front of the path is tolerated, because the official client sends one.
fn destination(bucket: &str, path: &str) -> Option<Destination> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let usable = !bucket.is_empty() && !bucket.contains('/') && !path.is_empty();
    usable.then(|| Destination { bucket: bucket.to_owned(), path: path.to_owned() })
}

/// Refuses what is formed well but is not there.
fn check_existence(
    server: &Server,
    account: &Account,
    order: ExportOrder,
) -> Result<ExportOrder, Refusal> {
    let Some(existing) = account.collections_of(&order.database) else {
        let message = format!("there is no database {:?}", order.database);
        if server.variants().has(Variant::UnknownExportDatabaseIsBadRequest) {
            return Err(Refusal::bad_request(message));
        }
        return Err(Refusal::not_found(message));
    };
    let names = order.collections.as_deref().unwrap_or(&[]);
    match names.iter().find(|name| !existing.contains(*name)) {
        Some(name) => Err(Refusal::bad_request(format!("there is no collection {name:?}"))),
        None => Ok(order),
    }
}
