//! `conformance faults`: the kill matrix of the embedded reference.

use std::fs;
use std::path::Path;

use refserver::{Config, Fault, Variant};
use runner::matrix::{self, Entry, Kind, Matrix, Server};
use runner::pattern::{closest, glob};

use super::{Stop, report_stop, say};
use crate::cli::Faults;
use crate::embedded;
use crate::progress::Bar;

/// The fault that everybody can see: where it is not caught, no other result means anything.
const CANARY: Fault = Fault::Canary;

/// The reference as it is.
const PLAIN: &str = "reference";

/// Runs the matrix and prints it.
pub(crate) fn faults(args: &Faults) -> u8 {
    match finished(args) {
        Ok(matrix) => {
            say(&matrix::text(&matrix));
            match canary(&matrix) {
                Ok(()) => matrix.exit_code(),
                Err(stop) => report_stop(&stop),
            }
        }
        Err(stop) => report_stop(&stop),
    }
}

fn finished(args: &Faults) -> Result<Matrix, Stop> {
    let entries = selected(&args.only)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let bar = Bar::new(false);
    let mut done = |outcome: &matrix::Outcome| bar.run_done(outcome, entries.len());
    let matrix = matrix::run(&entries, args.seed, threads, &start, &mut done);
    bar.clear();
    if let Some(dir) = &args.report {
        write(dir, &matrix).map_err(|error| {
            Stop::error(format!("cannot write into {}: {error}", dir.display()))
        })?;
    }
    Ok(matrix)
}

fn write(dir: &Path, matrix: &Matrix) -> std::io::Result<()> {
    fs::create_dir_all(dir)?;
    fs::write(dir.join("matrix.json"), serde_json::to_string_pretty(matrix)? + "\n")?;
    fs::write(dir.join("matrix.txt"), matrix::text(matrix))
}

fn canary(matrix: &Matrix) -> Result<(), Stop> {
    let caught = |one: &matrix::Outcome| one.entry.id == CANARY.id() && one.verdict.is_kill();
    if matrix.entries.iter().any(caught) {
        return Ok(());
    }
    Err(Stop::error(format!("the fault {} was not caught: the suite is broken", CANARY.id())))
}

/// What is selected, with the canary in front.
fn selected(patterns: &[String]) -> Result<Vec<Entry>, Stop> {
    let all = all();
    for pattern in patterns {
        if !all.iter().any(|entry| glob(pattern, &entry.id)) {
            let hint = closest(pattern, all.iter().map(|entry| entry.id.as_str()))
                .map(|id| format!("; did you mean {id:?}?"))
                .unwrap_or_default();
            let message = format!("the pattern {pattern:?} matches no fault or variant{hint}");
            return Err(Stop::usage(message));
        }
    }
    let wanted = |entry: &Entry| {
        patterns.is_empty()
            || entry.id == CANARY.id()
            || patterns.iter().any(|pattern| glob(pattern, &entry.id))
    };
    Ok(all.into_iter().filter(wanted).collect())
}

fn all() -> Vec<Entry> {
    let plain = Entry {
        id: PLAIN.to_owned(),
        kind: Kind::Plain,
        violates: Vec::new(),
        needs: Vec::new(),
        shortest: None,
    };
    let faults = Fault::ALL.iter().map(|fault| Entry {
        id: fault.id().to_owned(),
        kind: Kind::Fault,
        violates: owned(fault.violates()),
        needs: owned(fault.needs()),
        shortest: Some(u64::from(fault.shortest())),
    });
    let variants = Variant::ALL.iter().map(|variant| Entry {
        id: variant.id().to_owned(),
        kind: Kind::Variant,
        ..plain.clone()
    });
    faults.chain([plain.clone()]).chain(variants).collect()
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Starts the server that an entry names.
fn start(entry: &Entry) -> Result<Server, String> {
    let change = |config: Config| match entry.kind {
        Kind::Plain => config,
        Kind::Fault => config.with_faults(Fault::from_id(&entry.id)),
        Kind::Variant => config.with_variants(Variant::from_id(&entry.id)),
    };
    let running = embedded::start_as(change)
        .map_err(|error| format!("cannot start the reference: {error}"))?;
    Ok(Server { url: running.url.clone(), keep: Box::new(running) })
}
