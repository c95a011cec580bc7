//! histories.
