//! Requests and responses as plain values: what a generator makes, a target carries and a judge
//! reads. Nothing here knows a client, a socket or a secret's meaning.

/// One HTTP request, without scheme and authority.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The method in upper case, as sent.
    pub method: String,
    /// The percent-encoded path, starting with `/`.
    pub path: String,
    /// The percent-encoded query without the `?`; `None` sends no `?`.
    pub query: Option<String>,
    /// Header names in lower case, with their values, in the order sent. Never `authorization`:
    /// credentials are added by whoever sends.
    pub headers: Vec<(String, String)>,
    /// The body's bytes; `None` sends no body and no content type.
    pub body: Option<Vec<u8>>,
}

impl Request {
    /// A request without query, headers or body.
    pub fn new(method: &str, path: impl Into<String>) -> Request {
        Request { method: method.to_owned(), path: path.into(), ..Request::default() }
    }

    /// Adds a JSON body and its content type.
    #[must_use]
    pub fn with_json(mut self, body: &serde_json::Value) -> Request {
        self.headers.push(("content-type".into(), "application/json".into()));
        self.body = Some(body.to_string().into_bytes());
        self
    }

    /// Adds a header; the name is given in lower case.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Request {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Path and query as they stand in the request line.
    pub fn path_and_query(&self) -> String {
        match &self.query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.path.clone(),
        }
    }

    /// The first value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }
}

/// One HTTP response, its body decoded from any content coding and within the caps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, in the order received.
    pub headers: Vec<(String, String)>,
    /// The body's bytes; empty where there was none.
    pub body: Vec<u8>,
    /// The body read as JSON, where it is JSON.
    pub json: Option<serde_json::Value>,
}

impl Response {
    /// The first value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(&self.headers, name)
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// A request together with the response it got.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// What was sent.
    pub request: Request,
    /// What came back.
    pub response: Response,
}

fn find_header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
