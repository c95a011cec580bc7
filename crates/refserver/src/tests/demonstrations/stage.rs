//! The stage that demonstrations are performed on: an account with all that may be needed, and a
//! small language of visits. Steps are divided by `;`. Those of the control API do not count.

use std::collections::HashMap;
use std::io::Read;
use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::http::Request;
use serde_json::{Map, Value, json};

use crate::Config;
use crate::tests::{Res, Tenant, World, log_order, order};

/// How the instants begin that the scripts themselves put into windows.
const WINDOWS: [&str; 4] = ["2025-01-", "2025-10-", "2026-01-0", "9000-"];

/// What a demonstration has to do with.
pub(super) struct Stage {
    world: World,
    tenant: Tenant,
    /// The Authorization header.
    authorization: String,
    /// The ids of the account keys that were made on the way.
    minted: Vec<String>,
    exports: Vec<String>,
    logs: Vec<String>,
    listed_app: String,
    token: String,
    /// A token that is used instead of the last one.
    held: Option<String>,
    url: String,
    start: SystemTime,
    names: HashMap<String, usize>,
    pub(super) seen: Vec<String>,
    pub(super) n_requests: u32,
}

fn fixtures(more: &Value) -> Value {
    let scope = json!([{"id": "list_databases", "display_name": "List Databases"}]);
    let app = |client: &str| json!({"oauth2_client": client, "scope": scope});
    let mut body = json!({
        "databases": [
            {"path": "us-std/shop", "collections": ["Product", "Category"]},
            {"path": "us-std/shop/archive"},
            {"path": "us-std/shopping"},
        ],
        "oauth_apps": [app("Cloudflare"), app("Acme"), app("Cloudflare"), app("Acme")],
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name.as_str()] = value.clone();
    }
    body
}

impl Stage {
    pub(super) fn new(config: Config) -> Self {
        let world = World::of(config);
        let start = SystemTime::now();
        let tenant = world.tenant_with(fixtures(&json!({})));
        Self {
            authorization: format!("Bearer {}", tenant.key),
            world,
            tenant,
            minted: Vec::new(),
            exports: Vec::new(),
            logs: Vec::new(),
            listed_app: String::new(),
            token: String::new(),
            held: None,
            url: String::new(),
            start,
            names: HashMap::new(),
            seen: Vec::new(),
            n_requests: 0,
        }
    }

    pub(super) fn perform(&mut self, script: &str) {
        for step in script.split(';').map(str::trim) {
            let (times, step) = match step.split_once("x ") {
                Some((times, step)) if times.parse::<u32>().is_ok() => {
                    (times.parse().unwrap_or(1), step)
                }
                _ => (1, step),
            };
            for _ in 0..times {
                let (verb, rest) = step.split_once(' ').unwrap_or((step, ""));
                if !self.prepare(verb, rest) {
                    self.act(verb, rest);
                }
            }
        }
    }

    /// What is done through the control API or not at all. Tells whether the step was such.
    fn prepare(&mut self, verb: &str, rest: &str) -> bool {
        match verb {
            "free" | "auto" => {
                let more = if verb == "free" {
                    json!({"plan": "free"})
                } else {
                    json!({"jobs": {"mode": "auto", "step_ms": 0}})
                };
                self.use_tenant(&more);
            }
            "as" => self.turn_into(rest),
            "mint" => drop(self.mint(&json!({"role": rest}))),
            "revoke" => {
                let id = self.minted.pop().expect("a key to revoke");
                let path = format!("/conformance/v1/accounts/{}/keys/{id}", self.tenant.id);
                self.world.call("DELETE", &path, "", None).expect(204);
            }
            "advance" => self.world.advance(&self.tenant, rest.parse().expect("seconds")),
            "midnight" => {
                let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
                let past = now.expect("a time").as_secs() % 86_400;
                let ahead = 86_400 - past + 43_200;
                self.world.advance(&self.tenant, ahead);
                // Minutes count from here, because how far it is depends on the time of day.
                self.start += Duration::from_secs(ahead);
            }
            "wait" => std::thread::sleep(Duration::from_millis(rest.parse().expect("a time"))),
            "hold" => self.held = Some(self.token.clone()),
            "move" => self.move_job(rest),
            _ => return false,
        }
        true
    }

