import { ref, watch } from 'vue'

/** Which key sends; the other breaks the line. */
export type SendBy = 'enter' | 'ctrl'
const KEY = 'zhike.send_by'

function recall(): SendBy {
  try {
    return localStorage.getItem(KEY) === 'ctrl' ? 'ctrl' : 'enter'
  } catch {
    return 'enter'
  }
}

export const sendBy = ref<SendBy>(recall())
watch(sendBy, (now) => {
  try {
    localStorage.setItem(KEY, now)
  } catch {
    // Storage is forbidden: the choice lasts as long as the page.
  }
})
