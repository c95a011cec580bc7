//! Numbers within bounds and on a grid.

use std::cmp::Ordering;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Union};
use serde_json::{Number, Value};

use crate::shape::{Bound, Shape, Types};

/// How far from the middle plain draws go.
const NEAR: i128 = 100;

/// Numbers that implementations are known to stumble over, drawn where they are allowed.
const LANDMARKS: &[i128] = &[
    1 << 31,
    (1 << 31) - 1,
    -(1 << 31),
    1 << 32,
    (1 << 53) - 1,
    1 << 53,
    -(1 << 53),
    i64::MAX as i128,
    i64::MIN as i128,
];

/// Orders two numbers, integers exactly.
pub(crate) fn compare(a: &Number, b: &Number) -> Ordering {
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => float(a).partial_cmp(&float(b)).unwrap_or(Ordering::Equal),
    }
}

/// Whether a number is an integer for JSON Schema (1.0 is).
pub(crate) fn is_integral(number: &Number) -> bool {
    integer(number).is_some() || float(number).fract() == 0.0
}

/// The number as a float.
pub(crate) fn float(number: &Number) -> f64 {
    number.as_f64().unwrap_or(0.0)
}

/// A JSON number for an integer, as a float beyond what integers hold.
pub(crate) fn number(value: i128) -> Value {
    if let Ok(small) = i64::try_from(value) {
        small.into()
    } else if let Ok(large) = u64::try_from(value) {
        large.into()
    } else {
        (value as f64).into()
    }
}

/// Strategies for the numbers that a shape admits; an error says why there is none.
pub(crate) fn numbers(shape: &Shape) -> Result<Vec<BoxedStrategy<Value>>, String> {
    if shape.types.has(Types::FRACTION) { fractions(shape) } else { Ok(vec![integers(shape)?]) }
}

fn integer(number: &Number) -> Option<i128> {
    let signed = number.as_i64().map(i128::from);
    signed.or_else(|| number.as_u64().map(i128::from))
}

fn integers(shape: &Shape) -> Result<BoxedStrategy<Value>, String> {
    let step = integer_step(&shape.multiples)?;
    let (low, high) = integer_range(shape);
    let low = low.div_euclid(step) + i128::from(low.rem_euclid(step) != 0);
    let high = high.div_euclid(step);
    if low > high {
        return Err(describe_empty(shape, "integer"));
    }
    let middle = 0.clamp(low, high);
    let near = (middle - NEAR).max(low)..=(middle + NEAR).min(high);
    let mut edges = vec![low, high, (low + 1).min(high), (high - 1).max(low)];
    let landmarks = LANDMARKS.iter().copied().map(|it| it / step);
    edges.extend(landmarks.filter(|it| (low..=high).contains(it)));
    let grid = Union::new_weighted(vec![
        (6, near.boxed()),
        (2, (low..=high).boxed()),
        (2, select(edges).boxed()),
    ]);
    Ok(grid.prop_map(move |k| number(k * step)).boxed())
}

/// The integers that bounds and format leave.
fn integer_range(shape: &Shape) -> (i128, i128) {
    let mut low = i128::from(i64::MIN);
    let mut high = i128::from(i64::MAX);
    if shape.formats.iter().any(|it| it == "int32") {
        (low, high) = (i128::from(i32::MIN), i128::from(i32::MAX));
    }
    if let Some(Bound { value, exclusive }) = &shape.lower {
        let bound = match integer(value) {
            Some(exact) => exact + i128::from(*exclusive),
            None if *exclusive => (float(value).floor() as i128).saturating_add(1),
            None => float(value).ceil() as i128,
        };
        if bound > high && bound <= i128::from(u64::MAX) {
            high = i128::from(u64::MAX);
        }
        low = low.max(bound);
    }
    if let Some(Bound { value, exclusive }) = &shape.upper {
        let bound = match integer(value) {
            Some(exact) => exact - i128::from(*exclusive),
            None if *exclusive => (float(value).ceil() as i128).saturating_sub(1),
            None => float(value).floor() as i128,
        };
        high = if bound > high && low > i128::from(i64::MAX) { bound } else { high.min(bound) };
    }
    (low, high)
}

fn integer_step(multiples: &[Number]) -> Result<i128, String> {
    let mut step = 1_i128;
    for multiple in multiples {
        let (mantissa, scale) = decimal(multiple)?;
        let whole = mantissa / gcd(mantissa, 10_i128.pow(scale));
        step = lcm(step, whole)?;
    }
    Ok(step)
}

