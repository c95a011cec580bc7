//! The states that a thing went through, and when, so that a list can be read as it was.
//!
//! A walk through the pages of a list has to show everything that was there all along exactly once,
//! even while states change and things are created between two pages. So every change takes a
//! number from one counter of the server, and a walk goes through the order that the list had at
//! the number of its first page. What it shows of each thing is how the thing is now.

/// The states of one thing, oldest first, each with the number of the change that led to it.
#[derive(Debug, Clone)]
pub(crate) struct History<S> {
    entries: Vec<(u64, S)>,
}

impl<S: Copy> History<S> {
    pub(crate) fn starting(revision: u64, state: S) -> Self {
        Self { entries: vec![(revision, state)] }
    }

    pub(crate) fn push(&mut self, revision: u64, state: S) {
        self.entries.push((revision, state));
    }

    /// The state as of a revision; none if the thing did not exist yet.
    pub(crate) fn at(&self, revision: u64) -> Option<S> {
        let reached = self.entries.partition_point(|(since, _)| *since <= revision);
        reached.checked_sub(1).map(|idx| self.entries[idx].1)
    }
}
