//! The edges of a schema: values just inside and just outside of each constraint.

use jsonschema::Validator;
use serde_json::{Value, json};
use spec::Document;
use spec::document::Direction;

use crate::compile::Compiled;
use crate::reason::Reason;
use crate::schema::{Options, values};
use crate::shape::{Bound, Types};
use crate::sift::first;
use crate::site::{
    Site, absent_members, put, put_member, sample, sample_changed, sample_of, sites,
};
use crate::violation::{ViolationKind, departures, grown, within};

/// Strings and arrays beyond these sizes are not made.
const LENGTH_MAX: u64 = 200_000;
const ITEMS_MAX: u64 = 1_000;

/// A value at an edge of its schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundary {
    /// JSON pointer to the place of the edge; empty for the value itself.
    pub at: String,
    /// The whole value with the edge put in.
    pub value: Value,
    /// Whether it satisfies the schema.
    pub valid: bool,
    /// What the edge is.
    pub reason: Reason,
    /// For one outside: the kind of its departure.
    pub kind: Option<ViolationKind>,
}

/// The edges of a schema, around a base value or around a simple one of its own. The same input
/// gives the same list, and each label is checked by validation.
pub fn boundaries(
    doc: &Document,
    schema: &Value,
    direction: Direction,
    base: Option<&Value>,
) -> Vec<Boundary> {
    edges(&Compiled::new(doc, schema, direction, true), base)
}

/// The same for a compiled schema.
pub(crate) fn edges(compiled: &Compiled, base: Option<&Value>) -> Vec<Boundary> {
    let Ok(validator) = compiled.root_validator() else { return Vec::new() };
    let own = || values(compiled, &Options::default()).ok().and_then(|it| first(&it));
    let Some(base) = base.cloned().or_else(own) else { return Vec::new() };
    let mut edges = Edges { compiled, validator: &validator, found: Vec::new() };
    let all = sites(compiled, &base);
    for site in &all {
        edges.at(&base, site);
    }
    edges.all_or_nothing(&base, &all);
    for (whole, place) in grown(compiled, &base, &all, 0) {
        if validator.is_valid(&whole) {
            for site in sites(compiled, &whole).iter().filter(|it| within(&it.pointer, &place)) {
                edges.at(&whole, site);
            }
        }
    }
    // Outside of the schema, the edges are those violations that break a bound.
    for violation in departures(compiled, &base).into_iter().filter(|it| is_edge(it.kind)) {
        let known = edges.found.iter().any(|it| it.value == violation.value);
        if !known {
            edges.found.push(Boundary {
                at: violation.at,
                value: violation.value,
                valid: false,
                reason: violation.reason,
                kind: Some(violation.kind),
            });
        }
    }
    edges.found
}

/// Whether a kind of departure is the far side of a bound.
fn is_edge(kind: ViolationKind) -> bool {
    matches!(
        kind,
        ViolationKind::Missing
            | ViolationKind::Null
            | ViolationKind::Enum
            | ViolationKind::Minimum
            | ViolationKind::Maximum
            | ViolationKind::MultipleOf
            | ViolationKind::MinLength
            | ViolationKind::MaxLength
            | ViolationKind::MinItems
            | ViolationKind::MaxItems
            | ViolationKind::UniqueItems
            | ViolationKind::MinProperties
            | ViolationKind::MaxProperties
            | ViolationKind::AdditionalProperty
    )
}

struct Edges<'a> {
    compiled: &'a Compiled,
    validator: &'a Validator,
    found: Vec<Boundary>,
}

