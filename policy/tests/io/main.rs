//! Readers and writers that mask.

mod rough;
mod texts;
#[cfg(feature = "tokio")]
mod tokio;

use proptest::prelude::*;
use rough::{Fails, Rough, insist};
use spanmask::io::{Reader, Writer};
use spanmask::{Error, Reason};
use std::io::{self, ErrorKind, Read, Write};
use texts::{MASKED, Outcome, PLAIN, Script, refusal, scripts, stream};

/// Reads everything, `pieces` at a time; then the end, or the error, must stay.
fn read(script: &Script) -> Outcome {
    let mut reader = Reader::new(stream(), Rough::new(&script.input[..], &script.below));
    let (mut output, mut room) = (Vec::new(), [0xaa; 300]);
    let mut rooms = script.pieces.iter().cycle();
    let result = loop {
        let room = &mut room[..*rooms.next().unwrap()];
        match insist(|| reader.read(room)) {
            Ok(0) => break Ok(()),
            Ok(len) => output.extend_from_slice(&room[..len]),
            Err(error) => break Err(refusal(&error)),
        }
    };
    for _ in 0..3 {
        assert_eq!(reader.read(&mut room).map_err(|error| refusal(&error)), result.map(|()| 0));
    }
    Outcome { output, result }
}

/// Writes everything.
fn write(script: &Script) -> Outcome {
    let mut writer = Writer::new(stream(), Rough::new(Vec::new(), &script.below));
    let result = write_all(&mut writer, script).map_err(|error| refusal(&error));
    if let Err(error) = result {
        let mut again = || [writer.write(b"[1]").map(drop), writer.flush(), writer.try_finish()];
        let again = again().map(|done| done.map_err(|error| refusal(&error)));
        assert_eq!(again, [Err(error); 3]);
    } else {
        assert!(insist(|| writer.write(b"[1]")).is_err(), "it is finished");
    }
    Outcome { output: writer.into_parts().1.inner, result }
}

fn write_all(writer: &mut Writer<Rough<Vec<u8>>>, script: &Script) -> io::Result<()> {
    let (mut pieces, mut flushes) = (script.pieces.iter().cycle(), script.flushes.iter().cycle());
    let mut left = &script.input[..];
    while !left.is_empty() {
        let len = left.len().min(*pieces.next().unwrap());
        let written = insist(|| writer.write(&left[..len]))?;
        left = &left[written..];
        if *flushes.next().unwrap() {
            insist(|| writer.flush())?;
        }
    }
    insist(|| writer.try_finish())?;
    assert!(writer.get_ref().flushed > 0, "the writer below is not flushed");
    Ok(())
}

proptest! {
    #[test]
    fn readers_give_what_in_place_gives(script in scripts()) {
        script.check(&read(&script));
    }

    #[test]
    fn writers_give_what_in_place_gives(script in scripts()) {
        script.check(&write(&script));
    }
}

#[test]
fn an_empty_room_ends_nothing() {
    let mut reader = Reader::new(stream(), PLAIN.as_bytes());
    assert_eq!(reader.read(&mut []).unwrap(), 0);
    let mut masked = String::new();
    reader.read_to_string(&mut masked).unwrap();
    assert_eq!(masked, MASKED);
    assert_eq!(reader.stream().report().count("EMAIL"), 1);
}

#[test]
fn an_empty_input_is_no_text() {
    let mut masked = Vec::new();
    assert_eq!(Reader::new(stream(), io::empty()).read_to_end(&mut masked).unwrap(), 0);
    assert!(Writer::new(stream(), Vec::new()).finish().unwrap().is_empty());
}

#[test]
fn the_error_of_a_reader_below_is_no_end() {
    let input = PLAIN.repeat(20);
    let mut reader = Reader::new(stream(), input.as_bytes().chain(Fails));
    let mut masked = Vec::new();
    for _ in 0..2 {
        let error = reader.read_to_end(&mut masked).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    assert!(MASKED.repeat(20).as_bytes().starts_with(&masked) && masked.len() > 300);
}

#[test]
fn a_text_that_is_cut_off_is_refused_at_its_end() {
    let input = &PLAIN[..20];
    let truncated = Error::Refused { reason: Reason::Truncated, offset: 20 };
    let mut masked = Vec::new();
    let mut reader = Reader::new(stream(), input.as_bytes());
    assert_eq!(refusal(&reader.read_to_end(&mut masked).unwrap_err()), truncated);
    assert_eq!(refusal(&reader.read_to_end(&mut masked).unwrap_err()), truncated);

    let mut writer = Writer::new(stream(), &mut masked);
    writer.write_all(input.as_bytes()).unwrap();
    assert_eq!(refusal(&writer.try_finish().unwrap_err()), truncated);
    assert_eq!(refusal(&writer.finish().unwrap_err()), truncated);
    assert_eq!(masked, b"");
}

/// Neither what is wrong nor the adapter shows the input.
#[test]
fn nothing_is_shown() {
    let input = format!("{}[\"canary\",\"canary\" canary]", PLAIN.repeat(9));
    let mut reader = Reader::new(stream(), input.as_bytes());
    let error = reader.read_to_end(&mut Vec::new()).unwrap_err();
    let mut writer = Writer::new(stream(), Vec::new());
    let written = writer.write_all(input.as_bytes()).and_then(|()| writer.try_finish()).unwrap_err();
    for told in [error, written] {
        let text = format!("{told} {told:?} {reader:?} {writer:?}");
        assert!(!text.contains("canary") && !text.contains("john") && text.contains("byte"), "{text}");
    }
}

#[test]
fn what_is_larger_than_the_window_is_refused() {
    let input = format!("[1,\"{}\"]", "x".repeat(100));
    let mut masked = Vec::new();
    let error = Reader::new(stream(), input.as_bytes()).read_to_end(&mut masked).unwrap_err();
    assert_eq!(refusal(&error), Error::Oversize { offset: 3 });
    assert_eq!(masked, b"[1,");
}

#[test]
fn a_flush_writes_the_texts_that_have_ended() {
    let mut writer = Writer::new(stream(), Rough::new(Vec::new(), &[]));
    writer.write_all(b"[\"john@example.com\"][\"jo").unwrap();
    assert_eq!(writer.get_ref().inner, b"");
    writer.flush().unwrap();
    assert_eq!((&writer.get_ref().inner[..], writer.get_ref().flushed), (&b"[\"[EMAIL]\"]["[..], 1));
    writer.write_all(b"hn\"]").unwrap();
    assert_eq!(writer.finish().unwrap().inner, b"[\"[EMAIL]\"][\"john\"]");
}

#[test]
fn a_writer_that_is_dropped_writes_nothing_more() {
    let mut written = Vec::new();
    let mut writer = Writer::new(stream(), &mut written);
    writer.write_all(b"[\"john@example.com").unwrap();
    drop(writer);
    assert_eq!(written, b"");
}

#[test]
fn a_full_writer_below_is_an_error() {
    let mut room = [0; 10];
    let mut writer = Writer::new(stream(), &mut room[..]);
    writer.write_all(PLAIN.as_bytes()).unwrap();
    for _ in 0..2 {
        assert_eq!(writer.try_finish().unwrap_err().kind(), ErrorKind::WriteZero);
    }
    assert_eq!(room, MASKED.as_bytes()[..10]);
}
