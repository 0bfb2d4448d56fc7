import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { gather } from './gather'
import { locales } from './locale'

const WEB = join(__dirname, '../../..')

/** Keys the code reaches by a computed name; each family names where its members come from. */
const COMPUTED_OUTSIDE = [
  'errors.', // problem codes of the server
  'permissions.', // the server's permission catalogue
  // What segments can be drawn by: the server names the text.
  'loyalty.attributes.',
  'profiles.attributes.',
  'segments.attributes.',
  'worth.attributes.',
]

const files = import.meta.glob<Record<string, unknown>>('../catalogues/*/*.json', { eager: true, import: 'default' })

function flatten(node: unknown, path: string, into: Map<string, string>): Map<string, string> {
  if (typeof node === 'string') into.set(path, node)
  else for (const [key, value] of Object.entries(node as object)) flatten(value, path ? `${path}.${key}` : key, into)
  return into
}

const catalogues = Object.fromEntries(
  locales.map((locale) => {
    const own = Object.fromEntries(Object.entries(files).filter(([path]) => path.endsWith(`/${locale}.json`)))
    return [locale, flatten(gather(own), '', new Map())]
  }),
)

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !['node_modules', 'dist', 'catalogues'].includes(entry.name)) yield* sources(path)
    else if (/\.(vue|ts)$/.test(entry.name) && !/\.(test|d)\.ts$/.test(entry.name)) yield readFileSync(path, 'utf8')
  }
}

const code = [...sources(join(WEB, 'apps/console/src')), ...sources(join(WEB, 'packages'))].join('\n')
const known = new Set(catalogues['zh-CN']?.keys())

describe.each(locales.filter((locale) => locale !== 'zh-CN'))('%s', (locale) => {
  it('has exactly the keys of zh-CN', () => {
    expect([...(catalogues[locale]?.keys() ?? [])].sort()).toEqual([...known].sort())
  })

  it('fills the same places', () => {
    const places = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join()
    for (const [key, text] of catalogues['zh-CN'] ?? []) {
      expect(places(catalogues[locale]?.get(key) ?? ''), key).toBe(places(text))
    }
  })
})

it('has no empty text', () => {
  for (const locale of locales) for (const [key, text] of catalogues[locale] ?? []) expect(text.trim(), key).not.toBe('')
})

it('knows every key the code asks for', () => {
  const asked = [...code.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map((match) => match[1] as string)
  expect(asked.filter((key) => !known.has(key))).toEqual([])
})

it('holds no key the code never asks for', () => {
  const literal = new Set([...code.matchAll(/['"`]([\w-]+(?:\.[\w-]+)+)['"`]/g)].map((match) => match[1]))
  const prefixes = [...code.matchAll(/[`']([\w-]+(?:\.[\w-]+)*\.)(?:\$\{|')/g)].map((match) => match[1] as string)
  const reached = [...prefixes, ...COMPUTED_OUTSIDE]
  expect([...known].filter((key) => !literal.has(key) && !reached.some((prefix) => key.startsWith(prefix)))).toEqual([])
})
