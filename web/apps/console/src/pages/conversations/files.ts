import type { StoredFile } from '@zhike/api'
import { formatBytes } from '@zhike/i18n'

/** A file in words, for the lists and for a customer who sees no more of it: `invoice.pdf · 12 KB`. */
export function caption(file: Pick<StoredFile, 'name' | 'size'>): string {
  return `${file.name} · ${formatBytes(file.size)}`
}
