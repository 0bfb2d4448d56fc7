import { nextTick } from 'vue'
import { createI18n } from 'vue-i18n'

/** The languages the product speaks, in the order they are offered. */
export const locales = ['zh-CN', 'zh-TW', 'en'] as const
export type Locale = (typeof locales)[number]

/** Each language by its own name: a reader who cannot read the present one must find theirs. */
export const localeNames: Record<Locale, string> = { 'zh-CN': '简体中文', 'zh-TW': '繁體中文', en: 'English' }

const loaders: Record<Locale, () => Promise<{ default: Record<string, unknown> }>> = {
  'zh-CN': () => import('./messages/zh-CN'),
  'zh-TW': () => import('./messages/zh-TW'),
  en: () => import('./messages/en'),
}

const STORAGE_KEY = 'zhike.locale'

export const i18n = createI18n({
  legacy: false,
  globalInjection: true,
  locale: 'zh-CN' as string,
  fallbackLocale: 'zh-CN',
  messages: {},
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
})

/** Translates outside a component. Reactive where it is read inside a computed or a render. */
export const t = i18n.global.t
/** Whether a key exists: error codes of the server are looked up before they are shown. */
export const te = i18n.global.te

/** The language in use. */
export function currentLocale(): Locale {
  return i18n.global.locale.value as Locale
}

/** Loads a language, switches to it, remembers it on this device and tells the document. */
export async function setLocale(locale: Locale): Promise<void> {
  if (!i18n.global.availableLocales.includes(locale)) {
    const { default: messages } = await loaders[locale]()
    i18n.global.setLocaleMessage(locale, messages as never)
  }
  i18n.global.locale.value = locale
  document.documentElement.lang = locale
  remember(locale)
  await nextTick()
}

/** The language to start with: the remembered one, else the nearest the browser asks for. */
export function preferredLocale(): Locale {
  return asLocale(recall()) ?? nearest(navigator.languages) ?? 'zh-CN'
}

/** Narrows a text to a language of ours. */
export function asLocale(text: string | null | undefined): Locale | undefined {
  return locales.find((locale) => locale === text)
}

/** Traditional script for Taiwan, Hong Kong and Macao, Simplified for other Chinese, else English. */
export function nearest(wanted: readonly string[]): Locale | undefined {
  for (const tag of wanted) {
    const low = tag.toLowerCase()
    if (/^zh.*-(tw|hk|mo|hant)/.test(low)) return 'zh-TW'
    if (low.startsWith('zh')) return 'zh-CN'
    if (low.startsWith('en')) return 'en'
  }
  return wanted.length > 0 ? 'en' : undefined
}

// Storage throws when the browser forbids it; the language then lasts as long as the page.
function remember(locale: Locale): void {
  try {
    localStorage.setItem(STORAGE_KEY, locale)
  } catch {
    // nothing to do: see above
  }
}

function recall(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY)
  } catch {
    return null
  }
}
