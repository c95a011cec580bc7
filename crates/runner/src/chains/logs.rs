//! Chains over log requests.

use model::Plan;
use model::program::Program;
use model::transition::{
    Credential, FirstPage, Handle, Listing, LogBody, LogState, Tamper, Transition, UrlBody,
};

use super::{
    Chain, DAY, Facts, OWNER, advance, log_to, logs_of, new_url, page, request, status, walk,
};

const TOKEN: &str = "813831fe-8f2a-423f-9467-55551f784250";
const OTHER_TOKEN: &str = "0b54a7c2-3c2e-4f6e-9d6a-2f5f6a7b8c9d";

pub(super) fn chains(facts: &Facts) -> Vec<Program> {
    vec![
        scopes(facts),
        windows(facts),
        get_own_and_unknown(facts),
        states(facts),
        file(facts),
        file_scopes(facts),
        url(facts),
        url_refused(facts),
        token(facts),
        token_after_completion(facts),
        tokens_alike(facts),
        list_plain(facts),
        token_window(facts),
        list(facts),
        list_walk(facts),
        list_tokens(facts),
        apart(facts),
        automatic(facts),
    ]
}

fn shop(facts: &Facts) -> LogBody {
    logs_of(Some(&facts.shop.path), None)
}

fn region(facts: &Facts) -> &str {
    facts.shop.path.split('/').next().unwrap_or("us-std")
}

fn scopes(facts: &Facts) -> Program {
    let region = region(facts);
    let mut bodies = vec![
        shop(facts),
        logs_of(None, Some(region)),
        logs_of(Some(&facts.shop.path), Some(region)),
    ];
    bodies.extend(facts.nested.iter().map(|nested| logs_of(Some(&nested.path), None)));
    let mut chain = Chain::new("logs/scopes", facts);
    for (handle, body) in (0..).zip(bodies) {
        chain = chain.steps([request(OWNER, handle, body), status(OWNER, handle)]);
    }
    chain
        .steps([
            request(OWNER, 10, logs_of(None, None)),
            request(OWNER, 11, logs_of(Some("us-std/no_such_database"), None)),
            request(OWNER, 12, logs_of(None, Some("no-such-region"))),
            walk(OWNER, Listing::Logs(LogState::ALL.to_vec()), Some(2)),
        ])
        .done()
}

fn windows(facts: &Facts) -> Program {
    let window = |start_seconds, end_seconds| LogBody { start_seconds, end_seconds, ..shop(facts) };
    let day = i64::try_from(DAY).unwrap_or(0);
    Chain::new("logs/windows", facts)
        .steps([
            request(OWNER, 0, window(-3600, 3600)),
            request(OWNER, 1, window(-3600, -7200)),
            request(OWNER, 2, window(-89 * day, -3600)),
            request(OWNER, 3, window(-89 * day, 2 * day)),
            request(OWNER, 4, window(-3600, 100 * day)),
            // To the second: 90 days, and a second more.
            request(OWNER, 5, window(-45 * day, 45 * day)),
            request(OWNER, 6, window(-45 * day, 45 * day + 1)),
            request(OWNER, 7, window(-3600, -3599)),
            request(OWNER, 8, LogBody { offset_hours: 2, ..shop(facts) }),
            request(OWNER, 9, LogBody { offset_hours: -7, ..shop(facts) }),
            status(OWNER, 0),
        ])
        .done()
}

fn get_own_and_unknown(facts: &Facts) -> Program {
    Chain::new("logs/get", facts)
        .steps([request(OWNER, 0, shop(facts)), status(OWNER, 0), status(OWNER, 9)])
        .steps([new_url(OWNER, 9, UrlBody::None)])
        .done()
}

fn states(facts: &Facts) -> Program {
    let mut chain = Chain::new("logs/states", facts);
    let to = [
        LogState::Complete,
        LogState::Failed,
        LogState::TimedOut,
        LogState::DoesNotExist,
        LogState::CreatingNewUrl,
        LogState::Pending,
    ];
    for (handle, state) in (0..).zip(to) {
        chain = chain.steps([
            request(OWNER, handle, shop(facts)),
            log_to(handle, state),
            status(OWNER, handle),
            status(OWNER, handle),
        ]);
    }
    chain
        .steps([log_to(4, LogState::Complete), status(OWNER, 4), log_to(1, LogState::Complete)])
        .steps([status(OWNER, 1)])
        .done()
}

fn completed(facts: &Facts, handle: Handle) -> [Transition; 3] {
    [request(OWNER, handle, shop(facts)), log_to(handle, LogState::Complete), status(OWNER, handle)]
}

