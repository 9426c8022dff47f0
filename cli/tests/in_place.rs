//! `spanmask mask --in-place`: a file is replaced whole or stays as it was.

mod common;
use common::*;
use std::fs;

const MASK: &str = "mask --policy policy.yaml --in-place";

#[test]
fn files_are_replaced() {
    let place = Place::new();
    place.write("a.json", PLAIN);
    place.write("b.json.gz", gzip(PLAIN));
    place.write("c.json", gzip(PLAIN));
    assert_eq!(place.run(&format!("{MASK} a.json b.json.gz c.json")).clean(), "");
    assert_eq!(place.read("a.json"), MASKED);
    for packed in ["b.json.gz", "c.json"] {
        assert_eq!(gunzip(&fs::read(place.path(packed)).unwrap()), MASKED);
    }
    assert_eq!(place.names(), ["a.json", "b.json.gz", "c.json", "policy.yaml"]);
}

#[test]
fn a_refused_file_and_those_behind_it_stay() {
    let place = Place::new();
    let bad = "[\"Falcon\",";
    place.write("a.json", PLAIN);
    place.write("b.json", bad);
    place.write("c.json", PLAIN);
    place.run(&format!("{MASK} a.json b.json c.json")).fails(1, &["b.json: refused at byte 10"]);
    assert_eq!(place.read("a.json"), MASKED);
    assert_eq!(place.read("b.json"), bad);
    assert_eq!(place.read("c.json"), PLAIN);
    assert_eq!(place.names(), ["a.json", "b.json", "c.json", "policy.yaml"]);
}

#[test]
fn a_bad_policy_touches_nothing() {
    let place = Place::new();
    place.write("a.json", PLAIN);
    place.write("bad.yaml", "rules: 1");
    place.run("mask -p bad.yaml --in-place a.json").fails(2, &["bad.yaml"]);
    assert_eq!(place.read("a.json"), PLAIN);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    #[test]
    fn permissions_are_kept_and_the_file_is_a_new_one() {
        let place = Place::new();
        let path = place.write("a.json", PLAIN);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let before = path.metadata().unwrap();
        let old = fs::File::open(&path).unwrap();
        place.run(&format!("{MASK} a.json")).clean();
        let after = path.metadata().unwrap();
        assert_eq!(after.mode(), before.mode());
        assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
        assert_ne!(after.ino(), before.ino());
        // Who has the old file open still reads the old text: it was replaced, not written over.
        assert_eq!(std::io::read_to_string(old).unwrap(), PLAIN);
    }

    #[test]
    fn a_file_with_nothing_to_mask_is_left_alone() {
        let place = Place::new();
        let path = place.write("a.json", "[ 1 ]");
        let before = path.metadata().unwrap();
        place.run(&format!("{MASK} a.json")).clean();
        let after = path.metadata().unwrap();
        assert_eq!((after.ino(), after.modified().unwrap()), (before.ino(), before.modified().unwrap()));
    }

    #[test]
    fn symbolic_links_are_followed() {
        let place = Place::new();
        fs::create_dir(place.path("real")).unwrap();
        place.write("real/a.json", PLAIN);
        symlink("real/a.json", place.path("link.json")).unwrap();
        place.run(&format!("{MASK} link.json")).clean();
        assert_eq!(place.read("real/a.json"), MASKED);
        assert!(place.path("link.json").is_symlink());
        assert_eq!(place.names(), ["link.json", "policy.yaml", "real"]);

        place.run_with("mask --policy policy.yaml --output link.json", PLAIN).clean();
        assert!(place.path("link.json").is_symlink());
    }

    #[test]
    fn a_directory_that_cannot_be_written_leaves_the_file() {
        let place = Place::new();
        let dir = place.path("closed");
        fs::create_dir(&dir).unwrap();
        place.write("closed/a.json", PLAIN);
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o555)).unwrap();
        // The superuser writes anywhere: nothing to see then.
        let superuser = fs::write(dir.join("probe"), "").is_ok();
        let run = place.run(&format!("{MASK} closed/a.json"));
        fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
        if superuser {
            eprintln!("SKIP: the superuser can write into any directory");
            return;
        }
        run.fails(1, &["closed/a.json: cannot replace", "permission denied"]);
        assert_eq!(place.read("closed/a.json"), PLAIN);
    }

    #[test]
    fn devices_are_refused() {
        Place::new().run(&format!("{MASK} /dev/null")).code();
        assert!(!std::path::Path::new("/dev/null").is_file());
    }
}
