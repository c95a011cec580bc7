//! `conformance serve`.

use std::io::Write;

use super::{Stop, report_stop};
use crate::cli::Serve;
use crate::embedded;

/// Serves the reference until it is stopped.
pub(crate) fn serve(args: &Serve) -> u8 {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return report_stop(&Stop::error(format!("cannot start: {error}"))),
    };
    let ready = |url: &str| {
        println!("{}", serde_json::json!({ "url": url }));
        // Whoever waits for the line reads a pipe, which is not flushed by itself.
        let _ = std::io::stdout().flush();
    };
    let served = runtime.block_on(async {
        tokio::select! {
            served = embedded::serve(args.listen, &args.fault, &args.variant, ready) => served,
            _ = tokio::signal::ctrl_c() => Ok(()),
        }
    });
    match served {
        Ok(()) => 0,
        Err(error) => report_stop(&Stop::usage(error.to_string())),
    }
}
