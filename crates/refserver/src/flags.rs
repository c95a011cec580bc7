//! What a catalogue of named behaviours is: an enum with ids, and a bit set over it.
//!
//! Faults and variants are the same kind of thing (a named departure from the default server), so
//! both are declared through one macro. A set is a plain `u128`: asking it is one shift and one
//! mask, cheap enough to ask on every request.

/// No entry of the catalogue has the id that was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {kind} called `{id}`")]
pub struct UnknownId {
    /// `fault` or `variant`.
    pub kind: &'static str,
    /// The id that was given.
    pub id: String,
}

/// Declares an enum of named behaviours and the bit set over it.
macro_rules! catalogue {
    (
        $(#[$meta:meta])* $name:ident, $kind:literal,
        $(#[$set_meta:meta])* $set:ident,
        $(#[$refs_meta:meta])* $refs:ident;
        $( $(#[doc = $doc:literal])+ $variant:ident = $id:literal [$($r:literal),* $(,)?], )+
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $( $(#[doc = $doc])+ $variant, )+ }

        impl $name {
            /// Every entry, in the order of the catalogue.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name it goes by outside the program.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }

            /// One sentence that says what the server does.
            #[must_use]
            pub fn doc(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii()),+ }
            }

            $(#[$refs_meta])*
            #[must_use]
            pub fn $refs(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($r),*]),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::flags::UnknownId;

            fn from_str(id: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.iter().copied().find(|entry| entry.id() == id);
                found.ok_or_else(|| $crate::flags::UnknownId { kind: $kind, id: id.to_owned() })
            }
        }

        const _: () = assert!($name::ALL.len() <= 128, "the set is one u128");

        $(#[$set_meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $set(u128);

        impl $set {
            /// The empty set: the server as it should be.
            #[must_use]
            pub const fn none() -> Self {
                Self(0)
            }

            /// Whether the entry is in the set.
            #[must_use]
            pub const fn has(self, entry: $name) -> bool {
                self.0 & (1 << entry as u32) != 0
            }

            /// The set with one more entry.
            #[must_use]
            pub const fn with(self, entry: $name) -> Self {
                Self(self.0 | (1 << entry as u32))
            }

            /// Whether nothing is in the set.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }
        }

        impl FromIterator<$name> for $set {
            fn from_iter<I: IntoIterator<Item = $name>>(entries: I) -> Self {
                entries.into_iter().fold(Self::none(), Self::with)
            }
        }
    };
}

pub(crate) use catalogue;
