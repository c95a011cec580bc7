//! Strings: free text within length bounds, texts of a pattern, texts of a format.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::{BoxedStrategy, NewTree, ValueTree};
use proptest::string::string_regex_parsed;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use crate::compile::compile;
use crate::format;
use crate::pattern;
use crate::schema::Options;
use crate::shape::Shape;
use crate::sift::{Sift, is_productive};

/// No string is drawn that must be longer.
const LENGTH_MAX: u64 = 1_000_000;

/// How much longer than the least a plain string gets.
const USUAL: u64 = 12;

/// How much longer than the least a long string gets.
const LONG: u64 = 300;

/// Strategies for the strings that a shape admits; an error says why there is none.
pub(crate) fn strings(
    shape: &Shape,
    options: &Options,
) -> Result<Vec<BoxedStrategy<Value>>, String> {
    let low = shape.min_length.unwrap_or(0);
    if let Some(high) = shape.max_length
        && low > high
    {
        return Err(format!("minLength {low} is above maxLength {high}"));
    }
    if low > LENGTH_MAX {
        return Err(format!(
            "minLength {low} is beyond the {LENGTH_MAX} characters that are drawn"
        ));
    }
    let formats: Vec<BoxedStrategy<String>> =
        shape.formats.iter().filter_map(|it| format::texts(it)).collect();
    if formats.is_empty() && shape.patterns.is_empty() {
        let text = Text { low, high: shape.max_length, nul: options.nul };
        return Ok(vec![text.prop_map(Value::String).boxed()]);
    }
    let mut strategies = Vec::new();
    let mut refusals = Vec::new();
    for pattern in &shape.patterns {
        match pattern::expressions(pattern, low, shape.max_length) {
            Ok(expressions) => {
                for hir in expressions {
                    match string_regex_parsed(&hir) {
                        Ok(strategy) => strategies.push(strategy.prop_map(Value::String).boxed()),
                        Err(error) => refusals.push(format!("the pattern {pattern:?}: {error}")),
                    }
                }
            }
            Err(refusal) => refusals.push(refusal),
        }
    }
    strategies.extend(formats.into_iter().map(|it| it.prop_map(Value::String).boxed()));
    let validator = Arc::new(compile(&string_schema(shape), options.check_formats)?);
    let sifted: Vec<BoxedStrategy<Value>> = strategies
        .into_iter()
        .map(|strategy| Sift::new(strategy, validator.clone()).boxed())
        .filter(is_productive)
        .collect();
    match sifted.is_empty() {
        false => Ok(sifted),
        true if refusals.is_empty() => {
            let all: Vec<&String> = shape.patterns.iter().chain(&shape.formats).collect();
            let high = shape.max_length.map_or("any".to_owned(), |it| it.to_string());
            Err(format!("no string of {low} to {high} characters was found for {all:?}"))
        }
        true => Err(refusals.join("; ")),
    }
}

/// The constraints on strings alone, as a schema.
fn string_schema(shape: &Shape) -> Value {
    let patterns = shape.patterns.iter().map(|it| json!({ "pattern": it }));
    let formats = shape.formats.iter().map(|it| json!({ "format": it }));
    let mut schema = Map::new();
    schema.insert("type".into(), "string".into());
    schema.insert("minLength".into(), shape.min_length.unwrap_or(0).into());
    if let Some(high) = shape.max_length {
        schema.insert("maxLength".into(), high.into());
    }
    let parts: Vec<Value> = patterns.chain(formats).collect();
    if !parts.is_empty() {
        schema.insert("allOf".into(), parts.into());
    }
    schema.into()
}

/// Text of any script, its length in Unicode scalar values.
#[derive(Clone, Debug)]
struct Text {
    low: u64,
    high: Option<u64>,
    nul: bool,
}

impl Strategy for Text {
    type Tree = TextTree;
    type Value = String;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Text> {
        let rng = runner.rng();
        let high = self.high.unwrap_or(u64::MAX);
        let upto = |more: u64| self.low.saturating_add(more).min(high);
        let length = match rng.random_range(0..16_u32) {
            0 => self.low,
            1 if high <= LONG => high,
            2 => rng.random_range(self.low..=upto(LONG)),
            _ => rng.random_range(self.low..=upto(USUAL)),
        };
        // One alphabet for most of a string keeps it readable and shrinks better.
        let plain = rng.random_range(0..3_u32) > 0;
        let chars = (0..length).map(|_| character(rng, plain, self.nul)).collect();
        Ok(TextTree { chars, least: self.low as usize, step: Step::Halve, undo: None })
    }
}

