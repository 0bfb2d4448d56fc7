export type Locale = 'zh-CN' | 'zh-TW' | 'en'

/** The language we have for the one that is wanted. */
export function localeOf(wanted: string): Locale {
  if (/^zh.*-(tw|hk|mo|hant)/i.test(wanted)) return 'zh-TW'
  return /^zh/i.test(wanted) ? 'zh-CN' : 'en'
}
