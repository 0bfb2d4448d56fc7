//! Complaints: the closed loop from intake to archive, and what each of its steps requires.

mod acknowledge;
pub mod api;
mod codes;
mod day;
mod demo;
mod duty;
pub mod events;
mod http;
mod keeping;
mod listen;
mod model;
mod page;
mod paper;
mod policy;
mod privacy;
mod queries;
mod statistics;
mod timeline;

use ::http::{ListTopic, Module, Privacy, TimelineSource};

pub use model::{
    Appeal, AppealAnswer, Attempt, Attempts, BrandRisk, By, ChosenBy, Compensating, Complaint, ComplaintKind,
    ComplaintMove, ComplaintMoveKind, ComplaintSeverity, ComplaintStep, ComplaintWay, Complexity, Directive, Duty,
    DutyState, Feedback, Figures, Impact, Implementation, Investigation, Judgement, Rating, Revisit, RevisitOutcome,
    SignOff, SignOffKind, SolutionOption, SolutionOptions, StepRun, StepRuns, Submission, Summary, Told, ToldWay,
    Understanding, UnfoundedReason,
};
pub use statistics::{Line, OfWay, Period, Statistics, StatisticsPeriod, Unsummed};

/// This module's texts.
const LOCALES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("complaints")
        .demo(demo::tell)
        .routes(http::routes())
        .outside(page::routes())
        .migrations(store::migrations![
            "202611261640_complaints",
            "202611262102_customers_side",
            "202611262110_complaint_figures",
            "202611262122_complaints_by_day",
            "202611270950_keeping",
            "202611271128_figures_by_way",
        ])
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
        .keeping(keeping::KEEPING)
        .privacy(Privacy { module: "complaints", export: privacy::export, erase: privacy::erase })
        .locales(LOCALES)
}
