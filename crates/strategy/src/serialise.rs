//! Parameter values on the wire: the styles of OpenAPI 3.0 with the escapes of each place.
//!
//! What has no unambiguous text is refused: null, nested containers, empty lists, items that hold
//! an unescaped delimiter. A generator drops such values; a target could not tell them apart.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use spec::document::{Location, Parameter, Style};

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// For `allowReserved`: reserved characters stay, save those that would end the value.
const LOOSE: &AsciiSet = &RESERVED
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';')
    .remove(b'=');

/// A value that cannot be put where it belongs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at} cannot be sent: {message}")]
pub struct Unsendable {
    /// `path/id`, `query/page`, `header/X-Key`, `cookie/session` or `body`.
    pub at: String,
    /// Why not.
    pub message: String,
}

impl Unsendable {
    pub(crate) fn at(at: impl Into<String>, message: impl Into<String>) -> Unsendable {
        Unsendable { at: at.into(), message: message.into() }
    }
}

/// The text of a parameter: what replaces `{name}` in a path, `name=value` pairs in a query, a
/// header's value, `name=value` in a cookie.
pub fn parameter(parameter: &Parameter, value: &Value) -> Result<String, Unsendable> {
    let at = format!("{}/{}", parameter.location.as_str(), parameter.name);
    let text = text(parameter, value).map_err(|message| Unsendable::at(at.clone(), message))?;
    let refuse = |message: &str| Err(Unsendable::at(at, message));
    match parameter.location {
        Location::Path if matches!(text.as_str(), "" | "." | "..") => {
            refuse("an empty segment, `.` and `..` change the path")
        }
        Location::Header if !is_header_value(&text) => {
            refuse("a header holds visible ASCII with single spaces inside")
        }
        _ => Ok(text),
    }
}

fn is_header_value(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

fn text(parameter: &Parameter, value: &Value) -> Result<String, String> {
    let writer = Writer { parameter };
    if parameter.content.is_some() {
        let json = writer.encode(&value.to_string());
        return Ok(match parameter.location {
            Location::Query | Location::Cookie => format!("{}={json}", writer.name()),
            Location::Path | Location::Header => json,
        });
    }
    match parameter.style {
        Style::Simple => writer.simple(value),
        Style::Label => writer.label(value),
        Style::Matrix => writer.matrix(value),
        Style::Form => writer.form(value),
        Style::SpaceDelimited => writer.delimited(value, "%20", ' '),
        Style::PipeDelimited => writer.delimited(value, "%7C", '|'),
        Style::DeepObject => writer.deep(value),
    }
}

/// A value taken apart, its texts escaped.
enum Parts {
    Scalar(String),
    List(Vec<String>),
    Object(Vec<(String, String)>),
}

struct Writer<'a> {
    parameter: &'a Parameter,
}

