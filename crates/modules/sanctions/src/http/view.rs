//! A sanction as it goes out, and the frame every change of one has.

use complaints::ComplaintMove;
use files::StoredFile;
use http::{Answer, Cx, Json};
use kernel::{Id, Permit, Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use super::EVIDENCE;
use crate::{
    duty,
    model::{Sanction, SanctionEvidence, SanctionEvidences, SanctionState},
    policy, queries,
};

/// How long a link to a file is good, in milliseconds.
const LINK_MS: i64 = 15 * 60_000;

/// A piece of evidence, as it is read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SanctionEvidenceView {
    #[serde(flatten)]
    pub piece: SanctionEvidence,
    /// The entry of the complaint's course it names.
    pub entry: Option<ComplaintMove>,
    /// The name of the file it names.
    pub name: Option<String>,
    /// Where that is read, for a quarter of an hour.
    pub url: Option<String>,
}

/// What the caller may do with a sanction now.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub(crate) struct SanctionMay {
    /// Say that they read it: whom it concerns.
    pub acknowledge: bool,
    /// Appeal: whom it concerns.
    pub appeal: bool,
    /// Say that it was given to the person in person.
    pub serve: bool,
    /// Decide the appeal.
    pub decide: bool,
    /// Take it back.
    pub withdraw: bool,
}

/// A sanction with what shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SanctionView {
    #[serde(flatten)]
    pub sanction: Sanction,
    /// What shows it, to be read.
    pub shown_by: Vec<SanctionEvidenceView>,
    /// What the appeal brings, to be read.
    pub appeal_shown_by: Vec<SanctionEvidenceView>,
    /// What the caller may do.
    pub may: SanctionMay,
}

fn may(tx: &mut Tx<'_>, sanction: &Sanction) -> Result<SanctionMay> {
    let (me, now) = (tx.actor().staff()?.id, tx.now());
    let mine = sanction.concerns(me);
    let fine = |answer: Result<Permit>| answer.is_ok();
    let decided_by = duty::complaint_decided_by(tx, sanction)?;
    let actor = tx.actor();
    Ok(SanctionMay {
        acknowledge: mine && sanction.state == SanctionState::Proposed,
        appeal: mine
            && sanction.state == SanctionState::Noticed
            && sanction.appeal_until.is_some_and(|until| now <= until),
        serve: !mine
            && sanction.state == SanctionState::Proposed
            && now > sanction.notice_until
            && fine(policy::may_serve(actor, sanction, now)),
        decide: sanction.state == SanctionState::Appealed
            && sanction.is_impartial(me, decided_by)
            && fine(policy::may_decide(actor, sanction, now)),
        withdraw: !mine
            && !matches!(sanction.state, SanctionState::Appealed | SanctionState::Withdrawn)
            && fine(policy::may_withdraw(actor, sanction, now)),
    })
}

/// A view still without links, and the files it names.
pub(super) type Loose = (SanctionView, Vec<StoredFile>);

pub(super) fn view(tx: &mut Tx<'_>, sanction: Sanction) -> Result<Loose> {
    let may = may(tx, &sanction)?;
    let course = complaints::api::course(tx, sanction.complaint_id)?;
    let read = |pieces: &SanctionEvidences| -> Vec<SanctionEvidenceView> {
        let entry = |number: Option<i64>| course.iter().find(|entry| Some(entry.number) == number).cloned();
        let piece = |piece: &SanctionEvidence| SanctionEvidenceView {
            entry: entry(piece.number),
            name: None,
            url: None,
            piece: piece.clone(),
        };
        pieces.0.iter().map(piece).collect()
    };
    let shown_by = read(&sanction.evidence);
    let appeal_shown_by = sanction.appeal.as_ref().map(|appeal| read(&appeal.evidence)).unwrap_or_default();
    let files = files::api::attached(tx, EVIDENCE, sanction.id)?;
    Ok((SanctionView { sanction, shown_by, appeal_shown_by, may }, files))
}

/// With links to its files, for whoever was found to be allowed to read it.
pub(super) async fn linked(cx: &Cx, loose: Vec<Loose>) -> Result<Vec<SanctionView>> {
    let mut views = Vec::with_capacity(loose.len());
    let until: Timestamp = cx.app().clock().now().plus_millis(LINK_MS);
    for (mut view, files) in loose {
        if !files.is_empty() {
            let key = files::api::link_key(cx.app()).await?;
            for piece in view.shown_by.iter_mut().chain(&mut view.appeal_shown_by) {
                let Some(file) = files.iter().find(|file| Some(file.id) == piece.piece.file_id) else { continue };
                piece.name = Some(file.name.clone());
                piece.url = Some(key.link(file.id, until));
            }
        }
        views.push(view);
    }
    Ok(views)
}

/// One, linked.
pub(super) async fn answered(cx: &Cx, loose: Loose) -> Answer<SanctionView> {
    let view = linked(cx, vec![loose]).await?.pop().ok_or_else(|| kernel::Error::internal("one view of one"))?;
    Ok(Json(view))
}

/// A change of a sanction: found and locked, changed and kept by `change`, answered as it stands then.
pub(super) async fn changed(
    cx: Cx,
    id: Id<Sanction>,
    change: impl Fn(&mut Tx<'_>, Sanction) -> Result<Sanction> + Send + 'static,
) -> Answer<SanctionView> {
    let loose = cx
        .write(move |tx| {
            let before = queries::lock(tx, id)?;
            let after = change(tx, before)?;
            view(tx, after)
        })
        .await?;
    answered(&cx, loose).await
}
