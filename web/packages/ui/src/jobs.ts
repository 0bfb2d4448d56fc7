import { shallowRef } from 'vue'

/** Something long that goes on behind the page: an import, an export, a recount. */
export interface BackgroundJob {
  id: string
  title: string
  /** 0 to 1, or null while the whole is unknown. */
  progress: number | null
  state: 'running' | 'done' | 'failed'
  detail?: string
  cancel?: () => void
  open?: () => void
}

export const backgroundJobs = shallowRef<readonly BackgroundJob[]>([])

/** Adds a job or replaces what was known of it. */
export function trackJob(job: BackgroundJob): void {
  const rest = backgroundJobs.value.filter(({ id }) => id !== job.id)
  backgroundJobs.value = [...rest, job]
}

export function forgetJob(id: string): void {
  backgroundJobs.value = backgroundJobs.value.filter((job) => job.id !== id)
}
