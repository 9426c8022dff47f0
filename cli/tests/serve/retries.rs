//! Langfuse's worker with its timeout and its attempts, as `docs/langfuse.md` has them: how many it makes, and what it has in the
//! end. One failed attempt is followed by the next at once, whatever the status; retries + 1 of them, then the batch is
//! dropped (fail closed).

use crate::support::{CANARY, Client, Service, Setup, Signal, WORKER, body, large};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The worker's default.
const TIMEOUT: Duration = Duration::from_millis(500);

struct Worker {
    address: SocketAddr,
    retries: usize,
    /// For the whole of an attempt; `None`: it waits as long as it takes.
    timeout: Option<Duration>,
    /// Kept alive between calls.
    client: Option<Client<TcpStream>>,
}

impl Worker {
    /// It waits, so that a busy machine is no failure, unless it is told not to.
    fn of(address: SocketAddr, retries: usize) -> Self {
        Self { address, retries, timeout: None, client: None }
    }

    /// The number of attempts, and what is stored; nothing of a batch that is dropped. `before` is told the number of each.
    fn call(&mut self, input: &[u8], mut before: impl FnMut(&mut Self, usize)) -> (usize, Option<Vec<u8>>) {
        for attempt in 1..=self.retries + 1 {
            before(self, attempt);
            let answer = self.attempt(input);
            if answer.is_some() {
                return (attempt, answer);
            }
            self.client = None;
        }
        (self.retries + 1, None)
    }

    /// Any 2xx whose body comes whole and is JSON is a success.
    fn attempt(&mut self, input: &[u8]) -> Option<Vec<u8>> {
        if self.client.is_none() {
            self.client = Some(Client::new(TcpStream::connect(self.address).ok()?));
        }
        let client = self.client.as_mut()?;
        let stream = client.try_clone();
        stream.set_read_timeout(self.timeout).and_then(|()| stream.set_write_timeout(self.timeout)).unwrap();
        let reply = client.try_post_large(WORKER, input)?;
        let json = serde_json::from_slice::<serde_json::Value>(&reply.body).is_ok();
        ((200..300).contains(&reply.status) && reply.whole && json).then_some(reply.body)
    }
}

fn nothing(_: &mut Worker, _: usize) {}

/// A service that starts at once, as its policy is small.
fn start(settings: &str) -> Service {
    let policy = format!("version: 1\nrules: [{{ id: X, literals: [{CANARY}], replace: '[X]' }}]\n");
    Setup::new(&format!("policies: p.yaml\n{settings}")).file("p.yaml", policy).start()
}

fn masked(input: &[u8]) -> Vec<u8> {
    str::from_utf8(input).unwrap().replace(CANARY, "[X]").into_bytes()
}

#[test]
fn one_attempt_where_all_is_well() {
    let service = start("");
    let input = body(CANARY);
    let mut worker = Worker::of(service.address, 1);
    for _ in 0..3 {
        assert_eq!(worker.call(&input, nothing), (1, Some(masked(&input))));
    }
    assert_eq!(service.outcome("masked"), 3.0);
    service.end();
}

/// A refusal is final for us, and tried again by the worker.
#[test]
fn what_is_refused_is_refused_as_often_as_it_is_tried() {
    let service = start("limits: { window: 64K }");
    let mut late = large(2000);
    *late.last_mut().unwrap() = b'x';
    let mut tries = 0.0;
    for retries in [0, 1, 3] {
        let mut worker = Worker::of(service.address, retries);
        assert_eq!(worker.call(b"[\"canary", nothing), (retries + 1, None));
        // One that is cut off behind its first byte counts as failed, too.
        assert_eq!(worker.call(&late, nothing), (retries + 1, None));
        tries += (retries + 1) as f64;
    }
    service.until("spanmask_requests_total{outcome=\"cut_off\"}", tries);
    assert_eq!(service.outcome("refused"), tries);
    assert_eq!(service.outcome("masked"), 0.0);
    service.end();
}

#[test]
fn there_is_room_for_a_later_attempt() {
    let service = start("limits: { in_flight: 1 }");
    let input = body(CANARY);
    let mut busy = service.connect();
    busy.begin_chunks(WORKER);
    busy.chunk(&input);
    service.until("spanmask_in_flight", 1.0);
    assert_eq!(Worker::of(service.address, 1).call(&input, nothing), (2, None));
    let end = |_: &mut Worker, attempt| {
        if attempt == 3 {
            busy.send(b"0\r\n\r\n");
            busy.reply().is(&masked(&input));
            service.until("spanmask_in_flight", 0.0);
        }
    };
    assert_eq!(Worker::of(service.address, 3).call(&input, end), (3, Some(masked(&input))));
    assert_eq!(service.outcome("busy"), 4.0);
    service.end();
}

/// The connection that the worker has kept is the old one's: that costs one attempt. While nobody listens, they all fail, as
/// they come at once.
#[test]
fn restarted_between_two_calls_and_within_one() {
    let first = start("");
    let (address, input) = (first.address, body(CANARY));
    let mut worker = Worker::of(address, 1);
    assert_eq!(worker.call(&input, nothing).0, 1);
    first.end();
    let again = || start(&format!("listen: {address}"));
    let second = again();
    assert_eq!(worker.call(&input, nothing), (2, Some(masked(&input))));
    second.end();
    assert_eq!(worker.call(&input, nothing), (2, None));
    let mut third = None;
    let listen = |_: &mut Worker, attempt| {
        if attempt == 2 {
            third = Some(again());
        }
    };
    assert_eq!(worker.call(&input, listen), (2, Some(masked(&input))));
    third.unwrap().end();
}

/// The service stands still, as a machine does that is moved: attempts end at the worker's timeout. What they asked, it masks in
/// vain or finds left (or the library of HTTP does, before there is anything to count); it holds nothing then, and the next
/// attempt is answered.
#[test]
fn too_late_for_the_worker() {
    for input in [body(CANARY), large(200)] {
        let service = start("limits: { window: 64K }");
        service.pause();
        let mut worker = Worker::of(service.address, 2);
        worker.timeout = Some(TIMEOUT);
        let go_on = |worker: &mut Worker, attempt| {
            if attempt == 3 {
                worker.timeout = None;
                service.signal(Signal::CONT);
            }
        };
        assert_eq!(worker.call(&input, go_on), (3, Some(masked(&input))));
        service.until("spanmask_in_flight", 0.0);
        service.until("spanmask_memory_bytes", 0.0);
        service.end();
    }
}
