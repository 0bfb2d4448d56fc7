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
}

/// What can be bound to a statement.
pub trait ToValue {
    /// The value as the database takes it.
    fn to_value(&self) -> Value<'_>;
}

impl ToValue for i64 {
    fn to_value(&self) -> Value<'_> {
        Value::Int(*self)
    }
}
impl ToValue for i32 {
    fn to_value(&self) -> Value<'_> {
        Value::Int(i64::from(*self))
    }
}
impl ToValue for bool {
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
    fn to_value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}
impl ToValue for Timestamp {
    fn to_value(&self) -> Value<'_> {
        Value::Int(self.millis())
    }
}
impl ToValue for Money {
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
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, ToValue::to_value)
    }
}
impl<T: ToValue + ?Sized> ToValue for &T {
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
        }))
    }
}

mod pg {
    use postgres::types::{IsNull, ToSql, Type, private::BytesMut, to_sql_checked};

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
            }
        }

        fn accepts(ty: &Type) -> bool {
            [Type::INT8, Type::INT4, Type::BOOL, Type::TEXT, Type::VARCHAR, Type::BYTEA].contains(ty)
        }

        to_sql_checked!();
    }
}
