import { api } from '@zhike/api'
import { t, te } from '@zhike/i18n'

/** What stands in the way of a provider, in words; what it said itself behind them. */
export function troubleWords(code: string, detail: string): string {
  const key = `access.trouble.${code}`
  return [te(key) ? t(key) : code, detail].filter(Boolean).join(' · ')
}

/** Why somebody who came back was not let in, in words for them. */
export function arrivalWords(code: string): string {
  const key = `access.arrival.${code}`
  return te(key) && code !== 'other' ? t(key) : t('access.arrival.other', { code: code.slice(0, 40) })
}

/** Leaves for a provider's page: to sign in, or to link one's own account. */
export async function leaveFor(path: '/session/journeys' | '/identities', provider: string, next?: string): Promise<void> {
  const { url } = await api.post<{ url: string }>(path, { body: { provider_id: provider, ...(next ? { next } : {}) } })
  location.assign(url)
}
