//! Counterexamples as files: the minimal program as a value, with what it shows.

use model::Program;
use serde::{Deserialize, Serialize};

/// The word that names this format.
pub const SCHEMA: &str = "conformance-counterexample/1";

/// What `replay` reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CounterexampleFile {
    /// [`SCHEMA`].
    pub schema: String,
    /// The slug that it breaks.
    pub requirement: String,
    /// What was wrong.
    pub message: String,
    /// What is done.
    pub program: Program,
}

impl CounterexampleFile {
    /// A file for a program.
    pub fn new(requirement: &str, message: &str, program: &Program) -> CounterexampleFile {
        CounterexampleFile {
            schema: SCHEMA.to_owned(),
            requirement: requirement.to_owned(),
            message: message.to_owned(),
            program: program.clone(),
        }
    }

    /// Reads one; the error says where and what is wrong.
    pub fn parse(name: &str, text: &str) -> Result<CounterexampleFile, String> {
        let file: CounterexampleFile = serde_json::from_str(text)
            .map_err(|error| format!("{name}: not a counterexample: {error}"))?;
        if file.schema != SCHEMA {
            return Err(format!("{name}: schema is {:?}; {SCHEMA:?} is expected", file.schema));
        }
        let accounts = file.program.setup.accounts.len();
        if file.program.setup.keys.iter().any(|key| key.account >= accounts) {
            return Err(format!("{name}: a key names an account that the set-up does not have"));
        }
        Ok(file)
    }
}
