import type { Api } from './api.ts'

/** Text that would run if any screen took it for markup. */
export const HOSTILE = `<img src=x onerror="window.__ran=1"><script>window.__ran=1</script>{{constructor.constructor('window.__ran=1')()}}`

interface Page<T> {
  items: T[]
}

/** One of each thing a page shows, hostile where a person may write; the keys are `module.parameter`. */
export async function samples(api: Api): Promise<Record<string, string>> {
  const customer = await api.post<{ id: string }>('/customers', { name: HOSTILE.slice(0, 60) })
  const task = await api.post<{ id: string }>('/tasks', { title: HOSTILE, detail: HOSTILE })
  const { items } = await api.get<Page<{ id: string }>>('/conversations')
  return {
    'customers.id': customer.id,
    'tasks.id': task.id,
    ...(items[0] ? { 'conversations.id': items[0].id } : {}),
  }
}
