//! Redaction: text in, text out, and no part of a secret in it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rstest::rstest;
use serde_json::{Value, json};
use spec::wire::{Exchange, Request, Response};

use super::{PLACEHOLDER, Redactor, SECRETS_PER_GENERATION, Secret};

const KEY: &str = "fnak_7Qm2-Zx9/Wv+4Lp\"T\\k8";

fn redactor(secrets: &[&str]) -> Redactor {
    let redactor = Redactor::new();
    secrets.iter().for_each(|secret| redactor.learn(&Secret::new(*secret)));
    redactor
}

#[track_caller]
fn check(secret: &str, text: &str, expected: &str) {
    assert_eq!(redactor(&[secret]).redact(text), expected);
}

#[rstest]
#[case("", "")]
#[case("nothing here", "nothing here")]
#[case("fnak_7Qm2-Zx9/Wv+4Lp\"T\\k8", "[secret]")]
#[case("<fnak_7Qm2-Zx9/Wv+4Lp\"T\\k8>", "<[secret]>")]
#[case("äfnak_7Qm2-Zx9/Wv+4Lp\"T\\k8ö", "ä[secret]ö")]
// Parts: the front, the back, the middle, and what is too short to be told from a word.
#[case("fnak_7Qm2-Zx9...", "[secret]...")]
#[case("…Wv+4Lp\"T\\k8", "…[secret]")]
#[case("a m2-Zx9/W b", "a [secret] b")]
#[case("a m2-Zx9/ b", "a m2-Zx9/ b")]
#[case("fnak_7Qm|2-Zx9/Wv|+4Lp\"T\\k8", "[secret]|[secret]|[secret]")]
#[case("fnak_7Qm2-Zx9/Wv+4Lp\"T\\k8fnak_7Qm2-Zx9/Wv+4Lp\"T\\k8", "[secret]")]
// Escaped as JSON: as little as possible, with `\/`, and with every letter escaped.
#[case(r#"{"a": "fnak_7Qm2-Zx9/Wv+4Lp\"T\\k8"}"#, r#"{"a": "[secret]"}"#)]
#[case(r#"{"a": "fnak_7Qm2-Zx9\/Wv+4Lp\"T\\k8"}"#, r#"{"a": "[secret]"}"#)]
#[case(r#""\u0066\u006eak_7Qm\u0032-Zx9\u002fWv\u002b4Lp\u0022T\u005ck8""#, r#""[secret]""#)]
// Percent-encoded: wholly, partly, in lower case.
#[case("?key=fnak_7Qm2-Zx9%2FWv%2B4Lp%22T%5Ck8&a=1", "?key=[secret]&a=1")]
#[case("?key=fnak_7Qm2-Zx9%2fWv%2b4Lp%22T%5ck8", "?key=[secret]")]
#[case("%66%6E%61%6b_7Qm2-Zx9%2F", "[secret]")]
#[case(r"\u0066nak_7Qm2%2DZx9\/Wv", "[secret]")]
// Escaped twice: JSON in a JSON string, a URL in a query.
#[case(r#""{\"a\": \"fnak_7Qm2-Zx9\\/Wv\"}""#, r#""{\"a\": \"[secret]\"}""#)]
#[case(r"x\\u0066nak_7Qm2-Zx9", "x[secret]")]
#[case("?u=%3Fkey%3Dfnak_7Q%256D2-Zx9%252FWv", "?u=%3Fkey%3D[secret]")]
// Broken escapes are text.
#[case(r"\u00 %4 %zz \x \ %", r"\u00 %4 %zz \x \ %")]
#[case(r"\ud83d\ude00\ud83d", r"\ud83d\ude00\ud83d")]
fn a_secret_is_hidden_whole_or_in_part(#[case] text: &str, #[case] expected: &str) {
    check(KEY, text, expected);
}

#[rstest]
#[case("")]
#[case("u")]
#[case("us")]
#[case("user:")]
#[case("someone:")]
fn a_secret_is_hidden_in_base64_at_any_offset(#[case] front: &str) {
    for back in ["", ":", ":x", "and more"] {
        let text = format!("{front}{KEY}{back}");
        for encoded in [STANDARD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
            let redacted = redactor(&[KEY]).redact(&encoded).into_owned();
            assert!(redacted.contains(PLACEHOLDER), "{redacted}");
            let left: Vec<_> = redacted.split(PLACEHOLDER).collect();
            // Beside the groups that hold what stands before and after, four letters at each end.
            let room = front.len().div_ceil(3) * 4 + back.len().div_ceil(3) * 4 + 8;
            assert!(left.concat().len() <= room, "{redacted}");
        }
    }
}

#[test]
fn a_basic_credential_is_hidden_to_the_last_letter() {
    let text = format!("Basic {}", STANDARD.encode(format!("{KEY}:")));
    check(KEY, &text, "Basic [secret]");
    check(KEY, &STANDARD.encode(KEY), "[secret]");
}

