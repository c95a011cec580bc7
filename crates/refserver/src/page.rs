//! Pages of a list: how many items go on one, and the token that leads to the next.
//!
//! A token says where the walk stands: the revision of its first page and the position of the last
//! item shown. It is signed together with the account and the filters, so that it fits only the
//! list it came from; any other use of it is a bad request. The page size may change on the way.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::answer::Refusal;
use crate::fault::Fault;
use crate::server::Server;
use crate::variant::Variant;

const PAGE_SIZE_MAX: i64 = 100;
const PAGE_SIZE_DEFAULT: usize = 10;
const MAC_BYTES: usize = 16;
const TOKEN_BYTES: usize = 1 + 8 + 1 + 8 + 8;

/// The lists that have pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    Exports,
    LogRequests,
    OauthApps,
}

impl List {
    fn tag(self) -> u8 {
        match self {
            Self::Exports => 1,
            Self::LogRequests => 2,
            Self::OauthApps => 3,
        }
    }

    /// The fault that makes the list blind to its tokens.
    fn blindness(self) -> Fault {
        match self {
            Self::Exports => Fault::IgnoresExportTokens,
            Self::LogRequests => Fault::IgnoresLogTokens,
            Self::OauthApps => Fault::IgnoresAppTokens,
        }
    }

    /// How many items a page has if the client does not say.
    pub(crate) fn default_size(self, server: &Server) -> usize {
        let tiny = server.variants().has(Variant::TinyDefaultPage);
        let larger = server.variants().has(Variant::LargerDefaultPage);
        match self {
            Self::Exports if server.has(Fault::DefaultsTo20Exports) => 20,
            Self::Exports if server.has(Fault::DefaultsTo5Exports) => 5,
            Self::Exports => PAGE_SIZE_DEFAULT,
            Self::LogRequests | Self::OauthApps if larger => 100,
            Self::LogRequests | Self::OauthApps if tiny => 2,
            Self::LogRequests | Self::OauthApps => PAGE_SIZE_DEFAULT,
        }
    }
}

/// Where an item stands in a list: first by group, then by place in the group, both ascending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) group: u8,
    pub(crate) place: u64,
}

impl Position {
    pub(crate) fn ascending(id: u64) -> Self {
        Self { group: 0, place: id }
    }

    pub(crate) fn descending(group: u8, id: u64) -> Self {
        Self { group, place: !id }
    }

    /// The second in which something was created that stands in descending order.
    fn second(self) -> u64 {
        (!self.place >> 20) / 1000
    }
}

/// A place that no item has, for a walk that is led back to its beginning.
const BEFORE_THE_FIRST: Position = Position { group: u8::MAX, place: 0 };

/// What a client asks for: which list, which part of it, how much at once, and from where.
pub(crate) struct PageRequest<'a> {
    pub(crate) list: List,
    pub(crate) account_id: &'a str,
    /// The filters in a canonical form.
    pub(crate) filter: String,
    pub(crate) size: usize,
    pub(crate) token: Option<&'a str>,
}

/// The letters of a token. What comes before the last tilde says nothing.
fn encode(server: &Server, bytes: &[u8]) -> String {
    let variants = server.variants();
    if variants.has(Variant::AwkwardTokens) {
        return format!("+/ &%=~{}", STANDARD.encode(bytes));
    }
    let token = URL_SAFE_NO_PAD.encode(bytes);
    if variants.has(Variant::LongTokens) {
        return format!("{}~{token}", "x".repeat(1000));
    }
    if variants.has(Variant::ChangingTokens) {
        return format!("{}~{token}", server.signer.draw(8));
    }
    token
}

fn decode(server: &Server, token: &str) -> Option<Vec<u8>> {
    let variants = server.variants();
    let padded = variants.has(Variant::LongTokens) || variants.has(Variant::ChangingTokens);
    if variants.has(Variant::AwkwardTokens) {
        return STANDARD.decode(token.strip_prefix("+/ &%=~")?).ok();
    }
    let token = if padded { token.rsplit_once('~')?.1 } else { token };
    URL_SAFE_NO_PAD.decode(token).ok()
}

