//! Articles, most of them in force, and what is missing.

use std::collections::HashMap;

use http::{Demo, DemoPerson};
use kernel::{Error, Id, Result};
use store::Tx;

use crate::{
    articles,
    gaps::{self, Miss},
    model::{Article, ArticleAudience, ArticleCategory, ArticleVersion, ArticleWording, GapSource, Keywords, Who},
    policy,
    queries::articles as queries,
};

const ARTICLES: &str = include_str!("../../demo/articles.txt");
const GAPS: &str = include_str!("../../demo/gaps.txt");
const HOUR: i64 = 60 * 60_000;
const DAY: i64 = 24 * HOUR;

pub(super) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let writers = demo.with_role("supervisor");
    let reviewers = demo.with_role("head");
    let (Some(reviewer), false) = (reviewers.first(), writers.is_empty()) else { return Ok(()) };
    let mut categories = HashMap::new();
    for (at, told) in ARTICLES.split("\n= ").skip(1).enumerate() {
        let (head, text) = told.split_once('\n').ok_or_else(|| Error::internal("demo: an article without words"))?;
        let [state, category, below, audience, keywords, title, ago, right] = head.split('|').collect::<Vec<_>>()[..]
        else {
            return Err(Error::internal(format!("demo: {head}")));
        };
        let days = |text: &str| text.parse::<i64>().map_err(Error::internal);
        // However short the story is, they were written before it.
        let began = demo.now.plus_millis(-days(ago)? * DAY - 3 * HOUR);
        let writer = &writers[at % writers.len()];
        tx.as_of(began, writer.actor())?;
        let top = category_of(tx, &mut categories, category, None)?;
        let category_id = Some(category_of(tx, &mut categories, below, Some(top))?);
        let (answer, body) = text.trim_start_matches("A ").split_once('\n').unwrap_or((text, ""));
        let wording = ArticleWording {
            title: title.to_owned(),
            answer: answer.to_owned(),
            body: body.to_owned(),
            keywords: Keywords(keywords.split(',').map(str::to_owned).collect()),
            category_id,
            audience: if audience == "public" {
                ArticleAudience::Public
            } else {
                ArticleAudience::Internal
            },
            unit_id: None,
            verify_until: if right.is_empty() {
                None
            } else {
                Some(demo.now.plus_millis(days(right)? * DAY))
            },
        };
        write(tx, demo, writer, reviewer, state, wording)?;
    }
    tx.as_of(demo.now, writers[0].actor())?;
    // Within a story's last week nobody has asked the owners yet: the clock would have.
    articles::ask_owners(tx, 50)?;
    missing(tx, demo)
}

fn category_of(
    tx: &mut Tx<'_>,
    known: &mut HashMap<(String, Option<Id<ArticleCategory>>), Id<ArticleCategory>>,
    name: &str,
    under: Option<Id<ArticleCategory>>,
) -> Result<Id<ArticleCategory>> {
    if let Some(id) = known.get(&(name.to_owned(), under)) {
        return Ok(*id);
    }
    let permit = policy::vouched(tx.now())?;
    let position = known.len() as i64 + 1;
    let category = ArticleCategory::new(&permit, tx.new_id(), name.to_owned(), under, position);
    queries::insert_category(tx, &category)?;
    known.insert((name.to_owned(), under), category.id);
    Ok(category.id)
}

fn write(
    tx: &mut Tx<'_>,
    demo: &Demo,
    writer: &DemoPerson,
    reviewer: &DemoPerson,
    state: &str,
    wording: ArticleWording,
) -> Result<()> {
    let began = tx.now();
    let who = |person: &DemoPerson| Who { id: person.id, name: person.name.clone() };
    let permit = policy::vouched(began)?;
    let version = ArticleVersion::new(&permit, tx.new_id(), tx.new_id(), 1, &who(writer), wording.normal()?);
    let before = Article::new(&permit, who(writer), &version);
    articles::create(tx, &before, &version)?;
    if state == "draft" {
        return Ok(());
    }
    tx.as_of(began.plus_millis(HOUR), writer.actor())?;
    let permit = policy::vouched(tx.now())?;
    let version = version.submitted(&permit)?;
    let waiting = before.clone().working(&permit, &version);
    articles::submit(tx, &before, &waiting, &version)?;
    if state == "review" {
        return Ok(());
    }
    tx.as_of(began.plus_millis(3 * HOUR), reviewer.actor())?;
    let permit = policy::vouched(tx.now())?;
    let version = version.reviewed(&permit, &who(reviewer), None)?;
    let after = waiting.clone().publishing(&permit, &version);
    articles::publish(tx, &waiting, &after, &version)?;
    for _ in 0..demo.between(2, 40) {
        queries::count_use(tx, after.id)?;
    }
    for agent in demo.with_role("agent").iter().filter(|_| demo.chance(60)) {
        queries::vote(tx, after.id, agent.id, "", demo.chance(85))?;
    }
    Ok(())
}

fn missing(tx: &mut Tx<'_>, demo: &Demo) -> Result<()> {
    let agents = demo.with_role("agent");
    for line in GAPS.lines().filter(|line| !line.starts_with('#')) {
        let [source, question, times] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(Error::internal(format!("demo: {line}")));
        };
        let times: i64 = times.parse().map_err(Error::internal)?;
        for time in (0..times).rev() {
            let at = demo.now.plus_millis(-time * DAY - demo.between(1, 5) * HOUR);
            tx.as_of(at, demo.pick(&agents).actor())?;
            let source = if source == "desk" { GapSource::Desk } else { GapSource::Search };
            let miss = Miss { question: question.to_owned(), source, conversation: None, customer: None };
            gaps::report(tx, miss)?;
        }
    }
    Ok(())
}
