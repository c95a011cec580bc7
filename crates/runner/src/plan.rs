//! The plan of a run: which units of work there are, in which order.
//!
//! A unit is sequential and owns its accounts, so units may run side by side without changing what
//! any of them sends. Their order is fixed; what is essential comes first, so that a budget that
//! runs out costs variety and never coverage.

use model::Program;
use model::program::DatabaseSetup;
use spec::requirement::{Requirement, Surface};

use crate::chains::{self, Facts};
use crate::generate::Phase;
use crate::pattern::Selection;
use crate::suite::Suite;

/// A unit of work.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Its name, such as `exports/echo` or `createExport/violations`.
    pub name: String,
    /// What is done.
    pub work: Work,
}

/// What a unit does.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// A fixed program.
    Program(Program),
    /// Cases generated from the document.
    Cases {
        /// The operation.
        operation: String,
        /// The kind of cases.
        phase: Phase,
        /// Which round; rounds differ by their seed.
        round: u64,
    },
}

/// What a plan is made for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Operations and phases asked for; none asks for all.
    pub operations: Option<Vec<String>>,
    /// Phases asked for; none asks for all.
    pub phases: Option<Vec<Phase>>,
    /// Rounds of random valid cases.
    pub rounds: u64,
}

/// The units of a run against this target, essential ones first, and the programs that the target
/// cannot run for want of something.
pub fn units(suite: &Suite, wanted: &Wanted) -> (Vec<Unit>, Vec<String>) {
    let mut units = Vec::new();
    let mut left_out = Vec::new();
    let facts = facts(suite);
    let phase = |phase: Phase| wanted.phases.as_ref().is_none_or(|all| all.contains(&phase));
    if phase(Phase::Chains) {
        for program in facts.iter().flat_map(chains::all) {
            if !touches(&program, wanted) {
                continue;
            }
            if suite.offers(&program.needs()) {
                units.push(Unit { name: program.name.clone(), work: Work::Program(program) });
            } else {
                left_out.push(program.name);
            }
        }
    }
    for round in 0..wanted.rounds.max(1) {
        for operation in suite.document.operations() {
            let asked = wanted.operations.as_ref().is_none_or(|all| all.contains(&operation.id));
            for kind in Phase::GENERATED {
                let again = round == 0 || kind == Phase::Valid;
                if asked && phase(kind) && again && (round < wanted.rounds || kind != Phase::Valid)
                {
                    units.push(cases(&operation.id, kind, round));
                }
            }
        }
    }
    (units, left_out)
}

/// A unit of generated cases.
pub fn cases(operation: &str, phase: Phase, round: u64) -> Unit {
    let name = match round {
        0 => format!("{operation}/{}", phase.as_str()),
        _ => format!("{operation}/{}-{round}", phase.as_str()),
    };
    let work = Work::Cases { operation: operation.to_owned(), phase, round };
    Unit { name, work }
}

/// Databases to speak of.
pub fn facts(suite: &Suite) -> Option<Facts> {
    if suite.control.is_some() {
        return Some(Facts::minted());
    }
    let first = suite.static_keys.first().map(|key| key.account.clone());
    let own: Vec<DatabaseSetup> = suite
        .static_databases
        .iter()
        .filter(|(account, _)| Some(account) == first.as_ref())
        .map(|(_, database)| database.clone())
        .collect();
    Facts::declared(&own)
}

fn touches(program: &Program, wanted: &Wanted) -> bool {
    let Some(operations) = &wanted.operations else { return true };
    program
        .steps
        .iter()
        .filter_map(|step| step.operation())
        .any(|operation| operations.iter().any(|wanted| wanted == operation))
}

/// The rows in play: selected by profile and patterns, with a check.
pub fn rows<'a>(
    all: impl Iterator<Item = &'a Requirement>,
    selection: &Selection,
) -> Vec<&'a Requirement> {
    all.filter(|row| row.check.is_some() && row.surface != Surface::Document)
        .filter(|row| selection.selects(row))
        .collect()
}
