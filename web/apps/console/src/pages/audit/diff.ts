import { EMPTY, formatDateTime } from '@zhike/i18n'

/** One field that changed; undefined where it did not exist. */
export interface Change {
  field: string
  before: string | undefined
  after: string | undefined
}

/** What an entry says changed: each top-level field of either side, in words. Unreadable JSON shows as it is. */
export function changes(before: string | null, after: string | null): Change[] {
  const [old, now] = [read(before), read(after)]
  const fields = [...new Set([...Object.keys(old), ...Object.keys(now)])]
  return fields
    .map((field) => ({ field, before: words(field, old[field]), after: words(field, now[field]) }))
    .filter((change) => change.before !== change.after)
}

function read(json: string | null): Record<string, unknown> {
  if (json === null) return {}
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : { value }
  } catch {
    return { value: json }
  }
}

function words(field: string, value: unknown): string | undefined {
  if (value === undefined) return undefined
  if (value === null || value === '') return EMPTY
  if (typeof value === 'number' && field.endsWith('_at')) return formatDateTime(value)
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1)
}
