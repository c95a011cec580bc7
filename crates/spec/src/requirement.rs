//! Requirement rows: one normative sentence each, in our own words, with its source.
//!
//! The rows are data (`spec/requirements/*.toml`); [`Requirements::embedded`] has them all. What a
//! row may hold is checked when it is read, so whoever has a [`Requirement`] need not ask again.

use std::collections::BTreeMap;

use serde::Deserialize;

mod load;
#[cfg(test)]
mod tests;

pub use load::{Problem, RequirementError};

/// What a failure of a requirement means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// A failure is a nonconformance.
    Must,
    /// A failure is a warning.
    Should,
    /// A failure is a note.
    May,
}

impl Level {
    /// As the rows spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Must => "MUST",
            Level::Should => "SHOULD",
            Level::May => "MAY",
        }
    }
}

/// The part of the documented world that a requirement speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Surface {
    /// All nine operations of the Account API alike: authentication, envelopes.
    Account,
    /// The export operations (`/v2/exports`).
    Exports,
    /// The log operations (`/api/v1/logs`).
    Logs,
    /// The OAuth app operations (`/api/v1/oauth/apps`).
    Oauth,
    /// The query endpoints: FQL v10 and v4 keys.
    Core,
    /// Any OpenAPI document (`run --openapi`).
    Document,
}

impl Surface {
    /// As the rows spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Surface::Account => "account",
            Surface::Exports => "exports",
            Surface::Logs => "logs",
            Surface::Oauth => "oauth",
            Surface::Core => "core",
            Surface::Document => "document",
        }
    }
}

/// How a requirement is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Check {
    /// A judge of the same slug, written by hand.
    Judge,
    /// Generated from this row: every violation that `rejects` names is sent, and must be refused.
    Violations,
}

impl Check {
    /// As the rows spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Check::Judge => "judge",
            Check::Violations => "violations",
        }
    }
}

/// What becomes of a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It has a check.
    Checked,
    /// Its check comes with a later step.
    Planned,
    /// It has no check, and the row says why.
    Excluded,
}

/// A family of violations that a requirement forbids: where the edit is made, of what kind, and
/// the statuses that count as a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rejects {
    /// `body`, `body/format`, `body/destination/s3/bucket`, `query/state`, `path/export_id`, …
    pub at: String,
    /// Kinds of violation (`missing`, `null`, `type`, `enum`, …; see `strategy::ViolationKind`).
    pub kinds: Vec<String>,
    /// Accepted statuses; empty means 400 alone.
    #[serde(default)]
    pub statuses: Vec<u16>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Permanent slug, kebab-case, area first.
    pub id: String,
    /// MUST, SHOULD or MAY.
    pub level: Level,
    /// The sentence in our own words.
    pub text: String,
    /// `A-018`, `K-002`, `S0:28`, `RFC 9110 §9.2.2`.
    pub sources: Vec<String>,
    /// The surface it belongs to.
    pub surface: Surface,
    /// Operation ids it speaks of; empty means all of the surface.
    #[serde(default)]
    pub operations: Vec<String>,
    /// Capabilities without which it cannot be exercised (see [`CAPABILITIES`]).
    #[serde(default)]
    pub needs: Vec<String>,
    /// How it is judged; exactly one of `check`, `planned` and `excluded` is given.
    #[serde(default)]
    pub check: Option<Check>,
    /// The violations that are refused, with `check = "violations"` (allowed with `judge`, too).
    #[serde(default)]
    pub rejects: Vec<Rejects>,
    /// The later step of the plan that will bring the check.
    #[serde(default)]
    pub planned: Option<String>,
    /// Why there is no check: one of [`REASONS`], a colon, and the reason itself.
    #[serde(default)]
    pub excluded: Option<String>,
    /// Slug of the row that says the same: the documents repeat themselves, a judge need not.
    #[serde(default)]
    pub same_as: Option<String>,
}

