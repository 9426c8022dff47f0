//! Why a body has no masked answer, and what the caller is told: never a byte of what it sent. Langfuse's worker logs it whole.

use super::input::InputError;
use crate::metrics::Outcome;
use hyper::StatusCode;
use spanmask::{Error, Reason};

/// Why there is no masked answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The body did not come as it should.
    Input(InputError),
    /// The masker said no.
    Mask(Error),
    /// Past a limit on what is worked on.
    Busy,
    /// A tenant's header is not one id.
    Tenant(&'static str),
    /// Compressed in a way that is not taken.
    Encoding,
    /// A body for a stream, from a caller that could not tell an answer that was cut off from a whole one.
    OldHttp,
}

impl Failure {
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::Input(InputError::TooLarge) => Outcome::TooLarge,
            Self::Input(InputError::TooSlow) => Outcome::Timeout,
            Self::Input(InputError::Left) => Outcome::Left,
            Self::Input(InputError::Gzip) | Self::Tenant(_) | Self::Encoding | Self::OldHttp => {
                Outcome::BadRequest
            }
            Self::Mask(Error::Refused { .. } | Error::Oversize { .. }) => Outcome::Refused,
            Self::Mask(_) => Outcome::Failed,
            Self::Busy => Outcome::Busy,
        }
    }

    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::Input(InputError::TooLarge) | Self::Mask(Error::Oversize { .. }) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::Input(InputError::TooSlow) => StatusCode::REQUEST_TIMEOUT,
            Self::Encoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::OldHttp => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Mask(Error::Refused { .. }) | Self::Input(_) | Self::Tenant(_) => StatusCode::BAD_REQUEST,
            Self::Mask(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A phrase for people.
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::Input(InputError::TooLarge) => "the body is larger than limits.body",
            Self::Input(InputError::TooSlow) => "the body did not come in time",
            Self::Input(InputError::Left) => "the body did not come whole",
            Self::Input(InputError::Gzip) => "the body is not gzip, or not all of it",
            Self::Mask(Error::Refused { reason, .. }) => refused(reason),
            Self::Mask(Error::Oversize { .. }) => "a value is larger than limits.window",
            Self::Mask(_) => "the body could not be masked",
            Self::Busy => "too many requests at a time",
            Self::Tenant(_) => "a tenant's header is repeated, joined, or no id",
            Self::Encoding => "a content encoding that is not taken",
            Self::OldHttp => "a body of this size needs HTTP/1.1",
        }
    }

    /// Where in the body, in bytes.
    pub(super) fn offset(self) -> Option<usize> {
        match self {
            Self::Mask(Error::Refused { offset, .. } | Error::Oversize { offset }) => Some(offset),
            _ => None,
        }
    }

    /// The body of the answer.
    pub(super) fn json(self) -> String {
        let message = self.message();
        match (self, self.offset()) {
            (_, Some(offset)) => format!("{{\"error\":\"{message}\",\"offset\":{offset}}}"),
            (Self::Tenant(header), _) => format!("{{\"error\":\"{message}\",\"header\":\"{header}\"}}"),
            _ => format!("{{\"error\":\"{message}\"}}"),
        }
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        Self::Input(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Mask(error)
    }
}

/// What is wrong with a text that is refused, for people.
pub(crate) const fn refused(reason: Reason) -> &'static str {
    match reason {
        Reason::Trailing => "more than one JSON text",
        Reason::Empty => "no JSON text",
        Reason::Truncated => "the JSON text ends too early",
        Reason::Depth => "too many nested containers",
        Reason::Utf8 => "not JSON: invalid UTF-8",
        _ => "not JSON",
    }
}
