//! The kill matrix: the suite against one server after another, each wrong in one named way, or
//! different in one that is allowed.
//!
//! A suite is as good as what it catches, and as what it lets be. Every entry gets a server and a
//! run of its own, with the options that a run has by default. A run against a wrong server ends
//! with the unit that shows a requirement broken which that server violates; all others go on to
//! the end. Where the counterexample is longer than the shortest known demonstration, a second run
//! goes on to the end as well: what is drawn later often shows it with less. Runs are made side by
//! side, one on each thread, and share nothing.
//!
//! Who the servers are is not known here: an entry comes with its id and what is said of it, and a
//! function starts the server.

mod judge;
mod text;

#[cfg(test)]
mod tests;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde::Serialize;
use spec::requirement::Requirements;

use crate::drive::{Driven, Hunt, Progress};
use crate::known::KnownFailures;
use crate::open::open;
use crate::pattern::Selection;
use crate::run::{Finished, Options, run as run_suite};
use crate::target::TargetFile;

pub use judge::{violated_slugs, violates};
pub use text::text;

/// The word that names the format of the matrix as JSON.
pub const SCHEMA: &str = "conformance-matrix/1";

/// How many requirements get a counterexample where several are broken, in a run that ends early
/// and in one that does not.
const COUNTEREXAMPLES: [usize; 2] = [3, 8];

/// What a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// As it should be.
    Plain,
    /// Wrong in one way.
    Fault,
    /// As it should be, with another choice where the documents leave one.
    Variant,
}

/// One server and what is said of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Its name.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Sources or slugs of the requirements that it breaks.
    pub violates: Vec<String>,
    /// What somebody needs who wants to show it.
    pub needs: Vec<String>,
    /// How many public requests the shortest known demonstration takes.
    pub shortest: Option<u64>,
}

/// A server that is under way, and ends when this is dropped.
pub struct Server {
    /// Where it is.
    pub url: String,
    /// What keeps it going.
    pub keep: Box<dyn Any>,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A requirement that the fault violates failed.
    Killed,
    /// A requirement that the fault violates could not be decided, and none of those failed.
    Inconclusive,
    /// Only requirements failed that the fault does not violate.
    Misattributed,
    /// Nothing failed, though the server is wrong.
    Surviving,
    /// Nothing failed, and the server is right.
    Quiet,
    /// Something failed or could not be decided, though the server is right.
    FalseAlarm,
    /// The suite itself failed.
    Error,
}

impl Verdict {
    /// The word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Killed => "killed",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Misattributed => "misattributed",
            Verdict::Surviving => "surviving",
            Verdict::Quiet => "quiet",
            Verdict::FalseAlarm => "false alarm",
            Verdict::Error => "error",
        }
    }

    /// Whether the fault was noticed by what it violates.
    pub fn is_kill(self) -> bool {
        matches!(self, Verdict::Killed | Verdict::Inconclusive)
    }
}

/// A requirement that did not pass.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Noticed {
    /// Slug.
    pub id: String,
    /// Where it comes from.
    pub sources: Vec<String>,
    /// MUST, SHOULD or MAY.
    pub level: String,
    /// `fail`, `inconclusive` or `harness_error`.
    pub verdict: String,
    /// Whether the server is said to violate it.
    pub violated: bool,
    /// Public requests sent before it was first seen broken.
    pub found_after: Option<u64>,
    /// Public requests of the minimal counterexample, if it could be shown again.
    pub requests: Option<u64>,
    /// What there is to say.
    pub message: String,
}

/// An entry with what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// The server.
    #[serde(flatten)]
    pub entry: Entry,
    /// What became of it.
    pub verdict: Verdict,
    /// The requirement that noticed it first; one that it violates, if there is one.
    pub killer: Option<String>,
    /// The level of that requirement.
    pub level: Option<String>,
    /// Public requests sent before the first detection.
    pub found_after: Option<u64>,
    /// Public requests of the smallest counterexample.
    pub requests: Option<u64>,
    /// What did not pass; what was left undecided only where it matters.
    pub noticed: Vec<Noticed>,
    /// Public exchanges of the run, those of shrinking not counted.
    pub exchanges: u64,
    /// How long it took.
    pub seconds: f64,
    /// Mistakes of the suite.
    pub errors: Vec<String>,
}

impl Outcome {
    /// How many requests the smallest counterexample has beyond the shortest known demonstration.
    pub fn excess(&self) -> Option<i64> {
        let known = i64::try_from(self.entry.shortest?).ok()?;
        Some(i64::try_from(self.requests?).ok()? - known)
    }

    /// This outcome, with the counterexample of a run that went on to the end if that is smaller.
    fn or_shorter(mut self, whole: Outcome) -> Outcome {
        let requests = |one: &Outcome| one.requests.unwrap_or(u64::MAX);
        if requests(&whole) < requests(&self) {
            self.requests = whole.requests;
            self.noticed = whole.noticed;
        }
        self
    }

    /// Whether the smallest counterexample is more than twice as long as it need be.
    pub fn is_long(&self) -> bool {
        let known = self.entry.shortest.unwrap_or(u64::MAX / 2);
        self.requests.is_some_and(|requests| requests > 2 * known)
    }
}

