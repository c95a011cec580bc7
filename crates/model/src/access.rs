//! Who may do what: the answer's class by credential, role, plan and key state.

use crate::program::Role;
use crate::state::{Moment, State};
use crate::transition::Credential;

/// What the documents say about a credential before the request itself is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// It is good for this operation.
    Allowed {
        /// Position of the key.
        key: usize,
        /// Its account.
        account: usize,
    },
    /// Authentication must fail: 401.
    Unauthenticated(Why),
    /// A secret of another kind: 401, and 403 is tolerated (C-39).
    WrongKind,
    /// The key is good, but not for this: 403.
    Denied {
        /// Position of the key.
        key: usize,
        /// Because of the plan (else because of the role).
        plan: bool,
    },
    /// So near to its expiry that either answer may be right.
    Unsure,
}

/// Why authentication must fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// No `Authorization` at all.
    Missing,
    /// Not a bearer token.
    Scheme,
    /// A bearer token that no key has.
    Unknown,
    /// The key has expired.
    Expired,
    /// The key was revoked.
    Revoked,
}

/// Judges a credential for an operation.
pub fn access(state: &State, by: &Credential, operation: &str, moment: Moment) -> Access {
    let key = match by {
        Credential::Key(key) => *key,
        Credential::Missing => return Access::Unauthenticated(Why::Missing),
        Credential::OtherScheme(..) | Credential::Bare(_) => {
            return Access::Unauthenticated(Why::Scheme);
        }
        Credential::Empty
        | Credential::BearerOnly
        | Credential::Garbage
        | Credential::Truncated(_)
        | Credential::Extended(_) => return Access::Unauthenticated(Why::Unknown),
        Credential::DatabaseSecret(_) => return Access::WrongKind,
    };
    let Some(known) = state.keys.get(key) else {
        return Access::Unauthenticated(Why::Unknown);
    };
    if !known.issued {
        return Access::Unauthenticated(Why::Unknown);
    }
    if known.revoked {
        return Access::Unauthenticated(Why::Revoked);
    }
    let account = known.setup.account;
    if let Some(expires_at) = known.expires_at {
        let (low, high) = state.account_time(account, moment);
        if low - state.slack >= expires_at {
            return Access::Unauthenticated(Why::Expired);
        }
        if high + state.slack >= expires_at {
            return Access::Unsure;
        }
    }
    if is_export_operation(operation) {
        if !state.has_exports(account) {
            return Access::Denied { key, plan: true };
        }
        if known.setup.role == Role::Billing {
            return Access::Denied { key, plan: false };
        }
    }
    Access::Allowed { key, account }
}

/// Whether a 403 to a good key is tolerated: the documents tie plan and role to exports, and say
/// nothing of what else a billing key or an account without the Enterprise plan may do (C-38,
/// C-45).
pub fn may_be_denied(state: &State, key: usize, operation: &str) -> bool {
    !is_export_operation(operation)
        && state.keys.get(key).is_some_and(|key| {
            key.setup.role == Role::Billing || !state.has_exports(key.setup.account)
        })
}

/// Whether plan and role matter to the operation.
pub fn is_export_operation(operation: &str) -> bool {
    matches!(operation, "createExport" | "listExports" | "getExport")
}
