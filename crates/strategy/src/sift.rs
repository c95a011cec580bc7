//! A filter that never runs away: a bounded number of draws, and shrinking that stays inside
//! without ever panicking.

use std::sync::Arc;

use jsonschema::Validator;
use proptest::strategy::{BoxedStrategy, NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;

/// Draws before giving up on one value.
const TRIES: u32 = 200;

/// Steps of the source within one step of the filter.
const STEPS: u32 = 2_000;

type Test = Arc<dyn Fn(&Value) -> bool>;

/// Keeps the values that pass a test.
#[derive(Clone)]
pub(crate) struct Sift {
    source: BoxedStrategy<Value>,
    test: Test,
}

impl Sift {
    /// Keeps the values that a validator admits.
    pub(crate) fn new(source: BoxedStrategy<Value>, validator: Arc<Validator>) -> Sift {
        Sift::by(source, move |value| validator.is_valid(value))
    }

    /// Keeps the values for which a function is true.
    pub(crate) fn by(
        source: BoxedStrategy<Value>,
        test: impl Fn(&Value) -> bool + 'static,
    ) -> Sift {
        Sift { source, test: Arc::new(test) }
    }
}

impl std::fmt::Debug for Sift {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sift").field("source", &self.source).finish_non_exhaustive()
    }
}

impl Strategy for Sift {
    type Tree = SiftTree;
    type Value = Value;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Sift> {
        for _ in 0..TRIES {
            let tree = self.source.new_tree(runner)?;
            let good = tree.current();
            if (self.test)(&good) {
                return Ok(SiftTree { source: tree, test: self.test.clone(), good });
            }
        }
        Err(format!("no value passed its schema in {TRIES} draws").into())
    }
}

/// A sifted value.
pub(crate) struct SiftTree {
    source: Box<dyn ValueTree<Value = Value>>,
    test: Test,
    /// The last value that passed; what the source holds may be outside.
    good: Value,
}

impl SiftTree {
    fn settle(&mut self) -> bool {
        for _ in 0..STEPS {
            let value = self.source.current();
            if (self.test)(&value) {
                self.good = value;
                return true;
            }
            if !self.source.complicate() {
                return false;
            }
        }
        false
    }
}

impl ValueTree for SiftTree {
    type Value = Value;

    fn current(&self) -> Value {
        self.good.clone()
    }

    fn simplify(&mut self) -> bool {
        self.source.simplify() && self.settle()
    }

    fn complicate(&mut self) -> bool {
        self.source.complicate() && self.settle()
    }
}

/// One deterministic value of a strategy, made simple.
pub(crate) fn first(strategy: &BoxedStrategy<Value>) -> Option<Value> {
    let mut runner = TestRunner::deterministic();
    let mut tree = strategy.new_tree(&mut runner).ok()?;
    for _ in 0..STEPS {
        if !tree.simplify() {
            break;
        }
    }
    Some(tree.current())
}

/// Whether a strategy gives a value at all.
pub(crate) fn is_productive(strategy: &BoxedStrategy<Value>) -> bool {
    let mut runner = TestRunner::deterministic();
    (0..3).any(|_| strategy.new_tree(&mut runner).is_ok())
}
