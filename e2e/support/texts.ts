import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export type Locale = 'zh-CN' | 'zh-TW' | 'en'

const catalogues = fileURLToPath(new URL('../../web/packages/i18n/catalogues', import.meta.url))

/**
 * The console's text for a key, read from the catalogues the console is built from: the tests ask
 * for what a person reads and do not break when a word is improved.
 */
export function text(key: string, values: Record<string, string | number> = {}, locale: Locale = 'zh-CN'): string {
  const [module, ...path] = key.split('.')
  const catalogue: unknown = JSON.parse(readFileSync(`${catalogues}/${module}/${locale}.json`, 'utf8'))
  const found = path.reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], catalogue)
  if (typeof found !== 'string') throw new Error(`no text ${key} in ${locale}`)
  return found.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place))
}
