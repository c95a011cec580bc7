//! Draws inputs and edges from the document, deterministically, and holds each valid one against
//! the document before it is used: a valid case that is not valid is a mistake of the suite.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sha2::{Digest, Sha256};
use spec::Document;
use spec::document::Operation;
use spec::wire::Request;
use strategy::{Case, Cases, Input, Intent, Options, Refinements, Validators, render, valid_input};

/// How many values may be drawn for one that can be sent and that the world admits.
const DRAWS_PER_INPUT: usize = 50;

/// A drawn valid input and its request.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The input.
    pub input: Input,
    /// As it goes on the wire.
    pub request: Request,
}

/// Draws for one document: strategies built once, validators compiled once.
pub struct Generators {
    document: Rc<Document>,
    validators: Validators,
    strategies: RefCell<BTreeMap<String, BoxedStrategy<Input>>>,
}

impl Generators {
    /// Generators for a document.
    pub fn new(document: Rc<Document>) -> Generators {
        let validators = Validators::new(&document);
        Generators { document, validators, strategies: RefCell::default() }
    }

    /// So many valid inputs of an operation that `admits` lets through. `variety` names the
    /// refinements, so that their strategy is built only once.
    pub fn inputs(
        &self,
        operation: &Operation,
        variety: &str,
        refinements: impl FnOnce() -> Refinements,
        seed: [u8; 32],
        n: usize,
        admits: impl Fn(&Input) -> bool,
    ) -> Result<Vec<Drawn>, String> {
        let strategy = self.strategy(operation, variety, refinements)?;
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let mut drawn = Vec::with_capacity(n);
        let mut misses = 0;
        while drawn.len() < n {
            let tree = strategy
                .new_tree(&mut runner)
                .map_err(|why| format!("no value for {} can be drawn: {why}", operation.id))?;
            let input = tree.current();
            match render(operation, &input) {
                Ok(request) if admits(&input) => {
                    self.validators.is_valid_request(operation, &input).map_err(|why| {
                        format!("a valid case of {} is not valid: {why}", operation.id)
                    })?;
                    drawn.push(Drawn { input, request });
                    misses = 0;
                }
                _ if misses < DRAWS_PER_INPUT => misses += 1,
                _ => return Err(format!("no request of {} can be sent", operation.id)),
            }
        }
        Ok(drawn)
    }

    fn strategy(
        &self,
        operation: &Operation,
        variety: &str,
        refinements: impl FnOnce() -> Refinements,
    ) -> Result<BoxedStrategy<Input>, String> {
        let name = format!("{} {variety}", operation.id);
        if let Some(found) = self.strategies.borrow().get(&name) {
            return Ok(found.clone());
        }
        let options = Options { extra_members: false, ..Options::default() };
        let strategy = valid_input(&self.document, operation, &refinements(), &options)
            .map_err(|why| format!("{} cannot be generated: {why}", operation.id))?;
        self.strategies.borrow_mut().insert(name, strategy.clone());
        Ok(strategy)
    }

    /// The edges of an input: boundaries on either side.
    pub fn boundaries(
        &self,
        operation: &Operation,
        base: &Input,
        refinements: &Refinements,
    ) -> Result<Vec<Case>, String> {
        let cases = Cases::new(&self.document, operation).boundary_cases(base, refinements);
        self.checked(operation, cases)
    }

    /// All single departures of an input.
    pub fn violations(&self, operation: &Operation, base: &Input) -> Result<Vec<Case>, String> {
        let cases = Cases::new(&self.document, operation).violation_cases(base);
        self.checked(operation, cases)
    }

    fn checked(&self, operation: &Operation, cases: Vec<Case>) -> Result<Vec<Case>, String> {
        for case in &cases {
            let (Intent::Valid, Some(input)) = (case.intent, &case.input) else { continue };
            self.validators
                .is_valid_request(operation, input)
                .map_err(|why| format!("a valid case of {} is not valid: {why}", operation.id))?;
        }
        Ok(cases)
    }

    /// Requests made of the document's own examples: each body example with an input's
    /// parameters, and each parameter example in its place.
    pub fn examples(&self, operation: &Operation, base: &Input) -> Vec<Request> {
        let mut inputs = Vec::new();
        for (media, content) in operation.body.iter().flat_map(|body| &body.content) {
            for example in &content.examples {
                let body = strategy::Body { media: media.clone(), value: example.clone() };
                inputs.push(Input { body: Some(body), ..base.clone() });
            }
        }
        for parameter in &operation.parameters {
            for example in &parameter.examples {
                let mut input = base.clone();
                let place = input.at_mut(parameter.location);
                place.insert(parameter.name.clone(), example.clone());
                inputs.push(input);
            }
        }
        inputs.iter().filter_map(|input| render(operation, input).ok()).collect()
    }
}

/// So many values of a strategy.
pub fn values<S: Strategy>(
    strategy: &S,
    seed: [u8; 32],
    n: usize,
) -> Result<Vec<S::Value>, String> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let value = |_| {
        let tree = strategy.new_tree(&mut runner);
        tree.map(|tree| tree.current()).map_err(|why| format!("no run can be drawn: {why}"))
    };
    (0..n).map(value).collect()
}

/// The seed of one stream of draws.
pub fn seed(seed: u64, operation: &str, stream: u64) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(stream.to_le_bytes());
    hash.update(operation.as_bytes());
    hash.finalize().into()
}
