//! Every module, in rank order: each may call only those above it.

use std::path::Path;

use http::Module;

/// The modules of the product; uploads are kept below `data`.
pub fn modules(data: &Path) -> Vec<Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(data.join("files")),
        tasks::module(),
        approvals::module(),
        people::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
    ]
}
