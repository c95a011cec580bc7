//! What is written down of a counterexample: the program to replay, the redacted transcript of its
//! minimal run, and the same as a shell script of curl lines.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use model::program::{Jobs, Program};
use model::{Plan, Transition};

use crate::counterexample::CounterexampleFile;
use crate::curl;
use crate::execute::{Outcome, Recorded};
use crate::transcript;

/// Writes the files of a counterexample into the folder of the report, next to each other under
/// `regressions/`: `SLUG.json`, `SLUG.transcript.json` and `SLUG.sh`. `upto` is how many exchanges
/// it has.
pub fn write(
    dir: &Path,
    file: &CounterexampleFile,
    outcome: Option<&Outcome>,
    upto: usize,
    origin: &str,
) -> std::io::Result<()> {
    let path = |ending: &str| dir.join(format!("regressions/{}.{ending}", file.requirement));
    let text = serde_json::to_string_pretty(file).unwrap_or_default();
    fs::write(path("json"), text + "\n")?;
    let Some(outcome) = outcome else { return Ok(()) };
    let redacted = outcome.redacted();
    let told = outcome.told(&file.program, upto);
    let exchanges: Vec<_> =
        told.iter().map(|at| transcript::exchange_json(&redacted[*at])).collect();
    let text = serde_json::to_string_pretty(&exchanges).unwrap_or_default();
    fs::write(path("transcript.json"), text + "\n")?;
    let recorded = told.iter().map(|at| (&outcome.exchanges[*at], &redacted[*at]));
    let mut script = head(file);
    let mut beside = false;
    for (one, exchange) in recorded {
        let line = curl::line(origin, &exchange.request, &one.by);
        // Clients at once are sent to the background, and waited for before the next step.
        if beside && one.branch.is_none() {
            script.push_str("wait\n");
        }
        beside = one.branch.is_some();
        let line = match (is_lost(&file.program, one), beside) {
            (true, _) => format!("{line} --max-time 0.02 || true # the answer is lost"),
            (false, true) => format!("{line} &"),
            (false, false) => line,
        };
        let _ = writeln!(script, "{line}");
    }
    if beside {
        script.push_str("wait\n");
    }
    fs::write(path("sh"), script)
}

fn is_lost(program: &Program, one: &Recorded) -> bool {
    matches!(program.steps.get(one.step), Some(Transition::Lost { .. }))
}

/// What must be there before the first line, in words: a script makes no accounts.
fn head(file: &CounterexampleFile) -> String {
    let mut head = String::from("#!/bin/sh\n");
    let _ = writeln!(head, "# {}: {}", file.requirement, one_line(&file.message));
    head.push_str(
        "# Ids, tokens and times in these lines are those of one run; conformance replay\n",
    );
    head.push_str("# does the same with those of yours. Set-up:\n");
    let setup = &file.program.setup;
    for (at, account) in setup.accounts.iter().enumerate() {
        let plan = if account.plan == Plan::Free { "free" } else { "enterprise" };
        let jobs = match account.jobs {
            Jobs::Manual => "jobs moved by the control API".to_owned(),
            Jobs::Auto(ms) => format!("jobs that move by themselves, each state {ms} ms"),
        };
        let databases: Vec<&str> = account.databases.iter().map(|d| d.path.as_str()).collect();
        let databases = databases.join(", ");
        let apps = account.apps;
        let _ = writeln!(head, "#   account {at}: plan {plan}, {databases}, {apps} apps, {jobs}");
    }
    for (at, key) in setup.keys.iter().enumerate() {
        let days = key.ttl_days.map_or(String::new(), |days| format!(", for {days} days"));
        let role = key.role.as_str();
        let _ = writeln!(head, "#   KEY_{at}: {role} of account {}{days}", key.account);
    }
    head.push_str(&steering(&file.program));
    head.push_str("set -u\n");
    head
}

/// Calls of the control API that the program makes on its way.
fn steering(program: &Program) -> String {
    let is_control = |step: &&Transition| !step.is_public() && step.inner().is_empty();
    let steps = program.steps.iter().filter(is_control);
    let lines: Vec<String> = steps
        .map(|step| format!("#   {}\n", serde_json::to_string(step).unwrap_or_default()))
        .collect();
    match lines.is_empty() {
        true => String::new(),
        false => format!("# On the way, by the control API:\n{}", lines.concat()),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