/// The finished matrix.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Matrix {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// A hash of the requirement rows.
    pub requirements_revision: String,
    /// The seed of every run.
    pub seed: u64,
    /// Runs side by side.
    pub threads: usize,
    /// How long it took.
    pub seconds: f64,
    /// In the order in which they were asked for.
    pub entries: Vec<Outcome>,
}

impl Matrix {
    /// The outcomes with this verdict.
    pub fn with(&self, verdict: Verdict) -> impl Iterator<Item = &Outcome> {
        self.entries.iter().filter(move |one| one.verdict == verdict)
    }

    /// The exit code: 3 for an error of the suite, 1 for a fault that nothing caught which it
    /// violates or for a false alarm, 4 if there was nothing, else 0.
    pub fn exit_code(&self) -> u8 {
        let any =
            |verdicts: &[Verdict]| self.entries.iter().any(|one| verdicts.contains(&one.verdict));
        if any(&[Verdict::Error]) {
            3
        } else if any(&[Verdict::Surviving, Verdict::Misattributed, Verdict::FalseAlarm]) {
            1
        } else if self.entries.is_empty() {
            4
        } else {
            0
        }
    }
}

/// Runs the suite once for each entry, on so many threads. `done` hears of every outcome as it
/// comes, in any order; the matrix has them in the order of the entries.
pub fn run<S>(
    entries: &[Entry],
    seed: u64,
    threads: usize,
    start: &S,
    done: &mut dyn FnMut(&Outcome),
) -> Matrix
where
    S: Fn(&Entry) -> Result<Server, String> + Sync,
{
    let begun = Instant::now();
    let next = AtomicUsize::new(0);
    let mut outcomes: Vec<Option<Outcome>> = entries.iter().map(|_| None).collect();
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        for _ in 0..threads.clamp(1, entries.len().max(1)) {
            let sender = sender.clone();
            let next = &next;
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(entry) = entries.get(at) else { break };
                    // Whoever receives is there until every sender is gone.
                    let _ = sender.send((at, examine_safely(entry, seed, start)));
                }
            });
        }
        drop(sender);
        for (at, outcome) in receiver {
            done(&outcome);
            outcomes[at] = Some(outcome);
        }
    });
    Matrix {
        schema: SCHEMA,
        requirements_revision: Requirements::embedded().revision(),
        seed,
        threads,
        seconds: begun.elapsed().as_secs_f64(),
        entries: outcomes.into_iter().flatten().collect(),
    }
}

/// A panic is a mistake of the suite, and ends one run and not all of them.
fn examine_safely<S>(entry: &Entry, seed: u64, start: &S) -> Outcome
where
    S: Fn(&Entry) -> Result<Server, String>,
{
    let begun = Instant::now();
    let examined = catch_unwind(AssertUnwindSafe(|| {
        let look = |to_the_end: bool| {
            let server = start(entry)?;
            let finished = examine(entry, &server.url, seed, to_the_end)?;
            Ok::<Outcome, String>(judge::outcome(entry, &finished))
        };
        let first = look(false)?;
        // What comes later in the plan may show it with less.
        let again = first.verdict == Verdict::Killed && first.excess().is_none_or(|more| more > 0);
        if again { Ok(first.or_shorter(look(true)?)) } else { Ok(first) }
    }));
    let examined = examined.unwrap_or_else(|_| Err("the suite panicked".to_owned()));
    let mut outcome = examined.unwrap_or_else(|message| judge::error(entry, message));
    outcome.seconds = begun.elapsed().as_secs_f64();
    outcome
}

fn examine(entry: &Entry, url: &str, seed: u64, to_the_end: bool) -> Result<Finished, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    runtime.block_on(async {
        let file = TargetFile::from_url(url).map_err(|mistake| mistake.to_string())?;
        let jobs = file.limits.concurrency;
        let options = options(entry, seed, jobs, to_the_end);
        let suite = open(file, |_| None).await.map_err(|error| error.to_string())?;
        suite.seed.set(options.seed);
        suite.cases.set(options.cases);
        Ok(run_suite(&suite, &options, &Silent).await)
    })
}

fn options(entry: &Entry, seed: u64, jobs: usize, to_the_end: bool) -> Options {
    let hunt = match entry.kind {
        Kind::Fault => Some(Hunt {
            slugs: violated_slugs(Requirements::embedded(), &entry.violates),
            to_the_end,
            counterexamples: COUNTEREXAMPLES[usize::from(to_the_end)],
            enough: entry.shortest.unwrap_or(0),
        }),
        Kind::Plain | Kind::Variant => None,
    };
    Options {
        selection: Selection::default(),
        seed,
        budget: None::<Duration>,
        cases: crate::run::CASES,
        jobs,
        known: KnownFailures::default(),
        report: None,
        operations: None,
        phases: None,
        hunt,
    }
}

struct Silent;

impl Progress for Silent {
    fn unit_done(&self, _: &str, _: &Driven, _: Option<usize>) {}
}
