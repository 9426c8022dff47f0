//! What a policy names outside itself: keys from the environment, literals from files next to the policy.

use spanmask::Externals;
use std::fs;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Reads keys and literals for a policy that lies in `directory`.
pub(crate) struct Surroundings {
    pub(crate) directory: PathBuf,
}

impl Externals for Surroundings {
    fn key(&self, name: &str) -> Result<Zeroizing<Vec<u8>>, String> {
        let key =
            std::env::var_os(name).ok_or_else(|| format!("the environment variable {name} is not set"))?;
        let key = Zeroizing::new(key.into_encoded_bytes());
        if key.is_empty() {
            return Err(format!("the environment variable {name} is empty"));
        }
        Ok(key)
    }

    fn literals(&self, name: &str) -> Result<Vec<u8>, String> {
        let path = self.directory.join(name);
        fs::read(&path)
            .map_err(|error| format!("cannot read {}: {}", path.display(), crate::error::why(&error)))
    }
}
