//! People who use a running product: customers by the widget's own protocol, and agents by the API.
//! For trials, for load, and for tests that must account for every word.

mod agent;
mod customer;
mod door;
mod line;

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

pub use agent::{Agent, agent, sign_in};
use axum::http::Method;
pub use customer::{Customer, Manner, Outcome, customer};
use door::Door;
use kernel::Rng;

/// One thing said: whether by the customer, and what.
pub type Said = (bool, String);

/// What everybody in a play shares.
pub struct Stage {
    /// The way to the product.
    door: Door,
    /// Chance.
    pub rng: Rng,
    /// How many times faster than life; 0: without any pause.
    pub speed: u32,
    /// Who hears what happens.
    pub tell: Box<dyn Fn(&str) + Send + Sync>,
    answers: Mutex<HashMap<String, VecDeque<Answer>>>,
    figures: [AtomicUsize; 4],
}

/// What an agent says once so many messages of the customer are there.
#[derive(Clone, Debug)]
struct Answer {
    after: usize,
    text: String,
}

/// How much was said so far.
#[derive(Clone, Copy, Debug)]
pub struct Figures {
    /// Conversations begun.
    pub conversations: usize,
    /// Messages of customers that were acknowledged.
    pub said: usize,
    /// Messages of agents that customers heard.
    pub heard: usize,
    /// Messages that were answered by our own agents.
    pub answered: usize,
}

#[derive(Clone, Copy)]
enum Figure {
    Conversations,
    Said,
    Heard,
    Answered,
}

impl Stage {
    /// A stage before anybody enters it. `url` is where the product answers: `http://127.0.0.1:8080`,
    /// `https://kf.example.cn`.
    ///
    /// # Errors
    /// A text, when it is no such address.
    pub fn new(url: &str, rng: Rng, speed: u32, tell: Box<dyn Fn(&str) + Send + Sync>) -> Result<Self, String> {
        Ok(Self { door: Door::at(url)?, rng, speed, tell, answers: Mutex::default(), figures: Default::default() })
    }

    /// How much was said so far.
    pub fn figures(&self) -> Figures {
        let [conversations, said, heard, answered] = &self.figures;
        let read = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        Figures { conversations: read(conversations), said: read(said), heard: read(heard), answered: read(answered) }
    }

    fn count(&self, figure: Figure) {
        self.figures[figure as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Waits between so many milliseconds of life.
    async fn pause(&self, low: u64, high: u64) {
        if self.speed > 0 {
            let millis = (low + self.rng.below(high - low)) / u64::from(self.speed);
            tokio::time::sleep(Duration::from_millis(millis)).await;
        }
    }

    /// Writes down what an agent is to say in this conversation.
    fn rehearse(&self, conversation: &str, script: &[Said]) {
        let mut after = 0;
        let mut answers = VecDeque::new();
        for (by_customer, text) in script {
            if *by_customer {
                after += 1;
            } else {
                answers.push_back(Answer { after, text: text.clone() });
            }
        }
        self.lock().insert(conversation.to_owned(), answers);
    }

    /// What is to be said next in a conversation, when `count` messages of the customer are there.
    fn next_answer(&self, conversation: &str, count: usize) -> Next {
        match self.lock().get_mut(conversation) {
            None => Next::Unrehearsed,
            Some(answers) => match answers.front() {
                None => Next::Over,
                Some(answer) if answer.after <= count => {
                    Next::Say(answers.pop_front().map(|answer| answer.text).unwrap_or_default())
                }
                Some(_) => Next::Wait,
            },
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, VecDeque<Answer>>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Next {
    Say(String),
    Wait,
    Over,
    /// A customer who is none of ours.
    Unrehearsed,
}

/// Some agents of the demo story, by login.
pub const AGENTS: [&str; 6] = ["wangyue", "liting", "zhangwei", "zhaolei", "huangxin", "maoning"];

/// Who says how much they can take, by login.
pub const HEAD: &str = "zhoumin";

/// Names that customers give; the empty one gives none.
pub const NAMES: [&str; 12] =
    ["王女士", "李建国", "张敏", "刘先生", "陈思远", "杨雨桐", "", "赵女士", "周浩然", "吴佳琪", "", "孙志强"];

/// Asks the server to fill itself with demo data when nobody has an account there, and waits for it.
///
/// # Errors
/// A text: the server does not answer, or could not.
pub async fn fill_when_empty(stage: &Stage) -> Result<(), String> {
    let ask = async |method: Method, path: &str| -> Result<serde_json::Value, String> {
        let answer = stage.door.ask(method, &format!("/api/v1{path}"), None, None).await?;
        if answer.body.is_object() {
            Ok(answer.body)
        } else {
            Err(format!("no Zhike answers there: {}", answer.status))
        }
    };
    if ask(Method::GET, "/setup").await?["needed"] != true {
        return Ok(());
    }
    (stage.tell)("the installation is empty: demo data first");
    let mut filling = ask(Method::PUT, "/setup/demo").await?;
    while filling["state"] == "running" {
        tokio::time::sleep(Duration::from_millis(300)).await;
        filling = ask(Method::GET, "/setup/demo").await?;
    }
    if filling["state"] == "done" {
        Ok(())
    } else {
        Err("the demo data did not come about".into())
    }
}
