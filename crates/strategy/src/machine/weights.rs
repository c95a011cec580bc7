//! Which kinds of transitions a theme draws, and how often.

use super::Theme;

/// A kind of transition that can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Create,
    Get,
    Page,
    Walk,
    WalkWithChanges,
    Request,
    Status,
    LogPage,
    LogWalk,
    NewUrl,
    Fetch,
    ToExpiry,
    Apps,
    Delete,
    Move,
    MoveLog,
    Advance,
    Issue,
    Revoke,
    Token,
    Stranger,
    Lose,
    Crowd,
    Await,
}

/// Kinds with their weights.
type Weights = &'static [(Kind, u16)];

/// How often each kind is drawn for a theme.
pub(super) fn weights(theme: Theme) -> Weights {
    match theme {
        Theme::Everything => EVERYTHING,
        Theme::Idempotency => IDEMPOTENCY,
        Theme::Lists => LISTS,
        Theme::Jobs => JOBS,
        Theme::Keys => KEYS,
        Theme::Crowd => CROWD,
        Theme::Loss => LOSS,
        Theme::Automatic => AUTOMATIC,
    }
}

const EVERYTHING: Weights = &[
    (Kind::Create, 6),
    (Kind::Get, 4),
    (Kind::Page, 3),
    (Kind::Walk, 2),
    (Kind::WalkWithChanges, 1),
    (Kind::Request, 4),
    (Kind::Status, 3),
    (Kind::LogPage, 2),
    (Kind::LogWalk, 1),
    (Kind::NewUrl, 1),
    (Kind::Fetch, 1),
    (Kind::Apps, 1),
    (Kind::Delete, 1),
    (Kind::Move, 4),
    (Kind::MoveLog, 3),
    (Kind::Advance, 2),
    (Kind::Issue, 1),
    (Kind::Revoke, 1),
    (Kind::Token, 1),
    (Kind::Stranger, 3),
    (Kind::Lose, 1),
    (Kind::Crowd, 1),
];

const IDEMPOTENCY: Weights = &[
    (Kind::Create, 12),
    (Kind::Get, 2),
    (Kind::Page, 2),
    (Kind::Request, 5),
    (Kind::Status, 1),
    (Kind::LogPage, 1),
    (Kind::Move, 3),
    (Kind::MoveLog, 1),
    (Kind::Advance, 3),
    (Kind::Stranger, 1),
    (Kind::Issue, 1),
];

const LISTS: Weights = &[
    (Kind::Create, 6),
    (Kind::Page, 4),
    (Kind::Walk, 4),
    (Kind::WalkWithChanges, 4),
    (Kind::Request, 4),
    (Kind::LogPage, 3),
    (Kind::LogWalk, 2),
    (Kind::Apps, 2),
    (Kind::Delete, 1),
    (Kind::Move, 5),
    (Kind::MoveLog, 3),
    (Kind::Token, 3),
];

const JOBS: Weights = &[
    (Kind::Create, 3),
    (Kind::Get, 4),
    (Kind::Page, 2),
    (Kind::Request, 3),
    (Kind::Status, 5),
    (Kind::LogPage, 2),
    (Kind::NewUrl, 3),
    (Kind::Fetch, 3),
    (Kind::ToExpiry, 2),
    (Kind::Move, 6),
    (Kind::MoveLog, 6),
    (Kind::Advance, 2),
];

const KEYS: Weights = &[
    (Kind::Create, 3),
    (Kind::Get, 2),
    (Kind::Page, 2),
    (Kind::Request, 2),
    (Kind::Status, 2),
    (Kind::Apps, 1),
    (Kind::Delete, 1),
    (Kind::Advance, 4),
    (Kind::Issue, 3),
    (Kind::Revoke, 2),
    (Kind::Stranger, 12),
    (Kind::LogPage, 1),
];

const CROWD: Weights = &[
    (Kind::Create, 2),
    (Kind::Request, 1),
    (Kind::Move, 2),
    (Kind::Crowd, 6),
    (Kind::Page, 1),
    (Kind::Get, 1),
];

const LOSS: Weights = &[
    (Kind::Create, 2),
    (Kind::Request, 1),
    (Kind::Lose, 6),
    (Kind::Page, 2),
    (Kind::LogPage, 1),
    (Kind::Get, 1),
    (Kind::Move, 1),
    (Kind::Delete, 1),
    (Kind::Apps, 1),
];

const AUTOMATIC: Weights = &[
    (Kind::Create, 4),
    (Kind::Get, 6),
    (Kind::Page, 5),
    (Kind::Request, 2),
    (Kind::Status, 4),
    (Kind::LogPage, 2),
    (Kind::Await, 2),
    (Kind::NewUrl, 1),
    (Kind::Walk, 1),
    (Kind::Crowd, 1),
];
