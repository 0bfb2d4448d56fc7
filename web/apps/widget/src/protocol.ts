/**
 * What the page and the frame say to each other. The frame says hello to its parent, the loader
 * answers the frame's origin with `init` and one end of a channel; everything after goes through
 * that, where nobody else can listen or speak.
 */

/** What the loader keeps for the frame, in the page's own storage. */
/** `trail`: what the visitor did on the site, a line each: the moment and its name. */
export const KEPT = ['self', 'unsent', 'draft', 'form', 'skipped', 'trail'] as const
export type Kept = (typeof KEPT)[number]

/** Who the site says this is; proved by one of `hash` and `jwt`. */
export interface Identity {
  /** May be left out beside `jwt`. */
  id?: string
  name?: string
  hash?: string
  jwt?: string
}

export interface PageInfo {
  url: string
  title: string
  referrer: string
}

/** What the site's page has decided. The whole goes with `init`, each change as a part. */
export interface Setting {
  locale: string
  /** Empty: as the device has it. */
  theme: 'light' | 'dark' | ''
  open: boolean
  /** Whether the panel fills the screen, as on phones: the frame cannot see that itself. */
  full: boolean
  page: PageInfo
  identity: Identity | null
  fields: Record<string, string>
  prefill: { text?: string; fields?: Record<string, string> } | null
  /** The invitation that was taken. */
  invited: string | null
}

export interface Init {
  zhike: 'init'
  channel: string
  config: Config | null
  kept: Record<string, string | null>
  setting: Setting
}

export type ToFrame = { t: 'set'; part: Partial<Setting> } | { t: 'kept'; name: Kept; value: string | null } | { t: 'logout' }

export type FromFrame =
  | { t: 'keep'; name: Kept; value: string | null }
  | { t: 'close' }
  | { t: 'ready' }
  | { t: 'unread'; count: number }
  | { t: 'message'; author: string; text: string; message: unknown }
  | { t: 'error'; code: string }

/** What a channel tells everybody. */
export interface Config {
  public_key: string
  /** Whether it takes new conversations. */
  active: boolean
  organisation: string
  /** The organisation's language and time zone. */
  locale: string
  time_zone: string
  title: string
  greeting: string
  accent: string
  after_hours_text: string
  /** Whether the department is open now. */
  open: boolean
  /** When it opens next, in epoch milliseconds. */
  next_opening_at: number | null
  /** When it closes next, being open. */
  closes_at: number | null
  /** How many wait. */
  waiting: number
  /** How long one would wait now, in milliseconds; null while nobody can tell. */
  estimated_ms: number | null
  pre_chat: { enabled: boolean; intro: string; fields: Field[]; consent_text: string }
  rating: { enabled: boolean; tags: string[] }
  invitations: Invitation[]
  /** Whether the page must prove who its visitors are. */
  identity: 'off' | 'optional' | 'required'
  show_position: boolean
  /** The server's time. */
  now: number
}

export interface Field {
  key: string
  label: string
  kind: 'text' | 'phone' | 'email' | 'select'
  options: string[]
  required: boolean
}

export interface Invitation {
  id: string
  text: string
  url_contains: string
  after_seconds: number
  once_days: number
}
