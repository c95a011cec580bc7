//! The legitimate choices a server may make where the documents are silent or tolerate more than
//! one answer. A suite that calls one of these a failure has raised a false alarm.

use crate::flags::catalogue;

catalogue! {
    /// A tolerated choice other than the default one.
    Variant,
    /// The choices a server has made.
    Variants,
    /// The rows of the collected facts that tolerate the choice.
    tolerated_by;

    /// Export ids are JSON numbers, small enough to survive a double.
    IntegerExportIds = "integer-export-ids" ["C-01"],
    /// Timestamps carry six fraction digits.
    MicrosecondTimestamps = "microsecond-timestamps" ["C-02"],
    /// Timestamps are whole seconds.
    SecondTimestamps = "second-timestamps" ["C-02"],
    /// Timestamps end in `+00:00` instead of `Z`.
    OffsetTimestamps = "offset-timestamps" ["C-02"],
    /// The last page says `"next_token": null` instead of leaving it out.
    NullNextToken = "null-next-token" ["C-10"],
    /// The last page of a list still carries a token, which leads to an empty page.
    TokenOnLastPage = "token-on-last-page" ["C-10"],
    /// The groups of the export list come in alphabetical order of the state.
    AlphabeticalStateOrder = "alphabetical-state-order" ["C-07"],
    /// A deleted OAuth app is answered with 200 and no body.
    DeleteAnswersEmpty200 = "delete-answers-empty-200" ["C-14"],
    /// A deleted OAuth app is answered with 200 and a JSON body.
    DeleteAnswersJson200 = "delete-answers-json-200" ["C-14"],
    /// A reused idempotency key with another body is refused with 400.
    MismatchRejectedWith400 = "mismatch-rejected-with-400" ["C-31"],
    /// A reused idempotency key with another body is refused with 409.
    MismatchRejectedWith409 = "mismatch-rejected-with-409" ["C-31"],
    /// A log request for a database shows no region group.
    HidesRegionGroupOfDatabase = "hides-region-group-of-database" ["C-17"],
    /// Members of a request body that nobody documented are refused.
    RefusesUnknownMembers = "refuses-unknown-members" [],
    /// Query parameters that nobody documented are refused, but not the old `regionGroup`.
    RefusesUnknownParameters = "refuses-unknown-parameters" ["C-23"],
    /// A `max_results` of 0 or above 100 is clamped into the range instead of refused.
    ClampsPageSize = "clamps-page-size" ["C-28"],
    /// The lists of logs and OAuth apps have 100 items on a page by default.
    LargerDefaultPage = "larger-default-page" ["C-29"],
    /// The body of a 401 has members that nobody documented.
    WordyUnauthorized = "wordy-unauthorized" [],
    /// Errors under version 1 carry a `code` beside the `reason`.
    CodeInV1Errors = "code-in-v1-errors" ["C-13"],
    /// Every object of a response has one more member.
    ExtraMembers = "extra-members" [],
    /// JSON is indented.
    PrettyJson = "pretty-json" [],
    /// The members of every object come in the reverse order.
    ReversedMembers = "reversed-members" [],
    /// Every response closes its connection.
    ClosesConnections = "closes-connections" [],
    /// Bodies are sent in chunks, without a length.
    ChunkedBodies = "chunked-bodies" [],
    /// Responses take up to three milliseconds longer.
    JitteredLatency = "jittered-latency" [],
    /// Every fiftieth request of an account key is refused with 429.
    RateLimited = "rate-limited" [],
    /// A second export is refused with 429 while one is unfinished.
    RefusesSecondExport = "refuses-second-export" ["C-30"],
    /// The secret of a database key is refused with 403.
    WrongKindKeyForbidden = "wrong-kind-key-forbidden" ["C-39"],
    /// A log request for a database that does not exist is refused with 400.
    UnknownLogDatabaseIsBadRequest = "unknown-log-database-is-bad-request" ["A-070"],
    /// An export of a database that does not exist is refused with 400.
    UnknownExportDatabaseIsBadRequest = "unknown-export-database-is-bad-request" ["A-030"],
    /// An export id that is no number is refused with 400.
    MalformedExportIdIsBadRequest = "malformed-export-id-is-bad-request" ["A-058", "C-37"],
    /// A new file URL is made in two steps, by way of the state CreatingNewUrl.
    CreatesUrlInTwoSteps = "creates-url-in-two-steps" ["A-095"],
    /// A new file URL for an unfinished request is refused with 404.
    UnfinishedUrlIsNotFound = "unfinished-url-is-not-found" ["A-099"],
    /// A log request starts as Requested.
    StartsRequested = "starts-requested" ["C-19"],
    /// A file URL lives for fifteen minutes.
    ShortUrlLife = "short-url-life" ["C-46"],
    /// The path and URI of a destination are shown with a slash at the end.
    TrailingSlashInDestination = "trailing-slash-in-destination" ["C-04"],
    /// The first response to an idempotency key says that it is no replay.
    SaysNotReplayed = "says-not-replayed" ["C-32"],
    /// The idempotency tokens of log requests are compared letter by letter.
    CaseSensitiveLogTokens = "case-sensitive-log-tokens" ["C-24"],
    /// An export without collections shows all the collections that it covers.
    ShowsAllCollections = "shows-all-collections" ["C-11"],
    /// The ids of OAuth apps are UUIDs.
    UuidAppIds = "uuid-app-ids" [],
    /// The ids of log requests are UUIDs.
    UuidRequestIds = "uuid-request-ids" [],
    /// Tokens have characters in them that have to be escaped in a query.
    AwkwardTokens = "awkward-tokens" ["A-048"],
    /// The token for one and the same page is another one each time.
    ChangingTokens = "changing-tokens" ["A-048"],
    /// Tokens are a thousand characters longer than they need to be.
    LongTokens = "long-tokens" ["A-048"],
    /// A walk through log requests shows the list as it is, not as it was when the walk began.
    LiveLogCursors = "live-log-cursors" ["A-114"],
    /// OAuth apps are listed with the newest first.
    NewestAppsFirst = "newest-apps-first" [],
    /// Log requests are listed with the oldest first.
    OldestLogsFirst = "oldest-logs-first" [],
    /// The lists of logs and OAuth apps have two items on a page by default.
    TinyDefaultPage = "tiny-default-page" ["C-29"],
    /// A reused idempotency key with another body is refused with 422.
    MismatchRejectedWith422 = "mismatch-rejected-with-422" ["C-31"],
    /// An idempotency key is refused with 409 while its first request is under way.
    RefusesWaitingKeys = "refuses-waiting-keys" ["C-33"],
    /// Idempotency keys are remembered for ever.
    RemembersKeysForEver = "remembers-keys-for-ever" ["C-34"],
    /// A 401 does not say how to authenticate.
    OmitsChallenge = "omits-challenge" [],
    /// A 401 says at length how to authenticate.
    WordyChallenge = "wordy-challenge" [],
    /// Errors carry a member with details beside the documented ones.
    MetadataInErrors = "metadata-in-errors" [],
    /// The content type of JSON says that it is UTF-8.
    SaysCharset = "says-charset" [],
    /// Every response has a few more headers.
    ExtraHeaders = "extra-headers" [],
    /// Every seventh response closes its connection.
    ClosesSomeConnections = "closes-some-connections" [],
    /// Responses take up to twenty milliseconds longer.
    SlowResponses = "slow-responses" [],
    /// Some requests of an account key are refused with 429, at odd intervals.
    RateLimitedOddly = "rate-limited-oddly" [],
    /// Every sixtieth request is refused with 429, and nothing says when to try again.
    RateLimitedSilently = "rate-limited-silently" [],
    /// Exports that move by themselves are never seen in progress.
    SkipsInProgress = "skips-in-progress" ["A-015"],
    /// Jobs that move by themselves stay longer in their states, some more than others.
    IrregularProgress = "irregular-progress" ["A-015", "A-063"],
    /// Log requests that move by themselves end as DoesNotExist.
    LogsEndAsMissing = "logs-end-as-missing" ["A-063"],
    /// Log requests that move by themselves end as Failed.
    LogsEndAsFailed = "logs-end-as-failed" ["A-063"],
    /// The collections of an export are shown in alphabetical order.
    SortedCollections = "sorted-collections" [],
    /// A failed export has the older members for the reason beside `state_info`, which has more.
    OlderFailureMembers = "older-failure-members" ["C-12"],
    /// The older name of a region group is shown as the newer one.
    NewerRegionNames = "newer-region-names" ["C-22"],
    /// Timestamps carry nine fraction digits.
    NanosecondTimestamps = "nanosecond-timestamps" ["C-02"],
    /// The version of a log request starts at 1.
    VersionStartsAt1 = "version-starts-at-1" ["C-20"],
    /// The version of a log request goes up by three.
    VersionJumps = "version-jumps" ["C-20"],
    /// A file URL lives for seven days.
    LongUrlLife = "long-url-life" ["C-46"],
    /// File URLs lead to another path.
    UrlsElsewhere = "urls-elsewhere" [],
    /// The id of a log request that cannot be one is refused with 400.
    MalformedLogIdIsBadRequest = "malformed-log-id-is-bad-request" ["C-37"],
    /// The id of an OAuth app that cannot be one is refused with 400.
    MalformedAppIdIsBadRequest = "malformed-app-id-is-bad-request" ["C-37"],
    /// A body without a content type is refused with 400.
    DemandsContentType = "demands-content-type" [],
}
