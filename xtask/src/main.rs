//! The chores of the repository, run as `cargo xtask NAME`.
//!
//! This room runs cargo and the `conformance` binary as processes and reads the repository as
//! text. It links none of the other crates, so that the chores still build when those do not.
//!
//! Start at [`COMMANDS`] for what there is and at [`tidy`] for the house rules.
#![expect(clippy::print_stdout, reason = "a chore talks to the person who runs it")]
#![expect(clippy::print_stderr, reason = "findings and errors go to standard error")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;

mod ci;
mod clients;
mod http;
mod peer;
mod process;
mod reference;
mod scaffold;
mod tidy;

/// What can be asked for: the word, its arguments and one line of help.
const COMMANDS: &[(&str, &str, &str)] = &[
    ("tidy", "", "check the house rules (also a test of this crate)"),
    ("ci", "", "formatting, lints, tests, docs and tidy; stops at the first failure"),
    ("bless", "", "run the tests and accept every changed snapshot"),
    (
        "clients",
        "[--fault ID]",
        "drive the reference with the official client and a twin of the official demo",
    ),
    (
        "peer",
        "[--all] [--seconds N] [--only PATTERN] [--report DIR]",
        "measure Schemathesis and the suite side by side, on the same faults",
    ),
    ("new-requirement", "SLUG", "add the skeleton of a requirement row"),
    ("new-fault", "ID --violates SOURCE", "print the skeleton of a fault and who must catch it"),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            match error.downcast_ref::<process::Missing>() {
                Some(_) => ExitCode::from(2),
                None => ExitCode::FAILURE,
            }
        }
    }
}

fn run(args: &[String]) -> anyhow::Result<()> {
    let root = root();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] | ["help" | "--help" | "-h"] => {
            print!("{}", help());
            Ok(())
        }
        ["tidy"] => tidy::run(&root),
        ["ci"] => ci::ci(&root),
        ["bless"] => ci::bless(&root),
        ["clients"] => clients::run(&root, None),
        ["clients", "--fault", id] => clients::run(&root, Some(id)),
        ["peer", options @ ..] => peer::run(&root, options),
        ["new-requirement", slug] => scaffold::new_requirement(&root, slug),
        ["new-fault", id, "--violates", source] => scaffold::new_fault(&root, id, source),
        [word, ..] => match COMMANDS.iter().find(|(name, _, _)| name == word) {
            Some((name, arguments, _)) => bail!("usage: cargo xtask {name} {arguments}"),
            None => bail!("no chore is called `{word}`; `cargo xtask` lists them"),
        },
    }
}

fn help() -> String {
    let mut text = String::from("Chores of this repository: cargo xtask NAME\n\n");
    for (name, arguments, line) in COMMANDS {
        let usage = format!("{name} {arguments}");
        let usage = usage.trim_end();
        let gap = if usage.len() > 40 { format!("\n{:44}", "") } else { "  ".to_owned() };
        text.push_str(&format!("  {usage:<40}{gap}{line}\n"));
    }
    text
}

/// The folder of the workspace, whatever the current folder is.
fn root() -> PathBuf {
    let here = std::env::var("CARGO_MANIFEST_DIR")
        .unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&here).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    #[test]
    fn help_names_every_command() {
        let help = super::help();
        for (name, _, _) in super::COMMANDS {
            assert!(help.contains(name), "{name} is missing from the help");
        }
    }

    #[test]
    fn unknown_and_incomplete_commands_are_refused() {
        let refuse = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            super::run(&words).expect_err("refused").to_string()
        };
        assert_eq!(refuse(&["tydi"]), "no chore is called `tydi`; `cargo xtask` lists them");
        assert_eq!(refuse(&["new-requirement"]), "usage: cargo xtask new-requirement SLUG");
    }
}
