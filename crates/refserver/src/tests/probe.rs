//! Every fault can be seen from outside: one long visit, written down, is not the same with it.

use std::collections::HashMap;
use std::io::Read;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Res, Tenant, World, log_order, order, with};
use crate::{Config, Fault};

/// A visit that writes down what it sees, with names in place of what differs by chance.
struct Visit {
    world: World,
    names: HashMap<String, String>,
    seen: Vec<String>,
}

impl Visit {
    fn note(&mut self, what: &str, res: &Res) -> Value {
        let body = serde_json::from_slice(&res.bytes).unwrap_or(Value::Null);
        let replayed = res.header("idempotent-replayed").unwrap_or("-");
        let content_type = res.header("content-type").unwrap_or("-");
        let shown = self.name(&body);
        self.seen.push(format!("{what}: {} {replayed} {content_type} {shown}", res.status));
        body
    }

    /// The same value with numbered names for ids and signatures, and no instants.
    fn name(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(object) => {
                let named = object.iter().map(|(key, value)| (key.clone(), self.name(value)));
                Value::Object(named.collect())
            }
            Value::Array(items) => items.iter().map(|item| self.name(item)).collect(),
            Value::String(text) if text.starts_with("20") && text.contains('T') => {
                let asked = text.starts_with("2026-01-0");
                json!(if asked { text } else { "an instant" })
            }
            Value::String(text) if text.len() >= 18 && !text.contains([' ', '.']) => {
                let next = format!("#{}", self.names.len());
                json!(self.names.entry(text.clone()).or_insert(next))
            }
            Value::String(text) if text.starts_with("http://server.test") => json!("a URL"),
            other => other.clone(),
        }
    }

    fn get(&mut self, path: &str, key: &str) -> Value {
        let res = self.world.get(path, key);
        self.note(path.split_at(path.len().min(14)).0, &res)
    }

    fn post(&mut self, path: &str, key: &str, body: &Value) -> Value {
        let res = self.world.post(path, key, body);
        self.note(path.split_at(path.len().min(14)).0, &res)
    }

    fn keyed(&mut self, key: &str, idempotency_key: &str, body: &Value) {
        let req = axum::http::Request::builder()
            .method("POST")
            .uri("/v2/exports")
            .header("authorization", format!("Bearer {key}"))
            .header("idempotency-key", idempotency_key);
        let req = req.body(axum::body::Body::from(body.to_string())).expect("a request");
        let res = self.world.send(req);
        self.note("keyed", &res);
    }

    fn access(&mut self) {
        for plan in ["enterprise", "free"] {
            let tenant = self.world.tenant_with(json!({"plan": plan}));
            for role in ["owner", "developer", "billing"] {
                let key = self.world.key(&tenant.id, &json!({"role": role}));
                self.get("/v2/exports", &key);
                self.get("/v2/exports/1", &key);
                self.post("/v2/exports", &key, &json!({}));
            }
            let short = self.world.key(&tenant.id, &json!({"role": "owner", "ttl_days": 3}));
            for seconds in [0, 86_400, 86_400 + 3600, 86_400] {
                self.world.advance(&tenant, seconds);
                self.get("/api/v1/oauth/apps", &short);
            }
            self.get("/v2/exports", "garbage");
            self.get("/v2/exports", "");
            let req = axum::http::Request::builder().uri("/v2/exports");
            let req = req.header("authorization", format!("Basic {}", tenant.key));
            let res = self.world.send(req.body(axum::body::Body::empty()).expect("a request"));
            self.note("basic", &res);
        }
    }

    fn orders(&mut self, tenant: &Tenant) {
        self.post("/v2/exports", &tenant.key, &json!([]));
        for (name, value) in [
            ("format", Value::Null),
            ("format", json!("decorated")),
            ("format", json!("tagged")),
            ("database", Value::Null),
            ("database", json!("mars/shop")),
            ("database", json!("us-std/shop/archive")),
            ("destination", Value::Null),
            ("destination", json!("http://b/p")),
            ("destination", json!({"s3": {"bucket": "b", "path": "p"}})),
            ("collections", json!("Product")),
            ("collections", json!(["Key"])),
            ("collections", json!(["Product"])),
        ] {
            self.post("/v2/exports", &tenant.key, &with(order(), name, value));
        }
    }

    fn log_orders(&mut self, tenant: &Tenant) {
        let path = "/api/v1/logs?type=query";
        let token = "6f1b1b0e-8c55-4f5c-9e0b-7c2d3a4b5c6d";
        let whole = json!({"region_group": "us-std"});
        for (name, value) in [
            ("database", json!("us-std/none")),
            ("time_start", json!("2026-01-01T06:00:00Z")),
            ("time_start", json!("2026-01-03T00:00:00Z")),
            ("time_start", json!("2025-01-03T00:00:00Z")),
            ("time_start", json!("yesterday")),
            ("idempotency_token", json!("abc")),
        ] {
            self.post(path, &tenant.key, &with(log_order(), name, value));
        }
        let far = with(log_order(), "time_start", json!("9000-01-01T00:00:00Z"));
        let far = with(far, "time_end", json!("9000-01-02T00:00:00Z"));
        self.post(path, &tenant.key, &far);
        for group in [&whole["region_group"], &json!("mars")] {
            let body =
                with(with(log_order(), "database", Value::Null), "region_group", group.clone());
            self.post(path, &tenant.key, &body);
        }
        for seconds in [0, 7200] {
            self.world.advance(tenant, seconds);
            let body = with(log_order(), "idempotency_token", json!(token));
            self.post(path, &tenant.key, &body);
        }
        for wrong in ["/api/v1/logs", "/api/v1/logs?type=bogus"] {
            self.post(wrong, &tenant.key, &log_order());
        }
    }

    fn one_log(&mut self, tenant: &Tenant) {
        let id = self.world.log_id(tenant);
        let path = format!("/api/v1/logs/{id}");
        self.post(&format!("{path}/url?type=query"), &tenant.key, &json!({}));
        let job = self.world.move_job(tenant, "log_request", &id, "Complete");
        self.note("job", &job);
        let shown = self.get(&format!("{path}?type=query"), &tenant.key);
        if let Some(expires) = shown["presigned_url_expiration_time"].as_str() {
            self.seen
                .push(format!("later: {}", expires > shown["updated_at"].as_str().unwrap_or("")));
        }
        self.get(&path, &tenant.key);
        let url = shown["presigned_url"].as_str().unwrap_or("").to_owned();
        self.file(&url);
        for query in ["", "?type=query"] {
            let res = self.world.call("POST", &format!("{path}/url{query}"), &tenant.key, None);
            self.note("url", &res);
        }
        self.post(&format!("{path}/url?type=query"), &tenant.key, &json!({"version": 99}));
        self.world.advance(tenant, 3601);
        self.file(&url);
        let list = "/api/v1/logs/_list?type=query";
        for states in [json!(["Complete"]), json!([]), json!(["Bogus"]), Value::Null] {
            let body = json!({"max_results": 3, "next_token": null});
            self.post(list, &tenant.key, &with(body, "states", states));
        }
        self.post("/api/v1/logs/_list", &tenant.key, &json!({"states": ["Complete"]}));
        self.pages(&tenant.key, list, Some(&json!({"states": ["Pending"], "max_results": 2})));
    }

    fn file(&mut self, url: &str) {
        let res = self.world.get(url.strip_prefix("http://server.test").unwrap_or("/"), "");
        let mut plain = String::new();
        let read = flate2::read::GzDecoder::new(&res.bytes[..]).read_to_string(&mut plain);
        self.seen.push(format!("file: {} {} {plain}", res.status, read.is_ok()));
    }

    /// Two pages, with something new in between.
    fn pages(&mut self, key: &str, path: &str, body: Option<&Value>) {
        let ask = |visit: &mut Self, token: Option<&Value>| match (body, token) {
            (Some(body), None) => visit.post(path, key, body),
            (Some(body), Some(token)) => {
                visit.post(path, key, &with(body.clone(), "next_token", token.clone()))
            }
            (None, None) => visit.get(path, key),
            (None, Some(token)) => {
                let token = token.as_str().unwrap_or("");
                visit.get(&format!("{path}&next_token={token}"), key)
            }
        };
        let first = ask(self, None);
        let list = if first["response"].is_object() { &first["response"] } else { &first };
        if list["next_token"].is_string() {
            let made = self.world.post("/v2/exports", key, &order());
            self.note("between", &made);
            ask(self, Some(&list["next_token"]));
        }
    }

    fn keys(&mut self, tenant: &Tenant) {
        let second = self.world.key(&tenant.id, &json!({"role": "owner"}));
        self.keyed(&tenant.key, "a", &json!({}));
        self.keyed(&tenant.key, "a", &order());
        let list = self.get("/v2/exports?state=Pending", &tenant.key);
        let id = list["response"]["results"][0]["id"].as_str().unwrap_or("").to_owned();
        self.world.move_job(tenant, "export", &id, "InProgress");
        self.keyed(&tenant.key, "a", &order());
        self.keyed(&tenant.key, "a", &with(order(), "format", json!("tagged")));
        self.keyed(&second, "a", &order());
        self.world.advance(tenant, 7200);
        self.keyed(&tenant.key, "a", &order());
    }

    fn states(&mut self, tenant: &Tenant) {
        let ids: Vec<String> = (0..22).map(|_| self.world_export(tenant)).collect();
        for (idx, to) in [(21, "Failed"), (1, "InProgress"), (2, "InProgress"), (1, "Complete")] {
            let job = self.world.move_job(tenant, "export", &ids[idx], to);
            self.note("job", &job);
        }
        self.get(&format!("/v2/exports/{}", ids[1]), &tenant.key);
        for query in [
            "",
            "?max_results=100",
            "?max_results=-1",
            "?max_results=abc",
            "?state=Failed",
            "?state=Failed&state=Complete",
            "?state=Bogus",
            "?database=us-std%2Fshop%2Farchive",
        ] {
            self.get(&format!("/v2/exports{query}"), &tenant.key);
        }
        self.pages(&tenant.key, "/v2/exports?max_results=2", None);
    }

    fn world_export(&mut self, tenant: &Tenant) -> String {
        let res = self.world.post("/v2/exports", &tenant.key, &order());
        let body = self.note("new", &res);
        let shown = if body["response"].is_object() { &body["response"] } else { &body };
        shown["id"].as_str().unwrap_or("").to_owned()
    }

    fn apps(&mut self, tenant: &Tenant) {
        self.pages(&tenant.key, "/api/v1/oauth/apps?max_results=2", None);
        let delete = |visit: &mut Self, id: &str, key: &str| {
            let path = format!("/api/v1/oauth/apps/{id}");
            let res = visit.world.call("DELETE", &path, key, None);
            visit.note("delete", &res);
        };
        delete(self, &tenant.apps[1], &tenant.key);
        delete(self, &tenant.apps[1], &tenant.key);
        self.get("/api/v1/oauth/apps", &tenant.key);
        let other = self.world.tenant();
        self.get("/v2/exports", &other.key);
        self.world_export(tenant);
        self.get("/api/v1/oauth/apps", &other.key);
        delete(self, &tenant.apps[0], &other.key);
        let list = self.world.get("/v2/exports?max_results=1", &tenant.key).json();
        let list = if list["response"].is_object() { &list["response"] } else { &list };
        let id = list["results"][0]["id"].as_str().unwrap_or("").to_owned();
        self.get(&format!("/v2/exports/{id}"), &other.key);
        let token = list["next_token"].as_str().unwrap_or("x").to_owned();
        self.get(&format!("/v2/exports?next_token={token}"), &other.key);
        let log = self.world.log_id_of(&tenant.key);
        self.get(&format!("/api/v1/logs/{log}?type=query"), &other.key);
    }

    fn automatic(&mut self) {
        let tenant = self.world.tenant_with(json!({"jobs": {"mode": "auto", "step_ms": 0}}));
        self.world_export(&tenant);
        let log = self.world.log_id_of(&tenant.key);
        std::thread::sleep(Duration::from_millis(1));
        self.get("/v2/exports", &tenant.key);
        self.get(&format!("/api/v1/logs/{log}?type=query"), &tenant.key);
    }
}

