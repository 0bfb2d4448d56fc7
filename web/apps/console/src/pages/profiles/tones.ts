import type { CustomerTag } from '@zhike/api'

/** The colours a tag may have, in the order they are offered. */
export const TONES: CustomerTag['colour'][] = ['quiet', 'accent', 'vip', 'ok', 'warn', 'bad', 'info']
