//! Programs: what is set up through the control API, and the transitions that are then made.

use serde::{Deserialize, Serialize};

use crate::Transition;
use crate::transition::Credential;

/// A list of transitions on accounts of its own: a fixed chain, a generated run or a
/// counterexample. It is a value, so that it can be shrunk, stored and replayed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// Where it comes from, such as `exports/idempotency-replay`.
    pub name: String,
    /// What must exist first.
    pub setup: Setup,
    /// What is done, in order.
    pub steps: Vec<Transition>,
}

/// Accounts and keys made before the first step; not counted as requests.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// The accounts, by position.
    pub accounts: Vec<AccountSetup>,
    /// The keys, by position.
    pub keys: Vec<KeySetup>,
}

/// An account to mint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountSetup {
    /// Its plan.
    pub plan: Plan,
    /// What exists in it.
    pub databases: Vec<DatabaseSetup>,
    /// How many OAuth apps it has.
    pub apps: u32,
    /// How its jobs move.
    pub jobs: Jobs,
}

/// A database with its user-defined collections.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DatabaseSetup {
    /// Region group and names from the top, joined by `/`.
    pub path: String,
    /// Its collections.
    pub collections: Vec<String>,
}

/// A plan of the control API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Plan {
    /// May use exports.
    Enterprise,
    /// May not.
    Free,
}

/// A role of an account key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May use exports.
    Owner,
    /// May use exports.
    Admin,
    /// May use exports.
    Developer,
    /// May not use exports (C-45).
    Billing,
}

impl Role {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Admin => "admin",
            Role::Developer => "developer",
            Role::Billing => "billing",
        }
    }
}

impl Plan {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Plan::Enterprise => "enterprise",
            Plan::Free => "free",
        }
    }
}

/// How jobs of an account move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Jobs {
    /// Only by [`Transition::MoveExport`] and [`Transition::MoveLog`].
    Manual,
    /// By themselves, each state lasting at least so many milliseconds.
    Auto(u32),
}

/// A key to mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySetup {
    /// Position of its account.
    pub account: usize,
    /// Its role.
    pub role: Role,
    /// Days until it expires; `None` for never.
    pub ttl_days: Option<u32>,
    /// Whether it is not there from the start, but made by [`Transition::IssueKey`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub later: bool,
}

impl Program {
    /// The capabilities (see `spec::requirement::CAPABILITIES`) that the program cannot do
    /// without.
    pub fn needs(&self) -> Vec<&'static str> {
        let mut needs = Vec::new();
        let setup = &self.setup;
        if setup.accounts.len() > 1 && setup.accounts.iter().all(|a| a.plan == Plan::Enterprise) {
            needs.push("second_account");
        }
        if setup.accounts.iter().any(|account| account.plan == Plan::Free) {
            needs.push("free_plan");
        }
        if setup.accounts.iter().any(|account| account.apps > 0) {
            needs.push("oauth_apps");
        }
        if setup.keys.iter().any(|key| key.role == Role::Billing) {
            needs.push("billing_key");
        }
        if setup.keys.iter().any(|key| key.ttl_days.is_some()) {
            needs.push("accounts");
        }
        let shared = |one: &KeySetup| {
            let same =
                |other: &&KeySetup| other.account == one.account && other.role != Role::Billing;
            one.role != Role::Billing && setup.keys.iter().filter(same).count() > 1
        };
        if setup.keys.iter().any(shared) {
            needs.push("second_key");
        }
        let is_database =
            |by: Option<&Credential>| matches!(by, Some(Credential::DatabaseSecret(_)));
        if self.steps.iter().any(|step| is_database(step.by())) {
            needs.push("database_secret");
        }
        needs.extend(self.steps.iter().flat_map(Transition::needs));
        needs.sort_unstable();
        needs.dedup();
        needs
    }
}
