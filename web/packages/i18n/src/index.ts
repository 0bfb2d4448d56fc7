export { asLocale, currentLocale, i18n, localeNames, locales, nearest, preferredLocale, setLocale, t, te } from './locale'
export type { Locale } from './locale'
export * from './format'
