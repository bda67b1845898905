//! Enumerations that may grow on the other side of the wire: a name that is not known here is kept, not refused.

/// A type whose values are names out of an open set.
pub trait Named {
    fn named(name: &str) -> Self;
}

/// Declares a field-less enum with its wire names and an `Unknown` variant for every other name.
macro_rules! open_enum {
    ($(#[doc = $doc:literal])+ pub enum $name:ident { $($(#[$inner:meta])* $variant:ident = $wire:literal,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$inner])* $variant,)+
            /// A name that this version does not know; a reader shows something general and a way on.
            Unknown(Box<str>),
        }

        impl $name {
            /// All names that this version knows.
            pub const KNOWN: &[Self] = &[$(Self::$variant,)+];

            /// The name on the wire.
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $wire,)+ Self::Unknown(name) => name }
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                match name { $($wire => Self::$variant,)+ _ => Self::Unknown(name.into()) }
            }
        }

        impl crate::open_enum::Named for $name {
            fn named(name: &str) -> Self { Self::from(name) }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer).map(|name| Self::from(name.as_str()))
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "description": concat!($($doc,)+ " An open set: a reader accepts names that are not in `examples`.").trim(),
                    "examples": [$($wire),+],
                })
            }
        }
    };
}

pub(crate) use open_enum;
