//! Where a surface of the target is: an absolute URL to which paths are appended.

use std::fmt;

use url::{Host, Url};

/// The base URL of a surface: scheme, host, port, and maybe a path in front of every request path.
#[derive(Clone, PartialEq, Eq)]
pub struct Base {
    url: Url,
    /// The URL without a trailing `/`; a request path follows.
    prefix: String,
}

impl Base {
    /// Reads a base URL: absolute, `http` or `https`, with a host, without credentials, query or
    /// fragment. The error says what is wrong and does not repeat the text.
    pub fn parse(text: &str) -> Result<Base, &'static str> {
        let url = parse_absolute(text)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err("expected a URL without a query and without a fragment");
        }
        let prefix = url.as_str().trim_end_matches('/').to_owned();
        Ok(Base { url, prefix })
    }

    /// The URL, without a trailing `/`.
    pub fn as_str(&self) -> &str {
        &self.prefix
    }

    /// The parsed URL.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Whether the host is this machine; see [`is_loopback`].
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }
}

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Base({})", self.prefix)
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.prefix)
    }
}

/// Reads an absolute `http` or `https` URL that holds no credentials.
pub(super) fn parse_absolute(text: &str) -> Result<Url, &'static str> {
    const EXPECTED: &str = "expected an absolute http or https URL with a host, such as \
        http://127.0.0.1:8443";
    // `url` accepts `http:host` and `http:/host`, and drops tabs and line breaks.
    let scheme_stands = ["http://", "https://"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme)));
    if !scheme_stands || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(EXPECTED);
    }
    let url = Url::parse(text).map_err(|_| EXPECTED)?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(EXPECTED);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("expected a URL without credentials");
    }
    Ok(url)
}

/// Whether a URL points at this machine: a loopback address, or a name that is reserved for one
/// (`localhost` and what is below it, RFC 6761).
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}
