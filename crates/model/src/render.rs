//! Transitions as requests: pure, given what is known of ids, clocks and tokens.

use jiff::Timestamp;
use serde_json::{Value, json};
use spec::wire::Request;

use crate::state::{Millis, State};
use crate::transition::{
    ExportFilter, FirstPage, Handle, Listing, LogBody, LogState, RawCase, Transition, UrlBody,
};

/// An id that nothing has, neither a snowflake nor a number counted up from one: used where a
/// handle was never bound and no id is known that another could be made of.
pub const NOBODY: &str = "888888888888888888";

/// The default place of Create File URL; a target may declare another (C-27).
pub const DEFAULT_LOG_URL_PATH: &str = "/api/v1/logs/{request_id}/url";

/// What rendering depends on besides the state.
#[derive(Clone, Debug)]
pub struct Place {
    /// The template of Create File URL.
    pub log_url_path: String,
}

impl Default for Place {
    fn default() -> Place {
        Place { log_url_path: DEFAULT_LOG_URL_PATH.to_owned() }
    }
}

/// A page of a list: the first one, or the one behind a token.
#[derive(Clone, Debug, PartialEq)]
pub enum Page {
    /// The first.
    First(FirstPage),
    /// The one that a token leads to.
    After(String),
}

/// The request of a transition that is a single public call; `None` for the others.
/// `now` is the account's clock, which log windows are relative to.
pub fn request(state: &State, place: &Place, step: &Transition, now: Millis) -> Option<Request> {
    Some(match step {
        Transition::CreateExport { body, idempotency_key, .. } => {
            let request = Request::new("POST", "/v2/exports").with_json(&body.to_json());
            match idempotency_key {
                Some(key) => request.with_header("idempotency-key", key.clone()),
                None => request,
            }
        }
        Transition::GetExport { export, .. } | Transition::AwaitExport { export, .. } => {
            Request::new("GET", format!("/v2/exports/{}", export_id(state, *export)))
        }
        Transition::ListPage { list, max_results, first, .. } => {
            page_request(list, *max_results, &Page::First(*first))
        }
        Transition::RequestLogs { body, .. } => {
            typed(Request::new("POST", "/api/v1/logs")).with_json(&log_body(body, now))
        }
        Transition::GetLog { log, .. } | Transition::AwaitLog { log, .. } => {
            typed(Request::new("GET", format!("/api/v1/logs/{}", log_id(state, *log))))
        }
        Transition::CreateLogUrl { log, body, .. } => url_request(state, place, *log, *body),
        Transition::DeleteApp { account, app, .. } => {
            let id = app_id(state, *account, *app);
            Request::new("DELETE", format!("/api/v1/oauth/apps/{id}"))
        }
        Transition::Raw { case, .. } => raw_request(state, place, case),
        Transition::Walk { .. }
        | Transition::ForeignToken { .. }
        | Transition::FetchLogFile { .. }
        | Transition::AdvanceClock { .. }
        | Transition::AdvanceToUrlExpiry { .. }
        | Transition::MoveExport { .. }
        | Transition::MoveLog { .. }
        | Transition::IssueKey { .. }
        | Transition::RevokeKey { .. }
        | Transition::Lost { .. }
        | Transition::Parallel { .. } => return None,
    })
}

/// A request for one page of a list.
pub fn page_request(list: &Listing, max_results: Option<u32>, page: &Page) -> Request {
    match list {
        Listing::Exports(filter) => export_page(filter, max_results, page),
        Listing::Logs(states) => log_page(states, max_results, page),
        Listing::Apps => {
            let mut request = Request::new("GET", "/api/v1/oauth/apps");
            request.query = query(page_parameters(max_results, page));
            request
        }
    }
}

fn export_page(filter: &ExportFilter, max_results: Option<u32>, page: &Page) -> Request {
    let mut parameters = page_parameters(max_results, page);
    parameters.extend(filter.states.iter().map(|state| ("state", state.as_str().to_owned())));
    parameters.extend(filter.database.iter().map(|path| ("database", path.clone())));
    let mut request = Request::new("GET", "/v2/exports");
    request.query = query(parameters);
    request
}

