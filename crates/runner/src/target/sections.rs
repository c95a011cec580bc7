//! The tables of a target file, one function each, and what their members must look like.

use model::{Plan, Role};

use super::mistake::{Mistakes, closest};
use super::table::Table;
use super::{
    ALLOW_REMOTE, Core, DeclaredDatabase, DeclaredKey, Endpoints, IdempotencyMismatch,
    Implementation, Limits, Policy, TargetFile,
};
use crate::transport::Base;

/// The members of the top level.
pub(super) const ROOT: &[&str] = &[
    "allow_remote",
    "control",
    "core",
    "databases",
    "endpoints",
    "implementation",
    "keys",
    "limits",
    "policy",
];

const IMPLEMENTATION: &[&str] = &["name", "version"];
const ENDPOINTS: &[&str] = &["account", "control", "core"];
const CONTROL: &[&str] = &["token_env"];
const KEYS: &[&str] = &["account", "plan", "role", "secret_env"];
const DATABASES: &[&str] = &["account", "collections", "path"];
const CORE: &[&str] = &["propagation", "secret_env", "v10", "v4"];
const POLICY: &[&str] = &["clock_slack", "create_log_url_path", "idempotency_mismatch", "settle"];
const LIMITS: &[&str] = &["concurrency", "requests_per_second", "timeout"];

const TABLES: [(&str, &[&str]); 9] = [
    ("above the first table", ROOT),
    ("in [implementation]", IMPLEMENTATION),
    ("in [endpoints]", ENDPOINTS),
    ("in [control]", CONTROL),
    ("in [[keys]]", KEYS),
    ("in [[databases]]", DATABASES),
    ("in [core]", CORE),
    ("in [policy]", POLICY),
    ("in [limits]", LIMITS),
];

/// The account of a key or database that names none.
const DEFAULT_ACCOUNT: &str = "a";

/// `; "…" stands …`: where a member belongs that is unknown where it was written.
pub(super) fn home_of(name: &str, written_in: &[&str]) -> String {
    let homes = TABLES.iter().filter(|(_, members)| *members != written_in);
    let homes: Vec<_> = homes.filter(|(_, members)| members.contains(&name)).collect();
    let homes: Vec<_> = homes.into_iter().map(|(home, _)| *home).collect();
    if homes.is_empty() {
        return String::new();
    }
    format!("; {name:?} stands {}", homes.join(" or "))
}

/// `[implementation]`.
pub(super) fn implementation(root: &Table<'_>, mistakes: &mut Mistakes<'_>) -> Implementation {
    let Some(table) = root.table("implementation", mistakes) else {
        return Implementation::default();
    };
    table.refuse_unknown(IMPLEMENTATION, mistakes);
    Implementation {
        name: table.string("name", mistakes).map(str::to_owned),
        version: table.string("version", mistakes).map(str::to_owned),
    }
}

/// `[endpoints]`. `has_control` says that there is a `[control]` table.
pub(super) fn endpoints(
    root: &Table<'_>,
    has_control: bool,
    mistakes: &mut Mistakes<'_>,
) -> Endpoints {
    const EXPECTED: &str = "at least one of \"account\", \"core\", \"control\"";
    let Some(table) = root.table("endpoints", mistakes) else {
        // A member of that name that is no table is a mistake already.
        if !root.has("endpoints") {
            root.missing("endpoints", &format!("a table with {EXPECTED}"), mistakes);
        }
        return Endpoints::default();
    };
    table.refuse_unknown(ENDPOINTS, mistakes);
    if !ENDPOINTS.iter().any(|name| table.has(name)) {
        let message = format!("[endpoints] names none: expected {EXPECTED}");
        mistakes.add(root.place("endpoints"), message);
    }
    let account = url(&table, "account", mistakes);
    let control = url(&table, "control", mistakes);
    // The control API is by default at the same origin as the account API.
    let control = control.or_else(|| {
        let is_default = has_control && !table.has("control");
        account.as_ref().filter(|_| is_default).and_then(origin)
    });
    Endpoints { core: url(&table, "core", mistakes), account, control }
}

