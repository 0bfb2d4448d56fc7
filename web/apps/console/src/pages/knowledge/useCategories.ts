import type { ArticleCategory } from '@zhike/api'
import { computed } from 'vue'
import { useAll } from '@/lib/resource'

/** The categories of articles as a tree of two levels, and as options of a Select. */
export function useCategories() {
  const all = useAll<ArticleCategory>('/article-categories')
  const below = (id: string | null) => all.rows.value.filter(({ parent_id }) => parent_id === id)
  const tree = computed(() => below(null).flatMap((top) => [{ one: top, depth: 0 }, ...below(top.id).map((one) => ({ one, depth: 1 }))]))
  const find = (id: string | null | undefined) => all.rows.value.find((one) => one.id === id)
  /** `售后 / 退款`. */
  function nameOf(id: string | null | undefined): string {
    const one = find(id)
    if (!one) return ''
    const parent = find(one.parent_id)
    return parent ? `${parent.name} / ${one.name}` : one.name
  }
  const options = computed(() => tree.value.map(({ one }) => ({ value: one.id, label: nameOf(one.id) })))
  return { ...all, tree, options, nameOf }
}
