//! Log files and the URLs that lead to them.

/// Puts the faults of the area behind those that it is given, and gives all of them to the next.
macro_rules! files {
    ($next:ident $($later:ident)*; $($before:tt)*) => { $next! { $($later)*; $($before)*

    /// Shows no URL for a complete request.
    HidesUrl = "hides-url" ["A-085", "A-096"] needs [jobs] in 2;
    /// Shows no URLs in the list of log requests.
    HidesUrlsInList = "hides-urls-in-list" ["A-106"] needs [jobs] in 2;
    /// Shows a URL that expired before it was made.
    MakesExpiredUrls = "makes-expired-urls" ["A-088", "A-097"] needs [jobs] in 2;
    /// Serves a file for ever.
    NeverExpiresUrls = "never-expires-urls" ["A-088"] needs [clock jobs storage] in 2;
    /// Needs a key to serve a file.
    NeedsKeyForFiles = "needs-key-for-files" ["A-086"] needs [jobs storage] in 2;
    /// Serves files that are not compressed.
    ServesPlainFiles = "serves-plain-files" ["A-086"] needs [jobs storage] in 2;
    /// Serves a file as one JSON array.
    ServesArrays = "serves-arrays" ["A-086"] needs [jobs storage] in 2;
    /// Names the members of log records in small letters.
    WritesSmallNames = "writes-small-names" ["A-087"] needs [jobs storage] in 2;
    /// Leaves out what was logged at the very start of the window.
    ExcludesWindowStart = "excludes-window-start" ["A-077"] needs [jobs storage] in 2;
    /// Puts in what was logged at the very end of the window.
    IncludesWindowEnd = "includes-window-end" ["A-079"] needs [jobs storage] in 2;
    /// Gives the old URL when a new one is asked for.
    RepeatsOldUrl = "repeats-old-url" ["A-095"] needs [jobs] in 2;
    /// Makes no new URL without a body.
    NeedsBodyForUrl = "needs-body-for-url" ["A-102"] needs [jobs] in 2;
    /// Makes a new URL whatever version the client believes in.
    IgnoresVersion = "ignores-version" ["A-103"] needs [jobs] in 2;
    /// Makes a URL for a request that is not complete.
    MakesUrlsForUnfinished = "makes-urls-for-unfinished" ["A-099"] needs [] in 2;
    /// Makes no new file URL when the old one has expired.
    MakesNoUrlAfterExpiry = "makes-no-url-after-expiry" ["A-089"] needs [clock jobs] in 2;
    /// Makes no new file URL as long as the old one is good.
    MakesNoUrlBeforeExpiry = "makes-no-url-before-expiry" ["A-098"] needs [jobs] in 2;
    /// Gives a new file URL the expiry of the first one.
    RenewsUrlsWithOldExpiry = "renews-urls-with-old-expiry"
        ["A-089", "A-095"] needs [clock jobs] in 2;
    /// Serves a file only until its first URL has expired, whatever the newer one says.
    ExpiresFilesByFirstUrl = "expires-files-by-first-url"
        ["A-089", "A-095"] needs [clock jobs storage] in 3;
    /// Serves no file in the last ten minutes before its URL expires.
    ExpiresUrlsEarly = "expires-urls-early" ["A-088"] needs [clock jobs storage] in 2;
    /// Puts a record of another database into the file.
    MixesDatabasesInFiles = "mixes-databases-in-files" ["A-070"] needs [jobs storage] in 2;
    /// Writes the response codes of log records as numbers.
    WritesCodesAsNumbers = "writes-codes-as-numbers" ["A-087"] needs [jobs storage] in 2;

    } };
}

pub(super) use files;
