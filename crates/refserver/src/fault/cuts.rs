//! What only a client whose connection is cut can see.

/// Puts the faults of the area behind those that it is given, and gives all of them to the next.
macro_rules! cuts {
    ($next:ident $($later:ident)*; $($before:tt)*) => { $next! { $($later)*; $($before)*

    /// Creates an export first and remembers its idempotency key later, or never if the client has
    /// gone.
    ForgetsKeyOfCutRequest = "forgets-key-of-cut-request" ["A-018"] needs [cut] in 3;
    /// Goes on taking a request for unfinished whose client has gone, and answers its idempotency
    /// key with 409 for ever.
    BlocksKeyOfCutRequest = "blocks-key-of-cut-request" ["A-018", "A-041"] needs [cut] in 2;
    /// Answers an idempotency key with 500 for ever if the client of its first request has gone.
    FailsKeyOfCutRequest = "fails-key-of-cut-request" ["A-018"] needs [cut] in 2;
    /// Creates an export once more if the client has gone.
    CreatesTwiceWhenCut = "creates-twice-when-cut" ["A-014"] needs [cut] in 2;
    /// Keeps an export without a destination if the client has gone.
    KeepsHalfCreatedExports = "keeps-half-created-exports" ["A-054"] needs [cut] in 2;
    /// Forgets all idempotency keys of an account key if its client has gone.
    ForgetsAllKeysWhenCut = "forgets-all-keys-when-cut" ["A-018"] needs [cut] in 3;
    /// Creates no more exports in an account once a client of it has gone.
    BlocksCreationsAfterCut = "blocks-creations-after-cut" ["A-014", "A-040"] needs [cut] in 2;
    /// Makes a log request first and remembers its token later, or never if the client has gone.
    ForgetsLogTokenOfCutRequest = "forgets-log-token-of-cut-request" ["A-081"] needs [cut] in 3;
    /// Makes a log request once more if the client has gone.
    RequestsLogsTwiceWhenCut = "requests-logs-twice-when-cut" ["A-062", "A-105"] needs [cut] in 2;
    /// Takes the new file URL away again, and the old one with it, if the client has gone.
    LosesUrlWhenCut = "loses-url-when-cut" ["A-085", "A-095"] needs [cut jobs] in 3;
    /// Goes on listing an OAuth app that is deleted if the client has gone before the list was
    /// mended.
    KeepsAppOfCutDeletion = "keeps-app-of-cut-deletion"
        ["A-128", "A-132"] needs [cut oauth_apps] in 3;

    } };
}

pub(super) use cuts;
