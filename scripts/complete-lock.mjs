// Completes a package-lock.json: node scripts/complete-lock.mjs web/package-lock.json
//
// npm leaves an optional package out of the lock when the registry it asks does not carry it, as
// mirrors do with the builds for other systems; `npm ci` then refuses the lock as incomplete. This
// enters what is missing with the version its parent asks for and the system its name tells.
import { readFileSync, writeFileSync } from 'node:fs'

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32']
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

const [file, check] = process.argv.slice(2)
const lock = JSON.parse(readFileSync(file, 'utf8'))
const added = []
for (const [path, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    if (`${path}/node_modules/${name}` in lock.packages || `node_modules/${name}` in lock.packages) continue
    const words = name.split(/[/-]/)
    const told = (known) => words.filter((word) => known.includes(word))
    const [os, cpu] = [told(SYSTEMS), told(PROCESSORS)]
    lock.packages[`node_modules/${name}`] = {
      version: version.replace(/^\D*/, ''),
      ...(cpu.length ? { cpu } : {}),
      ...(parent.dev ? { dev: true } : {}),
      ...(words.includes('musl') ? { libc: ['musl'] } : {}),
      optional: true,
      ...(os.length ? { os } : {}),
    }
    added.push(name)
  }
}
if (check === '--check') {
  if (added.length) console.error(`${file} lacks ${added.join(', ')}: run node scripts/complete-lock.mjs ${file}`)
  process.exit(added.length ? 1 : 0)
}
if (added.length) {
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
}
console.log(`${file}: ${added.length} added`)
