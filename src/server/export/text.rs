//! CSV and JSON lines.

use super::{Datum, Head, Sink};
use data::{csv, series::JsonNumber};
use std::io::{BufWriter, Error, Write};

/// How many bytes go out at a time.
const PIECE: usize = 64 << 10;

/// Comma-separated values. A text that a spreadsheet would run as a formula gets a `'` before it.
pub struct Csv<W: Write> {
    out: BufWriter<W>,
}

impl<W: Write> Csv<W> {
    pub fn new(out: W, heads: &[Head]) -> Result<Csv<W>, Error> {
        let mut csv = Csv { out: BufWriter::with_capacity(PIECE, out) };
        let names: Vec<Datum> = heads.iter().map(|head| Datum::Text(head.name.as_str().into())).collect();
        csv.row(&names)?;
        Ok(csv)
    }
}

impl<W: Write> Sink for Csv<W> {
    fn row(&mut self, row: &[Datum]) -> Result<(), Error> {
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                self.out.write_all(b",")?;
            }
            match cell {
                Datum::Missing => {}
                Datum::Text(text) => self.out.write_all(csv::cell(text).as_bytes())?,
                Datum::Number(y) if y.is_nan() => self.out.write_all(b"NaN")?,
                Datum::Number(y) => write!(self.out, "{y}")?,
                Datum::Whole(n) => write!(self.out, "{n}")?,
            }
        }
        self.out.write_all(b"\r\n")
    }

    fn finish(mut self: Box<Self>) -> Result<(), Error> {
        self.out.flush()
    }
}

/// One JSON object a line.
pub struct Jsonl<W: Write> {
    out: BufWriter<W>,
    names: Vec<String>,
}

impl<W: Write> Jsonl<W> {
    pub fn new(out: W, heads: &[Head]) -> Jsonl<W> {
        let name = |head: &Head| serde_json::to_string(&head.name).expect("a text is JSON");
        Jsonl { out: BufWriter::with_capacity(PIECE, out), names: heads.iter().map(name).collect() }
    }
}

impl<W: Write> Sink for Jsonl<W> {
    fn row(&mut self, row: &[Datum]) -> Result<(), Error> {
        let mut before = "{";
        for (name, cell) in self.names.iter().zip(row) {
            if *cell == Datum::Missing {
                continue;
            }
            write!(self.out, "{before}{name}:")?;
            before = ",";
            match cell {
                Datum::Missing => {}
                Datum::Text(text) => serde_json::to_writer(&mut self.out, &**text)?,
                Datum::Number(y) => serde_json::to_writer(&mut self.out, &JsonNumber(*y))?,
                Datum::Whole(n) => write!(self.out, "{n}")?,
            }
        }
        self.out.write_all(if before == "{" { b"{}\n" } else { b"}\n" })
    }

    fn finish(mut self: Box<Self>) -> Result<(), Error> {
        self.out.flush()
    }
}
