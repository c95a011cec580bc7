//! Drives the units of a plan, some at a time, and folds what comes in their fixed order.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use check::Observation;
use futures_util::StreamExt;
use model::Program;

use crate::execute::{Outcome, Trouble, execute};
use crate::fold::Tallies;
use crate::generate;
use crate::plan::{Unit, Work};
use crate::suite::Suite;
use crate::transcript::Transcript;

/// How many units in a row may fail to reach the target before the run is given up.
const UNREACHABLE_MAX: u32 = 3;

/// How many units may go without a single answer before the run is given up.
const MUTE_MAX: u64 = 10;

/// The first failure of a requirement.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The program that showed it.
    pub program: Program,
    /// What was wrong.
    pub message: String,
    /// Public requests sent before it, in the order of the plan.
    pub found_after: u64,
}

/// What a drive came to.
#[derive(Debug, Default)]
pub struct Driven {
    /// Counts by requirement.
    pub tallies: Tallies,
    /// First failures by requirement.
    pub failures: BTreeMap<String, Failure>,
    /// Public exchanges.
    pub exchanges: u64,
    /// Those that got an answer.
    pub answered: u64,
    /// Units done.
    pub units: u64,
    /// Why the run was given up, if it was.
    pub given_up: Option<String>,
    /// Mistakes of the suite itself.
    pub harness: Vec<String>,
    /// Whether the budget ended the run before the plan did.
    pub cut_short: bool,
}

/// Something that looks on.
pub trait Progress {
    /// A unit is done.
    fn unit_done(&self, name: &str, driven: &Driven, planned: usize);
}

/// What the drive is bound by.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Units side by side.
    pub jobs: usize,
    /// When no new unit is begun; `None` does all.
    pub deadline: Option<Instant>,
    /// How many units are begun even after the deadline: the essential ones.
    pub essential: usize,
}

/// One unit's programs and what came of them.
struct Done {
    name: String,
    parts: Vec<(Program, Outcome)>,
    harness: Vec<String>,
    skipped: bool,
}

/// Runs all units.
pub async fn drive(
    suite: &Suite,
    units: &[Unit],
    bounds: Bounds,
    transcript: &mut Transcript,
    progress: &dyn Progress,
) -> Driven {
    let mut driven = Driven::default();
    let mut unreachable = 0;
    let late = |index: usize| {
        index >= bounds.essential && bounds.deadline.is_some_and(|end| Instant::now() >= end)
    };
    let mut stream = futures_util::stream::iter(units.iter().enumerate())
        .map(|(index, unit)| async move { run_unit(suite, unit, late(index)).await })
        .buffered(bounds.jobs.max(1));
    while let Some(done) = stream.next().await {
        if done.skipped {
            driven.cut_short = true;
            continue;
        }
        for message in &done.harness {
            driven.harness.push(format!("{}: {message}", done.name));
        }
        let mut reached = done.parts.is_empty();
        for (program, outcome) in &done.parts {
            transcript.write(program, outcome);
            reached |= !matches!(outcome.trouble, Some(Trouble::Unreachable(_)));
            fold(&mut driven, program, outcome);
        }
        unreachable = if reached { 0 } else { unreachable + 1 };
        driven.units += 1;
        progress.unit_done(&done.name, &driven, units.len());
        let mute = driven.answered == 0 && driven.units >= MUTE_MAX;
        if unreachable >= UNREACHABLE_MAX || mute {
            let why = done.parts.iter().find_map(|(_, outcome)| outcome.trouble.clone());
            driven.given_up = Some(trouble_words(why.as_ref()));
            break;
        }
    }
    driven
}

async fn run_unit(suite: &Suite, unit: &Unit, skip: bool) -> Done {
    let mut done =
        Done { name: unit.name.clone(), parts: Vec::new(), harness: Vec::new(), skipped: skip };
    if skip {
        return done;
    }
    match &unit.work {
        Work::Program(program) => {
            let outcome = execute_twice_if_broken_off(suite, program).await;
            done.parts.push((program.clone(), outcome));
        }
        Work::Cases { operation, phase, round } => {
            match generate::programs(suite, operation, *phase, *round) {
                Ok(programs) => {
                    for program in programs {
                        let outcome = execute_twice_if_broken_off(suite, &program).await;
                        done.parts.push((program, outcome));
                    }
                }
                Err(message) => done.harness.push(message),
            }
        }
    }
    done
}

/// A program that was broken off by the network is run once more on fresh accounts: a connection
/// may be lost without anybody's fault, but not twice at the same place.
async fn execute_twice_if_broken_off(suite: &Suite, program: &Program) -> Outcome {
    let first = execute(suite, program).await;
    match first.trouble {
        Some(Trouble::Unanswered { .. }) => execute(suite, program).await,
        _ => first,
    }
}

fn fold(driven: &mut Driven, program: &Program, outcome: &Outcome) {
    let before = driven.exchanges;
    driven.exchanges += outcome.exchanges.len() as u64;
    for (at, observation) in &outcome.observations {
        driven.tallies.add(observation);
        note_failure(driven, program, observation, before + *at as u64);
    }
    driven.answered += outcome.exchanges.iter().filter(|one| one.status != 0).count() as u64;
    if let Some((requirement, at, message)) = outcome.broken_off() {
        let observation = broken(requirement, message);
        driven.tallies.add(&observation);
        note_failure(driven, program, &observation, before + at as u64);
    }
}

fn broken(requirement: &'static str, message: String) -> Observation {
    Observation { requirement: requirement.into(), outcome: check::Outcome::Broken(message) }
}

fn note_failure(driven: &mut Driven, program: &Program, observation: &Observation, at: u64) {
    let check::Outcome::Broken(message) = &observation.outcome else { return };
    let slug = observation.requirement.as_ref();
    if driven.failures.contains_key(slug) {
        return;
    }
    let failure = Failure { program: program.clone(), message: message.clone(), found_after: at };
    driven.failures.insert(slug.to_owned(), failure);
}

/// A trouble in words.
pub fn trouble_words(trouble: Option<&Trouble>) -> String {
    match trouble {
        Some(Trouble::Unanswered { asked, error, .. }) => {
            format!("{asked} got no complete answer: failed to {error}")
        }
        Some(Trouble::Control(message) | Trouble::Unreachable(message)) => message.clone(),
        None => String::new(),
    }
}

/// A deadline so far from now.
pub fn deadline(budget: Option<Duration>) -> Option<Instant> {
    budget.and_then(|budget| Instant::now().checked_add(budget))
}
