import '@zhike/tokens/tokens.css'
import '@zhike/tokens/base.css'
import './style.css'
import { textsFor } from './texts'

type Zhike = (name: string, ...args: unknown[]) => void

const asked = new URLSearchParams(location.search)
const { lang, texts } = textsFor(asked.get('locale') ?? navigator.language)
document.documentElement.lang = lang
document.title = `${texts.shop} · ${texts.trial}`

function make<K extends keyof HTMLElementTagNameMap>(name: K, className: string, ...inside: (Node | string)[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  if (className) made.className = className
  made.append(...inside)
  return made
}

/** A drawing of a thing for sale: nothing is fetched for it. */
function picture(kind: number): SVGElement {
  const shapes = [
    'M34 20h28l-4 44H38zM32 64h32l4 16H28zM62 28h10v18h-11',
    'M48 8v52M34 60h28l8 18H26zM42 18h12',
    'M24 40h48v30a8 8 0 0 1-8 8H32a8 8 0 0 1-8-8zM28 40a20 16 0 0 1 40 0M44 24h8M18 50h6M72 50h6',
    'M28 20h40a6 6 0 0 1 6 6v46a6 6 0 0 1-6 6H28a6 6 0 0 1-6-6V26a6 6 0 0 1 6-6zM32 46h32v22H32zM36 32h8M54 32h6',
  ]
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 96 96')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', shapes[kind] ?? '')
  svg.append(path)
  return svg
}

const zhike = (name: string, ...args: unknown[]) => (window as unknown as { Zhike?: Zhike }).Zhike?.(name, ...args)

function button(text: string, className: string, act: () => void): HTMLButtonElement {
  const made = make('button', className, text)
  made.type = 'button'
  made.onclick = act
  return made
}

const link = make('a', '', texts.console)
link.href = '/'
link.target = '_blank'
link.rel = 'noopener'
const bar = make('aside', 'trial', make('p', '', make('b', '', texts.trial), ` ${texts.how}`), make('p', 'ways', link, button(texts.stranger, '', () => zhike('logout'))))
bar.setAttribute('aria-label', texts.trial)

const asks = () => {
  zhike('prefill', { text: texts.order })
  zhike('open')
}
const shop = make(
  'div',
  'shop',
  make('header', '', make('p', 'name', texts.shop, make('small', '', texts.tagline)), make('nav', '', ...texts.nav.map((text) => make('span', '', text)))),
  make(
    'main',
    '',
    make('section', 'hero', make('div', '', make('h1', '', texts.headline), make('p', '', texts.lead), make('p', 'ways', button(texts.buy, 'main', () => zhike('track', 'cart')), button(texts.ask, '', asks))), picture(0)),
    make('ul', 'goods', ...texts.goods.map(({ name, note, price }, at) => make('li', '', picture(at), make('h2', '', name), make('p', '', note), make('b', '', price)))),
  ),
)
document.getElementById('app')?.append(bar, shop)

// The very tag a shop puts into its pages.
const tag = make('script', '')
tag.async = true
tag.src = '/widget.js'
tag.dataset['channel'] = asked.get('channel') ?? 'default'
tag.dataset['locale'] = lang
document.head.append(tag)
