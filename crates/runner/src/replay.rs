//! Replays one counterexample: is it fixed?

use crate::counterexample::CounterexampleFile;
use crate::drive::trouble_words;
use crate::execute::{Outcome, execute};
use crate::suite::Suite;

/// What a replay came to.
#[derive(Clone, Debug)]
pub enum Replayed {
    /// The requirement holds now.
    Fixed,
    /// It is still broken, and how.
    Failed(String),
    /// It cannot be said.
    Error(String),
}

impl Replayed {
    /// The word that is printed.
    pub fn word(&self) -> &'static str {
        match self {
            Replayed::Fixed => "FIXED",
            Replayed::Failed(_) => "FAILED",
            Replayed::Error(_) => "ERROR",
        }
    }

    /// The exit code (interface.md).
    pub fn exit_code(&self) -> u8 {
        match self {
            Replayed::Fixed => 0,
            Replayed::Failed(_) => 1,
            Replayed::Error(_) => 3,
        }
    }
}

/// Runs the program of a counterexample once; gives back what came of it as well.
pub async fn replay(suite: &Suite, file: &CounterexampleFile) -> (Replayed, Outcome) {
    let needs = file.program.needs();
    let missing: Vec<&str> =
        needs.into_iter().filter(|need| !suite.capabilities.contains(*need)).collect();
    if !missing.is_empty() {
        let message = format!("the target does not offer {}", missing.join(", "));
        return (Replayed::Error(message), Outcome::default());
    }
    let outcome = execute(suite, &file.program).await;
    let replayed = match (outcome.breaks(&file.requirement), &outcome.trouble) {
        (Some((_, message)), _) => Replayed::Failed(message),
        (None, None) => Replayed::Fixed,
        (None, trouble) => Replayed::Error(trouble_words(trouble.as_ref())),
    };
    (replayed, outcome)
}
