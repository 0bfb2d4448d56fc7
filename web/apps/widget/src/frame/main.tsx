import '@zhike/tokens/tokens.css'
import '@zhike/tokens/base.css'
import './style.css'
import { render } from 'preact'
import { App } from './App'
import { meet } from './bridge'
import { Talk } from './talk'

const root = document.getElementById('app')
if (root) {
  const talk = new Talk(await meet())
  render(<App talk={talk} />, root)
  void talk.start()
}
