//! Secrets, and the redactor that keeps them out of everything that is written down.
//!
//! A [`Secret`] shows itself only through [`Secret::expose`]: its `Debug` prints a placeholder and
//! it cannot be serialised. A [`Redactor`] learns secrets by value and hides them by value, so it
//! does not matter in which member, header or sentence a target echoes one.
//!
//! Hiding works on runs of [`RUN_BYTES_MIN`] bytes: every such run of every learned secret is kept
//! as one `u64`, a text is scanned once with a rolling window, and whatever the window finds is
//! replaced. So a secret cut short, or split between two members, is hidden as well. The same scan
//! is made over the text with its JSON escapes and percent-encodings undone, up to three layers
//! of them, and secrets are learned in their base64 forms too.
//!
//! Memory is bounded twice over. A layer keeps at most `2 ×` [`SECRETS_PER_GENERATION`] secrets:
//! when the young generation is full it becomes the old one, and the old one is forgotten.
//! And [`Redactor::scope`] gives a layer of its own to whoever mints many short-lived secrets (a
//! program with its accounts and keys): it sees what the outer layers know, and what it learns is
//! dropped with it. So long-lived secrets, learned outside, are never crowded out by minted ones.

mod base64_forms;
mod decode;
mod layer;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;
use spec::wire::{Exchange, Request, Response};

use layer::Layer;

/// What stands in the place of a secret.
pub const PLACEHOLDER: &str = "[secret]";

/// What stands in the place of everything after the `?` of a presigned URL.
pub const SIGNATURE_PLACEHOLDER: &str = "[signature]";

/// The shortest part of a secret that is hidden; shorter parts are in every other word.
pub const RUN_BYTES_MIN: usize = 8;

/// Secrets shorter than this are not hidden by value: they would hide ordinary text. They are
/// still hidden by place, in an `authorization` header or a member named `secret`.
pub const SECRET_BYTES_MIN: usize = 4;

/// How many secrets a layer learns before it forgets those of the generation before.
pub const SECRETS_PER_GENERATION: usize = 4096;

/// The members of a JSON object whose strings are secrets, whatever they hold.
const SECRET_MEMBERS: [&str; 9] = [
    "secret",
    "client_secret",
    "core_secret",
    "access_token",
    "refresh_token",
    "id_token",
    "account_key",
    "password",
    "authorization",
];

/// The authorization schemes that are kept in front of the placeholder.
const KNOWN_SCHEMES: [&str; 6] = ["bearer", "basic", "digest", "token", "negotiate", "apikey"];

/// A value that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<str>);

impl Secret {
    /// Wraps a secret.
    pub fn new(value: impl Into<Box<str>>) -> Secret {
        Secret(value.into())
    }

    /// The secret itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The value of an `authorization` header that presents it.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PLACEHOLDER)
    }
}

/// Learns secrets and hides them in text and in JSON. Cheap to clone; clones share what they know.
#[derive(Clone)]
pub struct Redactor {
    layers: Vec<Arc<Layer>>,
}

impl Default for Redactor {
    fn default() -> Redactor {
        Redactor::new()
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").field("layers", &self.layers.len()).finish_non_exhaustive()
    }
}

impl Redactor {
    /// A redactor that knows nothing yet.
    pub fn new() -> Redactor {
        Redactor { layers: vec![Arc::default()] }
    }

    /// A redactor that knows what this one knows and will learn; what it learns itself stays with
    /// it and is dropped with it.
    #[must_use]
    pub fn scope(&self) -> Redactor {
        let mut layers = self.layers.clone();
        layers.push(Arc::default());
        Redactor { layers }
    }

    /// Learns a secret: from now on it is hidden, whole or in part, plain, in base64, escaped or
    /// percent-encoded.
    pub fn learn(&self, secret: &Secret) {
        self.learn_str(secret.expose());
    }

    fn learn_str(&self, secret: &str) {
        let (own, outer) = self.layers.split_last().expect("a redactor has a layer of its own");
        if secret.len() < SECRET_BYTES_MIN || outer.iter().any(|layer| layer.knows(secret)) {
            return;
        }
        own.learn(secret);
    }

