import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const pages = fileURLToPath(new URL('../../web/apps/console/src/pages', import.meta.url))

/** A page as it stands in the console's route registry. */
export interface Route {
  module: string
  name: string
  /** As registered, parameters included: `/customers/:id`. */
  path: string
}

/** The shell's own pages, which no module registers. */
export const SHELL: Route[] = [
  { module: 'shell', name: 'sign-in', path: '/sign-in' },
  { module: 'shell', name: 'settings', path: '/settings' },
  { module: 'shell', name: 'forbidden', path: '/forbidden' },
  { module: 'shell', name: 'not-found', path: '/there-is-no-such-page' },
]

/** Every page of every module's `routes.ts`: a page that is added is walked without being listed here. */
export function registeredRoutes(): Route[] {
  return readdirSync(pages)
    .filter((module) => existsSync(join(pages, module, 'routes.ts')))
    .flatMap((module) => {
      const source = readFileSync(join(pages, module, 'routes.ts'), 'utf8')
      const found = [...source.matchAll(/\bpath:\s*'([^']+)',\s*name:\s*'([^']+)'/g)]
      if (found.length !== source.split('component:').length - 1) throw new Error(`pages/${module}/routes.ts: write path and name first, as literals`)
      return found.map(([, path = '', name = '']) => ({ module, name, path: path.startsWith('/') ? path : `/settings/${path}` }))
    })
}

/**
 * The addresses to look at: the page with its parameters filled from the samples, and without those
 * it can do without; then with what it opens beside its list, and with its empty form. Throws when a parameter has no sample, so that a new page brings one.
 */
export function addresses(route: Route, samples: Record<string, string>): string[] {
  const bare = route.path.replace(/\/:\w+\?/g, '')
  const filled = route.path.replace(/:(\w+)\??/g, (_, parameter: string) => {
    const sample = samples[`${route.module}.${parameter}`]
    if (!sample) throw new Error(`the page ${route.name} takes :${parameter}: give support/samples.ts a "${route.module}.${parameter}"`)
    return sample
  })
  const open = samples[`${route.name}.open`]
  const opened = open ? [`${filled}?open=${open}`, `${filled}?open=new`] : []
  return bare.includes(':') || bare === filled ? [filled, ...opened] : [bare, filled, ...opened]
}
