import type { Component, Ref } from 'vue'
import type { RouteRecordRaw } from 'vue-router'
import type { Section } from './sections'

/** A place in the rail. */
export interface RailEntry {
  icon: Component
  /** Catalogue key. */
  label: string
  /** Position from the top; `foot` entries stand at the bottom. */
  order: number
  foot?: boolean
  /** The field of work it shares a place with; alone without one. */
  section?: Section
  /** A figure on the icon; read inside the frame, so it may start queries of its own. */
  badge?: () => Ref<number>
}

/** A place in the settings' side list. */
export interface SettingsEntry {
  section: 'organisation' | 'desk' | 'people' | 'system'
  label: string
  order: number
}

/** One page of a module. */
export interface PageEntry {
  path: string
  name: string
  /** Catalogue key of the page's title. */
  title: string
  component: () => Promise<unknown>
  /** Without this grant the page does not exist for the reader. */
  permission?: string
  rail?: RailEntry
  settings?: SettingsEntry
  /** The page of the rail it belongs to, when it has no place there itself. */
  under?: string
  /** Other words the palette finds it by: initials of its pinyin, English. */
  also?: string
}

/** A verb the palette offers; pages are offered by themselves. */
export interface PaletteEntry {
  id: string
  label: string
  also?: string
  icon?: Component
  permission?: string
  /** Where it leads, or what it does where one is. */
  to?: { name: string; query?: Record<string, string> }
  run?: () => void
}

/** What a module's `routes.ts` exports by default. */
export interface PageModule {
  module: string
  pages: PageEntry[]
  palette?: PaletteEntry[]
}

export function definePages(module: PageModule): PageModule {
  return module
}

const files = import.meta.glob<PageModule>('../pages/*/routes.ts', { eager: true, import: 'default' })

/** Every module's pages. A module joins the console by having a `routes.ts`. */
export const modules: readonly PageModule[] = Object.values(files)

export const pages: readonly PageEntry[] = modules.flatMap((module) => module.pages)

/** The routes that live inside the frame; those of the settings inside its side list. */
export function composeRoutes(settingsLayout: () => Promise<unknown>): RouteRecordRaw[] {
  const record = (page: PageEntry): RouteRecordRaw => ({
    path: page.path,
    name: page.name,
    component: page.component as never,
    meta: { title: page.title, permission: page.permission, rail: page.settings ? 'settings' : (page.under ?? page.name) },
  })
  return [
    ...pages.filter((page) => !page.settings).map(record),
    { path: '/settings', name: 'settings', component: settingsLayout as never, meta: { title: 'settings.title', rail: 'settings' }, children: pages.filter((page) => page.settings).map(record) },
  ]
}
