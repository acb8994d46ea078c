//! Choices that several requests take: view types, statuses.

use super::{MlflowError, fields::NameOrNumber};
use crate::store::search::View;
use data::run::RunStatus;

/// The lifecycle stages that a request names.
pub fn view(given: Option<&NameOrNumber>, parameter: &str, default: View) -> Result<View, MlflowError> {
    let choices = [("ACTIVE_ONLY", 1, View::Active), ("DELETED_ONLY", 2, View::Deleted), ("ALL", 3, View::All)];
    let Some(given) = given else { return Ok(default) };
    given.among(&choices).ok_or_else(|| {
        MlflowError::bad_value(parameter, &named(given), "it must be one of ACTIVE_ONLY, DELETED_ONLY, ALL.")
    })
}

/// The status that a request names.
pub fn status(given: &NameOrNumber) -> Result<RunStatus, MlflowError> {
    use RunStatus::*;
    let choices = [
        ("RUNNING", 1, Running),
        ("SCHEDULED", 2, Scheduled),
        ("FINISHED", 3, Finished),
        ("FAILED", 4, Failed),
        ("KILLED", 5, Killed),
    ];
    given.among(&choices).ok_or_else(|| {
        let why = "it must be one of RUNNING, SCHEDULED, FINISHED, FAILED, KILLED.";
        MlflowError::bad_value("status", &named(given), why)
    })
}

/// A choice as it was given.
pub fn named(given: &NameOrNumber) -> serde_json::Value {
    match given {
        NameOrNumber::Name(name) => name.as_str().into(),
        NameOrNumber::Number(number) => (*number).into(),
    }
}
