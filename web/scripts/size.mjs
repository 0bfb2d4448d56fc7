// Fails when a build outgrows its bar. Sizes are gzipped, as the wire carries them.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const KB = 1024
const gz = (path) => gzipSync(readFileSync(path), { level: 9 }).length
const dist = (app) => new URL(`../apps/${app}/dist`, import.meta.url).pathname

/** The scripts a page's HTML asks for at once, with their static imports. */
function initial(app, base, page = 'index.html') {
  const html = readFileSync(join(dist(app), page), 'utf8')
  const wanted = [...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map((match) => match[1].replace(base, ''))
  const seen = new Set()
  for (let path; (path = wanted.pop()); ) {
    const file = join(dist(app), path)
    if (seen.has(file) || !existsSync(file)) continue
    seen.add(file)
    const text = readFileSync(file, 'utf8')
    for (const [, next] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) wanted.push(join('assets', next))
  }
  return [...seen]
}

/** The style sheets a page's HTML names. */
const styles = (app, base, page) => [...readFileSync(join(dist(app), page), 'utf8').matchAll(/href="([^"]+\.css)"/g)].map((match) => join(dist(app), match[1].replace(base, '')))

const total = (paths) => paths.reduce((sum, path) => sum + gz(path), 0)
const first = initial('console', '/')
const routes = readdirSync(join(dist('console'), 'assets'))
  .filter((name) => name.endsWith('.js'))
  .map((name) => join(dist('console'), 'assets', name))
  .filter((path) => !first.includes(path))
const widest = routes.sort((a, b) => gz(b) - gz(a))[0]

const bars = [
  ['console, initial JS', total(first), 180 * KB],
  [`console, largest lazy chunk (${widest?.split('/').at(-1)})`, widest ? gz(widest) : 0, 80 * KB],
  ['widget, loader', gz(join(dist('widget'), 'widget.js')), 5 * KB],
  ['widget, first open, JS and CSS', total([...initial('widget', '/widget/', 'frame.html'), ...styles('widget', '/widget/', 'frame.html')]), 40 * KB],
]
let failed = false
for (const [name, size, bar] of bars) {
  const over = size > bar
  failed ||= over
  console.log(`${over ? '✗' : '✓'} ${name}: ${(size / KB).toFixed(1)} of ${bar / KB} KB`)
}
process.exit(failed ? 1 : 0)
