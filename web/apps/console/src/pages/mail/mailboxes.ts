import type { GrantProvider, Mailbox } from '@zhike/api'
import { t } from '@zhike/i18n'
import type { StateTone } from '@zhike/ui'

/** How a mailbox stands, in a shape and a word. */
export function stateOf(mailbox: Mailbox): { tone: StateTone; word: string } {
  if (mailbox.state === 'paused') return { tone: 'idle', word: t('mail.states.paused') }
  if (mailbox.fetch.trouble) return { tone: 'bad', word: t(`mail.trouble.${mailbox.fetch.trouble}`) }
  return mailbox.fetch.succeeded_at ? { tone: 'good', word: t('mail.states.active') } : { tone: 'warning', word: t('mail.never') }
}

/** Where the known providers are, as they publish it. */
export const PROVIDERS: Record<Exclude<GrantProvider, 'other'>, { authorize_url: string; token_url: string; scopes: string; imap_host: string; smtp_host: string; smtp_port: number; smtp_security: 'tls' | 'starttls' }> = {
  microsoft: {
    authorize_url: 'https://login.microsoftonline.com/organizations/oauth2/v2.0/authorize',
    token_url: 'https://login.microsoftonline.com/organizations/oauth2/v2.0/token',
    scopes: 'offline_access https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send',
    imap_host: 'outlook.office365.com',
    smtp_host: 'smtp.office365.com',
    smtp_port: 587,
    smtp_security: 'starttls',
  },
  google: {
    authorize_url: 'https://accounts.google.com/o/oauth2/v2/auth',
    token_url: 'https://oauth2.googleapis.com/token',
    scopes: 'https://mail.google.com/',
    imap_host: 'imap.gmail.com',
    smtp_host: 'smtp.gmail.com',
    smtp_port: 465,
    smtp_security: 'tls',
  },
}
