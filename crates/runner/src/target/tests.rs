//! Target files in, values or messages out.

use std::time::Duration;

use model::{Plan, Role};
use rstest::rstest;
use url::Url;

use super::{ALLOW_REMOTE, IdempotencyMismatch, TargetFile, duration, is_loopback};
use crate::transport::TransportConfig;

/// The example of the interface description, to the letter.
const EXAMPLE: &str = r#"
[implementation]            # goes into the report
name = "acme-account"
version = "1.4.2"

[endpoints]                 # leave out what is not offered
account = "https://account.example.test"
core    = "https://db.example.test"
control = "http://127.0.0.1:9000"

[control]
token_env = "ACME_CONTROL_TOKEN"

[[keys]]                    # account keys that exist, where there is no control API
account = "a"
role = "owner"              # owner | admin | developer | billing
plan = "enterprise"
secret_env = "ACME_A_OWNER"

[[databases]]
account = "a"
path = "us-std/shop"
collections = ["Product", "Category"]

[core]
secret_env = "ACME_ROOT_SECRET"
v10 = true
v4 = false
propagation = "65s"         # how long a deleted or changed key may go on working

[policy]                    # the target's choice where the documents are silent
create_log_url_path = "/api/v1/logs/{request_id}/url"
idempotency_mismatch = "replay"   # replay | reject; absent: either, but always the same
settle = "30s"              # liveness bound for asynchronous jobs, reported apart from safety
clock_slack = "500ms"

[limits]
requests_per_second = 50    # absent: as fast as the target answers
concurrency = 8
timeout = "10s"
"#;

const MINIMAL: &str = "[endpoints]\naccount = \"http://127.0.0.1:8443\"\n";

/// Parses a text that is full of mistakes and checks every message.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let mistakes = TargetFile::parse("target.toml", text).expect_err("the text has mistakes");
    let messages: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(messages, expected);
}

/// The same for text below a complete `[endpoints]`, so that line 3 is the first of it.
#[track_caller]
fn check_below(text: &str, expected: &[&str]) {
    check(&format!("{MINIMAL}{text}"), expected);
}

#[test]
fn the_example_parses() {
    let file = TargetFile::parse("target.toml", EXAMPLE).expect("the example has no mistake");
    assert_eq!(file.implementation.name.as_deref(), Some("acme-account"));
    assert_eq!(file.implementation.version.as_deref(), Some("1.4.2"));
    let urls: Vec<_> = file.endpoints.iter().map(|base| base.as_str()).collect();
    let expected =
        ["https://account.example.test", "https://db.example.test", "http://127.0.0.1:9000"];
    assert_eq!(urls, expected);
    assert_eq!(file.control.token_env.as_deref(), Some("ACME_CONTROL_TOKEN"));
    assert_eq!(file.keys.len(), 1);
    assert_eq!((file.keys[0].role, file.keys[0].plan), (Role::Owner, Plan::Enterprise));
    assert_eq!(file.databases[0].path, "us-std/shop");
    assert_eq!(file.databases[0].collections, ["Product", "Category"]);
    assert_eq!((file.core.v10, file.core.v4), (Some(true), Some(false)));
    assert_eq!(file.core.propagation, Some(Duration::from_secs(65)));
    let policy = &file.policy;
    assert_eq!(policy.create_log_url_path.as_deref(), Some("/api/v1/logs/{request_id}/url"));
    assert_eq!(policy.idempotency_mismatch, Some(IdempotencyMismatch::Replay));
    assert_eq!(file.limits.requests_per_second, Some(50.0));
    assert!(file.needs_interlock());
}

#[test]
fn what_is_left_out_has_its_default() {
    let file = TargetFile::parse("target.toml", MINIMAL).expect("no mistake");
    assert_eq!(file.policy.create_log_url_path, None);
    assert_eq!(file.policy.idempotency_mismatch, None);
    assert_eq!(file.policy.settle, Duration::from_secs(30));
    assert_eq!(file.policy.clock_slack, Duration::from_millis(500));
    assert_eq!(file.limits.timeout, Duration::from_secs(10));
    assert_eq!(file.limits.concurrency, 8);
    assert_eq!(file.limits.requests_per_second, None);
    assert_eq!(file.endpoints.control, None);
    assert!(!file.needs_interlock());
    let config = TransportConfig::from(&file.limits);
    assert_eq!(config.timeout, Duration::from_secs(10));
}

