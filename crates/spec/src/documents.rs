//! The vendored documents, as text.

/// The Account API.
pub const ACCOUNT: &str = include_str!("../../../spec/openapi/account.yaml");

/// The control API.
pub const CONTROL: &str = include_str!("../../../spec/openapi/control.yaml");
