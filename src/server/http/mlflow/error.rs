//! How MLflow's protocol says that it refuses or fails.

use crate::store::StoreError;
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use data::query::QueryError;

/// Why a request was refused or failed, in MLflow's shape: `{"error_code", "message"}`.
///
/// The client reads `error_code` from the body, and repeats a request by itself for minutes when the
/// status is 429, 500, 502, 503 or 504: so only what may pass by waiting has such a status.
#[derive(Debug, thiserror::Error)]
pub enum MlflowError {
    /// 400: the request cannot be done as it stands.
    #[error("{0}")]
    Invalid(String),
    /// 404: something named does not exist.
    #[error("{0}")]
    NotFound(String),
    /// 404: MLflow's protocol has no such address here.
    #[error("There is no endpoint at this address.")]
    NoEndpoint,
    /// 405: the address takes another method.
    #[error("This address does not take that method.")]
    WrongMethod,
    /// 501: the server does not offer this.
    #[error("{0}")]
    NotOffered(String),
    /// What the store says.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Reading or writing an artifact failed.
    #[error("an artifact could not be read or written: {0}")]
    File(#[from] std::io::Error),
    /// 413: more than the server takes at once.
    #[error("{0}")]
    TooLarge(String),
}

impl MlflowError {
    /// The refusal of a request without something it needs.
    pub fn missing(parameter: &str) -> Self {
        MlflowError::Invalid(format!(
            "Missing value for required parameter '{parameter}'. See the API docs for more information about \
             request parameters."
        ))
    }

    /// The refusal of one value of a request; `why` says what was expected.
    pub fn bad_value(parameter: &str, value: &(impl serde::Serialize + ?Sized), why: &str) -> Self {
        let mut value = serde_json::to_string(value).unwrap_or_default();
        if let Some((end, _)) = value.char_indices().nth(300) {
            value.truncate(end);
            value.push('…');
        }
        MlflowError::Invalid(format!("Invalid value {value} for parameter '{parameter}' supplied: {why}"))
    }

    fn status(&self) -> (StatusCode, &'static str) {
        match self {
            MlflowError::Invalid(_) => (StatusCode::BAD_REQUEST, "INVALID_PARAMETER_VALUE"),
            MlflowError::NotFound(_) => (StatusCode::NOT_FOUND, "RESOURCE_DOES_NOT_EXIST"),
            MlflowError::NoEndpoint => (StatusCode::NOT_FOUND, "ENDPOINT_NOT_FOUND"),
            MlflowError::WrongMethod => (StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST"),
            MlflowError::NotOffered(_) => (StatusCode::NOT_IMPLEMENTED, "NOT_IMPLEMENTED"),
            MlflowError::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "INVALID_PARAMETER_VALUE"),
            MlflowError::File(error) => match error.kind() {
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                    (StatusCode::INSUFFICIENT_STORAGE, "RESOURCE_EXHAUSTED")
                }
                _ => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR"),
            },
            MlflowError::Store(error) => match error {
                StoreError::Invalid(_) => (StatusCode::BAD_REQUEST, "INVALID_PARAMETER_VALUE"),
                StoreError::Exists(_) => (StatusCode::BAD_REQUEST, "RESOURCE_ALREADY_EXISTS"),
                StoreError::NotFound(_) => (StatusCode::NOT_FOUND, "RESOURCE_DOES_NOT_EXIST"),
                StoreError::WrongState(_) => (StatusCode::BAD_REQUEST, "INVALID_STATE"),
                StoreError::Conflict(_) => (StatusCode::BAD_REQUEST, "BAD_REQUEST"),
                StoreError::Full => (StatusCode::INSUFFICIENT_STORAGE, "RESOURCE_EXHAUSTED"),
                StoreError::Stopped => (StatusCode::SERVICE_UNAVAILABLE, "TEMPORARILY_UNAVAILABLE"),
                StoreError::Newer { .. }
                | StoreError::Folder { .. }
                | StoreError::Damaged(_)
                | StoreError::Bug
                | StoreError::Undone(_)
                | StoreError::Sqlite(_) => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR"),
            },
        }
    }
}

impl From<QueryError> for MlflowError {
    fn from(error: QueryError) -> Self {
        MlflowError::Invalid(error.to_string())
    }
}

impl IntoResponse for MlflowError {
    fn into_response(self) -> Response {
        let (status, error_code) = self.status();
        let message = if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = %self, "a request failed");
            "the server failed; its log says why".to_owned()
        } else {
            self.to_string()
        };
        (status, Json(serde_json::json!({"error_code": error_code, "message": message}))).into_response()
    }
}
