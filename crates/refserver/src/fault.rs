//! The wrong behaviours that can be switched on, each by its name. A suite that lets one of these
//! pass has a hole. Each bites at a single place: search for the variant to find it.

use crate::flags::catalogue;

catalogue! {
    /// A named wrong behaviour.
    Fault,
    /// The wrong behaviours that a server has.
    Faults,
    /// The rows of the collected facts that the behaviour breaks.
    violates;

    /// Answers the creation of an export with 200, for everyone to see.
    Canary = "canary" ["A-040"],

    // Who is asking, and may they.

    /// Takes a secret under any authorization scheme, or under none.
    AcceptsAnyScheme = "accepts-any-scheme" ["A-026"],
    /// Answers a request without the Authorization header with 403.
    ForbidsMissingKey = "forbids-missing-key" ["A-025"],
    /// Answers a secret that nobody has with 400.
    RejectsUnknownKeyAs400 = "rejects-unknown-key-as-400" ["A-004"],
    /// Goes on taking a key after it has expired.
    IgnoresKeyExpiry = "ignores-key-expiry" ["A-008"],
    /// Counts the life of a key in hours.
    CountsTtlInHours = "counts-ttl-in-hours" ["A-008"],
    /// Refuses a key one day before it expires.
    ExpiresKeysADayEarly = "expires-keys-a-day-early" ["A-008"],
    /// Lets any role create exports.
    CreatesExportsForAnyRole = "creates-exports-for-any-role" ["A-013", "A-024"],
    /// Lets any role list exports.
    ListsExportsForAnyRole = "lists-exports-for-any-role" ["A-013", "A-047"],
    /// Lets any role get an export.
    GetsExportsForAnyRole = "gets-exports-for-any-role" ["A-013", "A-057"],
    /// Lets any plan create exports.
    CreatesExportsOnAnyPlan = "creates-exports-on-any-plan" ["A-012", "A-023"],
    /// Lets any plan list exports.
    ListsExportsOnAnyPlan = "lists-exports-on-any-plan" ["A-012", "A-046"],
    /// Lets any plan get an export.
    GetsExportsOnAnyPlan = "gets-exports-on-any-plan" ["A-012", "A-056"],
    /// Refuses exports to developers.
    RefusesDevelopers = "refuses-developers" ["A-013"],

    // What is asked for.

    /// Takes an order without a format for one in the simple format.
    AcceptsMissingFormat = "accepts-missing-format" ["A-036"],
    /// Takes any text for a format.
    AcceptsUnknownFormat = "accepts-unknown-format" ["A-036"],
    /// Takes an order with no database, or with none that is a string, for one of any database.
    AcceptsMissingDatabase = "accepts-missing-database" ["A-030"],
    /// Takes the name of any region group.
    AcceptsUnknownRegionGroup = "accepts-unknown-region-group" ["A-030"],
    /// Refuses the path of a nested database.
    RefusesNestedDatabases = "refuses-nested-databases" ["A-031", "A-071"],
    /// Takes an order that has no destination.
    AcceptsMissingDestination = "accepts-missing-destination" ["A-038"],
    /// Takes a destination that is not in S3.
    AcceptsForeignDestination = "accepts-foreign-destination" ["A-038"],
    /// Refuses a destination in the form of an object.
    RefusesObjectDestination = "refuses-object-destination" ["A-038"],
    /// Takes a single name for an array of collections.
    AcceptsCollectionAsString = "accepts-collection-as-string" ["A-033"],
    /// Exports system collections.
    AcceptsSystemCollections = "accepts-system-collections" ["A-035"],
    /// Answers a body that is no JSON object with 500.
    CrashesOnBadBody = "crashes-on-bad-body" ["A-029", "A-041"],
    /// Answers bad input with 422.
    AnswersBadInputWith422 = "answers-bad-input-with-422" ["A-041", "A-082"],
    /// Requests logs without a type.
    RequestsLogsWithoutType = "requests-logs-without-type" ["A-066"],
    /// Shows a log request without a type.
    GetsLogsWithoutType = "gets-logs-without-type" ["A-091"],
    /// Makes a file URL without a type.
    MakesUrlsWithoutType = "makes-urls-without-type" ["A-100"],
    /// Lists log requests without a type.
    ListsLogsWithoutType = "lists-logs-without-type" ["A-107"],
    /// Takes any type of logs.
    AcceptsUnknownType = "accepts-unknown-type" ["A-067", "A-092", "A-100"],
    /// Takes any name for the region group of logs.
    AcceptsUnknownLogRegion = "accepts-unknown-log-region" ["A-074"],
    /// Requests logs of a database that does not exist.
    AcceptsUnknownLogDatabase = "accepts-unknown-log-database" ["A-070"],
    /// Takes a window that ends before it starts.
    AcceptsReversedWindow = "accepts-reversed-window" ["A-078"],
    /// Takes a window longer than 90 days.
    AcceptsLongWindow = "accepts-long-window" ["A-079"],
    /// Refuses a window that ends in the future.
    RefusesFutureWindow = "refuses-future-window" ["A-079"],
    /// Takes words for the start of a window.
    AcceptsWordsAsTime = "accepts-words-as-time" ["A-077"],
    /// Takes anything for an idempotency token.
    AcceptsNonUuidToken = "accepts-non-uuid-token" ["A-080"],
    /// Lists log requests without being told the states.
    AcceptsMissingStates = "accepts-missing-states" ["A-111"],
    /// Lists log requests in no state at all.
    AcceptsEmptyStates = "accepts-empty-states" ["A-112"],
    /// Lists log requests in states that do not exist.
    AcceptsUnknownLogStates = "accepts-unknown-log-states" ["A-113"],

    // What the answer looks like.

    /// Shows a new export without the envelope.
    CreatesWithoutEnvelope = "creates-without-envelope" ["A-040"],
    /// Shows an export without the envelope.
    GetsWithoutEnvelope = "gets-without-envelope" ["A-060"],
    /// Answers an empty list of exports with 404.
    AnswersEmptyListWith404 = "answers-empty-list-with-404" ["A-054"],
    /// Answers a new log request with 202.
    AnswersLogRequestWith202 = "answers-log-request-with-202" ["A-082"],
    /// Words errors of version 2 like those of version 1.
    WordsV2ErrorsLikeV1 = "words-v2-errors-like-v1" ["A-136"],
    /// Words errors of version 1 like those of version 2.
    WordsV1ErrorsLikeV2 = "words-v1-errors-like-v2" ["A-135"],
    /// Writes errors as plain text.
    WritesErrorsAsText = "writes-errors-as-text" ["A-135", "A-136"],
    /// Shows a destination as the text of its URI.
    ShowsDestinationAsText = "shows-destination-as-text" ["A-040"],
    /// Leaves the path out of the URI of a destination.
    CutsDestinationUri = "cuts-destination-uri" ["A-014"],
    /// Shows only the top database of a nested path.
    ShowsTopDatabaseOnly = "shows-top-database-only" ["A-031"],
    /// Does not show the collections that were ordered.
    DropsCollections = "drops-collections" ["A-033"],
    /// Shows every export in the simple format.
    ShowsSimpleFormatOnly = "shows-simple-format-only" ["A-036"],
    /// Shows the window of a log request in whole days.
    RoundsWindowToDays = "rounds-window-to-days" ["A-062", "A-065"],
    /// Leaves the region group out of a request for all of it.
    HidesRegionGroup = "hides-region-group" ["A-072"],
    /// Says that a failed export is not at its end.
    SaysFailedIsNotTerminal = "says-failed-is-not-terminal" ["A-060"],
    /// Says that a pending export is at its end.
    SaysPendingIsTerminal = "says-pending-is-terminal" ["A-040"],
    /// Does not say why an export failed.
    HidesStateInfo = "hides-state-info" ["A-039"],
    /// Starts an export as InProgress.
    StartsInProgress = "starts-in-progress" ["A-040"],
    /// Lets two exports of an account be in progress.
    RunsTwoExportsAtOnce = "runs-two-exports-at-once" ["A-016"],
    /// Never finishes an export by itself.
    NeverFinishesExports = "never-finishes-exports" ["A-015"],
    /// Never finishes a log request by itself.
    NeverFinishesLogs = "never-finishes-logs" ["A-063"],
    /// Shows the scope of an OAuth app as bare ids.
    ShowsScopeAsIds = "shows-scope-as-ids" ["A-127"],

    // Lists.

    /// Lists the oldest export of a state first.
    ListsOldestFirst = "lists-oldest-first" ["A-045"],
    /// Lists exports by id alone.
    MixesStates = "mixes-states" ["A-045"],
    /// Lists exports in every state, whatever was asked for.
    IgnoresStateFilter = "ignores-state-filter" ["A-043"],
    /// Heeds only the first of several states.
    HeedsFirstStateOnly = "heeds-first-state-only" ["A-052"],
    /// Takes any word for a state.
    AcceptsUnknownState = "accepts-unknown-state" ["A-051"],
    /// Lists exports of every database, whatever was asked for.
    IgnoresDatabaseFilter = "ignores-database-filter" ["A-044"],
    /// Lists log requests in every state, whatever was asked for.
    IgnoresLogStates = "ignores-log-states" ["A-110"],
    /// Ends every list after its first page.
    EndsListsEarly = "ends-lists-early" ["A-048", "A-114", "A-123"],
    /// Shows the first page of exports to every token.
    IgnoresExportTokens = "ignores-export-tokens" ["A-048"],
    /// Shows the first page of log requests to every token.
    IgnoresLogTokens = "ignores-log-tokens" ["A-114"],
    /// Shows the first page of OAuth apps to every token.
    IgnoresAppTokens = "ignores-app-tokens" ["A-123"],
    /// Shows the last item of a page again on the next one.
    RepeatsLastItem = "repeats-last-item" ["A-048", "A-114", "A-123"],
    /// Leaves an item out between two pages.
    SkipsItemBetweenPages = "skips-item-between-pages" ["A-048", "A-114", "A-123"],
    /// Counts its way to the next page, so that new exports shift the old ones.
    CountsItemsForNextPage = "counts-items-for-next-page" ["A-048"],
    /// Puts one more item on a page than was asked for.
    OverfillsPages = "overfills-pages" ["A-049", "A-116", "A-124"],
    /// Puts 20 exports on a page by default.
    DefaultsTo20Exports = "defaults-to-20-exports" ["A-049"],
    /// Refuses to put a hundred items on a page.
    RefusesPagesOf100 = "refuses-pages-of-100" ["A-050", "A-117", "A-125"],
    /// Takes a negative page size for the default one.
    AcceptsNegativePageSize = "accepts-negative-page-size" ["A-050", "A-117", "A-125"],
    /// Takes a word as page size for the default one.
    AcceptsWordAsPageSize = "accepts-word-as-page-size" ["A-050", "A-125"],
    /// Refuses a token that is null.
    RefusesNullToken = "refuses-null-token" ["A-115"],

    // Idempotency.

    /// Pays no heed to idempotency keys.
    IgnoresIdempotencyKeys = "ignores-idempotency-keys" ["A-018"],
    /// Shares idempotency keys between the keys of an account.
    SharesIdempotencyKeys = "shares-idempotency-keys" ["A-021", "A-022"],
    /// Shows the export as it is now to a repeated idempotency key.
    ReplaysCurrentState = "replays-current-state" ["A-019"],
    /// Answers a repeated idempotency key with 200.
    ReplaysWith200 = "replays-with-200" ["A-019"],
    /// Does not mark the answer to a repeated idempotency key.
    HidesReplay = "hides-replay" ["A-137"],
    /// Marks the first answer to an idempotency key as a repeated one.
    MarksFirstAsReplay = "marks-first-as-replay" ["A-137"],
    /// Remembers a refusal for an idempotency key.
    RemembersFailures = "remembers-failures" ["A-020"],
    /// Creates a second export for the same idempotency key if the body is another one.
    CreatesSecondOnMismatch = "creates-second-on-mismatch" ["A-018"],
    /// Forgets an idempotency key after an hour.
    ForgetsKeysAfterAnHour = "forgets-keys-after-an-hour" ["A-018"],
    /// Gives the same export for the same order, without any idempotency key.
    MergesEqualOrders = "merges-equal-orders" ["A-017"],
    /// Pays no heed to idempotency tokens of log requests.
    IgnoresLogIdempotency = "ignores-log-idempotency" ["A-081"],
    /// Forgets an idempotency token of a log request after an hour.
    ForgetsLogTokensAfterAnHour = "forgets-log-tokens-after-an-hour" ["A-081"],

    // Files and their URLs.

    /// Shows no URL for a complete request.
    HidesUrl = "hides-url" ["A-085", "A-096"],
    /// Shows no URLs in the list of log requests.
    HidesUrlsInList = "hides-urls-in-list" ["A-106"],
    /// Shows a URL that expired before it was made.
    MakesExpiredUrls = "makes-expired-urls" ["A-088"],
    /// Serves a file for ever.
    NeverExpiresUrls = "never-expires-urls" ["A-088"],
    /// Needs a key to serve a file.
    NeedsKeyForFiles = "needs-key-for-files" ["A-086"],
    /// Serves files that are not compressed.
    ServesPlainFiles = "serves-plain-files" ["A-086"],
    /// Serves a file as one JSON array.
    ServesArrays = "serves-arrays" ["A-086"],
    /// Names the members of log records in small letters.
    WritesSmallNames = "writes-small-names" ["A-087"],
    /// Leaves out what was logged at the very start of the window.
    ExcludesWindowStart = "excludes-window-start" ["A-077"],
    /// Puts in what was logged at the very end of the window.
    IncludesWindowEnd = "includes-window-end" ["A-079"],
    /// Gives the old URL when a new one is asked for.
    RepeatsOldUrl = "repeats-old-url" ["A-095"],
    /// Makes no new URL without a body.
    NeedsBodyForUrl = "needs-body-for-url" ["A-102"],
    /// Makes a new URL whatever version the client believes in.
    IgnoresVersion = "ignores-version" ["A-103"],
    /// Makes a URL for a request that is not complete.
    MakesUrlsForUnfinished = "makes-urls-for-unfinished" ["A-099"],

    // OAuth apps, and whose things they are.

    /// Says that an app is deleted and keeps it.
    KeepsDeletedApps = "keeps-deleted-apps" ["A-128"],
    /// Says that an app is deleted that does not exist.
    DeletesUnknownApps = "deletes-unknown-apps" ["A-131"],
    /// Lists the exports of other accounts as well.
    ListLeaksOtherAccounts = "list-leaks-other-accounts" ["A-003", "A-042"],
    /// Shows the exports of other accounts.
    GetLeaksOtherAccounts = "get-leaks-other-accounts" ["A-003", "A-058"],
    /// Shows the log requests of other accounts.
    StatusLeaksOtherAccounts = "status-leaks-other-accounts" ["A-003", "A-090"],
    /// Lists the OAuth apps of other accounts as well.
    AppsLeakOtherAccounts = "apps-leak-other-accounts" ["A-003", "A-122"],
    /// Deletes the OAuth apps of other accounts.
    DeletesAppsOfOthers = "deletes-apps-of-others" ["A-131"],
    /// Shows a list to a token that was given to another account.
    SharesTokensBetweenAccounts = "shares-tokens-between-accounts" ["A-003"],
}
