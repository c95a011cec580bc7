//! What the answer looks like, and what a thing is said to be.

/// Puts the faults of the area behind those that it is given, and gives all of them to the next.
macro_rules! answers {
    ($next:ident $($later:ident)*; $($before:tt)*) => { $next! { $($later)*; $($before)*

    /// Shows a new export without the envelope.
    CreatesWithoutEnvelope = "creates-without-envelope" ["A-040"] needs [] in 1;
    /// Shows an export without the envelope.
    GetsWithoutEnvelope = "gets-without-envelope" ["A-060"] needs [] in 2;
    /// Answers an empty list of exports with 404.
    AnswersEmptyListWith404 = "answers-empty-list-with-404" ["A-054"] needs [] in 1;
    /// Answers a new log request with 202.
    AnswersLogRequestWith202 = "answers-log-request-with-202" ["A-082"] needs [] in 1;
    /// Words errors of version 2 like those of version 1.
    WordsV2ErrorsLikeV1 = "words-v2-errors-like-v1" ["A-136"] needs [] in 1;
    /// Words errors of version 1 like those of version 2.
    WordsV1ErrorsLikeV2 = "words-v1-errors-like-v2" ["A-135"] needs [] in 1;
    /// Writes errors as plain text.
    WritesErrorsAsText = "writes-errors-as-text" ["A-135", "A-136"] needs [] in 1;
    /// Shows a destination as the text of its URI.
    ShowsDestinationAsText = "shows-destination-as-text" ["A-040"] needs [] in 1;
    /// Leaves the path out of the URI of a destination.
    CutsDestinationUri = "cuts-destination-uri" ["A-014"] needs [] in 1;
    /// Shows only the top database of a nested path.
    ShowsTopDatabaseOnly = "shows-top-database-only" ["A-031"] needs [] in 1;
    /// Does not show the collections that were ordered.
    DropsCollections = "drops-collections" ["A-033"] needs [] in 1;
    /// Shows every export in the simple format.
    ShowsSimpleFormatOnly = "shows-simple-format-only" ["A-036"] needs [] in 1;
    /// Shows the window of a log request in whole days.
    RoundsWindowToDays = "rounds-window-to-days" ["A-062", "A-065"] needs [] in 1;
    /// Leaves the region group out of a request for all of it.
    HidesRegionGroup = "hides-region-group" ["A-072"] needs [] in 1;
    /// Says that a failed export is not at its end.
    SaysFailedIsNotTerminal = "says-failed-is-not-terminal" ["A-060"] needs [jobs] in 2;
    /// Says that a pending export is at its end.
    SaysPendingIsTerminal = "says-pending-is-terminal" ["A-040"] needs [] in 1;
    /// Does not say why an export failed.
    HidesStateInfo = "hides-state-info" ["A-039"] needs [jobs] in 2;
    /// Starts an export as InProgress.
    StartsInProgress = "starts-in-progress" ["A-040"] needs [] in 1;
    /// Lets two exports of an account be in progress.
    RunsTwoExportsAtOnce = "runs-two-exports-at-once" ["A-016"] needs [jobs] in 3;
    /// Never finishes an export by itself.
    NeverFinishesExports = "never-finishes-exports" ["A-015"] needs [auto_jobs] in 2;
    /// Never finishes a log request by itself.
    NeverFinishesLogs = "never-finishes-logs" ["A-063"] needs [auto_jobs] in 2;
    /// Shows the scope of an OAuth app as bare ids.
    ShowsScopeAsIds = "shows-scope-as-ids" ["A-127"] needs [oauth_apps] in 1;
    /// Shows the id of a log request as a number.
    ShowsRequestIdAsNumber = "shows-request-id-as-number" ["A-064"] needs [] in 1;
    /// Answers a new file URL with 201.
    AnswersNewUrlWith201 = "answers-new-url-with-201" ["A-104"] needs [jobs] in 2;
    /// Shows when an export was created by the real clock instead of that of the account.
    DatesCreationByRealClock = "dates-creation-by-real-clock" ["A-040"] needs [clock] in 1;
    /// Never moves the instant of the last change of an export.
    FreezesUpdatedAt = "freezes-updated-at" ["A-060"] needs [clock jobs] in 2;
    /// Dates the end of an export to the second before its creation.
    UpdatesBeforeCreation = "updates-before-creation" ["A-060"] needs [clock jobs] in 2;
    /// Moves the instant of creation along with every change of an export.
    MovesCreatedAt = "moves-created-at" ["A-055"] needs [clock jobs] in 2;
    /// Shows a pending log request as InProgress when asked for its status.
    SaysInProgressForPendingLogs = "says-in-progress-for-pending-logs" ["A-083"] needs [] in 2;
    /// Leaves the end of the window out of the status of a log request.
    GetsLogsWithoutWindow = "gets-logs-without-window" ["A-094"] needs [] in 2;
    /// Does not say when a file URL expires.
    HidesUrlExpiry = "hides-url-expiry" ["A-088", "A-097"] needs [jobs] in 2;
    /// Shows a file URL for a log request that failed.
    ShowsUrlOfFailedLogs = "shows-url-of-failed-logs" ["A-085"] needs [jobs] in 2;
    /// Counts the version of a log request down with every new URL.
    LowersVersion = "lowers-version" ["A-103"] needs [jobs] in 3;
    /// Lists a complete export as InProgress, while it is Complete when asked for alone.
    ListsCompleteAsInProgress = "lists-complete-as-in-progress"
        ["A-054", "A-060"] needs [jobs] in 2;
    /// Says in the list that a complete export is not at its end.
    SaysNotTerminalInList = "says-not-terminal-in-list" ["A-054"] needs [jobs] in 2;
    /// Sends the list of exports as plain text.
    SendsListsAsText = "sends-lists-as-text" ["A-054"] needs [] in 1;
    /// Leaves the reason empty where something was not found.
    LeavesReasonEmpty = "leaves-reason-empty" ["A-135"] needs [] in 1;
    /// Leaves the code empty where something was not found.
    LeavesCodeEmpty = "leaves-code-empty" ["A-136"] needs [] in 1;
    /// Puts the ids in the list of exports through a double.
    RoundsIdsInList = "rounds-ids-in-list" ["A-042"] needs [] in 2;
    /// Shows null for an export that does not exist.
    AnswersUnknownExportWithNull = "answers-unknown-export-with-null" ["A-058"] needs [] in 1;
    /// Shows an export in progress as Pending to the first who asks for it alone.
    GoesBackToPendingOnce = "goes-back-to-pending-once" ["A-060"] needs [jobs] in 2;
    /// Lists the oldest pending export as InProgress while another one is.
    ShowsSecondInProgress = "shows-second-in-progress" ["A-016"] needs [jobs] in 3;
    /// Begins a failed export anew when somebody gets it.
    RestartsFailedExports = "restarts-failed-exports" ["A-015", "A-060"] needs [jobs] in 3;
    /// Begins complete exports anew when another one is created.
    ReopensCompleteExports = "reopens-complete-exports" ["A-015", "A-060"] needs [jobs] in 3;
    /// Never begins the third export of an account.
    StarvesThirdExport = "starves-third-export" ["A-015"] needs [auto_jobs] in 4;

    } };
}

pub(super) use answers;
