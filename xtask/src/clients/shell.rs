//! The official command line tool, as npm has it: exports from creation to their end, and what it
//! tells its user when the server refuses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::Tally;
use crate::http;
use crate::process::{self, Missing};
use crate::reference::Reference;

pub(super) const PACKAGE: &str = "fauna-shell";
/// The last one that was ever published.
pub(super) const VERSION: &str = "4.0.0";

/// The longest step waits for an export; a minute more means that it hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// Installs the tool unless it is there, and gives its program.
pub(super) fn install(place: &Path) -> anyhow::Result<PathBuf> {
    let program = place.join("node_modules/.bin/fauna");
    let manifest = place.join(format!("node_modules/{PACKAGE}/package.json"));
    if program.exists() && installed(&fs::read_to_string(manifest).unwrap_or_default()) {
        return Ok(program);
    }
    fs::create_dir_all(place).with_context(|| format!("failed to create {}", place.display()))?;
    println!("installing {PACKAGE}@{VERSION} from npm");
    let mut npm = Command::new("npm");
    npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund"]);
    // Without a network, say so after a minute rather than after a quarter of an hour.
    npm.args(["--fetch-retries", "1", "--fetch-timeout", "60000", "--prefix"]);
    npm.arg(place).arg(format!("{PACKAGE}@{VERSION}"));
    let sentence = format!("{PACKAGE} cannot be installed: npm and a network are needed once");
    process::install(&mut npm, &sentence)?;
    ensure!(program.exists(), Missing(format!("{PACKAGE}@{VERSION} brought no program `fauna`")));
    Ok(program)
}

/// Whether the manifest is that of our version.
pub(super) fn installed(manifest: &str) -> bool {
    serde_json::from_str::<Value>(manifest).is_ok_and(|manifest| manifest["version"] == VERSION)
}

/// What the tool said.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) code: Option<i32>,
    pub(super) out: String,
    pub(super) err: String,
}

impl Said {
    /// The JSON of a command that succeeded.
    pub(super) fn json(&self) -> anyhow::Result<Value> {
        self.exit(0)?;
        serde_json::from_str(&self.out)
            .with_context(|| format!("{:?} instead of JSON", short(&self.out)))
    }

    /// Whether it refused with these words, and printed no result.
    pub(super) fn refused(&self, words: &str) -> anyhow::Result<()> {
        self.exit(1)?;
        ensure!(self.err.contains(words), "{:?}, without {words:?}", short(&self.err));
        ensure!(self.out.trim().is_empty(), "a result: {:?}", short(&self.out));
        Ok(())
    }

    fn exit(&self, code: i32) -> anyhow::Result<()> {
        match self.code {
            Some(came) if came == code => Ok(()),
            Some(came) => bail!("exit {came}: {:?}", short(&self.err)),
            None => bail!("no end within {} s", LIMIT.as_secs()),
        }
    }
}

/// The last line that says something, cut to a length that fits a report.
fn short(text: &str) -> String {
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.chars().take(200).collect()
}

/// The tool, pointed at the reference.
struct Shell<'a> {
    program: &'a Path,
    place: &'a Path,
    url: &'a str,
}

impl Shell<'_> {
    fn say(&self, secret: &str, args: &[&str]) -> anyhow::Result<Said> {
        let home = self.place.join("home");
        let (out, err) = (self.place.join("stdout"), self.place.join("stderr"));
        let mut command = Command::new(self.program);
        // Nothing of the user's own settings may reach it, and nothing of it the user's home.
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", &home).env("CI", "1").env("NO_UPDATE_NOTIFIER", "1");
        command.env("FAUNA_ACCOUNT_URL", self.url).env("FAUNA_ACCOUNT_KEY", secret);
        command.arg("export").args(args).arg("--no-color").current_dir(&home);
        let ended = process::run(&mut command, LIMIT, &out, &err)?;
        Ok(Said { code: ended.code, out: lossy(&out)?, err: lossy(&err)? })
    }
}

