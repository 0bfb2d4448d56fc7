import { ref } from 'vue'

export const paletteOpen = ref(false)

export function openPalette(): void {
  paletteOpen.value = true
}

/** The sheet of keys. */
export const sheetOpen = ref(false)
