//! Where customers live, work, and have things sent.

use std::fmt;

use customers::{Source, api};
use kernel::{Check, CustomerId, Error, Id, Noun, Permit, Result};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::{Record, Tx, params, sql, text_enum};
use utoipa::ToSchema;

use crate::{
    codes,
    model::ProfileChangeOf,
    queries::ids,
    values::{note, told},
};

impl Noun for CustomerAddress {
    const PREFIX: &'static str = "adr";
}

text_enum! {
    /// What an address is for.
    pub enum CustomerAddressKind {
        /// Where they live.
        Home = "home",
        /// Where they work, or the organisation is.
        Work = "work",
        /// Where things are sent.
        Shipping = "shipping",
        /// Where invoices go.
        Billing = "billing",
        /// Another.
        Other = "other",
    }
}

store::record! {
    /// An address, in clear. It has no JSON form of its own: what goes out is masked.
    #[derive(Clone, ToSchema)]
    pub(crate) struct CustomerAddress {
        pub id: Id<CustomerAddress>,
        pub customer_id: CustomerId,
        pub kind: CustomerAddressKind,
        pub main: bool,
        pub recipient: String,
        pub phone: Option<String>,
        pub province: String,
        pub city: String,
        pub district: String,
        pub line: String,
        pub post_code: String,
        pub source: Source,
        pub version: i64,
    }
}

sql! {
    INSERT(CustomerAddress) = "INSERT INTO customer_addresses ({cols}) VALUES ({vals})";
    UPDATE(CustomerAddress) = "UPDATE customer_addresses SET {sets} WHERE id = $1 AND version = $13 - 1";
    DELETE = "DELETE FROM customer_addresses WHERE id = $1 AND version = $2";
    OF(CustomerAddress) = "SELECT {cols} FROM customer_addresses
        WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT))) ORDER BY id";
    ERASE = "DELETE FROM customer_addresses WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
}

/// How many addresses one may have.
const MOST: usize = 30;

/// An address masked: the way to the district shows, whose it is and the door do not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProfileAddressView {
    /// Its id.
    id: Id<CustomerAddress>,
    /// What it is for.
    kind: CustomerAddressKind,
    /// Whether it is meant where no other is said.
    main: bool,
    /// Who takes things in there, masked.
    #[schema(example = "王**")]
    recipient: String,
    /// Their number, masked.
    phone: Option<String>,
    /// The province.
    province: String,
    /// The city.
    city: String,
    /// The district.
    district: String,
    /// The rest, masked: its first two characters.
    #[schema(example = "文三***")]
    line: String,
    /// Where it came from, and as of when it was true.
    source: Source,
    /// The merged file that has it, where that is not this one.
    from: Option<CustomerId>,
    /// Hand this back with a change.
    version: i64,
}

/// An address in clear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerAddressDetails {
    /// What it is for.
    pub kind: CustomerAddressKind,
    /// Whether it is meant where no other is said; there is one such of a customer.
    #[serde(default)]
    pub main: bool,
    /// Who takes things in there: up to 40 characters.
    #[serde(default)]
    pub recipient: String,
    /// Their number in any spelling.
    #[serde(default)]
    pub phone: Option<String>,
    /// The province: up to 20 characters.
    #[serde(default)]
    pub province: String,
    /// The city: up to 20 characters.
    #[serde(default)]
    pub city: String,
    /// The district: up to 20 characters.
    #[serde(default)]
    pub district: String,
    /// The rest: 2 to 120 characters.
    pub line: String,
    /// The post code: up to 10 letters and digits.
    #[serde(default)]
    pub post_code: String,
}

