//! The reference implementation as a process: built by cargo, served with or without a fault, and
//! steered through the control API as any stranger would steer it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};

use crate::http;
use crate::process::Server;

/// Builds the binary of the root package, and says where it is.
pub(crate) fn build(root: &Path) -> anyhow::Result<PathBuf> {
    let output = crate::tidy::cargo()
        .args(["build", "--locked", "--package", "conformance", "--bin", "conformance"])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .context("cargo does not start")?;
    if !output.status.success() {
        bail!("`cargo build` failed");
    }
    executable(&String::from_utf8_lossy(&output.stdout))
        .context("cargo did not say where it put the binary")
}

/// The path of the binary in what cargo says about a build, one JSON object on each line.
fn executable(messages: &str) -> Option<PathBuf> {
    messages.lines().rev().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let ours = message["target"]["name"] == "conformance";
        ours.then(|| message["executable"].as_str().map(PathBuf::from)).flatten()
    })
}

/// A running reference with its control API.
#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) url: String,
    // Held to be killed with it.
    _server: Server,
}

impl Reference {
    /// Serves the reference on a free port, wrong in the given way if there is one.
    pub(crate) fn serve(binary: &Path, fault: Option<&str>) -> anyhow::Result<Reference> {
        let mut args = vec!["serve", "--listen", "127.0.0.1:0"];
        args.extend(fault.into_iter().flat_map(|fault| ["--fault", fault]));
        let server = Server::start(binary, &args)?;
        let url = url(&server.ready)
            .with_context(|| format!("{:?} is not the line of a ready server", server.ready))?;
        Ok(Reference { url, _server: server })
    }

    /// Mints an account, and gives its id.
    pub(crate) fn account(&self, body: &Value) -> anyhow::Result<String> {
        let account = self.control("POST", "accounts", Some(body), 201)?;
        text(&account, "account_id")
    }

    /// Mints a key of the role, and gives its id and its secret.
    pub(crate) fn key(&self, account: &str, role: &str) -> anyhow::Result<Key> {
        let path = format!("accounts/{account}/keys");
        let key = self.control("POST", &path, Some(&json!({"role": role})), 201)?;
        Ok(Key { id: text(&key, "id")?, secret: text(&key, "secret")? })
    }

    /// Revokes a key.
    pub(crate) fn revoke(&self, account: &str, key: &Key) -> anyhow::Result<()> {
        let path = format!("accounts/{account}/keys/{}", key.id);
        self.control("DELETE", &path, None, 204).map(|_| ())
    }

    /// Moves an export on.
    pub(crate) fn steer(&self, account: &str, export: &str, to: &str) -> anyhow::Result<()> {
        let mut body = json!({"kind": "export", "id": export, "to": to});
        if to == "Failed" {
            body["state_info"] = json!({"code": "configuration_error", "message": "no bucket"});
        }
        self.control("POST", &format!("accounts/{account}/jobs"), Some(&body), 200).map(|_| ())
    }

    fn control(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        expected: u16,
    ) -> anyhow::Result<Value> {
        let url = format!("{}/conformance/v1/{path}", self.url);
        let answer = http::send(method, &url, None, body)?;
        if answer.status != expected {
            let said = String::from_utf8_lossy(&answer.body);
            bail!("the control API answered {method} {path} with {}: {said}", answer.status);
        }
        if answer.body.is_empty() { Ok(Value::Null) } else { answer.json() }
    }
}

/// An account key.
#[derive(Debug)]
pub(crate) struct Key {
    id: String,
    pub(crate) secret: String,
}

fn text(value: &Value, member: &str) -> anyhow::Result<String> {
    let text = value[member].as_str().with_context(|| format!("it gave no `{member}`"))?;
    Ok(text.to_owned())
}

/// The URL in the first line that the server prints.
fn url(ready: &str) -> Option<String> {
    let ready: Value = serde_json::from_str(ready).ok()?;
    ready["url"].as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_line_is_read() {
        assert_eq!(url(r#"{"url":"http://127.0.0.1:9"}"#).as_deref(), Some("http://127.0.0.1:9"));
        assert_eq!(url("listening"), None);
    }

    #[test]
    fn the_binary_is_found_in_what_cargo_says() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"spec"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"conformance"},"executable":"t/conformance"}
{"reason":"build-finished","success":true}"#;
        assert_eq!(executable(messages), Some(PathBuf::from("t/conformance")));
        assert_eq!(executable("{\"reason\":\"build-finished\"}"), None);
    }
}