#[test]
fn a_control_table_without_a_url_means_the_origin_of_the_account_api() {
    let text = "[endpoints]\naccount = \"http://localhost:1/api/\"\n[control]\n";
    let file = TargetFile::parse("target.toml", text).expect("no mistake");
    assert_eq!(file.endpoints.control.expect("a control API").as_str(), "http://localhost:1");
}

#[test]
fn five_mistakes_are_five_reports() {
    check(
        "allow_remote = true\n\
         [endpoints]\n\
         acount = \"http://127.0.0.1:1\"\n\
         core = \"ftp://127.0.0.1\"\n\
         [limits]\n\
         concurency = 8\n\
         timeout = \"10 s\"\n",
        &[
            "target.toml:1: \"allow_remote\": expected exactly \"I own this test environment\"",
            "target.toml:3: unknown member \"acount\" in [endpoints]; did you mean \"account\"?",
            "target.toml:4: \"core\" in [endpoints]: expected an absolute http or https URL with \
             a host, such as http://127.0.0.1:8443",
            "target.toml:6: unknown member \"concurency\" in [limits]; did you mean \
             \"concurrency\"?",
            "target.toml:7: \"timeout\" in [limits]: expected a duration such as \"500ms\", \
             \"30s\", \"2m\" or \"24h\", found \"10 s\"",
        ],
    );
}

#[test]
fn a_mistake_has_a_column() {
    let mistakes =
        TargetFile::parse("t", "# é\n[endpoints]\n  acount = 1\n").expect_err("mistakes");
    let mistake = mistakes.iter().find(|mistake| mistake.message.starts_with("unknown"));
    let mistake = mistake.expect("an unknown member");
    assert_eq!((mistake.line, mistake.column), (Some(3), Some(3)));
}

#[test]
fn an_endpoint_is_needed() {
    check(
        "",
        &["target.toml:1: missing \"endpoints\": expected a table with at least one of \
           \"account\", \"core\", \"control\""],
    );
    check(
        "[endpoints]\n",
        &["target.toml:1: [endpoints] names none: expected at least one of \"account\", \
             \"core\", \"control\""],
    );
}

