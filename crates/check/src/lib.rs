//! How answers are judged: pure functions from an exchange and what is known to observations.
//!
//! This room owns the judges and the vocabulary of verdicts ([`Observation`], [`Verdict`]). It
//! sends nothing, opens nothing and never panics; a judge gets values and returns values. One file
//! answers one question: [`documented`] asks whether an exchange fits the OpenAPI document,
//! [`exchange`] what holds for every exchange, [`credentials`] who was let in, and one file per
//! area judges the rest. [`parallel`] judges calls that overlapped.
//!
//! Start at [`judge()`].

pub mod credentials;
pub mod documented;
pub mod exchange;
pub mod exports;
pub mod files;
pub mod judge;
pub mod leaks;
pub mod linearizable;
pub mod logs;
pub mod oauth;
pub mod paging;
pub mod parallel;
pub mod raw;
mod repeated;
pub mod verdict;

#[cfg(test)]
mod tests;

pub use documented::Documented;
pub use judge::{Policy, Seen, judge};
pub use verdict::{Instance, Observation, Observations, Outcome, Verdict};
