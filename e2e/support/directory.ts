import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PROGRAM = '/usr/sbin/slapd'
const TREE = `dn: dc=qinghe,dc=example
objectClass: domain
dc: qinghe

dn: cn=zhike,dc=qinghe,dc=example
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: zhike
userPassword: geheim

dn: uid=su.he,dc=qinghe,dc=example
objectClass: inetOrgPerson
uid: su.he
cn:: ${Buffer.from('苏禾').toString('base64')}
sn: Su
mail: su.he@qinghe.example
userPassword: directory-password

dn: cn=leads,dc=qinghe,dc=example
objectClass: groupOfNames
cn: leads
member: uid=su.he,dc=qinghe,dc=example
`

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = (server.address() as { port: number }).port
  await new Promise((resolve) => server.close(resolve))
  return port
}

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.end())
  })

/** A directory for tests: OpenLDAP, with 苏禾 (`su.he`, `directory-password`) who is in the group of leads. */
export class Directory {
  private constructor(
    readonly port: number,
    readonly certificate: string,
    readonly folder: string,
    readonly process: ChildProcess,
  ) {}

  /** Whether OpenLDAP is installed; where tests must not be skipped, it is. */
  static installed(): boolean {
    return existsSync(PROGRAM) || process.env.CI === 'true'
  }

  static async start(): Promise<Directory> {
    const folder = mkdtempSync(join(tmpdir(), 'zhike-directory-'))
    mkdirSync(join(folder, 'tree'))
    const [certificate, key, conf] = ['certificate.pem', 'key.pem', 'slapd.conf'].map((name) => join(folder, name)) as [string, string, string]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '7', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE', '-keyout', key, '-out', certificate], { stdio: 'ignore' })
    const schema = ['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`)
    const lines = [...schema, 'modulepath /usr/lib/ldap', 'moduleload back_mdb', `TLSCertificateFile ${certificate}`, `TLSCertificateKeyFile ${key}`, 'database mdb', 'suffix "dc=qinghe,dc=example"', `directory ${join(folder, 'tree')}`, 'access to attrs=userPassword by anonymous auth by * none', 'access to * by users read by anonymous auth']
    writeFileSync(conf, `${lines.join('\n')}\n`)
    writeFileSync(join(folder, 'tree.ldif'), TREE)
    execFileSync(PROGRAM, ['-T', 'add', '-q', '-f', conf, '-l', join(folder, 'tree.ldif')])
    const port = await freePort()
    const running = spawn(PROGRAM, ['-d', '0', '-h', `ldaps://127.0.0.1:${port}`, '-f', conf], { stdio: 'ignore' })
    for (let tries = 0; !(await listens(port)); tries++) {
      if (tries > 200) throw new Error('slapd does not listen')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return new Directory(port, readFileSync(certificate, 'utf8'), folder, running)
  }

  stop(): void {
    this.process.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}