#[rstest]
#[case("[limit]", "unknown member \"limit\"; did you mean \"limits\"?")]
#[case("[zebra]", "unknown member \"zebra\"")]
#[case(
    "[policy]\nconcurrency = 8",
    "4: unknown member \"concurrency\" in [policy]; \"concurrency\" stands in [limits]"
)]
#[case(
    "[policy]\nallow_remote = \"I own this test environment\"",
    "4: unknown member \"allow_remote\" in [policy]; \"allow_remote\" stands above the first \
     table"
)]
#[case(
    "[policy]\nidempotency_mismatch = \"reply\"",
    "4: \"idempotency_mismatch\" in [policy]: expected \"replay\" or \"reject\", found \
     \"reply\"; did you mean \"replay\"?"
)]
#[case(
    "[policy]\ncreate_log_url_path = \"/api/v1/logs/url\"",
    "4: \"create_log_url_path\" in [policy]: expected a path that starts with \"/\" and holds \
     \"{request_id}\", such as \"/api/v1/logs/{request_id}/url\""
)]
#[case(
    "[policy]\nsettle = 30",
    "4: \"settle\" in [policy]: expected a duration such as \"500ms\", \"30s\", \"2m\" or \
     \"24h\", found 30"
)]
#[case(
    "[limits]\nconcurrency = 0",
    "4: \"concurrency\" in [limits]: expected a whole number from 1 to 1024, found 0"
)]
#[case(
    "[limits]\nconcurrency = 2.5",
    "4: \"concurrency\" in [limits]: expected a whole number from 1 to 1024, found 2.5"
)]
#[case(
    "[limits]\nrequests_per_second = -1",
    "4: \"requests_per_second\" in [limits]: expected a number greater than 0, found -1"
)]
#[case(
    "[limits]\nrequests_per_second = inf",
    "4: \"requests_per_second\" in [limits]: expected a number greater than 0, found inf"
)]
#[case("[limits]\ntimeout = \"0s\"", "4: \"timeout\" in [limits]: expected more than no time")]
#[case("[[limits]]", "\"limits\": expected one table, [limits], found several, [[limits]]")]
#[case(
    "[keys]\nrole = \"owner\"",
    "\"keys\": expected double brackets, [[keys]]: there may be several"
)]
#[case(
    "[[keys]]\nrole = \"owner\"",
    "missing \"secret_env\" in [[keys]]: expected the name of the environment variable that \
     holds the key's secret"
)]
#[case(
    "[[keys]]\nsecret_env = \"A\"\nrole = \"Owner\"",
    "5: \"role\" in [[keys]]: expected \"owner\" or \"admin\" or \"developer\" or \"billing\", \
     found \"Owner\"; did you mean \"owner\"?"
)]
#[case(
    "[[keys]]\nsecret_env = \"A\"\nplan = \"pro\"",
    "5: \"plan\" in [[keys]]: expected \"enterprise\" or \"free\", found \"pro\""
)]
#[case(
    "[[keys]]\nsecret_env = \"fnAE-secret\"",
    "4: \"secret_env\" in [[keys]]: expected the name of an environment variable (letters, \
     digits and _), not the secret itself"
)]
#[case(
    "[[keys]]\nsecret_env = \"\"",
    "4: \"secret_env\" in [[keys]]: expected a string with something in it"
)]
#[case(
    "[[keys]]\nsecret_env = \"A\"\n[[keys]]\nsecret_env = \"A\"",
    "6: \"secret_env\" in [[keys]]: another key before names the same variable"
)]
#[case(
    "[[keys]]\nsecret_env = \"A\"\n[[keys]]\nsecret_env = \"B\"\nplan = \"free\"",
    "7: \"plan\" in [[keys]]: account \"a\" has the plan \"enterprise\" in a key before"
)]
#[case(
    "[[keys]]\nsecret_env = \"A\"\naccount = \"acme\"\n[[databases]]\npath = \
     \"us-std/x\"\naccount = \"acmee\"",
    "8: \"account\" in [[databases]]: no key has the account \"acmee\"; did you mean \"acme\"?"
)]
#[case(
    "[[databases]]\npath = \"shop\"",
    "4: \"path\" in [[databases]]: expected a region group and database names joined by \"/\", \
     such as \"us-std/shop\""
)]
#[case(
    "[[databases]]\npath = \"/us-std/shop\"",
    "4: \"path\" in [[databases]]: expected a region group and database names joined by \"/\", \
     such as \"us-std/shop\""
)]
#[case(
    "[[databases]]",
    "missing \"path\" in [[databases]]: expected a database path such as \"us-std/shop\""
)]
#[case(
    "[[databases]]\npath = \"us-std/x\"\ncollections = [\"A\", 1]",
    "5: \"collections\" in [[databases]]: expected names, found 1"
)]
#[case(
    "[[databases]]\npath = \"us-std/x\"\ncollections = \"A\"",
    "5: \"collections\" in [[databases]]: expected an array of strings, found \"A\""
)]
#[case("[core]\nv10 = \"yes\"", "4: \"v10\" in [core]: expected true or false, found \"yes\"")]
#[case("[control]\ntoken = \"t\"", "4: unknown member \"token\" in [control]")]
#[case("[implementation]\nname = 3", "4: \"name\" in [implementation]: expected a string, found 3")]
fn a_mistake_says_what_was_expected(#[case] text: &str, #[case] expected: &str) {
    let expected = if expected.starts_with(|c: char| c.is_ascii_digit()) {
        format!("target.toml:{expected}")
    } else {
        format!("target.toml:3: {expected}")
    };
    check_below(text, &[expected.as_str()]);
}

#[rstest]
#[case("http://user:pass@127.0.0.1", "expected a URL without credentials")]
#[case("http://127.0.0.1/?a=1", "expected a URL without a query and without a fragment")]
#[case("http://127.0.0.1/#a", "expected a URL without a query and without a fragment")]
#[case(
    "127.0.0.1:80",
    "expected an absolute http or https URL with a host, such as http://127.0.0.1:8443"
)]
#[case(
    "http:127.0.0.1",
    "expected an absolute http or https URL with a host, such as http://127.0.0.1:8443"
)]
#[case(
    "http://",
    "expected an absolute http or https URL with a host, such as http://127.0.0.1:8443"
)]
#[case(
    "http://127.0.0.1:99999",
    "expected an absolute http or https URL with a host, such as http://127.0.0.1:8443"
)]
fn a_url_is_absolute_and_bare(#[case] url: &str, #[case] trouble: &str) {
    let expected = format!("target.toml:2: \"core\" in [endpoints]: {trouble}");
    check(&format!("[endpoints]\ncore = {url:?}\n"), &[expected.as_str()]);
    let mistake = TargetFile::from_url(url).expect_err("a mistake");
    assert_eq!(mistake.to_string(), format!("--url: {trouble}"));
}

