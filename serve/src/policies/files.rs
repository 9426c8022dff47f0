//! Files that were read, and whether they have changed since.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// What changes when a file is written, replaced, removed, or another one takes its place behind a symbolic link.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    len: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

fn stamp(path: &Path) -> Option<Stamp> {
    let about = fs::metadata(path).ok()?;
    Some(Stamp {
        inode: about.ino(),
        len: about.len(),
        modified: (about.mtime(), about.mtime_nsec()),
        changed: (about.ctime(), about.ctime_nsec()),
    })
}

/// Files and folders, each as it was just before it was read: one that changes while it is read counts as changed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

impl Stamps {
    /// Notes a file that is going to be read.
    pub(crate) fn note(&mut self, path: impl Into<PathBuf>) {
        let path = path.into();
        let stamp = stamp(&path);
        self.0.push((path, stamp));
    }

    /// Whether any of them is no longer as it was.
    pub(crate) fn changed(&self) -> bool {
        self.0.iter().any(|(path, before)| stamp(path) != *before)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_change_shows() {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        let stamps = |name: &str| {
            let mut stamps = Stamps::default();
            stamps.note(path(name));
            stamps
        };
        fs::write(path("a"), "1").unwrap();
        fs::write(path("b"), "2").unwrap();
        std::os::unix::fs::symlink(path("a"), path("link")).unwrap();
        let (file, link, gone, folder) = (stamps("a"), stamps("link"), stamps("new"), stamps(""));
        assert!(![&file, &link, &gone, &folder].iter().any(|stamps| stamps.changed()));

        fs::write(path("a"), "longer").unwrap();
        assert!(file.changed() && link.changed() && !gone.changed());
        let link = stamps("link");
        std::os::unix::fs::symlink(path("b"), path("link.new")).unwrap();
        fs::rename(path("link.new"), path("link")).unwrap();
        assert!(link.changed());
        fs::write(path("new"), "").unwrap();
        assert!(gone.changed() && folder.changed());
        let file = stamps("b");
        fs::remove_file(path("b")).unwrap();
        assert!(file.changed());
    }
}
