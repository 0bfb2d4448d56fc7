//! What people rely on of the queue.

mod core;
mod desk;
mod message;
mod queues;

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        tasks::module(),
        files::module(testkit::folder()).expect("a folder"),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
    ]
}
