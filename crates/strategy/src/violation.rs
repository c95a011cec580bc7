//! Single-edit departures from a schema, each with its kind, its place and its reason.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;
use spec::Document;
use spec::document::Direction;

use crate::compile::Compiled;
use crate::reason::Reason;
use crate::site::{Site, absent_members, put_member, rich_sample, sites};

mod edits;

pub(crate) use edits::{shifted, steps};

/// Levels to which members that the accepted value does not have are filled.
pub(crate) const RICH_LEVELS: u32 = 3;

/// What kind of departure an edit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ViolationKind {
    /// A required member or parameter is missing.
    Missing,
    /// Null where it is not allowed.
    Null,
    /// A value of another JSON type.
    Type,
    /// A value that the enumeration does not have.
    Enum,
    /// A string that does not match.
    Pattern,
    /// A string that is not of the format.
    Format,
    /// A number below the least one.
    Minimum,
    /// A number above the greatest one.
    Maximum,
    /// A number off the grid.
    MultipleOf,
    /// A string that is too short.
    MinLength,
    /// A string that is too long.
    MaxLength,
    /// An array with too few items.
    MinItems,
    /// An array with too many items.
    MaxItems,
    /// An array with equal items.
    UniqueItems,
    /// An object with too few members.
    MinProperties,
    /// An object with too many members.
    MaxProperties,
    /// A member that may not be there, or not with this value.
    AdditionalProperty,
    /// No branch of `oneOf` matches, or more than one.
    OneOf,
    /// No branch of `anyOf` matches.
    AnyOf,
    /// A value that `not` excludes.
    Not,
    /// A discriminating member names no branch.
    Discriminator,
    /// A member that only the other side may send.
    ReadOnly,
    /// A body that is not of its media type, such as broken JSON.
    Malformed,
    /// A required body without content.
    EmptyBody,
    /// A media type that the operation does not take.
    WrongContentType,
    /// A body without a media type.
    MissingContentType,
    /// A parameter that is given twice.
    DuplicateParameter,
}

impl ViolationKind {
    /// Every kind, with its name.
    pub const ALL: &'static [(ViolationKind, &'static str)] = &[
        (ViolationKind::Missing, "missing"),
        (ViolationKind::Null, "null"),
        (ViolationKind::Type, "type"),
        (ViolationKind::Enum, "enum"),
        (ViolationKind::Pattern, "pattern"),
        (ViolationKind::Format, "format"),
        (ViolationKind::Minimum, "minimum"),
        (ViolationKind::Maximum, "maximum"),
        (ViolationKind::MultipleOf, "multiple-of"),
        (ViolationKind::MinLength, "min-length"),
        (ViolationKind::MaxLength, "max-length"),
        (ViolationKind::MinItems, "min-items"),
        (ViolationKind::MaxItems, "max-items"),
        (ViolationKind::UniqueItems, "unique-items"),
        (ViolationKind::MinProperties, "min-properties"),
        (ViolationKind::MaxProperties, "max-properties"),
        (ViolationKind::AdditionalProperty, "additional-property"),
        (ViolationKind::OneOf, "one-of"),
        (ViolationKind::AnyOf, "any-of"),
        (ViolationKind::Not, "not"),
        (ViolationKind::Discriminator, "discriminator"),
        (ViolationKind::ReadOnly, "read-only"),
        (ViolationKind::Malformed, "malformed"),
        (ViolationKind::EmptyBody, "empty-body"),
        (ViolationKind::WrongContentType, "wrong-content-type"),
        (ViolationKind::MissingContentType, "missing-content-type"),
        (ViolationKind::DuplicateParameter, "duplicate-parameter"),
    ];

    /// The kebab-case name.
    pub fn as_str(self) -> &'static str {
        let entry = Self::ALL.iter().find(|(kind, _)| *kind == self);
        entry.map_or("unknown", |(_, name)| name)
    }
}

impl fmt::Display for ViolationKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no kind of violation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of violation")]
pub struct UnknownKind(String);

impl FromStr for ViolationKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<ViolationKind, UnknownKind> {
        let entry = Self::ALL.iter().find(|(_, name)| *name == text);
        entry.map(|(kind, _)| *kind).ok_or_else(|| UnknownKind(text.to_owned()))
    }
}

/// A value that was right before one edit, and is not after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// JSON pointer to the edited place; empty for the whole value.
    pub at: String,
    /// What kind of departure it is.
    pub kind: ViolationKind,
    /// The whole value, edited.
    pub value: Value,
    /// What was done and why it is wrong.
    pub reason: Reason,
}

/// Every single-edit departure of an accepted value from its schema. Each of them is checked to
/// fail validation; the same input gives the same list.
pub fn violations(
    doc: &Document,
    schema: &Value,
    direction: Direction,
    accepted: &Value,
) -> Vec<Violation> {
    departures(&Compiled::new(doc, schema, direction, true), accepted)
}

/// The same for a compiled schema.
pub(crate) fn departures(compiled: &Compiled, accepted: &Value) -> Vec<Violation> {
    let Ok(validator) = compiled.root_validator() else { return Vec::new() };
    let mut found = Vec::new();
    let all = sites(compiled, accepted);
    for site in &all {
        edits::at(compiled, accepted, site, &mut found);
    }
    for (whole, place) in grown(compiled, accepted, &all, RICH_LEVELS) {
        if validator.is_valid(&whole) {
            for site in sites(compiled, &whole).iter().filter(|it| within(&it.pointer, &place)) {
                edits::at(compiled, &whole, site, &mut found);
            }
        }
    }
    let mut kept: Vec<Violation> = Vec::new();
    for violation in found {
        let known = |it: &Violation| it.kind == violation.kind && it.value == violation.value;
        if !validator.is_valid(&violation.value) && !kept.iter().any(known) {
            kept.push(violation);
        }
    }
    kept
}

/// The value with one absent optional member filled in, for each of them, and that member's place.
/// Containers in the new member are filled to so many levels.
pub(crate) fn grown(
    compiled: &Compiled,
    value: &Value,
    all: &[Site],
    levels: u32,
) -> Vec<(Value, String)> {
    let mut found = Vec::new();
    for site in all {
        for name in absent_members(site) {
            let conj = site.shape.property(&name).unwrap_or_default();
            if let Some(member) = rich_sample(compiled, &conj, levels) {
                let whole = put_member(value, &site.pointer, &name, Some(member));
                let place = format!("{}/{}", site.pointer, crate::site::escape(&name));
                found.push((whole, place));
            }
        }
    }
    found
}

/// Whether a pointer is a place or below it.
pub(crate) fn within(pointer: &str, place: &str) -> bool {
    pointer.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