impl CustomerAddressDetails {
    fn normal(mut self) -> Result<Self> {
        let texts = [
            &mut self.recipient,
            &mut self.province,
            &mut self.city,
            &mut self.district,
            &mut self.line,
            &mut self.post_code,
        ];
        for text in texts {
            *text = text.trim().to_owned();
        }
        let phone = self.phone.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(api::spell_phone);
        let visible = |text: &str| !text.contains(api::is_invisible) && !text.contains(['\n', '\r', '\t']);
        let code = self.post_code.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-'));
        Check::new()
            .text("recipient", &self.recipient, 0..=40)
            .that(visible(&self.recipient), "recipient", "control_character")
            .that(phone != Some(None), "phone", "malformed")
            .text("province", &self.province, 0..=20)
            .that(visible(&self.province), "province", "control_character")
            .text("city", &self.city, 0..=20)
            .that(visible(&self.city), "city", "control_character")
            .text("district", &self.district, 0..=20)
            .that(visible(&self.district), "district", "control_character")
            .text("line", &self.line, 2..=120)
            .that(visible(&self.line), "line", "control_character")
            .text("post_code", &self.post_code, 0..=10)
            .that(code, "post_code", "malformed")
            .done()?;
        self.phone = phone.flatten();
        Ok(self)
    }
}

impl CustomerAddress {
    /// In clear.
    pub(crate) fn details(&self) -> CustomerAddressDetails {
        CustomerAddressDetails {
            kind: self.kind,
            main: self.main,
            recipient: self.recipient.clone(),
            phone: self.phone.clone(),
            province: self.province.clone(),
            city: self.city.clone(),
            district: self.district.clone(),
            line: self.line.clone(),
            post_code: self.post_code.clone(),
        }
    }

    /// All of it, as it is written on a letter.
    fn whole(&self) -> String {
        format!("{}{}", self.region(), self.line)
    }

    /// The way to the district.
    fn region(&self) -> String {
        [&self.province, &self.city, &self.district].map(String::as_str).concat()
    }

    fn masked_line(&self) -> String {
        let head: String = self.line.chars().take(2).collect();
        format!("{head}***")
    }

    fn with(self, details: CustomerAddressDetails, source: Source) -> Self {
        let CustomerAddressDetails { kind, main, recipient, phone, province, city, district, line, post_code } =
            details;
        Self { kind, main, recipient, phone, province, city, district, line, post_code, source, ..self }
    }
}

