//! Asking a model where the written rule is not sure.
//!
//! What is asked is kept with the customer's words in one transaction; the call is made by a job, outside of any;
//! what came of it is kept in a third. A customer who said more meanwhile, or whom somebody took, hears nothing of it.

use std::time::Duration;

use conversations::Conversation;
use kernel::{Id, Result};
use outbound::{Request, Target};
use serde::{Deserialize, Serialize};
use store::Tx;
use work::{Handler, Job, JobCx};

use crate::{
    attend,
    mask::masked,
    model::AssistantModel,
    propose::{self, Offered},
    queries,
    question::{Articles, ModelQuestion, QuestionOutcome},
};

/// Articles it may choose among.
const OFFERED: usize = 4;
/// Questions of one conversation at most: whoever needs more needs a person.
const MOST: i64 = 6;
/// Characters of a question.
const QUESTION: usize = 500;
/// Characters of an article's words.
const WORDS: usize = 3_000;
/// Characters of what it said that are kept.
const SAID: usize = 4_000;
/// Bytes of an answer that are read.
const READ: usize = 64 << 10;
const DAY: i64 = 24 * 3_600_000;

/// Asks a model this.
#[derive(Serialize, Deserialize)]
struct AskModel {
    question: Id<ModelQuestion>,
}

impl Job for AskModel {
    const KIND: &'static str = "assistant.ask_model";
    const TIMEOUT: Duration = Duration::from_secs(90);
}

/// Leaves a question to be asked, where a model is on and there is something it could rest on.
pub(crate) fn ask(tx: &mut Tx<'_>, conversation: &Conversation, seen_seq: i64, said: &str, rules: &str) -> Result<()> {
    let model = queries::model(tx)?;
    let since = tx.now().plus_millis(-DAY);
    if !model.is_on()
        || queries::asked_in(tx, conversation.id)? >= MOST
        || queries::asked_since(tx, since)? >= model.daily_limit
    {
        return Ok(());
    }
    let mut articles = Vec::new();
    for candidate in knowledge::api::candidates(tx, said, OFFERED, WORDS)? {
        if !queries::answered(tx, conversation.id, candidate.article)? {
            articles.push(Offered::of(candidate));
        }
    }
    if articles.is_empty() {
        return Ok(());
    }
    let words: String = said.chars().take(QUESTION).collect();
    let question = masked(&words, &known_of(tx, conversation)?);
    let sent = propose::request(&model.model, rules, &question, &articles).to_string();
    let id = tx.new_id();
    let asked = ModelQuestion {
        id,
        conversation_id: conversation.id,
        customer_id: Some(conversation.customer_id),
        seen_seq,
        question,
        articles: Articles(articles),
        sent,
        said: String::new(),
        outcome: None,
        detail: String::new(),
        article_id: None,
        asked_at: tx.now(),
        took_ms: None,
    };
    queries::insert_question(tx, &asked)?;
    work::enqueue(tx, &AskModel { question: id }).map(drop)
}

/// What is known of the customer that must not leave.
fn known_of(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<Vec<String>> {
    let mut known = vec![conversation.customer_name.clone()];
    let customer = customers::api::get(tx, conversation.customer_id)?;
    known.push(customer.name);
    known.extend(customer.phone.into_iter().chain(customer.email));
    Ok(known)
}

/// How the job is done.
pub(crate) fn handler() -> Handler {
    Handler::new(|cx: JobCx, job: AskModel| async move {
        let found = cx.db.read(&cx.origin, move |tx| waiting(tx, job.question)).await?;
        let Some((question, model, key)) = found else { return Ok(()) };
        let answered = call(&model, &key, &question.sent).await;
        let done = cx.clone();
        cx.db
            .write(&cx.origin, move |tx| {
                settle(tx, question.id, &answered)?;
                done.finish(tx)
            })
            .await
    })
}

/// The question, if it still waits, and whom to ask.
fn waiting(tx: &mut Tx<'_>, id: Id<ModelQuestion>) -> Result<Option<(ModelQuestion, AssistantModel, String)>> {
    let found = queries::question(tx, id)?.filter(|question| question.outcome.is_none());
    let (model, key) = (queries::model(tx)?, queries::model_key(tx)?);
    Ok(found.map(|question| (question, model, key)))
}

/// What came of a call: what it said, or why nothing.
pub(crate) type Answered = std::result::Result<String, (&'static str, String)>;

/// Asks a model, once.
pub(crate) async fn call(model: &AssistantModel, key: &str, sent: &str) -> Answered {
    if !model.is_on() {
        return Err(("off", String::new()));
    }
    let target = Target::parse(&model.address(), model.inside).map_err(|code| (code, String::new()))?;
    let patience = Duration::from_secs(u64::try_from(model.timeout_seconds).unwrap_or(20));
    let request = Request { patience, most: READ, ..Request::post(&target, sent.to_owned()) };
    let request = if key.is_empty() {
        request
    } else {
        request.with("authorization", format!("Bearer {key}"))
    };
    let answer = outbound::call(request).await.map_err(|trouble| (trouble.code(), trouble.text().to_owned()))?;
    if !answer.is_good() {
        let said: String =
            String::from_utf8_lossy(&answer.body).chars().filter(|c| !c.is_control()).take(200).collect();
        return Err(("http", format!("{} {said}", answer.status).trim_end().to_owned()));
    }
    if answer.cut {
        return Err(("too_long", String::new()));
    }
    propose::said(&answer.body).ok_or_else(|| ("not_its_protocol", String::new()))
}

/// Keeps what came of it, and says it where it may be said.
fn settle(tx: &mut Tx<'_>, id: Id<ModelQuestion>, answered: &Answered) -> Result<()> {
    let Some(mut question) = queries::question(tx, id)?.filter(|question| question.outcome.is_none()) else {
        return Ok(());
    };
    question.took_ms = Some(tx.now().since(question.asked_at).max(0));
    let judged = match answered {
        Err((code, text)) => {
            question.detail = format!("{code} {text}").trim_end().chars().take(300).collect();
            Err(QuestionOutcome::Failed)
        }
        Ok(said) => {
            let conversation = conversations::api::get(tx, question.conversation_id)?;
            let kept: String = said.chars().take(SAID).collect();
            question.said = masked(&kept, &known_of(tx, &conversation)?);
            propose::judge(said, &question.articles.0).map_err(|why| {
                question.detail = why.to_owned();
                QuestionOutcome::Refused
            })
        }
    };
    question.outcome = Some(match judged {
        Err(outcome) => outcome,
        Ok(proposal) => {
            let article = question.articles.0[proposal.at].article;
            question.article_id = Some(article);
            if attend::say_of_model(tx, &question, article, &proposal.words)? {
                QuestionOutcome::Answered
            } else {
                QuestionOutcome::Late
            }
        }
    });
    queries::settle_question(tx, &question)
}
