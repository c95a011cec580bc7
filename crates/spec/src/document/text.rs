//! From text to a value: YAML or JSON, duplicate keys refused, the order of the paths kept.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::DocumentError;

/// A document as read.
#[derive(Debug)]
pub(super) struct Parsed {
    /// The whole document.
    pub(super) value: Value,
    /// The keys of `paths` in the order they were written.
    pub(super) path_order: Vec<String>,
}

/// Reads JSON or YAML.
pub(super) fn read(text: &str) -> Result<Parsed, DocumentError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // YAML's flow style starts with a brace as well, but hardly ever with a quote after it.
    let after = text.trim_start().strip_prefix('{').map(str::trim_start);
    let is_json = after.is_some_and(|rest| rest.starts_with(['"', '}']));
    let (strict, order) = if is_json {
        (
            serde_json::from_str::<Strict>(text).map_err(|error| json_error(&error))?,
            json_order(text),
        )
    } else {
        (yaml::<Strict>(text).map_err(|error| yaml_error(&error))?, yaml::<Order>(text).ok())
    };
    let path_order = order.unwrap_or_default().paths.0;
    Ok(Parsed { value: strict.0, path_order })
}

/// Refuses what is not OpenAPI 3.0 and says what to do about it.
pub(super) fn check_version(value: &Value) -> Result<(), DocumentError> {
    let Some(root) = value.as_object() else {
        let message = "an OpenAPI document is an object, and this is none";
        return Err(DocumentError::at("", message));
    };
    if root.contains_key("swagger") {
        let message = "this is a Swagger 2.0 document: convert it to OpenAPI 3.0 first, \
                       for example with swagger2openapi";
        return Err(DocumentError::at("/swagger", message));
    }
    let Some(version) = root.get("openapi") else {
        let message = "the member `openapi` is missing: write `openapi: 3.0.3`";
        return Err(DocumentError::at("", message));
    };
    let Some(version) = version.as_str() else {
        let message = "`openapi` must be a string: write `openapi: \"3.0.3\"`";
        return Err(DocumentError::at("/openapi", message));
    };
    if !(version == "3.0" || version.starts_with("3.0.")) {
        let message = format!(
            "OpenAPI {version} is not supported: give the document as OpenAPI 3.0.x \
             (a 3.1 document can be downgraded, for example with openapi-down-convert)"
        );
        return Err(DocumentError::at("/openapi", message));
    }
    check_info(value)
}

fn check_info(value: &Value) -> Result<(), DocumentError> {
    for name in ["title", "version"] {
        let pointer = format!("/info/{name}");
        match value.pointer(&pointer) {
            Some(Value::String(_)) => {}
            Some(_) => {
                let message = format!("`info.{name}` must be a string: put it in quotes");
                return Err(DocumentError::at(&pointer, message));
            }
            None => {
                return Err(DocumentError::at("/info", format!("`info.{name}` is missing")));
            }
        }
    }
    match value.get("paths") {
        Some(Value::Object(_)) => Ok(()),
        Some(_) => Err(DocumentError::at("/paths", "`paths` must be an object")),
        None => Err(DocumentError::at("", "the member `paths` is missing")),
    }
}

fn json_order(text: &str) -> Option<Order> {
    serde_json::from_str(text).ok()
}

fn json_error(error: &serde_json::Error) -> DocumentError {
    DocumentError::at("", format!("the text is not valid JSON: {error}"))
}

fn yaml<T: de::DeserializeOwned>(text: &str) -> Result<T, serde_saphyr::Error> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        // The defaults stop at sizes that real API descriptions exceed; the depth stays bounded.
        budget: serde_saphyr::budget! {
            max_depth: 120,
            max_events: 20_000_000,
            max_nodes: 10_000_000,
        },
    };
    serde_saphyr::from_str_with_options(text, options)
}

fn yaml_error(error: &serde_saphyr::Error) -> DocumentError {
    let place = match error.location() {
        Some(location) => format!(" at line {} column {}", location.line(), location.column()),
        None => String::new(),
    };
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    // Some messages name their place themselves.
    let place = if first.contains("line ") { String::new() } else { place };
    DocumentError::at("", format!("the text is not valid YAML: {first}{place}"))
}

/// The keys of `paths`, in order.
#[derive(Default, serde::Deserialize)]
struct Order {
    #[serde(default)]
    paths: Keys,
}

#[derive(Default)]
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Keys, D::Error> {
        struct KeysVisitor;
        impl<'de> Visitor<'de> for KeysVisitor {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    map.next_value::<IgnoredAny>()?;
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        deserializer.deserialize_map(KeysVisitor)
    }
}

/// A JSON value whose objects name no member twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Strict, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Strict, E> {
        Number::from_f64(value)
            .map(|number| Strict(number.into()))
            .ok_or_else(|| E::custom("a number must be finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_string<E>(self, value: String) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Strict, D::Error> {
        Strict::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Strict, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Strict(items.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Strict, A::Error> {
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let Strict(value) = map.next_value()?;
            if members.contains_key(&key) {
                return Err(de::Error::custom(format!("the key {key:?} is given twice")));
            }
            members.insert(key, value);
        }
        Ok(Strict(members.into()))
    }
}
