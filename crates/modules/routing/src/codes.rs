//! Refusals of this module.

use kernel::Code;

pub(crate) const OFFER_OVER: Code = Code::new("routing.offer_over");
pub(crate) const STALE: Code = Code::new("routing.stale");
/// Another queue or reason has the name.
pub(crate) const NAME_TAKEN: Code = Code::new("routing.name_taken");
/// What channels feed unless told otherwise cannot be deleted.
pub(crate) const DEFAULT_QUEUE: Code = Code::new("routing.default_queue");
/// The conversation is theirs already. `name`: whose.
pub(crate) const HAS_IT: Code = Code::new("routing.has_it");
/// Somebody else took it meanwhile. `name`: who.
pub(crate) const TAKEN_MEANWHILE: Code = Code::new("routing.taken_meanwhile");
/// It was put back meanwhile, and waits.
pub(crate) const WAITS_NOW: Code = Code::new("routing.waits_now");
/// It waits there already. `name`: the queue.
pub(crate) const WAITS_THERE: Code = Code::new("routing.waits_there");
/// Nobody serves the queue. `name`: the queue.
pub(crate) const NOBODY_SERVES: Code = Code::new("routing.nobody_serves");
/// That person takes no conversations. `name`: who.
pub(crate) const TAKES_NO_WORK: Code = Code::new("routing.takes_no_work");
/// That person is not there. `name`: who.
pub(crate) const NOT_THERE: Code = Code::new("routing.not_there");
/// That person takes none now. `name`: who; `reason`: why.
pub(crate) const NOT_READY: Code = Code::new("routing.not_ready");
/// That person has as many as they can. `name`: who; `capacity`: how many.
pub(crate) const NO_ROOM: Code = Code::new("routing.no_room");
/// A queue asks for the skill. `name`: which queue.
pub(crate) const SKILL_ASKED: Code = Code::new("routing.skill_asked");
