//! Tests of the whole server, through its router and without a socket.

mod access;
mod catalogues;
mod control;
mod creating_exports;
mod demonstrations;
mod faults;
mod files;
mod hostile;
mod idempotency;
mod jobs;
mod lists;
mod logs;
mod oauth;
mod races;
mod socket;
mod variants;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{Config, Fault, Variant, app};

/// What came back.
struct Res {
    status: u16,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Res {
    #[track_caller]
    fn json(&self) -> Value {
        let content_type = self.header("content-type").expect("a content type");
        assert_eq!(content_type.split(';').next(), Some("application/json"));
        serde_json::from_slice(&self.bytes).expect("the body is JSON")
    }

    /// The body of a response that has the status.
    #[track_caller]
    fn expect(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.bytes);
        assert_eq!(self.status, status, "the body: {text}");
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A server and whatever it takes to call it.
struct World {
    router: Router,
    runtime: tokio::runtime::Runtime,
}

/// An account, and the key of its owner.
struct Tenant {
    id: String,
    key: String,
    apps: Vec<String>,
}

impl World {
    fn new() -> Self {
        Self::of(Config::new("http://server.test"))
    }

    fn with_variant(variant: Variant) -> Self {
        Self::of(Config::new("http://server.test").with_variants([variant]))
    }

    fn with_fault(fault: Fault) -> Self {
        Self::of(Config::new("http://server.test").with_faults([fault]))
    }

    fn of(config: Config) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self { router: app(config), runtime: runtime.expect("a runtime") }
    }

    fn send(&self, req: Request<Body>) -> Res {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(req).await.expect("an answer");
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
            Res { status: parts.status.as_u16(), headers: parts.headers, bytes }
        })
    }

    fn call(&self, method: &str, path: &str, key: &str, body: Option<&Value>) -> Res {
        let mut req = Request::builder().method(method).uri(path);
        if !key.is_empty() {
            req = req.header("authorization", format!("Bearer {key}"));
        }
        let body = match body {
            Some(body) => {
                req = req.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(req.body(body).expect("a request"))
    }

    fn get(&self, path: &str, key: &str) -> Res {
        self.call("GET", path, key, None)
    }

    fn post(&self, path: &str, key: &str, body: &Value) -> Res {
        self.call("POST", path, key, Some(body))
    }

    fn control(&self, path: &str, body: &Value) -> Res {
        self.post(&format!("/conformance/v1/accounts{path}"), "", body)
    }

    fn tenant(&self) -> Tenant {
        self.tenant_with(json!({}))
    }

    /// An account with two databases, and whatever else is asked for.
    fn tenant_with(&self, mut more: Value) -> Tenant {
        if more.get("databases").is_none() {
            more["databases"] = json!([
                {"path": "us-std/shop", "collections": ["Product", "Category"]},
                {"path": "us-std/shop/archive"},
                {"path": "classic/old"},
            ]);
        }
        let made = self.control("", &more).expect(201);
        let id = made["account_id"].as_str().expect("an id").to_owned();
        let apps = made["oauth_apps"].as_array().expect("a list").iter();
        let apps = apps.map(|app| app["id"].as_str().expect("an id").to_owned()).collect();
        let key = self.key(&id, &json!({"role": "owner"}));
        Tenant { id, key, apps }
    }

    fn key(&self, account_id: &str, body: &Value) -> String {
        let made = self.control(&format!("/{account_id}/keys"), body).expect(201);
        made["secret"].as_str().expect("a secret").to_owned()
    }

    fn advance(&self, tenant: &Tenant, seconds: u64) {
        let body = json!({"advance_seconds": seconds});
        self.control(&format!("/{}/clock", tenant.id), &body).expect(200);
    }

    fn move_job(&self, tenant: &Tenant, kind: &str, id: &str, to: &str) -> Res {
        let info = json!({"code": "configuration_error", "message": "no access"});
        let body = json!({"kind": kind, "id": id, "to": to, "state_info": info});
        self.control(&format!("/{}/jobs", tenant.id), &body)
    }

    /// Creates an export and returns it.
    fn export(&self, tenant: &Tenant) -> Value {
        self.post("/v2/exports", &tenant.key, &order()).expect(201)["response"].clone()
    }

    fn export_id(&self, tenant: &Tenant) -> String {
        text(&self.export(tenant), "id")
    }

    /// Requests logs and returns the id of the request.
    fn log_id(&self, tenant: &Tenant) -> String {
        let made = self.post("/api/v1/logs?type=query", &tenant.key, &log_order());
        text(&made.expect(200), "request_id")
    }

    /// A log request that is complete.
    fn complete_log(&self, tenant: &Tenant) -> Value {
        let id = self.log_id(tenant);
        self.move_job(tenant, "log_request", &id, "Complete").expect(200)
    }
}

/// An order for an export that nothing is wrong with.
fn order() -> Value {
    json!({"database": "us-std/shop", "format": "simple", "destination": "s3://bucket/some/path"})
}

/// An order for logs that nothing is wrong with.
fn log_order() -> Value {
    json!({
        "database": "us-std/shop",
        "time_start": "2026-01-01T00:00:00Z",
        "time_end": "2026-01-02T00:00:00Z",
    })
}

/// The same object with one member set, or taken away where the value is null.
fn with(mut object: Value, name: &str, value: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        if value.is_null() {
            members.remove(name)
        } else {
            members.insert(name.to_owned(), value)
        };
    }
    object
}

#[track_caller]
fn text(object: &Value, name: &str) -> String {
    object[name].as_str().expect("a string").to_owned()
}

/// One member of each result.
#[track_caller]
fn column(list: &Value, name: &str) -> Vec<String> {
    list["results"].as_array().expect("results").iter().map(|item| text(item, name)).collect()
}