fn log_page(states: &[LogState], max_results: Option<u32>, page: &Page) -> Request {
    let states: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    let mut body = json!({ "states": states });
    if let Some(max_results) = max_results {
        body["max_results"] = max_results.into();
    }
    match page {
        Page::First(FirstPage::Absent) => {}
        Page::First(FirstPage::Null) => body["next_token"] = Value::Null,
        Page::After(token) => body["next_token"] = token.clone().into(),
    }
    typed(Request::new("POST", "/api/v1/logs/_list")).with_json(&body)
}

fn page_parameters(max_results: Option<u32>, page: &Page) -> Vec<(&'static str, String)> {
    let mut parameters = Vec::new();
    if let Some(max_results) = max_results {
        parameters.push(("max_results", max_results.to_string()));
    }
    if let Page::After(token) = page {
        parameters.push(("next_token", token.clone()));
    }
    parameters
}

fn query(parameters: Vec<(&'static str, String)>) -> Option<String> {
    let pairs: Vec<String> =
        parameters.into_iter().map(|(name, value)| format!("{name}={}", encode(&value))).collect();
    (!pairs.is_empty()).then(|| pairs.join("&"))
}

fn typed(mut request: Request) -> Request {
    request.query = Some("type=query".to_owned());
    request
}

fn url_request(state: &State, place: &Place, log: Handle, body: UrlBody) -> Request {
    let path = place.log_url_path.replace("{request_id}", &log_id(state, log));
    let request = typed(Request::new("POST", path));
    let version = state.logs.get(&log).and_then(|log| log.version).unwrap_or(0);
    match body {
        UrlBody::None => request,
        UrlBody::Empty => request.with_json(&json!({})),
        UrlBody::CurrentVersion => request.with_json(&json!({ "version": version })),
        UrlBody::WrongVersion => request.with_json(&json!({ "version": 999_999 })),
    }
}

/// The body of a log request as it is sent at this time of the account.
pub fn log_body(body: &LogBody, now: Millis) -> Value {
    let (start, end) = log_window(body, now);
    let written = |millis| with_offset(millis, body.offset_hours);
    let mut json = json!({ "time_start": written(start), "time_end": written(end) });
    if let Some(database) = &body.database {
        json["database"] = database.clone().into();
    }
    if let Some(region_group) = &body.region_group {
        json["region_group"] = region_group.clone().into();
    }
    if let Some(token) = &body.idempotency_token {
        json["idempotency_token"] = token.clone().into();
    }
    json
}

/// The window of a log request, in whole seconds, as milliseconds.
pub fn log_window(body: &LogBody, now: Millis) -> (Millis, Millis) {
    let base = now.div_euclid(1000);
    ((base + body.start_seconds) * 1000, (base + body.end_seconds) * 1000)
}

/// RFC 3339 with milliseconds and an offset of so many hours, `Z` for none.
fn with_offset(millis: Millis, hours: i8) -> String {
    if hours == 0 {
        return timestamp(millis);
    }
    let shifted = timestamp(millis + Millis::from(hours) * 3_600_000);
    let sign = if hours < 0 { '-' } else { '+' };
    format!("{}{sign}{:02}:00", shifted.trim_end_matches('Z'), hours.unsigned_abs())
}

/// RFC 3339 with milliseconds and `Z`.
pub fn timestamp(millis: Millis) -> String {
    Timestamp::from_millisecond(millis).map_or_else(|_| String::new(), |time| format!("{time:.3}"))
}

/// Milliseconds of an RFC 3339 date-time with an offset (C-02); `None` if it is not one.
pub fn parse_time(text: &str) -> Option<Millis> {
    let well_formed = text.len() >= 20 && matches!(text.as_bytes().get(10), Some(b'T' | b't'));
    well_formed.then(|| text.parse::<Timestamp>().ok().map(|time| time.as_millisecond()))?
}

/// An id as exact text, from a JSON string or integer (C-01).
pub fn id_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

fn export_id(state: &State, export: Handle) -> String {
    let known = state.exports.get(&export).map(|export| export.id.clone());
    let all = state.exports.values().map(|export| export.id.as_str());
    encode(&known.unwrap_or_else(|| nobodys(all)))
}

fn log_id(state: &State, log: Handle) -> String {
    let known = state.logs.get(&log).map(|log| log.id.clone());
    encode(&known.unwrap_or_else(|| nobodys(state.logs.values().map(|log| log.id.as_str()))))
}

fn app_id(state: &State, account: usize, app: usize) -> String {
    let known = state.accounts.get(account).and_then(|account| account.apps.get(app));
    let apps = state.accounts.iter().flat_map(|account| &account.apps);
    let known = known.map(|app| app.id.clone());
    encode(&known.unwrap_or_else(|| nobodys(apps.map(|app| app.id.as_str()))))
}

/// An id that nothing is known by. It is made like those that the target gives, so that nobody can
/// call it malformed: one of them with its last letters or digits changed.
fn nobodys<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = ids.collect();
    let Some(first) = known.first() else { return NOBODY.to_owned() };
    let mut letters: Vec<char> = first.chars().collect();
    for at in (0..letters.len()).rev() {
        letters[at] = match letters[at] {
            '9' | 'f' | 'F' => '3',
            digit @ '0'..='8' => {
                char::from_digit(digit.to_digit(10).unwrap_or(0) + 1, 10).unwrap_or('7')
            }
            'a'..='e' | 'g'..='z' => 'c',
            'A'..='E' | 'G'..='Z' => 'C',
            other => other,
        };
        let made: String = letters.iter().collect();
        // One change may still meet another id; two or three do not.
        if letters.len() - at >= 3 && !known.contains(&made.as_str()) {
            return made;
        }
    }
    NOBODY.to_owned()
}

