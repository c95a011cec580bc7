//! Transitions: everything that a run can do to the target, as values.
//!
//! What the server will name (export ids, request ids, app ids, tokens) travels as a handle: a
//! number that the creating transition carries and later ones mention. A step removed by shrinking
//! therefore never leaves a stale literal behind.

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use crate::raw::{RawCase, RawExpect};

/// The number under which something that the server names is known to a program.
pub type Handle = u32;

/// Who sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credential {
    /// The key at this position of the setup, as a bearer token.
    Key(usize),
    /// No `Authorization` header.
    Missing,
    /// An empty header value.
    Empty,
    /// `Bearer` with nothing behind it.
    BearerOnly,
    /// `Bearer` with words that no target ever issued.
    Garbage,
    /// The key's secret under a scheme that is not `Bearer`.
    OtherScheme(String, usize),
    /// The key's bare secret, without a scheme.
    Bare(usize),
    /// The key's secret without its last character.
    Truncated(usize),
    /// The key's secret with one character more.
    Extended(usize),
    /// The secret of a database key of the account.
    DatabaseSecret(usize),
}

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

/// One thing done to the target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Transition {
    /// `POST /v2/exports`.
    CreateExport {
        /// Who sends.
        by: Credential,
        /// Names the export, if one is made.
        handle: Handle,
        /// The body.
        body: ExportBody,
        /// The `Idempotency-Key` header.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        idempotency_key: Option<String>,
    },
    /// `GET /v2/exports/{export_id}`.
    GetExport {
        /// Who sends.
        by: Credential,
        /// Which.
        export: Handle,
    },
    /// A first page of a list.
    ListPage {
        /// Who sends.
        by: Credential,
        /// Which list.
        list: Listing,
        /// Page size.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_results: Option<u32>,
        /// How the first page is asked for.
        #[serde(default)]
        first: FirstPage,
    },
    /// All pages of a list, following its tokens.
    Walk {
        /// Who sends.
        by: Credential,
        /// Which list.
        list: Listing,
        /// Page size.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_results: Option<u32>,
    },
    /// The second page by the first page's token, but by another sender or for another query.
    ForeignToken {
        /// Whose token.
        owner: Credential,
        /// Who uses it.
        by: Credential,
        /// The list the token comes from.
        list: Listing,
        /// The list it is used for.
        used_for: Listing,
        /// Whether one character of it is changed.
        tampered: bool,
    },
    /// `POST /api/v1/logs`.
    RequestLogs {
        /// Who sends.
        by: Credential,
        /// Names the request, if one is made.
        handle: Handle,
        /// The body.
        body: LogBody,
    },
    /// `GET /api/v1/logs/{request_id}`.
    GetLog {
        /// Who sends.
        by: Credential,
        /// Which.
        log: Handle,
    },
    /// Create File URL.
    CreateLogUrl {
        /// Who sends.
        by: Credential,
        /// Which.
        log: Handle,
        /// The body.
        body: UrlBody,
    },
    /// Fetches the newest presigned URL seen for a log request, without a credential.
    FetchLogFile {
        /// Which.
        log: Handle,
    },
    /// Polls an export until it is terminal, or the target's `settle` bound has passed.
    AwaitExport {
        /// Who polls.
        by: Credential,
        /// Which.
        export: Handle,
    },
    /// Polls a log request until it is terminal, or the target's `settle` bound has passed.
    AwaitLog {
        /// Who polls.
        by: Credential,
        /// Which.
        log: Handle,
    },
    /// `DELETE /api/v1/oauth/apps/{id}`.
    DeleteApp {
        /// Who sends.
        by: Credential,
        /// Account that owns the app.
        account: usize,
        /// Position among the account's apps.
        app: usize,
    },
    /// Control: moves an account's clock forward.
    AdvanceClock {
        /// Which account.
        account: usize,
        /// By how much.
        seconds: u64,
    },
    /// Control: moves an export.
    MoveExport {
        /// Which.
        export: Handle,
        /// To what state.
        to: ExportState,
    },
    /// Control: moves a log request.
    MoveLog {
        /// Which.
        log: Handle,
        /// To what state.
        to: LogState,
    },
    /// Control: revokes a key.
    RevokeKey {
        /// Position of the key.
        key: usize,
    },
    /// A generated request.
    Raw {
        /// Who sends.
        by: Credential,
        /// What.
        case: RawCase,
    },
}

