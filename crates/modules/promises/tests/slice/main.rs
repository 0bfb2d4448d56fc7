//! What people rely on of promises and of the line of time.

mod promised;
mod timeline;

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        people::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        inquiries::module(),
        promises::module(),
    ]
}
