//! The control client against scripted replies.

use std::sync::Arc;

use model::{DatabaseSetup, Jobs, Plan, Role};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Control, ControlError, JobKind, NewAccount, NewOauthApp, StateInfo, segment};
use crate::secret::Secret;
use crate::transport::tests::server::{Server, Then, response};
use crate::transport::{Base, Transport, TransportConfig};

const TOKEN: &str = "control-token-never-to-be-seen";

async fn control(status: u16, body: &[u8]) -> (Control, Server) {
    let server = Server::always(Then::Answer(response(status, "", body))).await;
    let base = Base::parse(&format!("http://{}", server.address)).expect("a base URL");
    let transport = Transport::new(TransportConfig::default()).expect("a transport");
    (Control::new(Arc::new(transport), base, Some(Secret::new(TOKEN))), server)
}

async fn replying(status: u16, body: &Value) -> (Control, Server) {
    control(status, body.to_string().as_bytes()).await
}

/// The request line and the JSON body of the only request.
#[track_caller]
fn sent(server: &Server) -> (String, Value) {
    let requests = server.requests();
    let [request] = &requests[..] else { panic!("{requests:?}") };
    assert!(request.contains(&format!("authorization: Bearer {TOKEN}\r\n")), "{request}");
    let (head, body) = request.split_once("\r\n\r\n").expect("a whole request");
    let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    (line, serde_json::from_str(body).unwrap_or(Value::Null))
}

#[tokio::test]
async fn handshake() {
    let (control, server) = replying(
        200,
        &json!({
            "implementation": {"name": "acme", "version": "1", "more": 1},
            "capabilities": ["clock", "accounts", "levitation"],
            "more": true,
        }),
    )
    .await;
    let handshake = control.handshake().await.expect("a handshake");
    assert_eq!((handshake.name.as_str(), handshake.version.as_str()), ("acme", "1"));
    let capabilities: Vec<_> = handshake.capabilities.iter().map(String::as_str).collect();
    assert_eq!(capabilities, ["accounts", "clock", "levitation"]);
    assert_eq!(sent(&server), ("GET /conformance/v1".into(), Value::Null));
}

#[tokio::test]
async fn create_account() {
    let reply = json!({
        "account_id": "acc/1",
        "oauth_apps": [{"id": "app1"}],
        "core": {"secret": "fn-root"},
    });
    let (control, server) = replying(201, &reply).await;
    let account = NewAccount {
        plan: Some(Plan::Free),
        databases: vec![DatabaseSetup {
            path: "us-std/shop".into(),
            collections: vec!["Product".into()],
        }],
        oauth_apps: vec![NewOauthApp {
            oauth2_client: "Cloudflare".into(),
            scope: vec![("list_databases".into(), "List Databases".into())],
        }],
        jobs: Some(Jobs::Auto(20)),
    };
    let made = control.create_account(&account).await.expect("an account");
    assert_eq!((made.account_id.as_str(), &made.oauth_apps[..]), ("acc/1", &["app1".into()][..]));
    assert_eq!(made.core_secret.as_ref().map(Secret::expose), Some("fn-root"));
    let expected = json!({
        "plan": "free",
        "databases": [{"path": "us-std/shop", "collections": ["Product"]}],
        "oauth_apps": [{
            "oauth2_client": "Cloudflare",
            "scope": [{"id": "list_databases", "display_name": "List Databases"}],
        }],
        "jobs": {"mode": "auto", "step_ms": 20},
    });
    assert_eq!(sent(&server), ("POST /conformance/v1/accounts".into(), expected));
}

#[tokio::test]
async fn an_account_of_defaults_says_nothing() {
    // A target without these surfaces may leave their members out.
    let reply = json!({"account_id": "a"});
    let (control, server) = replying(201, &reply).await;
    let made = control.create_account(&NewAccount::default()).await.expect("an account");
    assert_eq!(made.core_secret, None);
    assert_eq!(sent(&server).1, json!({}));
}

#[tokio::test]
async fn create_key() {
    let reply = json!({
        "id": "k1", "secret": "fnak-1", "role": "developer", "expires_at": "2026-01-31T12:00:00Z",
    });
    let (control, server) = replying(201, &reply).await;
    let key = control.create_key("acc/1", Role::Developer, Some("n"), Some(30)).await;
    let key = key.expect("a key");
    assert_eq!((key.id.as_str(), key.secret.expose(), key.role), ("k1", "fnak-1", Role::Developer));
    assert_eq!(key.expires_at, Some("2026-01-31T12:00:00Z".parse().expect("a time")));
    let line = "POST /conformance/v1/accounts/acc%2F1/keys".to_owned();
    assert_eq!(sent(&server), (line, json!({"role": "developer", "name": "n", "ttl_days": 30})));

    let reply = json!({"id": "k", "secret": "s", "role": "owner", "expires_at": null});
    let (control, server) = replying(201, &reply).await;
    let key = control.create_key("a", Role::Owner, None, None).await.expect("a key");
    assert_eq!(key.expires_at, None);
    assert_eq!(sent(&server).1, json!({"role": "owner", "ttl_days": null}));
}

