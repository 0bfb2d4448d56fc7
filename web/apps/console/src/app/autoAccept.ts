import { ref, watch } from 'vue'

const KEY = 'zhike.auto_accept'

/** Whether what is offered is taken at once; a choice of this device. */
export const autoAccept = ref(recall())

watch(autoAccept, (on) => {
  try {
    localStorage.setItem(KEY, on ? '1' : '')
  } catch {
    // Storage is forbidden: the choice lasts as long as the page.
  }
})

function recall(): boolean {
  try {
    return localStorage.getItem(KEY) === '1'
  } catch {
    return false
  }
}
