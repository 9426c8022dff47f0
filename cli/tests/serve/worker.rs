//! As Langfuse's worker calls: every captured payload comes back masked, whole and in shape.

use crate::support::*;
use spanmask_conformance::traces;

#[test]
fn every_payload_in_both_ways_of_sending_it_on_one_connection() {
    let service = Service::start("");
    let mut client = service.connect();
    let mut calls = 0.0;
    for (name, input) in traces() {
        let expected = masked(&input);
        assert!(expected != input, "{name}: nothing was masked");
        let reply = client.post(WORKER, &input);
        assert_eq!(reply.headers["content-type"], "application/json", "{name}");
        assert_eq!(reply.headers["content-length"], expected.len().to_string(), "{name}");
        reply.is(&expected);
        client.post_chunked(WORKER, &input, 16 << 10).is(&expected);
        calls += 2.0;
    }
    assert!(calls > 10.0);
    assert_eq!(service.outcome("masked"), calls);
    // That of the worker, and the one that asks.
    service.until("spanmask_connections", 2.0);
    service.end();
}

/// The same through streams: no payload fits the window.
#[test]
fn every_payload_as_a_stream() {
    let service = Service::start("limits: { window: 16K }");
    for (name, input) in traces() {
        // What is larger than the window would be masked whole.
        let whole = service.metric("spanmask_oversized_total");
        let mut client = service.connect();
        let replies = [
            client.post_large(WORKER, &input),
            client.post_chunked(WORKER, &input, 777),
            client.post_chunked(WORKER, &input, 60 << 10),
        ];
        if service.metric("spanmask_oversized_total") == whole {
            let expected = masked(&input);
            replies.iter().for_each(|reply| reply.is(&expected));
        }
        for reply in &replies {
            assert!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_ok(), "{name}");
            assert_eq!(reply.body, replies[0].body, "{name}");
            assert!(!reply.headers.contains_key("content-length"), "{name}");
        }
    }
    service.end();
}

#[test]
fn a_body_larger_than_the_window_is_answered_while_it_comes() {
    let service = Service::start("limits: { window: 1M }");
    let input = large(20_000);
    assert!(input.len() > 16 << 20);
    let expected = masked(&input);
    let mut client = service.connect();
    client.post_large(WORKER, &input).is(&expected);
    client.post_pieces(WORKER, input.chunks(100_000).map(<[u8]>::to_vec)).is(&expected);

    // The answer begins before the body ends.
    client.begin_chunks(WORKER);
    client.chunk(&input[..4 << 20]);
    let (mut rest, tail) = (client.try_clone(), input[4 << 20..].to_vec());
    let read = std::thread::spawn(move || client.reply());
    service.until("spanmask_in_flight", 1.0);
    use std::io::Write;
    rest.write_all(&chunk(&tail)).unwrap();
    rest.write_all(b"0\r\n\r\n").unwrap();
    read.join().unwrap().is(&expected);

    assert_eq!(service.metric("spanmask_matches_total{policy=\"default\",rule=\"EMAIL\"}"), 60_000.0);
    assert_eq!(service.metric("spanmask_memory_bytes"), 0.0);
    service.end();
}

/// Any 2xx whose body is JSON is success for the worker, so whatever shape comes must go back.
#[test]
fn any_shape_in_the_same_shape_out() {
    let service = Service::start("");
    let mut client = service.connect();
    for text in
        ["[]", "{}", "null", "1", "\"x\"", " [ ] \n", "{\"resourceSpans\":[]}", "[\"\\ud83d\",1]", "\"\""]
    {
        client.post(WORKER, text.as_bytes()).is(text.as_bytes());
    }
    service.end();
}

/// Requests of HTTP/1.0, which many proxies send, cannot tell an answer that was cut off from one that is whole.
#[test]
fn http_1_0_gets_what_fits_a_buffer() {
    let service = Service::start("limits: { window: 64K }");
    let input = body(CANARY);
    let mut client = service.connect();
    client.send(format!("POST /mask HTTP/1.0\r\nContent-Length: {}\r\n\r\n", input.len()).as_bytes());
    client.send(&input);
    client.reply().is(&masked(&input));

    let input = large(100);
    let mut client = service.connect();
    client.send(format!("POST /mask HTTP/1.0\r\nContent-Length: {}\r\n\r\n", input.len()).as_bytes());
    client.send(&input);
    client.reply().fails(505, "HTTP/1.1");
    service.end();
}

#[test]
fn a_caller_that_asks_before_it_sends_is_told_to_go_on() {
    let service = Service::start("");
    let input = body(CANARY);
    let mut client = service.connect();
    let length = input.len();
    client.send(
        format!("POST /mask HTTP/1.1\r\n{WORKER}Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n")
            .as_bytes(),
    );
    assert_eq!(client.reply_head(), 100);
    client.send(&input);
    client.reply().is(&masked(&input));
    service.end();
}
