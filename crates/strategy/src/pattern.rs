//! From ECMA-262 patterns to expressions that strings can be drawn from.
//!
//! A pattern may match anywhere in the string, so an unanchored end gets some filling. Assertions
//! in the middle (`\b`, look-around) are dropped, and the strings are sifted by a validator that
//! knows them. Backreferences have no generator.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Look, Repetition};

/// How much a repetition without an end may exceed its least count.
const SLACK: u32 = 16;

/// Characters that a wide class such as `.` is narrowed to, so that most draws are readable.
const READABLE: &[(char, char)] = &[
    (' ', '~'),
    ('\u{a1}', '\u{17f}'),
    ('\u{300}', '\u{30f}'),
    ('\u{5d0}', '\u{5ea}'),
    ('\u{4e00}', '\u{4e7f}'),
    ('\u{1f600}', '\u{1f64f}'),
];

/// Expressions whose strings match an ECMA pattern and have a chance of having between `min` and
/// `max` characters. An error says what is not supported.
pub(crate) fn expressions(pattern: &str, min: u64, max: Option<u64>) -> Result<Vec<Hir>, String> {
    let translated = translate(pattern)?;
    let hir = ParserBuilder::new().nest_limit(64).build().parse(&translated).map_err(|error| {
        format!("the pattern {pattern:?} is not understood: {}", one_line(&error))
    })?;
    let whole = anchor(&hir, true, true);
    let least = length(&whole).0;
    if least > 100_000 {
        return Err(format!("what {pattern:?} matches is longer than what is drawn"));
    }
    if max.is_some_and(|max| least > max) {
        return Err(format!("what {pattern:?} matches is longer than maxLength"));
    }
    let mut found = vec![fit(&whole, least, max)];
    if min > least {
        let raised = raise(&whole, min - least);
        let least = length(&raised).0;
        if max.is_none_or(|max| least <= max) {
            found.insert(0, fit(&raised, least, max));
        }
    }
    Ok(found)
}

fn one_line(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "it does not parse".to_owned(),
    }
}

