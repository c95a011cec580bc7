//! Lists: their order, their filters and their pages.

/// Puts the faults of the area behind those that it is given, and gives all of them to the next.
macro_rules! lists {
    ($next:ident $($later:ident)*; $($before:tt)*) => { $next! { $($later)*; $($before)*

    /// Lists the oldest export of a state first.
    ListsOldestFirst = "lists-oldest-first" ["A-045"] needs [] in 3;
    /// Lists exports by id alone.
    MixesStates = "mixes-states" ["A-045"] needs [jobs] in 3;
    /// Lists exports in every state, whatever was asked for.
    IgnoresStateFilter = "ignores-state-filter" ["A-043"] needs [] in 2;
    /// Heeds only the first of several states.
    HeedsFirstStateOnly = "heeds-first-state-only" ["A-052"] needs [] in 2;
    /// Takes any word for a state.
    AcceptsUnknownState = "accepts-unknown-state" ["A-051"] needs [] in 1;
    /// Lists exports of every database, whatever was asked for.
    IgnoresDatabaseFilter = "ignores-database-filter" ["A-044"] needs [] in 2;
    /// Lists log requests in every state, whatever was asked for.
    IgnoresLogStates = "ignores-log-states" ["A-110"] needs [] in 2;
    /// Ends every list after its first page.
    EndsListsEarly = "ends-lists-early" ["A-048", "A-114", "A-123"] needs [] in 1;
    /// Shows the first page of exports to every token.
    IgnoresExportTokens = "ignores-export-tokens" ["A-048"] needs [] in 4;
    /// Shows the first page of log requests to every token.
    IgnoresLogTokens = "ignores-log-tokens" ["A-114"] needs [] in 4;
    /// Shows the first page of OAuth apps to every token.
    IgnoresAppTokens = "ignores-app-tokens" ["A-123"] needs [oauth_apps] in 2;
    /// Shows the last item of a page again on the next one.
    RepeatsLastItem = "repeats-last-item" ["A-048", "A-114", "A-123"] needs [] in 2;
    /// Leaves an item out between two pages.
    SkipsItemBetweenPages = "skips-item-between-pages" ["A-048", "A-114", "A-123"] needs [] in 2;
    /// Counts its way to the next page, so that new exports shift the old ones.
    CountsItemsForNextPage = "counts-items-for-next-page" ["A-048", "A-114", "A-123"] needs [] in 3;
    /// Puts one more item on a page than was asked for.
    OverfillsPages = "overfills-pages" ["A-049", "A-116", "A-124"] needs [] in 1;
    /// Puts 20 exports on a page by default.
    DefaultsTo20Exports = "defaults-to-20-exports" ["A-049"] needs [] in 12;
    /// Refuses to put a hundred items on a page.
    RefusesPagesOf100 = "refuses-pages-of-100" ["A-050", "A-117", "A-125"] needs [] in 1;
    /// Takes a negative page size for the default one.
    AcceptsNegativePageSize = "accepts-negative-page-size"
        ["A-050", "A-117", "A-125"] needs [] in 1;
    /// Takes a word as page size for the default one.
    AcceptsWordAsPageSize = "accepts-word-as-page-size" ["A-050", "A-125"] needs [] in 1;
    /// Refuses a token that is null.
    RefusesNullToken = "refuses-null-token" ["A-115"] needs [] in 1;
    /// Gives no token if what is left exactly fills one page.
    LosesLastFullPage = "loses-last-full-page" ["A-048", "A-114", "A-123"] needs [] in 1;
    /// Leads from a last page that is full back to the first.
    WalksInCircles = "walks-in-circles" ["A-048", "A-123"] needs [] in 2;
    /// Puts 5 exports on a page by default.
    DefaultsTo5Exports = "defaults-to-5-exports" ["A-049"] needs [] in 7;
    /// Lists no more than the ten newest exports, on however many pages.
    LosesEleventhExport = "loses-eleventh-export" ["A-042"] needs [] in 12;
    /// Lists the exports of the account that a token was made for, whoever brings it.
    TokensCarryTheAccount = "tokens-carry-the-account" ["A-003"] needs [second_account] in 4;
    /// Filters only the first page of exports.
    TokensDropFilters = "tokens-drop-filters" ["A-043", "A-044"] needs [] in 5;
    /// Does not list a log request that was listed before.
    ListsLogsOnce = "lists-logs-once" ["A-105", "A-110"] needs [] in 3;
    /// Does not list log requests for a whole region group.
    ListsNoLogsOfRegions = "lists-no-logs-of-regions" ["A-105"] needs [] in 2;
    /// Answers an empty list of log requests with 404.
    AnswersEmptyLogListWith404 = "answers-empty-log-list-with-404" ["A-118"] needs [] in 1;
    /// Leaves failed exports out of a list that is not filtered by state.
    HidesFailedExports = "hides-failed-exports" ["A-042"] needs [jobs] in 2;
    /// Lists the oldest of the failed exports first.
    ListsOldestFailedFirst = "lists-oldest-failed-first" ["A-045"] needs [jobs] in 3;
    /// Leaves out, behind a page of exports, what was created in the same second as its last.
    SkipsExportsOfSameSecond = "skips-exports-of-same-second" ["A-048"] needs [] in 4;
    /// Remembers how far a walk through the exports has come in the account, not in the token.
    SharesPositionBetweenWalks = "shares-position-between-walks" ["A-048"] needs [] in 5;
    /// Counts its way to the next page of OAuth apps, so that deletions shift the rest.
    CountsAppsForNextPage = "counts-apps-for-next-page" ["A-123"] needs [oauth_apps] in 3;
    /// Puts 10 OAuth apps on every page but the first, whatever was asked for.
    IgnoresSizeOnLaterPages = "ignores-size-on-later-pages" ["A-124"] needs [oauth_apps] in 2;

    } };
}

pub(super) use lists;
