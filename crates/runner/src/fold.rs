//! From observations to verdicts: counted once, folded once.

use std::collections::BTreeMap;

use check::{Instance, Observation, Outcome, Verdict};
use spec::requirement::{Level, Requirement, Requirements};

/// What was observed of one requirement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Instances where the target did what it must.
    pub accepting: u64,
    /// Instances where it refused what it must.
    pub discriminating: u64,
    /// Observations that hold.
    pub holds: u64,
    /// Observations that are broken.
    pub broken: u64,
    /// Observations that say nothing.
    pub unknown: u64,
    /// Why nothing could be said, the first time.
    pub unknown_reason: Option<String>,
    /// Errors of the suite itself.
    pub harness: Option<String>,
}

impl Tally {
    /// Counts one observation.
    pub fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Holds(instance) => {
                self.holds += 1;
                if matches!(instance, Instance::Accepting | Instance::Both) {
                    self.accepting += 1;
                }
                if matches!(instance, Instance::Discriminating | Instance::Both) {
                    self.discriminating += 1;
                }
            }
            Outcome::Broken(_) => self.broken += 1,
            Outcome::Unknown(reason) => {
                self.unknown += 1;
                self.unknown_reason.get_or_insert_with(|| reason.clone());
            }
        }
    }

    /// The verdict of these observations, for a requirement that is applicable.
    pub fn verdict(&self) -> Verdict {
        if self.harness.is_some() {
            Verdict::HarnessError
        } else if self.broken > 0 {
            Verdict::Fail
        } else if self.accepting > 0 && self.discriminating > 0 {
            Verdict::Pass
        } else {
            Verdict::Inconclusive
        }
    }

    /// Why it is inconclusive, in a sentence.
    pub fn why_inconclusive(&self) -> String {
        match (&self.unknown_reason, self.accepting, self.discriminating) {
            (Some(reason), _, _) => format!("nothing could be said: {reason}"),
            (None, 0, 0) => "never exercised".to_owned(),
            (None, 0, _) => "no accepting instance was seen".to_owned(),
            (None, _, _) => "no discriminating instance was seen".to_owned(),
        }
    }
}

/// The tallies of a run.
#[derive(Clone, Debug, Default)]
pub struct Tallies {
    by_requirement: BTreeMap<String, Tally>,
}

impl Tallies {
    /// Counts one observation.
    pub fn add(&mut self, observation: &Observation) {
        match self.by_requirement.get_mut(observation.requirement.as_ref()) {
            Some(tally) => tally.add(&observation.outcome),
            None => {
                let mut tally = Tally::default();
                tally.add(&observation.outcome);
                self.by_requirement.insert(observation.requirement.to_string(), tally);
            }
        }
    }

    /// Notes an error of the suite against a requirement.
    pub fn harness_error(&mut self, requirement: &str, message: String) {
        self.by_requirement
            .entry(requirement.to_owned())
            .or_default()
            .harness
            .get_or_insert(message);
    }

    /// The tally of a requirement; rows that say the same as another share its observations.
    pub fn of(&self, row: &Requirement) -> Tally {
        let own = self.by_requirement.get(&row.id);
        let other = row.same_as.as_ref().and_then(|slug| self.by_requirement.get(slug));
        match (own, other) {
            (Some(own), _) => own.clone(),
            (None, Some(other)) => other.clone(),
            (None, None) => Tally::default(),
        }
    }

    /// Slugs that were observed and are no rows: an error of the suite.
    pub fn strangers(&self, requirements: &Requirements) -> Vec<String> {
        let known = |slug: &&String| requirements.get(slug).is_none();
        self.by_requirement.keys().filter(known).cloned().collect()
    }
}

/// The result of a run, for `result` in the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunResult {
    /// Nothing failed, everything required was seen.
    Conformant,
    /// Nothing failed, but something required was not applicable.
    Partial,
    /// A required requirement failed, or was left inconclusive.
    Nonconformant,
    /// The suite itself failed.
    Error,
}

impl RunResult {
    /// The word in the report.
    pub fn as_str(self) -> &'static str {
        match self {
            RunResult::Conformant => "conformant",
            RunResult::Partial => "partial",
            RunResult::Nonconformant => "nonconformant",
            RunResult::Error => "error",
        }
    }
}

/// Folds verdicts (with level, and whether a failure was declared) into the result of the run.
pub fn result(verdicts: impl IntoIterator<Item = (Level, Verdict, bool)>) -> RunResult {
    let mut result = RunResult::Conformant;
    for (level, verdict, known) in verdicts {
        let one = match (verdict, level) {
            (Verdict::HarnessError, _) => return RunResult::Error,
            (Verdict::Fail, Level::Must) if !known => RunResult::Nonconformant,
            (Verdict::Inconclusive, Level::Must) if !known => RunResult::Nonconformant,
            (Verdict::NotApplicable, Level::Must) => RunResult::Partial,
            _ => RunResult::Conformant,
        };
        result = match (result, one) {
            (RunResult::Nonconformant, _) | (_, RunResult::Nonconformant) => {
                RunResult::Nonconformant
            }
            (RunResult::Partial, _) | (_, RunResult::Partial) => RunResult::Partial,
            _ => RunResult::Conformant,
        };
    }
    result
}