impl World {
    /// Requests logs and returns the id of the request, whatever the status is.
    fn log_id_of(&self, key: &str) -> String {
        let made = self.post("/api/v1/logs?type=query", key, &log_order()).json();
        made["request_id"].as_str().unwrap_or("").to_owned()
    }
}

fn visit(faults: &[Fault]) -> Vec<String> {
    let config = Config::new("http://server.test").with_faults(faults.iter().copied());
    let mut visit = Visit { world: World::of(config), names: HashMap::new(), seen: Vec::new() };
    let scope = json!([{"id": "list_databases", "display_name": "List Databases"}]);
    let app = json!({"oauth2_client": "Cloudflare", "scope": scope});
    let apps = json!({"oauth_apps": vec![app; 5]});
    visit.access();
    for part in [Visit::orders, Visit::log_orders, Visit::keys, Visit::states, Visit::apps] {
        let tenant = visit.world.tenant_with(apps.clone());
        part(&mut visit, &tenant);
    }
    let tenant = visit.world.tenant_with(apps);
    if !faults.contains(&Fault::AnswersLogRequestWith202) {
        for _ in 0..3 {
            visit.world.log_id(&tenant);
        }
        visit.one_log(&tenant);
    }
    visit.automatic();
    visit.seen
}

#[test]
fn a_visit_is_the_same_every_time() {
    assert_eq!(visit(&[]), visit(&[]));
}

#[test]
fn every_fault_shows() {
    let good = visit(&[]);
    let hidden: Vec<&str> = Fault::ALL
        .iter()
        .filter(|fault| visit(&[**fault]) == good)
        .map(|fault| fault.id())
        .collect();
    assert_eq!(hidden, [""; 0]);
}
