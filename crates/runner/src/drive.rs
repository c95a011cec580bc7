//! Drives the units of a plan, some at a time, and folds what comes in their fixed order.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use check::Observation;
use futures_util::{FutureExt, StreamExt};
use model::Program;

use crate::execute::{Outcome, Trouble, execute};
use crate::fold::Tallies;
use crate::generate;
use crate::plan::{Plan, Unit, Work};
use crate::suite::Suite;
use crate::transcript::Transcript;

/// How many units in a row may fail to reach the target before the run is given up.
const UNREACHABLE_MAX: u32 = 3;

/// How many units may go without a single answer before the run is given up.
const MUTE_MAX: u64 = 10;

/// The failure of a requirement.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The program that shows it with the fewest requests.
    pub program: Program,
    /// What was wrong.
    pub message: String,
    /// Public requests sent before it was first seen, in the order of the plan.
    pub found_after: u64,
    /// Public requests of the program before it.
    pub exchanges: u64,
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
    /// Programs run.
    pub programs: u64,
    /// What the target was seen to choose where the documents leave it the choice.
    pub choices: BTreeMap<String, BTreeSet<&'static str>>,
}

/// Something that looks on.
pub trait Progress {
    /// A unit is done. `planned` is how many there are in all, where that is known.
    fn unit_done(&self, name: &str, driven: &Driven, planned: Option<usize>);
}

/// What the drive is bound by.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    /// Units side by side.
    pub jobs: usize,
    /// When no further unit is begun but the essential ones; `None` does all.
    pub deadline: Option<Instant>,
    /// What is enough; `None` does all.
    pub hunt: Option<&'a Hunt>,
}

/// Failures that are enough: who looks for one of these need not know all the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunt {
    /// The requirements, by the slugs that observations carry.
    pub slugs: BTreeSet<String>,
    /// Whether the drive goes on to the end all the same, as smaller programs may come. If not, it
    /// ends with the unit, in the order of the plan, that shows one of them broken.
    pub to_the_end: bool,
    /// How many of them get a counterexample at most.
    pub counterexamples: usize,
    /// How few requests of a counterexample make others unnecessary.
    pub enough: u64,
}

impl Hunt {
    fn is_over(&self, driven: &Driven) -> bool {
        !self.to_the_end && driven.failures.keys().any(|slug| self.slugs.contains(slug))
    }

    /// The failures that get a counterexample: where all were looked for, those that the fewest
    /// requests show first, else those that were seen first.
    pub fn caught<'a>(&self, driven: &'a Driven) -> Vec<(&'a str, &'a Failure)> {
        let failures = driven.failures.iter().map(|(slug, failure)| (slug.as_str(), failure));
        let mut caught: Vec<_> = failures.filter(|(slug, _)| self.slugs.contains(*slug)).collect();
        caught.sort_by_key(|(slug, failure)| {
            let first = if self.to_the_end { failure.exchanges } else { failure.found_after };
            (first, *slug)
        });
        caught.truncate(self.counterexamples);
        caught
    }
}

/// One unit's programs and what came of them.
struct Done {
    name: String,
    parts: Vec<(Program, Outcome)>,
    harness: Vec<String>,
}

/// Runs all units of a plan.
pub async fn drive(
    suite: &Suite,
    plan: &Plan,
    bounds: Bounds<'_>,
    transcript: &mut Transcript,
    progress: &dyn Progress,
) -> Driven {
    let mut driven = Driven::default();
    let mut unreachable = 0;
    let in_time = || bounds.deadline.is_none_or(|end| Instant::now() < end);
    let over = Cell::new(false);
    let further = plan.further().take_while(|_| in_time());
    let units = plan.essential.iter().cloned().chain(further).take_while(|_| !over.get());
    let mut stream = futures_util::stream::iter(units)
        .map(|unit| async move { run_unit_safely(suite, unit).await })
        .buffered(bounds.jobs.max(1));
    while let Some(done) = stream.next().await {
        if over.get() {
            // What was under way ends in its own time and counts for nothing: how much that is
            // hangs on the clock.
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
        progress.unit_done(&done.name, &driven, plan.length());
        let mute = driven.answered == 0 && driven.units >= MUTE_MAX;
        if unreachable >= UNREACHABLE_MAX || mute {
            let why = done.parts.iter().find_map(|(_, outcome)| outcome.trouble.clone());
            driven.given_up = Some(trouble_words(why.as_ref()));
            break;
        }
        over.set(bounds.hunt.is_some_and(|hunt| hunt.is_over(&driven)));
    }
    driven
}

/// A panic is a mistake of the suite. It ends the unit and not the run, whose end deletes what the
/// unit had minted.
async fn run_unit_safely(suite: &Suite, unit: Unit) -> Done {
    let caught = AssertUnwindSafe(run_unit(suite, &unit)).catch_unwind().await;
    caught.unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let message = format!("the suite panicked: {}", words.unwrap_or_default());
        Done { name: unit.name, parts: Vec::new(), harness: vec![message] }
    })
}

async fn run_unit(suite: &Suite, unit: &Unit) -> Done {
    let mut done = Done { name: unit.name.clone(), parts: Vec::new(), harness: Vec::new() };
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
        Work::Machines { theme, round, operations } => {
            match generate::machines(suite, *theme, *round, operations.as_deref()) {
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
    driven.programs += 1;
    for (name, chosen) in &outcome.choices {
        driven.choices.entry(name.clone()).or_default().insert(chosen);
    }
    for (at, observation) in &outcome.observations {
        driven.tallies.add(observation);
        note_failure(driven, program, observation, *at as u64, before);
    }
    driven.answered += outcome.exchanges.iter().filter(|one| one.status != 0).count() as u64;
    if let Some((requirement, at, message)) = outcome.broken_off() {
        let observation = broken(requirement, message);
        driven.tallies.add(&observation);
        note_failure(driven, program, &observation, at as u64, before);
    }
}

fn broken(requirement: &'static str, message: String) -> Observation {
    Observation { requirement: requirement.into(), outcome: check::Outcome::Broken(message) }
}

/// Keeps the first failure of a requirement in mind, and of all programs that show it the one that
/// needs the fewest exchanges to: it is the shortest way to a minimal one.
fn note_failure(
    driven: &mut Driven,
    program: &Program,
    observation: &Observation,
    at: u64,
    before: u64,
) {
    let check::Outcome::Broken(message) = &observation.outcome else { return };
    let slug = observation.requirement.as_ref();
    match driven.failures.get_mut(slug) {
        None => {
            let failure = Failure {
                program: program.clone(),
                message: message.clone(),
                found_after: before + at,
                exchanges: at,
            };
            driven.failures.insert(slug.to_owned(), failure);
        }
        Some(failure) if at < failure.exchanges => {
            failure.program = program.clone();
            failure.message.clone_from(message);
            failure.exchanges = at;
        }
        Some(_) => {}
    }
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
