//! The page to try policies out, by HTTP. What it looks like, a browser tells: serve/browser.

use crate::support::*;
use serde_json::{Value, json};
use std::net::TcpStream;

const ON: &str = "playground: 127.0.0.1:0";
const LOCAL: &str = "Host: localhost\r\n";
const ASKS: &str = "Host: localhost\r\nOrigin: http://localhost\r\nContent-Type: application/json\r\n";

/// A service that starts at once, as its policy is small.
fn start(settings: &str) -> Service {
    let settings = format!("policies: p.yaml\n{settings}");
    Setup::new(&settings).file("p.yaml", "{ version: 1, rules: [] }").start()
}

fn connect(service: &Service) -> Client<TcpStream> {
    Client::new(TcpStream::connect(service.playground.unwrap()).unwrap())
}

fn get(service: &Service, path: &str, headers: &str) -> Reply {
    let mut client = connect(service);
    client.send(format!("GET {path} HTTP/1.1\r\n{headers}\r\n").as_bytes());
    client.reply()
}

fn ask(service: &Service, headers: &str, trace: &str, policy: &str) -> Reply {
    let question = json!({ "trace": trace, "policy": policy }).to_string();
    connect(service).post_to("/playground/try", headers, question.as_bytes())
}

#[track_caller]
fn answer(reply: &Reply, status: u16) -> Value {
    assert_eq!((reply.status, reply.whole), (status, true), "{}", reply.text());
    serde_json::from_slice(&reply.body).unwrap()
}

#[test]
fn there_is_none_unless_it_is_asked_for() {
    let service = start("");
    assert!(service.playground.is_none());
    assert_eq!(service.get("/playground").status, 404);
    service.end();

    let check = |setup: Setup, args: &[&str]| setup.run(&[args, &["--check"]].concat()).1;
    assert!(!check(Setup::new(""), &[]).contains("playground"));
    assert!(check(Setup::new(""), &["--playground"]).contains("http://127.0.0.1:8792/playground"));
    assert!(check(Setup::new(ON), &["--playground", "[::1]:99"]).contains("http://[::1]:99/playground"));
    let set = Setup::new("").env("SPANMASK_PLAYGROUND", "localhost:98");
    assert!(check(set, &[]).contains("http://localhost:98/playground"));
}

/// It is at no address but its own, and nothing else is there.
#[test]
fn a_port_of_its_own() {
    let service = start(ON);
    assert_ne!(service.playground.unwrap(), service.address);
    assert_eq!(service.get("/playground").status, 404);
    for path in ["/healthz", "/metrics", "/mask", "/playground/", "/playground/../x", "/favicon.ico"] {
        assert_eq!(get(&service, path, LOCAL).status, 404, "{path}");
    }
    assert_eq!(get(&service, "/", LOCAL).headers["location"], "/playground");
    service.end();

    let words = "the playground is open to other machines";
    let (_, log) = start("playground: 0.0.0.0:0").stop(Signal::TERM);
    assert!(log.contains(words) && !log.contains("everybody may call"), "{log}");
    assert!(!start(ON).end().contains(words));
}

/// All that the page is made of comes from it, and nobody keeps or frames it.
#[test]
fn files_and_what_their_headers_say() {
    let service = start(ON);
    for (path, kind) in [
        ("/playground", "text/html; charset=utf-8"),
        ("/playground/page.js", "text/javascript; charset=utf-8"),
        ("/playground/page.css", "text/css; charset=utf-8"),
        ("/playground/trace.json", "application/json"),
        ("/playground/presets", "application/json"),
        ("/playground/nothing", "application/json"),
    ] {
        let reply = get(&service, path, LOCAL);
        assert_eq!(reply.status, if path.ends_with("nothing") { 404 } else { 200 }, "{path}");
        assert_eq!(reply.headers["content-type"], kind, "{path}");
        assert_eq!(reply.headers["cache-control"], "no-store", "{path}");
        let policy = &reply.headers["content-security-policy"];
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
        assert!(
            !reply.headers.contains_key("set-cookie")
                && !reply.headers.contains_key("access-control-allow-origin")
        );
        if kind.starts_with("text/html") {
            // Nothing inline, nothing from elsewhere.
            let text = reply.text();
            for word in ["http:", "https:", "style=", "onclick", "<style"] {
                assert!(!text.contains(word), "{word}");
            }
        }
    }
    let presets: Value = serde_json::from_slice(&get(&service, "/playground/presets", LOCAL).body).unwrap();
    assert!(presets["default"].as_str().unwrap().contains("payment_card"));
    for (method, path, allowed) in [
        ("POST", "/playground", "GET, HEAD"),
        ("GET", "/playground/try", "POST"),
        ("PUT", "/playground/try", "POST"),
    ] {
        let mut client = connect(&service);
        client.send(format!("{method} {path} HTTP/1.1\r\n{LOCAL}Content-Length: 0\r\n\r\n").as_bytes());
        let reply = client.reply();
        assert_eq!((reply.status, reply.headers["allow"].as_str()), (405, allowed), "{method} {path}");
    }
    service.end();
}

