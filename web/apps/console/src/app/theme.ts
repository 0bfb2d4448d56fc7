import { ref } from 'vue'

export type Theme = 'light' | 'dark' | 'system'
const KEY = 'zhike.theme'

function recall(): Theme {
  try {
    const kept = localStorage.getItem(KEY)
    return kept === 'light' || kept === 'dark' ? kept : 'system'
  } catch {
    return 'system'
  }
}

/** The chosen theme; `system` leaves the choice to the device. */
export const theme = ref<Theme>(recall())

/** Sets the theme and remembers it on this device. */
export function setTheme(next: Theme): void {
  theme.value = next
  if (next === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = next
  try {
    localStorage.setItem(KEY, next)
  } catch {
    // Storage is forbidden: the choice lasts as long as the page.
  }
}

setTheme(theme.value)
