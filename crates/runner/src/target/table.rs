//! Typed access to the members of a TOML table; whatever does not fit is noted and read as absent.

use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::duration;
use super::mistake::{Mistakes, Place, did_you_mean};
use super::sections;

/// A table with its name as it is written in the file.
#[derive(Debug)]
pub(super) struct Table<'t> {
    /// Such as `[limits]`; empty for the top level.
    name: String,
    place: Place,
    members: &'t DeTable<'t>,
}

impl<'t> Table<'t> {
    /// The top level of a document.
    pub(super) fn root(document: &'t Spanned<DeTable<'t>>) -> Table<'t> {
        Table { name: String::new(), place: 0, members: document.get_ref() }
    }

    fn get(&self, name: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        let (_, value) = self.members.iter().find(|(key, _)| key.get_ref() == name)?;
        Some(value)
    }

    /// Whether there is a member of that name, whatever it is.
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether a member is just this string.
    pub(super) fn is_string(&self, name: &str, text: &str) -> bool {
        self.get(name).is_some_and(|value| value.get_ref().as_str() == Some(text))
    }

    /// Where a member stands; where the table stands if it has no such member.
    pub(super) fn place(&self, name: &str) -> Place {
        let found = self.members.iter().find(|(key, _)| key.get_ref() == name);
        found.map_or(self.place, |(key, _)| key.span().start)
    }

    fn title(&self, name: &str) -> String {
        if self.name.is_empty() {
            format!("{name:?}")
        } else {
            format!("{name:?} in {}", self.name)
        }
    }

    /// Notes that a member is not what was expected.
    pub(super) fn misfit(&self, name: &str, trouble: &str, mistakes: &mut Mistakes<'_>) {
        mistakes.add(self.place(name), format!("{}: {trouble}", self.title(name)));
    }

    /// Notes that a member is missing.
    pub(super) fn missing(&self, name: &str, expected: &str, mistakes: &mut Mistakes<'_>) {
        mistakes.add(self.place, format!("missing {}: expected {expected}", self.title(name)));
    }

    fn expected(&self, name: &str, expected: &str, found: &DeValue<'_>, to: &mut Mistakes<'_>) {
        self.misfit(name, &format!("expected {expected}, found {}", describe(found)), to);
    }

    /// Notes members that are not among the known ones.
    pub(super) fn refuse_unknown(&self, known: &[&str], mistakes: &mut Mistakes<'_>) {
        for key in self.members.keys() {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let hint = did_you_mean(name, known.iter().copied());
            let hint = if hint.is_empty() { sections::home_of(name, known) } else { hint };
            mistakes.add(key.span().start, format!("unknown member {}{hint}", self.title(name)));
        }
    }

    /// A member that is a table.
    pub(super) fn table(&self, name: &str, mistakes: &mut Mistakes<'_>) -> Option<Table<'t>> {
        let value = self.get(name)?;
        match value.get_ref() {
            DeValue::Table(members) => {
                Some(Table { name: format!("[{name}]"), place: self.place(name), members })
            }
            DeValue::Array(_) => {
                let trouble = format!("expected one table, [{name}], found several, [[{name}]]");
                self.misfit(name, &trouble, mistakes);
                None
            }
            other => {
                self.expected(name, &format!("a table, [{name}]"), other, mistakes);
                None
            }
        }
    }

    /// A member that is an array of tables.
    pub(super) fn tables(&self, name: &str, mistakes: &mut Mistakes<'_>) -> Vec<Table<'t>> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let title = format!("[[{name}]]");
        match value.get_ref() {
            DeValue::Array(items) => {
                let mut tables = Vec::new();
                for item in items.iter() {
                    let place = item.span().start;
                    match item.get_ref() {
                        DeValue::Table(members) => {
                            tables.push(Table { name: title.clone(), place, members });
                        }
                        other => {
                            let found = describe(other);
                            let trouble = format!("{name:?}: expected tables, found {found}");
                            mistakes.add(place, trouble);
                        }
                    }
                }
                tables
            }
            DeValue::Table(_) => {
                let trouble = format!("expected double brackets, {title}: there may be several");
                self.misfit(name, &trouble, mistakes);
                Vec::new()
            }
            other => {
                self.expected(name, &format!("tables, {title}"), other, mistakes);
                Vec::new()
            }
        }
    }

    /// A member that is a string with something in it.
    pub(super) fn string(&self, name: &str, mistakes: &mut Mistakes<'_>) -> Option<&'t str> {
        match self.get(name)?.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                self.misfit(name, "expected a string with something in it", mistakes);
                None
            }
            DeValue::String(text) => Some(text),
            other => {
                self.expected(name, "a string", other, mistakes);
                None
            }
        }
    }

    /// A member that is an array of strings.
    pub(super) fn strings(&self, name: &str, mistakes: &mut Mistakes<'_>) -> Vec<String> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.expected(name, "an array of strings", value.get_ref(), mistakes);
            return Vec::new();
        };
        let mut strings = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::String(text) if !text.trim().is_empty() => strings.push(text.to_string()),
                other => {
                    let found = describe(other);
                    let title = self.title(name);
                    let message = format!("{title}: expected names, found {found}");
                    mistakes.add(item.span().start, message);
                }
            }
        }
        strings
    }

    /// A member that is `true` or `false`.
    pub(super) fn boolean(&self, name: &str, mistakes: &mut Mistakes<'_>) -> Option<bool> {
        match self.get(name)?.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            other => {
                self.expected(name, "true or false", other, mistakes);
                None
            }
        }
    }

    /// A member that is a whole number within bounds.
    pub(super) fn whole(
        &self,
        name: &str,
        bounds: std::ops::RangeInclusive<u64>,
        mistakes: &mut Mistakes<'_>,
    ) -> Option<u64> {
        let value = self.get(name)?.get_ref();
        let number = match value {
            DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        let number = number.filter(|number| bounds.contains(number));
        if number.is_none() {
            let expected = format!("a whole number from {} to {}", bounds.start(), bounds.end());
            self.expected(name, &expected, value, mistakes);
        }
        number
    }

    /// A member that is a number above zero.
    pub(super) fn positive(&self, name: &str, mistakes: &mut Mistakes<'_>) -> Option<f64> {
        let value = self.get(name)?.get_ref();
        let number: Option<f64> = match value {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| number.is_finite() && *number > 0.0);
        if number.is_none() {
            self.expected(name, "a number greater than 0", value, mistakes);
        }
        number
    }

    /// A member that is a duration.
    pub(super) fn duration(&self, name: &str, mistakes: &mut Mistakes<'_>) -> Option<Duration> {
        let value = self.get(name)?.get_ref();
        let duration = value.as_str().and_then(duration::parse);
        if duration.is_none() {
            self.expected(name, duration::EXPECTED, value, mistakes);
        }
        duration
    }

    /// A member that is one of some words.
    pub(super) fn choice<T: Copy>(
        &self,
        name: &str,
        choices: &[(&'static str, T)],
        mistakes: &mut Mistakes<'_>,
    ) -> Option<T> {
        let value = self.get(name)?.get_ref();
        let words = || choices.iter().map(|(word, _)| *word);
        let text = value.as_str();
        let chosen = choices.iter().find(|(word, _)| Some(*word) == text);
        if chosen.is_none() {
            let expected: Vec<_> = words().map(|word| format!("{word:?}")).collect();
            let hint = text.map_or_else(String::new, |text| did_you_mean(text, words()));
            let found = describe(value);
            let trouble = format!("expected {}, found {found}{hint}", expected.join(" or "));
            self.misfit(name, &trouble, mistakes);
        }
        chosen.map(|(_, value)| *value)
    }
}

/// What a value is, for messages.
fn describe(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.chars().count() <= 60 => format!("{:?}", text.as_ref()),
        DeValue::String(_) => "a long string".into(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(_) => "a date-time".into(),
        DeValue::Array(_) => "an array".into(),
        DeValue::Table(_) => "a table".into(),
    }
}
