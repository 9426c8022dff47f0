//! What an operator sees: health, metrics, the log, the dry run.

use crate::support::*;

#[test]
fn health_and_metrics() {
    // With nothing configured.
    let service = Setup::new("").start();
    assert_eq!(service.get("/healthz").text(), r#"{"healthy":true}"#);
    let ready: serde_json::Value = serde_json::from_slice(&service.get("/readyz").body).unwrap();
    assert_eq!((&ready["ready"], &ready["dry_run"]), (&true.into(), &false.into()));
    let input = body(CANARY);
    service.post(&input).is(&masked(&input));
    let metrics = service.metrics();
    for (name, value) in [
        ("spanmask_requests_total{outcome=\"masked\"}", 1.0),
        ("spanmask_requests_total{outcome=\"busy\"}", 0.0),
        ("spanmask_request_seconds_count{body=\"64K\"}", 1.0),
        ("spanmask_received_bytes_total", input.len() as f64),
        ("spanmask_sent_bytes_total", masked(&input).len() as f64),
        ("spanmask_masked_bytes_total", CANARY.len() as f64),
        ("spanmask_matches_total{policy=\"default\",rule=\"EMAIL\"}", 1.0),
        ("spanmask_in_flight_limit", 128.0),
        ("spanmask_memory_limit_bytes", (512u64 << 20) as f64),
        ("spanmask_policy_reload_failed", 0.0),
        ("spanmask_policies", 1.0),
        ("spanmask_dry_run", 0.0),
    ] {
        assert_eq!(metrics.get(name), Some(&value), "{name}");
    }
    assert!(metrics["process_resident_memory_bytes"] > 1e6 && metrics["process_open_fds"] > 3.0);
    assert_eq!(service.get("/metrics").headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    service.end();
}

#[test]
fn operation_on_an_address_of_its_own() {
    let service = Service::start("admin_listen: 127.0.0.1:0");
    assert_ne!(service.address, service.admin);
    let mut client = service.connect();
    client.send(b"GET /metrics HTTP/1.1\r\nHost: mask\r\n\r\n");
    assert_eq!(client.reply().status, 404);
    assert_eq!(service.get("/mask").status, 404);
    assert_eq!(service.get("/metrics").status, 200);
    service.end();
}

/// Every line is JSON, and at its most talkative it holds no more of a body than its length.
#[test]
fn the_log_is_json_without_input() {
    let service = Service::start("log: { level: debug }\nlimits: { window: 64K }");
    let long = large(500);
    service.connect().post_large(&WORKER.replace("clx-1", "canary-q4711q"), &long).is(&masked(&long));
    service.connect().post(WORKER, b"[\"canary").fails(400, "");
    service.connect().post(&WORKER.replace("clx-1", "canary, q4711q"), b"[]").fails(400, "");
    service.connect().post_to("/canary?q4711q", WORKER, b"").fails(404, "");
    let log = service.end();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let request = lines.iter().find(|line| line["outcome"] == "masked").unwrap();
    assert_eq!((&request["policy"], &request["received"]), (&"default".into(), &long.len().into()));
    assert!(lines.iter().all(|line| line["timestamp"].is_string() && line["level"].is_string()));
    assert_eq!(lines.last().unwrap()["message"], "ended");
}

#[test]
fn a_dry_run_answers_unchanged_and_counts() {
    let service = Service::start("dry_run: true\nlimits: { window: 64K }");
    let (small, long) = (body(CANARY), large(500));
    service.post(&small).is(&small);
    service.connect().post_large(WORKER, &long).is(&long);
    service.connect().post_chunked(WORKER, &long, 10_000).is(&long);
    let metrics = service.metrics();
    assert_eq!(metrics["spanmask_matches_total{policy=\"default\",rule=\"EMAIL\"}"], 1001.0);
    assert_eq!(metrics["spanmask_masked_bytes_total"], 1001.0 * CANARY.len() as f64);
    assert_eq!(metrics["spanmask_dry_run"], 1.0);
    // What would be refused is refused.
    service.post(b"[1,").fails(400, "ends too early");
    assert!(!service.connect().post_large(WORKER, &long[..long.len() - 1]).whole);
    assert!(service.end().contains("dry run"));
}

/// A collector of OpenTelemetry gets a span for each call, with nothing of its body.
#[test]
fn spans_of_the_service_itself() {
    let collector = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", collector.local_addr().unwrap());
    let service = Setup::new("").env("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint).start();
    let input = body(CANARY);
    service.post(&input).is(&masked(&input));
    service.post(b"[\"canary").fails(400, "");
    let collected = std::thread::spawn(move || {
        let mut client = Client::new(collector.accept().unwrap().0);
        let (line, body) = client.request();
        client.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n");
        (line, String::from_utf8_lossy(&body).into_owned())
    });
    service.end();
    let (line, spans) = collected.join().unwrap();
    assert_eq!(line, "POST /v1/traces HTTP/1.1");
    for words in ["POST /mask", "spanmask.outcome", "masked", "refused", "spanmask.policy", "service.name"] {
        assert!(spans.contains(words), "{words}");
    }
    assert!(!spans.contains("canary") && !spans.contains("q4711q"));
}

/// Without a collector at the other end, nothing else changes.
#[test]
fn a_collector_that_is_not_there() {
    let service = Setup::new("").env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1").start();
    let input = body(CANARY);
    service.post(&input).is(&masked(&input));
    service.end();
}
