import type { AuditEntry } from '@zhike/api'
import { t, te } from '@zhike/i18n'

/** What was done, in words; an action without words keeps its code. */
export function actionWords(entry: AuditEntry): string {
  const key = `audit.actions.${entry.action}`
  return te(key) ? t(key) : entry.action
}

/** What kind of thing it was done to. */
export function subjectKind(entry: AuditEntry): string {
  const key = `audit.subjects.${entry.subject_kind}`
  return te(key) ? t(key) : entry.subject_kind
}

/** Which one: its name where the entry or the caller knows it, else the end of its id, enough to tell two apart. */
export function subjectName(entry: AuditEntry, nameOf: (userId: string) => string | undefined): string {
  if (entry.subject_kind === 'organisation' || entry.subject_kind === 'authority_limits') return ''
  const known = entry.subject_kind === 'user' ? nameOf(entry.subject_id) : undefined
  return known ?? nameIn(entry.after) ?? nameIn(entry.before) ?? entry.subject_id.slice(-6).toUpperCase()
}

/** Who did it. One signs in as nobody yet: then it is the account that was opened. */
export function actorName(entry: AuditEntry, nameOf: (userId: string) => string | undefined): string {
  if (entry.actor_name) return entry.actor_name
  const own = entry.action === 'access.signed_in' ? nameOf(entry.subject_id) : undefined
  const key = `audit.actor.${entry.actor_kind}`
  return own ?? (te(key) ? t(key) : entry.actor_kind)
}

function nameIn(json: string | null): string | undefined {
  if (json === null) return undefined
  try {
    const { name, title } = JSON.parse(json) as { name?: unknown; title?: unknown }
    return [name, title].find((word): word is string => typeof word === 'string' && word !== '')
  } catch {
    return undefined
  }
}
