//! What a file holds that opens without a server: what a link would show, and the answers to all that its page asks.
//!
//! # Form
//! The length of the head in eight bytes, little end first; the head as JSON; then the frames, each as
//! [`frame::encode`] writes it.

use super::{
    SharedPage,
    chosen::{Among, NotChosen},
};
use crate::{
    frame::{self, Frame, FrameRequest},
    query::Matching,
    run::{Cut, MetricRow, RunRow},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a file answers nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unanswered {
    /// It does not hold that.
    NotHeld,
    /// It does not show this of its runs.
    NotNamed(String),
    /// The question cannot be read, for this reason.
    Unread(String),
}

impl From<NotChosen> for Unanswered {
    fn from(error: NotChosen) -> Unanswered {
        match error {
            NotChosen::NotNamed(what) => Unanswered::NotNamed(what),
            NotChosen::Unread(why) => Unanswered::Unread(why),
        }
    }
}

impl From<serde_json::Error> for Unanswered {
    fn from(error: serde_json::Error) -> Unanswered {
        Unanswered::Unread(error.to_string())
    }
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptFile {
    head: Head,
    frames: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Head {
    page: SharedPage,
    /// By the names of a report's parts; the empty name is the whole of a view.
    parts: BTreeMap<String, Part>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
struct Part {
    rows: Vec<RunRow>,
    metrics: Vec<MetricRow>,
    /// Where the runs are the first of many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cut: Option<Cut>,
    /// What was asked, and where its frame lies.
    frames: Vec<(FrameRequest, usize, usize)>,
}

impl KeptFile {
    /// A file that shows `page`, and holds no answers yet.
    pub fn new(page: SharedPage) -> KeptFile {
        KeptFile { head: Head { page, parts: BTreeMap::new() }, frames: Vec::new() }
    }

    /// Adds a part: its runs in order, of how many they are the first, and its metrics.
    pub fn add_part(&mut self, name: &str, rows: Vec<RunRow>, cut: Option<Cut>, metrics: Vec<MetricRow>) {
        self.head.parts.insert(name.to_owned(), Part { rows, metrics, cut, frames: Vec::new() });
    }

    /// Adds the answer to a question about a part that was added.
    pub fn add_frame(&mut self, part: &str, asked: &FrameRequest, frame: &Frame) {
        let bytes = frame::encode(frame);
        let (from, length) = (self.frames.len(), bytes.len());
        self.frames.extend(bytes);
        if let Some(part) = self.head.parts.get_mut(part) {
            part.frames.push((asked.question(), from, length));
        }
    }

    /// How many bytes the frames take.
    pub fn frame_bytes(&self) -> usize {
        self.frames.len()
    }

    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let head = serde_json::to_vec(&self.head).expect("a head holds only what JSON can hold");
        let length = (head.len() as u64).to_le_bytes();
        [&length[..], &head, &self.frames].concat()
    }

    /// The file that `bytes` are, or why they are none.
    pub fn of_bytes(bytes: &[u8]) -> Result<KeptFile, String> {
        let cut = || "the data of this file is cut short".to_owned();
        let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(cut)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| cut())?;
        let (head, frames) = rest.split_at_checked(length).ok_or_else(cut)?;
        // As text, like all JSON that the app reads.
        let head = str::from_utf8(head).map_err(|error| error.to_string())?;
        let head = serde_json::from_str(head).map_err(|error| error.to_string())?;
        Ok(KeptFile { head, frames: frames.to_vec() })
    }

    /// What a server would answer at `path` of the API to `body`. `compile` makes regular expressions ready, or says why it
    /// cannot.
    pub fn answer(
        &self,
        path: &str,
        body: &str,
        compile: &impl Fn(&str) -> Result<Matching, String>,
    ) -> Result<Vec<u8>, Unanswered> {
        let path = path.strip_prefix("/api/").ok_or(Unanswered::NotHeld)?;
        if path.is_empty() {
            return Ok(serde_json::to_vec(&self.head.page)?);
        }
        let (name, what) = match path.strip_prefix("parts/").and_then(|rest| rest.split_once('/')) {
            Some((part, what)) => (part, what),
            None => ("", path),
        };
        let part = self.head.parts.get(name).ok_or(Unanswered::NotHeld)?;
        let among = self.among(part);
        match what {
            "runs" => Ok(serde_json::to_vec(&among.runs_page(serde_json::from_str(body)?, compile)?)?),
            "groups" => Ok(serde_json::to_vec(&among.groups_page(serde_json::from_str(body)?, compile)?)?),
            "frames" => {
                let mut request: FrameRequest = serde_json::from_str(body)?;
                request.run_set = among.named(request.run_set, compile)?;
                self.frame(part, &request).ok_or(Unanswered::NotHeld)
            }
            what if what == "metrics" || (what.starts_with("experiments/") && what.ends_with("/metrics")) => {
                Ok(serde_json::to_vec(&part.metrics)?)
            }
            what => {
                let run = what.strip_prefix("runs/").and_then(|run| run.parse().ok());
                let row = part.rows.iter().find(|row| Some(row.run_id) == run).ok_or(Unanswered::NotHeld)?;
                Ok(serde_json::to_vec(row)?)
            }
        }
    }

    /// The runs of a part, to be chosen from.
    fn among<'a>(&self, part: &'a Part) -> Among<'a> {
        let experiment = part.rows.first().map(|row| row.experiment_id.as_str());
        Among { rows: &part.rows, cut: part.cut, experiment, tells_times: !self.head.page.anonymous }
    }

    /// The frame that answers `request`, of the runs that it asks for.
    fn frame(&self, part: &Part, request: &FrameRequest) -> Option<Vec<u8>> {
        let question = request.question();
        let (_, from, length) = part.frames.iter().find(|(asked, ..)| *asked == question)?;
        let bytes = self.frames.get(*from..from.checked_add(*length)?)?;
        let Some(runs) = &request.run_set.runs else { return Some(bytes.to_vec()) };
        let mut frame = frame::decode(bytes).ok()?;
        frame.series.retain(|series| runs.contains(&series.run_id));
        Some(frame::encode(&frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        frame::{FrameSeries, RunSet, XAxis},
        groups::GroupsPage,
        run::{RunId, RunsPage},
        series::Points,
        share::ShareTarget,
        thin::{Buckets, Keep},
        view::PlacedView,
    };

    fn file() -> KeptFile {
        let placed = PlacedView { experiment_id: "1".into(), tab: String::new(), view: Default::default() };
        let mut file = KeptFile::new(SharedPage {
            title: "</script>\u{2028}".into(),
            target: ShareTarget::View { placed },
            frozen_millis: Some(1),
            anonymous: false,
            report: None,
        });
        let row = |n: u128| {
            let json = serde_json::json!({"run_id": RunId(n), "experiment_id": "1", "name": "a", "status": "RUNNING", "user": "",
                "start_millis": 0, "color": 0});
            serde_json::from_value::<RunRow>(json).expect("a row")
        };
        file.add_part("", (1..=5).map(row).collect(), None, Vec::new());
        file.add_part("a-0", vec![row(9)], Cut::of(1, 3), Vec::new());
        let series = |n| FrameSeries {
            run_id: RunId(n),
            held: 0,
            non_finite: 0,
            unplaced: 0,
            min: f64::NAN,
            max: f64::NAN,
            points: Points::default(),
            smoothed: None,
        };
        let (buckets, keep) = (Buckets { origin: 0, width: 1 }, Keep::All);
        let series = (1..=5).map(series).collect();
        let frame =
            Frame { version: 1, runs: 5, x: XAxis::Step, x_unit: 1.0, buckets, keep, series, groups: Vec::new() };
        file.add_frame("", &FrameRequest { metric: "loss".into(), width_px: 9, ..FrameRequest::default() }, &frame);
        KeptFile::of_bytes(&file.to_bytes()).expect("it was written here")
    }

    fn none(pattern: &str) -> Result<Matching, String> {
        Err(format!("no pattern {pattern}"))
    }

    #[test]
    fn a_file_answers_what_it_holds_and_nothing_else() {
        let file = file();
        for (name, path, body, answered) in [
            ("its page", "/api/", "", true),
            ("its runs", "/api/runs", "{}", true),
            ("a part's runs", "/api/parts/a-0/runs", "{}", true),
            ("runs by a filter", "/api/runs", r#"{"filter": "attributes.run_name = 'a'"}"#, true),
            ("runs by what it does not tell", "/api/runs", r#"{"filter": "params.lr > 1"}"#, false),
            ("a filter that is none", "/api/runs", r#"{"filter": "params.lr >"}"#, false),
            ("a pattern that nobody reads", "/api/runs", r#"{"filter": "attributes.run_name ~ 'a'"}"#, false),
            ("runs of elsewhere", "/api/runs", r#"{"experiments": ["2"]}"#, false),
            ("runs in its order", "/api/runs", r#"{"order_by": [""]}"#, true),
            ("runs in another order", "/api/runs", r#"{"order_by": ["attributes.run_id DESC"]}"#, true),
            ("runs in an order of what it does not tell", "/api/runs", r#"{"order_by": ["metrics.loss ASC"]}"#, false),
            ("groups", "/api/groups", r#"{"by": ["attributes.status"]}"#, true),
            ("groups by what it does not tell", "/api/groups", r#"{"by": ["params.lr"]}"#, false),
            (
                "frames of a filter",
                "/api/frames",
                r#"{"metric": "loss", "width_px": 9, "run_set": {"filter": "attributes.run_name = 'b'"}}"#,
                true,
            ),
            ("metrics", "/api/experiments/1/metrics", "", true),
            ("a part's metrics", "/api/parts/a-0/metrics", "", true),
            ("its frame at another width", "/api/frames", r#"{"metric": "loss", "width_px": 700}"#, true),
            ("another metric", "/api/frames", r#"{"metric": "acc", "width_px": 9}"#, false),
            ("another smoothing", "/api/frames", r#"{"metric": "loss", "width_px": 9, "x": "wall_time"}"#, false),
            ("a frame of another part", "/api/parts/a-0/frames", r#"{"metric": "loss", "width_px": 9}"#, false),
            ("no JSON", "/api/frames", "{", false),
            ("a run", "/api/runs/00000000000000000000000000000001", "", true),
            ("another run", "/api/runs/00000000000000000000000000000009", "", false),
            ("a part that there is not", "/api/parts/b-0/runs", "{}", false),
            ("something else", "/api/shares", "", false),
            ("another site", "https://example.org/api/runs", "{}", false),
        ] {
            assert_eq!(file.answer(path, body, &none).is_ok(), answered, "{name}");
        }
    }

    #[test]
    fn runs_come_in_windows_and_frames_by_their_runs() {
        let file = file();
        let page = file.answer("/api/runs", r#"{"offset": 3, "limit": 4}"#, &none).expect("its runs");
        let page: RunsPage = serde_json::from_slice(&page).expect("a page");
        assert_eq!((page.total, page.runs.len()), (5, 2));
        let runs = RunSet { runs: Some(vec![RunId(2), RunId(77)]), ..RunSet::default() };
        let asked = FrameRequest { metric: "loss".into(), run_set: runs, width_px: 3, ..FrameRequest::default() };
        let bytes =
            file.answer("/api/frames", &serde_json::to_string(&asked).expect("JSON"), &none).expect("its frame");
        let frame = frame::decode(&bytes).expect("a frame");
        assert_eq!(frame.series.iter().map(|series| series.run_id).collect::<Vec<_>>(), [RunId(2)]);
    }

    #[test]
    fn runs_are_filtered_ordered_and_grouped() {
        let file = file();
        let ask = |path: &str, body: &str| file.answer(path, body, &none).expect(body);
        let body = r#"{"filter": "attributes.run_id IN ('00000000000000000000000000000002', '00000000000000000000000000000004')",
            "order_by": ["attributes.run_id DESC"]}"#;
        let page: RunsPage = serde_json::from_slice(&ask("/api/runs", body)).expect("a page");
        assert_eq!(page.runs.iter().map(|row| row.run_id.0).collect::<Vec<_>>(), [4, 2]);
        let groups: GroupsPage =
            serde_json::from_slice(&ask("/api/groups", r#"{"by": ["attributes.status"]}"#)).expect("a page");
        assert_eq!((groups.runs, groups.total), (5, 1));
        let body = r#"{"metric": "loss", "width_px": 9, "run_set": {"filter": "attributes.run_name = 'b'"}}"#;
        assert!(frame::decode(&ask("/api/frames", body)).expect("a frame").series.is_empty());
    }

    #[test]
    fn damaged_files_are_refused() {
        let bytes = file().to_bytes();
        for cut in [0, 7, 8, 40] {
            assert!(KeptFile::of_bytes(&bytes[..cut]).is_err(), "{cut}");
        }
        let mut long = bytes.clone();
        long[..8].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(KeptFile::of_bytes(&long).is_err());
        // A frame that is cut off is none.
        let short = KeptFile::of_bytes(&bytes[..bytes.len() - 1]).expect("the head is whole");
        assert!(short.answer("/api/frames", r#"{"metric": "loss", "width_px": 9}"#, &none).is_err());
    }
}
