//! Every module, in rank order: each may call only those above it.

use std::path::Path;

use http::Module;

/// The modules of the product; uploads are kept below `data`.
pub fn modules(_data: &Path) -> Vec<Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        tasks::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
    ]
}
