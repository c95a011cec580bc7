//! The two doors of the crate: a router to be called in process, and a server on a socket.

use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

use crate::config::Config;
use crate::routes;
use crate::server::Server;

/// A new, empty server as a router. Clones of it share their state.
pub fn app(config: Config) -> Router {
    routes::router(Server::new(config))
}

/// Serves a new, empty server until the task is dropped. Errors of single connections end with the
/// connection.
pub async fn serve(listener: TcpListener, config: Config) -> std::io::Result<()> {
    let listener = listener.tap_io(|stream| {
        // Small responses must not wait for more to come; without this they only are slower.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, app(config)).await
}
