//! All SQL of this module.

use kernel::{Result, Timestamp};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Filling, FormFields, FormKind, FormVersion},
};

sql! {
    LATEST(FormVersion) = "SELECT {cols} FROM form_versions WHERE form = $1 ORDER BY version DESC LIMIT 1";
    VERSION(FormVersion) = "SELECT {cols} FROM form_versions WHERE form = $1 AND version = $2";
    INSERT(FormVersion) = "INSERT INTO form_versions ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    FILL(Filling) = "INSERT INTO form_entries ({cols}) VALUES ({vals})
        ON CONFLICT (subject_id) DO UPDATE SET form = excluded.form, version = excluded.version, entries = excluded.entries";
    FILLED(Filling) = "SELECT {cols} FROM form_entries WHERE subject_id = $1";
    EMPTY = "DELETE FROM form_entries WHERE subject_id = $1";
}

/// A form as it is now; without fields while nothing was saved.
pub(crate) fn latest(tx: &mut Tx<'_>, form: FormKind) -> Result<FormVersion> {
    Ok(match tx.maybe(&LATEST, params![form])? {
        Some(version) => version,
        None => FormVersion {
            id: tx.new_id(),
            form,
            version: 0,
            fields: FormFields::default(),
            saved_by: None,
            saved_by_name: String::new(),
            saved_at: Timestamp::from_millis(0),
        },
    })
}

/// A form as it was then.
pub(crate) fn version(tx: &mut Tx<'_>, form: FormKind, version: i64) -> Result<FormVersion> {
    tx.one(&VERSION, params![form, version])
}

/// Keeps a new version, unless somebody else was faster.
pub(crate) fn insert(tx: &mut Tx<'_>, version: &FormVersion) -> Result<()> {
    tx.exec_one(&INSERT, &version.values(), codes::STALE)
}

pub(crate) fn fill(tx: &mut Tx<'_>, filling: &Filling) -> Result<()> {
    tx.exec(&FILL, &filling.values()).map(drop)
}

pub(crate) fn filled(tx: &mut Tx<'_>, subject: &str) -> Result<Option<Filling>> {
    tx.maybe(&FILLED, params![subject])
}

/// Erases what was filled in.
pub(crate) fn empty(tx: &mut Tx<'_>, subject: &str) -> Result<()> {
    tx.exec(&EMPTY, params![subject]).map(drop)
}
