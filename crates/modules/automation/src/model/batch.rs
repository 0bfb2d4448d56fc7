//! The same done to many conversations, behind the page.

use conversations::{Conversation, ConversationId};
use kernel::{Id, Noun, Timestamp, UserId};
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

use super::{Action, Actions, Macro};

impl Noun for Batch {
    const PREFIX: &'static str = "bat";
}

text_enum! {
    /// Where it stands.
    pub enum BatchState {
        /// It goes on.
        Running = "running",
        /// It went through all of them.
        Done = "done",
        /// Whoever wanted it stopped it; what was done stays.
        Cancelled = "cancelled",
        /// Whoever wanted it is nobody here any more.
        Failed = "failed",
    }
}

text_enum! {
    /// What came of it in one conversation.
    pub enum BatchOutcome {
        /// Its turn is still to come.
        Waiting = "waiting",
        /// All of it was done.
        Done = "done",
        /// Nothing was done.
        Refused = "refused",
    }
}

store::record! {
    /// The same done to many conversations, behind the page.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    #[schema(as = ConversationBatch)]
    pub struct Batch {
        /// Its id.
        pub id: Id<Batch>,
        /// Who wants it: all is done as them, as far as they may when it is done.
        pub user_id: UserId,
        /// The macro's name; empty for actions by themselves.
        pub name: String,
        /// What is done; empty when each conversation has its own, as when a batch is taken back.
        pub actions: Actions,
        /// The macro.
        pub macro_id: Option<Id<Macro>>,
        /// The batch it takes back.
        pub undoes: Option<Id<Batch>>,
        /// Where it stands.
        pub state: BatchState,
        /// To how many.
        pub total: i64,
        /// In how many it was done.
        pub done: i64,
        /// In how many it was refused.
        pub refused: i64,
        /// In how many it can be taken back.
        pub undoable: i64,
        /// Whether it was.
        pub undone: bool,
        /// Since when.
        pub created_at: Timestamp,
        /// When it ended.
        pub finished_at: Option<Timestamp>,
    }
}

store::record! {
    /// One conversation of a batch.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct BatchRow {
        pub batch_id: Id<Batch>,
        /// From 1, as they were named.
        pub position: i64,
        pub conversation_id: ConversationId,
        /// What is done in this one, where it is not the batch's.
        pub actions: Option<Actions>,
        pub outcome: BatchOutcome,
        /// Why nothing was done, as JSON.
        pub refusal: Option<String>,
        /// What takes it back.
        pub undo: Option<Actions>,
    }
}

/// What takes back what these actions do to a conversation that is so before; none where nothing does.
pub(crate) fn undoing(actions: &Actions, before: &Conversation) -> Option<Actions> {
    let has = |tag: &String| before.tags.0.contains(tag);
    let back = actions.0.iter().filter_map(|action| match action {
        Action::AddTag { tag } if !has(tag) => Some(Action::RemoveTag { tag: tag.clone() }),
        Action::RemoveTag { tag } if has(tag) => Some(Action::AddTag { tag: tag.clone() }),
        Action::Snooze { .. } => Some(match before.snoozed_until {
            None => Action::Wake {},
            until => Action::Snooze { preset: None, until, reason: before.snooze_reason.clone() },
        }),
        _ => None,
    });
    let back: Vec<_> = back.collect();
    (!back.is_empty()).then_some(Actions(back))
}
