//! What a policy names outside itself: keys from the environment, literals from files next to the policy.

use spanmask::Externals;
use std::fs;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Reads keys and literals for a policy that lies in `directory`.
pub(crate) struct Surroundings {
    pub(crate) directory: PathBuf,
}

/// A variable, for people. By mistake a key may stand where its name should, so only what looks like a name is shown.
fn variable(name: &str) -> String {
    let is_name = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if is_name { format!("the environment variable {name}") } else { "the environment variable".to_owned() }
}

impl Externals for Surroundings {
    fn key(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        let key = std::env::var_os(name).ok_or_else(|| format!("{} is not set", variable(name)))?;
        let key = Zeroizing::new(key.into_encoded_bytes());
        if key.is_empty() {
            return Err(format!("{} is empty", variable(name)));
        }
        Ok(key)
    }

    fn literals(&self, name: &str) -> Result<Vec<u8>, String> {
        let path = self.directory.join(name);
        fs::read(&path)
            .map_err(|error| format!("cannot read {}: {}", path.display(), crate::error::why(&error)))
    }
}
