//! The formats: how to draw them, how to check those that the validator does not know, and texts
//! that miss them narrowly.

use core::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;
use proptest::strategy::BoxedStrategy;
use proptest::string::string_regex;

/// Tells whether a text is of a format.
pub(crate) type Check = fn(&str) -> bool;

/// Formats that the validator does not check by itself.
pub(crate) const CHECKED: &[(&str, Check)] = &[("byte", is_base64)];

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Texts of a format; `None` for a format that constrains no text.
pub(crate) fn texts(format: &str) -> Option<BoxedStrategy<String>> {
    Some(match format {
        "date" => dates(),
        "time" => times(),
        "date-time" => (dates(), times()).prop_map(|(d, t)| format!("{d}T{t}")).boxed(),
        "byte" => proptest::collection::vec(any::<u8>(), 0..24).prop_map(|it| base64(&it)).boxed(),
        "uuid" => any::<u128>().prop_map(uuid).boxed(),
        "ipv4" => any::<u32>().prop_map(|it| Ipv4Addr::from(it).to_string()).boxed(),
        "ipv6" => prop_oneof![
            any::<u128>().prop_map(|it| Ipv6Addr::from(it).to_string()),
            Just("::1".to_owned()),
            Just("2001:db8::ff00:42:8329".to_owned()),
        ]
        .boxed(),
        other => string_regex(shape(other)?).ok()?.boxed(),
    })
}

/// Formats whose texts a regular expression describes well enough.
fn shape(format: &str) -> Option<&'static str> {
    Some(match format {
        "email" | "idn-email" => "[a-z][a-z0-9]{0,9}([.+-][a-z0-9]{1,5})?@[a-z]{1,10}\\.(com|test)",
        "hostname" | "idn-hostname" => "[a-z]([a-z0-9-]{0,8}[a-z0-9])?(\\.[a-z][a-z0-9]{0,6}){0,3}",
        "uri" | "iri" | "uri-reference" | "iri-reference" => {
            "https?://[a-z]{1,8}\\.(example|test)(:[1-9][0-9]{1,3})?(/[a-z0-9._~-]{0,6}){0,3}\
             (\\?[a-z]{1,3}=[a-z0-9]{0,4})?(#[a-z]{0,3})?"
        }
        "uri-template" => "/[a-z]{1,6}(/\\{[a-z]{1,5}\\}){0,2}",
        "json-pointer" => "(/[a-z0-9]{0,5}){0,3}",
        "relative-json-pointer" => "[1-9]?[0-9](/[a-z]{0,5}){0,2}",
        "duration" => "P([1-9][0-9]?D|T[1-9][0-9]?[HMS]|[1-9]Y[1-9]M[1-9]D)",
        "regex" => "[a-z]{0,5}[*+?]?",
        _ => return None,
    })
}

/// Texts that are not of a format, though they look like it.
pub(crate) fn misses(format: &str) -> &'static [&'static str] {
    match format {
        "date" => &["2023-02-29", "2024-13-01", "20240101", "2024-1-1", "2024-01-01T00:00:00Z", ""],
        "time" => &["24:00:00Z", "12:60:00Z", "12:00", "noon"],
        "date-time" => &[
            "2024-01-01",
            "2023-02-29T00:00:00Z",
            "2024-01-01T25:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01 00:00",
            "1704067200",
            "yesterday",
        ],
        "byte" => &["not base64!", "YQ=", "Y"],
        "uuid" => &[
            "00000000-0000-0000-0000-00000000000",
            "00000000-0000-0000-0000-00000000000g",
            "not-a-uuid",
        ],
        "uri" | "iri" => &["not a uri", "//no-scheme", "http://[", "%zz"],
        "uri-reference" | "iri-reference" => &["%zz", "http://[", "a b"],
        "email" | "idn-email" => &["plain", "@no-local.example", "a@", "a b@c.example"],
        "hostname" | "idn-hostname" => &["-starts-with-dash", "under_score", "a..b", ""],
        "ipv4" => &["256.0.0.1", "1.2.3", "01.2.3.4", "::1"],
        "ipv6" => &["12345::", ":::", "1.2.3.4", "g::1"],
        "uri-template" => &["{unclosed"],
        "json-pointer" => &["no-slash", "/~2"],
        "relative-json-pointer" => &["-1", "/a"],
        "duration" => &["1D", "P", "P1", "PT"],
        "regex" => &["(", "[a", "a{2,1}"],
        _ => &[],
    }
}

fn dates() -> BoxedStrategy<String> {
    let year = prop_oneof![4 => 2000..=2040_u32, 1 => 1970..=2100_u32, 1 => 1000..=9999_u32];
    let date = (year, 1..=12_u32, 1..=31_u32).prop_map(|(year, month, day)| {
        let day = day.min(days_in(year, month));
        format!("{year:04}-{month:02}-{day:02}")
    });
    prop_oneof![8 => date, 1 => Just("2024-02-29".to_owned())].boxed()
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn times() -> BoxedStrategy<String> {
    let zone = prop_oneof![
        4 => Just("Z".to_owned()),
        1 => (0..=14_u32, prop_oneof![Just(0_u32), Just(30)], any::<bool>()).prop_map(
            |(hour, minute, east)| {
                let sign = if east { '+' } else { '-' };
                format!("{sign}{hour:02}:{minute:02}")
            }
        ),
    ];
    let fraction = prop_oneof![
        3 => Just(String::new()),
        1 => (0..1_000_u32).prop_map(|it| format!(".{it:03}")),
    ];
    (0..24_u32, 0..60_u32, 0..60_u32, fraction, zone)
        .prop_map(|(h, m, s, fraction, zone)| format!("{h:02}:{m:02}:{s:02}{fraction}{zone}"))
        .boxed()
}

fn uuid(bits: u128) -> String {
    // Version 4, variant 1, as most implementations make them.
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// Standard base64 with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        let word = word << (8 * (3 - chunk.len()));
        for idx in 0..4 {
            if idx <= chunk.len() {
                text.push(BASE64[(word >> (18 - 6 * idx) & 63) as usize] as char);
            } else {
                text.push('=');
            }
        }
    }
    text
}

fn is_base64(text: &str) -> bool {
    let plain = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - plain.len() <= 2
        && plain.len() % 4 != 1
        && plain.bytes().all(|byte| BASE64.contains(&byte))
}
