//! Requirement rows: one normative sentence each, in our own words, with its source.

use std::collections::BTreeMap;

use serde::Deserialize;

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

/// How a requirement is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Check {
    /// A judge of the same slug, written by hand.
    Judge,
    /// Generated from this row: every violation that `rejects` names is sent, and must be refused.
    Violations,
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
    /// Why there is no check: `not observable: …`, `ambiguous: …`, `superseded: …`, `permission: …`.
    #[serde(default)]
    pub excluded: Option<String>,
    /// Slug of the row that says the same: the documents repeat themselves, a judge need not.
    #[serde(default)]
    pub same_as: Option<String>,
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

/// All rows by slug.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    rows: BTreeMap<String, Requirement>,
}
