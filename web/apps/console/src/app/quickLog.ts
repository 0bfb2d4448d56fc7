import { ref } from 'vue'

/** Whether the form for a call or a visit is open; it lies over whatever page one is on. */
export const quickLogOpen = ref(false)
