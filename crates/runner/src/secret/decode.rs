//! Undoing escapes byte by byte, remembering where each decoded byte came from.

use std::ops::Range;

/// Which escapes to undo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escapes {
    /// `\"`, `\/`, `\u0041` and their like.
    Json,
    /// `%2F` and its like.
    Percent,
    /// Both at once, for a text that mixes them.
    Both,
}

/// A text with its escapes undone.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    /// The decoded bytes.
    pub(super) bytes: Vec<u8>,
    starts: Vec<usize>,
    ends: Vec<usize>,
}

impl Decoded {
    /// The place in the original text of a run of decoded bytes.
    pub(super) fn origin(&self, run: &Range<usize>) -> Range<usize> {
        self.starts[run.start]..self.ends[run.end - 1]
    }

    /// Undoes what is escaped in what was escaped: JSON in a JSON string, a URL in a URL. `None` if
    /// nothing is.
    pub(super) fn again(&self) -> Option<Decoded> {
        let mut inner = decode(&self.bytes, Escapes::Both);
        if inner.bytes.len() == self.bytes.len() {
            return None;
        }
        inner.starts.iter_mut().for_each(|start| *start = self.starts[*start]);
        inner.ends.iter_mut().for_each(|end| *end = self.ends[*end - 1]);
        Some(inner)
    }

    fn push(&mut self, byte: u8, origin: Range<usize>) {
        self.bytes.push(byte);
        self.starts.push(origin.start);
        self.ends.push(origin.end);
    }
}

/// Undoes the escapes of a text. What is not a proper escape stays as it is.
pub(super) fn decode(text: &[u8], escapes: Escapes) -> Decoded {
    let mut decoded = Decoded::default();
    let mut at = 0;
    while at < text.len() {
        let escape = match text[at] {
            b'\\' if escapes != Escapes::Percent => json_escape(&text[at..]),
            b'%' if escapes != Escapes::Json => percent_escape(&text[at..]),
            _ => None,
        };
        let (character, length) = escape.unwrap_or((Unit::Byte(text[at]), 1));
        let origin = at..at + length;
        match character {
            Unit::Byte(byte) => decoded.push(byte, origin),
            Unit::Character(character) => {
                let mut buffer = [0; 4];
                for byte in character.encode_utf8(&mut buffer).bytes() {
                    decoded.push(byte, origin.clone());
                }
            }
        }
        at += length;
    }
    decoded
}

enum Unit {
    Byte(u8),
    Character(char),
}

fn percent_escape(text: &[u8]) -> Option<(Unit, usize)> {
    let value = hex(text.get(1..3)?)?;
    Some((Unit::Byte(u8::try_from(value).ok()?), 3))
}

fn json_escape(text: &[u8]) -> Option<(Unit, usize)> {
    let byte = match text.get(1)? {
        b'b' => 8,
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        byte @ (b'"' | b'\\' | b'/') => *byte,
        b'u' => return unicode_escape(text),
        _ => return None,
    };
    Some((Unit::Byte(byte), 2))
}

fn unicode_escape(text: &[u8]) -> Option<(Unit, usize)> {
    let high = hex(text.get(2..6)?)?;
    if let Some(character) = char::from_u32(high) {
        return Some((Unit::Character(character), 6));
    }
    let low = match text.get(6..12)? {
        [b'\\', b'u', digits @ ..] => hex(digits)?,
        _ => return None,
    };
    let is_pair = (0xD800..0xDC00).contains(&high) && (0xDC00..0xE000).contains(&low);
    let character = is_pair.then(|| 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
    Some((Unit::Character(character.and_then(char::from_u32)?), 12))
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value * 16 + char::from(*digit).to_digit(16)?))
}
