//! Names that the server gives out: secrets that nobody can guess, ids in the order of creation,
//! and signatures over what it hands to clients to bring back.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::time::Moment;
use crate::variant::{Variant, Variants};

/// The instant from which snowflakes count, in milliseconds since 1970.
const SNOWFLAKE_EPOCH_MS: i64 = 1_336_258_850_000;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A keyed hash whose key is drawn from the operating system when the server starts.
pub(crate) struct Signer {
    keyed: Hmac<Sha256>,
    drawn: AtomicU64,
}

impl Signer {
    pub(crate) fn new() -> Self {
        // Each RandomState is seeded by the operating system or steps on from such a seed; its
        // hash of a counter is the only randomness that the standard library offers.
        let mut key = [0_u8; 64];
        for (idx, chunk) in key.chunks_mut(8).enumerate() {
            let mut hasher = RandomState::new().build_hasher();
            hasher.write_usize(idx);
            chunk.copy_from_slice(&hasher.finish().to_le_bytes());
        }
        Self { keyed: Hmac::<Sha256>::new(&key.into()), drawn: AtomicU64::new(0) }
    }

    /// The signature over some parts. Each part is preceded by its length, so that no two lists of
    /// parts are signed alike.
    pub(crate) fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.keyed.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// Letters and digits that nobody can guess; at most 32 of them.
    pub(crate) fn draw(&self, n_chars: usize) -> String {
        let count = self.drawn.fetch_add(1, Ordering::Relaxed);
        let bytes = self.sign(&[b"draw", &count.to_le_bytes()]);
        let letter = |byte: &u8| char::from(BASE62[usize::from(*byte) % BASE62.len()]);
        bytes.iter().take(n_chars).map(letter).collect()
    }
}

/// Ids for exports, log requests and OAuth apps: unique in the server, growing with time.
pub(crate) struct IdSource {
    count: AtomicU64,
    /// Small ids start here and count up; they must stay below 2^53.
    small_from: Option<u64>,
}

impl IdSource {
    pub(crate) fn new(variants: Variants, started_at: Moment) -> Self {
        let small = variants.has(Variant::IntegerExportIds);
        Self {
            count: AtomicU64::new(0),
            small_from: small.then(|| since_epoch_ms(started_at) << 12),
        }
    }

    /// The next id, for something that is created now. `last` is the newest id of the account.
    pub(crate) fn next(&self, now: Moment, last: u64) -> u64 {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        if let Some(from) = self.small_from {
            return from.saturating_add(count);
        }
        // An account that is centuries ahead would overflow; there it only has to go on growing.
        let time = since_epoch_ms(now).min((1 << 43) - 1);
        let id = |time: u64| time << 20 | (count & 0xF_FFFF);
        // A request that waited may bring a moment from before the newest id. The number behind the
        // newest may be another account's, so it is the next moment that this one is counted to.
        if id(time) > last { id(time) } else { id((last >> 20) + 1) }
    }
}

fn since_epoch_ms(moment: Moment) -> u64 {
    u64::try_from(moment.0 / 1000 - SNOWFLAKE_EPOCH_MS).unwrap_or(0)
}

/// Writes an id as a UUID.
pub(crate) fn to_uuid(id: u64) -> String {
    let [top, middle, low, last] = [id >> 32, id >> 16 & 0xFFFF, id >> 4 & 0xFFF, id & 0xF];
    // The rest of it only has to look like one.
    let rest = id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16;
    format!("{top:08x}-{middle:04x}-4{low:03x}-8{last:x}00-{rest:012x}")
}

/// Reads such a UUID back.
pub(crate) fn from_uuid(text: &str) -> Option<u64> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let part = |range| u64::from_str_radix(digits.get(range)?, 16).ok();
    let id = part(0..12)? << 16 | part(13..16)? << 4 | part(17..18)?;
    (to_uuid(id) == text).then_some(id)
}

/// Reads an id as the server writes it: decimal, with no sign, blank or leading zero.
pub(crate) fn parse_id(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = plain && (text == "0" || !text.starts_with('0'));
    if canonical { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::IdSource;
    use crate::time::Moment;
    use crate::variant::Variants;

    #[test]
    fn ids_are_unique_and_grow_though_a_request_waited() {
        let ids = IdSource::new(Variants::none(), Moment(0));
        let at = |micros: i64| Moment(1_700_000_000_000_000 + micros);
        let first = ids.next(at(2000), 0);
        let of_another_account = ids.next(at(2000), 0);
        let waited = ids.next(at(0), first);
        assert!(first < waited && waited != of_another_account, "{first} {waited}");
    }
}
