//! How our own API says that it refuses or fails.

use crate::store::StoreError;
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};

/// Why a request was refused or failed. Its JSON is `{"error": {"code", "message"}}`.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// 400. The user reads this: say what was expected.
    #[error("{0}")]
    BadRequest(String),
    /// 401: a password is asked for.
    #[error("{0}")]
    Locked(String),
    /// 403: the request comes from where none may come.
    #[error("{0}")]
    Forbidden(String),
    /// 404: something named does not exist.
    #[error("{0}")]
    NotFound(String),
    /// 405: the path is there, the method is not.
    #[error("this address does not take that method")]
    MethodNotAllowed,
    /// 429: it was asked too often.
    #[error("{0}")]
    TooMany(String),
    /// 413: the answer or the request would be too large.
    #[error("{0}")]
    TooLarge(String),
    /// What the store says: 400, 404, 409, 507 or 503 for what a caller can act on, else 500.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ApiError {
    /// The status and the code that stand for this error on the wire.
    fn status(&self) -> (StatusCode, &'static str) {
        match self {
            ApiError::BadRequest(_) => (StatusCode::BAD_REQUEST, "bad_request"),
            ApiError::Locked(_) => (StatusCode::UNAUTHORIZED, "password_needed"),
            ApiError::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "too_many"),
            ApiError::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            ApiError::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
            ApiError::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            ApiError::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            ApiError::Store(error) => match error {
                StoreError::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
                StoreError::Invalid(_) => (StatusCode::BAD_REQUEST, "bad_request"),
                StoreError::WrongState(_) => (StatusCode::BAD_REQUEST, "wrong_state"),
                StoreError::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
                StoreError::Exists(_) => (StatusCode::CONFLICT, "exists"),
                StoreError::Full => (StatusCode::INSUFFICIENT_STORAGE, "disk_full"),
                StoreError::Stopped => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
                StoreError::Newer { .. }
                | StoreError::Folder { .. }
                | StoreError::Damaged(_)
                | StoreError::Bug
                | StoreError::Undone(_)
                | StoreError::Sqlite(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            },
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code) = self.status();
        let message = if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = %self, "a request failed");
            "the server failed; its log says why".to_owned()
        } else {
            self.to_string()
        };
        (status, Json(serde_json::json!({"error": {"code": code, "message": message}}))).into_response()
    }
}
