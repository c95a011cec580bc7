//! The edits at one place. They are candidates: whoever asks checks that they fail validation.

use serde_json::{Value, json};

use crate::compile::Compiled;
use crate::format;
use crate::number::{compare, float, number};
use crate::reason::Reason;
use crate::shape::{Bound, Shape, Types};
use crate::site::{Site, put, put_member, sample_changed, sample_of};
use crate::violation::{Violation, ViolationKind};

/// Strings and arrays beyond these sizes are not made.
const LENGTH_MAX: u64 = 200_000;
const ITEMS_MAX: u64 = 2_000;

/// Collects the edits at one place of an accepted value.
pub(super) fn at(compiled: &Compiled, whole: &Value, site: &Site, found: &mut Vec<Violation>) {
    let mut edits = Edits { compiled, whole, site, found };
    edits.null();
    edits.types();
    edits.members();
    edits.numbers();
    edits.strings();
    edits.arrays();
    edits.objects();
    edits.unions();
}

struct Edits<'a> {
    compiled: &'a Compiled,
    whole: &'a Value,
    site: &'a Site,
    found: &'a mut Vec<Violation>,
}

impl Edits<'_> {
    fn shape(&self) -> &Shape {
        &self.site.shape
    }

    /// Records the replacement of the value at this place.
    fn replace(&mut self, kind: ViolationKind, reason: Reason, value: Value) {
        let value = put(self.whole, &self.site.pointer, value);
        self.found.push(Violation { at: self.site.pointer.clone(), kind, value, reason });
    }

    /// Records the change of a member of the object at this place.
    fn member(&mut self, kind: ViolationKind, reason: Reason, name: &str, value: Option<Value>) {
        let at = format!("{}/{}", self.site.pointer, crate::site::escape(name));
        let value = put_member(self.whole, &self.site.pointer, name, value);
        self.found.push(Violation { at, kind, value, reason });
    }

    fn null(&mut self) {
        if !self.site.value.is_null() {
            let reason = Reason::new("null-not-allowed", "null where it is not allowed");
            self.replace(ViolationKind::Null, reason, Value::Null);
        }
    }

    /// One value of each other JSON type.
    fn types(&mut self) {
        let current = &self.site.value;
        if matches!(current, Value::Bool(_) | Value::Number(_))
            && !self.shape().types.has(Types::STRING)
        {
            let sentence = format!("the text of {current} where a string is not allowed");
            let text = json!(current.to_string());
            self.replace(ViolationKind::Type, Reason::new("wrong-type-quoted", sentence), text);
        }
        self.unwrapped();
        let others = [
            (Types::BOOLEAN, "wrong-type-boolean", "a boolean", json!(true)),
            (Types::INTEGER, "wrong-type-integer", "an integer", json!(7)),
            (Types::FRACTION, "wrong-type-fraction", "a fraction", json!(7.5)),
            (Types::STRING, "wrong-type-string", "a string", json!("text")),
            (Types::ARRAY, "wrong-type-array", "an array", json!([])),
            (Types::OBJECT, "wrong-type-object", "an object", json!({})),
        ];
        for (kind, code, name, value) in others {
            if !self.shape().types.has(kind) {
                let reason = Reason::new(code, format!("{name} where the schema has another type"));
                self.replace(ViolationKind::Type, reason, value);
            }
        }
    }

    /// What a lax reader takes for the same: the only item of an array by itself, or a value as the
    /// only item of an array.
    fn unwrapped(&mut self) {
        let (code, sentence, value) = match &self.site.value {
            Value::Array(items) => {
                let Some(item) = items.first().cloned() else { return };
                ("wrong-type-item", "an item without its array", item)
            }
            Value::Null | Value::Object(_) => return,
            scalar => ("wrong-type-wrapped", "a value in an array of its own", json!([scalar])),
        };
        if !self.shape().types.has(Types::of(&value)) {
            self.replace(ViolationKind::Type, Reason::new(code, sentence.to_owned()), value);
        }
    }

    /// Values near the enumeration but not of it.
    fn members(&mut self) {
        let Some(members) = self.shape().members.clone() else { return };
        let mut others = Vec::new();
        for member in &members {
            match member {
                Value::String(text) if others.is_empty() => {
                    others.push(("enum-unknown-member", json!("no-such-member")));
                    let flipped = flip_case(text);
                    others.push(("enum-wrong-case", json!(flipped)));
                    others.push(("enum-trailing-space", json!(format!("{text} "))));
                }
                Value::Number(value) => {
                    let above = float(value).floor() as i128 + 1;
                    others.push(("enum-unknown-member", number(above)));
                }
                _ => {}
            }
        }
        for (code, value) in others {
            let is_member = members.iter().any(|it| crate::shape::same(it, &value));
            if !is_member && self.shape().types.has(Types::of(&value)) {
                let sentence = format!("{value} is not a member of the enumeration");
                self.replace(ViolationKind::Enum, Reason::new(code, sentence), value);
            }
        }
    }

    fn numbers(&mut self) {
        if !self.shape().types.has(Types::NUMBER) {
            return;
        }
        let steps = steps(self.shape());
        if let Some(bound) = self.shape().lower.clone() {
            for value in beyond(&bound, &steps, -1) {
                let sentence = format!("{value} is below the minimum {}", bound.value);
                let reason = Reason::new("number-below-minimum", sentence);
                self.replace(ViolationKind::Minimum, reason, value);
            }
        }
        if let Some(bound) = self.shape().upper.clone() {
            for value in beyond(&bound, &steps, 1) {
                let sentence = format!("{value} is above the maximum {}", bound.value);
                let reason = Reason::new("number-above-maximum", sentence);
                self.replace(ViolationKind::Maximum, reason, value);
            }
        }
        for multiple in self.shape().multiples.clone() {
            let Some(value) = off_grid(&self.site.value, float(&multiple), self.shape()) else {
                continue;
            };
            let sentence = format!("{value} is not a multiple of {multiple}");
            let reason = Reason::new("number-off-grid", sentence);
            self.replace(ViolationKind::MultipleOf, reason, value);
        }
    }

    fn strings(&mut self) {
        if !self.shape().types.has(Types::STRING) {
            return;
        }
        let (low, high) = (self.shape().min_length, self.shape().max_length);
        if let Some(low) = low.filter(|low| (1..LENGTH_MAX).contains(low)) {
            let value = self.string_of(low - 1);
            let sentence = format!("{} characters where at least {low} are needed", low - 1);
            let reason = Reason::new("string-below-min-length", sentence);
            self.replace(ViolationKind::MinLength, reason, value);
        }
        if let Some(high) = high.filter(|high| *high < LENGTH_MAX) {
            let value = self.string_of(high + 1);
            let sentence = format!("{} characters where at most {high} are allowed", high + 1);
            let reason = Reason::new("string-above-max-length", sentence);
            self.replace(ViolationKind::MaxLength, reason, value);
        }
        for pattern in self.shape().patterns.clone() {
            for value in self.pattern_misses(&pattern) {
                let sentence = format!("{value} does not match {pattern}");
                let reason = Reason::new("string-off-pattern", sentence);
                self.replace(ViolationKind::Pattern, reason, value);
            }
        }
        for name in self.shape().formats.clone() {
            for text in format::misses(&name) {
                let reason = Reason::new("string-off-format", format!("{text:?} is not a {name}"));
                self.replace(ViolationKind::Format, reason, json!(text));
            }
        }
    }

    /// A string of an exact length that keeps to pattern and format if that can be.
    fn string_of(&self, length: u64) -> Value {
        let drawn = sample_changed(self.compiled, self.shape(), |shape| {
            shape.types = Types::STRING;
            shape.members = None;
            shape.min_length = Some(length);
            shape.max_length = Some(length);
        });
        drawn.unwrap_or_else(|| json!("a".repeat(length as usize)))
    }

    /// Up to three strings that miss a pattern and nothing else, if there are such.
    fn pattern_misses(&self, pattern: &str) -> Vec<Value> {
        let current = self.site.value.as_str().unwrap_or("a");
        let rest: String = current.chars().skip(1).collect();
        let mut texts: Vec<String> = ["\n", " ", "!", "\u{e9}", "-", "_", "A", "a", "0", "/"]
            .iter()
            .flat_map(|odd| {
                [format!("{current}{odd}"), format!("{odd}{rest}"), format!("{odd}{current}")]
            })
            .collect();
        texts.extend(["", "!", "no match!", "\u{1f600}"].map(str::to_owned));
        let pattern = json!({ "pattern": pattern });
        let misses =
            |text: &String| !self.compiled.admits(std::slice::from_ref(&pattern), &json!(text));
        let fits = |text: &String| {
            let length = text.chars().count() as u64;
            self.shape().min_length.is_none_or(|low| low <= length)
                && self.shape().max_length.is_none_or(|high| length <= high)
        };
        let missing: Vec<String> = texts.into_iter().filter(misses).collect();
        let mut kept: Vec<Value> = Vec::new();
        for text in missing.iter().filter(|it| fits(it)).chain(missing.iter().take(1)) {
            if kept.len() < 3 && !kept.contains(&json!(text)) {
                kept.push(json!(text));
            }
        }
        kept
    }

    fn arrays(&mut self) {
        if !self.shape().types.has(Types::ARRAY) {
            return;
        }
        let (low, high) = (self.shape().min_items, self.shape().max_items);
        let current = self.site.value.as_array().cloned().unwrap_or_default();
        if let Some(low) = low.filter(|low| (1..ITEMS_MAX).contains(low)) {
            let count = low as usize - 1;
            let value = match current.len() >= count {
                true => Some(current[..count].to_vec().into()),
                false => self.array_of(low - 1),
            };
            if let Some(value) = value {
                let sentence = format!("{count} items where at least {low} are needed");
                let reason = Reason::new("array-below-min-items", sentence);
                self.replace(ViolationKind::MinItems, reason, value);
            }
        }
        if let Some(high) = high.filter(|high| *high < ITEMS_MAX)
            && let Some(value) = self.array_of(high + 1)
        {
            let sentence = format!("{} items where at most {high} are allowed", high + 1);
            let reason = Reason::new("array-above-max-items", sentence);
            self.replace(ViolationKind::MaxItems, reason, value);
        }
        if self.shape().unique_items {
            self.repeat(current);
        }
    }

    /// The array with its first item given twice.
    fn repeat(&mut self, mut items: Vec<Value>) {
        let first =
            items.first().cloned().or_else(|| sample_of(self.compiled, &self.shape().items));
        let Some(first) = first else { return };
        if items.is_empty() {
            items.push(first.clone());
        }
        let full = self.shape().max_items.is_some_and(|high| items.len() as u64 >= high);
        match (full, items.len()) {
            (true, 2..) => *items.last_mut().expect("not empty") = first,
            _ => items.push(first),
        }
        let reason = Reason::new("array-with-equal-items", "two items are equal");
        self.replace(ViolationKind::UniqueItems, reason, items.into());
    }

    /// An array of an exact size whose items are right.
    fn array_of(&self, count: u64) -> Option<Value> {
        let exact = |unique: bool| {
            move |shape: &mut Shape| {
                shape.types = Types::ARRAY;
                shape.members = None;
                shape.min_items = Some(count);
                shape.max_items = Some(count);
                shape.unique_items = unique;
            }
        };
        let unique = self.shape().unique_items;
        let drawn = sample_changed(self.compiled, self.shape(), exact(unique));
        drawn.or_else(|| sample_changed(self.compiled, self.shape(), exact(false)))
    }

    fn objects(&mut self) {
        let Some(members) = self.site.value.as_object().cloned() else { return };
        for name in self.shape().required.clone() {
            if members.contains_key(&name) {
                let sentence = format!("the required member {name:?} is missing");
                let reason = Reason::new("required-member-missing", sentence);
                self.member(ViolationKind::Missing, reason, &name, None);
            }
        }
        for (name, schema) in self.shape().hidden.clone() {
            if let Some(value) = sample_of(self.compiled, &[schema]) {
                let sentence = format!("the member {name:?} is for the other side to send");
                let reason = Reason::new("member-of-other-side", sentence);
                self.member(ViolationKind::ReadOnly, reason, &name, Some(value));
            }
        }
        for name in self.shape().discriminators.clone() {
            let sentence = format!("{name:?} names no branch");
            let reason = Reason::new("discriminator-unknown", sentence);
            let value = Some(json!("no-such-branch"));
            self.member(ViolationKind::Discriminator, reason, &name, value);
        }
        self.additional();
        self.too_few(members.len() as u64);
        self.too_many(members.len() as u64);
    }

    /// A member that no schema names: forbidden, or wrong for `additionalProperties`.
    fn additional(&mut self) {
        let values =
            [json!("unexpected"), json!(true), json!(7.5), json!([]), json!({}), json!(null)];
        let forbidden = !self.shape().is_extensible();
        let names = self.shape().member_names();
        let name = ["unexpected", "unexpected_member"].into_iter().find(|it| !names.contains(it));
        let Some(name) = name else { return };
        for value in values.into_iter().take(if forbidden { 1 } else { 6 }) {
            let (code, sentence) = match forbidden {
                true => ("additional-member", format!("no member {name:?} may be there")),
                false => ("additional-member-wrong", format!("{value} as {name:?} is not allowed")),
            };
            let reason = Reason::new(code, sentence);
            self.member(ViolationKind::AdditionalProperty, reason, name, Some(value));
        }
    }

    fn too_few(&mut self, count: u64) {
        let Some(low) = self.shape().min_properties.filter(|low| *low > 0) else { return };
        let Some(mut members) = self.site.value.as_object().cloned() else { return };
        let required = &self.shape().required;
        let optional: Vec<String> =
            members.keys().filter(|name| !required.contains(*name)).cloned().collect();
        let surplus = (count + 1).saturating_sub(low) as usize;
        for name in optional.iter().rev().take(surplus) {
            members.remove(name);
        }
        if (members.len() as u64) < low {
            let sentence = format!("{} members where at least {low} are needed", members.len());
            let reason = Reason::new("object-below-min-properties", sentence);
            self.replace(ViolationKind::MinProperties, reason, members.into());
        }
    }

    fn too_many(&mut self, count: u64) {
        let high = self.shape().max_properties.filter(|high| *high < ITEMS_MAX);
        let Some(high) = high else { return };
        let Some(mut members) = self.site.value.as_object().cloned() else { return };
        let absent = crate::site::absent_members(self.site);
        let extra = (0..=high).map(|idx| format!("extra{idx}"));
        let missing = (high + 1).saturating_sub(count) as usize;
        for name in absent.into_iter().chain(extra).take(missing) {
            let Some(conj) = self.shape().property(&name) else { continue };
            if let Some(value) = sample_of(self.compiled, &conj) {
                members.insert(name, value);
            }
        }
        if members.len() as u64 > high {
            let sentence = format!("{} members where at most {high} are allowed", members.len());
            let reason = Reason::new("object-above-max-properties", sentence);
            self.replace(ViolationKind::MaxProperties, reason, members.into());
        }
    }

    fn unions(&mut self) {
        for union in &self.site.unions {
            let (kind, none) = match union.exactly_one {
                true => (ViolationKind::OneOf, "one-of-no-branch"),
                false => (ViolationKind::AnyOf, "any-of-no-branch"),
            };
            if let Some(value) = sample_changed(self.compiled, &self.site.base, |_| {}) {
                let fits = |it: &Value| self.compiled.admits(std::slice::from_ref(it), &value);
                if !union.branches.iter().any(fits) {
                    let reason = Reason::new(none, "no branch of the union matches");
                    self.replace(kind, reason, value);
                }
            }
            if union.exactly_one {
                self.two_branches(&union.branches);
            }
        }
        for not in self.shape().nots.clone() {
            let compiled = self.compiled;
            let drawn = sample_changed(compiled, self.shape(), |shape| shape.add(compiled, &not));
            if let Some(value) = drawn {
                let reason = Reason::new("excluded-by-not", "a value that `not` excludes");
                self.replace(ViolationKind::Not, reason, value);
            }
        }
    }

    /// A value that two branches match where exactly one may.
    fn two_branches(&mut self, branches: &[Value]) {
        let pairs = branches.iter().enumerate().flat_map(|(idx, first)| {
            branches.iter().skip(idx + 1).map(move |second| [first, second])
        });
        for pair in pairs.take(16) {
            let compiled = self.compiled;
            let drawn = sample_changed(compiled, &self.site.base, |shape| {
                pair.iter().for_each(|branch| shape.add(compiled, branch));
            });
            if let Some(value) = drawn
                && pair.iter().all(|it| compiled.admits(std::slice::from_ref(*it), &value))
            {
                let reason = Reason::new("one-of-two-branches", "two branches of the union match");
                self.replace(ViolationKind::OneOf, reason, value);
                return;
            }
        }
    }
}

