//! What people rely on of conversations.

mod house;
mod knowledge;
mod leads;
mod messages;
mod page;
mod participants;
mod snooze;
mod talk;
mod threads;
mod views;
mod visitor;

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
    ]
}
