//! From a conjunction of schemas to a strategy, depth bounded and results remembered.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Union};
use serde_json::{Value, json};

use crate::array;
use crate::compile::Compiled;
use crate::number;
use crate::object;
use crate::schema::{Contradiction, Options};
use crate::shape::{Shape, Types, conj_key};
use crate::sift::{Sift, is_productive};
use crate::string;

/// Levels beyond `Options::max_depth` that required members may still need to come to an end.
const EXIT_LEVELS: u32 = 40;

/// Combinations of union branches that are followed.
const COMBINATIONS: usize = 64;

/// A strategy, and the levels that its flattest value needs.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    pub(crate) strategy: BoxedStrategy<Value>,
    pub(crate) height: u32,
}

/// Builds strategies for one compiled schema.
pub(crate) struct Builder<'a> {
    pub(crate) compiled: &'a Compiled,
    pub(crate) options: &'a Options,
    known: BTreeMap<String, Result<Built, Contradiction>>,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(compiled: &'a Compiled, options: &'a Options) -> Builder<'a> {
        Builder { compiled, options, known: BTreeMap::new() }
    }

    /// Whether only what is required is drawn at this depth.
    pub(crate) fn is_minimal(&self, depth: u32) -> bool {
        depth > self.options.max_depth
    }

    /// A strategy for the values that satisfy all of `conj`; `at` names the place for people.
    pub(crate) fn build(
        &mut self,
        conj: &[Value],
        depth: u32,
        at: &str,
    ) -> Result<Built, Contradiction> {
        let key = conj_key(conj, depth);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let built = if depth > self.options.max_depth + EXIT_LEVELS {
            let message = "the required members refer to each other without an end";
            Err(Contradiction::at(at, message))
        } else {
            let shape = Shape::of(self.compiled, conj);
            self.shape(&shape, depth, at)
        };
        self.known.insert(key, built.clone());
        built
    }

    /// A strategy for a folded shape.
    pub(crate) fn shape(
        &mut self,
        shape: &Shape,
        depth: u32,
        at: &str,
    ) -> Result<Built, Contradiction> {
        if shape.is_open() {
            return Ok(Built { strategy: anything(depth), height: 0 });
        }
        if self.is_minimal(depth)
            && shape.types.has(Types::NULL)
            && self.compiled.admits(&shape.conj, &Value::Null)
        {
            return Ok(Built { strategy: Just(Value::Null).boxed(), height: 0 });
        }
        let sift = !shape.nots.is_empty()
            || shape.unions.iter().any(|it| it.exactly_one && it.branches.len() > 1);
        let mut parts = Vec::new();
        let mut errors = Vec::new();
        for (shape, place) in self.alternatives(shape, at) {
            match self.plain(&shape, depth, &place, sift) {
                Ok(found) => parts.extend(found),
                Err(error) => errors.push(error),
            }
        }
        let Some(height) = parts.iter().map(|it| it.height).min() else {
            return Err(errors.into_iter().next().unwrap_or_else(|| {
                Contradiction::at(at, "no branch of the union can be satisfied")
            }));
        };
        if self.is_minimal(depth) {
            parts.retain(|it| it.height == height);
        }
        let mut weighted: Vec<(u32, BoxedStrategy<Value>)> =
            parts.into_iter().map(|it| (4, it.strategy)).collect();
        let examples = self.examples(shape, depth);
        if !examples.is_empty() {
            weighted.push((1, select(examples).boxed()));
        }
        Ok(Built { strategy: one_of(weighted), height })
    }

    /// `default` and `example` values that do satisfy their schema.
    fn examples(&self, shape: &Shape, depth: u32) -> Vec<Value> {
        let fits = |value: &&Value| {
            let flat = !value.is_object() && !value.is_array();
            (flat || !self.is_minimal(depth)) && self.compiled.admits(&shape.conj, value)
        };
        shape.examples.iter().filter(fits).cloned().collect()
    }

    /// The shape with one branch of each union chosen, for every choice.
    fn alternatives(&self, shape: &Shape, at: &str) -> Vec<(Shape, String)> {
        let mut open = vec![(shape.clone(), at.to_owned())];
        let mut closed = Vec::new();
        while let Some((mut shape, place)) = open.pop() {
            if shape.unions.is_empty() {
                closed.push((shape, place));
                if closed.len() >= COMBINATIONS {
                    break;
                }
                continue;
            }
            let union = shape.unions.remove(0);
            let keyword = if union.exactly_one { "oneOf" } else { "anyOf" };
            // The last is popped first: keep the order of the document.
            for (idx, branch) in union.branches.iter().enumerate().rev() {
                let mut chosen = shape.clone();
                chosen.add(self.compiled, branch);
                open.push((chosen, format!("{place}/{keyword}/{idx}")));
            }
        }
        closed
    }

    /// Strategies for a shape without unions, one or more for each type.
    fn plain(
        &mut self,
        shape: &Shape,
        depth: u32,
        at: &str,
        sift: bool,
    ) -> Result<Vec<Built>, Contradiction> {
        if let Some(members) = &shape.members {
            return self.members(shape, members, at);
        }
        let types = shape.drawn_types();
        if types.is_empty() {
            return Err(Contradiction::at(at, "no type is left"));
        }
        let mut parts = Vec::new();
        let mut error = None;
        let kinds = [
            Types::NULL,
            Types::BOOLEAN,
            Types::NUMBER,
            Types::STRING,
            Types::ARRAY,
            Types::OBJECT,
        ];
        for kind in kinds.into_iter().filter(|kind| types.has(*kind)) {
            match self.typed(shape, kind, depth, at) {
                Ok(found) => parts.extend(found),
                Err(found) => error = error.or(Some(found)),
            }
        }
        if sift || !shape.nots.is_empty() {
            parts = self.sifted(shape, parts);
        }
        match (parts.is_empty(), error) {
            (false, _) => Ok(parts),
            (true, Some(error)) => Err(error),
            (true, None) => {
                Err(Contradiction::at(at, "no value was found in a bounded number of draws"))
            }
        }
    }

    fn sifted(&self, shape: &Shape, parts: Vec<Built>) -> Vec<Built> {
        let Some(validator) = self.compiled.validator(&shape.conj) else { return Vec::new() };
        parts
            .into_iter()
            .map(|it| Built { strategy: Sift::new(it.strategy, validator.clone()).boxed(), ..it })
            .filter(|it| is_productive(&it.strategy))
            .collect()
    }

    fn members(
        &self,
        shape: &Shape,
        members: &[Value],
        at: &str,
    ) -> Result<Vec<Built>, Contradiction> {
        let fitting = |value: &&Value| self.compiled.admits(&shape.conj, value);
        let fitting: Vec<Value> = members.iter().filter(fitting).cloned().collect();
        if fitting.is_empty() {
            let message = "no member of the enumeration satisfies the rest of the schema";
            return Err(Contradiction::at(at, message));
        }
        Ok(vec![Built { strategy: select(fitting).boxed(), height: 0 }])
    }

    fn typed(
        &mut self,
        shape: &Shape,
        kind: Types,
        depth: u32,
        at: &str,
    ) -> Result<Vec<Built>, Contradiction> {
        let flat = |strategy: BoxedStrategy<Value>| Built { strategy, height: 0 };
        let refuse = |message: String| Contradiction::at(at, message);
        Ok(match kind {
            Types::NULL => vec![flat(Just(Value::Null).boxed())],
            Types::BOOLEAN => vec![flat(any::<bool>().prop_map(Value::Bool).boxed())],
            Types::NUMBER => {
                let numbers = number::numbers(shape).map_err(refuse)?;
                numbers.into_iter().map(flat).collect()
            }
            Types::STRING => {
                let strings = string::strings(shape, self.options).map_err(refuse);
                match strings {
                    Ok(strings) => strings.into_iter().map(flat).collect(),
                    // A pattern without a generator may still have examples.
                    Err(error) => {
                        let examples = self.examples(shape, depth);
                        match examples.is_empty() {
                            true => return Err(error),
                            false => vec![flat(select(examples).boxed())],
                        }
                    }
                }
            }
            Types::ARRAY => vec![array::arrays(self, shape, depth, at)?],
            _ => vec![object::objects(self, shape, depth, at)?],
        })
    }
}

/// One of several strategies.
pub(crate) fn one_of(weighted: Vec<(u32, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    match <[_; 1]>::try_from(weighted) {
        Ok([(_, only)]) => only,
        Err(weighted) => Union::new_weighted(weighted).boxed(),
    }
}

/// Any JSON, shallow.
fn anything(depth: u32) -> BoxedStrategy<Value> {
    let scalars = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-1000..1000_i64).prop_map(Value::from),
        Just(json!(0.5)),
        "[a-z]{0,8}".prop_map(Value::String),
    ];
    if depth >= 2 {
        return scalars.boxed();
    }
    let member = ("[a-z]{1,6}", scalars.clone());
    prop_oneof![
        4 => scalars.clone(),
        1 => proptest::collection::vec(scalars, 0..3).prop_map(Value::Array),
        1 => proptest::collection::vec(member, 0..3)
            .prop_map(|members| Value::Object(members.into_iter().collect())),
    ]
    .boxed()
}
