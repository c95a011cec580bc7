//! Who is asking, and may they.

/// Puts the faults of the area behind those that it is given, and gives all of them to the next.
macro_rules! access {
    ($next:ident $($later:ident)*; $($before:tt)*) => { $next! { $($later)*; $($before)*

    /// Answers the creation of an export with 200, for everyone to see.
    Canary = "canary" ["A-040"] needs [] in 1;
    /// Takes a secret under any authorization scheme, or under none.
    AcceptsAnyScheme = "accepts-any-scheme" ["A-026"] needs [] in 1;
    /// Answers a request without the Authorization header with 403.
    ForbidsMissingKey = "forbids-missing-key" ["A-025"] needs [] in 1;
    /// Answers a secret that nobody has with 400.
    RejectsUnknownKeyAs400 = "rejects-unknown-key-as-400" ["A-004"] needs [] in 1;
    /// Goes on taking a key after it has expired.
    IgnoresKeyExpiry = "ignores-key-expiry" ["A-008"] needs [clock] in 1;
    /// Counts the life of a key in hours.
    CountsTtlInHours = "counts-ttl-in-hours" ["A-008"] needs [clock] in 1;
    /// Refuses a key one day before it expires.
    ExpiresKeysADayEarly = "expires-keys-a-day-early" ["A-008"] needs [] in 1;
    /// Lets any role create exports.
    CreatesExportsForAnyRole = "creates-exports-for-any-role"
        ["A-013", "A-024"] needs [billing_key] in 1;
    /// Lets any role list exports.
    ListsExportsForAnyRole = "lists-exports-for-any-role"
        ["A-013", "A-047"] needs [billing_key] in 1;
    /// Lets any role get an export.
    GetsExportsForAnyRole = "gets-exports-for-any-role" ["A-013", "A-057"] needs [billing_key] in 1;
    /// Lets any plan create exports.
    CreatesExportsOnAnyPlan = "creates-exports-on-any-plan"
        ["A-012", "A-023"] needs [free_plan] in 1;
    /// Lets any plan list exports.
    ListsExportsOnAnyPlan = "lists-exports-on-any-plan" ["A-012", "A-046"] needs [free_plan] in 1;
    /// Lets any plan get an export.
    GetsExportsOnAnyPlan = "gets-exports-on-any-plan" ["A-012", "A-056"] needs [free_plan] in 1;
    /// Refuses exports to developers.
    RefusesDevelopers = "refuses-developers" ["A-013"] needs [] in 1;
    /// Answers the secret of a database key with 404.
    AnswersDatabaseKeysWith404 = "answers-database-keys-with-404" ["A-005"] needs [] in 1;
    /// Lists the exports of the last client to whoever sends no key.
    ListsExportsWithoutKey = "lists-exports-without-key" ["A-053"] needs [] in 2;
    /// Shows an export of the last client to whoever sends no key.
    GetsExportsWithoutKey = "gets-exports-without-key" ["A-059"] needs [] in 2;
    /// Requests logs for the last client when no key is sent.
    RequestsLogsWithoutKey = "requests-logs-without-key" ["A-068"] needs [] in 2;
    /// Shows a log request of the last client to whoever sends no key.
    GetsLogsWithoutKey = "gets-logs-without-key" ["A-093"] needs [] in 2;
    /// Makes a file URL for the last client when no key is sent.
    MakesUrlsWithoutKey = "makes-urls-without-key" ["A-101"] needs [] in 2;
    /// Lists the log requests of the last client to whoever sends no key.
    ListsLogsWithoutKey = "lists-logs-without-key" ["A-108"] needs [] in 2;
    /// Lists the OAuth apps of the last client to whoever sends no key.
    ListsAppsWithoutKey = "lists-apps-without-key" ["A-126"] needs [] in 2;
    /// Deletes an OAuth app of the last client when no key is sent.
    DeletesAppsWithoutKey = "deletes-apps-without-key" ["A-133"] needs [] in 2;
    /// Shows exports to a key that was revoked.
    GetsExportsWithRevokedKeys = "gets-exports-with-revoked-keys" ["A-004", "A-013"] needs [] in 1;
    /// Lists log requests to a key that was revoked.
    ListsLogsWithRevokedKeys = "lists-logs-with-revoked-keys" ["A-004"] needs [] in 1;
    /// Goes on taking a key after it has expired, if it was used before.
    TrustsUsedKeys = "trusts-used-keys" ["A-008"] needs [clock] in 2;
    /// Counts the life of a key in real time instead of the time of the account.
    ExpiresKeysInRealTime = "expires-keys-in-real-time" ["A-008"] needs [clock] in 1;
    /// Takes a key for one more minute after it has expired.
    GivesKeysAMinuteOfGrace = "gives-keys-a-minute-of-grace" ["A-008"] needs [clock] in 1;
    /// Refuses the creation of exports to admins.
    RefusesCreationToAdmins = "refuses-creation-to-admins" ["A-013", "A-024"] needs [] in 1;
    /// Lists exports for any role if they are filtered by database.
    SkipsRoleInFilteredLists = "skips-role-in-filtered-lists"
        ["A-013", "A-047"] needs [billing_key] in 1;
    /// Exports nested databases on any plan.
    SkipsPlanForNestedDatabases = "skips-plan-for-nested-databases"
        ["A-012", "A-023"] needs [free_plan] in 1;
    /// Compares no more of a secret than its first 36 characters.
    IgnoresEndOfSecret = "ignores-end-of-secret" ["A-004"] needs [] in 1;

    } };
}

pub(super) use access;
