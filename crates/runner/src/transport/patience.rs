//! Waiting where a target says that it is too busy.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use spec::wire::{Request, Response};

use super::{Base, Transport, TransportError};

/// How long a `429` is waited for.
#[derive(Clone, Debug)]
pub struct Patience {
    /// The longest single wait, whatever `Retry-After` asks for.
    pub wait_max: Duration,
    /// The longest sum of waits for one request.
    pub total_max: Duration,
    /// The first wait where there is no `Retry-After`; each further one is twice as long.
    pub backoff: Duration,
    /// How often a request without `Retry-After` is tried again.
    pub backoff_tries_max: u32,
    /// How often a request is tried again at all: `Retry-After: 0` for ever must end as well.
    pub tries_max: u32,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            wait_max: Duration::from_secs(5),
            total_max: Duration::from_secs(30),
            backoff: Duration::from_millis(50),
            backoff_tries_max: 5,
            tries_max: 30,
        }
    }
}

/// A response, and what came before it.
#[derive(Clone, Debug, PartialEq)]
pub struct PatientAnswer {
    /// The last response. It is a `429` itself if patience ran out.
    pub response: Response,
    /// The `429` responses that were met before it, to be judged as well.
    pub throttled: Vec<Response>,
    /// How long was waited in all.
    pub waited: Duration,
}

impl Transport {
    /// Sends a request like [`Transport::send`] and, while the answer is `429`, waits as
    /// `Retry-After` asks (seconds or a date; without one a doubling back-off) and sends it again,
    /// within the bounds of [`Patience`]. A `429` says that the request was not carried out, so
    /// any method may be repeated.
    pub async fn send_patiently(
        &self,
        base: &Base,
        request: &Request,
        authorization: Option<&str>,
    ) -> Result<PatientAnswer, TransportError> {
        let patience = &self.config().patience;
        let mut throttled = Vec::new();
        let mut waited = Duration::ZERO;
        let mut backoffs = 0;
        loop {
            let response = self.send(base, request, authorization).await?;
            let tries = u32::try_from(throttled.len()).unwrap_or(u32::MAX);
            if response.status != 429 || tries >= patience.tries_max {
                return Ok(PatientAnswer { response, throttled, waited });
            }
            let wait = match retry_after(&response) {
                Some(wait) => wait.min(patience.wait_max),
                None if backoffs < patience.backoff_tries_max => {
                    backoffs += 1;
                    patience.backoff.saturating_mul(1 << (backoffs - 1).min(16))
                }
                None => return Ok(PatientAnswer { response, throttled, waited }),
            };
            if waited + wait > patience.total_max {
                return Ok(PatientAnswer { response, throttled, waited });
            }
            tokio::time::sleep(wait).await;
            waited += wait;
            throttled.push(response);
        }
    }
}

/// The wait that a response asks for. A date is taken relative to the response's own `Date`, so
/// that the two clocks need not agree. What cannot be read counts as absent.
pub(super) fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.header("retry-after")?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let parser = rfc2822::DateTimeParser::new();
    let at = parser.parse_timestamp(text).ok()?;
    let date = response.header("date").and_then(|date| parser.parse_timestamp(date).ok());
    let from = date.unwrap_or_else(Timestamp::now);
    Some(Duration::try_from(at.duration_since(from)).unwrap_or(Duration::ZERO))
}
