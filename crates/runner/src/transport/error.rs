//! The ways in which a request may end without a response.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use super::outgoing::Outgoing;

/// How far a request had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No connection yet.
    Connect,
    /// Sending, or waiting for the status line and the headers.
    Head,
    /// Reading the body.
    Body,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Connect => "connecting",
            Phase::Head => "waiting for the response head",
            Phase::Body => "reading the body",
        })
    }
}

/// Why there is no response. Each message fits "failed to …" and holds no header value, no query
/// and no part of a body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection: refused, unreachable, or the name is unknown.
    #[error("connect to {authority}: {reason}")]
    Connect {
        /// Host and port.
        authority: String,
        /// What the system said.
        reason: String,
    },
    /// The deadline passed.
    #[error("get a whole response within {limit:?}: still {phase}")]
    Timeout {
        /// Where the time went.
        phase: Phase,
        /// The deadline.
        limit: Duration,
    },
    /// The connection was closed or reset before the response was complete.
    #[error("get a whole response: the connection was closed while {phase} ({reason})")]
    ClosedEarly {
        /// How far it had come.
        phase: Phase,
        /// Closed, reset or cut short.
        reason: String,
    },
    /// A part of the response is larger than the suite reads.
    #[error("read the response: {what} is larger than {limit} bytes")]
    TooLarge {
        /// Which part.
        what: &'static str,
        /// The cap.
        limit: usize,
    },
    /// The other side does not speak HTTP/1.1, or contradicts itself.
    #[error("understand the response: {reason}")]
    Malformed {
        /// What is wrong with it.
        reason: String,
    },
    /// The body has a content coding that was not asked for and is not understood.
    #[error("decode the body: content coding {coding:?} is not supported, only gzip is")]
    UnsupportedCoding {
        /// The coding, as the response names it.
        coding: String,
    },
    /// The URL needs TLS and this build has none.
    #[error(
        "connect to {authority}: this build has no TLS, which an https URL needs; build it with \
         `cargo build --release --features tls`"
    )]
    Tls {
        /// Host and port.
        authority: String,
    },
    /// The request cannot be sent: it holds a byte that HTTP does not allow there.
    #[error("send the request: {what} holds a character that cannot be sent")]
    Unsendable {
        /// Which part of the request.
        what: &'static str,
    },
    /// What was asked for is not possible here.
    #[error("{what}")]
    Unsupported {
        /// What is not possible.
        what: String,
    },
}

/// A phase that can be set through a shared reference.
#[derive(Debug)]
pub(super) struct PhaseCell(AtomicU8);

impl Default for PhaseCell {
    fn default() -> PhaseCell {
        PhaseCell(AtomicU8::new(Phase::Head as u8))
    }
}

impl PhaseCell {
    pub(super) fn set(&self, phase: Phase) {
        self.0.store(phase as u8, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> Phase {
        let phases = [Phase::Connect, Phase::Head, Phase::Body];
        phases[usize::from(self.0.load(Ordering::Relaxed))]
    }
}

/// Which case an error of the client libraries is.
pub(super) fn classify(
    error: &(dyn Error + 'static),
    phase: Phase,
    outgoing: &Outgoing,
) -> TransportError {
    let reqwest = error.downcast_ref::<reqwest::Error>();
    if phase == Phase::Head && reqwest.is_some_and(reqwest::Error::is_connect) {
        return connect_error(error, outgoing);
    }
    if let Some(hyper) = find::<hyper::Error>(error) {
        // `is_parse_too_large` exists only beside hyper's server.
        if hyper.is_parse() && hyper.to_string() == "message head is too large" {
            let what = "the head (of which 100 headers are read)";
            return TransportError::TooLarge { what, limit: HYPER_HEAD_BYTES };
        }
        if hyper.is_parse() {
            return TransportError::Malformed { reason: hyper.to_string() };
        }
    }
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => {
            let reason = format!("bad transfer coding: {}", innermost(error));
            TransportError::Malformed { reason }
        }
        Some(_) => TransportError::ClosedEarly { phase, reason: innermost(error) },
        None if find::<hyper::Error>(error).is_some() => {
            TransportError::ClosedEarly { phase, reason: innermost(error) }
        }
        None => TransportError::Unsupported { what: innermost(error) },
    }
}

/// The buffer in which `hyper` must find a whole head; it allows 100 headers besides.
const HYPER_HEAD_BYTES: usize = 408 << 10;

/// The error of a connection that did not come about.
pub(super) fn connect_error(error: &(dyn Error + 'static), outgoing: &Outgoing) -> TransportError {
    let reason = match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => "connection refused".into(),
        _ => innermost(error),
    };
    TransportError::Connect { authority: outgoing.authority(), reason }
}

/// The text of the error at the end of the chain. Errors further out repeat the whole URL; the
/// innermost is the system's or the protocol's own sentence and knows nothing of the request.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    chain(error).find_map(|error| error.downcast_ref())
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let error = next?;
        next = error.source();
        Some(error)
    })
}