/// Where a walk stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor {
    /// The order of the list is the one that it had at this revision.
    pub(crate) revision: u64,
    pub(crate) after: Option<Position>,
    /// How many items the walk has shown so far.
    n_shown: u64,
}

impl PageRequest<'_> {
    /// Finds out where the walk stands.
    pub(crate) fn open(&self, server: &Server) -> Result<Cursor, Refusal> {
        let token = self.token.filter(|_| !server.has(self.list.blindness()));
        let Some(token) = token else {
            return Ok(Cursor { revision: server.revision(), after: None, n_shown: 0 });
        };
        self.read(server, token).ok_or_else(|| {
            Refusal::bad_request("next_token is not one that this list has given out")
        })
    }

    fn read(&self, server: &Server, token: &str) -> Option<Cursor> {
        let bytes = decode(server, token)?;
        let payload: &[u8; TOKEN_BYTES] = bytes.get(..TOKEN_BYTES)?.try_into().ok()?;
        if bytes.get(TOKEN_BYTES..)? != self.mac(server, payload) {
            return None;
        }
        let mut revision = u64::from_be_bytes(payload[1..9].try_into().ok()?);
        let place = u64::from_be_bytes(payload[10..18].try_into().ok()?);
        let n_shown = u64::from_be_bytes(payload[18..].try_into().ok()?);
        let live = self.list == List::LogRequests && server.variants().has(Variant::LiveLogCursors);
        if live || server.has(Fault::CountsItemsForNextPage) {
            revision = server.revision();
        }
        let after = Some(Position { group: payload[9], place });
        Some(Cursor { revision, after, n_shown })
    }

    fn write(&self, server: &Server, cursor: Cursor, last: Position, n_shown: u64) -> String {
        let mut bytes = Vec::with_capacity(TOKEN_BYTES + MAC_BYTES);
        bytes.push(self.list.tag());
        bytes.extend_from_slice(&cursor.revision.to_be_bytes());
        bytes.push(last.group);
        bytes.extend_from_slice(&last.place.to_be_bytes());
        bytes.extend_from_slice(&n_shown.to_be_bytes());
        let mac = self.mac(server, &bytes);
        bytes.extend_from_slice(&mac);
        let token = encode(server, &bytes);
        if self.list == List::Exports && server.has(Fault::TokensCarryTheAccount) {
            return format!("{}.{token}", self.account_id);
        }
        token
    }

    fn mac(&self, server: &Server, payload: &[u8]) -> [u8; MAC_BYTES] {
        let shared = server.has(Fault::SharesTokensBetweenAccounts);
        let account_id = if shared { "" } else { self.account_id };
        let parts: [&[u8]; 5] =
            [b"page", &[self.list.tag()], account_id.as_bytes(), self.filter.as_bytes(), payload];
        let mut mac = [0; MAC_BYTES];
        mac.copy_from_slice(&server.signer.sign(&parts)[..MAC_BYTES]);
        mac
    }

    /// Cuts the page that the walk has come to out of the whole list.
    pub(crate) fn cut<T>(
        &self,
        server: &Server,
        cursor: Cursor,
        mut items: Vec<(Position, T)>,
    ) -> Page<T> {
        items.sort_unstable_by_key(|(position, _)| *position);
        let start = self.start(server, cursor, &items);
        let size = self.size + usize::from(server.has(Fault::OverfillsPages));
        let end = items.len().min(start.saturating_add(size));
        let more = end < items.len();
        let dangling = end > start && server.variants().has(Variant::TokenOnLastPage);
        let last = items.get(end.wrapping_sub(1)).map(|(position, _)| *position);
        let full = end > start && end - start == self.size;
        let next_token = match last {
            _ if server.has(Fault::EndsListsEarly) => None,
            _ if server.has(Fault::LosesLastFullPage) && items.len() - end == self.size => None,
            Some(_) if full && !more && server.has(Fault::WalksInCircles) => {
                Some(self.write(server, cursor, BEFORE_THE_FIRST, 0))
            }
            Some(last) if more || dangling => {
                let n_shown = cursor.n_shown + (end - start) as u64;
                Some(self.write(server, cursor, last, n_shown))
            }
            _ => None,
        };
        let items = items.drain(start..end).map(|(_, item)| item).collect();
        Page { items, last, next_token }
    }

    /// Where the next page begins: behind the last item that was shown.
    fn start<T>(&self, server: &Server, cursor: Cursor, items: &[(Position, T)]) -> usize {
        let Some(after) = cursor.after else { return 0 };
        if server.has(Fault::WalksInCircles) && after == BEFORE_THE_FIRST {
            return 0;
        }
        let counts_apps = self.list == List::OauthApps && server.has(Fault::CountsAppsForNextPage);
        if counts_apps || server.has(Fault::CountsItemsForNextPage) {
            return items.len().min(usize::try_from(cursor.n_shown).unwrap_or(usize::MAX));
        }
        if server.has(Fault::RepeatsLastItem) {
            return items.partition_point(|(position, _)| *position < after);
        }
        let start = items.partition_point(|(position, _)| *position <= after);
        if self.list == List::Exports && server.has(Fault::SkipsExportsOfSameSecond) {
            let same = |(position, _): &&(Position, T)| {
                position.group == after.group && position.second() == after.second()
            };
            return start + items[start..].iter().take_while(same).count();
        }
        if server.has(Fault::SkipsItemBetweenPages) { items.len().min(start + 1) } else { start }
    }
}

