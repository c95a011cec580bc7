//! The operations of a document: parameters merged, references resolved, defaults filled in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::reference::{self, escape};
use super::{
    DocumentError, Link, Location, Media, Operation, Parameter, RequestBody, ResponseSpec, Style,
};

/// The methods of a Path Item, in the order of the specification.
const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Header parameters that OpenAPI 3.0 says are to be ignored.
const IGNORED_HEADERS: &[&str] = &["accept", "content-type", "authorization"];

/// Reads all operations; `order` is the order of the paths in the text.
pub(super) fn read(raw: &Value, order: &[String]) -> Result<Vec<Operation>, DocumentError> {
    let Some(paths) = raw["paths"].as_object() else { return Ok(Vec::new()) };
    let known = order.iter().filter(|path| paths.contains_key(*path));
    let others = paths.keys().filter(|path| !order.contains(path));
    let mut operations = Vec::new();
    let mut ids = BTreeMap::new();
    for path in known.chain(others).filter(|path| !path.starts_with("x-")) {
        let pointer = format!("/paths/{}", escape(path));
        if !path.starts_with('/') {
            let message = format!("the path {path:?} does not start with a slash");
            return Err(DocumentError::at(&pointer, message));
        }
        let item = path_item(raw, &paths[path]);
        for method in METHODS {
            let Some(object) = item.get(*method) else { continue };
            let place = format!("{pointer}/{method}");
            let reader = Reader { raw, path, method, item: &item, object };
            let operation = reader.read(&place)?;
            if let Some(other) = ids.insert(operation.id.clone(), place.clone()) {
                let message = format!("operationId {:?} is used twice ({other})", operation.id);
                return Err(DocumentError::at(&place, message));
            }
            operations.push(operation);
        }
    }
    check_links(&mut operations)?;
    Ok(operations)
}

/// The path of the first server's URL, its variables replaced by their defaults.
pub(super) fn base_path(raw: &Value) -> String {
    let server = &raw["servers"][0];
    let mut url = server["url"].as_str().unwrap_or_default().to_owned();
    for (name, variable) in server["variables"].as_object().into_iter().flatten() {
        let default = variable["default"].as_str().unwrap_or_default();
        url = url.replace(&format!("{{{name}}}"), default);
    }
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => url.as_str(),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    match path {
        "" | "." => String::new(),
        path if path.starts_with('/') => path.to_owned(),
        path => format!("/{path}"),
    }
}

/// A Path Item with its `$ref` folded in; what stands beside the reference wins.
fn path_item(raw: &Value, item: &Value) -> Map<String, Value> {
    let mut folded = reference::follow(raw, item).as_object().cloned().unwrap_or_default();
    if reference::of(item).is_some() {
        let beside = item.as_object().into_iter().flatten().filter(|(key, _)| *key != "$ref");
        folded.extend(beside.map(|(key, value)| (key.clone(), value.clone())));
    }
    folded
}

/// Reads one operation.
struct Reader<'a> {
    raw: &'a Value,
    path: &'a str,
    method: &'a str,
    item: &'a Map<String, Value>,
    object: &'a Value,
}

