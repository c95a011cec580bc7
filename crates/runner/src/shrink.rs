//! Smaller programs that break the same requirement.
//!
//! Bounded in programs and in requests, pinned to one requirement (a smaller program that breaks
//! another one is no counterexample to this), and confirmed by running the end result again.

use std::time::{Duration, Instant};

use model::Program;
use model::Transition;
use model::transition::{Credential, FirstPage, Listing};

use crate::execute::{Outcome, execute};
use crate::suite::Suite;

/// How many programs may be tried for one counterexample.
const PROGRAMS_MAX: usize = 150;

/// How many requests may be spent on one counterexample.
const REQUESTS_MAX: usize = 3000;

/// How long one counterexample may take: a target that hangs costs a time-out for each program.
const TIME_MAX: Duration = Duration::from_secs(20);

/// How often the result is run again.
pub const CONFIRMATIONS: u32 = 3;

/// A minimal program, what came of it, and how often it broke the requirement again.
#[derive(Clone, Debug)]
pub struct Minimal {
    /// The program.
    pub program: Program,
    /// Its last outcome that broke the requirement; `None` if it never did again.
    pub outcome: Option<Outcome>,
    /// In how many of [`CONFIRMATIONS`] runs it broke the requirement.
    pub confirmed: u32,
}

/// Shrinks a program that broke a requirement.
pub async fn shrink(suite: &Suite, program: &Program, requirement: &str) -> Minimal {
    let mut search = Search { suite, requirement, programs: 0, requests: 0, begun: Instant::now() };
    let mut best = program.clone();
    let mut changed = true;
    while changed && search.may_go_on() {
        changed = false;
        let mut at = 0;
        while at < candidates(&best).len() && search.may_go_on() {
            let candidate = candidates(&best).swap_remove(at);
            if search.breaks(&candidate).await.is_some() {
                best = candidate;
                changed = true;
            } else {
                at += 1;
            }
        }
    }
    let mut confirmed = 0;
    let mut outcome = None;
    for _ in 0..CONFIRMATIONS {
        let Some(broken) = search.breaks(&best).await else { continue };
        confirmed += 1;
        outcome = Some(broken);
        if search.begun.elapsed() > TIME_MAX * 2 {
            break;
        }
    }
    Minimal { program: best, outcome, confirmed }
}

struct Search<'a> {
    suite: &'a Suite,
    requirement: &'a str,
    programs: usize,
    requests: usize,
    begun: Instant,
}

impl Search<'_> {
    fn may_go_on(&self) -> bool {
        self.programs < PROGRAMS_MAX
            && self.requests < REQUESTS_MAX
            && self.begun.elapsed() < TIME_MAX
    }

    async fn breaks(&mut self, program: &Program) -> Option<Outcome> {
        self.programs += 1;
        let outcome = execute(self.suite, program).await;
        self.requests += outcome.exchanges.len();
        outcome.breaks(self.requirement).is_some().then_some(outcome)
    }
}

/// Programs that are simpler than this one, the boldest first: halves cut off, single steps left
/// out from the end, steps made simpler.
fn candidates(program: &Program) -> Vec<Program> {
    let n = program.steps.len();
    let mut candidates = Vec::new();
    let mut with = |steps: Vec<Transition>| {
        if !steps.is_empty() {
            candidates.push(Program { steps, ..program.clone() });
        }
    };
    for keep in [n / 4, n / 2, n * 3 / 4] {
        if keep > 0 && keep < n {
            with(program.steps[..keep].to_vec());
            with(program.steps[n - keep..].to_vec());
        }
    }
    for leave_out in (0..n).rev() {
        let mut steps = program.steps.clone();
        steps.remove(leave_out);
        with(steps);
    }
    for at in 0..n {
        for simpler in simpler(&program.steps[at]) {
            let mut steps = program.steps.clone();
            steps[at] = simpler;
            with(steps);
        }
    }
    candidates
}

/// Simpler forms of one transition.
fn simpler(step: &Transition) -> Vec<Transition> {
    let mut forms = Vec::new();
    match step {
        Transition::Walk { by, list, max_results } => {
            forms.push(Transition::ListPage {
                by: by.clone(),
                list: list.clone(),
                max_results: *max_results,
                first: FirstPage::Absent,
            });
            if let Listing::Exports(filter) = list
                && *filter != model::transition::ExportFilter::default()
            {
                forms.push(Transition::Walk {
                    by: by.clone(),
                    list: Listing::Exports(model::transition::ExportFilter::default()),
                    max_results: *max_results,
                });
            }
        }
        Transition::ListPage { by, list, max_results: Some(_), first } => {
            forms.push(Transition::ListPage {
                by: by.clone(),
                list: list.clone(),
                max_results: None,
                first: *first,
            });
        }
        Transition::CreateExport { .. } => forms.extend(simpler_creations(step)),
        Transition::AwaitExport { by, export } => {
            forms.push(Transition::GetExport { by: by.clone(), export: *export });
        }
        Transition::AwaitLog { by, log } => {
            forms.push(Transition::GetLog { by: by.clone(), log: *log });
        }
        Transition::AdvanceClock { .. }
        | Transition::ListPage { .. }
        | Transition::GetExport { .. }
        | Transition::ForeignToken { .. }
        | Transition::RequestLogs { .. }
        | Transition::GetLog { .. }
        | Transition::CreateLogUrl { .. }
        | Transition::FetchLogFile { .. }
        | Transition::DeleteApp { .. }
        | Transition::MoveExport { .. }
        | Transition::MoveLog { .. }
        | Transition::RevokeKey { .. }
        | Transition::Raw { .. } => {}
    }
    if let Some(Credential::Key(key)) = step.by()
        && *key > 0
        && let Some(form) = step.sent_by(&Credential::Key(0))
    {
        forms.push(form);
    }
    forms
}

/// The creation without its idempotency key, and without naming collections.
fn simpler_creations(step: &Transition) -> Vec<Transition> {
    let mut forms = Vec::new();
    for part in [0, 1] {
        let mut simpler = step.clone();
        let Transition::CreateExport { body, idempotency_key, .. } = &mut simpler else { continue };
        let changed = match part {
            0 => idempotency_key.take().is_some(),
            _ => body.collections.take().is_some(),
        };
        if changed {
            forms.push(simpler);
        }
    }
    forms
}
