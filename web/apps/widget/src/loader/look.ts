/** The launcher's style. It goes in as a constructed sheet, which a strict content policy lets be. */
const STYLE = `
:host{all:initial;position:fixed;right:24px;bottom:24px;z-index:2147483000;--surface:#fff;--ink:#192029;--ink3:#666c75;--line:#e0e0dc;--bad:#be2323;--shade:0 6px 20px #1920291a,0 1px 2px #1920291a;font:13px/20px -apple-system,BlinkMacSystemFont,"Segoe UI","PingFang SC","HarmonyOS Sans SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:var(--ink);color-scheme:light}
:host([hidden]){display:none}:host(.left){right:auto;left:24px}
:host(.dark){--surface:#171b21;--ink:#e5e8ec;--ink3:#90969e;--line:#2c3137;--shade:0 8px 28px #0009,0 0 0 1px #0003;color-scheme:dark}
*{box-sizing:border-box}[hidden]{display:none!important}
button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.launcher{position:relative;display:grid;place-items:center;width:56px;height:56px;border-radius:50%;background:var(--accent);color:var(--on);box-shadow:var(--shade)}
svg{width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:1.75;stroke-linecap:round;stroke-linejoin:round}
.badge{position:absolute;top:-2px;right:-2px;min-width:20px;height:20px;padding:0 5px;border-radius:10px;background:var(--bad);color:#fff;font-weight:600;font-size:12px;line-height:20px;text-align:center}
.label{position:absolute;right:72px;bottom:8px;display:flex;align-items:center;width:max-content;max-width:min(280px,calc(100vw - 112px));border:1px solid var(--line);border-radius:10px;background:var(--surface);box-shadow:var(--shade)}
:host(.left) .label{right:auto;left:72px}
.label .say{padding:9px 14px;text-align:left;min-height:40px;overflow:hidden;display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow-wrap:anywhere;unicode-bidi:plaintext}
.label .shut{flex:none;align-self:stretch;width:44px;min-height:40px;display:grid;place-items:center;color:var(--ink3)}
.label svg{width:14px;height:14px}
.panel{position:absolute;right:0;bottom:72px;width:min(380px,calc(100vw - 48px));height:min(600px,calc(100vh - 120px));border:1px solid var(--line);border-radius:10px;overflow:hidden;background:var(--surface);box-shadow:var(--shade);transition:opacity .14s,transform .14s,visibility .14s}
:host(.left) .panel{right:auto;left:0}
.panel.shut{visibility:hidden;opacity:0;transform:translateY(8px);pointer-events:none}
.panel .state{position:absolute;inset:0;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:12px;color:var(--ink3)}
.panel .state button{min-height:44px;padding:0 18px;border:1px solid var(--line);border-radius:8px;color:var(--ink)}
iframe{position:absolute;inset:0;width:100%;height:100%;border:0;color-scheme:inherit}
iframe.dumb{visibility:hidden}
@media(max-width:520px){:host{right:16px;bottom:16px}:host(.left){left:16px}.panel{position:fixed;inset:0!important;width:100%;height:100%;height:100dvh;border:0;border-radius:0}.full .launcher{display:none}}
@media(prefers-reduced-motion:reduce){.panel{transition:none}}
@media print{:host{display:none!important}}`

const CHAT = 'M21 12a8 8 0 0 1-8 8H4l2-3.2A8 8 0 1 1 21 12zM9 10.500h7M9 14h4.500'
const CROSS = 'M6 6l12 12M18 6 6 18'

/** Builds the launcher by hand: no markup is parsed, so that no trusted-types policy minds. */
export function draw() {
  const host = document.createElement('div')
  host.id = 'zhike'
  const shadow = host.attachShadow({ mode: 'open' })
  dress(shadow)
  const root = add(shadow, 'div', '')
  const panel = add(root, 'div', 'panel shut')
  panel.setAttribute('role', 'dialog')
  const state = add(panel, 'div', 'state')
  const label = add(root, 'div', 'label')
  label.hidden = true
  const say = add(label, 'button', 'say')
  const shut = add(label, 'button', 'shut')
  shut.append(icon(CROSS))
  const launcher = add(root, 'button', 'launcher')
  const path = icon(CHAT)
  launcher.append(path)
  const badge = add(launcher, 'span', 'badge')
  badge.hidden = true
  /** Shows the sign of the chat, or the cross that closes it. */
  const sign = (open: boolean) => path.firstElementChild?.setAttribute('d', open ? CROSS : CHAT)
  return [host, root, launcher, badge, label, say, shut, panel, state, sign] as const
}

function dress(shadow: ShadowRoot): void {
  try {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(STYLE)
    shadow.adoptedStyleSheets = [sheet]
  } catch {
    // An older browser: a style element is all it knows.
    add(shadow, 'style', '').textContent = STYLE
  }
}

export function add<K extends keyof HTMLElementTagNameMap>(parent: ParentNode, name: K, className: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  if (className) made.className = className
  if (made instanceof HTMLButtonElement) made.type = 'button'
  parent.append(made)
  return made
}

function icon(shape: string): SVGElement {
  const made = (name: string) => document.createElementNS('http://www.w3.org/2000/svg', name)
  const svg = made('svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = made('path')
  path.setAttribute('d', shape)
  svg.append(path)
  return svg
}
