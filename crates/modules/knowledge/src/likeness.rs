//! Which articles are like what somebody wrote, and when one is so surely that it may be given unasked.
//!
//! A text is cut as the search index cuts it, without what every question holds (`请问`, `怎么`); its terms are the
//! pairs of Han characters and the words of letters and digits. A term counts the more the fewer articles hold it:
//! ln(1 + articles ÷ articles with it); three times as much where it stands in an article's title or keywords.
//!
//! The rule of being sure
//! 1. at least two terms of the question stand in the article's title or keywords;
//! 2. at least half of the terms of its title stand in the question, or one of its keywords of four characters or
//!    more stands there whole;
//! 3. no other article counts for two thirds as much or more.
//!
//! Whatever is not sure is no more than suggested.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kernel::Id;

use crate::model::Article;

/// How much more a term of the title or a keyword counts.
const HEAD: f64 = 3.0;
/// Part of the best that a suggestion must count for.
const WORTH: f64 = 0.3;
/// Part of the best that makes another one a rival.
const RIVAL: f64 = 2.0 / 3.0;
/// Characters of a question that are looked at.
const LONGEST: usize = 500;
/// Characters from which a keyword says enough by itself.
const TELLING: usize = 4;

/// What questions hold whatever they are about, longest first.
const EMPTY_WORDS: [&str; 51] = [
    "是不是",
    "有没有",
    "能不能",
    "可不可以",
    "为什么",
    "怎么办",
    "怎么样",
    "什么时候",
    "请问一下",
    "麻烦问下",
    "想问一下",
    "多少",
    "多久",
    "多长时间",
    "请问",
    "您好",
    "你好",
    "怎么",
    "怎样",
    "如何",
    "什么",
    "可以",
    "一下",
    "我想",
    "想问",
    "这个",
    "那个",
    "我的",
    "你们",
    "我们",
    "谢谢",
    "麻烦",
    "哪里",
    "哪儿",
    "需要",
    "还是",
    "就是",
    "但是",
    "因为",
    "所以",
    "已经",
    "现在",
    "知道",
    "告诉",
    "时候",
    "一个",
    "the",
    "what",
    "how",
    "吗",
    "呢",
];

/// The terms of a text.
pub(crate) fn terms(text: &str) -> BTreeSet<String> {
    let clipped: String = text.chars().take(LONGEST).collect();
    terms_of_all(&clipped)
}

/// As [`terms`], however long the text is.
pub(crate) fn terms_of_all(text: &str) -> BTreeSet<String> {
    let mut folded = store::fold(text);
    let mut words: Vec<&str> = EMPTY_WORDS.to_vec();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in words {
        if word.is_ascii() {
            folded = folded.split(' ').filter(|one| *one != word).collect::<Vec<_>>().join(" ");
        } else {
            folded = folded.replace(word, " ");
        }
    }
    store::tokens(&folded).into_iter().filter(|token| token.chars().nth(1).is_some()).collect()
}

/// Where a term of the question stands: in which article, and whether in its title or keywords.
pub(crate) type Place = (String, Id<Article>, bool);

/// What there is to know of an article that was found.
pub(crate) struct Candidate<'a> {
    pub title: &'a str,
    pub keywords: &'a [String],
}

/// An article that is like the question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Like {
    pub id: Id<Article>,
    /// What it counts for.
    pub strength: f64,
    /// Terms of the question in its title or keywords.
    pub head: usize,
    /// Terms of the question anywhere in it.
    pub terms: usize,
}

/// The articles that are like a question, by more than one term of a body, those that count most first: `places` are where its terms stand among
/// `articles` articles.
pub(crate) fn rank(places: &[Place], articles: usize) -> Vec<Like> {
    let mut spread: HashMap<&str, f64> = HashMap::new();
    for (term, ..) in places {
        *spread.entry(term).or_default() += 1.0;
    }
    let mut found: BTreeMap<Id<Article>, Like> = BTreeMap::new();
    for (term, id, head) in places {
        let rarity = (1.0 + articles as f64 / spread[term.as_str()]).ln();
        let like = found.entry(*id).or_insert(Like { id: *id, strength: 0.0, head: 0, terms: 0 });
        like.strength += if *head { rarity * HEAD } else { rarity };
        like.head += usize::from(*head);
        like.terms += 1;
    }
    let mut likes: Vec<Like> = found.into_values().collect();
    likes.sort_by(|a, b| b.strength.total_cmp(&a.strength).then(a.id.cmp(&b.id)));
    let best = likes.first().map_or(0.0, |like| like.strength);
    likes.retain(|like| like.strength >= best * WORTH && (like.head > 0 || like.terms > 1));
    likes
}

