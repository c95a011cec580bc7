//! What is demanded: the OpenAPI documents, the requirements and the profiles, read from text.
//!
//! This room owns parsing and the vocabulary that the other rooms share ([`wire`] for requests and
//! responses, [`Operation`] and [`Requirement`] for what the documents say). It never opens a file
//! or a socket, draws no random value and judges nothing: give it text and it gives you values, or
//! an error that says where and what.
//!
//! Start at [`Document`] for an OpenAPI document and at [`requirement`] for the rows.

pub mod document;
pub mod documents;
pub mod profile;
pub mod requirement;
pub mod wire;

pub use document::{Document, DocumentError, Operation};
pub use profile::Profile;
pub use requirement::{Requirement, Requirements};
