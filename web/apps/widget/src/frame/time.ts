import { fill, type Texts } from '../texts'

const DAY = 86_400_000

export const clock = (at: number, lang: string): string => new Date(at).toLocaleTimeString(lang, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })

export const sameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString()

/** A day as one speaks of it: today, yesterday, or its date. */
export function dayName(at: number, now: number, lang: string, texts: Texts): string {
  if (sameDay(at, now)) return texts.today
  if (sameDay(at, now - DAY)) return texts.yesterday
  return new Date(at).toLocaleDateString(lang, { month: 'long', day: 'numeric', ...(new Date(at).getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' }) })
}

/** A moment ahead, as the visitor's own clock has it. */
export function ahead(at: number, now: number, lang: string): string {
  const day = sameDay(at, now) ? {} : at - now < 6 * DAY ? ({ weekday: 'long' } as const) : ({ month: 'long', day: 'numeric' } as const)
  return new Date(at).toLocaleString(lang, { ...day, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
}

/** A wait, rounded up to minutes. */
export function wait(ms: number, texts: Texts): string {
  return ms < 60_000 ? texts.under_minute : fill(texts.minutes, { n: Math.ceil(ms / 60_000) })
}

/** A stretch of time as mm:ss or h:mm:ss. */
export function stretch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  return `${hours > 0 ? `${hours}:` : ''}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
