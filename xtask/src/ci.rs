//! Running the other tools in order: the local twin of `.ci/run`, and accepting snapshots.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, bail};

/// One process to run: the arguments of cargo and what to add to the environment.
struct Step {
    args: &'static [&'static str],
    env: &'static [(&'static str, &'static str)],
}

/// In order of cost, so that the cheap mistakes are told first.
const CI: &[Step] = &[
    Step { args: &["fmt", "--all", "--check"], env: &[] },
    Step {
        args: &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
        env: &[],
    },
    Step { args: &["test", "--locked"], env: &[("INSTA_UPDATE", "no")] },
    Step {
        args: &["doc", "--workspace", "--no-deps", "--locked"],
        env: &[("RUSTDOCFLAGS", "-D warnings")],
    },
];

/// Everything that must hold before a change is pushed.
pub(crate) fn ci(root: &Path) -> anyhow::Result<()> {
    for step in CI {
        perform(root, step)?;
    }
    println!("> cargo xtask tidy");
    crate::tidy::run(root)
}

/// Runs the tests and takes what they say as the new snapshots, then shows what changed: the
/// review of that difference is the point of a snapshot.
pub(crate) fn bless(root: &Path) -> anyhow::Result<()> {
    let step = Step {
        args: &["test", "--locked", "--no-fail-fast"],
        env: &[("INSTA_UPDATE", "always"), ("INSTA_FORCE_PASS", "1")],
    };
    let outcome = perform(root, &step);
    println!("Changed snapshots (review them with `git diff snapshots`):");
    let status = Command::new("git")
        .args(["status", "--short", "--", "snapshots"])
        .current_dir(root)
        .status()
        .context("git does not start")?;
    if !status.success() {
        bail!("`git status` failed");
    }
    outcome
}

fn perform(root: &Path, step: &Step) -> anyhow::Result<()> {
    let environment: String =
        step.env.iter().map(|(name, value)| format!("{name}='{value}' ")).collect();
    let line = format!("{environment}cargo {}", step.args.join(" "));
    println!("> {line}");
    let start = Instant::now();
    let status = crate::tidy::cargo()
        .args(step.args)
        .envs(step.env.iter().copied())
        .current_dir(root)
        .status()
        .context("cargo does not start")?;
    println!("  {} s", start.elapsed().as_secs());
    if !status.success() {
        bail!("`{line}` failed");
    }
    Ok(())
}
