//! The words a module's storage is written in: `sql!`, `params!`, `record!`, `text_enum!`, `kept_as_json!`, `migrations!`.

/// Declares statements and registers them, so that one test prepares every one on both databases.
///
/// ```text
/// sql! {
///     FIND(Task) = "SELECT {cols} FROM tasks WHERE id = $1";
///     INSERT(Task) = "INSERT INTO tasks ({cols}) VALUES ({vals})";
///     UPDATE(Task) = "UPDATE tasks SET {sets} WHERE id = $1";
///     COUNT = "SELECT count(*) FROM tasks WHERE owner_id = $1";
/// }
/// ```
/// `{cols}`, `{vals}` and `{sets}` stand for the record's columns, their placeholders, and
/// `column = $n` for each; `VALUES {rows}` for many rows of them, `VALUES {rows:TEXT,BIGINT}` for many
/// rows of values of those types (see [`crate::Tx::exec_rows`]). `WHERE a {in:TEXT}` and `UPDATE t
/// {by_key:id TEXT,name TEXT}` are told many rows too, found by their keys.
///
/// A filter that may be missing is written `CAST($2 AS TEXT) IS NULL OR owner_id = $2`, so that PostgreSQL plans the
/// statement by what is asked each time; any other has one plan for all values.
#[macro_export]
macro_rules! sql {
    ($($(#[$meta:meta])* $vis:vis $name:ident $(($record:ty))? = $text:expr;)*) => {$(
        $(#[$meta])*
        $vis static $name: $crate::Statement = $crate::Statement::new(
            concat!(module_path!(), "::", stringify!($name)),
            [$text; 2],
            $crate::sql!(@columns $($record)?),
        );
        $crate::private::inventory::submit! { $crate::private::Registered(&$name) }
    )*};
    (@columns) => { [&[], &[]] };
    (@columns $record:ty) => { [<$record as $crate::Record>::COLUMNS, <$record as $crate::Record>::TYPES] };
}

/// Declares statements of a seam: one text for SQLite, another for PostgreSQL. Only in this crate
/// and in `work`'s; everywhere else one text serves both.
#[macro_export]
macro_rules! seam {
    ($($(#[$meta:meta])* $vis:vis $name:ident = sqlite $sqlite:literal, postgres $postgres:literal;)*) => {$(
        $(#[$meta])*
        $vis static $name: $crate::Statement = $crate::Statement::new(
            concat!(module_path!(), "::", stringify!($name)),
            [$sqlite, $postgres],
            [&[], &[]],
        );
        $crate::private::inventory::submit! { $crate::private::Registered(&$name) }
    )*};
}

/// A module's migrations, by file name without `.sql`, from its `migrations` folder.
#[macro_export]
macro_rules! migrations {
    ($($name:literal),* $(,)?) => {
        const { &[$($crate::Migration::both($name, include_str!(concat!("../migrations/", $name, ".sql")))),*] }
    };
}

/// The values for a statement's `$1`, `$2`, … in order.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::ToValue::to_value(&$value)),*] };
}

/// Declares a struct that is one row of one table: its fields are the columns, the first the key.
#[macro_export]
macro_rules! record {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident: $type:ty),* $(,)?
    }) => {
        $(#[$meta])*
        $vis struct $name { $($(#[$field_meta])* $field_vis $field: $type),* }

        impl $crate::FromRow for $name {
            fn from_row(row: &$crate::Row<'_>) -> ::kernel::Result<Self> {
                let mut at = 0..;
                $(let $field = row.get::<$type>(at.next().unwrap_or_default())?;)*
                Ok(Self { $($field),* })
            }
        }

        impl $crate::Record for $name {
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];
            const TYPES: &'static [&'static str] = &[$(<$type as $crate::ToValue>::TYPE),*];
            fn values(&self) -> Vec<$crate::Value<'_>> {
                vec![$($crate::ToValue::to_value(&self.$field)),*]
            }
        }
    };
}

/// Declares an enum whose variants are stored and sent as the given texts.
///
/// The calling crate needs `serde` and `utoipa`.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $text:tt),* $(,)?
    }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ::serde::Serialize, ::serde::Deserialize, ::utoipa::ToSchema)]
        $(#[$meta])*
        $vis enum $name { $($(#[$variant_meta])* #[serde(rename = $text)] $variant),* }

        impl $name {
            /// The text it is stored and sent as.
            pub const fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }

        impl $crate::ToValue for $name {
            fn to_value(&self) -> $crate::Value<'_> {
                $crate::ToValue::to_value(self.text())
            }
        }

        impl $crate::FromCell for $name {
            fn from_cell(cell: $crate::Cell<'_>) -> Result<Self, &'static str> {
                match cell {
                    $($crate::Cell::Text($text) => Ok(Self::$variant),)*
                    _ => Err(stringify!($name)),
                }
            }
        }
    };
}

/// Lets types be kept in a column as JSON: `kept_as_json!(Slots, Week);`, a generic one by
/// `kept_as_json!(for [T: …] Listed<T>);`.
#[macro_export]
macro_rules! kept_as_json {
    (for [$($generic:tt)*] $type:ty) => {
        impl<$($generic)*> $crate::ToValue for $type {
            fn to_value(&self) -> $crate::Value<'_> {
                $crate::private::json_value(self)
            }
        }

        impl<$($generic)*> $crate::FromCell for $type {
            fn from_cell(cell: $crate::Cell<'_>) -> ::std::result::Result<Self, &'static str> {
                $crate::private::from_json(cell, stringify!($type))
            }
        }
    };
    ($($type:ty),* $(,)?) => { $($crate::kept_as_json!(for [] $type);)* };
}
