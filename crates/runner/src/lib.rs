//! runner

pub mod control;
pub mod secret;
pub mod target;
pub mod transport;
