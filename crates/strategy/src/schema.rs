//! Values that satisfy a schema.

use proptest::prelude::*;
use proptest::strategy::BoxedStrategy;
use serde_json::Value;
use spec::Document;
use spec::document::Direction;

use crate::build::Builder;
use crate::compile::Compiled;
use crate::sift::Sift;

/// How values are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Containers within containers before only what is required is drawn.
    pub max_depth: u32,
    /// Items beyond `minItems`.
    pub max_items: u64,
    /// Whether strings may hold U+0000.
    pub nul: bool,
    /// Whether `format` is checked and not only drawn.
    pub check_formats: bool,
    /// Whether members that no schema names are drawn where `additionalProperties` is not given.
    /// Where it is given and admits them, they are always drawn.
    pub extra_members: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            max_depth: 3,
            max_items: 4,
            nul: false,
            check_formats: true,
            extra_members: false,
        }
    }
}

/// A schema that no value satisfies, as far as could be found out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at {pointer:?} in the schema)")]
pub struct Contradiction {
    /// JSON pointer into the schema; `""` is the schema itself.
    pub pointer: String,
    /// What excludes what.
    pub message: String,
}

impl Contradiction {
    pub(crate) fn at(pointer: &str, message: impl Into<String>) -> Contradiction {
        Contradiction { pointer: pointer.to_owned(), message: message.into() }
    }
}

/// A strategy for the values that satisfy a schema, read from the given side.
pub fn valid(
    doc: &Document,
    schema: &Value,
    direction: Direction,
    opts: &Options,
) -> Result<BoxedStrategy<Value>, Contradiction> {
    let compiled = Compiled::new(doc, schema, direction, opts.check_formats);
    values(&compiled, opts)
}

/// The same for a compiled schema: every value is validated before it is handed out.
pub(crate) fn values(
    compiled: &Compiled,
    opts: &Options,
) -> Result<BoxedStrategy<Value>, Contradiction> {
    let validator = compiled.root_validator().map_err(|error| Contradiction::at("", error))?;
    let root = compiled.root().clone();
    let built = Builder::new(compiled, opts).build(&[root], 0, "")?;
    let sifted = Sift::new(built.strategy, validator).boxed();
    if crate::sift::is_productive(&sifted) {
        Ok(sifted)
    } else {
        Err(Contradiction::at("", "no value was found in a bounded number of draws"))
    }
}
