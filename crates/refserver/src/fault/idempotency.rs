//! Idempotency keys of exports and idempotency tokens of log requests.

/// Puts the faults of the area behind those that it is given, and gives all of them to the next.
macro_rules! idempotency {
    ($next:ident $($later:ident)*; $($before:tt)*) => { $next! { $($later)*; $($before)*

    /// Pays no heed to idempotency keys.
    IgnoresIdempotencyKeys = "ignores-idempotency-keys" ["A-018"] needs [] in 2;
    /// Shares idempotency keys between the keys of an account.
    SharesIdempotencyKeys = "shares-idempotency-keys" ["A-021", "A-022"] needs [second_key] in 2;
    /// Shows the export as it is now to a repeated idempotency key.
    ReplaysCurrentState = "replays-current-state" ["A-019"] needs [jobs] in 2;
    /// Answers a repeated idempotency key with 200.
    ReplaysWith200 = "replays-with-200" ["A-019", "A-028"] needs [] in 2;
    /// Does not mark the answer to a repeated idempotency key.
    HidesReplay = "hides-replay" ["A-137"] needs [] in 2;
    /// Marks the first answer to an idempotency key as a repeated one.
    MarksFirstAsReplay = "marks-first-as-replay" ["A-137"] needs [] in 1;
    /// Remembers a refusal for an idempotency key.
    RemembersFailures = "remembers-failures" ["A-020"] needs [] in 2;
    /// Creates a second export for the same idempotency key if the body is another one.
    CreatesSecondOnMismatch = "creates-second-on-mismatch" ["A-018"] needs [] in 2;
    /// Forgets an idempotency key after an hour.
    ForgetsKeysAfterAnHour = "forgets-keys-after-an-hour" ["A-018"] needs [clock] in 2;
    /// Gives the same export for the same order, without any idempotency key.
    MergesEqualOrders = "merges-equal-orders" ["A-017"] needs [] in 2;
    /// Pays no heed to idempotency tokens of log requests.
    IgnoresLogIdempotency = "ignores-log-idempotency" ["A-081"] needs [] in 2;
    /// Forgets an idempotency token of a log request after an hour.
    ForgetsLogTokensAfterAnHour = "forgets-log-tokens-after-an-hour" ["A-081"] needs [clock] in 2;
    /// Compares idempotency keys without regard to capital letters.
    ComparesKeysWithoutCase = "compares-keys-without-case" ["A-017", "A-018"] needs [] in 2;
    /// Compares no more of idempotency keys than 32 characters.
    Compares32CharactersOfKeys = "compares-32-characters-of-keys" ["A-017", "A-018"] needs [] in 2;
    /// Compares idempotency keys without their dashes.
    DropsDashesFromKeys = "drops-dashes-from-keys" ["A-017", "A-018"] needs [] in 2;
    /// Remembers only the last eight idempotency keys.
    RemembersLast8Keys = "remembers-last-8-keys" ["A-018"] needs [] in 10;
    /// Pays no heed to idempotency keys of exactly 36 characters.
    IgnoresKeysOf36Characters = "ignores-keys-of-36-characters" ["A-018"] needs [] in 2;
    /// Forgets an idempotency key when its export is complete.
    ForgetsKeysOfCompleteExports = "forgets-keys-of-complete-exports"
        ["A-018", "A-019"] needs [jobs] in 2;
    /// Never remembers an idempotency key whose first request was refused.
    ForgetsKeysRefusedBefore = "forgets-keys-refused-before" ["A-018", "A-020"] needs [] in 3;
    /// Forgets an idempotency key when it is sent with another body.
    ForgetsKeysAfterMismatch = "forgets-keys-after-mismatch" ["A-018"] needs [] in 3;
    /// Replays an export with the format that was asked for the second time.
    EchoesNewBodyOnMismatch = "echoes-new-body-on-mismatch" ["A-019"] needs [] in 2;
    /// Forgets all idempotency keys of an account when one of its account keys is revoked.
    ForgetsKeysOnRevocation = "forgets-keys-on-revocation" ["A-018"] needs [second_key] in 2;
    /// Replays an export as if it was created just now.
    ReplaysWithNewInstant = "replays-with-new-instant" ["A-019"] needs [clock] in 2;
    /// Creates a second export for the same idempotency key if the database is another one.
    ScopesKeysByDatabase = "scopes-keys-by-database" ["A-018"] needs [] in 2;
    /// Remembers no idempotency key for the export of a nested database.
    ForgetsKeysOfNestedDatabases = "forgets-keys-of-nested-databases" ["A-018"] needs [] in 2;
    /// Forgets all idempotency keys at midnight.
    ForgetsKeysAtMidnight = "forgets-keys-at-midnight" ["A-018"] needs [clock] in 2;
    /// Forgets an idempotency key after its first replay.
    ReplaysOnceOnly = "replays-once-only" ["A-018"] needs [] in 3;
    /// Finds the log request of another account by its idempotency token.
    SharesLogTokensBetweenAccounts = "shares-log-tokens-between-accounts"
        ["A-003", "A-081"] needs [second_account] in 2;
    /// Makes a second log request for the same idempotency token if the window is another one.
    ScopesLogTokensByWindow = "scopes-log-tokens-by-window" ["A-081"] needs [] in 2;
    /// Forgets an idempotency token when its log request is complete.
    ForgetsTokensOfCompleteLogs = "forgets-tokens-of-complete-logs" ["A-081"] needs [jobs] in 2;
    /// Compares no more of idempotency tokens than their first block.
    ComparesFirstBlockOfTokens = "compares-first-block-of-tokens" ["A-080", "A-081"] needs [] in 2;

    } };
}

pub(super) use idempotency;
