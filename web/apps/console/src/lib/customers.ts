import { t } from '@zhike/i18n'

/**
 * What to call a customer. Who left no name is a visitor with the end of their id, so that two of
 * them can be told apart; the server calls them so too, in its own language.
 */
export function customerName(id: string, name: string | null | undefined): string {
  const code = id.slice(-4).toUpperCase()
  return !name || name === `访客 ${code}` ? t('customers.visitor', { code }) : name
}
