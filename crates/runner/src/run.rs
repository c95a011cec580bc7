//! The main job: plan, drive, shrink, judge, report.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use check::Verdict;
use spec::requirement::{Level, Requirement};

use crate::artefacts;
use crate::counterexample::CounterexampleFile;
use crate::curl;
use crate::drive::{self, Bounds, Driven, Failure, Hunt, Progress};
use crate::fold::{self, RunResult};
use crate::known::KnownFailures;
use crate::pattern::Selection;
use crate::plan::{self, Plan, Wanted};
use crate::report::{self, Counterexample, Report, Row};
use crate::shrink;
use crate::suite::Suite;
use crate::transcript::{self, Transcript};

/// Random valid requests for each operation where nothing else is said.
pub const CASES: u32 = 100;

/// What is asked of a run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which requirements.
    pub selection: Selection,
    /// The seed of everything generated.
    pub seed: u64,
    /// When no further unit is begun.
    pub budget: Option<Duration>,
    /// Random valid cases per operation.
    pub cases: u32,
    /// Units side by side.
    pub jobs: usize,
    /// Declared failures.
    pub known: KnownFailures,
    /// Where the report goes; `None` writes nothing.
    pub report: Option<PathBuf>,
    /// Which operations and phases; used by tests that name what they run.
    pub operations: Option<Vec<String>>,
    /// Which phases.
    pub phases: Option<Vec<crate::generate::Phase>>,
    /// Failures that are enough; `None` looks for all there are.
    pub hunt: Option<Hunt>,
}

/// A finished run.
#[derive(Clone, Debug)]
pub struct Finished {
    /// The report.
    pub report: Report,
    /// Declarations that are stale.
    pub stale: Vec<String>,
    /// Mistakes of the suite, and why the run was given up.
    pub errors: Vec<String>,
    /// Accounts that could not be deleted.
    pub left_behind: Vec<String>,
    /// Whether nothing at all was exercised.
    pub nothing: bool,
}

impl Finished {
    /// The exit code of `run` (interface.md).
    pub fn exit_code(&self) -> u8 {
        if !self.errors.is_empty() || self.report.run_result() == RunResult::Error {
            return 3;
        }
        if self.nothing {
            return 4;
        }
        match self.report.run_result() {
            RunResult::Nonconformant => 1,
            _ if !self.stale.is_empty() => 5,
            _ => 0,
        }
    }
}

/// Runs the suite against a target that was opened.
pub async fn run(suite: &Suite, options: &Options, progress: &dyn Progress) -> Finished {
    let started = Instant::now();
    let started_at = jiff::Timestamp::now();
    let rows = plan::rows(suite.requirements.iter(), &options.selection);
    let wanted = Wanted {
        operations: options.operations.clone(),
        phases: options.phases.clone(),
        rounds: match options.budget {
            Some(_) => None,
            None => Some(u64::from(options.cases.div_ceil(crate::generate::CASES_PER_ROUND))),
        },
    };
    let plan = Plan::new(suite, wanted);
    let mut errors = Vec::new();
    let mut transcript = match &options.report {
        Some(dir) => open_transcript(dir, &mut errors),
        None => Transcript::none(),
    };
    let deadline = drive::deadline(options.budget);
    let bounds = Bounds { jobs: options.jobs, deadline, hunt: options.hunt.as_ref() };
    let driven = drive::drive(suite, &plan, bounds, &mut transcript, progress).await;
    let judged = judge(suite, &rows, &driven, options);
    let counterexamples = counterexamples(suite, &judged, &driven, options).await;
    let left_behind = tear_down(suite).await;
    let mut notes = notes(&plan.left_out, &driven, &left_behind);
    notes.extend(strangers(suite, &driven));
    errors.extend(driven.harness.iter().cloned());
    errors.extend(driven.given_up.iter().map(|why| format!("the target cannot be reached: {why}")));
    errors.extend(transcript.finish().err().map(|why| format!("the transcript is cut: {why}")));
    let exercised = judged.rows.iter().any(|row| row.holds + row.broken + row.unknown > 0);
    let nothing = !exercised && errors.is_empty();
    let report = Report {
        schema: report::SCHEMA.to_owned(),
        suite: report::Suite {
            name: "conformance".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            requirements_revision: suite.requirements.revision(),
        },
        target: target(suite),
        seed: options.seed,
        started_at: started_at.to_string(),
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        exchanges: driven.exchanges,
        result: if errors.is_empty() { judged.result } else { RunResult::Error }
            .as_str()
            .to_owned(),
        summary: report::summary(&judged.rows),
        requirements: judged.rows,
        counterexamples,
        notes,
    };
    let finished = Finished { report, stale: judged.stale, errors, left_behind, nothing };
    write(finished, options)
}

