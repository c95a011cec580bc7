//! The transport against servers of every kind, most of them bad.

mod errors;
mod line;
mod patience;
pub(crate) mod server;
mod speed;

use std::sync::Arc;
use std::time::Duration;

use super::{Base, Transport, TransportConfig};

/// A transport whose deadline suits a test.
fn transport() -> Transport {
    with_timeout(Duration::from_millis(2000))
}

fn with_timeout(timeout: Duration) -> Transport {
    let config = TransportConfig { timeout, ..TransportConfig::default() };
    Transport::new(config).expect("a transport")
}

fn base(address: std::net::SocketAddr) -> Base {
    Base::parse(&format!("http://{address}")).expect("a base URL")
}

/// A transport may be shared between tasks, and its futures may be spawned.
#[test]
fn a_transport_can_be_shared() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    fn is_send<T: Send>(_: &T) {}
    let transport = Arc::new(transport());
    is_shared(&transport);
    let base = Base::parse("http://127.0.0.1:1").expect("a base URL");
    let request = spec::wire::Request::new("GET", "/");
    is_send(&transport.send_patiently(&base, &request, None));
    is_send(&transport.fetch("http://127.0.0.1:1/", 1));
}
