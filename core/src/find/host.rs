//! Asking the detectors of the host: the text of a value is written out for them, and what they tell comes back as raw
//! offsets.

use super::READINGS;
use crate::matcher::Matcher;
#[cfg(feature = "alloc")]
use crate::matcher::host::Asked;
use crate::matcher::host::{Failed, Host, Spans};
use crate::policy::Policy;
use crate::span::Span;
use crate::table::Room;
use crate::view::Text;
#[cfg(feature = "alloc")]
use alloc::boxed::Box;

/// Who answers.
enum Answers<'m> {
    Lent(&'m mut (dyn Host + Send)),
    #[cfg(feature = "alloc")]
    Owned(Box<dyn Host + Send>),
}

/// The memory for asking, and what was told of the value at hand.
pub(crate) struct Hosts<'m> {
    /// Nobody: whoever is asked fails.
    answers: Option<Answers<'m>>,
    /// The text that is handed over.
    text: Room<'m, u8>,
    /// For each of its bytes, and for its end, how far into the raw value its character begins.
    raw: Room<'m, u32>,
    /// One a search that asks, and reading.
    told: Room<'m, Told<'m>>,
    failed: Option<(u16, usize)>,
}

/// What one detector told of one reading.
pub(super) struct Told<'m> {
    search: usize,
    /// The number of the value.
    value: u64,
    spans: Room<'m, Span>,
    len: usize,
}

impl<'m> Hosts<'m> {
    /// For policies that ask none.
    pub(crate) fn none() -> Self {
        let (text, raw, told) = (Room::from(&mut [][..]), Room::from(&mut [][..]), Room::from(&mut [][..]));
        Self { answers: None, text, raw, told, failed: None }
    }

    #[cfg(feature = "alloc")]
    pub(super) fn new(policy: &Policy<'_>) -> Self {
        let (mut most, mut told) = (0, alloc::vec::Vec::new());
        for (search, of) in policy.searches.iter().enumerate() {
            let Matcher::Host(asked) = of.matcher else { continue };
            most = most.max(asked.limit.min(Asked::MOST) as usize);
            for _ in 0..READINGS {
                let spans = Room::filled(Span::default(), Asked::SPANS);
                told.push(Told { search, value: 0, spans, len: 0 });
            }
        }
        Self {
            answers: None,
            text: Room::filled(0, most),
            raw: Room::filled(0, if told.is_empty() { 0 } else { most + 1 }),
            told: Room::from(told),
            failed: None,
        }
    }

    pub(super) fn lend(&mut self, host: &'m mut (dyn Host + Send)) {
        self.answers = Some(Answers::Lent(host));
    }

    #[cfg(feature = "alloc")]
    pub(super) fn own(&mut self, host: Box<dyn Host + Send>) {
        self.answers = Some(Answers::Owned(host));
    }
}

impl Hosts<'_> {
    /// The rule and the place of the first value at which a detector failed whose failure ends the call.
    pub(super) fn failed(&mut self) -> &mut Option<(u16, usize)> {
        &mut self.failed
    }

    /// Asks every detector that takes part about the value, unless that is done.
    pub(super) fn ask<T: Text>(
        &mut self,
        policy: &Policy<'_>,
        text: T,
        reading: usize,
        value: u64,
        active: &[u64],
    ) {
        let Self { answers, text: room, raw, told, failed } = self;
        for told in told.iter_mut().skip(reading).step_by(READINGS) {
            let search = told.search;
            let takes_part = active.get(search / 64).is_some_and(|word| word >> (search % 64) & 1 == 1);
            let Some(of) = policy.searches.get(search).filter(|_| takes_part && told.value != value) else {
                continue;
            };
            let Matcher::Host(asked) = of.matcher else { continue };
            told.value = value;
            let start = text.start();
            let room = room.get_mut(..asked.limit as usize).unwrap_or(&mut []);
            let answered = write_out(text, room, raw).and_then(|len| {
                let text = room.get(..len).and_then(|text| core::str::from_utf8(text).ok()).ok_or(Failed)?;
                told.listen(answers, text, raw, start)
            });
            if answered.is_err() {
                told.whole(Span::new(text.start(), text.end()));
                if asked.refuse || answers.is_none() {
                    failed.get_or_insert((of.rule, text.start()));
                }
            }
        }
    }

    /// What the detector of a search told of a reading: raw offsets, by their start.
    pub(super) fn told(&self, search: usize, reading: usize) -> &[Span] {
        let mut of = self.told.iter().skip(reading).step_by(READINGS);
        of.find(|told| told.search == search).map_or(&[], |told| told.spans.get(..told.len).unwrap_or(&[]))
    }
}

impl Told<'_> {
    /// `raw` counts from `start`.
    fn listen(
        &mut self,
        answers: &mut Option<Answers<'_>>,
        text: &str,
        raw: &[u32],
        start: usize,
    ) -> Result<(), Failed> {
        let mut spans = Spans::new(&mut self.spans);
        match answers {
            None => return Err(Failed),
            Some(Answers::Lent(host)) => host.detect(self.search, text, &mut spans)?,
            #[cfg(feature = "alloc")]
            Some(Answers::Owned(host)) => host.detect(self.search, text, &mut spans)?,
        }
        self.len = spans.checked(text)?;
        let place = |at: usize| start + raw.get(at).copied().unwrap_or(0) as usize;
        for span in self.spans.iter_mut().take(self.len) {
            *span = Span::new(place(span.start), place(span.end));
        }
        Ok(())
    }

    /// All of the value, as its detector failed.
    fn whole(&mut self, value: Span) {
        if let Some(first) = self.spans.first_mut() {
            (*first, self.len) = (value, 1);
        }
    }
}

/// Writes a text into `room`, and where its characters begin into `raw`, from its start; its length. Linear in
/// the raw value, of which no more is read than fits.
fn write_out<T: Text>(text: T, room: &mut [u8], raw: &mut [u32]) -> Result<usize, Failed> {
    let (mut at, mut len) = (text.start(), 0);
    while let Some((ch, next)) = text.next(at) {
        let utf8 = room.get_mut(len..len + ch.len_utf8()).ok_or(Failed)?;
        ch.encode_utf8(utf8);
        raw.get_mut(len..len + ch.len_utf8()).ok_or(Failed)?.fill(place(text, at)?);
        len += ch.len_utf8();
        at = next;
    }
    *raw.get_mut(len).ok_or(Failed)? = place(text, at)?;
    Ok(len)
}

fn place<T: Text>(text: T, at: usize) -> Result<u32, Failed> {
    u32::try_from(at - text.start()).map_err(|_| Failed)
}
