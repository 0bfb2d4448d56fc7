//! People who use a running product: customers by the widget's own protocol, and agents by the API.
//! For trials, for load, and for tests that must account for every word.

mod agent;
mod customer;
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
pub use customer::{Customer, Manner, Outcome, customer};
use kernel::Rng;

/// One thing said: whether by the customer, and what.
pub type Said = (bool, String);

/// What everybody in a play shares.
pub struct Stage {
    /// Where the product answers: `http://127.0.0.1:8080`.
    pub url: String,
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
    /// A stage before anybody enters it. `url` is that of plain HTTP.
    ///
    /// # Errors
    /// A text, when the URL is another.
    pub fn new(url: &str, rng: Rng, speed: u32, tell: Box<dyn Fn(&str) + Send + Sync>) -> Result<Self, String> {
        let url = url.trim_end_matches('/');
        if !url.starts_with("http://") {
            return Err(format!("{url}: only http:// can be played against; go round the proxy"));
        }
        Ok(Self { url: url.to_owned(), rng, speed, tell, answers: Mutex::default(), figures: Default::default() })
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

    fn socket(&self, path: &str) -> String {
        format!("{}{path}", self.url.replacen("http", "ws", 1))
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

/// Names that customers give; the empty one gives none.
pub const NAMES: [&str; 12] =
    ["王女士", "李建国", "张敏", "刘先生", "陈思远", "杨雨桐", "", "赵女士", "周浩然", "吴佳琪", "", "孙志强"];

/// Asks the server to fill itself with demo data when nobody has an account there, and waits for it.
///
/// # Errors
/// A text: the server does not answer, or could not.
pub async fn fill_when_empty(stage: &Stage) -> Result<(), String> {
    let http = reqwest::Client::new();
    let at = |path: &str| format!("{}/api/v1{path}", stage.url);
    let ask = async |request: reqwest::RequestBuilder| -> Result<serde_json::Value, String> {
        let answer = request.send().await.map_err(|error| format!("{}: {error}", stage.url))?;
        answer.json().await.map_err(|error| format!("{}: {error}", stage.url))
    };
    if ask(http.get(at("/setup"))).await?["needed"] != true {
        return Ok(());
    }
    (stage.tell)("the installation is empty: demo data first");
    let mut filling = ask(http.put(at("/setup/demo")).header("x-zhike", "1")).await?;
    while filling["state"] == "running" {
        tokio::time::sleep(Duration::from_millis(300)).await;
        filling = ask(http.get(at("/setup/demo"))).await?;
    }
    if filling["state"] == "done" {
        Ok(())
    } else {
        Err("the demo data did not come about".into())
    }
}
