import type { StoredFile } from '@zhike/api'
import { onScopeDispose, shallowRef } from 'vue'
import { type Upload, upload } from '@/lib/upload'

/** A file that is going up, or did not get there. */
export interface Going {
  key: number
  file: File
  share: number
  error?: unknown
}

/** No more than these many bytes are even tried. */
export const LARGEST = 20 * 1024 * 1024

let next = 0

/** Files on their way: progress, another try, or none. What arrived is handed over. */
export function useUploads(arrived: (file: StoredFile) => void) {
  const going = shallowRef<readonly Going[]>([])
  const running = new Map<number, Upload>()

  const change = (key: number, over: Partial<Going>) => (going.value = going.value.map((one) => (one.key === key ? { ...one, ...over } : one)))

  function add(files: Iterable<File>): void {
    for (const file of files) {
      next += 1
      const one: Going = { key: next, file, share: 0 }
      going.value = [...going.value, one]
      if (file.size > LARGEST) change(one.key, { error: { code: 'too_large' } })
      else void run(one)
    }
  }

  async function run({ key, file }: Going): Promise<void> {
    change(key, { share: 0, error: undefined })
    const up = upload(file, (share) => change(key, { share }))
    running.set(key, up)
    try {
      arrived(await up.done)
      drop(key)
    } catch (error) {
      change(key, { error })
    } finally {
      running.delete(key)
    }
  }

  function drop(key: number): void {
    going.value = going.value.filter((one) => one.key !== key)
    running.get(key)?.stop()
  }

  const again = (key: number) => {
    const one = going.value.find((candidate) => candidate.key === key)
    if (one && one.file.size <= LARGEST) void run(one)
  }

  onScopeDispose(() => {
    for (const up of running.values()) up.stop()
  })
  return { going, add, again, drop }
}
