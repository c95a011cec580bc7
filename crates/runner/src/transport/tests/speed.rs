//! How fast it is; printed, and held to a bound that only a mistake would miss.

use std::sync::Arc;
use std::time::Instant;

use spec::wire::Request;

use super::base;
use super::server::{Server, Then, response};

#[tokio::test]
async fn eight_tasks_on_one_thread() {
    let count = if cfg!(debug_assertions) { 500 } else { 20_000 };
    let body = br#"{"response":{"id":"123","state":"Pending"}}"#;
    let headers = "content-type: application/json\r\n";
    let server = Server::always(Then::Answer(response(200, headers, body))).await;
    let transport = Arc::new(super::transport());
    let base = base(server.address);
    let started = Instant::now();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (transport, base) = (Arc::clone(&transport), base.clone());
            tokio::spawn(async move {
                let request = Request::new("GET", "/v2/exports/123").with_header("x-a", "b");
                for _ in 0..count {
                    let response = transport.send(&base, &request, Some("Bearer abc")).await;
                    assert!(response.expect("an answer").json.is_some());
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no panic");
    }
    let rate = f64::from(8 * count) / started.elapsed().as_secs_f64();
    println!("{rate:.0} requests/s, {} connections", server.connections());
    assert!(server.connections() <= 8);
    assert!(rate > 200.0, "{rate:.0} requests/s");
}
