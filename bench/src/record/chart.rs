//! Charts of bars that lie, grouped under titles, with the number at the end of each.

use crate::Result;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::path::Path;

const WIDTH: u32 = 860;
const LABELS: i32 = 290;
const NUMBERS: i32 = 70;
const BAR: i32 = 18;
const GAP: i32 = 14;
const HEAD: i32 = 48;
const FOOT: i32 = 28;

const OURS: RGBColor = RGBColor(15, 118, 110);
const OTHERS: RGBColor = RGBColor(148, 163, 184);
const INK: RGBColor = RGBColor(30, 41, 59);
const FAINT: RGBColor = RGBColor(100, 116, 139);
const GRID: RGBColor = RGBColor(226, 232, 240);

pub(super) struct Bar {
    pub(super) label: String,
    pub(super) value: f64,
}

pub(super) struct Group {
    pub(super) title: String,
    pub(super) bars: Vec<Bar>,
}

pub(super) struct Chart {
    pub(super) title: String,
    /// Whether lengths are logarithms.
    pub(super) log: bool,
    pub(super) groups: Vec<Group>,
}

type Area<'p> = DrawingArea<SVGBackend<'p>, plotters::coord::Shift>;

impl Chart {
    /// Writes it as SVG, with a line about where it was measured.
    pub(super) fn draw(&self, about: &str, path: &Path) -> Result<()> {
        let height: i32 = HEAD + 10 + FOOT + self.groups.iter().map(Group::height).sum::<i32>();
        let area = SVGBackend::new(path, (WIDTH, u32::try_from(height)?)).into_drawing_area();
        area.fill(&WHITE)?;
        write(&area, &self.title, (12, HEAD / 2 - 4), 17, INK, HPos::Left)?;
        write(&area, about, (12, height - FOOT / 2), 11, FAINT, HPos::Left)?;
        let mut top = HEAD + 10;
        self.decades(&area, height)?;
        for group in &self.groups {
            self.group(&area, group, top)?;
            top += group.height();
        }
        Ok(area.present()?)
    }

    /// On a logarithmic scale, a line for each power of ten.
    fn decades(&self, area: &Area<'_>, height: i32) -> Result<()> {
        for value in (0..7).map(|power| 10_f64.powi(power)).filter(|_| self.log) {
            let at = self.end(value);
            if (LABELS..WIDTH as i32 - NUMBERS).contains(&at) {
                write(area, &number(value), (at, HEAD), 10, FAINT, HPos::Center)?;
                area.draw(&PathElement::new([(at, HEAD + 8), (at, height - FOOT - GAP / 2)], GRID))?;
            }
        }
        Ok(())
    }

    /// Where the bar of a value ends.
    fn end(&self, value: f64) -> i32 {
        LABELS + (self.share(value) * f64::from(WIDTH as i32 - LABELS - NUMBERS)) as i32
    }

    fn group(&self, area: &Area<'_>, group: &Group, mut top: i32) -> Result<()> {
        if !group.title.is_empty() {
            write(area, &group.title, (12, top + BAR / 2), 13, INK, HPos::Left)?;
            top += BAR;
        }
        for bar in &group.bars {
            let middle = top + BAR / 2;
            let end = self.end(bar.value);
            let colour = if bar.label.starts_with("spanmask") || group.ours() { OURS } else { OTHERS };
            write(area, &bar.label, (LABELS - 8, middle), 12, INK, HPos::Right)?;
            area.draw(&Rectangle::new(
                [(LABELS, top + 2), (end.max(LABELS + 1), top + BAR - 2)],
                colour.filled(),
            ))?;
            write(area, &number(bar.value), (end + 6, middle), 12, INK, HPos::Left)?;
            top += BAR;
        }
        Ok(())
    }

    /// The length of a bar, by that of the longest.
    fn share(&self, value: f64) -> f64 {
        let values = || self.groups.iter().flat_map(|group| &group.bars).map(|bar| bar.value);
        let most = values().fold(f64::MIN_POSITIVE, f64::max);
        if !self.log {
            return value / most;
        }
        let least = values().fold(most, f64::min) / 2.0;
        (value / least).ln() / (most / least).ln()
    }
}

impl Group {
    fn height(&self) -> i32 {
        let title = if self.title.is_empty() { 0 } else { BAR };
        title + GAP + BAR * self.bars.len() as i32
    }

    /// Whether all of its bars are spanmask's: they then bear the names of policies.
    fn ours(&self) -> bool {
        self.bars.iter().all(|bar| crate::policies::names().contains(&bar.label.as_str()))
    }
}

fn write(area: &Area<'_>, text: &str, at: (i32, i32), size: u32, colour: RGBColor, side: HPos) -> Result<()> {
    let style = ("sans-serif", size).into_font().color(&colour).pos(Pos::new(side, VPos::Center));
    Ok(area.draw_text(text, &style, at)?)
}

fn number(value: f64) -> String {
    match value {
        v if v < 10.0 => format!("{v:.1}"),
        v if v < 10_000.0 => format!("{v:.0}"),
        v => format!("{:.1}k", v / 1000.0),
    }
}
