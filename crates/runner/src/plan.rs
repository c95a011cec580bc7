//! The plan of a run: which units of work there are, in which order.
//!
//! A unit is sequential and owns its accounts, so units may run side by side without changing what
//! any of them sends. Their order is fixed. What is essential comes first: past counterexamples,
//! fixed chains, the edges of every operation, and a first round of everything drawn. Then follow
//! rounds that differ by their seed, as many as are asked for or as the budget has time for, each
//! made only when its turn comes: a long run needs no more memory than a short one.

use model::Program;
use model::program::DatabaseSetup;
use spec::requirement::{Requirement, Surface};
use strategy::machine::{Ground, Theme};

use crate::chains::{self, Facts};
use crate::generate::Phase;
use crate::pattern::Selection;
use crate::regressions;
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
    /// Generated state-machine runs.
    Machines {
        /// What they are about.
        theme: Theme,
        /// Which round; rounds differ by their seed.
        round: u64,
        /// Operations that a run has to call one of; none takes all runs.
        operations: Option<Vec<String>>,
    },
}

/// What a plan is made for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Operations and phases asked for; none asks for all.
    pub operations: Option<Vec<String>>,
    /// Phases asked for; none asks for all.
    pub phases: Option<Vec<Phase>>,
    /// Rounds of what is drawn; `None` for as many as there is time for.
    pub rounds: Option<u64>,
}

impl Wanted {
    fn phase(&self, phase: Phase) -> bool {
        self.phases.as_ref().is_none_or(|all| all.contains(&phase))
    }

    fn operation(&self, operation: &str) -> bool {
        self.operations.as_ref().is_none_or(|all| all.iter().any(|one| one == operation))
    }

    fn touches(&self, program: &Program) -> bool {
        let operations = || program.steps.iter().flat_map(|step| step.operations());
        self.operations.is_none() || operations().any(|operation| self.operation(operation))
    }
}

/// The plan of a run against a target.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is done in any case, however little time there is.
    pub essential: Vec<Unit>,
    /// Programs that the target cannot run for want of something.
    pub left_out: Vec<String>,
    wanted: Wanted,
    operations: Vec<String>,
    themes: Vec<Theme>,
}

impl Plan {
    /// The plan for what is wanted of this target.
    pub fn new(suite: &Suite, wanted: Wanted) -> Plan {
        let ids = suite.document.operations().iter().map(|operation| operation.id.clone());
        let ground = ground(suite);
        let fits = |theme: &Theme| ground.as_ref().is_some_and(|ground| theme.fits(ground));
        let mut plan = Plan {
            essential: Vec::new(),
            left_out: Vec::new(),
            operations: ids.filter(|id| wanted.operation(id)).collect(),
            themes: Theme::ALL.into_iter().filter(fits).collect(),
            wanted,
        };
        plan.add_programs(suite, Phase::Regressions, regressions::all());
        let facts = facts(suite);
        let chains = facts.iter().flat_map(chains::all).collect();
        plan.add_programs(suite, Phase::Chains, chains);
        for kind in [Phase::Examples, Phase::Boundary, Phase::Violations] {
            let wanted = plan.operations.iter().filter(|_| plan.wanted.phase(kind));
            let units: Vec<Unit> = wanted.map(|operation| cases(operation, kind, 0)).collect();
            plan.essential.extend(units);
        }
        if plan.wanted.rounds != Some(0) {
            plan.essential.extend(plan.round(0));
        }
        plan
    }

    fn add_programs(&mut self, suite: &Suite, phase: Phase, programs: Vec<Program>) {
        let wanted = self.wanted.clone();
        for program in programs {
            if !wanted.phase(phase) || !wanted.touches(&program) {
                continue;
            }
            if suite.offers(&program.needs()) {
                let unit = Unit { name: program.name.clone(), work: Work::Program(program) };
                self.essential.push(unit);
            } else if phase == Phase::Chains {
                self.left_out.push(program.name);
            }
        }
    }

    /// The units of one round: random valid cases of every operation, and runs of every theme.
    fn round(&self, round: u64) -> Vec<Unit> {
        let mut units = Vec::new();
        if self.wanted.phase(Phase::Valid) {
            let operations = self.operations.iter();
            units.extend(operations.map(|operation| cases(operation, Phase::Valid, round)));
        }
        if self.wanted.phase(Phase::Stateful) {
            units.extend(self.themes.iter().map(|theme| Unit {
                name: format!("stateful/{}-{round}", theme.as_str()),
                work: Work::Machines {
                    theme: *theme,
                    round,
                    operations: self.wanted.operations.clone(),
                },
            }));
        }
        units
    }

    /// The further rounds, one after the other. Empty where nothing that is drawn is wanted.
    pub fn further(&self) -> impl Iterator<Item = Unit> + '_ {
        let end = if self.round(0).is_empty() { 1 } else { self.wanted.rounds.unwrap_or(u64::MAX) };
        (1..end.max(1)).flat_map(|round| self.round(round))
    }

    /// How many units there are in all, where that is known.
    pub fn length(&self) -> Option<usize> {
        let rounds = usize::try_from(self.wanted.rounds?.saturating_sub(1)).ok()?;
        Some(self.essential.len() + rounds * self.round(0).len())
    }
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

/// What generated runs can speak of.
pub fn ground(suite: &Suite) -> Option<Ground> {
    Some(Ground {
        databases: facts(suite)?.all(),
        mints: suite.control.is_some(),
        clock: suite.offers(&["clock"]),
        jobs: suite.offers(&["jobs"]),
        storage: suite.offers(&["storage"]),
        apps: suite.offers(&["oauth_apps"]),
    })
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
