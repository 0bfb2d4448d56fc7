import { Activity, MessageSquareWarning, NotebookPen, Users } from '@lucide/vue'
import type { Component } from 'vue'
import { pages, type PageEntry } from './registry'
import { can } from './session'

/** Modules that are one field of work share a place in the rail; their pages stand side by side above the page. */
export type Section = 'floor' | 'complaints' | 'follow_up' | 'customers'

const SECTIONS: Record<Section, { icon: Component; order: number }> = {
  floor: { icon: Activity, order: 15 },
  complaints: { icon: MessageSquareWarning, order: 20 },
  follow_up: { icon: NotebookPen, order: 25 },
  customers: { icon: Users, order: 30 },
}

/** A place in the rail as it is drawn: one page, or several that share it. */
export interface Place {
  /** What it is told apart by. */
  id: string
  icon: Component
  /** Catalogue key. */
  label: string
  order: number
  foot: boolean
  pages: PageEntry[]
}

/** Where each section was left: it is entered there again. */
const left = new Map<string, string>()

/** The places one may enter, from the top. */
export function places(): Place[] {
  const found = new Map<string, Place>()
  for (const page of pages.filter((page) => page.rail && can(page.permission)).sort((a, b) => (a.rail?.order ?? 0) - (b.rail?.order ?? 0))) {
    const entry = page.rail!
    const shared = entry.section ? found.get(entry.section) : undefined
    if (shared) shared.pages.push(page)
    else if (entry.section) found.set(entry.section, { id: entry.section, label: `shell.sections.${entry.section}`, foot: false, ...SECTIONS[entry.section], pages: [page] })
    else found.set(page.name, { id: page.name, icon: entry.icon, label: entry.label, order: entry.order, foot: entry.foot ?? false, pages: [page] })
  }
  // One page alone goes by its own name.
  return [...found.values()].map((place) => (place.pages.length === 1 ? { ...place, icon: place.pages[0]!.rail!.icon, label: place.pages[0]!.rail!.label } : place)).sort((a, b) => a.order - b.order)
}

/** The place a page of the rail stands in. */
export const placeOf = (name: unknown): Place | undefined => places().find(({ pages }) => pages.some((page) => page.name === name))

/** Where entering a place leads. */
export const entrance = (place: Place): string => left.get(place.id) ?? place.pages[0]!.name

/** Notes the page of its section one is on. */
export function visited(place: Place, page: string): void {
  left.set(place.id, page)
}
