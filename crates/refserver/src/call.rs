//! A request as the operations see it: path, query, headers and body, all read with care. Nothing
//! a client sends is an error here; what a piece is worth is judged where it is needed.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method, Uri, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use percent_encoding::percent_decode;
use serde_json::{Map, Value};

use crate::answer::Refusal;
use crate::variant::{Variant, Variants};

/// The largest body that is read as one.
const BODY_BYTES_MAX: usize = 1 << 20;
/// So much of an overlong body is taken off the wire before the answer, because a client that is
/// still writing when the connection closes never sees the answer.
const DRAIN_BYTES_MAX: usize = 64 << 20;

/// One request.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    uri: Uri,
    pub(crate) headers: HeaderMap,
    /// `None` stands for a body that is too large.
    body: Option<Bytes>,
}

impl<S: Sync> FromRequest<S> for Call {
    type Rejection = Infallible;

    async fn from_request(req: Request, _state: &S) -> Result<Self, Infallible> {
        let (parts, body) = req.into_parts();
        let body = read_body(body).await;
        Ok(Self { method: parts.method, uri: parts.uri, headers: parts.headers, body })
    }
}

async fn read_body(mut body: Body) -> Option<Bytes> {
    let mut bytes = BytesMut::new();
    let mut n_bytes = 0;
    // A body that breaks off is judged by what arrived; nobody is there to read the answer.
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(data) = frame.into_data() else { continue };
        n_bytes += data.len();
        if n_bytes <= BODY_BYTES_MAX {
            bytes.extend_from_slice(&data);
        } else if n_bytes > DRAIN_BYTES_MAX {
            break;
        }
    }
    (n_bytes <= BODY_BYTES_MAX).then(|| bytes.freeze())
}

impl Call {
    /// The same request with the body of another one.
    pub(crate) fn with_body_of(&self, other: &Self) -> Self {
        Self { body: other.body.clone(), ..self.clone() }
    }

    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// One component of the path, decoded. What is no UTF-8 names nothing, so it is left out.
    pub(crate) fn segment(&self, idx: usize) -> Option<String> {
        let raw = self.path().split('/').nth(idx + 1)?;
        percent_decode(raw.as_bytes()).decode_utf8().ok().map(String::from)
    }

    pub(crate) fn query(&self) -> Query {
        Query::parse(self.uri.query().unwrap_or(""))
    }

    /// The value of a header that may be there once; the bytes are taken as they are.
    pub(crate) fn header(&self, name: &str) -> Result<Option<&[u8]>, Refusal> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next().map(|value| value.as_bytes());
        if values.next().is_some() {
            return Err(Refusal::bad_request(format!("the header {name} is there twice")));
        }
        Ok(first)
    }

    fn bytes(&self) -> Result<&[u8], Refusal> {
        let too_large = || {
            Refusal::new(axum::http::StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 1 MiB")
        };
        self.body.as_deref().ok_or_else(too_large)
    }

    pub(crate) fn check_size(&self) -> Result<(), Refusal> {
        self.bytes().map(drop)
    }

    /// The JSON object that the body has to be.
    pub(crate) fn object(&self) -> Result<Map<String, Value>, Refusal> {
        match self.optional_object()? {
            Some(object) => Ok(object),
            None => Err(Refusal::bad_request("a JSON body is needed")),
        }
    }

    /// The JSON object that the body has to be, if there is a body.
    pub(crate) fn optional_object(&self) -> Result<Option<Map<String, Value>>, Refusal> {
        let bytes = self.bytes()?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.check_content_type()?;
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(object)) => Ok(Some(object)),
            Ok(_) => Err(Refusal::bad_request("the body has to be a JSON object")),
            Err(_) => Err(Refusal::bad_request("the body is not valid JSON")),
        }
    }

    /// Whether a body comes with its type.
    pub(crate) fn check_has_content_type(&self) -> Result<(), Refusal> {
        if self.bytes()?.is_empty() || self.headers.contains_key(header::CONTENT_TYPE) {
            return Ok(());
        }
        Err(Refusal::bad_request("the header Content-Type is missing"))
    }

    fn check_content_type(&self) -> Result<(), Refusal> {
        let Some(value) = self.header(header::CONTENT_TYPE.as_str())? else { return Ok(()) };
        let essence = value.split(|byte| *byte == b';').next().unwrap_or(b"").trim_ascii();
        let essence = essence.to_ascii_lowercase();
        let is_json = essence == b"application/json"
            || (essence.starts_with(b"application/") && essence.ends_with(b"+json"));
        if is_json {
            return Ok(());
        }
        Err(Refusal::bad_request("the body has to be of the type application/json"))
    }
}

/// The query parameters, in their order.
pub(crate) struct Query {
    /// A value that is no UTF-8 is `None`.
    pairs: Vec<(String, Option<String>)>,
}

impl Query {
    fn parse(raw: &str) -> Self {
        let pairs = raw.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name).unwrap_or_default(), decode(value))
        });
        Self { pairs: pairs.collect() }
    }

    /// All values of a parameter that may be repeated.
    pub(crate) fn all(&self, name: &str) -> Result<Vec<&str>, Refusal> {
        let values = self.pairs.iter().filter(|(key, _)| key == name);
        let read = |value: &'_ Option<String>| value.is_some();
        let values: Vec<_> = values.map(|(_, value)| value).collect();
        if !values.iter().all(|value| read(value)) {
            return Err(Refusal::bad_request(format!("the parameter {name} is not valid UTF-8")));
        }
        Ok(values.into_iter().filter_map(Option::as_deref).collect())
    }

    /// The value of a parameter that may be there once.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.all(name)?.as_slice() {
            [] => Ok(None),
            [value] => Ok(Some(value)),
            _ => Err(Refusal::bad_request(format!("the parameter {name} is there twice"))),
        }
    }

    /// A strict server knows all the parameters it is given.
    pub(crate) fn check_known(&self, known: &[&str], variants: Variants) -> Result<(), Refusal> {
        if !variants.has(Variant::RefusesUnknownParameters) {
            return Ok(());
        }
        let is_known = |name: &str| known.contains(&name) || name == "regionGroup";
        match self.pairs.iter().find(|(name, _)| !is_known(name)) {
            Some((name, _)) => Err(Refusal::bad_request(format!("unknown parameter {name:?}"))),
            None => Ok(()),
        }
    }
}

fn decode(raw: &str) -> Option<String> {
    let spaced = raw.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8().ok().map(String::from)
}
