//! Real clients against the reference: does what they were written for still work?
//!
//! [`shell`] drives the official command line tool as it was published. [`demo`] goes the way of
//! the official demonstration of query logs, with a client of its own. Neither knows the suite, so
//! both can see a mistake that suite and reference share. `docs/clients.md` says what that proves.

use std::path::Path;

use anyhow::bail;

use crate::reference::{self, Reference};

mod demo;
mod shell;

#[cfg(test)]
mod tests;

/// The chore: prints one line for each step, and fails if one of them does. With a fault, the
/// reference is wrong in that way, which shows that a step can fail.
pub(crate) fn run(root: &Path, fault: Option<&str>) -> anyhow::Result<()> {
    let place = root.join("target/clients");
    let program = shell::install(&place)?;
    let binary = reference::build(root)?;
    let server = Reference::serve(&binary, fault)?;
    let mut tally = Tally::default();
    println!("{} {} against the reference", shell::PACKAGE, shell::VERSION);
    let outcome = shell::steps(&mut tally, &server, &program, &place);
    tally.rest(&outcome);
    println!("the flow of the query-log demonstration");
    let outcome = demo::steps(&mut tally, &server);
    tally.rest(&outcome);
    println!("{}", tally.line());
    match tally.failed {
        0 => Ok(()),
        1 => bail!("a step of a real client failed"),
        failed => bail!("{failed} steps of real clients failed"),
    }
}

/// How the steps went so far.
#[derive(Debug, Default)]
struct Tally {
    passed: usize,
    failed: usize,
}

impl Tally {
    /// Tells what was expected of a step, and what came instead.
    fn step(&mut self, expected: &str, outcome: &anyhow::Result<()>) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(_) => self.failed += 1,
        }
        println!("{}", step_line(expected, outcome));
    }

    /// A step whose result the next ones need.
    fn need<T>(&mut self, expected: &str, outcome: anyhow::Result<T>) -> anyhow::Result<T> {
        match outcome {
            Ok(result) => {
                self.step(expected, &Ok(()));
                Ok(result)
            }
            Err(error) => {
                self.step(expected, &Err(error));
                bail!("nothing to go on with")
            }
        }
    }

    /// Steps that could not be taken have failed as well.
    fn rest(&mut self, outcome: &anyhow::Result<()>) {
        if outcome.is_err() {
            self.step("the steps after that", outcome);
        }
    }

    fn line(&self) -> String {
        format!("{} passed, {} failed", self.passed, self.failed)
    }
}

fn step_line(expected: &str, outcome: &anyhow::Result<()>) -> String {
    match outcome {
        Ok(()) => format!("ok    {expected}"),
        Err(error) => format!("FAIL  {expected}; got: {error:#}"),
    }
}
