//! Instants, how they are shown, and the clock that each account has for itself.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

use crate::variant::{Variant, Variants};

/// Microseconds in one second.
pub(crate) const SECOND: i64 = 1_000_000;
/// Microseconds in one hour.
pub(crate) const HOUR: i64 = 3600 * SECOND;
/// Microseconds in one day.
pub(crate) const DAY: i64 = 24 * HOUR;

/// Nothing may happen after this instant (the year 9900), so that every instant can be shown.
const LAST: Moment = Moment(250_250_000_000 * SECOND);

/// An instant: microseconds since 1970 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) i64);

impl Moment {
    /// The instant so many microseconds later; it saturates.
    pub(crate) fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The same, unless that would lie beyond what can be shown.
    pub(crate) fn checked_plus(self, amount: u64, unit: i64) -> Option<Self> {
        let micros = i64::try_from(amount).ok()?.checked_mul(unit)?;
        self.0.checked_add(micros).map(Self).filter(|sum| *sum <= LAST)
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(Timestamp::MAX)
    }
}

/// How a server writes timestamps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeStyle {
    digits: usize,
    offset: bool,
}

impl TimeStyle {
    pub(crate) fn of(variants: Variants) -> Self {
        let digits = if variants.has(Variant::SecondTimestamps) {
            0
        } else if variants.has(Variant::MicrosecondTimestamps) {
            6
        } else if variants.has(Variant::NanosecondTimestamps) {
            9
        } else {
            3
        };
        Self { digits, offset: variants.has(Variant::OffsetTimestamps) }
    }

    pub(crate) fn show(self, moment: Moment) -> String {
        self.write(moment.timestamp(), self.digits)
    }

    /// Shows an instant that the client chose. It must come back as the same instant, so it gets as
    /// many fraction digits as it needs, whatever the style is.
    pub(crate) fn show_exactly(self, timestamp: Timestamp) -> String {
        let nanos = timestamp.subsec_nanosecond().unsigned_abs();
        let needed = match nanos {
            0 => 0,
            n if n % 1_000_000 == 0 => 3,
            n if n % 1_000 == 0 => 6,
            _ => 9,
        };
        self.write(timestamp, needed.max(self.digits))
    }

    fn write(self, timestamp: Timestamp, digits: usize) -> String {
        let mut text = format!("{timestamp:.digits$}");
        if self.offset {
            text.pop();
            text.push_str("+00:00");
        }
        text
    }

    /// Cuts an instant to what the style can show, so that the server acts on what it shows.
    fn cut(self, moment: Moment) -> Moment {
        let unit = match self.digits {
            0 => SECOND,
            3 => 1000,
            _ => 1,
        };
        Moment(moment.0 - moment.0.rem_euclid(unit))
    }
}

/// Real time, read from a monotonic clock so that it never runs backwards.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RealClock {
    started_at: Moment,
    started: Instant,
}

impl RealClock {
    pub(crate) fn start() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let started_at = Moment(i64::try_from(since.as_micros()).unwrap_or(0));
        Self { started_at, started: Instant::now() }
    }

    pub(crate) fn now(self) -> Moment {
        let elapsed = i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX);
        self.started_at.plus(elapsed)
    }
}

/// The clock of one account: real time, moved forward for good by the control API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AccountClock {
    ahead: i64,
    style: TimeStyle,
}

impl AccountClock {
    pub(crate) fn new(style: TimeStyle) -> Self {
        Self { ahead: 0, style }
    }

    /// What the clock shows at an instant of real time.
    pub(crate) fn at(self, real: Moment) -> Moment {
        self.style.cut(real.plus(self.ahead))
    }

    /// Moves the clock forward, unless that would take it further than can be shown.
    pub(crate) fn advance(&mut self, real: Moment, seconds: u64) -> Option<Moment> {
        // One year is kept free, so that whatever is counted from now can be shown as well.
        let far = real.plus(self.ahead).checked_plus(seconds, SECOND)?;
        far.checked_plus(366, DAY)?;
        self.ahead = far.0 - real.0;
        Some(self.at(real))
    }
}

/// Reads an instant that a client sent: RFC 3339 with a time of day and an offset, nothing looser.
pub(crate) fn parse_instant(text: &str) -> Option<Timestamp> {
    if is_rfc3339(text.as_bytes()) { text.parse().ok() } else { None }
}

fn is_rfc3339(text: &[u8]) -> bool {
    let Some((fixed, rest)) = text.split_at_checked(19) else { return false };
    let fits = fixed.iter().zip(b"dddd-dd-ddTdd:dd:dd").all(|(byte, form)| match form {
        b'd' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b't'),
        _ => byte == form,
    });
    fits && is_offset(without_fraction(rest))
}

fn without_fraction(rest: &[u8]) -> &[u8] {
    let Some((b'.', after)) = rest.split_first() else { return rest };
    let digits = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || digits > 9 { rest } else { &after[digits..] }
}

fn is_offset(text: &[u8]) -> bool {
    match text {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            let digits = [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit());
            digits && [*h1, *h2] < *b"24" && *m1 < b'6'
        }
        _ => false,
    }
}
