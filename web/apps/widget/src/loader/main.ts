import type { Setting } from '../protocol'
import { type Boot, begin, type EventName, type Widget } from './widget'

type Listener = (data: unknown) => void

interface Api {
  (name: string, ...args: unknown[]): unknown
  /** Calls made before the script was there. */
  q?: ArrayLike<unknown>[]
  live?: boolean
}

const script = (document.currentScript ?? document.querySelector('script[src*="/widget.js"]')) as HTMLScriptElement
const global = window as unknown as { Zhike?: Api & ArrayLike<unknown>[] }
const before = global.Zhike

function live(): void {
  let widget: Widget | undefined
  const waiting: ((widget: Widget) => void)[] = []
  const listeners: [EventName, Listener][] = []
  const emit = (name: EventName, data?: unknown) => {
    // A fault of the site's listener stays its own.
    for (const [wanted, listener] of listeners) if (wanted === name) queueMicrotask(() => listener(data))
  }
  const soon = (act: (widget: Widget) => void) => (widget ? act(widget) : void waiting.push(act))

  const methods = {
    boot(boot: Boot = {}) {
      const told: Boot = { ...script.dataset, ...boot }
      if (widget || !told.channel) return
      widget = begin(new URL(script.src).origin, told.channel, told, emit)
      for (const act of waiting) act(widget)
    },
    identify: (identity: Setting['identity']) => soon((widget) => widget.identify(identity)),
    setAttributes: (fields: object) => soon((widget) => widget.setAttributes(plain(fields))),
    track: (name: string) => soon((widget) => widget.track(name)),
    open: () => soon((widget) => widget.open()),
    close: () => soon((widget) => widget.close()),
    prefill: (given: string | Setting['prefill']) => soon((widget) => widget.prefill(typeof given === 'string' ? { text: given } : given)),
    setLocale: (locale: string) => soon((widget) => widget.setLocale(locale)),
    setTheme: (theme: string) => soon((widget) => widget.setTheme(theme)),
    logout: () => soon((widget) => widget.logout()),
    on: (name: EventName, listener: Listener) => void listeners.push([name, listener]),
    off: (name: EventName, listener: Listener) => {
      const at = listeners.findIndex(([one, other]) => one === name && other === listener)
      if (at >= 0) listeners.splice(at, 1)
    },
  }
  const calls = methods as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>
  const api: Api = (name, ...args) => calls[name]?.(...args)
  global.Zhike = Object.assign(api, methods, { live: true }) as unknown as Api & ArrayLike<unknown>[]
  for (const call of before?.q ?? (Array.isArray(before) ? before : [])) api(...(Array.from(call) as [string]))
  methods.boot()
}

/** What a site tells of a customer, as short texts. */
const plain = (fields: object) => Object.fromEntries(Object.entries(fields).slice(0, 20).map(([key, value]) => [key.slice(0, 40), String(value ?? '').replace(/\p{Cc}+/gu, ' ').slice(0, 200)]))

// The tag may stand twice: the first one serves.
if (script && !before?.live) live()