impl Transition {
    /// The public operation that is called, if it is one.
    pub fn operation(&self) -> Option<&str> {
        Some(match self {
            Transition::CreateExport { .. } => "createExport",
            Transition::GetExport { .. } | Transition::AwaitExport { .. } => "getExport",
            Transition::ListPage { list, .. }
            | Transition::Walk { list, .. }
            | Transition::ForeignToken { used_for: list, .. } => list.operation(),
            Transition::RequestLogs { .. } => "requestLogs",
            Transition::GetLog { .. } | Transition::AwaitLog { .. } => "getLogRequest",
            Transition::CreateLogUrl { .. } => "createLogUrl",
            Transition::DeleteApp { .. } => "deleteOauthApp",
            Transition::Raw { case, .. } => &case.operation,
            Transition::FetchLogFile { .. }
            | Transition::AdvanceClock { .. }
            | Transition::MoveExport { .. }
            | Transition::MoveLog { .. }
            | Transition::RevokeKey { .. } => return None,
        })
    }

    /// The capability without which this transition cannot be made.
    pub fn needs(&self) -> Option<&'static str> {
        match self {
            Transition::AdvanceClock { .. } => Some("clock"),
            Transition::MoveExport { .. } | Transition::MoveLog { .. } => Some("jobs"),
            Transition::RevokeKey { .. } => Some("accounts"),
            Transition::FetchLogFile { .. } => Some("storage"),
            Transition::DeleteApp { .. } => Some("oauth_apps"),
            Transition::CreateExport { .. }
            | Transition::GetExport { .. }
            | Transition::ListPage { .. }
            | Transition::Walk { .. }
            | Transition::ForeignToken { .. }
            | Transition::RequestLogs { .. }
            | Transition::GetLog { .. }
            | Transition::AwaitExport { .. }
            | Transition::AwaitLog { .. }
            | Transition::CreateLogUrl { .. }
            | Transition::Raw { .. } => None,
        }
    }

    /// Whether the public API is called (control calls are not counted as requests).
    pub fn is_public(&self) -> bool {
        self.operation().is_some() || matches!(self, Transition::FetchLogFile { .. })
    }
}

impl Listing {
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

impl Transition {
    /// The same sent by somebody else; `None` where nobody sends.
    pub fn sent_by(&self, who: &Credential) -> Option<Transition> {
        let mut other = self.clone();
        match &mut other {
            Transition::CreateExport { by, .. }
            | Transition::GetExport { by, .. }
            | Transition::ListPage { by, .. }
            | Transition::Walk { by, .. }
            | Transition::ForeignToken { by, .. }
            | Transition::RequestLogs { by, .. }
            | Transition::GetLog { by, .. }
            | Transition::CreateLogUrl { by, .. }
            | Transition::AwaitExport { by, .. }
            | Transition::AwaitLog { by, .. }
            | Transition::DeleteApp { by, .. }
            | Transition::Raw { by, .. } => by.clone_from(who),
            Transition::FetchLogFile { .. }
            | Transition::AdvanceClock { .. }
            | Transition::MoveExport { .. }
            | Transition::MoveLog { .. }
            | Transition::RevokeKey { .. } => return None,
        }
        Some(other)
    }

    /// The same with its idempotency key or token made this run's own: where an account is shared
    /// with others and with earlier runs, a key of the alphabet may long be taken.
    pub fn made_own(&self, nonce: u64) -> Transition {
        let mut own = self.clone();
        match &mut own {
            Transition::CreateExport { idempotency_key: Some(key), .. } => {
                *key = format!("{key}-{nonce:012x}");
            }
            Transition::RequestLogs { body, .. } => {
                if let Some(token) = &mut body.idempotency_token
                    && token.len() == 36
                {
                    let upper = token.contains(|letter: char| letter.is_ascii_uppercase());
                    let digits = format!("{:012x}", nonce & 0xffff_ffff_ffff);
                    let digits = if upper { digits.to_uppercase() } else { digits };
                    token.replace_range(24.., &digits);
                }
            }
            _ => {}
        }
        own
    }

    /// Who sends, where a key or another credential is used.
    pub fn by(&self) -> Option<&Credential> {
        match self {
            Transition::CreateExport { by, .. }
            | Transition::GetExport { by, .. }
            | Transition::ListPage { by, .. }
            | Transition::Walk { by, .. }
            | Transition::ForeignToken { by, .. }
            | Transition::RequestLogs { by, .. }
            | Transition::GetLog { by, .. }
            | Transition::CreateLogUrl { by, .. }
            | Transition::AwaitExport { by, .. }
            | Transition::AwaitLog { by, .. }
            | Transition::DeleteApp { by, .. }
            | Transition::Raw { by, .. } => Some(by),
            Transition::FetchLogFile { .. }
            | Transition::AdvanceClock { .. }
            | Transition::MoveExport { .. }
            | Transition::MoveLog { .. }
            | Transition::RevokeKey { .. } => None,
        }
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
