//! Transitions: everything that a run can do to the target, as values.
//!
//! What the server will name (export ids, request ids, app ids, tokens) travels as a handle: a
//! number that the creating transition carries and later ones mention. A step removed by shrinking
//! therefore never leaves a stale literal behind.

use serde::{Deserialize, Serialize};

pub use crate::payload::{
    Destination, ExportBody, ExportFilter, ExportState, FirstPage, Format, Listing, LogBody,
    LogState, UrlBody, same_database, trim_slash,
};
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

/// What is done to a page token before it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tamper {
    /// A letter in its middle is replaced.
    Replace,
    /// Its last letter is left out.
    Shorten,
    /// A letter is added.
    Lengthen,
    /// Nothing is left of it.
    Empty,
    /// Words that no target ever gave as a token.
    Invent,
}

/// When the connection of a lost request is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// As soon as the request is sent.
    Early,
    /// When the answer begins to arrive; nothing of it is read.
    Late,
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
        /// What is done on the way: one of these after each page, as long as there are any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        between: Vec<Transition>,
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
        /// What is done to it before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tamper: Option<Tamper>,
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
    /// Control: moves the clock of a log request's account to where its newest URL expires.
    AdvanceToUrlExpiry {
        /// Which.
        log: Handle,
        /// Seconds after (or, if negative, before) that moment.
        seconds: i64,
    },
    /// Control: makes a key of the setup that was left for later.
    IssueKey {
        /// Position of the key.
        key: usize,
    },
    /// Control: revokes a key.
    RevokeKey {
        /// Position of the key.
        key: usize,
    },
    /// A call whose answer never arrives, since its connection is cut.
    Lost {
        /// When.
        cut: Cut,
        /// The call.
        step: Box<Transition>,
    },
    /// Several clients at once, each making its transitions one after the other.
    Parallel {
        /// What each client does.
        branches: Vec<Vec<Transition>>,
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
    /// The public operation that is called, if it is a single one.
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
            Transition::Lost { step, .. } => return step.operation(),
            Transition::FetchLogFile { .. }
            | Transition::AdvanceClock { .. }
            | Transition::AdvanceToUrlExpiry { .. }
            | Transition::MoveExport { .. }
            | Transition::MoveLog { .. }
            | Transition::IssueKey { .. }
            | Transition::RevokeKey { .. }
            | Transition::Parallel { .. } => return None,
        })
    }

    /// Whether the public API is called (calls of the control API are not counted as requests).
    pub fn is_public(&self) -> bool {
        let itself = self.operation().is_some() || matches!(self, Transition::FetchLogFile { .. });
        itself || self.inner().into_iter().any(Transition::is_public)
    }

    /// The transitions inside this one.
    pub fn inner(&self) -> Vec<&Transition> {
        match self {
            Transition::Walk { between, .. } => between.iter().collect(),
            Transition::Lost { step, .. } => vec![step],
            Transition::Parallel { branches } => branches.iter().flatten().collect(),
            Transition::CreateExport { .. }
            | Transition::GetExport { .. }
            | Transition::ListPage { .. }
            | Transition::ForeignToken { .. }
            | Transition::RequestLogs { .. }
            | Transition::GetLog { .. }
            | Transition::CreateLogUrl { .. }
            | Transition::FetchLogFile { .. }
            | Transition::AwaitExport { .. }
            | Transition::AwaitLog { .. }
            | Transition::DeleteApp { .. }
            | Transition::AdvanceClock { .. }
            | Transition::AdvanceToUrlExpiry { .. }
            | Transition::MoveExport { .. }
            | Transition::MoveLog { .. }
            | Transition::IssueKey { .. }
            | Transition::RevokeKey { .. }
            | Transition::Raw { .. } => Vec::new(),
        }
    }

    /// The public operations that are called, by this transition or inside it.
    pub fn operations(&self) -> Vec<&str> {
        let inner = self.inner().into_iter().flat_map(Transition::operations);
        self.operation().into_iter().chain(inner).collect()
    }

    /// The capabilities without which this transition cannot be made.
    pub fn needs(&self) -> Vec<&'static str> {
        let own = match self {
            Transition::AdvanceClock { .. } | Transition::AdvanceToUrlExpiry { .. } => {
                Some("clock")
            }
            Transition::MoveExport { .. } | Transition::MoveLog { .. } => Some("jobs"),
            Transition::RevokeKey { .. } | Transition::IssueKey { .. } => Some("accounts"),
            Transition::FetchLogFile { .. } => Some("storage"),
            Transition::DeleteApp { .. } => Some("oauth_apps"),
            // Only where nobody else uses the account can be said what came of it.
            Transition::Lost { .. } | Transition::Parallel { .. } => Some("accounts"),
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
        };
        let inner = self.inner().into_iter().flat_map(Transition::needs);
        own.into_iter().chain(inner).collect()
    }

    /// The same sent by somebody else; `None` where nobody sends.
    pub fn sent_by(&self, who: &Credential) -> Option<Transition> {
        let mut other = self.clone();
        other.by_mut()?.clone_from(who);
        Some(other)
    }

    /// The same without log states that a target need not take: nothing if no state is
    /// left, `None` if that changes nothing.
    pub fn narrowed(&self) -> Option<Option<Transition>> {
        let mut narrowed = self.clone();
        let (Transition::ListPage { list, .. } | Transition::Walk { list, .. }) = &mut narrowed
        else {
            return None;
        };
        *list = list.narrowed()?;
        let empty = *list == Listing::Logs(Vec::new());
        Some((!empty).then_some(narrowed))
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
            Transition::Walk { between, .. } => {
                for step in between {
                    *step = step.made_own(nonce);
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
            Transition::Lost { step, .. } => step.by(),
            Transition::FetchLogFile { .. }
            | Transition::AdvanceClock { .. }
            | Transition::AdvanceToUrlExpiry { .. }
            | Transition::MoveExport { .. }
            | Transition::MoveLog { .. }
            | Transition::IssueKey { .. }
            | Transition::RevokeKey { .. }
            | Transition::Parallel { .. } => None,
        }
    }

    fn by_mut(&mut self) -> Option<&mut Credential> {
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
            Transition::Lost { step, .. } => step.by_mut(),
            Transition::FetchLogFile { .. }
            | Transition::AdvanceClock { .. }
            | Transition::AdvanceToUrlExpiry { .. }
            | Transition::MoveExport { .. }
            | Transition::MoveLog { .. }
            | Transition::IssueKey { .. }
            | Transition::RevokeKey { .. }
            | Transition::Parallel { .. } => None,
        }
    }
}
