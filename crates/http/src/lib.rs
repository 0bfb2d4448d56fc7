//! The edge: what every request passes through, and what a module is made of.

mod app;
mod compose;
pub mod csv;
mod cx;
mod demo;
#[cfg(feature = "described")]
mod docs;
mod extract;
mod html;
mod idempotency;
mod keeping;
mod layers;
mod module;
mod plain;
mod problem;
mod segment;
mod socket;
mod spelt;
mod telling;
mod texts;
mod timeline;

pub use app::{App, Authenticator, Credentials, Limits};
#[cfg(feature = "described")]
pub use compose::Describe;
pub use compose::{House, Running, compose, schema};
pub use cx::{Cx, Door, credentials, peer, same_origin};
pub use demo::{Demo, DemoCustomer, DemoPart, DemoPerson, DemoPlan, DemoProgress, DemoQueue, DemoShift, Demos, fill};
pub use extract::{Json, Path, Query, parse, read_body};
pub use html::escape;
pub use keeping::{Aged, AgedRecord, Keeping, Keepings};
pub use module::{AllTies, Background, Catalogue, LastOf, Locales, Module, Permission, Privacies, Privacy, Ties};
pub use problem::{Answer, Problem, codes};
pub use segment::{
    Asked, Attribute, AttributeChoice, AttributeKind, AttributeLabel, AttributeRow, AttributeValue, AttributesChanged,
    ReadAttributes, SegmentSource, SegmentSources, attributes_changed,
};
pub use socket::{ListTopic, Topics, watchable};
pub use telling::Telling;
pub use texts::{Languages, Texts, language};
pub use timeline::{ReadTimeline, TimelineEntry, TimelineSource, Timelines};