fn origin(base: &Base) -> Option<Base> {
    Base::parse(&base.url().origin().ascii_serialization()).ok()
}

fn url(table: &Table<'_>, name: &str, mistakes: &mut Mistakes<'_>) -> Option<Base> {
    let text = table.string(name, mistakes)?;
    // The text is not repeated: it may hold a password.
    Base::parse(text).map_err(|trouble| table.misfit(name, trouble, mistakes)).ok()
}

/// `token_env` of `[control]`.
pub(super) fn token_env(table: &Table<'_>, mistakes: &mut Mistakes<'_>) -> Option<String> {
    table.refuse_unknown(CONTROL, mistakes);
    env_name(table, "token_env", mistakes)
}

fn env_name(table: &Table<'_>, name: &str, mistakes: &mut Mistakes<'_>) -> Option<String> {
    let text = table.string(name, mistakes)?;
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Some(text.to_owned());
    }
    // The text is not repeated: it may be the secret itself.
    let trouble = "expected the name of an environment variable (letters, digits and _), not the \
        secret itself";
    table.misfit(name, trouble, mistakes);
    None
}

fn account(table: &Table<'_>, mistakes: &mut Mistakes<'_>) -> String {
    table.string("account", mistakes).unwrap_or(DEFAULT_ACCOUNT).to_owned()
}

/// `[[keys]]`.
pub(super) fn keys(root: &Table<'_>, mistakes: &mut Mistakes<'_>) -> Vec<DeclaredKey> {
    let role = |role: Role| (role.as_str(), role);
    let plan = |plan: Plan| (plan.as_str(), plan);
    let roles = [Role::Owner, Role::Admin, Role::Developer, Role::Billing].map(role);
    let plans = [Plan::Enterprise, Plan::Free].map(plan);
    let mut keys = Vec::new();
    for table in root.tables("keys", mistakes) {
        table.refuse_unknown(KEYS, mistakes);
        if !table.has("secret_env") {
            let expected = "the name of the environment variable that holds the key's secret";
            table.missing("secret_env", expected, mistakes);
        }
        keys.push(DeclaredKey {
            account: account(&table, mistakes),
            role: table.choice("role", &roles, mistakes).unwrap_or(Role::Owner),
            plan: table.choice("plan", &plans, mistakes).unwrap_or(Plan::Enterprise),
            secret_env: env_name(&table, "secret_env", mistakes).unwrap_or_default(),
            line: mistakes.line(table.place("secret_env")),
        });
    }
    keys
}

/// `[[databases]]`.
pub(super) fn databases(root: &Table<'_>, mistakes: &mut Mistakes<'_>) -> Vec<DeclaredDatabase> {
    let mut databases = Vec::new();
    for table in root.tables("databases", mistakes) {
        table.refuse_unknown(DATABASES, mistakes);
        let path = table.string("path", mistakes);
        if !table.has("path") {
            table.missing("path", "a database path such as \"us-std/shop\"", mistakes);
        }
        if path.is_some_and(|path| !is_database_path(path)) {
            let trouble = "expected a region group and database names joined by \"/\", such as \
                \"us-std/shop\"";
            table.misfit("path", trouble, mistakes);
        }
        databases.push(DeclaredDatabase {
            account: account(&table, mistakes),
            path: path.unwrap_or_default().to_owned(),
            collections: table.strings("collections", mistakes),
        });
    }
    databases
}

fn is_database_path(path: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control())
    };
    path.contains('/') && path.split('/').all(is_name)
}

/// `[core]`.
pub(super) fn core(table: &Table<'_>, mistakes: &mut Mistakes<'_>) -> Core {
    table.refuse_unknown(CORE, mistakes);
    Core {
        secret_env: env_name(table, "secret_env", mistakes),
        v10: table.boolean("v10", mistakes),
        v4: table.boolean("v4", mistakes),
        propagation: table.duration("propagation", mistakes),
    }
}

