//! The house's own tools: rules no compiler checks (`tidy`), the licence check, and the
//! template of a new module.

pub mod licences;
pub mod new_module;
pub mod ranks;
pub mod rust;
pub mod tidy;
pub mod tree;
