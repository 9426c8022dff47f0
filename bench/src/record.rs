//! Records of a comparison: a table for later, and charts for the README.

mod chart;

use crate::Result;
use crate::compare::Row;
use crate::machine::Machine;
use chart::{Bar, Chart, Group};
use std::fs;
use std::path::Path;

const COLUMNS: [&str; 12] = [
    "date",
    "commit",
    "rustc",
    "features",
    "cpu",
    "input",
    "policy",
    "engine",
    "bytes",
    "mb_per_s",
    "memcpy_ratio",
    "checked",
];

/// Writes `DATE-COMMIT.csv` and the charts into a folder.
///
/// # Errors
/// When it cannot be written.
pub fn write(folder: &Path, rows: &[Row]) -> Result<()> {
    let machine = Machine::this();
    fs::create_dir_all(folder)?;
    csv(
        &folder.join(format!("{}-{}.csv", machine.date, machine.commit.trim_end_matches('+'))),
        &machine,
        rows,
    )?;
    let about = format!("{}, {}, {}", machine.cpu, machine.rustc, machine.date);
    for (name, chart) in [("engines", engines(rows)), ("inputs", inputs(rows)), ("policies", policies(rows))]
    {
        if !chart.groups.is_empty() {
            chart.draw(&about, &folder.join(name).with_extension("svg"))?;
        }
    }
    Ok(())
}

fn csv(path: &Path, machine: &Machine, rows: &[Row]) -> Result<()> {
    let mut out = csv::WriterBuilder::new().has_headers(false).from_path(path)?;
    out.write_record(COLUMNS)?;
    for row in rows {
        out.serialize((machine, row))?;
    }
    Ok(out.flush()?)
}

fn bar(label: &str, row: &Row) -> Bar {
    Bar { label: label.to_owned(), value: row.mb_per_s }
}

/// All engines on the captured bodies, fastest first.
fn engines(rows: &[Row]) -> Chart {
    let mut rows: Vec<&Row> = rows
        .iter()
        .filter(|row| row.input == "langfuse-1mb" && ["-", "langfuse-docs"].contains(&row.policy))
        .collect();
    rows.sort_by(|a, b| b.mb_per_s.total_cmp(&a.mb_per_s));
    let bars: Vec<Bar> = rows.iter().map(|row| bar(&engine_label(row), row)).collect();
    let groups = if bars.is_empty() { vec![] } else { vec![Group { title: String::new(), bars }] };
    Chart {
        title: "1 MB of captured Langfuse traces: MB/s, on a logarithmic scale".into(),
        log: true,
        groups,
    }
}

fn engine_label(row: &Row) -> String {
    let what = match row.engine {
        "memcpy" => "copies",
        "spanmask-check" => "checks only",
        "simd-json-tape" | "simd-json-tape-padded" => "parses only",
        "sonic-lazy" => "skips only",
        "vectorscan" => "searches raw bytes only",
        _ => return row.engine.to_owned(),
    };
    format!("{} ({what})", row.engine)
}

/// Inputs of a chart that still fits a page.
const SHOWN: [&str; 8] = [
    "langfuse-1mb",
    "langfuse-4kb",
    "synthetic-1mb-low",
    "synthetic-1mb-high",
    "synthetic-16mb-low",
    "style-utf8-1mb",
    "style-unicode-escapes-1mb",
    "floats-1mb",
];

/// spanmask beside those who only parse, by input.
fn inputs(rows: &[Row]) -> Chart {
    let rows: Vec<Row> = rows.iter().filter(|row| SHOWN.contains(&row.input)).cloned().collect();
    let shown = [
        ("spanmask", "langfuse-docs"),
        ("spanmask", "default"),
        ("spanmask-check", "-"),
        ("simd-json-tape", "-"),
        ("sonic-lazy", "-"),
    ];
    let groups = grouped(
        &rows,
        |row| row.input,
        |input, rows| {
            let find =
                |(engine, policy)| rows.iter().find(|row| (row.engine, row.policy) == (engine, policy));
            let label = |row: &Row| match row.policy {
                "-" => row.engine.to_owned(),
                policy => format!("{} {policy}", row.engine),
            };
            let bars = shown.into_iter().filter_map(find).map(|row| bar(&label(row), row)).collect();
            Group { title: input.to_owned(), bars }
        },
    );
    Chart { title: "Masking beside only parsing, by input: MB/s".into(), log: false, groups }
}

/// spanmask with each policy, on the inputs that all of them were tried on.
fn policies(rows: &[Row]) -> Chart {
    let rows: Vec<Row> = rows.iter().filter(|row| row.engine == "spanmask").cloned().collect();
    let mut groups = grouped(
        &rows,
        |row| row.input,
        |input, rows| {
            let bars = rows.iter().map(|row| bar(row.policy, row)).collect();
            Group { title: input.to_owned(), bars }
        },
    );
    groups.retain(|group| group.bars.len() > 2);
    Chart { title: "spanmask with each policy: MB/s".into(), log: false, groups }
}

/// Groups rows by a name, in the order in which names come up.
fn grouped(
    rows: &[Row],
    name: fn(&Row) -> &'static str,
    group: impl Fn(&str, &[&Row]) -> Group,
) -> Vec<Group> {
    let mut names: Vec<&str> = rows.iter().map(name).collect();
    names.dedup();
    let of = |wanted: &str| rows.iter().filter(|row| name(row) == wanted).collect::<Vec<_>>();
    let groups = names.into_iter().map(|name| group(name, &of(name)));
    groups.filter(|group| !group.bars.is_empty()).collect()
}
