//! The finished report: a value of its own, versioned, from which every rendering is made.

use std::collections::BTreeMap;

use check::Verdict;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spec::requirement::Level;

use crate::fold::RunResult;

/// The word that names this format.
pub const SCHEMA: &str = "conformance-report/1";

/// A report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// Who judged.
    pub suite: Suite,
    /// Who was judged.
    pub target: Target,
    /// The seed of everything generated.
    pub seed: u64,
    /// RFC 3339.
    pub started_at: String,
    /// How long it took.
    pub duration_ms: u64,
    /// Public exchanges, those of shrinking not counted.
    pub exchanges: u64,
    /// `conformant`, `partial`, `nonconformant` or `error`.
    pub result: String,
    /// How many requirements have which verdict; `known` counts those declared to fail.
    pub summary: BTreeMap<String, u64>,
    /// By slug.
    pub requirements: Vec<Row>,
    /// By slug.
    pub counterexamples: Vec<Counterexample>,
    /// What the reader should know about the run: programs left out, a budget that ran out.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// The suite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suite {
    /// `conformance`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// A hash of the requirement rows.
    pub requirements_revision: String,
}

/// The target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// The implementation.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where it was.
    pub url: String,
    /// What it offers.
    pub capabilities: Vec<String>,
}

/// A requirement with its verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Slug.
    pub id: String,
    /// Where it comes from.
    pub sources: Vec<String>,
    /// MUST, SHOULD or MAY.
    pub level: String,
    /// Its surface.
    pub surface: String,
    /// The sentence.
    pub text: String,
    /// `pass`, `fail`, `inconclusive`, `not_applicable` or `harness_error`.
    pub verdict: String,
    /// Whether a failure was declared.
    pub known: bool,
    /// Observations that hold.
    pub holds: u64,
    /// Observations that are broken.
    pub broken: u64,
    /// Observations that say nothing.
    pub unknown: u64,
    /// What there is to say: the failure, or why it is inconclusive or not applicable.
    #[serde(default)]
    pub message: String,
}

/// A minimal counterexample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counterexample {
    /// Slug.
    pub requirement: String,
    /// Where it comes from.
    pub sources: Vec<String>,
    /// Public requests of the minimal program.
    pub requests: u64,
    /// Public requests sent before the failure was first seen.
    pub found_after: u64,
    /// What was wrong.
    pub message: String,
    /// How often the minimal program failed again, of how many tries.
    pub confirmed: String,
    /// The redacted exchanges.
    pub exchanges: Vec<Value>,
    /// One line each.
    pub curl: Vec<String>,
    /// The file to replay, relative to the report.
    pub replay: String,
}

impl Report {
    /// The result as a value.
    pub fn run_result(&self) -> RunResult {
        match self.result.as_str() {
            "conformant" => RunResult::Conformant,
            "partial" => RunResult::Partial,
            "nonconformant" => RunResult::Nonconformant,
            _ => RunResult::Error,
        }
    }
}

/// The level as a word.
pub fn level_word(level: Level) -> &'static str {
    match level {
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::May => "MAY",
    }
}

/// Counts verdicts.
pub fn summary(rows: &[Row]) -> BTreeMap<String, u64> {
    let verdicts = [
        Verdict::Pass,
        Verdict::Fail,
        Verdict::Inconclusive,
        Verdict::NotApplicable,
        Verdict::HarnessError,
    ];
    let mut summary: BTreeMap<String, u64> =
        verdicts.iter().map(|verdict| (verdict.as_str().to_owned(), 0)).collect();
    summary.insert("known".to_owned(), rows.iter().filter(|row| row.known).count() as u64);
    for row in rows {
        *summary.entry(row.verdict.clone()).or_default() += 1;
    }
    summary
}