fn fractions(shape: &Shape) -> Result<Vec<BoxedStrategy<Value>>, String> {
    if !shape.multiples.is_empty() {
        return Ok(vec![multiples(shape)?]);
    }
    let (low, high) = float_range(shape);
    if low > high || low.is_nan() || high.is_nan() {
        return Err(describe_empty(shape, "number"));
    }
    let mut strategies = Vec::new();
    // Whole numbers are numbers as well, and the simplest ones.
    if low.abs() < 9e18 || high.abs() < 9e18 || (low < 0.0 && high > 0.0) {
        strategies.extend(integers(shape).ok());
    }
    let inside = move |value: f64| value.clamp(low, high);
    let middle = inside(0.0);
    let hundredths = (-10_000..=10_000_i32).prop_map(move |k| {
        // Steps of a hundredth away from the middle read well; outside, the bound is taken.
        finite(inside(((middle * 100.0).round() + f64::from(k)) / 100.0))
    });
    strategies.push(hundredths.boxed());
    let spread = (0.0..1.0_f64).prop_map(move |t| finite(inside(low * (1.0 - t) + high * t)));
    strategies.push(spread.boxed());
    let extremes = [low, high, 0.1 + 0.2, 1e21, -1e21, 5e-324, 1e-7, f64::from(f32::MAX)];
    let extremes: Vec<Value> =
        extremes.into_iter().filter(|it| (low..=high).contains(it)).map(finite).collect();
    strategies.push(select(extremes).boxed());
    Ok(strategies)
}

fn float_range(shape: &Shape) -> (f64, f64) {
    let narrow = shape.formats.iter().any(|it| it == "float");
    let most = if narrow { f64::from(f32::MAX) } else { f64::MAX };
    let low = shape.lower.as_ref().map_or(-most, |bound| {
        let value = float(&bound.value);
        if bound.exclusive { value.next_up() } else { value }
    });
    let high = shape.upper.as_ref().map_or(most, |bound| {
        let value = float(&bound.value);
        if bound.exclusive { value.next_down() } else { value }
    });
    (low, high)
}

/// Multiples of a decimal fraction, written without the errors of binary arithmetic.
fn multiples(shape: &Shape) -> Result<BoxedStrategy<Value>, String> {
    let decimals: Vec<(i128, u32)> =
        shape.multiples.iter().map(decimal).collect::<Result<_, _>>()?;
    let scale = decimals.iter().map(|(_, scale)| *scale).max().unwrap_or(0);
    let mut step = 1_i128;
    for (idx, (mantissa, own)) in decimals.iter().enumerate() {
        let scaled = mantissa
            .checked_mul(10_i128.pow(scale - own))
            .ok_or("multipleOf has too many digits")?;
        step = if idx == 0 { scaled } else { lcm(step, scaled)? };
    }
    let unit = step as f64 / 10_f64.powi(scale as i32);
    // Beyond this, a float no longer tells neighbours apart.
    let most = 9e15 / unit.max(1e-300) / 10_f64.powi(scale as i32).max(1.0);
    let (low, high) = float_range(shape);
    let low = (low / unit).ceil().max(-most) as i128;
    let high = (high / unit).floor().min(most) as i128;
    if low > high {
        return Err(describe_empty(shape, "multiple"));
    }
    let middle = 0.clamp(low, high);
    let grid = Union::new_weighted(vec![
        (6, ((middle - NEAR).max(low)..=(middle + NEAR).min(high)).boxed()),
        (2, (low..=high).boxed()),
        (2, select(vec![low, high]).boxed()),
    ]);
    Ok(grid.prop_map(move |k| decimal_value(k.saturating_mul(step), scale)).boxed())
}

/// `mantissa / 10^scale` as the nearest JSON number.
fn decimal_value(mantissa: i128, scale: u32) -> Value {
    let power = 10_i128.pow(scale);
    if mantissa % power == 0 {
        return number(mantissa / power);
    }
    format!("{mantissa}e-{scale}").parse::<f64>().map_or(Value::Null, finite)
}

/// A positive number as mantissa and decimal places.
fn decimal(value: &Number) -> Result<(i128, u32), String> {
    let text = value.to_string();
    let bad = || format!("multipleOf {text} cannot be handled");
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().map_err(|_| bad())?),
        None => (text.as_str(), 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    let mantissa: i128 = format!("{whole}{fraction}").parse().map_err(|_| bad())?;
    let scale = fraction.len() as i32 - exponent;
    if mantissa <= 0 || !(-18..=18).contains(&scale) {
        return Err(bad());
    }
    match u32::try_from(scale) {
        Ok(scale) => Ok((mantissa, scale)),
        Err(_) => {
            let power = 10_i128.pow(scale.unsigned_abs());
            mantissa.checked_mul(power).map(|it| (it, 0)).ok_or_else(bad)
        }
    }
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn lcm(a: i128, b: i128) -> Result<i128, String> {
    (a / gcd(a, b)).checked_mul(b).ok_or_else(|| "the multipleOfs are too far apart".to_owned())
}

fn finite(value: f64) -> Value {
    Number::from_f64(value).map_or_else(|| 0.into(), Value::Number)
}

fn describe_empty(shape: &Shape, what: &str) -> String {
    let side = |bound: &Option<Bound>, word: &str| match bound {
        Some(Bound { value, exclusive: false }) => format!(" {word} {value}"),
        Some(Bound { value, exclusive: true }) => format!(" {word} {value} (exclusive)"),
        None => String::new(),
    };
    let low = side(&shape.lower, "from");
    let high = side(&shape.upper, "to");
    let grid = match shape.multiples.is_empty() {
        true => String::new(),
        false => " on the grid of multipleOf".to_owned(),
    };
    format!("no {what}{low}{high}{grid}")
}
