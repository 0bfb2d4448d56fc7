//! What it says to a customer who waits.
//!
//! It speaks only where its queue's switch is on, in a web chat, while nobody has the conversation; only when the
//! knowledge is sure of one public article with a short answer; each article once, three times at most. The
//! conversation keeps its place in the line all the while. Whoever asks for a person hears no more of it.

use std::sync::LazyLock;

use conversations::{
    Author, Conversation, ConversationId, MessageKind, State,
    api::{Post, fit},
};
use http::{Languages, Texts};
use kernel::{Actor, Result};
use knowledge::api::SureAnswer;
use store::Tx;

use crate::{
    LOCALES,
    model::{AssistantSettings, GivenAnswer, MOST, Talk, wants_person},
    queries,
};

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(LOCALES));
/// Messages that are read at a time.
const READ: i64 = 50;
/// Characters of a question that the note tells.
const QUESTION: usize = 200;

/// Hears what the customer said since it last listened, and answers where it is sure.
pub(crate) fn attend(tx: &mut Tx<'_>, settings: &AssistantSettings, id: ConversationId) -> Result<()> {
    let conversation = conversations::api::lock(tx, id)?;
    let ours = conversation.queue_id.is_some_and(|queue| settings.queues.0.contains(&queue));
    let waits = conversation.state == State::Queued && conversation.assignee_id.is_none();
    if !ours || !waits || !channels::api::get(tx, conversation.channel_id)?.kind.is_direct() {
        return Ok(());
    }
    let blank = Talk { conversation_id: id, seen_seq: 0, answers: 0, silent: false };
    let mut talk = queries::talk(tx, id)?.unwrap_or(blank);
    if talk.silent || talk.answers >= MOST {
        return Ok(());
    }
    let said = heard(tx, &mut talk)?;
    if said.is_empty() {
        return Ok(());
    }
    let organisation = settings::api::organisation(tx)?;
    let asked = conversation.page.as_ref().map(|page| page.locale.as_str()).unwrap_or_default();
    let texts = TEXTS.texts(organisation.language(asked));
    // Whoever reads the note is staff.
    let notes = TEXTS.texts(organisation.language(""));
    if wants_person(&said) {
        talk.silent = true;
        let key = format!("person/{}", talk.seen_seq);
        post(tx, &conversation, key, texts.word("person").to_owned(), notes.word("note_person").to_owned())?;
    } else if let Some(answer) = knowledge::api::sure_answer(tx, &said)?
        && !queries::answered(tx, id, answer.article)?
    {
        talk.answers += 1;
        let (article_id, at) = (answer.article, tx.now());
        queries::insert_answer(tx, &GivenAnswer { conversation_id: id, article_id, at, outcome: None })?;
        let note = filled(notes, "note", &[("{question}", &clipped(&said)), ("{title}", &answer.title)]);
        post(tx, &conversation, article_id.to_string(), reply(texts, settings, &answer), note)?;
    }
    queries::save_talk(tx, &talk)
}

/// What the customer wrote since it last listened.
fn heard(tx: &mut Tx<'_>, talk: &mut Talk) -> Result<String> {
    let messages = conversations::api::transcript(tx, talk.conversation_id, talk.seen_seq, READ)?;
    let mut said = Vec::new();
    for message in messages {
        talk.seen_seq = message.seq;
        if message.author == Author::Customer && message.kind == MessageKind::Text && !message.text.is_empty() {
            said.push(message.text);
        }
    }
    Ok(said.join("\n"))
}

fn reply(texts: &Texts, settings: &AssistantSettings, answer: &SureAnswer) -> String {
    let link = match settings.base_url.as_str() {
        "" => String::new(),
        base => filled(texts, "more", &[("{title}", &answer.title), ("{link}", &format!("{base}{}", answer.path))]),
    };
    [answer.text.as_str(), &link, texts.word("offer")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// A text with its places filled, each once: what a title holds is never read as a place.
fn filled(texts: &Texts, key: &str, places: &[(&str, &str)]) -> String {
    let mut out = String::new();
    let mut rest = texts.word(key);
    while let Some((at, place, value)) =
        places.iter().filter_map(|(place, value)| Some((rest.find(place)?, *place, *value))).min()
    {
        out.push_str(&rest[..at]);
        out.push_str(value);
        rest = &rest[at + place.len()..];
    }
    out + rest
}

fn clipped(said: &str) -> String {
    said.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(QUESTION).collect()
}

/// Says it as the product, which is no answer of a person's: the customer's waiting goes on. And tells staff.
fn post(tx: &mut Tx<'_>, conversation: &Conversation, key: String, text: String, note: String) -> Result<()> {
    let actor = Actor::System("assistant");
    let said = Post::new(conversation.id, actor.clone(), format!("assistant/{key}"), fit(&text));
    conversations::api::post(tx, said)?;
    let told = Post::new(conversation.id, actor, format!("assistant/note/{key}"), fit(&note));
    conversations::api::post(tx, Post { note: true, ..told }).map(drop)
}
