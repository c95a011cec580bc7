//! What one layer of a redactor knows, and how it finds it.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use super::base64_forms::base64_forms;
use super::decode::{self, Escapes};
use super::{RUN_BYTES_MIN, SECRET_BYTES_MIN, SECRETS_PER_GENERATION};

/// How many layers of escapes are undone.
const NESTING_MAX: usize = 3;

/// Two generations of secrets behind a lock, and a flag that says whether there are any.
#[derive(Default)]
pub(super) struct Layer {
    knows_any: AtomicBool,
    generations: RwLock<Generations>,
}

#[derive(Default)]
struct Generations {
    young: Generation,
    old: Generation,
}

#[derive(Default)]
struct Generation {
    secrets: HashSet<Box<str>>,
    runs: HashSet<u64, BuildHasherDefault<RunHasher>>,
    /// Whole secrets of four to seven bytes; the top byte of each entry holds the length.
    short: HashSet<u64, BuildHasherDefault<RunHasher>>,
}

impl Layer {
    /// Whether the layer has learned this very secret and not forgotten it.
    pub(super) fn knows(&self, secret: &str) -> bool {
        let generations = self.read();
        generations.young.secrets.contains(secret) || generations.old.secrets.contains(secret)
    }

    /// Learns a secret and its base64 forms.
    pub(super) fn learn(&self, secret: &str) {
        if self.read().young.secrets.contains(secret) {
            return;
        }
        let mut generations = self.generations.write().unwrap_or_else(PoisonError::into_inner);
        if generations.young.secrets.len() >= SECRETS_PER_GENERATION {
            generations.old = std::mem::take(&mut generations.young);
        }
        let young = &mut generations.young;
        young.secrets.insert(secret.into());
        young.learn_form(secret.as_bytes());
        for form in base64_forms(secret) {
            young.learn_form(form.as_bytes());
        }
        self.knows_any.store(true, Ordering::Release);
    }

    /// Adds the places of a text where learned secrets stand.
    pub(super) fn find(&self, text: &[u8], hits: &mut Vec<Range<usize>>) {
        if text.len() < SECRET_BYTES_MIN || !self.knows_any.load(Ordering::Acquire) {
            return;
        }
        let generations = self.read();
        generations.find(text, |run| hits.push(run));
        let escapes = match (text.contains(&b'\\'), text.contains(&b'%')) {
            (false, false) => &[][..],
            (true, false) => &[Escapes::Json],
            (false, true) => &[Escapes::Percent],
            (true, true) => &[Escapes::Json, Escapes::Percent, Escapes::Both],
        };
        for escapes in escapes {
            let mut decoded = decode::decode(text, *escapes);
            generations.find(&decoded.bytes, |run| hits.push(decoded.origin(&run)));
            for _ in 1..NESTING_MAX {
                let Some(inner) = decoded.again() else { break };
                decoded = inner;
                generations.find(&decoded.bytes, |run| hits.push(decoded.origin(&run)));
            }
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Generations> {
        self.generations.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn find(&self, text: &[u8], mut hit: impl FnMut(Range<usize>)) {
        let mut found: Option<Range<usize>> = None;
        let mut window = 0u64;
        for (at, byte) in text.iter().enumerate() {
            window = window << 8 | u64::from(*byte);
            let filled = (at + 1).min(RUN_BYTES_MIN);
            let Some(length) = self.longest_at(window, filled) else { continue };
            let run = at + 1 - length..at + 1;
            match &mut found {
                // Windows that touch are one run. A short secret may reach back before it.
                Some(last) if run.start <= last.end => {
                    last.start = last.start.min(run.start);
                    last.end = run.end;
                }
                _ => found.replace(run).into_iter().for_each(&mut hit),
            }
        }
        found.into_iter().for_each(hit);
    }

    /// The length of the longest learned run that ends with the window.
    fn longest_at(&self, window: u64, filled: usize) -> Option<usize> {
        let [young, old] = [&self.young, &self.old];
        if filled == RUN_BYTES_MIN
            && (young.runs.contains(&window) || !old.runs.is_empty() && old.runs.contains(&window))
        {
            return Some(RUN_BYTES_MIN);
        }
        if young.short.is_empty() && old.short.is_empty() {
            return None;
        }
        (SECRET_BYTES_MIN..RUN_BYTES_MIN.min(filled + 1)).rev().find(|length| {
            let entry = short_entry(window, *length);
            young.short.contains(&entry) || old.short.contains(&entry)
        })
    }
}

impl Generation {
    fn learn_form(&mut self, form: &[u8]) {
        if form.len() < RUN_BYTES_MIN {
            if form.len() >= SECRET_BYTES_MIN {
                let window = form.iter().fold(0u64, |window, byte| window << 8 | u64::from(*byte));
                self.short.insert(short_entry(window, form.len()));
            }
            return;
        }
        for run in form.windows(RUN_BYTES_MIN) {
            self.runs.insert(u64::from_be_bytes(run.try_into().expect("windows of eight bytes")));
        }
    }
}

fn short_entry(window: u64, length: usize) -> u64 {
    let bits = 8 * length;
    (length as u64) << 56 | (window & ((1 << bits) - 1))
}

/// Mixes a run by one multiplication: runs are looked up once for each byte of each text, and the
/// default hasher costs more than all the rest together.
#[derive(Default)]
struct RunHasher(u64);

impl Hasher for RunHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, run: u64) {
        let mixed = (self.0 ^ run).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ mixed >> 32;
    }
}
