import { computed, ref } from 'vue'
import type { Column, FilterValues } from './model'

/** A named way to look at one list. */
export interface SavedView {
  name: string
  filters: FilterValues
}

interface Kept {
  hidden: string[]
  shown: string[]
  views: SavedView[]
}

const owner = ref('')

/** Whose views these are: two people at one computer keep theirs apart. */
export function setViewOwner(userId: string): void {
  owner.value = userId
}

/** Column choices and saved views of one table, kept on this device for one person. */
export function useViews<Row>(table: string, columns: () => readonly Column<Row>[]) {
  const storageKey = computed(() => `zhike.table.${table}.${owner.value}`)
  const kept = ref<Kept>(load(storageKey.value))

  const visible = computed(() =>
    columns().filter((column) => {
      if (column.fixed) return true
      return column.optional ? kept.value.shown.includes(column.id) : !kept.value.hidden.includes(column.id)
    }),
  )

  function toggle(column: Column<Row>): void {
    const list = column.optional ? 'shown' : 'hidden'
    const has = kept.value[list].includes(column.id)
    keep({ ...kept.value, [list]: has ? kept.value[list].filter((id) => id !== column.id) : [...kept.value[list], column.id] })
  }

  /** Saves under a name; the same name replaces. */
  function save(view: SavedView): void {
    keep({ ...kept.value, views: [...kept.value.views.filter(({ name }) => name !== view.name), view] })
  }

  function remove(name: string): void {
    keep({ ...kept.value, views: kept.value.views.filter((view) => view.name !== name) })
  }

  function keep(next: Kept): void {
    kept.value = next
    try {
      localStorage.setItem(storageKey.value, JSON.stringify(next))
    } catch {
      // Storage may be full or forbidden; the choice then lasts as long as the page.
    }
  }

  return { visible, views: computed(() => kept.value.views), toggle, save, remove }
}

function load(key: string): Kept {
  const empty: Kept = { hidden: [], shown: [], views: [] }
  try {
    return { ...empty, ...(JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Kept>) }
  } catch {
    return empty
  }
}