impl Writer<'_> {
    fn name(&self) -> String {
        utf8_percent_encode(&self.parameter.name, RESERVED).to_string()
    }

    fn encode(&self, text: &str) -> String {
        match self.parameter.location {
            Location::Header => text.to_owned(),
            Location::Query if self.parameter.allow_reserved => {
                utf8_percent_encode(text, LOOSE).to_string()
            }
            _ => utf8_percent_encode(text, RESERVED).to_string(),
        }
    }

    /// The parts of a value; no item may hold one of the delimiters that stay unescaped.
    fn parts(&self, value: &Value, delimiters: &[char]) -> Result<Parts, String> {
        let item = |value: &Value| {
            let text = scalar(value)?;
            if text.contains(delimiters) {
                return Err(format!("{text:?} holds a delimiter of its style"));
            }
            if text.is_empty() {
                return Err("an empty item has no unambiguous text".to_owned());
            }
            Ok(self.encode(&text))
        };
        match value {
            Value::Array(items) if items.is_empty() => {
                Err("an empty list has no unambiguous text".to_owned())
            }
            Value::Object(members) if members.is_empty() => {
                Err("an empty object has no unambiguous text".to_owned())
            }
            Value::Array(items) => {
                Ok(Parts::List(items.iter().map(item).collect::<Result<_, _>>()?))
            }
            Value::Object(members) => {
                let pairs = members
                    .iter()
                    .map(|(name, value)| Ok((item(&Value::from(name.as_str()))?, item(value)?)));
                Ok(Parts::Object(pairs.collect::<Result<_, String>>()?))
            }
            value => Ok(Parts::Scalar(self.encode(&scalar(value)?))),
        }
    }

    fn simple(&self, value: &Value) -> Result<String, String> {
        // Headers are not percent-encoded, so their items cannot hold what parts them.
        let header = self.parameter.location == Location::Header;
        let delimiters: &[char] = match (header, self.parameter.explode) {
            (false, _) => &[],
            (true, false) => &[','],
            (true, true) => &[',', '='],
        };
        Ok(match self.parts(value, delimiters)? {
            Parts::Scalar(text) => text,
            Parts::List(items) => items.join(","),
            Parts::Object(pairs) if self.parameter.explode => join(&pairs, "=", ","),
            Parts::Object(pairs) => join(&pairs, ",", ","),
        })
    }

    fn label(&self, value: &Value) -> Result<String, String> {
        Ok(match self.parts(value, &['.'])? {
            Parts::Scalar(text) => format!(".{text}"),
            Parts::List(items) => format!(".{}", items.join(".")),
            Parts::Object(pairs) if self.parameter.explode => {
                format!(".{}", join(&pairs, "=", "."))
            }
            Parts::Object(pairs) => format!(".{}", join(&pairs, ".", ".")),
        })
    }

    fn matrix(&self, value: &Value) -> Result<String, String> {
        let name = self.name();
        let explode = self.parameter.explode;
        Ok(match self.parts(value, &[])? {
            Parts::Scalar(text) if text.is_empty() => format!(";{name}"),
            Parts::Scalar(text) => format!(";{name}={text}"),
            Parts::List(items) if explode => {
                items.iter().map(|item| format!(";{name}={item}")).collect()
            }
            Parts::List(items) => format!(";{name}={}", items.join(",")),
            Parts::Object(pairs) if explode => format!(";{}", join(&pairs, "=", ";")),
            Parts::Object(pairs) => format!(";{name}={}", join(&pairs, ",", ",")),
        })
    }

    fn form(&self, value: &Value) -> Result<String, String> {
        let name = self.name();
        let delimiters: &[char] = if self.parameter.allow_reserved { &[','] } else { &[] };
        let cookie = self.parameter.location == Location::Cookie;
        Ok(match self.parts(value, delimiters)? {
            Parts::Scalar(text) => format!("{name}={text}"),
            Parts::List(_) | Parts::Object(_) if cookie && self.parameter.explode => {
                return Err("an exploded cookie has no agreed form".to_owned());
            }
            Parts::List(items) if self.parameter.explode => {
                let pairs: Vec<String> =
                    items.iter().map(|item| format!("{name}={item}")).collect();
                pairs.join("&")
            }
            Parts::List(items) => format!("{name}={}", items.join(",")),
            Parts::Object(pairs) if self.parameter.explode => join(&pairs, "=", "&"),
            Parts::Object(pairs) => format!("{name}={}", join(&pairs, ",", ",")),
        })
    }

    fn delimited(&self, value: &Value, delimiter: &str, plain: char) -> Result<String, String> {
        let name = self.name();
        Ok(match self.parts(value, &[plain])? {
            Parts::Scalar(text) => format!("{name}={text}"),
            Parts::List(items) if self.parameter.explode => {
                let pairs: Vec<String> =
                    items.iter().map(|item| format!("{name}={item}")).collect();
                pairs.join("&")
            }
            Parts::List(items) => format!("{name}={}", items.join(delimiter)),
            Parts::Object(pairs) => format!("{name}={}", join(&pairs, delimiter, delimiter)),
        })
    }

    fn deep(&self, value: &Value) -> Result<String, String> {
        let name = self.name();
        match self.parts(value, &[])? {
            Parts::Object(pairs) => {
                let pairs: Vec<String> =
                    pairs.iter().map(|(key, value)| format!("{name}%5B{key}%5D={value}")).collect();
                Ok(pairs.join("&"))
            }
            _ => Err("deepObject is for objects".to_owned()),
        }
    }
}

fn join(pairs: &[(String, String)], between: &str, after: &str) -> String {
    let texts: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{name}{between}{value}")).collect();
    texts.join(after)
}

/// The text of a value that is neither null nor a container.
pub(crate) fn scalar(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Null => Err("null has no text".to_owned()),
        Value::Array(_) | Value::Object(_) => Err("nested values have no style".to_owned()),
    }
}
