//! walks.
