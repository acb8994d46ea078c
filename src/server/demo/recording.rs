//! Reads a recording: an experiment as it was logged, in one compact file.
//!
//! `record/record.py` writes such files and `record/README.md` describes them.

use super::columns::{decimal, sum_up, whole};
use data::run::{RunId, RunStatus};
use flate2::{Crc, read::ZlibDecoder};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, HashMap},
    io::Read,
};

const MAGIC: &[u8; 8] = b"TLREC\0\0\x01";
const WAV_HEADER: usize = 44;
/// What a recording may unfold to at most, so that a damaged one cannot ask for all the memory.
const MOST_POINTS: usize = 100_000_000;
const MOST_BYTES: u64 = 256 << 20;

/// Why a recording cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordingError {
    /// It does not begin as a recording of a version that is known.
    #[error("this is not a recording, or one of a version that this program does not know")]
    NotARecording,
    /// It is cut, changed or contradicts itself.
    #[error("the recording is damaged: {0}")]
    Damaged(&'static str),
}

use RecordingError::Damaged;

/// An experiment as it was logged.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The experiment's name.
    pub experiment: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its runs, by start.
    pub runs: Vec<RecordedRun>,
    /// The distinct contents of all files.
    pub contents: Vec<Vec<u8>>,
}

/// A run as it was logged.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedRun {
    /// Its id, kept so that links to a demo work on every machine.
    pub id: RunId,
    /// Its name.
    pub name: String,
    /// How it ended.
    pub status: RunStatus,
    /// When it started, milliseconds since 1970 UTC.
    pub start_millis: i64,
    /// When it ended.
    pub end_millis: Option<i64>,
    /// Its params.
    pub params: BTreeMap<String, String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its metrics.
    pub series: Vec<RecordedSeries>,
    /// Its artifacts: the path, and the place of the content in [`Recording::contents`].
    pub files: Vec<(String, usize)>,
}

/// The points of one metric of one run in the order of logging: three columns of one length.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedSeries {
    /// The metric's name.
    pub metric: String,
    /// The steps.
    pub steps: Vec<i64>,
    /// When each was logged, milliseconds since 1970 UTC.
    pub times: Vec<i64>,
    /// The values, which may be NaN or infinite.
    pub values: Vec<f64>,
}

#[derive(Deserialize)]
struct Header {
    experiment: String,
    tags: BTreeMap<String, String>,
    /// Each metric with the lengths of its four columns: steps, times, significands, exponents.
    columns: Vec<(String, [usize; 4])>,
    /// Each content's form and length.
    contents: Vec<(Form, usize)>,
    runs: Vec<RunHeader>,
}

#[derive(Deserialize)]
struct RunHeader {
    id: RunId,
    name: String,
    status: RunStatus,
    start: i64,
    end: Option<i64>,
    params: BTreeMap<String, String>,
    tags: BTreeMap<String, String>,
    /// Each metric with its number of points.
    series: Vec<(String, usize)>,
    files: Vec<(String, usize)>,
}

/// How a content is written.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Form {
    Plain,
    Deflate,
    Wav,
}

impl Recording {
    /// Reads all of `bytes`, or says why it cannot.
    pub fn read(bytes: &[u8]) -> Result<Recording, RecordingError> {
        let (header, mut body) = open(bytes)?;
        let mut unread = HashMap::new();
        for (metric, lengths) in &header.columns {
            unread.insert(metric.clone(), Column::read(&mut body, lengths, points_of(&header, metric)?)?);
        }
        let contents = header.contents.iter();
        let contents = contents.map(|&(form, length)| unfold(form, take(&mut body, length)?));
        let contents = contents.collect::<Result<Vec<_>, _>>()?;
        if !body.is_empty() {
            return Err(Damaged("there is more than the header says"));
        }
        let runs = header.runs.into_iter().map(|run| run_of(run, &mut unread, contents.len()));
        let runs = runs.collect::<Result<Vec<_>, _>>()?;
        Ok(Recording { experiment: header.experiment, tags: header.tags, runs, contents })
    }

    /// How many points all runs hold.
    pub fn points(&self) -> usize {
        self.runs.iter().flat_map(|run| &run.series).map(|series| series.values.len()).sum()
    }
}

/// The header, and what follows it.
fn open(bytes: &[u8]) -> Result<(Header, &[u8]), RecordingError> {
    let mut rest = bytes.strip_prefix(MAGIC).ok_or(RecordingError::NotARecording)?;
    let sum = number(&mut rest)?;
    let mut crc = Crc::new();
    crc.update(rest);
    if crc.sum() != sum {
        return Err(Damaged("its checksum is wrong"));
    }
    let length = number(&mut rest)?;
    let text = inflate(take(&mut rest, length as usize)?)?;
    let header = serde_json::from_slice(&text).map_err(|_| Damaged("its header cannot be read"))?;
    Ok((header, rest))
}

