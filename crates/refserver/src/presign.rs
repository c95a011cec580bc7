//! File URLs that need no key: they carry their own permission, for a while.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::call::Call;
use crate::ids::parse_id;
use crate::server::Server;
use crate::store::log_request::{FileUrl, LogRequest};
use crate::time::Moment;
use crate::variant::Variant;

/// What a file URL stands for.
pub(crate) struct Permission {
    pub(crate) account_id: String,
    pub(crate) request_id: u64,
    pub(crate) expires_at: Moment,
}

/// Writes the URL for the file of a log request.
pub(crate) fn write(server: &Server, request: &LogRequest, url: FileUrl) -> String {
    let LogRequest { account_id, id, .. } = request;
    let FileUrl { serial, expires_at: Moment(expires) } = url;
    let signature = sign(server, account_id, *id, serial, expires);
    let base_url = &server.config.base_url;
    let elsewhere = server.variants().has(Variant::UrlsElsewhere);
    let place = if elsewhere { "files" } else { "storage" };
    let file = format!("{base_url}/{place}/{account_id}/{id}/{serial}.json.gz");
    format!("{file}?expires={expires}&signature={signature}")
}

/// Reads such a URL back; none if the server did not write it.
pub(crate) fn read(server: &Server, call: &Call) -> Option<Permission> {
    let account_id = call.segment(1)?;
    let request_id = parse_id(&call.segment(2)?)?;
    let serial = parse_id(call.segment(3)?.strip_suffix(".json.gz")?)?;
    let query = call.query();
    let expires: i64 = query.one("expires").ok()??.parse().ok()?;
    let signature = query.one("signature").ok()??;
    let expected = sign(server, &account_id, request_id, serial, expires);
    let expires_at = Moment(expires);
    (signature == expected).then_some(Permission { account_id, request_id, expires_at })
}

fn sign(server: &Server, account_id: &str, request_id: u64, serial: u64, expires: i64) -> String {
    let parts: [&[u8]; 5] = [
        b"file",
        account_id.as_bytes(),
        &request_id.to_be_bytes(),
        &serial.to_be_bytes(),
        &expires.to_be_bytes(),
    ];
    URL_SAFE_NO_PAD.encode(server.signer.sign(&parts))
}
