//! The same with tokio.

use super::rough::{Fails, Rough};
use super::texts::{MASKED, Outcome, PLAIN, Script, refusal, scripts, stream};
use proptest::prelude::*;
use spanmask::io::tokio::{Reader, Writer};
use spanmask::{Error, Reason};
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

/// Not ready, and soon again.
fn pending<T>(context: &Context<'_>) -> Poll<T> {
    context.waker().wake_by_ref();
    Poll::Pending
}

impl AsyncRead for Rough<&[u8]> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        room: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        assert!(!self.shut, "it is asked again behind its end");
        let Ok(len) = self.step() else { return pending(context) };
        let (front, rest) = self.inner.split_at(len.min(room.remaining()).min(self.inner.len()));
        room.put_slice(front);
        self.shut = front.is_empty();
        self.inner = rest;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Rough<Vec<u8>> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Ok(len) = self.step() else { return pending(context) };
        let len = len.min(bytes.len());
        self.inner.extend_from_slice(&bytes[..len]);
        Poll::Ready(Ok(len))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Ok(_) = self.step() else { return pending(context) };
        self.flushed += 1;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Ok(_) = self.step() else { return pending(context) };
        self.shut = true;
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Fails {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(ErrorKind::ConnectionReset.into()))
    }
}

/// Reads everything, `pieces` at a time; then the end, or the error, must stay.
async fn read(script: &Script) -> Outcome {
    let mut reader = Reader::new(stream(), Rough::new(&script.input[..], &script.below));
    let (mut output, mut room) = (Vec::new(), [0xaa; 300]);
    let mut rooms = script.pieces.iter().cycle();
    let result = loop {
        let room = &mut room[..*rooms.next().unwrap()];
        match reader.read(room).await {
            Ok(0) => break Ok(()),
            Ok(len) => output.extend_from_slice(&room[..len]),
            Err(error) => break Err(refusal(&error)),
        }
    };
    for _ in 0..3 {
        assert_eq!(reader.read(&mut room).await.map_err(|error| refusal(&error)), result.map(|()| 0));
    }
    Outcome { output, result }
}

/// Writes everything.
async fn write(script: &Script) -> Outcome {
    let mut writer = Writer::new(stream(), Rough::new(Vec::new(), &script.below));
    let result = write_all(&mut writer, script).await.map_err(|error| refusal(&error));
    if let Err(error) = result {
        let again = [writer.write(b"[1]").await.map(drop), writer.flush().await, writer.shutdown().await];
        assert_eq!(again.map(|done| done.map_err(|error| refusal(&error))), [Err(error); 3]);
    } else {
        assert!(writer.write(b"[1]").await.is_err(), "it is shut down");
    }
    let below = writer.into_parts().1;
    assert_eq!(below.shut, result.is_ok());
    Outcome { output: below.inner, result }
}

async fn write_all(writer: &mut Writer<Rough<Vec<u8>>>, script: &Script) -> io::Result<()> {
    let (mut pieces, mut flushes) = (script.pieces.iter().cycle(), script.flushes.iter().cycle());
    let mut left = &script.input[..];
    while !left.is_empty() {
        let len = left.len().min(*pieces.next().unwrap());
        let written = writer.write(&left[..len]).await?;
        left = &left[written..];
        if *flushes.next().unwrap() {
            writer.flush().await?;
        }
    }
    writer.shutdown().await
}

fn now<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

proptest! {
    #[test]
    fn readers_give_what_in_place_gives(script in scripts()) {
        script.check(&now(read(&script)));
    }

    #[test]
    fn writers_give_what_in_place_gives(script in scripts()) {
        script.check(&now(write(&script)));
    }
}

#[tokio::test]
async fn tasks_write_and_read() {
    let (inner, mut behind) = tokio::io::duplex(7);
    let mut writer = Writer::new(stream(), inner);
    let read = tokio::spawn(async move {
        let mut masked = String::new();
        behind.read_to_string(&mut masked).await.map(|_| masked)
    });
    writer.write_all(PLAIN.repeat(20).as_bytes()).await.unwrap();
    writer.shutdown().await.unwrap();
    assert_eq!(writer.stream().report().count("EMAIL"), 20);
    drop(writer);
    assert_eq!(read.await.unwrap().unwrap(), MASKED.repeat(20));
}

#[tokio::test]
async fn a_writer_that_is_dropped_writes_nothing_unmasked() {
    let mut written = Vec::new();
    let mut writer = Writer::new(stream(), &mut written);
    writer.write_all(br#"["john@example.com"#).await.unwrap();
    writer.flush().await.unwrap();
    drop(writer);
    assert_eq!(written, b"[");
}

#[tokio::test]
async fn the_error_of_a_reader_below_is_no_end() {
    let input = PLAIN.repeat(20);
    let mut reader = Reader::new(stream(), input.as_bytes().chain(Fails));
    let mut masked = Vec::new();
    for _ in 0..2 {
        let error = reader.read_to_end(&mut masked).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    assert!(MASKED.repeat(20).as_bytes().starts_with(&masked) && masked.len() > 300);
}

#[tokio::test]
async fn what_is_refused_is_invalid_data() {
    let mut masked = Vec::new();
    let error = Reader::new(stream(), &b"[1,]"[..]).read_to_end(&mut masked).await.unwrap_err();
    assert_eq!(refusal(&error), Error::Refused { reason: Reason::Syntax, offset: 3 });
    assert_eq!(error.to_string(), "unexpected byte at byte 3");
}
