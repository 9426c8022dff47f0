//! Policies are taken anew when they change, all of them or none.

use crate::support::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

fn policy(token: &str) -> String {
    format!("version: 1\nrules: [{{ id: {token}, literals: [{CANARY}], replace: \"[{token}]\" }}]\n")
}

fn masks_to(service: &Service, token: &str) -> bool {
    service.post(&body(CANARY)).text() == format!("[{{\"note\":\"[{token}]\"}}]")
}

fn ready(service: &Service) -> serde_json::Value {
    let reply = service.get("/readyz");
    assert_eq!(reply.status, 200, "a set that was not taken is no reason to take the instance away");
    serde_json::from_slice(&reply.body).unwrap()
}

#[test]
fn on_change_and_on_sighup() {
    let service = Setup::new("policies: p.yaml\nreload_every: 20ms").file("p.yaml", policy("A")).start();
    assert!(masks_to(&service, "A"));
    let before = ready(&service)["policies"]["version"].clone();
    service.write("p.yaml", policy("B"));
    service.until_at_least("spanmask_policy_reloads_total", 2.0);
    assert!(masks_to(&service, "B"));
    let after = ready(&service)["policies"]["version"].clone();
    assert_ne!(before, after);
    assert_eq!(service.metric(&format!("spanmask_policy_info{{version={after}}}")), 1.0);
    let metrics = service.metrics();
    assert!(
        !metrics.contains_key("spanmask_matches_total{policy=\"p\",rule=\"A\"}"),
        "what is gone is forgotten"
    );
    assert_eq!(metrics["spanmask_matches_total{policy=\"p\",rule=\"B\"}"], 1.0);
    let log = service.end();
    assert!(log.contains("policies taken"), "{log}");

    let service = Setup::new("policies: p.yaml\nreload_every: 1h").file("p.yaml", policy("A")).start();
    service.write("p.yaml", policy("B"));
    service.signal(Signal::HUP);
    service.until_at_least("spanmask_policy_reloads_total", 2.0);
    assert!(masks_to(&service, "B"));
    service.end();
}

#[test]
fn a_bad_set_is_not_taken_and_everybody_is_told() {
    let set = "default: a\npolicies: { a: a.yaml, b: b.yaml }\n";
    let service = Setup::new("policies: set.yaml\nreload_every: 20ms")
        .file("set.yaml", set)
        .file("a.yaml", policy("A"))
        .file("b.yaml", policy("B"))
        .start();
    let before = ready(&service);
    assert_eq!(before["policies"]["current"], true);
    // One policy is good and new, the other bad: none is taken.
    service.write("b.yaml", "version: 1\nrules: [{ id: B, literalls: [x] }]\n");
    service.write("a.yaml", policy("C"));
    service.until("spanmask_policy_reload_failed", 1.0);
    assert!(masks_to(&service, "A"));
    let now = ready(&service);
    assert_eq!(now["policies"]["current"], false);
    assert_eq!(now["policies"]["version"], before["policies"]["version"]);
    assert!(now["policies"]["problem"].as_str().unwrap().contains("the log says why"));
    assert!(service.metric("spanmask_policy_reload_failures_total") >= 1.0);
    service.until_logged("literalls");
    service.write("b.yaml", policy("B"));
    service.until("spanmask_policy_reload_failed", 0.0);
    assert!(masks_to(&service, "C"));
    assert_eq!(ready(&service)["policies"]["current"], true);
    let log = service.end();
    assert!(log.contains("those in use stay"), "{log}");
}

/// As Kubernetes does it: a link to a folder is replaced by a link to another.
#[test]
fn behind_a_symbolic_link() {
    use std::os::unix::fs::symlink;
    let setup = Setup::new("policies: current/p.yaml\nreload_every: 20ms")
        .file("one/p.yaml", policy("A"))
        .file("two/p.yaml", policy("B"));
    let path = |name: &str| setup.place.path().join(name);
    symlink("one", path("current")).unwrap();
    let service = setup.start();
    assert!(masks_to(&service, "A"));
    let path = |name: &str| service.setup.place.path().join(name);
    symlink("two", path("next")).unwrap();
    std::fs::rename(path("next"), path("current")).unwrap();
    service.until_at_least("spanmask_policy_reloads_total", 2.0);
    assert!(masks_to(&service, "B"));
    service.end();
}

#[test]
fn words_of_a_policy_are_looked_at_too() {
    let rule = "version: 1\nrules: [{ id: A, literals_file: words.txt, replace: \"[A]\" }]\n";
    let service = Setup::new("policies: p\nreload_every: 20ms")
        .file("p/default.yaml", rule)
        .file("p/words.txt", "Falcon\n")
        .start();
    service.write("p/words.txt", format!("Falcon\n{CANARY}\n"));
    service.until_at_least("spanmask_policy_reloads_total", 2.0);
    assert!(masks_to(&service, "A"));
    // A new policy in the folder.
    service.write("p/set.yaml", "default: new\n");
    service.until("spanmask_policy_reload_failed", 1.0);
    service.write("p/new.yaml", policy("N"));
    service.until("spanmask_policy_reload_failed", 0.0);
    assert!(masks_to(&service, "N"));
    service.end();
}

/// A thousand sets, every tenth of them bad, while requests of both kinds go on.
#[test]
fn a_thousand_sets_under_load() {
    let service = Setup::new("policies: p.yaml\nreload_every: 1h\nlimits: { window: 64K }")
        .file("p.yaml", policy("A"))
        .start();
    let (over, done) = (AtomicBool::new(false), AtomicU64::new(0));
    let (small, long) = (body(CANARY), large(300));
    let of = |input: &[u8], token: &str| String::from_utf8(input.to_vec()).unwrap().replace(CANARY, token);
    std::thread::scope(|scope| {
        for input in [&small, &small, &long] {
            let (service, over, done) = (&service, &over, &done);
            scope.spawn(move || {
                let expected = ["[A]", "[B]"].map(|token| of(input, token));
                let mut client = service.connect();
                while !over.load(Ordering::Relaxed) {
                    let reply = client.post_large(WORKER, input);
                    assert_eq!((reply.status, reply.whole), (200, true));
                    assert!(expected.contains(&reply.text()), "each body has one policy");
                    done.fetch_add(1, Ordering::Relaxed);
                    // Without it, three callers leave nothing of a small machine to those who take the sets.
                    std::thread::sleep(std::time::Duration::from_millis(1));
                }
            });
        }
        let mut taken = 1.0;
        let mut failed = 0.0;
        for at in 0..1000 {
            if at % 10 == 9 {
                service.write("p.yaml", "version: 1\nrules: [{ id: canary }]\n");
                failed += 1.0;
            } else {
                service.write("p.yaml", policy(if at % 2 == 0 { "B" } else { "A" }));
                taken += 1.0;
            }
            service.signal(Signal::HUP);
            let (name, count) = match at % 10 {
                9 => ("spanmask_policy_reload_failures_total", failed),
                _ => ("spanmask_policy_reloads_total", taken),
            };
            // The first look at the files may count as well: it comes when the service has begun.
            service.until_at_least(name, count);
        }
        over.store(true, Ordering::Relaxed);
    });
    assert!(done.load(Ordering::Relaxed) > 100);
    assert_eq!(service.outcome("masked"), done.load(Ordering::Relaxed) as f64);
    let peak = service.peak();
    assert!(peak < 256 << 20, "{peak} bytes of memory");
}