    fn use_tenant(&mut self, more: &Value) {
        self.tenant = self.world.tenant_with(fixtures(more));
        self.authorization = format!("Bearer {}", self.tenant.key);
    }

    fn mint(&mut self, body: &Value) -> String {
        let path = format!("/{}/keys", self.tenant.id);
        let made = self.world.control(&path, body).expect(201);
        self.minted.push(made["id"].as_str().expect("an id").to_owned());
        made["secret"].as_str().expect("a secret").to_owned()
    }

    fn turn_into(&mut self, who: &str) {
        let own = self.tenant.key.clone();
        self.authorization = match who {
            "none" => String::new(),
            "garbage" => "Bearer garbage".to_owned(),
            "database" => "Bearer fnAEabcdefgh".to_owned(),
            "basic" => format!("Basic {own}"),
            "longer" => format!("Bearer {own}x"),
            "first" => format!("Bearer {own}"),
            "other" => {
                // The apps that are named stay those of the first account.
                let apps = std::mem::take(&mut self.tenant.apps);
                self.use_tenant(&json!({"oauth_apps": []}));
                self.tenant.apps = apps;
                return;
            }
            who => {
                let (role, days) = who.split_once(' ').unwrap_or((who, ""));
                let days: Option<u32> = days.parse().ok();
                let secret = self.mint(&json!({"role": role, "ttl_days": days}));
                format!("Bearer {secret}")
            }
        };
    }

    fn move_job(&mut self, rest: &str) {
        let mut words = rest.split(' ');
        let (kind, nth) = (words.next().expect("a kind"), words.next().expect("a number"));
        let nth: usize = nth.parse().expect("a number");
        let (kind, ids) = match kind {
            "export" => ("export", &self.exports),
            _ => ("log_request", &self.logs),
        };
        let id = ids.get(nth).cloned().unwrap_or_default();
        for to in words {
            let res = self.world.move_job(&self.tenant, kind, &id, to);
            let body = serde_json::from_slice(&res.bytes).unwrap_or_default();
            self.learn(&body);
        }
    }

    /// A public request.
    fn act(&mut self, verb: &str, rest: &str) {
        let words: Vec<&str> = rest.split(' ').filter(|word| !word.is_empty()).collect();
        let first = words.first().copied();
        match verb {
            "create" => self.send("POST", "/v2/exports", order(), &words),
            "get" => {
                let id = nth(&self.exports, first);
                self.send("GET", &format!("/v2/exports/{id}"), Value::Null, &[]);
            }
            "list" => {
                let query = rest.replace('@', self.held.as_ref().unwrap_or(&self.token));
                self.send("GET", &format!("/v2/exports?{query}"), Value::Null, &[]);
            }
            "log" => self.send("POST", "/api/v1/logs?type=query", log_order(), &words),
            "status" => {
                let id = nth(&self.logs, first);
                let path = format!("/api/v1/logs/{id}?type=query");
                self.send("GET", &path, Value::Null, &words[first.map_or(0, |_| 1)..]);
            }
            "url" => {
                let id = nth(&self.logs, first);
                let path = format!("/api/v1/logs/{id}/url?type=query");
                let words = &words[first.map_or(0, |_| 1)..];
                let body = if words.is_empty() { Value::Null } else { json!({}) };
                self.send("POST", &path, body, words);
            }
            "logs" => {
                let path = "/api/v1/logs/_list?type=query";
                self.send("POST", path, json!({"states": ["Pending", "Complete"]}), &words);
            }
            "apps" => {
                let query = rest.replace('@', self.held.as_ref().unwrap_or(&self.token));
                self.send("GET", &format!("/api/v1/oauth/apps?{query}"), Value::Null, &[]);
            }
            "delete" => {
                let listed = [self.listed_app.clone()];
                let ids = if first == Some("listed") { &listed } else { &self.tenant.apps[..] };
                let id = nth(ids, first);
                self.send("DELETE", &format!("/api/v1/oauth/apps/{id}"), Value::Null, &[]);
            }
            "fetch" => self.fetch(),
            verb => panic!("there is no step {verb:?}"),
        }
    }

