//! The reference implementation of the account API: all nine operations, the control API, and the
//! files that presigned URLs lead to, everything in memory behind one axum router.
//!
//! It is an independent reading of the documents. It shares no code with the rest of the
//! workspace, so that a mistake in the one is not a mistake in the other. It is the suite's default
//! target, and a template for whoever wants to see what the control API asks for.
//!
//! Start at `routes`: one line for each route, one file for each operation. A request goes
//! through `call` (what was sent), `session` (who is asking, and may they), `routes/…` (the
//! operation), `store/…` (what is remembered) and `respond` (what goes back). Where requests at the
//! same time are to get into each other's way, it takes the longer path through `race`. Two
//! catalogues change the behaviour by name: a [`Fault`] makes the server wrong, a [`Variant`] makes
//! another choice that the documents allow as well.

mod answer;
mod call;
mod config;
mod control;
mod database_path;
mod fault;
mod flags;
mod ids;
mod log_file;
mod page;
mod presign;
mod race;
mod respond;
mod routes;
mod serve;
mod server;
mod session;
mod store;
mod time;
mod variant;

pub use config::Config;
pub use fault::{Fault, Faults};
pub use serve::{app, serve};
pub use variant::{Variant, Variants};

#[cfg(test)]
mod tests;
