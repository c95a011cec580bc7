//! What was asked for, and which faults that comes to.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use serde_json::Value;

const USAGE: &str =
    "usage: cargo xtask peer [--all] [--seconds N] [--only PATTERN]... [--report DIR]";

/// Without a choice, one fault in so many.
const EVERY: usize = 4;

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) all: bool,
    /// For each tool and server.
    pub(super) seconds: u64,
    /// Ids of faults, with * for any characters.
    pub(super) only: Vec<String>,
    pub(super) report: Option<PathBuf>,
}

impl Options {
    pub(super) fn parse(words: &[&str]) -> anyhow::Result<Options> {
        let mut options = Options { all: false, seconds: 60, only: Vec::new(), report: None };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value =
                || words.next().with_context(|| format!("{word} needs a value; {USAGE}"));
            match *word {
                "--all" => options.all = true,
                "--seconds" => {
                    let text = value()?;
                    let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
                    options.seconds =
                        seconds.with_context(|| format!("`{text}` is no number of seconds"))?;
                }
                "--only" => options.only.push((*value()?).to_owned()),
                "--report" => options.report = Some(PathBuf::from(value()?)),
                _ => bail!("`{word}` is no option here; {USAGE}"),
            }
        }
        Ok(options)
    }

    /// The faults to run: those that match, or all, or every fourth.
    pub(super) fn choose(&self, faults: &[String]) -> anyhow::Result<Vec<String>> {
        let matching = |pattern: &str| faults.iter().any(|fault| matches(pattern, fault));
        if let Some(pattern) = self.only.iter().find(|pattern| !matching(pattern)) {
            bail!("no fault matches `{pattern}`; `conformance list faults` names them");
        }
        let chosen = |idx: usize, fault: &str| match self.only.as_slice() {
            [] => self.all || idx.is_multiple_of(EVERY),
            only => only.iter().any(|pattern| matches(pattern, fault)),
        };
        let faults = faults.iter().enumerate().filter(|(idx, fault)| chosen(*idx, fault));
        Ok(faults.map(|(_, fault)| fault.clone()).collect())
    }
}

/// Whether the text is what the pattern says, with * for any characters.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            ends.into_iter().any(|at| matches(after, &rest[at..]))
        }),
    }
}

/// The ids of the faults that break the Account API. Others are not in its document, so the peer
/// could not see them.
pub(super) fn account_faults(json: &str) -> anyhow::Result<Vec<String>> {
    let faults: Value = serde_json::from_str(json).context("the list of faults is not JSON")?;
    let faults = faults.as_array().context("the list of faults is no list")?;
    let ours = |fault: &&Value| {
        let violates = fault["violates"].as_array().into_iter().flatten();
        violates.filter_map(Value::as_str).any(|row| row.starts_with("A-"))
    };
    let ids = faults.iter().filter(ours).filter_map(|fault| fault["id"].as_str());
    Ok(ids.map(str::to_owned).collect())
}
