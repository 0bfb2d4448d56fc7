import { useQueryClient } from '@tanstack/vue-query'
import { api } from '@zhike/api'
import { t } from '@zhike/i18n'
import { toast } from '@zhike/ui'
import { computed, type Ref, ref, shallowRef } from 'vue'
import { useAction } from './action'

/**
 * A row of a short list that is made or changed in a dialog: saved with the version that was seen, or
 * deleted, and the list read anew. `fill` makes the form of a row, or an empty one; `body` what is sent.
 */
export function useEditing<Row extends { id: string; version: number }, Fields extends object>(path: string, fill: (row?: Row) => Fields, body: (form: Fields, isNew: boolean) => object) {
  const queries = useQueryClient()
  const editing = shallowRef<Row | 'new'>()
  const form = ref(fill()) as Ref<Fields>
  const dropping = ref(false)

  function edit(row: Row | 'new'): void {
    save.reset()
    drop.reset()
    form.value = fill(row === 'new' ? undefined : row)
    editing.value = row
  }
  async function close(): Promise<void> {
    await queries.invalidateQueries({ queryKey: [path] })
    dropping.value = false
    editing.value = undefined
  }
  const save = useAction(async () => {
    const row = editing.value
    if (row === undefined) return
    if (row === 'new') await api.post(path, { body: body(form.value, true) })
    else await api.patch(`${path}/{id}`, { path: { id: row.id }, body: { version: row.version, ...body(form.value, false) } })
    await close()
    toast(t('common.saved'))
  })
  const drop = useAction(async () => {
    const row = editing.value
    if (row !== undefined && row !== 'new') await api.delete(`${path}/{id}`, { path: { id: row.id } })
    await close()
  })

  const open = computed({ get: () => editing.value !== undefined, set: (now) => now || (editing.value = undefined) })
  return { form, edit, open, isNew: computed(() => editing.value === 'new'), save, drop, dropping }
}
