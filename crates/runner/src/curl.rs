//! A request as a curl line that a person can paste. Secrets are named, never written.

use model::transition::Credential;
use spec::wire::Request;

/// The curl line of a request to this origin.
pub fn line(origin: &str, request: &Request, by: &Credential) -> String {
    let mut line = format!("curl -sS -i -X {}", request.method);
    if let Some(header) = authorization(by) {
        line.push_str(&format!(" -H {header}"));
    }
    for (name, value) in &request.headers {
        line.push_str(&format!(" -H {}", quote(&format!("{name}: {value}"))));
    }
    if let Some(body) = &request.body {
        match std::str::from_utf8(body) {
            Ok(text) => line.push_str(&format!(" --data-raw {}", quote(text))),
            Err(_) => line.push_str(" --data-binary @body.bin"),
        }
    }
    let origin = origin.trim_end_matches('/');
    let url = match request.path.contains("://") {
        true => request.path.clone(),
        false => format!("{origin}{}", request.path_and_query()),
    };
    line.push(' ');
    line.push_str(&quote(&url));
    line
}

/// The curl line of a request that carries `$AUTHORIZATION`, if it carries any.
pub fn plain(origin: &str, request: &Request) -> String {
    let line = line(origin, request, &Credential::Missing);
    line.replacen("curl -sS -i", "curl -sS -i -H \"Authorization: $AUTHORIZATION\"", 1)
}

/// The header with a shell variable in the secret's place: `$KEY_0` is the first key of the
/// counterexample's set-up.
fn authorization(by: &Credential) -> Option<String> {
    Some(match by {
        Credential::Missing => return None,
        Credential::Empty => "'Authorization;'".to_owned(),
        Credential::BearerOnly => "'Authorization: Bearer'".to_owned(),
        Credential::Garbage => {
            "'Authorization: Bearer not-a-secret-that-anybody-issued'".to_owned()
        }
        Credential::Key(key) => format!("\"Authorization: Bearer $KEY_{key}\""),
        Credential::OtherScheme(scheme, key) if scheme == "Basic" => {
            format!("\"Authorization: Basic $(printf %s: \"$KEY_{key}\" | base64 -w0)\"")
        }
        Credential::OtherScheme(scheme, key) => {
            format!("\"Authorization: {scheme} $KEY_{key}\"")
        }
        Credential::Bare(key) => format!("\"Authorization: $KEY_{key}\""),
        Credential::Truncated(key) => format!("\"Authorization: Bearer ${{KEY_{key}%?}}\""),
        Credential::Extended(key) => format!("\"Authorization: Bearer ${{KEY_{key}}}x\""),
        Credential::DatabaseSecret(account) => {
            format!("\"Authorization: Bearer $DATABASE_SECRET_{account}\"")
        }
    })
}

/// Quotes for a POSIX shell.
fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use model::transition::Credential;
    use serde_json::json;
    use spec::wire::Request;

    #[test]
    fn quotes_and_names_the_secret() {
        let request = Request::new("POST", "/v2/exports").with_json(&json!({"a": "it's"}));
        assert_eq!(
            super::line("http://127.0.0.1:1/", &request, &Credential::Key(0)),
            [
                r#"curl -sS -i -X POST -H "Authorization: Bearer $KEY_0""#,
                r#"-H 'content-type: application/json' --data-raw '{"a":"it'\''s"}'"#,
                r#"'http://127.0.0.1:1/v2/exports'"#,
            ]
            .join(" ")
        );
    }
}
