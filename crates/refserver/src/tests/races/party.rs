//! Some clients of one server, who act at once or one after the other.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::Config;
use crate::tests::{Tenant, World, log_order, order};

/// A status and a body.
pub(super) type Seen = (u16, Value);

/// A client that asks for something.
pub(super) type Asking<'a> = Pin<Box<dyn Future<Output = Seen> + 'a>>;

pub(super) struct Party {
    pub(super) world: World,
    pub(super) tenant: Tenant,
    n_requests: Cell<u32>,
}

impl Party {
    pub(super) fn new(config: Config) -> Self {
        let world = World::of(config);
        let tenant = tenant(&world, &json!({}));
        Self { world, tenant, n_requests: Cell::new(0) }
    }

    pub(super) fn n_requests(&self) -> u32 {
        self.n_requests.get()
    }

    pub(super) fn tenant(&self, more: &Value) -> Tenant {
        tenant(&self.world, more)
    }

    /// A request with whatever headers.
    fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Asking<'_> {
        let mut req = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            req = req.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let req = req.body(body).expect("a request");
        let public = path.starts_with("/api") || path.starts_with("/v2");
        Box::pin(async move {
            self.n_requests.set(self.n_requests.get() + u32::from(public));
            let response = self.world.router.clone().oneshot(req).await.expect("an answer");
            let status = response.status().as_u16();
            let bytes = response.into_body().collect().await.expect("a body").to_bytes();
            (status, serde_json::from_slice(&bytes).unwrap_or_default())
        })
    }

    pub(super) fn get(&self, key: &str, path: &str) -> Asking<'_> {
        self.ask("GET", path, &[("authorization", &format!("Bearer {key}"))], None)
    }

    pub(super) fn post(&self, key: &str, path: &str, body: &Value) -> Asking<'_> {
        self.ask("POST", path, &[("authorization", &format!("Bearer {key}"))], Some(body))
    }

    /// Creates an export with an idempotency key, or with none if it is empty.
    pub(super) fn create(&self, key: &str, idempotency_key: &str, body: &Value) -> Asking<'_> {
        let bearer = format!("Bearer {key}");
        let mut headers = vec![("authorization", bearer.as_str())];
        if !idempotency_key.is_empty() {
            headers.push(("idempotency-key", idempotency_key));
        }
        self.ask("POST", "/v2/exports", &headers, Some(body))
    }

    pub(super) fn list(&self, key: &str) -> Asking<'_> {
        self.get(key, "/v2/exports?max_results=100")
    }

    pub(super) fn log(&self, key: &str, token: Option<&str>) -> Asking<'_> {
        let mut body = log_order();
        if let Some(token) = token {
            body["idempotency_token"] = json!(token);
        }
        self.post(key, "/api/v1/logs?type=query", &body)
    }

    pub(super) fn logs(&self, key: &str) -> Asking<'_> {
        let body = json!({"states": ["Pending", "Complete"], "max_results": 100});
        self.post(key, "/api/v1/logs/_list?type=query", &body)
    }

    pub(super) fn delete(&self, key: &str, id: &str) -> Asking<'_> {
        let bearer = format!("Bearer {key}");
        let path = format!("/api/v1/oauth/apps/{id}");
        self.ask("DELETE", &path, &[("authorization", &bearer)], None)
    }

    /// Moves a job through the control API.
    pub(super) fn moving(&self, kind: &str, id: &str, to: &str) -> Asking<'_> {
        let info = json!({"code": "c", "message": "m"});
        let body = json!({"kind": kind, "id": id, "to": to, "state_info": info});
        let path = format!("/conformance/v1/accounts/{}/jobs", self.tenant.id);
        self.ask("POST", &path, &[], Some(&body))
    }

    /// Waits for one.
    pub(super) fn one(&self, asking: Asking<'_>) -> Seen {
        self.world.runtime.block_on(asking)
    }

    /// Lets two act at once, the second a little later.
    pub(super) fn both(&self, first: Asking<'_>, second: Asking<'_>) -> [Seen; 2] {
        self.world.runtime.block_on(async {
            let late = async {
                tokio::time::sleep(Duration::from_millis(2)).await;
                second.await
            };
            let (first, second) = tokio::join!(first, late);
            [first, second]
        })
    }

    /// Lets one begin and go away before the answer.
    pub(super) fn cut(&self, asking: Asking<'_>) {
        self.world.runtime.block_on(async {
            let _ = tokio::time::timeout(Duration::from_millis(5), asking).await;
        });
    }
}

fn tenant(world: &World, more: &Value) -> Tenant {
    let scope = json!([{"id": "list_databases", "display_name": "List Databases"}]);
    let app = |client: &str| json!({"oauth2_client": client, "scope": scope});
    let mut body = json!({"oauth_apps": [app("Cloudflare"), app("Acme")]});
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name.as_str()] = value.clone();
    }
    world.tenant_with(body)
}

/// How many different ids a list has, and how many in all.
pub(super) fn ids(seen: &Value, name: &str) -> (usize, usize) {
    let list = seen.get("response").unwrap_or(seen);
    let items = list["results"].as_array().into_iter().flatten();
    let ids: Vec<&str> = items.filter_map(|item| item[name].as_str()).collect();
    (ids.iter().collect::<BTreeSet<_>>().len(), ids.len())
}

/// Whether two answers say the same.
pub(super) fn same(seen: &[Seen; 2], name: &str) -> bool {
    member(&seen[0], name) == member(&seen[1], name)
}

pub(super) fn member(seen: &Seen, name: &str) -> Value {
    seen.1.get("response").unwrap_or(&seen.1)[name].clone()
}

pub(super) fn id_of(seen: &Seen, name: &str) -> String {
    member(seen, name).as_str().unwrap_or("1").to_owned()
}

pub(super) fn tagged() -> Value {
    let mut body = order();
    body["format"] = json!("tagged");
    body
}
