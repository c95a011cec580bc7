//! The client of the control API, version 1: accounts, keys, time and jobs of a test target.
//!
//! What the contract says must be there must be there, with the type it says; what it does not
//! mention (further members, unknown capabilities) is let pass. A reply that does not fit is
//! [`ControlError::Unexpected`], which names the call, what was expected and a short excerpt
//! without secrets. Nothing here judges the public API.

mod error;
mod read;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use model::{DatabaseSetup, Jobs, Plan, Role};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use spec::wire::Request;

use crate::secret::Secret;
use crate::transport::{Base, Transport};

pub use error::ControlError;

use error::Call;
use read::Reply;

/// The path below which the calls are.
const ROOT: &str = "/conformance/v1";

/// What stays as it is in a path segment (RFC 3986, unreserved).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The control API of a target.
#[derive(Clone, Debug)]
pub struct Control {
    transport: Arc<Transport>,
    base: Base,
    token: Option<Secret>,
}

/// What a target says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// The implementation's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it offers. Words that the suite does not know are kept.
    pub capabilities: BTreeSet<String>,
}

/// An account to be made. What is `None` or empty is left out of the call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewAccount {
    /// Its plan.
    pub plan: Option<Plan>,
    /// What exists in it.
    pub databases: Vec<DatabaseSetup>,
    /// The OAuth apps that it has.
    pub oauth_apps: Vec<NewOauthApp>,
    /// How its jobs move.
    pub jobs: Option<Jobs>,
}

/// An OAuth app to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOauthApp {
    /// The client that was given access.
    pub oauth2_client: String,
    /// What it may do: identifier and display name of each scope.
    pub scope: Vec<(String, String)>,
}

/// An account that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its identifier.
    pub account_id: String,
    /// The identifiers of its OAuth apps, in the order asked for.
    pub oauth_apps: Vec<String>,
    /// The secret of an admin key for its database on the core surface.
    pub core_secret: Option<Secret>,
}

/// A key that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its identifier.
    pub id: String,
    /// Its secret.
    pub secret: Secret,
    /// Its role.
    pub role: Role,
    /// When it expires, by the account's clock.
    pub expires_at: Option<Timestamp>,
}

/// A kind of background job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// An export.
    Export,
    /// A request for logs.
    LogRequest,
}

impl JobKind {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            JobKind::Export => "export",
            JobKind::LogRequest => "log_request",
        }
    }
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateInfo {
    /// The code.
    pub code: String,
    /// The sentence.
    pub message: String,
}

impl Control {
    /// The control API at a base URL (`/conformance/v1` is added), with its token if it has one.
    pub fn new(transport: Arc<Transport>, base: Base, token: Option<Secret>) -> Control {
        Control { transport, base, token }
    }

    /// Where it is.
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// Asks the target who it is and what it offers; proves that it is a test target.
    pub async fn handshake(&self) -> Result<Handshake, ControlError> {
        let call = Call::collection("GET", ROOT.to_owned());
        let expected = r#"200 with {"implementation": {"name", "version"}, "capabilities": […]}"#;
        let reply = self.call(call, None, 200, expected).await?;
        let implementation = reply.object("implementation")?;
        Ok(Handshake {
            name: reply.string_in(implementation, "name")?,
            version: reply.string_in(implementation, "version")?,
            capabilities: reply.strings("capabilities")?.into_iter().collect(),
        })
    }

    /// Makes an account.
    pub async fn create_account(&self, account: &NewAccount) -> Result<Account, ControlError> {
        let call = Call::collection("POST", format!("{ROOT}/accounts"));
        let expected =
            r#"201 with {"account_id", "oauth_apps": [{"id"}], "core": {"secret"} | null}"#;
        let reply = self.call(call, Some(account.to_json()), 201, expected).await?;
        let account_id = reply.identifier("account_id")?;
        // A target without OAuth apps, or without the core surface, may leave their members out.
        let oauth_apps: Vec<_> = match reply.array("oauth_apps") {
            Err(_) if account.oauth_apps.is_empty() => Vec::new(),
            apps => {
                let ids = apps?.iter().map(|app| reply.string_in(app, "id"));
                ids.collect::<Result<_, _>>()?
            }
        };
        if oauth_apps.len() != account.oauth_apps.len() {
            return Err(reply.unexpected("\"oauth_apps\" has another length than was asked for"));
        }
        let core_secret = match reply.member("core") {
            Err(_) | Ok(Value::Null) => None,
            Ok(core) => Some(Secret::new(reply.string_in(core, "secret")?)),
        };
        Ok(Account { account_id, oauth_apps, core_secret })
    }

    /// Deletes an account and all that it owns.
    pub async fn delete_account(&self, account_id: &str) -> Result<(), ControlError> {
        let call = Call::member("DELETE", account_path(account_id));
        self.call(call, None, 204, "204").await.map(drop)
    }

