//! The wrong behaviours that can be switched on, each by its name. A suite that lets one of these
//! pass has a hole. Each bites at a single place: search for the variant to find it.
//!
//! The catalogue is one list, written down by area. An entry says what it breaks, what somebody
//! needs to have before it can be shown (the words are in [`Fault::NEEDS`]), and how many public
//! requests the shortest demonstration takes. Calls of the control API do not count; every page,
//! every fetched file and every one of several requests at the same time does.

mod access;
mod answers;
mod apps;
mod cuts;
mod files;
mod idempotency;
mod lists;
mod orders;
mod races;

use access::access;
use answers::answers;
use apps::apps;
use cuts::cuts;
use files::files;
use idempotency::idempotency;
use lists::lists;
use orders::orders;
use races::races;

use crate::flags::catalogue;

/// Declares the catalogue, once all areas have put their entries in.
macro_rules! declare {
    (;
        $( $(#[doc = $doc:literal])+ $variant:ident = $id:literal
            [$($row:literal),+] needs [$($need:ident)*] in $shortest:literal; )+
    ) => {
        catalogue! {
            /// A named wrong behaviour.
            Fault,
            /// The wrong behaviours that a server has.
            Faults,
            /// The rows of the collected facts that the behaviour breaks.
            violates;

            $( $(#[doc = $doc])+ $variant = $id [$($row),+], )+
        }

        impl Fault {
            /// The capabilities and circumstances without which the behaviour cannot be shown.
            #[must_use]
            pub fn needs(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$(stringify!($need)),*]),+ }
            }

            /// How many public requests the shortest demonstration takes.
            #[must_use]
            pub fn shortest(self) -> u32 {
                match self { $(Self::$variant => $shortest),+ }
            }
        }
    };
}

access! { orders answers lists idempotency files apps races cuts declare; }

impl Fault {
    /// The words of [`Fault::needs`]. The last three stand for time that passes by itself, two
    /// clients at once, and a connection that is cut after the request was sent.
    pub const NEEDS: [&'static str; 11] = [
        "clock",
        "jobs",
        "storage",
        "oauth_apps",
        "second_key",
        "second_account",
        "billing_key",
        "free_plan",
        "auto_jobs",
        "parallel",
        "cut",
    ];

    /// Whether only clients at once or a cut connection can show it: whoever sends one request
    /// after the other sees a right server.
    #[must_use]
    pub fn is_race(self) -> bool {
        self.needs().iter().any(|need| matches!(*need, "parallel" | "cut"))
    }
}
