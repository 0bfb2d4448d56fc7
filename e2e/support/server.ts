import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A running installation of its own, with an empty embedded database. */
export interface Server {
  url: string
  data: string
  /** Ends the process and deletes its data. */
  stop(): Promise<void>
  /** Ends the process as a power cut would; its data stay. */
  kill(): Promise<void>
  /** Starts the process again on the same address and data. */
  restart(): Promise<void>
}

/** The binary under test: `ZHIKE_BIN`, else the release build, else the development build. */
export function binary(): string {
  const candidates = [process.env.ZHIKE_BIN, join(root, 'target/release/zhike'), join(root, 'target/debug/zhike')]
  const found = candidates.find((path) => path && existsSync(path))
  if (!found) throw new Error('no zhike binary: run "cargo build -p zhike-server" first')
  return found
}

/** Starts the binary on a free port with an empty data directory and waits until it is ready. */
export async function startServer(name: string): Promise<Server> {
  const data = mkdtempSync(join(tmpdir(), 'zhike-e2e-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const results = join(root, 'e2e/results')
  mkdirSync(results, { recursive: true })
  const log = join(results, `${name}.log`)

  const launch = async (): Promise<ChildProcess> => {
    const child = spawn(binary(), ['serve', '--listen', `127.0.0.1:${port}`, '--data', data], {
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const sink = createWriteStream(log, { flags: 'a' })
    child.stdout.pipe(sink, { end: false })
    child.stderr.pipe(sink, { end: false })
    await ready(child, url, log)
    return child
  }

  let child = await launch()
  return {
    url,
    data,
    async stop() {
      await end(child, 'SIGTERM')
      rmSync(data, { recursive: true, force: true })
    },
    kill: () => end(child, 'SIGKILL'),
    async restart() {
      await end(child, 'SIGTERM')
      child = await launch()
    },
  }
}

/** The product refuses settings it does not know, and those of the test run are not its own. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('ZHIKE_')))
}

async function ready(child: ChildProcess, url: string, log: string): Promise<void> {
  const deadline = Date.now() + 20_000
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}: see ${log}`)
    try {
      if ((await fetch(`${url}/readyz`)).ok) return
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await end(child, 'SIGKILL')
  throw new Error(`the server was not ready within 20 s: see ${log}`)
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill(signal)
  const impatient = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await gone
  clearTimeout(impatient)
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => (typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}
