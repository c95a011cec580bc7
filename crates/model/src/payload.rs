//! What travels in requests: bodies, filters, and the states that jobs can be in.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The destination of an export, in either documented form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// `s3://bucket/path`.
    Uri(String),
    /// `{"s3": {"bucket", "path"}}`.
    S3 {
        /// The bucket.
        bucket: String,
        /// The path in it.
        path: String,
    },
}

/// The document format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// `simple`.
    Simple,
    /// `tagged`.
    Tagged,
}

/// The body of a create-export request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportBody {
    /// Path of the database.
    pub database: String,
    /// Collections, if named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collections: Option<Vec<String>>,
    /// Format.
    pub format: Format,
    /// Destination.
    pub destination: Destination,
}

/// State of an export, in life-cycle order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ExportState {
    /// Not started.
    Pending,
    /// Being processed.
    InProgress,
    /// Done.
    Complete,
    /// Given up.
    Failed,
}

/// State of a log request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LogState {
    /// Submitted for extraction.
    Requested,
    /// Received.
    Pending,
    /// A URL is being made.
    CreatingNewUrl,
    /// The file is there.
    Complete,
    /// Extraction failed.
    Failed,
    /// Took too long.
    TimedOut,
    /// No logs in the window.
    DoesNotExist,
}

/// The body of a log request; times are relative to the account's clock when it is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogBody {
    /// Path of the database, if one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Region group, if one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_group: Option<String>,
    /// Seconds from the account's clock to `time_start`.
    pub start_seconds: i64,
    /// Seconds from the account's clock to `time_end`.
    pub end_seconds: i64,
    /// Idempotency token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_token: Option<String>,
    /// Hours from UTC to the offset that the times are written with.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub offset_hours: i8,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_zero(hours: &i8) -> bool {
    *hours == 0
}

/// Filters of an export list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportFilter {
    /// States asked for; none asks for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<ExportState>,
    /// Database asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
}

/// The `version` member of a create-URL request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UrlBody {
    /// No body at all.
    None,
    /// `{}`.
    Empty,
    /// `{"version": current}`.
    CurrentVersion,
    /// A version that the request never had.
    WrongVersion,
}

/// A list that can be walked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listing {
    /// `GET /v2/exports`.
    Exports(ExportFilter),
    /// `POST /api/v1/logs/_list`.
    Logs(Vec<LogState>),
    /// `GET /api/v1/oauth/apps`.
    Apps,
}

/// How a list request says "the first page".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FirstPage {
    /// Without a token.
    #[default]
    Absent,
    /// With `"next_token": null` (bodies only, A-115).
    Null,
}

impl Listing {
    /// The same list without log states that a target need not take; `None` if that changes
    /// nothing.
    pub fn narrowed(&self) -> Option<Listing> {
        let Listing::Logs(states) = self else { return None };
        let is_core = |state: &LogState| LogState::CORE.contains(state);
        let core: Vec<LogState> = states.iter().copied().filter(is_core).collect();
        (core.len() < states.len()).then_some(Listing::Logs(core))
    }

    /// The operation that lists.
    pub fn operation(&self) -> &'static str {
        match self {
            Listing::Exports(_) => "listExports",
            Listing::Logs(_) => "listLogRequests",
            Listing::Apps => "listOauthApps",
        }
    }
}

impl ExportState {
    /// All, in life-cycle order.
    pub const ALL: [ExportState; 4] =
        [ExportState::Pending, ExportState::InProgress, ExportState::Complete, ExportState::Failed];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            ExportState::Pending => "Pending",
            ExportState::InProgress => "InProgress",
            ExportState::Complete => "Complete",
            ExportState::Failed => "Failed",
        }
    }

    /// Reads the word on the wire.
    pub fn parse(text: &str) -> Option<ExportState> {
        ExportState::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing follows.
    pub fn is_terminal(self) -> bool {
        matches!(self, ExportState::Complete | ExportState::Failed)
    }
}

impl LogState {
    /// Whether nothing follows but a new URL.
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            LogState::Complete | LogState::Failed | LogState::TimedOut | LogState::DoesNotExist
        )
    }

    /// All seven.
    pub const ALL: [LogState; 7] = [
        LogState::Requested,
        LogState::Pending,
        LogState::CreatingNewUrl,
        LogState::Complete,
        LogState::Failed,
        LogState::TimedOut,
        LogState::DoesNotExist,
    ];

    /// Those that a list must take; whether it takes the others is left open.
    pub const CORE: [LogState; 3] = [LogState::Requested, LogState::Pending, LogState::Complete];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            LogState::Requested => "Requested",
            LogState::Pending => "Pending",
            LogState::CreatingNewUrl => "CreatingNewUrl",
            LogState::Complete => "Complete",
            LogState::Failed => "Failed",
            LogState::TimedOut => "TimedOut",
            LogState::DoesNotExist => "DoesNotExist",
        }
    }

    /// Reads the word on the wire.
    pub fn parse(text: &str) -> Option<LogState> {
        LogState::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

impl Destination {
    /// Bucket and path, whichever form was used; the path without one leading or trailing slash
    /// (C-04).
    pub fn bucket_and_path(&self) -> (String, String) {
        match self {
            Destination::Uri(uri) => {
                let rest = uri.strip_prefix("s3://").unwrap_or(uri);
                let (bucket, path) = rest.split_once('/').unwrap_or((rest, ""));
                (bucket.to_owned(), trim_slash(path).to_owned())
            }
            Destination::S3 { bucket, path } => (bucket.clone(), trim_slash(path).to_owned()),
        }
    }
}

/// A path without one leading and one trailing slash.
pub fn trim_slash(path: &str) -> &str {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_suffix('/').unwrap_or(path)
}

impl ExportBody {
    /// The body on the wire.
    pub fn to_json(&self) -> Value {
        let destination = match &self.destination {
            Destination::Uri(uri) => Value::from(uri.clone()),
            Destination::S3 { bucket, path } => {
                serde_json::json!({"s3": {"bucket": bucket, "path": path}})
            }
        };
        let format = match self.format {
            Format::Simple => "simple",
            Format::Tagged => "tagged",
        };
        let mut body = serde_json::json!({
            "database": self.database, "format": format, "destination": destination,
        });
        if let Some(collections) = &self.collections {
            body["collections"] = Value::from(collections.clone());
        }
        body
    }
}

/// Database paths are the same modulo the alias of a region group (C-22) and one slash at either
/// end.
pub fn same_database(one: &str, two: &str) -> bool {
    let canonical = |path: &str| match trim_slash(path).split_once('/') {
        Some(("classic", rest)) => format!("global/{rest}"),
        _ => trim_slash(path).to_owned(),
    };
    canonical(one) == canonical(two)
}