#[test]
fn text_that_is_not_toml_is_told_with_its_line_and_with_the_other_mistakes() {
    let text = "[endpoints]\naccount = \nacount = \"http://127.0.0.1\"\n[limits]\nconcurrency = \n";
    let mistakes = TargetFile::parse("target.toml", text).expect_err("mistakes");
    let messages: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(messages.len(), 3, "{messages:#?}");
    assert!(messages[0].starts_with("target.toml:2: not TOML: "), "{messages:#?}");
    assert!(messages[1].starts_with("target.toml:3: unknown member \"acount\""), "{messages:#?}");
    assert!(messages[2].starts_with("target.toml:5: not TOML: "), "{messages:#?}");
}

#[rstest]
#[case("\u{0}")]
#[case("[")]
#[case("a = \"")]
#[case("[a]\n[a]")]
#[case("x = 1\nx = 2")]
#[case("endpoints = 3")]
#[case("endpoints = []")]
#[case("keys = [1, {secret_env = 2}]")]
#[case("]]]]]\n====\n\"\"\"")]
fn no_text_is_too_odd(#[case] text: &str) {
    let mistakes = TargetFile::parse("target.toml", text).expect_err("mistakes");
    assert!(!mistakes.is_empty());
}

#[test]
fn secrets_are_looked_up_when_they_are_asked_for() {
    let file = TargetFile::parse("target.toml", EXAMPLE).expect("no mistake");
    let secrets = file.resolve_secrets(|name| Some(format!("value of {name}\n"))).expect("all set");
    assert_eq!(secrets.keys[0].expose(), "value of ACME_A_OWNER");
    let token = secrets.control_token.expect("a token");
    assert_eq!(token.expose(), "value of ACME_CONTROL_TOKEN");
    assert_eq!(secrets.core.expect("a secret").expose(), "value of ACME_ROOT_SECRET");

    let env = |name: &str| (name == "ACME_A_OWNER").then(|| "  ".to_owned());
    let mistakes = file.resolve_secrets(env).expect_err("nothing is set");
    let messages: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
    let expected = [
        "target.toml:12: the environment variable \"ACME_CONTROL_TOKEN\" is not set",
        "target.toml:18: the environment variable \"ACME_A_OWNER\" is empty",
        "target.toml:26: the environment variable \"ACME_ROOT_SECRET\" is not set",
    ];
    assert_eq!(messages, expected);
}

#[rstest]
#[case("http://127.0.0.1:1", true)]
#[case("http://127.9.9.9", true)]
#[case("http://[::1]:80", true)]
#[case("http://[::ffff:127.0.0.1]", true)]
#[case("http://localhost", true)]
#[case("http://LOCALHOST.:80", true)]
#[case("http://a.localhost", true)]
#[case("http://0.0.0.0", false)]
#[case("http://localhost.example.test", false)]
#[case("http://notlocalhost", false)]
#[case("http://127.0.0.1.example.test", false)]
#[case("http://10.0.0.1", false)]
fn only_this_machine_is_loopback(#[case] url: &str, #[case] expected: bool) {
    assert_eq!(is_loopback(&Url::parse(url).expect("a URL")), expected);
    assert_eq!(TargetFile::from_url(url).expect("a target").needs_interlock(), !expected);
}

#[test]
fn a_remote_target_is_allowed_by_one_sentence() {
    let text = format!("allow_remote = {ALLOW_REMOTE:?}\n{EXAMPLE}");
    let file = TargetFile::parse("target.toml", &text).expect("no mistake");
    assert!(!file.needs_interlock());
}

#[test]
fn a_url_stands_for_every_surface() {
    let file = TargetFile::from_url("http://127.0.0.1:8443/").expect("a target");
    let urls: Vec<_> = file.endpoints.iter().map(|base| base.as_str()).collect();
    assert_eq!(urls, ["http://127.0.0.1:8443"; 3]);
    assert_eq!(file.resolve_secrets(|_| None).expect("names none"), super::Secrets::default());
}

#[rstest]
#[case("500ms", Some(500))]
#[case("65s", Some(65_000))]
#[case("2m", Some(120_000))]
#[case("24h", Some(86_400_000))]
#[case("0s", Some(0))]
#[case("", None)]
#[case("s", None)]
#[case("5", None)]
#[case("-5s", None)]
#[case("1.5s", None)]
#[case("5 s", None)]
#[case("5S", None)]
#[case("1000h", None)]
#[case("99999999999999999999s", None)]
#[case("18446744073709551615h", None)]
fn durations(#[case] text: &str, #[case] milliseconds: Option<u64>) {
    assert_eq!(duration::parse(text), milliseconds.map(Duration::from_millis));
}
