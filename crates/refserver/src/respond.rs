//! From what an operation comes to, to the bytes on the wire. How JSON is laid out, and whatever
//! else concerns every response alike, is decided here and nowhere else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use serde_json::{Map, Value};

use crate::answer::{Answer, Content, Dialect, Refusal, Reply};
use crate::call::Call;
use crate::fault::Fault;
use crate::server::Server;
use crate::variant::{Variant, Variants};

/// Waits for what a request comes to and writes the response.
pub(crate) async fn respond(
    server: &Server,
    call: &Call,
    reply: impl Future<Output = Reply>,
) -> Response {
    let dialect = Dialect::of(call.path());
    let variants = match dialect {
        Dialect::V1 | Dialect::V2 => server.variants(),
        Dialect::Control => Variants::none(),
    };
    if variants.has(Variant::JitteredLatency) {
        tokio::time::sleep(jitter(server, 3)).await;
    }
    if variants.has(Variant::SlowResponses) {
        tokio::time::sleep(jitter(server, 20)).await;
    }
    let answer = reply.await.unwrap_or_else(|refusal| tell(server, dialect, refusal));
    let mut response = write(answer, variants);
    decorate(server, variants, &mut response);
    response
}

/// Runs what could panic. A panic would be a mistake of this server; it must cost no more than the
/// one request.
pub(crate) fn guard(perform: impl FnOnce() -> Reply) -> Reply {
    catch_unwind(AssertUnwindSafe(perform)).unwrap_or_else(|_| {
        Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the server made a mistake"))
    })
}

/// Words a refusal as the path asks for, or as a wrong server would.
fn tell(server: &Server, dialect: Dialect, mut refusal: Refusal) -> Answer {
    if dialect == Dialect::Control {
        return dialect.tell(&refusal, Variants::none());
    }
    let bad_input = refusal.status == StatusCode::BAD_REQUEST;
    if bad_input && server.has(Fault::AnswersBadInputWith422) {
        refusal.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    let spoken = match dialect {
        Dialect::V1 if server.has(Fault::WordsV1ErrorsLikeV2) => Dialect::V2,
        Dialect::V2 if server.has(Fault::WordsV2ErrorsLikeV1) => Dialect::V1,
        dialect => dialect,
    };
    let unknown = refusal.status == StatusCode::NOT_FOUND;
    if unknown && spoken == Dialect::V1 && server.has(Fault::LeavesReasonEmpty) {
        refusal.message.clear();
    }
    let mut answer = spoken.tell(&refusal, server.variants());
    if let Content::Json(body) = &mut answer.content
        && unknown
        && spoken == Dialect::V2
        && server.has(Fault::LeavesCodeEmpty)
    {
        body["error"]["code"] = Value::from("");
    }
    if server.has(Fault::WritesErrorsAsText) {
        answer.content = Content::Text(refusal.message);
    }
    answer
}

/// Headers that say nothing about the answer.
fn decorate(server: &Server, variants: Variants, response: &mut Response) {
    let headers = response.headers_mut();
    if variants.has(Variant::SaysCharset)
        && headers.get(header::CONTENT_TYPE).is_some_and(|it| it == "application/json")
    {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        headers.insert(header::CONTENT_TYPE, json);
    }
    if variants.has(Variant::ClosesSomeConnections) && server.count_response().is_multiple_of(7) {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    if variants.has(Variant::ExtraHeaders) {
        let number = HeaderValue::from(server.count_response());
        headers.insert("x-request-id", number);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("authorization"));
    }
}

/// From 0 to so many milliseconds, anyhow.
fn jitter(server: &Server, ms_max: u64) -> Duration {
    let letter = server.signer.draw(1).bytes().next().unwrap_or(0);
    Duration::from_micros(u64::from(letter) * ms_max * 1000 / 128)
}

fn write(answer: Answer, variants: Variants) -> Response {
    let (content_type, bytes) = match answer.content {
        Content::Empty => (None, Bytes::new()),
        Content::Json(value) => (Some("application/json"), encode(value, variants)),
        Content::Text(text) => (Some("text/plain; charset=utf-8"), Bytes::from(text)),
        Content::Gzip(bytes) => (Some("application/gzip"), Bytes::from(bytes)),
    };
    let chunked = variants.has(Variant::ChunkedBodies) && !bytes.is_empty();
    let body = Full::new(bytes);
    // A mapped body does not know its length, so it is sent in chunks.
    let body = if chunked { Body::new(body.map_frame(|frame| frame)) } else { Body::new(body) };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    if let Some(content_type) = content_type {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if variants.has(Variant::ClosesConnections) {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    headers.extend(answer.headers.into_iter().map(|(name, value)| (Some(name), value)));
    response
}

fn encode(mut value: Value, variants: Variants) -> Bytes {
    if variants.has(Variant::ExtraMembers) {
        add_members(&mut value);
    }
    let mut text = String::new();
    let layout = Layout {
        pretty: variants.has(Variant::PrettyJson),
        reversed: variants.has(Variant::ReversedMembers),
    };
    if layout.pretty || layout.reversed {
        layout.write(&value, 0, &mut text);
        return Bytes::from(text);
    }
    Bytes::from(value.to_string())
}

fn add_members(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(add_members);
            let note = Value::String("a member that nobody documented".to_owned());
            object.insert("x_note".to_owned(), note);
        }
        Value::Array(items) => items.iter_mut().for_each(add_members),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A way to write JSON other than the usual one.
#[derive(Clone, Copy)]
struct Layout {
    pretty: bool,
    reversed: bool,
}

impl Layout {
    fn write(self, value: &Value, depth: usize, text: &mut String) {
        match value {
            Value::Object(object) => self.write_object(object, depth, text),
            Value::Array(items) => {
                let write = |item: &Value, text: &mut String| self.write(item, depth + 1, text);
                self.write_items(['[', ']'], items.iter(), depth, text, write);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                text.push_str(&value.to_string());
            }
        }
    }

    fn write_object(self, object: &Map<String, Value>, depth: usize, text: &mut String) {
        let mut members: Vec<_> = object.iter().collect();
        if self.reversed {
            members.reverse();
        }
        let write = |(name, value): (&String, &Value), text: &mut String| {
            text.push_str(&Value::from(name.as_str()).to_string());
            text.push_str(if self.pretty { ": " } else { ":" });
            self.write(value, depth + 1, text);
        };
        self.write_items(['{', '}'], members.into_iter(), depth, text, write);
    }

    fn write_items<T>(
        self,
        [open, close]: [char; 2],
        items: impl Iterator<Item = T>,
        depth: usize,
        text: &mut String,
        write: impl Fn(T, &mut String),
    ) {
        text.push(open);
        let mut n_items = 0;
        for item in items {
            if n_items > 0 {
                text.push(',');
            }
            self.break_line(depth + 1, text);
            write(item, text);
            n_items += 1;
        }
        if n_items > 0 {
            self.break_line(depth, text);
        }
        text.push(close);
    }

    fn break_line(self, depth: usize, text: &mut String) {
        if self.pretty {
            text.push('\n');
            text.extend(std::iter::repeat_n("  ", depth));
        }
    }
}
