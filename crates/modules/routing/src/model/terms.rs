//! How a queue gives its conversations away: strategy, skills, rules; and why one person got one.

use conversations::Conversation;
use kernel::{ChannelId, Check, Id, Noun, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

impl Noun for Skill {
    const PREFIX: &'static str = "skl";
}

/// The id of a [`Skill`].
pub type SkillId = Id<Skill>;

/// The best level of a skill; the least is 1.
pub(crate) const BEST: i64 = 5;
/// The highest priority; 0 is that of whatever no rule names.
pub(crate) const HIGHEST: i64 = 3;
/// Rules of one queue, at most.
const MOST_RULES: usize = 50;
/// Skills a queue asks for, at most.
const MOST_SKILLS: usize = 10;

text_enum! {
    /// Who is asked first of those who serve a queue and have room.
    pub enum Strategy {
        /// Whoever was last given work longest ago.
        LongestIdle = "longest_idle",
        /// One after the other.
        RoundRobin = "round_robin",
        /// Whoever has the least, relative to how much they can have.
        Balanced = "balanced",
    }
}

text_enum! {
    /// Why somebody was offered a conversation.
    pub enum Why {
        /// They served the customer last, and the queue keeps customers with whom they know.
        ServedLast = "served_last",
        /// Their skills serve it best.
        BestSkilled = "best_skilled",
        /// They were last given work longest ago.
        IdleLongest = "idle_longest",
        /// It was their turn.
        NextInTurn = "next_in_turn",
        /// They had the least, relative to how much they can have.
        LeastLoaded = "least_loaded",
        /// They do not serve the queue, but nobody who does had room for too long.
        Overflow = "overflow",
        /// They let it pass before; nobody else was left.
        AskedAgain = "asked_again",
    }
}

text_enum! {
    /// What became of somebody who was looked at for an offer.
    pub enum OfferVerdict {
        /// It was offered to them.
        Chosen = "chosen",
        /// They could have had it; the customer knows the chosen one.
        NotKnown = "not_known",
        /// They could have had it; the chosen one's skills serve it better.
        SkillLess = "skill_less",
        /// They could have had it, and were given work later than the chosen one.
        IdleLess = "idle_less",
        /// They could have had it, and their turn comes later.
        LaterInTurn = "later_in_turn",
        /// They could have had it, and had more to do.
        MoreLoaded = "more_loaded",
        /// They could have had it, but serve other queues.
        OtherQueue = "other_queue",
        /// They turned it down, or let it pass, a moment before.
        Declined = "declined",
        /// Their skills are below what is asked for.
        SkillBelow = "skill_below",
        /// They were given as many of this queue within the hour as it allows.
        FairLimit = "fair_limit",
        /// They had as many of this kind of channel as they can have.
        NoRoomForChannel = "no_room_for_channel",
        /// They had as many as they can have.
        NoRoom = "no_room",
        /// They took no work.
        NotReady = "not_ready",
    }
}

store::record! {
    /// What somebody can be good at.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Skill {
        /// Its id.
        pub id: SkillId,
        /// What it is called.
        #[schema(example = "英语")]
        pub name: String,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

/// A skill, and how good one must at least be at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillAsked {
    /// Which.
    pub skill_id: SkillId,
    /// The least level: 1 to 5.
    pub level: i64,
}

/// What makes a conversation come before others, or asks for skills. All that it names must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutingRule {
    /// It came by this channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<ChannelId>,
    /// What the customer, or the embedding page, says of them under this name: up to 60 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "会员等级")]
    pub attribute: Option<String>,
    /// Is this, up to 120 characters; any value without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "金卡")]
    pub value: Option<String>,
    /// Their first words contain this, up to 60 characters, whatever the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "投诉")]
    pub word: Option<String>,
    /// Its customer's tier has at least this rank: 1 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<i64>,
    /// The priority it then has: 0 as all others, 1 to 3 before them. The highest of all rules that hold counts.
    #[serde(default)]
    pub priority: i64,
    /// The skill it then asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<SkillAsked>,
}

