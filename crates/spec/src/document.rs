//! OpenAPI 3.0 documents: operations, parameters, bodies, responses, links, with every reference
//! resolved once, and their schemas lowered to JSON Schema.
//!
//! [`Document::parse`] reads YAML or JSON and refuses what it cannot stand for, saying where and
//! why. The raw value stays the truth for schemas, because typed models of OpenAPI drop what they
//! do not know; [`Document::json_schema`] turns one of them into a JSON Schema of its own.

mod lower;
mod operations;
mod reference;
mod text;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

pub use lower::{DISCRIMINATOR_MARK, HIDDEN_MARK};

/// A parsed OpenAPI 3.0 document.
#[derive(Clone, Debug)]
pub struct Document {
    raw: Value,
    operations: Vec<Operation>,
}

impl Document {
    /// Reads an OpenAPI 3.0 document from YAML or JSON text.
    ///
    /// Everything that another room relies on is checked here: the version, every reference, the
    /// path templates, unique operation ids.
    pub fn parse(text: &str) -> Result<Document, DocumentError> {
        let parsed = text::read(text)?;
        text::check_version(&parsed.value)?;
        reference::check_all(&parsed.value)?;
        let operations = operations::read(&parsed.value, &parsed.path_order)?;
        // Last, because its messages know no place: it refuses what has the wrong shape.
        serde_json::from_value::<openapiv3::OpenAPI>(parsed.value.clone()).map_err(|error| {
            DocumentError::at("", format!("the document does not have the shape of 3.0: {error}"))
        })?;
        Ok(Document { raw: parsed.value, operations })
    }

    /// The whole document as it was written.
    pub fn raw(&self) -> &Value {
        &self.raw
    }

    /// All operations: paths in the order of the document, methods in the order of the
    /// specification (get, put, post, delete, options, head, patch, trace).
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation of this id.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// `info.title`.
    pub fn title(&self) -> &str {
        self.raw["info"]["title"].as_str().unwrap_or_default()
    }

    /// `info.version`.
    pub fn version(&self) -> &str {
        self.raw["info"]["version"].as_str().unwrap_or_default()
    }

    /// The path of the first server's URL without a trailing slash; empty for the root.
    pub fn base_path(&self) -> String {
        operations::base_path(&self.raw)
    }

    /// Follows the `$ref`s of a schema to the schema that says something; a reference that leads
    /// nowhere (or in circles) gives the schema back where it stopped.
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        reference::follow(&self.raw, schema)
    }

    /// Lowers a Schema Object of this document to a self-contained JSON Schema (2020-12).
    pub fn json_schema(&self, schema: &Value, direction: Direction) -> Value {
        lower::lower(&self.raw, schema, direction, false)
    }

    /// The same as [`Document::json_schema`] with what generators like to know besides: `default`
    /// stays, `example` becomes `examples`, discriminator properties and members hidden by
    /// `readOnly`/`writeOnly` are marked ([`DISCRIMINATOR_MARK`], [`HIDDEN_MARK`]).
    pub fn annotated_schema(&self, schema: &Value, direction: Direction) -> Value {
        lower::lower(&self.raw, schema, direction, true)
    }
}

/// Why a text is not a usable OpenAPI 3.0 document: where, what was expected, what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DocumentError {
    /// JSON pointer into the document, where one is known.
    pub pointer: String,
    /// One sentence for people.
    pub message: String,
}

impl DocumentError {
    /// An error at a JSON pointer; the message names the place where there is one.
    pub(crate) fn at(pointer: &str, message: impl std::fmt::Display) -> DocumentError {
        let message = if pointer.is_empty() {
            message.to_string()
        } else {
            format!("{message} (at {pointer})")
        };
        DocumentError { pointer: pointer.to_owned(), message }
    }
}

