//! What is sent: values, parameters and requests derived from an OpenAPI 3.0 document.
//!
//! This room turns the schemas of a [`spec::Document`] into proptest strategies for values that
//! satisfy them ([`schema`]), into the edges between right and wrong ([`boundary`]), and into named
//! departures from them ([`violation`]). [`serialise`] and [`input`] put values on the wire, and
//! [`case`] ties a request to its intent and its reason. Nothing here sends or judges: a validator
//! is used only to be sure that what is called valid is valid, and what is called wrong is wrong.
//!
//! Start at [`schema::valid`] for values and at [`case::Cases`] for requests.

mod array;
pub mod boundary;
mod build;
pub mod case;
mod compile;
mod format;
pub mod input;
pub mod machine;
mod number;
mod object;
mod pattern;
pub mod reason;
pub mod refinement;
pub mod schema;
pub mod serialise;
mod shape;
mod sift;
mod site;
mod string;
pub mod validators;
pub mod violation;

pub use boundary::{Boundary, boundaries};
pub use case::{Case, Cases, Intent, boundary_cases, violation_cases};
pub use input::{Body, Input, render};
pub use reason::Reason;
pub use refinement::{Refinement, Refinements, valid_input};
pub use schema::{Contradiction, Options, valid};
pub use serialise::Unsendable;
pub use validators::{Validators, is_valid_request};
pub use violation::{Violation, ViolationKind, violations};

#[cfg(test)]
mod tests;
