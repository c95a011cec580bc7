//! Reading a reply strictly, member by member.

use jiff::Timestamp;
use serde_json::Value;
use spec::wire::Response;

use super::error::{Call, ControlError, excerpt};
use crate::secret::Secret;

/// A reply with the expected status.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) call: Call,
    pub(super) expected: &'static str,
    pub(super) response: Response,
    pub(super) token: Option<Secret>,
}

impl Reply {
    /// The error that this reply is not what the contract says.
    pub(super) fn unexpected(&self, trouble: &str) -> ControlError {
        ControlError::Unexpected {
            call: self.call.to_string(),
            status: self.response.status,
            expected: self.expected,
            trouble: format!(" ({trouble})"),
            excerpt: excerpt(&self.response, self.token.as_ref()),
        }
    }

    fn root(&self) -> Result<&Value, ControlError> {
        match &self.response.json {
            Some(root) if root.is_object() => Ok(root),
            Some(_) => Err(self.unexpected("the body is not a JSON object")),
            None => Err(self.unexpected("the body is not JSON")),
        }
    }

    fn misfit(&self, name: &str, what: &str) -> ControlError {
        self.unexpected(&format!("{name:?} is not {what}"))
    }

    fn member_in<'a>(&self, parent: &'a Value, name: &str) -> Result<&'a Value, ControlError> {
        parent.get(name).ok_or_else(|| self.unexpected(&format!("{name:?} is missing")))
    }

    /// A member of the body, whatever it is.
    pub(super) fn member(&self, name: &str) -> Result<&Value, ControlError> {
        self.member_in(self.root()?, name)
    }

    /// The whole body, which is an object.
    pub(super) fn whole_object(&self) -> Result<Value, ControlError> {
        self.root().cloned()
    }

    /// A member that is an object.
    pub(super) fn object(&self, name: &str) -> Result<&Value, ControlError> {
        let member = self.member(name)?;
        if member.is_object() { Ok(member) } else { Err(self.misfit(name, "an object")) }
    }

    /// A member that is an array.
    pub(super) fn array(&self, name: &str) -> Result<&[Value], ControlError> {
        let array = self.member(name)?.as_array();
        array.map(Vec::as_slice).ok_or_else(|| self.misfit(name, "an array"))
    }

    /// A member that is an array of strings.
    pub(super) fn strings(&self, name: &str) -> Result<Vec<String>, ControlError> {
        let strings = self.array(name)?.iter().map(|item| item.as_str().map(str::to_owned));
        strings.collect::<Option<_>>().ok_or_else(|| self.misfit(name, "an array of strings"))
    }

    /// A member of a part of the body that is a string.
    pub(super) fn string_in(&self, parent: &Value, name: &str) -> Result<String, ControlError> {
        let string = self.member_in(parent, name)?.as_str();
        string.map(str::to_owned).ok_or_else(|| self.misfit(name, "a string"))
    }

    /// A member that is a string.
    pub(super) fn string(&self, name: &str) -> Result<String, ControlError> {
        self.string_in(self.root()?, name)
    }

    /// A member that is a string with something in it.
    pub(super) fn identifier(&self, name: &str) -> Result<String, ControlError> {
        let string = self.string(name)?;
        if string.is_empty() { Err(self.misfit(name, "a non-empty string")) } else { Ok(string) }
    }

    /// A member that is a date-time (RFC 3339).
    pub(super) fn timestamp(&self, name: &str) -> Result<Timestamp, ControlError> {
        let timestamp = self.string(name)?.parse();
        timestamp.map_err(|_| self.misfit(name, "a date-time such as 2026-01-31T12:00:00Z"))
    }
}
