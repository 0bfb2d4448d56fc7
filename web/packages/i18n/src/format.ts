import { shallowRef } from 'vue'
import { currentLocale, t } from './locale'

/** What an absent value looks like everywhere. */
export const EMPTY = '—'

/** The organisation's time zone (IANA name); undefined means the browser's own. */
const zone = shallowRef<string | undefined>(undefined)

/** Sets the zone all times are shown in. An unknown name is ignored rather than breaking every screen. */
export function setTimeZone(name: string | undefined): void {
  try {
    zone.value = name && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    zone.value = undefined
  }
}

const formatters = new Map<string, Intl.DateTimeFormat>()

/** Building a formatter costs far more than using one, and a transcript has thousands of times. */
function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${currentLocale()}|${zone.value ?? ''}|${JSON.stringify(options)}`
  let found = formatters.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat(currentLocale(), { timeZone: zone.value, hourCycle: 'h23', ...options })
    formatters.set(key, found)
  }
  return found
}

type At = number | null | undefined

/** `14:05` */
export function formatTime(at: At): string {
  return at == null ? EMPTY : formatter({ hour: '2-digit', minute: '2-digit' }).format(at)
}

/** `2026-11-22`, the same in every language so that columns align and sort by eye. */
export function formatDate(at: At): string {
  if (at == null) return EMPTY
  const parts = formatter({ year: 'numeric', month: '2-digit', day: '2-digit', numberingSystem: 'latn' }).formatToParts(at)
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** `2026-11-22 14:05` */
export function formatDateTime(at: At): string {
  return at == null ? EMPTY : `${formatDate(at)} ${formatTime(at)}`
}

/** The time alone today, month and day this year, the whole date before. */
export function formatMoment(at: At, now: number = Date.now()): string {
  if (at == null) return EMPTY
  const day = formatDate(at)
  const today = formatDate(now)
  if (day === today) return formatTime(at)
  return day.slice(0, 4) === today.slice(0, 4) ? `${day.slice(5)} ${formatTime(at)}` : day
}

/** A day's heading in a logbook: `今天 · 11月22日 周日`. */
export function formatDay(at: number, now: number = Date.now()): string {
  const named = formatter({ month: 'short', day: 'numeric', weekday: 'short' }).format(at)
  if (formatDate(at) === formatDate(now)) return `${t('common.today')} · ${named}`
  if (formatDate(at) === formatDate(now - 86_400_000)) return `${t('common.yesterday')} · ${named}`
  return formatDate(at).slice(0, 4) === formatDate(now).slice(0, 4) ? named : `${formatDate(at)} · ${named}`
}

/** A running clock: `00:42`, `01:12:08`. Negative spans show their size; who is late says so in words. */
export function formatClock(ms: number): string {
  const total = Math.floor(Math.abs(ms) / 1000)
  const two = (n: number) => String(n).padStart(2, '0')
  const hours = Math.floor(total / 3600)
  const rest = `${two(Math.floor((total % 3600) / 60))}:${two(total % 60)}`
  return hours > 0 ? `${two(hours)}:${rest}` : rest
}

/** A span in its two largest units: `2 天 3 小时`, `5 分钟`. */
export function formatSpan(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000)
  const days = Math.floor(minutes / 1440)
  const hours = Math.floor((minutes % 1440) / 60)
  const parts: string[] = []
  if (days > 0) parts.push(t('common.span.days', { n: days }, days))
  if (hours > 0) parts.push(t('common.span.hours', { n: hours }, hours))
  if (days === 0 && (minutes % 60 > 0 || parts.length === 0)) {
    parts.push(t('common.span.minutes', { n: minutes % 60 }, minutes % 60))
  }
  return parts.join(' ')
}

/** `1,864`; an absent figure is a dash, never a zero. */
export function formatNumber(value: number | null | undefined): string {
  return value == null ? EMPTY : new Intl.NumberFormat(currentLocale()).format(value)
}

/** Minor units (fen) as money: `¥1,820.00`. */
export function formatMoney(minor: number | null | undefined, currency = 'CNY'): string {
  if (minor == null) return EMPTY
  return new Intl.NumberFormat(currentLocale(), { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(minor / 100)
}

/** `2.4 MB` */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/** `86.4%`; of nothing there is no share. */
export function formatRatio(ratio: { numerator: number; denominator: number } | null | undefined): string {
  if (!ratio || ratio.denominator === 0) return EMPTY
  return new Intl.NumberFormat(currentLocale(), { style: 'percent', maximumFractionDigits: 1 }).format(ratio.numerator / ratio.denominator)
}