    /// Learns what a JSON value says is secret: the strings under a member such as `secret`, and
    /// the signatures of presigned URLs. Strings shorter than [`RUN_BYTES_MIN`] are left out, for
    /// a target that answers `"secret": "none"` must not hide every `none` of the report.
    pub fn learn_from_json(&self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.learn_from_json(item)),
            Value::Object(members) => {
                for (name, member) in members {
                    match member {
                        member if is_secret_member(name) => self.learn_all(member),
                        Value::String(text) if is_presigned_member(name) => {
                            signatures(text).for_each(|signature| self.learn_found(signature));
                        }
                        other => self.learn_from_json(other),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Learns every string of what stands under a secret member, however deep.
    fn learn_all(&self, value: &Value) {
        match value {
            Value::String(text) => self.learn_found(text),
            Value::Array(items) => items.iter().for_each(|item| self.learn_all(item)),
            Value::Object(members) => members.values().for_each(|member| self.learn_all(member)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn learn_found(&self, text: &str) {
        if text.len() >= RUN_BYTES_MIN {
            self.learn_str(text);
        }
    }

    /// The text with every learned secret, and every signature in a query, replaced.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut hits = Vec::new();
        for layer in &self.layers {
            layer.find(text.as_bytes(), &mut hits);
        }
        find_signatures(text, &mut hits);
        if hits.is_empty() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(replace(text, hits))
    }

    /// The same for bytes, which are read as UTF-8 as far as they are.
    pub fn redact_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, str> {
        match String::from_utf8_lossy(bytes) {
            Cow::Borrowed(text) => self.redact(text),
            Cow::Owned(text) => Cow::Owned(self.redact(&text).into_owned()),
        }
    }

    /// Hides secrets in every string and every member name of a JSON value: by value, and by place
    /// under a member such as `secret` or `presigned_url`.
    pub fn redact_json(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Cow::Owned(redacted) = self.redact(text) {
                    *text = redacted;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.redact_json(item)),
            Value::Object(members) => {
                for (name, member) in std::mem::take(members) {
                    let member = self.redact_member(&name, member);
                    members.insert(self.redact(&name).into_owned(), member);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn redact_member(&self, name: &str, mut member: Value) -> Value {
        match &member {
            _ if is_secret_member(name) => self.hide_all(member),
            Value::String(url) if is_presigned_member(name) => self.redact_presigned(url).into(),
            _ => {
                self.redact_json(&mut member);
                member
            }
        }
    }

    /// Hides every string and number of what stands under a secret member, however deep.
    fn hide_all(&self, value: Value) -> Value {
        match value {
            Value::String(_) | Value::Number(_) => PLACEHOLDER.into(),
            Value::Array(items) => items.into_iter().map(|item| self.hide_all(item)).collect(),
            Value::Object(members) => {
                let hide = |(name, member): (String, Value)| {
                    (self.redact(&name).into_owned(), self.hide_all(member))
                };
                Value::Object(members.into_iter().map(hide).collect())
            }
            Value::Null | Value::Bool(_) => value,
        }
    }

    /// A presigned URL without what makes it a credential: its whole query.
    pub fn redact_presigned(&self, url: &str) -> String {
        match url.split_once('?') {
            Some((front, _)) => format!("{}?{SIGNATURE_PLACEHOLDER}", self.redact(front)),
            None => self.redact(url).into_owned(),
        }
    }

    /// The value of a header as it may be shown. An `authorization` value is hidden by place: a
    /// known scheme is kept, and so is the fact that nothing followed it.
    pub fn redact_header<'a>(&self, name: &str, value: &'a str) -> Cow<'a, str> {
        if !["authorization", "proxy-authorization"].contains(&name.to_ascii_lowercase().as_str()) {
            return self.redact(value);
        }
        let value = value.trim();
        let (scheme, credentials) = value.split_once(' ').unwrap_or((value, ""));
        let known = KNOWN_SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known));
        match (known, credentials.trim().is_empty()) {
            (true, true) => Cow::Borrowed(scheme),
            (true, false) => Cow::Owned(format!("{scheme} {PLACEHOLDER}")),
            (false, _) if value.is_empty() => Cow::Borrowed(""),
            (false, _) => Cow::Borrowed(PLACEHOLDER),
        }
    }

    /// A request as it may be shown.
    pub fn redact_request(&self, request: &Request) -> Request {
        Request {
            method: self.redact(&request.method).into_owned(),
            path: self.redact(&request.path).into_owned(),
            query: request.query.as_deref().map(|query| self.redact(query).into_owned()),
            headers: self.redact_headers(&request.headers),
            body: request.body.as_deref().map(|body| {
                let json = serde_json::from_slice::<Value>(body).ok();
                self.redact_body(body, json).0
            }),
        }
    }

    /// A response as it may be shown. A JSON body is written anew from its value, so that nothing
    /// the value does not hold (a second member of the same name) gets out.
    pub fn redact_response(&self, response: &Response) -> Response {
        let (body, json) = self.redact_body(&response.body, response.json.clone());
        let headers = self.redact_headers(&response.headers);
        Response { status: response.status, headers, body, json }
    }

    /// Both halves of an exchange as they may be shown.
    pub fn redact_exchange(&self, exchange: &Exchange) -> Exchange {
        Exchange {
            request: self.redact_request(&exchange.request),
            response: self.redact_response(&exchange.response),
        }
    }

    fn redact_headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        let redact = |(name, value): &(String, String)| {
            (self.redact(name).into_owned(), self.redact_header(name, value).into_owned())
        };
        headers.iter().map(redact).collect()
    }

    fn redact_body(&self, body: &[u8], json: Option<Value>) -> (Vec<u8>, Option<Value>) {
        match json {
            Some(mut json) => {
                self.redact_json(&mut json);
                (json.to_string().into_bytes(), Some(json))
            }
            None => (self.redact_bytes(body).into_owned().into_bytes(), None),
        }
    }
}

fn is_secret_member(name: &str) -> bool {
    SECRET_MEMBERS.iter().any(|member| name.eq_ignore_ascii_case(member))
}

fn is_presigned_member(name: &str) -> bool {
    name.eq_ignore_ascii_case("presigned_url")
}

/// The values of those query parameters that sign a URL or carry a session.
fn signatures(url: &str) -> impl Iterator<Item = &str> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let name = name.to_ascii_lowercase();
        (name.contains("sig") || name.contains("token")).then_some(value)
    })
}

