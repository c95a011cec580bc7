//! `conformance replay`.

use runner::counterexample::CounterexampleFile;
use runner::curl;
use runner::replay::{Replayed, replay as replay_program};

use super::{Stop, open_suite, read, report_stop, runtime, say, target_file};
use crate::cli::Replay;

/// Replays a counterexample and prints what came of it.
pub(crate) fn replay(args: &Replay) -> u8 {
    match replayed(args) {
        Ok(replayed) => {
            say(&format!("{}\n", replayed.word()));
            match &replayed {
                Replayed::Fixed => {}
                Replayed::Failed(message) | Replayed::Error(message) => {
                    say(&format!("{message}\n"))
                }
            }
            replayed.exit_code()
        }
        Err(stop) => {
            say("ERROR\n");
            report_stop(&stop)
        }
    }
}

fn replayed(args: &Replay) -> Result<Replayed, Stop> {
    let name = args.file.display().to_string();
    let file = CounterexampleFile::parse(&name, &read(&args.file)?).map_err(Stop::usage)?;
    runtime()?.block_on(async {
        let suite = open_suite(target_file(&args.place)?).await?;
        let (replayed, outcome) = replay_program(&suite, &file).await;
        for (one, exchange) in outcome.exchanges.iter().zip(outcome.redacted()) {
            eprintln!("{}", curl::line(suite.account.as_str(), &exchange.request, &one.by));
            eprintln!("-> {}", one.status);
        }
        Ok(replayed)
    })
}
