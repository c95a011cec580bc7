//! A request made ready: the URL, the headers and the body as the client libraries want them.

use bytes::Bytes;
use hyper::http::uri::PathAndQuery;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use spec::wire::Request;
use url::{Position, Url};

use super::base::{Base, parse_absolute};
use super::error::TransportError;

/// A request that may be sent more than once.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
    road: Road,
}

#[derive(Debug)]
enum Road {
    /// By `reqwest`, which would send just this path and query.
    Plain(Url),
    /// By `hyper`: `reqwest` would send another path than the one asked for.
    Verbatim(Url, PathAndQuery),
}

impl Outgoing {
    /// Makes a request ready.
    pub(super) fn new(
        base: &Base,
        request: &Request,
        authorization: Option<&str>,
    ) -> Result<Outgoing, TransportError> {
        if !request.path.starts_with('/') {
            return Err(TransportError::Unsendable { what: "the path, which starts without `/`," });
        }
        let prefix = base.as_str();
        let query = request.query.as_deref();
        let length = prefix.len() + request.path.len() + query.map_or(0, |query| query.len() + 1);
        let mut text = String::with_capacity(length);
        text.push_str(prefix);
        text.push_str(&request.path);
        if let Some(query) = query {
            text.push('?');
            text.push_str(query);
        }
        Ok(Outgoing {
            method: method(&request.method)?,
            headers: headers(request, authorization)?,
            body: request.body.as_deref().map(Bytes::copy_from_slice),
            road: road(base.url(), &text)?,
        })
    }

    /// Makes a fetch of an absolute URL ready.
    pub(super) fn fetch(text: &str) -> Result<Outgoing, TransportError> {
        let text = text.split('#').next().unwrap_or_default();
        let url = parse_absolute(text)
            .map_err(|reason| TransportError::Unsupported { what: format!("fetch: {reason}") })?;
        let road = road(&url, text)?;
        Ok(Outgoing { method: Method::GET, headers: HeaderMap::new(), body: None, road })
    }

    /// The request for `reqwest`, unless that would change the path.
    pub(super) fn reqwest(&self) -> Option<reqwest::Request> {
        let Road::Plain(url) = &self.road else { return None };
        let mut request = reqwest::Request::new(self.method.clone(), url.clone());
        *request.headers_mut() = self.headers.clone();
        *request.body_mut() = self.body.clone().map(reqwest::Body::from);
        Some(request)
    }

    /// The URL; of a verbatim request only scheme, host and port say what is sent.
    pub(super) fn url(&self) -> &Url {
        match &self.road {
            Road::Plain(url) | Road::Verbatim(url, _) => url,
        }
    }

    /// What stands in the request line of a verbatim request.
    pub(super) fn verbatim(&self) -> Option<&PathAndQuery> {
        match &self.road {
            Road::Plain(_) => None,
            Road::Verbatim(_, path) => Some(path),
        }
    }

    /// What stands in the request line.
    pub(super) fn path_and_query(&self) -> &str {
        match &self.road {
            Road::Plain(url) => &url[Position::BeforePath..],
            Road::Verbatim(_, path) => path.as_str(),
        }
    }

    /// Host and port, for messages.
    pub(super) fn authority(&self) -> String {
        let url = self.url();
        let host = url.host_str().unwrap_or_default();
        match url.port_or_known_default() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Whether the method promises that nothing is changed.
    pub(super) fn is_safe(&self) -> bool {
        self.method.is_safe()
    }
}

/// The name under which the suite makes itself known.
pub(super) fn user_agent() -> HeaderValue {
    HeaderValue::from_static(concat!("conformance/", env!("CARGO_PKG_VERSION")))
}

/// Chooses the road: `url` is asked to read the whole text, and if it writes it down in any other
/// way, the request must not go through it.
fn road(origin: &Url, text: &str) -> Result<Road, TransportError> {
    if origin.scheme() == "https" && !cfg!(feature = "tls") {
        let host = origin.host_str().unwrap_or_default();
        let port = origin.port_or_known_default().unwrap_or(443);
        return Err(TransportError::Tls { authority: format!("{host}:{port}") });
    }
    if let Ok(url) = Url::parse(text)
        && url.as_str() == text
        && url.fragment().is_none()
        && PathAndQuery::try_from(&text[authority_end(text)..]).is_ok()
    {
        return Ok(Road::Plain(url));
    }
    let path = &text[authority_end(text)..];
    let path = if path.is_empty() { "/" } else { path };
    // A `#` would end the path, and be lost, without any error.
    let path = Some(path).filter(|path| !path.contains('#'));
    let path = path.and_then(|path| PathAndQuery::try_from(path).ok());
    let path = path.ok_or(TransportError::Unsendable { what: "the path or query" })?;
    Ok(Road::Verbatim(origin.clone(), path))
}

/// Where the path begins in an absolute URL.
fn authority_end(text: &str) -> usize {
    let start = text.find("://").map_or(0, |at| at + 3);
    text[start..].find(['/', '?', '#', '\\']).map_or(text.len(), |at| start + at)
}

fn method(name: &str) -> Result<Method, TransportError> {
    Method::from_bytes(name.as_bytes())
        .map_err(|_| TransportError::Unsendable { what: "the method" })
}

fn headers(request: &Request, authorization: Option<&str>) -> Result<HeaderMap, TransportError> {
    let unsendable = |what| move |_| TransportError::Unsendable { what };
    let mut headers = HeaderMap::with_capacity(request.headers.len() + 2);
    for (name, value) in &request.headers {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| TransportError::Unsendable { what: "a header name" })?;
        let value = HeaderValue::from_str(value)
            .or_else(|_| HeaderValue::from_bytes(value.as_bytes()))
            .map_err(unsendable("a header value"))?;
        headers.append(name, value);
    }
    // The client library says nothing of an empty body, and some servers insist on a length where a
    // method usually comes with one (RFC 9110, 8.6).
    let has_body = request.body.as_ref().is_some_and(|body| !body.is_empty());
    if !has_body && ["POST", "PUT", "PATCH"].contains(&request.method.as_str()) {
        headers.entry(CONTENT_LENGTH).or_insert(HeaderValue::from_static("0"));
    }
    if let Some(authorization) = authorization {
        let mut value = HeaderValue::from_bytes(authorization.as_bytes())
            .map_err(unsendable("the authorization header"))?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(headers)
}