fn take<'a>(from: &mut &'a [u8], length: usize) -> Result<&'a [u8], RecordingError> {
    let (taken, rest) = from.split_at_checked(length).ok_or(Damaged("it ends too early"))?;
    *from = rest;
    Ok(taken)
}

fn number(from: &mut &[u8]) -> Result<u32, RecordingError> {
    let bytes = take(from, 4)?;
    Ok(u32::from_le_bytes(bytes.try_into().expect("four bytes were taken")))
}

fn inflate(bytes: &[u8]) -> Result<Vec<u8>, RecordingError> {
    let mut out = Vec::new();
    let read = ZlibDecoder::new(bytes).take(MOST_BYTES).read_to_end(&mut out);
    read.map(|_| out).map_err(|_| Damaged("something deflated cannot be read"))
}

fn unfold(form: Form, bytes: &[u8]) -> Result<Vec<u8>, RecordingError> {
    match form {
        Form::Plain => Ok(bytes.to_vec()),
        Form::Deflate => inflate(bytes),
        Form::Wav => {
            let (header, samples) = bytes.split_at_checked(WAV_HEADER).ok_or(Damaged("a sound has no header"))?;
            let samples = pco::standalone::simple_decompress::<i16>(samples);
            let samples = samples.map_err(|_| Damaged("a sound cannot be decoded"))?;
            Ok(header.iter().copied().chain(samples.into_iter().flat_map(i16::to_le_bytes)).collect())
        }
    }
}

/// How many points of `metric` all runs hold.
fn points_of(header: &Header, metric: &str) -> Result<usize, RecordingError> {
    let counts = header.runs.iter().flat_map(|run| &run.series).filter(|(name, _)| name == metric);
    let sum = counts.fold(0usize, |sum, (_, count)| sum.saturating_add(*count));
    if sum > MOST_POINTS { Err(Damaged("it names too many points")) } else { Ok(sum) }
}

/// One metric of all runs, one after the other; taken from the front, run by run.
struct Column {
    steps: Vec<i64>,
    times: Vec<i64>,
    values: Vec<f64>,
    taken: usize,
}

impl Column {
    fn read(body: &mut &[u8], lengths: &[usize; 4], n: usize) -> Result<Column, RecordingError> {
        let steps = whole(take(body, lengths[0])?, n)?;
        let times = whole(take(body, lengths[1])?, n)?;
        let significands: Vec<i32> = whole(take(body, lengths[2])?, n)?;
        let exponents: Vec<i16> = whole(take(body, lengths[3])?, n)?;
        let values = significands.into_iter().zip(exponents).map(|(s, e)| decimal(s, e)).collect();
        Ok(Column { steps, times, values, taken: 0 })
    }

    fn next(&mut self, metric: String, count: usize, start_millis: i64) -> RecordedSeries {
        let range = self.taken..self.taken + count;
        self.taken = range.end;
        let (mut steps, mut times) = (self.steps[range.clone()].to_vec(), self.times[range.clone()].to_vec());
        sum_up(&mut steps, 0);
        sum_up(&mut times, start_millis);
        RecordedSeries { metric, steps, times, values: self.values[range].to_vec() }
    }
}

