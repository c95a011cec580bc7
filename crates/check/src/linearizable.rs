//! Is there an order in which calls that overlapped could have taken effect one by one?
//!
//! The search of Wing and Gong with the memory of Lowe: a call may be next if it began before every
//! open call had ended; a set of calls done with the world that they led to is visited once. The
//! work is bounded, and a search that runs out of budget says so instead of guessing.

use std::collections::BTreeSet;

use model::world::{Answer, Call, World};

/// The longest history that is searched: calls are kept as bits of a word.
pub const CALLS_MAX: usize = 64;

/// A call of a history with what it was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Position of the account key; `None` for a call of the control API.
    pub by: Option<usize>,
    /// What was called.
    pub call: Call,
    /// What was answered.
    pub answer: Answer,
    /// When it was sent: a number that grows with each sending and each arrival.
    pub begun: u64,
    /// When its answer had arrived.
    pub ended: u64,
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linearized {
    /// An order that explains all answers, as positions in the history.
    Order(Vec<usize>),
    /// No order explains all answers; as many as this can be explained.
    Impossible(usize),
    /// The budget ran out, or the history is too long.
    Unknown,
}

/// Searches for an order, visiting at most `nodes_max` worlds.
pub fn linearize(world: &World, history: &[Event], nodes_max: usize) -> Linearized {
    if history.len() > CALLS_MAX {
        return Linearized::Unknown;
    }
    let mut search = Search {
        history,
        visited: BTreeSet::new(),
        order: Vec::new(),
        longest: 0,
        nodes_left: nodes_max,
    };
    match search.go_on(world, 0) {
        Some(true) => Linearized::Order(search.order),
        Some(false) => Linearized::Impossible(search.longest),
        None => Linearized::Unknown,
    }
}

struct Search<'a> {
    history: &'a [Event],
    visited: BTreeSet<(u64, World)>,
    order: Vec<usize>,
    longest: usize,
    nodes_left: usize,
}

impl Search<'_> {
    /// Whether the calls that are not done yet can follow; `None` if the budget ran out.
    fn go_on(&mut self, world: &World, done: u64) -> Option<bool> {
        let open = |at: &usize| done & (1 << at) == 0;
        let open: Vec<usize> = (0..self.history.len()).filter(open).collect();
        if open.is_empty() {
            return Some(true);
        }
        let first_end = open.iter().map(|at| self.history[*at].ended).min().unwrap_or(0);
        for at in open {
            let event = &self.history[at];
            if event.begun > first_end {
                continue;
            }
            let Some(next) = world.step(event.by, &event.call, &event.answer) else { continue };
            let done = done | 1 << at;
            if !self.visited.insert((done, next.clone())) {
                continue;
            }
            self.nodes_left = self.nodes_left.checked_sub(1)?;
            self.order.push(at);
            self.longest = self.longest.max(self.order.len());
            if self.go_on(&next, done)? {
                return Some(true);
            }
            self.order.pop();
        }
        Some(false)
    }
}
