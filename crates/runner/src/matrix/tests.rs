//! What becomes of an entry, and how it reads.
