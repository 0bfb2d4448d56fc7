import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/** Serious faults only: lesser ones are looked at by people. */
const GRAVE = ['serious', 'critical']

/** What is gravely wrong for people who see, hear or move otherwise, in a page seen in this theme. */
export async function faults(page: Page, theme: 'light' | 'dark'): Promise<string[]> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] })
  // The themes differ in their colours alone.
  if (theme === 'dark') axe.withRules(['color-contrast', 'link-in-text-block'])
  const { violations } = await axe.analyze()
  return violations
    .filter((fault) => GRAVE.includes(fault.impact ?? ''))
    .map((fault) => `${theme}: ${fault.id}: ${fault.help}\n    ${fault.nodes.map((node) => node.html.slice(0, 160)).join('\n    ')}`)
}
