//! What a catalogue of named behaviours is: an enum with ids, and a bit set over it.
//!
//! Faults and variants are the same kind of thing (a named departure from the default server), so
//! both are declared through one macro. A set is a few words of bits: asking it is one
//! shift and one mask, cheap enough to ask on every request.

/// Declares an enum of named behaviours and the bit set over it.
macro_rules! catalogue {
    (
        $(#[$meta:meta])* $name:ident,
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

            /// The entry with this id.
            #[must_use]
            pub fn from_id(id: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|entry| entry.id() == id)
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

        const _: () = assert!($name::ALL.len() <= 320, "the set is five words");

        $(#[$set_meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct $set([u64; 5]);

        impl $set {
            /// The empty set: the server as it should be.
            #[must_use]
            pub const fn none() -> Self {
                Self([0; 5])
            }

            /// Whether the entry is in the set.
            #[must_use]
            pub const fn has(self, entry: $name) -> bool {
                self.0[entry as usize / 64] & (1 << (entry as usize % 64)) != 0
            }

            /// The set with one more entry.
            #[must_use]
            pub const fn with(mut self, entry: $name) -> Self {
                self.0[entry as usize / 64] |= 1 << (entry as usize % 64);
                self
            }

            /// Whether nothing is in the set.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                matches!(self.0, [0, 0, 0, 0, 0])
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
