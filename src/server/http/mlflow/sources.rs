//! What a model version may be made of, and where its files then lie.
//!
//! A source is text of a client, and later somebody's program reads files from where it points. So a
//! source that means files of this server must belong to the run or the logged model that the request
//! names, and no tag of a client switches that off.

use crate::store::{
    StoreError,
    models::{
        logged, registry,
        versions::{self, NewVersion, Stage, Version},
    },
    runs,
};
use percent_encoding::percent_decode_str;
use rusqlite::Connection;

/// Sources that clients give to prompts, which have no files.
const OF_PROMPTS: [&str; 2] = ["dummy-source", "prompt-template"];
/// The words in the path of an address that means our own artifacts.
const PROXY: [&str; 4] = ["api", "2.0", "mlflow-artifacts", "artifacts"];

/// Checks the source of `new`, works out where its files lie, and fills in the run it comes from.
pub(super) fn resolve(db: &Connection, new: &mut NewVersion) -> Result<(), StoreError> {
    new.artifact_uri = new.source.clone();
    if OF_PROMPTS.contains(&new.source.as_str()) {
        return Ok(());
    }
    let meaning = decoded(&new.source);
    let steps_out = meaning.contains('\0') || meaning.split(['/', '\\']).any(|part| part == "..");
    if steps_out {
        return Err(StoreError::Invalid(format!(
            "Invalid model version source: '{}'. If supplying a source as an http, https, local file path, ftp, \
             objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references \
             present. Please provide an absolute path.",
            new.source
        )));
    }
    let (scheme, rest) = match meaning.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
        _ => (String::new(), meaning.as_str()),
    };
    let ours = matches!(scheme.as_str(), "runs" | "models" | "mlflow-artifacts");
    if ours && rest.contains(['#', '?', ';', '\\']) {
        return Err(foreign(new, "run_id"));
    }
    match scheme.as_str() {
        "" | "file" => Err(StoreError::Invalid(format!(
            "Invalid model version source: '{}'. To use a local path as a model version source, the run_id request \
             parameter has to be specified and the local path has to be contained within the artifact directory of \
             the run specified by the run_id.",
            new.source
        ))),
        "runs" => of_run(db, new, rest),
        "models" => of_model(db, new, rest),
        "mlflow-artifacts" => of_proxy(db, new),
        "http" | "https" if is_proxy_address(rest) => of_proxy(db, new),
        // A store that this server never reads.
        _ => inherit_run(db, new),
    }
}

/// The text with percent-encoding taken off as often as there is any.
fn decoded(text: &str) -> String {
    let mut meaning = text.to_owned();
    // Each turn makes the text shorter, so this ends.
    loop {
        let next = percent_decode_str(&meaning).decode_utf8_lossy().into_owned();
        if next == meaning {
            return meaning;
        }
        meaning = next;
    }
}