/// Rewrites ECMA syntax to that of `regex-syntax`, where classes are Unicode-wide and looser.
fn translate(pattern: &str) -> Result<String, String> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut out = String::new();
    let mut idx = 0;
    let mut in_class = false;
    while idx < chars.len() {
        let c = chars[idx];
        match c {
            '\\' => {
                let (text, used) = escape(&chars[idx..], in_class)?;
                out.push_str(&text);
                idx += used;
                continue;
            }
            '[' if !in_class => {
                if chars[idx..].starts_with(&['[', '^', ']']) {
                    out.push_str("[\\x{0}-\\x{10FFFF}]");
                    idx += 3;
                    continue;
                }
                if chars[idx..].starts_with(&['[', ']']) {
                    return Err(format!("the class [] of {pattern:?} matches nothing"));
                }
                in_class = true;
                out.push('[');
                if chars.get(idx + 1) == Some(&'^') {
                    out.push('^');
                    idx += 1;
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            // These mean set operations or nested classes to the other dialect.
            '[' | '&' | '~' if in_class => out.extend(['\\', c]),
            '-' if in_class && is_set_difference(&chars, idx) => out.push_str("\\-"),
            '.' if !in_class => out.push_str("[^\\n\\r\\u{2028}\\u{2029}]"),
            '{' if !in_class && !is_quantifier(&chars[idx..]) => out.push_str("\\{"),
            '(' if !in_class && is_look_around(&chars[idx..]) => {
                idx += group_length(&chars[idx..])
                    .ok_or_else(|| format!("a group of {pattern:?} does not end"))?;
                continue;
            }
            _ => out.push(c),
        }
        idx += 1;
    }
    Ok(out)
}

/// One escape: its translation and how many characters it took.
fn escape(chars: &[char], in_class: bool) -> Result<(String, usize), String> {
    const SPACES: &str = "\\t\\n\\x0B\\x0C\\r \\u{A0}\\u{1680}\\u{2000}-\\u{200A}\
                          \\u{2028}\\u{2029}\\u{202F}\\u{205F}\\u{3000}\\u{FEFF}";
    let Some(next) = chars.get(1) else { return Err("the pattern ends with a backslash".into()) };
    let class = |body: &str, negated: bool| match (in_class, negated) {
        (true, false) => body.to_owned(),
        (_, true) => format!("[^{body}]"),
        (false, false) => format!("[{body}]"),
    };
    let literal = |code: u32| match char::from_u32(code) {
        Some(c) => Ok(format!("\\x{{{:X}}}", c as u32)),
        None => Err(format!("the code point {code:X} is no character")),
    };
    Ok(match next {
        'd' | 'D' => (class("0-9", *next == 'D'), 2),
        'w' | 'W' => (class("0-9A-Za-z_", *next == 'W'), 2),
        's' | 'S' => (class(SPACES, *next == 'S'), 2),
        'b' if in_class => ("\\x08".to_owned(), 2),
        'b' | 'B' => (String::new(), 2),
        'n' | 'r' | 't' | 'f' | 'v' => (format!("\\{next}"), 2),
        '0' if !chars.get(2).is_some_and(char::is_ascii_digit) => ("\\x00".to_owned(), 2),
        'c' if chars.get(2).is_some_and(char::is_ascii_alphabetic) => {
            (literal(chars[2] as u32 % 32)?, 3)
        }
        'x' => match hex(chars, 2, 2) {
            Some(code) => (literal(code)?, 4),
            None => ("x".to_owned(), 2),
        },
        'u' if chars.get(2) == Some(&'{') => {
            let end = chars.iter().position(|c| *c == '}').ok_or("a \\u{ does not end")?;
            let digits: String = chars[3..end].iter().collect();
            let code = u32::from_str_radix(&digits, 16).map_err(|_| "a \\u{…} is no number")?;
            (literal(code)?, end + 1)
        }
        'u' => match (hex(chars, 2, 4), hex(chars, 8, 4)) {
            (Some(high @ 0xd800..=0xdbff), Some(low @ 0xdc00..=0xdfff))
                if chars[6..8] == ['\\', 'u'] =>
            {
                (literal(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?, 12)
            }
            (Some(code), _) => (literal(code)?, 6),
            (None, _) => ("u".to_owned(), 2),
        },
        'p' | 'P' => (format!("\\{next}"), 2),
        'k' | '1'..='9' => return Err("backreferences are not supported".to_owned()),
        c if c.is_ascii_punctuation() && !"<>".contains(*c) => (format!("\\{c}"), 2),
        c => (c.to_string(), 2),
    })
}

fn hex(chars: &[char], from: usize, digits: usize) -> Option<u32> {
    let text: String = chars.get(from..from + digits)?.iter().collect();
    u32::from_str_radix(&text, 16).ok()
}

fn is_set_difference(chars: &[char], idx: usize) -> bool {
    chars.get(idx + 1) == Some(&'-') || (idx > 0 && chars[idx - 1] == '-')
}

/// Whether a brace opens `{2}`, `{2,}` or `{2,3}`; any other brace is itself.
fn is_quantifier(chars: &[char]) -> bool {
    let Some(end) = chars.iter().position(|c| *c == '}') else { return false };
    let inner: String = chars[1..end].iter().collect();
    let (low, high) = inner.split_once(',').unwrap_or((&inner, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    !low.is_empty() && digits(low) && digits(high)
}

fn is_look_around(chars: &[char]) -> bool {
    let start: String = chars.iter().take(4).collect();
    ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|opening| start.starts_with(opening))
}

/// The length of the group that starts here, its parentheses included.
fn group_length(chars: &[char]) -> Option<usize> {
    let (mut depth, mut in_class, mut idx) = (0, false, 0);
    while idx < chars.len() {
        match chars[idx] {
            '\\' => idx += 1,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => {
                depth -= 1;
                if depth == 0 {
                    return Some(idx + 1);
                }
            }
            _ => {}
        }
        idx += 1;
    }
    None
}

/// Makes "contains a match" into "is": anchors at the ends go, and open ends get filling.
fn anchor(hir: &Hir, open_left: bool, open_right: bool) -> Hir {
    match hir.kind() {
        HirKind::Capture(capture) => anchor(&capture.sub, open_left, open_right),
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.iter().map(|it| anchor(it, open_left, open_right)).collect())
        }
        HirKind::Concat(parts) => {
            let last = parts.len() - 1;
            let anchored = parts
                .iter()
                .enumerate()
                .map(|(idx, part)| anchor(part, open_left && idx == 0, open_right && idx == last));
            Hir::concat(anchored.collect())
        }
        HirKind::Look(Look::Start | Look::StartLF) if open_left => filling(open_right),
        HirKind::Look(Look::End | Look::EndLF) if open_right => filling(open_left),
        HirKind::Look(_) => Hir::empty(),
        _ => {
            let plain = readable(hir);
            Hir::concat(vec![filling(open_left), plain, filling(open_right)])
        }
    }
}

/// Some letters, where a pattern is open at an end.
fn filling(wanted: bool) -> Hir {
    if !wanted {
        return Hir::empty();
    }
    let letters = ClassUnicode::new([ClassUnicodeRange::new('a', 'z')]);
    let class = Hir::class(Class::Unicode(letters));
    Hir::repetition(Repetition { min: 0, max: None, greedy: true, sub: Box::new(class) })
}

/// Drops assertions and narrows wide classes.
fn readable(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            let wide = class.ranges().iter().any(|range| range.end() > '\u{2ff}');
            if !wide {
                return hir.clone();
            }
            let ranges = READABLE.iter().map(|(a, b)| ClassUnicodeRange::new(*a, *b));
            let mut narrowed = ClassUnicode::new(ranges);
            narrowed.intersect(class);
            if narrowed.ranges().is_empty() {
                return hir.clone();
            }
            Hir::class(Class::Unicode(narrowed))
        }
        HirKind::Look(_) => Hir::empty(),
        HirKind::Capture(capture) => readable(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(readable).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(readable).collect()),
        HirKind::Repetition(it) => {
            Hir::repetition(Repetition { sub: Box::new(readable(&it.sub)), ..it.clone() })
        }
        _ => hir.clone(),
    }
}

