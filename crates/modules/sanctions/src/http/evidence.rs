//! What shows something, as it comes in.

use kernel::{Check, Error, Id, Result};
use store::Tx;

use super::EVIDENCE;
use crate::model::{Sanction, SanctionEvidence, SanctionEvidenceKind, SanctionEvidences};

/// Pieces at most.
const MOST: usize = 10;

/// The pieces as they are kept. Entries of a complaint's course are there, `entries` of them; there are none for whoever
/// may not read it.
pub(super) fn checked(pieces: Vec<SanctionEvidence>, entries: usize, needed: bool) -> Result<SanctionEvidences> {
    let mut check = Check::new().that(!needed || !pieces.is_empty(), "evidence", "required").that(
        pieces.len() <= MOST,
        "evidence",
        "too_many",
    );
    for (at, piece) in pieces.iter().take(MOST).enumerate() {
        let field = |name: &str| format!("evidence[{at}].{name}");
        let (of_course, of_file) =
            (piece.kind == SanctionEvidenceKind::Course, piece.kind == SanctionEvidenceKind::File);
        let known =
            piece.number.is_some_and(|number| usize::try_from(number).is_ok_and(|n| (1..=entries).contains(&n)));
        check = check
            .that(of_course || piece.number.is_none(), field("number"), "not_allowed")
            .that(!of_course || known, field("number"), if piece.number.is_none() { "required" } else { "unknown" })
            .that(
                of_file == piece.file_id.is_some(),
                field("file_id"),
                if of_file { "required" } else { "not_allowed" },
            )
            .text(field("words"), &piece.words, usize::from(!of_course && !of_file)..=500);
    }
    check.done()?;
    let trimmed = |piece: SanctionEvidence| SanctionEvidence { words: piece.words.trim().to_owned(), ..piece };
    Ok(SanctionEvidences(pieces.into_iter().map(trimmed).collect()))
}

/// Keeps the files the pieces name.
pub(super) fn attach(tx: &mut Tx<'_>, pieces: &SanctionEvidences, id: Id<Sanction>) -> Result<()> {
    for file in pieces.0.iter().filter_map(|piece| piece.file_id) {
        files::api::attach(tx, file, EVIDENCE, id).map_err(Error::absent("evidence", "unknown"))?;
    }
    Ok(())
}
