//! Who is talked to and in what order: the target, the plan, the drive, the verdict, the report.
//!
//! This room owns everything with an edge to the world: the HTTP client ([`transport`]), the
//! target file ([`target`]), the control API ([`control`]), what may not be written down
//! ([`secret`]) and what is written down ([`report`], [`transcript`]). It generates nothing itself
//! (`strategy` does), judges nothing itself (`check` does) and never knows which implementation it
//! talks to.
//!
//! Start at [`run::run`], then [`plan`], [`execute`] and [`fold`].

pub mod any_api;
pub mod artefacts;
pub mod certain;
pub mod chains;
pub mod control;
pub mod counterexample;
pub mod curl;
pub mod draw;
pub mod drive;
pub mod execute;
pub mod fold;
pub mod generate;
pub mod gzip;
pub mod known;
pub mod matrix;
pub mod open;
pub mod pattern;
pub mod plan;
pub mod provision;
pub mod regressions;
pub mod replay;
pub mod report;
pub mod run;
pub mod secret;
pub mod shrink;
pub mod suite;
pub mod target;
pub mod terminal;
pub mod transcript;
pub mod transport;
pub mod twins;