/// An Operation Object with its path and method.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `operationId`, or `METHOD path` where the document gives none.
    pub id: String,
    /// Upper-case method.
    pub method: String,
    /// The path template, such as `/v2/exports/{export_id}`.
    pub path: String,
    /// Path-level and operation-level parameters together (the operation's win).
    pub parameters: Vec<Parameter>,
    /// The request body, if the operation takes one.
    pub body: Option<RequestBody>,
    /// Documented responses by key: `"200"`, `"4XX"`, `"default"`.
    pub responses: BTreeMap<String, ResponseSpec>,
    /// Whether a credential is demanded (a security requirement that is not optional).
    pub secured: bool,
}

impl Operation {
    /// The documented response for a status: its exact key, else its class (`4XX`), else
    /// `default`.
    pub fn response_for(&self, status: u16) -> Option<(&str, &ResponseSpec)> {
        let keys = [status.to_string(), format!("{}XX", status / 100), "default".to_owned()];
        keys.iter().find_map(|key| {
            self.responses.get_key_value(key).map(|(key, response)| (key.as_str(), response))
        })
    }

    /// A parameter by its place and name.
    pub fn parameter(&self, location: Location, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|it| it.location == location && it.name == name)
    }
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// In the path template.
    Path,
    /// In the query string.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
}

impl Location {
    /// The word that OpenAPI uses: `path`, `query`, `header`, `cookie`.
    pub fn as_str(self) -> &'static str {
        match self {
            Location::Path => "path",
            Location::Query => "query",
            Location::Header => "header",
            Location::Cookie => "cookie",
        }
    }
}

/// A serialisation style of OpenAPI 3.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// `matrix` (path).
    Matrix,
    /// `label` (path).
    Label,
    /// `simple` (path, header).
    Simple,
    /// `form` (query, cookie).
    Form,
    /// `spaceDelimited` (query).
    SpaceDelimited,
    /// `pipeDelimited` (query).
    PipeDelimited,
    /// `deepObject` (query).
    DeepObject,
}

/// A parameter of an operation.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// Where it goes.
    pub location: Location,
    /// Whether it must be sent.
    pub required: bool,
    /// How it is serialised.
    pub style: Style,
    /// Whether arrays and objects are exploded.
    pub explode: bool,
    /// Whether reserved characters go unencoded (query only).
    pub allow_reserved: bool,
    /// The media type if the parameter uses `content` instead of `schema`.
    pub content: Option<String>,
    /// The raw Schema Object (may hold `$ref`s into the document).
    pub schema: Value,
    /// Examples given by the document, as values.
    pub examples: Vec<Value>,
}

/// A request body.
#[derive(Clone, Debug)]
pub struct RequestBody {
    /// Whether it must be sent.
    pub required: bool,
    /// By media type.
    pub content: BTreeMap<String, Media>,
}

/// One media type of a body or a response.
#[derive(Clone, Debug)]
pub struct Media {
    /// The raw Schema Object (may hold `$ref`s); `true` where none is given.
    pub schema: Value,
    /// Examples given by the document, as values.
    pub examples: Vec<Value>,
}

/// A documented response.
#[derive(Clone, Debug)]
pub struct ResponseSpec {
    /// By media type; empty where no body is described.
    pub content: BTreeMap<String, Media>,
    /// Header name (lower case) to schema and whether it is required.
    pub headers: BTreeMap<String, (Value, bool)>,
    /// Links to consumers.
    pub links: Vec<Link>,
    /// `x-tolerated: true`: not documented by the service, but accepted from an implementation.
    pub tolerated: bool,
}

/// A Link Object: a value of this exchange that feeds another operation.
#[derive(Clone, Debug)]
pub struct Link {
    /// The name of the link.
    pub name: String,
    /// The consuming operation's id.
    pub operation: String,
    /// Parameter name (or `path.name`) to runtime expression such as `$response.body#/response/id`.
    pub parameters: BTreeMap<String, String>,
    /// Runtime expression or constant for the body, if any.
    pub body: Option<Value>,
}

/// Whose side a schema is read from: `readOnly` members do not go into requests and `writeOnly`
/// members do not come in responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Values that we send.
    Request,
    /// Values that the target sends.
    Response,
}