#[tokio::test]
async fn deletions() {
    let (control, server) = control(204, b"").await;
    control.delete_account("a ü").await.expect("deleted");
    control.revoke_key("..", "k?#").await.expect("revoked");
    let lines: Vec<_> =
        server.requests().iter().filter_map(|r| r.lines().next().map(str::to_owned)).collect();
    let expected = [
        "DELETE /conformance/v1/accounts/a%20%C3%BC HTTP/1.1",
        "DELETE /conformance/v1/accounts/%2E%2E/keys/k%3F%23 HTTP/1.1",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn advance_clock() {
    let (control, server) = replying(200, &json!({"now": "2026-01-31T12:00:00.5Z"})).await;
    let now = control.advance_clock("a", 3600).await.expect("a time");
    assert_eq!(now, "2026-01-31T12:00:00.5Z".parse().expect("a time"));
    let line = "POST /conformance/v1/accounts/a/clock".to_owned();
    assert_eq!(sent(&server), (line, json!({"advance_seconds": 3600})));
}

#[tokio::test]
async fn move_job() {
    let job = json!({"id": "e1", "state": "Failed"});
    let (control, server) = replying(200, &job).await;
    let info = StateInfo { code: "c".into(), message: "m".into() };
    let moved = control.move_job("a", JobKind::Export, "e1", "Failed", Some(&info)).await;
    assert_eq!(moved.expect("a job"), job);
    let line = "POST /conformance/v1/accounts/a/jobs".to_owned();
    let state_info = json!({"code": "c", "message": "m"});
    let expected = json!({"kind": "export", "id": "e1", "to": "Failed", "state_info": state_info});
    assert_eq!(sent(&server), (line, expected));
    assert_eq!(JobKind::LogRequest.as_str(), "log_request");
}

/// The message of the error that this reply to `POST …/accounts` is.
async fn refusal(status: u16, body: &[u8]) -> String {
    let (control, _server) = control(status, body).await;
    let error = control.create_account(&NewAccount::default()).await.expect_err("an error");
    let text = error.to_string();
    assert!(!format!("{text}{error:?}").contains("never"), "{text}");
    text
}

const EXPECTED: &str = "expected 201 with {\"account_id\", \"oauth_apps\": [{\"id\"}], \"core\": \
    {\"secret\"} | null}";

#[rstest]
#[case(500, "<h1>oops</h1>\r\n", "", "<h1>oops</h1>  ")]
#[case(200, "{}", "", "{}")]
#[case(302, "", "", "nothing")]
#[case(201, "", " (the body is not JSON)", "nothing")]
#[case(201, "[]", " (the body is not a JSON object)", "[]")]
#[case(201, "{}", " (\"account_id\" is missing)", "{}")]
#[case(201, r#"{"account_id":7}"#, " (\"account_id\" is not a string)", r#"{"account_id":7}"#)]
#[case(
    201,
    r#"{"account_id":""}"#,
    " (\"account_id\" is not a non-empty string)",
    r#"{"account_id":""}"#
)]
#[case(
    201,
    r#"{"account_id":"a","oauth_apps":[{"id":"x"}],"core":null}"#,
    " (\"oauth_apps\" has another length than was asked for)",
    r#"{"account_id":"a","core":null,"oauth_apps":[{"id":"x"}]}"#
)]
#[case(
    201,
    r#"{"account_id":"a","oauth_apps":[],"core":{"secret":["never-shown"]}}"#,
    " (\"secret\" is not a string)",
    r#"{"account_id":"a","core":{"secret":["[secret]"]},"oauth_apps":[]}"#
)]
#[case(500, "no control-token-never-to-be-seen please", "", "no [secret] please")]
#[case(500, r#"{"a":"x","secret":"never-shown"}"#, "", r#"{"a":"x","secret":"[secret]"}"#)]
#[tokio::test]
async fn what_does_not_fit_is_told(
    #[case] status: u16,
    #[case] body: &str,
    #[case] trouble: &str,
    #[case] excerpt: &str,
) {
    let expected = format!(
        "the target's control API answered {status} to POST /conformance/v1/accounts; \
         {EXPECTED}{trouble}; see control-api.md; it said: {excerpt}"
    );
    assert_eq!(refusal(status, body.as_bytes()).await, expected);
}