/// Whether the first of `likes`, who is `best`, is surely the answer to `question`.
pub(crate) fn is_sure(question: &str, likes: &[Like], best: &Candidate<'_>) -> bool {
    let Some(first) = likes.first() else { return false };
    let rival = likes.get(1).is_some_and(|second| second.strength >= first.strength * RIVAL);
    let asked = terms(question);
    let title = terms(best.title);
    let shared = title.intersection(&asked).count();
    let folded = store::fold(question);
    let whole = |word: &String| {
        let word = store::fold(word);
        word.chars().count() >= TELLING && folded.contains(&word)
    };
    let covered = !title.is_empty() && shared * 2 >= title.len();
    first.head >= 2 && !rival && (covered || best.keywords.iter().any(whole))
}

#[cfg(test)]
mod tests {
    use kernel::{Rng, Timestamp};

    use super::*;

    const ARTICLES: [(&str, &[&str], &str); 4] = [
        ("如何申请退款", &["退货退款", "退钱"], "七天内无理由，原路退回"),
        ("退款多久到账", &["退款进度"], "三到五个工作日，原路退回"),
        ("上门安装怎么预约", &["预约安装"], "师傅提前一天联系"),
        ("Warranty of the dishwasher", &["warranty"], "Two years"),
    ];

    fn ask(question: &str) -> (Vec<usize>, bool) {
        let rng = Rng::seeded(1);
        let ids: Vec<Id<Article>> = ARTICLES.iter().map(|_| Id::new(Timestamp::from_millis(1), &rng)).collect();
        let asked = terms(question);
        let mut places = Vec::new();
        for ((title, keywords, body), id) in ARTICLES.iter().zip(&ids) {
            let head = terms(&format!("{title} {}", keywords.join(" ")));
            let all: BTreeSet<_> = head.union(&terms(body)).cloned().collect();
            places.extend(all.intersection(&asked).map(|term| (term.clone(), *id, head.contains(term))));
        }
        let likes = rank(&places, ARTICLES.len());
        let order: Vec<usize> = likes.iter().filter_map(|like| ids.iter().position(|id| *id == like.id)).collect();
        let Some(first) = order.first() else { return (order, false) };
        let keywords: Vec<String> = ARTICLES[*first].1.iter().map(|word| (*word).to_owned()).collect();
        let sure = is_sure(question, &likes, &Candidate { title: ARTICLES[*first].0, keywords: &keywords });
        (order, sure)
    }

    #[test]
    fn what_every_question_holds_does_not_count() {
        assert!(terms("请问这个怎么办呢？谢谢").is_empty());
        assert_eq!(terms("请问怎么申请退款"), ["申请", "请退", "退款"].map(String::from).into());
        assert_eq!(terms("什麼時候到賬"), terms("什么时候到账"));
    }

    #[test]
    fn sure_is_what_asks_in_the_words_of_one_title_or_keyword() {
        for (question, article) in [("请问怎么申请退款？", 0), ("退款多久能到账呀", 1), ("我想预约安装，周六行吗", 2)]
        {
            let (order, sure) = ask(question);
            assert_eq!((order.first(), sure), (Some(&article), true), "{question}");
        }
    }

    #[test]
    fn what_several_answer_as_well_or_what_is_touched_once_is_not_sure() {
        // Both are about refunds.
        assert!(!ask("退款").1);
        assert_eq!(ask("退款").0.len(), 2);
        // Stands in a body alone.
        assert!(!ask("师傅什么时候联系我").1);
        assert_eq!(ask("师傅什么时候联系我").0, [2]);
        assert_eq!(ask("今天天气不错"), (vec![], false));
        assert_eq!(ask(""), (vec![], false));
        assert!(!ask("warranty").1, "one term is not enough");
    }
}