impl Reader<'_> {
    fn read(&self, place: &str) -> Result<Operation, DocumentError> {
        if !self.object.is_object() {
            return Err(DocumentError::at(place, "an operation must be an object"));
        }
        let method = self.method.to_ascii_uppercase();
        let id = match self.object["operationId"].as_str() {
            Some(id) => id.to_owned(),
            None => format!("{method} {}", self.path),
        };
        let parameters = self.parameters(place)?;
        self.check_template(&parameters, place)?;
        Ok(Operation {
            id,
            method,
            path: self.path.to_owned(),
            parameters,
            body: self.body(place)?,
            responses: self.responses(place)?,
            secured: self.secured(),
        })
    }

    /// Path-level parameters, replaced or followed by the operation's own.
    fn parameters(&self, place: &str) -> Result<Vec<Parameter>, DocumentError> {
        let shared = self.item.get("parameters").unwrap_or(&Value::Null);
        let mut merged: Vec<Parameter> = Vec::new();
        for (level, list) in [("..", shared), (".", &self.object["parameters"])] {
            let mut seen = BTreeSet::new();
            for (idx, value) in list.as_array().into_iter().flatten().enumerate() {
                let pointer = match level {
                    "." => format!("{place}/parameters/{idx}"),
                    _ => format!("/paths/{}/parameters/{idx}", escape(self.path)),
                };
                let parameter = self.parameter(reference::follow(self.raw, value), &pointer)?;
                if !seen.insert((parameter.location, parameter.name.clone())) {
                    let message = format!("the parameter {:?} is given twice", parameter.name);
                    return Err(DocumentError::at(&pointer, message));
                }
                let same =
                    |it: &Parameter| it.location == parameter.location && it.name == parameter.name;
                match merged.iter().position(same) {
                    Some(idx) => merged[idx] = parameter,
                    None => merged.push(parameter),
                }
            }
        }
        merged.retain(|it| {
            it.location != Location::Header
                || !IGNORED_HEADERS.contains(&it.name.to_ascii_lowercase().as_str())
        });
        Ok(merged)
    }

    fn parameter(&self, object: &Value, pointer: &str) -> Result<Parameter, DocumentError> {
        let fail = |message: String| Err(DocumentError::at(pointer, message));
        let Some(name) = object["name"].as_str() else {
            return fail("a parameter needs a `name`".to_owned());
        };
        let (location, fallback) = match object["in"].as_str() {
            Some("path") => (Location::Path, Style::Simple),
            Some("query") => (Location::Query, Style::Form),
            Some("header") => (Location::Header, Style::Simple),
            Some("cookie") => (Location::Cookie, Style::Form),
            _ => {
                return fail(format!(
                    "parameter {name:?}: `in` must be path, query, header or cookie"
                ));
            }
        };
        let style = match object["style"].as_str() {
            None => fallback,
            Some(text) => match style(text).filter(|style| fits(*style, location)) {
                Some(style) => style,
                None => {
                    let place = location.as_str();
                    return fail(format!("parameter {name:?}: style {text:?} is not for {place}"));
                }
            },
        };
        let content = object["content"].as_object().and_then(|map| map.iter().next());
        let (schema, mut examples) = match (&object["schema"], content) {
            (Value::Null, None) => {
                return fail(format!("parameter {name:?} has neither `schema` nor `content`"));
            }
            (Value::Null, Some((_, media))) => {
                let media = self.media(media);
                (media.schema, media.examples)
            }
            (schema, _) => (schema.clone(), Vec::new()),
        };
        examples.extend(self.examples(object));
        Ok(Parameter {
            name: name.to_owned(),
            location,
            // A path without one of its parameters would be another path.
            required: location == Location::Path || object["required"] == Value::Bool(true),
            style,
            explode: object["explode"].as_bool().unwrap_or(style == Style::Form),
            allow_reserved: object["allowReserved"] == Value::Bool(true),
            content: match &object["schema"] {
                Value::Null => content.map(|(media, _)| media.clone()),
                _ => None,
            },
            schema,
            examples,
        })
    }

    /// The template and the path parameters must name each other.
    fn check_template(&self, parameters: &[Parameter], place: &str) -> Result<(), DocumentError> {
        let declared: BTreeSet<&str> = parameters
            .iter()
            .filter(|it| it.location == Location::Path)
            .map(|it| it.name.as_str())
            .collect();
        let used = template_names(self.path)
            .ok_or_else(|| DocumentError::at(place, "the path template has an unmatched brace"))?;
        if let Some(name) = used.iter().find(|name| !declared.contains(*name)) {
            let message = format!(
                "the path parameter {name:?} is not declared: add it to `parameters` \
                 with `in: path`"
            );
            return Err(DocumentError::at(place, message));
        }
        if let Some(name) = declared.iter().find(|name| !used.contains(name)) {
            let message = format!("the path parameter {name:?} does not occur in the path");
            return Err(DocumentError::at(place, message));
        }
        Ok(())
    }

    fn body(&self, place: &str) -> Result<Option<RequestBody>, DocumentError> {
        let Some(value) = self.object.get("requestBody") else { return Ok(None) };
        let object = reference::follow(self.raw, value);
        let content = self.content(object);
        if content.is_empty() {
            let pointer = format!("{place}/requestBody");
            return Err(DocumentError::at(&pointer, "a request body needs `content`"));
        }
        Ok(Some(RequestBody { required: object["required"] == Value::Bool(true), content }))
    }

    fn responses(&self, place: &str) -> Result<BTreeMap<String, ResponseSpec>, DocumentError> {
        let Some(map) = self.object["responses"].as_object() else {
            return Err(DocumentError::at(place, "an operation needs `responses`"));
        };
        let mut responses = BTreeMap::new();
        for (key, value) in map.iter().filter(|(key, _)| !key.starts_with("x-")) {
            let key = match key.as_bytes() {
                b"default" => key.clone(),
                [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => key.clone(),
                [class @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] => format!("{}XX", *class as char),
                _ => {
                    let pointer = format!("{place}/responses/{}", escape(key));
                    let message =
                        format!("{key:?} is not a status, a class such as 4XX or default");
                    return Err(DocumentError::at(&pointer, message));
                }
            };
            let object = reference::follow(self.raw, value);
            let response = ResponseSpec {
                content: self.content(object),
                headers: self.headers(object),
                links: self.links(object),
                tolerated: object["x-tolerated"] == Value::Bool(true),
            };
            responses.insert(key, response);
        }
        Ok(responses)
    }

    fn content(&self, object: &Value) -> BTreeMap<String, Media> {
        let content = object["content"].as_object().into_iter().flatten();
        content.map(|(name, media)| (name.clone(), self.media(media))).collect()
    }

    fn media(&self, media: &Value) -> Media {
        let schema = match &media["schema"] {
            Value::Null => Value::Bool(true),
            schema => schema.clone(),
        };
        Media { schema, examples: self.examples(media) }
    }

    /// `example` and the values of `examples`, of a parameter or a media type.
    fn examples(&self, object: &Value) -> Vec<Value> {
        let one = object.get("example").cloned();
        let many = object["examples"].as_object().into_iter().flatten();
        let many = many
            .filter_map(|(_, example)| reference::follow(self.raw, example).get("value").cloned());
        one.into_iter().chain(many).collect()
    }

    fn headers(&self, object: &Value) -> BTreeMap<String, (Value, bool)> {
        let mut headers = BTreeMap::new();
        for (name, header) in object["headers"].as_object().into_iter().flatten() {
            let name = name.to_ascii_lowercase();
            // "Content-Type" is described by `content`; OpenAPI says to ignore it here.
            if name == "content-type" {
                continue;
            }
            let header = reference::follow(self.raw, header);
            let content = header["content"].as_object().and_then(|map| map.values().next());
            let schema = match (&header["schema"], content) {
                (Value::Null, Some(media)) => self.media(media).schema,
                (Value::Null, None) => Value::Bool(true),
                (schema, _) => schema.clone(),
            };
            headers.insert(name, (schema, header["required"] == Value::Bool(true)));
        }
        headers
    }

    fn links(&self, object: &Value) -> Vec<Link> {
        let links = object["links"].as_object().into_iter().flatten();
        links
            .filter_map(|(name, value)| {
                let link = reference::follow(self.raw, value);
                let operation = link["operationId"].as_str().or(link["operationRef"].as_str())?;
                let parameters = link["parameters"].as_object().into_iter().flatten();
                Some(Link {
                    name: name.clone(),
                    operation: operation.to_owned(),
                    parameters: parameters
                        .map(|(name, value)| (name.clone(), expression(value)))
                        .collect(),
                    body: link.get("requestBody").cloned(),
                })
            })
            .collect()
    }

    /// The operation's own security wins, an empty list or an empty requirement opens it.
    fn secured(&self) -> bool {
        let security = match self.object.get("security") {
            Some(own) => own,
            None => &self.raw["security"],
        };
        let Some(list) = security.as_array() else { return false };
        let open = |it: &Value| it.as_object().is_some_and(Map::is_empty);
        !list.is_empty() && !list.iter().any(open)
    }
}