/// The file can be fetched until its URL expires, and again behind a new URL. No life is
/// documented (C-46), so the clock is moved by a year.
fn file(facts: &Facts) -> Program {
    let fetch = || Transition::FetchLogFile { log: 0 };
    Chain::new("logs/file", facts)
        .steps(completed(facts, 0))
        .steps([fetch(), advance(0, 366 * DAY), fetch()])
        .steps([new_url(OWNER, 0, UrlBody::None), status(OWNER, 0), fetch()])
        .done()
}

/// The files of a database, of another one, of a nested one and of a whole region group.
fn file_scopes(facts: &Facts) -> Program {
    let mut bodies = vec![shop(facts), logs_of(None, Some(region(facts)))];
    bodies.extend(facts.other.iter().map(|other| logs_of(Some(&other.path), None)));
    bodies.extend(facts.nested.iter().map(|nested| logs_of(Some(&nested.path), None)));
    let mut chain = Chain::new("logs/file-scopes", facts);
    for (handle, body) in (0..).zip(bodies) {
        chain = chain.steps([request(OWNER, handle, body), log_to(handle, LogState::Complete)]);
        chain = chain.steps([status(OWNER, handle), Transition::FetchLogFile { log: handle }]);
    }
    chain.done()
}

fn url(facts: &Facts) -> Program {
    let mut chain = Chain::new("logs/url", facts).steps(completed(facts, 0));
    for body in [UrlBody::None, UrlBody::Empty, UrlBody::CurrentVersion] {
        chain = chain.steps([advance(0, 30), new_url(OWNER, 0, body), status(OWNER, 0)]);
    }
    chain
        .steps([new_url(OWNER, 0, UrlBody::WrongVersion), status(OWNER, 0)])
        .steps([Transition::FetchLogFile { log: 0 }])
        .done()
}

fn url_refused(facts: &Facts) -> Program {
    Chain::new("logs/url-refused", facts)
        .steps(completed(facts, 0))
        .steps([new_url(OWNER, 0, UrlBody::None)])
        .steps([request(OWNER, 1, shop(facts)), new_url(OWNER, 1, UrlBody::None)])
        .steps([request(OWNER, 2, shop(facts)), log_to(2, LogState::Failed)])
        .steps([new_url(OWNER, 2, UrlBody::None), new_url(OWNER, 9, UrlBody::None)])
        .steps([status(OWNER, 1)])
        .done()
}

fn with_token(facts: &Facts, token: &str) -> LogBody {
    LogBody { idempotency_token: Some(token.to_owned()), ..shop(facts) }
}

/// Two requests with one token carry the same window: the clock stands still between them as far
/// as whole seconds go, or the token alone decides.
fn token(facts: &Facts) -> Program {
    let all = || Listing::Logs(LogState::ALL.to_vec());
    Chain::new("logs/token", facts)
        .steps([request(OWNER, 0, with_token(facts, TOKEN))])
        .steps([request(OWNER, 1, with_token(facts, TOKEN))])
        .steps([request(OWNER, 2, with_token(facts, OTHER_TOKEN))])
        .steps([request(OWNER, 3, with_token(facts, &OTHER_TOKEN.to_uppercase()))])
        .steps([request(OWNER, 4, shop(facts)), request(OWNER, 5, shop(facts))])
        .steps([walk(OWNER, all(), None)])
        .done()
}

fn token_after_completion(facts: &Facts) -> Program {
    Chain::new("logs/token-after-completion", facts)
        .steps([request(OWNER, 0, with_token(facts, TOKEN)), log_to(0, LogState::Complete)])
        .steps([request(OWNER, 1, with_token(facts, TOKEN)), status(OWNER, 0)])
        .done()
}

/// Tokens that share their beginning or their end, one in capital letters; and used ones for
/// another window, another database, and a whole region group.
fn tokens_alike(facts: &Facts) -> Program {
    let tokens = [
        "6c8a1d3e-0b1f-4a77-8e21-7d1c5b3a9f01",
        "6c8a1d3e-0b1f-4a77-8e21-7d1c5b3a9f02",
        "7c8a1d3e-0b1f-4a77-8e21-7d1c5b3a9f01",
        "3E0B1F4A-778E-4217-9D1C-5B3A9F016C8A",
    ];
    let each =
        |first: u32| (first..).zip(tokens).map(|(at, t)| request(OWNER, at, with_token(facts, t)));
    let first = || with_token(facts, tokens[0]);
    let mut others = vec![LogBody { start_seconds: -9000, ..first() }];
    others
        .extend(facts.other.iter().map(|o| LogBody { database: Some(o.path.clone()), ..first() }));
    others.push(LogBody {
        database: None,
        region_group: Some(region(facts).to_owned()),
        ..first()
    });
    Chain::new("logs/tokens-alike", facts)
        .steps(each(0))
        .steps(each(10))
        .steps((20..).zip(others).map(|(at, body)| request(OWNER, at, body)))
        .steps([walk(OWNER, Listing::Logs(LogState::ALL.to_vec()), Some(100))])
        .done()
}