/// The least and the greatest number of characters.
fn length(hir: &Hir) -> (u64, Option<u64>) {
    match hir.kind() {
        HirKind::Literal(literal) => {
            let count = String::from_utf8_lossy(&literal.0).chars().count() as u64;
            (count, Some(count))
        }
        HirKind::Class(_) => (1, Some(1)),
        HirKind::Capture(capture) => length(&capture.sub),
        HirKind::Repetition(it) => {
            let (min, max) = length(&it.sub);
            let most = it.max.zip(max).map(|(times, max)| max.saturating_mul(u64::from(times)));
            (min.saturating_mul(u64::from(it.min)), most)
        }
        HirKind::Concat(parts) => parts.iter().map(length).fold((0, Some(0)), |sum, part| {
            let most = sum.1.zip(part.1).map(|(a, b)| a.saturating_add(b));
            (sum.0.saturating_add(part.0), most)
        }),
        HirKind::Alternation(parts) => {
            let lengths: Vec<_> = parts.iter().map(length).collect();
            let least = lengths.iter().map(|it| it.0).min().unwrap_or(0);
            let most = lengths.iter().map(|it| it.1).collect::<Option<Vec<_>>>();
            (least, most.and_then(|all| all.into_iter().max()))
        }
        HirKind::Empty | HirKind::Look(_) => (0, Some(0)),
    }
}

/// Caps repetitions so that a string is rarely too long.
fn fit(hir: &Hir, least: u64, max: Option<u64>) -> Hir {
    let room = max.map_or(u64::MAX, |max| max.saturating_sub(least));
    cap(hir, room)
}

fn cap(hir: &Hir, room: u64) -> Hir {
    match hir.kind() {
        HirKind::Repetition(it) => {
            let unit = length(&it.sub).0.max(1);
            let more = u32::try_from(room / unit).unwrap_or(u32::MAX).min(SLACK);
            let most = it.min.saturating_add(more);
            Hir::repetition(Repetition {
                max: Some(it.max.map_or(most, |max| max.min(most))),
                sub: Box::new(cap(&it.sub, room)),
                ..it.clone()
            })
        }
        HirKind::Capture(capture) => cap(&capture.sub, room),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(|it| cap(it, room)).collect()),
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.iter().map(|it| cap(it, room)).collect())
        }
        _ => hir.clone(),
    }
}

/// Raises the least count of the first repetition that can take it, for a longer string.
fn raise(hir: &Hir, missing: u64) -> Hir {
    match hir.kind() {
        HirKind::Repetition(it) => {
            let unit = length(&it.sub).0.max(1);
            let wanted = u32::try_from(missing.div_ceil(unit)).unwrap_or(u32::MAX / 4);
            let min = it.min.saturating_add(wanted);
            let min = it.max.map_or(min, |max| min.min(max));
            Hir::repetition(Repetition { min, ..it.clone() })
        }
        HirKind::Capture(capture) => raise(&capture.sub, missing),
        HirKind::Concat(parts) => {
            let mut missing = missing;
            // The roomiest repetition first, so that others keep their freedom.
            let mut order: Vec<usize> = (0..parts.len()).collect();
            order.sort_by_key(|idx| std::cmp::Reverse(length(&parts[*idx]).1.unwrap_or(u64::MAX)));
            let mut raised = parts.clone();
            for idx in order {
                if missing == 0 {
                    break;
                }
                let before = length(&raised[idx]).0;
                raised[idx] = raise(&raised[idx], missing);
                missing = missing.saturating_sub(length(&raised[idx]).0 - before);
            }
            Hir::concat(raised)
        }
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.iter().map(|it| raise(it, missing)).collect())
        }
        _ => hir.clone(),
    }
}