/// One character; most are plain, the others are those that implementations stumble over.
fn character(rng: &mut impl Rng, plain: bool, nul: bool) -> char {
    const CORNERS: &[char] = &[
        '\t',
        '\n',
        '\r',
        '\u{1}',
        '\u{7f}',
        '\u{85}',
        '\u{a0}',
        '\u{ad}',
        '\u{200b}',
        '\u{200d}',
        '\u{202e}',
        '\u{2028}',
        '\u{feff}',
        '\u{fffd}',
        '\u{10ffff}',
        '"',
        '\\',
        '/',
        '%',
        '\'',
        '<',
        '&',
        '#',
        ';',
        '{',
        '$',
        ' ',
    ];
    let pick = if plain { rng.random_range(0..6_u32) } else { rng.random_range(0..16_u32) };
    let within = |rng: &mut dyn FnMut(u32, u32) -> u32, low: char, high: char| {
        char::from_u32(rng(low as u32, high as u32)).unwrap_or('a')
    };
    let mut draw = |low: u32, high: u32| rng.random_range(low..=high);
    match pick {
        0..=3 => within(&mut draw, 'a', 'z'),
        4 => within(&mut draw, '0', '9'),
        5 => within(&mut draw, ' ', '~'),
        6 => within(&mut draw, '\u{c0}', '\u{17f}'),
        7 => within(&mut draw, '\u{300}', '\u{36f}'),
        8 => within(&mut draw, '\u{5d0}', '\u{5ea}'),
        9 => within(&mut draw, '\u{621}', '\u{64a}'),
        10 => within(&mut draw, '\u{4e00}', '\u{9fff}'),
        11 => within(&mut draw, '\u{1f600}', '\u{1f64f}'),
        12 => within(&mut draw, '\u{20000}', '\u{2a6df}'),
        13 if nul && draw(0, 3) == 0 => '\0',
        _ => CORNERS[draw(0, CORNERS.len() as u32 - 1) as usize],
    }
}

/// What shrinking tries next.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Drop the second half of what may be dropped.
    Halve,
    /// Drop the character at this index.
    Drop(usize),
    /// Replace the character at this index by `a`.
    Plain(usize),
    Done,
}

/// A text that shrinks to fewer characters and then to plainer ones.
#[derive(Debug)]
struct TextTree {
    chars: Vec<char>,
    least: usize,
    step: Step,
    /// The characters before the last step.
    undo: Option<Vec<char>>,
}

impl TextTree {
    fn apply(&mut self, chars: Vec<char>) -> bool {
        self.undo = Some(std::mem::replace(&mut self.chars, chars));
        true
    }
}

impl ValueTree for TextTree {
    type Value = String;

    fn current(&self) -> String {
        self.chars.iter().collect()
    }

    fn simplify(&mut self) -> bool {
        loop {
            match self.step {
                Step::Halve => {
                    let spare = self.chars.len().saturating_sub(self.least);
                    if spare == 0 {
                        self.step = Step::Plain(0);
                        continue;
                    }
                    let kept = self.chars.len() - spare.div_ceil(2);
                    return self.apply(self.chars[..kept].to_vec());
                }
                Step::Drop(idx) if idx < self.chars.len() && self.chars.len() > self.least => {
                    let mut chars = self.chars.clone();
                    chars.remove(idx);
                    return self.apply(chars);
                }
                Step::Drop(_) => self.step = Step::Plain(0),
                Step::Plain(idx) if idx >= self.chars.len() => self.step = Step::Done,
                Step::Plain(idx) if self.chars[idx] == 'a' => self.step = Step::Plain(idx + 1),
                Step::Plain(idx) => {
                    let mut chars = self.chars.clone();
                    chars[idx] = 'a';
                    return self.apply(chars);
                }
                Step::Done => return false,
            }
        }
    }

    fn complicate(&mut self) -> bool {
        let Some(before) = self.undo.take() else { return false };
        self.chars = before;
        self.step = match self.step {
            Step::Halve => Step::Drop(0),
            Step::Drop(idx) => Step::Drop(idx + 1),
            Step::Plain(idx) => Step::Plain(idx + 1),
            Step::Done => Step::Done,
        };
        true
    }
}