impl RoutingRule {
    fn holds(&self, conversation: &Conversation, words: &str, tier: i64) -> bool {
        let channel = self.channel_id.is_none_or(|id| id == conversation.channel_id);
        let attribute = self.attribute.as_ref().is_none_or(|name| {
            let said = conversation.attributes.0.get(name.trim());
            said.is_some_and(|said| self.value.as_ref().is_none_or(|value| value.trim() == said.trim()))
        });
        let high = self.tier.is_none_or(|least| tier >= least);
        channel
            && attribute
            && high
            && self.word.as_ref().is_none_or(|word| words.contains(&word.trim().to_lowercase()))
    }

    fn is_empty(&self) -> bool {
        let empty = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
        self.channel_id.is_none() && self.tier.is_none() && empty(&self.attribute) && empty(&self.word)
    }
}

/// The rules of a queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoutingRules(pub Vec<RoutingRule>);

/// Skills asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct SkillsAsked(pub Vec<SkillAsked>);

impl SkillsAsked {
    /// Refuses what is none.
    pub(crate) fn check(&self, check: Check) -> Check {
        let fine = self.0.iter().all(|asked| (1..=BEST).contains(&asked.level));
        check.that(fine, "skills", "out_of_range").that(self.0.len() <= MOST_SKILLS, "skills", "too_many")
    }
}

impl RoutingRules {
    /// Whether any of them asks for the customer's tier.
    pub(crate) fn name_tiers(&self) -> bool {
        self.0.iter().any(|rule| rule.tier.is_some())
    }

    /// The priority of a conversation whose customer's tier has this rank, and the skills it asks for.
    pub(crate) fn weigh(&self, conversation: &Conversation, tier: i64) -> (i64, SkillsAsked) {
        let words = conversation.preview.to_lowercase();
        let hold: Vec<_> = self.0.iter().filter(|rule| rule.holds(conversation, &words, tier)).collect();
        let priority = hold.iter().map(|rule| rule.priority).max().unwrap_or(0).max(0);
        let mut skills: Vec<_> = hold.iter().filter_map(|rule| rule.skill).collect();
        // Asked for twice, the higher level counts.
        skills.sort_unstable_by_key(|asked| (asked.skill_id, -asked.level));
        skills.dedup_by_key(|asked| asked.skill_id);
        (priority, SkillsAsked(skills))
    }

    /// Refuses what is no rule.
    pub(crate) fn check(&self, check: Check) -> Check {
        let long = |text: &Option<String>, most: usize| text.as_ref().is_some_and(|text| text.chars().count() > most);
        let fine = |rule: &RoutingRule| {
            let short = !long(&rule.attribute, 60) && !long(&rule.value, 120) && !long(&rule.word, 60);
            let level = rule.skill.is_none_or(|asked| (1..=BEST).contains(&asked.level));
            let tier = rule.tier.is_none_or(|rank| (1..=customers::api::HIGHEST_TIER).contains(&rank));
            short && level && tier && (0..=HIGHEST).contains(&rule.priority)
        };
        let says = |rule: &RoutingRule| !rule.is_empty() && (rule.priority > 0 || rule.skill.is_some());
        check
            .that(self.0.iter().all(fine), "rules", "out_of_range")
            .that(self.0.iter().all(says), "rules", "required")
            .that(self.0.len() <= MOST_RULES, "rules", "too_many")
    }
}

store::kept_as_json!(RoutingRules, SkillsAsked, Candidates, super::ChannelCapacities);

/// Somebody who was looked at for an offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Candidate {
    /// Who.
    pub user_id: UserId,
    /// Their name, as it is now.
    #[serde(default)]
    pub name: String,
    /// What became of them.
    pub verdict: OfferVerdict,
    /// How many conversations they had.
    pub load: i64,
    /// How many they can have.
    pub capacity: i64,
    /// The levels of the skills asked for, added up; none when none was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<i64>,
}

/// Those who were looked at, the chosen one first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Candidates(pub Vec<Candidate>);