#[tokio::test]
async fn long_bodies_are_cut() {
    let text = refusal(500, "ü".repeat(5000).as_bytes()).await;
    assert!(text.ends_with(&format!("it said: {}…", "ü".repeat(200))), "{text}");
}

#[tokio::test]
async fn keys_and_times_are_read_strictly() {
    let good = json!({"id": "k", "secret": "s", "role": "owner", "expires_at": null});
    for (member, value) in [
        ("role", json!("admin")),
        ("role", json!(null)),
        ("secret", json!("")),
        ("id", json!(1)),
        ("expires_at", json!("tomorrow")),
        ("expires_at", json!(1)),
    ] {
        let mut reply = good.clone();
        reply[member] = value;
        let (control, _server) = replying(201, &reply).await;
        let error = control.create_key("a", Role::Owner, None, None).await.expect_err("misfit");
        assert!(matches!(error, ControlError::Unexpected { .. }), "{member}: {error:?}");
    }
    let (control, _server) = replying(201, &good).await;
    let error = control.create_key("a", Role::Owner, None, Some(1)).await.expect_err("misfit");
    assert!(error.to_string().contains("null though ttl_days was given"), "{error}");
    let (control, _server) = replying(200, &json!({"now": 17})).await;
    let error = control.advance_clock("a", 1).await.expect_err("misfit");
    assert!(error.to_string().contains("(\"now\" is not a string)"), "{error}");
}

#[derive(Debug, PartialEq)]
enum Kind {
    Refused,
    Illegal,
    Unknown,
    Unsupported,
    Unexpected,
}

fn kind(error: &ControlError) -> Option<Kind> {
    Some(match error {
        ControlError::Transport { .. } => return None,
        ControlError::Unexpected { .. } => Kind::Unexpected,
        ControlError::Refused { .. } => Kind::Refused,
        ControlError::Illegal { .. } => Kind::Illegal,
        ControlError::Unknown { .. } => Kind::Unknown,
        ControlError::Unsupported { .. } => Kind::Unsupported,
    })
}

#[rstest]
#[case(401, Kind::Refused, Kind::Refused)]
#[case(403, Kind::Refused, Kind::Refused)]
#[case(404, Kind::Unsupported, Kind::Unknown)]
#[case(405, Kind::Unsupported, Kind::Unsupported)]
#[case(501, Kind::Unsupported, Kind::Unsupported)]
#[case(409, Kind::Illegal, Kind::Illegal)]
#[case(400, Kind::Unexpected, Kind::Unexpected)]
#[case(500, Kind::Unexpected, Kind::Unexpected)]
#[tokio::test]
async fn refusals_are_told_apart(
    #[case] status: u16,
    #[case] of_handshake: Kind,
    #[case] of_job: Kind,
) {
    let body = json!({"error": {"code": "c", "message": "m"}});
    let (control, _server) = replying(status, &body).await;
    let error = control.handshake().await.expect_err("refused");
    assert_eq!(kind(&error), Some(of_handshake), "{error}");
    let error = control.move_job("a", JobKind::Export, "e", "Complete", None).await;
    let error = error.expect_err("refused");
    assert_eq!(kind(&error), Some(of_job), "{error}");
}

#[tokio::test]
async fn no_answer_is_a_transport_error() {
    let server = Server::always(Then::AnswerAndClose(Vec::new())).await;
    let base = Base::parse(&format!("http://{}", server.address)).expect("a base URL");
    let transport = Transport::new(TransportConfig::default()).expect("a transport");
    let control = Control::new(Arc::new(transport), base, Some(Secret::new(TOKEN)));
    let error = control.handshake().await.expect_err("no answer");
    let text = format!("{error} {error:?} {control:?}");
    let expected = "call the target's control API (GET /conformance/v1): failed to get a whole";
    assert!(text.starts_with(expected), "{text}");
    assert!(!text.contains("never"), "{text}");
}

#[rstest]
#[case("abc-_.~9", "abc-_.~9")]
#[case("a/b c%", "a%2Fb%20c%25")]
#[case(".", "%2E")]
#[case("..", "%2E%2E")]
#[case("...", "...")]
fn segments(#[case] id: &str, #[case] expected: &str) {
    assert_eq!(segment(id), expected);
}
