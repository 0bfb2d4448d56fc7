import { computed, type MaybeRefOrGetter, onScopeDispose, shallowRef, toValue } from 'vue'

/** The time, moving once a second while anyone watches: one timer for every clock on the page. */
const now = shallowRef(Date.now())
let watchers = 0
let timer: ReturnType<typeof setInterval> | undefined
/** Server time minus this device's time, in milliseconds, as last heard. */
let skew = 0

/** Aligns all clocks with the server, whose promises they count. */
export function setServerNow(serverNow: number): void {
  skew = serverNow - Date.now()
  now.value = serverNow
}

/** The running time in epoch milliseconds, by the server's clock. */
export function useNow() {
  watchers += 1
  timer ??= setInterval(() => {
    now.value = Date.now() + skew
  }, 1000)
  onScopeDispose(() => {
    watchers -= 1
    if (watchers === 0) {
      clearInterval(timer)
      timer = undefined
    }
  })
  return now
}

/** Where a clock stands. Amber begins when a fifth of the time is left. */
export type ClockTone = 'ok' | 'warn' | 'bad'

export interface ClockReading {
  /** Milliseconds since the start. */
  elapsed: number
  /** Milliseconds until due; negative when over. */
  left: number
  /** 0 to 1, for edges and bars. */
  share: number
  tone: ClockTone
}

/** `warn`: when amber begins, where that is said. */
export function readClock(now: number, from: number, due: number, warn?: number | null): ClockReading {
  const whole = Math.max(1, due - from)
  const elapsed = Math.max(0, now - from)
  const left = due - now
  const share = Math.min(1, elapsed / whole)
  return { elapsed, left, share, tone: left < 0 ? 'bad' : (warn ? now >= warn : left <= whole * 0.2) ? 'warn' : 'ok' }
}

/** A reading that moves. */
export function useClock(from: MaybeRefOrGetter<number>, due: MaybeRefOrGetter<number>, warn?: MaybeRefOrGetter<number | null | undefined>) {
  const time = useNow()
  return computed(() => readClock(time.value, toValue(from), toValue(due), toValue(warn)))
}