/// One page.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// Where the last item stands.
    pub(crate) last: Option<Position>,
    next_token: Option<String>,
}

impl<T> Page<T> {
    /// The object with `results` and, where there is more, `next_token`.
    pub(crate) fn show(self, server: &Server, show: impl FnMut(T) -> Value) -> Value {
        let mut body = Map::new();
        let results = self.items.into_iter().map(show).collect();
        body.insert("results".into(), Value::Array(results));
        match self.next_token {
            Some(token) => {
                body.insert("next_token".into(), Value::String(token));
            }
            None if server.variants().has(Variant::NullNextToken) => {
                body.insert("next_token".into(), Value::Null);
            }
            None => {}
        }
        Value::Object(body)
    }
}

/// Reads `max_results` from a query.
pub(crate) fn size_from_query(
    server: &Server,
    list: List,
    text: Option<&str>,
) -> Result<usize, Refusal> {
    let Some(text) = text else { return Ok(list.default_size(server)) };
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        if server.has(Fault::AcceptsWordAsPageSize) {
            return Ok(list.default_size(server));
        }
        return Err(Refusal::bad_request("max_results has to be an integer"));
    }
    // What does not fit is beyond the limit on one side or the other.
    let beyond = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    size_in_range(server, text.parse().unwrap_or(beyond))
}

/// Reads `max_results` from a body.
pub(crate) fn size_from_body(
    server: &Server,
    list: List,
    value: Option<&Value>,
) -> Result<usize, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(list.default_size(server)),
        Some(Value::Number(number)) if number.is_i64() || number.is_u64() => {
            size_in_range(server, number.as_i64().unwrap_or(i64::MAX))
        }
        Some(_) => Err(Refusal::bad_request("max_results has to be an integer")),
    }
}

fn size_in_range(server: &Server, size: i64) -> Result<usize, Refusal> {
    if size < 0 && server.has(Fault::AcceptsNegativePageSize) {
        return Ok(PAGE_SIZE_DEFAULT);
    }
    if size == PAGE_SIZE_MAX && server.has(Fault::RefusesPagesOf100) {
        return Err(Refusal::bad_request("max_results has to be from 1 to 99"));
    }
    let clamps = size >= 0 && server.variants().has(Variant::ClampsPageSize);
    let size = if clamps { size.clamp(1, PAGE_SIZE_MAX) } else { size };
    match usize::try_from(size) {
        Ok(fit) if (1..=PAGE_SIZE_MAX).contains(&size) => Ok(fit),
        _ => Err(Refusal::bad_request("max_results has to be from 1 to 100")),
    }
}
