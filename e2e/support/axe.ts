import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import type { AxeResults, ElementContext, RunOptions } from 'axe-core'

/** Put into each page once: building it anew for each theme takes longer than looking. */
const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Serious faults only: lesser ones are looked at by people. */
const GRAVE = ['serious', 'critical']
/** The themes differ in their colours alone. */
const COLOURS: RunOptions = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } }

/** What is gravely wrong for people who see, hear or move otherwise, in a page seen in this theme. What it frames is not looked into. */
export async function faults(page: Page, theme: 'light' | 'dark'): Promise<string[]> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(SOURCE)
  const { violations } = await page.evaluate(
    (options) => (window as unknown as { axe: { run(context: ElementContext, options: RunOptions): Promise<AxeResults> } }).axe.run(document, options),
    { resultTypes: ['violations'], elementRef: false, iframes: false, ...(theme === 'dark' ? COLOURS : {}) } satisfies RunOptions,
  )
  return violations
    .filter((fault) => GRAVE.includes(fault.impact ?? ''))
    .map((fault) => `${theme}: ${fault.id}: ${fault.help}\n    ${fault.nodes.map((node) => node.html.slice(0, 160)).join('\n    ')}`)
}
