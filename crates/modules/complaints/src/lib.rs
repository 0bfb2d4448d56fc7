//! Complaints: the closed loop from intake to archive, and what each of its steps requires.

mod api;
mod codes;
mod day;
mod demo;
mod duty;
pub mod events;
mod http;
mod listen;
mod model;
mod policy;
mod privacy;
mod queries;
mod timeline;

use ::http::{ListTopic, Module, Privacy, TimelineSource};

pub use model::{
    Attempt, Attempts, BrandRisk, By, ChosenBy, Compensating, Complaint, ComplaintKind, ComplaintMove,
    ComplaintMoveKind, ComplaintSeverity, ComplaintStep, ComplaintWay, Complexity, Directive, Duty, DutyState,
    Feedback, Impact, Implementation, Investigation, Judgement, Revisit, RevisitOutcome, SignOff, SignOffKind,
    SolutionOption, SolutionOptions, StepRun, StepRuns, Submission, Summary, Understanding, UnfoundedReason,
};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("complaints")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611261640_complaints"])
        .permissions(policy::PERMISSIONS)
        .list::<Complaint>(ListTopic {
            topic: "complaints",
            about: "Complaints, as far as one may see them.",
            kind: "complaint.changed",
            says: "A complaint is there, or stands otherwise.",
            may_read: policy::may_read,
        })
        .listener(listen::tasks())
        .listener(listen::approvals())
        .listener(listen::people())
        .timeline(TimelineSource { module: "complaints", read: timeline::read })
        .privacy(Privacy { module: "complaints", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