fn run_of(
    run: RunHeader,
    columns: &mut HashMap<String, Column>,
    contents: usize,
) -> Result<RecordedRun, RecordingError> {
    let mut series = Vec::with_capacity(run.series.len());
    for (metric, count) in run.series {
        let column = columns.get_mut(&metric).ok_or(Damaged("a metric has no column"))?;
        series.push(column.next(metric, count, run.start));
    }
    for (path, content) in &run.files {
        if *content >= contents {
            return Err(Damaged("a file has no content"));
        }
        if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(Damaged("a file lies outside its run"));
        }
    }
    Ok(RecordedRun {
        id: run.id,
        name: run.name,
        status: run.status,
        start_millis: run.start,
        end_millis: run.end,
        params: run.params,
        tags: run.tags,
        series,
        files: run.files,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::EMBEDDED;

    #[test]
    fn the_recordings_hold_what_the_demo_promises() {
        let [digits, speech, long] = [0, 1, 2].map(|place| {
            let recording = Recording::read(EMBEDDED[place].bytes).unwrap();
            assert_eq!(recording.experiment, EMBEDDED[place].experiment);
            recording
        });

        let trained = |run: &&RecordedRun| run.series.iter().any(|series| series.metric == "train/loss");
        assert!(digits.runs.iter().filter(trained).count() >= 240);
        let values = || digits.runs.iter().flat_map(|run| &run.series).flat_map(|series| &series.values);
        assert!(values().any(|value| value.is_nan()), "some diverge");
        assert!(values().any(|value| value.is_infinite()), "some overflow");
        for status in [RunStatus::Finished, RunStatus::Failed, RunStatus::Killed] {
            assert!(digits.runs.iter().any(|run| run.status == status), "{status:?}");
        }
        let pictured = |run: &&RecordedRun| run.files.iter().any(|(path, _)| path.starts_with("images/"));
        assert!(digits.runs.iter().filter(pictured).count() >= 40);

        let sounds: Vec<_> =
            speech.runs.iter().flat_map(|run| &run.files).filter(|(path, _)| path.ends_with(".wav")).collect();
        assert!(sounds.len() >= 60, "{}", sounds.len());
        for (path, content) in sounds {
            let bytes = &speech.contents[*content];
            assert_eq!((&bytes[..4], &bytes[8..12]), (&b"RIFF"[..], &b"WAVE"[..]), "{path}");
            let told = u32::from_le_bytes(bytes[40..44].try_into().unwrap()) as usize;
            assert_eq!(bytes.len(), WAV_HEADER + told, "{path}");
        }

        let losses: Vec<_> =
            long.runs.iter().flat_map(|run| &run.series).filter(|series| series.metric == "train/loss").collect();
        assert_eq!(losses.len(), 3);
        for loss in losses {
            assert!(loss.steps.iter().copied().eq(1..=1_000_000));
        }
        let size: usize = EMBEDDED.iter().map(|embedded| embedded.bytes.len()).sum();
        assert!(size < 11_000_000, "{size} bytes are too many to carry in the program");
    }

    #[test]
    fn times_and_steps_never_fall_in_a_run() {
        for embedded in &EMBEDDED {
            for run in Recording::read(embedded.bytes).unwrap().runs {
                for series in run.series {
                    assert!(series.times[0] >= run.start_millis, "{}", run.name);
                    assert!(series.times.is_sorted() && series.steps.is_sorted(), "{} {}", run.name, series.metric);
                }
            }
        }
    }

    #[test]
    fn what_is_no_whole_recording_is_refused() {
        let whole = EMBEDDED[1].bytes;
        let mut flipped = whole.to_vec();
        flipped[whole.len() / 2] ^= 1;
        let mut newer = whole.to_vec();
        newer[7] = 2;
        for (name, bytes, error) in [
            ("nothing", &[][..], RecordingError::NotARecording),
            ("another file", b"SQLite format 3\0", RecordingError::NotARecording),
            ("a newer version", &newer, RecordingError::NotARecording),
            ("only the magic", MAGIC, Damaged("it ends too early")),
            ("a cut file", &whole[..whole.len() - 1], Damaged("its checksum is wrong")),
            ("a changed bit", &flipped, Damaged("its checksum is wrong")),
        ] {
            assert_eq!(Recording::read(bytes).map(|_| ()), Err(error), "{name}");
        }
    }

    #[test]
    fn a_header_that_lies_is_refused() {
        let run = r#"{"id":"00000000000000000000000000000001","name":"a","status":"FINISHED","start":0,"end":1,
                      "params":{},"tags":{},"series":SERIES,"files":FILES}"#;
        for (name, columns, series, files) in [
            ("a metric without a column", "[]", r#"[["loss",1]]"#, "[]"),
            ("a column beyond the end", r#"[["loss",[9,9,9,9]]]"#, r#"[["loss",1]]"#, "[]"),
            ("an absurd number of points", r#"[["loss",[0,0,0,0]]]"#, r#"[["loss",18446744073709551615]]"#, "[]"),
            ("a file without content", "[]", "[]", r#"[["a.txt",0]]"#),
            ("no JSON", "[", "[]", "[]"),
        ] {
            let run = run.replace("SERIES", series).replace("FILES", files);
            let header =
                format!(r#"{{"experiment":"e","tags":{{}},"columns":{columns},"contents":[],"runs":[{run}]}}"#);
            assert!(matches!(Recording::read(&sealed(header.as_bytes())), Err(Damaged(_))), "{name}");
        }
    }

    /// A recording of nothing but this header, with the right checksum.
    fn sealed(header: &[u8]) -> Vec<u8> {
        use std::io::Write;
        let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(header).unwrap();
        let packed = packed.finish().unwrap();
        let body = [&(packed.len() as u32).to_le_bytes()[..], &packed].concat();
        let mut crc = Crc::new();
        crc.update(&body);
        [&MAGIC[..], &crc.sum().to_le_bytes(), &body].concat()
    }
}
