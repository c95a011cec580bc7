//! What becomes of an entry: its finished run against what is said of it.

use std::collections::{BTreeMap, BTreeSet};

use spec::requirement::{Requirement, Requirements};

use super::{Entry, Kind, Noticed, Outcome, Verdict};
use crate::report::{Counterexample, Row};
use crate::run::Finished;

/// Whether a row is among what is violated: by its slug or by one of its sources.
pub fn violates(violated: &[String], id: &str, sources: &[String]) -> bool {
    violated.iter().any(|one| one == id || sources.contains(one))
}

/// The slugs under which breaches of what is violated are observed. Rows that say the same as
/// another share its observations.
pub fn violated_slugs(rows: &Requirements, violated: &[String]) -> BTreeSet<String> {
    let concerned = rows.iter().filter(|row| violates(violated, &row.id, &row.sources));
    concerned.flat_map(|row| [Some(row.id.clone()), row.same_as.clone()]).flatten().collect()
}

/// The outcome of a run that came to its end.
pub(super) fn outcome(entry: &Entry, finished: &Finished) -> Outcome {
    let examples: BTreeMap<&str, &Counterexample> = finished
        .report
        .counterexamples
        .iter()
        .map(|example| (example.requirement.as_str(), example))
        .collect();
    let rows = finished.report.requirements.iter();
    let mut noticed: Vec<Noticed> = rows.filter_map(|row| noticed(entry, row, &examples)).collect();
    if noticed.iter().any(|one| one.verdict == "fail" && one.violated) {
        // The run ended there: what it did not come to says nothing.
        noticed.retain(|one| one.verdict != "inconclusive");
    }
    noticed.sort_by_key(rank);
    let verdict = verdict(entry.kind, &noticed, &finished.errors);
    let killer = noticed.first().filter(|_| verdict != Verdict::Error);
    let violated = noticed.iter().filter(|one| one.violated && one.verdict == "fail");
    Outcome {
        entry: entry.clone(),
        verdict,
        killer: killer.map(|one| one.id.clone()),
        level: killer.map(|one| one.level.clone()),
        found_after: violated.clone().filter_map(|one| one.found_after).min(),
        requests: violated.filter_map(|one| one.requests).min(),
        exchanges: finished.report.exchanges,
        seconds: 0.0,
        errors: finished.errors.clone(),
        noticed,
    }
}

/// The outcome where there was no run.
pub(super) fn error(entry: &Entry, message: String) -> Outcome {
    Outcome {
        entry: entry.clone(),
        verdict: match entry.kind {
            Kind::Fault => Verdict::Error,
            Kind::Plain | Kind::Variant => Verdict::FalseAlarm,
        },
        killer: None,
        level: None,
        found_after: None,
        requests: None,
        noticed: Vec::new(),
        exchanges: 0,
        seconds: 0.0,
        errors: vec![message],
    }
}

fn noticed(
    entry: &Entry,
    row: &Row,
    examples: &BTreeMap<&str, &Counterexample>,
) -> Option<Noticed> {
    let counts = match row.verdict.as_str() {
        "fail" | "harness_error" => true,
        "inconclusive" => row.level == "MUST",
        _ => false,
    };
    let example = example(row, examples);
    counts.then(|| Noticed {
        id: row.id.clone(),
        sources: row.sources.clone(),
        level: row.level.clone(),
        verdict: row.verdict.clone(),
        violated: violates(&entry.violates, &row.id, &row.sources),
        found_after: example.map(|example| example.found_after),
        requests: example.map(|example| example.requests).filter(|requests| *requests > 0),
        message: row.message.clone(),
    })
}

fn example<'a>(
    row: &Row,
    examples: &BTreeMap<&str, &'a Counterexample>,
) -> Option<&'a Counterexample> {
    let same = || {
        let row: Option<&Requirement> = Requirements::embedded().get(&row.id);
        row.and_then(|row| examples.get(row.same_as.as_deref()?))
    };
    examples.get(row.id.as_str()).or_else(same).copied()
}

/// What is violated before what is not, failures before what is undecided, what was seen first
/// before what came later, and a MUST before what is less.
fn rank(one: &Noticed) -> (bool, bool, u64, bool, String) {
    let first = one.found_after.unwrap_or(u64::MAX);
    (!one.violated, one.verdict != "fail", first, one.level != "MUST", one.id.clone())
}

fn verdict(kind: Kind, noticed: &[Noticed], errors: &[String]) -> Verdict {
    let any = |word: &str| noticed.iter().any(|one| one.verdict == word);
    let violated = |word: &str| noticed.iter().any(|one| one.violated && one.verdict == word);
    match kind {
        Kind::Plain | Kind::Variant if noticed.is_empty() && errors.is_empty() => Verdict::Quiet,
        Kind::Plain | Kind::Variant => Verdict::FalseAlarm,
        Kind::Fault if violated("fail") => Verdict::Killed,
        Kind::Fault if !errors.is_empty() || any("harness_error") => Verdict::Error,
        Kind::Fault if violated("inconclusive") => Verdict::Inconclusive,
        Kind::Fault if any("fail") => Verdict::Misattributed,
        Kind::Fault => Verdict::Surviving,
    }
}
