//! A directory of an organisation: OpenLDAP, started for a test, with people, groups and an account of ours.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// An OpenLDAP server that lives as long as its test. It takes an empty password for somebody without a name and
/// says yes, as the protocol has it.
pub struct Slapd {
    folder: tempfile::TempDir,
    program: PathBuf,
    /// Where it listens in clear, and for StartTLS.
    pub port: u16,
    /// Where it listens for TLS.
    pub secure_port: u16,
    running: Option<Child>,
}

/// What its tree is called.
const SUFFIX: &str = "dc=qinghe,dc=example";
const TREE: &str = "dn: dc=qinghe,dc=example
objectClass: domain
dc: qinghe

dn: ou=people,dc=qinghe,dc=example
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=qinghe,dc=example
objectClass: organizationalUnit
ou: groups

dn: cn=zhike,dc=qinghe,dc=example
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: zhike
userPassword: geheim
";

impl Slapd {
    /// Starts one with these people and groups (LDIF); nothing where OpenLDAP is not installed.
    ///
    /// # Panics
    /// When it is not and `CI=true`, or when it does not start.
    pub fn start(entries: &str) -> Option<Self> {
        let places = ["/usr/sbin/slapd", "/usr/libexec/slapd", "/usr/local/libexec/slapd"].map(PathBuf::from);
        let Some(program) = places.into_iter().find(|place| place.exists()) else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "slapd is not installed (scripts/install-deps.sh)");
            eprintln!("skipped: slapd is not installed (scripts/install-deps.sh)");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        let (port, secure_port) = (free_port(), free_port());
        let mut made = Self { folder, program, port, secure_port, running: None };
        made.prepare();
        made.fill(entries);
        made.resume();
        Some(made)
    }

    /// The certificate it shows, as PEM.
    ///
    /// # Panics
    /// When the file is gone.
    pub fn pem(&self) -> String {
        fs::read_to_string(self.path("certificate.pem")).expect("a certificate")
    }

    /// Ends it: nobody answers there any more.
    ///
    /// # Panics
    /// When it cannot be ended.
    pub fn stop(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.kill().expect("it ends");
            running.wait().expect("it ended");
        }
    }

    /// Begins it again after [`Self::stop`].
    ///
    /// # Panics
    /// When it does not start.
    pub fn resume(&mut self) {
        let (clear, secure) =
            (format!("ldap://127.0.0.1:{}", self.port), format!("ldaps://127.0.0.1:{}", self.secure_port));
        let log = fs::File::create(self.path("log")).expect("a log");
        let mut running = Command::new(&self.program)
            .args(["-d", "0", "-h", &format!("{clear} {secure}"), "-f"])
            .arg(self.path("slapd.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("slapd starts");
        for _ in 0..500 {
            let there = [self.port, self.secure_port]
                .iter()
                .all(|port| TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).is_ok());
            if there {
                self.running = Some(running);
                return;
            }
            assert!(running.try_wait().is_ok_and(|ended| ended.is_none()), "{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("slapd does not listen: {}", self.log());
    }

    /// Puts these people and groups in the place of those before.
    ///
    /// # Panics
    /// When they are not LDIF.
    pub fn replace(&mut self, entries: &str) {
        self.stop();
        self.fill(entries);
        self.resume();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    fn prepare(&self) {
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "7", "-subj", "/CN=localhost"])
            .args([
                "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "-addext",
                "basicConstraints=critical,CA:FALSE",
            ])
            .arg("-keyout")
            .arg(self.path("key.pem"))
            .arg("-out")
            .arg(self.path("certificate.pem"))
            .output()
            .expect("openssl");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let schema = ["/etc/ldap/schema", "/etc/openldap/schema"].into_iter().find(|place| Path::new(place).exists());
        let schema = schema.expect("OpenLDAP's schema");
        let folder = self.folder.path().display();
        let modules = Path::new("/usr/lib/ldap").exists().then_some("modulepath /usr/lib/ldap\nmoduleload back_mdb\n");
        let modules = modules.unwrap_or_default();
        let conf = format!(
            r#"include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9 NAME 'securityPrincipal' SUP top AUXILIARY MAY ( objectGUID $ userAccountControl ) )
{modules}allow bind_anon_cred
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
suffix "{SUFFIX}"
directory {folder}/tree
access to attrs=userPassword by anonymous auth by * none
access to * by users read by anonymous auth
"#
        );
        fs::write(self.path("slapd.conf"), conf).expect("its settings");
    }

    fn fill(&self, entries: &str) {
        let tree = self.path("tree");
        let _ = fs::remove_dir_all(&tree);
        fs::create_dir(&tree).expect("a folder");
        fs::write(self.path("tree.ldif"), format!("{TREE}\n{entries}")).expect("its people");
        let filled = Command::new(&self.program)
            .args(["-T", "add", "-q", "-f"])
            .arg(self.path("slapd.conf"))
            .arg("-l")
            .arg(self.path("tree.ldif"))
            .output()
            .expect("slapadd");
        assert!(filled.status.success(), "{}", String::from_utf8_lossy(&filled.stderr));
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        self.stop();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}
