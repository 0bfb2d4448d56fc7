//! What PostgreSQL refuses, in its words.

use std::fmt;

use kernel::Error;
use tokio_postgres::error::SqlState;

/// A failure that says what happened: the library's own texts leave the cause out.
#[derive(Debug)]
pub(super) struct Refusal(tokio_postgres::Error);

impl Refusal {
    pub(super) fn of(error: tokio_postgres::Error) -> Error {
        Error::internal(Self(error))
    }

    /// Whether a transaction failed only because of another one at the same time: a serialization
    /// failure, or a deadlock.
    pub(super) fn is_a_clash(&self) -> bool {
        self.0
            .code()
            .is_some_and(|code| [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(refused) = self.0.as_db_error() else {
            write!(f, "{}", self.0)?;
            return std::error::Error::source(&self.0).map_or(Ok(()), |cause| write!(f, ": {cause}"));
        };
        write!(f, "{} ({})", refused.message(), refused.code().code())?;
        let details = [refused.detail(), refused.constraint()];
        details.into_iter().flatten().try_for_each(|detail| write!(f, "; {detail}"))
    }
}

impl std::error::Error for Refusal {}
