//! The one place that opens sockets: requests out, whole responses or one clear error back.
//!
//! A [`Transport`] carries [`spec::wire`] values over HTTP/1.1 and judges nothing: a redirect is
//! an answer, a `500` is an answer, a body that is not JSON is an answer. Everything that is *not*
//! an answer is a [`TransportError`] of a distinct kind. Whatever the other side does, a call ends:
//! one deadline covers connecting, the head and the body, and head and body are capped.
//!
//! - Nothing is taken from the surroundings: no proxies, cookies, redirects, or credentials other
//!   than those handed over with a call.
//! - A path arrives as it was given. `reqwest` goes by way of `url`, which normalises (`%2e%2e`,
//!   `\`); a request whose line that would change takes the plain `hyper` road in `raw`.
//! - Connections are kept and reused. One that was closed under a request before a byte came back
//!   is retried once where that is safe; see [`Transport::send`].
//!
//! Errors never hold a header value, a query or a body, so they never hold a secret.
//!
//! A transport belongs to the runtime it is first used on: pooled connections live there.

mod base;
mod body;
mod connect;
mod cut;
mod error;
mod outgoing;
mod pace;
mod patience;
mod raw;

#[cfg(test)]
pub(crate) mod tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::transition::Cut;
use reqwest::header::HeaderMap;
use spec::wire::{Request, Response};

pub use base::{Base, is_loopback};
pub use body::{JsonTrouble, json_trouble};
pub use error::{Phase, TransportError};
pub use patience::{Patience, PatientAnswer};

use body::Caps;
use connect::{Connecting, Progress};
use error::{PhaseCell, classify};
use outgoing::Outgoing;
use pace::Pacer;

/// How long an idle connection is kept. Servers close theirs after as little as two seconds (five
/// is common), and a request sent just then is lost; closing first avoids the race.
const IDLE: Duration = Duration::from_millis(1500);

/// So many silent closes, and one to so many requests, and connections are no longer reused.
const RACES_MIN: u64 = 3;
const REQUESTS_PER_RACE: u64 = 50;

/// What a transport may spend on a request.
#[derive(Clone, Debug)]
pub struct TransportConfig {
    /// The deadline of a request, from the first packet to the last byte of the body.
    pub timeout: Duration,
    /// The largest body, both as sent and decoded.
    pub body_bytes_max: usize,
    /// The largest sum of all header names and values.
    pub head_bytes_max: usize,
    /// How many requests are sent in a second; `None` does not hold back.
    pub requests_per_second: Option<f64>,
    /// What is done about a `429`; see [`Transport::send_patiently`].
    pub patience: Patience,
}

impl Default for TransportConfig {
    fn default() -> TransportConfig {
        TransportConfig {
            timeout: Duration::from_secs(10),
            body_bytes_max: 8 << 20,
            head_bytes_max: 64 << 10,
            requests_per_second: None,
            patience: Patience::default(),
        }
    }
}

/// Sends requests.
#[derive(Debug)]
pub struct Transport {
    config: TransportConfig,
    reusing: reqwest::Client,
    fresh: reqwest::Client,
    pacer: Option<Pacer>,
    requests: AtomicU64,
    retries: AtomicU64,
    races: AtomicU64,
}

impl Transport {
    /// A transport with these limits.
    pub fn new(config: TransportConfig) -> Result<Transport, TransportError> {
        let build = |idle_max: usize| {
            client_builder(idle_max).build().map_err(|error| TransportError::Unsupported {
                what: format!("set up a client: {}", error::innermost(&error)),
            })
        };
        Ok(Transport {
            reusing: build(usize::MAX)?,
            fresh: build(0)?,
            pacer: config.requests_per_second.map(Pacer::new),
            config,
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            races: AtomicU64::new(0),
        })
    }

    /// The limits in force.
    pub fn config(&self) -> &TransportConfig {
        &self.config
    }

    /// How many requests were sent, retries not counted.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// How many requests were sent a second time because a reused connection was closed.
    pub fn retries(&self) -> u64 {
        self.retries.load(Ordering::Relaxed)
    }

