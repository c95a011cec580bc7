//! What crosses rooms: the suite as tests, the command line, determinism, redaction, hostile
//! servers.

mod any_api;
mod cli;
mod conformance;
mod faults;
mod hostile;
mod minimal;
mod same_seed;
mod snapshots;
mod support;
mod variants;
