import { readFileSync, readdirSync, existsSync } from 'node:fs'
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

/** Every page of every module's `routes.ts`: a page that is added is walked without being listed here. */
export function registeredRoutes(): Route[] {
  return readdirSync(pages)
    .filter((module) => existsSync(join(pages, module, 'routes.ts')))
    .flatMap((module) => {
      const source = readFileSync(join(pages, module, 'routes.ts'), 'utf8')
      const found = [...source.matchAll(/\bpath:\s*'([^']+)'[\s\S]*?\bname:\s*'([^']+)'/g)]
      return found.map(([, path, name]) => ({ module, name: name ?? '', path: path ?? '' }))
    })
}

/** The address of a page, its parameters filled; throws when a parameter has no sample. */
export function address(route: Route, samples: Record<string, string>): string {
  const path = route.path.startsWith('/') ? route.path : `/${route.path}`
  return path.replace(/:(\w+)(\([^)]*\))?\??/g, (_, parameter: string) => {
    const sample = samples[route.name] ?? samples[`${route.module}.${parameter}`] ?? samples[route.module]
    if (!sample) throw new Error(`the page ${route.name} takes :${parameter}: give it a sample in support/samples.ts`)
    return sample
  })
}
