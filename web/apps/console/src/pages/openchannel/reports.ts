import { t, te } from '@zhike/i18n'

/** How a call went, in words. */
export function reportWords(code: string, detail: string): string {
  const status = /^http_(\d+)$/.exec(code)?.[1]
  if (status) return t('delivery.why.http', { detail: status })
  if (code === 'http') return t('delivery.why.http', { detail })
  const key = [`openchannel.code.${code}`, `delivery.why.${code}`].find((key) => te(key))
  return [key ? t(key) : code, detail].filter(Boolean).join(' · ')
}
