//! Duties: every one is a task, and every list of what is due or overdue is a view of them.

pub mod api;
mod codes;
mod demo;
pub mod events;
mod http;
mod model;
mod policy;
mod pools;
mod queries;

use ::http::{ListTopic, Module, Ties};

pub use model::{Task, TaskState};
pub use pools::Pools;

/// Overdue tasks told of in one transaction; a full batch means that more may wait.
const AT_ONCE: i64 = 200;

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("tasks")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611221040_tasks", "202611252340_task_queues"])
        .ties(Ties::open("tasks", queries::open_customers))
        .permissions(policy::PERMISSIONS)
        .list::<Task>(ListTopic {
            topic: "tasks",
            about: "Duties, as far as one may see them.",
            kind: "task.changed",
            says: "A task is there, or stands otherwise.",
            may_read: policy::may_read,
        })
        .part(pools::none())
        .chore("tasks.remind", "* * * * *", |tx| Ok(api::remind(tx, AT_ONCE)? == AT_ONCE as usize))
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
