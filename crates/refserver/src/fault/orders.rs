//! What is asked for, and what is refused.

/// Puts the faults of the area behind those that it is given, and gives all of them to the next.
macro_rules! orders {
    ($next:ident $($later:ident)*; $($before:tt)*) => { $next! { $($later)*; $($before)*

    /// Takes an order without a format for one in the simple format.
    AcceptsMissingFormat = "accepts-missing-format" ["A-036"] needs [] in 1;
    /// Takes any text for a format.
    AcceptsUnknownFormat = "accepts-unknown-format" ["A-036"] needs [] in 1;
    /// Takes an order with no database, or with none that is a string, for one of any database.
    AcceptsMissingDatabase = "accepts-missing-database" ["A-030"] needs [] in 1;
    /// Takes the name of any region group.
    AcceptsUnknownRegionGroup = "accepts-unknown-region-group" ["A-030"] needs [] in 1;
    /// Refuses the path of a nested database.
    RefusesNestedDatabases = "refuses-nested-databases" ["A-031", "A-071"] needs [] in 1;
    /// Takes an order that has no destination.
    AcceptsMissingDestination = "accepts-missing-destination" ["A-038"] needs [] in 1;
    /// Takes a destination that is not in S3.
    AcceptsForeignDestination = "accepts-foreign-destination" ["A-038"] needs [] in 1;
    /// Refuses a destination in the form of an object.
    RefusesObjectDestination = "refuses-object-destination" ["A-038"] needs [] in 1;
    /// Takes a single name for an array of collections.
    AcceptsCollectionAsString = "accepts-collection-as-string" ["A-033"] needs [] in 1;
    /// Exports system collections.
    AcceptsSystemCollections = "accepts-system-collections" ["A-035"] needs [] in 1;
    /// Answers a body that is no JSON object with 500.
    CrashesOnBadBody = "crashes-on-bad-body" ["A-029", "A-041"] needs [] in 1;
    /// Answers bad input with 422.
    AnswersBadInputWith422 = "answers-bad-input-with-422" ["A-041", "A-082"] needs [] in 1;
    /// Requests logs without a type.
    RequestsLogsWithoutType = "requests-logs-without-type" ["A-066"] needs [] in 1;
    /// Shows a log request without a type.
    GetsLogsWithoutType = "gets-logs-without-type" ["A-091"] needs [] in 1;
    /// Makes a file URL without a type.
    MakesUrlsWithoutType = "makes-urls-without-type" ["A-100"] needs [] in 1;
    /// Lists log requests without a type.
    ListsLogsWithoutType = "lists-logs-without-type" ["A-107"] needs [] in 1;
    /// Takes any type of logs.
    AcceptsUnknownType = "accepts-unknown-type" ["A-067", "A-092", "A-100"] needs [] in 1;
    /// Takes any name for the region group of logs.
    AcceptsUnknownLogRegion = "accepts-unknown-log-region" ["A-074"] needs [] in 1;
    /// Requests logs of a database that does not exist.
    AcceptsUnknownLogDatabase = "accepts-unknown-log-database" ["A-070"] needs [] in 1;
    /// Takes a window that ends before it starts.
    AcceptsReversedWindow = "accepts-reversed-window" ["A-078"] needs [] in 1;
    /// Takes a window longer than 90 days.
    AcceptsLongWindow = "accepts-long-window" ["A-079"] needs [] in 1;
    /// Refuses a window that ends in the future.
    RefusesFutureWindow = "refuses-future-window" ["A-079"] needs [] in 1;
    /// Takes words for the start of a window.
    AcceptsWordsAsTime = "accepts-words-as-time" ["A-077"] needs [] in 1;
    /// Takes anything for an idempotency token.
    AcceptsNonUuidToken = "accepts-non-uuid-token" ["A-080"] needs [] in 1;
    /// Lists log requests without being told the states.
    AcceptsMissingStates = "accepts-missing-states" ["A-111"] needs [] in 1;
    /// Lists log requests in no state at all.
    AcceptsEmptyStates = "accepts-empty-states" ["A-112"] needs [] in 1;
    /// Lists log requests in states that do not exist.
    AcceptsUnknownLogStates = "accepts-unknown-log-states" ["A-113"] needs [] in 1;
    /// Creates no export without an idempotency key.
    DemandsIdempotencyKey = "demands-idempotency-key" ["A-027", "A-017"] needs [] in 1;
    /// Takes numbers for the names of collections and leaves them out.
    AcceptsNumbersAsCollections = "accepts-numbers-as-collections" ["A-033"] needs [] in 1;
    /// Takes an empty object for a destination.
    AcceptsEmptyDestination = "accepts-empty-destination" ["A-038"] needs [] in 1;
    /// Drops the first folder of a path that begins with a slash.
    LosesFolderAfterSlash = "loses-folder-after-slash" ["A-014"] needs [] in 1;
    /// Keeps only the first collection of exactly two.
    KeepsOneOfTwoCollections = "keeps-one-of-two-collections" ["A-033"] needs [] in 1;
    /// Has nothing at the path where logs are requested.
    ServesNoLogOrders = "serves-no-log-orders" ["A-001", "A-002"] needs [] in 1;
    /// Takes a log request without a body for one of the last day.
    RequestsLogsWithoutBody = "requests-logs-without-body" ["A-069"] needs [] in 1;
    /// Lists log requests in every state if there is no body.
    ListsLogsWithoutBody = "lists-logs-without-body" ["A-109"] needs [] in 1;
    /// Takes a number for the region group of logs.
    AcceptsNumberAsRegion = "accepts-number-as-region" ["A-073"] needs [] in 1;
    /// Refuses a log request that names a database and its region group.
    RefusesDatabaseWithRegion = "refuses-database-with-region" ["A-075", "A-076"] needs [] in 1;
    /// Refuses an idempotency token in capital letters.
    RefusesCapitalsInTokens = "refuses-capitals-in-tokens" ["A-080"] needs [] in 1;
    /// Refuses a window of exactly 90 days.
    RefusesWindowOf90Days = "refuses-window-of-90-days" ["A-079"] needs [] in 1;
    /// Refuses a window of exactly one day.
    RefusesWindowOfOneDay = "refuses-window-of-one-day" ["A-062"] needs [] in 1;
    /// Takes a text with digits for the version of a log request.
    AcceptsVersionAsText = "accepts-version-as-text" ["A-103"] needs [jobs] in 2;
    /// Heeds only two of exactly three states in the filter.
    IgnoresThirdState = "ignores-third-state" ["A-052"] needs [] in 2;
    /// Pays no heed to the states in the filter if a database is given.
    DropsStatesBesideDatabase = "drops-states-beside-database" ["A-043"] needs [] in 2;
    /// Lists the exports of every database whose path begins with the one that was asked for.
    MatchesDatabaseByPrefix = "matches-database-by-prefix" ["A-044"] needs [] in 2;
    /// Compares the names of databases in the filter without their region group.
    FiltersDatabaseWithoutRegion = "filters-database-without-region" ["A-044"] needs [] in 2;

    } };
}

pub(super) use orders;
