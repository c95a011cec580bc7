//! Holding back to so many requests in a second.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How far behind its schedule a pacer may catch up. Timers are a millisecond coarse; without this,
/// a pace of thousands would never be reached.
const CATCH_UP: Duration = Duration::from_millis(5);

/// Gives out slots at even distances.
#[derive(Debug)]
pub(super) struct Pacer {
    distance: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pacer {
    /// A pacer; a pace that is no positive number is taken for one request in an hour.
    pub(super) fn new(requests_per_second: f64) -> Pacer {
        const SLOWEST: f64 = 1.0 / 3600.0;
        let pace = if requests_per_second > SLOWEST { requests_per_second } else { SLOWEST };
        Pacer { distance: Duration::from_secs_f64(1.0 / pace), next: Mutex::new(None) }
    }

    /// Waits for the next slot. Slots go to callers in the order of their calls.
    pub(super) async fn wait(&self) {
        let slot = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let earliest = now.checked_sub(CATCH_UP).unwrap_or(now);
            let slot = next.map_or(now, |next| next.max(earliest));
            *next = Some(slot + self.distance);
            slot
        };
        tokio::time::sleep_until(slot).await;
    }
}