/// `[policy]`.
pub(super) fn policy(root: &Table<'_>, mistakes: &mut Mistakes<'_>) -> Policy {
    let defaults = Policy::default();
    let Some(table) = root.table("policy", mistakes) else { return defaults };
    table.refuse_unknown(POLICY, mistakes);
    let words = [("replay", IdempotencyMismatch::Replay), ("reject", IdempotencyMismatch::Reject)];
    let path = table.string("create_log_url_path", mistakes);
    if path.is_some_and(|path| !is_path_template(path)) {
        let trouble = "expected a path that starts with \"/\" and holds \"{request_id}\", such as \
            \"/api/v1/logs/{request_id}/url\"";
        table.misfit("create_log_url_path", trouble, mistakes);
    }
    Policy {
        create_log_url_path: path.map(str::to_owned),
        idempotency_mismatch: table.choice("idempotency_mismatch", &words, mistakes),
        settle: table.duration("settle", mistakes).unwrap_or(defaults.settle),
        clock_slack: table.duration("clock_slack", mistakes).unwrap_or(defaults.clock_slack),
    }
}

fn is_path_template(path: &str) -> bool {
    let rest = path.replacen("{request_id}", "", 1);
    path.starts_with('/')
        && rest.len() < path.len()
        && !rest.contains(|c: char| c.is_whitespace() || c.is_control() || "{}?#".contains(c))
}

/// `[limits]`.
pub(super) fn limits(root: &Table<'_>, mistakes: &mut Mistakes<'_>) -> Limits {
    let defaults = Limits::default();
    let Some(table) = root.table("limits", mistakes) else { return defaults };
    table.refuse_unknown(LIMITS, mistakes);
    let concurrency = table.whole("concurrency", 1..=1024, mistakes);
    let timeout = table.duration("timeout", mistakes);
    if timeout.is_some_and(|timeout| timeout.is_zero()) {
        table.misfit("timeout", "expected more than no time", mistakes);
    }
    Limits {
        requests_per_second: table.positive("requests_per_second", mistakes),
        concurrency: concurrency
            .and_then(|number| usize::try_from(number).ok())
            .unwrap_or(defaults.concurrency),
        timeout: timeout.unwrap_or(defaults.timeout),
    }
}

/// `allow_remote`, which is one sentence or absent.
pub(super) fn allow_remote(root: &Table<'_>, mistakes: &mut Mistakes<'_>) -> bool {
    if !root.has("allow_remote") {
        return false;
    }
    let allows = root.is_string("allow_remote", ALLOW_REMOTE);
    if !allows {
        let trouble = format!("expected exactly {ALLOW_REMOTE:?}");
        root.misfit("allow_remote", &trouble, mistakes);
    }
    allows
}

/// What must fit together: one plan for an account, one key for a secret, and databases in accounts
/// that have keys.
pub(super) fn check_accounts(file: &TargetFile, root: &Table<'_>, mistakes: &mut Mistakes<'_>) {
    // Places are asked for anew, and what is noted there was noted before: to a collector that is
    // thrown away.
    let tables = root.tables("keys", &mut Mistakes::new("", ""));
    for (at, (key, table)) in file.keys.iter().zip(&tables).enumerate() {
        let before = &file.keys[..at];
        if let Some(other) = before.iter().find(|other| other.account == key.account)
            && other.plan != key.plan
        {
            let (account, plan) = (&key.account, other.plan.as_str());
            let trouble = format!("account {account:?} has the plan {plan:?} in a key before");
            table.misfit("plan", &trouble, mistakes);
        }
        if !key.secret_env.is_empty() && before.iter().any(|o| o.secret_env == key.secret_env) {
            table.misfit("secret_env", "another key before names the same variable", mistakes);
        }
    }
    let tables = root.tables("databases", &mut Mistakes::new("", ""));
    for (database, table) in file.databases.iter().zip(&tables) {
        let mut accounts = file.keys.iter().map(|key| key.account.as_str());
        if file.keys.is_empty() || accounts.any(|account| account == database.account) {
            continue;
        }
        let accounts = file.keys.iter().map(|key| key.account.as_str());
        let hint = closest(&database.account, accounts)
            .map_or_else(String::new, |account| format!("; did you mean {account:?}?"));
        let trouble = format!("no key has the account {:?}{hint}", database.account);
        table.misfit("account", &trouble, mistakes);
    }
}
