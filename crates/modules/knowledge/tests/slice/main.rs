//! What people rely on of the knowledge and of canned replies.

mod articles;
mod canned_replies;

fn modules() -> Vec<http::Module> {
    vec![audit::module(), access::module(), settings::module(), tasks::module(), people::module(), knowledge::module()]
}
