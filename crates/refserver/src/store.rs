//! What the server remembers, all of it in memory: accounts, and all that belongs to one.
//!
//! An account is one value behind one mutex. Nothing in it refers to another account, so a request
//! locks its own account and no other, and whoever deletes the account deletes all of it.

pub(crate) mod account;
pub(crate) mod directory;
pub(crate) mod export;
pub(crate) mod history;
pub(crate) mod log_request;
