import { existsSync } from 'node:fs'

const CANDIDATES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser']

/** The system's Chromium: the tests fetch no browser of their own. `CHROMIUM` names another. */
export const chromium = {
  executablePath: CANDIDATES.find((path) => path && existsSync(path)) ?? 'chromium',
  // No sandbox within containers; nothing that calls home.
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
}