#[rstest]
#[case("s3cret", "a s3cret word", "a [secret] word")]
#[case("s3cret", "a s3cre word", "a s3cre word")]
#[case("s3cret", "s3crets3cret", "[secret]")]
#[case("abcd", "xabcdabcx", "x[secret]abcx")]
#[case("abcd", "ab%63d", "[secret]")]
#[case("abcd", "YWJjZDo=", "[secret]")]
#[case("abc", "abc", "abc")]
#[case("", "abc", "abc")]
#[case("schlüssel", "der schlüssel!", "der [secret]!")]
#[case("🔑🔑🔑", "x🔑🔑🔑y", "x[secret]y")]
#[case("🔑🔑🔑", r"x\ud83d\udd11\ud83d\udd11\ud83d\udd11y", "x[secret]y")]
fn odd_secrets(#[case] secret: &str, #[case] text: &str, #[case] expected: &str) {
    check(secret, text, expected);
}

#[test]
fn bytes_that_are_not_text_are_searched_as_well() {
    let mut bytes = vec![0xFF, 0xFE];
    bytes.extend_from_slice(KEY.as_bytes());
    bytes.push(0x80);
    let redacted = redactor(&[KEY]).redact_bytes(&bytes).into_owned();
    assert_eq!(redacted, "\u{FFFD}\u{FFFD}[secret]\u{FFFD}");
}

#[rstest]
#[case("authorization", "Bearer abc", "Bearer [secret]")]
#[case("Authorization", "bearer  abc", "bearer [secret]")]
#[case("authorization", "Basic abc", "Basic [secret]")]
#[case("authorization", "Bearer", "Bearer")]
#[case("authorization", "Bearer ", "Bearer")]
#[case("authorization", "", "")]
#[case("authorization", "abc", "[secret]")]
#[case("authorization", "fnak-abc def", "[secret]")]
#[case("proxy-authorization", "Basic abc", "Basic [secret]")]
#[case("x-echo", "Bearer fnak_7Qm2-Zx9", "Bearer [secret]")]
#[case("x-other", "plain", "plain")]
fn headers(#[case] name: &str, #[case] value: &str, #[case] expected: &str) {
    assert_eq!(redactor(&[KEY]).redact_header(name, value), expected);
}

#[track_caller]
fn check_json(mut value: Value, expected: &Value) {
    let redactor = redactor(&[KEY]);
    redactor.learn_from_json(&value);
    redactor.redact_json(&mut value);
    assert_eq!(&value, expected);
}

#[test]
fn json_is_redacted_by_value_and_by_place() {
    check_json(
        json!({"a": [KEY, {"b": format!("x{KEY}")}], KEY: 1, "n": 12_345_678, "t": true}),
        &json!({"a": ["[secret]", {"b": "x[secret]"}], "[secret]": 1, "n": 12_345_678, "t": true}),
    );
    // What a member named `secret` holds was never learned, and is hidden elsewhere as well.
    check_json(
        json!({"data": {"secret": "never-seen-before"}, "echo": "key never-seen-before!"}),
        &json!({"data": {"secret": "[secret]"}, "echo": "key [secret]!"}),
    );
    // Short ones and other types are hidden by place only.
    check_json(
        json!({"secret": "none", "a": "none", "Secret": 12, "password": null}),
        &json!({"secret": "[secret]", "a": "none", "Secret": "[secret]", "password": null}),
    );
    check_json(
        json!({"secret": {"a": "12345678"}, "b": "12345678", "id_token": ["x", true]}),
        &json!({"secret": {"a": "[secret]"}, "b": "[secret]", "id_token": ["[secret]", true]}),
    );
}

#[test]
fn a_presigned_url_loses_its_query() {
    let url = "https://s3.example.test/b/k?X-Amz-Date=1&X-Amz-Signature=0123456789abcdef0123";
    check_json(
        json!({"presigned_url": url, "message": "0123456789abcdef0123", "date": "X-Amz-Date=1"}),
        &json!({
            "presigned_url": "https://s3.example.test/b/k?[signature]",
            "message": "[secret]",
            "date": "X-Amz-Date=1",
        }),
    );
    let text = format!("see {url} there");
    let expected = "see https://s3.example.test/b/k?X-Amz-Date=1&X-Amz-Signature=[secret] there";
    assert_eq!(Redactor::new().redact(&text), expected);
}