    /// Makes a key that expires after so many days, or never.
    pub async fn create_key(
        &self,
        account_id: &str,
        role: Role,
        name: Option<&str>,
        ttl_days: Option<u32>,
    ) -> Result<Key, ControlError> {
        // `null` and not an absent member: what is absent may have a default of the target's own.
        let mut body = json!({"role": role.as_str(), "ttl_days": ttl_days});
        if let Some(name) = name {
            body["name"] = name.into();
        }
        let call = Call::member("POST", format!("{}/keys", account_path(account_id)));
        let expected = r#"201 with {"id", "secret", "role", "expires_at": date-time | null}"#;
        let reply = self.call(call, Some(body), 201, expected).await?;
        if reply.string("role")? != role.as_str() {
            return Err(reply.unexpected("\"role\" is not the role that was asked for"));
        }
        let expires_at = match reply.member("expires_at")? {
            Value::Null if ttl_days.is_some() => {
                return Err(reply.unexpected("\"expires_at\" is null though ttl_days was given"));
            }
            Value::Null => None,
            _ => Some(reply.timestamp("expires_at")?),
        };
        let secret = Secret::new(reply.identifier("secret")?);
        Ok(Key { id: reply.identifier("id")?, secret, role, expires_at })
    }

    /// Revokes a key.
    pub async fn revoke_key(&self, account_id: &str, key_id: &str) -> Result<(), ControlError> {
        let path = format!("{}/keys/{}", account_path(account_id), segment(key_id));
        self.call(Call::member("DELETE", path), None, 204, "204").await.map(drop)
    }

    /// Moves an account's clock forward for good; returns its new time.
    pub async fn advance_clock(
        &self,
        account_id: &str,
        seconds: u64,
    ) -> Result<Timestamp, ControlError> {
        let call = Call::member("POST", format!("{}/clock", account_path(account_id)));
        let body = json!({"advance_seconds": seconds});
        let reply = self.call(call, Some(body), 200, r#"200 with {"now": date-time}"#).await?;
        reply.timestamp("now")
    }

    /// Moves a job to a state; returns the job as the public API would show it. A move that is not
    /// allowed is [`ControlError::Illegal`].
    pub async fn move_job(
        &self,
        account_id: &str,
        kind: JobKind,
        id: &str,
        to: &str,
        state_info: Option<&StateInfo>,
    ) -> Result<Value, ControlError> {
        let mut body = json!({"kind": kind.as_str(), "id": id, "to": to});
        if let Some(info) = state_info {
            body["state_info"] = json!({"code": info.code, "message": info.message});
        }
        let call = Call::member("POST", format!("{}/jobs", account_path(account_id)));
        let reply = self.call(call, Some(body), 200, "200 with the job").await?;
        reply.whole_object()
    }

    async fn call(
        &self,
        call: Call,
        body: Option<Value>,
        status: u16,
        expected: &'static str,
    ) -> Result<Reply, ControlError> {
        let mut request = Request::new(call.method, call.path.as_str());
        if let Some(body) = body {
            request = request.with_json(&body);
        }
        let authorization = self.token.as_ref().map(Secret::bearer);
        let answer = self
            .transport
            .send_patiently(&self.base, &request, authorization.as_deref())
            .await
            .map_err(|source| ControlError::Transport { call: call.to_string(), source })?;
        let response = answer.response;
        if response.status != status {
            return Err(call.refused(&response, expected, self.token.as_ref()));
        }
        Ok(Reply { call, expected, response, token: self.token.clone() })
    }
}

impl NewAccount {
    /// The body of the call.
    fn to_json(&self) -> Value {
        let mut body = json!({});
        if let Some(plan) = self.plan {
            body["plan"] = plan.as_str().into();
        }
        if !self.databases.is_empty() {
            let databases = self.databases.iter();
            let databases = databases.map(
                |database| json!({"path": database.path, "collections": database.collections}),
            );
            body["databases"] = databases.collect();
        }
        if !self.oauth_apps.is_empty() {
            body["oauth_apps"] = self.oauth_apps.iter().map(NewOauthApp::to_json).collect();
        }
        match self.jobs {
            None => {}
            Some(Jobs::Manual) => body["jobs"] = json!({"mode": "manual"}),
            Some(Jobs::Auto(step)) => body["jobs"] = json!({"mode": "auto", "step_ms": step}),
        }
        body
    }
}

impl NewOauthApp {
    fn to_json(&self) -> Value {
        let scope: Value = self
            .scope
            .iter()
            .map(|(id, display_name)| json!({"id": id, "display_name": display_name}))
            .collect();
        json!({"oauth2_client": self.oauth2_client, "scope": scope})
    }
}

fn account_path(account_id: &str) -> String {
    format!("{ROOT}/accounts/{}", segment(account_id))
}

/// An identifier as one path segment. Dots stay dots, except where the segment is nothing else: a
/// client or a server would take `.` and `..` for something else than a name.
fn segment(id: &str) -> String {
    match id {
        "." | ".." => id.replace('.', "%2E"),
        _ => utf8_percent_encode(id, SEGMENT).to_string(),
    }
}
