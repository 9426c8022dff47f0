//! What is past a limit is told at once to come again, and nothing else suffers.

use crate::support::*;
use std::io::Read;

#[test]
fn requests_at_a_time() {
    let service = Service::start("limits: { in_flight: 2 }");
    let input = body(CANARY);
    let mut busy = [service.connect(), service.connect()];
    for client in &mut busy {
        client.begin_chunks(WORKER);
        client.chunk(&input[..5]);
    }
    service.until("spanmask_in_flight", 2.0);
    let mut third = service.connect();
    let reply = third.post(WORKER, &input);
    reply.fails(503, "too many");
    assert_eq!(reply.headers["retry-after"], "1");
    assert_eq!(service.outcome("busy"), 1.0);
    assert_eq!(service.get("/healthz").status, 200);
    // Those that had begun are finished, and then there is room, on the same connection.
    for client in &mut busy {
        client.chunk(&input[5..]);
        client.send(b"0\r\n\r\n");
        client.reply().is(&masked(&input));
    }
    service.until("spanmask_in_flight", 0.0);
    third.post(WORKER, &input).is(&masked(&input));
    service.end();
}

#[test]
fn memory() {
    let service = Service::start("limits: { window: 1M, memory: 8M }");
    let input = large(1200);
    assert!(input.len() > 1 << 20);
    // Eight buffers do not fit, one stream does.
    let mut waiting: Vec<_> = (0..7).map(|_| service.connect()).collect();
    for client in &mut waiting {
        client.send(format!("POST /mask HTTP/1.1\r\n{WORKER}Content-Length: 1000000\r\n\r\n[").as_bytes());
    }
    service.until("spanmask_in_flight", 7.0);
    assert!(service.metric("spanmask_memory_bytes") >= 7e6);
    service.connect().post_large(WORKER, &input).fails(503, "too many");
    service.connect().post(WORKER, &vec![b' '; 1_000_000]).fails(503, "too many");
    drop(waiting);
    service.until("spanmask_memory_bytes", 0.0);
    service.connect().post_large(WORKER, &input).is(&masked(&input));
    assert_eq!(service.outcome("busy"), 2.0);
    service.end();
}

/// Where replacements are longer than what they replace, memory is asked for twice.
#[test]
fn a_result_that_grows() {
    let long = "again and again, ".repeat(10);
    let rule = format!("version: 1\nrules: [{{ id: A, literals: [a], replace: \"{long}\" }}]\n");
    let service =
        Setup::new("policies: p.yaml\nlimits: { window: 64K, memory: 3M }").file("p.yaml", rule).start();
    let input = format!("[\"{}\"]", "a ".repeat(5000));
    service.post(input.as_bytes()).is(input.replace('a', &long).as_bytes());
    // The result of this one does not fit: it is refused, not cut short.
    let input = format!("[\"{}\"]", "a ".repeat(30_000));
    service.post(input.as_bytes()).fails(503, "too many");
    service.until("spanmask_memory_bytes", 0.0);
    service.end();
}

/// Open connections wait for their turn to be accepted.
#[test]
fn connections() {
    let service = Service::start("limits: { connections: 2 }\nadmin_listen: 127.0.0.1:0");
    let input = body(CANARY);
    let mut open = [service.connect(), service.connect()];
    open.iter_mut().for_each(|client| client.post(WORKER, &input).is(&masked(&input)));
    let mut third = service.connect();
    let head = format!("POST /mask HTTP/1.1\r\n{WORKER}Content-Length: {}\r\n\r\n", input.len());
    third.send(head.as_bytes());
    third.send(&input);
    assert_eq!(service.metric("spanmask_connections"), 2.0);
    assert_eq!(service.outcome("masked"), 2.0);
    drop(open);
    third.reply().is(&masked(&input));
    service.end();
}

/// A connection without a request is kept for longer than the worker keeps its own, then closed.
#[test]
fn idle_connections() {
    let service = Service::start("timeouts: { idle: 2s }");
    let input = body(CANARY);
    let mut client = service.connect();
    client.post(WORKER, &input).is(&masked(&input));
    assert!(client.is_closed());
    // Half a head is no request.
    let mut client = service.connect();
    client.send(b"POST /mask HTTP/1.1\r\nHost: ma");
    assert!(client.is_closed());
    service.end();
}

/// SIGTERM: what has begun is finished, nothing new is taken, idle connections are closed.
#[test]
fn graceful_end() {
    let service = Service::start("limits: { window: 64K }");
    let (small, long) = (body(CANARY), large(3000));
    let mut idle = service.connect();
    idle.post(WORKER, &small).is(&masked(&small));
    let mut gathering = service.connect();
    gathering.begin_chunks(WORKER);
    gathering.chunk(&small[..5]);
    let mut streaming = service.connect();
    streaming.begin_chunks(WORKER);
    streaming.chunk(&long[..200_000]);
    service.until("spanmask_in_flight", 2.0);

    service.signal(Signal::TERM);
    service.until_logged("ending");
    assert!(idle.is_closed());
    while std::net::TcpStream::connect(service.address).is_ok_and(|mut stream| stream.read(&mut [0]).is_err())
    {
    }
    gathering.chunk(&small[5..]);
    gathering.send(b"0\r\n\r\n");
    gathering.reply().is(&masked(&small));
    let mut sending = streaming.try_clone();
    let rest = long[200_000..].to_vec();
    let sender = std::thread::spawn(move || {
        use std::io::Write;
        sending.write_all(&chunk(&rest)).and_then(|()| sending.write_all(b"0\r\n\r\n")).unwrap();
    });
    streaming.reply().is(&masked(&long));
    sender.join().unwrap();
    let (status, log) = service.wait();
    assert!(status.success() && log.contains("ended"), "{log}");
}

/// What does not finish within its time is cut off.
#[test]
fn an_end_that_does_not_wait_for_ever() {
    let service = Service::start("timeouts: { stall: 1h, shutdown: 100ms }");
    let mut client = service.connect();
    client.begin_chunks(WORKER);
    client.chunk(b"[\"canary\"");
    service.until("spanmask_in_flight", 1.0);
    let (status, log) = service.stop(Signal::INT);
    assert!(status.success() && log.contains("cut off"), "{log}");
    assert!(client.is_closed());
}
