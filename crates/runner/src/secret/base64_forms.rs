//! The base64 forms that a secret may take.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The base64 forms of a secret: alone, as the user name of a `Basic` credential (`secret:`), and
/// as it stands at any offset within something longer. At an offset of one or two bytes the first
/// group depends on what stands before, and a last group may depend on what follows; those groups
/// are left out. Both alphabets are covered.
pub(super) fn base64_forms(secret: &str) -> Vec<String> {
    let mut forms = vec![STANDARD.encode(secret), STANDARD.encode(format!("{secret}:"))];
    for offset in [1, 2] {
        let mut shifted = vec![0; offset];
        shifted.extend_from_slice(secret.as_bytes());
        let whole_groups = shifted.len() / 3;
        if whole_groups > 1 {
            forms.push(STANDARD.encode(&shifted[3..whole_groups * 3]));
        }
    }
    let url_safe = forms.iter().filter(|form| form.contains(['+', '/']));
    let url_safe: Vec<_> = url_safe.map(|form| form.replace('+', "-").replace('/', "_")).collect();
    forms.extend(url_safe);
    forms
}
