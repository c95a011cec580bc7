//! A refusal counts only for the edit that it is meant for: the request that was edited must have
//! been accepted just before, and be accepted again just after.

use check::{Observation, Outcome as Judgement};
use model::Program;
use model::transition::{RawExpect, Transition};

use crate::execute::Outcome;

/// Takes the weight off judgements of violations whose unedited twin was not accepted.
pub fn demote(program: &Program, outcome: &mut Outcome) {
    for (index, step) in program.steps.iter().enumerate() {
        let Some(RawExpect::Refused { speaks_for, .. }) = expectation(step) else { continue };
        let before = index.checked_sub(1).and_then(|before| accepted(program, outcome, before));
        let after = accepted(program, outcome, index + 1);
        // A twin that is not there (a shrunk program) says nothing; one that failed does.
        if before != Some(false) && after != Some(false) {
            continue;
        }
        for (at, observation) in &mut outcome.observations {
            let here = outcome.exchanges.get(*at).is_some_and(|one| one.step == index);
            if here && hangs_on_twin(observation, speaks_for) {
                observation.outcome =
                    Judgement::Unknown("the request that was edited is not accepted".to_owned());
            }
        }
    }
}

/// A right refusal hangs on the twin. An acceptance, or a server error, is wrong whatever happens
/// to the twin.
fn hangs_on_twin(observation: &Observation, rows: &[String]) -> bool {
    matches!(observation.outcome, Judgement::Holds(_))
        && rows.iter().any(|row| *row == observation.requirement)
}

fn expectation(step: &Transition) -> Option<&RawExpect> {
    match step {
        Transition::Raw { case, .. } => Some(&case.expect),
        _ => None,
    }
}

/// Whether the twin at this step was accepted; `None` if there is no twin there, or it was not
/// sent.
fn accepted(program: &Program, outcome: &Outcome, index: usize) -> Option<bool> {
    let step = program.steps.get(index)?;
    let Some(RawExpect::Accepted { .. }) = expectation(step) else { return None };
    let exchange = outcome.exchanges.iter().find(|one| one.step == index)?;
    Some((200..300).contains(&exchange.status))
}