/// Hides the value of a `…Signature=` query parameter wherever one stands, so that a presigned URL
/// does not get out by way of a body that is not JSON.
fn find_signatures(text: &str, hits: &mut Vec<Range<usize>>) {
    const MARK: &str = "ignature=";
    let mut from = 0;
    while let Some(at) = text[from..].find(MARK) {
        let start = from + at + MARK.len();
        let value = text[start..].bytes().take_while(|byte| is_signature_byte(*byte)).count();
        if value >= RUN_BYTES_MIN {
            hits.push(start..start + value);
        }
        from = start + value;
    }
}

fn is_signature_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"%+/=-_.~".contains(&byte)
}

/// The text with every hit, widened to whole characters, replaced by one placeholder.
fn replace(text: &str, mut hits: Vec<Range<usize>>) -> String {
    hits.sort_unstable_by_key(|hit| hit.start);
    let mut out = String::with_capacity(text.len());
    let mut shown_to = 0;
    let mut hits = hits.into_iter().peekable();
    while let Some(mut hit) = hits.next() {
        while let Some(next) = hits.next_if(|next| next.start <= hit.end) {
            hit.end = hit.end.max(next.end);
        }
        while !text.is_char_boundary(hit.start) {
            hit.start -= 1;
        }
        while !text.is_char_boundary(hit.end) {
            hit.end += 1;
        }
        if hit.start >= shown_to {
            out.push_str(&text[shown_to..hit.start]);
            out.push_str(PLACEHOLDER);
        }
        shown_to = shown_to.max(hit.end);
    }
    out.push_str(&text[shown_to..]);
    out
}
