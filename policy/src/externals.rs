//! What a policy names outside itself. The command and the service read it; embedders hand it in.

use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// Hands in keys and literals by the names that a policy uses for them.
pub trait Externals {
    /// The key named by `hash: { key_env: NAME }`.
    ///
    /// # Errors
    /// Why there is none, as one phrase for people; never the key.
    fn key(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, String>;

    /// The bytes of the file named by `literals_file: NAME`: UTF-8, one literal a line.
    ///
    /// # Errors
    /// Why there is none, as one phrase for people.
    fn literals(&self, name: &str) -> Result<Vec<u8>, String>;
}

/// Hands in nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoExternals;

impl Externals for NoExternals {
    fn key(&self, _name: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        Err("no keys were handed in".to_owned())
    }

    fn literals(&self, _name: &str) -> Result<Vec<u8>, String> {
        Err("no literals were handed in".to_owned())
    }
}

/// Externals held in memory.
#[derive(Default)]
pub struct MapExternals {
    keys: BTreeMap<String, Zeroizing<Vec<u8>>>,
    literals: BTreeMap<String, Vec<u8>>,
}

impl MapExternals {
    /// Adds a key.
    #[must_use]
    pub fn with_key(mut self, name: impl Into<String>, key: impl Into<Vec<u8>>) -> Self {
        self.keys.insert(name.into(), Zeroizing::new(key.into()));
        self
    }

    /// Adds the text of a file of literals.
    #[must_use]
    pub fn with_literals(mut self, name: impl Into<String>, text: impl Into<Vec<u8>>) -> Self {
        self.literals.insert(name.into(), text.into());
        self
    }
}

impl Externals for MapExternals {
    fn key(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        self.keys.get(name).cloned().ok_or_else(|| "no key of this name was handed in".to_owned())
    }

    fn literals(&self, name: &str) -> Result<Vec<u8>, String> {
        self.literals.get(name).cloned().ok_or_else(|| "no literals of this name were handed in".to_owned())
    }
}
