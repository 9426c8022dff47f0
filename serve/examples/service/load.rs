//! Callers that post one body again and again, each on a connection of its own, and check each answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) struct Load<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) body: &'a [u8],
    pub(crate) connections: usize,
}

pub(crate) struct Result {
    pub(crate) requests: usize,
    pub(crate) per_second: f64,
    /// In seconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

impl Result {
    fn of(mut times: Vec<f64>, elapsed: Duration) -> Self {
        times.sort_by(f64::total_cmp);
        let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
        let requests = times.len();
        Self { requests, per_second: requests as f64 / elapsed.as_secs_f64(), p50: at(0.5), p99: at(0.99) }
    }

    pub(crate) fn median(rounds: &[Self]) -> Self {
        let of = |value: fn(&Self) -> f64| {
            let mut values: Vec<_> = rounds.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        Self {
            requests: rounds.iter().map(|round| round.requests).sum(),
            per_second: of(|round| round.per_second),
            p50: of(|round| round.p50),
            p99: of(|round| round.p99),
        }
    }
}

impl Load<'_> {
    /// So many requests, as fast as answers come.
    pub(crate) fn run(&self, requests: usize) -> Result {
        self.spread(requests, None)
    }

    /// So many requests, so many a second. The time of one that could not begin when it should have begins there.
    pub(crate) fn paced(&self, requests: usize, per_second: f64) -> Result {
        self.spread(requests, Some(Duration::from_secs_f64(self.connections as f64 / per_second)))
    }

    fn spread(&self, requests: usize, pace: Option<Duration>) -> Result {
        let begun = Instant::now();
        let each = requests.div_ceil(self.connections).max(1);
        let times = thread::scope(|scope| {
            let workers: Vec<_> =
                (0..self.connections).map(|_| scope.spawn(|| self.one(each, pace))).collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("each answer is right")).collect()
        });
        Result::of(times, begun.elapsed())
    }

    fn one(&self, requests: usize, pace: Option<Duration>) -> Vec<f64> {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_nodelay(true).expect("it is a socket");
        let mut stream = BufReader::with_capacity(256 << 10, stream);
        let head = format!(
            "POST /mask HTTP/1.1\r\nHost: mask\r\nContent-Type: application/json\r\nX-Langfuse-Org-Id: org-1\r\n\
             X-Langfuse-Project-Id: clx-1\r\nContent-Length: {}\r\n\r\n",
            self.body.len()
        );
        let request = [head.as_bytes(), self.body].concat();
        let (mut first, mut answer) = (Vec::new(), Vec::new());
        let begun = Instant::now();
        (0..requests)
            .map(|at| {
                let mut from = Instant::now();
                if let Some(pace) = pace {
                    let due = begun + pace * u32::try_from(at).unwrap_or(u32::MAX);
                    thread::sleep(due.saturating_duration_since(from));
                    from = due;
                }
                stream.get_mut().write_all(&request).expect("it takes the body");
                read(&mut stream, &mut answer);
                let time = from.elapsed().as_secs_f64();
                if at == 0 {
                    check(self.body, &answer);
                    first.clone_from(&answer);
                }
                assert!(answer == first, "each answer is as the first one, which was checked");
                time
            })
            .collect()
    }
}

/// An answer whose length is said: both servers say it for bodies of these sizes.
fn read(stream: &mut BufReader<TcpStream>, answer: &mut Vec<u8>) {
    let mut length = None;
    let mut line = String::new();
    stream.read_line(&mut line).expect("an answer comes");
    assert!(line.starts_with("HTTP/1.1 200"), "{line}");
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).expect("an answer comes");
        if let Some((name, value)) = line.split_once(": ")
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok();
        }
    }
    answer.resize(length.expect("its length is said"), 0);
    stream.read_exact(answer).expect("it comes whole");
}

/// Both find the addresses of the body, and give back most of the rest.
fn check(body: &[u8], answer: &[u8]) {
    let has = |text: &[u8], word: &[u8]| text.windows(word.len()).any(|part| part == word);
    assert!(has(body, b"@example.org") && !has(answer, b"@example.org") && has(answer, b"[REDACTED_EMAIL]"));
    assert!(answer.len() > body.len() / 2 && answer.first() == Some(&b'['));
}