    /// Sends a request. Each word changes it: `key=…` adds the header, `query=…` replaces the
    /// query, `raw=…` the body, `name=~` takes a member away and `name=…` sets it.
    fn send(&mut self, method: &str, path: &str, body: Value, words: &[&str]) {
        let mut path = path.to_owned();
        let mut body = body;
        let mut key = None;
        for word in words {
            let (name, value) = word.split_once('=').expect("name=value");
            let value = value.replace('@', self.held.as_ref().unwrap_or(&self.token));
            match (name, value.as_str()) {
                ("key", _) => key = Some(value),
                ("query", _) => path = format!("{}?{value}", path.split('?').next().unwrap_or("")),
                ("raw", "") => body = Value::Null,
                ("raw", _) => body = serde_json::from_str(&value).expect("JSON"),
                (_, "~") => drop(body.as_object_mut().and_then(|object| object.remove(name))),
                _ => body[name] = serde_json::from_str(&value).expect("JSON"),
            }
        }
        let mut req = Request::builder().method(method).uri(path.trim_end_matches('?'));
        if !self.authorization.is_empty() {
            req = req.header("authorization", &self.authorization);
        }
        if let Some(key) = key {
            req = req.header("idempotency-key", key);
        }
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let res = self.world.send(req.body(Body::from(text)).expect("a request"));
        self.note(method, &res);
    }

    fn note(&mut self, what: &str, res: &Res) {
        self.n_requests += 1;
        let body: Value = serde_json::from_slice(&res.bytes).unwrap_or_default();
        self.learn(&body);
        let shown = body.get("response").unwrap_or(&body);
        if what == "POST" {
            self.exports.extend(shown["id"].as_str().map(str::to_owned));
            self.logs.extend(shown["request_id"].as_str().map(str::to_owned));
        }
        if shown["results"].is_array() {
            self.token = shown["next_token"].as_str().unwrap_or("none").to_owned();
            self.listed_app = shown["results"][0]["id"].as_str().unwrap_or("").to_owned();
        }
        let replayed = res.header("idempotent-replayed").unwrap_or("-");
        let content_type = res.header("content-type").unwrap_or("-");
        let shown = self.name(&body);
        self.seen.push(format!("{what} {} {replayed} {content_type} {shown}", res.status));
    }

    fn learn(&mut self, body: &Value) {
        self.name(body);
        if let Some(url) = body["presigned_url"].as_str() {
            self.url = url.to_owned();
        }
    }

    fn fetch(&mut self) {
        let path = self.url.strip_prefix("http://server.test").expect("a URL").to_owned();
        let res = self.world.get(&path, "");
        self.n_requests += 1;
        let mut plain = String::new();
        let read = flate2::read::GzDecoder::new(&res.bytes[..]).read_to_string(&mut plain);
        self.seen.push(format!("file {} {} {plain}", res.status, read.is_ok()));
    }

    /// The same value with numbers for ids, URLs and tokens, and minutes for instants.
    fn name(&mut self, value: &Value) -> Value {
        match value {
            Value::Object(object) => {
                let named = object.iter().map(|(key, value)| (key.clone(), self.name(value)));
                Value::Object(named.collect::<Map<_, _>>())
            }
            Value::Array(items) => items.iter().map(|item| self.name(item)).collect(),
            Value::Number(number) if number.as_u64().is_some_and(|n| n > 1 << 40) => {
                json!("a large number")
            }
            Value::String(text) if WINDOWS.iter().any(|it| text.starts_with(it)) => value.clone(),
            Value::String(text) => match text.parse::<jiff::Timestamp>() {
                Ok(instant) => {
                    let start = jiff::Timestamp::try_from(self.start).expect("a time");
                    let seconds = instant.duration_since(start).as_secs();
                    json!(format!("after {} minutes", (seconds + 30).div_euclid(60)))
                }
                Err(_) if text.len() >= 18 && !text.contains(' ') => {
                    let next = self.names.len();
                    json!(format!("#{}", self.names.entry(text.clone()).or_insert(next)))
                }
                Err(_) => value.clone(),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}

/// The id that a word stands for: the last one, the nth, or one that nobody has.
fn nth(ids: &[String], word: Option<&str>) -> String {
    let id = match word {
        Some("unknown") => None,
        None => ids.last(),
        Some(word) => word.parse::<usize>().map_or(ids.first(), |nth| ids.get(nth)),
    };
    id.cloned().unwrap_or_else(|| "1".to_owned())
}
