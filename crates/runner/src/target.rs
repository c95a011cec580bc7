//! The target file: where an implementation is, and what it declares of itself.
//!
//! [`TargetFile::parse`] reads the text strictly and reports every [`Mistake`] at once, each with
//! its place, what was expected and the closest match. It opens no file, and it reads no
//! environment: secrets are only named in the file, and [`TargetFile::resolve_secrets`] looks them
//! up where the caller says.

mod duration;
mod mistake;
mod sections;
mod table;

#[cfg(test)]
mod tests;

use std::time::Duration;

use model::{Plan, Role};
use toml::de::DeTable;

use crate::secret::Secret;
use crate::transport::{Base, TransportConfig};

pub use crate::transport::is_loopback;
pub use mistake::Mistake;

use mistake::Mistakes;
use table::Table;

/// The sentence that names a target beyond this machine as a test target.
pub const ALLOW_REMOTE: &str = "I own this test environment";

/// A target file, or what `--url` stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetFile {
    /// What the report calls the target.
    pub implementation: Implementation,
    /// Where its surfaces are.
    pub endpoints: Endpoints,
    /// How the control API is called.
    pub control: ControlAccess,
    /// Account keys that exist.
    pub keys: Vec<DeclaredKey>,
    /// Databases that exist.
    pub databases: Vec<DeclaredDatabase>,
    /// The core surface.
    pub core: Core,
    /// The target's choices where the documents are silent.
    pub policy: Policy,
    /// What the target can bear.
    pub limits: Limits,
    /// Whether the file says that a target beyond this machine is a test target.
    pub allow_remote: bool,
    /// The file, for messages.
    path: String,
    control_line: usize,
    core_line: usize,
}

/// `[implementation]`: what goes into the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Implementation {
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

/// `[endpoints]`: base URLs; what is not offered is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// The account API.
    pub account: Option<Base>,
    /// The query API of a database.
    pub core: Option<Base>,
    /// The control API. With a `[control]` table and no URL, the account API's.
    pub control: Option<Base>,
}

/// `[control]`: access to the control API.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ControlAccess {
    /// The environment variable that holds the bearer token.
    pub token_env: Option<String>,
}

/// One of `[[keys]]`: an account key that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredKey {
    /// A name for its account, the same for all keys and databases of the account; default `a`.
    pub account: String,
    /// Its role; default `owner`.
    pub role: Role,
    /// The plan of its account; default `enterprise`.
    pub plan: Plan,
    /// The environment variable that holds its secret.
    pub secret_env: String,
    /// Where it is declared.
    line: usize,
}

/// One of `[[databases]]`: a database that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredDatabase {
    /// The name of its account; default `a`.
    pub account: String,
    /// Region group, then names from the top, joined by `/`.
    pub path: String,
    /// Its user-defined collections.
    pub collections: Vec<String>,
}

/// `[core]`: the query API of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Core {
    /// The environment variable that holds the secret of an admin key.
    pub secret_env: Option<String>,
    /// Whether `POST /query/1` is served.
    pub v10: Option<bool>,
    /// Whether `POST /` is served.
    pub v4: Option<bool>,
    /// How long a deleted or changed key may go on working.
    pub propagation: Option<Duration>,
}

/// What a target does with a known idempotency key and another body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdempotencyMismatch {
    /// It answers with what the key made first.
    Replay,
    /// It refuses.
    Reject,
}

/// `[policy]`: choices where the documents are silent; `None` is undeclared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The path of the call that makes a new presigned URL, with `{request_id}` in it.
    pub create_log_url_path: Option<String>,
    /// What happens to a known idempotency key with another body.
    pub idempotency_mismatch: Option<IdempotencyMismatch>,
    /// Within which time an asynchronous job is expected to be done; default 30 s.
    pub settle: Duration,
    /// How far the target's clock may be from the suite's; default 500 ms.
    pub clock_slack: Duration,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            create_log_url_path: None,
            idempotency_mismatch: None,
            settle: Duration::from_secs(30),
            clock_slack: Duration::from_millis(500),
        }
    }
}

/// `[limits]`: what the target can bear.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// How many requests it gets in a second; `None` is as many as it answers.
    pub requests_per_second: Option<f64>,
    /// How many requests are under way at a time; default 8.
    pub concurrency: usize,
    /// The deadline of a request; default 10 s.
    pub timeout: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        let timeout = Duration::from_secs(10);
        Limits { requests_per_second: None, concurrency: 8, timeout }
    }
}

impl From<&Limits> for TransportConfig {
    fn from(limits: &Limits) -> TransportConfig {
        TransportConfig {
            timeout: limits.timeout,
            requests_per_second: limits.requests_per_second,
            ..TransportConfig::default()
        }
    }
}

