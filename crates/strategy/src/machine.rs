//! Generated state-machine runs: programs of up to fifty transitions over several accounts and
//! keys.
//!
//! What is drawn by proptest is a list of [`Draw`]s, numbers without meaning; a [`Sketch`] gives
//! them one, in order, from what the program has made so far. So each program makes sense as it
//! stands (handles are bound, moves are mostly legal), alphabets stay small and ties are common.
//! What may be right is not known here: that is the model's business.

mod crowd;
mod exports;
mod keys;
mod logs;
mod loss;
mod sketch;
mod weights;

use model::Program;
use model::program::DatabaseSetup;
use proptest::collection::vec;
use proptest::prelude::*;

pub use sketch::Sketch;

/// What programs can speak of.
#[derive(Clone, Debug)]
pub struct Ground {
    /// The databases that exist, a top-level one first.
    pub databases: Vec<DatabaseSetup>,
    /// Whether accounts can be minted.
    pub mints: bool,
    /// Whether clocks can be moved.
    pub clock: bool,
    /// Whether jobs can be steered.
    pub jobs: bool,
    /// Whether log files can be fetched.
    pub storage: bool,
    /// Whether accounts can have OAuth apps.
    pub apps: bool,
}

/// What a program is mostly about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Theme {
    /// A little of everything.
    Everything,
    /// Creations under a few idempotency keys, and their windows.
    Idempotency,
    /// Lists: filters, pages, tokens, changes on the way.
    Lists,
    /// Life cycles of jobs, their files and URLs.
    Jobs,
    /// Keys that come, expire and go; roles, plans, other accounts.
    Keys,
    /// Clients at once.
    Crowd,
    /// Answers that never arrive.
    Loss,
    /// Jobs that move by themselves.
    Automatic,
}

impl Theme {
    /// All, in the order in which rounds take them.
    pub const ALL: [Theme; 8] = [
        Theme::Everything,
        Theme::Idempotency,
        Theme::Lists,
        Theme::Jobs,
        Theme::Keys,
        Theme::Crowd,
        Theme::Loss,
        Theme::Automatic,
    ];

    /// The word in unit names.
    pub fn as_str(self) -> &'static str {
        match self {
            Theme::Everything => "everything",
            Theme::Idempotency => "idempotency",
            Theme::Lists => "lists",
            Theme::Jobs => "jobs",
            Theme::Keys => "keys",
            Theme::Crowd => "crowd",
            Theme::Loss => "loss",
            Theme::Automatic => "automatic",
        }
    }

    /// Whether it makes sense on this ground.
    pub fn fits(self, ground: &Ground) -> bool {
        match self {
            Theme::Everything | Theme::Idempotency | Theme::Lists => true,
            Theme::Keys | Theme::Crowd | Theme::Loss => ground.mints,
            Theme::Jobs | Theme::Automatic => ground.jobs,
        }
    }
}

/// Numbers that a [`Sketch`] makes a transition of.
#[derive(Clone, Copy, Debug)]
pub struct Draw {
    /// Which kind.
    pub kind: u16,
    /// What else there is to choose.
    pub picks: [u16; 6],
}

/// Programs of a theme with at most so many drawn transitions.
pub fn programs(ground: Ground, theme: Theme, length_max: usize) -> impl Strategy<Value = Program> {
    let draw = (any::<u16>(), any::<[u16; 6]>()).prop_map(|(kind, picks)| Draw { kind, picks });
    let draws = vec(draw, 1..=length_max.max(1));
    (any::<[u16; 6]>(), draws).prop_map(move |(setup, draws)| {
        let mut sketch = Sketch::new(&ground, theme, setup);
        for draw in draws {
            sketch.add(draw);
        }
        sketch.finish()
    })
}

#[cfg(test)]
mod tests;