/// A runtime expression or a constant as text.
fn expression(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The names in a path template; `None` if a brace has no partner.
fn template_names(path: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some(open) = rest.find(['{', '}']) {
        let inner = rest[open..].strip_prefix('{')?;
        let close = inner.find('}')?;
        names.push(&inner[..close]);
        rest = &inner[close + 1..];
    }
    Some(names)
}

fn style(text: &str) -> Option<Style> {
    Some(match text {
        "matrix" => Style::Matrix,
        "label" => Style::Label,
        "simple" => Style::Simple,
        "form" => Style::Form,
        "spaceDelimited" => Style::SpaceDelimited,
        "pipeDelimited" => Style::PipeDelimited,
        "deepObject" => Style::DeepObject,
        _ => return None,
    })
}

fn fits(style: Style, location: Location) -> bool {
    match location {
        Location::Path => matches!(style, Style::Matrix | Style::Label | Style::Simple),
        Location::Header => style == Style::Simple,
        Location::Cookie => style == Style::Form,
        Location::Query => matches!(
            style,
            Style::Form | Style::SpaceDelimited | Style::PipeDelimited | Style::DeepObject
        ),
    }
}

/// Turns `operationRef`s into ids and refuses links to operations that do not exist. A link that
/// leaves the document is dropped: nothing here could follow it.
fn check_links(operations: &mut [Operation]) -> Result<(), DocumentError> {
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for operation in operations.iter() {
        let method = operation.method.to_ascii_lowercase();
        let pointer = format!("/paths/{}/{method}", escape(&operation.path));
        ids.insert(pointer, operation.id.clone());
        ids.insert(operation.id.clone(), operation.id.clone());
    }
    for operation in operations.iter_mut() {
        let pointer =
            format!("/paths/{}/{}", escape(&operation.path), operation.method.to_ascii_lowercase());
        for response in operation.responses.values_mut() {
            response.links.retain(|link| ids.contains_key(&link.operation) || !external(link));
            for link in &mut response.links {
                let key = link.operation.strip_prefix('#').unwrap_or(&link.operation);
                let Some(id) = ids.get(key) else {
                    let (name, to) = (&link.name, &link.operation);
                    let message =
                        format!("the link {name:?} leads to {to:?}, which is no operation");
                    return Err(DocumentError::at(&pointer, message));
                };
                link.operation = id.clone();
            }
        }
    }
    Ok(())
}

/// Whether a link's `operationRef` is a URL or a file outside of the document.
fn external(link: &Link) -> bool {
    !link.operation.starts_with('#') && link.operation.contains(['/', '#'])
}