/// The secrets that a target file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secrets {
    /// The token of the control API.
    pub control_token: Option<Secret>,
    /// The secrets of [`TargetFile::keys`], in the same order.
    pub keys: Vec<Secret>,
    /// The secret of the admin key on the core surface.
    pub core: Option<Secret>,
}

impl TargetFile {
    /// Reads a target file. Every mistake is reported, in the order of their lines.
    pub fn parse(path_for_messages: &str, text: &str) -> Result<TargetFile, Vec<Mistake>> {
        let mut mistakes = Mistakes::new(path_for_messages, text);
        let (document, syntax) = DeTable::parse_recoverable(text);
        for error in &syntax {
            mistakes.syntax(error);
        }
        let root = Table::root(&document);
        let file = TargetFile::read(path_for_messages, &root, &mut mistakes);
        mistakes.into_result(file)
    }

    fn read(path: &str, root: &Table<'_>, mistakes: &mut Mistakes<'_>) -> TargetFile {
        root.refuse_unknown(sections::ROOT, mistakes);
        let control = root.table("control", mistakes);
        let core = root.table("core", mistakes);
        let file = TargetFile {
            implementation: sections::implementation(root, mistakes),
            endpoints: sections::endpoints(root, control.is_some(), mistakes),
            control: control.as_ref().map_or_else(ControlAccess::default, |table| ControlAccess {
                token_env: sections::token_env(table, mistakes),
            }),
            keys: sections::keys(root, mistakes),
            databases: sections::databases(root, mistakes),
            core: core.as_ref().map_or_else(Core::default, |table| sections::core(table, mistakes)),
            policy: sections::policy(root, mistakes),
            limits: sections::limits(root, mistakes),
            allow_remote: sections::allow_remote(root, mistakes),
            path: path.to_owned(),
            control_line: control.map_or(1, |table| mistakes.line(table.place("token_env"))),
            core_line: core.map_or(1, |table| mistakes.line(table.place("secret_env"))),
        };
        sections::check_accounts(&file, root, mistakes);
        file
    }

    /// What `--url` stands for: every surface and the control API at one origin.
    pub fn from_url(url: &str) -> Result<TargetFile, Mistake> {
        let base = Base::parse(url).map_err(|reason| Mistake {
            path: "--url".into(),
            line: None,
            column: None,
            message: reason.into(),
        })?;
        Ok(TargetFile {
            implementation: Implementation::default(),
            endpoints: Endpoints {
                account: Some(base.clone()),
                core: Some(base.clone()),
                control: Some(base),
            },
            control: ControlAccess::default(),
            keys: Vec::new(),
            databases: Vec::new(),
            core: Core::default(),
            policy: Policy::default(),
            limits: Limits::default(),
            allow_remote: false,
            path: "--url".into(),
            control_line: 1,
            core_line: 1,
        })
    }

    /// Whether the target must be proved to be a test target, by the control handshake, before
    /// anything is sent to it: one of its endpoints is not on this machine, and the file does not
    /// say [`ALLOW_REMOTE`].
    pub fn needs_interlock(&self) -> bool {
        !self.allow_remote && self.endpoints.iter().any(|base| !base.is_loopback())
    }

    /// Looks up the secrets that the file names. Every variable that is not set, or empty, is a
    /// mistake.
    pub fn resolve_secrets(
        &self,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Secrets, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut look_up = |name: &str, line: usize| match env(name) {
            Some(value) if !value.trim().is_empty() => Some(Secret::new(value.trim())),
            found => {
                let state = if found.is_some() { "empty" } else { "not set" };
                let message = format!("the environment variable {name:?} is {state}");
                let path = self.path.clone();
                mistakes.push(Mistake { path, line: Some(line), column: None, message });
                None
            }
        };
        let token = self.control.token_env.as_deref();
        let control_token = token.and_then(|name| look_up(name, self.control_line));
        let keys = self.keys.iter().filter_map(|key| look_up(&key.secret_env, key.line)).collect();
        let core = self.core.secret_env.as_deref();
        let core = core.and_then(|name| look_up(name, self.core_line));
        mistakes.sort_by_key(|mistake| mistake.line);
        let secrets = Secrets { control_token, keys, core };
        if mistakes.is_empty() { Ok(secrets) } else { Err(mistakes) }
    }
}

impl Endpoints {
    /// The endpoints that are offered.
    pub fn iter(&self) -> impl Iterator<Item = &Base> {
        [&self.account, &self.core, &self.control].into_iter().flatten()
    }
}