/// The distances to try beyond a bound: the grid first, so that only the bound is broken.
pub(crate) fn steps(shape: &Shape) -> Vec<f64> {
    let mut steps: Vec<f64> = shape.multiples.iter().map(float).collect();
    steps.push(1.0);
    if shape.types.has(Types::FRACTION) && shape.multiples.is_empty() {
        steps.push(0.01);
    }
    steps
}

/// Numbers on the wrong side of a bound.
pub(crate) fn beyond(bound: &Bound, steps: &[f64], sign: i32) -> Vec<Value> {
    let at = float(&bound.value);
    let mut values = Vec::new();
    if bound.exclusive {
        values.push(Value::Number(bound.value.clone()));
    }
    for step in steps {
        values.push(shifted(&bound.value, f64::from(sign) * step));
    }
    values.retain(|it| {
        it.as_f64().is_some_and(|it| it.is_finite() && (at.abs() < 1e300 || it != at))
    });
    values
}

/// A number moved by a distance; whole numbers stay whole and exact.
pub(crate) fn shifted(value: &serde_json::Number, by: f64) -> Value {
    let exact = value.as_i64().map(i128::from).or(value.as_u64().map(i128::from));
    match exact {
        Some(exact) if by.fract() == 0.0 => number(exact + by as i128),
        _ => {
            // Rounding at twelve digits takes the dust of binary arithmetic away.
            let moved = float(value) + by;
            let rounded = (moved * 1e6).round() / 1e6;
            let moved = if (rounded - moved).abs() < 1e-9 { rounded } else { moved };
            if moved.fract() == 0.0 && moved.abs() < 1e15 {
                number(moved as i128)
            } else {
                json!(moved)
            }
        }
    }
}

/// A number between two multiples, within the bounds if one of a few candidates is.
fn off_grid(current: &Value, multiple: f64, shape: &Shape) -> Option<Value> {
    let zero = serde_json::Number::from(0);
    let current = current.as_number().unwrap_or(&zero);
    let whole_only = !shape.types.has(Types::FRACTION);
    let distances = match whole_only {
        true => [1.0, -1.0, 2.0, -2.0],
        false => [multiple / 2.0, -multiple / 2.0, multiple / 3.0, -multiple / 3.0],
    };
    let inside = |value: &Value| {
        let Some(number) = value.as_number() else { return false };
        let above = shape.lower.as_ref().is_none_or(|it| compare(number, &it.value).is_gt());
        let below = shape.upper.as_ref().is_none_or(|it| compare(number, &it.value).is_lt());
        let ratio = float(number) / multiple;
        above && below && (ratio - ratio.round()).abs() > 1e-9
    };
    distances.into_iter().map(|by| shifted(current, by)).find(inside)
}

fn flip_case(text: &str) -> String {
    let upper = text.to_uppercase();
    if upper == text { text.to_lowercase() } else { upper }
}
