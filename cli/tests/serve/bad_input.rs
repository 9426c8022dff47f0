//! Each kind of bad input has its status and its metric, leaves nothing in the log and no memory taken, and the next request
//! works.

use crate::support::*;
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

/// The service still masks, holds nothing, and counted `outcome` so many times.
#[track_caller]
fn goes_on(service: &Service, outcome: &str, count: f64) {
    service.until(&format!("spanmask_requests_total{{outcome=\"{outcome}\"}}"), count);
    service.until("spanmask_in_flight", 0.0);
    service.until("spanmask_memory_bytes", 0.0);
    let input = body(CANARY);
    service.post(&input).is(&masked(&input));
}

#[test]
fn what_is_not_one_json_text() {
    let service = Service::start("limits: { window: 16K }");
    let mut client = service.connect();
    let cases: [(&[u8], &str); 7] = [
        (b"", "no JSON text"),
        (b"  \n", "no JSON text"),
        (b"canary", "not JSON"),
        (b"{\"a\":\"canary\"} [1]", "more than one"),
        (b"[{\"a\":\"canary\"}", "ends too early"),
        (b"[\"canary\xff\"]", "UTF-8"),
        (b"[\"canary\" 1]", "not JSON"),
    ];
    for (at, (text, words)) in cases.into_iter().enumerate() {
        client.post(WORKER, text).fails(400, words);
        client.post_chunked(WORKER, text, 5).fails(400, words);
        goes_on(&service, "refused", 2.0 * (at + 1) as f64);
    }
    let deep = "[".repeat(2000);
    client.post(WORKER, deep.as_bytes()).fails(400, "nested");
    let reply = client.post(WORKER, b"[1,2,x]");
    assert_eq!(reply.text(), r#"{"error":"not JSON","offset":5}"#);
    let log = service.end();
    assert!(log.contains(r#""outcome":"refused""#) && log.contains(r#""offset":5"#), "{log}");
}

/// Behind the first byte of an answer there is no status to say it with: the last chunk does not come.
#[test]
fn what_goes_wrong_late_cuts_the_answer_off() {
    let service = Service::start("limits: { window: 64K }");
    let whole = large(2000);
    let expected = masked(&whole);
    for (at, tail) in [&b"x]"[..], b"", b"\xff", b"] []"].into_iter().enumerate() {
        let mut input = whole[..whole.len() - 1].to_vec();
        input.extend(tail);
        let mut client = service.connect();
        let reply = client.post_large(WORKER, &input);
        assert_eq!((reply.status, reply.whole), (200, false));
        assert!(!reply.body.is_empty() && expected.starts_with(&reply.body), "what came is masked");
        assert!(client.is_closed());
        goes_on(&service, "cut_off", (at + 1) as f64);
    }
    // And when the caller ends the chunks early.
    let mut client = service.connect();
    let pieces = whole[..whole.len() / 2].chunks(50_000).map(<[u8]>::to_vec);
    assert!(!client.post_pieces(WORKER, pieces).whole);
    goes_on(&service, "cut_off", 5.0);
    service.end();
}

#[test]
fn what_is_wrong_early_in_a_large_body_has_a_status() {
    let service = Service::start("limits: { window: 64K }");
    let mut input = b"[\"canary\" x,".to_vec();
    input.extend(&large(2000)[1..]);
    let mut client = service.connect();
    client.post_large(WORKER, &input).fails(400, "\"offset\":10");
    goes_on(&service, "refused", 1.0);
    service.end();
}

#[test]
fn larger_than_the_limit() {
    let service = Service::start("limits: { body: 1M, window: 64K }");
    let input = large(20_000);
    // Told before it is sent, told while it is sent, and behind the first byte of the answer.
    let mut client = service.connect();
    client.post_large(WORKER, &input).fails(413, "limits.body");
    goes_on(&service, "too_large", 1.0);
    let mut client = service.connect();
    let reply = client.post_pieces(WORKER, input.chunks(100_000).map(<[u8]>::to_vec));
    assert!(!reply.whole && !String::from_utf8_lossy(&reply.body).contains(CANARY));
    goes_on(&service, "cut_off", 1.0);
    service.end();

    let service = Service::start("limits: { body: 1M }");
    let mut client = service.connect();
    client.post_pieces(WORKER, input.chunks(100_000).map(<[u8]>::to_vec)).fails(413, "limits.body");
    goes_on(&service, "too_large", 1.0);
    service.end();
}

/// A gigabyte, as a stream, in a fraction of that memory.
#[test]
fn a_gigabyte() {
    let service = Service::start("limits: { body: 2G, window: 1M }\ntimeouts: { request: 1h, stall: 1h }");
    let one = large(1000);
    let inner = &one[1..one.len() - 1];
    let count = (1 << 30) / inner.len() + 1;
    let expected = (masked(&one).len() - 1) * count + 1;
    let mut client = service.connect();
    client.begin_chunks(WORKER);
    let mut sending = client.try_clone();
    let inner = inner.to_vec();
    let sender = std::thread::spawn(move || {
        for at in 0..count {
            let separator: &[u8] = if at == 0 { b"[" } else { b"," };
            sending.write_all(&chunk(separator)).unwrap();
            sending.write_all(&chunk(&inner)).unwrap();
        }
        sending.write_all(&chunk(b"]")).unwrap();
        sending.write_all(b"0\r\n\r\n").unwrap();
    });
    let (status, len, whole, leaked) = client.reply_counted(CANARY);
    sender.join().unwrap();
    assert_eq!((status, len, whole, leaked), (200, expected, true, false));
    let peak = service.peak();
    assert!(peak < 128 << 20, "{peak} bytes of memory");
    goes_on(&service, "masked", 1.0);
    service.end();
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

const GZIP: &str = "Host: mask\r\nContent-Encoding: gzip\r\n";

#[test]
fn compressed_bodies_are_taken_when_that_is_set() {
    let service = Service::start("");
    let input = body(CANARY);
    service.connect().post(GZIP, &gzip(&input)).fails(415, "encoding");
    goes_on(&service, "bad_request", 1.0);
    service.connect().post("Host: mask\r\nContent-Encoding: identity\r\n", &input).is(&masked(&input));
    service.end();

    let service = Service::start("limits: { gzip: true, window: 64K }");
    let mut client = service.connect();
    client.post(GZIP, &gzip(&input)).is(&masked(&input));
    let long = large(2000);
    client.post(GZIP, &gzip(&long)).is(&masked(&long));
    // Several members, as tools that append make them.
    let (front, back) = long.split_at(1000);
    client.post(GZIP, &[gzip(front), gzip(back)].concat()).is(&masked(&long));
    client.post_chunked(GZIP, &gzip(&long), 100).is(&masked(&long));
    let packed = gzip(&input);
    client.post(GZIP, &packed[..packed.len() - 9]).fails(400, "gzip");
    client.post(GZIP, b"canary").fails(400, "gzip");
    client.post("Host: mask\r\nContent-Encoding: br\r\n", b"canary").fails(415, "encoding");
    client.post("Host: mask\r\nContent-Encoding: gzip, gzip\r\n", b"canary").fails(415, "encoding");
    goes_on(&service, "bad_request", 4.0);
    service.end();
}

/// A megabyte that unpacks to a gigabyte.
#[test]
fn a_bomb() {
    let service = Service::start("limits: { gzip: true, body: 64M, window: 1M }");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let blanks = vec![b' '; 1 << 20];
    (0..1024).for_each(|_| encoder.write_all(&blanks).unwrap());
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 2 << 20);
    let reply = service.connect().post_large(GZIP, &bomb);
    assert!(reply.status == 413 || !reply.whole, "{reply:?}");
    service.until("spanmask_in_flight", 0.0);
    let peak = service.peak();
    assert!(peak < 128 << 20, "{peak} bytes of memory");
    let input = body(CANARY);
    service.post(&input).is(&masked(&input));
    assert_eq!(service.outcome("too_large") + service.outcome("cut_off"), 1.0);
    service.end();
}

#[test]
fn a_body_that_stalls() {
    let service = Service::start("timeouts: { stall: 100ms }");
    let mut client = service.connect();
    let head = format!("POST /mask HTTP/1.1\r\n{WORKER}Transfer-Encoding: chunked\r\n\r\n");
    client.send(&[head.into_bytes(), chunk(b"[\"canary\"")].concat());
    client.reply().fails(408, "in time");
    goes_on(&service, "timeout", 1.0);
    service.end();
}

/// One that never stalls, and never ends.
#[test]
fn a_body_that_drips() {
    let service = Service::start("timeouts: { stall: 1h, request: 200ms }");
    let mut client = service.connect();
    client.begin_chunks(WORKER);
    let mut sending = client.try_clone();
    let dripping = std::thread::spawn(move || {
        while sending.write_all(&chunk(b" ")).is_ok() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    });
    client.reply().fails(408, "in time");
    drop(client);
    goes_on(&service, "timeout", 1.0);
    drop(service);
    dripping.join().unwrap();
}

#[test]
fn a_caller_that_leaves() {
    let service = Service::start("limits: { window: 64K }");
    let mut client = service.connect();
    client.send(format!("POST /mask HTTP/1.1\r\n{WORKER}Content-Length: 1000\r\n\r\n[\"canary").as_bytes());
    service.until("spanmask_in_flight", 1.0);
    drop(client);
    goes_on(&service, "left", 1.0);
    // While it is answered: while that is made, while it is sent, or while more of the body is waited for.
    let input = large(20_000);
    for (count, len) in [70_000, 200_000, 2_000_000].into_iter().enumerate() {
        let mut client = service.connect();
        client.begin_chunks(WORKER);
        let mut sending = client.try_clone();
        let piece = chunk(&input[..len]);
        let sender = std::thread::spawn(move || sending.write_all(&piece));
        assert_eq!(client.reply_head(), 200);
        client.try_clone().shutdown(std::net::Shutdown::Both).unwrap();
        let _ = sender.join().unwrap();
        goes_on(&service, "left", 2.0 + count as f64);
    }
    assert_eq!(service.outcome("cut_off"), 0.0);
    service.end();
}

/// Who sends and does not take the answer.
#[test]
fn a_caller_that_does_not_read() {
    let service = Service::start("limits: { window: 64K }\ntimeouts: { stall: 300ms }");
    let input = large(60_000);
    let mut client = service.connect();
    let head = format!("POST /mask HTTP/1.1\r\n{WORKER}Content-Length: {}\r\n\r\n", input.len());
    client.send(head.as_bytes());
    assert!(client.try_send(&input).is_err(), "more was taken than buffers hold");
    goes_on(&service, "masked", 0.0);
    assert!(service.metric("spanmask_slow_readers_total") >= 1.0);
    service.end();
}

#[test]
fn what_is_not_http() {
    let service = Service::start("");
    for bytes in [
        &b"canary\r\n\r\n"[..],
        b"POST /mask HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST /mask HTTP/1.1\r\nContent-Length: canary\r\n\r\n{}",
        b"POST /mask HTTP/1.1\r\nTransfer-Encoding: chunked, canary\r\n\r\n{}",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03canary\r\n\r\n",
    ] {
        let mut client = service.connect();
        client.send(bytes);
        if let Ok(reply) = client.try_reply() {
            assert_eq!((reply.status, reply.text().as_str()), (400, ""));
        }
        assert!(client.is_closed());
    }
    goes_on(&service, "masked", 0.0);
    service.end();
}

#[test]
fn other_paths_and_methods() {
    let service = Service::start("");
    let mut client = service.connect();
    for (request, status) in
        [("GET /mask", 405), ("PUT /mask/x", 405), ("POST /metrics", 405), ("GET /canary", 404)]
    {
        client.send(format!("{request} HTTP/1.1\r\nHost: mask\r\n\r\n").as_bytes());
        let reply = client.reply();
        assert_eq!(reply.status, status, "{request}");
        assert_eq!(reply.headers.contains_key("allow"), status == 405);
        assert!(!reply.text().contains("canary"));
    }
    service.end();
}