fn open_transcript(dir: &Path, errors: &mut Vec<String>) -> Transcript {
    let made = fs::create_dir_all(dir.join("regressions"))
        .and_then(|()| Transcript::create(&dir.join("transcript.ndjson")));
    made.unwrap_or_else(|error| {
        errors.push(format!("cannot write into {}: {error}", dir.display()));
        Transcript::none()
    })
}

struct Judged {
    rows: Vec<Row>,
    result: RunResult,
    stale: Vec<String>,
}

fn judge(suite: &Suite, rows: &[&Requirement], driven: &Driven, options: &Options) -> Judged {
    let mut judged = Vec::new();
    let mut verdicts: Vec<(Level, Verdict, bool)> = Vec::new();
    let narrowed = options.operations.is_some() || options.phases.is_some();
    for row in rows {
        let tally = driven.tallies.of(row);
        let missing: Vec<&String> =
            row.needs.iter().filter(|need| !suite.capabilities.contains(*need)).collect();
        let verdict = match tally.verdict() {
            Verdict::Inconclusive if !missing.is_empty() => Verdict::NotApplicable,
            // A part of the plan proves only what it exercises.
            Verdict::Inconclusive if narrowed => Verdict::NotApplicable,
            verdict => verdict,
        };
        let known = verdict == Verdict::Fail && options.known.excuses(row);
        let message = match verdict {
            Verdict::Pass => String::new(),
            Verdict::Fail => {
                let slug = if driven.failures.contains_key(&row.id) {
                    Some(&row.id)
                } else {
                    row.same_as.as_ref()
                };
                slug.and_then(|slug| driven.failures.get(slug))
                    .map(|failure| failure.message.clone())
                    .unwrap_or_default()
            }
            Verdict::Inconclusive => tally.why_inconclusive(),
            Verdict::NotApplicable if missing.is_empty() => "not part of this run".to_owned(),
            Verdict::NotApplicable => {
                let missing: Vec<&str> = missing.iter().map(|need| need.as_str()).collect();
                format!("the target does not offer {}", missing.join(", "))
            }
            Verdict::HarnessError => tally.harness.clone().unwrap_or_default(),
        };
        verdicts.push((row.level, verdict, known));
        judged.push(Row {
            id: row.id.clone(),
            sources: row.sources.clone(),
            level: report::level_word(row.level).to_owned(),
            surface: row.surface.as_str().to_owned(),
            text: row.text.clone(),
            verdict: verdict.as_str().to_owned(),
            known,
            holds: tally.holds,
            broken: tally.broken,
            unknown: tally.unknown,
            message,
        });
    }
    let stale = options.known.stale(rows, &judged);
    Judged { result: fold::result(verdicts), rows: judged, stale }
}

/// Observations of slugs that are no rows are mistakes of the suite.
fn strangers(suite: &Suite, driven: &Driven) -> Vec<String> {
    let strangers = driven.tallies.strangers(&suite.requirements);
    strangers.into_iter().map(|slug| format!("{slug} was observed and is no requirement")).collect()
}

/// The failed rows with what showed them, by slug.
fn failed<'a>(judged: &'a Judged, driven: &'a Driven) -> Vec<(&'a str, &'a Failure)> {
    let failed = judged.rows.iter().filter(|row| row.verdict == Verdict::Fail.as_str());
    let failed: BTreeMap<&str, &Failure> =
        failed.filter_map(|row| Some((row.id.as_str(), driven.failures.get(&row.id)?))).collect();
    failed.into_iter().collect()
}

