import '@zhike/tokens/tokens.css'
import '@zhike/tokens/base.css'
import './style.css'
import { render } from 'preact'
import { Trial } from './Trial'
import { textsFor } from './texts'

const { lang, texts } = textsFor(navigator.languages)
document.documentElement.lang = lang
document.title = `${texts.title} · ${texts.trial}`

const root = document.getElementById('app')
if (root) render(<Trial texts={texts} />, root)