    /// Sends a request and reads the whole response. `authorization` is the value of that header,
    /// scheme included ([`crate::secret::Secret::bearer`]).
    ///
    /// A connection that had been used before may be closed by the server at any time, and a
    /// request may be on its way just then. If no byte of it was sent, it goes out again on another
    /// connection whatever its method. If it was sent, but nothing came back, a `GET` or `HEAD`
    /// goes out once more on a new connection; anything else might have been done already, and is
    /// [`TransportError::ClosedEarly`]. A target that keeps doing this gets a connection for each
    /// request. On a new connection nothing is ever retried.
    pub async fn send(
        &self,
        base: &Base,
        request: &Request,
        authorization: Option<&str>,
    ) -> Result<Response, TransportError> {
        let outgoing = Outgoing::new(base, request, authorization)?;
        let body_bytes = self.config.body_bytes_max;
        self.exchange(&outgoing, Caps { body_bytes, head_bytes: self.config.head_bytes_max }).await
    }

    /// Sends a request and cuts the connection, so that its answer never arrives. Never retried;
    /// a late cut waits for the answer to begin, for as long as for any answer.
    pub async fn send_and_cut(
        &self,
        base: &Base,
        request: &Request,
        authorization: Option<&str>,
        when: Cut,
    ) -> Result<(), TransportError> {
        let outgoing = Outgoing::new(base, request, authorization)?;
        if let Some(pacer) = &self.pacer {
            pacer.wait().await;
        }
        self.requests.fetch_add(1, Ordering::Relaxed);
        let limit = self.config.timeout;
        let work = Progress::default().watch(cut::send(&outgoing, when));
        tokio::time::timeout(limit, work)
            .await
            .unwrap_or(Err(TransportError::Timeout { phase: Phase::Head, limit }))
    }

    /// Fetches an absolute URL, such as a presigned one: no credentials, no redirects, and at most
    /// `body_bytes_max` bytes.
    pub async fn fetch(
        &self,
        url: &str,
        body_bytes_max: usize,
    ) -> Result<Response, TransportError> {
        let outgoing = Outgoing::fetch(url)?;
        let head_bytes = self.config.head_bytes_max;
        self.exchange(&outgoing, Caps { body_bytes: body_bytes_max, head_bytes }).await
    }

    async fn exchange(&self, outgoing: &Outgoing, caps: Caps) -> Result<Response, TransportError> {
        if let Some(pacer) = &self.pacer {
            pacer.wait().await;
        }
        let requests = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let races = self.races.load(Ordering::Relaxed);
        let reuse = races < RACES_MIN || races * REQUESTS_PER_RACE < requests;
        let client = if reuse { &self.reusing } else { &self.fresh };
        let (result, reused) = self.attempt(client, outgoing, caps).await;
        let lost = matches!(result, Err(TransportError::ClosedEarly { phase: Phase::Head, .. }));
        if !lost || !reused {
            return result;
        }
        self.races.fetch_add(1, Ordering::Relaxed);
        if !outgoing.is_safe() {
            return result;
        }
        self.retries.fetch_add(1, Ordering::Relaxed);
        self.attempt(&self.fresh, outgoing, caps).await.0
    }

    /// One attempt, and whether it went over a connection that had been used before.
    async fn attempt(
        &self,
        client: &reqwest::Client,
        outgoing: &Outgoing,
        caps: Caps,
    ) -> (Result<Response, TransportError>, bool) {
        let phase = PhaseCell::default();
        let progress = Progress::default();
        let work = progress.clone().watch(roundtrip(client, outgoing, caps, &phase));
        let result = tokio::time::timeout(self.config.timeout, work).await.unwrap_or_else(|_| {
            let phase = if progress.is_stuck() { Phase::Connect } else { phase.get() };
            Err(TransportError::Timeout { phase, limit: self.config.timeout })
        });
        (result, !progress.is_connected())
    }
}

async fn roundtrip(
    client: &reqwest::Client,
    outgoing: &Outgoing,
    caps: Caps,
    phase: &PhaseCell,
) -> Result<Response, TransportError> {
    if let Some(request) = outgoing.reqwest() {
        let response = client.execute(request).await;
        let response = response.map_err(|error| classify(&error, Phase::Head, outgoing))?;
        phase.set(Phase::Body);
        let (head, body) = hyper::http::Response::<reqwest::Body>::from(response).into_parts();
        return body::read(&head, body, caps, outgoing).await;
    }
    let (response, _connection) = raw::send(outgoing).await?;
    phase.set(Phase::Body);
    let (head, body) = response.into_parts();
    body::read(&head, body, caps, outgoing).await
}

fn client_builder(idle_max: usize) -> reqwest::ClientBuilder {
    let mut headers = HeaderMap::new();
    headers.insert(reqwest::header::USER_AGENT, outgoing::user_agent());
    reqwest::Client::builder()
        .default_headers(headers)
        .http1_only()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .tcp_nodelay(true)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(idle_max)
        .connector_layer(Connecting)
}
