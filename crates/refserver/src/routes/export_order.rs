//! Reading an order for an export: everything that can be judged by the body alone.

use serde_json::{Map, Value};

use super::body;
use crate::answer::Refusal;
use crate::database_path::{is_database_path, is_region_group, region_group};
use crate::fault::Fault;
use crate::server::Server;
use crate::store::export::{Destination, ExportOrder};

/// Collections of the system; they are never exported.
pub(crate) const SYSTEM_COLLECTIONS: [&str; 8] =
    ["AccessProvider", "Collection", "Credential", "Database", "Function", "Key", "Role", "Token"];

/// Reads the body of a request. `any_database` is one that exists, for a server that puts it where
/// the client named none.
pub(super) fn read_order(
    server: &Server,
    mut body: Map<String, Value>,
    any_database: &str,
) -> Result<ExportOrder, Refusal> {
    repair(server, &mut body, any_database);
    let body = &body;
    body::check_known(server, body, &["database", "collections", "format", "destination"])?;
    let database = body::string(body, "database")?;
    if !is_database_path(database) {
        return Err(Refusal::bad_request(
            "database has to be a region group and names, joined by slashes",
        ));
    }
    let format = body::string(body, "format")?;
    if !is_format(format) {
        return Err(Refusal::bad_request("format has to be simple or tagged"));
    }
    Ok(ExportOrder {
        database: database.to_owned(),
        collections: body
            .get("collections")
            .map(|value| read_collections(server, value))
            .transpose()?,
        format: format.to_owned(),
        destination: read_destination(server, body.get("destination"))?,
    })
}

fn read_collections(server: &Server, value: &Value) -> Result<Vec<String>, Refusal> {
    let names = body::strings(value).ok_or_else(|| {
        Refusal::bad_request("collections has to be an array of strings if it is there")
    })?;
    if names.is_empty() {
        return Err(Refusal::bad_request("collections must not be empty"));
    }
    if server.has(Fault::AcceptsSystemCollections) {
        return Ok(names);
    }
    if names.len() == 2 && server.has(Fault::KeepsOneOfTwoCollections) {
        return Ok(names.into_iter().take(1).collect());
    }
    match names.iter().find(|name| SYSTEM_COLLECTIONS.contains(&name.as_str())) {
        Some(name) => Err(Refusal::bad_request(format!("{name} is a collection of the system"))),
        None => Ok(names),
    }
}

fn read_destination(server: &Server, value: Option<&Value>) -> Result<Destination, Refusal> {
    let read = match value {
        None => return Err(Refusal::bad_request("destination is missing")),
        Some(Value::String(uri)) => destination_from_uri(server, uri),
        Some(Value::Object(_)) if server.has(Fault::RefusesObjectDestination) => None,
        Some(Value::Object(object)) => destination_from_object(server, object)?,
        Some(_) => None,
    };
    read.ok_or_else(|| {
        Refusal::bad_request(
            "destination has to be s3://bucket/path or an object {s3:{bucket,path}}",
        )
    })
}

fn destination_from_uri(server: &Server, uri: &str) -> Option<Destination> {
    let (bucket, path) = uri.strip_prefix("s3://")?.split_once('/')?;
    destination(server, bucket, path)
}

fn destination_from_object(
    server: &Server,
    object: &Map<String, Value>,
) -> Result<Option<Destination>, Refusal> {
    body::check_known(server, object, &["s3"])?;
    let Some(Value::Object(s3)) = object.get("s3") else { return Ok(None) };
    body::check_known(server, s3, &["bucket", "path"])?;
    let part = |name| s3.get(name).and_then(Value::as_str);
    let parts = part("bucket").zip(part("path"));
    Ok(parts.and_then(|(bucket, path)| destination(server, bucket, path)))
}

/// A slash in front of the path is tolerated, because the official client sends one.
fn destination(server: &Server, bucket: &str, path: &str) -> Option<Destination> {
    let path = match path.strip_prefix('/') {
        Some(rest) if server.has(Fault::LosesFolderAfterSlash) => {
            rest.split_once('/').map_or(rest, |(_, below)| below)
        }
        Some(rest) => rest,
        None => path,
    };
    let usable = !bucket.is_empty() && !bucket.contains('/') && !path.is_empty();
    usable.then(|| Destination { bucket: bucket.to_owned(), path: path.to_owned() })
}

/// What a server that is too lenient makes of bad input: it puts something good in its place.
fn repair(server: &Server, body: &mut Map<String, Value>, any_database: &str) {
    let faulty = |fault: Fault, wrong: bool| wrong && server.has(fault);
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let missing = |name: &str| !body.contains_key(name);
    let strange_format = text("format").is_some_and(|format| !is_format(format));
    let format = faulty(Fault::AcceptsMissingFormat, missing("format"))
        || faulty(Fault::AcceptsUnknownFormat, strange_format);
    let path = text("database");
    let strange_region = path.is_some_and(|path| !is_region_group(region_group(path)));
    let database = faulty(Fault::AcceptsMissingDatabase, path.is_none())
        || faulty(Fault::AcceptsUnknownRegionGroup, strange_region);
    let foreign = text("destination").is_some_and(|uri| !uri.starts_with("s3://"));
    let nothing = body.get("destination") == Some(&Value::Object(Map::new()));
    let destination = faulty(Fault::AcceptsMissingDestination, missing("destination"))
        || faulty(Fault::AcceptsEmptyDestination, nothing)
        || faulty(Fault::AcceptsForeignDestination, foreign);
    let collections = faulty(Fault::AcceptsCollectionAsString, text("collections").is_some());
    let repairs = [
        (format, "format", "simple"),
        (database, "database", any_database),
        (destination, "destination", "s3://bucket/path"),
    ];
    for (needed, name, value) in repairs {
        if needed {
            body.insert(name.to_owned(), Value::from(value));
        }
    }
    if server.has(Fault::AcceptsNumbersAsCollections)
        && let Some(Value::Array(names)) = body.get_mut("collections")
    {
        names.retain(|name| !name.is_number());
    }
    let emptied = body.get("collections") == Some(&Value::Array(Vec::new()));
    if collections || faulty(Fault::AcceptsNumbersAsCollections, emptied) {
        body.remove("collections");
    }
}

fn is_format(name: &str) -> bool {
    matches!(name, "simple" | "tagged")
}
