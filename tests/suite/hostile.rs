//! Started against what is no sound target: each gives the right exit code and one clear message,
//! soon, and never a panic.

use std::time::{Duration, Instant};

use rstest::rstest;

use crate::support::{Answer, binary, printed, raw_server, response, scratch};

const HANDSHAKE: &str = r#"{"implementation": {"name": "odd", "version": "1"},
    "capabilities": ["accounts", "clock", "jobs", "oauth_apps"]}"#;

#[track_caller]
fn check(url: &str, code: i32, says: &[&str]) {
    let dir = scratch(&format!("hostile-{}", url.replace([':', '/', '.'], "-")));
    let begun = Instant::now();
    let output = binary()
        .args(["run", "--quiet", "--url", url, "--report"])
        .arg(&dir)
        .output()
        .expect("the binary starts");
    let printed = printed(&output);
    assert_eq!(output.status.code(), Some(code), "{printed}");
    assert!(!printed.contains("panicked"), "{printed}");
    assert!(begun.elapsed() < Duration::from_secs(100), "it took {:?}", begun.elapsed());
    for words in says {
        assert!(printed.contains(words), "{words:?} is not in:\n{printed}");
    }
}

#[test]
fn nothing_listening() {
    check("http://127.0.0.1:1", 3, &["no test target answers there", "connect to 127.0.0.1:1"]);
}

#[test]
fn accepts_and_never_answers() {
    let address = raw_server(|_| Answer::Silence);
    check(&format!("http://{address}"), 3, &["waiting for the response head"]);
}

#[test]
fn answers_html() {
    let address = raw_server(|_| response(200, "text/html", "<html>welcome</html>"));
    check(&format!("http://{address}"), 3, &["no test target answers there"]);
}

#[test]
fn answers_truncated_json() {
    let address = raw_server(|_| response(200, "application/json", "{\"implementation\": {"));
    check(&format!("http://{address}"), 3, &["no test target answers there"]);
}

#[test]
fn answers_a_hundred_megabytes() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n";
    let address = raw_server(move |_| {
        let mut bytes = head.as_bytes().to_vec();
        bytes.resize(1 << 20, b' ');
        Answer::Flood(bytes, 100 << 20)
    });
    check(&format!("http://{address}"), 3, &["larger than"]);
}

#[test]
fn answers_500_to_everything() {
    let address = raw_server(|_| response(500, "application/json", "{}"));
    check(&format!("http://{address}"), 3, &["answered 500"]);
}

#[test]
fn redirects_in_a_loop() {
    let answer = "HTTP/1.1 302 Found\r\nlocation: /conformance/v1\r\ncontent-length: 0\r\n\r\n";
    let address = raw_server(move |_| Answer::Bytes(answer.as_bytes().to_vec()));
    check(&format!("http://{address}"), 3, &["answered 302"]);
}

/// The control API is sound as far as it goes, and the account API is not.
#[rstest]
#[case::five_hundred(500, "application/json", "{}", "http-no-server-error")]
#[case::html(200, "text/html", "<html></html>", "http-content-type-json")]
#[case::truncated(200, "application/json", "{\"response\": {", "exports-list-answers-200")]
fn a_broken_account_api_gets_a_verdict(
    #[case] status: u16,
    #[case] content_type: &'static str,
    #[case] body: &'static str,
    #[case] broken: &str,
) {
    let address = raw_server(move |request| control_or(&request, status, content_type, body));
    check(&format!("http://{address}"), 1, &[&format!("FAIL {broken}")]);
}

fn control_or(request: &str, status: u16, content_type: &str, body: &str) -> Answer {
    let line = request.lines().next().unwrap_or("");
    let now = "2026-01-01T00:00:00Z";
    if line.starts_with("GET /conformance/v1 ") {
        response(200, "application/json", HANDSHAKE)
    } else if line.starts_with("POST /conformance/v1/accounts ") {
        let apps = request.matches("oauth2_client").count();
        let apps = vec![r#"{"id": "1"}"#; apps].join(",");
        let body = format!(r#"{{"account_id": "a", "oauth_apps": [{apps}], "core": null}}"#);
        response(201, "application/json", &body)
    } else if line.contains("/keys ") {
        let body = r#"{"id": "k", "secret": "a-secret-of-a-broken-target", "role": "owner",
            "expires_at": null}"#;
        let body = match request.contains("\"ttl_days\":null") {
            true => body.to_owned(),
            false => body.replace("null}", &format!("\"{now}\"}}")),
        };
        let role = ["admin", "developer", "billing"]
            .into_iter()
            .find(|role| request.contains(&format!("\"role\":\"{role}\"")));
        response(201, "application/json", &body.replace("owner", role.unwrap_or("owner")))
    } else if line.contains("/clock ") {
        response(200, "application/json", &format!("{{\"now\": \"{now}\"}}"))
    } else if line.starts_with("DELETE /conformance/") {
        Answer::Bytes(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec())
    } else {
        response(status, content_type, body)
    }
}

#[test]
fn a_secret_of_the_target_reaches_no_artefact() {
    // The target puts the secret that it issued into everything that it can.
    let secret = "a-secret-of-a-broken-target";
    let body = format!(r#"{{"reason": "{secret}", "response": {{"{secret}": ["{secret}"]}}}}"#);
    let address =
        raw_server(move |request| match control_or(&request, 400, "application/json", &body) {
            Answer::Bytes(bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let marked = format!("\r\nx-echo: {secret}\r\n\r\n");
                Answer::Bytes(text.replacen("\r\n\r\n", &marked, 1).into_bytes())
            }
            other => other,
        });
    let dir = scratch("planted-secret");
    let output = binary()
        .args(["run", "--url", &format!("http://{address}"), "--report"])
        .arg(&dir)
        .output()
        .expect("the binary starts");
    assert!(!printed(&output).contains(&secret[..12]), "{}", printed(&output));
    let mut files = vec![dir.clone()];
    let mut read = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("it is a folder");
            files.extend(entries.map(|entry| entry.expect("it is there").path()));
            continue;
        }
        read += 1;
        let text = std::fs::read_to_string(&path).expect("artefacts are text");
        let found = text.find(&secret[..12]);
        assert!(found.is_none(), "{}: the secret at {found:?}", path.display());
    }
    assert!(read >= 3, "only {read} artefacts were written");
}

/// The control API answers, and the account API hangs: the run gives up instead of waiting for
/// each of its units.
#[test]
fn a_mute_account_api_ends_the_run() {
    let address = raw_server(|request| match request.contains("/conformance/v1") {
        true => control_or(&request, 500, "text/plain", ""),
        false => Answer::Silence,
    });
    let dir = scratch("mute");
    let target = dir.join("mute.toml");
    let text = format!(
        "[endpoints]\naccount = \"http://{address}\"\ncontrol = \"http://{address}\"\n\n\
         [limits]\ntimeout = \"300ms\"\n"
    );
    std::fs::write(&target, text).expect("it can be written");
    let output = binary()
        .args(["run", "--quiet", "--target"])
        .arg(&target)
        .arg("--report")
        .arg(&dir)
        .output()
        .expect("the binary starts");
    let printed = printed(&output);
    assert_eq!(output.status.code(), Some(3), "{printed}");
    assert!(printed.contains("FAIL http-request-answered"), "{printed}");
    assert!(printed.contains("the target cannot be reached"), "{printed}");
}
