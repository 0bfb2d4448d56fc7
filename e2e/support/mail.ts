import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { connect as secure } from 'node:tls'

/** The real mail server of the test command (Dovecot and Postfix), as the world uses it. */
export class MailServer {
  readonly #ports: Map<string, string>
  readonly #certificate: string

  constructor(named: string) {
    this.#ports = new Map(named.split(',').map((pair) => pair.split('=') as [string, string]))
    this.#certificate = this.#ports.get('ca') ?? ''
  }

  /** The one of this run; nothing where there is none. */
  static found(): MailServer | undefined {
    return process.env.ZHIKE_TEST_MAIL ? new MailServer(process.env.ZHIKE_TEST_MAIL) : undefined
  }

  /** What a mailbox of ours on it is set to. */
  wish(address: string): Record<string, unknown> {
    const port = (name: string) => Number(this.#ports.get(name))
    return {
      name: '售后邮箱', address, sender_name: '青禾客服', signature: '青禾商城 客服部',
      imap_host: 'localhost', imap_port: port('imaps'), imap_security: 'tls', imap_user: address, imap_password: 'geheim',
      smtp_host: 'localhost', smtp_port: port('smtp'), smtp_security: 'starttls', smtp_user: address,
      certificate: readFileSync(this.#certificate, 'utf8'),
    }
  }

  /** What lies in somebody's mailbox, oldest first. */
  inbox(address: string): string[] {
    const folder = join(dirname(this.#certificate), 'boxes', address, 'new')
    if (!existsSync(folder)) return []
    return readdirSync(folder).sort().map((name) => readFileSync(join(folder, name), 'utf8'))
  }

  /** Hands a mail to the server, as the world does. */
  async deliver(from: string, to: string, raw: string): Promise<void> {
    const plain = connect(Number(this.#ports.get('smtp')), '127.0.0.1')
    await said(plain, undefined)
    await said(plain, 'EHLO world.test')
    await said(plain, 'STARTTLS')
    const line = secure({ socket: plain, servername: 'localhost', ca: readFileSync(this.#certificate) })
    await new Promise((resolve, reject) => line.once('secureConnect', resolve).once('error', reject))
    for (const word of ['EHLO world.test', `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA', `${raw.replaceAll('\n', '\r\n')}\r\n.`, 'QUIT']) await said(line, word)
    line.destroy()
  }
}

/** Says a line and waits for the whole answer, which must be a yes. */
function said(line: Socket, word: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let heard = ''
    const hear = (data: Buffer) => {
      heard += data.toString()
      if (!/^\d{3} [^\n]*\n$/m.test(heard)) return
      line.off('data', hear)
      if (/^[23]/.test(heard)) resolve()
      else reject(new Error(`${word}: ${heard}`))
    }
    line.on('data', hear).once('error', reject)
    if (word !== undefined) line.write(`${word}\r\n`)
  })
}