/// The addresses of the person these files are, main ones first: one statement.
pub(crate) fn views(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<ProfileAddressView>> {
    let survivor = of.first().copied();
    let mut rows = self::of(tx, of)?;
    // Of several main ones, which merged files bring, the survivor's own comes first.
    rows.sort_by_key(|row| (!row.main, Some(row.customer_id) != survivor));
    let view = |row: CustomerAddress| ProfileAddressView {
        id: row.id,
        kind: row.kind,
        main: row.main,
        recipient: api::mask_name(&row.recipient),
        phone: row.phone.as_deref().map(api::mask_phone),
        line: row.masked_line(),
        province: row.province,
        city: row.city,
        district: row.district,
        source: row.source,
        from: Some(row.customer_id).filter(|id| Some(*id) != survivor),
        version: row.version,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// Where these live, for whoever looks for people who were entered twice.
pub(crate) struct Book;

impl customers::Addresses for Book {
    fn of(&self, tx: &mut Tx<'_>, files: &[CustomerId]) -> Result<Vec<(CustomerId, String)>> {
        Ok(of(tx, files)?.iter().map(|row| (row.customer_id, row.whole())).collect())
    }
}

/// The addresses of these files, in clear.
pub(crate) fn of(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<Vec<CustomerAddress>> {
    tx.all(&OF, params![ids(of)?])
}

/// One of these files' addresses, in clear.
pub(crate) fn find(tx: &mut Tx<'_>, files: &[CustomerId], id: Id<CustomerAddress>) -> Result<CustomerAddress> {
    of(tx, files)?.into_iter().find(|row| row.id == id).ok_or(Error::NotFound)
}

pub(crate) fn add(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    files: &[CustomerId],
    details: &CustomerAddressDetails,
) -> Result<()> {
    let mut details = details.clone().normal()?;
    let rows = of(tx, files)?;
    if rows.len() >= MOST {
        return Err(codes::ADDRESSES_FULL.conflict());
    }
    // The first is the main one, until another is.
    details.main |= rows.is_empty();
    let customer_id = *files.first().ok_or(Error::NotFound)?;
    let source = entered(tx);
    let row = CustomerAddress {
        id: tx.new_id(),
        customer_id,
        kind: details.kind,
        main: false,
        recipient: String::new(),
        phone: None,
        province: String::new(),
        city: String::new(),
        district: String::new(),
        line: String::new(),
        post_code: String::new(),
        source: source.clone(),
        version: 1,
    }
    .with(details, source);
    tx.exec(&INSERT, &row.values())?;
    only_main(tx, &rows, &row)?;
    step(tx, &row, None, Some(&row))
}

pub(crate) fn alter(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    files: &[CustomerId],
    id: Id<CustomerAddress>,
    version: i64,
    details: &CustomerAddressDetails,
) -> Result<()> {
    let details = details.clone().normal()?;
    let rows = of(tx, files)?;
    let before = rows.iter().find(|row| row.id == id).cloned().ok_or(Error::NotFound)?;
    let mut after = before.clone().with(details, entered(tx));
    after.version = version + 1;
    save(tx, &after)?;
    only_main(tx, &rows, &after)?;
    step(tx, &after, Some(&before), Some(&after))
}

pub(crate) fn remove(
    tx: &mut Tx<'_>,
    _permit: &Permit,
    files: &[CustomerId],
    id: Id<CustomerAddress>,
    version: i64,
) -> Result<()> {
    let row = find(tx, files, id)?;
    tx.exec_one(&DELETE, params![id, version], codes::STALE)?;
    step(tx, &row, Some(&row), None)
}

/// A new main one is the only one.
fn only_main(tx: &mut Tx<'_>, rows: &[CustomerAddress], main: &CustomerAddress) -> Result<()> {
    for row in rows.iter().filter(|row| main.main && row.main && row.id != main.id) {
        save(tx, &CustomerAddress { main: false, version: row.version + 1, ..row.clone() })?;
    }
    Ok(())
}

fn save(tx: &mut Tx<'_>, row: &CustomerAddress) -> Result<()> {
    tx.exec_one(&UPDATE, &row.values(), codes::STALE)
}

fn entered(tx: &Tx<'_>) -> Source {
    Source::entered(tx.actor().staff().ok().map(|staff| staff.id), tx.now())
}

/// The history holds the whole of it, and shows it masked.
fn step(
    tx: &mut Tx<'_>,
    row: &CustomerAddress,
    before: Option<&CustomerAddress>,
    after: Option<&CustomerAddress>,
) -> Result<()> {
    let text = |row: Option<&CustomerAddress>| row.map(|row| json!(row.details()).to_string());
    let source = entered(tx);
    note(tx, row.customer_id, ProfileChangeOf::Address, row.id.to_string(), (text(before), text(after)), &source)?;
    let whole: Vec<_> = of(tx, &[row.customer_id])?.iter().map(CustomerAddress::whole).collect();
    api::lives_at(tx, row.customer_id, &whole.iter().map(String::as_str).collect::<Vec<_>>())?;
    told(tx, row.customer_id)
}

/// What the history shows of an address it holds.
pub(crate) fn masked(held: &Value) -> Value {
    let text = |field: &str| held[field].as_str().unwrap_or_default().to_owned();
    let line: String = text("line").chars().take(2).collect();
    json!([text("province"), text("city"), text("district"), format!("{line}***")].concat())
}

/// Forgets them.
pub(crate) fn erase(tx: &mut Tx<'_>, of: &[CustomerId]) -> Result<()> {
    tx.exec(&ERASE, params![ids(of)?]).map(drop)
}

/// Without where it is, so that no log line ever does.
impl fmt::Debug for CustomerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustomerAddress({} of {}, {})", self.id, self.customer_id, self.region().chars().count())
    }
}
