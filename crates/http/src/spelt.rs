//! A JSON body read into a value of ours, with the path of what does not fit.
//!
//! One reader for every body: what is made anew for each kind of value is little, and there are hundreds of kinds.

use std::{cell::RefCell, fmt};

use serde::{
    Deserialize, Deserializer, de,
    de::{DeserializeOwned, DeserializeSeed, Error as _, Unexpected, Visitor, value::BorrowedStrDeserializer},
    forward_to_deserialize_any,
};
use serde_json::{Error, Map, Value};

/// What `bytes` spell; or why not, with the path of what does not fit, as `slots[1].end`: none for what is no JSON.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, (Option<String>, Error)> {
    let parsed = serde_json::from_slice(bytes);
    let Once(value) = parsed.map_err(|error| (error.is_data().then(String::new), error))?;
    let wrong = RefCell::new(None);
    let node = Node { value: &value, spot: &Spot::Body, wrong: &wrong };
    T::deserialize(node).map_err(|error| (Some(wrong.take().unwrap_or_default()), error))
}

/// A value whose objects name each field once.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Reading).map(Self)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Value;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Value, E> {
        Ok(Value::Bool(yes))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Once(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if map.contains_key(&name) {
                return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
            }
            let Once(value) = fields.next_value()?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

/// Where in a body.
enum Spot<'s> {
    Body,
    Field(&'s Spot<'s>, &'s str),
    At(&'s Spot<'s>, usize),
}

impl Spot<'_> {
    fn path(&self) -> String {
        match self {
            Self::Body => String::new(),
            Self::Field(Spot::Body, name) => (*name).to_owned(),
            Self::Field(above, name) => format!("{}.{name}", above.path()),
            Self::At(above, at) => format!("{}[{at}]", above.path()),
        }
    }
}

/// A value in the body, and where; the innermost place that did not fit is noted.
#[derive(Clone, Copy)]
struct Node<'de, 's> {
    value: &'de Value,
    spot: &'s Spot<'s>,
    wrong: &'s RefCell<Option<String>>,
}

impl<'de> Node<'de, '_> {
    fn seeded<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self).inspect_err(|_| self.note())
    }

    fn note(self) {
        self.wrong.borrow_mut().get_or_insert_with(|| self.spot.path());
    }

    fn unexpected(self) -> Unexpected<'de> {
        match self.value {
            Value::Null => Unexpected::Unit,
            Value::Bool(yes) => Unexpected::Bool(*yes),
            Value::Number(number) => number.as_i64().map_or(Unexpected::Other("number"), Unexpected::Signed),
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        }
    }
}

impl<'de> Deserializer<'de> for Node<'de, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(yes) => visitor.visit_bool(*yes),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(list) => {
                let mut items = Items { node: self, list, at: 0 };
                let value = visitor.visit_seq(&mut items)?;
                match items.at == list.len() {
                    true => Ok(value),
                    false => Err(Error::invalid_length(list.len(), &"fewer items")),
                }
            }
            Value::Object(map) => visitor.visit_map(Fields { node: self, map: map.iter(), value: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Value::String(text) => visitor.visit_enum(BorrowedStrDeserializer::new(text)),
            Value::Object(map) if map.len() == 1 => visitor.visit_enum(de::value::MapAccessDeserializer::new(Fields {
                node: self,
                map: map.iter(),
                value: None,
            })),
            _ => Err(Error::invalid_type(self.unexpected(), &"a text, or an object of one field")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }
}

/// The items of a list.
struct Items<'de, 's> {
    node: Node<'de, 's>,
    list: &'de [Value],
    at: usize,
}

impl<'de> de::SeqAccess<'de> for Items<'de, '_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some(value) = self.list.get(self.at) else { return Ok(None) };
        let spot = Spot::At(self.node.spot, self.at);
        self.at += 1;
        Node { value, spot: &spot, wrong: self.node.wrong }.seeded(seed).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.list.len() - self.at)
    }
}

/// The fields of an object.
struct Fields<'de, 's> {
    node: Node<'de, 's>,
    map: serde_json::map::Iter<'de>,
    value: Option<(&'de str, &'de Value)>,
}

impl<'de> de::MapAccess<'de> for Fields<'de, '_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some((name, value)) = self.map.next() else { return Ok(None) };
        self.value = Some((name, value));
        seed.deserialize(Name(name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let (name, value) = self.value.take().ok_or_else(|| Error::custom("a value without a name"))?;
        let spot = Spot::Field(self.node.spot, name);
        Node { value, spot: &spot, wrong: self.node.wrong }.seeded(seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.map.len())
    }
}

/// The name of a field, as whoever keeps a map by names of their own reads it.
struct Name<'de>(&'de str);

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.0))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}
