//! Generated requests as transitions: what is sent as it stands, and what is claimed about it.

use serde::{Deserialize, Serialize};

/// A raw request made by a generator, with what is claimed about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawCase {
    /// The operation that it addresses.
    pub operation: String,
    /// Method.
    pub method: String,
    /// Percent-encoded path; `~export.3~`, `~log.3~` and `~app.0~` stand for ids.
    pub path: String,
    /// Percent-encoded query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Headers without the credential.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<(String, String)>,
    /// The body where it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The body where it is not text, as hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_hex: Option<String>,
    /// Why the case exists, for people.
    pub reason: String,
    /// What may be right.
    pub expect: RawExpect,
}

/// What a generated case claims.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RawExpect {
    /// Valid and about things that exist: a success.
    Accepted {
        /// Requirements that this success speaks for.
        speaks_for: Vec<String>,
    },
    /// Valid, with something in it that must make no difference: a success.
    Harmless {
        /// Requirements that this success speaks for.
        speaks_for: Vec<String>,
    },
    /// A violation: one of these statuses.
    Refused {
        /// Accepted statuses.
        statuses: Vec<u16>,
        /// Requirements that the refusal speaks for.
        speaks_for: Vec<String>,
    },
    /// The documents leave it open: anything documented that is not a server error.
    Open,
}
