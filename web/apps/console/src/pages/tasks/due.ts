/** The value of a `datetime-local` field for a moment, in this browser's zone. */
export function toLocalField(at: number | null | undefined): string {
  if (at == null) return ''
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000)
  return date.toISOString().slice(0, 16)
}

/** The moment a `datetime-local` field names; null when it is empty. */
export function fromLocalField(text: string | number | null | undefined): number | null {
  if (!text) return null
  const at = new Date(String(text)).getTime()
  return Number.isNaN(at) ? null : at
}
