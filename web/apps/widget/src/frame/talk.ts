import { type Chat, unread } from '../chat'
import type { TrailStep, Who } from '../frames'
import { Line } from '../line'
import { onColour, readable } from '../paint'
import type { Config } from '../protocol'
import type { Bridge } from './bridge'
import { remember, Uploads } from './uploads'

/** A closed conversation can be rated, and is looked at again, for this long. */
const DAY = 86_400_000
/** What is known of the channel is asked again when it is older than this. */
const STALE = 60_000
/** Typing is over when nothing more of it was heard for this long. */
const TYPING = 6_000
const QUIET: Config = {
  public_key: '',
  active: true,
  organisation: '',
  locale: 'zh-CN',
  time_zone: '',
  title: '',
  greeting: '',
  accent: '#00766e',
  after_hours_text: '',
  open: true,
  next_opening_at: null,
  closes_at: null,
  estimated_ms: null,
  pre_chat: { enabled: false, intro: '', fields: [], consent_text: '' },
  rating: { enabled: true, tags: [] },
  invitations: [],
  identity: 'off',
  show_position: true,
  waiting: 0,
  now: 0,
}

/** All that happens behind the panel: the line, the files, what the page says and what it is told. */
export class Talk {
  readonly line: Line
  readonly uploads: Uploads
  config: Config | null
  typing = false
  draft: string
  /** What was answered before the talk. */
  form: Record<string, string> | null
  /** The conversation the visitor does not want to rate. */
  skipped: string | null
  /** The visitor will not wait; told to the server once what they wrote has arrived. */
  private leaving = false
  onChange: () => void = () => {}
  private told = 0
  private greeted = false
  private asked = 0
  private typingTimer: ReturnType<typeof setTimeout> | undefined
  private draftTimer: ReturnType<typeof setTimeout> | undefined

  constructor(readonly bridge: Bridge) {
    const { config, channel } = bridge.init
    this.config = config && { ...QUIET, ...config }
    this.draft = bridge.get('draft') ?? ''
    this.form = parse(bridge.get('form'))
    this.skipped = bridge.get('skipped')
    this.line = new Line(channel, bridge, (chat) => this.heard(chat))
    this.uploads = new Uploads(
      () => this.chat.token,
      () => this.onChange(),
      (file, upload) => {
        remember(file.id, upload.file)
        this.line.say(`${file.name} · ${bytes(file.size)}`, { file_id: file.id })
      },
    )
    bridge.onSet = (part) => {
      if (part.open) this.shown()
      if (part.identity !== undefined || part.fields || part.locale) this.introduce()
      if (part.page) this.line.move(part.page.url, part.page.title)
      this.take()
      this.onChange()
    }
    bridge.onKept = (name, value) => {
      if (name === 'self') this.line.heard(value)
      else if (name === 'form') this.form = parse(value)
      else if (name === 'skipped') this.skipped = value
      else if (name === 'trail') this.line.track(steps(value))
      this.onChange()
    }
    bridge.onLogout = () => {
      this.draft = ''
      this.form = null
      this.line.forget()
    }
    this.take()
  }

  get chat(): Chat {
    return this.line.chat
  }