impl Edges<'_> {
    /// Records a whole value if it is valid and new.
    fn keep(&mut self, at: &str, code: &'static str, sentence: impl Into<String>, value: Value) {
        if self.validator.is_valid(&value) && !self.found.iter().any(|it| it.value == value) {
            let reason = Reason::new(code, sentence);
            self.found.push(Boundary { at: at.to_owned(), value, valid: true, reason, kind: None });
        }
    }

    /// The valid edges at one place.
    fn at(&mut self, whole: &Value, site: &Site) {
        let shape = &site.shape;
        let at = site.pointer.as_str();
        if shape.types.has(Types::NULL) && (shape.typed || site.value.is_null()) {
            self.keep(at, "null-allowed", "null where it is allowed", put(whole, at, Value::Null));
        }
        for member in shape.members.iter().flatten() {
            let sentence = format!("{member} is a member of the enumeration");
            self.keep(at, "enum-member", sentence, put(whole, at, member.clone()));
        }
        let types = shape.drawn_types();
        if types.has(Types::BOOLEAN) && shape.typed {
            for value in [true, false] {
                self.keep(at, "boolean-value", value.to_string(), put(whole, at, json!(value)));
            }
        }
        if types.has(Types::NUMBER) && shape.members.is_none() {
            self.numbers(whole, site);
        }
        if types.has(Types::STRING) && shape.members.is_none() {
            self.strings(whole, site);
        }
        if types.has(Types::ARRAY) {
            self.arrays(whole, site);
        }
        if site.value.is_object() {
            self.objects(whole, site);
        }
        self.branches(whole, site);
    }

    fn numbers(&mut self, whole: &Value, site: &Site) {
        let at = site.pointer.as_str();
        let shape = &site.shape;
        let steps = crate::violation::steps(shape);
        let sides = [
            (&shape.lower, "number-at-minimum", "number-above-minimum", 1.0),
            (&shape.upper, "number-at-maximum", "number-below-maximum", -1.0),
        ];
        for (bound, exact, inside, sign) in sides {
            let Some(Bound { value, .. }) = bound else { continue };
            let sentence = format!("{value}, the bound itself");
            self.keep(at, exact, sentence, put(whole, at, Value::Number(value.clone())));
            for step in &steps {
                let next = crate::violation::shifted(value, sign * step);
                let sentence = format!("{next}, next to the bound {value}");
                self.keep(at, inside, sentence, put(whole, at, next));
            }
        }
        for value in [0, 1, -1] {
            let sentence = format!("{value} where no bound excludes it");
            self.keep(at, "number-simple", sentence, put(whole, at, json!(value)));
        }
        if shape.typed && shape.types.has(Types::FRACTION) {
            self.keep(at, "number-fraction", "a fraction", put(whole, at, json!(0.5)));
        }
    }

    fn strings(&mut self, whole: &Value, site: &Site) {
        let at = site.pointer.as_str();
        let shape = &site.shape;
        let low = shape.min_length.unwrap_or(0);
        let lengths = [
            (Some(low), "string-at-min-length"),
            (Some(low + 1), "string-above-min-length"),
            (shape.max_length.map(|it| it.saturating_sub(1)), "string-below-max-length"),
            (shape.max_length, "string-at-max-length"),
        ];
        for (length, code) in lengths {
            let Some(length) = length.filter(|it| *it < LENGTH_MAX) else { continue };
            let drawn = sample_changed(self.compiled, shape, |shape| {
                shape.types = Types::STRING;
                shape.min_length = Some(length);
                shape.max_length = Some(length);
            });
            if let Some(value) = drawn {
                let sentence = format!("{length} characters");
                let code = if length == 0 { "string-empty" } else { code };
                self.keep(at, code, sentence, put(whole, at, value));
            }
        }
        let odd = [
            ("string-astral", "characters beyond the basic plane", "\u{1f600}"),
            ("string-combining", "combining characters", "e\u{301}"),
            ("string-right-to-left", "right-to-left text", "\u{5e9}\u{5dc}"),
            ("string-spaces", "spaces at both ends", " a "),
            ("string-quotes", "quotes and a backslash", "\"'\\"),
        ];
        for (code, sentence, text) in odd {
            let times = usize::try_from(low).unwrap_or(1).clamp(1, 64);
            let text: String = match shape.max_length {
                Some(high) => text.repeat(times).chars().take(high as usize).collect(),
                None => text.repeat(times),
            };
            self.keep(at, code, sentence, put(whole, at, json!(text)));
        }
        for name in &shape.formats {
            for text in corners(name) {
                let sentence = format!("{text:?}, a corner of {name}");
                self.keep(at, "format-corner", sentence, put(whole, at, json!(text)));
            }
        }
    }

    fn arrays(&mut self, whole: &Value, site: &Site) {
        let at = site.pointer.as_str();
        let shape = &site.shape;
        let low = shape.min_items.unwrap_or(0);
        let counts = [
            (Some(low), "array-at-min-items"),
            (Some(low + 1), "array-above-min-items"),
            (shape.max_items.map(|it| it.saturating_sub(1)), "array-below-max-items"),
            (shape.max_items, "array-at-max-items"),
        ];
        for (count, code) in counts {
            let Some(count) = count.filter(|it| *it <= ITEMS_MAX) else { continue };
            let drawn = sample_changed(self.compiled, shape, |shape| {
                shape.types = Types::ARRAY;
                shape.min_items = Some(count);
                shape.max_items = Some(count);
            });
            if let Some(value) = drawn {
                let code = if count == 0 { "array-empty" } else { code };
                self.keep(at, code, format!("{count} items"), put(whole, at, value));
            }
        }
    }

    fn objects(&mut self, whole: &Value, site: &Site) {
        let at = site.pointer.as_str();
        let shape = &site.shape;
        let present = site.value.as_object().into_iter().flatten().map(|(name, _)| name);
        for name in present.filter(|name| !shape.required.contains(*name)) {
            let place = format!("{at}/{}", crate::site::escape(name));
            let sentence = format!("the optional member {name:?} is absent");
            let value = put_member(whole, at, name, None);
            self.keep(&place, "optional-member-absent", sentence, value);
        }
        for name in absent_members(site) {
            let conj = shape.property(&name).unwrap_or_default();
            let Some(member) = sample_of(self.compiled, &conj) else { continue };
            let place = format!("{at}/{}", crate::site::escape(&name));
            let sentence = format!("the optional member {name:?} is present");
            let value = put_member(whole, at, &name, Some(member));
            self.keep(&place, "optional-member-present", sentence, value);
        }
        let counts = [
            (shape.min_properties, "object-at-min-properties"),
            (shape.max_properties, "object-at-max-properties"),
        ];
        for (count, code) in counts {
            let Some(count) = count.filter(|it| *it <= ITEMS_MAX) else { continue };
            let drawn = sample_changed(self.compiled, shape, |shape| {
                shape.types = Types::OBJECT;
                shape.min_properties = Some(count);
                shape.max_properties = Some(count);
            });
            if let Some(value) = drawn {
                self.keep(at, code, format!("{count} members"), put(whole, at, value));
            }
        }
        if shape.invites_members() {
            let conj = shape.property("\u{0}").unwrap_or_default();
            if let Some(member) = sample_of(self.compiled, &conj) {
                let value = put_member(whole, at, "additional", Some(member));
                let sentence = "a member that no schema names, where one may be";
                self.keep(at, "additional-member-allowed", sentence, value);
            }
        }
    }

    /// One value of each branch of each union.
    fn branches(&mut self, whole: &Value, site: &Site) {
        for union in &site.unions {
            for (idx, branch) in union.branches.iter().enumerate() {
                let mut shape = site.base.clone();
                shape.add(self.compiled, branch);
                if let Some(value) = sample(self.compiled, &shape) {
                    let sentence = format!("branch {idx} of the union");
                    let whole = put(whole, &site.pointer, value);
                    self.keep(&site.pointer, "union-branch", sentence, whole);
                }
            }
        }
    }

    /// All optional members absent, and all present at once.
    fn all_or_nothing(&mut self, base: &Value, all: &[Site]) {
        for site in all.iter().filter(|it| it.value.is_object()) {
            let at = site.pointer.as_str();
            let mut least = base.clone();
            let mut most = base.clone();
            for (name, _) in site.value.as_object().into_iter().flatten() {
                if !site.shape.required.contains(name) {
                    least = put_member(&least, at, name, None);
                }
            }
            for name in absent_members(site) {
                let conj = site.shape.property(&name).unwrap_or_default();
                if let Some(member) = sample_of(self.compiled, &conj) {
                    most = put_member(&most, at, &name, Some(member));
                }
            }
            self.keep(at, "required-members-only", "no optional member", least);
            self.keep(at, "all-members", "every optional member", most);
        }
    }
}

/// Unusual texts of a format.
fn corners(format: &str) -> &'static [&'static str] {
    match format {
        "date" => &["2024-02-29", "1970-01-01", "9999-12-31"],
        "date-time" => &[
            "2024-02-29T23:59:59Z",
            "2024-01-01T00:00:00.123456Z",
            "2024-01-01T00:00:00+14:00",
            "1970-01-01T00:00:00Z",
        ],
        "uuid" => &["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
        "ipv6" => &["::", "::1", "::ffff:192.0.2.1"],
        "ipv4" => &["0.0.0.0", "255.255.255.255"],
        _ => &[],
    }
}
