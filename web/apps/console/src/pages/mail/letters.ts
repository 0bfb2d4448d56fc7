import { newKey, type StoredFile } from '@zhike/api'
import type { MailWish } from '@/app/mailComposer'
import { me } from '@/app/session'

/** A file that went up and is to go along. */
export type Enclosed = Pick<StoredFile, 'id' | 'name' | 'size'>

/** A mail as far as it is written. */
export interface Letter {
  /** Its own id, from the first word on: sent again after a crash, it goes once. */
  client_id: string
  mailbox_id: string | null
  customer_id: string | null
  address: string
  to: string
  cc: string
  bcc: string
  subject: string
  text: string
  files: Enclosed[]
  quotes: boolean
  with_files: boolean
}

const empty = (): Letter => ({ client_id: newKey(), mailbox_id: null, customer_id: null, address: '', to: '', cc: '', bcc: '', subject: '', text: '', files: [], quotes: false, with_files: true })

const MARK = /\s*\[#[a-z2-7]{12}\]/g
const ANSWERED = /^\s*((re|aw|sv|fwd?|fw|wg|回复|回覆|答复|答覆|转发|轉寄|轉發)\s*(\[\d+\])?\s*[:：]\s*)+/i
const bare = (subject: string) => subject.replaceAll(MARK, '').replace(ANSWERED, '').trim()

/** What an answer to a mail of this subject is called. */
export function answerSubject(subject: string): string {
  return bare(subject) && `Re: ${bare(subject)}`
}

/** What a mail of this subject is called when it is passed on. */
export function forwardSubject(subject: string): string {
  return bare(subject) && `Fwd: ${bare(subject)}`
}

/** Addresses as they are typed: set apart by commas, semicolons, blanks or lines, with names or without. */
export function addresses(text: string): string[] {
  return text
    .replaceAll(/[^,，;；\n]*<([^<>]*)>/g, '$1,')
    .split(/[,，;；\s]+/)
    .filter(Boolean)
}

/** The first that cannot be an address. */
export function wrongAddress(text: string): string | undefined {
  return addresses(text).find((one) => !/^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/.test(one))
}

/** Where a mail that was begun lies on this device: one a person and occasion. */
function keyOf(wish: MailWish): string {
  const about = wish.kind === 'new' ? (wish.customer ?? '') : wish.kind === 'answer' ? wish.conversation : wish.mail.id
  return `zhike.letter.${me.value?.id ?? ''}.${wish.kind}.${about}`
}

/** What was begun for this, or as it begins. A kept draft wins, but for whom an answer to all adds. */
export function begun(wish: MailWish): Letter {
  const others = wish.kind === 'answer' && wish.all ? (wish.mail?.others ?? []).map(({ address }) => address).join(', ') : ''
  const fresh = empty()
  if (wish.kind === 'new') fresh.customer_id = wish.customer ?? null
  else fresh.subject = wish.kind === 'answer' ? answerSubject(wish.mail?.subject ?? '') : forwardSubject(wish.mail.subject)
  fresh.quotes = wish.kind === 'answer' && wish.mail?.direction === 'in'
  try {
    const kept = localStorage.getItem(keyOf(wish))
    if (kept) Object.assign(fresh, JSON.parse(kept) as Partial<Letter>)
  } catch {
    // Storage is forbidden, or what lies there is none of ours.
  }
  const missing = addresses(others).filter((one) => !addresses(`${fresh.to},${fresh.cc},${fresh.bcc}`).includes(one))
  fresh.cc = [...addresses(fresh.cc), ...missing].join(', ')
  return fresh
}

/** Keeps what is written, or forgets it: sent, thrown away, or never begun. */
export function keepLetter(wish: MailWish, letter: Letter | undefined): void {
  try {
    if (letter && (letter.text.trim() || letter.files.length > 0 || letter.address.trim())) localStorage.setItem(keyOf(wish), JSON.stringify(letter))
    else localStorage.removeItem(keyOf(wish))
  } catch {
    // It lasts as long as the page.
  }
}
