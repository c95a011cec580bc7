//! What a server is told when it is made.

use crate::fault::Faults;
use crate::variant::Variants;

/// How one server behaves. The default is the server as it should be.
#[derive(Clone)]
pub struct Config {
    /// The origin under which the server is reached, for presigned URLs. No slash at the end.
    pub base_url: String,
    /// The bearer token of the control API; without one, anybody may use it.
    pub control_token: Option<String>,
    /// The wrong behaviours that are switched on.
    pub faults: Faults,
    /// The tolerated choices that differ from the default ones.
    pub variants: Variants,
}

impl Config {
    /// A faultless server with the default choices.
    pub fn new(base_url: impl Into<String>) -> Self {
        let base_url = base_url.into().trim_end_matches('/').to_owned();
        Self { base_url, control_token: None, faults: Faults::none(), variants: Variants::none() }
    }

    /// The same server with these faults instead.
    #[must_use]
    pub fn with_faults(mut self, faults: impl IntoIterator<Item = crate::Fault>) -> Self {
        self.faults = faults.into_iter().collect();
        self
    }

    /// The same server with these choices instead.
    #[must_use]
    pub fn with_variants(mut self, variants: impl IntoIterator<Item = crate::Variant>) -> Self {
        self.variants = variants.into_iter().collect();
        self
    }
}
