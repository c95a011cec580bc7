//! Tells Cargo that the counterexamples of the past are compiled in, so that a new one is.

fn main() {
    println!("cargo:rerun-if-changed=../../fixtures/regressions");
}
