//! Whatever happens to the service: nothing unmasked ever leaves, and it recovers.

use crate::support::*;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Killed and started again under load. Whatever part of an answer came, it is the front of a masked one.
#[test]
fn killed_under_load() {
    let over = AtomicBool::new(false);
    let (whole, cut) = (AtomicU64::new(0), AtomicU64::new(0));
    let address = std::sync::Mutex::new(None);
    let inputs = [body(CANARY), large(200), large(3000)];
    let first = Service::start("limits: { window: 64K }");
    *address.lock().unwrap() = Some(first.address);
    std::thread::scope(|scope| {
        for input in &inputs {
            let (over, whole, cut, address) = (&over, &whole, &cut, &address);
            scope.spawn(move || {
                let expected = masked(input);
                while !over.load(Ordering::Relaxed) {
                    let at = address.lock().unwrap().unwrap();
                    let Ok(stream) = std::net::TcpStream::connect(at) else { continue };
                    let reply = Client::new(stream).try_post_large(WORKER, input);
                    let Some(reply) = reply else { continue };
                    assert_eq!(reply.status, 200);
                    assert!(expected.starts_with(&reply.body), "what came is masked");
                    assert!(!reply.whole || reply.body == expected);
                    if reply.whole { whole } else { cut }.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let mut service = first;
        for round in 1..=5 {
            while whole.load(Ordering::Relaxed) < round * 10 {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            let (status, log) = service.stop(Signal::KILL);
            assert!(!status.success() && !log.contains("canary"), "{log}");
            service = Service::start("limits: { window: 64K }");
            *address.lock().unwrap() = Some(service.address);
        }
        over.store(true, Ordering::Relaxed);
        service.until("spanmask_in_flight", 0.0);
    });
}

/// So few descriptors that most connections cannot be accepted; then they come back.
#[test]
fn out_of_descriptors() {
    let service = Setup::new("policies: p.yaml\nreload_every: 20ms")
        .file(
            "p.yaml",
            std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../policy/presets/default.yaml")).unwrap(),
        )
        .shell("ulimit -n 40; exec \"$@\"")
        .start();
    let input = body(CANARY);
    let crowd: Vec<_> = (0..60).map(|_| service.connect()).collect();
    // What is written cannot be read now: the set in use stays.
    service.until_logged("no connection can be accepted");
    service.write("p.yaml", "version: 1\nrules: [{ id: NEW, detect: email, replace: \"[NEW]\" }]\n");
    service.until_logged("policies not taken");
    drop(crowd);
    while service.post(&input).text() != "[{\"note\":\"[NEW]\"}]" {}
    assert!(service.metric("spanmask_accept_errors_total") >= 1.0);
    assert_eq!(service.metric("spanmask_policy_reload_failed"), 0.0);
    service.end();
}

/// A log that cannot be written, or that nobody reads, holds up nothing.
#[test]
fn no_room_for_the_log() {
    // More lines than a pipe and the queue hold, where nobody takes any.
    for (target, calls) in [("/dev/full", 100), ("pipe", 8000)] {
        let address = {
            let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            taken.local_addr().unwrap()
        };
        let setup = Setup::new(&format!("listen: {address}\nlog: {{ level: debug }}"));
        let mut command = setup.command(&[]);
        match target {
            "pipe" => command.stderr(std::process::Stdio::piped()),
            _ => command.stderr(std::fs::OpenOptions::new().write(true).open(target).unwrap()),
        };
        let mut child = command.spawn().unwrap();
        let connect = || loop {
            if let Ok(stream) = std::net::TcpStream::connect(address) {
                return Client::new(stream);
            }
        };
        let mut client = connect();
        let input = body(CANARY);
        let expected = masked(&input);
        // Many at a time, or this is a test of how long a turn takes on a busy machine.
        let head = format!("POST /mask HTTP/1.1\r\n{WORKER}Content-Length: {}\r\n\r\n", input.len());
        let batch = [head.as_bytes(), &input].concat().repeat(50);
        for _ in 0..calls / 50 {
            client.send(&batch);
            (0..50).for_each(|_| client.reply().is(&expected));
        }
        client.send(b"GET /metrics HTTP/1.1\r\nHost: mask\r\n\r\n");
        let metrics = client.reply().text();
        assert!(metrics.contains(&format!("spanmask_requests_total{{outcome=\"masked\"}} {calls}\n")));
        let dropped = metrics.lines().find(|line| line.starts_with("spanmask_log_lines_dropped ")).unwrap();
        assert_eq!(dropped.ends_with(" 0"), target != "pipe", "{dropped}");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
