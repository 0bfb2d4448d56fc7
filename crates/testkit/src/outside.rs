//! What stands outside the product: the mail server of the test command, and talks of real people.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// The IMAP and SMTP server that `scripts/services.sh` starts. Every address at `zhike.test` has a mailbox
/// there, of the password `geheim`.
#[derive(Clone)]
pub struct MailServer {
    ports: Vec<(String, u16)>,
    certificate: PathBuf,
}

impl MailServer {
    /// The one of this run; nothing where there is none.
    ///
    /// # Panics
    /// See [`crate::service`].
    pub fn found() -> Option<Self> {
        let text = crate::service("ZHIKE_TEST_MAIL")?;
        let pairs: Vec<_> = text.split(',').filter_map(|pair| pair.split_once('=')).collect();
        let certificate = pairs.iter().find(|(name, _)| *name == "ca").map(|(_, path)| PathBuf::from(path))?;
        let ports = pairs.iter().filter_map(|(name, port)| Some(((*name).to_owned(), port.parse().ok()?))).collect();
        Some(Self { ports, certificate })
    }

    /// Where it listens for `imap`, `imaps`, `smtp` or `smtps`.
    ///
    /// # Panics
    /// When it was started without.
    pub fn port(&self, name: &str) -> u16 {
        self.ports.iter().find(|(found, _)| found == name).expect("a port").1
    }

    /// The certificate it shows, as PEM.
    ///
    /// # Panics
    /// When the file is gone.
    pub fn pem(&self) -> String {
        std::fs::read_to_string(&self.certificate).expect("a certificate")
    }

    /// The key to that certificate, as PEM, for servers that tests bring along.
    ///
    /// # Panics
    /// When the file is gone.
    pub fn key(&self) -> String {
        std::fs::read_to_string(self.certificate.with_file_name("key.pem")).expect("a key")
    }

    /// The folder of what is new in somebody's mailbox: one file a mail.
    ///
    /// # Panics
    /// When the certificate lies in no folder.
    pub fn new_mail(&self, address: &str) -> PathBuf {
        self.certificate.parent().expect("a folder").join("boxes").join(address).join("new")
    }
}

/// One thing said: whether by the customer, and what.
type Said = (bool, String);

/// A folder for the uploads of the test that asks: the same at every call, so that what is started again finds them, and
/// no other test's, for whose database they would be nobody's and be swept away.
pub fn folder() -> PathBuf {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("main").replace("::", "-");
    std::env::temp_dir().join(format!("zhike-tests-{}", std::process::id())).join(test)
}

/// Data that is not in the repository: a folder in `ZHIKE_SHARED` or in the `shared` beside the repository; nothing, and
/// why not on the error stream, where it is not there.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let path = std::env::var_os("ZHIKE_SHARED").map_or(beside, PathBuf::from).join(folder);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: there is no ../shared/{folder} beside the repository");
    None
}

/// Dialogues of real people (CrossWOZ); nothing where they are not, see [`shared`].
///
/// # Panics
/// When what is there is something else.
pub fn dialogues() -> Option<Vec<Vec<Said>>> {
    let folder = shared("data/crosswoz/data/crosswoz")?;
    let mut all = Vec::new();
    for name in ["test", "val"] {
        let unzipped = Command::new("unzip").arg("-p").arg(folder.join(format!("{name}.json.zip"))).output();
        let Ok(output) = unzipped.as_ref().map(|output| &output.stdout) else {
            eprintln!("skipped: unzip is not installed");
            return None;
        };
        let read: serde_json::Map<String, Value> = serde_json::from_slice(output).expect("dialogues");
        all.extend(read.values().map(|dialogue| {
            let said = dialogue["messages"].as_array().expect("messages").iter();
            let line = |one: &Value| (one["role"] == "usr", one["content"].as_str().unwrap_or_default().to_owned());
            said.map(line).filter(|(_, text)| !text.trim().is_empty()).collect::<Vec<_>>()
        }));
    }
    Some(all)
}
