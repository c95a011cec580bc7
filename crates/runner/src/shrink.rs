//! Smaller programs that break the same requirement.
//!
//! Bounded in programs, requests and time, pinned to one requirement (a smaller program that
//! breaks another one is no counterexample to this), and confirmed by running the end result again
//! on fresh accounts. Steps are left out first, in chunks that get smaller; then what is left is
//! made simpler ([`simpler`]), until nothing can be left out and nothing be simplified.

mod simpler;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use model::{Program, Transition};

use crate::execute::{Outcome, execute};
use crate::suite::Suite;

pub use simpler::simpler;

/// How many programs may be tried for one counterexample.
const PROGRAMS_MAX: usize = 400;

/// How many requests may be spent on one counterexample.
const REQUESTS_MAX: usize = 6000;

/// How long one counterexample may take: a target that hangs costs a time-out for each program.
const TIME_MAX: Duration = Duration::from_secs(20);

/// How often the result is run again.
pub const CONFIRMATIONS: u32 = 3;

/// How often a result that depends on what meets what is run again.
pub const CONFIRMATIONS_OF_RACES: u32 = 10;

/// How often a candidate is tried whose failure depends on what meets what.
const TRIES_OF_RACES: u32 = 4;

/// How often a candidate has to fail in a row where the first program always did.
const FAILURES_IN_A_ROW: u32 = 3;

/// A minimal program, what came of it, and how often it broke the requirement again.
#[derive(Clone, Debug)]
pub struct Minimal {
    /// The program.
    pub program: Program,
    /// Its last outcome that broke the requirement; `None` if it never did again.
    pub outcome: Option<Outcome>,
    /// In how many of the tries it broke the requirement.
    pub confirmed: u32,
    /// How many tries there were.
    pub tries: u32,
    /// Whether the search ended because nothing was left to try, and not at a bound.
    pub exhausted: bool,
}

/// What programs are known to break, so that two requirements that fail together are not looked
/// for twice.
#[derive(Debug, Default)]
pub struct Tried(RefCell<BTreeMap<String, Broken>>);

/// The requirements that a program broke, each with the step at which it did.
type Broken = BTreeMap<String, usize>;

/// Shrinks a program that broke a requirement.
pub async fn shrink(suite: &Suite, tried: &Tried, program: &Program, requirement: &str) -> Minimal {
    let mut search = Search {
        suite,
        tried,
        requirement,
        programs: 0,
        requests: 0,
        begun: Instant::now(),
        refused: BTreeSet::new(),
        steady: false,
    };
    let mut best = program.clone();
    search.steady = is_race(program) && search.always_breaks(program).await;
    if let Some(at) = search.breaks_at(&best).await {
        best.steps.truncate(at + 1);
        best = search.leave_out(best).await;
        best = search.simplify(best).await;
    }
    let exhausted = search.may_go_on();
    search.confirm(best, exhausted).await
}

/// Whether a failure of the program may depend on what meets what.
pub fn is_race(program: &Program) -> bool {
    let races =
        |step: &Transition| matches!(step, Transition::Parallel { .. } | Transition::Lost { .. });
    program.steps.iter().any(|step| races(step) || step.inner().into_iter().any(races))
}

struct Search<'a> {
    suite: &'a Suite,
    tried: &'a Tried,
    requirement: &'a str,
    programs: usize,
    requests: usize,
    begun: Instant,
    /// Programs that did not break the requirement.
    refused: BTreeSet<String>,
    /// Whether the first program broke it each time although it depends on what meets what: then
    /// one that only sometimes does is no simpler form of it.
    steady: bool,
}

