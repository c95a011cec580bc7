//! What an operation hands back, and the three dialects in which a refusal is told.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::variant::{Variant, Variants};

const WORDY_CHALLENGE: &str =
    r#"Bearer realm="account", error="invalid_token", error_description="no such key""#;

/// What an operation comes to.
pub(crate) type Reply = Result<Answer, Refusal>;

/// The body of an answer, before it is written out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    Empty,
    Json(Value),
    Text(String),
    Gzip(Vec<u8>),
}

/// A response, before it is written out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content: Content,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl Answer {
    pub(crate) fn json(status: StatusCode, body: Value) -> Self {
        Self { status, content: Content::Json(body), headers: Vec::new() }
    }

    pub(crate) fn ok(body: Value) -> Self {
        Self::json(StatusCode::OK, body)
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, content: Content::Empty, headers: Vec::new() }
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// Why an operation is not done: a status and a sentence for a human.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "a valid account key is needed as a bearer token")
    }

    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// The word for the status that goes into `code`.
    pub(crate) fn code(&self) -> &'static str {
        match self.status.as_u16() {
            400 => "bad_request",
            401 => "unauthorized",
            403 => "permission_denied",
            404 => "not_found",
            405 => "method_not_allowed",
            409 => "conflict",
            410 => "gone",
            413 => "payload_too_large",
            422 => "unprocessable",
            429 => "too_many_requests",
            _ => "internal_error",
        }
    }
}

/// The shape of error bodies; the path decides which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `/api/v1`: a bare reason.
    V1,
    /// `/v2` and everything that is no known path: an error object with code and message.
    V2,
    /// The control API: shaped like version 2, but never altered by a fault or a variant.
    Control,
}

impl Dialect {
    pub(crate) fn of(path: &str) -> Self {
        let under = |root: &str| {
            path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if under("/api/v1") || under("/storage") || under("/files") {
            Self::V1
        } else if under("/conformance") {
            Self::Control
        } else {
            Self::V2
        }
    }

    /// The answer that tells the client of a refusal.
    pub(crate) fn tell(self, refusal: &Refusal, variants: Variants) -> Answer {
        let mut body = match self {
            Self::V1 if variants.has(Variant::CodeInV1Errors) => {
                json!({"code": refusal.code(), "reason": refusal.message})
            }
            Self::V1 => json!({"reason": refusal.message}),
            Self::V2 | Self::Control => {
                json!({"error": {"code": refusal.code(), "message": refusal.message}})
            }
        };
        if variants.has(Variant::MetadataInErrors) {
            let details =
                json!({"help": "https://server.test/help", "status": refusal.status.as_u16()});
            match self {
                Self::V1 => body["details"] = details,
                Self::V2 | Self::Control => body["error"]["metadata"] = details,
            }
        }
        let unauthorized = refusal.status == StatusCode::UNAUTHORIZED;
        if unauthorized && variants.has(Variant::WordyUnauthorized) {
            body["realm"] = json!("account");
            body["documentation"] = json!({"topic": "authentication", "retry": false});
        }
        let mut answer = Answer::json(refusal.status, body);
        let limited = refusal.status == StatusCode::TOO_MANY_REQUESTS;
        let says_when =
            variants.has(Variant::RateLimited) || variants.has(Variant::RateLimitedOddly);
        if limited && says_when {
            answer = answer.with_header(header::RETRY_AFTER, HeaderValue::from_static("0"));
        }
        if unauthorized && !variants.has(Variant::OmitsChallenge) {
            let wordy = variants.has(Variant::WordyChallenge);
            let words = if wordy { WORDY_CHALLENGE } else { "Bearer" };
            let challenge = HeaderValue::from_static(words);
            return answer.with_header(header::WWW_AUTHENTICATE, challenge);
        }
        answer
    }
}
