//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Does an implementation of the Fauna Account API do what the documents say?
///
/// Without a command, runs the suite against the embedded reference implementation.
#[derive(Debug, Parser)]
#[command(
    name = "conformance",
    version,
    propagate_version = true,
    after_help = "Examples:\n  \
    conformance\n  \
    conformance run --url http://127.0.0.1:8080\n  \
    conformance run --target acme.toml --known-failures known.txt --report out\n  \
    conformance run --openapi petstore.yaml --url http://127.0.0.1:8080\n  \
    conformance list requirements\n\n\
    Exit codes: 0 conformant, 1 nonconformant, 2 usage, 3 target unreachable or error of the \
    suite, 4 nothing exercised, 5 stale declaration."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the suite; without a target, against the embedded reference.
    Run(Box<Run>),
    /// Run the suite once for each fault and variant of the reference: the kill matrix.
    Faults(Faults),
    /// Show what there is.
    List(List),
    /// Run one counterexample again: prints FIXED, FAILED or ERROR.
    Replay(Replay),
    /// Serve the reference implementation with the control API.
    Serve(Serve),
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Where {
    /// The target file of an implementation.
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    pub(crate) target: Option<PathBuf>,
    /// The origin of an implementation that has every surface and the control API there.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
}

#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:\n  \
    conformance run\n  \
    conformance run --url http://127.0.0.1:8080 --seed 7\n  \
    conformance run --target acme.toml --only 'exports-*' --skip A-087\n  \
    conformance run --openapi petstore.yaml --url http://127.0.0.1:8080 \\\n      \
    --header 'Authorization: Bearer …'")]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) place: Where,
    /// The set of requirements: core, extended or all.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Only requirements that match: a slug, an A- or K-id, a surface; * for any characters.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) only: Vec<String>,
    /// Leave out requirements that match.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) skip: Vec<String>,
    /// The seed of everything generated: the same seed sends the same requests.
    #[arg(long, env = "CONFORMANCE_SEED", hide_env_values = true, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Use this time for more random cases and longer state-machine runs, such as 30s or 10m.
    #[arg(
        long,
        env = "CONFORMANCE_BUDGET",
        hide_env_values = true,
        value_parser = duration,
        conflicts_with = "cases"
    )]
    pub(crate) budget: Option<Duration>,
    /// Random valid requests for each operation; for each 25 of them there is a round of
    /// state-machine runs.
    #[arg(long, env = "CONFORMANCE_CASES", hide_env_values = true, value_name = "N")]
    pub(crate) cases: Option<u32>,
    /// Units of work side by side, each on accounts of its own.
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<usize>,
    /// Declared failures: a pattern and its reason on each line.
    #[arg(long, env = "CONFORMANCE_KNOWN_FAILURES", hide_env_values = true, value_name = "FILE")]
    pub(crate) known_failures: Option<PathBuf>,
    /// Where the report goes.
    #[arg(long, value_name = "DIR", default_value = "target/conformance")]
    pub(crate) report: PathBuf,
    /// Fail (exit 1) unless the result is this.
    #[arg(long, value_name = "RESULT")]
    pub(crate) require: Option<Require>,
    /// Run the stateless phases of this OpenAPI 3.0 document against --url instead.
    #[arg(long, value_name = "FILE", requires = "url")]
    pub(crate) openapi: Option<PathBuf>,
    /// A header for every request of --openapi, such as 'Authorization: Bearer …'.
    #[arg(long, value_name = "HEADER", requires = "openapi")]
    pub(crate) header: Vec<String>,
    /// Only units of this operation; its rows are judged as far as those units go.
    #[arg(long, value_name = "ID")]
    pub(crate) operation: Vec<String>,
    /// Only units of this phase: regressions, chains, examples, boundary, violations, valid or
    /// stateful.
    #[arg(long, value_name = "NAME")]
    pub(crate) phase: Vec<String>,
    /// Show no progress and no passed requirements, only what needs attention.
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Require {
    /// Every requirement in play passed, and none of the MUSTs was not applicable.
    Conformant,
}

impl Run {
    /// What `conformance` without a command runs: `run` without an option, and so with what the
    /// environment says.
    pub(crate) fn by_default() -> Run {
        match Cli::parse_from(["conformance", "run"]).command {
            Some(Command::Run(run)) => *run,
            _ => unreachable!("these words are the run command"),
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    conformance faults\n  \
    conformance faults --only 'accepts-*' --seed 7 --report out\n\n\
    Exit codes: 0 all faults killed, 1 a fault survived or a right server raised an alarm, \
    2 usage, 3 error of the suite, 4 nothing selected.")]
pub(crate) struct Faults {
    /// Only faults and variants with an id that matches; * for any characters. The canary is
    /// always run along.
    #[arg(long, value_name = "PATTERN")]
    pub(crate) only: Vec<String>,
    /// The seed of every run.
    #[arg(long, env = "CONFORMANCE_SEED", hide_env_values = true, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where matrix.json and matrix.txt go.
    #[arg(long, value_name = "DIR")]
    pub(crate) report: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// What to list.
    pub(crate) what: What,
    /// As JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// Operations of the Account API.
    Operations,
    /// Normative sentences, with what becomes of each.
    Requirements,
    /// Requirements that are judged.
    Checks,
    /// Sets of requirements.
    Profiles,
    /// Wrong behaviours of the reference, for `serve --fault`.
    Faults,
    /// Legitimate other choices of the reference, for `serve --variant`.
    Variants,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  conformance replay \
    target/conformance/regressions/exports-list-order.json --url http://127.0.0.1:8080")]
pub(crate) struct Replay {
    /// A counterexample, as a run wrote it.
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) place: Where,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    conformance serve --listen 127.0.0.1:8080\n  \
    conformance serve --fault accepts-missing-format\n\n\
    The first line on standard output is {\"url\": \"http://…\"} once it is ready.")]
pub(crate) struct Serve {
    /// Where to listen; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) listen: std::net::SocketAddr,
    /// Be wrong in this way (see `list faults`).
    #[arg(long, value_name = "ID")]
    pub(crate) fault: Vec<String>,
    /// Choose otherwise where the documents leave a choice (see `list variants`).
    #[arg(long, value_name = "ID")]
    pub(crate) variant: Vec<String>,
}

/// Reads `500ms`, `30s`, `10m` or `1h`.
fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let number: u64 =
        digits.parse().map_err(|_| "a duration begins with a number, as in 30s".to_owned())?;
    let millis = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err("a duration ends in ms, s, m or h, as in 30s".to_owned()),
    };
    Ok(Duration::from_millis(number.saturating_mul(millis)))
}
