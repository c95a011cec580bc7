//! Tests of the shrinking.
