//! Properties that hold for every schema of the corpus in `fixtures/schemas`.

mod cases;
mod corpus;
mod serialise;
mod wild;
