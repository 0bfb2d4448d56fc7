import { KEPT, type Kept } from '../protocol'

/** The page's storage for one channel; where storage throws, the page's own memory. `onChange`: another tab kept something. */
export function open(prefix: string, onChange: (name: Kept, value: string | null) => void) {
  const memory: Record<string, string | null> = {}
  addEventListener('storage', (event) => {
    const name = KEPT.find((name) => event.key === prefix + name)
    if (name) onChange(name, event.newValue)
  })
  const get = (name: string): string | null => {
    try {
      return localStorage.getItem(prefix + name) ?? memory[name] ?? null
    } catch {
      // Forbidden here: what was said on this page is all there is.
      return memory[name] ?? null
    }
  }
  const set = (name: string, value: string | null): void => {
    memory[name] = value
    try {
      if (value === null) localStorage.removeItem(prefix + name)
      else localStorage.setItem(prefix + name, value)
    } catch {
      // Forbidden or full: memory has it.
    }
  }
  return { get, set }
}