/// Minimal counterexamples of the failed rows, each distinct program shrunk for its requirement.
async fn counterexamples(
    suite: &Suite,
    judged: &Judged,
    driven: &Driven,
    options: &Options,
) -> Vec<Counterexample> {
    let failed: Vec<(&str, &Failure)> = match &options.hunt {
        Some(hunt) => hunt.caught(driven),
        None => failed(judged, driven),
    };
    let mut counterexamples = Vec::new();
    let tried = shrink::Tried::default();
    for (slug, failure) in failed {
        let minimal = shrink::shrink(suite, &tried, &failure.program, slug).await;
        let sources = suite.requirements.get(slug).map(|row| row.sources.clone());
        let mut upto = 0;
        let (message, exchanges): (String, Vec<_>) = match &minimal.outcome {
            Some(outcome) => {
                let (at, message) =
                    outcome.breaks(slug).unwrap_or_else(|| (0, failure.message.clone()));
                upto = at + 1;
                let redacted = outcome.redacted();
                let told = outcome.told(&minimal.program, upto).into_iter();
                let told = told.map(|at| (outcome.exchanges[at].by.clone(), redacted[at].clone()));
                (message, told.collect())
            }
            None => (failure.message.clone(), Vec::new()),
        };
        let replay = format!("regressions/{slug}.json");
        let file = CounterexampleFile::new(slug, &message, &minimal.program);
        if let Some(dir) = &options.report {
            let (outcome, origin) = (minimal.outcome.as_ref(), suite.account.as_str());
            // What cannot be written is missed when the report itself is written, next to it.
            let _ = artefacts::write(dir, &file, outcome, upto, origin);
        }
        counterexamples.push(Counterexample {
            requirement: slug.to_owned(),
            sources: sources.unwrap_or_default(),
            requests: exchanges.len() as u64,
            found_after: failure.found_after,
            message: suite.redactor.redact(&message).into_owned(),
            confirmed: format!("{}/{}", minimal.confirmed, minimal.tries),
            curl: exchanges
                .iter()
                .map(|(by, one)| curl::line(suite.account.as_str(), &one.request, by))
                .collect(),
            exchanges: exchanges.iter().map(|(_, one)| transcript::exchange_json(one)).collect(),
            replay,
        });
        let enough = options.hunt.as_ref().map_or(0, |hunt| hunt.enough);
        if exchanges.len() as u64 <= enough && !exchanges.is_empty() {
            break;
        }
    }
    counterexamples
}

/// Deletes what is left of what was minted; gives back what could not be deleted.
pub async fn tear_down(suite: &Suite) -> Vec<String> {
    let left: Vec<String> = suite.minted.borrow().iter().cloned().collect();
    let Some(control) = &suite.control else { return left };
    for id in &left {
        if control.delete_account(id).await.is_ok() {
            suite.minted.borrow_mut().remove(id);
        }
    }
    suite.minted.borrow().iter().cloned().collect()
}

fn notes(left_out: &[String], driven: &Driven, left_behind: &[String]) -> Vec<String> {
    let mut notes = Vec::new();
    if !left_out.is_empty() {
        let names = left_out.join(", ");
        notes.push(format!("not run, for want of capabilities of the target: {names}"));
    }
    if !left_behind.is_empty() {
        notes.push(format!("{} minted accounts could not be deleted", left_behind.len()));
    }
    if !driven.choices.is_empty() {
        notes.push(format!("seen to choose, where the documents leave it open: {}", seen(driven)));
    }
    notes
}

/// The choices in words: who is let in where the documents do not say is told in one, as long as it
/// is the same for all.
fn seen(driven: &Driven) -> String {
    let words =
        |chosen: &BTreeSet<&'static str>| chosen.iter().copied().collect::<Vec<_>>().join(" or ");
    let (who, others): (Vec<_>, Vec<_>) =
        driven.choices.iter().partition(|(name, _)| name.contains(" by "));
    let mut all: Vec<String> =
        others.iter().map(|(name, chosen)| format!("{name}: {}", words(chosen))).collect();
    let kinds: BTreeSet<String> = who.iter().map(|(_, chosen)| words(chosen)).collect();
    if kinds.len() == 1 {
        let kind: String = kinds.into_iter().collect();
        all.push(format!("billing keys and free plans on logs and OAuth apps: {kind}"));
    } else {
        all.extend(who.iter().map(|(name, chosen)| format!("{name}: {}", words(chosen))));
    }
    all.join("; ")
}

fn target(suite: &Suite) -> report::Target {
    report::Target {
        name: suite.implementation.0.clone(),
        version: suite.implementation.1.clone(),
        url: suite.account.as_str().to_owned(),
        capabilities: suite.capabilities.iter().cloned().collect(),
    }
}

/// Writes the report; a report that cannot be written is an error of the run.
pub(crate) fn write(mut finished: Finished, options: &Options) -> Finished {
    let Some(dir) = &options.report else { return finished };
    let text = serde_json::to_string_pretty(&finished.report).unwrap_or_default();
    let written = fs::create_dir_all(dir)
        .and_then(|()| fs::write(dir.join("report.json"), text + "\n"))
        .and_then(|()| fs::write(dir.join("report.txt"), crate::terminal::text(&finished)));
    if let Err(error) = written {
        finished.errors.push(format!("cannot write the report into {}: {error}", dir.display()));
    }
    finished
}