/// Whether this is the scheme of a URI; one letter is a drive.
fn is_scheme(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn foreign(new: &NewVersion, parameter: &str) -> StoreError {
    StoreError::Invalid(format!(
        "Invalid model version source: '{}'. The {parameter} request parameter must identify the resource that \
         contains the source.",
        new.source
    ))
}

/// Fills in the run that made the logged model.
fn inherit_run(db: &Connection, new: &mut NewVersion) -> Result<(), StoreError> {
    if new.run.is_empty() && !new.logged_model.is_empty() {
        new.run = logged::get(db, &new.logged_model, false)?.source_run;
    }
    Ok(())
}

/// `runs:/{run}/{path}`
fn of_run(db: &Connection, new: &NewVersion, rest: &str) -> Result<(), StoreError> {
    let run = rest.trim_start_matches('/').split('/').next().unwrap_or_default();
    let same = !new.run.is_empty() && run == new.run && !rest.starts_with("//");
    if !same || !new.logged_model.is_empty() {
        return Err(foreign(new, if new.logged_model.is_empty() { "run_id" } else { "model_id" }));
    }
    runs::find(db, run).map(|_| ()).map_err(|_| foreign(new, "run_id"))
}

/// `models:/m-…`, `models:/{name}/{version or stage}` or `models:/{name}@{alias}`
fn of_model(db: &Connection, new: &mut NewVersion, rest: &str) -> Result<(), StoreError> {
    let Some(path) = rest.strip_prefix('/').filter(|path| !path.starts_with('/')) else {
        return Err(foreign(new, "model_id"));
    };
    let path = path.trim_end_matches('/');
    if let Some((name, alias)) = path.split_once('@') {
        return of_version(new, registry::by_alias(db, name, alias)?);
    }
    if let Some((name, which)) = path.split_once('/') {
        let version = match (which.parse::<i64>(), which.eq_ignore_ascii_case("latest")) {
            (Ok(number), _) => versions::get(db, name, number)?,
            (Err(_), true) => registry::by_alias(db, name, "latest")?,
            (Err(_), false) => {
                let stage = Stage::of_name(which).map_err(|_| foreign(new, "model_id"))?;
                let newest = versions::latest(db, name)?.into_iter().find(|version| version.stage == stage.name());
                newest.ok_or_else(|| foreign(new, "model_id"))?
            }
        };
        return of_version(new, version);
    }
    if path != new.logged_model {
        return Err(foreign(new, "model_id"));
    }
    let model = logged::get(db, path, false).map_err(|_| foreign(new, "model_id"))?;
    new.artifact_uri = model.artifact_uri;
    if new.run.is_empty() {
        new.run = model.source_run;
    }
    Ok(())
}

/// A version of a registered model, copied with where it comes from.
fn of_version(new: &mut NewVersion, version: Version) -> Result<(), StoreError> {
    let differs = |asked: &str, known: &str| !asked.is_empty() && asked != known;
    if differs(&new.run, &version.run) || differs(&new.logged_model, &version.logged_model) {
        return Err(StoreError::Invalid(format!(
            "Invalid model version source: '{}'. The run_id and model_id request parameters must match the referenced \
             model version.",
            new.source
        )));
    }
    new.source = format!("models:/{}/{}", version.name, version.version);
    new.artifact_uri = version.artifact_uri;
    new.run = version.run;
    new.logged_model = version.logged_model;
    Ok(())
}

fn is_proxy_address(rest: &str) -> bool {
    let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
    parts.windows(PROXY.len()).any(|window| window == PROXY)
}

/// A URI of our own artifacts, which must lie in those of the run or the model that the request names.
fn of_proxy(db: &Connection, new: &mut NewVersion) -> Result<(), StoreError> {
    let (parameter, root) = if new.logged_model.is_empty() {
        ("run_id", runs::artifact_uri(db, &new.run))
    } else {
        ("model_id", logged::get(db, &new.logged_model, false).map(|model| model.artifact_uri))
    };
    let root = root.map_err(|_| foreign(new, parameter))?;
    match is_within(&new.source, &root) {
        true => inherit_run(db, new),
        false => Err(foreign(new, parameter)),
    }
}

fn is_within(source: &str, root: &str) -> bool {
    let parts = |uri: &str| -> Vec<String> {
        let meaning = decoded(uri);
        let (scheme, rest) = meaning.split_once(':').unwrap_or(("", &meaning));
        // With a host, the first part is the host; without one it is empty.
        let host =
            rest.strip_prefix("//").and_then(|rest| rest.split('/').next()).unwrap_or_default().to_ascii_lowercase();
        let path = rest.strip_prefix("//").map_or(rest, |rest| rest.split_once('/').map_or("", |(_, path)| path));
        let mut parts = vec![scheme.to_ascii_lowercase(), host];
        parts.extend(path.split('/').filter(|part| !matches!(*part, "" | ".")).map(str::to_owned));
        parts
    };
    let (source, root) = (parts(source), parts(root));
    root.len() > 2 && source.starts_with(&root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_lies_within_a_root_by_whole_parts() {
        let root = "mlflow-artifacts:/0/run/artifacts";
        for (source, inside) in [
            ("mlflow-artifacts:/0/run/artifacts/model", true),
            ("mlflow-artifacts:/0/run/artifacts", true),
            ("MLFLOW-ARTIFACTS:/0//run/./artifacts/model", true),
            ("mlflow-artifacts:/0/run/artifacts%2Fmodel", true),
            ("mlflow-artifacts:/0/run/artifacts2", false),
            ("mlflow-artifacts:/0/run", false),
            ("mlflow-artifacts://host/0/run/artifacts", false),
            ("s3:/0/run/artifacts", false),
        ] {
            assert_eq!(is_within(source, root), inside, "{source}");
        }
        assert!(!is_within("mlflow-artifacts:/x", "mlflow-artifacts:/"));
    }
}