impl Search<'_> {
    fn may_go_on(&self) -> bool {
        self.programs < PROGRAMS_MAX
            && self.requests < REQUESTS_MAX
            && self.begun.elapsed() < TIME_MAX
    }

    /// The step at which a program breaks the requirement, if it does.
    async fn breaks_at(&mut self, program: &Program) -> Option<usize> {
        let key = serde_json::to_string(&(&program.setup, &program.steps)).unwrap_or_default();
        if self.refused.contains(&key) {
            return None;
        }
        let races = is_race(program);
        if let Some(broken) = self.tried.0.borrow().get(&key).filter(|_| !races) {
            return broken.get(self.requirement).copied();
        }
        let (tries, wanted) = match (races, self.steady) {
            (false, _) => (1, 1),
            (true, false) => (TRIES_OF_RACES, 1),
            (true, true) => (FAILURES_IN_A_ROW, FAILURES_IN_A_ROW),
        };
        let mut failures = Vec::new();
        for tried in 0..tries {
            let broken = self.run(program).await;
            failures.extend(broken.get(self.requirement).copied());
            if !races {
                self.tried.0.borrow_mut().insert(key.clone(), broken);
            }
            let left = tries - tried - 1;
            let failed = u32::try_from(failures.len()).unwrap_or(u32::MAX);
            if failed >= wanted {
                // The latest step: what was seen once after it must be seen again.
                return failures.into_iter().max();
            }
            if failed + left < wanted {
                break;
            }
        }
        self.refused.insert(key);
        None
    }

    async fn run(&mut self, program: &Program) -> Broken {
        self.programs += 1;
        let outcome = execute(self.suite, program).await;
        self.requests += outcome.exchanges.len();
        broken(&outcome)
    }

    async fn always_breaks(&mut self, program: &Program) -> bool {
        for _ in 0..FAILURES_IN_A_ROW {
            if !self.run(program).await.contains_key(self.requirement) {
                return false;
            }
        }
        true
    }

    /// Leaves out steps, many at once and then fewer.
    async fn leave_out(&mut self, mut best: Program) -> Program {
        let mut size = best.steps.len() / 2;
        while size > 0 {
            let mut end = best.steps.len();
            // From the end: what comes last is least needed, but for the step that fails.
            while end > 0 && self.may_go_on() {
                let start = end.saturating_sub(size);
                let mut fewer = best.clone();
                fewer.steps.drain(start..end);
                let breaks =
                    if fewer.steps.is_empty() { None } else { self.breaks_at(&fewer).await };
                if let Some(at) = breaks {
                    fewer.steps.truncate(at + 1);
                    best = fewer;
                    end = start.min(best.steps.len());
                } else {
                    end = start;
                }
            }
            size /= 2;
        }
        best
    }

    /// Makes what is left simpler until nothing helps any more.
    async fn simplify(&mut self, mut best: Program) -> Program {
        let mut at = 0;
        loop {
            let candidates = simpler(&best);
            let Some(candidate) = candidates.get(at).filter(|_| self.may_go_on()) else { break };
            match self.breaks_at(candidate).await {
                Some(step) => {
                    best = candidate.clone();
                    best.steps.truncate(step + 1);
                    at = 0;
                }
                None => at += 1,
            }
        }
        best
    }

    async fn confirm(&mut self, best: Program, exhausted: bool) -> Minimal {
        let races = is_race(&best);
        let tries = if races { CONFIRMATIONS_OF_RACES } else { CONFIRMATIONS };
        let mut minimal =
            Minimal { program: best, outcome: None, confirmed: 0, tries: 0, exhausted };
        for _ in 0..tries {
            let outcome = execute(self.suite, &minimal.program).await;
            minimal.tries += 1;
            if outcome.breaks(self.requirement).is_some() {
                minimal.confirmed += 1;
                minimal.outcome = Some(outcome);
            }
            if self.begun.elapsed() > TIME_MAX * 2 {
                break;
            }
        }
        minimal
    }
}

fn broken(outcome: &Outcome) -> Broken {
    let step = |at: usize| outcome.exchanges.get(at).map_or(0, |one| one.step);
    let mut all = Broken::new();
    for (at, observation) in &outcome.observations {
        if matches!(observation.outcome, check::Outcome::Broken(_)) {
            all.entry(observation.requirement.to_string()).or_insert(step(*at));
        }
    }
    if let Some((slug, at, _)) = outcome.broken_off() {
        all.entry(slug.to_owned()).or_insert(step(at));
    }
    all
}
