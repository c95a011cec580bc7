//! interleavings.
