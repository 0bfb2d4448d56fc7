import { onColour } from '../paint'
import { type Config, type FromFrame, type Init, type Invitation, KEPT, type PageInfo, type Setting, type ToFrame } from '../protocol'
import { add, draw } from './look'
import { open as openStore } from './store'
import { wordsFor } from './words'

/** How long the last words show beside the launcher, in milliseconds. */
const PREVIEW = 6_000
/** A frame that has not said a word by then will not. */
const PATIENCE = 12_000
const DAY = 86_400_000

export type EventName = 'ready' | 'open' | 'close' | 'message' | 'unread' | 'error'

export interface Boot {
  channel?: string
  locale?: string
  theme?: 'light' | 'dark' | 'auto'
  side?: 'left' | 'right'
  /** False: the site has a button of its own and calls `open`. */
  launcher?: boolean | 'false'
}

export type Widget = ReturnType<typeof begin>

/** The launcher and the frame behind it. Functions, not a class: their names do not travel. */
export function begin(base: string, channel: string, boot: Boot, emit: (name: EventName, data?: unknown) => void) {
  const [host, root, launcher, badge, label, say, shut, panel, state, sign] = draw()
  const store = openStore(`zhike.${channel}.`, (name, value) => post({ t: 'kept', name, value }))
  const setting: Setting = { locale: boot.locale || navigator.language, theme: '', open: false, full: false, page: here(), identity: null, fields: {}, prefill: null, invited: null }
  const about = `${base}/widget/channels/${encodeURIComponent(channel)}`
  const device = matchMedia('(prefers-color-scheme:dark)')
  const phone = matchMedia('(max-width:520px)')
  let config: Config | undefined
  let frame: HTMLIFrameElement | undefined
  let port: MessagePort | undefined
  let unread = 0
  let invitation: Invitation | undefined
  let fading: ReturnType<typeof setTimeout>
  let despair: ReturnType<typeof setTimeout>

  const post = (said: ToFrame) => port?.postMessage(said)
  const set = (part: Partial<Setting>) => {
    Object.assign(setting, part)
    dress()
    post({ t: 'set', part })
  }

  const dress = () => {
    const [opens, closes, name = '', news, dismiss = ''] = wordsFor(setting.locale)
    const accent = config?.accent ?? '#00766e'
    host.lang = setting.locale
    host.classList.toggle('dark', setting.theme ? setting.theme === 'dark' : device.matches)
    host.style.setProperty('--accent', accent)
    host.style.setProperty('--on', onColour(accent))
    sign(setting.open)
    panel.classList.toggle('shut', !setting.open)
    root.classList.toggle('full', setting.open)
    badge.hidden = !unread
    badge.textContent = unread > 99 ? '99+' : `${unread}`
    launcher.ariaLabel = (setting.open ? closes : opens) + (unread ? ` · ${unread} ${news}` : '')
    launcher.ariaExpanded = `${setting.open}`
    panel.ariaLabel = name
    shut.ariaLabel = dismiss
    if (frame) frame.title = name
  }

  /** Who goes to the next page with the chat open finds it open there; not on a phone, where it hides the page. */
  const stay = (open?: string) => {
    try {
      const kept = sessionStorage[`zhike.${channel}`]
      if (open !== undefined) sessionStorage[`zhike.${channel}`] = open
      return kept && !phone.matches
    } catch {
      return false
    }
  }

  const open = () => {
    if (setting.open) return
    load()
    label.hidden = true
    set({ open: true, page: here() })
    stay('1')
    frame?.focus()
    emit('open')
  }

  const close = () => {
    if (!setting.open) return
    set({ open: false })
    stay('')
    launcher.focus()
    emit('close')
  }

  const load = () => {
    if (frame) return
    state.textContent = wordsFor(setting.locale)[5] ?? ''
    frame = add(panel, 'iframe', 'dumb')
    frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads')
    frame.src = `${base}/widget/frame?channel=${encodeURIComponent(channel)}`
    dress()
    despair = setTimeout(failed, PATIENCE)
  }

  const failed = () => {
    const [, , , , , , words = '', again = ''] = wordsFor(setting.locale)
    frame?.remove()
    frame = undefined
    state.textContent = words
    const retry = add(state, 'button', '')
    retry.textContent = again
    retry.onclick = load
    emit('error', { code: 'frame' })
  }

  // The frame is there: only ours, from our server, is told anything, and nothing in the open.
  addEventListener('message', ({ source, origin, data }) => {
    if (!frame || source !== frame.contentWindow || origin !== base || data !== 'zhike:hello') return
    clearTimeout(despair)
    const { port1, port2 } = new MessageChannel()
    port?.close()
    port = port1
    port.onmessage = ({ data }) => hear(data)
    const init: Init = { zhike: 'init', channel, config: config ?? null, kept: Object.fromEntries(KEPT.map((name) => [name, store.get(name)])), setting }
    frame.contentWindow?.postMessage(init, base, [port2])
    frame.className = ''
    if (setting.open) frame.focus()
    Object.assign(setting, { prefill: null, invited: null })
  })

  const hear = (said: FromFrame) => {
    if (said.t === 'keep') store.set(said.name, said.value)
    else if (said.t === 'close') close()
    else if (said.t === 'unread') count(said.count)
    else if (said.t === 'error') emit('error', { code: said.code })
    else if (said.t === 'message') {
      const { author, text } = said
      emit('message', said.message)
      if (!setting.open) show(`${author}：${text}`)
    }
  }

  const count = (now: number) => {
    if (now === unread) return
    unread = now
    if (!now) label.hidden = true
    dress()
    emit('unread', { count: now })
  }

  /** Shows words beside the launcher: the last message for a moment, an invitation until it is answered. */
  const show = (text: string, invited?: Invitation) => {
    clearTimeout(fading)
    invitation = invited
    say.textContent = text.slice(0, 160)
    label.hidden = false
    if (invited) {
      store.set(`invited.${invited.id}`, `${Date.now()}`)
      // Counted, and nothing else is told of who saw it.
      navigator.sendBeacon?.(`${about}/invitations/${invited.id}`)
    }
    else fading = setTimeout(() => (label.hidden = true), PREVIEW)
  }

  /** An invitation shows once in its days, and never to people who are talking already. */
  const invite = (one: Invitation) => {
    const due = Date.now() - Number(store.get(`invited.${one.id}`)) > one.once_days * DAY
    if (due && config?.open && !frame && !invitation) show(one.text, one)
  }

  /** What the visitor did: kept for whoever answers, the last of it, and perhaps a reason to speak to them. */
  const track = (event: string) => {
    const value = [...(store.get('trail') ?? '').split('\n').slice(-19), `${Date.now()} ${event}`.slice(0, 74)].join('\n')
    store.set('trail', value)
    post({ t: 'kept', name: 'trail', value })
    invitations(event)
  }

  const invitations = (event?: string) => {
    for (const one of config?.invitations ?? []) {
      if (event ? one.url_contains === `event:${event}` : location.href.includes(one.url_contains)) setTimeout(() => invite(one), event ? 0 : one.after_seconds * 1000)
    }
  }

  const talking = () => /"open":true/.test(store.get('self') ?? '')

  /** The one request before anybody opens the chat. */
  const ask = async () => {
    try {
      const answer = await fetch(about, { credentials: 'omit' })
      if (answer.ok) config = await answer.json()
      // No such channel, or not for this page: there is nothing to open.
      else if (answer.status < 500) return emit('error', { code: answer.status === 404 ? 'not_found' : 'forbidden' })
    } catch {
      // The page's policy or the network forbids asking; opening may still work.
    }
    host.hidden = config?.active === false && !talking()
    dress()
    emit('ready')
    // Who is in the middle of a talk hears of answers before opening.
    if (stay()) open()
    else if (talking()) setTimeout(load, 500)
    invitations()
  }

  /** Stands in the page as soon as it has a body, and again when its body was exchanged. */
  const stand = () => document.body && host.parentNode !== document.body && document.body.append(host)

  const setTheme = (theme: string) => set({ theme: theme === 'light' || theme === 'dark' ? theme : '', full: phone.matches })

  /** Pages that change without loading. */
  const moved = () => {
    if (here().url === setting.page.url) return
    set({ page: here() })
    invitations()
  }

  host.hidden = true
  host.classList.toggle('left', boot.side === 'left')
  launcher.hidden = `${boot.launcher}` === 'false'
  launcher.onclick = () => (setting.open ? close() : open())
  say.onclick = () => {
    if (invitation) set({ invited: invitation.id })
    invitation = undefined
    open()
  }
  shut.onclick = () => {
    label.hidden = true
    launcher.focus()
  }
  host.onkeydown = ({ key }) => {
    // A handler of this kind that answers false forbids the key.
    if (key === 'Escape') close()
  }
  device.onchange = dress
  phone.onchange = () => set({ full: phone.matches })
  stand()
  new MutationObserver(stand).observe(document.documentElement, { childList: true })
  ;(window as { navigation?: EventTarget }).navigation?.addEventListener('currententrychange', () => setTimeout(moved))
  addEventListener('popstate', moved)
  setTheme(boot.theme ?? '')
  void ask()

  return {
    open,
    close,
    setTheme,
    setLocale: (locale: string) => set({ locale }),
    identify: (identity: Setting['identity']) => set({ identity }),
    setAttributes: (fields: Setting['fields']) => set({ fields: { ...setting.fields, ...fields } }),
    prefill: (prefill: Setting['prefill']) => set({ prefill }),
    track,
    logout() {
      for (const name of KEPT) store.set(name, null)
      set({ identity: null, fields: {} })
      post({ t: 'logout' })
      count(0)
    },
  }
}

const here = (): PageInfo => ({ url: location.href.slice(0, 1000), title: document.title.slice(0, 200), referrer: document.referrer.slice(0, 1000) })
