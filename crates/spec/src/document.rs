//! OpenAPI 3.0 documents: operations, parameters, bodies, responses, links, with every reference
//! resolved once, and their schemas lowered to JSON Schema.

use std::collections::BTreeMap;

use serde_json::Value;

/// A parsed OpenAPI 3.0 document.
#[derive(Clone, Debug)]
pub struct Document {
    raw: Value,
    operations: Vec<Operation>,
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
