//! What goes into a statement.

use std::borrow::Cow;

use kernel::{Id, Money, Noun, Timestamp};

/// One value bound to a statement. The five kinds both databases share.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// No value; takes the type its place wants.
    Null,
    /// BIGINT.
    Int(i64),
    /// BOOLEAN.
    Bool(bool),
    /// TEXT.
    Text(Cow<'a, str>),
    /// BYTEA or BLOB.
    Bytes(&'a [u8]),
    /// A column of many rows: an array on PostgreSQL.
    #[doc(hidden)]
    Many(Vec<&'a Value<'a>>),
}

/// What can be bound to a statement.
pub trait ToValue {
    /// The type of a column that holds it, as SQL names it.
    const TYPE: &'static str = "TEXT";

    /// The value as the database takes it.
    fn to_value(&self) -> Value<'_>;
}

impl ToValue for i64 {
    const TYPE: &'static str = "BIGINT";
    fn to_value(&self) -> Value<'_> {
        Value::Int(*self)
    }
}
impl ToValue for i32 {
    const TYPE: &'static str = "BIGINT";
    fn to_value(&self) -> Value<'_> {
        Value::Int(i64::from(*self))
    }
}
impl ToValue for bool {
    const TYPE: &'static str = "BOOLEAN";
    fn to_value(&self) -> Value<'_> {
        Value::Bool(*self)
    }
}
impl ToValue for str {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}
impl ToValue for String {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}
impl ToValue for Vec<u8> {
    const TYPE: &'static str = "BYTEA";
    fn to_value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}
impl ToValue for Timestamp {
    const TYPE: &'static str = i64::TYPE;
    fn to_value(&self) -> Value<'_> {
        Value::Int(self.millis())
    }
}
impl ToValue for Money {
    const TYPE: &'static str = i64::TYPE;
    fn to_value(&self) -> Value<'_> {
        Value::Int(self.0)
    }
}
impl<T: Noun> ToValue for Id<T> {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Owned(self.to_string()))
    }
}
impl<T: ToValue> ToValue for Option<T> {
    const TYPE: &'static str = T::TYPE;
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}
impl<T: ToValue + ?Sized> ToValue for &T {
    const TYPE: &'static str = T::TYPE;
    fn to_value(&self) -> Value<'_> {
        (**self).to_value()
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Bool(truth) => ValueRef::Integer(i64::from(*truth)),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Many(_) => return Err(rusqlite::Error::ToSqlConversionFailure("an array".into())),
        }))
    }
}

mod pg {
    use tokio_postgres::types::{IsNull, Kind, ToSql, Type, private::BytesMut, to_sql_checked};

    use super::Value;

    type Failure = Box<dyn std::error::Error + Sync + Send>;

    impl ToSql for Value<'_> {
        fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
            match self {
                Self::Null => Ok(IsNull::Yes),
                Self::Int(number) if *ty == Type::INT4 => i32::try_from(*number)?.to_sql(ty, out),
                Self::Int(number) => number.to_sql(ty, out),
                Self::Bool(truth) => truth.to_sql(ty, out),
                Self::Text(text) => text.to_sql(ty, out),
                Self::Bytes(bytes) => bytes.to_sql(ty, out),
                Self::Many(column) => column.to_sql(ty, out),
            }
        }

        fn accepts(ty: &Type) -> bool {
            let ty = if let Kind::Array(member) = ty.kind() { member } else { ty };
            [Type::INT8, Type::INT4, Type::BOOL, Type::TEXT, Type::VARCHAR, Type::BYTEA].contains(ty)
        }

        to_sql_checked!();
    }
}
