//! A measured peer: Schemathesis and our own suite against the same wrong servers, for the same
//! time, on the same machine.
//!
//! Both run against the fault-free reference first, then against one server for each fault. A
//! fault is killed where a tool finds something that it does not find without the fault.
//! `docs/peer.md` says how each figure is taken, and what the peer finds on a right server.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::reference::{self, Reference};
use options::Options;
use table::{Row, Tool};

mod options;
mod own;
mod schemathesis;
mod table;

#[cfg(test)]
mod tests;

/// How long a tool may take beyond its time before it is killed.
const GRACE: Duration = Duration::from_secs(60);

/// The seeds of the fault-free runs. Faults run with the first. With one seed alone, something
/// that the peer finds by rare chance on the right server would count as a kill elsewhere.
const SEEDS: &[u64] = &[1, 2];

/// Something that a tool complains about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// The check of the peer, or our requirement.
    check: String,
    /// The operation; empty for our requirements, which name it themselves.
    operation: String,
    /// What exactly was found, for the finer comparison.
    detail: String,
}

/// When something was seen first: after how many requests, and after how many seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct First {
    requests: Option<u64>,
    seconds: Option<f64>,
}

/// What one run of a tool against one server came to.
#[derive(Debug, Default)]
struct Outcome {
    findings: BTreeMap<Finding, First>,
    requests: u64,
    seconds: f64,
    /// What went wrong with the tool itself.
    trouble: Option<String>,
}

impl Outcome {
    fn broken(error: &anyhow::Error) -> Outcome {
        Outcome { trouble: Some(format!("{error:#}")), ..Outcome::default() }
    }

    fn see(&mut self, finding: Finding, first: First) {
        let known = self.findings.entry(finding).or_insert(first);
        if first.requests.unwrap_or(u64::MAX) < known.requests.unwrap_or(u64::MAX) {
            *known = first;
        }
    }
}

/// How alike two findings have to be to count as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grain {
    /// The same check on the same operation.
    Operation,
    /// The same detail as well.
    Detail,
}

/// A finding as far as the grain looks.
type Key<'a> = (&'a str, &'a str, &'a str);

fn key(finding: &Finding, grain: Grain) -> Key<'_> {
    let detail = match grain {
        Grain::Operation => "",
        Grain::Detail => finding.detail.as_str(),
    };
    (&finding.check, &finding.operation, detail)
}

/// When the tool first saw something that it does not see without the fault; none if it survives.
fn kill(known: &[Outcome], outcome: &Outcome, grain: Grain) -> Option<First> {
    let known: BTreeSet<Key<'_>> =
        known.iter().flat_map(|run| run.findings.keys()).map(|found| key(found, grain)).collect();
    outcome
        .findings
        .iter()
        .filter(|(finding, _)| !known.contains(&key(finding, grain)))
        .map(|(_, first)| *first)
        .min_by_key(|first| first.requests.unwrap_or(u64::MAX))
}

/// Where the tools are, and how long each may run.
struct Bench {
    root: PathBuf,
    binary: PathBuf,
    peer: PathBuf,
    report: PathBuf,
    seconds: u64,
}

impl Bench {
    fn peer(&self, fault: Option<&str>, seed: u64) -> anyhow::Result<Outcome> {
        let server = Reference::serve(&self.binary, fault)?;
        let place = self.place(fault, "peer", seed)?;
        schemathesis::run(self, &server, seed, &place)
    }

    fn own(&self, fault: Option<&str>, seed: u64) -> anyhow::Result<Outcome> {
        let server = Reference::serve(&self.binary, fault)?;
        let place = self.place(fault, "own", seed)?;
        own::run(self, &server, seed, &place)
    }

    /// An empty folder for what one run leaves.
    fn place(&self, fault: Option<&str>, tool: &str, seed: u64) -> anyhow::Result<PathBuf> {
        let fault = fault.unwrap_or("fault-free");
        let place = self.report.join(fault).join(format!("{tool}-{seed}"));
        // What an earlier run left there would be read as this one's.
        let _ = fs::remove_dir_all(&place);
        fs::create_dir_all(&place)
            .with_context(|| format!("failed to create {}", place.display()))?;
        Ok(place)
    }

    fn table(&self) -> PathBuf {
        self.report.join("peer.md")
    }

    fn limit(&self) -> Duration {
        Duration::from_secs(self.seconds) + GRACE
    }
}

/// The chore.
pub(crate) fn run(root: &Path, words: &[&str]) -> anyhow::Result<()> {
    let options = Options::parse(words)?;
    let peer = schemathesis::install(&root.join("target/peer"))?;
    let binary = reference::build(root)?;
    let faults = options.choose(&listed_faults(&binary)?)?;
    let report = options.report.clone().unwrap_or_else(|| root.join("target/peer/report"));
    fs::create_dir_all(&report)
        .with_context(|| format!("failed to create {}", report.display()))?;
    let report = report.canonicalize().context("the report directory is not to be found")?;
    let root = root.to_path_buf();
    let bench = Bench { root, binary, peer, report, seconds: options.seconds };
    println!("peer: schemathesis {} on hypothesis {}", schemathesis::VERSION, schemathesis::UNDER);
    let minutes = (faults.len() + SEEDS.len()) as u64 * 2 * options.seconds / 60;
    println!("{} faults, {} s for each tool: about {minutes} min", faults.len(), bench.seconds);
    let tools = measure(&bench, &faults)?;
    print!("\n{}", table::markdown(&tools, &faults, bench.seconds));
    println!("written to {}", bench.table().display());
    Ok(())
}

/// Runs both tools against the right server, and against each wrong one.
fn measure(bench: &Bench, faults: &[String]) -> anyhow::Result<[Tool; 2]> {
    let mut tools = [Tool::new("Schemathesis"), Tool::new("conformance")];
    for &seed in SEEDS {
        tools[0].right.push(whole("Schemathesis", bench.peer(None, seed)?)?);
        tools[1].right.push(whole("conformance", bench.own(None, seed)?)?);
    }
    for (idx, fault) in faults.iter().enumerate() {
        // A tool that breaks off on one wrong server is told in its row, and the others go on.
        let outcomes = [bench.peer(Some(fault), SEEDS[0]), bench.own(Some(fault), SEEDS[0])];
        for (tool, outcome) in tools.iter_mut().zip(outcomes) {
            let outcome = outcome.unwrap_or_else(|error| Outcome::broken(&error));
            tool.rows.push(Row::new(&tool.right, outcome));
        }
        println!("{}", table::progress(fault, &tools));
        // After each fault, so that whoever stops a long campaign keeps what it came to so far.
        let text = table::markdown(&tools, &faults[..=idx], bench.seconds);
        fs::write(bench.table(), text)
            .with_context(|| format!("failed to write {}", bench.table().display()))?;
    }
    Ok(tools)
}

/// A whole run against the right server: every later comparison rests on it.
fn whole(tool: &str, outcome: Outcome) -> anyhow::Result<Outcome> {
    if let Some(what) = &outcome.trouble {
        bail!("{tool} did not get through on the right server: {what}");
    }
    let (requests, seconds) = (outcome.requests, outcome.seconds);
    println!("fault-free: {tool} sent {requests} requests in {seconds:.1} s");
    Ok(outcome)
}

fn listed_faults(binary: &Path) -> anyhow::Result<Vec<String>> {
    let output = Command::new(binary)
        .args(["list", "faults", "--json"])
        .output()
        .context("the binary does not start")?;
    if !output.status.success() {
        bail!("`conformance list faults --json` failed");
    }
    options::account_faults(&String::from_utf8_lossy(&output.stdout))
}
