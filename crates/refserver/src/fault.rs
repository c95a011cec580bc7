//! The wrong behaviours that can be switched on, each by its name. A suite that lets one of these
//! pass has a hole.

use crate::flags::catalogue;

catalogue! {
    /// A named wrong behaviour.
    Fault,
    /// The wrong behaviours that a server has.
    Faults,
    /// The rows of the collected facts that the behaviour breaks.
    violates;

    /// Answers the creation of an export with 200, for everyone to see.
    Canary = "canary" ["A-040"],
}
