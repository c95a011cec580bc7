//! OAuth apps, and whose things they are.

/// Puts the faults of the area behind those that it is given, and gives all of them to the next.
macro_rules! apps {
    ($next:ident $($later:ident)*; $($before:tt)*) => { $next! { $($later)*; $($before)*

    /// Says that an app is deleted and keeps it.
    KeepsDeletedApps = "keeps-deleted-apps" ["A-128"] needs [oauth_apps] in 2;
    /// Says that an app is deleted that does not exist.
    DeletesUnknownApps = "deletes-unknown-apps" ["A-131"] needs [] in 1;
    /// Lists the exports of other accounts as well.
    ListLeaksOtherAccounts = "list-leaks-other-accounts"
        ["A-003", "A-042"] needs [second_account] in 2;
    /// Shows the exports of other accounts.
    GetLeaksOtherAccounts = "get-leaks-other-accounts"
        ["A-003", "A-058"] needs [second_account] in 2;
    /// Shows the log requests of other accounts.
    StatusLeaksOtherAccounts = "status-leaks-other-accounts"
        ["A-003", "A-090"] needs [second_account] in 2;
    /// Lists the OAuth apps of other accounts as well.
    AppsLeakOtherAccounts = "apps-leak-other-accounts"
        ["A-003", "A-122"] needs [second_account oauth_apps] in 1;
    /// Deletes the OAuth apps of other accounts.
    DeletesAppsOfOthers = "deletes-apps-of-others" ["A-131"] needs [second_account oauth_apps] in 1;
    /// Shows a list to a token that was given to another account.
    SharesTokensBetweenAccounts = "shares-tokens-between-accounts"
        ["A-003"] needs [second_account] in 2;
    /// Deletes the OAuth app behind the one that was named.
    DeletesNeighbour = "deletes-neighbour" ["A-128"] needs [oauth_apps] in 2;
    /// Deletes all OAuth apps of the same client along with the one that was named.
    DeletesAllAppsOfClient = "deletes-all-apps-of-client" ["A-128"] needs [oauth_apps] in 2;
    /// Lists the ids of OAuth apps in a form that cannot be used to delete them.
    ListsAppIdsInHex = "lists-app-ids-in-hex" ["A-132"] needs [oauth_apps] in 2;
    /// Answers the deletion of an OAuth app that does not exist with 410.
    AnswersUnknownAppWith410 = "answers-unknown-app-with-410" ["A-134"] needs [] in 1;

    } };
}

pub(super) use apps;