fn lossy(path: &Path) -> anyhow::Result<String> {
    let bytes = fs::read(path).with_context(|| format!("failed to read {}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Every step with the tool.
pub(super) fn steps(
    tally: &mut Tally,
    server: &Reference,
    program: &Path,
    place: &Path,
) -> anyhow::Result<()> {
    let home = place.join("home");
    // A home left by an earlier run would hold what that run remembered.
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).with_context(|| format!("failed to create {}", home.display()))?;
    let shell = Shell { program, place, url: &server.url };
    let databases = json!([{"path": "us-std/shop", "collections": ["Product", "Category"]}]);
    let account = server.account(&json!({"databases": databases}))?;
    let secret = server.key(&account, "developer")?.secret;
    exports(tally, server, &shell, &account, &secret)?;
    waiting(tally, server, &shell, &account, &secret)?;
    refusals(tally, server, &shell, &account, &secret)
}

const CREATE: &[&str] =
    &["create", "s3", "--database", "us/shop", "--bucket", "doc-bucket", "--path", "a/b", "--json"];

/// Create, list and get.
fn exports(
    tally: &mut Tally,
    server: &Reference,
    shell: &Shell<'_>,
    account: &str,
    secret: &str,
) -> anyhow::Result<()> {
    let tagged = ["--format", "tagged", "--collection", "Product", "Category"];
    let said = shell.say(secret, &[CREATE, &tagged].concat())?;
    let first = tally.need(
        "export create s3 with collections: exit 0, Pending, everything as it was ordered",
        said.json().and_then(|export| as_ordered(&export, true)),
    )?;
    let said = shell.say(secret, CREATE)?;
    let second = tally.need(
        "export create s3 without collections: exit 0, Pending, none shown",
        said.json().and_then(|export| as_ordered(&export, false)),
    )?;
    let said = shell.say(secret, &["list", "--json"])?;
    tally
        .step("export list: exit 0, both, the newer one first", &listed(&said, &[&second, &first]));
    let said = shell.say(secret, &["list"])?;
    tally.step("export list as columns: a line for each", &columns(&said, &second, &first));
    let both = ["list", "--state", "Pending", "InProgress", "--max-results", "1", "--json"];
    let said = shell.say(secret, &both)?;
    tally.step("export list of two states, at most 1: exit 0, one", &listed(&said, &[&second]));
    let said = shell.say(secret, &["list", "--state", "Complete", "--json"])?;
    tally.step("export list of a state that none is in: exit 0, none", &listed(&said, &[]));
    let said = shell.say(secret, &["get", &first, "--json"])?;
    tally.step("export get: exit 0, the one that was created", &shown(&said, &first, "Pending"));
    server.steer(account, &second, "Failed")?;
    let said = shell.say(secret, &["get", &second, "--json"])?;
    let failed = shown(&said, &second, "Failed").and_then(|()| {
        let info = said.json()?["state_info"].clone();
        ensure!(info["code"] == "configuration_error", "state_info {info}");
        Ok(())
    });
    tally.step("export get of a failed one: exit 0, Failed, and why", &failed);
    Ok(())
}

/// Waiting until an export is done, steered from the side and left to itself.
fn waiting(
    tally: &mut Tally,
    server: &Reference,
    shell: &Shell<'_>,
    account: &str,
    secret: &str,
) -> anyhow::Result<()> {
    let said = shell.say(secret, CREATE)?;
    let steered = said.json().and_then(|export| as_ordered(&export, false))?;
    let get = ["get", &steered, "--wait", "--max-wait", "1", "--json"];
    let said = std::thread::scope(|scope| {
        // The tool looks after 1, 3 and 7 seconds: it must see a state in between as well.
        let side = scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(500));
            server.steer(account, &steered, "InProgress")?;
            std::thread::sleep(Duration::from_millis(1500));
            server.steer(account, &steered, "Complete")
        });
        let said = shell.say(secret, &get)?;
        side.join().map_err(|_| anyhow::anyhow!("the steering broke off"))??;
        anyhow::Ok(said)
    })?;
    tally
        .step("export get --wait: exit 0 once it is Complete", &shown(&said, &steered, "Complete"));
    let said = shell.say(secret, &["list", "--state", "Complete", "--json"])?;
    tally.step("export list of Complete ones: exit 0, that one", &listed(&said, &[&steered]));

    let databases = json!([{"path": "us-std/shop"}]);
    let jobs = json!({"mode": "auto", "step_ms": 300});
    let auto = server.account(&json!({"databases": databases, "jobs": jobs}))?;
    let secret = server.key(&auto, "owner")?.secret;
    let said = shell.say(&secret, &[CREATE, &["--wait", "--max-wait", "1"]].concat())?;
    let complete = said.json().and_then(|export| {
        ensure!(export["state"] == "Complete", "state {}", export["state"]);
        Ok(())
    });
    tally.step("export create --wait, left to itself: exit 0 once it is Complete", &complete);
    Ok(())
}

const INVALID: &str = "Account key provided by 'user' is invalid";
const FORBIDDEN: &str = "Authorization failed";

