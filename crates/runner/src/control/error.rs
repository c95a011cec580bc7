//! What may go wrong with a control call.

use std::fmt;

use spec::wire::Response;

use crate::secret::{Redactor, Secret};
use crate::transport::TransportError;

/// The longest excerpt of a body in a message, in characters.
const EXCERPT_CHARS_MAX: usize = 200;

/// Why a control call did not do what it should. No message holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// There was no response.
    #[error("call the target's control API ({call}): failed to {source}")]
    Transport {
        /// Method and path.
        call: String,
        /// What happened.
        source: TransportError,
    },
    /// The response is not what the contract says.
    #[error(
        "the target's control API answered {status} to {call}; expected {expected}{trouble}; \
         see control-api.md; it said: {excerpt}"
    )]
    Unexpected {
        /// Method and path.
        call: String,
        /// The status of the response.
        status: u16,
        /// What the contract says.
        expected: &'static str,
        /// What is wrong with the body, in brackets; empty where the status says it all.
        trouble: String,
        /// The beginning of the body.
        excerpt: String,
    },
    /// 401 or 403: the token is missing or wrong.
    #[error(
        "the target's control API answered {status} to {call}; it wants a token, or another one: \
         name its environment variable as token_env in [control]"
    )]
    Refused {
        /// Method and path.
        call: String,
        /// The status of the response.
        status: u16,
    },
    /// 409: the job may not go to that state.
    #[error("the target's control API calls this move illegal ({call}): {excerpt}")]
    Illegal {
        /// Method and path.
        call: String,
        /// The beginning of the body.
        excerpt: String,
    },
    /// 404: no such account, key or job.
    #[error("the target's control API does not know what is asked for ({call}): {excerpt}")]
    Unknown {
        /// Method and path.
        call: String,
        /// The beginning of the body.
        excerpt: String,
    },
    /// The target does not have this call.
    #[error("the target has no such control call: it answered {status} to {call}")]
    Unsupported {
        /// Method and path.
        call: String,
        /// The status of the response.
        status: u16,
    },
}

/// A control call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) path: String,
    /// Whether the path names something that may be unknown; if not, 404 says that there is no
    /// such call.
    names_something: bool,
}

impl Call {
    /// A call on a path that is the same for every target.
    pub(super) fn collection(method: &'static str, path: String) -> Call {
        Call { method, path, names_something: false }
    }

    /// A call on an account or something in it.
    pub(super) fn member(method: &'static str, path: String) -> Call {
        Call { method, path, names_something: true }
    }

    /// The error that another status than the expected one is.
    pub(super) fn refused(
        &self,
        response: &Response,
        expected: &'static str,
        token: Option<&Secret>,
    ) -> ControlError {
        let excerpt = excerpt(response, token);
        let call = self.to_string();
        let status = response.status;
        match status {
            401 | 403 => ControlError::Refused { call, status },
            404 if self.names_something => ControlError::Unknown { call, excerpt },
            404 | 405 | 501 => ControlError::Unsupported { call, status },
            409 => ControlError::Illegal { call, excerpt },
            _ => {
                let trouble = String::new();
                ControlError::Unexpected { call, status, expected, trouble, excerpt }
            }
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// The beginning of a body on one line, without the secrets in it.
pub(super) fn excerpt(response: &Response, token: Option<&Secret>) -> String {
    let redactor = Redactor::new();
    token.iter().for_each(|token| redactor.learn(token));
    response.json.iter().for_each(|json| redactor.learn_from_json(json));
    let body = redactor.redact_response(response).body;
    let text = String::from_utf8_lossy(&body);
    if text.trim().is_empty() {
        return "nothing".into();
    }
    let mut excerpt: String = text
        .chars()
        .take(EXCERPT_CHARS_MAX)
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect();
    if text.chars().nth(EXCERPT_CHARS_MAX).is_some() {
        excerpt.push('…');
    }
    excerpt
}
