//! One file per command: arguments in, exit code out.

pub(crate) mod faults;
pub(crate) mod list;
pub(crate) mod replay;
pub(crate) mod run;
pub(crate) mod serve;

use std::io::Write;
use std::path::Path;

use runner::open::{OpenError, open};
use runner::suite::Suite;
use runner::target::TargetFile;

use crate::cli::Where;
use crate::embedded;

/// A message for people with the exit code that it means.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) code: u8,
    pub(crate) message: String,
}

impl Stop {
    /// A mistake in usage or configuration.
    pub(crate) fn usage(message: impl Into<String>) -> Stop {
        Stop { code: 2, message: message.into() }
    }

    /// An unreachable target, or an error of the suite.
    pub(crate) fn error(message: impl Into<String>) -> Stop {
        Stop { code: 3, message: message.into() }
    }
}

/// Prints a text. A reader who goes away in the middle, as `head` does, has seen enough.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Prints why a command stopped, and gives its exit code.
pub(crate) fn report_stop(stop: &Stop) -> u8 {
    eprintln!("{}", stop.message);
    stop.code
}

/// The runtime that a command works in: one thread, since one thread drives a run.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::error(format!("cannot start: {error}")))
}

/// The target file that the arguments or the environment name; without any, the embedded
/// reference is started.
pub(crate) fn target_file(place: &Where) -> Result<TargetFile, Stop> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let named = place.target.is_some() || place.url.is_some();
    let unless_named = |name: &str| if named { None } else { variable(name) };
    let target =
        place.target.clone().or_else(|| unless_named("CONFORMANCE_TARGET").map(Into::into));
    if let Some(path) = target {
        return read_target(&path);
    }
    let url = match place.url.clone().or_else(|| unless_named("CONFORMANCE_URL")) {
        Some(url) => url,
        None => embedded::start()
            .map_err(|error| Stop::error(format!("cannot start the reference: {error}")))?,
    };
    TargetFile::from_url(&url).map_err(|mistake| Stop::usage(mistake.to_string()))
}

fn read_target(path: &Path) -> Result<TargetFile, Stop> {
    let text = read(path)?;
    TargetFile::parse(&path.display().to_string(), &text).map_err(|mistakes| {
        let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        Stop::usage(lines.join("\n"))
    })
}

/// Reads a file that the user named.
pub(crate) fn read(path: &Path) -> Result<String, Stop> {
    std::fs::read_to_string(path)
        .map_err(|error| Stop::usage(format!("cannot read {}: {error}", path.display())))
}

/// Opens the target.
pub(crate) async fn open_suite(file: TargetFile) -> Result<Suite, Stop> {
    let environment = |name: &str| std::env::var(name).ok();
    open(file, environment).await.map_err(|error| match error {
        OpenError::Configuration(message) => Stop::usage(message),
        OpenError::Unreachable(message) => Stop::error(message),
    })
}
