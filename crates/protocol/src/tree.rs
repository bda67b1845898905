//! Reading what a backend answered, out of whatever has parsed the JSON: the browser's own values in the app, serde_json's
//! everywhere else. One reader serves both, and it weighs a tenth of what serde's derived ones do in the app.

use crate::open_enum::Named;

/// A parsed JSON value that can be looked into. What has another type than the one asked for is as good as absent.
pub trait Tree: Sized {
    /// Whether all steps are read, or those of the login path alone: an app that has no screens for the others is not to
    /// pay for reading them. They are kept as [`Step::Unknown`](crate::Step::Unknown), with their names.
    const READS_ALL_STEPS: bool = true;

    /// A member of an object; `None` where it is absent or `null`.
    fn child(&self, name: &str) -> Option<Self>;
    fn text(&self) -> Option<String>;
    /// A whole number that is not negative.
    fn number(&self) -> Option<u64>;
    /// Whether it is `true`.
    fn is_true(&self) -> bool;
    /// The elements of an array; none of anything else.
    fn items(&self) -> Vec<Self>;
    /// The names of an object's members; none of anything else.
    fn names(&self) -> Vec<String>;
    /// The whole value as JSON text.
    fn json(&self) -> Option<String>;
}

/// The name of the member that an answer lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing(pub &'static str);

/// A member that is a text.
pub(crate) fn text(tree: &impl Tree, name: &str) -> Option<String> {
    tree.child(name)?.text()
}

/// A member that is a number small enough for `N`.
pub(crate) fn number<N: TryFrom<u64>>(tree: &impl Tree, name: &str) -> Option<N> {
    tree.child(name)?.number()?.try_into().ok()
}

/// A member that is a name out of an open set.
pub(crate) fn named<N: Named>(tree: &impl Tree, name: &str) -> Option<N> {
    text(tree, name).map(|text| N::named(&text))
}

/// The elements of a member that can be read.
pub(crate) fn list<T: Tree, V>(tree: &T, name: &str, read: fn(&T) -> Option<V>) -> Vec<V> {
    tree.child(name).map(|list| list.items().iter().filter_map(read).collect()).unwrap_or_default()
}

#[cfg(feature = "json")]
impl Tree for serde_json::Value {
    fn child(&self, name: &str) -> Option<Self> {
        self.get(name).filter(|value| !value.is_null()).cloned()
    }
    fn text(&self) -> Option<String> {
        self.as_str().map(Into::into)
    }
    fn number(&self) -> Option<u64> {
        self.as_u64()
    }
    fn is_true(&self) -> bool {
        self.as_bool() == Some(true)
    }
    fn items(&self) -> Vec<Self> {
        self.as_array().cloned().unwrap_or_default()
    }
    fn names(&self) -> Vec<String> {
        self.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
    }
    fn json(&self) -> Option<String> {
        Some(self.to_string())
    }
}

/// Lets serde read an answer by way of [`serde_json::Value`], for tests and tools.
#[cfg(feature = "json")]
macro_rules! deserialize_by_tree {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = serde_json::Value::deserialize(deserializer)?;
                Self::read(&value).map_err(|missing| serde::de::Error::missing_field(missing.0))
            }
        }
    };
}

#[cfg(feature = "json")]
pub(crate) use deserialize_by_tree;
