//! What people rely on of automations, macros and batches.

mod automations;
mod batches;
mod desk;
mod macros;

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        tasks::module(),
        files::module(testkit::folder()).expect("a folder"),
        people::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
        sla::module(),
        inquiries::module(),
        automation::module(),
    ]
}