/// Nothing here needs a job to be steered.
fn list_plain(facts: &Facts) -> Program {
    let all = || Listing::Logs(LogState::ALL.to_vec());
    let null = Transition::ListPage {
        by: OWNER,
        list: all(),
        max_results: Some(100),
        first: FirstPage::Null,
    };
    Chain::new("logs/list-plain", facts)
        .steps([request(OWNER, 0, shop(facts)), request(OWNER, 1, shop(facts))])
        .steps([page(OWNER, all(), Some(100)), null, walk(OWNER, all(), Some(1))])
        .done()
}

fn token_window(facts: &Facts) -> Program {
    let again = |handle| request(OWNER, handle, with_token(facts, TOKEN));
    Chain::new("logs/token-window", facts)
        .steps([again(0), advance(0, DAY - 120), again(1), advance(0, 300), again(2)])
        .done()
}

fn list(facts: &Facts) -> Program {
    let states = |states: &[LogState]| Listing::Logs(states.to_vec());
    let null = Transition::ListPage {
        by: OWNER,
        list: states(&LogState::ALL),
        max_results: Some(100),
        first: FirstPage::Null,
    };
    Chain::new("logs/list", facts)
        .steps([page(OWNER, states(&LogState::ALL), None)])
        .steps(completed(facts, 0))
        .steps(completed(facts, 1))
        .steps([request(OWNER, 2, shop(facts)), request(OWNER, 3, shop(facts))])
        .steps([log_to(3, LogState::Failed)])
        .steps([page(OWNER, states(&[LogState::Complete]), None)])
        .steps([page(OWNER, states(&[LogState::Failed]), Some(100))])
        .steps([page(OWNER, states(&[LogState::Complete, LogState::Requested]), None)])
        .steps([page(OWNER, states(&[LogState::Pending, LogState::Requested]), None)])
        .steps([page(OWNER, states(&LogState::ALL), Some(100)), null])
        .done()
}

fn list_walk(facts: &Facts) -> Program {
    let all = || Listing::Logs(LogState::ALL.to_vec());
    let complete = || Listing::Logs(vec![LogState::Complete]);
    Chain::new("logs/list-walk", facts)
        .steps((0..4).map(|handle| request(OWNER, handle, shop(facts))))
        .steps([log_to(1, LogState::Complete), log_to(2, LogState::Complete)])
        .steps([1, 2, 3, 4, 5].map(|size| walk(OWNER, all(), Some(size))))
        .steps([walk(OWNER, complete(), Some(1)), page(OWNER, all(), Some(1))])
        .steps([walk(OWNER, all(), None)])
        .done()
}

fn list_tokens(facts: &Facts) -> Program {
    let other = || Credential::Key(1);
    let all = || Listing::Logs(LogState::ALL.to_vec());
    let foreign = |by: Credential, used_for: Listing, tamper| Transition::ForeignToken {
        owner: OWNER,
        by,
        list: all(),
        used_for,
        tamper,
    };
    Chain::new("logs/list-tokens", facts)
        .account(Plan::Enterprise, 0)
        .steps((0..3).map(|handle| request(OWNER, handle, shop(facts))))
        .steps((10..12).map(|handle| request(other(), handle, shop(facts))))
        .steps([
            foreign(OWNER, all(), Some(Tamper::Replace)),
            foreign(other(), all(), None),
            foreign(OWNER, Listing::Logs(vec![LogState::Failed]), None),
        ])
        .done()
}

fn apart(facts: &Facts) -> Program {
    let other = || Credential::Key(1);
    let all = || Listing::Logs(LogState::ALL.to_vec());
    Chain::new("logs/accounts-apart", facts)
        .account(Plan::Enterprise, 0)
        .steps([request(OWNER, 0, with_token(facts, TOKEN)), status(other(), 0)])
        .steps([page(other(), all(), None), request(other(), 1, with_token(facts, TOKEN))])
        .steps([log_to(0, LogState::Complete), new_url(other(), 0, UrlBody::None)])
        .steps([page(other(), all(), None), page(OWNER, all(), None), status(OWNER, 1)])
        .done()
}

fn automatic(facts: &Facts) -> Program {
    let list = || page(OWNER, Listing::Logs(LogState::ALL.to_vec()), None);
    Chain::new("logs/automatic", facts)
        .auto(5)
        .steps([request(OWNER, 0, shop(facts)), list()])
        .steps([Transition::AwaitLog { by: OWNER, log: 0 }, status(OWNER, 0), list()])
        .done()
}
