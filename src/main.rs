//! The door: parses the command line, wires the rooms, and turns what came of it into an exit
//! code.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the binary talks to people")]

mod cli;
mod commands;
mod embedded;
mod progress;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command, Run};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            // A message that cannot be printed has no reader.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let code = match cli.command.unwrap_or_else(|| Command::Run(Box::new(Run::by_default()))) {
        Command::Run(run) => commands::run::run(&run),
        Command::Faults(faults) => commands::faults::faults(&faults),
        Command::List(list) => commands::list::list(&list),
        Command::Replay(replay) => commands::replay::replay(&replay),
        Command::Serve(serve) => commands::serve::serve(&serve),
    };
    ExitCode::from(code)
}
