//! Arrays.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::strategy::BoxedStrategy;
use serde_json::Value;

use crate::build::{Builder, Built};
use crate::schema::Contradiction;
use crate::shape::{Shape, Types, same};

/// No array is drawn that must be longer.
const ITEMS_MAX: u64 = 20_000;

/// A strategy for the arrays that a shape admits.
pub(crate) fn arrays(
    builder: &mut Builder<'_>,
    shape: &Shape,
    depth: u32,
    at: &str,
) -> Result<Built, Contradiction> {
    let low = shape.min_items.unwrap_or(0);
    let high = shape.max_items.unwrap_or(u64::MAX);
    if low > high {
        let message = format!("minItems {low} is above maxItems {high}");
        return Err(Contradiction::at(at, message));
    }
    if low > ITEMS_MAX {
        let message = format!("minItems {low} is beyond the {ITEMS_MAX} items that are drawn");
        return Err(Contradiction::at(at, message));
    }
    let empty = Built { strategy: Just(Value::Array(Vec::new())).boxed(), height: 0 };
    if high == 0 || (builder.is_minimal(depth) && low == 0) {
        return Ok(empty);
    }
    let place = format!("{at}/items");
    let item = match builder.build(&shape.items, depth + 1, &place) {
        Ok(item) => item,
        Err(_) if low == 0 => return Ok(empty),
        Err(error) => return Err(error),
    };
    let more = if builder.is_minimal(depth) { 0 } else { builder.options.max_items };
    let high = high.min(low.saturating_add(more));
    let range = low as usize..=high as usize;
    let height = if low == 0 { 0 } else { item.height + 1 };
    let strategy = match shape.unique_items {
        false => vec(item.strategy, range).prop_map(Value::Array).boxed(),
        true => match finite(builder, shape) {
            Some(values) => distinct_members(values, low as usize, high as usize, at)?,
            None => distinct(item.strategy, low as usize, high as usize),
        },
    };
    Ok(Built { strategy, height })
}

/// All values of the items, if they are few.
fn finite(builder: &Builder<'_>, shape: &Shape) -> Option<Vec<Value>> {
    let items = Shape::of(builder.compiled, &shape.items);
    let all = match &items.members {
        Some(members) => members.clone(),
        None if items.types == Types::BOOLEAN => vec![false.into(), true.into()],
        None => return None,
    };
    let mut values: Vec<Value> = Vec::new();
    for value in all {
        let fits = builder.compiled.admits(&shape.items, &value);
        if fits && !values.iter().any(|known| same(known, &value)) {
            values.push(value);
        }
    }
    Some(values)
}

fn distinct_members(
    values: Vec<Value>,
    low: usize,
    high: usize,
    at: &str,
) -> Result<BoxedStrategy<Value>, Contradiction> {
    let high = high.min(values.len());
    if low > high {
        let message = format!("minItems {low} with uniqueItems, but items have {high} values");
        return Err(Contradiction::at(at, message));
    }
    Ok(subsequence(values, low..=high).prop_shuffle().prop_map(Value::Array).boxed())
}

/// Different items out of more draws than needed; too few are rejected.
fn distinct(item: BoxedStrategy<Value>, low: usize, high: usize) -> BoxedStrategy<Value> {
    let spare = if low > 1 { low + 4 } else { 0 };
    vec(item, low + spare..=high + spare)
        .prop_map(move |items| {
            let mut kept: Vec<Value> = Vec::new();
            for item in items {
                if kept.len() < high && !kept.iter().any(|known| same(known, &item)) {
                    kept.push(item);
                }
            }
            Value::Array(kept)
        })
        .prop_filter("too few different items", move |value| {
            value.as_array().is_some_and(|items| items.len() >= low)
        })
        .boxed()
}
