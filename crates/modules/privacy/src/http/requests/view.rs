//! A request as it goes out.

use kernel::{Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    model::{Claimant, ClaimantView, PrivacyRequest, PrivacyRequestKind, PrivacyRequestState},
    policy,
    queries::requests as queries,
};

/// A request, with what a list shows beside it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrivacyRequestView {
    #[serde(flatten)]
    request: PrivacyRequest,
    /// Whether it was not closed in time.
    overdue: bool,
    /// Whether the caller may handle it.
    may_handle: bool,
    /// Whether somebody else than the caller must delete, who made sure who asks.
    second_person: bool,
    /// The copy that was made, while it is kept.
    copy: Option<PrivacyCopyView>,
    /// Who somebody we did not know says they are, masked.
    claimant: Option<ClaimantView>,
}

/// A copy that is kept for a while.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrivacyCopyView {
    /// When it was made.
    made_at: Timestamp,
    /// Until when it is kept.
    until_at: Timestamp,
    /// How often it was downloaded.
    downloads: i64,
}

pub(crate) fn view(tx: &mut Tx<'_>, request: PrivacyRequest) -> Result<PrivacyRequestView> {
    let now = tx.now();
    let copy = match request.kind {
        PrivacyRequestKind::Copy => queries::copy_head(tx, request.id, now)?,
        _ => None,
    };
    let open = request.state == PrivacyRequestState::Open;
    let me = tx.actor().staff().ok().map(|staff| staff.id);
    let deletes = open && request.kind == PrivacyRequestKind::Delete;
    Ok(PrivacyRequestView {
        overdue: request.is_overdue(now),
        may_handle: open && policy::may_handle(tx.actor(), &request, now).is_ok(),
        second_person: deletes && request.identity_by.is_some() && request.identity_by == me,
        copy: copy.map(|(made_at, until_at, downloads)| PrivacyCopyView { made_at, until_at, downloads }),
        claimant: request.claimant.as_ref().map(Claimant::masked),
        request,
    })
}
