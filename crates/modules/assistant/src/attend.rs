//! What it says to a customer who waits.
//!
//! It speaks only where its queue's switch is on, while nobody has the conversation; only when the knowledge is sure of
//! one public article with a short answer, or else, where one is set up, a model is of one it was given (`asking.rs`);
//! each article once, three times at most, and by channels whose other end may be a machine so many times a day. The
//! conversation keeps its place in the line all the while. Whoever asks for a person hears no more of it.

use std::sync::LazyLock;

use channels::ChannelKind;
use conversations::{
    Author, Conversation, ConversationId, MessageKind, State,
    api::{Post, fit},
};
use http::{Languages, Texts};
use kernel::{Actor, Id, QueueId, Result};
use knowledge::{Article, api::SureAnswer};
use store::Tx;

use crate::{
    LOCALES, asking,
    model::{AssistantSettings, GivenAnswer, MOST, MOST_OUTSIDE, Talk, wants_person},
    queries,
    question::ModelQuestion,
};

static TEXTS: LazyLock<Languages> = LazyLock::new(|| Languages::of(LOCALES));
/// Messages that are read at a time.
const READ: i64 = 50;
const DAY: i64 = 24 * 3_600_000;
/// Characters of a question that the note tells.
const QUESTION: usize = 200;

/// Hears what the customer said since it last listened, and answers where it is sure.
pub(crate) fn attend(tx: &mut Tx<'_>, settings: &AssistantSettings, id: ConversationId) -> Result<()> {
    let conversation = conversations::api::lock(tx, id)?;
    if !may_speak(tx, settings, &conversation)? {
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
    let texts = texts(&language(tx, &conversation)?);
    if wants_person(&said) {
        talk.silent = true;
        let key = format!("person/{}", talk.seen_seq);
        let note = notes(tx)?.word("note_person").to_owned();
        post(tx, &conversation, key, texts.word("person").to_owned(), note)?;
    } else if let Some(answer) = knowledge::api::sure_answer(tx, &said)?
        && !queries::answered(tx, id, answer.article)?
    {
        talk.answers += 1;
        give(tx, &conversation, answer.article, false)?;
        let places = [("{question}", clipped(&said)), ("{title}", answer.title.clone())];
        let note = filled(notes(tx)?, "note", &places);
        post(tx, &conversation, answer.article.to_string(), reply(texts, settings, &answer), note)?;
    } else {
        asking::ask(tx, &conversation, talk.seen_seq, &said, texts.word("model_rules"))?;
    }
    queries::save_talk(tx, &talk)
}

/// Says what a model proposed, if it may still be said; whether it was.
pub(crate) fn say_of_model(
    tx: &mut Tx<'_>,
    question: &ModelQuestion,
    article: Id<Article>,
    words: &str,
) -> Result<bool> {
    let (settings, id) = (queries::settings(tx)?, question.conversation_id);
    let conversation = conversations::api::lock(tx, id)?;
    let Some(mut talk) = queries::talk(tx, id)? else { return Ok(false) };
    // Whoever said more meanwhile would hear an answer to what they asked before.
    let over = talk.silent || talk.answers >= MOST || talk.seen_seq != question.seen_seq;
    if over || !may_speak(tx, &settings, &conversation)? || queries::answered(tx, id, article)? {
        return Ok(false);
    }
    let Some((title, path)) = knowledge::api::may_rest_on(tx, article)? else { return Ok(false) };
    talk.answers += 1;
    give(tx, &conversation, article, true)?;
    let note =
        filled(notes(tx)?, "note_model", &[("{question}", clipped(&question.question)), ("{title}", title.clone())]);
    let texts = texts(&language(tx, &conversation)?);
    let answer = SureAnswer { article, title, text: words.to_owned(), path };
    post(tx, &conversation, article.to_string(), reply(texts, &settings, &answer), note)?;
    queries::save_talk(tx, &talk)?;
    Ok(true)
}

/// Whether it may speak there now: its queue is on, nobody has the conversation, and what carries it is such that
/// another machine at the other end cannot keep it talking.
fn may_speak(tx: &mut Tx<'_>, settings: &AssistantSettings, conversation: &Conversation) -> Result<bool> {
    let on = |queues: &[QueueId]| conversation.queue_id.is_some_and(|queue| queues.contains(&queue));
    let waits = conversation.state == State::Queued && conversation.assignee_id.is_none();
    if !waits || !on(&settings.queues.0) {
        return Ok(false);
    }
    match channels::api::get(tx, conversation.channel_id)?.kind {
        ChannelKind::WebChat => Ok(true),
        ChannelKind::Open | ChannelKind::Wechat | ChannelKind::Wecom if on(&settings.outside.0) => {
            let since = tx.now().plus_millis(-DAY);
            Ok(queries::answered_to(tx, conversation.customer_id, since)? < MOST_OUTSIDE)
        }
        // Letters are answered by machines, which answer letters.
        _ => Ok(false),
    }
}

fn give(tx: &mut Tx<'_>, conversation: &Conversation, article_id: Id<Article>, by_model: bool) -> Result<()> {
    let (conversation_id, customer_id) = (conversation.id, Some(conversation.customer_id));
    let given = GivenAnswer { conversation_id, article_id, at: tx.now(), outcome: None, customer_id, by_model };
    queries::insert_answer(tx, &given)
}

/// Its words in a language.
pub(crate) fn texts(language: &str) -> &'static Texts {
    TEXTS.texts(language)
}

/// The customer's language, as far as it is known.
fn language(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<String> {
    let asked = conversation.page.as_ref().map(|page| page.locale.as_str()).unwrap_or_default();
    Ok(settings::api::organisation(tx)?.language(asked).to_owned())
}

/// Its words for staff.
fn notes(tx: &mut Tx<'_>) -> Result<&'static Texts> {
    Ok(texts(settings::api::organisation(tx)?.language("")))
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
        "" => filled(texts, "source", &[("{title}", answer.title.clone())]),
        base => {
            filled(texts, "more", &[("{title}", answer.title.clone()), ("{link}", format!("{base}{}", answer.path))])
        }
    };
    [answer.text.as_str(), &link, texts.word("offer")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// A text with its places filled, each once: what a title holds is never read as a place.
fn filled(texts: &Texts, key: &str, places: &[(&str, String)]) -> String {
    let mut out = String::new();
    let mut rest = texts.word(key);
    while let Some((at, place, value)) =
        places.iter().filter_map(|(place, value)| Some((rest.find(place)?, *place, value))).min()
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