fn raw_request(state: &State, place: &Place, case: &RawCase) -> Request {
    let path = match case.operation.as_str() {
        "createLogUrl" => relocate(&case.path, &place.log_url_path),
        _ => case.path.clone(),
    };
    let body = match (&case.body, &case.body_hex) {
        (Some(text), _) => Some(text.clone().into_bytes()),
        (None, Some(hex)) => Some(from_hex(hex)),
        (None, None) => None,
    };
    Request {
        method: case.method.clone(),
        path: fill(state, &path),
        query: case.query.clone(),
        headers: case.headers.clone(),
        body,
    }
}

/// Puts the id of a path of the document's own template into the target's template (C-27).
fn relocate(path: &str, template: &str) -> String {
    let id = path.split('/').nth(4).unwrap_or(NOBODY);
    template.replace("{request_id}", id)
}

/// Whether everything that a generated request stands in for an id is known: of one that is not,
/// nothing can be claimed.
pub fn is_bound(state: &State, case: &RawCase) -> bool {
    let known = |part: &str| {
        let inner = part.strip_prefix('~').and_then(|part| part.strip_suffix('~'));
        let Some((kind, number)) = inner.and_then(|inner| inner.split_once('.')) else {
            return true;
        };
        let Ok(number) = number.parse::<u32>() else { return true };
        match kind {
            "export" => state.exports.contains_key(&number),
            "log" => state.logs.contains_key(&number),
            "app" => state.accounts.first().is_some_and(|one| one.apps.len() > number as usize),
            _ => true,
        }
    };
    case.path.split('/').all(known)
}

/// Replaces `~export.3~`, `~log.3~` and `~app.0~` by ids.
fn fill(state: &State, path: &str) -> String {
    let segment = |part: &str| -> String {
        let Some(inner) = part.strip_prefix('~').and_then(|part| part.strip_suffix('~')) else {
            return part.to_owned();
        };
        match inner.split_once('.').and_then(|(kind, n)| Some((kind, n.parse::<u32>().ok()?))) {
            Some(("export", handle)) => export_id(state, handle),
            Some(("log", handle)) => log_id(state, handle),
            Some(("app", app)) => app_id(state, 0, app as usize),
            _ => part.to_owned(),
        }
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// Percent-encodes everything but unreserved characters (RFC 3986 §2.3).
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Bytes as lower-case hexadecimal.
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}
