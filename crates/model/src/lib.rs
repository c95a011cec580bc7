//! The oracle: what the documents allow an implementation to answer, call by call.
//!
//! This room owns the vocabulary of a run ([`Transition`], [`Program`]), what the suite knows of
//! the target's world ([`State`]) and what may be right next ([`access`], [`replay`], [`world`]).
//! It does no I/O, reads no clock and draws nothing: times come in as milliseconds since the Unix
//! epoch, and what was answered comes in as values. It never shares a line with the reference
//! implementation.
//!
//! Start at [`Transition`] for what can be done and at [`State`] for what is known.

pub mod access;
pub mod apply;
pub mod choice;
pub mod lost;
pub mod payload;
pub mod program;
pub mod raw;
pub mod render;
pub mod replay;
pub mod state;
pub mod transition;
pub mod world;

#[cfg(test)]
mod tests;

pub use program::{AccountSetup, DatabaseSetup, Jobs, KeySetup, Plan, Program, Role, Setup};
pub use state::State;
pub use transition::Transition;