#[test]
fn an_exchange_is_redacted_in_every_part() {
    let request = Request {
        method: "POST".into(),
        path: "/keys/fnak_7Qm2-Zx9".into(),
        query: Some("k=fnak_7Qm2-Zx9%2FWv".into()),
        headers: vec![("x-key".into(), KEY.into()), ("authorization".into(), KEY.into())],
        body: Some(format!("not json {KEY}").into_bytes()),
    };
    // Only the second `secret` is in the value; the first must not get out with the text.
    let body = br#"{"secret": "first-of-two", "secret": "second-of-two", "a": 1}"#.to_vec();
    let json = serde_json::from_slice(&body).ok();
    let response = Response { status: 200, headers: Vec::new(), body, json };
    let redacted = redactor(&[KEY]).redact_exchange(&Exchange { request, response });
    assert_eq!(redacted.request.path, "/keys/[secret]");
    assert_eq!(redacted.request.query.as_deref(), Some("k=[secret]"));
    assert!(redacted.request.headers.iter().all(|(_, value)| value == PLACEHOLDER));
    assert_eq!(redacted.request.body.as_deref(), Some(&b"not json [secret]"[..]));
    assert_eq!(redacted.response.json, Some(json!({"secret": "[secret]", "a": 1})));
    assert_eq!(redacted.response.body, br#"{"a":1,"secret":"[secret]"}"#);
}

#[test]
fn a_scope_sees_outwards_and_keeps_its_own() {
    let outer = redactor(&["outer-secret"]);
    let inner = outer.scope();
    inner.learn(&Secret::new("in-the-program"));
    outer.learn(&Secret::new("learned-later"));
    let text = "outer-secret in-the-program learned-later";
    assert_eq!(inner.redact(text), "[secret] [secret] [secret]");
    assert_eq!(outer.redact(text), "[secret] in-the-program [secret]");
    assert_eq!(outer.clone().redact("outer-secret"), "[secret]");
}

#[test]
fn memory_is_bounded_and_the_newest_secrets_are_known() {
    let redactor = Redactor::new();
    let secret =
        |number: usize| format!("{:016x}", (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let count = 3 * SECRETS_PER_GENERATION;
    for number in 0..count {
        redactor.learn(&Secret::new(secret(number)));
        redactor.learn(&Secret::new(secret(number)));
    }
    for number in count - SECRETS_PER_GENERATION..count {
        assert_eq!(redactor.redact(&secret(number)), PLACEHOLDER);
    }
    assert_eq!(redactor.redact(&secret(0)), secret(0));
}

#[test]
fn a_secret_does_not_show_itself() {
    let secret = Secret::new(KEY);
    assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "[secret] Some([secret])");
    assert_eq!(secret.bearer(), format!("Bearer {KEY}"));
    assert_eq!(format!("{:?}", redactor(&[KEY])), "Redactor { layers: 1, .. }");
}

#[test]
fn every_part_of_eight_letters_is_hidden_and_none_of_seven() {
    let redactor = redactor(&[KEY]);
    for start in 0..KEY.len() {
        for end in start..=KEY.len() {
            let part = &KEY[start..end];
            let text = format!("({part})");
            let redacted = redactor.redact(&text);
            let expected = if part.len() >= 8 { "([secret])" } else { text.as_str() };
            assert_eq!(redacted, expected);
        }
    }
}

/// Redaction stands on the way of every exchange that is written down: it must not be what a run
/// spends its time on. Printed, and held to a bound that only a mistake would miss.
#[test]
fn redaction_is_fast_enough() {
    let secrets: Vec<_> = (0..100).map(|number| format!("fnak-{number:040}")).collect();
    let redactor = redactor(&secrets.iter().map(String::as_str).collect::<Vec<_>>()).scope();
    let text = r#"{"response": {"id": "390123456789", "state": "Pending", "n": 1}}"#.repeat(16);
    let started = std::time::Instant::now();
    let rounds = if cfg!(debug_assertions) { 200 } else { 20_000 };
    for _ in 0..rounds {
        assert!(matches!(redactor.redact(&text), std::borrow::Cow::Borrowed(_)));
    }
    let megabytes = f64::from(rounds) * text.len() as f64 / 1e6;
    let rate = megabytes / started.elapsed().as_secs_f64();
    println!("{rate:.1} MB/s");
    assert!(rate > 0.2, "{rate} MB/s");
}

proptest::proptest! {
    /// Whatever stands around it and however it is cut, no run of a secret gets out; and no text,
    /// however odd, makes the redactor stumble.
    #[test]
    fn no_run_gets_out(
        secret in "[a-zA-Z0-9_/+-]{8,40}",
        front in ".{0,20}",
        back in ".{0,20}",
        cut in 0..32usize,
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..64),
    ) {
        let redactor = redactor(&[&secret]);
        let part = &secret[cut.min(secret.len() - 8)..];
        let escaped: String = part.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
        let encoded: String = part.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for form in [part, &escaped, &encoded] {
            let redacted = redactor.redact(&format!("{front}{form}{back}")).into_owned();
            for at in 0..=part.len() - 8 {
                proptest::prop_assert!(!redacted.contains(&part[at..at + 8]), "{redacted}");
            }
            proptest::prop_assert!(redacted.contains(PLACEHOLDER), "{redacted}");
            proptest::prop_assert!(!redacted.contains(form), "{redacted}");
        }
        let mixed = [&bytes, secret.as_bytes(), &bytes].concat();
        proptest::prop_assert!(!redactor.redact_bytes(&mixed).contains(&secret));
    }
}