/// What the tool says when the server refuses. For 401 and 403 it has words of its own; else it
/// hands on the server's, which are asked for over plain HTTP.
fn refusals(
    tally: &mut Tally,
    server: &Reference,
    shell: &Shell<'_>,
    account: &str,
    secret: &str,
) -> anyhow::Result<()> {
    let list = ["list", "--json"];
    let said = shell.say("not-a-secret", &list)?;
    tally.step("a wrong key: exit 1, the tool says that it is invalid", &said.refused(INVALID));
    let revoked = server.key(account, "owner")?;
    server.revoke(account, &revoked)?;
    let said = shell.say(&revoked.secret, &list)?;
    tally.step("a revoked key: exit 1, the tool says that it is invalid", &said.refused(INVALID));
    let billing = server.key(account, "billing")?.secret;
    for (what, args) in [("create", CREATE), ("list", &list), ("get", &["get", "1", "--json"])] {
        let said = shell.say(&billing, args)?;
        let expected = format!("export {what} in the role billing: exit 1, not authorized");
        tally.step(&expected, &said.refused(FORBIDDEN));
    }
    let free = server.account(&json!({"plan": "free"}))?;
    let said = shell.say(&server.key(&free, "owner")?.secret, &list)?;
    tally.step("export list on the free plan: exit 1, not authorized", &said.refused(FORBIDDEN));
    for unknown in ["1", "not-a-number"] {
        let url = format!("{}/v2/exports/{unknown}", server.url);
        let words = reason(&http::send("GET", &url, Some(secret), None)?);
        let said = shell.say(secret, &["get", unknown, "--json"])?;
        let expected = format!("export get {unknown}: exit 1, the server's words");
        tally.step(&expected, &words.and_then(|words| said.refused(&words)));
    }
    for (what, database) in [("database", "us/nowhere"), ("region group", "mars/shop")] {
        let body = json!({
            "database": database.replace("us/", "us-std/"),
            "format": "simple",
            "destination": {"s3": {"bucket": "doc-bucket", "path": "a/b"}},
        });
        let url = format!("{}/v2/exports", server.url);
        let words = reason(&http::send("POST", &url, Some(secret), Some(&body))?);
        let mut args = CREATE.to_vec();
        args[3] = database;
        let said = shell.say(secret, &args)?;
        let expected = format!("export create in an unknown {what}: exit 1, the server's words");
        tally.step(&expected, &words.and_then(|words| said.refused(&words)));
    }
    Ok(())
}

/// The message of a refusal of version 2.
fn reason(answer: &http::Answer) -> anyhow::Result<String> {
    ensure!((400..500).contains(&answer.status), "{} instead of a refusal", answer.status);
    let message = answer.json()?["error"]["message"].as_str().map(str::to_owned);
    message.context("a refusal without error.message, which the tool needs")
}

/// The id of an export that is as our order made it; `us` stands for `us-std` in what the tool
/// is told.
pub(super) fn as_ordered(export: &Value, collections: bool) -> anyhow::Result<String> {
    let expected = json!({
        "database": "us-std/shop",
        "state": "Pending",
        "is_terminal": false,
        "format": if collections { "tagged" } else { "simple" },
        "destination_uri": "s3://doc-bucket/a/b",
    });
    for (member, value) in expected.as_object().into_iter().flatten() {
        ensure!(&export[member] == value, "{member} {}", export[member]);
    }
    let named = if collections { json!(["Product", "Category"]) } else { Value::Null };
    ensure!(export["collections"] == named, "collections {}", export["collections"]);
    let s3 = &export["destination"]["s3"];
    ensure!(s3["bucket"] == "doc-bucket" && s3["path"] == "a/b", "destination {s3}");
    // A number would be one that the tool has rounded.
    let id = export["id"].as_str().with_context(|| format!("id {}, no string", export["id"]))?;
    Ok(id.to_owned())
}

/// Whether exactly these exports were listed, in this order.
pub(super) fn listed(said: &Said, ids: &[&str]) -> anyhow::Result<()> {
    let list = said.json()?;
    let list = list.as_array().context("no list")?;
    let came: Vec<&str> = list.iter().filter_map(|export| export["id"].as_str()).collect();
    ensure!(came == ids && list.len() == ids.len(), "{came:?} instead of {ids:?}");
    Ok(())
}

/// Whether this export was shown in this state.
pub(super) fn shown(said: &Said, id: &str, state: &str) -> anyhow::Result<()> {
    let export = said.json()?;
    ensure!(export["id"] == id, "id {} instead of {id}", export["id"]);
    ensure!(export["state"] == state, "state {}", export["state"]);
    Ok(())
}

/// Whether the list has the columns id, database, collections, destination and state.
pub(super) fn columns(said: &Said, newer: &str, older: &str) -> anyhow::Result<()> {
    said.exit(0)?;
    let expected = format!(
        "{newer}\tus-std/shop\t\ts3://doc-bucket/a/b\tPending\n\
         {older}\tus-std/shop\tProduct,Category\ts3://doc-bucket/a/b\tPending"
    );
    ensure!(said.out.trim() == expected, "{:?}", said.out.trim());
    Ok(())
}