impl Requirement {
    /// What becomes of it.
    pub fn status(&self) -> Status {
        match (&self.check, &self.planned) {
            (Some(_), _) => Status::Checked,
            (None, Some(_)) => Status::Planned,
            (None, None) => Status::Excluded,
        }
    }
}

/// The preconditions that rows may name in `needs`.
pub const CAPABILITIES: &[(&str, &str)] = &[
    ("second_key", "two keys of one account"),
    ("second_account", "a key of another account"),
    ("billing_key", "a key with the billing role"),
    ("free_plan", "a key of an account without the Enterprise plan"),
    ("role_keys", "keys with the owner, admin and developer roles"),
    ("clock", "the control API's clock"),
    ("jobs", "manual job steering by the control API"),
    ("accounts", "accounts and keys minted by the control API"),
    ("oauth_apps", "OAuth apps made with the account"),
    ("nested_database", "a database below another one"),
    ("storage", "presigned URLs that can be fetched"),
    ("export_store", "the store that finished exports are written to"),
    ("database_secret", "the secret of a database key"),
    ("core_v10", "the FQL v10 endpoint"),
    ("core_v4", "the FQL v4 endpoint"),
];

/// The operations of the Account API that rows may name in `operations`.
pub const OPERATIONS: [&str; 9] = [
    "createExport",
    "listExports",
    "getExport",
    "requestLogs",
    "getLogRequest",
    "createLogUrl",
    "listLogRequests",
    "listOauthApps",
    "deleteOauthApp",
];

/// The kinds of violation that rows may name in `rejects`.
pub const KINDS: &[&str] = &[
    "missing",
    "null",
    "type",
    "enum",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "min-length",
    "min-items",
    "one-of",
    "any-of",
    "malformed",
    "empty-body",
];

/// The reasons that `excluded` begins with.
pub const REASONS: &[&str] = &["not observable", "ambiguous", "superseded", "permission"];

/// All rows by slug.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    rows: BTreeMap<String, Requirement>,
}

impl Requirements {
    /// The row with this slug.
    pub fn get(&self, slug: &str) -> Option<&Requirement> {
        self.rows.get(slug)
    }

    /// All rows, in the order of their slugs.
    pub fn iter(&self) -> impl Iterator<Item = &Requirement> {
        self.rows.values()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A fingerprint of the rows: 16 hexadecimal digits that change when a row does, and only
    /// then. Neither the order of the rows nor the file that they stand in matters.
    pub fn revision(&self) -> String {
        let mut hash = Fnv::default();
        for row in self.iter() {
            hash.row(row);
        }
        format!("{:016x}", hash.0)
    }
}

/// FNV-1a with 64 bits: the standard library's hash may change with the compiler.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn text(&mut self, text: &str) {
        // 0xff is in no UTF-8 text, so "ab", "c" differs from "a", "bc".
        for byte in text.bytes().chain([0xff]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn list(&mut self, list: &[String]) {
        self.text(&list.len().to_string());
        list.iter().for_each(|text| self.text(text));
    }

    fn option(&mut self, text: Option<&str>) {
        self.text(if text.is_some() { "some" } else { "none" });
        text.into_iter().for_each(|text| self.text(text));
    }

    fn row(&mut self, row: &Requirement) {
        // Taken apart by name, so that a new member is not forgotten here.
        let Requirement {
            id,
            level,
            text,
            sources,
            surface,
            operations,
            needs,
            check,
            rejects,
            planned,
            excluded,
            same_as,
        } = row;
        self.text(id);
        self.text(level.as_str());
        self.text(text);
        self.list(sources);
        self.text(surface.as_str());
        self.list(operations);
        self.list(needs);
        self.option(check.map(Check::as_str));
        self.text(&rejects.len().to_string());
        for Rejects { at, kinds, statuses } in rejects {
            self.text(at);
            self.list(kinds);
            let statuses: Vec<String> = statuses.iter().map(u16::to_string).collect();
            self.list(&statuses);
        }
        self.option(planned.as_deref());
        self.option(excluded.as_deref());
        self.option(same_as.as_deref());
    }
}
