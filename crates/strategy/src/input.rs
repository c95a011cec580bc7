//! What an operation is called with, and the request that carries it.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use spec::Operation;
use spec::document::{Location, Parameter};
use spec::wire::Request;

use crate::serialise::{self, Unsendable, scalar};

/// The values of an operation's parameters, by the names of the document, and its body.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Input {
    /// Path parameters.
    pub path: BTreeMap<String, Value>,
    /// Query parameters.
    pub query: BTreeMap<String, Value>,
    /// Header parameters.
    pub header: BTreeMap<String, Value>,
    /// Cookie parameters.
    pub cookie: BTreeMap<String, Value>,
    /// The body, if one is sent.
    pub body: Option<Body>,
}

/// A body as a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// The media type, as sent.
    pub media: String,
    /// The value that is written in that media type.
    pub value: Value,
}

impl Input {
    /// The parameters of a location.
    pub fn at(&self, location: Location) -> &BTreeMap<String, Value> {
        match location {
            Location::Path => &self.path,
            Location::Query => &self.query,
            Location::Header => &self.header,
            Location::Cookie => &self.cookie,
        }
    }

    /// The parameters of a location, to be changed.
    pub fn at_mut(&mut self, location: Location) -> &mut BTreeMap<String, Value> {
        match location {
            Location::Path => &mut self.path,
            Location::Query => &mut self.query,
            Location::Header => &mut self.header,
            Location::Cookie => &mut self.cookie,
        }
    }
}

/// Writes an input as a request. Parameters that the document does not know are left out.
pub fn render(op: &Operation, input: &Input) -> Result<Request, Unsendable> {
    let mut path = op.path.clone();
    let mut query = Vec::new();
    let mut cookies = Vec::new();
    let mut request = Request::new(&op.method, "");
    for parameter in &op.parameters {
        let Some(value) = input.at(parameter.location).get(&parameter.name) else { continue };
        let text = serialise::parameter(parameter, value)?;
        match parameter.location {
            Location::Path => path = path.replace(&format!("{{{}}}", parameter.name), &text),
            Location::Query => query.push(text),
            Location::Cookie => cookies.push(text),
            Location::Header => {
                request.headers.push((parameter.name.to_ascii_lowercase(), text));
            }
        }
    }
    check_path(op, &path)?;
    request.path = path;
    request.query = if query.is_empty() { None } else { Some(query.join("&")) };
    if !cookies.is_empty() {
        request.headers.push(("cookie".into(), cookies.join("; ")));
    }
    if let Some(body) = &input.body {
        let (media, bytes) = encode(body)?;
        request.headers.push(("content-type".into(), media));
        request.body = Some(bytes);
    }
    Ok(request)
}

/// Whether a parameter of this value can be sent.
pub(crate) fn is_sendable(parameter: &Parameter, value: &Value) -> bool {
    serialise::parameter(parameter, value).is_ok()
}

/// Whether a media type is JSON.
pub(crate) fn is_json(media: &str) -> bool {
    let essence = essence(media);
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// A media type without its parameters, in lower case.
pub(crate) fn essence(media: &str) -> String {
    media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The media type to send for a key of `content`, which may be a range.
pub(crate) fn concrete(key: &str) -> String {
    match essence(key).as_str() {
        "*/*" | "application/*" => "application/json".to_owned(),
        "text/*" => "text/plain".to_owned(),
        _ => key.to_owned(),
    }
}

fn check_path(op: &Operation, path: &str) -> Result<(), Unsendable> {
    if path.contains(['{', '}']) {
        return Err(Unsendable::at("path", format!("a parameter of {} has no value", op.path)));
    }
    let odd = path.split('/').any(|segment| segment == "." || segment == "..");
    if odd {
        return Err(Unsendable::at("path", "a segment `.` or `..` changes the path"));
    }
    Ok(())
}

/// The bytes of a body in its media type.
pub(crate) fn encode(body: &Body) -> Result<(String, Vec<u8>), Unsendable> {
    let refuse = |message: String| Unsendable::at("body", message);
    let essence = essence(&body.media);
    if is_json(&essence) {
        return Ok((body.media.clone(), body.value.to_string().into_bytes()));
    }
    match essence.as_str() {
        "application/x-www-form-urlencoded" => {
            let text = urlencoded(&body.value).map_err(refuse)?;
            Ok((body.media.clone(), text.into_bytes()))
        }
        "multipart/form-data" => multipart(&body.value).map_err(refuse),
        _ => match &body.value {
            Value::String(text) => Ok((body.media.clone(), text.clone().into_bytes())),
            value if essence.starts_with("text/") => {
                let text = scalar(value).map_err(refuse)?;
                Ok((body.media.clone(), text.into_bytes()))
            }
            _ => Err(refuse(format!("no way to write a value as {}", body.media))),
        },
    }
}

/// `name=value` pairs: lists repeat their name, deeper values are written as JSON.
fn urlencoded(value: &Value) -> Result<String, String> {
    let Value::Object(members) = value else {
        return Err("only an object can be written as a form".to_owned());
    };
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let mut pairs = Vec::new();
    for (name, text) in fields(members)? {
        pairs.push(format!("{}={}", encode(&name), encode(&text)));
    }
    Ok(pairs.join("&"))
}

fn fields(members: &serde_json::Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    let mut fields = Vec::new();
    for (name, value) in members {
        match value {
            Value::Array(items) if items.is_empty() => {
                return Err(format!("the empty list {name:?} has no text"));
            }
            Value::Array(items) => {
                fields.extend(items.iter().map(|item| (name.clone(), field(item))));
            }
            Value::Null => return Err(format!("null as {name:?} has no text")),
            value => fields.push((name.clone(), field(value))),
        }
    }
    Ok(fields)
}

fn field(value: &Value) -> String {
    scalar(value).unwrap_or_else(|_| value.to_string())
}

/// One part for each member.
fn multipart(value: &Value) -> Result<(String, Vec<u8>), String> {
    let Value::Object(members) = value else {
        return Err("only an object can be written as a multipart form".to_owned());
    };
    let fields = fields(members)?;
    let is_taken = |mark: &String| fields.iter().any(|(_, text)| text.contains(mark.as_str()));
    let mut marks = (0_u32..).map(|count| format!("part-of-the-form-{count}"));
    let mark = marks.find(|mark| !is_taken(mark)).unwrap_or_default();
    let mut text = String::new();
    for (name, value) in fields {
        let name = name.replace('"', "%22").replace(['\r', '\n'], "%0A");
        text.push_str(&format!(
            "--{mark}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    text.push_str(&format!("--{mark}--\r\n"));
    Ok((format!("multipart/form-data; boundary={mark}"), text.into_bytes()))
}
