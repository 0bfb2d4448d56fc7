//! Every module, in rank order: each may call only those above it.

use std::path::{Path, PathBuf};

use files::Place;
use http::Module;
use kernel::Result;

/// The modules of the product; uploads are kept below `data`.
///
/// # Errors
/// When the folder for uploads cannot be made.
pub fn modules(data: &Path) -> Result<Vec<Module>> {
    modules_with(data.join("files").into(), None)
}

/// The modules of the product; uploads are kept at `files`, and documents are set with the typeface at `font` or the best
/// one of this machine.
///
/// # Errors
/// When that cannot be opened.
pub fn modules_with(files: Place, font: Option<PathBuf>) -> Result<Vec<Module>> {
    Ok(vec![
        documents::module(font),
        audit::module(),
        access::module(),
        settings::module(),
        files::module(files)?,
        tasks::module(),
        approvals::module(),
        people::module(),
        knowledge::module(),
        customers::module(),
        profiles::module(),
        privacy::module(),
        imports::module(vec![orders::target()]),
        channels::module(),
        conversations::module(),
        routing::module(),
        relief::module(),
        assistant::module(),
        satisfaction::module(),
        sla::module(),
        inquiries::module(),
        stewards::module(),
        promises::module(),
        asks::module(),
        escalations::module(),
        mail::module(),
        delivery::module(
            [vec![openchannel::carrier()], wechat::carriers(), vec![sms::carrier()]].into_iter().flatten().collect(),
        ),
        openchannel::module(),
        wechat::module(),
        sms::module(),
        forms::module(),
        complaints::module(),
        sanctions::module(),
        feedback::module(),
        orders::module(),
        improvements::module(),
        worth::module(),
        loyalty::module(),
        segments::module(),
        allocation::module(),
        opportunities::module(),
        automation::module(),
        incidents::module(),
        hygiene::module(),
        retention::module(),
        webhooks::module(),
    ])
}
