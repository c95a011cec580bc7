//! `conformance run`.

use std::path::Path;

use runner::fold::RunResult;
use runner::generate::Phase;
use runner::known::KnownFailures;
use runner::pattern::{self, Selection};
use runner::run::{CASES, Finished, Options, run as run_suite, tear_down};
use runner::suite::Suite;
use runner::terminal;
use spec::profile::Profile;
use spec::requirement::Requirements;

use super::{Stop, open_suite, read, report_stop, runtime, say, target_file};
use crate::cli::{Require, Run};
use crate::progress::Bar;

/// With a budget in time, so many: the budget ends them.
const CASES_WITHOUT_END: u32 = 1_000_000;

/// Runs the suite and prints the report.
pub(crate) fn run(args: &Run) -> u8 {
    match finished(args) {
        Ok(finished) => {
            say(&terminal::text(&finished));
            exit_code(args, &finished)
        }
        Err(stop) => report_stop(&stop),
    }
}

fn exit_code(args: &Run, finished: &Finished) -> u8 {
    let code = finished.exit_code();
    let wanted = args.require == Some(Require::Conformant);
    if code == 0 && wanted && finished.report.run_result() != RunResult::Conformant {
        return 1;
    }
    code
}

fn finished(args: &Run) -> Result<Finished, Stop> {
    let options = options(args)?;
    let runtime = runtime()?;
    let bar = Bar::new(args.quiet);
    let finished = runtime.block_on(async {
        if let Some(document) = &args.openapi {
            return any_api(args, document, &options, &bar).await;
        }
        let file = target_file(&args.place)?;
        let mut options = options;
        if args.jobs.is_none() {
            options.jobs = file.limits.concurrency;
        }
        let suite = open_suite(file).await?;
        suite.seed.set(options.seed);
        suite.cases.set(options.cases);
        tokio::select! {
            finished = run_suite(&suite, &options, &bar) => Ok(finished),
            _ = tokio::signal::ctrl_c() => Err(interrupted(&suite).await),
        }
    });
    bar.clear();
    finished
}

/// An interrupted run deletes what it had minted before it ends.
async fn interrupted(suite: &Suite) -> Stop {
    let left = tear_down(suite).await;
    let message = match left.len() {
        0 => "interrupted; all accounts that this run had made are deleted".to_owned(),
        n => format!("interrupted; {n} accounts that this run had made could not be deleted"),
    };
    Stop { code: 130, message }
}

async fn any_api(
    args: &Run,
    document: &Path,
    options: &Options,
    bar: &Bar,
) -> Result<Finished, Stop> {
    let text = read(document)?;
    let document = runner::any_api::read(&document.display().to_string(), &text, &args.header)
        .map_err(Stop::usage)?;
    let url = args.place.url.as_deref().unwrap_or("");
    runner::any_api::run(document, url, options, bar).await.map_err(|error| match error {
        runner::open::OpenError::Configuration(message) => Stop::usage(message),
        runner::open::OpenError::Unreachable(message) => Stop::error(message),
    })
}

fn options(args: &Run) -> Result<Options, Stop> {
    let selection = Selection {
        profile: args.profile.as_deref().map(profile).transpose()?,
        only: args.only.clone(),
        skip: args.skip.clone(),
    };
    if let Some(mistake) = selection.mistake(Requirements::embedded()) {
        return Err(Stop::usage(mistake));
    }
    let known = match &args.known_failures {
        Some(path) => KnownFailures::parse(&path.display().to_string(), &read(path)?)
            .map_err(|mistakes| Stop::usage(mistakes.join("\n")))?,
        None => KnownFailures::default(),
    };
    let endless = if args.budget.is_some() { CASES_WITHOUT_END } else { CASES };
    Ok(Options {
        selection,
        seed: args.seed,
        budget: args.budget,
        cases: args.cases.unwrap_or(endless),
        jobs: args.jobs.unwrap_or(8),
        known,
        report: Some(args.report.clone()),
        operations: operations(&args.operation)?,
        phases: phases(&args.phase)?,
        hunt: None,
    })
}

fn operations(names: &[String]) -> Result<Option<Vec<String>>, Stop> {
    let known = spec::requirement::OPERATIONS;
    for name in names {
        if !known.contains(&name.as_str()) {
            let hint = pattern::closest(name, known.iter().copied())
                .map(|name| format!("; did you mean {name:?}?"))
                .unwrap_or_default();
            return Err(Stop::usage(format!("there is no operation {name:?}{hint}")));
        }
    }
    Ok((!names.is_empty()).then(|| names.to_vec()))
}

fn phases(names: &[String]) -> Result<Option<Vec<Phase>>, Stop> {
    let all = || Phase::ALL.into_iter();
    let named = |name: &String| {
        all().find(|phase| phase.as_str() == name).ok_or_else(|| {
            let words: Vec<&str> = all().map(Phase::as_str).collect();
            Stop::usage(format!("there is no phase {name:?}; there are {}", words.join(", ")))
        })
    };
    let phases: Vec<Phase> = names.iter().map(named).collect::<Result<_, _>>()?;
    Ok((!phases.is_empty()).then_some(phases))
}

fn profile(name: &str) -> Result<Profile, Stop> {
    let all = Profile::embedded();
    if let Some(found) = all.iter().find(|profile| profile.name == name) {
        return Ok(found.clone());
    }
    let names: Vec<&str> = all.iter().map(|profile| profile.name.as_str()).collect();
    let hint = pattern::closest(name, names.iter().copied())
        .map(|name| format!("; did you mean {name:?}?"))
        .unwrap_or_default();
    Err(Stop::usage(format!("there is no profile {name:?}{hint}; there are {}", names.join(", "))))
}
