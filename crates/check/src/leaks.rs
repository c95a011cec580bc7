//! What a refusal must not tell: nothing of what belongs to others, and nothing of what the caller
//! may not see.

use crate::judge::Seen;
use crate::verdict::Observations;

/// Markers shorter than this could stand in any text by chance.
const MARKER_MIN: usize = 8;

/// Judges the body of a 401, 403 or 404: no id, destination or URL of anything that is known and
/// that the request itself does not name.
pub fn judge(seen: &Seen, out: &mut Observations) {
    if !matches!(seen.response.status, 401 | 403 | 404) {
        return;
    }
    let asked = format!(
        "{} {}",
        seen.request.path_and_query(),
        String::from_utf8_lossy(seen.request.body.as_deref().unwrap_or_default())
    );
    let told = String::from_utf8_lossy(&seen.response.body);
    let mut markers = markers(seen).into_iter().peekable();
    if markers.peek().is_none() {
        return;
    }
    let leaked = markers
        .find(|(_, marker)| told.contains(marker.as_str()) && !asked.contains(marker.as_str()));
    out.expect("account-refusal-leaks-nothing", leaked.is_none(), || {
        let what = leaked.as_ref().map_or("", |(what, _)| *what);
        format!("{} and its body tells {what}", seen.answered())
    });
}

/// What could be told, each with what it is.
fn markers(seen: &Seen) -> Vec<(&'static str, String)> {
    let state = seen.state;
    // A refused creation may name the destination that it was itself asked for.
    let creates = seen.operation == "createExport";
    let exports = state.exports.values().flat_map(|export| {
        let (bucket, path) = export.body.destination.bucket_and_path();
        let place =
            (!creates).then(|| ("the destination of an export", format!("{bucket}/{path}")));
        place.into_iter().chain([("the id of an export", export.id.clone())])
    });
    let logs = state.logs.values().flat_map(|log| {
        let url = log.url.iter().map(|url| ("the URL of a log file", url.url.clone()));
        url.chain([("the id of a log request", log.id.clone())])
    });
    let apps = state.accounts.iter().flat_map(|account| &account.apps);
    let apps = apps.map(|app| ("the id of an app", app.id.clone()));
    let long = |(_, marker): &(&str, String)| marker.len() >= MARKER_MIN;
    exports.chain(logs).chain(apps).filter(long).collect()
}
