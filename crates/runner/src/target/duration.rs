//! Durations as a target file writes them: a whole number and a unit.

use std::time::Duration;

/// What a duration looks like, for messages.
pub(super) const EXPECTED: &str = "a duration such as \"500ms\", \"30s\", \"2m\" or \"24h\"";

/// The longest duration that is taken for meant, 30 days.
const SECONDS_MAX: u64 = 30 * 24 * 3600;

/// Reads a duration.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60 * 1000,
        "h" => 3600 * 1000,
        _ => return None,
    };
    let duration = Duration::from_millis(number.checked_mul(milliseconds)?);
    (duration <= Duration::from_secs(SECONDS_MAX)).then_some(duration)
}