#[test]
fn what_is_masked_and_what_nearly_is() {
    let service = start(ON);
    let preset = get(&service, "/playground/presets", LOCAL);
    let presets: Value = serde_json::from_slice(&preset.body).unwrap();
    let trace =
        r#"{"to":"canary.q4711q@example.com","logo":"canary.q4711q@2x.png","n":["4111 1111 1111 1112"]}"#;
    let found = answer(&ask(&service, ASKS, trace, presets["default"].as_str().unwrap()), 200);
    assert_eq!(found["output"], trace.replace("canary.q4711q@example.com", "[REDACTED_EMAIL]"));
    let listed = |name: &str| -> Vec<(String, String, usize, usize)> {
        let parts = found[name].as_array().unwrap().iter();
        parts
            .map(|part| {
                let text = |name: &str| part[name].as_str().unwrap().to_owned();
                let at = |name: &str| usize::try_from(part[name].as_u64().unwrap()).unwrap();
                (text("rule"), text("path"), at("start"), at("end"))
            })
            .collect()
    };
    let part = |rule: &str, path: &str, text: &str| {
        let start = trace.find(text).unwrap();
        (rule.to_owned(), path.to_owned(), start, start + text.len())
    };
    assert_eq!(listed("findings"), [part("EMAIL", "$['to']", "canary.q4711q@example.com")]);
    assert_eq!(
        listed("near_misses"),
        [
            part("EMAIL", "$['logo']", "canary.q4711q@2x.png"),
            part("PAYMENT_CARD", "$['n'][0]", "4111 1111 1111 1112")
        ]
    );
    assert!(found["near_misses"][1]["why"].as_str().unwrap().contains("Luhn"));
    // What people try out is in no metric and no log.
    assert_eq!(service.outcome("masked"), 0.0);
    assert_eq!(service.metric("spanmask_received_bytes_total"), 0.0);
    service.end();
}

#[test]
fn errors_say_what_and_where() {
    let service = start(&format!("{ON}\nlog: {{ level: debug }}"));
    let wrong = "version: 1\nrules:\n  - id: A\n    detect: canaryq4711q\n";
    let said = answer(&ask(&service, ASKS, "[]", wrong), 422);
    let problem = &said["problems"][0];
    assert_eq!(
        (&problem["input"], &problem["line"], &problem["column"]),
        (&json!("policy"), &json!(4), &json!(13))
    );
    assert!(problem["message"].as_str().unwrap().contains("known: private_key"), "{problem}");
    let said = answer(&ask(&service, ASKS, "{\n\"canaryq4711q\": x}", "{ version: 1, rules: [] }"), 422);
    let problem = &said["problems"][0];
    assert_eq!(
        (&problem["input"], &problem["line"], &problem["column"]),
        (&json!("trace"), &json!(2), &json!(17))
    );
    assert!(!said.to_string().contains("canary"), "{said}");
    service.end();
}

#[test]
fn other_pages_and_other_names_get_nothing() {
    let service = start(ON);
    let policy = "{ version: 1, rules: [] }";
    assert_eq!(get(&service, "/playground", "Host: canary.example\r\n").status, 421);
    assert_eq!(get(&service, "/playground/presets", "").status, 421);
    for (from, status) in [
        ("Host: localhost\r\nOrigin: https://canary.example\r\n", 403),
        ("Host: localhost\r\nOrigin: null\r\n", 403),
        ("Host: localhost\r\nSec-Fetch-Site: cross-site\r\n", 403),
        ("Host: canary.example\r\nOrigin: http://canary.example\r\n", 421),
        ("Host: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n", 200),
    ] {
        let reply = ask(&service, &format!("{from}Content-Type: application/json\r\n"), "[]", policy);
        assert_eq!(reply.status, status, "{from}");
        assert!(!reply.text().contains("canary"));
    }
    // A form of another page can send this, but not without asking first.
    let plain = ask(&service, "Host: localhost\r\nContent-Type: text/plain\r\n", "[]", policy);
    plain.fails(415, "application/json");
    service.end();
}

#[test]
fn too_much_and_no_question() {
    let service = start(ON);
    let large = format!("[\"{}\"]", "x".repeat(5 << 20));
    let mut client = connect(&service);
    let head = format!("POST /playground/try HTTP/1.1\r\n{ASKS}Content-Length: {}\r\n\r\n", large.len());
    let mut sending = client.try_clone();
    let sender = std::thread::spawn(move || {
        use std::io::Write;
        let _ = sending.write_all(head.as_bytes()).and_then(|()| sending.write_all(large.as_bytes()));
    });
    client.reply().fails(413, "4 MiB");
    sender.join().unwrap();
    for question in
        ["", "canary", "{}", "[]", r#"{"trace":1,"policy":""}"#, r#"{"trace":"","policy":"","x":1}"#]
    {
        connect(&service).post_to("/playground/try", ASKS, question.as_bytes()).fails(400, "no JSON");
    }
    ask(&service, ASKS, "", "{ version: 1, rules: [] }").fails(422, "no JSON text");
    // It still works.
    assert_eq!(answer(&ask(&service, ASKS, "[]", "{ version: 1, rules: [] }"), 200)["output"], "[]");
    service.end();
}
