//! How much of what a whole file holds is there, and what is missing.

use std::collections::{BTreeSet, HashMap};

use audit::api::Entry;
use kernel::{Error, Id, Permit, Result};
use serde::{Deserialize, Serialize};
use store::{Record, Tx, sql};
use utoipa::ToSchema;

use crate::{
    codes,
    jobs::Recount,
    model::{CustomerField, CustomerKind},
    queries,
};

/// Details that files have without any field of one's own.
pub(crate) const DETAILS: &[&str] = &["name", "phone", "email", "owner", "address", "tag"];
/// And those of organisations.
pub(crate) const DETAILS_OF_ORGANISATIONS: &[&str] = &["credit_code", "contact_person"];
/// What counts until somebody says otherwise.
const AT_FIRST: &[&str] = &["name", "phone", "owner"];
/// How many details may count.
const MOST: usize = 40;

/// Names of details, and ids of fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub(crate) struct WantedDetails(pub Vec<String>);

store::kept_as_json!(WantedDetails);

store::record! {
    /// What a whole file of a kind of customer holds.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub(crate) struct WantedOfKind {
        /// Of which kind.
        pub kind: CustomerKind,
        /// `name`, `phone`, `email`, `owner`, `address`, `tag`, of organisations `credit_code` and `contact_person`, and the
        /// ids of fields.
        pub details: WantedDetails,
        /// Rises with each change; 0 for what comes with the product.
        pub version: i64,
    }
}

sql! {
    PUT(WantedOfKind) = "INSERT INTO wanted_details ({cols}) VALUES ({vals}) ON CONFLICT (kind)
        DO UPDATE SET details = excluded.details, version = excluded.version WHERE wanted_details.version = excluded.version - 1";
    ALL(WantedOfKind) = "SELECT {cols} FROM wanted_details ORDER BY kind";
}

/// What whole files hold, of persons and of organisations.
pub(crate) fn wanted(tx: &mut Tx<'_>) -> Result<[WantedOfKind; 2]> {
    let kept: Vec<WantedOfKind> = tx.all(&ALL, &[])?;
    Ok([CustomerKind::Person, CustomerKind::Organisation].map(|kind| {
        kept.iter().find(|wanted| wanted.kind == kind).cloned().unwrap_or_else(|| WantedOfKind {
            kind,
            details: WantedDetails(AT_FIRST.iter().map(|detail| (*detail).to_owned()).collect()),
            version: 0,
        })
    }))
}

/// Says what whole files of a kind hold. A field that not everybody may see cannot count: its absence would say
/// something of it.
pub(crate) fn set(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    kind: CustomerKind,
    version: i64,
    details: &[String],
) -> Result<WantedOfKind> {
    let fields = queries::fields(tx)?;
    let distinct: BTreeSet<_> = details.iter().collect();
    if details.is_empty() || details.len() > MOST || distinct.len() != details.len() {
        return Err(Error::field("details", if details.is_empty() { "required" } else { "repeated" }));
    }
    for (at, detail) in details.iter().enumerate() {
        let counts = is_detail(kind, detail)
            || fields.iter().any(|field| field.id.to_string() == *detail && may_count(field, kind));
        if !counts {
            return Err(Error::field(format!("details[{at}]"), "not_allowed"));
        }
    }
    let [persons, organisations] = wanted(tx)?;
    let before = if kind == CustomerKind::Person { persons } else { organisations };
    let after = WantedOfKind { kind, details: WantedDetails(details.to_vec()), version: version + 1 };
    if before.version != version || tx.exec(&PUT, &after.values())? != 1 {
        return Err(codes::STALE.conflict());
    }
    work::enqueue(tx, &Recount { after: None })?;
    let entry = Entry::new("profiles.wanted_changed", "wanted_details", kind.text());
    audit::api::record(tx, entry.change(&before, &after))?;
    Ok(after)
}

fn is_detail(kind: CustomerKind, detail: &str) -> bool {
    DETAILS.contains(&detail) || (kind == CustomerKind::Organisation && DETAILS_OF_ORGANISATIONS.contains(&detail))
}

/// Whether a field can count for files of this kind.
pub(crate) fn may_count(field: &CustomerField, kind: CustomerKind) -> bool {
    !field.archived && field.is_of(kind) && field.seen_by.0.is_empty()
}

/// Something a file lacks.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct MissingDetail {
    /// The name of a detail, or a field's id.
    detail: String,
    /// What a field is called; none for a detail, which the reader's language names.
    name: Option<String>,
}

/// How whole a file is.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct ProfileCompleteness {
    /// How many of the details that count are there.
    filled: usize,
    /// How many count.
    wanted: usize,
    /// What is missing, in the order in which it was said to count.
    missing: Vec<MissingDetail>,
}

impl ProfileCompleteness {
    /// Of a file that has these details and fields.
    pub(crate) fn of(
        wanted: &WantedOfKind,
        has: &BTreeSet<String>,
        fields: &HashMap<Id<CustomerField>, &CustomerField>,
    ) -> Self {
        let mut completeness = Self { filled: 0, wanted: 0, missing: Vec::new() };
        for detail in &wanted.details.0 {
            let field = detail.parse::<Id<CustomerField>>().ok().map(|id| fields.get(&id));
            let name = match field {
                // Archived since, or not for everybody any more: it counts no more.
                Some(field) => match field.filter(|field| may_count(field, wanted.kind)) {
                    Some(field) => Some(field.name.clone()),
                    None => continue,
                },
                None => None,
            };
            completeness.wanted += 1;
            if has.contains(detail) {
                completeness.filled += 1;
            } else {
                completeness.missing.push(MissingDetail { detail: detail.clone(), name });
            }
        }
        completeness
    }

    /// The share of what counts that is there, in whole percent; 100 where nothing counts.
    pub(crate) fn percent(&self) -> i64 {
        (self.filled * 100).checked_div(self.wanted).map_or(100, |percent| percent as i64)
    }

    /// The names and ids of what is missing.
    pub(crate) fn missing(&self) -> Vec<String> {
        self.missing.iter().map(|missing| missing.detail.clone()).collect()
    }
}

/// What of the details that come with the product a customer has.
pub(crate) fn has(customer: &customers::CustomerCard, has: &mut BTreeSet<String>) {
    let there = [
        ("name", !customer.name.is_empty()),
        ("phone", customer.phone.is_some()),
        ("email", customer.email.is_some()),
        ("owner", customer.owner_id.is_some()),
    ];
    has.extend(there.into_iter().filter(|(_, there)| *there).map(|(detail, _)| detail.to_owned()));
}

/// As a set, for what else a file has.
pub(crate) fn also(has: &mut BTreeSet<String>, detail: &str, there: bool) {
    if there {
        has.insert(detail.to_owned());
    }
}