  /** Begins: asks for the channel if the page could not, and opens the line when there is one to go on with. */
  async start(): Promise<void> {
    this.paint()
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.paint())
    if (this.config) this.asked = Date.now()
    else await this.ask()
    if (this.bridge.setting.open || this.chat.conversation) this.shown()
  }

  private shown(): void {
    if (Date.now() - this.asked > STALE) void this.ask()
    // Who is known may have a talk going on; a stranger who is asked something first has not.
    if (this.chat.token || !this.config?.pre_chat.enabled || this.form) this.line.open(this.who())
  }

  private async ask(): Promise<void> {
    try {
      const answer = await fetch(`/widget/channels/${encodeURIComponent(this.bridge.init.channel)}`)
      if (answer.ok) this.config = { ...QUIET, ...((await answer.json()) as Partial<Config>) }
    } catch {
      // Without the network: the line says so.
    }
    this.config ??= QUIET
    this.asked = Date.now()
    this.paint()
    this.onChange()
  }

  /** Whether something is asked before the visitor can write. */
  get asks(): 'talk' | 'word' | null {
    const { chat, config } = this
    if (chat.phase !== 'unanswered' && (!config?.pre_chat.enabled || this.form || chat.pending.length > 0)) return null
    const known = chat.phase === 'connecting' && chat.token !== null
    const goesOn = (chat.state !== null && chat.state !== 'closed') || (chat.state === 'closed' && Date.now() - chat.closedAt < DAY)
    return known || goesOn ? null : config?.open ? 'talk' : 'word'
  }

  /** Nobody takes new conversations here, and none goes on. */
  get absent(): boolean {
    const { chat, config } = this
    return chat.phase === 'absent' || (config?.active === false && chat.conversation === null && chat.phase !== 'connecting')
  }

  get rates(): boolean {
    const { chat, config } = this
    return chat.phase === 'closed' && Boolean(config?.rating.enabled) && chat.agentName !== null && chat.conversation !== null && Date.now() - chat.closedAt < DAY
  }

  answer(form: Record<string, string>, word: string): void {
    this.form = form
    this.bridge.set('form', JSON.stringify(form))
    this.line.open(this.who())
    if (word) this.line.say(word)
    this.onChange()
  }

  /** The message was left: the place in the queue matters no more. */
  get worded(): boolean {
    return this.leaving || this.chat.state === 'message'
  }

  /** The visitor will not wait: the message stays, the place is given up. */
  leaveWord(fields: Record<string, string>, word: string): void {
    this.leaving = true
    this.answer({ ...this.form, ...fields }, word)
    this.give()
    this.onChange()
  }

  skip(): void {
    this.skipped = this.chat.conversation
    this.bridge.set('skipped', this.skipped)
    this.onChange()
  }

  write(draft: string): void {
    this.draft = draft
    this.line.tell(draft)
    clearTimeout(this.draftTimer)
    this.draftTimer = setTimeout(() => this.bridge.set('draft', this.draft || null), 200)
    this.onChange()
  }

  say(text: string, quote_seq?: number): void {
    this.write('')
    this.line.say(text, quote_seq ? { quote_seq } : {})
  }

  send(files: File[]): void {
    if (files.length > 0) this.uploads.add(files.slice(0, 10))
  }

  /** The panel's colours: as the page says, else as the device has it; the channel's own, made readable. */
  paint(): void {
    const root = document.documentElement
    const { theme, full } = this.bridge.setting
    root.classList.toggle('full', full)
    if (theme) root.dataset['theme'] = theme
    else delete root.dataset['theme']
    const accent = this.config?.accent.toLowerCase() ?? QUIET.accent
    if (accent === QUIET.accent || !/^#[0-9a-f]{6}$/.test(accent)) return
    const dark = theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
    const shown = readable(accent, dark ? '#1c2128' : '#f4f3f0')
    root.style.setProperty('--accent', shown)
    root.style.setProperty('--on-accent', onColour(shown))
    root.style.setProperty('--tint', `color-mix(in srgb, ${shown} 12%, var(--surface))`)
  }

  private who(): Who {
    const { identity, page, locale, fields } = this.bridge.setting
    // Answers must be whole: without them nothing else is said of the visitor yet.
    const all = this.form || !this.config?.pre_chat.enabled ? { ...fields, ...this.form } : {}
    const name = all['name']
    const trail = steps(this.bridge.get('trail'))
    return { page, locale, ...(trail.length > 0 ? { trail } : {}), ...(identity ? { identity } : {}), ...(name ? { name } : {}), ...(Object.keys(all).length > 0 ? { fields: all } : {}) }
  }

  /** Gives the place up, once all that was written has arrived. */
  private give(): void {
    const { phase, state, pending } = this.chat
    if (!this.leaving || phase !== 'ready' || pending.some((one) => !one.refused)) return
    if (state === 'queued') this.line.stopWaiting()
    else this.leaving = false
  }

  private introduce(): void {
    if (this.chat.phase !== 'idle') this.line.open(this.who())
  }

  /** What the page has put into our hands, once. */
  private take(): void {
    const { setting } = this.bridge
    const { prefill } = setting
    if (prefill?.text && !this.draft) this.draft = prefill.text
    this.paint()
  }

  private heard(chat: Chat): void {
    const { bridge } = this
    const count = unread(chat)
    if (count !== this.told) bridge.say({ t: 'unread', count })
    this.told = count
    if (chat.typing) this.typed()
    else this.typing = false
    if (chat.phase === 'ready' && !this.greeted) {
      this.greeted = true
      this.seen = new Set(chat.messages.map(({ id }) => id))
      bridge.say({ t: 'ready' })
    }
    if (this.greeted) this.news(chat)
    if (chat.phase === 'ready' && bridge.setting.invited) {
      this.line.invited(bridge.setting.invited)
      bridge.setting.invited = null
    }
    if (chat.phase === 'absent' || chat.phase === 'stranger') bridge.say({ t: 'error', code: chat.phase === 'absent' ? 'not_found' : 'identity' })
    this.give()
    this.onChange()
  }

  private seen = new Set<string>()
  /** Tells the page of what was said just now. */
  private news(chat: Chat): void {
    for (const message of chat.messages) {
      if (this.seen.has(message.id)) continue
      this.seen.add(message.id)
      if (message.author === 'customer' || message.kind === 'event') continue
      const { id, author, author_name, kind, text, at } = message
      this.bridge.say({ t: 'message', author: author_name, text, message: { id, author, author_name, kind, text, at } })
    }
  }

  private typed(): void {
    this.typing = true
    clearTimeout(this.typingTimer)
    this.typingTimer = setTimeout(() => {
      this.typing = false
      this.onChange()
    }, TYPING)
  }
}

function parse(text: string | null): Record<string, string> | null {
  try {
    return JSON.parse(text ?? 'null') as Record<string, string> | null
  } catch {
    return null
  }
}

/** The kept lines: the moment, a blank, what was done. */
function steps(text: string | null): TrailStep[] {
  const lines = (text ?? '').split('\n').map((line) => /^(\d{1,15}) (.+)$/.exec(line))
  return lines.flatMap((found) => (found ? [{ at: Number(found[1]), name: found[2] ?? '' }] : []))
}

function bytes(size: number): string {
  const units = ['B', 'KB', 'MB']
  let [value, unit] = [size, 0]
  for (; value >= 1024 && unit < units.length - 1; unit += 1) value /= 1024
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}
