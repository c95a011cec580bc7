//! What only two clients at once can see, or a client whose connection is cut.

/// Puts the faults of the area behind those that it is given, and gives all of them to the next.
macro_rules! races {
    ($next:ident $($later:ident)*; $($before:tt)*) => { $next! { $($later)*; $($before)*

    /// Looks an idempotency key up, and only later creates the export and remembers the key.
    CreatesTwiceForParallelKey = "creates-twice-for-parallel-key" ["A-018"] needs [parallel] in 2;
    /// Answers an idempotency key with 500 while its first request is under way.
    Answers500ToWaitingKey = "answers-500-to-waiting-key" ["A-018", "A-041"] needs [parallel] in 2;
    /// Replays an empty export while the first request of an idempotency key is under way.
    ReplaysUnfinishedCreation = "replays-unfinished-creation"
        ["A-019", "A-040"] needs [parallel] in 2;
    /// Refuses whoever waits for the first request of an idempotency key if that is refused.
    ReplaysRefusalToWaitingKey = "replays-refusal-to-waiting-key" ["A-020"] needs [parallel] in 2;
    /// Gives the id of the first export to whoever waits for it, but with the format of the second
    /// order.
    EchoesOwnOrderToWaitingKey = "echoes-own-order-to-waiting-key" ["A-019"] needs [parallel] in 2;
    /// Takes the requests of two account keys for the same while both are under way with one
    /// idempotency key.
    MixesKeysOfParallelClients = "mixes-keys-of-parallel-clients"
        ["A-021", "A-022"] needs [parallel second_key] in 2;
    /// Takes the requests of two accounts for the same while both are under way with one
    /// idempotency key.
    MixesKeysOfParallelAccounts = "mixes-keys-of-parallel-accounts"
        ["A-003", "A-022"] needs [parallel second_account] in 2;
    /// Writes back the exports as they were before a creation, so that one of two at once is lost.
    LosesParallelCreation = "loses-parallel-creation" ["A-042"] needs [parallel] in 3;
    /// Chooses the id of an export before it takes it, so that two at once get the same.
    GivesOneIdToParallelCreations = "gives-one-id-to-parallel-creations"
        ["A-017"] needs [parallel] in 2;
    /// Keeps the order that it works on in one place for all, so that the later of two at once
    /// counts twice.
    MixesParallelOrders = "mixes-parallel-orders" ["A-014"] needs [parallel] in 2;
    /// Keeps the export that it is about to show in one place for all who get one.
    SwapsParallelExports = "swaps-parallel-exports" ["A-003", "A-055"] needs [parallel] in 4;
    /// Keeps the page of exports that it is about to show in one place for all who list.
    SwapsParallelLists = "swaps-parallel-lists" ["A-043"] needs [parallel] in 3;
    /// Keeps the log request that it is about to show in one place for all who ask.
    SwapsParallelLogRequests = "swaps-parallel-log-requests" ["A-065"] needs [parallel] in 4;
    /// Lists the exports of the account that asked last, to everybody who asks at the time.
    ListsForParallelAccount = "lists-for-parallel-account"
        ["A-003", "A-042"] needs [parallel second_account] in 3;
    /// Lists exports to any secret while a client with a good one lists as well.
    LetsStrangersInBesideClients = "lets-strangers-in-beside-clients"
        ["A-004"] needs [parallel] in 2;
    /// Creates an export for any role while somebody who may creates one as well.
    BorrowsRoleOfParallelClient = "borrows-role-of-parallel-client"
        ["A-013", "A-024"] needs [parallel billing_key] in 2;
    /// Creates an export on any plan while somebody whose plan has them creates one as well.
    BorrowsPlanOfParallelClient = "borrows-plan-of-parallel-client"
        ["A-012", "A-023"] needs [parallel free_plan second_account] in 2;
    /// Reads the unfinished exports first and the others later, so that one that ends in between is
    /// listed twice.
    ListsMovingExportTwice = "lists-moving-export-twice"
        ["A-042", "A-048"] needs [jobs parallel] in 2;
    /// Reads the finished exports first and the others later, so that one that ends in between is
    /// not listed.
    MissesMovingExport = "misses-moving-export" ["A-042"] needs [jobs parallel] in 2;
    /// Writes back the state of an export that it has read, when it shows the export.
    UndoesMoveOfExport = "undoes-move-of-export" ["A-060"] needs [jobs parallel] in 3;
    /// Writes back the state of a log request that it has read, when it shows the request.
    UndoesMoveOfLogRequest = "undoes-move-of-log-request"
        ["A-083", "A-085"] needs [jobs parallel] in 3;
    /// Looks whether an export is in progress, and only later starts the next one.
    StartsTwoExportsInParallel = "starts-two-exports-in-parallel"
        ["A-016"] needs [jobs parallel] in 3;
    /// Works off exports that were created at the same time independently of each other.
    StartsParallelCreationsAtOnce = "starts-parallel-creations-at-once"
        ["A-016"] needs [auto_jobs parallel] in 3;
    /// Finds no export while another one is created.
    MissesExportsDuringCreation = "misses-exports-during-creation"
        ["A-055", "A-058"] needs [parallel] in 3;
    /// Lists no exports while another one is created.
    ListsNothingDuringCreation = "lists-nothing-during-creation" ["A-042"] needs [parallel] in 3;
    /// Lists an export that is being created before it has a destination.
    ShowsHalfCreatedExports = "shows-half-created-exports" ["A-054"] needs [parallel] in 2;
    /// Lists no OAuth apps while one is deleted.
    ListsNothingDuringDeletion = "lists-nothing-during-deletion"
        ["A-122"] needs [oauth_apps parallel] in 2;
    /// Takes the scope from an OAuth app first and the app from the list later.
    ShowsHalfDeletedApps = "shows-half-deleted-apps" ["A-127"] needs [oauth_apps parallel] in 2;
    /// Looks whether an OAuth app is there, and only later deletes it.
    DeletesAppTwiceInParallel = "deletes-app-twice-in-parallel"
        ["A-131"] needs [oauth_apps parallel] in 2;
    /// Looks an idempotency token up, and only later makes the log request and remembers the token.
    RequestsLogsTwiceForParallelToken = "requests-logs-twice-for-parallel-token"
        ["A-081"] needs [parallel] in 2;
    /// Writes back the log requests as they were before a new one, so that one of two at once is
    /// lost.
    LosesParallelLogRequest = "loses-parallel-log-request" ["A-105"] needs [parallel] in 3;
    /// Compares the version first and makes the new URL later, so that one version serves two at
    /// once.
    ChecksVersionTooEarly = "checks-version-too-early" ["A-103"] needs [jobs parallel] in 3;

    } };
}

pub(super) use races;
